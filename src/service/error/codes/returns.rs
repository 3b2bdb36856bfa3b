//! Returns and their justifications.

use super::{Code, Kind};

codes! {
    WRONG_STATE = "return.wrong_state", Conflict,
        "填报表目前的状态不允许这一步。",
        "The return is not in a state that allows this step.";
    REMOVED = "return.removed", Conflict,
        "本企业已移出本期调查，不能再填报或审核；已报送的数据保留备查。确需纳入的，请联系主管部门重新纳入本期。",
        "The enterprise was taken out of this round; nothing more is handed in or reviewed, and what was handed in stays on record. Ask the bureau to add it again where it belongs to the round.";
    BLOCKED = "return.blocked", Conflict,
        "还有必须改正的问题，不能提交；逐条见 errors。",
        "There are findings that must be corrected before submitting; each is in errors.";
    UNJUSTIFIED = "return.unjustified", Conflict,
        "还有须说明的问题没有说明，不能提交；逐条见 errors。请改正，或选一条理由并说明。",
        "There are warnings that are neither corrected nor justified; each is in errors. Correct them, or choose a reason and explain.";
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
        "只有须说明的问题可以说明；必须改正的问题只能改正。",
        "Only warnings can be justified; what must be corrected can only be corrected.";
    INVALID_JUSTIFICATION = "justification.invalid", Unprocessable,
        "这条说明不符合要求，见 errors。",
        "The justification is not acceptable; see errors.";
    NO_ACCOUNTING = "energy.no_accounting", Conflict,
        "本期的系数选用没有写明能耗核算方式（accounting），无法逐步显示。",
        "The factor settings of the round do not say how energy is accounted (accounting); there are no steps to show.";
}
