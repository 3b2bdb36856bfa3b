//! Rounds.

use super::{Code, FaultCode, Kind};

codes! {
    DUPLICATE_CODE = "round.duplicate_code", Conflict,
        "已有调查期使用这个代码。",
        "Another round has this code.";
    INVALID = "round.invalid", Unprocessable,
        "调查期信息不符合要求，逐条见 errors。",
        "The facts of the round are not acceptable; each point is in errors.";
    NOT_OPEN = "round.not_open", Conflict,
        "现在不在填报期内，不能上传或提交；需延期的，请联系主管部门。",
        "The round is not open; nothing can be uploaded or submitted. Ask the bureau for an extension.";
    INVALID_MEMBERS = "round.invalid_members", Unprocessable,
        "本期范围的变更不符合要求，逐条见 errors。",
        "The change of the enterprises surveyed is not acceptable; each point is in errors.";
    ALREADY_ANSWERED = "round.already_answered", Conflict,
        "已有企业上传填报表，不能再更换调查表版本。请按现行版本完成本期，或另开一期。",
        "Returns have come in already; the version of the questionnaire can no longer be changed. Finish the round with the version in force, or open another round.";
}

faults! {
    CODE = "round.code",
        "代码为 1 至 32 个字母、数字或 - _ .",
        "A code is 1 to 32 letters, digits or - _ .";
    TITLE = "round.title",
        "请填写标题（200 字以内）。",
        "Give a title of at most 200 characters.";
    YEAR = "round.year",
        "年份应在 2000 至 2100 之间。",
        "The year lies between 2000 and 2100.";
    DATES = "round.dates",
        "截止日期早于开始日期。",
        "It closes before it opens.";
    QUESTIONNAIRE = "round.questionnaire",
        "没有这份调查表。",
        "There is no such questionnaire.";
    QUESTIONNAIRE_YEAR = "round.questionnaire_year",
        "调查表不适用于本期的年份。请选用适用于该年的调查表。",
        "The questionnaire cannot be asked in the year of the round. Choose one for that year.";
    OTHER_QUESTIONNAIRE = "round.other_questionnaire",
        "不是本期调查表的另一版本。请选同一代码的已发布版本。",
        "It is not another version of the round's questionnaire. Choose a published version of the same code.";
    PREVIOUS = "round.previous",
        "没有这个上一期。",
        "There is no such previous round.";
    POPULATION_TWICE = "round.population_twice",
        "范围只能给一种：按条件（query），或按名单（enterprise_ids）。请删去其中一种。",
        "Give the population once: by a query or by enterprise_ids. Remove one of them.";
    MEMBER_REASON = "round.member_reason",
        "请写明纳入或移出的理由（2000 字以内）。",
        "Give the reason in at most 2000 characters.";
    MEMBER_INACTIVE = "round.member_inactive",
        "企业在企业名录中已停用，没有纳入。请先在名录中恢复。",
        "The enterprise is inactive in the registry and was not added. Activate it there first.";
    MEMBER_HAS_RETURN = "round.member_has_return",
        "该企业本期已报送数据，没有移出。确需移出的，请加 including_answered=true：已报数据保留备查，不再计入进度和测算。",
        "The enterprise has handed in data and was not taken out. To take it out all the same, say including_answered=true: its data stays on record and no longer counts.";
    POPULATION_EMPTY = "round.population_empty",
        "没有企业符合这个范围。",
        "No enterprise is in this population.";
    POPULATION_UNKNOWN = "round.population_unknown",
        "名单中有不存在的企业。",
        "The list names enterprises that do not exist.";
}
