//! The one error of all use cases, and the table of its codes.
//!
//! An error has a stable code, a sentence for people in both languages, the places that are wrong, and (kept apart,
//! for the log alone) what happened inside. Nothing here knows HTTP; `api::problem` turns kinds into statuses.

use survey::{cell::Place, document::DocumentFault, finding::Finding, text::Text};

use crate::{domain::return_step::StepRefused, store::db::StoreError};

/// What sort of failure it is; the API gives each one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request is not of the right form.
    Malformed,
    /// The address does not take the method of the request.
    MethodNotAllowed,
    /// Nobody is logged in, or the credentials are not good.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// There is no such thing, or the caller does not see it.
    NotFound,
    /// It contradicts the present state.
    Conflict,
    /// Somebody else changed it first.
    VersionMismatch,
    /// A version must be stated.
    VersionRequired,
    /// The content is understood but not acceptable.
    Unprocessable,
    /// The content is larger than allowed.
    TooLarge,
    /// The content is of a kind that is not read.
    UnsupportedMedia,
    /// Too many attempts.
    TooMany,
    /// Busy for the moment.
    Busy,
    /// Our fault.
    Internal,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable code.
    pub code: String,
    /// JSON pointer into the request or document, or `row:7` of a list.
    pub pointer: Option<String>,
    /// Cell of a workbook.
    pub place: Option<Place>,
    /// What and what to do.
    pub message: Text,
}

impl Fault {
    /// A fault at a JSON pointer.
    pub fn at(
        pointer: impl Into<String>,
        code: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            pointer: Some(pointer.into()),
            place: None,
            message: Text::new(zh, en),
        }
    }
}

impl From<DocumentFault> for Fault {
    fn from(fault: DocumentFault) -> Self {
        Self {
            code: fault.code,
            pointer: Some(fault.pointer),
            place: None,
            message: fault.message,
        }
    }
}

impl From<&Finding> for Fault {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.rule.clone(),
            pointer: finding.question.clone(),
            place: finding.places.first().cloned(),
            message: finding.message.clone(),
        }
    }
}

/// The error of a use case.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {}", message.en)]
pub struct ServiceError {
    /// What sort of failure.
    pub kind: Kind,
    /// Stable code.
    pub code: String,
    /// What and what to do.
    pub message: Text,
    /// What exactly is wrong, all of it.
    pub faults: Vec<Fault>,
    /// For the log alone.
    pub internal: Option<Box<str>>,
}

impl ServiceError {
    /// The error with this code of the table.
    pub fn new(code: &'static str) -> Self {
        let (code, kind, zh, en) = CODES.iter().copied().find(|row| row.0 == code).unwrap_or(CODES[0]);
        Self {
            kind,
            code: code.to_owned(),
            message: Text::new(zh, en),
            faults: Vec::new(),
            internal: None,
        }
    }

    /// An error whose code and sentence come from another room (a workbook that is refused).
    pub fn refused(kind: Kind, code: &str, message: Text) -> Self {
        Self {
            kind,
            code: code.to_owned(),
            message,
            faults: Vec::new(),
            internal: None,
        }
    }

    /// The same error with the things that are wrong.
    #[must_use]
    pub fn with_faults(mut self, faults: impl IntoIterator<Item = impl Into<Fault>>) -> Self {
        self.faults = faults.into_iter().map(Into::into).collect();
        self
    }

    /// The same error with a note for the log.
    #[must_use]
    pub fn because(mut self, internal: impl std::fmt::Display) -> Self {
        self.internal = Some(internal.to_string().into_boxed_str());
        self
    }

    /// Our fault, with a note for the log.
    pub fn internal(internal: impl std::fmt::Display) -> Self {
        Self::new("internal").because(internal)
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::new("not_found"),
            StoreError::VersionConflict { current } => Self::new("version_mismatch").because(current),
            StoreError::Duplicate { what } => Self::new("duplicate").because(what),
            StoreError::Referenced => Self::new("still_referenced"),
            StoreError::Busy => Self::new("busy"),
            StoreError::InvalidText => Self::new("invalid_text"),
            StoreError::Corrupt(what) | StoreError::Database(what) => Self::internal(what),
        }
    }
}

impl From<StepRefused> for ServiceError {
    fn from(refused: StepRefused) -> Self {
        Self::new(match refused {
            StepRefused::Role => "forbidden",
            StepRefused::NothingUploaded => "return.nothing_uploaded",
            StepRefused::State => "return.wrong_state",
        })
    }
}

/// A store error whose duplicate has a better code of its own.
pub(crate) fn duplicate(error: StoreError, code: &'static str) -> ServiceError {
    match error {
        StoreError::Duplicate { .. } => ServiceError::new(code),
        other => other.into(),
    }
}

/// All codes of the service with kind and sentence. The handbook's table is tested against it.
pub const CODES: &[(&str, Kind, &str, &str)] = &[
    (
        "internal",
        Kind::Internal,
        "系统出错，已记录；请稍后再试或联系管理员，并告知请求编号。",
        "Something failed on our side and was logged. Try again later, or tell the administrator the request id.",
    ),
    (
        "bad_request",
        Kind::Malformed,
        "请求的格式不对，见 detail。",
        "The request is not of the right form; see detail.",
    ),
    (
        "invalid_json",
        Kind::Malformed,
        "请求体不是要求的 JSON，见 detail。",
        "The body is not the JSON that is asked for; see detail.",
    ),
    (
        "invalid_parameter",
        Kind::Malformed,
        "路径或查询参数不对，见 detail。",
        "A path or query parameter is wrong; see detail.",
    ),
    (
        "invalid_text",
        Kind::Malformed,
        "文字中含有不能保存的字符（NUL），请删去。",
        "A text holds a character that cannot be kept (NUL); remove it.",
    ),
    (
        "invalid_cursor",
        Kind::Malformed,
        "cursor 不可用：请从第一页重新取，筛选条件不能中途改变。",
        "The cursor cannot be used: start again from the first page; filters may not change on the way.",
    ),
    (
        "method_not_allowed",
        Kind::MethodNotAllowed,
        "此地址不支持该方法。",
        "This address does not take that method.",
    ),
    (
        "unsupported_media_type",
        Kind::UnsupportedMedia,
        "Content-Type 不对：见接口说明所列的类型。",
        "The Content-Type is not accepted; see the types in the documentation.",
    ),
    (
        "unauthenticated",
        Kind::Unauthenticated,
        "请先登录，或提供有效的令牌或 API 密钥。",
        "Log in, or send a valid token or API key.",
    ),
    (
        "bad_credentials",
        Kind::Unauthenticated,
        "用户名或密码不对。",
        "The login or the password is wrong.",
    ),
    (
        "token_expired",
        Kind::Unauthenticated,
        "登录已过期，请重新登录。",
        "The login has expired; log in again.",
    ),
    (
        "too_many_logins",
        Kind::TooMany,
        "登录失败次数过多，请稍后再试。",
        "Too many failed logins; try again later.",
    ),
    (
        "forbidden",
        Kind::Forbidden,
        "您的角色不能做这件事。",
        "Your role may not do this.",
    ),
    (
        "not_found",
        Kind::NotFound,
        "没有找到，或您无权查看。",
        "There is no such thing, or you may not see it.",
    ),
    (
        "version_mismatch",
        Kind::VersionMismatch,
        "别人已先修改：请重新读取后再改。",
        "Somebody else changed it first: read it again, then change it.",
    ),
    (
        "version_required",
        Kind::VersionRequired,
        "请用 If-Match 带上读取时的 ETag。",
        "State the ETag you read, in If-Match.",
    ),
    (
        "invalid_etag",
        Kind::Malformed,
        "If-Match 不是本系统给出的 ETag。",
        "If-Match is not an ETag of this system.",
    ),
    (
        "duplicate",
        Kind::Conflict,
        "已经存在相同的记录。",
        "There is one already.",
    ),
    (
        "still_referenced",
        Kind::Conflict,
        "还有别的记录引用它，不能删除或改动。",
        "Other records refer to it; it cannot be removed or changed.",
    ),
    (
        "busy",
        Kind::Busy,
        "系统正忙，请稍后重试。",
        "The system is busy; try again in a moment.",
    ),
    (
        "invalid",
        Kind::Unprocessable,
        "有些内容不符合要求，逐条见 errors。",
        "Some of the content is not acceptable; each point is in errors.",
    ),
    (
        "body_too_large",
        Kind::TooLarge,
        "文件超过允许的大小。",
        "The file is larger than allowed.",
    ),
    (
        "document.invalid",
        Kind::Unprocessable,
        "文档没有通过校验，未发布；逐条见 errors。",
        "The document did not pass validation and was not published; each point is in errors.",
    ),
    (
        "document.published",
        Kind::Conflict,
        "同一代码和版本已发布过，内容不同；已发布的文档不能更改，请用新的版本号。",
        "This code and version is published with other content; a published document never changes, use a new version.",
    ),
    (
        "document.missing",
        Kind::Conflict,
        "缺少所依赖的文档，请先载入。",
        "A document that this one relies on is missing; load it first.",
    ),
    (
        "document.not_comparable",
        Kind::Unprocessable,
        "这两份文档不能比较：须是同一类的 JSON 文档。",
        "These two documents cannot be compared: they must be JSON documents of one kind.",
    ),
    (
        "energy.no_accounting",
        Kind::Conflict,
        "本期的系数选用没有写明能耗核算方式（accounting），无法逐步显示。",
        "The factor settings of the round do not say how energy is accounted (accounting); there are no steps to show.",
    ),
    (
        "enterprise.duplicate_uscc",
        Kind::Conflict,
        "已有企业使用这个统一社会信用代码。",
        "Another enterprise has this credit code.",
    ),
    (
        "enterprise.invalid",
        Kind::Unprocessable,
        "企业信息不符合要求，逐条见 errors。",
        "The facts of the enterprise are not acceptable; each point is in errors.",
    ),
    (
        "round.duplicate_code",
        Kind::Conflict,
        "已有调查期使用这个代码。",
        "Another round has this code.",
    ),
    (
        "round.invalid",
        Kind::Unprocessable,
        "调查期信息不符合要求，逐条见 errors。",
        "The facts of the round are not acceptable; each point is in errors.",
    ),
    (
        "round.not_open",
        Kind::Conflict,
        "现在不在填报期内，不能上传或提交。",
        "The round is not open now; nothing can be uploaded or submitted.",
    ),
    (
        "round.already_answered",
        Kind::Conflict,
        "已有企业上传填报表，不能再更换调查表版本。请按现行版本完成本期，或另开一期。",
        "Returns have come in already; the version of the questionnaire can no longer be changed. Finish the round with the version in force, or open another round.",
    ),
    (
        "return.wrong_state",
        Kind::Conflict,
        "填报表目前的状态不允许这一步。",
        "The return is not in a state that allows this step.",
    ),
    (
        "return.blocked",
        Kind::Conflict,
        "还有必须改正的问题，不能提交；逐条见 errors。",
        "There are findings that must be corrected before submitting; each is in errors.",
    ),
    (
        "return.unjustified",
        Kind::Conflict,
        "还有须说明的问题没有说明，不能提交；逐条见 errors。请改正，或选一条理由并说明。",
        "There are warnings that are neither corrected nor justified; each is in errors. Correct them, or choose a reason and explain.",
    ),
    (
        "justification.no_finding",
        Kind::NotFound,
        "最新版次没有这个问题；可能已经改正。请重新读取问题清单。",
        "The newest revision has no such finding; it may have been corrected. Read the findings again.",
    ),
    (
        "justification.not_a_warning",
        Kind::Unprocessable,
        "只有须说明的问题可以说明；必须改正的问题只能改正。",
        "Only warnings can be justified; what must be corrected can only be corrected.",
    ),
    (
        "justification.invalid",
        Kind::Unprocessable,
        "这条说明不符合要求，见 errors。",
        "The justification is not acceptable; see errors.",
    ),
    (
        "annotate.failed",
        Kind::Unprocessable,
        "标注这份文件时超出了内存或时间限制。请用模板重新填写后再传。",
        "Marking this file exceeded the limits on memory or time. Fill in the template anew and upload that.",
    ),
    (
        "return.nothing_uploaded",
        Kind::Conflict,
        "还没有上传填报表。",
        "Nothing has been uploaded yet.",
    ),
    (
        "return.conversion_not_offered",
        Kind::Unprocessable,
        "这项换算不在最新版次的审核问题所提供的范围内，未作任何改动；请按 findings 里 offers 所列的题项和单位选择。",
        "No finding of the newest revision offers this conversion and nothing was changed; choose question and unit from the offers in findings.",
    ),
    (
        "return.reason_missing",
        Kind::Unprocessable,
        "请写明理由。",
        "A reason must be given.",
    ),
    (
        "workbook.reader_failed",
        Kind::Unprocessable,
        "读取这份工作簿时超出了内存或时间限制，没有导入；请用模板重新填写后再传。",
        "Reading this workbook exceeded the limits on memory or time; it was not imported. Fill in the template anew and upload that.",
    ),
    (
        "workbook.seal_missing",
        Kind::Unprocessable,
        "这份调查表没有签名，不能确认是本系统发放的。请在系统中重新下载本期调查表，把数据粘贴进去（只粘贴数值）后上传。",
        "This form carries no signature, so that it cannot be told from one made elsewhere. Download the form of this round again, paste your figures into it (values only) and upload it.",
    ),
    (
        "workbook.seal_broken",
        Kind::Unprocessable,
        "调查表里隐藏的标识在发放后被改动过，签名对不上。请在系统中重新下载本期调查表，把数据粘贴进去（只粘贴数值）后上传。",
        "The hidden marks of this form were changed after it was issued; its signature does not fit them. Download the form of this round again, paste your figures into it (values only) and upload it.",
    ),
    (
        "workbook.seal_unknown_key",
        Kind::Unprocessable,
        "这份调查表的签名出自本系统没有的密钥，可能来自另一套系统。请从本系统下载本期调查表填写；如确由本系统发放，请联系管理员。",
        "This form was signed with a key that this system does not have; it may come from another installation. Download the form of this round from here; if it did come from here, tell the administrator.",
    ),
    (
        "workbook.bulk_template",
        Kind::Unprocessable,
        "这是汇总填报表（一行一家企业），不能作为一家企业的调查表上传。请由镇街或主管部门从批量导入上传，或下载本企业的调查表。",
        "This is a bulk sheet with one row per enterprise, not the form of one enterprise. Upload it as a bulk import, or download the form of the enterprise.",
    ),
    (
        "workbook.no_uscc",
        Kind::Unprocessable,
        "这是空白调查表，表中没有填统一社会信用代码，不知道是哪家企业的。请在“统一社会信用代码”一格填上后再上传。",
        "This is a blank form without a credit code; whose it is cannot be told. Enter the unified social credit code in its cell and upload it again.",
    ),
    (
        "workbook.not_bulk_template",
        Kind::Unprocessable,
        "这不是汇总填报表。请下载本期的汇总填报表，或在该企业名下上传它的调查表。",
        "This is not a bulk sheet. Download the bulk sheet of this round, or upload the form at the enterprise's own return.",
    ),
    (
        "import.no_return",
        Kind::NotFound,
        "这份工作簿的企业不在本期范围内，或不在您负责的镇街。",
        "The enterprise of this workbook is not asked in this round, or lies outside the area you look after.",
    ),
    (
        "import.return_twice",
        Kind::Conflict,
        "同一批里已收了这家企业的另一份文件，这一份没有收；请只留一份后再传。",
        "Another file of this enterprise was taken in from the same batch and this one was not; keep one of them and hand it in again.",
    ),
    (
        "import.blocked",
        Kind::Unprocessable,
        "有必须改正的问题，按规则没有收；逐条见 faults。",
        "There are findings that must be corrected, so that by the rule it was not taken in; each is in faults.",
    ),
    (
        "import.file_missing",
        Kind::Unprocessable,
        "找不到这份文件的原件，没有导入；请重新交一次。",
        "The original of this file is missing and it was not imported; hand it in again.",
    ),
    (
        "import.no_key",
        Kind::Unprocessable,
        "这一行没有信用代码或企业名称，不知道是哪家企业的。",
        "This row has no credit code or name; whose it is cannot be told.",
    ),
    (
        "import.unknown_enterprise",
        Kind::NotFound,
        "本期没有这家企业，或不在您负责的镇街。请核对信用代码或企业名称；确属漏报的，先由主管部门建档并纳入本期，再重新导入。",
        "No such enterprise is asked in this round, or it lies outside the area you look after. Check the credit code or name; one that was left out must first be registered by the bureau and added to the round, then import again.",
    ),
    (
        "import.row_untouched",
        Kind::Unprocessable,
        "这一行除系统预填的内容外没有填写，没有收；填好后再导入即可。",
        "Nothing was filled into this row beyond what was printed in it, and it was not taken in; fill it in and import again.",
    ),
    (
        "import.ambiguous_name",
        Kind::Conflict,
        "有几家企业叫这个名字，请改用信用代码对应。",
        "Several enterprises have this name; use the credit code as the key.",
    ),
    (
        "mapping.invalid",
        Kind::Unprocessable,
        "对应关系不符合要求，逐条见 errors。",
        "The mapping is not acceptable; each point is in errors.",
    ),
    (
        "mapping.nothing_alike",
        Kind::Unprocessable,
        "没有找到与题项相近的列名，或没有信用代码、企业名称列；请手工写对应关系。",
        "No label is like any question's, or there is no column with credit codes or names; write the mapping by hand.",
    ),
    (
        "mapping.other_questionnaire",
        Kind::Conflict,
        "这个对应方案不是为本期调查表建的。",
        "This profile was not made for the questionnaire of the round.",
    ),
    (
        "mapping.duplicate_name",
        Kind::Conflict,
        "已有同名的对应方案。",
        "Another profile of this questionnaire has this name.",
    ),
    (
        "job.cannot_be_cancelled",
        Kind::Conflict,
        "这项任务已经结束，或已开始而不能中途停止。",
        "The job has ended, or has begun and cannot be stopped half-way.",
    ),
    (
        "import.unreadable",
        Kind::Unprocessable,
        "名单无法读取：文件中没有数据行。请用带列名的表格（.xlsx、.xls、.ods、.csv 等）。",
        "The list cannot be read: no rows in it. Use a spreadsheet with column names (.xlsx, .xls, .ods, .csv and the like).",
    ),
    (
        "import.columns_missing",
        Kind::Unprocessable,
        "名单缺少必需的列，见 errors。",
        "The list lacks columns that are needed; see errors.",
    ),
    (
        "export.too_large",
        Kind::Conflict,
        "这次测算超过 20000 家企业，工作簿放不下：请导出 csv 或 coinr。",
        "The run has more than 20000 enterprises, too many for a workbook: export csv or coinr.",
    ),
    (
        "export.region",
        Kind::Unprocessable,
        "区域指数没有逐家企业的得分表：请导出 xlsx，其中有指数、各项指标和公式。",
        "The index of a region has no table of scores by enterprise: export xlsx, which holds the index, its indicators and the formulas.",
    ),
    (
        "run.no_returns",
        Kind::Conflict,
        "这个调查期还没有审核通过的填报表，无法测算。",
        "The round has no accepted return yet; there is nothing to compute.",
    ),
    (
        "run.other_questionnaire",
        Kind::Unprocessable,
        "这个评价方法不是为本期调查表写的。",
        "The methodology was not written for this round's questionnaire.",
    ),
    (
        "run.not_over_enterprises",
        Kind::Unprocessable,
        "这个评价方法不按企业测算，或没有说明数值从调查表的哪里来（sources）。",
        "This methodology is not computed over enterprises, or does not say where its figures come from in the questionnaire (sources).",
    ),
    (
        "run.region_missing",
        Kind::Unprocessable,
        "这个评价方法计算区域指数：请在 region 中给出统计数据和基期值。",
        "The methodology computes the index of a region: give statistics and bases, in region.",
    ),
    (
        "run.region_unexpected",
        Kind::Unprocessable,
        "这个评价方法按企业测算，不需要 region，请去掉。",
        "The methodology is computed over enterprises and takes no region; leave it out.",
    ),
    (
        "run.region_invalid",
        Kind::Unprocessable,
        "区域指数的统计数据有误，逐条见 errors。",
        "The figures of the region are wrong; each point is in errors.",
    ),
    (
        "back_test.no_figures",
        Kind::Unprocessable,
        "这个调查期还没有区域指数的测算，没有统计数据和基期值可用：请先用已发布的版本测算一次，或用 against 指明一次测算。",
        "The round has no run with an index of the region whose statistics and bases could be used: compute one with a published version, or name a run in against.",
    ),
    (
        "run.no_region",
        Kind::NotFound,
        "这次测算没有区域指数：它按企业测算。",
        "The run has no index of a region: it was computed over enterprises.",
    ),
    (
        "run.wrong_state",
        Kind::Conflict,
        "测算目前的状态不允许这一步：草稿先定稿，定稿后才能发布。",
        "The run is not in a state that allows this step: a draft is frozen first, a frozen run is published.",
    ),
    (
        "run.nothing_to_compare",
        Kind::Unprocessable,
        "这次测算没有取代别的测算：请用 with 指明与哪一次比较。",
        "This run has taken no other's place: name the run to compare with, in with.",
    ),
    (
        "run.not_scored",
        Kind::Conflict,
        "这家企业在这次测算中没有得分，无从比较或推演。",
        "The enterprise has no score in this run; there is nothing to compare or to vary.",
    ),
    (
        "answers.invalid",
        Kind::Unprocessable,
        "所给的答案不符合调查表，逐条见 errors。",
        "The answers do not fit the questionnaire; each point is in errors.",
    ),
    (
        "user.duplicate_login",
        Kind::Conflict,
        "已有用户使用这个登录名。",
        "Another user has this login.",
    ),
    (
        "user.invalid",
        Kind::Unprocessable,
        "用户信息不符合要求，逐条见 errors。",
        "The facts of the user are not acceptable; each point is in errors.",
    ),
    (
        "user.weak_password",
        Kind::Unprocessable,
        "密码太短：至少 12 个字符。",
        "The password is too short: 12 characters at least.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_bilingual() {
        let mut seen = std::collections::BTreeSet::new();
        for (code, _, zh, en) in CODES {
            assert!(seen.insert(code), "{code} stands twice");
            assert!(!zh.is_empty() && !en.is_empty(), "{code} lacks a sentence");
        }
    }
}
