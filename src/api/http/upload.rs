//! Raw-body uploads: the bytes actually read are bounded, whatever the headers say.

use std::fmt::Write as _;

use bytes::Bytes;
use poem::Body;
use tokio::io::AsyncReadExt;

use crate::service::{
    Service,
    error::{ServiceError, codes},
};

/// All bytes of an upload, or a refusal once there are more than allowed.
pub(crate) async fn read(service: &Service, body: Body) -> Result<Bytes, ServiceError> {
    read_at_most(service.settings.upload_bytes, body).await
}

/// All bytes of what is handed in for many enterprises, or a refusal once there are more than allowed.
pub(crate) async fn read_import(service: &Service, body: Body) -> Result<Bytes, ServiceError> {
    read_at_most(service.settings.imports.file_bytes, body).await
}

async fn read_at_most(limit: u64, body: Body) -> Result<Bytes, ServiceError> {
    let mut bytes = Vec::new();
    let mut reader = body.into_async_read().take(limit + 1);
    reader
        .read_to_end(&mut bytes)
        .await
        .map_err(|error| ServiceError::new(codes::http::BAD_REQUEST).because(error))?;
    if bytes.len() as u64 > limit {
        Err(ServiceError::new(codes::http::BODY_TOO_LARGE))
    } else {
        Ok(bytes.into())
    }
}

/// `Content-Disposition` for a download whose name is not ASCII (RFC 6266): a plain name and the real one.
pub(crate) fn attachment(filename: &str) -> String {
    let plain = filename
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '_'
            }
        })
        .collect::<String>();
    let mut encoded = String::new();
    for byte in filename.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            write!(encoded, "%{byte:02X}").ok();
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn names_survive_and_headers_stay_ascii() {
        let header = attachment("2026_富阳\r\n\".xlsx");
        assert!(header.is_ascii() && !header.contains('\r'));
        assert_eq!(
            header,
            "attachment; filename=\"2026______.xlsx\"; filename*=UTF-8''2026_%E5%AF%8C%E9%98%B3%0D%0A%22.xlsx"
        );
    }
}
