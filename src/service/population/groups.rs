//! Groups of enterprises: made, renamed and ended, and their members by a query, a list of identifiers or a spreadsheet.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    change_members::{MemberOutcome, MemberReport, Outcome},
    named::{Named, NamedOne, find_named},
};
use crate::{
    domain::{
        access::Principal,
        enterprise::EnterpriseId,
        enterprise_group::{EnterpriseGroup, GroupId},
        page::{Page, PageRequest},
    },
    service::{
        Service,
        access::permission::Action,
        error::{Fault, ServiceError, codes, duplicate},
    },
    store,
};

/// What a group is made from.
pub struct NewGroup {
    /// Kind, in the words of the bureau.
    pub kind: String,
    /// Name, unique within its kind.
    pub name: String,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day; absent while it has no end.
    pub ends_on: Option<NaiveDate>,
}

/// What is changed of a group; what is absent stays.
pub struct GroupChange {
    /// Name.
    pub name: Option<String>,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
}

/// A group with how many belong to it today, of those that the caller sees.
pub struct CountedGroup {
    /// The group.
    pub group: EnterpriseGroup,
    /// Members today.
    pub members: u64,
}

/// What is done to the members of a group.
pub struct GroupMembersRequest {
    /// Whether they are added; otherwise they are taken out.
    pub add: bool,
    /// Which enterprises.
    pub named: Named,
    /// From which day on; today when absent.
    pub on: Option<NaiveDate>,
    /// Report only, write nothing.
    pub dry_run: bool,
}

/// Makes a group without members.
pub async fn create_group(service: &Service, caller: &Principal, new: NewGroup) -> Result<CountedGroup, ServiceError> {
    caller.may(Action::WriteEnterprises)?;
    let group = EnterpriseGroup {
        id: GroupId(service.next_id()),
        kind: new.kind.trim().to_owned(),
        name: new.name.trim().to_owned(),
        starts_on: new.starts_on,
        ends_on: new.ends_on,
        created_by: caller.name.clone(),
        version: 1,
        created_at: service.now(),
    };
    require_valid(&group)?;
    let txn = service.db.begin_write().await?;
    store::enterprise_group::insert_group(&txn, &group)
        .await
        .map_err(|error| duplicate(error, codes::registry::DUPLICATE_GROUP))?;
    txn.commit().await?;
    Ok(CountedGroup { group, members: 0 })
}

/// Groups by name, of one kind where it is stated.
pub async fn list_groups(
    service: &Service,
    caller: &Principal,
    kind: Option<&str>,
    page: &PageRequest,
) -> Result<Page<CountedGroup>, ServiceError> {
    caller.may(Action::ReadEnterprises)?;
    let conn = service.db.read();
    let found = store::enterprise_group::list_groups(conn, kind, page).await?;
    let ids: Vec<GroupId> = found.items.iter().map(|group| group.id).collect();
    let members = store::enterprise_group::member_counts(conn, &caller.scope, &ids, service.today()).await?;
    let counted = |group: EnterpriseGroup| CountedGroup {
        members: members.get(&group.id).copied().unwrap_or(0),
        group,
    };
    Ok(Page {
        items: found.items.into_iter().map(counted).collect(),
        next: found.next,
    })
}

/// One group.
pub async fn get_group(service: &Service, caller: &Principal, id: GroupId) -> Result<CountedGroup, ServiceError> {
    caller.may(Action::ReadEnterprises)?;
    let conn = service.db.read();
    let group = store::enterprise_group::find_group(conn, id).await?;
    let members = store::enterprise_group::member_counts(conn, &caller.scope, &[id], service.today()).await?;
    Ok(CountedGroup {
        group,
        members: members.get(&id).copied().unwrap_or(0),
    })
}

/// Renames or ends a group.
pub async fn update_group(
    service: &Service,
    caller: &Principal,
    id: GroupId,
    expected_version: i64,
    change: GroupChange,
) -> Result<CountedGroup, ServiceError> {
    caller.may(Action::WriteEnterprises)?;
    let txn = service.db.begin_write().await?;
    let mut group = store::enterprise_group::find_group(&txn, id).await?;
    if let Some(name) = change.name {
        name.trim().clone_into(&mut group.name);
    }
    group.ends_on = change.ends_on.or(group.ends_on);
    require_valid(&group)?;
    store::enterprise_group::update_group(&txn, &group, expected_version)
        .await
        .map_err(|error| duplicate(error, codes::registry::DUPLICATE_GROUP))?;
    txn.commit().await?;
    get_group(service, caller, id).await
}

fn require_valid(group: &EnterpriseGroup) -> Result<(), ServiceError> {
    let mut faults = Vec::new();
    if group.kind.is_empty() || group.kind.chars().count() > 40 {
        faults.push(Fault::at("/kind", codes::registry::GROUP_KIND));
    }
    if group.name.is_empty() || group.name.chars().count() > 100 {
        faults.push(Fault::at("/name", codes::registry::GROUP_NAME));
    }
    if group.ends_on.is_some_and(|ends_on| ends_on < group.starts_on) {
        faults.push(Fault::at("/ends_on", codes::registry::GROUP_DATES));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(ServiceError::new(codes::registry::INVALID_GROUP).with_faults(faults))
    }
}

/// Adds members to a group or ends their membership, from a day on.
pub async fn change_group_members(
    service: &Service,
    caller: &Principal,
    id: GroupId,
    request: GroupMembersRequest,
) -> Result<MemberReport, ServiceError> {
    caller.may(Action::WriteEnterprises)?;
    let on = request.on.unwrap_or_else(|| service.today());
    let named = find_named(service, caller, request.named).await?;
    let txn = service.db.begin_write().await?;
    store::enterprise_group::find_group(&txn, id).await?;
    let members = store::enterprise_group::members_from(&txn, &caller.scope, id, on).await?;
    let (mut added, mut ended) = (Vec::new(), Vec::new());
    let outcomes = named
        .into_iter()
        .map(|one| settle(one, request.add, on, &members, &mut added, &mut ended))
        .collect();
    if !request.dry_run {
        store::enterprise_group::end_members(&txn, id, &ended, on).await?;
        store::enterprise_group::add_members(&txn, id, &added, on).await?;
        txn.commit().await?;
    }
    Ok(MemberReport { outcomes })
}

/// What becomes of an enterprise. One that joins later already is moved to the earlier day.
fn settle(
    one: NamedOne,
    add: bool,
    on: NaiveDate,
    members: &BTreeMap<EnterpriseId, NaiveDate>,
    added: &mut Vec<EnterpriseId>,
    ended: &mut Vec<EnterpriseId>,
) -> MemberOutcome {
    let enterprise = match one.found {
        Ok(enterprise) => enterprise,
        Err(fault) => {
            return MemberOutcome {
                row: one.row,
                enterprise: None,
                uscc: one.uscc,
                name: one.name,
                survey_return: None,
                outcome: Outcome::Refused,
                fault: Some(fault),
            };
        }
    };
    let joined = members.get(&enterprise.id);
    let outcome = match (add, joined) {
        (true, Some(joined)) if *joined <= on => Outcome::Unchanged,
        (true, joined) => {
            ended.extend(joined.map(|_| enterprise.id));
            added.push(enterprise.id);
            Outcome::Added
        }
        (false, Some(_)) => {
            ended.push(enterprise.id);
            Outcome::Removed
        }
        (false, None) => Outcome::Unchanged,
    };
    MemberOutcome {
        row: one.row,
        enterprise: Some(enterprise.id),
        uscc: enterprise.facts.uscc,
        name: enterprise.facts.name,
        survey_return: None,
        outcome,
        fault: None,
    }
}
