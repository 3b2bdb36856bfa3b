//! Enterprises and the import of enterprise lists.

use super::{Code, FaultCode, Kind};

codes! {
    DUPLICATE_USCC = "enterprise.duplicate_uscc", Conflict,
        "已有企业使用这个统一社会信用代码。",
        "Another enterprise has this credit code.";
    INVALID_ENTERPRISE = "enterprise.invalid", Unprocessable,
        "企业信息不符合要求，逐条见 errors。",
        "The facts of the enterprise are not acceptable; each point is in errors.";
    LIST_UNREADABLE = "import.unreadable", Unprocessable,
        "名单无法读取：文件中没有数据行。请用带列名的表格（.xlsx、.xls、.ods、.csv 等）。",
        "The list cannot be read: no rows in it. Use a spreadsheet with column names (.xlsx, .xls, .ods, .csv and the like).";
    COLUMNS_MISSING = "import.columns_missing", Unprocessable,
        "名单缺少必需的列，见 errors。",
        "The list lacks columns that are needed; see errors.";
}

faults! {
    NAME = "enterprise.name",
        "请填写企业全称（200 字以内）。",
        "Give the full name in at most 200 characters.";
    AREA_UNKNOWN = "enterprise.area_unknown",
        "行政区划代码不是名录中的镇街。请从行政区划名录选取。",
        "The code is not that of a town or street in the list. Choose one from the list of areas.";
    AREA_NOT_IN_FORCE = "enterprise.area_not_in_force",
        "行政区划在该月不存在。有继任区划的，句中给出；请改用。",
        "The area does not exist in that month. Use its successor, which the sentence names where there is one.";
    INDUSTRY_UNKNOWN = "enterprise.industry_unknown",
        "行业代码不是 GB/T 4754 的小类（如 C3831）。请从行业名录选取。",
        "The code is not a four-digit class of GB/T 4754, such as C3831. Choose one from the list of industries.";
    NEGATIVE = "enterprise.negative",
        "金额不能为负。",
        "The amount may not be negative.";
    USCC_FORM = "enterprise.uscc_form",
        "统一社会信用代码未填写，或位数、字符不符，句中写明是哪一位。请核对。",
        "The credit code has a wrong length or character; the sentence says which. Check it.";
    USCC_CHECK = "enterprise.uscc_check",
        "统一社会信用代码的校验码不符，请核对；确为早年发放代码的，请在名单“代码说明”列写明原因（接口字段 uscc_exception）。",
        "The check character of the credit code is wrong. Check it; if it is a legacy code, give the reason in uscc_exception.";
    PARENT_USCC = "enterprise.parent_uscc",
        "母公司统一社会信用代码有误，或与本企业代码相同。请核对；没有母公司则留空。",
        "The credit code of the parent is wrong, or is the enterprise's own. Check it, or leave it out where there is none.";
    COLUMN_MISSING = "import.column_missing",
        "名单缺少必需的列，句中给出列名。请补上该列。",
        "The list lacks a column that is needed; the sentence names it. Add the column.";
    NOT_A_NUMBER = "import.not_a_number",
        "单元格的内容不是数字。请改为数字或留空。",
        "The cell does not hold a number. Write a number or leave it blank.";
    NOT_A_COUNT = "import.not_a_count",
        "人数应为非负整数。",
        "A number of people is a whole number.";
    ROW_TWICE = "import.row_twice",
        "同一信用代码在名单中出现两次，句中给出前一行的行号。请只留一行。",
        "The same credit code stands in two rows; the sentence names the first. Keep one of them.";
}
