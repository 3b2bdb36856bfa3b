//! The command line: one file per command.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::{
    clock::SystemClock,
    config::DataPlace,
    domain::{
        access::{Principal, Role, Scope},
        enterprise::EnterpriseId,
    },
    ids::SeededIds,
    reader::CHILD_COMMAND,
    service::{Service, Settings},
    startup::{self, Parts},
    telemetry::{self, LogFormat},
};

mod check;
mod compute;
mod demo;
mod enterprises;
mod export;
mod files;
mod help;
mod import;
mod index;
mod key;
mod list;
mod load;
mod openapi;
mod output;
mod serve;
mod template;
mod tongue;
mod user;

pub use check::built_in_form;
pub use output::Format;
use output::{Failed, Output};
use tongue::Tongue;

/// Ronghe 融合: questionnaires by workbook, explained integration indices, designation on evidence.
#[derive(Debug, Parser)]
#[command(
    name = "ronghe",
    version,
    about,
    arg_required_else_help = true,
    propagate_version = true
)]
#[command(
    after_help = "Examples:\n  ronghe demo --data demo-county\n  ronghe serve --data /var/lib/ronghe --listen 0.0.0.0:8080\n  ronghe check return.xlsx --format json\n\nExit status: 0 done, 1 not done (the reason is printed); `ronghe check` and `ronghe import` have their own, see their help."
)]
pub struct Cli {
    #[command(flatten)]
    place: DataPlace,
    /// How results are printed
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
    /// What is logged, such as info or ronghe=debug
    #[arg(
        long,
        value_name = "FILTER",
        default_value = "warn",
        env = "RONGHE_LOG",
        global = true
    )]
    log: String,
    /// How log lines look
    #[arg(long, value_enum, default_value_t, global = true)]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API
    Serve(serve::Serve),
    /// Generate a sample county, run a whole round through it and serve the result
    Demo(demo::Demo),
    /// Bring the database schema up to date
    #[command(after_help = "Example:\n  ronghe migrate --data /var/lib/ronghe")]
    Migrate,
    /// Validate and publish documents: the built-in ones, or those of a folder with a manifest.json
    Load(load::Load),
    /// Print the OpenAPI document
    #[command(after_help = "Example:\n  ronghe openapi > openapi/openapi.json")]
    Openapi,
    /// Manage users
    #[command(
        subcommand,
        after_help = "Example:\n  ronghe user add zhang --role enterprise --uscc 91330111XY00010156 --name 张会计 < password.txt"
    )]
    User(user::User),
    /// Manage the keys that seal templates
    #[command(subcommand, after_help = "Example:\n  ronghe key rotate --data /var/lib/ronghe")]
    Key(key::Key),
    /// Write templates of a round as workbooks
    Template(template::Template),
    /// Validate a filled workbook offline
    Check(check::Check),
    /// Import a list of enterprises into the registry
    Enterprises(enterprises::Enterprises),
    /// Import a folder of returned workbooks
    Import(import::Import),
    /// List the rounds, newest first
    Rounds(list::Rounds),
    /// List the runs, newest first
    Runs(list::Runs),
    /// Compute a run over the accepted returns of a round
    #[command(alias = "compile")]
    Compute(compute::Compute),
    /// Write the results of a run as a workbook or CSV
    Export(export::Export),
    /// Composite indicators from files, without a database
    #[command(
        subcommand,
        after_help = "Example:\n  ronghe index compute --data iData.csv --tree iMeta.csv --methodology method.json --out results"
    )]
    Index(index::Index),
    /// Read a workbook from standard input: the limited child process of the service, not for people
    #[command(name = CHILD_COMMAND, hide = true)]
    ReadWorkbook {
        /// Address space, bytes
        memory_bytes: u64,
        /// CPU time, seconds
        cpu_seconds: u64,
    },
}

/// What was asked for; the help speaks the language of the environment.
fn asked(tongue: Tongue) -> Result<Cli, clap::Error> {
    let command = Cli::command();
    let command = match tongue {
        Tongue::Zh => help::in_chinese(command),
        Tongue::En => command,
    };
    Cli::from_arg_matches(&command.try_get_matches()?)
}

/// Runs the program; gives its exit status.
pub fn run() -> ExitCode {
    let tongue = Tongue::of_environment();
    let cli = match asked(tongue) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    if let Command::ReadWorkbook {
        memory_bytes,
        cpu_seconds,
    } = cli.command
    {
        // Before anything else is started: the child is as small as it can be.
        return match crate::reader::run_child(memory_bytes, cpu_seconds) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    telemetry::start(&cli.log, cli.log_format);
    let output = Output::new(cli.format, tongue);
    cli.command.tell_place(&cli.place, &output);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output.failed(&Failed::from(error)),
    };
    match runtime.block_on(cli.command.run(&cli.place, &output)) {
        Ok(code) => code,
        Err(failed) => output.failed(&failed),
    }
}

impl Command {
    /// Says which folder is used where none was named.
    fn tell_place(&self, place: &DataPlace, output: &Output) {
        let needs_data = !matches!(
            self,
            Self::Openapi | Self::Check(_) | Self::Index(_) | Self::ReadWorkbook { .. }
        );
        if needs_data && place.data.is_none() {
            let folder = std::path::absolute(place.folder()).unwrap_or_else(|_| place.folder().to_owned());
            let folder = folder.display();
            output.note(
                format!("未指定 --data（也未设置 RONGHE_DATA），使用数据文件夹 {folder}"),
                format!("No --data given (and RONGHE_DATA is not set): using the data folder {folder}"),
            );
        }
    }

    async fn run(self, place: &DataPlace, output: &Output) -> Result<ExitCode, Failed> {
        match self {
            Self::Serve(command) => command.run(place, output).await?,
            Self::Demo(command) => command.run(place, output).await?,
            Self::Migrate => {
                open(place, true).await?;
                let text = output.choose("数据库结构已是最新。", "The database schema is current.");
                output.say(text, &serde_json::json!({ "migrated": true }))?;
            }
            Self::Load(command) => command.run(place, output).await?,
            Self::Openapi => openapi::run()?,
            Self::User(command) => command.run(place, output).await?,
            Self::Key(command) => command.run(place, output).await?,
            Self::Template(command) => command.run(place, output).await?,
            Self::Check(command) => return command.run(place, output).await,
            Self::Enterprises(command) => command.run(place, output).await?,
            Self::Import(command) => return command.run(place, output).await,
            Self::Rounds(command) => command.run(place, output).await?,
            Self::Runs(command) => command.run(place, output).await?,
            Self::Compute(command) => command.run(place, output).await?,
            Self::Export(command) => command.run(place, output).await?,
            Self::Index(command) => command.run(output)?,
            Self::ReadWorkbook { .. } => {}
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Opens the data of a command with the machine's clock and randomness.
async fn open(place: &DataPlace, migrate: bool) -> Result<Arc<Service>, Failed> {
    open_with(place, migrate, Settings::default()).await
}

/// Opens the data of a command with these figures.
async fn open_with(place: &DataPlace, migrate: bool, settings: Settings) -> Result<Arc<Service>, Failed> {
    let parts = Parts {
        clock: Arc::new(SystemClock),
        ids: SeededIds::from_system(),
        settings: Settings {
            reading: place.reading_limits()?,
            heading: place.heading()?,
            ..settings
        },
        program: program()?,
    };
    // The embedded database belongs to whoever may write the folder: no separate step for its schema.
    let migrate = migrate || place.database.is_none();
    Ok(startup::open(place, parts, migrate).await?)
}

/// This very program, which is its own reading child.
fn program() -> Result<PathBuf, Failed> {
    Ok(std::env::current_exe()?)
}

/// Who acts when a command is given on the machine itself.
fn operator() -> Principal {
    Principal {
        name: "operator".to_owned(),
        user: None,
        role: Role::Admin,
        scope: Scope::County,
    }
}

/// The operator handing in what an enterprise has sent: allowed to file its workbook, not to change a figure in it.
fn on_behalf_of(enterprise: EnterpriseId) -> Principal {
    Principal {
        name: "operator".to_owned(),
        user: None,
        role: Role::Enterprise,
        scope: Scope::Enterprise(enterprise),
    }
}
