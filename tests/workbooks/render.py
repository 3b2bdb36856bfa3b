"""Renders the workbook cases in cases/*.json with openpyxl: returns as other programs would leave them.

usage: render.py BASES TARGET

BASES holds blank_zh.xlsx and filled_3.xlsx as written by `cargo run -p workbook --example sample -- write BASES`.
TARGET receives one file per case and index.json, which lists file and expectation. See README.md for the format.
"""

import datetime
import json
import pathlib
import re
import shutil
import sys
import zipfile
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HERE = pathlib.Path(__file__).resolve().parent
QUESTIONNAIRE = HERE.parent.parent / "data" / "questionnaire_integration.json"
SHEET_ANCHOR = "#sheet:"


class Form:
    """A template opened with openpyxl, addressed by codes as the reader of the product does."""

    def __init__(self, path):
        self.book = openpyxl.load_workbook(path, rich_text=True)
        document = json.loads(QUESTIONNAIRE.read_text(encoding="utf-8"))
        self.questions = {question["code"]: question for question in document["questions"]}
        self.sheets = {}
        for sheet in self.book:
            first = sheet["A1"].value
            if isinstance(first, str) and first.startswith(SHEET_ANCHOR):
                self.sheets[first[len(SHEET_ANCHOR):]] = sheet

    def row(self, sheet, code):
        for number in range(1, sheet.max_row + 1):
            if sheet.cell(number, 1).value == code:
                return number
        raise KeyError(f"no row {code}")

    def column(self, sheet, code):
        for number in range(1, sheet.max_column + 1):
            if sheet.cell(1, number).value == code:
                return number
        raise KeyError(f"no column {code}")

    def cell(self, where):
        question = self.questions[where["question"]]
        if "column" in where:
            sheet = self.sheets[question["code"]]
            return sheet.cell(self.row(sheet, f"{question['code']}#{where['row']}"), self.column(sheet, where["column"]))
        sheet = self.sheets[question["section"]]
        anchor = question["row"] + (f"#{where['option']}" if "option" in where else "")
        column = {"label": "#label", "unit": "#unit"}.get(where.get("part"), question["period"])
        return sheet.cell(self.row(sheet, anchor), self.column(sheet, column))


def set_cell(form, change):
    cell = form.cell(change)
    kind, value = change["kind"], change.get("value")
    if kind in ("number", "boolean", "error"):
        cell.value = value
    elif kind == "text":
        cell.value, cell.data_type = value, "s"
    elif kind == "formula":
        cell.value = value
    elif kind == "date":
        cell.value = datetime.datetime.fromisoformat(value)
    elif kind == "rich_text":
        cell.value = CellRichText(*[TextBlock(InlineFont(b=bold), text) for text, bold in value])
    elif kind == "blank":
        cell.value = None
    else:
        raise ValueError(f"unknown kind {kind}")
    if "number_format" in change:
        cell.number_format = change["number_format"]


def arrange(form, change):
    sheet = form.sheets[change["sheet"]]
    action = change["action"]
    if action == "insert_rows":
        sheet.insert_rows(form.row(sheet, change["before"]), change["count"])
    elif action == "delete_row":
        sheet.delete_rows(form.row(sheet, change["row"]))
    elif action == "note_row":
        at = form.row(sheet, change["before"])
        sheet.insert_rows(at)
        sheet.cell(at, 3).value = change["text"]
    elif action == "rename":
        sheet.title = change["name"]
    elif action == "hide":
        sheet.sheet_state = "hidden"
    elif action == "copy":
        form.book.copy_worksheet(sheet)
    elif action == "move_first":
        form.book.move_sheet(sheet, -len(form.book.sheetnames))
    elif action == "delete_column":
        sheet.delete_cols(form.column(sheet, change["column"]))
    elif action == "merge":
        first, last = form.cell(change["from"]), form.cell(change["to"])
        sheet.merge_cells(f"{first.coordinate}:{last.coordinate}")
    elif action == "hide_row":
        sheet.row_dimensions[form.row(sheet, change["row"])].hidden = True
    elif action == "delete_sheet":
        form.book.remove(sheet)
    else:
        raise ValueError(f"unknown action {action}")


def rewrite(path, change):
    """Copies the package with every part passed through `change(name, bytes)`."""
    copy = path.with_suffix(".tmp")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            target.writestr(item, change(item.filename, source.read(item.filename)))
    shutil.move(copy, path)


def cached_formula(path, form, changes):
    """Adds the result that Excel would have kept beside a formula; openpyxl keeps none."""
    for change in changes:
        cell = form.cell(change)
        result = escape(str(change["cached"]))
        pattern = re.compile(rf'(<c r="{cell.coordinate}"[^>]*><f>[^<]*</f>)<v ?/?>(?:</v>)?')
        title = cell.parent.title

        def put(name, content, pattern=pattern, result=result, title=title):
            if name != sheet_part(path, title):
                return content
            text, count = pattern.subn(rf"\g<1><v>{result}</v>", content.decode("utf-8"))
            if count != 1:
                raise ValueError(f"no formula at {title}!{cell.coordinate}")
            return text.encode("utf-8")

        rewrite(path, put)


def sheet_part(path, title):
    book = openpyxl.load_workbook(path, read_only=True)
    return f"xl/worksheets/sheet{book.sheetnames.index(title) + 1}.xml"


def render(case, bases, path):
    if "content" in case:
        path.write_bytes(case["content"]["text"].encode(case["content"]["encoding"]))
        return
    form = Form(bases / f"{case['base']}.xlsx")
    if case.get("epoch") == 1904:
        form.book.epoch = CALENDAR_MAC_1904
    for change in case.get("arrange", []):
        arrange(form, change)
    for change in case.get("set", []):
        set_cell(form, change)
    for title in case.get("remove_sheets", []):
        form.book.remove(form.book[title])
    form.book.save(path)
    cached_formula(path, form, [change for change in case.get("set", []) if "cached" in change])


def main():
    bases, target = map(pathlib.Path, sys.argv[1:3])
    target.mkdir(parents=True, exist_ok=True)
    index = []
    for source in sorted((HERE / "cases").glob("*.json")):
        case = json.loads(source.read_text(encoding="utf-8"))
        path = target / f"{source.stem}{case.get('suffix', '.xlsx')}"
        render(case, bases, path)
        index.append({"case": source.stem, "file": path.name, "expect": case["expect"]})
    (target / "index.json").write_text(json.dumps(index, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
