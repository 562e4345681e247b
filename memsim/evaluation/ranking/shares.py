"""Scores of models in a task: the share of what is attainable, with intervals over people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.core.seeding import stream
from memsim.evaluation.ranking.bounds import REFERENCES, UNIFORM
from memsim.evaluation.ranking.split import Split

RESAMPLES, ENDS = 2000, (2.5, 97.5)
"""Draws of people with replacement, and the percentiles that end an interval."""
PARTS = ("total", "choice", "termination")


class Score(NamedTuple):
    """A score with its 95% interval over people."""

    value: float
    low: float
    high: float


def by_person(parts: Mapping[str, Any], subject: np.ndarray, condition: str) -> pd.DataFrame:
    """Mean log-likelihood per list of each person, by part; the index is the person."""
    table = pd.DataFrame({name: np.asarray(parts[condition][name], dtype=float) for name in PARTS[1:]})
    table["total"] = table["choice"] + table["termination"]
    return table.groupby(subject).mean()[list(PARTS)]


def in_parts(listed: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The bounds of a cell as models have their parts: by condition and name."""
    return {condition: dict(zip(PARTS[1:], each, strict=True)) for condition, each in listed.items()}


def scores_of(
    models: Mapping[str, Mapping[str, Any]], bounds: Mapping[str, Any], split: Split, task: str, seed: int
) -> pd.DataFrame:
    """The scores of models and of the bounds in each condition of a task.

    The share of what is attainable is (model - uniform) / (ceiling - uniform), of mean log-likelihoods per scored list,
    where lists of a person have equal weight, and people have. The ceiling is the better of the references in that
    condition, by the total. Intervals are percentiles over people drawn with replacement, model, baseline and ceiling
    together.

    Parameters
    ----------
    models : by label, the ``parts`` of :func:`memsim.evaluation.ranking.scoring.model_cell`.
    bounds : what :func:`memsim.evaluation.ranking.bounds.bounds_cell` found.

    Returns
    -------
    DataFrame : ``task, condition, label, kind, ceiling, n_people, n_lists``, and for each part (``total``, ``choice``,
        ``termination``) ``gain_...``: natural units per list over the uniform baseline, ``share_...``, each with
        ``..._low`` and ``..._high``. A share of a part is NaN where the ceiling does not exceed the baseline in it, at
        the lower end of its interval.
    """
    rows = []
    references = {name: in_parts(bounds[name]) for name in (UNIFORM, *REFERENCES)}
    for condition, scored in split.scored.items():
        subject = scored.trials.subject.astype(str)
        known = {name: by_person(each, subject, condition) for name, each in references.items()}
        ceiling = max(REFERENCES, key=lambda name: known[name]["total"].mean())
        draws = _draws(len(known[UNIFORM]), seed, task, condition)
        all_parts = {**known, **{label: by_person(each, subject, condition) for label, each in models.items()}}
        for label, own in all_parts.items():
            row: dict[str, Any] = {
                "task": task, "condition": condition, "label": label, "kind": "model" if label in models else "bound",
                "ceiling": ceiling, "n_people": len(own), "n_lists": len(scored),
            }  # fmt: skip
            for part in PARTS:
                gain = (own[part] - known[UNIFORM][part]).to_numpy()
                most = (known[ceiling][part] - known[UNIFORM][part]).to_numpy()
                for name, score in (("gain", _mean(gain, draws)), ("share", _ratio(gain, most, draws))):
                    row |= {f"{name}_{part}": score.value, f"{name}_{part}_low": score.low,
                            f"{name}_{part}_high": score.high}  # fmt: skip
            rows.append(row)
    return pd.DataFrame(rows)


def _draws(n_people: int, seed: int, *purpose: str) -> np.ndarray:
    rng = stream(seed, "benchmark", "people", *purpose)
    return rng.integers(n_people, size=(RESAMPLES, n_people))


def _mean(values: FloatArray, draws: np.ndarray) -> Score:
    found = values[draws].mean(axis=1)
    return Score(float(values.mean()), *_ends(found))


def _ratio(values: FloatArray, most: FloatArray, draws: np.ndarray) -> Score:
    if not _mean(most, draws).low > 0:
        return Score(np.nan, np.nan, np.nan)
    return Score(float(values.mean() / most.mean()), *_ends(values[draws].mean(axis=1) / most[draws].mean(axis=1)))


def _ends(found: FloatArray) -> tuple[float, float]:
    """Percentiles; minus infinity stands for people under whom a model is impossible."""
    if not np.isfinite(found).all():
        return -np.inf, -np.inf
    low, high = np.percentile(found, ENDS)
    return float(low), float(high)
