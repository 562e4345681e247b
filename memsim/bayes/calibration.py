"""Simulation-based calibration (Talts et al., 2018): whether posteriors are as sure as they should be.

Parameters are drawn from the prior, a subject with them recalls lists, and the posterior of these lists is sampled; or
a population is drawn, people from it recall, and the posterior of the population is sampled. If
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

from memsim.analysis.figures.page import PARAMETER_PANEL, Drawing, Page
from memsim.analysis.figures.style import plain_text, themed
from memsim.bayes.approximation import approximation_of
from memsim.bayes.density import Density
from memsim.bayes.inference import starts_of
from memsim.bayes.population import Population, PopulationPrior
from memsim.bayes.sampler import require_packages, sample
from memsim.bayes.simulation_based import (
    network_draws,
    simulated_subject,
    simulated_subjects,
    standardised,
    subject_at,
)
from memsim.bayes.spec import CHAINS, SIMULATIONS, By, PosteriorSpec, require_way, usual_way
from memsim.core.abilities import require_ability
from memsim.core.errors import InputError
from memsim.core.frozen import says_what_it_has
from memsim.core.limits import require_cells, require_counts
from memsim.core.position_model import Model
from memsim.core.recall_parts import joined
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials
from memsim.fitting.space import Free
from memsim.models.lookup import given_model
from memsim.paradigms.lookup import given_paradigm
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running, with_running

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUBJECTS, LISTS, TUNE = 200, 40, 300
RANKS = 100
"""Ranks are 0 to 99: each true value stands among 99 draws, kept far enough apart to be nearly independent."""
THINNING = 5
BINS = 20


@says_what_it_has
@dataclass(frozen=True)
class Calibration:
    """What :func:`memsim.calibrate` found."""

    spec: PosteriorSpec
    table: pd.DataFrame
    """``simulation, parameter, true, mean, rank``; by the likelihood also ``diverging`` (trajectories of that posterior
    that diverged)."""

    @property
    def names(self) -> list[str]:
        """The quantities that are ranked: parameters, and of a population also spreads over people."""
        return list(dict.fromkeys(self.table["parameter"]))

    @property
    def summary(self) -> pd.DataFrame:
        """By parameter: ``chi_square, df, p`` of the hypothesis that ranks are uniform; ``n`` simulations; and
        ``coverage`` of central 95% intervals.
        """
        rows = []
        for name in self.names:
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
    def figure(self, **drawing: Unpack[Drawing]) -> Figure:
        """Histograms of the ranks, with the band that holds 99% of the counts of a bin if ranks are uniform.

        ``drawing`` is as in :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide, and
        ``labels`` and ``order`` name parameters.
        """
        page = Page("figure", drawing, 2)
        names = page.ordered(self.names)
        summary = self.summary.set_index("parameter")
        with themed():
            across = page.across(len(names), PARAMETER_PANEL)
            axes = page.panels(len(names), least=PARAMETER_PANEL, height=1.6, beyond=0.4)
            for i, (name, axis) in enumerate(zip(names, axes, strict=True)):
                counts = self.counts(name)
                low, high = binom.ppf([0.005, 0.995], counts.sum(), 1 / len(counts))
                axis.axhspan(low, high, color="0.85", linewidth=0)
                width = RANKS / len(counts)
                color = page.colour(sns.color_palette("colorblind")[0])
                axis.bar((np.arange(len(counts)) + 0.5) * width, counts, 0.9 * width, color=color)
                p = summary.loc[name, "p"]
                axis.set_title(f"{page.label(name).replace('_', ' ')}\np = {p:.3f}", fontsize="small")
                axis.set_xlabel("Rank of the true value")
                if i % across == 0:
                    axis.set_ylabel("Simulations")
                sns.despine(ax=axis)
            top = max(axis.get_ylim()[1] for axis in axes)
            for axis in axes:
                axis.set_ylim(0, top)
            page.title(f"{type(self.spec.model).__name__}: calibration over {len(self.table) // len(names)} data sets")
        return page.figure


@with_running
def calibrate(
    model: Model | str,
    free: Free | None = None,
    *,
    paradigm: Paradigm | str | None = None,
    by: By | None = None,
    simulations: int = SUBJECTS,
    n_trials: int = LISTS,
    tune: int = TUNE,
    training: int = SIMULATIONS,
    people: int = 1,
    seed: int = 0,
    **running: Unpack[Running],
) -> Calibration:
    """Simulation-based calibration of the posteriors of single subjects, or of a population.

    By simulation, networks learn once, as those of :func:`memsim.posterior`, and give the posteriors of all subjects.

    Parameters
    ----------
    model, free, by : as in :func:`memsim.posterior`; parameters have the priors of population means.
    paradigm : the task, or its name; free recall of its usual list if not given.
    simulations : data sets, each with parameters drawn from the prior; no network learns from them.
    n_trials : lists of each subject; by simulation all subjects have the same.
    tune : by the likelihood, draws before those that are ranked.
    people : in each data set. Of 1, the posterior is of that subject; of more, a population is drawn from the prior and
        people from it, and its means and its standard deviations over people (``spread of NAME``) are ranked.
    training : by simulation, the subjects from whom the networks learn (``simulations`` of a posterior).
    seed, running : as in :func:`memsim.posterior`.

    Returns
    -------
    Calibration : ranks, their test of uniformity, and a figure.

    Raises
    ------
    InputError : an option that does not apply, a task in which probes are judged, and as :func:`memsim.posterior` does.
    ModelError : the model has no account of the task.
    """
    require_counts("calibrate", simulations=simulations, n_trials=n_trials, people=people, tune=tune, training=training)
    require_cells("calibrate", simulations, f"{simulations:,} simulations")
    built = given_model(model)
    by = usual_way(built) if by is None else by
    require_way(built, by)
    task = given_paradigm(paradigm)
    require_ability(built, task)
    if task.judged:
        raise InputError(
            f"calibrate: probes are judged in {type(task).__name__}, and posteriors are of recalls; give a task in "
            "which lists are only recalled, as paradigm='free_recall'"
        )
    task.require_size(n_trials * people, people)
    if by == "simulation":
        if people != 1:
            raise InputError(f"calibrate: people={people} is of a population, which has no posterior by simulation")
        if tune != TUNE:
            raise InputError(f"calibrate: tune={tune!r} is an option of by='likelihood', but this is by simulation")
        spec = PosteriorSpec.of(built, free, by=by, seed=seed, simulations=training, draws=-(-RANKS // CHAINS))
        require_packages("sbi", extra="sbi")
        return Calibration(spec, _ranks_by_simulation(spec, task, n_trials, simulations, **running))
    if training != SIMULATIONS:
        raise InputError(f"calibrate: training={training!r} is an option of by='simulation', but this is by {by!r}")
    draws = THINNING * (RANKS - 1)
    spec = PosteriorSpec.of(built, free, by=by, pooled=people > 1, seed=seed, tune=tune, draws=draws, chains=1)
    require_packages("nutpie")
    cells = [
        Cell(
            calibration_cell,
            {"spec": spec, "paradigm": task, "n_trials": n_trials, "simulation": simulation, "people": people},
            f"calibration {simulation + 1}",
        )
        for simulation in range(simulations)
    ]
    rows = [row for part in run_cells(cells, title="calibrate", **running) for row in part]
    return Calibration(spec, pd.DataFrame(rows))


def calibration_cell(
    spec: PosteriorSpec, paradigm: Paradigm, n_trials: int, simulation: int, people: int = 1
) -> list[dict[str, Any]]:
    """The ranks of one simulated subject, or of the population of several, as a cell."""
    rng = stream(spec.seed, "calibration", simulation)
    if people > 1:
        trials = paradigm.trials(n_trials * people, int(rng.integers(2**31)), subjects=people)
        recalls, truth = _group(spec, trials, rng)
    else:
        trials = _lists_of_one(paradigm, n_trials, int(rng.integers(2**31)))
        recalls, places = simulated_subject(spec.space, spec.priors, trials, rng)
    found = approximation_of(spec.density(recalls))
    density = spec.density(recalls, found.guide)
    starts = starts_of(density, found.mean, found.covariance, rng)
    chain = sample(
        density, starts, draws=spec.draws, tune=spec.tune, seed=spec.seed, chain=simulation,
        target_accept=spec.target_accept,
    )  # fmt: skip
    kept, diverging = chain.draws[::THINNING], int(chain.statistics["diverging"].sum())
    if people > 1:
        drawn_of, true_of = (_summaries(density, each) for each in (density.population(kept), truth))
        return [
            {"simulation": simulation, "parameter": name, "true": float(true_of[name]),
             "mean": float(drawn_of[name].mean()), "rank": int((drawn_of[name] < true_of[name]).sum()),
             "diverging": diverging}
            for name in true_of
        ]  # fmt: skip
    drawn = density.places(kept)[:, 0]
    ranks = (drawn < places).sum(axis=0)
    values = density.parameters(places)
    means = density.parameters(drawn).mean(axis=0)
    return [
        {"simulation": simulation, "parameter": name, "true": float(values[k]), "mean": float(means[k]),
         "rank": int(ranks[k]), "diverging": diverging}
        for k, name in enumerate(spec.names)
    ]  # fmt: skip


def _group(spec: PosteriorSpec, trials: Trials, rng: np.random.Generator) -> tuple[Recalls, Population]:
    """Recalls of people of a population that is drawn from the prior, and that population."""
    prior = PopulationPrior(spec.priors, spec.correlated)
    population = prior.at(prior.draw(rng, 1)[0])
    parts = []
    for code in range(len(trials.subjects)):
        places = population.mean + population.spread * (population.cholesky @ rng.standard_normal(len(spec.priors)))
        own = trials[np.flatnonzero(trials.subject_codes == code)]
        parts.append(subject_at(spec.space, spec.priors, places, own, rng))
    return joined(parts), population


def _summaries(density: Density, population: Population) -> dict[str, Any]:
    """The means in the units of the parameters, and the standard deviations on their scales, by name."""
    means = density.parameters(population.mean)
    found = {prior.name: means[..., k] for k, prior in enumerate(density.priors)}
    return found | {f"spread of {density.priors[k].name}": population.spread[..., k] for k in density.varying}


def _ranks_by_simulation(
    spec: PosteriorSpec, paradigm: Paradigm, n_trials: int, simulations: int, **running: Unpack[Running]
) -> pd.DataFrame:
    """The ranks of the last simulated subjects, from whom no network learned, among draws of all networks."""
    trials = _lists_of_one(paradigm, n_trials, int(stream(spec.seed, "calibration").integers(2**31)))
    drawn, table = simulated_subjects(spec, trials, spec.simulations + simulations, **running)
    learned = slice(spec.simulations)
    statistics, observed = standardised(table[learned], table[spec.simulations :])
    true, draws = drawn[spec.simulations :], network_draws(spec, drawn[learned], statistics, observed, **running)
    draws = np.swapaxes(draws, 0, 1).reshape(-1, *true.shape)[: RANKS - 1]
    ranks = (draws < true).sum(axis=0)
    found = {}
    for k, prior in enumerate(spec.priors):
        values, means = (prior.value(prior.location + prior.spread * each[..., k]) for each in (true, draws))
        found[prior.name] = pd.DataFrame({"true": values, "mean": means.mean(axis=0), "rank": ranks[:, k]})
    rows = pd.concat(found, names=["parameter", "simulation"]).reset_index()
    rows = rows.sort_values(["simulation", "parameter"], kind="stable", ignore_index=True)
    return rows[["simulation", "parameter", "true", "mean", "rank"]]


def _lists_of_one(paradigm: Paradigm, n_trials: int, seed: int) -> Trials:
    """Lists of one subject."""
    return replace(paradigm.trials(n_trials, seed=seed), subject=np.zeros(n_trials, dtype=int))
