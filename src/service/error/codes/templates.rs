//! Templates: whose they are and whether they are genuine.

use super::{Code, Kind};

codes! {
    SEAL_MISSING = "workbook.seal_missing", Unprocessable,
        "这份调查表没有签名，不能确认是本系统发放的。请在系统中重新下载本期调查表，把数据粘贴进去（只粘贴数值）后上传。",
        "This form carries no signature, so that it cannot be told from one made elsewhere. Download the form of this round again, paste your figures into it (values only) and upload it.";
    SEAL_BROKEN = "workbook.seal_broken", Unprocessable,
        "调查表里隐藏的标识在发放后被改动过，签名对不上。请在系统中重新下载本期调查表，把数据粘贴进去（只粘贴数值）后上传。",
        "The hidden marks of this form were changed after it was issued; its signature does not fit them. Download the form of this round again, paste your figures into it (values only) and upload it.";
    SEAL_UNKNOWN_KEY = "workbook.seal_unknown_key", Unprocessable,
        "这份调查表的签名出自本系统没有的密钥，可能来自另一套系统。请从本系统下载本期调查表填写；如确由本系统发放，请联系管理员。",
        "This form was signed with a key that this system does not have; it may come from another installation. Download the form of this round from here; if it did come from here, tell the administrator.";
    BULK_TEMPLATE = "workbook.bulk_template", Unprocessable,
        "这是汇总填报表（一行一家企业），不能作为一家企业的调查表上传。请由镇街或主管部门从批量导入上传，或下载本企业的调查表。",
        "This is a bulk sheet with one row per enterprise, not the form of one enterprise. Upload it as a bulk import, or download the form of the enterprise.";
    NO_USCC = "workbook.no_uscc", Unprocessable,
        "这是空白调查表，表中没有填统一社会信用代码，不知道是哪家企业的。请在“统一社会信用代码”一格填上后再上传。",
        "This is a blank form without a credit code; whose it is cannot be told. Enter the unified social credit code in its cell and upload it again.";
    NOT_BULK_TEMPLATE = "workbook.not_bulk_template", Unprocessable,
        "这不是汇总填报表。请下载本期的汇总填报表，或在该企业名下上传它的调查表。",
        "This is not a bulk sheet. Download the bulk sheet of this round, or upload the form at the enterprise's own return.";
    LAST_ROUND = "workbook.last_round", Unprocessable,
        "这是上一期的调查表。请下载本期调查表填写；要补报上一期，请到该期的填报表上传。",
        "This is the form of the last round. Download the form of this round; to report for the last one, upload it at the return of that round.";
    WRONG_ROUND = "workbook.wrong_round", Unprocessable,
        "这是另一期的调查表。请下载本期调查表填写；要补报那一期，请到该期的填报表上传。",
        "This is the form of another round. Download the form of this round; to report for the other one, upload it at the return of that round.";
    WRONG_QUESTIONNAIRE = "workbook.wrong_questionnaire", Unprocessable,
        "工作簿属于另一份调查表。请用所要求的调查表填写。",
        "The workbook belongs to another questionnaire. Fill in the one that is asked for.";
}
