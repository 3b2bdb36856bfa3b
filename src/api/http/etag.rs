//! Versions as ETags: `"7"` for version 7.

use crate::service::error::{ServiceError, codes};

/// The ETag of a version.
pub(crate) fn of(version: i64) -> String {
    format!("\"{version}\"")
}

/// The version that `If-Match` states. It must be there: nothing is changed blindly.
pub(crate) fn required(if_match: Option<&str>) -> Result<i64, ServiceError> {
    let text = if_match
        .ok_or_else(|| ServiceError::new(codes::http::VERSION_REQUIRED))?
        .trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    bare.and_then(|text| text.parse().ok())
        .ok_or_else(|| ServiceError::new(codes::http::INVALID_ETAG))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_is_one_strong_etag() {
        assert_eq!(required(Some(&of(7))).unwrap(), 7);
        assert_eq!(required(None).unwrap_err().code, "version_required");
        for text in ["7", "W/\"7\"", "*", "\"x\"", "\"7\", \"8\""] {
            assert_eq!(required(Some(text)).unwrap_err().code, "invalid_etag", "{text}");
        }
    }
}
