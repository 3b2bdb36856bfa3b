//! The command line alone.

use super::{Code, Kind};

codes! {
    UNREADABLE = "file.unreadable", NotFound,
        "文件打不开。请检查路径和权限。",
        "The file cannot be opened. Check its path and permissions.";
    UNWRITABLE = "file.unwritable", Internal,
        "文件写不了。请检查路径、权限和磁盘空间。",
        "The file cannot be written. Check its path, permissions and the space on the disk.";
    UNKNOWN_QUESTIONNAIRE = "questionnaire.unknown", NotFound,
        "没有这份内置调查表。请核对 --questionnaire 的代码。",
        "There is no such built-in questionnaire. Check the code given with --questionnaire.";
}
