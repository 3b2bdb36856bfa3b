//! Enterprises of the registry: added and changed by the bureau, never silently.

use std::sync::Arc;

use survey::{
    identifier::{Uscc, UsccFault},
    tables::{AreaTable, ReferenceTables, areas::AreaLevel, industries::IndustryLevel},
};

use crate::{
    domain::{
        access::Principal,
        enterprise::{Enterprise, EnterpriseFacts, EnterpriseId},
    },
    service::{
        Service,
        access::permission::Action,
        documents::catalogue::{current_reference, reference_tables},
        error::{Fault, ServiceError, codes, duplicate},
    },
    store,
};

/// Facts to be written, with the reason why a credit code that fails its check is right all the same.
pub struct EnterpriseInput {
    /// Facts as given.
    pub facts: EnterpriseFacts,
    /// Why a legacy credit code is accepted.
    pub uscc_exception: Option<String>,
}

/// Adds an enterprise.
pub async fn create_enterprise(
    service: &Service,
    caller: &Principal,
    input: EnterpriseInput,
) -> Result<Enterprise, ServiceError> {
    caller.may(Action::WriteEnterprises)?;
    let tables = current_tables(service).await?;
    let checked = check(&tables, &service.this_month(), input)
        .map_err(|faults| ServiceError::new(codes::registry::INVALID_ENTERPRISE).with_faults(faults))?;
    let now = service.now();
    let enterprise = checked.into_enterprise(EnterpriseId(service.next_id()), 1, now, now);
    let txn = service.db.begin_write().await?;
    store::enterprise::insert_enterprise(&txn, &caller.scope, &enterprise)
        .await
        .map_err(|error| duplicate(error, codes::registry::DUPLICATE_USCC))?;
    txn.commit().await?;
    Ok(enterprise)
}

/// Replaces the facts of an enterprise.
pub async fn update_enterprise(
    service: &Service,
    caller: &Principal,
    id: EnterpriseId,
    expected_version: i64,
    input: EnterpriseInput,
) -> Result<Enterprise, ServiceError> {
    caller.may(Action::WriteEnterprises)?;
    let tables = current_tables(service).await?;
    let checked = check(&tables, &service.this_month(), input)
        .map_err(|faults| ServiceError::new(codes::registry::INVALID_ENTERPRISE).with_faults(faults))?;
    let txn = service.db.begin_write().await?;
    let found = store::enterprise::find_enterprise(&txn, &caller.scope, id).await?;
    let mut enterprise = checked.into_enterprise(id, found.version, found.created_at, service.now());
    enterprise.version = store::enterprise::update_enterprise(&txn, &caller.scope, &enterprise, expected_version)
        .await
        .map_err(|error| duplicate(error, codes::registry::DUPLICATE_USCC))?;
    txn.commit().await?;
    Ok(enterprise)
}

/// The reference tables in force now.
pub(crate) async fn current_tables(service: &Service) -> Result<Arc<ReferenceTables>, ServiceError> {
    Ok(Arc::new(reference_tables(&current_reference(&service.db).await?)?))
}

/// Facts that passed, with what is derived from them.
pub(crate) struct CheckedFacts {
    pub(crate) facts: EnterpriseFacts,
    pub(crate) org_code: String,
    pub(crate) uscc_exception: Option<String>,
    pub(crate) size_class: Option<String>,
}

impl CheckedFacts {
    pub(crate) fn into_enterprise(
        self,
        id: EnterpriseId,
        version: i64,
        created_at: chrono::DateTime<chrono::Utc>,
        updated_at: chrono::DateTime<chrono::Utc>,
    ) -> Enterprise {
        Enterprise {
            id,
            facts: self.facts,
            org_code: self.org_code,
            uscc_exception: self.uscc_exception,
            size_class: self.size_class,
            version,
            created_at,
            updated_at,
        }
    }
}

/// Checks facts against the code lists as they are in a month (`YYYY-MM`); all faults at once.
pub(crate) fn check(tables: &ReferenceTables, month: &str, input: EnterpriseInput) -> Result<CheckedFacts, Vec<Fault>> {
    let EnterpriseInput {
        mut facts,
        uscc_exception,
    } = input;
    let mut faults = Vec::new();
    facts.name = facts.name.trim().into();
    if facts.name.is_empty() || facts.name.chars().count() > 200 {
        faults.push(Fault::at("/name", codes::registry::NAME));
    }
    if is_town(tables, &facts.area_code) {
        faults.extend(area_fault(&tables.areas, &facts.area_code, month));
    } else {
        faults.push(Fault::saying(
            "/area_code",
            codes::registry::AREA_UNKNOWN,
            format!("行政区划代码“{}”不是名录中的镇街。", facts.area_code),
            format!(
                "\"{}\" is not the code of a town or street in the list.",
                facts.area_code
            ),
        ));
    }
    if !is_class(tables, &facts.industry_code) {
        faults.push(Fault::saying(
            "/industry_code",
            codes::registry::INDUSTRY_UNKNOWN,
            format!("行业代码“{}”不是 GB/T 4754 的小类（如 C3831）。", facts.industry_code),
            format!(
                "\"{}\" is not a four-digit class of GB/T 4754, such as C3831.",
                facts.industry_code
            ),
        ));
    }
    for (pointer, amount) in [
        ("/revenue_wan_yuan", facts.revenue_wan_yuan),
        ("/assets_wan_yuan", facts.assets_wan_yuan),
    ] {
        if amount.is_some_and(|amount| amount.is_sign_negative() && !amount.is_zero()) {
            faults.push(Fault::at(pointer, codes::registry::NEGATIVE));
        }
    }
    let uscc_exception = uscc_exception
        .map(|reason| reason.trim().to_owned())
        .filter(|reason| !reason.is_empty());
    let uscc = match Uscc::parse(&facts.uscc) {
        Ok(uscc) => {
            if !uscc.check_ok() && uscc_exception.is_none() {
                faults.push(Fault::at("/uscc", codes::registry::USCC_CHECK));
            }
            Some(uscc)
        }
        Err(fault) => {
            faults.push(uscc_fault(&fault));
            None
        }
    };
    let parent = facts.parent_uscc.take().filter(|code| !code.trim().is_empty());
    if let Some(parent) = parent.map(|code| Uscc::parse(&code).ok()) {
        faults.extend(parent_fault(parent.as_ref(), uscc.as_ref()));
        facts.parent_uscc = parent.map(|parent| parent.as_str().to_owned());
    }
    let (Some(uscc), true) = (uscc, faults.is_empty()) else {
        return Err(faults);
    };
    let exception = if uscc.check_ok() { None } else { uscc_exception };
    let size_class = size_class(tables, &facts);
    uscc.as_str().clone_into(&mut facts.uscc);
    let org_code = uscc
        .org_code()
        .map_or_else(String::new, |code| code.as_str().to_owned());
    Ok(CheckedFacts {
        org_code,
        facts,
        uscc_exception: exception,
        size_class,
    })
}

/// What is wrong with the code of a parent.
fn parent_fault(parent: Option<&Uscc>, own: Option<&Uscc>) -> Option<Fault> {
    let fault = |zh: &str, en: &str| Some(Fault::saying("/parent_uscc", codes::registry::PARENT_USCC, zh, en));
    let Some(parent) = parent.filter(|parent| parent.check_ok()) else {
        return fault(
            "母公司统一社会信用代码有误，请核对；没有则留空。",
            "The credit code of the parent is wrong; check it, or leave it out where there is none.",
        );
    };
    if own.is_some_and(|own| own.as_str() == parent.as_str()) {
        return fault(
            "母公司代码与本企业代码相同，请核对；没有母公司则留空。",
            "The code of the parent is the enterprise's own; check it, or leave it out where there is none.",
        );
    }
    None
}

/// A town that is no more, or not yet; its successor is named.
fn area_fault(areas: &AreaTable, code: &str, month: &str) -> Option<Fault> {
    let area = areas.get(code).filter(|area| !area.exists_in(month))?;
    let successor = area.succeeded_by.as_deref().and_then(|code| areas.get(code));
    let (zh, en) = successor.map_or_else(Default::default, |next| {
        (
            format!("，请改用“{} {}”", next.code, next.name),
            format!("; use {} {}", next.code, next.name),
        )
    });
    Some(Fault::saying(
        "/area_code",
        codes::registry::AREA_NOT_IN_FORCE,
        format!("行政区划“{} {}”在 {month} 不存在{zh}。", area.code, area.name),
        format!("The area {} {} does not exist in {month}{en}.", area.code, area.name),
    ))
}

fn uscc_fault(fault: &UsccFault) -> Fault {
    let (zh, en) = match fault {
        UsccFault::Length { found: 0 } => (
            "未填写统一社会信用代码。".to_owned(),
            "The credit code is missing.".to_owned(),
        ),
        UsccFault::Length { found } => (
            format!("统一社会信用代码应为 18 位，现为 {found} 位。"),
            format!("A credit code has 18 characters; this one has {found}."),
        ),
        UsccFault::Character {
            position,
            found,
            candidate,
        } => {
            let meant = candidate.as_ref().map(Uscc::as_str);
            let zh = meant.map_or(String::new(), |meant| format!("；是否应为 {meant}"));
            let en = meant.map_or(String::new(), |meant| format!("; is {meant} meant?"));
            (
                format!("统一社会信用代码第 {position} 位“{found}”不会出现在代码中{zh}。"),
                format!("Character \"{found}\" in position {position} occurs in no credit code{en}."),
            )
        }
    };
    Fault::saying("/uscc", codes::registry::USCC_FORM, zh, en)
}

/// Whether a code is that of a town or street, where enterprises have their seat.
pub(crate) fn is_town(tables: &ReferenceTables, code: &str) -> bool {
    tables.areas.get(code).is_some_and(|area| area.level == AreaLevel::Town)
}

/// Whether a code is that of a four-digit class.
pub(crate) fn is_class(tables: &ReferenceTables, code: &str) -> bool {
    tables
        .industries
        .get(code)
        .is_some_and(|industry| industry.level == IndustryLevel::Class)
}

/// Large, medium, small or micro by the size rules; unknown while employees or revenue are.
pub(crate) fn size_class(tables: &ReferenceTables, facts: &EnterpriseFacts) -> Option<String> {
    let number = |amount: rust_decimal::Decimal| amount.to_string().parse::<f64>().ok();
    let employees = f64::from(facts.employees?);
    let revenue = number(facts.revenue_wan_yuan?)?;
    let assets = facts.assets_wan_yuan.and_then(number);
    Some(
        tables
            .sizes
            .classify(&facts.industry_code, employees, revenue, assets)
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_town_that_is_no_more_names_its_successor() {
        let csv = "code,name,level,parent,valid_from,valid_to,succeeded_by,former_names,confidence
330000,浙江省,province,,,,,,proposed
330100,杭州市,city,330000,,,,,proposed
330111,富阳区,county,330100,,,,,proposed
330111001,甲镇,town,330111,,2025-07,330111002,,proposed
330111002,乙街道,town,330111,2025-07,,,,proposed
";
        let areas = AreaTable::parse(csv.as_bytes()).unwrap();
        let found = |code: &str, month: &str| area_fault(&areas, code, month).map(|fault| fault.message.zh);
        assert_eq!(found("330111001", "2025-06"), None);
        let gone = found("330111001", "2025-07").unwrap();
        assert!(gone.contains("330111002 乙街道"), "{gone}");
        assert!(found("330111002", "2025-06").is_some(), "not yet");
        assert_eq!(found("330111002", "2026-01"), None);
    }
}
