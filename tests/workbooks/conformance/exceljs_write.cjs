// Writes every kind of value with ExcelJS, or another workbook again.
// usage: node exceljs_write.cjs KINDS BOOK.xlsx     or: node exceljs_write.cjs --again SOURCE.xlsx BOOK.xlsx
// NODE_PATH names the folder with the package.
const fs = require("fs");
const ExcelJS = require("exceljs");

function valueOf(give) {
  for (const key of ["number", "date", "boolean", "text"]) {
    if (key in give) return give[key];
  }
  const result = "cached_error" in give ? { error: give.cached_error } : give.cached;
  return { formula: give.formula, result };
}

function bookOf(kinds) {
  const book = new ExcelJS.Workbook();
  const values = book.addWorksheet("values");
  kinds.forEach((kind, row) => {
    values.getCell(row + 1, 1).value = kind.kind;
    const cell = values.getCell(row + 1, 2);
    cell.value = valueOf(kind.give);
    if (kind.give.format) cell.numFmt = kind.give.format;
  });
  const layout = book.addWorksheet("layout");
  layout.getCell("A1").value = "merged";
  layout.mergeCells("A1:B2");
  layout.getCell("D1").value = "hidden column";
  layout.getColumn(4).hidden = true;
  layout.getCell("A4").value = "hidden row";
  layout.getRow(4).hidden = true;
  book.addWorksheet("hidden", { state: "hidden" }).getCell("A1").value = "hidden sheet";
  book.addWorksheet("secret", { state: "veryHidden" }).getCell("A1").value = "very hidden sheet";
  return book;
}

async function main() {
  const again = process.argv[2] === "--again";
  const [source, target] = process.argv.slice(again ? 3 : 2);
  const book = again
    ? await new ExcelJS.Workbook().xlsx.readFile(source)
    : bookOf(JSON.parse(fs.readFileSync(source, "utf8")));
  await book.xlsx.writeFile(target);
}

main();
