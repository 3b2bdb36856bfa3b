//! The command line alone.

use super::{Code, FaultCode, Kind};

codes! {
    UNREADABLE = "file.unreadable", NotFound,
        "文件打不开。请检查路径和权限。",
        "The file cannot be opened. Check its path and permissions.";
    UNWRITABLE = "file.unwritable", Internal,
        "文件写不了。请检查路径、权限和磁盘空间。",
        "The file cannot be written. Check its path, permissions and the space on the disk.";
    UNKNOWN_QUESTIONNAIRE = "questionnaire.unknown", NotFound,
        "没有这份内置调查表。请核对 --questionnaire 的代码。",
        "There is no such built-in questionnaire. Check the code given with --questionnaire.";
    START = "start", Internal,
        "程序无法启动，原因见句中。请检查数据目录、数据库和端口。",
        "The program cannot start; the sentence says why. Check the data folder, the database and the port.";
    IO = "io", Internal,
        "读写失败，原因见句中。请检查路径、权限和磁盘空间。",
        "Reading or writing failed; the sentence says why. Check path, permissions and the space on the disk.";
    MANIFEST = "manifest", Unprocessable,
        "文档清单有误，原因见句中。请改正 manifest.json。",
        "The manifest of documents is wrong; the sentence says why. Correct manifest.json.";
    FOLDER_NOT_EMPTY = "demo.folder_not_empty", Conflict,
        "演示用的文件夹不是空的。请换一个，或先删除它。",
        "The folder of the demonstration is not empty. Choose another or remove it first.";
    RESULT_FOLDER = "index.folder_not_empty", Conflict,
        "结果文件夹中有其他文件。请另选文件夹，或加 --replace。",
        "The folder for the results holds other files. Choose another folder, or add --replace.";
    IMPORT_UNFINISHED = "import.unfinished", Internal,
        "导入没有完成，原因见句中。请按原因处理后再次执行同一命令。",
        "The import did not end; the sentence says why. See to it and give the same command again.";
    NO_FIGURES = "input.no_figures", Unprocessable,
        "缺少数据表或指标树。请给出 --data，以及 --tree 或 --methodology。",
        "Figures or their tree are missing. Give --data, and --tree or --methodology.";
    INPUT_UNREADABLE = "input.unreadable", Unprocessable,
        "无法读取表格，原因见句中。请另存为 CSV 文本后重试。",
        "A table cannot be read; the sentence says why. Save it as CSV text and try again.";
    MATRIX_ORDER = "input.matrix_order", Unprocessable,
        "判断矩阵的行代码与列代码不一致或顺序不同。请更正首列。",
        "The rows of the matrix do not have the codes of its columns in the same order. Correct the first column.";
    NOT_A_NUMBER = "input.not_a_number", Unprocessable,
        "判断矩阵的单元格不是数字。请写成 3 或 1/3。",
        "A cell of the matrix is not a number. Write 3 or 1/3.";
    INPUT_EMPTY = "input.empty", Unprocessable,
        "数据表没有单位。请补充数据行。",
        "The table has no units. Supply rows.";
    INPUT_REFUSED = "input.refused", Unprocessable,
        "输入文件有错误，逐条见 errors。请改正后再次执行。",
        "An input file has faults; each is in errors. Correct them and give the command again.";
    OTHER_KIND = "composite.other_kind", Unprocessable,
        "文件不是 composite 类评价方法。请给出 kind 为 composite 的文档。",
        "The file is no methodology of the kind composite. Give a document of that kind.";
    NO_BLOCKS = "robustness.no_blocks", Unprocessable,
        "敏感性分析需要带 block 列的抽样表。请用 --sensitivity 重新抽样。",
        "A sensitivity analysis needs draws with a block column. Draw them with --sensitivity.";
}

faults! {
    SIGNATURE_NOT_VERIFIED = "signature.not_verified",
        "离线核对不能验证签名，企业和调查期也未核对。上传时由系统验证。",
        "The signature cannot be verified offline, nor are enterprise and round compared. The system does so when the file is uploaded.";
    TREATMENT_DIFFERS = "treatment.differs",
        "各年的异常值处理不同，得分不能跨年比较。如需比较，请对各年用同样的处理。",
        "Values are treated otherwise in one year than in another, so that scores cannot be compared over the years. To compare them, treat all years alike.";
    TREE_TWICE = "tree.given_twice",
        "评价方法自带指标树，--tree 表中的节点不采用。请删去其中之一。",
        "The methodology has a tree of its own, so that the nodes of the table given with --tree are not used. Remove one of them.";
    LEVEL_DIFFERS = "table.level_differs",
        "iMeta 表的 Level 与指标树不符。请更正 Level 或 Parent。",
        "The Level of the iMeta table contradicts the tree. Correct Level or Parent.";
    DENOMINATORS_UNUSED = "table.denominators_unused",
        "iMeta 表的 Denominator 列未采用。需要相除的，请在评价方法中写 denomination。",
        "The column Denominator of the iMeta table is not used. To divide, give the methodology a denomination.";
    ONE_YEAR = "table.one_year",
        "数据只有一个年份，关于多个年份的设置不起作用。请补充 Time 列和各年数据。",
        "The figures are of one year, so that settings about several years have no effect. Supply the column Time and the other years.";
    CHANGES_NOT_TOLD = "changes.not_told",
        "两年之间的变动无从分解，前一年的标尺不适用于后一年的数据。原因见句中。",
        "The change between two years is not taken apart, as the scales of the first cannot take the figures of the second. The sentence says why.";
}
