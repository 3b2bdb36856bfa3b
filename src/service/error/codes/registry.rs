//! Enterprises and the import of enterprise lists.

use super::{Code, FaultCode, Kind};

codes! {
    DUPLICATE_USCC = "enterprise.duplicate_uscc", Conflict,
        "已有企业使用这个统一社会信用代码。",
        "Another enterprise has this credit code.";
    INVALID_ENTERPRISE = "enterprise.invalid", Unprocessable,
        "企业信息不符合要求，逐条见 errors。",
        "The facts of the enterprise are not acceptable; each point is in errors.";
    INVALID_GROUP = "group.invalid", Unprocessable,
        "企业分组的信息不符合要求，逐条见 errors。",
        "The facts of the group are not acceptable; each point is in errors.";
    DUPLICATE_GROUP = "group.duplicate", Conflict,
        "同一类别下已有同名的企业分组。",
        "Another group of this kind has this name.";
    LIST_UNREADABLE = "import.unreadable", Unprocessable,
        "名单无法读取：文件中没有数据行。请用带列名的表格（.xlsx、.xls、.ods、.csv 等）。",
        "The list cannot be read: no rows in it. Use a spreadsheet with column names (.xlsx, .xls, .ods, .csv and the like).";
    IMPORT_WITHOUT_RESULT = "import.without_result", NotFound,
        "这次名单导入尚未完成或没有成功，没有逐行结果；状态和原因见该作业。",
        "This import of a list has not ended, or has failed, and has no outcome of rows; its job says which and why.";
    COLUMNS_MISSING = "import.columns_missing", Unprocessable,
        "名单缺少必需的列，见 errors。",
        "The list lacks columns that are needed; see errors.";
}

faults! {
    GROUP_KIND = "group.kind",
        "请填写分组类别（40 字以内），如“块状经济”“重点企业”“园区”。",
        "Give the kind of the group in at most 40 characters.";
    GROUP_NAME = "group.name",
        "请填写分组名称（100 字以内）。",
        "Give the name of the group in at most 100 characters.";
    GROUP_DATES = "group.dates",
        "分组的截止日期早于起始日期。",
        "The group ends before it starts.";
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
    COLUMN_UNUSED = "import.column_unused",
        "名单中有一列没有读取，句中给出列标题。",
        "A column of the list was not read; the sentence names it.";
    COLUMN_UNIT_UNKNOWN = "import.column_unit_unknown",
        "有一列的单位无法换算，没有读取。请改为以万元、元、千元或亿元计（人数以人计）。",
        "The unit of a column cannot be converted and the column was not read. Use 万元, 元, 千元 or 亿元 (people one by one).";
    COLUMN_TWICE = "import.column_twice",
        "有一列与前面的列重复，没有读取。",
        "A column says the same as one before it and was not read.";
    COLUMN_CONVERTED = "import.column_converted",
        "有一列金额已换算为万元，句中给出所乘的数。",
        "The amounts of a column were converted to 万元; the sentence gives the factor.";
    COLUMN_WITHOUT_UNIT = "import.column_without_unit",
        "有一列金额没有写单位，按万元读取。请核对。",
        "A column of amounts names no unit and was read as 万元. Check it.";
    ROW_PASSED_OVER = "import.row_passed_over",
        "有一行不是企业（合计、签名、备注或重复的表头），没有读取。",
        "A row is no enterprise (a total, a signature, a note or repeated heads) and was not read.";
    SHEETS_PASSED_OVER = "import.sheets_passed_over",
        "名单所在工作表以外的工作表没有读取，句中给出表名。",
        "Sheets other than that of the list were not read; the sentence names them.";
    CELL_BLANK = "import.cell_blank",
        "必填的单元格没有填写。请补填。",
        "A cell that is needed is blank. Fill it in.";
    CELL_WITHOUT_VALUE = "import.cell_without_value",
        "单元格是错误值，或没有保存计算结果的公式。请用 WPS 或 Excel 打开后保存，或改填数值。",
        "The cell holds an error, or a formula that was saved without its result. Open the file with WPS or Excel and save it, or write the value.";
    CELL_DATE_FORMAT = "import.cell_date_format",
        "单元格是日期格式。请把格式改为“常规”（代码改为“文本”）后重新填写。",
        "The cell has the format of a date. Set it to General (codes: Text) and enter the value again.";
    CELL_DIGITS_LOST = "import.cell_digits_lost",
        "代码被存成了数字，后面的位数已丢失。请把单元格格式设为“文本”后重新填写。",
        "The code was kept as a number and has lost digits. Set the format of the cell to Text and enter it again.";
    CELL_OTHER_UNIT = "import.cell_other_unit",
        "单元格里写的单位与列标题的不同。请按列标题的单位填写，单元格里只写数字。",
        "The unit written in the cell is not that of its column. Write the figure in the unit of the column, without a unit.";
    CELL_READ_AS = "import.cell_read_as",
        "单元格里的写法已按名录读取，句中给出读取结果。请核对。",
        "What the cell says was matched with the list; the sentence gives what it was read as. Check it.";
    NOT_A_NUMBER = "import.not_a_number",
        "单元格的内容不是数字。请改为数字或留空。",
        "The cell does not hold a number. Write a number or leave it blank.";
    NOT_A_COUNT = "import.not_a_count",
        "人数应为非负整数。",
        "A number of people is a whole number.";
    NOT_REGISTERED = "enterprise.not_registered",
        "企业名录中没有这家企业。请核对信用代码或企业名称；确属漏登的，先登记再重新导入。",
        "The registry has no such enterprise. Check the credit code or name; one that is missing is registered first.";
    NAME_AMBIGUOUS = "enterprise.name_ambiguous",
        "有几家企业叫这个名字，请填写统一社会信用代码。",
        "Several enterprises have this name; give the credit code.";
    NO_CODE_OR_NAME = "import.no_code_or_name",
        "这一行没有信用代码和企业名称，没有处理。",
        "The row has neither a credit code nor a name and was left alone.";
    ROW_TWICE = "import.row_twice",
        "同一信用代码在名单中出现两次，句中给出前一行的行号。请只留一行。",
        "The same credit code stands in two rows; the sentence names the first. Keep one of them.";
}
