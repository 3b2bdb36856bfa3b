//! The smallest change that reaches the next level or stage of a composite: of one figure alone, and of several.
//!
//! Scales, treatment and everybody else are held as in the run. A figure is moved no further than the best that a unit of
//! the run has; where an indicator is divided by the size of the unit, the quotient is moved. What is small is measured as
//! the share of the range of the run. A combination is found greedily, the most of the scores for the least share first, and
//! then freed of everything it does not need: it is a way, not proved to be the cheapest. Where one comparison of all units
//! (Copeland) stands above another, the others' scores would move with the unit; and nothing tells how near a condition of a
//! stage is that is no plain comparison: then nothing is proposed. A figure that does not apply is not touched, and only whole
//! numbers are proposed where a question takes them.

use std::sync::Arc;

use survey::text::Text;

use super::improvement::{Change, Gain, Improvement, listed};
use crate::{
    card::Figure,
    compile::CompiledComposite,
    composite::{Alone, Changed, Composite, CompositeError, Direction, StageConditions},
    exact::Fixed,
    ladder::Operator,
    rank::Precision,
    returns::{CompositeScores, Quotient},
};

/// Halvings of an interval: past them doubles are not told apart.
const HALVINGS: u32 = 60;
/// A figure is proposed to this share of the range, with as few decimals as that needs.
const FINENESS: f64 = 1e-4;

/// What would reach the next level or stage; none where there is no score, no level or stage, or nothing above. `scores`
/// must come from `methodology`.
///
/// # Errors
/// Where the methodology refuses the figures of the unit.
pub fn improvement_together(
    scores: &CompositeScores,
    methodology: &CompiledComposite,
    unit: usize,
) -> Result<Option<Improvement>, CompositeError> {
    let Some(aim) = Aim::of(scores, methodology, unit) else {
        return Ok(None);
    };
    let Some(alone) = scores.alone(methodology, unit) else {
        return Ok(None);
    };
    let search = Search {
        start: alone.score(&[])?,
        levers: levers(scores, methodology, unit),
        aim,
        alone,
    };
    Ok(Some(Improvement {
        value: search.aim.value,
        label: search.aim.label.clone(),
        single: search.single(),
        combination: search.combination(),
    }))
}

/// The next level or stage: all that it asks for.
struct Aim {
    value: u32,
    label: Text,
    goals: Vec<Goal>,
    /// In which form scores are compared.
    precision: Precision,
}

/// What one condition asks of the score of a node.
struct Goal {
    node: String,
    operator: Operator,
    limit: f64,
}

impl Aim {
    fn of(scores: &CompositeScores, methodology: &CompiledComposite, unit: usize) -> Option<Self> {
        match &methodology.method.stages {
            Some(stages) => Self::stage(scores, methodology, stages, unit),
            None => Self::level(scores, methodology, unit),
        }
    }

    fn level(scores: &CompositeScores, methodology: &CompiledComposite, unit: usize) -> Option<Self> {
        let cuts = methodology.method.cuts.as_ref()?;
        let next = scores.next_level(methodology, unit)?;
        let (level, least) = cuts.levels.get(next)?;
        Some(Self {
            value: u32::try_from(cuts.levels.len() - next).ok()?,
            label: methodology.level_label(level),
            goals: vec![Goal {
                node: cuts.node.clone(),
                operator: Operator::GreaterEqual,
                limit: (*least)?,
            }],
            precision: methodology.method.level_precision(),
        })
    }

    /// None where a condition is no plain comparison: then nothing tells how near a score is.
    fn stage(
        scores: &CompositeScores,
        methodology: &CompiledComposite,
        stages: &StageConditions,
        unit: usize,
    ) -> Option<Self> {
        let next = scores.next_stage(stages, unit)?;
        let goals = next.conditions.iter().map(|condition| {
            let comparison = condition.comparison.as_ref()?;
            Some(Goal {
                node: condition.node(&stages.ladder.nodes)?.to_string(),
                operator: comparison.operator,
                limit: comparison.limit.to_f64(),
            })
        });
        Some(Self {
            value: next.stage,
            label: next.label.clone(),
            goals: goals.collect::<Option<_>>()?,
            precision: methodology.method.level_precision(),
        })
    }

    fn is_reached(&self, composite: &Composite) -> bool {
        self.goals.iter().all(|goal| self.is_met(goal, composite))
    }

    fn is_met(&self, goal: &Goal, composite: &Composite) -> bool {
        let score = goal.score(composite).map(|score| self.precision.form(score));
        score.is_some_and(|score| {
            let score = self.precision.against(score, goal.limit);
            goal.operator.holds(score, goal.limit)
        })
    }

    /// How much nearer other scores are to the goals that are not met, all taken together; none where such a goal has no
    /// score.
    fn gain(&self, from: &Composite, to: &Composite) -> Option<f64> {
        let open = self.goals.iter().filter(|goal| !self.is_met(goal, from));
        open.map(|goal| Some(goal.progress(goal.score(to)?) - goal.progress(goal.score(from)?)))
            .sum()
    }
}

impl Goal {
    fn score(&self, composite: &Composite) -> Option<f64> {
        composite.scores.column(&self.node)?.get(0)
    }

    /// The more, the nearer a score is or the further beyond.
    fn progress(&self, score: f64) -> f64 {
        match self.operator {
            Operator::Greater | Operator::GreaterEqual => score,
            Operator::Less | Operator::LessEqual => -score,
            Operator::Equal => -(score - self.limit).abs(),
            Operator::NotEqual => (score - self.limit).abs(),
        }
    }
}

/// An indicator whose figure can be bettered.
struct Lever {
    code: String,
    source: Arc<str>,
    label: Arc<Text>,
    unit: String,
    questions: Vec<String>,
    /// Its place in the tree.
    at: usize,
    /// What one of its quotient is in figures: 1 where it is not divided.
    size: f64,
    /// The figure as it is compared; none where it is missing.
    current: Option<f64>,
    /// Where the way to the best begins: the figure, or the worst of the run where it is missing.
    from: f64,
    best: f64,
    range: f64,
    /// Whether only whole figures are proposed.
    whole: bool,
}

/// The levers of a unit that have somewhere to go.
fn levers(scores: &CompositeScores, methodology: &CompiledComposite, unit: usize) -> Vec<Lever> {
    let quotients = methodology.quotients();
    let ranges = scores.ranges(&quotients);
    let levers = quotients.into_iter().zip(ranges);
    levers
        .filter_map(|(quotient, range)| lever(scores, methodology, unit, quotient, range))
        .collect()
}

/// The lever of an indicator, whose quotients lie between the least and the greatest.
fn lever(
    scores: &CompositeScores,
    methodology: &CompiledComposite,
    unit: usize,
    quotient: Quotient<'_>,
    (least, greatest): (f64, f64),
) -> Option<Lever> {
    let code = quotient.indicator.code.as_str();
    let tree = &methodology.method.tree;
    let at = tree.indicators.iter().position(|indicator| indicator.code == code)?;
    let rises = tree.indicators.get(at)?.direction == Direction::Positive;
    let (worst, best) = if rises { (least, greatest) } else { (greatest, least) };
    let current = scores.quotient(quotient, unit);
    let from = current.unwrap_or(worst);
    let size = scores.size(quotient, unit)?;
    let whole = quotient.indicator.source.whole;
    let best = if whole {
        last_whole(from * size, best * size) / size
    } else {
        best
    };
    let questions = quotient.indicator.source.questions.to_vec();
    let source = Arc::from(match questions.as_slice() {
        [question] => question.as_str(),
        _ => code,
    });
    let is_open = (best - from).abs() > 0.0 && best.is_finite() && from.is_finite();
    let applies = !scores.does_not_apply(quotient.column, unit);
    (is_open && applies).then(|| Lever {
        source,
        label: methodology.label(code),
        unit: methodology.unit(code).to_owned(),
        code: code.to_owned(),
        questions,
        at,
        size,
        current,
        from,
        best,
        range: greatest - least,
        whole,
    })
}

/// The last whole figure on the way, but for what a division leaves behind.
fn last_whole(from: f64, best: f64) -> f64 {
    let nearest = best.round();
    if (nearest - best).abs() <= f64::EPSILON * best.abs() * 4.0 {
        nearest
    } else if best > from {
        best.floor().max(from)
    } else {
        best.ceil().min(from)
    }
}

impl Lever {
    fn share(&self, figure: f64) -> f64 {
        (figure - self.from).abs() / self.range
    }

    /// How many decimals a figure is proposed with, and the step between two such figures as they are compared.
    fn grid(&self) -> (i32, f64) {
        let fine = self.range * self.size.abs() * FINENESS;
        let is_enough = |decimals: &i32| self.whole || 10_f64.powi(-decimals) <= fine;
        let decimals = (0..9).find(is_enough).unwrap_or(9);
        (decimals, 10_f64.powi(-decimals) / self.size.abs())
    }

    /// The figure that may be proposed which is nearest to this one towards the best, and the two after it; the best stands
    /// for what lies beyond it.
    fn proposable(&self, figure: f64) -> [f64; 3] {
        let (decimals, _) = self.grid();
        let scale = 10_f64.powi(decimals);
        let scaled = figure * self.size * scale;
        let rises = (self.best - self.from) * self.size > 0.0;
        let (nearest, step) = if rises {
            (scaled.ceil(), 1.0)
        } else {
            (scaled.floor(), -1.0)
        };
        [0.0, 1.0, 2.0].map(|steps| {
            let figure = (nearest + steps * step) / scale / self.size;
            let is_beyond = (figure - self.from).abs() > (self.best - self.from).abs();
            if is_beyond { self.best } else { figure }
        })
    }
}

struct Search<'m> {
    alone: Alone<'m>,
    aim: Aim,
    start: Composite,
    levers: Vec<Lever>,
}

impl Search<'_> {
    /// The figure nearest to the present one with which the unit reaches it.
    fn least(&self, unit: &Alone<'_>, lever: &Lever) -> Option<f64> {
        let reaches = |figure: f64| {
            let composite = unit.score(&[(lever.at, figure)]);
            composite.is_ok_and(|composite| self.aim.is_reached(&composite))
        };
        if !reaches(lever.best) {
            return None;
        }
        let (mut near, mut far) = (lever.from, lever.best);
        let (_, step) = lever.grid();
        for _ in 0..HALVINGS {
            if (far - near).abs() <= step {
                break;
            }
            let middle = f64::midpoint(near, far);
            if reaches(middle) {
                far = middle;
            } else {
                near = middle;
            }
        }
        // Where it is reached only beyond a figure that may be proposed, as in outdoing another unit, the next one does.
        let mut proposable = lever.proposable(near).into_iter();
        Some(proposable.find(|figure| reaches(*figure)).unwrap_or(lever.best))
    }

    fn single(&self) -> Vec<Change> {
        let reaching = self
            .levers
            .iter()
            .filter_map(|lever| Some((lever, self.least(&self.alone, lever)?)));
        listed(reaching.filter_map(|(lever, figure)| self.change(lever, figure)))
    }

    fn combination(&self) -> Option<Vec<Change>> {
        let mut taken: Vec<(&Lever, Changed)> = Vec::new();
        let (mut unit, mut now) = (self.alone.clone(), self.start.clone());
        while !self.aim.is_reached(&now) {
            let is_open = |lever: &&Lever| !taken.iter().any(|(_, (at, _))| *at == lever.at);
            let gains = self.levers.iter().filter(is_open).filter_map(|lever| {
                let next = unit.score(&[(lever.at, lever.best)]).ok()?;
                let gain = self.aim.gain(&now, &next)?;
                (gain > 0.0).then(|| (gain / lever.share(lever.best), next, lever))
            });
            let (_, next, best) = gains.max_by(|a, b| a.0.total_cmp(&b.0))?;
            unit = unit.with(&[(best.at, best.best)]).ok()?;
            taken.push((best, (best.at, best.best)));
            now = next;
        }
        // What was taken last went further than it needs to; whatever the others do not need is given back.
        for place in (0..taken.len()).rev() {
            let (lever, _) = taken.remove(place);
            let others: Vec<Changed> = taken.iter().map(|(_, changed)| *changed).collect();
            let unit = self.alone.with(&others).ok()?;
            if !self.aim.is_reached(&unit.score(&[]).ok()?) {
                let least = self.least(&unit, lever).unwrap_or(lever.best);
                taken.insert(place, (lever, (lever.at, least)));
            }
        }
        let kept = taken.into_iter();
        Some(
            kept.filter_map(|(lever, (_, figure))| self.change(lever, figure))
                .collect(),
        )
    }

    fn change(&self, lever: &Lever, figure: f64) -> Option<Change> {
        let number = |figure: f64| Fixed::from_observed(figure * lever.size, Fixed::DECIMALS);
        let normalised = |composite: &Composite| {
            let score = composite.normalised.column(&lever.code)?.get(0)?;
            Fixed::from_observed(score, Fixed::DECIMALS)
        };
        let after = self.alone.score(&[(lever.at, figure)]).ok()?;
        let gain = normalised(&after).map(|to| Gain {
            code: Arc::from(lever.code.as_str()),
            from: normalised(&self.start),
            to,
        });
        Some(Change {
            source: Arc::clone(&lever.source),
            label: Arc::clone(&lever.label),
            unit: lever.unit.clone(),
            from: lever.current.and_then(number).map(Figure::Number),
            to: Figure::Number(number(figure)?),
            questions: lever.questions.clone(),
            gains: gain.into_iter().collect(),
            share: Fixed::from_observed(lever.share(figure), Fixed::DECIMALS)?,
        })
    }
}
