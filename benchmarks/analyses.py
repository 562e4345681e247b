"""Times of analyses beside psifr, plain numpy and quail, on the same recalls: ``python -m benchmarks.analyses``.

psifr is timed with its scored table given, and with the time to make that table from the long table; memsim and plain
numpy start from the recall matrix. quail 0.2.2 is timed if it is installed; names of old numpy and pandas that it needs
are restored first.
``--scaling`` draws time against the number of lists, and measures the memory of 1,000,000, into
``benchmarks/analyses.png``.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import warnings
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from psifr import fr

from benchmarks import plain_numpy
from benchmarks.speed import median_seconds
from memsim import Recalls, simulate
from memsim.analysis import lag_crp, lag_rank, probability_of_nth_recall, save_figure, serial_position_curve
from memsim.models import TCM
from memsim.paradigms import FreeRecall

LENGTH = 16
OURS: dict[str, Callable[[Recalls], pd.DataFrame]] = {
    "serial_position_curve": serial_position_curve,
    "probability_of_nth_recall": partial(probability_of_nth_recall, n=None),
    "lag_crp": lag_crp,
    "lag_rank": lag_rank,
}
PSIFR = dict(zip(OURS, (fr.spc, fr.pnr, fr.lag_crp, fr.lag_rank), strict=True))
QUAIL = dict(zip(OURS, ("spc", "pnr", "lagcrp", "temporal"), strict=True))


def lists(n: int) -> Recalls:
    """Recalls of lists of 16 words by TCM, divided among subjects of 100 lists each."""
    return simulate(TCM(), FreeRecall(list_length=LENGTH).trials(n, seed=0, subjects=max(1, n // 100)), seed=0)


def egg_of(recalls: Recalls) -> Any:
    """The recalls in the format of quail, or None if quail is not installed."""
    for old, new in {
        "unicode_": "str_", "string_": "bytes_", "float_": "float64", "complex_": "complex128", "Inf": "inf",
        "bool8": "bool_", "int0": "intp", "object0": "object_", "ComplexWarning": "exceptions.ComplexWarning",
    }.items():  # fmt: skip
        setattr(np, old, attrgetter(new)(np))
    pd.DataFrame.applymap = pd.DataFrame.map
    try:
        import quail
    except ImportError:
        return None
    labels = np.array([f"w{i}" for i in range(len(recalls.trials.pool))])
    studied = labels[recalls.trials.items]
    given = [
        [studied[row, position - 1] for position in recalls.positions[row] if position > 0]
        for row in range(len(recalls))
    ]
    of = [np.flatnonzero(recalls.trials.subject == subject) for subject in recalls.trials.subjects]
    return quail.Egg(
        pres=[[studied[row].tolist() for row in rows] for rows in of], rec=[[given[row] for row in rows] for rows in of]
    )


def agree(recalls: Recalls) -> None:
    """Raise an error unless plain numpy gives the same numbers."""
    subjects = recalls.trials.subject
    for name, ours in OURS.items():
        value = "rank" if name == "lag_rank" else "prob"
        theirs = getattr(plain_numpy, name)(recalls.positions, subjects, LENGTH).ravel()
        np.testing.assert_allclose(ours(recalls)[value], theirs, rtol=1e-12, atol=1e-12, err_msg=name)


def side_by_side(n: int = 10_000) -> None:
    """Print the table of ratios."""
    recalls = lists(n)
    agree(recalls)
    long = recalls.to_frame()
    scored = fr.merge_free_recall(long)
    merging = median_seconds(lambda: fr.merge_free_recall(long), repeats=3)
    few = lists(500)
    egg = egg_of(few)
    print(f"{n:,} lists of {LENGTH} words; psifr makes its scored table in {merging:.2f} s")
    print("  times as fast as                     psifr   psifr with its table   plain numpy   quail (per list)")
    for name, ours in OURS.items():
        here = median_seconds(partial(ours, recalls), repeats=25)
        psifr = median_seconds(partial(PSIFR[name], scored), repeats=3)
        plain = median_seconds(
            partial(getattr(plain_numpy, name), recalls.positions, recalls.trials.subject, LENGTH), 3
        )
        ratio = "not installed"
        if egg is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                started = perf_counter()
                egg.analyze(QUAIL[name], **({"position": 0} if name == "probability_of_nth_recall" else {}))
                each = (perf_counter() - started) / len(few)
            ratio = f"{each / (here / n):,.0f}"
        print(
            f"  {name:26} {1000 * here:6.2f} ms {psifr / here:8,.0f} {(psifr + merging) / here:15,.0f}"
            f" {plain / here:16,.0f} {ratio:>16}"
        )


def scaling(largest: int = 1_000_000) -> None:
    """Draw time against the number of lists, and print the memory of the largest number."""
    sizes = [n for n in (1_000, 10_000, 100_000, 1_000_000) if n <= largest]
    times: dict[str, dict[str, list[tuple[int, float]]]] = {name: {} for name in OURS}
    for n in sizes:
        recalls = lists(n)
        repeats = 5 if n < 1_000_000 else 3
        scored = fr.merge_free_recall(recalls.to_frame()) if n <= 100_000 else None
        for name, ours in OURS.items():
            found = times[name]
            found.setdefault("memsim", []).append((n, median_seconds(partial(ours, recalls), repeats)))
            if scored is not None:
                found.setdefault("psifr", []).append((n, median_seconds(partial(PSIFR[name], scored), 1)))
                plain = partial(getattr(plain_numpy, name), recalls.positions, recalls.trials.subject, LENGTH)
                found.setdefault("plain numpy", []).append((n, median_seconds(plain, 1)))
            sizes_so_far, seconds = np.log(np.array(found["memsim"])).T
            exponent = np.polyfit(sizes_so_far, seconds, 1)[0] if len(seconds) > 1 else np.nan
            print(f"  {n:9,} {name:26} {found['memsim'][-1][1]:8.4f} s   exponent so far {exponent:.2f}")
    figure = Figure(figsize=(10.5, 3), layout="constrained")
    for axis, (name, found) in zip(figure.subplots(1, len(times), sharey=True), times.items(), strict=True):
        for (software, points), look in zip(found.items(), ("o-", "s--", "D-."), strict=False):
            axis.loglog(*zip(*points, strict=True), look, label=software)
        axis.set(title=name.replace("_", " "), xlabel="lists of 16 words")
        axis.grid(alpha=0.3)
    figure.axes[0].set_ylabel("seconds")
    figure.axes[0].legend(frameon=False)
    drawn = Path(__file__).with_suffix(".png")
    drawn.unlink(missing_ok=True)  # save_figure replaces nothing that it did not write
    save_figure(figure, drawn)
    script = f"from benchmarks.analyses import memory; memory({largest})"
    print(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout, end="")


def memory(n: int) -> None:
    """Print the peak memory of simulating and analysing ``n`` lists."""
    recalls = lists(n)
    simulated = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for ours in OURS.values():
        ours(recalls)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"  {n:,} lists: peak memory {most / 2**20:.2f} GiB, after simulation {simulated / 2**20:.2f} GiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scaling", action="store_true")
    if parser.parse_args().scaling:
        scaling()
    else:
        side_by_side()
