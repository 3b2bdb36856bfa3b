//! `ronghe serve`

use std::net::{SocketAddr, TcpListener};

use serde_json::json;
use tokio::sync::watch;

use super::{
    open_with,
    output::{Failed, Output},
};
use crate::{
    config::{DataPlace, ImportLimitArgs},
    service::Settings,
    startup,
};

/// Serve the API
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe serve --data /var/lib/ronghe\n  ronghe serve --database postgres://ronghe@localhost/ronghe --data /var/lib/ronghe --listen 0.0.0.0:8080\n\nThe documentation page is at /docs, the OpenAPI document at /openapi.json."
)]
pub(super) struct Serve {
    /// Address to listen on
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8080",
        env = "RONGHE_LISTEN"
    )]
    listen: SocketAddr,
    #[command(flatten)]
    imports: ImportLimitArgs,
}

impl Serve {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let settings = Settings {
            imports: self.imports.into(),
            ..Settings::default()
        };
        let service = open_with(place, false, settings).await?;
        let listener = listen(self.listen)?;
        let address = listener.local_addr()?;
        output.say(
            output.choose(
                format!("服务地址 http://{address}，接口文档 http://{address}/docs"),
                format!("Serving on http://{address}, documentation at http://{address}/docs"),
            ),
            &json!({ "address": address }),
        )?;
        Ok(startup::serve(service, listener, until_told()).await?)
    }
}

/// Listens; a non-blocking listener as the runtime wants it.
pub(super) fn listen(address: SocketAddr) -> Result<TcpListener, Failed> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Turns true on Ctrl-C or SIGTERM.
pub(super) fn until_told() -> watch::Receiver<bool> {
    let (tell, told) = watch::channel(false);
    tokio::spawn(async move {
        let terminated = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => drop(signal.recv().await),
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = terminated => {}
        }
        tell.send(true).ok();
    });
    told
}
