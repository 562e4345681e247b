"""The gradient of the likelihood of judgments by a model that has a table of ratings: the chain rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from memsim.core.abilities import require_ability
from memsim.core.arrays import FloatArray
from memsim.core.judgment_loop import checked_criteria
from memsim.core.judgments import Judgments
from memsim.core.model import MemoryModel


def judgment_gradient(
    model: MemoryModel[Any], judgments: Judgments, names: Sequence[str], criteria: FloatArray | None
) -> tuple[FloatArray, dict[str, float]] | None:
    """(n_trials,) log-likelihoods, and the derivatives of their sum by these parameters.

    ``None`` where the model has no table of ratings, or mixes lapses by itself.
    """
    if model.likelihood != "exact" or model.mixes_lapses or judgments.recalls is not None:
        return None
    require_ability(model, judgments.trials)
    cuts = checked_criteria(model, judgments.n_ratings, criteria)
    table = model.rating_table(judgments, cuts)
    if table is None:
        return None
    guess, answered = 1 / judgments.n_ratings, judgments.answered
    own = table.outcome(judgments)
    mixed = np.where(answered, (1 - model.lapse) * own + model.lapse * guess, 1.0)
    gradient: dict[str, float] = {}
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        likelihood = np.log(mixed).sum(axis=1)
        weight = np.where(answered, 1 / mixed, 0.0)
        if model.list_lapse or "list_lapse" in names:
            guessed = np.log(guess) * answered.sum(axis=1)
            share = model.list_lapse
            mean = np.logaddexp(np.log1p(-share) + likelihood, np.log(share) + guessed)
            weight *= np.exp(np.log1p(-share) + likelihood - mean)[:, None]
            gradient["list_lapse"] = float((np.exp(guessed - mean) - np.exp(likelihood - mean)).sum())
            likelihood = mean
        gradient["lapse"] = float(np.where(answered, (guess - own) * weight, 0.0).sum())
        by_cell = table.summed(judgments, (1 - model.lapse) * weight)
        held = () if criteria is None else model.criteria_parameters
        for name, slopes in table.slopes.items():
            if name not in held:
                gradient[name] = float(np.where(slopes == 0, 0.0, by_cell * slopes).sum())
    return likelihood, {name: gradient.get(name, 0.0) for name in names}
