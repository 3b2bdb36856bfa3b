"""The peer of index/benches/composite.rs: the same composite on the same numbers with numpy.

    python3 -m venv venv && venv/bin/pip install -r benches/peers/requirements.txt
    OPENBLAS_NUM_THREADS=1 venv/bin/python benches/peers/numpy_composite.py

100 000 units by 60 indicators, three levels (60, 10, 1), min-max to 0..100 with directions, weighted arithmetic means,
competition ranks of all 11 nodes with a relative tolerance of 1e-9. It prints the best and the median milliseconds of
the runs, and a checksum that the Rust bench's data reproduce.

Tuned: columns are contiguous (one row of the array per indicator), every array is allocated once, every step works in
place, both aggregations are matrix products, ranks come from one argsort per node and a vectorised pass over its gaps.
The set with gaps keeps a 0/1 array beside the values, so that the means are two products and a division.
"""

import statistics
import time

import numpy as np

UNITS, INDICATORS, PILLARS, GAP = 100_000, 60, 10, 20
RUNS = 15
TOLERANCE = 1e-9


def mix(seed):
    """SplitMix64."""
    z = (seed + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def data():
    unit = np.arange(UNITS, dtype=np.uint64)[None, :]
    indicator = np.arange(INDICATORS, dtype=np.uint64)[:, None]
    random = mix(unit * np.uint64(INDICATORS) + indicator)
    values = (random >> np.uint64(11)).astype(np.float64) / float(1 << 53) * 1e4
    return values, (mix(random) % np.uint64(GAP) != 0).astype(np.float64)


def weights(count):
    return 1.0 + (np.arange(count) % 4) / 2.0


class Composite:
    """All buffers, allocated once."""

    def __init__(self):
        own = np.zeros((PILLARS, INDICATORS))
        own[np.arange(INDICATORS) * PILLARS // INDICATORS, np.arange(INDICATORS)] = weights(INDICATORS)
        self.own = own
        self.shares = own / own.sum(axis=1, keepdims=True)
        self.top = weights(PILLARS)
        self.negative = np.arange(INDICATORS) % 5 == 4
        self.scores = np.empty((PILLARS + 1, UNITS))
        self.weight = np.empty((PILLARS, UNITS))
        self.ranks = np.empty((PILLARS + 1, UNITS), dtype=np.int64)
        self.sorted = np.empty(UNITS)
        self.gap = np.empty(UNITS - 1)
        self.first = np.empty(UNITS, dtype=bool)
        self.place = np.arange(1, UNITS + 1)

    def normalise(self, x, low, high):
        """In place, 0..100; a negative direction counts from the maximum down."""
        origin = np.where(self.negative, high, low)
        factor = 100.0 / np.where(self.negative, low - high, high - low)
        np.subtract(x, origin[:, None], out=x)
        np.multiply(x, factor[:, None], out=x)

    def complete(self, x):
        self.normalise(x, x.min(axis=1), x.max(axis=1))
        np.matmul(self.shares, x, out=self.scores[:PILLARS])
        np.matmul(self.top / self.top.sum(), self.scores[:PILLARS], out=self.scores[PILLARS])
        self.rank()

    def gaps(self, x, present):
        """x is zero where present is zero; so it must be again after it was normalised."""
        absent = present == 0.0
        np.putmask(x, absent, np.inf)
        low = x.min(axis=1)
        np.putmask(x, absent, -np.inf)
        high = x.max(axis=1)
        np.putmask(x, absent, 0.0)
        self.normalise(x, low, high)
        np.multiply(x, present, out=x)
        np.matmul(self.own, x, out=self.scores[:PILLARS])
        np.matmul(self.own, present, out=self.weight)
        with np.errstate(invalid="ignore"):
            np.divide(self.scores[:PILLARS], self.weight, out=self.scores[:PILLARS])
        # A pillar without any value weighs nothing.
        there = self.weight > 0.0
        self.scores[:PILLARS][~there] = 0.0
        np.matmul(self.top, self.scores[:PILLARS], out=self.scores[PILLARS])
        np.divide(self.scores[PILLARS], self.top @ there, out=self.scores[PILLARS])
        self.rank()

    def rank(self):
        """Competition ranks, 1 the highest; neighbours within the tolerance share one."""
        for scores, ranks in zip(self.scores, self.ranks):
            np.negative(scores, out=scores)
            order = np.argsort(scores)
            np.take(scores, order, out=self.sorted)
            np.negative(scores, out=scores)
            np.subtract(self.sorted[1:], self.sorted[:-1], out=self.gap)
            np.abs(self.sorted, out=self.sorted)
            self.first[0] = True
            np.greater(self.gap, TOLERANCE * self.sorted[:-1], out=self.first[1:])
            ranks[order] = np.maximum.accumulate(np.where(self.first, self.place, 0))


def measure(name, run, *arrays):
    times = []
    for _ in range(RUNS):
        copies = [array.copy() for array in arrays[:1]] + list(arrays[1:])
        start = time.perf_counter()
        run(*copies)
        times.append((time.perf_counter() - start) * 1e3)
    print("%-9s best %7.2f ms   median %7.2f ms" % (name, min(times), statistics.median(times)))


def main():
    values, present = data()
    composite = Composite()
    measure("complete", composite.complete, values)
    print("checksum", repr(float(composite.scores[PILLARS].sum())), int(composite.ranks.sum()))
    measure("gaps", composite.gaps, values * present, present)
    print("checksum", repr(float(composite.scores[PILLARS].sum())), int(composite.ranks.sum()))


if __name__ == "__main__":
    main()
