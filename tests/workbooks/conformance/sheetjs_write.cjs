// Writes every kind of value with SheetJS, or another workbook again, in every format it has.
// usage: node sheetjs_write.cjs KINDS FOLDER     or: node sheetjs_write.cjs --again BOOK.xlsx FOLDER
// NODE_PATH names the folder with the package.
const fs = require("fs");
const path = require("path");
const XLSX = require("xlsx");

const FORMATS = [
  ["xlsx", "xlsx"], ["xlsb", "xlsb"], ["biff8", "xls"], ["biff5", "xls"], ["ods", "ods"], ["fods", "fods"],
  ["html", "html"], ["xlml", "xml"], ["csv", "csv"], ["txt", "txt"],
];

function cellOf(give) {
  const cell = { t: "s", v: give.text };
  if ("number" in give) Object.assign(cell, { t: "n", v: give.number });
  if ("date" in give) Object.assign(cell, { t: "n", v: give.date });
  if ("boolean" in give) Object.assign(cell, { t: "b", v: give.boolean });
  if ("formula" in give) {
    Object.assign(cell, { t: typeof give.cached === "number" ? "n" : "s", v: give.cached, f: give.formula });
    if ("cached_error" in give) Object.assign(cell, { t: "e", v: 0x07, w: give.cached_error });
  }
  if (give.format) cell.z = give.format;
  return cell;
}

function bookOf(kinds) {
  const sheet = {};
  kinds.forEach((kind, row) => {
    sheet[XLSX.utils.encode_cell({ r: row, c: 0 })] = { t: "s", v: kind.kind };
    sheet[XLSX.utils.encode_cell({ r: row, c: 1 })] = cellOf(kind.give);
  });
  sheet["!ref"] = `A1:B${kinds.length}`;
  const layout = XLSX.utils.aoa_to_sheet([["merged", null, null, "hidden column"], [], [], ["hidden row"]]);
  layout["!merges"] = [{ s: { r: 0, c: 0 }, e: { r: 1, c: 1 } }];
  layout["!rows"] = [{}, {}, {}, { hidden: true }];
  layout["!cols"] = [{}, {}, {}, { hidden: true }];
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, sheet, "values");
  XLSX.utils.book_append_sheet(book, layout, "layout");
  XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([["hidden sheet"]]), "hidden");
  XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([["very hidden sheet"]]), "secret");
  book.Workbook = { Sheets: [{}, {}, { Hidden: 1 }, { Hidden: 2 }] };
  return book;
}

const again = process.argv[2] === "--again";
const [source, folder] = process.argv.slice(again ? 3 : 2);
const book = again
  ? XLSX.readFile(source, { cellNF: true, cellStyles: true })
  : bookOf(JSON.parse(fs.readFileSync(source, "utf8")));
for (const [type, suffix] of FORMATS) {
  XLSX.writeFile(book, path.join(folder, `sheetjs_${type}.${suffix}`), { bookType: type, compression: true });
}
