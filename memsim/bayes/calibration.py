"""Simulation-based calibration (Talts et al., 2018): whether posteriors are as sure as they should be.

Parameters are drawn from the prior, a subject with them recalls lists, and the posterior of these lists is sampled. If
all is right, the rank of the true value among draws of its posterior is uniform. U-shaped ranks mean posteriors that
are too narrow, hump-shaped ones posteriors that are too wide, and slopes a bias.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd
import seaborn as sns
from scipy.stats import binom, chi2

from memsim.analysis.figures.style import WIDTHS, plain_text, themed
from memsim.bayes.approximation import approximation_of
from memsim.bayes.sampler import require_packages, sample
from memsim.bayes.spec import PosteriorSpec
from memsim.core.arrays import FloatArray
from memsim.core.limits import require_cells, require_counts
from memsim.core.loop import simulate
from memsim.core.model import MemoryModel
from memsim.core.position_model import Model
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm
from memsim.fitting.space import Free
from memsim.fitting.ties import tied_value
from memsim.paradigms.free_recall import FreeRecall
from memsim.running.execution import Cell, Running, run_cells

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIMULATIONS, LISTS = 200, 40
RANKS = 100
"""Ranks are 0 to 99: each true value stands among 99 draws, kept far enough apart to be nearly independent."""
THINNING = 5
BINS = 20


@dataclass(frozen=True)
class Calibration:
    """What :func:`memsim.calibrate` found."""

    spec: PosteriorSpec
    table: pd.DataFrame
    """``simulation, parameter, true, mean, rank, diverging`` (trajectories of that posterior that diverged)."""

    @property
    def summary(self) -> pd.DataFrame:
        """By parameter: ``chi_square, df, p`` of the hypothesis that ranks are uniform; ``n`` simulations; and
        ``coverage`` of central 95% intervals.
        """
        rows = []
        for name in self.spec.names:
            ranks = self.table.loc[self.table["parameter"] == name, "rank"].to_numpy()
            counts = self.counts(name)
            expected = len(ranks) / len(counts)
            statistic = float(((counts - expected) ** 2 / expected).sum())
            inside = (ranks >= 0.025 * RANKS) & (ranks < 0.975 * RANKS)
            rows.append({
                "parameter": name, "n": len(ranks), "chi_square": statistic, "df": len(counts) - 1,
                "p": float(chi2.sf(statistic, len(counts) - 1)), "coverage": inside.mean(),
            })  # fmt: skip
        return pd.DataFrame(rows)

    def counts(self, parameter: str) -> np.ndarray:
        """The number of ranks in each bin: 20 bins, or fewer where there are less than 100 simulations."""
        ranks = self.table.loc[self.table["parameter"] == parameter, "rank"].to_numpy()
        n_bins = next((n for n in (BINS, 10, 5, 4) if len(ranks) >= 5 * n), 2)
        return np.bincount(ranks * n_bins // RANKS, minlength=n_bins)

    @plain_text
    def figure(self) -> Figure:
        """Histograms of the ranks, with the band that holds 99% of the counts of a bin if ranks are uniform."""
        from matplotlib.figure import Figure

        names = self.spec.names
        across = min(len(names), 4)
        down = -(-len(names) // across)
        summary = self.summary.set_index("parameter")
        with themed(0.9):
            figure = Figure(figsize=(WIDTHS[2], 1.6 * down + 0.4), layout="constrained")
            axes = figure.subplots(down, across, squeeze=False, sharey=True).ravel()
            for name, axis in zip(names, axes, strict=False):
                counts = self.counts(name)
                low, high = binom.ppf([0.005, 0.995], counts.sum(), 1 / len(counts))
                axis.axhspan(low, high, color="0.85", linewidth=0)
                width = RANKS / len(counts)
                axis.bar(
                    (np.arange(len(counts)) + 0.5) * width,
                    counts,
                    0.9 * width,
                    color=sns.color_palette("colorblind")[0],
                )
                axis.set_title(f"{name.replace('_', ' ')}\np = {summary.loc[name, 'p']:.3f}", fontsize="small")
                axis.set_xlabel("rank of the true value")
                sns.despine(ax=axis)
            for axis in axes[len(names) :]:
                axis.set_axis_off()
            figure.suptitle(
                f"{type(self.spec.model).__name__}: calibration over {len(self.table) // len(names)} data sets",
                fontsize="medium",
            )
        return figure


def calibrate(
    model: Model | str,
    free: Free | None = None,
    *,
    paradigm: Paradigm | None = None,
    simulations: int = SIMULATIONS,
    n_trials: int = LISTS,
    tune: int = 300,
    seed: int = 0,
    **running: Unpack[Running],
) -> Calibration:
    """Simulation-based calibration of the posteriors of single subjects.

    Parameters
    ----------
    model, free : as in :func:`memsim.posterior`; parameters have the priors of population means.
    paradigm : the task; free recall of its usual list if not given.
    simulations : subjects, each with parameters drawn from the prior.
    n_trials : lists of each subject.
    tune : draws before those that are ranked.
    seed, running : as in :func:`memsim.posterior`.

    Returns
    -------
    Calibration : ranks, their test of uniformity, and a figure.
    """
    require_counts("calibrate", simulations=simulations, n_trials=n_trials)
    require_cells("calibrate", simulations, f"{simulations:,} simulations")
    require_packages("nutpie")
    spec = PosteriorSpec.of(model, free, pooled=False, seed=seed, tune=tune, draws=THINNING * (RANKS - 1), chains=1)
    task = FreeRecall() if paradigm is None else paradigm
    cells = [
        Cell(
            calibration_cell,
            {"spec": spec, "paradigm": task, "n_trials": n_trials, "simulation": simulation},
            f"calibration {simulation + 1}",
        )
        for simulation in range(simulations)
    ]
    rows = [row for part in run_cells(cells, title="calibrate", **running) for row in part]
    return Calibration(spec, pd.DataFrame(rows))


def calibration_cell(spec: PosteriorSpec, paradigm: Paradigm, n_trials: int, simulation: int) -> list[dict[str, Any]]:
    """The ranks of one simulated subject, as a cell."""
    rng = stream(spec.seed, "calibration", simulation)
    trials = paradigm.trials(n_trials, seed=int(rng.integers(2**31)))
    trials = replace(trials, subject=np.zeros(n_trials, dtype=int))
    recalls, places = _subject(spec, trials, rng)
    found = approximation_of(spec.density(recalls))
    density = spec.density(recalls, found.guide)
    starts = rng.standard_normal((20, density.size))
    chain = sample(
        density, starts, draws=spec.draws, tune=spec.tune, seed=spec.seed, chain=simulation,
        target_accept=spec.target_accept,
    )  # fmt: skip
    drawn = density.places(chain.draws[::THINNING])[:, 0]
    ranks = (drawn < places).sum(axis=0)
    values = density.parameters(places)
    means = density.parameters(drawn).mean(axis=0)
    return [
        {"simulation": simulation, "parameter": name, "true": float(values[k]), "mean": float(means[k]),
         "rank": int(ranks[k]), "diverging": int(chain.statistics["diverging"].sum())}
        for k, name in enumerate(spec.names)
    ]  # fmt: skip


def _subject(spec: PosteriorSpec, trials: Any, rng: np.random.Generator) -> tuple[Recalls, FloatArray]:
    """Recalls of a subject drawn from the prior, and the places of its parameters."""
    places = np.array([prior.location + prior.spread * rng.standard_normal() for prior in spec.priors])
    values = {prior.name: float(prior.value(places[k : k + 1])[0]) for k, prior in enumerate(spec.priors)}
    model = spec.space.model
    assert isinstance(model, MemoryModel)
    known = {**model.values(), **values}
    for name, expression in spec.space.ties.items():
        values[name] = known[name] = tied_value(name, expression, known)
    return simulate(model.replace(**values), trials, int(rng.integers(2**31))), places
