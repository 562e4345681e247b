"""Sample the posterior of a model's parameters, for people of one population or one by one."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Unpack

import numpy as np

from memsim.bayes.approximation import approximation_of
from memsim.bayes.density import Density, Guide
from memsim.bayes.packing import array_from_json, array_to_json
from memsim.bayes.refreshing import Candidates, candidates_for, refreshed
from memsim.bayes.result import Posterior, assembled, assembled_by_simulation
from memsim.bayes.sampler import Chain, chain_from_json, chain_to_json, require_packages, sample
from memsim.bayes.simulation_based import coordinates_by_simulation
from memsim.bayes.spec import CHAINS, DRAWS, SIMULATIONS, TARGET_ACCEPT, TUNE, By, PosteriorSpec
from memsim.core.abilities import require_ability
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.position_model import Model
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.data.loading import load_recalls
from memsim.fitting.space import Free
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running, with_running

STARTS = 20
"""Starts that a chain tries until the density is finite."""
OVERDISPERSED = 2.0
"""How many times as far apart as in the approximate posterior chains start, in the coordinates of the population."""


@with_running
def posterior(
    model: Model | str | PosteriorSpec,
    people: Recalls | str | Path,
    free: Free | None = None,
    *,
    ties: Mapping[str, str] | None = None,
    priors: Mapping[str, Sequence[float]] | None = None,
    by: By | None = None,
    pooled: bool | None = None,
    correlated: bool = True,
    draws: int = DRAWS,
    tune: int = TUNE,
    chains: int = CHAINS,
    simulations: int = SIMULATIONS,
    target_accept: float = TARGET_ACCEPT,
    seed: int = 0,
    stopping: Literal["own", "shared"] = "own",
    **running: Unpack[Running],
) -> Posterior:
    """Sample what recalls say about the parameters of each subject and of the population (hierarchical Bayes).

    On its own scale each parameter is normal over people, with means, standard deviations and correlations that are
    estimated with it; see :mod:`memsim.bayes.priors` and :class:`memsim.bayes.density.Density`. The No-U-Turn sampler
    follows the gradient of :func:`memsim.log_likelihood_gradient`. Of two or more chains, each draw then gets new
    places of people given its population (:mod:`memsim.bayes.refreshing`), so that a subject whose posterior has two
    modes does not hold the chains up.

    A model whose likelihood is sampled, or that has none, goes by simulation: networks learn the posterior from
    simulated subjects (:mod:`memsim.bayes.simulation_based`). Each subject then has a posterior alone, given summary
    statistics of the subject's recalls, and nothing is estimated of a population.

    Parameters
    ----------
    model : an instance, or a name as on the command line; parameters that are not free keep its values. Or a
        :class:`memsim.bayes.spec.PosteriorSpec`, which says all that the other arguments say.
    people : recalls, the name of a data set (``"name"`` or ``"name:condition"``), or a file of recalls.
    free : names of parameters, or bounds by name. If not given: what the model's class lists as ``fitted``, and a
        lapse.
    ties : expressions of other parameters by name.
    priors : by name, ``(median, spread)`` or ``(median, spread, between)``, in place of those declared.
    by : ``"likelihood"``, or ``"simulation"``. If not given: by the likelihood where it is exact.
    pooled : ``False`` samples each subject alone, with the prior of the population mean; so it is by simulation.
    correlated : whether parameters may correlate over people.
    draws, tune, chains, target_accept, seed : of the sampler. By simulation there are ``draws`` of each of ``chains``
        networks, independent ones, without ``tune`` and ``target_accept``.
    simulations : by simulation, the simulated subjects from whom the networks learn.
    stopping : ``"own"``, the stopping rule of the model, or ``"shared"``, a descriptive one that all models can share.
    running : ``workers, backend, scheduler, cache, progress`` of :func:`memsim.running.execution.run_cells`. With a
        ``cache`` an interrupted call continues with the chains that are not finished.

    Returns
    -------
    Posterior : draws as ArviZ's InferenceData, with what they say in tables, words and figures.

    Raises
    ------
    InputError : there are no lists; an unknown parameter, or an option that does not apply; the packages of the extra
        ``bayes`` (by simulation ``sbi``) are missing.
    LikelihoodError : ``by="likelihood"`` with a likelihood that is not exact; a model that does not simulate recalls.
    """
    settings: dict[str, Any] = {
        "free": free, "ties": ties, "priors": priors, "by": by, "pooled": pooled, "correlated": correlated,
        "draws": draws, "tune": tune, "chains": chains, "simulations": simulations, "target_accept": target_accept,
        "seed": seed, "stopping": stopping,
    }  # fmt: skip
    if isinstance(model, PosteriorSpec):
        defaults = inspect.signature(posterior).parameters
        changed = [name for name, value in settings.items() if value != defaults[name].default]
        if changed:
            raise InputError(
                f"posterior: {changed[0]}={settings[changed[0]]!r} stands beside a PosteriorSpec; say it there"
            )
        spec = model
    else:
        spec = PosteriorSpec.of(model, **settings)
    recalls = load_recalls(people)
    if not len(recalls):
        raise InputError("posterior: there are no lists")
    require_ability(spec.model, recalls.trials)
    require_ties(spec.density(recalls), spec.seed)
    if spec.by == "simulation":
        require_packages("sbi", "arviz", extra="sbi")
    else:
        require_packages("nutpie", "arviz")
    if spec.by == "simulation":
        return assembled_by_simulation(spec, recalls, *coordinates_by_simulation(spec, recalls, **running))
    name = type(spec.model).__name__
    first = Cell(approximation_cell, {"spec": spec, "recalls": recalls}, f"{name}, approximation")
    (approximation,) = run_cells([first], title="approximation", **running)
    guide = guide_from(approximation)
    cells = [
        Cell(
            chain_cell, {"spec": spec, "recalls": recalls, "chain": chain, "approximation": approximation},
            f"{name}, chain {chain + 1}",
        )
        for chain in range(spec.chains)
    ]  # fmt: skip
    found = [chain_from_json(record) for record in run_cells(cells, title="posterior", **running)]
    if spec.chains > 1:
        found = _with_new_places(spec, recalls, guide, found, **running)
    return assembled(spec, recalls, guide, found)


def _with_new_places(
    spec: PosteriorSpec, recalls: Recalls, guide: Guide, chains: list[Chain], **running: Unpack[Running]
) -> list[Chain]:
    """These chains, after new places of people (:mod:`memsim.bayes.refreshing`); a cell for each."""
    density, name = spec.density(recalls, guide), type(spec.model).__name__
    cells = [
        Cell(
            refresh_cell,
            {"spec": spec, "recalls": recalls, "chain": index, "guide": guide, "draws": chain.draws,
             "candidates": candidates_for(density, chains, index)},
            f"{name}, people of chain {index + 1}",
        )
        for index, chain in enumerate(chains)
    ]  # fmt: skip
    found = run_cells(cells, title="people", **running)
    return [chain._replace(draws=array_from_json(record)) for chain, record in zip(chains, found, strict=True)]


def refresh_cell(
    spec: PosteriorSpec, recalls: Recalls, chain: int, guide: Guide, draws: FloatArray, candidates: Candidates
) -> Any:
    """The draws of one chain with new places of people, as a cell."""
    density = spec.density(recalls, guide)
    return array_to_json(refreshed(density, draws, candidates, stream(spec.seed, "refresh", chain)))


def approximation_cell(spec: PosteriorSpec, recalls: Recalls) -> dict[str, Any]:
    """The approximate posterior that guides all chains, as a cell."""
    mean, covariance, guide = approximation_of(spec.density(recalls))
    return {
        "mean": mean.tolist(), "covariance": covariance.tolist(), "curvature": guide.curvature.tolist(),
        "linear": guide.linear.tolist(),
    }  # fmt: skip


def guide_from(record: Mapping[str, Any]) -> Guide:
    """The guide of what :func:`approximation_cell` returned."""
    return Guide(np.array(record["curvature"], dtype=float), np.array(record["linear"], dtype=float))


def starts_of(density: Density, mean: FloatArray, covariance: FloatArray, rng: np.random.Generator) -> FloatArray:
    """(20, size) coordinates from which a chain starts, of an approximate population where there is one."""
    starts = rng.standard_normal((STARTS, density.size))
    if density.pooled:
        n = density.n_population
        covariance = covariance if density.correlated else np.diag(np.diagonal(covariance))
        apart = OVERDISPERSED * density.population_prior.coordinates_apart(mean, covariance, len(density.people.labels))
        starts[:, :n] = density.population_prior.coordinates(mean, covariance) + apart * starts[:, :n]
    return starts


def chain_cell(spec: PosteriorSpec, recalls: Recalls, chain: int, approximation: dict[str, Any]) -> dict[str, Any]:
    """One chain, as a cell; its draws are coordinates of the density."""
    density = spec.density(recalls, guide_from(approximation))
    mean, covariance = (np.array(approximation[name], dtype=float) for name in ("mean", "covariance"))
    starts = starts_of(density, mean, covariance, stream(spec.seed, "starts", chain))
    found = sample(
        density, starts, draws=spec.draws, tune=spec.tune, seed=spec.seed, chain=chain,
        target_accept=spec.target_accept,
    )  # fmt: skip
    return chain_to_json(found)


def require_ties(density: Density, seed: int) -> None:
    """Raise :class:`InputError` where a tied parameter leaves its range at places that the prior holds likely."""
    if not density.people.space.ties:
        return
    for parameters in density.parameters(density.from_prior(stream(seed, "ties"), 50)):
        density.people.models(parameters)
