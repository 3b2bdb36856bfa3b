//! Errors of any resource.

use super::{Code, Kind};

codes! {
    INTERNAL = "internal", Internal,
        "系统出错，已记录；请稍后再试或联系管理员，并告知请求编号。",
        "Something failed on our side and was logged. Try again later, or tell the administrator the request id.";
    INVALID_TEXT = "invalid_text", Malformed,
        "文字中含有不能保存的字符（NUL），请删去。",
        "A text holds a character that cannot be kept (NUL); remove it.";
    NOT_FOUND = "not_found", NotFound,
        "没有找到，或您无权查看。",
        "Not found, or you do not have access.";
    VERSION_MISMATCH = "version_mismatch", VersionMismatch,
        "别人已先修改：请重新读取后再改。",
        "Somebody else changed it first: read it again, then change it.";
    DUPLICATE = "duplicate", Conflict,
        "已经存在相同的记录。",
        "There is one already.";
    STILL_REFERENCED = "still_referenced", Conflict,
        "还有别的记录引用它，不能删除或改动。",
        "Other records refer to it; it cannot be removed or changed.";
    BUSY = "busy", Busy,
        "系统正忙，请稍后重试。",
        "The system is busy; try again in a moment.";
    INVALID = "invalid", Unprocessable,
        "有些内容不符合要求，逐条见 errors。",
        "Some of the content is not acceptable; each point is in errors.";
}
