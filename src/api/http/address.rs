//! The address under which a caller reached this service, for what is downloaded and printed.

use poem::{Request, http::header};

/// The address as the headers tell it, `https://host`; nothing where they tell none that is plausible.
pub(crate) fn of(request: &Request) -> Option<String> {
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    let plausible = host
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'));
    let forwarded = request
        .headers()
        .get("x-forwarded-proto")
        .and_then(|value| value.to_str().ok());
    let scheme = if forwarded == Some("https") { "https" } else { "http" };
    plausible.then(|| format!("{scheme}://{host}"))
}
