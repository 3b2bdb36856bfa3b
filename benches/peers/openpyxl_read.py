"""Seconds that openpyxl takes to read a workbook, every cell of every sheet: the peer of `extract_and_anchor`.

usage: openpyxl_read.py FILE [ROUNDS]
"""

import statistics
import sys
import time

import openpyxl


def read(path, read_only):
    book = openpyxl.load_workbook(path, read_only=read_only, data_only=True)
    cells = sum(1 for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None)
    book.close()
    return cells


def main():
    path, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10
    for mode, read_only in (("normal", False), ("read_only", True)):
        cells, times = read(path, read_only), []
        for _ in range(rounds):
            start = time.perf_counter()
            read(path, read_only)
            times.append(time.perf_counter() - start)
        print(f"openpyxl {openpyxl.__version__} read {mode}: {statistics.median(times):.4f} s per file, {cells} cells")


if __name__ == "__main__":
    main()
