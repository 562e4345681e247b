"""Estimates that answers do not identify, found where a fit ended: numbers that could as well be others.

Where no new item is rated above any old one, the likelihood of a model with criteria on evidence rises as long as old
and new are moved apart: its maximum lies at infinity, and a search ends somewhere on the way.
"""

from __future__ import annotations

import numpy as np

from memsim.analysis.recognition.counts import lures_of, targets_of
from memsim.core.arrays import FloatArray
from memsim.core.gradient import LAPSES
from memsim.core.joint_recalls import AnyRecalls, parts_of
from memsim.core.judgments import Judgments
from memsim.core.model import MemoryModel
from memsim.fitting.objectives import LikelihoodObjective

LEVEL = 0.01
"""The largest fall of the log-likelihood at which another value is as likely."""
AWAY = 0.05
"""How far, on the axis of a search, an estimate lies from the end of its range if it is not at that end."""


def is_separated(recalls: AnyRecalls) -> bool:
    """Whether in each data set, all of judgments, no new probe is rated above any old one, or no old one above any new.

    One rating may be given to both.
    """
    for part in parts_of(recalls).values():
        if not isinstance(part, Judgments):
            return False
        old, new = (part.ratings[which & part.answered] for which in (targets_of(part), lures_of(part)))
        if not len(old) or not len(new) or (new.max() > old.min() and old.max() > new.min()):
            return False
    return True


def _is_of_one_kind(recalls: AnyRecalls) -> bool:
    """Whether only new probes were judged, or only old ones, in all data sets, and nothing was recalled."""
    parts = [part for part in parts_of(recalls).values() if isinstance(part, Judgments)]
    n_old, n_new = (sum(int((of(part) & part.answered).sum()) for part in parts) for of in (targets_of, lures_of))
    return all(part.recalls is None for part in parts) and (n_old == 0 or n_new == 0)


def not_identified(objective: LikelihoodObjective, places: FloatArray) -> list[str]:
    """The names of the free parameters that these judgments do not identify, where a fit ended at ``places``.

    Of a model with criteria on evidence of which nothing but the criteria and the kind of probe is known, whose answers
    are separated (:func:`is_separated`), those are all but the lapses. Of others whose answers are separated, or are
    all to old or all to new probes, a parameter is not identified if
    the log-likelihood falls by less than .01 from the estimate to an end of its range that is far, the others held and
    free criteria fitted anew. Fits of recalls, and sampled likelihoods, are not looked into.
    """
    model, parts = objective.space.model, parts_of(objective.recalls)
    judged = all(isinstance(part, Judgments) for part in parts.values())
    if not judged or not isinstance(model, MemoryModel) or model.likelihood != "exact":
        return []
    names = [axis.name for axis in objective.space.axes]
    free = [at for at, name in enumerate(names) if name.partition("[")[0] not in LAPSES]
    tabled, separated = type(model).rating_table is not MemoryModel.rating_table, is_separated(objective.recalls)
    if tabled and separated and model.criteria_parameters:
        return [names[at] for at in free]
    if not tabled and not separated and not _is_of_one_kind(objective.recalls):
        return []
    best, found = objective(places), []
    for at in free:
        ends = [end for end in (0.0, 1.0) if abs(places[at] - end) > AWAY]
        moved = [np.where(np.arange(len(places)) == at, end, places) for end in ends]
        if any(objective(each) < best + LEVEL for each in moved):
            found.append(names[at])
    return found
