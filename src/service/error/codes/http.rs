//! The form of a request.

use super::{Code, FaultCode, Kind};

codes! {
    BAD_REQUEST = "bad_request", Malformed,
        "请求的格式不对，见 detail。",
        "The request is not of the right form; see detail.";
    INVALID_JSON = "invalid_json", Malformed,
        "请求体不符合要求，逐条见 errors。",
        "The body is not of the form that is asked for; each point is in errors.";
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

faults! {
    NOT_JSON = "body.not_json",
        "请求体不是完整、正确的 JSON。句中指出读到哪里；请检查引号、逗号和括号。",
        "The body is not well-formed JSON. The sentence says where it stops; check quotes, commas and brackets.";
    MEMBER_MISSING = "body.member_missing",
        "缺少必需的一项，pointer 指出是哪一项。请补上。",
        "A member that is needed is missing; the pointer names it. Add it.";
    MEMBER_UNKNOWN = "body.member_unknown",
        "没有这一项，可能是名称写错。句中列出可用的名称。",
        "There is no such member; its name may be mistyped. The sentence lists those that are known.";
    MEMBER_KIND = "body.member_kind",
        "这一项的类型不对，句中给出应填什么、现在是什么。",
        "The member is of another kind; the sentence says what is expected and what stands there.";
    MEMBER_NOT_LISTED = "body.member_not_listed",
        "这一项不是可选的值，句中列出可选的值。",
        "The member is not one of the values to choose from; the sentence lists them.";
    MEMBER_OUT_OF_BOUNDS = "body.member_out_of_bounds",
        "这一项太长、太短或超出范围，句中给出界限。",
        "The member is too long, too short or out of range; the sentence gives the bounds.";
    MEMBER_NULL = "body.member_null",
        "这里不能写 null；没有值的项请整项删去。",
        "null is no value here; leave the member out.";
    MEMBER_VALUE = "body.member_value",
        "请求体中有一项的内容无法识别；请对照接口说明逐项核对。",
        "Some member holds what cannot be read; compare the body with the documentation.";
}
