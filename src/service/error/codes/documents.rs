//! Documents.

use super::{Code, FaultCode, Kind};

codes! {
    INVALID = "document.invalid", Unprocessable,
        "文档没有通过校验，未发布；逐条见 errors。",
        "The document did not pass validation and was not published; each point is in errors.";
    PUBLISHED = "document.published", Conflict,
        "同一代码和版本已发布过，内容不同；已发布的文档不能更改，请用新的版本号。",
        "This code and version is published with other content; a published document never changes, use a new version.";
    MISSING = "document.missing", Conflict,
        "缺少所依赖的文档，请先载入。",
        "A document that this one relies on is missing; load it first.";
    NOT_COMPARABLE = "document.not_comparable", Unprocessable,
        "这两份文档不能比较：须是同一类的 JSON 文档。",
        "These two documents cannot be compared: they must be JSON documents of one kind.";
}

faults! {
    NOT_UTF8 = "document.not_utf8",
        "文档不是 UTF-8 编码。",
        "The document is not UTF-8.";
    HEAD = "document.head",
        "代码、版本或标题写得不对，原因见句中。请改正文档的开头。",
        "Code, version or title are not as they should be; the sentence says why. Correct the head of the document.";
    NOT_JSON = "document.not_json",
        "不是合法的 JSON，位置和原因见句中。请改正后再发布。",
        "Not valid JSON; the sentence says where and why. Correct it and publish again.";
    UNNAMED = "document.unnamed",
        "请给出代码、版本和标题。",
        "State code, version and title.";
    BAD_CODE = "document.bad_code",
        "代码以字母或数字开头，只含字母、数字和 . _ -，不超过 64 个字符。",
        "A code begins with a letter or digit and has letters, digits and . _ - only, 64 characters at most.";
    BAD_VERSION = "document.bad_version",
        "版本以字母或数字开头，只含可见的英文字符，首尾没有空格，不超过 40 个字符。",
        "A version begins with a letter or digit and has visible ASCII characters only, none of them a blank at its ends, 40 at most.";
    BAD_TITLE = "document.bad_title",
        "标题不含控制字符，不超过 200 个字符。",
        "A title has no control characters and 200 characters at most.";
}
