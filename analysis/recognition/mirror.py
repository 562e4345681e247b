"""The mirror effect: of two classes of items the better one has more hits and fewer false alarms."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.analysis.declaration import of_judgments
from memsim.analysis.recognition.counts import answered, lures_of, targets_of
from memsim.analysis.recognition.formulas import corrected_rate
from memsim.analysis.subjects import count_by_subject
from memsim.core.arrays import BoolArray
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments
from memsim.core.names import shown


@of_judgments()
def mirror_effect(
    judgments: Judgments, label: str = "frequency", better: str = "low", worse: str = "high"
) -> pd.DataFrame:
    """Whether each subject has the mirror effect: F(better) < F(worse) < H(worse) < H(better).

    The mean is the share of people in this order; without any effect of the class, and with H above F, it is 1/4 by
    chance. Both differences above 0 are a mirror effect. If only that of hits is, the better class was learned better;
    if both rates of one class are higher, its criterion differs.

    Parameters
    ----------
    judgments : judgments of people or of a model.
    label : the label of probes, or the condition of trials, that tells the two classes, such as word frequency.
    better, worse : its values.

    Returns
    -------
    DataFrame : ``subject, prob, hit_difference, false_alarm_difference``, and the four rates ``hits_better,
        hits_worse, false_alarms_better, false_alarms_worse``. ``prob`` is 1 for a subject in order, 0 for another, NaN
        where a rate is not defined. Differences are H(better) - H(worse) and F(worse) - F(better).

    Raises
    ------
    InputError : there is no such label, or it never has one of the values.

    References
    ----------
    Glanzer and Adams (1985), Memory & Cognition, 13, 8-20.
    """
    rates = {}
    for name, value in (("better", better), ("worse", worse)):
        has = probes_labelled(judgments, label, value, "mirror_effect")
        for kind, which in (("hits", targets_of(judgments)), ("false_alarms", lures_of(judgments))):
            row, _, old = answered(judgments, which & has)
            actual, possible = count_by_subject(judgments, row[old]), count_by_subject(judgments, row)
            rates[f"{kind}_{name}"] = corrected_rate(actual, possible, "none")
    steps = np.diff(
        [rates["false_alarms_better"], rates["false_alarms_worse"], rates["hits_worse"], rates["hits_better"]], axis=0
    )
    in_order = np.where(np.isnan(steps).any(axis=0), np.nan, (steps > 0).all(axis=0))
    return pd.DataFrame(
        {
            "subject": judgments.trials.subjects,
            "prob": in_order,
            "hit_difference": steps[2],
            "false_alarm_difference": steps[0],
            **rates,
        }
    )


def probes_labelled(judgments: Judgments, label: str, value: str, who: str) -> BoolArray:
    """(n_trials, n_probes) whether a probe has this value of a label of probes, or its trial of a condition.

    Raises
    ------
    InputError : there is no such label, or no probe has the value.
    """
    trials = judgments.trials
    assert trials.probes is not None
    label = label if isinstance(label, str) else shown(label)
    if label in trials.probes.labels:
        values = trials.probes.labels[label]
    elif label in trials.groupings:
        values = np.broadcast_to(trials.groupings[label][:, None], judgments.ratings.shape)
    else:
        has = ", ".join([*trials.probes.labels, *trials.groupings]) or "none"
        raise InputError(
            f"{who}: label={label!r} is neither a label of probes nor a condition of trials, which are: {has}"
        )
    found = np.asarray(values.astype(str) == str(value)) & trials.probes.given
    if len(trials) and not found.any():
        known = ", ".join(sorted(set(values[trials.probes.given].astype(str).tolist()))[:5])
        raise InputError(f"{who}: no probe has the {label} {value!r}; the values are {known}")
    return found
