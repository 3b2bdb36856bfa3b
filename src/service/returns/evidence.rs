//! Scans of signatures: told by their content, bounded, kept like every original.

use bytes::Bytes;
use chrono::NaiveDate;

use crate::{
    domain::{
        access::Principal,
        blob::Blob,
        count::count,
        round::Round,
        survey_return::{Evidence, RecordedSubmission, ReturnId, RevisionId},
    },
    service::{
        Service,
        error::{Fault, ServiceError, codes},
        returns::read::list_return_events,
    },
};

/// A name of a signatory is no longer than this.
const LONGEST_NAME: usize = 100;

/// Who has signed for an enterprise and when, with the scan that shows it.
#[derive(Clone)]
pub(crate) struct Signature {
    pub(crate) evidence: Evidence,
    pub(crate) signed_by: String,
    pub(crate) signed_on: NaiveDate,
}

impl Signature {
    /// What is recorded of it for ever.
    pub(crate) fn of_revision(self, service: &Service, recorded_by: &str, revision: RevisionId) -> RecordedSubmission {
        RecordedSubmission {
            revision,
            evidence: self.evidence,
            signed_by: self.signed_by,
            signed_on: self.signed_on,
            recorded_by: recorded_by.to_owned(),
            recorded_at: service.now(),
        }
    }
}

/// Goes on only with a name and with a date between the opening of the round and today; gives the name without blanks
/// around it.
pub(crate) fn check_signature(
    service: &Service,
    round: &Round,
    signed_by: &str,
    signed_on: NaiveDate,
) -> Result<String, ServiceError> {
    let (name, today) = (signed_by.trim(), service.today());
    let mut faults = Vec::new();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        faults.push(Fault::at("signed_by", codes::returns::SIGNED_BY));
    }
    if !(round.opens_on..=today).contains(&signed_on) {
        faults.push(Fault::saying(
            "signed_on",
            codes::returns::SIGNED_ON,
            format!(
                "签字日期 {signed_on} 不在填报期开始日（{}）至今天（{today}）之间，请核对。",
                round.opens_on
            ),
            format!(
                "The date of the signature, {signed_on}, is not between the opening of the round ({}) and today ({today}). Check it.",
                round.opens_on
            ),
        ));
    }
    if faults.is_empty() {
        Ok(name.to_owned())
    } else {
        Err(ServiceError::new(codes::returns::INVALID_SUBMISSION).with_faults(faults))
    }
}

/// Looks at a scan: what it is and how large, or why it is none.
pub(crate) fn check_scan(service: &Service, filename: Option<&str>, bytes: &Bytes) -> Result<Evidence, ServiceError> {
    if bytes.len() as u64 > service.settings.evidence_bytes {
        return Err(ServiceError::new(codes::returns::EVIDENCE_TOO_LARGE));
    }
    let kind = Scan::of(bytes).ok_or_else(|| ServiceError::new(codes::returns::NOT_A_SCAN))?;
    if !kind.is_whole(bytes) {
        return Err(ServiceError::new(codes::returns::SCAN_TRUNCATED));
    }
    Ok(Evidence {
        sha256: crate::blobs::sha256_hex(bytes),
        filename: filename.map_or_else(|| format!("scan.{}", kind.extension()), ToOwned::to_owned),
        media_type: kind.media_type().to_owned(),
        size_bytes: bytes.len() as u64,
    })
}

/// What is to be known of a scan whose bytes are kept.
pub(crate) fn blob_of(service: &Service, evidence: &Evidence) -> Blob {
    Blob {
        sha256: evidence.sha256.clone(),
        size_bytes: count(evidence.size_bytes),
        media_type: evidence.media_type.clone(),
        created_at: service.now(),
    }
}

/// The scan under which a submission of a return was recorded.
pub async fn get_evidence(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    sha256: &str,
) -> Result<(Evidence, Bytes), ServiceError> {
    let events = list_return_events(service, caller, id).await?;
    let mut submissions = events.into_iter().filter_map(|event| event.detail.submission);
    let found = submissions.find(|submission| submission.evidence.sha256 == sha256);
    let evidence = found
        .ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND))?
        .evidence;
    let bytes = service.blobs.get(sha256).await.map_err(ServiceError::internal)?;
    Ok((evidence, bytes))
}

/// A kind of file that scanners and telephones write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scan {
    Pdf,
    Jpeg,
    Png,
}

impl Scan {
    /// By the first bytes. A PDF may have some before its mark.
    fn of(bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..1024).unwrap_or(bytes);
        if bytes.starts_with(b"\xFF\xD8\xFF") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
            Some(Self::Png)
        } else if holds(head, b"%PDF-") {
            Some(Self::Pdf)
        } else {
            None
        }
    }

    /// Whether its end is there: mail programs and full disks cut files off.
    fn is_whole(self, bytes: &[u8]) -> bool {
        let tail = bytes
            .len()
            .checked_sub(2048)
            .and_then(|at| bytes.get(at..))
            .unwrap_or(bytes);
        match self {
            Self::Pdf => holds(tail, b"%%EOF"),
            Self::Jpeg => holds(tail, b"\xFF\xD9"),
            Self::Png => holds(tail, b"IEND"),
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_told_by_its_content() {
        let check = |bytes: &[u8], expected: Option<(Scan, bool)>| {
            let found = Scan::of(bytes).map(|scan| (scan, scan.is_whole(bytes)));
            assert_eq!(found, expected, "{}", String::from_utf8_lossy(bytes));
        };
        check(b"%PDF-1.7\n1 0 obj\n%%EOF\n", Some((Scan::Pdf, true)));
        check(b"\xEF\xBB\xBF%PDF-1.4 %%EOF", Some((Scan::Pdf, true)));
        check(b"%PDF-1.7\n1 0 obj", Some((Scan::Pdf, false)));
        check(b"\xFF\xD8\xFF\xE0picture\xFF\xD9", Some((Scan::Jpeg, true)));
        check(b"\xFF\xD8\xFF\xE0pict", Some((Scan::Jpeg, false)));
        check(b"\x89PNG\r\n\x1A\n...IEND\xAE\x42\x60\x82", Some((Scan::Png, true)));
        check(b"\x89PNG\r\n\x1A\n...", Some((Scan::Png, false)));
        check(b"PK\x03\x04 a workbook", None);
        check(b"\0\0\0\x18ftypheic", None);
        check(b"", None);
    }
}
