"""Seconds that openpyxl takes to write the same sheets again from memory, styles included: the peer of `write_filled`.

usage: openpyxl_write.py FILE [ROUNDS]

`save` measures serialising a workbook that is in memory; `build` measures making its cells, styles, validations and
widths one by one and saving them, which is what writing a template is.
"""

import copy
import io
import statistics
import sys
import time

import openpyxl


def build(source):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for old in source:
        new = book.create_sheet(old.title)
        for row in old.iter_rows():
            for cell in row:
                if cell.value is None and not cell.has_style:
                    continue
                made = new.cell(cell.row, cell.column, cell.value)
                if cell.has_style:
                    made.font, made.fill, made.border = copy.copy(cell.font), copy.copy(cell.fill), copy.copy(cell.border)
                    made.alignment, made.protection = copy.copy(cell.alignment), copy.copy(cell.protection)
                    made.number_format = cell.number_format
        for validation in old.data_validations.dataValidation:
            new.add_data_validation(copy.copy(validation))
        for key, dimension in old.column_dimensions.items():
            new.column_dimensions[key].width = dimension.width
        for key, dimension in old.row_dimensions.items():
            new.row_dimensions[key].height = dimension.height
    return save(book)


def save(book):
    target = io.BytesIO()
    book.save(target)
    return len(target.getvalue())


def main():
    path, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10
    source = openpyxl.load_workbook(path)
    for name, run in (("save", lambda: save(source)), ("build", lambda: build(source))):
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            size = run()
            times.append(time.perf_counter() - start)
        print(f"openpyxl {openpyxl.__version__} write {name}: {statistics.median(times):.4f} s per file, {size} bytes")


if __name__ == "__main__":
    main()
