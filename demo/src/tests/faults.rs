//! Mistakes in first workbooks: each is found, and the corrected workbook is clean.

use std::collections::BTreeSet;

use survey::answer::Answers;
use workbook::prefill::Prefill;

use super::{COUNTY, County, SURVEY, SampleEnterprise, profile, returned, typed};
use crate::InjectedFault;

#[test]
fn every_mistake_is_found_and_corrected() {
    let mut plan = profile();
    plan.faults.share = 1.0;
    plan.faults.at_most = 8;
    plan.last_year.share = 0.0;
    let recipes: BTreeSet<_> = plan
        .faults
        .recipes
        .iter()
        .map(|recipe| (recipe.fault.clone(), recipe.question.clone(), recipe.blocks))
        .collect();
    let mut met = BTreeSet::new();
    for SampleEnterprise { answers, faults, .. } in County::new(plan, &SURVEY).unwrap().generate(11, 120) {
        assert!(faults.first().is_some_and(|first| first.blocks), "{faults:#?}");
        for fault in faults {
            if met.insert((fault.fault.clone(), fault.cell.question.clone(), fault.blocks)) {
                check(&answers, &fault);
            }
        }
    }
    assert_eq!(met, recipes, "every recipe is used");
}

/// A single mistake in an otherwise right workbook is noticed, blocks if it says so, and leaves nothing when corrected.
fn check(answers: &Answers, fault: &InjectedFault) {
    let right = returned(typed(answers, Prefill::new()), None).1;
    let spoilt = [(fault.cell.clone(), fault.typed.clone())].into();
    let wrong = returned(typed(answers, spoilt), None).1;
    assert_eq!(
        (right.blocks(), wrong.blocks()),
        (false, fault.blocks),
        "{fault:?}: {:#?}",
        wrong.items
    );
    assert!(wrong.total() > right.total(), "not noticed: {fault:?}");
    let rules = || wrong.items.iter().map(|finding| finding.rule.as_str());
    let reader_noticed = rules().any(|rule| rule.split('.').next() == fault.fault.split('.').next());
    let rule_noticed = rules().any(|rule| rule.starts_with("CK") || rule.starts_with("bound."));
    assert!(reader_noticed || rule_noticed, "{fault:?}: {:#?}", wrong.items);
}

#[test]
fn a_workbook_with_several_mistakes_blocks_until_it_is_corrected() {
    let several: Vec<_> = COUNTY.iter().filter(|enterprise| enterprise.faults.len() > 1).collect();
    assert!(several.len() > 5);
    for enterprise in several {
        let upload = enterprise.first_upload();
        assert_eq!(upload.len(), enterprise.faults.len(), "one cell each");
        assert!(
            returned(typed(&enterprise.answers, upload), None).1.blocks(),
            "{:#?}",
            enterprise.faults
        );
        assert!(!returned(typed(&enterprise.answers, Prefill::new()), None).1.blocks());
    }
}
