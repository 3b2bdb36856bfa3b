//! Scopes and filters over enterprises as conditions: what a caller may see is part of every query.

use entity::{area_closure, enterprise};
use sea_orm::{ColumnTrait, Condition, EntityTrait as _, QueryFilter as _, QuerySelect as _, QueryTrait as _};

use crate::domain::access::Scope;

/// Condition on the rows of `enterprise` that `scope` shows.
pub(super) fn enterprises(scope: &Scope) -> Condition {
    match scope {
        Scope::County => Condition::all(),
        Scope::Town(code) => within_area(enterprise::Column::AreaCode, code),
        Scope::Enterprise(id) => Condition::all().add(enterprise::Column::Id.eq(id.0)),
    }
}

/// Condition on the rows of any table whose `column` names an enterprise that `scope` shows.
pub(super) fn rows_of(scope: &Scope, column: impl ColumnTrait) -> Condition {
    match scope {
        Scope::County => Condition::all(),
        Scope::Enterprise(id) => Condition::all().add(column.eq(id.0)),
        Scope::Town(_) => {
            let seen = enterprise::Entity::find()
                .select_only()
                .column(enterprise::Column::Id)
                .filter(enterprises(scope))
                .into_query();
            Condition::all().add(column.in_subquery(seen))
        }
    }
}

/// Condition that the area in `column` is `code` or lies below it.
pub(super) fn within_area(column: impl ColumnTrait, code: &str) -> Condition {
    let below = area_closure::Entity::find()
        .select_only()
        .column(area_closure::Column::Descendant)
        .filter(area_closure::Column::Ancestor.eq(code))
        .into_query();
    // The code itself too: a town that the list of areas does not know still sees its own enterprises.
    let inside = Condition::any().add(column.eq(code)).add(column.in_subquery(below));
    // Inside an AND, so that what a caller adds narrows it down.
    Condition::all().add(inside)
}
