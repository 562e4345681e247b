"""How recall moves from one item to the next: the lag-CRP, by itself and in its variants, and the lag rank."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.subjects import counts_per_subject, means_per_subject, subjects
from memsim.core.arrays import BoolArray, FloatArray, IntArray, frozen
from memsim.core.errors import InputError
from memsim.core.recalls import Recalls, require_recalls


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
    """Conditional response probability by lag.

    A transition counts when two adjacent responses are both correct and given for the first time; one
    that touches an intrusion or a repeat is dropped, not bridged. At each transition every item that has
    not been recalled yet makes its lag possible. Counts are pooled within a subject, then divided.

    Parameters
    ----------
    by_output : a curve for each output position that transitions leave.
    first_output, last_output : transitions count that leave these output positions, from 1; ``first_output=4``
        leaves out the first three outputs, where recency shapes transitions.
    items : (n_trials, list_length) true for items that count. Others are as intrusions: never possible, and
        breaking transitions.
    transitions : (n_trials, n_outputs) true for responses into which a transition counts.
    within, across : count transitions between items of the same, or of different, ``"category"`` or ``"source"``,
        or labels (n_trials, list_length) of your own. Possible are then only such items.
    bridge : take intrusions and repeats out first, which joins the responses before and after; output positions are
        then those among correct responses. Some authors do this, most do not.

    Returns
    -------
    DataFrame : ``subject, lag, prob, actual, possible`` for lags from -(list_length - 1) to
        list_length - 1; NaN where no transition was possible (always at lag 0). With ``by_output`` also ``output``.

    Raises
    ------
    InputError : outputs that are none, masks or labels that do not fit, an item twice in a list.

    Source: Kahana (1996). Equal to psifr's ``lag_crp``, also with its ``item_query`` (``items``) and its ``test`` of
    equal or unequal keys (``within``, ``across``); psifr does not bridge.
    """
    counted = Counted.of(recalls, "lag_crp", first_output, last_output, items, transitions, within, across, bridge)
    if by_output or any(option is not None for option in (last_output, items, transitions, within, across)):
        actual, possible = _by_lag(recalls, counted, 1 if by_output else 0)
    else:
        from memsim.analysis.recall.kernels import count_all_lags  # numba

        of = subjects(recalls)
        actual, possible = count_all_lags(counted.positions, *of, recalls.list_length, first_output)
    levels = {"output": range(1, actual.shape[1] + 1)} if by_output else {}
    return counts_per_subject(recalls, {**levels, "lag": _lags(recalls)}, actual, possible)


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
    """Conditional response probability by lag and by the lag of the transition before.

    Three adjacent responses that make two transitions count; see :func:`lag_crp` for those and the arguments.

    Returns
    -------
    DataFrame : ``subject, previous, lag, prob, actual, possible``.

    Source: Lohnas & Kahana (2014). Equal to psifr's ``lag_crp_compound``.
    """
    counted = Counted.of(
        recalls, "lag_crp_compound", first_output, last_output, items, transitions, within, across, bridge
    )
    actual, possible = _by_lag(recalls, counted, 2)
    return counts_per_subject(recalls, {"previous": _lags(recalls), "lag": _lags(recalls)}, actual, possible)


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
    """Mean rank of the absolute lag of transitions among those possible: the temporal factor.

    1 if every transition is to a nearest item that is left, .5 if order does not matter, 0 if always to a farthest;
    ties share their mean rank. For the transitions that count and the arguments see :func:`lag_crp`; one to
    the only item left has no rank.

    Returns
    -------
    DataFrame : ``subject, rank, total, count``: the mean, the sum of ranks and the transitions it is of. With
        ``by_output`` also ``output``, the position that transitions leave.

    Source: Polyn, Norman & Kahana (2009). Equal to psifr's ``lag_rank``.
    """
    counted = Counted.of(recalls, "lag_rank", first_output, last_output, items, transitions, within, across, bridge)
    at = np.arange(recalls.list_length)
    return ranks(recalls, counted, at[None, :], np.abs(at - at[:, None]).astype(float), by_output)


class Counted(NamedTuple):
    """What counts in an analysis of transitions, for the loops of ``kernels``."""

    positions: IntArray
    """(n_trials, n_outputs) the responses."""
    counts: BoolArray
    """(n_trials or 1, list_length) the items."""
    keys: IntArray
    """(n_trials or 1, list_length) a code for each item."""
    allowed: BoolArray
    """(n_codes, n_codes) whether transitions from one code to another count."""
    into: BoolArray
    """(n_trials or 1, n_outputs) the responses into which transitions count."""

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
        """From the arguments of :func:`lag_crp`, checked in the name of the analysis ``who``."""
        require_recalls(recalls)
        recalls.trials.require_different_items(who)
        for name, value in (("first_output", first_output), ("last_output", last_output)):
            if value is not None and (not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1):
                raise InputError(f"{who}: {name}={value!r} is not an output position: a whole number from 1")
        if within is not None and across is not None:
            raise InputError(f"{who}: within and across stand side by side; give one of them")
        positions = recalls.positions
        n_trials, n_outputs = positions.shape
        length = recalls.list_length
        counts = np.ones((1, length), dtype=bool)
        if items is not None:
            counts = _mask(items, (n_trials, length), f"{who}: items")
        into = np.ones((1, n_outputs), dtype=bool)
        if transitions is not None:
            into = _mask(transitions, (n_trials, n_outputs), f"{who}: transitions")
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
    """(n_trials, list_length) codes of a label of items, and how many there are.

    ``label`` is ``"category"``, ``"source"``, or an array of that shape. Raises :class:`InputError` if there is none.
    """
    trials = recalls.trials
    if isinstance(label, str):
        if label == "category":
            known = None if trials.pool.categories is None else trials.pool.categories[trials.items]
        elif label == "source":
            known = trials.source
        else:
            raise InputError(f"{who}: {label!r} is neither 'category' nor 'source'; give labels for every item")
        if known is None:
            raise InputError(f"{who}: these trials have no {label}; Recalls.from_frame reads it from a column")
        label = known
    label = np.asarray(label)
    if label.shape != trials.items.shape:
        raise InputError(f"{who}: labels have shape {label.shape}, the items {trials.items.shape}")
    codes, levels = pd.factorize(label.ravel())
    if (codes < 0).any():
        row, position = divmod(int(np.argmin(codes)), recalls.list_length)
        raise InputError(f"{who}: the item at position {position + 1} of list {row} has no label")
    return codes.reshape(label.shape).astype(np.int32), len(levels)


def ranks(
    recalls: Recalls, counted: Counted, kinds: npt.NDArray[Any], distances: FloatArray, by_output: bool
) -> pd.DataFrame:
    """Mean rank of transitions by nearness, by subject; see ``kernels.rank_transitions``."""
    from memsim.analysis.recall.kernels import rank_transitions  # numba

    kinds, distances = frozen(np.array(kinds, dtype=np.int32)), frozen(np.array(distances, dtype=float))
    total, count = rank_transitions(counted.positions, *subjects(recalls), kinds, distances, *counted[1:], by_output)
    levels = {"output": range(1, total.shape[1] + 1)} if by_output else {}
    return means_per_subject(recalls, levels, "rank", total, count)


def _by_lag(recalls: Recalls, counted: Counted, steps: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    from memsim.analysis.recall.kernels import count_lags  # numba

    return count_lags(counted.positions, *subjects(recalls), *counted[1:], steps)


def _lags(recalls: Recalls) -> range:
    return range(1 - recalls.list_length, recalls.list_length)


def _mask(values: Any, shape: tuple[int, int], what: str) -> BoolArray:
    mask = np.asarray(values)
    if mask.shape != shape or mask.dtype != bool:
        raise InputError(f"{what} must be true or false in shape {shape}; it is {mask.dtype} in shape {mask.shape}")
    return mask.copy()
