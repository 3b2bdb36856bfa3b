//! Returns and their justifications.

use super::{Code, Kind};

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
