"""Rates of recognition beside the targets for them: ``python -m benchmarks.recognition``.

Rates are probes per second of processor time in one thread, the best of several calls; the fit is in wall time, on as
many processes as ``--workers`` says. Rates of one run stand side by side, and only they are comparable.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

import numpy as np

from memsim import Trials, fit, simulate
from memsim.models import MINERVA2, REM, SummedSimilarity, UnequalVariance
from memsim.paradigms import Recognition

REPEATS = 5
LIST = Recognition(list_length=16)
"""Lists of 16 items, with 16 targets and 16 lures."""
N_LISTS = 2_000
SIMULATED: dict[str, tuple[Any, float]] = {
    "REM": (REM(), 100_000),
    "MINERVA2": (MINERVA2(), 100_000),
    "SummedSimilarity": (SummedSimilarity(), 1_000_000),
    "SummedSimilarity, no noise": (
        SummedSimilarity(encoding_noise=0.0, context_drift=0.0, criterion_noise=0.0), 1_000_000,
    ),
}  # fmt: skip
"""Models, and the probes per second and core that they should reach in simulation."""
PEOPLE, SESSIONS = 122, 7
SESSION = Recognition(list_length=150, n_targets=150, n_lures=150, ratings=10)
"""122 people in 7 sessions of 300 probes, rated 1 to 10, are 256,200 probes, as many as PEERS has."""
SECONDS = 60.0
"""In which the fit of these people should be done on two cores."""


def best_seconds(run: Callable[[], Any], repeats: int = REPEATS) -> float:
    """The shortest processor time of ``run`` in seconds, after one call that is not counted."""
    run()
    best = np.inf
    for _ in range(repeats):
        start = process_time()
        run()
        best = min(best, process_time() - start)
    return best


def simulated(name: str, model: Any, target: float, trials: Trials) -> str:
    """A line on the rate of simulation."""
    n_probes = len(trials) * trials.paradigm.n_probes
    rate = n_probes / best_seconds(lambda: simulate(model, trials, seed=0))
    return f"  {name:28} {rate:12,.0f} probes per s   target {target:10,.0f}   ratio {rate / target:6.2f}"


def fitted(workers: int) -> str:
    """A line on the fit of unequal variance with free criteria, to each person alone."""
    people = simulate(UnequalVariance(), SESSION.trials(PEOPLE * SESSIONS, seed=0, subjects=PEOPLE), seed=0)
    started = perf_counter()
    fit("UnequalVariance", people, per="subject", criteria="free", workers=workers)
    seconds = perf_counter() - started
    n_probes = PEOPLE * SESSIONS * SESSION.n_probes
    return (
        f"  {n_probes:,} probes of {PEOPLE} people, on {workers} core(s): {seconds:.1f} s   target {SECONDS:.0f} s on "
        f"two   ratio {SECONDS / seconds:.2f}"
    )


def main() -> None:
    """Print the tables; a ratio of at least 1 reaches the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="processes of the fit (default: 2)")
    parser.add_argument("--lists", type=int, default=N_LISTS, help=f"lists of each model (default: {N_LISTS:,})")
    given = parser.parse_args()
    trials = LIST.trials(given.lists, seed=0)
    print(f"Simulation, {given.lists:,} lists of {LIST.list_length} items and {LIST.n_probes} probes")
    for name, (model, target) in SIMULATED.items():
        print(simulated(name, model, target, trials), flush=True)
    print("Fit of UnequalVariance with free criteria, parameters by person")
    print(fitted(given.workers), flush=True)


if __name__ == "__main__":
    main()
