"""Posteriors of models that simulate recalls and have no exact likelihood, by simulation.

1. Subjects are simulated with parameters drawn from the prior. Each studies the lists of one of the people, who are
   taken in turn, so that people may differ in their lists and in how many there are.
2. Their recalls are reduced to summary statistics (:mod:`memsim.bayes.summaries`).
3. Networks learn the distribution of the parameters given the statistics (:mod:`memsim.bayes.networks`). What they
   learn holds for every subject, so that each subject's posterior costs nothing more.
4. Each network gives draws from the posterior of each subject given the subject's own statistics; draws of several
   networks together are those of their mixture.

Each subject has a posterior alone, under the prior of the population mean: there is no population. The posterior is
that given the statistics, which can be wider than that given the recalls; and it is as good as the networks, which
:func:`memsim.calibrate` tests. Neither says whether the model is right: of people who recall as no simulated subject
does, a network says something all the same, and :func:`memsim.bayes.diagnostics.convergence_of` counts them.

Cranmer, Brehmer & Louppe (2020), PNAS, 117, 30055-30062, review the method. Several networks, since one alone is often
too sure: Hermans et al. (2022), Transactions on Machine Learning Research.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Unpack

import numpy as np
import pandas as pd

from memsim.bayes.networks import network_cell
from memsim.bayes.packing import array_from_json, array_to_json
from memsim.bayes.priors import Prior
from memsim.bayes.spec import PosteriorSpec
from memsim.bayes.summaries import summary_table
from memsim.core.arrays import NOT_GIVEN, FloatArray
from memsim.core.model import MemoryModel
from memsim.core.recall_parts import joined
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.core.trials import Trials
from memsim.fitting.space import Space
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running

IN_A_CELL = 100
"""Subjects that one cell simulates."""
SHRINKAGE = 0.01
"""What is added to the variances of standardised statistics, along all directions, to measure distances."""


def coordinates_by_simulation(
    spec: PosteriorSpec, recalls: Recalls, **running: Unpack[Running]
) -> tuple[FloatArray, FloatArray]:
    """Draws from the posterior of each subject, and how usual their recalls are.

    Returns
    -------
    (chains, draws, n_subjects, n_free) array : coordinates, whose prior is standard normal.
    (n_subjects,) array : the share of simulated subjects whose statistics lie farther from the middle of all simulated
        ones, by their covariance; it is near 0 for people who recall as no simulated subject does.
    """
    model = spec.model
    assert isinstance(model, MemoryModel)
    coordinates, simulated = simulated_subjects(spec, recalls.trials, spec.simulations, **running)
    statistics, observed = standardised(simulated, summary_table(recalls, model))
    return network_draws(spec, coordinates, statistics, observed, **running), share_farther(statistics, observed)


def simulated_subjects(
    spec: PosteriorSpec, trials: Trials, n_subjects: int, **running: Unpack[Running]
) -> tuple[FloatArray, pd.DataFrame]:
    """(n_subjects, n_free) coordinates of subjects drawn from the prior, and the summary statistics of each."""
    shared = {"space": spec.space, "priors": spec.priors, "trials": trials, "seed": spec.seed}
    ends = [*range(0, n_subjects, IN_A_CELL), n_subjects]
    cells = [
        Cell(simulation_cell, {**shared, "first": first, "last": last}, f"simulated subjects {first + 1} to {last}")
        for first, last in pairwise(ends)
    ]
    found = run_cells(cells, title="simulations", **running)
    tables = [pd.DataFrame(array_from_json(part["statistics"]), columns=part["columns"]) for part in found]
    return (
        np.concatenate([array_from_json(part["coordinates"]) for part in found]),
        pd.concat(tables, ignore_index=True),
    )


def simulation_cell(
    space: Space, priors: Sequence[Prior], trials: Trials, seed: int, first: int, last: int
) -> dict[str, Any]:
    """The simulated subjects from ``first`` to before ``last``, as a cell."""
    model, codes, n_people = space.model, trials.subject_codes, len(trials.subjects)
    assert isinstance(model, MemoryModel)
    made, drawn = [], []
    for number in range(first, last):
        own = trials[codes == number % n_people]
        own = replace(own, subject=np.full(len(own), number), list=NOT_GIVEN)
        recalls, places = simulated_subject(space, priors, own, stream(seed, "simulated subject", number))
        made.append(recalls)
        drawn.append([(place - prior.location) / prior.spread for place, prior in zip(places, priors, strict=True)])
    table = summary_table(joined(made), model)
    return {
        "coordinates": array_to_json(np.array(drawn)), "statistics": array_to_json(table.to_numpy()),
        "columns": list(table.columns),
    }  # fmt: skip


def simulated_subject(
    space: Space, priors: Sequence[Prior], trials: Trials, rng: np.random.Generator
) -> tuple[Recalls, FloatArray]:
    """Recalls of a subject drawn from the prior, and the places of its parameters.

    Raises
    ------
    InputError : a tied parameter leaves its range.
    """
    places = np.array([prior.location + prior.spread * rng.standard_normal() for prior in priors])
    return subject_at(space, priors, places, trials, rng), places


def subject_at(
    space: Space, priors: Sequence[Prior], places: FloatArray, trials: Trials, rng: np.random.Generator
) -> Recalls:
    """Recalls of a subject whose parameters have these places on their scales."""
    values = {prior.name: float(prior.value(places[k : k + 1])[0]) for k, prior in enumerate(priors)}
    model = space.model
    assert isinstance(model, MemoryModel)
    return simulate(model.replace(**values, **space.tied(values)), trials, int(rng.integers(2**31)))


def standardised(simulated: pd.DataFrame, observed: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Both tables of summary statistics on the scales of the simulated ones, which have means of 0 and deviations of 1.

    Statistics that do not vary over simulated subjects are left out. What is undefined gets the mean.
    """
    mean, spread = simulated.mean(), simulated.std()
    varying = spread[spread > 1e-6].index
    scaled, own = (
        ((table.reindex(columns=varying) - mean[varying]) / spread[varying]).fillna(0.0).to_numpy()
        for table in (simulated, observed)
    )
    return scaled, own


def share_farther(statistics: FloatArray, observed: FloatArray) -> FloatArray:
    """(n_subjects,) the share of simulated ``statistics`` that lie farther from their middle than the observed ones.

    Distances are Mahalanobis distances.
    """
    variances, directions = np.linalg.eigh(np.cov(statistics, rowvar=False).reshape(2 * [statistics.shape[1]]))
    weight = directions / np.sqrt(np.maximum(variances, 0) + SHRINKAGE)
    usual, own = (np.sum((each @ weight) ** 2, axis=1) for each in (statistics, observed))
    return (usual[None] > own[:, None]).mean(axis=1)


def network_draws(
    spec: PosteriorSpec,
    coordinates: FloatArray,
    statistics: FloatArray,
    observed: FloatArray,
    **running: Unpack[Running],
) -> FloatArray:
    """(chains, draws, n_subjects, n_free) coordinates drawn by each network; arguments as for
    :func:`memsim.bayes.networks.network_cell`.
    """  # fmt: skip
    shared = {"coordinates": coordinates, "statistics": statistics, "observed": observed}
    cells = [
        Cell(
            network_cell, {**shared, "draws": spec.draws, "seed": spec.seed, "network": network},
            f"{type(spec.model).__name__}, network {network + 1}",
        )
        for network in range(spec.chains)
    ]  # fmt: skip
    return np.stack([array_from_json(part["draws"]) for part in run_cells(cells, title="networks", **running)])
