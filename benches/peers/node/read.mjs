// Milliseconds that SheetJS and ExcelJS take to read a workbook, every cell of every sheet, from bytes in memory.
//
// usage: node read.mjs sheetjs|exceljs FILE [ROUNDS]
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

const [library, file, rounds = "9"] = process.argv.slice(2);
const bytes = readFileSync(file);

const readers = {
  async sheetjs() {
    const XLSX = (await import("xlsx")).default;
    return async () => {
      const book = XLSX.read(bytes, { type: "buffer", cellNF: true });
      let cells = 0;
      for (const name of book.SheetNames) {
        for (const row of XLSX.utils.sheet_to_json(book.Sheets[name], { header: 1 })) {
          for (const value of row) if (value !== undefined) cells += 1;
        }
      }
      return cells;
    };
  },
  async exceljs() {
    const ExcelJS = (await import("exceljs")).default;
    return async () => {
      const book = new ExcelJS.Workbook();
      await book.xlsx.load(bytes);
      let cells = 0;
      book.eachSheet((sheet) => sheet.eachRow((row) => row.eachCell(() => (cells += 1))));
      return cells;
    };
  },
};

const read = await readers[library]();
const times = [];
let cells = 0;
for (let round = 0; round <= Number(rounds); round += 1) {
  const start = performance.now();
  cells = await read();
  if (round > 0) times.push(performance.now() - start); // the first one warms up
}
console.log(JSON.stringify({ cells, times_ms: times, peak_kib: process.resourceUsage().maxRSS }));
