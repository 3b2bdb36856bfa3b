"""The peer of index/benches/robustness.rs: the same replications on the same numbers with numpy on two threads.

    python3 -m venv venv && venv/bin/pip install -r benches/peers/requirements.txt
    OPENBLAS_NUM_THREADS=1 venv/bin/python benches/peers/numpy_robustness.py

1 000 replications of 10 000 units by 60 indicators in three levels (60, 10, 1), every weight moved by a quarter at most:
scores, ranks, and mean, median, quantiles 0.05 and 0.95, best and worst rank of every unit. It prints the best and the
median milliseconds of the runs, the peak memory, and a checksum that the Rust program reproduces.

Tuned: the tree is collapsed into effective weights, so that the scores of a batch are one matrix product; two threads each
take half of the batches (numpy lets go of the interpreter while it multiplies, sorts and copies; BLAS gets one thread per
worker, so that there are two in all); ranks are 16 bit integers kept unit by unit and sorted once. Ties are not looked
for, which the Rust program does.
"""

import resource
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

UNITS, INDICATORS, PILLARS, REPLICATIONS, FACTOR = 10_000, 60, 10, 1_000, 0.25
DRAWS_FROM = 1 << 32
THREADS = 2
BATCH = int(sys.argv[1]) if len(sys.argv) > 1 else 50
RUNS = 9


def mix(seed):
    """SplitMix64."""
    z = (seed + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def uniform(at):
    return (mix(at) >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def weights(count):
    return 1.0 + (np.arange(count) % 4) / 2.0


def data():
    unit = np.arange(UNITS, dtype=np.uint64)[None, :]
    indicator = np.arange(INDICATORS, dtype=np.uint64)[:, None]
    return uniform(unit * np.uint64(INDICATORS) + indicator) * 100.0


def draws():
    count = PILLARS + INDICATORS
    at = np.uint64(DRAWS_FROM) + np.arange(REPLICATIONS * count, dtype=np.uint64)
    u = uniform(at).reshape(REPLICATIONS, count)
    nominal = np.concatenate([weights(PILLARS), weights(INDICATORS)])
    return nominal * (1.0 + FACTOR * (2.0 * u - 1.0))


PILLAR_OF = np.arange(INDICATORS) * PILLARS // INDICATORS
STARTS = np.flatnonzero(np.diff(PILLAR_OF, prepend=-1))


def effective(drawn):
    """One row of effective weights per replication."""
    pillars, indicators = drawn[:, :PILLARS], drawn[:, PILLARS:]
    own = indicators / np.add.reduceat(indicators, STARTS, axis=1)[:, PILLAR_OF]
    top = pillars / pillars.sum(axis=1, keepdims=True)
    return own * top[:, PILLAR_OF]


class Replications:
    """All buffers that outlive a batch, allocated once."""

    def __init__(self):
        self.ranks = np.empty((UNITS, REPLICATIONS), dtype=np.uint16)
        self.places = np.arange(1, UNITS + 1, dtype=np.uint16)
        self.result = np.empty((UNITS, 6))

    def batch(self, x, shares, first):
        scores = shares[first : first + BATCH] @ x
        np.negative(scores, out=scores)
        order = np.argsort(scores, axis=1)
        ranks = np.empty(scores.shape, dtype=np.uint16)
        for row, places in zip(ranks, order):
            row[places] = self.places
        self.ranks[:, first : first + len(ranks)] = ranks.T

    def interval(self, first, last):
        ranks = self.ranks[first:last]
        result = self.result[first:last]
        ranks.sort(axis=1)
        result[:, 0] = ranks.mean(axis=1)
        for column, p in enumerate((0.5, 0.05, 0.95), start=1):
            place = (REPLICATIONS - 1) * p
            below = int(place)
            low = ranks[:, below].astype(np.float64)
            high = ranks[:, min(below + 1, REPLICATIONS - 1)]
            result[:, column] = low + (place - below) * (high - low)
        result[:, 4] = ranks[:, 0]
        result[:, 5] = ranks[:, -1]

    def run(self, x, drawn, pool):
        shares = effective(drawn)
        list(pool.map(lambda first: self.batch(x, shares, first), range(0, REPLICATIONS, BATCH)))
        cuts = np.linspace(0, UNITS, 4 * THREADS + 1).astype(int)
        list(pool.map(self.interval, cuts[:-1], cuts[1:]))


def main():
    x, drawn = data(), draws()
    replications = Replications()
    times = []
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(RUNS):
            start = time.perf_counter()
            replications.run(x, drawn, pool)
            times.append((time.perf_counter() - start) * 1e3)
    print("best %7.1f ms   median %7.1f ms" % (min(times), statistics.median(times)))
    print("peak memory %.0f MB" % (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3))
    print("checksum", " ".join(repr(float(value)) for value in replications.result.sum(axis=0)))


if __name__ == "__main__":
    main()
