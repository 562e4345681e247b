"""Comparison of models: information criteria, held-out likelihood, and the best model of each subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr, stdtrit

from memsim.analysis.checks import checked_confidence
from memsim.analysis.statistics.paired_tables import Paired
from memsim.analysis.statistics.tables import require_columns
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError

ALL = "all"
"""The unit of the rows in which :func:`information_criteria` sums over units."""
CRITERIA = ("aic", "aicc", "bic")

_Numbers = TypeVar("_Numbers", float, FloatArray, "pd.Series")


def aic(log_likelihood: _Numbers, n_parameters: _Numbers) -> _Numbers:
    """Akaike's information criterion, 2k - 2l, of a maximised log-likelihood l and k free parameters.

    It takes numbers, arrays or Series, and checks nothing.

    References
    ----------
    Akaike (1974), IEEE Transactions on Automatic Control, 19, 716-723.

    Examples
    --------
    >>> aic(-100.0, 2)
    204.0
    """
    return 2 * n_parameters - 2 * log_likelihood


def bic(log_likelihood: _Numbers, n_parameters: _Numbers, n_observations: _Numbers) -> _Numbers:
    """Bayesian information criterion, k ln n - 2l, with l and k as in :func:`aic`, of n observations.

    References
    ----------
    Schwarz (1978), Annals of Statistics, 6, 461-464.

    Examples
    --------
    >>> round(float(bic(-100.0, 2, 50)), 2)
    207.82
    """
    return n_parameters * np.log(n_observations) - 2 * log_likelihood


def aicc(log_likelihood: _Numbers, n_parameters: _Numbers, n_observations: _Numbers) -> _Numbers:
    """:func:`aic` corrected for few observations, AIC + 2k(k + 1)/(n - k - 1); NaN where n is not above k + 1.

    References
    ----------
    Hurvich & Tsai (1989), Biometrika, 76, 297-307.
    """
    room = n_observations - n_parameters - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        correction = 2 * n_parameters * (n_parameters + 1) / np.where(room > 0, room, np.nan)
    return aic(log_likelihood, n_parameters) + correction


def information_criteria(fits: pd.DataFrame) -> pd.DataFrame:
    """AIC, AICc and BIC of fitted models, their differences from the best model, and their weights.

    The number of observations is the number of events: responses scored, and stopping where it was recorded. The weight
    of a model is exp(-difference/2) divided by the sum of that over all models.

    The penalties correct for the optimism of a likelihood that was maximised over these same events, by a number of
    parameters that is small beside the number of events. The criteria are therefore only for such models. A network
    with 10^5 weights has no such number, and a model that was trained on other data has no such optimism: compare these
    by :func:`held_out`. A likelihood estimated from samples is too low on average, which counts against its model.

    Parameters
    ----------
    fits : ``model, unit, log_likelihood, n_parameters, n_events``, a row for each model and unit, such as a subject;
        the column ``kind``, if there is one, says how the model was fitted.

    Returns
    -------
    DataFrame : ``unit, model, log_likelihood, n_parameters, n_events, aic, aicc, bic`` and, for each criterion, its
        difference from the best model ``delta_...`` and ``weight_...``; models are in the order of ``fits``. The rows
        of unit ``"all"`` are sums over units, of criteria too, as for units that each have parameters of their own.
        AICc is NaN where n is not above k + 1, and so are the weights of that unit.

    Raises
    ------
    InputError : a fit to summary statistics, which has no likelihood; models with different units or different numbers
        of events; numbers that are not whole; or a unit called "all".

    References
    ----------
    Burnham & Anderson (2002), Model Selection and Multimodel Inference; Wagenmakers & Farrell (2004), Psychonomic
    Bulletin & Review, 11, 192-196.
    """
    who = "information_criteria"
    require_columns(fits, ("model", "unit", "n_parameters", "n_events"), ("log_likelihood",), who)
    summary = fits["log_likelihood"].isna() | (fits["kind"] == "summary" if "kind" in fits else False)
    if summary.any():
        raise InputError(
            f"{who}: {fits.loc[summary, 'model'].iloc[0]} was fitted to summary statistics and has no likelihood; "
            "compare its curves by curve_distance, or fit it by likelihood"
        )
    if (fits["unit"] == ALL).any():
        raise InputError(f"{who}: a unit is called {ALL!r}, the name of the sum over units; give it another label")
    for name, least in (("n_parameters", 0), ("n_events", 1)):
        wrong = ~(fits[name] >= least) | (fits[name] % 1 != 0)
        if wrong.any():
            raise InputError(
                f"{who}: {name}={fits.loc[wrong, name].iloc[0]} of {fits.loc[wrong, 'model'].iloc[0]} must be a whole "
                f"number of at least {least}"
            )
    paired = Paired.of(fits, ("unit",), who)
    table = fits[["unit", "model", "log_likelihood", "n_parameters", "n_events"]].iloc[paired.rows.ravel()]
    table = table.reset_index(drop=True).astype({"unit": object})
    k, n = table["n_parameters"].astype(float), table["n_events"].astype(float)
    table["aic"] = aic(table["log_likelihood"], k)
    table["aicc"] = aicc(table["log_likelihood"], k, n)
    table["bic"] = bic(table["log_likelihood"], k, n)
    summed = table.groupby("model", sort=False, observed=True)[[*table.columns[2:]]].agg(
        lambda each: each.to_numpy().sum()
    )
    table = pd.concat([table, summed.reset_index().assign(unit=ALL)], ignore_index=True)
    shape = (-1, len(paired.models))
    for name in CRITERIA:
        values = table[name].to_numpy(dtype=float).reshape(shape)
        # A likelihood of 0 has an infinite criterion, and a weight of 0 unless all models have one.
        with np.errstate(invalid="ignore"):
            delta = values - values.min(axis=1, keepdims=True)
            weight = np.exp(-delta / 2)
            table[f"delta_{name}"] = delta.ravel()
            table[f"weight_{name}"] = (weight / weight.sum(axis=1, keepdims=True)).ravel()
    return table


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
        :func:`memsim.evaluation.cross_validation.cross_validate` returns it.
    baseline : a model that all others are compared with, besides the best.
    references : models that are only references, such as :func:`memsim.evaluation.reference.empirical_reference`:
        they have rows, but are never chosen as the best.
    confidence : of the Student's t intervals, between 0 and 1.

    Returns
    -------
    DataFrame : a row for each model, by falling likelihood. ``reference``, whether it is one; ``n_subjects, n_lists,
        n_events``; ``impossible``, the lists that are impossible under the model (log-likelihood -inf), which are kept,
        so that its means are -inf; ``log_likelihood``, the sum over lists; ``per_list`` and ``per_event``, means over
        subjects; ``best``, the name of the best model; ``from_best``, the mean difference from it per list, with
        ``from_best_sem, ..._low, ..._high, ..._t, ..._p`` and ``..._better``, the number of subjects for whom the model
        is better; and the same for ``baseline`` if there is one. ``over`` is ``"subjects"`` or ``"lists"``, over which
        differences are taken. A difference that is not finite has no test: NaN.

    Raises
    ------
    InputError : models were not scored on the same lists and events; a log-likelihood is NaN or +inf; or the baseline
        or a reference is not in the table.
    """
    checked_confidence(confidence, "held_out")
    paired = Paired.of_lists(table, "held_out")
    values, models = paired.values, paired.models
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


def log_evidence(table: pd.DataFrame) -> pd.DataFrame:
    """(n_subjects, n_models) log evidence, for :func:`memsim.analysis.bayesian_model_selection`.

    From held-out lists (see :func:`held_out`) it is the sum of their log-likelihoods, the cross-validated log evidence
    (Soch, Haynes & Allefeld, 2016); from fits (see :func:`information_criteria`) it is -BIC/2 (Schwarz, 1978).

    Parameters
    ----------
    table : a table of held-out lists, of fits, or of their information criteria.

    Returns
    -------
    DataFrame : subjects are its index, models its columns, in the order of ``table``.

    Raises
    ------
    InputError : as in :func:`held_out` and :func:`information_criteria`.

    References
    ----------
    Schwarz (1978), Annals of Statistics, 6, 461-464; Soch, Haynes & Allefeld (2016), NeuroImage, 141, 469-489.
    """
    if isinstance(table, pd.DataFrame) and "n_parameters" in table:
        criteria = information_criteria(table) if "weight_bic" not in table else table
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
    table : a table of held-out lists or of fits, as for :func:`held_out` or :func:`information_criteria`, or the result
        of :func:`log_evidence`.

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
