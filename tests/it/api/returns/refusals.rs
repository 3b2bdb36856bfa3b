//! Files that are not taken: each has its own code and sentence, and the store is as it was.

use poem::http::StatusCode;
use serde_json::json;
use workbook::prefill::Prefill;

use crate::{
    app::{Actor, App},
    county::{self, Sample},
};

/// The state that must not change.
async fn state(filler: &Actor<'_>, sample: &Sample) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let path = format!("/api/v1/returns/{}", sample.return_id);
    (
        filler.get(&path).await.expect(StatusCode::OK).body,
        filler
            .get(&format!("{path}/revisions"))
            .await
            .expect(StatusCode::OK)
            .body,
        filler.get(&format!("{path}/events")).await.expect(StatusCode::OK).body,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_that_is_no_return_of_ours_has_its_own_code() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let (sample, other) = (&county.samples[0], &county.samples[1]);
    let filler = app.filler(&sample.id).await;
    let good = app.filled(&sample.return_id, &sample.answers, Prefill::new()).await;
    let others = app.filled(&other.return_id, &other.answers, Prefill::new()).await;
    let next_round = county::open_round(&admin, "2026-extra", json!({})).await;
    let found = admin
        .get(&format!(
            "/api/v1/returns?round_id={next_round}&enterprise_id={}",
            sample.id
        ))
        .await;
    let in_next = found.expect(StatusCode::OK).json()["items"][0]["survey_return"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let of_next = app.filled(&in_next, &sample.answers, Prefill::new()).await;
    let cases: Vec<(&str, Vec<u8>, StatusCode, &str)> = vec![
        (
            "nothing",
            Vec::new(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "workbook.empty",
        ),
        (
            "half of a workbook",
            good[..good.len() / 2].to_vec(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "workbook.truncated",
        ),
        (
            "a web page named .xls",
            b"<html><body><table><tr><td>1</td></tr></table></body></html>".to_vec(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "workbook.html",
        ),
        (
            "a PDF",
            b"%PDF-1.7\n1 0 obj\n".to_vec(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "workbook.pdf",
        ),
        (
            "a picture",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "workbook.image",
        ),
        (
            "an encrypted workbook",
            encrypted(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "workbook.encrypted",
        ),
        (
            "somebody else's spreadsheet",
            foreign(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "workbook.foreign",
        ),
        (
            "another enterprise's workbook",
            others,
            StatusCode::UNPROCESSABLE_ENTITY,
            "workbook.wrong_enterprise",
        ),
        (
            "another round's workbook",
            of_next,
            StatusCode::UNPROCESSABLE_ENTITY,
            "workbook.wrong_round",
        ),
        (
            "a workbook whose marks were changed",
            with_version(&good, "0.9.0"),
            StatusCode::UNPROCESSABLE_ENTITY,
            "workbook.seal_broken",
        ),
        (
            "a file larger than allowed",
            vec![b'x'; (20 << 20) + 1],
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
        ),
    ];
    let before = state(&filler, sample).await;
    let sha256 = ronghe::blobs::sha256_hex(&good);
    let blobs = async || {
        ronghe::store::blob::find_blob(app.service.db.read(), &sha256)
            .await
            .unwrap()
    };
    for (what, bytes, status, code) in cases {
        let path = format!("/api/v1/returns/{}/revisions?filename=return.xls", sample.return_id);
        for query in ["", "&dry_run=true"] {
            let answer = filler.upload(&format!("{path}{query}"), bytes.clone()).await;
            assert_eq!(
                (answer.status, answer.json()["code"].as_str()),
                (status, Some(code)),
                "{what}: {}",
                answer.json()
            );
            answer.refused(status, code);
        }
        assert_eq!(state(&filler, sample).await, before, "{what} changed something");
    }
    assert!(blobs().await.is_none());
    let path = format!("/api/v1/returns/{}/revisions", sample.return_id);
    filler
        .upload(&format!("{path}?dry_run=true"), good.clone())
        .await
        .expect(StatusCode::OK);
    assert_eq!(state(&filler, sample).await, before, "a dry run changes nothing");
    filler.upload(&path, good).await.expect(StatusCode::CREATED);
    assert!(blobs().await.is_some());
    app.end().await;
}

/// The head of an OLE compound file that holds an encrypted package, as Excel writes it for a workbook with a password.
fn encrypted() -> Vec<u8> {
    let mut file = vec![0_u8; 512 * 4];
    file[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    file[24..26].copy_from_slice(&0x3E_u16.to_le_bytes());
    file[26..28].copy_from_slice(&3_u16.to_le_bytes());
    file[28..30].copy_from_slice(&0xFFFE_u16.to_le_bytes());
    file[30..32].copy_from_slice(&9_u16.to_le_bytes());
    file[32..34].copy_from_slice(&6_u16.to_le_bytes());
    file[44..48].copy_from_slice(&1_u32.to_le_bytes());
    file[48..52].copy_from_slice(&1_u32.to_le_bytes());
    file[56..60].copy_from_slice(&4096_u32.to_le_bytes());
    file[60..64].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
    file[68..72].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
    for at in 0..109 {
        let sector = if at == 0 { 0_u32 } else { 0xFFFF_FFFF };
        file[76 + at * 4..80 + at * 4].copy_from_slice(&sector.to_le_bytes());
    }
    // Sector 0: the allocation table. Sector 1: the directory.
    let fat = [0xFFFF_FFFD_u32, 0xFFFF_FFFE, 0xFFFF_FFFE];
    for (at, entry) in fat.iter().enumerate() {
        file[512 + at * 4..516 + at * 4].copy_from_slice(&entry.to_le_bytes());
    }
    for (at, name) in ["Root Entry", "EncryptionInfo", "EncryptedPackage"].iter().enumerate() {
        let start = 1024 + at * 128;
        for (position, unit) in name.encode_utf16().enumerate() {
            file[start + position * 2..start + position * 2 + 2].copy_from_slice(&unit.to_le_bytes());
        }
        let length = u16::try_from((name.len() + 1) * 2).unwrap();
        file[start + 64..start + 66].copy_from_slice(&length.to_le_bytes());
        file[start + 66] = if at == 0 { 5 } else { 2 };
    }
    file
}

/// A workbook that is none of our templates.
fn foreign() -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook
        .add_worksheet()
        .write(0, 0, "企业名称")
        .unwrap()
        .write(0, 1, 42)
        .unwrap();
    workbook.save_to_buffer().unwrap()
}

/// The same workbook whose hidden sheet speaks of another version of the questionnaire.
fn with_version(workbook: &[u8], version: &str) -> Vec<u8> {
    use std::io::{Cursor, Read as _, Write as _};

    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut changed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let name = entry.name().unwrap().into_owned();
        if name == "xl/sharedStrings.xml" {
            let current = county::questionnaire().version;
            let text = String::from_utf8(bytes).unwrap();
            let marked = format!("<t>{current}</t>");
            assert!(text.contains(&marked), "the version stands among the strings");
            bytes = text.replace(&marked, &format!("<t>{version}</t>")).into_bytes();
        }
        changed
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        changed.write_all(&bytes).unwrap();
    }
    changed.finish().unwrap().into_inner()
}
