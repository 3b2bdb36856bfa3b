//! `ronghe key`

use clap::Subcommand;
use serde_json::json;

use super::{
    open, operator,
    output::{Failed, Output},
};
use crate::{config::DataPlace, service::templates::seal::rotate_signing_key};

/// Manage the keys that seal templates
#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// Create a new key; templates already issued are still accepted
    #[command(after_help = "Example:\n  ronghe key rotate --data /var/lib/ronghe")]
    Rotate,
}

impl Key {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let Self::Rotate = self;
        let service = open(place, false).await?;
        let key = rotate_signing_key(&service, &operator()).await?;
        output.say(
            output.choose(
                format!("今后下发的模板用密钥 {} 签名。", key.id),
                format!("Templates are sealed with key {} from now on.", key.id),
            ),
            &json!({ "id": key.id, "created_at": key.created_at }),
        )
    }
}
