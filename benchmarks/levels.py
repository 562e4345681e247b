"""How often tests of recall_regression reject a true null hypothesis at .05, by simulation.

Run ``python -m benchmarks.levels`` (some minutes). Each row is a design: subjects of each label, the spread of
their own curves (level, slope and bend, on the probit scale, so that the mean curve over subjects is the same whatever
the spread), and whether subjects are paired. The mean curves of all labels are equal: bowed for the tests of label and
interaction, flat for that of position.
"""

from __future__ import annotations

import argparse
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from memsim import Recalls
from memsim.analysis import recall_regression
from memsim.core.seeding import stream

LENGTH, LISTS = 12, 10


class Labels(NamedTuple):
    """A design under the null hypothesis."""

    subjects: tuple[int, ...]
    spread: tuple[float, ...] = (0.5, 0.5, 0.5)
    paired: bool = False
    position: Literal["quadratic", "spline"] = "spline"


DESIGNS = (
    Labels((8, 8)),
    Labels((10, 10)),
    Labels((15, 15)),
    Labels((20, 20)),
    Labels((40, 40)),
    Labels((10, 10), spread=(0.8, 0.1)),
    Labels((10, 40), spread=(0.8, 0.1)),
    Labels((10, 40), spread=(0.1, 0.8)),
    Labels((10, 10, 10)),
    Labels((10, 10), paired=True),
    Labels((20, 20), paired=True),
    Labels((10, 10), position="quadratic"),
)


def drawn(design: Labels, seed: int, bowed: bool) -> dict[str, Recalls]:
    """Recalls of each label, whose mean curves over subjects are equal."""
    rng = stream(seed, "level of tests")
    at = np.linspace(-1, 1, LENGTH)
    shapes = np.stack([np.ones(LENGTH), at, at**2 - (at**2).mean()])
    mean = 0.35 + 0.3 * at**2 + 0.1 * at if bowed else np.full(LENGTH, 0.45)
    shared = rng.normal(size=(max(design.subjects), 3))
    found = {}
    for i, n in enumerate(design.subjects):
        own = rng.normal(size=(n, 3))
        if design.paired:
            own = np.sqrt(0.7) * shared[:n] + np.sqrt(0.3) * own
        variance = design.spread[i] ** 2 * (shapes**2).sum(axis=0)
        curves = ndtr(ndtri(mean) * np.sqrt(1 + variance) + design.spread[i] * own @ shapes)
        recalled = rng.random((n * LISTS, LENGTH)) < curves.repeat(LISTS, axis=0)
        matrix = np.where(recalled, np.arange(1, LENGTH + 1), 0)
        matrix = np.take_along_axis(matrix, np.argsort(matrix == 0, axis=1, kind="stable"), axis=1)
        found[f"label {i + 1}"] = Recalls.from_matrix(matrix, LENGTH, subject=np.arange(n).repeat(LISTS))
    return found


def rates(design: Labels, runs: int) -> dict[str, tuple[float, float, int]]:
    """For each test the share of runs with p below .05, its Monte Carlo error, and the runs without a test."""
    p: dict[str, list[float]] = {"position": [], "label": [], "interaction": []}
    for seed in range(runs):
        for bowed in (False, True):
            tests = recall_regression(
                drawn(design, seed, bowed), position=design.position, paired=design.paired
            ).tests.set_index("test")["p"]
            for name in ("label", "interaction") if bowed else ("position",):
                p[name].append(float(tests[name]))
    found = {}
    for name, values in p.items():
        known = np.array(values)[~np.isnan(values)]
        rate = float((known < 0.05).mean())
        found[name] = rate, float(np.sqrt(rate * (1 - rate) / len(known))), len(values) - len(known)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--designs", type=int, nargs="*", default=range(len(DESIGNS)))
    parsed = parser.parse_args()
    for at in parsed.designs:
        design = DESIGNS[at]
        row = "; ".join(
            f"{name} {rate:.3f} ± {error:.3f}" + (f" ({lost} without a test)" if lost else "")
            for name, (rate, error, lost) in rates(design, parsed.runs).items()
        )
        print(f"{design.subjects}, spread {design.spread[: len(design.subjects)]}, "
              f"{'paired, ' * design.paired}{design.position}: {row}", flush=True)  # fmt: skip
