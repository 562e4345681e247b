"""How recall moves from one item to the next by order of study: the lag-CRP, the compound lag-CRP, the lag rank."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.checks import checked_mask, require_whole
from memsim.analysis.declaration import of_recalls
from memsim.analysis.subjects import coded_subjects, counts_per_subject, means_per_subject
from memsim.core.arrays import BoolArray, FloatArray, IntArray, frozen
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls


@of_recalls(takes_repeated_items=False, by_study_order=True)
def lag_crp(
    recalls: Recalls,
    *,
    by_output: bool = False,
    first_output: int = 1,
    last_output: int | None = None,
    items: npt.ArrayLike | None = None,
    transitions: npt.ArrayLike | None = None,
    within: str | npt.ArrayLike | None = None,
    across: str | npt.ArrayLike | None = None,
    bridge: bool = False,
) -> pd.DataFrame:
    """Conditional response probability by lag (lag-CRP).

    A transition counts when two adjacent responses are both correct and given for the first time; one from or to an
    intrusion or a repetition does not count. At each transition, every item that has not yet been recalled makes its
    lag possible. Counts are summed within a subject, then divided. They equal those of psifr's ``lag_crp``, also with
    its ``item_query`` (here ``items``) and its ``test`` of equal or unequal keys (``within``, ``across``); psifr has no
    ``bridge``.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    by_output : returns a curve for each output position that transitions leave.
    first_output, last_output : the range of output positions, from 1, that transitions leave. ``first_output=4`` leaves
        out transitions from the first three outputs, which recency shapes.
    items : (n_trials, list_length) true for items that count. Other items are treated as intrusions: they are never
        possible, and a transition from or to them does not count.
    transitions : (n_trials, n_outputs) true for responses whose transition from the response before counts.
    within, across : counts only transitions between items of the same (``within``) or of different (``across``)
        ``"category"`` or ``"source"``, or of labels (n_trials, list_length). Only such items are possible.
    bridge : removes intrusions and repetitions first, so that the responses before and after become adjacent; output
        positions are then those among correct responses. Some authors do this, most do not.

    Returns
    -------
    DataFrame : ``subject, lag, prob, actual, possible`` for lags from -(list_length - 1) to list_length - 1; ``prob``
        is NaN where no transition was possible (always at lag 0). With ``by_output`` there is also ``output``.

    Raises
    ------
    InputError : an output position is out of range, a mask or labels do not fit the trials, both ``within`` and
        ``across`` are given, or a list presents an item more than once.

    References
    ----------
    Kahana (1996), Memory & Cognition, 24, 103-109.
    """
    counted = Counted.of(recalls, "lag_crp", first_output, last_output, items, transitions, within, across, bridge)
    if by_output or any(option is not None for option in (last_output, items, transitions, within, across)):
        actual, possible = _by_lag(recalls, counted, 1 if by_output else 0)
    else:
        from memsim.analysis.recall.kernels import count_all_lags  # numba

        codes = coded_subjects(recalls)
        actual, possible = count_all_lags(counted.positions, *codes, recalls.list_length, first_output)
    levels = {"output": range(1, actual.shape[1] + 1)} if by_output else {}
    return counts_per_subject(recalls, {**levels, "lag": _lags(recalls)}, actual, possible)


@of_recalls(takes_repeated_items=False, by_study_order=True)
def lag_crp_compound(
    recalls: Recalls,
    *,
    first_output: int = 1,
    last_output: int | None = None,
    items: npt.ArrayLike | None = None,
    transitions: npt.ArrayLike | None = None,
    within: str | npt.ArrayLike | None = None,
    across: str | npt.ArrayLike | None = None,
    bridge: bool = False,
) -> pd.DataFrame:
    """Conditional response probability by lag and by the lag of the transition before (compound lag-CRP).

    It counts three adjacent responses that make two transitions, as defined in :func:`lag_crp`. Counts equal those of
    psifr's ``lag_crp_compound``.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    first_output, last_output, items, transitions, within, across, bridge : as in :func:`lag_crp`.

    Returns
    -------
    DataFrame : ``subject, previous, lag, prob, actual, possible``; ``previous`` is the lag of the transition before.

    Raises
    ------
    InputError : as in :func:`lag_crp`.

    References
    ----------
    Lohnas & Kahana (2014), Journal of Experimental Psychology: Learning, Memory, and Cognition, 40, 12-24.
    """
    counted = Counted.of(
        recalls, "lag_crp_compound", first_output, last_output, items, transitions, within, across, bridge
    )
    actual, possible = _by_lag(recalls, counted, 2)
    return counts_per_subject(recalls, {"previous": _lags(recalls), "lag": _lags(recalls)}, actual, possible)


@of_recalls(takes_repeated_items=False, by_study_order=True)
def lag_rank(
    recalls: Recalls,
    *,
    by_output: bool = False,
    first_output: int = 1,
    last_output: int | None = None,
    items: npt.ArrayLike | None = None,
    transitions: npt.ArrayLike | None = None,
    within: str | npt.ArrayLike | None = None,
    across: str | npt.ArrayLike | None = None,
    bridge: bool = False,
) -> pd.DataFrame:
    """Mean rank of the absolute lag of transitions among all possible lags (temporal factor).

    The rank is 1 if every transition is to a nearest remaining item, .5 if order does not matter, and 0 if every
    transition is to a farthest item; ties share their mean rank. A transition to the only remaining item has no rank.
    Transitions are those of :func:`lag_crp`. Values equal those of psifr's ``lag_rank``.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    by_output : returns a rank for each output position that transitions leave.
    first_output, last_output, items, transitions, within, across, bridge : as in :func:`lag_crp`.

    Returns
    -------
    DataFrame : ``subject, rank, total, count``: the mean rank, the sum of ranks, and the number of transitions. With
        ``by_output`` there is also ``output``, the position that transitions leave.

    Raises
    ------
    InputError : as in :func:`lag_crp`.

    References
    ----------
    Polyn, Norman & Kahana (2009), Psychological Review, 116, 129-156.
    """
    counted = Counted.of(recalls, "lag_rank", first_output, last_output, items, transitions, within, across, bridge)
    at = np.arange(recalls.list_length)
    return ranks(recalls, counted, at[None, :], np.abs(at - at[:, None]).astype(float), by_output)


class Counted(NamedTuple):
    """The responses, items and transitions that count in an analysis of transitions, for the loops of ``kernels``."""

    positions: IntArray
    """(n_trials, n_outputs) the responses."""
    counts: BoolArray
    """(n_trials or 1, list_length) whether each item counts."""
    keys: IntArray
    """(n_trials or 1, list_length) a code for each item."""
    allowed: BoolArray
    """(n_codes, n_codes) whether transitions from items of one code to items of another count."""
    into: BoolArray
    """(n_trials or 1, n_outputs) whether the transition into each response counts."""

    @classmethod
    def of(
        cls,
        recalls: Recalls,
        who: str,
        first_output: int,
        last_output: int | None,
        items: Any,
        transitions: Any,
        within: Any,
        across: Any,
        bridge: bool = False,
    ) -> Counted:
        """From the parameters of :func:`lag_crp`; errors name the analysis ``who``."""
        require_whole(first_output, "first_output", who, meaning="an output position")
        if last_output is not None:
            require_whole(last_output, "last_output", who, meaning="an output position")
        if within is not None and across is not None:
            raise InputError(f"{who}: within and across are both given; give one of them")
        positions = recalls.positions
        n_trials, n_outputs = positions.shape
        length = recalls.list_length
        counts = np.ones((1, length), dtype=bool)
        if items is not None:
            counts = checked_mask(items, (n_trials, length), "items", who)
        into = np.ones((1, n_outputs), dtype=bool)
        if transitions is not None:
            into = checked_mask(transitions, (n_trials, n_outputs), "transitions", who)
        if bridge:
            kept = np.argsort(~recalls.is_correct, axis=1, kind="stable")
            correct = np.take_along_axis(np.where(recalls.is_correct, positions, 0), kept, axis=1)
            positions = frozen(np.ascontiguousarray(correct))
            into = np.take_along_axis(np.broadcast_to(into, kept.shape), kept, axis=1)
        into[:, :first_output] = False
        if last_output is not None:
            into[:, last_output + 1 :] = False
        keys, n_keys = np.zeros((1, length), dtype=np.int32), 1
        label = within if across is None else across
        if label is not None:
            keys, n_keys = item_codes(recalls, label, who)
        allowed = np.eye(n_keys, dtype=bool)
        return cls(
            positions, frozen(counts), frozen(keys), frozen(allowed if across is None else ~allowed), frozen(into)
        )


def item_codes(recalls: Recalls, label: Any, who: str) -> tuple[IntArray, int]:
    """(n_trials, list_length) codes of a label of items, and the number of codes.

    ``label`` is ``"category"``, ``"source"``, or an array of that shape. :class:`InputError` is raised if an item has
    no label.
    """
    trials = recalls.trials
    if isinstance(label, str):
        if label == "category":
            known = trials.item_categories
        elif label == "source":
            known = trials.source
        else:
            raise InputError(
                f"{who}: {label!r} is neither 'category' nor 'source'; give one of these, or a label for every item"
            )
        if known is None:
            raise InputError(f"{who}: these trials have no {label}; Recalls.from_frame reads one from a column")
        label = known
    label = np.asarray(label)
    if label.shape != trials.items.shape:
        raise InputError(f"{who}: labels have shape {label.shape}, but the items have shape {trials.items.shape}")
    codes, levels = pd.factorize(label.ravel())
    if (codes < 0).any():
        row, position = divmod(int(np.argmin(codes)), recalls.list_length)
        raise InputError(f"{who}: the item at position {position + 1} of list {row} has no label")
    return codes.reshape(label.shape).astype(np.int32), len(levels)


def ranks(
    recalls: Recalls, counted: Counted, kinds: npt.NDArray[Any], distances: FloatArray, by_output: bool
) -> pd.DataFrame:
    """Mean rank of the nearness of transitions, by subject; see ``kernels.rank_transitions``."""
    from memsim.analysis.recall.kernels import rank_transitions  # numba

    kinds, distances = frozen(np.array(kinds, dtype=np.int32)), frozen(np.array(distances, dtype=float))
    total, count = rank_transitions(
        counted.positions, *coded_subjects(recalls), kinds, distances, *counted[1:], by_output
    )
    levels = {"output": range(1, total.shape[1] + 1)} if by_output else {}
    return means_per_subject(recalls, levels, "rank", total, count)


def _by_lag(recalls: Recalls, counted: Counted, steps: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    from memsim.analysis.recall.kernels import count_lags  # numba

    return count_lags(counted.positions, *coded_subjects(recalls), *counted[1:], steps)


def _lags(recalls: Recalls) -> range:
    return range(1 - recalls.list_length, recalls.list_length)
