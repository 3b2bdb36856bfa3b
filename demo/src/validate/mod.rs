//! Whether a profile fits a questionnaire. Everything that does not fit is listed, with its JSON pointer.

mod names;
mod recipes;

use std::collections::BTreeMap;

use names::Names;
use survey::{document::DocumentFault, survey::Survey};

use super::{
    codes::ProfileCode,
    fault,
    field::Field,
    profile::{DemoProfile, FaultPlan, Mistake, Recipe, Step, Stratum},
    template::Template,
};

/// All faults of a profile, in the order of the document.
pub(super) fn validate(profile: &DemoProfile, survey: &Survey, fields: &BTreeMap<String, Field>) -> Vec<DocumentFault> {
    let mut inspection = Inspection {
        profile,
        fields,
        faults: Vec::new(),
    };
    inspection.questionnaire(&survey.questionnaire().code);
    inspection.facts();
    inspection.brands();
    inspection.strata();
    let mut names = Names::new(profile, fields, survey.tables());
    inspection.steps(&profile.steps, "/steps", &mut names);
    inspection.required_questions();
    inspection.last_year(&mut names);
    inspection.fault_plan(&profile.faults, &names);
    inspection.faults
}

/// An inspection under way.
struct Inspection<'a> {
    profile: &'a DemoProfile,
    fields: &'a BTreeMap<String, Field>,
    faults: Vec<DocumentFault>,
}

impl Inspection<'_> {
    fn questionnaire(&mut self, code: &str) {
        let expected = &self.profile.questionnaire;
        if expected != code {
            self.report(
                ProfileCode::QuestionnaireOther,
                "/questionnaire",
                format!("该配置用于调查表 {expected}，不是 {code}。请改用对应的调查表或配置。"),
                format!("This profile is for questionnaire {expected}, not {code}. Use the questionnaire or profile that fits."),
            );
        }
    }

    fn facts(&mut self) {
        let facts = &self.profile.facts;
        for (fact, code) in [
            ("uscc", &facts.uscc),
            ("name", &facts.name),
            ("area", &facts.area),
            ("industry", &facts.industry),
            ("employees", &facts.employees),
            ("revenue_wan_yuan", &facts.revenue_wan_yuan),
            ("assets_wan_yuan", &facts.assets_wan_yuan),
        ] {
            self.question(code, &format!("/facts/{fact}"));
        }
    }

    fn brands(&mut self) {
        for (at, list) in self.profile.brands.iter().enumerate() {
            self.not_empty(list.is_empty(), &format!("/brands/{at}"));
        }
        self.not_empty(self.profile.brands.is_empty(), "/brands");
        for (name, list) in &self.profile.lists {
            self.not_empty(list.is_empty(), &format!("/lists/{name}"));
        }
        let name = &self.profile.facts.name;
        let has_brand = |step: &Step| match &step.to {
            Recipe::Text(text) => Template::parse(text).is_some_and(|template| template.names().any(|n| n == "brand")),
            _ => false,
        };
        if !self
            .profile
            .steps
            .iter()
            .filter(|step| step.set == *name)
            .any(has_brand)
        {
            self.report(
                ProfileCode::NameWithoutBrand,
                "/facts/name",
                format!("题项 {name} 的步骤没有用到 {{brand}}，企业名称会重复。请在其文本模板中加入 {{brand}}。"),
                format!(
                    "No step for {name} uses {{brand}}, so names would repeat. Put {{brand}} into its text template."
                ),
            );
        }
    }

    fn strata(&mut self) {
        for (kind, strata) in &self.profile.strata {
            let at = format!("/strata/{kind}");
            self.weights(strata.iter().map(|stratum| stratum.weight), &at);
            let words = |stratum: &Stratum| stratum.words.keys().cloned().collect::<Vec<_>>();
            for (number, stratum) in strata.iter().enumerate() {
                if strata.first().map(words) != Some(words(stratum)) {
                    self.report(
                        ProfileCode::StratumWordsDiffer,
                        format!("{at}/{number}/words"),
                        "同一类的每一层都要有同样的词表。请补齐。",
                        "Every stratum of a kind needs the same word lists. Complete them.",
                    );
                }
                for (name, list) in &stratum.words {
                    self.not_empty(list.is_empty(), &format!("{at}/{number}/words/{name}"));
                }
            }
        }
    }

    fn required_questions(&mut self) {
        let missing: Vec<&String> = self
            .fields
            .iter()
            .filter(|(code, field)| field.required && self.profile.steps.iter().all(|step| step.set != **code))
            .map(|(code, _)| code)
            .collect();
        for code in missing {
            self.report(
                ProfileCode::QuestionWithoutStep,
                "/steps",
                format!("必答题 {code} 没有生成步骤。请为它加一步。"),
                format!("Required question {code} has no step. Add one."),
            );
        }
    }

    fn last_year(&mut self, names: &mut Names<'_>) {
        let plan = &self.profile.last_year;
        self.probability(plan.share, "/last_year/share");
        for (at, code) in plan.keep.iter().enumerate() {
            self.question(code, &format!("/last_year/keep/{at}"));
        }
        self.steps(&plan.steps, "/last_year/steps", names);
    }

    fn fault_plan(&mut self, plan: &FaultPlan, names: &Names<'_>) {
        self.probability(plan.share, "/faults/share");
        self.weights(plan.recipes.iter().map(|recipe| recipe.weight), "/faults/recipes");
        if plan.share > 0.0 && !plan.recipes.iter().any(|recipe| recipe.blocks && recipe.weight > 0.0) {
            self.report(
                ProfileCode::NoneBlocks,
                "/faults/recipes",
                "没有一种差错属于强制性错误，无法演示退回。请至少将一种差错的 blocks 设为 true。",
                "No mistake blocks, so no first workbook would be returned. Let at least one have blocks true.",
            );
        }
        for (number, recipe) in plan.recipes.iter().enumerate() {
            let at = format!("/faults/recipes/{number}");
            self.question(&recipe.question, &format!("{at}/question"));
            self.condition(&recipe.when, &format!("{at}/when"), names);
            match &recipe.mistake {
                Mistake::Blank => {}
                Mistake::Number(term) => self.term(term, &format!("{at}/mistake/number"), names),
                Mistake::Text(text) => self.mistaken_text(text, &format!("{at}/mistake/text")),
                Mistake::Formula(text) => self.mistaken_text(text, &format!("{at}/mistake/formula")),
            }
        }
    }

    fn mistaken_text(&mut self, text: &str, at: &str) {
        self.template(text, at, |name| fault::WORDS.contains(&name));
    }

    fn weights(&mut self, mut weights: impl Iterator<Item = f64>, at: &str) {
        let sound = |weight: f64| weight.is_finite() && weight >= 0.0;
        let greatest = weights.try_fold(0.0, |greatest: f64, weight| {
            sound(weight).then_some(greatest.max(weight))
        });
        if greatest.is_none_or(|greatest| greatest <= 0.0) {
            self.report(
                ProfileCode::WeightsInvalid,
                at,
                "权重必须是非负数，且至少有一个大于 0。请改正。",
                "Weights must not be negative and at least one must be above 0. Correct them.",
            );
        }
    }

    fn probability(&mut self, value: f64, at: &str) {
        if !(0.0..=1.0).contains(&value) {
            self.report(
                ProfileCode::ProbabilityInvalid,
                at,
                format!("{value} 不是 0 到 1 之间的概率。请改正。"),
                format!("{value} is not a probability between 0 and 1. Correct it."),
            );
        }
    }

    fn question(&mut self, code: &str, at: &str) {
        if !self.fields.contains_key(code) {
            self.report(
                ProfileCode::QuestionUnknown,
                at,
                format!("调查表没有题项 {code}。请核对代码。"),
                format!("The questionnaire has no question {code}. Check the code."),
            );
        }
    }

    fn not_empty(&mut self, empty: bool, at: &str) {
        if empty {
            self.report(
                ProfileCode::ListEmpty,
                at,
                "列表不能为空。请填入内容。",
                "The list must not be empty. Fill it.",
            );
        }
    }

    fn template(&mut self, text: &str, at: &str, known: impl Fn(&str) -> bool) {
        let Some(template) = Template::parse(text) else {
            self.report(
                ProfileCode::TemplateInvalid,
                at,
                format!("模板“{text}”写法不对：花括号要成对，区间要从小到大。请改正。"),
                format!("Template \"{text}\" is malformed: close every brace and let ranges run upwards. Correct it."),
            );
            return;
        };
        for name in template.names().filter(|name| !known(name)) {
            self.unknown_name(name, at);
        }
    }

    fn unknown_name(&mut self, name: &str, at: &str) {
        self.report(
            ProfileCode::NameUnknown,
            at,
            format!("此处没有名为 {name} 的题项、特征、词表或数。请核对拼写，并确认它在前面的步骤里已经设定。"),
            format!("Nothing here is called {name}. Check the spelling, and that an earlier step sets it."),
        );
    }

    fn report(&mut self, code: ProfileCode, at: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) {
        self.faults.push(DocumentFault::of(code, at, zh, en));
    }
}
