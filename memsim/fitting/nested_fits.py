"""Likelihood-ratio tests between nested fits of one model."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from memsim.core.errors import DataWarning, InputError
from memsim.core.gradient import LAPSES
from memsim.core.names import shown
from memsim.fitting.result import Fit
from memsim.fitting.spec import LAPSE_RANGE
from memsim.fitting.terms import Levels, Regression, Term
from memsim.fitting.ties import names_in_tie

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
"""The unit of the row that sums over units."""


def likelihood_ratio(small: Fit, large: Fit) -> pd.DataFrame:
    """Test whether parameters that ``large`` frees, or lets vary, are needed beyond those of ``small``.

    Twice the difference of the log-likelihoods has the chi-square distribution if ``small`` is true, with as many
    degrees of freedom as ``large`` has parameters more (Wilks, 1938). That takes parameters inside their range. Where
    ``small`` holds one at a bound, such as ``lapse=0``, the distribution is a half-half mixture of those with one
    degree of freedom fewer and with all of them (Self & Liang, 1987); where it holds several there, the weights are
    not known, and the p is that of all degrees of freedom, which is too large.

    The lists are taken as independent. For a group of subjects who differ from one another they are not, and p is too
    small: then fit ``per="subject"``, or compare by lists held out.

    Returns
    -------
    DataFrame : ``unit, log_likelihood_small, log_likelihood_large, statistic, df, p, at_bound``, a row for each unit
        and, of several, their sum (``"all"``). ``at_bound`` names the parameters that ``small`` holds at a bound.

    Raises
    ------
    InputError : fits to other lists, of another model or with other settings; fits without an exact likelihood; or
        spaces of which the smaller is not seen to lie within the larger; the message says why.

    Warns
    -----
    DataWarning : fits to several subjects as one group.

    Examples
    --------
    >>> from memsim import fit, load_dataset
    >>> from memsim.models import Uniform
    >>> people = load_dataset("peers_notask")[:28]
    >>> quick = {"starts": 1, "generations": 2}
    >>> small = fit(Uniform(stop_growth=0), people, ["stop_base"], **quick)
    >>> large = fit(Uniform(), people, ["stop_base", "stop_growth"], **quick)
    >>> likelihood_ratio(small, large)[["df", "at_bound"]].values.tolist()
    [[1, 'stop_growth']]
    """
    for each in (small, large):
        if not isinstance(each, Fit):
            raise InputError(f"likelihood_ratio: {shown(each)} is no fit; give two, as fit(model, people) returns them")
    import pandas as pd

    bounded = _required_nested(small, large)
    df = len(large.spec.space.axes) - len(small.spec.space.axes)
    n_subjects = max(unit.counts.get("n_subjects", 1) for unit in large.units)
    if n_subjects > 1:
        warnings.warn(
            f"likelihood_ratio: the test takes all lists as independent, and those of {n_subjects} people are not: "
            "where people differ, p is too small; fit per='subject', or compare by lists held out",
            DataWarning,
            stacklevel=2,
        )
    rows: list[dict[str, Any]] = []
    for one, other in zip(small.units, large.units, strict=True):
        rows.append(_row(one.unit, -one.value, -other.value, df, bounded, 1))
    if len(rows) > 1:
        totals = [sum(row[f"log_likelihood_{size}"] for row in rows) for size in ("small", "large")]
        rows.append(_row(ALL, totals[0], totals[1], df * len(rows), bounded, len(rows)))
    return pd.DataFrame(rows)


def _row(unit: str, small: float, large: float, df: int, bounded: list[str], n_units: int) -> dict[str, Any]:
    from scipy.stats import binom, chi2

    statistic = 2 * (large - small)
    if statistic < -0.1:
        raise InputError(
            f"likelihood_ratio: the larger fit of {unit} is worse than the smaller by {-statistic / 2:.2f} in "
            "log-likelihood, so that its search has not found the best; give more starts or generations"
        )
    statistic = max(statistic, 0.0)
    if len(bounded) == 1:
        fewer = np.arange(n_units + 1)
        left = df - fewer
        tail = np.where(left > 0, chi2.sf(statistic, np.maximum(left, 1)), float(statistic <= 0))
        p = float(binom.pmf(fewer, n_units, 0.5) @ tail)
    else:
        p = float(chi2.sf(statistic, df))
    return {
        "unit": unit, "log_likelihood_small": small, "log_likelihood_large": large, "statistic": statistic, "df": df,
        "p": p, "at_bound": ", ".join(bounded),
    }  # fmt: skip


def _required_nested(small: Fit, large: Fit) -> list[str]:
    """The parameters that ``small`` holds at a bound; :class:`InputError` unless it lies within ``large``."""
    who = "likelihood_ratio"
    for fitted in (small, large):
        if fitted.kind != "exact":
            raise InputError(f"{who}: a {fitted.kind} fit has no exact likelihood, and no such test")
    if small.recalls_digest != large.recalls_digest:
        raise InputError(f"{who}: the fits are to different lists; fit both to the same")
    one, other = small.spec, large.spec
    if type(one.model) is not type(other.model):
        raise InputError(
            f"{who}: {type(one.model).__name__} and {type(other.model).__name__} are different models; compare them by "
            "lists held out, or by AIC and BIC"
        )
    for name in ("per", "stopping", "criteria"):
        if getattr(one, name) != getattr(other, name):
            raise InputError(f"{who}: the fits differ in {name}, {getattr(one, name)!r} and {getattr(other, name)!r}")
    if [unit.unit for unit in small.units] != [unit.unit for unit in large.units]:
        raise InputError(f"{who}: the fits have different units")
    few, many = ({term.name: term for term in spec.space.terms} for spec in (one, other))
    bounded = []
    for name, value in one.model.values().items():
        problem = ""
        if name in few and name not in many:
            problem = "is free in the smaller fit and not in the larger"
        elif name in few:
            problem = _term_within(few[name], many[name])
        elif name in many and name in one.ties:
            problem = _tie_within(name, one.ties, set(few), set(many)) or _values_within(small, many[name])
        elif name in many:
            axis = many[name].axis
            none = name in LAPSES and value == 0 and axis.low <= LAPSE_RANGE[0]  # where a fit searches for no lapse
            if value is None or not (none or axis.low <= value <= axis.high):
                problem = f"is {value} in the smaller fit, outside the bounds of the larger"
            elif axis.at_bound(value):
                bounded += [each.name for each in many[name].axes]
        elif one.ties.get(name) != other.ties.get(name):
            problem = "is tied in one fit and not, or otherwise, in the other"
        elif name not in one.ties and value != other.model.values()[name]:
            problem = f"is {value} in the smaller fit and {other.model.values()[name]} in the larger"
        if problem:
            raise InputError(f"{who}: the smaller fit is not seen to lie within the larger: {name} {problem}")
    if len(other.space.axes) <= len(one.space.axes):
        raise InputError(f"{who}: the larger fit has no more parameters than the smaller; give the smaller one first")
    return bounded


def _term_within(small: Term, large: Term) -> str:
    """Why the values of one term are not all among those of the other; empty if they are."""
    if small == large:
        return ""
    if not (large.axis.low <= small.axis.low and small.axis.high <= large.axis.high):
        return "has wider bounds in the smaller fit"
    if isinstance(small, Levels) and isinstance(large, Levels):
        return "" if not small.by or small.by == large.by else f"varies by {small.by} and by {large.by}"
    if isinstance(large, Regression):
        columns = set(large.formula.columns)
        if isinstance(small, Levels):
            if not small.by and "Intercept" in columns:
                return ""
        elif isinstance(small, Regression) and set(small.formula.columns) <= columns and small.axis == large.axis:
            return ""
    return "varies in another way in each"


def _values_within(small: Fit, large: Term) -> str:
    """Why a tie of the smaller fit takes a parameter out of the bounds of the larger one; empty if it does not."""
    for unit in small.units:
        for name, value in unit.estimates.items():
            if name.partition("[")[0] == large.name and not large.axis.low <= value <= large.axis.high:
                return f"is {value:g} by its tie in the smaller fit, outside the bounds of the larger"
    return ""


def _tie_within(name: str, ties: Any, few: set[str], many: set[str]) -> str:
    """Why a tie of the smaller fit does not only restrict the larger one; empty if it does."""
    needed = names_in_tie(name, ties[name])
    return "" if needed <= few | (many - set(ties)) else "is tied to what is not free in the larger fit"
