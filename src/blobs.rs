//! Originals of uploaded files: content-addressed by SHA-256, never changed, never deleted here.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use object_store::{
    Error as ObjectError, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, local::LocalFileSystem,
    memory::InMemory, path::Path as ObjectPath,
};
use sha2::{Digest, Sha256};

/// Where originals are kept: a folder by default, an object store when scaled.
#[derive(Clone)]
pub struct Blobs(Arc<dyn ObjectStore>);

/// Why a blob could not be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is none with this hash.
    #[error("no blob {0}")]
    Missing(String),
    /// What is stored under this hash has another hash.
    #[error("blob {0} is damaged")]
    Damaged(String),
    /// The store failed.
    #[error("blob store: {0}")]
    Store(String),
}

impl Blobs {
    /// Originals in a folder, which is made when missing.
    pub fn in_folder(folder: &Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(folder).map_err(|error| BlobError::Store(error.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| BlobError::Store(error.to_string()))?;
        Ok(Self(Arc::new(store.with_fsync(true))))
    }

    /// Originals in memory, for tests.
    pub fn in_memory() -> Self {
        Self(Arc::new(InMemory::new()))
    }

    /// Keeps the bytes and gives their SHA-256 in hex. Keeping the same bytes twice is one blob.
    pub async fn put(&self, bytes: Bytes) -> Result<String, BlobError> {
        let sha256 = sha256_hex(&bytes);
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        match self.0.put_opts(&path(&sha256), PutPayload::from(bytes), options).await {
            Ok(_) | Err(ObjectError::AlreadyExists { .. }) => Ok(sha256),
            Err(error) => Err(BlobError::Store(error.to_string())),
        }
    }

    /// The bytes with this hash, checked.
    pub async fn get(&self, sha256: &str) -> Result<Bytes, BlobError> {
        let found = match self.0.get(&path(sha256)).await {
            Ok(found) => found,
            Err(ObjectError::NotFound { .. }) => return Err(BlobError::Missing(sha256.to_owned())),
            Err(error) => return Err(BlobError::Store(error.to_string())),
        };
        let bytes = found.bytes().await;
        let bytes = bytes.map_err(|error| BlobError::Store(error.to_string()))?;
        if sha256_hex(&bytes) == sha256 {
            Ok(bytes)
        } else {
            Err(BlobError::Damaged(sha256.to_owned()))
        }
    }
}

/// SHA-256 in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// `ab/abcdef...`: no folder grows beyond what a file system likes.
fn path(sha256: &str) -> ObjectPath {
    let shelf = sha256.get(..2).unwrap_or("__");
    ObjectPath::from(format!("{shelf}/{sha256}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_same_bytes_are_one_blob() {
        let folder = tempfile::tempdir().unwrap();
        for blobs in [Blobs::in_memory(), Blobs::in_folder(folder.path()).unwrap()] {
            let first = blobs.put(Bytes::from_static(b"one")).await.unwrap();
            let again = blobs.put(Bytes::from_static(b"one")).await.unwrap();
            assert_eq!(first, again);
            assert_eq!(blobs.get(&first).await.unwrap(), &b"one"[..]);
            assert!(matches!(
                blobs.get(&sha256_hex(b"two")).await,
                Err(BlobError::Missing(_))
            ));
        }
    }

    #[tokio::test]
    async fn a_damaged_blob_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(folder.path()).unwrap();
        let sha = blobs.put(Bytes::from_static(b"figures")).await.unwrap();
        std::fs::write(folder.path().join(&sha[..2]).join(&sha), b"changed").unwrap();
        assert!(matches!(blobs.get(&sha).await, Err(BlobError::Damaged(_))));
    }
}
