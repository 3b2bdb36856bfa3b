//! Runs and everything that is computed from them.

use super::{Code, FaultCode, Kind};

codes! {
    EXPORT_TOO_LARGE = "export.too_large", Conflict,
        "这次测算超过 20000 家企业，工作簿放不下：请导出 csv 或 coinr。",
        "The run has more than 20000 enterprises, too many for a workbook: export csv or coinr.";
    EXPORT_OF_REGION = "export.region", Unprocessable,
        "区域指数没有逐家企业的得分表：请导出 xlsx，其中有指数、各项指标和公式。",
        "The index of a region has no table of scores by enterprise: export xlsx, which holds the index, its indicators and the formulas.";
    NO_GROUPS = "run.no_groups", NotFound,
        "没有这一类分组，或本期截止日没有企业属于这类分组。分组类别见 GET /enterprise-groups。",
        "There are no groups of this kind, or nobody belonged to one on the last day of the round. The kinds stand in GET /enterprise-groups.";
    GROUP_KIND_MISSING = "run.group_kind_missing", Malformed,
        "按企业分组（by=group）时请用 group_kind 写明分组类别，如“重点企业”。",
        "With by=group say which kind of group in group_kind, such as 重点企业.";
    NO_RETURNS = "run.no_returns", Conflict,
        "这个调查期还没有审核通过的填报表，无法测算。",
        "The round has no accepted return yet; there is nothing to compute.";
    OTHER_QUESTIONNAIRE = "run.other_questionnaire", Unprocessable,
        "这个评价方法不是为本期调查表写的。",
        "The methodology was not written for this round's questionnaire.";
    NOT_OVER_ENTERPRISES = "run.not_over_enterprises", Unprocessable,
        "这个评价方法不按企业测算，或没有说明数值从调查表的哪里来（sources）。",
        "This methodology is not computed over enterprises, or does not say where its figures come from in the questionnaire (sources).";
    REGION_MISSING = "run.region_missing", Unprocessable,
        "这个评价方法计算区域指数：请在 region 中给出统计数据和基期值。",
        "The methodology computes the index of a region: give statistics and bases, in region.";
    REGION_UNEXPECTED = "run.region_unexpected", Unprocessable,
        "这个评价方法按企业测算，不需要 region，请去掉。",
        "The methodology is computed over enterprises and takes no region; leave it out.";
    REGION_INVALID = "run.region_invalid", Unprocessable,
        "区域指数的统计数据有误，逐条见 errors。",
        "The figures of the region are wrong; each point is in errors.";
    NO_REGION = "run.no_region", NotFound,
        "这次测算没有区域指数：它按企业测算。",
        "The run has no index of a region: it was computed over enterprises.";
    WRONG_STATE = "run.wrong_state", Conflict,
        "测算目前的状态不允许这一步：草稿先定稿，定稿后才能发布。",
        "The run is not in a state that allows this step: a draft is frozen first, a frozen run is published.";
    NOTHING_TO_COMPARE = "run.nothing_to_compare", Unprocessable,
        "这次测算没有取代别的测算：请用 with 指明与哪一次比较。",
        "This run has taken no other's place: name the run to compare with, in with.";
    NOT_SCORED = "run.not_scored", Conflict,
        "这家企业在这次测算中没有得分，无从比较或推演。",
        "The enterprise has no score in this run; there is nothing to compare or to vary.";
    NO_FIGURES = "back_test.no_figures", Unprocessable,
        "这个调查期还没有区域指数的测算，没有统计数据和基期值可用：请先用已发布的版本测算一次，或用 against 指明一次测算。",
        "The round has no run with an index of the region whose statistics and bases could be used: compute one with a published version, or name a run in against.";
    INVALID_ANSWERS = "answers.invalid", Unprocessable,
        "所给的答案不符合调查表，逐条见 errors。",
        "The answers do not fit the questionnaire; each point is in errors.";
}

faults! {
    ANSWER_FORM = "answers.form",
        "答案须连同类型写出，如 {\"number\": \"12.5\"}。",
        "Write the answer with its kind, such as {\"number\": \"12.5\"}.";
    UNKNOWN_QUESTION = "answers.unknown_question",
        "调查表中没有这个题项。请核对题项代码。",
        "The questionnaire has no such question. Check its code.";
    BOTH_WAYS = "what_if.both_ways",
        "同一项既给出了数值，又列在 blank 中，请只留一处。",
        "It has a value here and stands in blank as well; leave one of the two.";
    NO_NODE = "weights.no_node",
        "这些代码不是草案中同一块的全部指标，也不是同一汇总项的全部组成部分。",
        "The codes are neither all indicators of one block of the draft nor all parts of one aggregate.";
    OTHER_KIND = "back_test.other_kind",
        "一个算区域指数，一个按企业测算，不能比较。",
        "One gives the index of a region, the other scores enterprises: they cannot be compared.";
    OTHER_ROUND = "back_test.other_round",
        "所比较的测算属于另一个调查期。",
        "The run to compare with is one of another round.";
    OTHER_METHODOLOGY = "decomposition.other_methodology",
        "两次测算用的不是同一评价方法的版本，变动无从分解。",
        "The two runs are not of versions of one methodology; there is no change to take apart.";
    ONE_OF = "robustness.one_of",
        "choices 和 range 请给出其中一个。",
        "Give either choices or range.";
    REPLICATIONS = "robustness.replications",
        "重复次数不在允许的范围内，范围见句中。",
        "The number of replications is out of range; the sentence gives the range.";
    NOISE = "robustness.noise",
        "扰动幅度须大于 0、不超过 1；有其他不确定的设置时可以为 0。",
        "The noise is above 0 and at most 1; it may be 0 where other settings are uncertain.";
    TOO_MANY_RUNS = "robustness.runs",
        "敏感性分析所需的测算次数超过上限，两数见句中。请减少重复次数。",
        "The sensitivity analysis needs more runs than allowed; the sentence gives both numbers. Ask for fewer replications.";
    COMPOSITE_ONLY = "robustness.composite_only",
        "只有全体一起测算的方法（composite）才能变动权重以外的设置、作敏感性分析。",
        "Only a methodology that scores all together (composite) can have settings beside its weights varied and its sensitivity told.";
    OTHER_FIGURES = "robustness.other_figures",
        "这项设置会改变从填报表取用的数据，不能变动。",
        "This setting changes which figures are taken from the returns; it cannot be varied.";
}
