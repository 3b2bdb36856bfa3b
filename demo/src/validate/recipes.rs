//! Whether steps fit: the name exists, the recipe suits its kind, options and names are known.

use chrono::NaiveDate;
use survey::questionnaire::QuestionType;

use super::{Inspection, names::Names};
use crate::{
    codes::ProfileCode,
    condition::Condition,
    field::Field,
    profile::{Constant, Recipe, Step, Thresholds},
    term::{Operation, Term},
};

impl Inspection<'_> {
    pub(super) fn steps(&mut self, steps: &[Step], at: &str, names: &mut Names<'_>) {
        for (number, step) in steps.iter().enumerate() {
            self.step(step, &format!("{at}/{number}"), names);
            names.add(&step.set);
        }
    }

    fn step(&mut self, step: &Step, at: &str, names: &mut Names<'_>) {
        self.probability(step.blank, &format!("{at}/blank"));
        self.condition(&step.when, &format!("{at}/when"), names);
        if let Some(field) = self.fields.get(&step.set) {
            self.recipe(&step.to, field, &format!("{at}/to"), names);
        } else if self.profile.traits.contains_key(&step.set) {
            match &step.to {
                Recipe::Number(term) => self.term(term, &format!("{at}/to/number"), names),
                _ => self.unsuitable(&format!("{at}/to")),
            }
        } else {
            let name = &step.set;
            self.report(
                ProfileCode::StepUnknown,
                format!("{at}/set"),
                format!("{name} 既不是调查表的题项，也没有在 traits 中声明。请核对拼写。"),
                format!("{name} is neither a question nor declared under traits. Check the spelling."),
            );
        }
    }

    fn recipe(&mut self, recipe: &Recipe, field: &Field, at: &str, names: &mut Names<'_>) {
        if !suits(recipe, field.kind) {
            self.unsuitable(at);
        }
        match recipe {
            Recipe::Number(term) => self.term(term, &format!("{at}/number"), names),
            Recipe::Chance(term) => self.term(term, &format!("{at}/chance"), names),
            Recipe::Text(text) => {
                self.template(text, &format!("{at}/text"), |name| names.knows_word(name));
                self.option_words(text, field, &format!("{at}/text"));
            }
            Recipe::Date { from, to } => self.dates(from, to, &format!("{at}/date")),
            Recipe::Pick(weights) => {
                self.options(weights.keys(), field, &format!("{at}/pick"));
                self.weights(weights.values().copied(), &format!("{at}/pick"));
            }
            Recipe::Choose(thresholds) => self.thresholds(thresholds, field, &format!("{at}/choose"), names),
            Recipe::Collect(thresholds) => self.thresholds(thresholds, field, &format!("{at}/collect"), names),
            Recipe::Include(codes) => self.options(codes.iter(), field, &format!("{at}/include")),
            Recipe::Constant(Constant::Options(codes)) => self.options(codes.iter(), field, &format!("{at}/constant")),
            Recipe::Constant(Constant::Text(code)) if field.kind == QuestionType::Single => {
                self.options([code].into_iter(), field, &format!("{at}/constant"));
            }
            Recipe::Rows { count, columns } => {
                self.term(count, &format!("{at}/rows/count"), names);
                self.columns(columns, field, &format!("{at}/rows/columns"), names);
            }
            Recipe::CreditCode(codes) => {
                self.weights(
                    codes.registries.values().copied(),
                    &format!("{at}/credit_code/registries"),
                );
            }
            Recipe::OrganisationCode { of } => self.name(of, &format!("{at}/organisation_code/of"), names),
            Recipe::Constant(_) | Recipe::Blank => {}
        }
    }

    fn columns(&mut self, columns: &[Step], table: &Field, at: &str, names: &mut Names<'_>) {
        names.clear_columns();
        for (number, step) in columns.iter().enumerate() {
            let at = format!("{at}/{number}");
            self.probability(step.blank, &format!("{at}/blank"));
            self.condition(&step.when, &format!("{at}/when"), names);
            match table.columns.get(&step.set) {
                Some(column) => self.recipe(&step.to, column, &format!("{at}/to"), names),
                None => self.question(&step.set, &format!("{at}/set")),
            }
            names.add_column(&step.set);
        }
        let missing: Vec<&String> = table
            .columns
            .iter()
            .filter(|(code, column)| column.required && columns.iter().all(|step| step.set != **code))
            .map(|(code, _)| code)
            .collect();
        for code in missing {
            self.report(
                ProfileCode::QuestionWithoutStep,
                at,
                format!("必填列 {code} 没有生成步骤。请为它加一步。"),
                format!("Required column {code} has no step. Add one."),
            );
        }
        names.clear_columns();
    }

    fn thresholds(&mut self, thresholds: &Thresholds, field: &Field, at: &str, names: &Names<'_>) {
        self.term(&thresholds.score, &format!("{at}/score"), names);
        self.not_empty(thresholds.from.is_empty(), &format!("{at}/from"));
        self.options(thresholds.from.keys(), field, &format!("{at}/from"));
    }

    fn options<'c>(&mut self, codes: impl Iterator<Item = &'c String>, field: &Field, at: &str) {
        for code in codes.filter(|code| !field.has_option(code)) {
            self.report(
                ProfileCode::OptionUnknown,
                at,
                format!("该题没有选项 {code}。请核对调查表的选项代码。"),
                format!("The question has no option {code}. Check the options of the questionnaire."),
            );
        }
    }

    /// A code taken from a stratum must be an option of the question it answers.
    fn option_words(&mut self, text: &str, field: &Field, at: &str) {
        let single_word = text
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .and_then(|n| n.split_once('.'));
        let Some((kind, word)) = single_word.filter(|_| field.kind == QuestionType::Single) else {
            return;
        };
        let profile = self.profile;
        let strata = profile.strata.get(kind).into_iter().flatten();
        self.options(
            strata.filter_map(|stratum| stratum.words.get(word)).flatten(),
            field,
            at,
        );
    }

    fn dates(&mut self, from: &str, to: &str, at: &str) {
        let days = (from.parse::<NaiveDate>(), to.parse::<NaiveDate>());
        if !matches!(days, (Ok(from), Ok(to)) if from <= to) {
            self.report(
                ProfileCode::DateInvalid,
                at,
                format!("{from} 到 {to} 不是由先到后的两个日期（YYYY-MM-DD）。请改正。"),
                format!("{from} to {to} are not two days in order (YYYY-MM-DD). Correct them."),
            );
        }
    }

    pub(super) fn condition(&mut self, condition: &Condition, at: &str, names: &Names<'_>) {
        for name in condition.keys() {
            self.name(name, at, names);
        }
    }

    pub(super) fn term(&mut self, term: &Term, at: &str, names: &Names<'_>) {
        match term {
            Term::Number(_) => {}
            Term::Name(name) => self.name(name, at, names),
            Term::Operation(operation) => self.operation(operation, at, names),
        }
    }

    fn operation(&mut self, operation: &Operation, at: &str, names: &Names<'_>) {
        match operation {
            Operation::Between(..) | Operation::Normal(..) | Operation::Lognormal(..) => {}
            Operation::Times(terms) => self.terms(terms, &format!("{at}/times"), names),
            Operation::Plus(terms) => self.terms(terms, &format!("{at}/plus"), names),
            Operation::Less(terms) => self.terms(terms, &format!("{at}/less"), names),
            Operation::Smallest(terms) => self.terms(terms, &format!("{at}/smallest"), names),
            Operation::Greatest(terms) => self.terms(terms, &format!("{at}/greatest"), names),
            Operation::Over(above, below) => {
                self.term(above, &format!("{at}/over/0"), names);
                self.term(below, &format!("{at}/over/1"), names);
            }
            Operation::Along { at: x, points } => {
                self.term(x, &format!("{at}/along/at"), names);
                self.not_empty(points.is_empty(), &format!("{at}/along/points"));
                if !points.is_sorted_by(|(a, _), (b, _)| a < b) {
                    self.report(
                        ProfileCode::PointsUnordered,
                        format!("{at}/along/points"),
                        "折线各点的横坐标必须递增。请改正次序。",
                        "The points of a line must have rising x. Put them in order.",
                    );
                }
            }
            Operation::If { when, then, otherwise } => {
                self.condition(when, &format!("{at}/if/when"), names);
                self.term(then, &format!("{at}/if/then"), names);
                self.term(otherwise, &format!("{at}/if/otherwise"), names);
            }
            Operation::Rows { table, column, when } => {
                let Some(columns) = names.table(table) else {
                    self.unknown_name(table, &format!("{at}/rows/table"));
                    return;
                };
                let tested = when.keys().map(|name| name.trim_start_matches("row."));
                for code in tested
                    .chain([column.as_str()])
                    .filter(|code| !columns.contains_key(*code))
                {
                    self.unknown_name(code, &format!("{at}/rows"));
                }
            }
        }
    }

    fn terms(&mut self, terms: &[Term], at: &str, names: &Names<'_>) {
        self.not_empty(terms.is_empty(), at);
        for (number, term) in terms.iter().enumerate() {
            self.term(term, &format!("{at}/{number}"), names);
        }
    }

    fn name(&mut self, name: &str, at: &str, names: &Names<'_>) {
        if !names.knows(name) {
            self.unknown_name(name, at);
        }
    }

    fn unsuitable(&mut self, at: &str) {
        self.report(
            ProfileCode::RecipeUnsuitable,
            at,
            "这种生成方式与题型不符。请换用适合该题型的方式；特征只能用 number。",
            "This recipe does not suit the kind of question. Use one that does; a trait takes number only.",
        );
    }
}

fn suits(recipe: &Recipe, kind: QuestionType) -> bool {
    use QuestionType::{Boolean, Date, Level, Multi, Single, Table, Text};
    match recipe {
        Recipe::Number(_) | Recipe::Constant(Constant::Number(_)) => kind.is_numeric(),
        Recipe::Text(_) => matches!(kind, Text | Single),
        Recipe::Date { .. } => kind == Date,
        Recipe::Pick(_) | Recipe::Choose(_) => matches!(kind, Single | Level),
        Recipe::Collect(_) | Recipe::Include(_) | Recipe::Constant(Constant::Options(_)) => kind == Multi,
        Recipe::Chance(_) | Recipe::Constant(Constant::Flag(_)) => kind == Boolean,
        Recipe::Constant(Constant::Text(_)) => matches!(kind, Text | Single | Date),
        Recipe::Rows { .. } => kind == Table,
        Recipe::CreditCode(_) | Recipe::OrganisationCode { .. } => kind == Text,
        Recipe::Blank => true,
    }
}
