"""What other readers take for the workbook that Ronghe reads, checks and stores: one table, one run.

usage: read_peers.py FILE [ROUNDS]

Each reader runs in a process of its own, warm (one round or more not counted), and looks at every cell of every sheet. The
processes take turns, several times over, so that a noisy machine is noisy for all of them. `make peers` installs them.
"""

import json
import pathlib
import resource
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
TURNS = 3


def openpyxl(path, read_only=False):
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=read_only, data_only=True)
    cells = sum(1 for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None)
    book.close()
    return cells


def pandas(path):
    import pandas

    sheets = pandas.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
    return int(sum(sheet.notna().to_numpy().sum() for sheet in sheets.values()))


def python_calamine(path):
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    return sum(1 for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for value in row if value != "")


IN_PYTHON = {
    "openpyxl": openpyxl,
    "openpyxl read-only": lambda path: openpyxl(path, read_only=True),
    "pandas": pandas,
    "python-calamine": python_calamine,
}


def measure(name, path, rounds):
    read = IN_PYTHON[name]
    cells, times = read(path), []
    for _ in range(rounds):
        start = time.perf_counter()
        read(path)
        times.append((time.perf_counter() - start) * 1000)
    return {"cells": cells, "times_ms": times, "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


def commands(path, rounds):
    for name in IN_PYTHON:
        yield name, [sys.executable, __file__, "--one", name, path, str(rounds)]
    for name, library in (("SheetJS", "sheetjs"), ("ExcelJS", "exceljs")):
        yield name, ["node", str(HERE / "node" / "read.mjs"), library, path, str(rounds)]
    java = HERE / "java" / "target"
    for name, library in (("Apache POI", "poi"), ("FastExcel", "fastexcel")):
        yield name, ["java", "-Dlog4j2.statusLoggerLevel=OFF", "-cp", f"{java / 'classes'}:{java / 'dependency'}/*", "peers.Read", library, path, str(rounds)]


def main():
    path, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 9
    found = {}
    for _ in range(TURNS):
        for name, command in commands(path, rounds):
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            # Libraries may greet before the figures come.
            report = json.loads(said.splitlines()[-1])
            best = found.setdefault(name, {"cells": report["cells"], "times_ms": [], "peak_kib": 0})
            best["times_ms"] += report["times_ms"]
            best["peak_kib"] = max(best["peak_kib"], report["peak_kib"])
    for name, report in found.items():
        times = sorted(report["times_ms"])
        p95 = times[round((len(times) - 1) * 0.95)]
        print(
            json.dumps(
                {
                    "reader": name,
                    "p50_ms": round(statistics.median(times), 2),
                    "p95_ms": round(p95, 2),
                    "peak_mib": round(report["peak_kib"] / 1024, 1),
                    "cells": report["cells"],
                }
            )
        )


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        print(json.dumps(measure(sys.argv[2], sys.argv[3], int(sys.argv[4]))))
    else:
        main()
