//! The form of a request.

use super::{Code, Kind};

codes! {
    BAD_REQUEST = "bad_request", Malformed,
        "请求的格式不对，见 detail。",
        "The request is not of the right form; see detail.";
    INVALID_JSON = "invalid_json", Malformed,
        "请求体不是要求的 JSON，见 detail。",
        "The body is not the JSON that is asked for; see detail.";
    INVALID_PARAMETER = "invalid_parameter", Malformed,
        "路径或查询参数不对，见 detail。",
        "A path or query parameter is wrong; see detail.";
    INVALID_CURSOR = "invalid_cursor", Malformed,
        "cursor 不可用：请从第一页重新取，筛选条件不能中途改变。",
        "The cursor cannot be used: start again from the first page; filters may not change on the way.";
    METHOD_NOT_ALLOWED = "method_not_allowed", MethodNotAllowed,
        "此地址不支持该方法。",
        "This address does not take that method.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type", UnsupportedMedia,
        "Content-Type 不对：见接口说明所列的类型。",
        "The Content-Type is not accepted; see the types in the documentation.";
    VERSION_REQUIRED = "version_required", VersionRequired,
        "请用 If-Match 带上读取时的 ETag。",
        "State the ETag you read, in If-Match.";
    INVALID_ETAG = "invalid_etag", Malformed,
        "If-Match 不是本系统给出的 ETag。",
        "If-Match is not an ETag of this system.";
    BODY_TOO_LARGE = "body_too_large", TooLarge,
        "文件超过允许的大小。",
        "The file is larger than allowed.";
}
