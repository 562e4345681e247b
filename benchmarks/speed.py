"""Simulation and analyses, timed beside psifr on the same recalls: ``python -m benchmarks.speed``.

Absolute times depend on the machine; the ratios, taken side by side in one run, are what counts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from psifr import fr

from memsim import MemoryModel, Recalls, log_likelihood, simulate
from memsim.analysis import lag_crp, probability_of_nth_recall, serial_position_curve
from memsim.models import TCM
from memsim.models.lookup import build_model
from memsim.models.registered import models_for
from memsim.paradigms import FreeRecall

REPEATS = 5


def median_seconds(run: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Median wall time of ``run``, after one call that is not counted."""
    run()
    times = []
    for _ in range(repeats):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return float(np.median(times))


def on_fresh(analysis: Callable[[Recalls], Any], recalls: Recalls) -> Any:
    """``analysis`` on a copy without the derived arrays that an analysis before it left behind."""
    return analysis(recalls[:])


def main() -> None:
    """Print the tables."""
    trials = FreeRecall(list_length=20).trials(10_000, seed=0, subjects=100)
    print("Simulation and likelihood, 10,000 lists of 20 words")
    for name in models_for("free"):
        model = build_model(name)
        if not isinstance(model, MemoryModel):
            continue
        recalls = simulate(model, trials, seed=0)
        simulating = median_seconds(partial(simulate, model, trials, 0))
        line = f"  {name:10} simulate {simulating:6.3f} s ({len(trials) / simulating:,.0f} per s)"
        if model.likelihood != "none":
            scoring = median_seconds(partial(log_likelihood, model, recalls, samples=1))
            each = " for each study history" if model.likelihood == "sampled" else ""
            line += f"   log_likelihood {scoring:6.3f} s{each}"
        print(line)

    model = TCM()
    recalls = simulate(model, trials, seed=0)
    scored = fr.merge_free_recall(recalls.to_frame())
    many = simulate(model, FreeRecall(list_length=20).trials(100_000, seed=0, subjects=100), seed=0)
    print("Analyses beside psifr, 10,000 TCM lists of 20 words (psifr: its scored table is given)")
    pairs: list[tuple[str, Callable[[Recalls], Any], Callable[[], Any]]] = [
        ("serial_position_curve", serial_position_curve, lambda: fr.spc(scored)),
        ("probability_of_nth_recall", partial(probability_of_nth_recall, n=None), lambda: fr.pnr(scored)),
        ("lag_crp", lag_crp, lambda: fr.lag_crp(scored)),
    ]
    for name, ours, theirs in pairs:
        here = median_seconds(partial(on_fresh, ours, recalls))
        there = median_seconds(theirs, repeats=3)
        large = median_seconds(partial(on_fresh, ours, many))
        print(
            f"  {name:26} {1000 * here:7.1f} ms   psifr {1000 * there:8.1f} ms   "
            f"ratio {there / here:7.1f}   100,000 lists {large:6.3f} s"
        )


if __name__ == "__main__":
    main()
