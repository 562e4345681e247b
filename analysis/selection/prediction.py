"""How well models predict held-out lists, and the differences between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr, stdtrit

from memsim.analysis.checks import checked_confidence, list_of_names
from memsim.analysis.numeric_columns import with_numbers
from memsim.analysis.statistics.paired_tables import Paired
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError

PARTS = ("choice", "termination", "intrusion", "repeat")
"""Columns of the parts of a log-likelihood."""


def held_out(
    table: pd.DataFrame,
    baseline: str | None = None,
    *,
    references: Sequence[str] = (),
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Log-likelihood of held-out lists under each model, and paired differences between models.

    The lists of a subject are averaged first, so that each subject counts once. Differences are paired by subject, or
    by list if there is only one subject. The best model is chosen by these same lists, so that tests against it find
    differences too often; choose a ``baseline`` beforehand for tests that do not. Models of different folds are fitted
    to overlapping lists, which the standard errors do not take into account.

    Parameters
    ----------
    table : ``model, subject, list, log_likelihood, n_events``, a row for each model and held-out list, as
        from cross-validation; and, if known, the parts of the log-likelihood: ``choice, termination, intrusion,
        repeat``.
    baseline : a model that all others are compared with, besides the best.
    references : models that are only references, such as an empirical reference: they have rows, but are never
        chosen as the best.
    confidence : of the Student's t intervals, between 0 and 1.

    Returns
    -------
    DataFrame : a row for each model, by falling likelihood. ``reference``, whether it is one; ``n_subjects, n_lists,
        n_events``; ``impossible``, the lists that are impossible under the model (log-likelihood -inf), which are kept,
        so that its means are -inf; ``log_likelihood``, the sum over lists; ``per_list`` and ``per_event``, means over
        subjects; the parts that are known, ``choice_per_list`` and so on; ``best``, the name of the best model;
        ``from_best``, the mean difference from it per list, with ``from_best_sem, ..._low, ..._high, ..._t, ..._p`` and
        ``..._better``, the number of subjects for whom the model is better; and the same for ``baseline`` if there is
        one. ``over`` is ``"subjects"`` or ``"lists"``, over which differences are taken. A difference that is not
        finite has no test: NaN.

    Raises
    ------
    InputError : models were not scored on the same lists and events; a log-likelihood is NaN or +inf; or the baseline
        or a reference is not in the table.
    """
    checked_confidence(confidence, "held_out")
    paired = Paired.of_lists(table, "held_out")
    table = with_numbers(table, PARTS, "held_out", infinite=True)
    values, models = paired.values, paired.models
    references = list_of_names(references, "references", "held_out")
    for name in [*references, *([] if baseline is None else [baseline])]:
        if name not in models:
            raise InputError(f"held_out: {name!r} is not one of the models {', '.join(map(str, models))}")
    if set(models) <= set(references):
        raise InputError("held_out: all models are references; add a model that can be the best")
    n_lists = np.bincount(paired.subject)
    total = paired.per_subject(values)
    per_list = total / n_lists[:, None]
    events = np.bincount(paired.subject, weights=paired.n_events)
    impossible = np.isneginf(values).sum(axis=0)
    known = [name for name in PARTS if name in table.columns]
    parts = {
        name: paired.per_subject(table[name].to_numpy(dtype=float)[paired.rows]) / n_lists[:, None] for name in known
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        per_event = total[events > 0] / events[events > 0, None]
        possible = np.where(np.isneginf(values), np.nan, values)
    finite = np.nan_to_num(np.nansum(possible, axis=0))
    mean = per_list.mean(axis=0)
    order = np.lexsort((-finite, impossible, -mean))
    over: Literal["subjects", "lists"] = "subjects" if len(n_lists) > 1 else "lists"
    units = per_list if over == "subjects" else values
    found = pd.DataFrame(
        {
            "model": models,
            "reference": [name in references for name in models],
            "n_subjects": len(n_lists),
            "n_lists": len(values),
            "n_events": int(paired.n_events.sum()),
            "impossible": impossible,
            "log_likelihood": values.sum(axis=0),
            "per_list": mean,
            **{f"{part}_per_list": each.mean(axis=0) for part, each in parts.items()},
            "per_event": per_event.mean(axis=0) if len(per_event) else np.nan,
            "over": over,
            "confidence": confidence,
        }
    )
    best = next(models[at] for at in order if models[at] not in references)
    for role, name in {"best": best, "baseline": baseline}.items():
        if name is not None:
            found[role] = name
            for column, numbers in _differences(units, models.index(name), confidence).items():
                found[f"from_{role}{column}"] = numbers
    return found.iloc[order].reset_index(drop=True)


def _differences(units: FloatArray, reference: int, confidence: float) -> dict[str, npt.NDArray[Any]]:
    """Paired differences of each column of ``units`` from the column ``reference``, with their tests."""
    n = len(units)
    with np.errstate(invalid="ignore", divide="ignore"):
        difference = units - units[:, [reference]]
        mean = difference.mean(axis=0)
        sem = difference.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(units.shape[1], np.nan)
        half = stdtrit(max(n - 1, 1), (1 + confidence) / 2) * sem
        t = np.where(sem > 0, mean / sem, np.nan)
    return {
        "": mean,
        "_sem": sem,
        "_low": mean - half,
        "_high": mean + half,
        "_t": t,
        "_p": 2 * stdtr(max(n - 1, 1), -np.abs(t)),
        "_better": (difference > 0).sum(axis=0),
    }
