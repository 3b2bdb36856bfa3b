//! Lists as pages: `limit`, an opaque `cursor`, and `next_cursor` while there is more.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::word::CursorText;
use crate::{
    blobs::sha256_hex,
    domain::page::{Cursor, PageRequest},
    service::error::{ServiceError, codes},
};

/// What a cursor says, before it is made opaque.
#[derive(Serialize, Deserialize)]
struct Token {
    /// Version of this form.
    v: u8,
    /// Sort key.
    k: String,
    /// Identifier.
    i: Uuid,
    /// Which list and which filters it belongs to.
    f: String,
}

/// A page that is asked for, of a list with its filters.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Which items.
    pub(crate) request: PageRequest,
    /// Fingerprint of the list with its filters.
    list: String,
}

/// The page that `limit` and `cursor` ask for. `list` names the list with its filters: a cursor of another list is refused.
pub(crate) fn asked(
    limit: Option<u32>,
    cursor: Option<&CursorText>,
    list: &impl Serialize,
) -> Result<Asked, ServiceError> {
    let limit = limit.map_or(PageRequest::DEFAULT, u64::from).clamp(1, PageRequest::MAX);
    let list = fingerprint(list)?;
    // An empty parameter is what forms send for no parameter.
    let cursor = cursor.filter(|text| !text.0.is_empty());
    let after = cursor.map(|text| decode(&text.0, &list)).transpose()?;
    Ok(Asked {
        request: PageRequest { limit, after },
        list,
    })
}

impl Asked {
    /// The opaque text of the cursor with which the next page begins.
    pub(crate) fn cursor(&self, next: Option<Cursor>) -> Result<Option<String>, ServiceError> {
        let Some(Cursor { key, id }) = next else {
            return Ok(None);
        };
        let token = Token {
            v: 1,
            k: key,
            i: id,
            f: self.list.clone(),
        };
        let bytes = serde_json::to_vec(&token).map_err(ServiceError::internal)?;
        Ok(Some(URL_SAFE_NO_PAD.encode(bytes)))
    }
}

/// Declares a page of a list and the response that holds it.
macro_rules! paged {
    ($(#[$doc:meta])* $page:ident as $found:ident { $(#[$of:meta])* items: $row:ty $(,)? }) => {
        $(#[$doc])*
        #[derive(poem_openapi::Object)]
        #[oai(skip_serializing_if_is_none)]
        struct $page {
            $(#[$of])*
            items: Vec<$row>,
            /// Cursor of the next page; absent on the last page.
            next_cursor: Option<String>,
        }

        $(#[$doc])*
        #[derive(poem_openapi::ApiResponse)]
        enum $found {
            /// A page of the list.
            #[oai(status = 200)]
            Found(poem_openapi::payload::Json<$page>),
        }

        impl $found {
            /// What was found, with the cursor of the page after it.
            fn of<T: Into<$row>>(
                found: $crate::domain::page::Page<T>,
                asked: &$crate::api::http::page::Asked,
            ) -> Result<Self, $crate::service::error::ServiceError> {
                let next_cursor = asked.cursor(found.next)?;
                let items = found.items.into_iter().map(Into::into).collect();
                Ok(Self::Found(poem_openapi::payload::Json($page { items, next_cursor })))
            }
        }
    };
}
pub(crate) use paged;

fn decode(text: &str, list: &str) -> Result<Cursor, ServiceError> {
    let invalid = || ServiceError::new(codes::http::INVALID_CURSOR);
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
    let token: Token = serde_json::from_slice(&bytes).map_err(|_| invalid())?;
    if token.v != 1 || token.f != list {
        return Err(invalid());
    }
    Ok(Cursor {
        key: token.k,
        id: token.i,
    })
}

fn fingerprint(list: &impl Serialize) -> Result<String, ServiceError> {
    let bytes = serde_json::to_vec(list).map_err(ServiceError::internal)?;
    Ok(sha256_hex(&bytes).chars().take(12).collect())
}

#[cfg(test)]
mod tests {
    use super::{super::word::Word, *};

    #[test]
    fn a_cursor_only_fits_its_own_list() {
        let place = Cursor {
            key: "富阳".to_owned(),
            id: Uuid::from_u128(7),
        };
        let list = ("enterprises", "a");
        let first = asked(Some(10), None, &list).unwrap();
        let text = first.cursor(Some(place.clone())).unwrap().unwrap();
        let again = asked(Some(10), Some(&Word(text.clone())), &list).unwrap();
        assert_eq!(
            again.request,
            PageRequest {
                limit: 10,
                after: Some(place)
            }
        );
        for (cursor, list) in [(text.as_str(), "b"), ("%%%", "a"), ("e30", "a")] {
            assert!(
                asked(None, Some(&Word(cursor.to_owned())), &("enterprises", list)).is_err(),
                "{cursor} for {list}"
            );
        }
        assert_eq!(
            asked(None, Some(&Word(String::new())), &"x").unwrap().request.after,
            None
        );
        assert_eq!(asked(Some(0), None, &"x").unwrap().request.limit, 1);
        assert_eq!(asked(Some(9999), None, &"x").unwrap().request.limit, 200);
    }
}
