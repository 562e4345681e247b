"""The population behind the fits to single subjects: means of the estimates over people."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.analysis.subjects import mean_over_subjects
from memsim.core.errors import InputError
from memsim.core.names import shown
from memsim.fitting.result import Fit


def population(fitted: Fit) -> pd.DataFrame:
    """Means of the estimates over the subjects of a fit ``per="subject"``, with intervals of Student's t.

    Each subject counts once. The interval is of the mean of the estimates: it takes in how people differ and how
    imprecise each estimate is, but not that estimates of few lists may be biased. Estimates that the answers of a
    subject do not identify (:attr:`memsim.fitting.result.UnitFit.not_identified`) are left out, and ``n_subjects`` is
    smaller by them.

    Returns
    -------
    DataFrame : ``parameter, mean, sd, low, high, n_subjects``, of the free parameters; ``low`` and ``high`` are the 95%
        interval, NaN for one subject.

    Raises
    ------
    InputError : a fit to the group; a parameter that the answers of no subject identify.
    """
    if not isinstance(fitted, Fit):
        raise InputError(
            f"population: {shown(fitted)} is no fit; give one to each person, as from fit(model, people, per='subject')"
        )
    if fitted.spec.per != "subject":
        raise InputError("population: this fit is to the group; fit per='subject', or ask for intervals='robust'")
    rows = pd.DataFrame(
        [
            {"subject": unit.unit, "parameter": name, "estimate": unit.estimates[name]}
            for unit in fitted.units
            for name in fitted.spec.free
            if name in unit.estimates and name not in unit.not_identified
        ]
    )
    known = set(rows["parameter"]) if len(rows) else set()
    if lost := [name for name in fitted.spec.free if name not in known and name in fitted.units[0].estimates]:
        raise InputError(
            f"population: the answers of no subject identify {', '.join(lost)}; fit the group, or hold these parameters"
        )
    return mean_of_estimates(rows)


def mean_of_estimates(rows: pd.DataFrame) -> pd.DataFrame:
    """:func:`population` of ``subject, parameter, estimate``."""
    found = mean_over_subjects(rows, "parameter", "estimate")
    spread = rows.groupby("parameter")["estimate"].std(ddof=1)
    order = list(dict.fromkeys(rows["parameter"]))
    found = found.set_index("parameter").loc[order].reset_index()
    found.insert(2, "sd", [spread.get(name, np.nan) for name in found["parameter"]])
    return found[["parameter", "mean", "sd", "low", "high", "n_subjects"]]
