"""Which model predicts people best: held-out likelihood, information criteria, and the winner of each subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr, stdtrit

from memsim.analysis.statistics.intervals import checked_confidence
from memsim.analysis.statistics.paired_tables import Paired, require_table
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError

ALL = "all"
"""The unit under which :func:`information_criteria` sums over units."""
CRITERIA = ("aic", "aicc", "bic")

_Numbers = TypeVar("_Numbers", float, FloatArray, "pd.Series")


def aic(log_likelihood: _Numbers, n_parameters: _Numbers) -> _Numbers:
    """Akaike's information criterion, 2k - 2l, of a maximised log-likelihood l and k free parameters.

    Numbers, arrays or Series; nothing is checked.

    References
    ----------
    Akaike (1974).

    Examples
    --------
    >>> aic(-100.0, 2)
    204.0
    """
    return 2 * n_parameters - 2 * log_likelihood


def bic(log_likelihood: _Numbers, n_parameters: _Numbers, n_observations: _Numbers) -> _Numbers:
    """Bayesian information criterion, k ln n - 2l, of l and k as in :func:`aic` and n observations.

    References
    ----------
    Schwarz (1978).

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
    Hurvich & Tsai (1989).
    """
    room = n_observations - n_parameters - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        correction = 2 * n_parameters * (n_parameters + 1) / np.where(room > 0, room, np.nan)
    return aic(log_likelihood, n_parameters) + correction


def information_criteria(fits: pd.DataFrame) -> pd.DataFrame:
    """AIC, AICc and BIC of fitted models, how far each is from the best, and their weights.

    With k parameters, n events and the maximised log-likelihood l, AIC = 2k - 2l, AICc = AIC + 2k(k + 1)/(n - k - 1)
    and BIC = k ln n - 2l. Here n is the number of events: responses scored, and stopping where it was recorded. A
    weight is exp(-difference/2) over the sum of that of all models.

    The penalties stand in for the optimism of a likelihood that was maximised over these very events, by a number of
    parameters that is small beside them. So the criteria are for such models only. A network with 10^5 weights has
    no such number, and a model that learnt from other data is not optimistic: compare these by :func:`held_out`. A
    sampled likelihood is too low on average, which counts against its model.

    Parameters
    ----------
    fits : ``model, unit, log_likelihood, n_parameters, n_events``, a row for each model and unit, such as a subject;
        ``kind``, if there, says how it was fitted.

    Returns
    -------
    DataFrame : ``unit, model, log_likelihood, n_parameters, n_events, aic, aicc, bic`` and, for each criterion,
        ``delta_...`` from the best and ``weight_...``; models as in ``fits``. The rows of unit ``"all"`` are sums over
        units, of criteria too: that is the criterion of units that each have parameters of their own. AICc is NaN
        where n is not above k + 1, for that model and so for the weights of its unit.

    Raises
    ------
    InputError : a fit to summary statistics, which has no likelihood; models with other units or other numbers of
        events; a unit called "all".

    Source: Burnham & Anderson (2002); Wagenmakers & Farrell (2004).
    """
    who = "information_criteria"
    require_table(fits, ("model", "unit", "log_likelihood", "n_parameters", "n_events"), who)
    summary = fits["log_likelihood"].isna() | (fits["kind"] == "summary" if "kind" in fits else False)
    if summary.any():
        raise InputError(
            f"{who}: {fits.loc[summary, 'model'].iloc[0]} was fitted to summary statistics and has no likelihood; "
            "compare its curves (curve_distance), or fit it by likelihood"
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
        # Infinite is the criterion of a likelihood of 0, whose weight is 0 unless all are.
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
    """How well models predict lists that they had not learnt from, and how sure their differences are.

    A subject's lists are averaged first, so that subjects count once each. Differences are paired: of the same
    subjects, or of the same lists where there is one subject only. The best model was chosen by these lists, so
    that tests against it are too ready to find a difference; name a ``baseline`` beforehand for one that is not. Models
    of different folds learnt from overlapping lists, which standard errors know nothing of.

    Parameters
    ----------
    table : ``model, subject, list, log_likelihood, n_events``, a row for each model and list held out, as
        :func:`memsim.evaluation.cross_validation.cross_validate` gives it.
    baseline : a model to compare all others with, besides the best.
    references : models that are yardsticks, as an :func:`empirical_reference` is: they have their rows, but are not
        chosen as the best.
    confidence : of the intervals, which are Student's t.

    Returns
    -------
    DataFrame : a row for each model, by falling likelihood. ``reference``, whether it is one; ``n_subjects, n_lists,
        n_events``; ``impossible``, the lists that the model holds impossible (log-likelihood -inf), which are kept: its
        means are then -inf; ``log_likelihood`` summed over lists, ``per_list`` and ``per_event``, means over subjects.
        Then ``best``, the name of the best model; ``from_best``, the mean difference from it per list, with
        ``from_best_sem, ..._low, ..._high, ..._t, ..._p`` and ``..._better``, in how many subjects the model is the
        better one; and the same for ``baseline`` where there is one. ``over`` says whether that is over
        ``"subjects"`` or over ``"lists"``. What has no finite difference has no test: NaN.

    Raises
    ------
    InputError : models that were not scored on the same lists and events, naming the first that differs; a
        log-likelihood that is NaN or +inf; a baseline that is not in the table.
    """
    checked_confidence(confidence, "held_out")
    paired = Paired.of_lists(table, "held_out")
    values, models = paired.values, paired.models
    for name in [*references, *([] if baseline is None else [baseline])]:
        if name not in models:
            raise InputError(f"held_out: {name!r} is none of the models {', '.join(map(str, models))}")
    if set(models) <= set(references):
        raise InputError("held_out: all models are references; one must be left to be the best")
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
    """Paired differences of each column of ``units`` from the one at ``reference``."""
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
    """(n_subjects, n_models) evidence of each subject for each model, for :func:`bayesian_model_selection`.

    Of lists held out (see :func:`held_out`) it is the sum of their log-likelihoods, the cross-validated evidence of
    Soch, Haynes & Allefeld (2016); of fits (see :func:`information_criteria`) it is -BIC/2 (Schwarz, 1978).

    Returns
    -------
    DataFrame : subjects as its index, models as its columns, in the order of ``table``.
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
    """What :func:`winners` found."""

    per_subject: pd.DataFrame
    """``subject, winner, second, margin, tied``; ``margin`` is the log-likelihood, or log evidence, by which the winner
    leads; where ``tied``, it is 0 and no winner is named (missing)."""
    counts: pd.DataFrame
    """``model, won, tied``: how many subjects it wins, and for how many it shares the first place."""


def winners(table: pd.DataFrame) -> Winners:
    """Which model predicts each subject best, and by how much.

    Parameters
    ----------
    table : what :func:`held_out` or :func:`information_criteria` take, or what :func:`log_evidence` gives.

    Raises
    ------
    InputError : fewer than two models, and as those functions do.
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
    """(n_subjects, n_models) log evidence with the names of models and subjects, from a table or a matrix."""
    if isinstance(table, pd.DataFrame) and "model" in table:
        table = log_evidence(table)
    try:
        evidence = np.array(table, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{who}: expected numbers (n_subjects, n_models), got {type(table).__name__}") from None
    if evidence.ndim != 2 or evidence.shape[1] < 2 or not len(evidence):
        raise InputError(
            f"{who}: log evidence of shape {evidence.shape}; it takes a row per subject and two models or more"
        )
    named = isinstance(table, pd.DataFrame)
    models = table.columns.tolist() if named else [f"model {k + 1}" for k in range(evidence.shape[1])]
    subjects = table.index.tolist() if named else list(range(1, len(evidence) + 1))
    unfit = np.isnan(evidence) | (evidence == np.inf)
    if unfit.any():
        row, column = np.argwhere(unfit)[0]
        raise InputError(
            f"{who}: the log evidence of subject {subjects[row]} for {models[column]} is {evidence[row, column]}; it "
            "must be a number, or -inf for what the model holds impossible"
        )
    return evidence, models, subjects
