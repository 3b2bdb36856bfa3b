//! Files and folders that are named on the command line. A failure says which one, and what is wrong with it.

use std::{
    fs::{self, File},
    io::{Error, ErrorKind},
    path::{Path, PathBuf},
};

use survey::text::Text;
use workbook::extract::decode_text;

use super::output::Failed;
use crate::service::error::{ServiceError, codes};

/// The content of a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, ServiceError> {
    fs::read(path).map_err(|error| unreadable(path, &error))
}

/// The text of a file in UTF-8, UTF-16 or GB18030, without its mark.
pub(super) fn read_text(path: &Path) -> Result<String, Failed> {
    text_of(path, read(path)?)
}

/// The text of what was read from a file.
pub(super) fn text_of(path: &Path, bytes: Vec<u8>) -> Result<String, Failed> {
    decode_text(bytes).map_err(|error| {
        let (path, reason) = (path.display(), error.message());
        Failed::new(
            codes::cli::INPUT_UNREADABLE,
            format!("无法读取 {path}：{}", reason.zh),
            format!("{path} cannot be read: {}", reason.en),
        )
    })
}

/// Writes a file, over one of the same name.
pub(super) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), ServiceError> {
    fs::write(path, bytes).map_err(|error| unwritable(path, &error))
}

/// Ending of a file while it is written.
pub(super) const PART: &str = ".part";

/// Writes a file under its name only when it is whole, into a folder that is made where it is missing.
pub(super) fn replace(path: &Path, put: impl FnOnce(&mut File) -> Result<(), Error>) -> Result<(), ServiceError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let part = path.with_file_name(format!(".{}{PART}", name.trim_start_matches('.')));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        create_folder(folder)?;
    }
    let written = File::create(&part).and_then(|mut file| put(&mut file));
    written
        .and_then(|()| fs::rename(&part, path))
        .map_err(|error| unwritable(path, &error))
}

/// Makes a folder and those above it, where they are missing.
pub(super) fn create_folder(path: &Path) -> Result<(), ServiceError> {
    fs::create_dir_all(path).map_err(|error| unwritable(path, &error))
}

/// What stands in a folder, in the order of names.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut found = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, Error>>()
        .map_err(|error| unreadable(folder, &error))?;
    found.sort();
    Ok(found)
}

fn unreadable(path: &Path, error: &Error) -> ServiceError {
    let (path, reason) = (path.display(), reason(error));
    let message = Text::new(
        format!("无法读取 {path}：{}。", reason.zh),
        format!("{path} cannot be read: {}.", reason.en),
    );
    ServiceError::saying(codes::cli::UNREADABLE, message)
}

fn unwritable(path: &Path, error: &Error) -> ServiceError {
    let (path, reason) = (path.display(), reason(error));
    let message = Text::new(
        format!("无法写入 {path}：{}。", reason.zh),
        format!("{path} cannot be written: {}.", reason.en),
    );
    ServiceError::saying(codes::cli::UNWRITABLE, message)
}

/// What the operating system says, in words where it is a common case.
fn reason(error: &Error) -> Text {
    match error.kind() {
        ErrorKind::NotFound => Text::new("文件或文件夹不存在", "there is no such file or folder"),
        ErrorKind::PermissionDenied => Text::new("没有权限", "permission is denied"),
        ErrorKind::IsADirectory => Text::new("这是文件夹", "it is a folder"),
        ErrorKind::NotADirectory => Text::new("路径中有一段不是文件夹", "a part of the path is no folder"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Text::new("磁盘空间不足", "the disk is full"),
        ErrorKind::ReadOnlyFilesystem => Text::new("磁盘只读", "the disk is read-only"),
        _ => Text::new(error.to_string(), error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: ErrorKind, expected: [&str; 2]) {
        let found = unreadable(Path::new("returned/一.xlsx"), &Error::from(kind)).message;
        assert_eq!([found.zh.as_str(), found.en.as_str()], expected);
    }

    #[test]
    fn a_failure_names_the_file_and_the_reason() {
        check(
            ErrorKind::NotFound,
            [
                "无法读取 returned/一.xlsx：文件或文件夹不存在。",
                "returned/一.xlsx cannot be read: there is no such file or folder.",
            ],
        );
        check(
            ErrorKind::PermissionDenied,
            [
                "无法读取 returned/一.xlsx：没有权限。",
                "returned/一.xlsx cannot be read: permission is denied.",
            ],
        );
    }
}
