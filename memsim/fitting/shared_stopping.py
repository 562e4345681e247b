"""A descriptive stopping rule that all models can share: the hazard of no response by output position.

With it, models are compared by which items they choose, and not by when they stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.joint_recalls import AnyRecalls, parts_of
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.recalls import Recalls

ADDED = 0.5
"""Added to the numbers of stops and of responses at each output position (Jeffreys' prior), so that neither is
impossible in lists that were not fitted."""


def fitted_hazard(recalls: Recalls, repeats: bool = False, intrusions: bool = False) -> FloatArray:
    """The probability of no response at each output position, given that recall has not ended before.

    At output k it is (s_k + .5) / (n_k + 1) of s_k stops among n_k events. In free recall a model that neither repeats
    nor intrudes must stop when it has recalled all items: there the hazard is 1. In serial recall it is the rate of
    omissions. Where the task demands a response it is 0.

    Parameters
    ----------
    recalls : the lists to which it is fitted.
    repeats, intrusions : of the model whose events are counted; see :func:`memsim.core.outcomes.scored_outcomes`.

    Returns
    -------
    (n_outputs,) array : for as many outputs as these recalls have events at most, plus those up to twice the length of
        the list; where no list has an event it is that of the last output that has one.
    """
    stops, events = _counts(recalls, repeats, intrusions)
    if recalls.trials.paradigm.forced:
        return np.zeros(len(events))
    hazard = (stops + ADDED) / (events + 2 * ADDED)
    if events.any():
        last = int(np.flatnonzero(events)[-1])
        hazard[last + 1 :] = hazard[last]
    if recalls.trials.paradigm.silence_ends and not (repeats or intrusions):
        hazard[recalls.list_length :] = 1
    return hazard


def n_hazards(recalls: Recalls, repeats: bool = False, intrusions: bool = False) -> int:
    """The number of output positions at which these lists decide the hazard: its free parameters."""
    if recalls.trials.paradigm.forced:
        return 0
    events = _counts(recalls, repeats, intrusions)[1]
    if recalls.trials.paradigm.silence_ends and not (repeats or intrusions):
        events = events[: recalls.list_length]
    return int((events > 0).sum())


def hazards_of(recalls: AnyRecalls, repeats: bool, intrusions: bool) -> Mapping[str, FloatArray]:
    """:func:`fitted_hazard` of each data set of recalls, by name; judgments have none."""
    parts = {name: part for name, part in parts_of(recalls).items() if isinstance(part, Recalls)}
    if not parts:
        raise InputError("stopping='shared' is for recalls; these are judgments")
    return {name: fitted_hazard(part, repeats, intrusions) for name, part in parts.items()}


def require_hazards(recalls: AnyRecalls, hazards: Iterable[str]) -> None:
    """Raise :class:`InputError` unless each data set of recalls is among those by whose name there are ``hazards``."""
    known = list(hazards)
    for name, part in parts_of(recalls).items():
        if isinstance(part, Recalls) and name not in known:
            raise InputError(
                f"the shared stopping rule is of the data sets {', '.join(known)}, and no list of data set {name} is "
                "among those that are fitted; leave lists of each data set to the fit, or give stopping='own'"
            )


def _counts(recalls: Recalls, repeats: bool, intrusions: bool) -> tuple[IntArray, IntArray]:
    """(n_outputs,) numbers of stops and of events at each output position."""
    columns = scored_outcomes(recalls, repeats, intrusions).columns
    n_outputs = max(columns.shape[1], 2 * recalls.list_length + 1)
    stops, events = np.zeros((2, n_outputs), dtype=np.int32)
    stops[: columns.shape[1]] = (columns == recalls.list_length).sum(axis=0)
    events[: columns.shape[1]] = (columns != NO_EVENT).sum(axis=0)
    return stops, events
