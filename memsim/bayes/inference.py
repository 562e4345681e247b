"""Sample the posterior of a model's parameters, for people of one population."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from memsim.bayes.density import Density
from memsim.bayes.result import Posterior, assembled
from memsim.bayes.sampler import chain_from_json, chain_to_json, require_packages, sample
from memsim.bayes.spec import CHAINS, DRAWS, TARGET_ACCEPT, TUNE, PosteriorSpec
from memsim.bayes.whitening import Whitened, Whitening, whitening_of
from memsim.core.errors import InputError
from memsim.core.position_model import Model
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.data.loading import load_recalls
from memsim.running.execution import Cell, Running, run_cells

STARTS = 20
"""Starts that a chain tries until the density is finite."""
OVERDISPERSED = 2.0
"""How many times as far apart as in the approximate posterior chains start, in the coordinates of the population."""


def posterior(
    model: Model | str | PosteriorSpec,
    people: Recalls | str | Path,
    free: Sequence[str] | Mapping[str, tuple[float, float] | None] | None = None,
    *,
    ties: Mapping[str, str] | None = None,
    priors: Mapping[str, Sequence[float]] | None = None,
    pooled: bool = True,
    correlated: bool = True,
    draws: int = DRAWS,
    tune: int = TUNE,
    chains: int = CHAINS,
    target_accept: float = TARGET_ACCEPT,
    seed: int = 0,
    **running: Unpack[Running],
) -> Posterior:
    """Sample what recalls say about the parameters of each subject and of the population (hierarchical Bayes).

    On its own scale each parameter is normal over people, with means, standard deviations and correlations that are
    estimated with it; see :mod:`memsim.bayes.priors` and :class:`memsim.bayes.density.Density`. The No-U-Turn sampler
    follows the gradient of :func:`memsim.log_likelihood_gradient`.

    Parameters
    ----------
    model : an instance, or a name as on the command line, with an exact likelihood; parameters that are not free keep
        its values. Or a :class:`memsim.bayes.spec.PosteriorSpec`, which says all that the other arguments say.
    people : recalls, the name of a data set (``"name"`` or ``"name:condition"``), or a file of recalls.
    free : names of parameters, or bounds by name. If not given: what the model's class lists as ``fitted``, and a lapse.
    ties : expressions of other parameters by name.
    priors : by name, ``(median, spread)`` or ``(median, spread, between)``, in place of those declared.
    pooled : ``False`` samples each subject alone, with the prior of the population mean.
    correlated : whether parameters may correlate over people.
    draws, tune, chains, target_accept, seed : of the sampler.
    running : ``workers, backend, scheduler, cache, progress`` of :func:`memsim.running.execution.run_cells`. With a
        ``cache`` an interrupted call continues with the chains that are not finished.

    Returns
    -------
    Posterior : draws as ArviZ's InferenceData, with what they say in tables, words and figures.

    Raises
    ------
    InputError : there are no lists; an unknown parameter or option; the packages of the extra ``bayes`` are missing.
    LikelihoodError : the likelihood of the model is not exact.
    """
    settings: dict[str, Any] = {
        "free": free, "ties": ties, "priors": priors, "pooled": pooled, "correlated": correlated, "draws": draws,
        "tune": tune, "chains": chains, "target_accept": target_accept, "seed": seed,
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
    require_packages("nutpie", "arviz")
    recalls = load_recalls(people)
    if not len(recalls):
        raise InputError("posterior: there are no lists")
    require_ties(spec.density(recalls), spec.seed)
    name = type(spec.model).__name__
    first = Cell(whitening_cell, {"spec": spec, "recalls": recalls}, f"{name}, approximation")
    (whitening,) = run_cells([first], title="approximation", **running)
    cells = [
        Cell(
            chain_cell, {"spec": spec, "recalls": recalls, "chain": chain, "whitening": whitening},
            f"{name}, chain {chain + 1}",
        )
        for chain in range(spec.chains)
    ]  # fmt: skip
    found = run_cells(cells, title="posterior", **running)
    return assembled(spec, recalls, [chain_from_json(record) for record in found])


def whitening_cell(spec: PosteriorSpec, recalls: Recalls) -> dict[str, Any]:
    """The coordinates in which chains run, as a cell."""
    return {name: array.tolist() for name, array in whitening_of(spec.density(recalls))._asdict().items()}


def chain_cell(spec: PosteriorSpec, recalls: Recalls, chain: int, whitening: dict[str, Any]) -> dict[str, Any]:
    """One chain, as a cell; its draws are coordinates of the density."""
    density = spec.density(recalls)
    white = whitening_from(whitening, density)
    starts = stream(spec.seed, "starts", chain).standard_normal((STARTS, density.size))
    starts[:, : density.n_population] *= OVERDISPERSED
    found = sample(
        Whitened(density, white),
        starts,
        draws=spec.draws,
        tune=spec.tune,
        seed=spec.seed,
        chain=chain,
        target_accept=spec.target_accept,
    )
    return chain_to_json(found._replace(draws=white.coordinates(found.draws)))


def whitening_from(record: Mapping[str, Any], density: Density) -> Whitening:
    """The whitening of what :func:`whitening_cell` returned."""
    n, k, people = density.n_population, density.n_free, len(density.people.labels)
    shapes = {"origin": (-1,), "of_population": (n, n), "shift": (people, k, n), "of_subjects": (people, k, k)}
    return Whitening(**{name: np.array(record[name], dtype=float).reshape(shape) for name, shape in shapes.items()})


def require_ties(density: Density, seed: int) -> None:
    """Raise :class:`InputError` where a tied parameter leaves its range at places that the prior holds likely."""
    if not density.people.space.ties:
        return
    points = density.from_prior(stream(seed, "ties"), 50)
    for point in density.parameters(density.places(points)):
        density.people.models(point)
