//! `ronghe demo`: a county's round, for real. Every workbook is written, uploaded, checked and stored as an enterprise's
//! would be.

mod enterprise_list;
mod returns;
mod stage;
mod story;

use std::{net::SocketAddr, path::Path};

use chrono::{DateTime, Utc};

use self::stage::Stage;
use super::{
    open,
    output::{Failed, Output, print_text},
    program,
    serve::{listen, until_told},
};
use crate::{
    clock::FixedClock,
    config::DataPlace,
    ids::SeededIds,
    service::{Settings, error::codes},
    startup,
    startup::Parts,
};

/// Generate a sample county, run a whole round through it and serve the result
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe demo --data demo-county\n  ronghe demo --data demo-county --enterprises 50 --seed 7 --no-serve --format json\n\nThe folder must be new or empty. The same seed gives the same county, the same workbooks and the same results."
)]
pub(in crate::cli) struct Demo {
    /// Enterprises of the county
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    enterprises: u32,
    /// Seed of the generator
    #[arg(long, default_value_t = 2026)]
    seed: u64,
    /// End after printing the results
    #[arg(long)]
    no_serve: bool,
    /// Address to serve on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Password of all sample logins; the demo listens on loopback unless told otherwise.
const PASSWORD: &str = "ronghe-demo-2026";

/// When the demo's round happens, whatever the machine's clock says.
const NOW: DateTime<Utc> = DateTime::from_timestamp(1_775_005_200, 0).unwrap();

impl Demo {
    pub(in crate::cli) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        require_empty(place.folder())?;
        // Taken before the work begins: a port in use should not be noticed a minute later.
        let listener = if self.no_serve {
            None
        } else {
            Some(listen(self.listen)?)
        };
        let clock = FixedClock::at(NOW);
        let ids = SeededIds::from_seed(self.seed);
        let parts = Parts {
            clock: clock.clone(),
            ids,
            settings: Settings {
                heading: place.heading()?,
                ..Settings::default()
            },
            program: program()?,
        };
        let service = startup::open(place, parts, true).await?;
        let stage = Stage {
            service: &service,
            clock,
            output,
            folder: place.folder().join("workbooks"),
        };
        let story = stage.play(self.enterprises as usize, self.seed).await?;
        output.say(story.text(output.tongue()), &story.json())?;
        if let Some(listener) = listener {
            let address = listener.local_addr()?;
            startup::close(service).await?;
            let service = open(place, true).await?;
            print_text(&output.choose(
                format!("\n服务地址 http://{address}，接口文档 http://{address}/docs（按 Ctrl-C 结束）"),
                format!("\nServing on http://{address}, documentation at http://{address}/docs (press Ctrl-C to stop)"),
            ))?;
            startup::serve(service, listener, until_told()).await?;
        }
        Ok(())
    }
}

fn require_empty(folder: &Path) -> Result<(), Failed> {
    let occupied = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        let place = folder.display();
        return Err(Failed::new(
            codes::cli::FOLDER_NOT_EMPTY,
            format!("文件夹 {place} 不是空的；请换一个，或先删除它。"),
            format!("the folder {place} is not empty; choose another or remove it first"),
        ));
    }
    Ok(())
}
