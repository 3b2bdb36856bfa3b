"""Writes every kind of value with openpyxl. usage: openpyxl_write.py KINDS TARGET.xlsx"""

import json
import pathlib
import sys

import openpyxl

ERROR = "e"


def main():
    kinds = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "values"
    for row, kind in enumerate(kinds, 1):
        sheet.cell(row, 1).value = kind["kind"]
        give, cell = kind["give"], sheet.cell(row, 2)
        if "text" in give:
            cell.value, cell.data_type = give["text"], "s"
        elif "formula" in give:
            cell.value = "=" + give["formula"]
        else:
            cell.value = next(give[key] for key in ("number", "date", "boolean") if key in give)
        if "format" in give:
            cell.number_format = give["format"]
    layout = book.create_sheet("layout")
    layout["A1"] = "merged"
    layout.merge_cells("A1:B2")
    layout["A4"] = "hidden row"
    layout.row_dimensions[4].hidden = True
    layout["D1"] = "hidden column"
    layout.column_dimensions["D"].hidden = True
    book.create_sheet("hidden")["A1"] = "hidden sheet"
    book["hidden"].sheet_state = "hidden"
    book.create_sheet("secret")["A1"] = "very hidden sheet"
    book["secret"].sheet_state = "veryHidden"
    book.save(sys.argv[2])


main()
