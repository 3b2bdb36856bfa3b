//! The folder that results are written into. It remembers which files are its own, so that nobody's files are lost.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use super::tables::{TableForm, Tables};
use crate::{
    cli::{files, output::Failed},
    service::error::codes,
};

/// The file that names the results of the last run.
const LIST: &str = ".ronghe-results";
/// So many foreign files are named.
const NAMED: usize = 5;

#[derive(Debug, clap::Args)]
pub(super) struct ResultFolder {
    /// Folder for the results: a new or empty one, or one that holds results of an earlier run, which are replaced
    #[arg(long = "out", value_name = "DIR")]
    path: PathBuf,
    /// Write into a folder that holds other files too; those of the same name are overwritten
    #[arg(long)]
    replace: bool,
    /// What the tables are written as
    #[arg(long, value_enum, value_name = "FORM", default_value_t)]
    tables: TableForm,
}

impl ResultFolder {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Goes on only where no file of somebody else would be lost: asked before anything is computed.
    pub(super) fn check(&self) -> Result<(), Failed> {
        if self.replace || !self.path.exists() {
            return Ok(());
        }
        let own = self.own()?;
        let mut foreign = BTreeSet::new();
        for entry in files::list(&self.path)? {
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name != LIST && !own.contains(&name) && !is_part(&name) {
                foreign.insert(name);
            }
        }
        if foreign.is_empty() {
            return Ok(());
        }
        let folder = self.path.display();
        let count = foreign.len();
        let names = foreign.into_iter().take(NAMED).collect::<Vec<_>>();
        Err(Failed::new(
            codes::cli::RESULT_FOLDER,
            format!(
                "文件夹 {folder} 中有 {count} 个文件不是本命令上次写出的结果（{}）。请另选文件夹；确需写入的，请加 --replace，同名文件将被覆盖。",
                names.join("、")
            ),
            format!(
                "The folder {folder} holds {count} files that are not results of this command ({}). Choose another folder, or add --replace to write into it; files of the same name are then overwritten.",
                names.join(", ")
            ),
        ))
    }

    /// The names of the files of these tables.
    pub(super) fn names(&self, tables: &Tables<'_>) -> Vec<String> {
        tables.iter().map(|table| table.file(self.tables)).collect()
    }

    /// Writes the tables, each under its name only when it is whole, and removes those of the last run that are no more.
    pub(super) fn write(&self, tables: &Tables<'_>, threads: NonZeroUsize) -> Result<(), Failed> {
        files::create_folder(&self.path)?;
        let before = self.own()?;
        let now: BTreeSet<String> = self.names(tables).into_iter().collect();
        // Whatever happens in between, what is here is known to be ours.
        self.put(LIST, list(before.union(&now)).as_bytes())?;
        for table in tables.iter() {
            files::replace(&self.path.join(table.file(self.tables)), |file| {
                table.write(self.tables, file, threads)
            })?;
        }
        for stale in before.difference(&now) {
            match fs::remove_file(self.path.join(stale)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        self.put(LIST, list(now.iter()).as_bytes())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Failed> {
        Ok(files::replace(&self.path.join(name), |file| file.write_all(bytes))?)
    }

    /// The results of the last run by name. A list that was edited names no file outside of the folder.
    fn own(&self) -> Result<BTreeSet<String>, Failed> {
        let listed = match fs::read_to_string(self.path.join(LIST)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            listed => listed?,
        };
        let inside = |name: &&str| !name.contains(['/', '\\']) && !name.starts_with('.');
        Ok(listed.lines().filter(inside).map(str::to_owned).collect())
    }
}

fn list<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let names = names.map(String::as_str);
    names.flat_map(|name| [name, "\n"]).collect()
}

/// What a run that was killed has left.
fn is_part(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(files::PART)
}
