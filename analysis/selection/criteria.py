"""Information criteria of fitted models: AIC, AICc and BIC, their differences and weights."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

from memsim.analysis.numeric_columns import with_numbers
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
    by :func:`memsim.analysis.held_out`. A likelihood estimated from samples is too low on average, which counts against
    its model.

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
    fits = with_numbers(fits, ("log_likelihood", "n_parameters", "n_events"), who, infinite=True)
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
