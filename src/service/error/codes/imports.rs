//! Imports of returns and the mappings of their columns.

use super::{Code, FaultCode, Kind};

codes! {
    NO_RETURN = "import.no_return", NotFound,
        "这份工作簿的企业不在本期范围内，或不在您负责的镇街。确属漏报的，请主管部门将其纳入本期后重新导入。",
        "The enterprise of this workbook is not asked in this round, or lies outside the area you look after. One that was left out is added to the round by the bureau, then import again.";
    RETURN_TWICE = "import.return_twice", Conflict,
        "同一批里已收了这家企业的另一份文件，这一份没有收；请只留一份后再传。",
        "Another file of this enterprise was taken in from the same batch and this one was not; keep one of them and hand it in again.";
    BLOCKED = "import.blocked", Unprocessable,
        "有强制性错误（必须改正），按规则未接收；逐条见 faults。",
        "There are errors that must be corrected, so it was not imported; each is in faults.";
    FILE_MISSING = "import.file_missing", Unprocessable,
        "找不到这份文件的原件，没有导入；请重新交一次。",
        "The original of this file is missing and it was not imported; hand it in again.";
    NO_KEY = "import.no_key", Unprocessable,
        "该行没有统一社会信用代码或企业名称，无法确定企业；请补填。",
        "This row has no credit code or name; the enterprise cannot be identified. Fill it in.";
    UNKNOWN_ENTERPRISE = "import.unknown_enterprise", NotFound,
        "本期没有这家企业，或不在您负责的镇街。请核对信用代码或企业名称；确属漏报的，先由主管部门建档并纳入本期，再重新导入。",
        "No such enterprise is asked in this round, or it lies outside the area you look after. Check the credit code or name; one that was left out must first be registered by the bureau and added to the round, then import again.";
    ROW_UNTOUCHED = "import.row_untouched", Unprocessable,
        "这一行除系统预填的内容外没有填写，没有收；填好后再导入即可。",
        "Nothing was filled into this row beyond what was printed in it, and it was not taken in; fill it in and import again.";
    AMBIGUOUS_NAME = "import.ambiguous_name", Conflict,
        "有几家企业叫这个名字，请改用信用代码对应。",
        "Several enterprises have this name; use the credit code as the key.";
    NO_SCAN = "import.no_scan", Unprocessable,
        "没有找到这份工作簿的签字扫描件，已收为暂存，未登记提交。请把扫描件取与工作簿相同的文件名，或在文件名中写上信用代码，再一并导入；有一份签字汇总表的，用 covering 指明。",
        "No scan of a signature was found for this workbook; it was taken in but not submitted. Name the scan as the workbook, or put the credit code into its name, and import both again; a signed list that covers all is named by covering.";
    SEVERAL_SCANS = "import.several_scans", Conflict,
        "有几份扫描件都与这份工作簿对得上，未登记提交；见 faults。请只留一份，或合并为一个 PDF。",
        "Several scans fit this workbook and it was not submitted; see faults. Keep one of them, or join them into one PDF.";
    SCAN_UNUSED = "import.scan_unused", Unprocessable,
        "这份扫描件没有对应的工作簿，没有使用。请核对文件名，或补交工作簿。",
        "No workbook of this import belongs to this scan and it was not used. Check its name, or hand in the workbook.";
    NO_COVERING = "import.no_covering", Unprocessable,
        "压缩包或文件夹里没有 covering 所指的扫描件。请核对文件名（含文件夹）。",
        "The ZIP or folder has no scan with the name given as covering. Check the name, with its folders.";
    SUBMISSION_NEEDS_FILES = "import.submission_needs_files", Unprocessable,
        "汇总填报表不能这样登记提交：每行没有扫描件。请用工作簿的压缩包或文件夹，或逐家登记提交。",
        "Submissions of rows of a sheet cannot be recorded this way, as there are no scans with them. Use a ZIP or folder of workbooks, or record each submission.";
    INVALID_MAPPING = "mapping.invalid", Unprocessable,
        "对应关系不符合要求，逐条见 errors。",
        "The mapping is not acceptable; each point is in errors.";
    NOTHING_ALIKE = "mapping.nothing_alike", Unprocessable,
        "没有找到与题项相近的列名，或没有信用代码、企业名称列；请手工写对应关系。",
        "No label is like any question's, or there is no column with credit codes or names; write the mapping by hand.";
    OTHER_QUESTIONNAIRE = "mapping.other_questionnaire", Conflict,
        "这个对应方案不是为本期调查表建的。",
        "This profile was not made for the questionnaire of the round.";
    DUPLICATE_NAME = "mapping.duplicate_name", Conflict,
        "已有同名的对应方案。",
        "Another profile of this questionnaire has this name.";
}

faults! {
    MAPPING_NAME = "mapping.name",
        "对应方案的名称为空或太长。字数上限见句中。",
        "The name of the mapping is empty or too long; the sentence gives the limit.";
}
