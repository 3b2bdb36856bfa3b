//! Returns and their justifications.

use super::{Code, FaultCode, Kind};

codes! {
    WRONG_STATE = "return.wrong_state", Conflict,
        "该表目前的状态不能办理此事，句中写明状态和办法。",
        "The state of the return does not allow this; the sentence says which state it is and what to do.";
    REMOVED = "return.removed", Conflict,
        "本企业已移出本期调查，不能再填报或审核；已报送的数据保留备查。确需纳入的，请联系主管部门重新纳入本期。",
        "The enterprise was removed from this round; nothing more can be uploaded or reviewed, and what was handed in stays on record. Ask the bureau to add it again if it belongs to the round.";
    BLOCKED = "return.blocked", Conflict,
        "还有强制性错误（必须改正），不能提交；逐条见 errors。",
        "There are errors that must be corrected before submitting; each is in errors.";
    UNJUSTIFIED = "return.unjustified", Conflict,
        "还有核实性错误未改正也未说明，不能提交；逐条见 errors。请改正，或选择理由并说明。",
        "There are queries that are neither corrected nor justified; each is in errors. Correct them, or choose a reason and explain.";
    NOTHING_UPLOADED = "return.nothing_uploaded", Conflict,
        "还没有上传填报表。",
        "Nothing has been uploaded yet.";
    CONVERSION_NOT_OFFERED = "return.conversion_not_offered", Unprocessable,
        "这项换算不在最新版次的审核问题所提供的范围内，未作任何改动；请按 findings 里 offers 所列的题项和单位选择。",
        "No finding of the newest revision offers this conversion and nothing was changed; choose question and unit from the offers in findings.";
    REASON_MISSING = "return.reason_missing", Unprocessable,
        "请写明理由。",
        "A reason must be given.";
    INVALID_SUBMISSION = "submission.invalid", Unprocessable,
        "代为登记提交须写明签字人和签字日期，逐条见 errors。",
        "A recorded submission needs who signed and when; each point is in errors.";
    NOT_A_SCAN = "submission.not_a_scan", Unprocessable,
        "上传的不是扫描件。请上传签字（盖章）封面的 PDF、JPEG 或 PNG 文件；手机照片请存为 JPEG。",
        "The file is not a scan. Upload the signed cover as PDF, JPEG or PNG; save photographs of a telephone as JPEG.";
    SCAN_TRUNCATED = "submission.scan_truncated", Unprocessable,
        "扫描件不完整，文件末尾缺失。请重新扫描或重新下载后上传。",
        "The scan is incomplete: its end is missing. Scan or download it again.";
    EVIDENCE_TOO_LARGE = "submission.scan_too_large", TooLarge,
        "扫描件超过大小上限（默认 10 MB）。请降低分辨率或改为黑白扫描，只扫签字页。",
        "The scan is larger than allowed (10 MB by default). Scan with fewer dots per inch or in black and white, and only the signed page.";
    CORRECTION_INVALID = "correction.invalid", Unprocessable,
        "更正要求不符合规定，逐条见 errors。",
        "The request for a correction is not acceptable; each point is in errors.";
    CORRECTION_OVERDUE = "correction.overdue", Conflict,
        "更正期限已过，期限见句中。需延期的，请联系主管部门撤销后重新提出更正要求。",
        "The correction is overdue; the sentence says since when. To extend it, ask the bureau to close it and to request it again.";
    CORRECTION_REQUESTED = "correction.requested_by_bureau", Conflict,
        "这项更正是主管部门要求的，企业不能撤回。请按要求更正；认为无须更正的，请联系主管部门。",
        "The bureau has asked for this correction, so that the enterprise cannot withdraw it. Correct the return, or contact the bureau if nothing is wrong.";
    NO_FINDING = "justification.no_finding", NotFound,
        "最新版次没有这个问题；可能已经改正。请重新读取问题清单。",
        "The newest revision has no such finding; it may have been corrected. Read the findings again.";
    NOT_A_WARNING = "justification.not_a_warning", Unprocessable,
        "只有核实性错误可以说明；强制性错误必须改正。",
        "Only queries can be justified; errors must be corrected.";
    INVALID_JUSTIFICATION = "justification.invalid", Unprocessable,
        "这条说明不符合要求，见 errors。",
        "The justification is not acceptable; see errors.";
    LINK_INVALID = "report_link.invalid", NotFound,
        "报告链接无效，请重新生成。",
        "The link to the report is not valid. Create a new one.";
    LINK_EXPIRED = "report_link.expired", NotFound,
        "报告链接已过期，请重新生成。",
        "The link to the report has expired. Create a new one.";
    NO_ACCOUNTING = "energy.no_accounting", Conflict,
        "本期的系数选用没有写明能耗核算方式（accounting），无法逐步显示。",
        "The factor settings of the round do not say how energy is accounted (accounting); there are no steps to show.";
}

faults! {
    SIGNED_BY = "submission.signed_by",
        "签字人为空或超过 100 个字。请写明代表企业签字的人的姓名。",
        "Who signed is missing or longer than 100 characters. Give the name of the person who signed for the enterprise.";
    SIGNED_ON = "submission.signed_on",
        "签字日期应在填报期开始日至今天之间，请核对。",
        "The date of the signature is not between the opening of the round and today. Check it.";
    DUE_ON = "correction.due_on",
        "更正期限早于今天。请填今天或以后的日期。",
        "The correction would be due before today. Give today or a later day.";
}
