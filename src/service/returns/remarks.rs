//! What the review has to say of a revision, for the top of its report and of its annotated workbook.

use chrono::NaiveDate;
use survey::text::Text;

use crate::{
    domain::survey_return::{Correction, CorrectionOrigin, RecordedSubmission, Revision, SentBack, SurveyReturn},
    service::Service,
};

/// The remarks that stand above the findings of a revision.
pub(crate) fn remarks(service: &Service, survey_return: &SurveyReturn, revision: &Revision) -> Vec<Text> {
    let review = &survey_return.review;
    let is_newest = survey_return.latest == Some(revision.id);
    let correction = review.correction.as_ref().filter(|_| is_newest);
    let sent_back = review.sent_back.as_ref();
    let sent_back = sent_back.filter(|sent_back| is_newest || sent_back.revision == revision.id);
    let submissions = review
        .submissions
        .iter()
        .filter(|submission| submission.revision == revision.id);
    let correction = correction.map(|correction| of_correction(correction, service.day(correction.opened_at)));
    let sent_back = sent_back.map(|sent_back| of_sent_back(sent_back, service.day(sent_back.at)));
    let submissions = submissions.map(|submission| of_submission(submission, service.day(submission.recorded_at)));
    correction.into_iter().chain(sent_back).chain(submissions).collect()
}

fn of_sent_back(sent_back: &SentBack, on: NaiveDate) -> Text {
    let SentBack { reason, actor, .. } = sent_back;
    Text::new(
        format!("退回原因（{}，{actor}）：{reason}", day(on)),
        format!("Sent back on {on} by {actor}: {reason}"),
    )
}

fn of_correction(correction: &Correction, on: NaiveDate) -> Text {
    let reason = correction.reason.as_deref();
    let by = &correction.opened_by;
    match correction.origin {
        CorrectionOrigin::Bureau => {
            let due_on = correction.due_on.unwrap_or(on);
            Text::new(
                format!(
                    "更正要求（{}，{by}）：{}。请于{}前更正并重新提交；更正审核通过以前，原已通过的数据继续有效。",
                    day(on),
                    reason.unwrap_or("未写明原因"),
                    day(due_on)
                ),
                format!(
                    "A correction was requested on {on} by {by}: {}. It is due on {due_on}. What was accepted stays in force until the correction is accepted.",
                    reason.unwrap_or("no reason given")
                ),
            )
        }
        CorrectionOrigin::Enterprise => Text::new(
            format!(
                "企业自行更正（{}）：{}。更正审核通过以前，原已通过的数据继续有效。",
                day(on),
                reason.unwrap_or("未写明原因")
            ),
            format!(
                "The enterprise began a correction on {on}: {}. What was accepted stays in force until the correction is accepted.",
                reason.unwrap_or("no reason given")
            ),
        ),
    }
}

fn of_submission(submission: &RecordedSubmission, on: NaiveDate) -> Text {
    let RecordedSubmission {
        signed_by,
        signed_on,
        recorded_by,
        evidence,
        ..
    } = submission;
    Text::new(
        format!(
            "本表由主管部门代为登记提交（{}，{recorded_by}）：{signed_by} 于{}签字，扫描件“{}”。",
            day(on),
            day(*signed_on),
            evidence.filename
        ),
        format!(
            "The bureau recorded the submission on {on} ({recorded_by}): signed by {signed_by} on {signed_on}, scan \"{}\".",
            evidence.filename
        ),
    )
}

fn day(on: NaiveDate) -> String {
    on.format("%Y年%-m月%-d日").to_string()
}
