"""What prior and posterior predict: the standard curves of people simulated with drawn parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd

from memsim.analysis.curves import curve_table, standard_curves
from memsim.bayes.result import Posterior
from memsim.bayes.spec import PosteriorSpec
from memsim.core.arrays import NONE, FloatArray
from memsim.core.errors import InputError
from memsim.core.limits import require_counts
from memsim.core.recall_parts import joined
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.running.digests import digest
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running

GROUPS = 50
"""Default number of simulated groups of people, one for each of so many draws."""


def with_predictions(
    found: Posterior, recalls: Recalls, n_draws: int = GROUPS, **running: Unpack[Running]
) -> Posterior:
    """The same posterior with the curves that prior and posterior predict, beside those of people.

    For each of ``n_draws`` draws, the same number of subjects recall the same lists. Those of the posterior have the
    parameters of one draw; those of the prior are drawn from a population that is drawn from the prior.

    Parameters
    ----------
    recalls : those that were fitted.

    Returns
    -------
    Posterior : its ``data`` has the groups ``posterior_predictive`` and ``prior_predictive`` with a variable for each
        standard curve (:func:`memsim.analysis.curves_of`), (chain, draw, x), where ``x`` is named ``NAME_x``;
        ``observed_data`` has the curves of people; and ``prior`` has the draws of ``theta``.

    Raises
    ------
    InputError : other recalls.
    """
    import arviz

    require_counts("with_predictions", n_draws=n_draws)
    if digest(recalls) != found.recalls_digest:
        raise InputError("with_predictions: these are not the recalls that were fitted; give the same ones")
    spec, density = found.spec, found.spec.density(recalls)
    prior = density.parameters(density.from_prior(stream(spec.seed, "prior"), n_draws))
    chains = found.data["posterior"].sizes["chain"]
    per_chain = max(n_draws // chains, 1)
    theta = found.data["posterior"]["theta"].transpose("chain", "draw", "subject", "parameter").values
    kept = np.unique(np.linspace(0, theta.shape[1] - 1, per_chain).round().astype(int))
    after = theta[:, kept].reshape(-1, *theta.shape[2:])
    cells = [
        Cell(
            curves_cell,
            {"spec": spec, "recalls": recalls, "parameters": parameters, "seed": spec.seed, "index": index},
            f"{kind} prediction {index + 1}",
        )
        for kind, drawn in (("prior", prior), ("posterior", after))
        for index, parameters in enumerate(drawn)
    ]  # fmt: skip
    curves = run_cells(cells, title="predictions", **running)
    observed = curve_table(recalls)
    index = observed.set_index(["curve", "x"]).index
    values = np.array([_aligned(each, index) for each in curves])
    before, predicted = values[:n_draws], values[n_draws:].reshape(chains, len(kept), -1)
    groups: dict[str, Any] = {"prior_predictive": {}, "posterior_predictive": {}, "observed_data": {}}
    coords: dict[str, Any] = {"parameter": spec.names, "subject": density.people.labels}
    dims = {"theta": ["subject", "parameter"]}
    for name in observed["curve"].unique():
        at = np.asarray(index.get_level_values("curve") == name)
        groups["prior_predictive"][name] = before[None, :, at]
        groups["posterior_predictive"][name] = predicted[:, :, at]
        groups["observed_data"][name] = observed["mean"].to_numpy()[at]
        coords[f"{name}_x"], dims[name] = index.get_level_values("x")[at].to_numpy(), [f"{name}_x"]
    groups["prior"] = {"theta": prior[None]}
    new = arviz.from_dict(**groups, coords=coords, dims=dims)
    new["posterior_predictive"] = new["posterior_predictive"].assign_coords(draw=kept)
    together = new["observed_data"].merge(found.data["observed_data"], compat="override")
    data = found.data.copy()
    for group in ("prior", "prior_predictive", "posterior_predictive"):
        _replace(data, group, new[group])
    _replace(data, "observed_data", together)
    return replace(found, data=data)


def _replace(data: Any, group: str, content: Any) -> None:
    if group in data.groups():
        delattr(data, group)
    data.add_groups({group: content})


def curves_cell(
    spec: PosteriorSpec, recalls: Recalls, parameters: FloatArray, seed: int, index: int
) -> list[tuple[str, float, float]]:
    """The curves of people with these parameters who recall the same lists, as a cell: curve, x, mean."""
    people = spec.density(recalls).people
    own = seed + index
    made = [
        simulate(model, part.trials, int(stream(own, "prediction", at).integers(2**31)))
        for at, (model, part) in enumerate(zip(people.models(parameters), people.parts, strict=True))
    ]
    together = joined(made)
    if people.stopping is not None:
        together = _stopped_by(together, people.stopping, stream(own, "shared stopping"))
    table = curve_table(together)
    return list(zip(table["curve"], table["x"].astype(float), table["mean"].astype(float), strict=True))


def _stopped_by(recalls: Recalls, hazard: FloatArray, rng: np.random.Generator) -> Recalls:
    """Recalls of models that do not stop by themselves, each cut where the shared stopping rule ends it.

    A lapse may still have ended a list before, as a guess of no response.
    """
    n_outputs = recalls.positions.shape[1]
    hazard = np.pad(hazard, (0, max(n_outputs - len(hazard), 0)), mode="edge")[:n_outputs]
    ends = np.cumsum(rng.random(recalls.positions.shape) < hazard, axis=1) > 0
    times = None if recalls.times is None else np.where(ends, np.nan, recalls.times)
    positions = np.where(ends, NONE, recalls.positions).astype(recalls.positions.dtype)
    return replace(recalls, positions=positions, stopped=np.ones(len(recalls), dtype=bool), times=times)


def _aligned(curves: list[tuple[str, float, float]], index: pd.MultiIndex) -> FloatArray:
    """The means of a cell at the curves and places of people."""
    known = {(curve, float(x)): float("nan") if mean is None else mean for curve, x, mean in curves}
    return np.array([known.get((curve, float(x)), np.nan) for curve, x in index])


def bands_of(values: FloatArray) -> FloatArray:
    """(3, n_points) mean of (n_draws, n_points) draws and the bounds of 95% of them; NaN where no draw has a value."""
    found, known = np.full((3, values.shape[1]), np.nan), ~np.isnan(values).all(axis=0)
    if known.any():  # a curve may have no point at all, such as of transitions in lists of one item
        found[0, known] = np.nanmean(values[:, known], axis=0)
        found[1:, known] = np.nanquantile(values[:, known], [0.025, 0.975], axis=0)
    return found


def prediction_table(
    found: Posterior, recalls: Recalls, of: Literal["posterior", "prior"] = "posterior"
) -> pd.DataFrame:
    """The predicted curves: ``curve, x, mean, low, high``, the mean of draws and the bounds of 95% of them."""
    group = found.data[f"{of}_predictive"]
    rows = []
    for name in standard_curves(recalls):
        if name not in group:
            continue
        values = group[name].transpose("chain", "draw", f"{name}_x").values
        flat = values.reshape(-1, values.shape[2])
        mean, low, high = bands_of(flat)
        x = group[f"{name}_x"].values
        rows.append(pd.DataFrame({"curve": name, "x": x, "mean": mean, "low": low, "high": high, "n_subjects": 0}))
    return pd.concat(rows, ignore_index=True)
