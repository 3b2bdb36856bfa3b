"""The peer of index/benches/composite.rs: the same composite on the same numbers with polars.

    python3 -m venv venv && venv/bin/pip install -r benches/peers/requirements.txt
    POLARS_MAX_THREADS=2 venv/bin/python benches/peers/polars_composite.py

100 000 units by 60 indicators, three levels (60, 10, 1), min-max to 0..100 with directions, weighted arithmetic means over
what is present, competition ranks of all 11 nodes. It prints the best and the median milliseconds of the runs, and the checksum
that the numpy peer prints.

Tuned: one lazy query, so that polars shares the common parts and runs them side by side on its threads; the weights are
divided beforehand where nothing is missing; a missing value is a null, which `fill_null` lets weigh nothing. Ranks are
those of polars itself, faster than ones with a tolerance built from its sorts: only equal scores tie, where the
other programs allow a relative tolerance of 1e-9.
"""

import statistics
import time

import numpy as np
import polars as pl

from numpy_composite import INDICATORS, PILLARS, RUNS, data, weights

CODES = [f"i{at}" for at in range(INDICATORS)]
NODES = [f"p{at}" for at in range(PILLARS)] + ["index"]
CHILDREN = [[at for at in range(INDICATORS) if at * PILLARS // INDICATORS == pillar] for pillar in range(PILLARS)]
OWN, TOP = weights(INDICATORS).tolist(), weights(PILLARS).tolist()


def on_scale(at):
    """0..100; a negative direction counts from the maximum down."""
    value = pl.col(CODES[at])
    low, high = value.min(), value.max()
    origin, span = (high, low - high) if at % 5 == 4 else (low, high - low)
    return ((value - origin) * (100.0 / span)).alias(CODES[at])


def mean(parts, gaps):
    """The weighted mean of (column, weight) over what is present."""
    if not gaps:
        total = sum(weight for _, weight in parts)
        return sum_of(pl.col(code) * (weight / total) for code, weight in parts)
    value = sum_of(pl.col(code).fill_null(0.0) * weight for code, weight in parts)
    weight = sum_of(pl.col(code).is_not_null().cast(pl.Float64) * weight for code, weight in parts)
    return pl.when(weight > 0.0).then(value / weight)


def sum_of(terms):
    first, *others = terms
    for term in others:
        first = first + term
    return first


def rank(node):
    return pl.col(node).rank("min", descending=True).alias(f"rank_{node}")


def composite(frame, gaps):
    pillars = [
        mean([(CODES[at], OWN[at]) for at in children], gaps).alias(node) for node, children in zip(NODES, CHILDREN)
    ]
    return (
        frame.lazy()
        .select(on_scale(at) for at in range(INDICATORS))
        .with_columns(pillars)
        .with_columns(mean(list(zip(NODES[:PILLARS], TOP)), gaps).alias("index"))
        .with_columns(rank(node) for node in NODES)
    )


def measure(name, frame, gaps):
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        found = composite(frame, gaps).collect()
        times.append((time.perf_counter() - start) * 1e3)
    print("%-9s best %7.2f ms   median %7.2f ms" % (name, min(times), statistics.median(times)))
    ranks = sum(int(found[f"rank_{node}"].cast(pl.UInt64).sum()) for node in NODES)
    print("checksum", repr(float(found["index"].sum())), ranks)


def main():
    print("polars", pl.__version__, "threads", pl.thread_pool_size())
    values, present = data()
    measure("complete", pl.DataFrame(dict(zip(CODES, values))), False)
    holes = [pl.Series(code, np.where(here > 0.0, row, np.nan)).fill_nan(None) for code, row, here in zip(CODES, values, present)]
    measure("gaps", pl.DataFrame(holes), True)


if __name__ == "__main__":
    main()
