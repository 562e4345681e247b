"""The log evidence for each model in each subject, and the best model of each subject."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.analysis.numeric_columns import with_numbers
from memsim.analysis.selection.criteria import ALL, information_criteria
from memsim.analysis.statistics.paired_tables import Paired
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError


def log_evidence(table: pd.DataFrame) -> pd.DataFrame:
    """(n_subjects, n_models) log evidence for each model in each subject.

    It is what :func:`memsim.analysis.bayesian_model_selection` takes. From held-out lists (see
    :func:`memsim.analysis.held_out`) it is the sum of their log-likelihoods, the cross-validated log evidence (Soch,
    Haynes & Allefeld, 2016); from fits (see :func:`memsim.analysis.information_criteria`) it is -BIC/2 (Schwarz, 1978).

    Parameters
    ----------
    table : a table of held-out lists, of fits, or of their information criteria.

    Returns
    -------
    DataFrame : subjects are its index, models its columns, in the order of ``table``.

    Raises
    ------
    InputError : as in :func:`memsim.analysis.held_out` and :func:`memsim.analysis.information_criteria`.

    References
    ----------
    Schwarz (1978), Annals of Statistics, 6, 461-464; Soch, Haynes & Allefeld (2016), NeuroImage, 141, 469-489.
    """
    if isinstance(table, pd.DataFrame) and "n_parameters" in table:
        criteria = information_criteria(table) if "weight_bic" not in table else table
        criteria = with_numbers(criteria, ["bic"], "log_evidence", infinite=True)
        units = criteria[criteria["unit"] != ALL]
        wide = units.pivot(index="unit", columns="model", values="bic") / -2
        return wide.loc[units["unit"].unique(), units["model"].unique()].rename_axis(index="subject")
    paired = Paired.of_lists(table, "log_evidence")
    subjects = pd.Index(paired.subjects, name="subject")
    return pd.DataFrame(paired.per_subject(paired.values), subjects, pd.Index(paired.models, name="model"))


class Winners(NamedTuple):
    """The result of :func:`winners`."""

    per_subject: pd.DataFrame
    """``subject, winner, second, margin, tied``; ``margin`` is the difference in log evidence between the winner and
    the second. Where ``tied``, it is 0 and the winner is missing."""
    counts: pd.DataFrame
    """``model, won, tied``: the number of subjects that the model wins, and for whom it shares the first place."""


def winners(table: pd.DataFrame) -> Winners:
    """The model that predicts each subject best, and its lead over the second.

    Parameters
    ----------
    table : a table of held-out lists or of fits, as for :func:`memsim.analysis.held_out` or
        :func:`memsim.analysis.information_criteria`, or the result of :func:`log_evidence`.

    Returns
    -------
    Winners : a table by subject and one by model.

    Raises
    ------
    InputError : there are fewer than two models, and as in those functions.
    """
    evidence, models, subjects = evidence_of(table, "winners")
    order = np.argsort(-evidence, axis=1, kind="stable")
    rows = np.arange(len(evidence))
    first, second = evidence[rows, order[:, 0]], evidence[rows, order[:, 1]]
    best = evidence == first[:, None]
    tied = best.sum(axis=1) > 1
    with np.errstate(invalid="ignore"):
        margin = np.where(tied, 0.0, first - second)
    names = np.array(models, dtype=object)
    per_subject = pd.DataFrame(
        {
            "subject": subjects,
            "winner": np.where(tied, None, names[order[:, 0]]),  # type: ignore[call-overload]
            "second": np.where(tied, None, names[order[:, 1]]),  # type: ignore[call-overload]
            "margin": margin,
            "tied": tied,
        }
    )
    counts = {"model": models, "won": best[~tied].sum(axis=0), "tied": best[tied].sum(axis=0)}
    return Winners(per_subject, pd.DataFrame(counts))


def evidence_of(table: Any, who: str) -> tuple[FloatArray, list[Any], list[Any]]:
    """(n_subjects, n_models) log evidence, the names of models and those of subjects, from a table or a matrix."""
    if isinstance(table, pd.DataFrame) and "model" in table:
        table = log_evidence(table)
    if isinstance(table, pd.DataFrame):
        table = with_numbers(table, table.columns, who, infinite=True)
    try:
        evidence = np.array(table, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{who}: expected numbers (n_subjects, n_models), got {type(table).__name__}") from None
    if evidence.ndim != 2 or evidence.shape[1] < 2 or not len(evidence):
        raise InputError(
            f"{who}: log evidence has shape {evidence.shape}; it needs a row for each subject and two models or more"
        )
    named = isinstance(table, pd.DataFrame)
    models = table.columns.tolist() if named else [f"model {k + 1}" for k in range(evidence.shape[1])]
    subjects = table.index.tolist() if named else list(range(1, len(evidence) + 1))
    wrong = np.isnan(evidence) | (evidence == np.inf)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(
            f"{who}: the log evidence of subject {subjects[row]} for {models[column]} is {evidence[row, column]}; it "
            "must be a number, or -inf for recalls that are impossible under the model"
        )
    return evidence, models, subjects
