//! Which enterprises are named: by a query, by identifiers, or in a spreadsheet row by row.

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::{
    domain::{
        access::Principal,
        enterprise::{Enterprise, EnterpriseId},
        round::Population,
    },
    service::{
        Service,
        error::{Fault, ServiceError, codes},
        registry::enterprise_list::{ListedEnterprise, listed_enterprises},
    },
    store,
};

/// Which enterprises.
pub enum Named {
    /// Those of a query over the registry, or these.
    Population(Population),
    /// Those that a spreadsheet lists.
    List(Bytes),
}

/// An enterprise that is named, or what is wrong with the row that should name one.
pub(crate) struct NamedOne {
    pub(crate) row: Option<usize>,
    pub(crate) uscc: String,
    pub(crate) name: String,
    /// Login as a list states it; empty where it states none.
    pub(crate) login: String,
    pub(crate) found: Result<Enterprise, Box<Fault>>,
}

impl From<Enterprise> for NamedOne {
    fn from(enterprise: Enterprise) -> Self {
        Self {
            row: None,
            uscc: enterprise.facts.uscc.clone(),
            name: enterprise.facts.name.clone(),
            login: String::new(),
            found: Ok(enterprise),
        }
    }
}

impl From<ListedEnterprise> for NamedOne {
    fn from(row: ListedEnterprise) -> Self {
        Self {
            row: Some(row.row),
            uscc: row.uscc,
            name: row.name,
            login: row.login,
            found: row.found,
        }
    }
}

/// The enterprises that are named, each once, as the caller sees them.
pub(crate) async fn find_named(
    service: &Service,
    caller: &Principal,
    named: Named,
) -> Result<Vec<NamedOne>, ServiceError> {
    let conn = service.db.read();
    let ids = match named {
        Named::List(bytes) => {
            let listed = listed_enterprises(service, caller, &bytes).await?;
            return Ok(listed.into_iter().map(NamedOne::from).collect());
        }
        Named::Population(Population::Query(filter)) => {
            let filter = filter.asked_on(service.today());
            store::enterprise::enterprise_ids(conn, &caller.scope, &filter).await?
        }
        Named::Population(Population::List(ids)) => ids,
    };
    let mut known = store::enterprise::find_enterprises(conn, &caller.scope, &ids).await?;
    let mut seen = BTreeSet::new();
    let different = ids.into_iter().filter(|id| seen.insert(*id));
    let one = |id: EnterpriseId| match known.remove(&id) {
        Some(enterprise) => enterprise.into(),
        None => NamedOne {
            row: None,
            uscc: String::new(),
            name: String::new(),
            login: String::new(),
            found: Err(Box::new(Fault::saying(
                "",
                codes::registry::NOT_REGISTERED,
                format!("企业名录中没有编号为 {id} 的企业，请核对。"),
                format!("The registry has no enterprise with the identifier {id}; check it."),
            ))),
        },
    };
    Ok(different.map(one).collect())
}
