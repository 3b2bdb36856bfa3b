//! What the review has to say of a revision, for the top of its report and of its annotated workbook.

use chrono::NaiveDate;
use survey::text::Text;

use crate::{
    domain::survey_return::{Revision, SentBack, SurveyReturn},
    service::Service,
};

/// The remarks that stand above the findings of a revision.
pub(crate) fn remarks(service: &Service, survey_return: &SurveyReturn, revision: &Revision) -> Vec<Text> {
    let is_newest = survey_return.latest == Some(revision.id);
    let sent_back = survey_return.review.sent_back.as_ref();
    let sent_back = sent_back.filter(|sent_back| is_newest || sent_back.revision == revision.id);
    sent_back
        .map(|sent_back| of_sent_back(sent_back, service.day(sent_back.at)))
        .into_iter()
        .collect()
}

fn of_sent_back(sent_back: &SentBack, on: NaiveDate) -> Text {
    let SentBack { reason, actor, .. } = sent_back;
    Text::new(
        format!("退回原因（{}，{actor}）：{reason}", on.format("%Y年%-m月%-d日")),
        format!("Sent back on {on} by {actor}: {reason}"),
    )
}
