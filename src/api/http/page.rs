//! Lists as pages: `limit`, an opaque `cursor`, and `next_cursor` while there is more.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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

/// A page request from `limit` and `cursor`. `list` names the list with its filters: a cursor of another list is refused.
pub(crate) fn request(
    limit: Option<u32>,
    cursor: Option<&str>,
    list: &impl Serialize,
) -> Result<PageRequest, ServiceError> {
    let limit = u64::from(limit.unwrap_or(50)).clamp(1, PageRequest::MAX);
    // An empty parameter is what forms send for no parameter.
    let cursor = cursor.filter(|text| !text.is_empty());
    let after = cursor.map(|text| decode(text, &fingerprint(list))).transpose()?;
    Ok(PageRequest { limit, after })
}

/// The opaque text of a cursor.
pub(crate) fn next(next: Option<Cursor>, list: &impl Serialize) -> Option<String> {
    let Cursor { key, id } = next?;
    let token = Token {
        v: 1,
        k: key,
        i: id,
        f: fingerprint(list),
    };
    serde_json::to_vec(&token)
        .ok()
        .map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

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

fn fingerprint(list: &impl Serialize) -> String {
    let text = serde_json::to_string(list).unwrap_or_default();
    sha256_hex(text.as_bytes()).chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_only_fits_its_own_list() {
        let place = Cursor {
            key: "富阳".to_owned(),
            id: Uuid::from_u128(7),
        };
        let text = next(Some(place.clone()), &("enterprises", "a")).unwrap();
        let again = request(Some(10), Some(&text), &("enterprises", "a")).unwrap();
        assert_eq!(
            again,
            PageRequest {
                limit: 10,
                after: Some(place)
            }
        );
        for (cursor, list) in [(text.as_str(), "b"), ("%%%", "a"), ("e30", "a")] {
            assert!(
                request(None, Some(cursor), &("enterprises", list)).is_err(),
                "{cursor} for {list}"
            );
        }
        assert_eq!(request(None, Some(""), &"x").unwrap().after, None);
        assert_eq!(request(Some(0), None, &"x").unwrap().limit, 1);
        assert_eq!(request(Some(9999), None, &"x").unwrap().limit, 200);
    }
}
