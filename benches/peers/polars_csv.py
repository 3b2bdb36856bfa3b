"""The peer of benches/index_csv.rs: the same composite from CSV to CSV with polars.

    POLARS_MAX_THREADS=2 venv/bin/python benches/peers/polars_csv.py iData.csv OUT

Reads the table that the bench has written (uCode and 60 indicators), computes the composite of polars_composite.py and
writes the tables of `ronghe index compute --no-explain`: normalised, aggregated, ranks and percentiles. Prints nothing; the
bench times the process and asks the system for its peak memory.
"""

import sys
from pathlib import Path

import polars as pl

from polars_composite import CODES, NODES, composite


def percentile(node):
    """The share of the other ranked units that rank behind, in percent."""
    behind = pl.col(node).count() - pl.col(node).rank("max", descending=True)
    return (behind * 100.0 / (pl.col(node).count() - 1)).alias(node)


def main(data, out):
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    frame = pl.read_csv(data, schema_overrides={"uCode": pl.String})
    found = composite(frame, False).collect()
    units = frame.select("uCode")
    units.hstack(found.select(CODES)).write_csv(out / "normalised.csv")
    units.hstack(found.select(NODES)).write_csv(out / "aggregated.csv")
    ranks = found.select(pl.col(f"rank_{node}").alias(node) for node in NODES)
    units.hstack(ranks).write_csv(out / "ranks.csv")
    units.hstack(found.select(percentile(node) for node in NODES)).write_csv(out / "percentiles.csv")


if __name__ == "__main__":
    main(*sys.argv[1:])
