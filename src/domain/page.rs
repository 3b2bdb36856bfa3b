//! Keyset paging.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::count::count;

/// The place after which a page begins: the sort key and the identifier of the last item shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Sort key of the last item.
    pub key: String,
    /// Identifier of the last item, which makes the order total.
    pub id: Uuid,
}

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// At most so many items, 1 to 200.
    pub limit: u64,
    /// Begin after this place; from the start when absent.
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// The most items a page may hold.
    pub const MAX: u64 = 200;
    /// Items of a page when nothing is said.
    pub const DEFAULT: u64 = 50;
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items in order.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last page.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// A page from at most `limit + 1` rows: the surplus row only tells that there is more.
    pub fn from_surplus(mut items: Vec<T>, limit: u64, cursor: impl Fn(&T) -> Cursor) -> Self {
        let limit = count(limit);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }

    /// The same page with every item changed.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
        }
    }
}
