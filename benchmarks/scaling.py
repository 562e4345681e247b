"""How the cost of simulation and likelihood grows with trials and with list length: ``python -m benchmarks.scaling``.

Writes ``benchmarks/scaling.png`` and prints the exponents: the slope of log time on log size over the last three
sizes, where the fixed cost of a call is negligible. CMR and TCM simulate in the compiled loop.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from benchmarks.speed import median_seconds
from memsim import MemoryModel, log_likelihood, simulate
from memsim.analysis.figures.style import LINES, save_figure, themed
from memsim.core.arrays import FloatArray
from memsim.models.lookup import build_model
from memsim.models.registered import models_for
from memsim.paradigms import FreeRecall

TRIALS = (1000, 2000, 4000, 8000, 16_000, 32_000, 64_000)
LENGTHS = (5, 10, 20, 40, 80)
SAMPLES = 5
"""Study histories of a sampled likelihood."""


def timed(name: str, n_trials: int, list_length: int) -> tuple[float, float]:
    """Seconds to simulate and to score this number of lists; NaN if there is no likelihood."""
    model: Any = build_model(name)
    trials = FreeRecall(list_length=list_length).trials(n_trials)
    recalls = simulate(model, trials)
    simulating = median_seconds(partial(simulate, model, trials), repeats=3)
    if model.likelihood == "none":
        return simulating, np.nan
    return simulating, median_seconds(partial(log_likelihood, model, recalls, samples=SAMPLES), repeats=3)


def exponent(sizes: tuple[int, ...], seconds: FloatArray) -> float:
    """Slope of log time on log size over the last three sizes."""
    return float(np.polyfit(np.log(sizes[-3:]), np.log(seconds[-3:]), 1)[0])


def main() -> None:
    """Time, print, and draw."""
    names = [name for name in models_for("free") if isinstance(build_model(name), MemoryModel)]
    with themed():
        figure = Figure(figsize=(9, 7), layout="constrained")
        axes = figure.subplots(2, 2)
        for column, (label, sizes) in enumerate((("Lists of 20 items", TRIALS), ("Items, 2,000 lists", LENGTHS))):
            for name, line, color in zip(names, LINES, sns.color_palette("colorblind"), strict=False):
                pairs = [timed(name, size, 20) if column == 0 else timed(name, 2000, size) for size in sizes]
                for row, seconds in enumerate(np.transpose(pairs)):
                    slope = exponent(sizes, seconds)
                    what = ("simulate", "log_likelihood")[row]
                    print(f"{what:15} {label:20} {name:10} exponent {slope:5.2f}   {seconds.round(4)}")
                    shown = f"{name} (slope {slope:.2f})" if np.isfinite(slope) else f"{name} (none)"
                    axes[row, column].loglog(
                        sizes, seconds, color=color, marker="o", markersize=3, linestyle=line, label=shown
                    )
            for axis, what in zip(axes[:, column], ("Simulation", "Log-likelihood"), strict=True):
                axis.set(xlabel=label, ylabel="Seconds", title=what)
                axis.xaxis.set_major_locator(FixedLocator(sizes))
                axis.xaxis.set_major_formatter(FixedFormatter([f"{size:,}" for size in sizes]))
                axis.xaxis.set_minor_locator(NullLocator())
                axis.legend(fontsize="small", loc="best")
        figure.suptitle("Slope 1 is linear, 2 quadratic", fontsize="medium")
    drawn = Path(__file__).with_suffix(".png")
    drawn.unlink(missing_ok=True)  # save_figure replaces nothing that it did not write
    save_figure(figure, drawn)


if __name__ == "__main__":
    main()
