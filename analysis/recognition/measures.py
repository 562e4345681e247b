"""Discrimination and bias by the rates of hits and false alarms."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.analysis.declaration import of_judgments
from memsim.analysis.recognition import formulas
from memsim.analysis.recognition.counts import (
    Kinds,
    answered,
    called_old_counts,
    rating_counts,
)
from memsim.analysis.recognition.formulas import Correction, corrected_rate
from memsim.analysis.recognition.roc import area_of_counts
from memsim.analysis.subjects import count_by_subject, counts_per_subject
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments

RATES, DISCRIMINATION, BIAS = "rate", "discrimination", "bias"


@of_judgments()
def called_old(judgments: Judgments, label: str = "") -> pd.DataFrame:
    """Probability that each kind of probe is called old: hits of targets, false alarms of lures.

    A rise for targets alone is better memory; a rise for targets and lures together is a more liberal criterion. Of
    pairs, a difference between intact and rearranged ones shows memory for the association, since the items of both are
    old, and a difference between rearranged and new ones shows memory for items.

    Parameters
    ----------
    judgments : judgments of people or of a model. On a scale of ratings, the upper half is "old", and so is the
        middle rating of an odd number (:func:`memsim.core.judgments.n_new`). Probes without an answer are not counted.
    label : a label of probes, such as how lures were chosen, by whose values each kind is split.

    Returns
    -------
    DataFrame : ``subject, probe, prob, actual, possible``: the probes called old, and all answered ones, by kind:
        ``target`` and ``lure``, of pairs ``intact, rearranged, half`` (one item old) and ``new``; with ``label``, its
        value follows in brackets. Kinds that do not occur have no rows.

    Raises
    ------
    InputError : probes have no such label.
    """
    kinds = judgments.trials.probe_kinds
    classes = {kind: kinds == kind for kind in ("target", "lure", "intact", "rearranged", "half", "new")}
    if label:
        labels = judgments.trials.probes.labels if judgments.trials.probes else {}
        if not isinstance(label, str) or label not in labels:
            raise InputError(
                f"called_old: label={label!r} is not a label of these probes, which have {', '.join(labels) or 'none'}"
            )
        values = labels[label].astype(str)
        known = sorted(set(values[kinds != ""].tolist()))
        classes = {f"{kind} ({each})": which & (values == each) for kind, which in classes.items() for each in known}
    order = [name for name, which in classes.items() if which.any()]
    actual, possible = [], []
    for name in order:
        row, _, old = answered(judgments, classes[name])
        possible.append(count_by_subject(judgments, row))
        actual.append(count_by_subject(judgments, row[old]))
    empty = np.zeros((len(judgments.trials.subjects), 0), dtype=np.int64)
    counts = [np.stack(each, axis=1) if each else empty for each in (actual, possible)]
    return counts_per_subject(judgments, {"probe": order}, counts[0], counts[1])


@of_judgments()
def detection_measures(
    judgments: Judgments, lures: Kinds = (), *, correction: Correction = "log-linear"
) -> pd.DataFrame:
    """Discrimination and bias of each subject, by all measures in use.

    Discrimination rises with d', A', A, Pr and the area under the ROC, whatever the criterion is, if the assumptions
    of the measure hold: d' and c assume normal strengths of equal variance, Pr and Br two high thresholds; A' and A
    are means of areas that one point permits. The area uses all ratings and assumes none of that. Bias: c, ln β and
    B''D are above 0, and Br is below .5, where "new" is favoured. Report measures of both kinds: a condition that
    raises d' and c together may only have moved the criterion under unequal variances.

    Parameters
    ----------
    judgments : judgments of people or of a model.
    lures : the kinds of lures to count, such as ``"rearranged"``; if not given, all.
    correction : of the rates before z is taken, in d', c and ln β; see
        :func:`memsim.analysis.recognition.formulas.corrected_rate`. ``"log-linear"`` changes all rates, not only 0
        and 1; ``"none"`` gives infinite values there. Other measures use the rates as they are.

    Returns
    -------
    DataFrame : ``subject, group, measure, value``: ``hits, false alarms, d', Pr, A', A, area, c, ln β, B''D, Br``.
        A value is NaN without answers to targets or to lures, d' and ln β also where nothing, or everything, was called
        old, B''D at (H, F) = (0, 1) and (1, 0), and Br at
        Pr = 1; A' and A are .5 where H = F.

    Raises
    ------
    InputError : an unknown correction or kind of lure.

    References
    ----------
    Snodgrass and Corwin (1988), Journal of Experimental Psychology: General, 117, 34-50 (Pr, Br, A');
    Donaldson (1992), same journal, 121, 275-277 (B''D); Zhang and Mueller (2005), Psychometrika, 70, 203-212 (A).
    """
    counts = rating_counts(judgments, lures)
    values = values_of_measures(counts, correction)
    subjects = judgments.trials.subjects
    return pd.DataFrame(
        {
            "subject": np.repeat(subjects, len(values)),
            "group": np.tile(np.array([group for group, _ in values], dtype=object), len(subjects)),
            "measure": np.tile(np.array([name for _, name in values], dtype=object), len(subjects)),
            "value": np.stack(list(values.values()), axis=1).ravel(),
        }
    )


def values_of_measures(counts: np.ndarray, correction: Correction = "log-linear") -> dict[tuple[str, str], np.ndarray]:
    """(n_subjects,) values of every measure by group and name, for counts of ratings (n_subjects, 2, n_ratings)."""
    old, total = called_old_counts(counts)
    false_alarms, hits = corrected_rate(old, total, "none").T
    z_false_alarms, z_hits = corrected_rate(old, total, correction).T
    silent = formulas.shows_nothing(hits, false_alarms)
    return {
        (RATES, "hits"): hits,
        (RATES, "false alarms"): false_alarms,
        (DISCRIMINATION, "d'"): np.where(silent, np.nan, formulas.d_prime(z_hits, z_false_alarms)),
        (DISCRIMINATION, "Pr"): hits - false_alarms,
        (DISCRIMINATION, "A'"): formulas.a_prime(hits, false_alarms),
        (DISCRIMINATION, "A"): formulas.zhang_mueller_a(hits, false_alarms),
        (DISCRIMINATION, "area"): area_of_counts(counts),
        (BIAS, "c"): formulas.criterion_c(z_hits, z_false_alarms),
        (BIAS, "ln β"): np.where(silent, np.nan, formulas.ln_beta(z_hits, z_false_alarms)),
        (BIAS, "B''D"): formulas.b_double_prime(hits, false_alarms),
        (BIAS, "Br"): formulas.two_high_threshold_bias(hits, false_alarms),
    }
