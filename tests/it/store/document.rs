//! Published documents.

use chrono::Duration;
use ronghe::{
    domain::document::{DocumentId, DocumentKind},
    store::{StoreError, document},
};

use super::sample::{Sample, statements, walk};
use crate::database::on_both;

#[tokio::test]
async fn a_document_comes_back_byte_for_byte() {
    on_both(async |db| {
        let sample = Sample::new();
        let txn = db.begin_write().await.unwrap();
        for kind in DocumentKind::ALL {
            let new = sample.document(kind, "code", "1.0.0");
            document::insert_document(&txn, &new).await.unwrap();
            assert_eq!(
                document::find_document(&txn, new.document.id).await.as_ref(),
                Ok(&new.document)
            );
            assert_eq!(
                document::content(&txn, new.document.id).await.as_ref(),
                Ok(&new.content)
            );
        }
        let unknown = DocumentId(sample.id());
        assert_eq!(document::find_document(&txn, unknown).await, Err(StoreError::NotFound));
        assert_eq!(document::content(&txn, unknown).await, Err(StoreError::NotFound));
    })
    .await;
}

#[tokio::test]
async fn kind_code_and_version_are_unique_together() {
    on_both(async |db| {
        let sample = Sample::new();
        let new = |kind, code, version| sample.document(kind, code, version);
        let txn = db.begin_write().await.unwrap();
        document::insert_document(&txn, &new(DocumentKind::Questionnaire, "a", "1"))
            .await
            .unwrap();
        document::insert_document(&txn, &new(DocumentKind::Methodology, "a", "1"))
            .await
            .unwrap();
        document::insert_document(&txn, &new(DocumentKind::Questionnaire, "b", "1"))
            .await
            .unwrap();
        document::insert_document(&txn, &new(DocumentKind::Questionnaire, "a", "2"))
            .await
            .unwrap();
        let again = document::insert_document(&txn, &new(DocumentKind::Questionnaire, "a", "1")).await;
        assert_eq!(again, Err(StoreError::Duplicate { what: "document" }));
    })
    .await;
}

#[tokio::test]
async fn versions_are_found_and_the_latest_is_the_one_published_last() {
    on_both(async |db| {
        let sample = Sample::new();
        let kind = DocumentKind::Methodology;
        let mut newer = sample.document(kind, "sme-level", "2024");
        newer.document.published_at += Duration::days(1);
        // Loaded later, but published first.
        let older = sample.document(kind, "sme-level", "2022");
        let other = sample.document(kind, "region-index", "1");
        let txn = db.begin_write().await.unwrap();
        for new in [&newer, &older, &other] {
            document::insert_document(&txn, new).await.unwrap();
        }
        txn.commit().await.unwrap();
        let conn = db.read();
        let found = document::find_document_by(conn, kind, "sme-level", "2022")
            .await
            .unwrap();
        assert_eq!(found.as_ref(), Some(&older.document));
        assert_eq!(
            document::find_document_by(conn, kind, "sme-level", "2023").await,
            Ok(None)
        );
        assert_eq!(
            document::find_document_by(conn, DocumentKind::Programmes, "sme-level", "2022").await,
            Ok(None)
        );
        let latest = document::latest_document(conn, kind, "sme-level").await.unwrap();
        assert_eq!(latest.as_ref(), Some(&newer.document));
        assert_eq!(document::latest_document(conn, kind, "none").await, Ok(None));
    })
    .await;
}

#[tokio::test]
async fn documents_are_listed_newest_first_without_their_content() {
    on_both(async |db| {
        let sample = Sample::new();
        let txn = db.begin_write().await.unwrap();
        let mut all = Vec::new();
        for n in 0..9 {
            let kind = if n % 3 == 0 {
                DocumentKind::Methodology
            } else {
                DocumentKind::Questionnaire
            };
            let new = sample.document(kind, &format!("code{n}"), "1");
            document::insert_document(&txn, &new).await.unwrap();
            all.insert(0, new.document);
        }
        txn.commit().await.unwrap();
        for limit in [1, 2, 9, 200] {
            let walked = walk(limit, async |page| {
                document::list_documents(db.read(), None, &page).await
            })
            .await;
            assert_eq!(walked, all);
        }
        let kind = Some(DocumentKind::Methodology);
        let walked = walk(2, async |page| document::list_documents(db.read(), kind, &page).await).await;
        all.retain(|document| document.kind == DocumentKind::Methodology);
        assert_eq!(walked, all);
        let sent = statements(&db, async || {
            document::list_documents(db.read(), None, &super::sample::first(9))
                .await
                .unwrap();
        });
        assert_eq!(sent.await, 1);
    })
    .await;
}
