"""Parts of recalls: by subject, resampled, and joined again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from memsim.core.arrays import NONE, NOT_GIVEN
from memsim.core.errors import InputError
from memsim.core.joint_recalls import AnyRecalls, JointRecalls
from memsim.core.origin import common_origin
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials

AnyKind = TypeVar("AnyKind", Recalls, JointRecalls, AnyRecalls)


def resampled(recalls: AnyKind, rows: np.ndarray) -> AnyKind:
    """The lists at ``rows``, in which a row may occur several times; lists are numbered anew within subjects."""
    part = recalls[rows]
    return part.each(_renumbered) if isinstance(part, JointRecalls) else _renumbered(part)


def _renumbered(recalls: Any) -> Any:
    return replace(recalls, trials=replace(recalls.trials, list=NOT_GIVEN))


def units_of(recalls: AnyKind, per: str) -> dict[str, AnyKind]:
    """The recalls that are fitted together: of each subject if ``per`` is ``"subject"``, else of all, as one group."""
    return by_subject(recalls) if per == "subject" else {"group": recalls}


def by_subject(recalls: AnyKind) -> dict[str, AnyKind]:
    """The recalls of each subject, by the subject's label."""
    return {str(subject): recalls[recalls.trials.subject == subject] for subject in recalls.trials.subjects}


def joined(parts: Sequence[Recalls]) -> Recalls:
    """The recalls of all ``parts``, one after another.

    All parts have one task, one pool of items, and conditions of the same names. Where only some parts have times or
    intruders, those of the others are unknown (NaN, -1). The origin is what the origins of all parts have in common
    (:func:`memsim.core.origin.common_origin`).

    Raises
    ------
    InputError : no part; parts that differ in task, pool, names of conditions or whether they have sources,
        sessions or categories of their lists; or recalls of models among recalls of people.
    """
    origin = common_origin([part.origin for part in parts])
    first = parts[0].trials
    for part in parts[1:]:
        _require_alike(first, part.trials)
    trials = replace(
        first,
        items=np.concatenate([part.trials.items for part in parts]),
        subject=np.concatenate([part.trials.subject for part in parts]),
        list=np.concatenate([part.trials.list for part in parts]),
        seed=first.seed if all(part.trials.seed == first.seed for part in parts) else None,
        source=_together([part.trials.source for part in parts]),
        conditions={
            name: np.concatenate([part.trials.conditions[name] for part in parts]) for name in first.conditions
        },
        session=_together([part.trials.session for part in parts]),
        categories=_together([part.trials.categories for part in parts]),
    )
    return Recalls(
        trials,
        _stacked([part.positions for part in parts], parts, NONE),
        np.concatenate([part.stopped for part in parts]),
        _stacked([part.times for part in parts], parts, np.nan),
        _stacked([part.intruders for part in parts], parts, -1),
        origin,
        _periods(parts),
    )


def _periods(parts: Sequence[Recalls]) -> Any:
    """The recall periods of all parts, of which those without numbers have one period."""
    if all(part.periods is None for part in parts):
        return None
    known = [part.positions != NONE if part.periods is None else part.periods for part in parts]
    return _stacked([np.asarray(each, dtype=np.int32) for each in known], parts, 0)


def _together(arrays: Sequence[Any]) -> Any:
    return None if arrays[0] is None else np.concatenate(arrays)


def _stacked(arrays: Sequence[Any], parts: Sequence[Recalls], unknown: float) -> Any:
    """The arrays of all parts below one another, ``unknown`` where a part has none; ``None`` where no part has one."""
    if all(array is None for array in arrays):
        return None
    width = max(part.positions.shape[1] for part in parts)
    rows = []
    for array, part in zip(arrays, parts, strict=True):
        values: Any = np.full(part.positions.shape, unknown) if array is None else array
        rows.append(np.pad(values, ((0, 0), (0, width - values.shape[1])), constant_values=unknown))
    return np.concatenate(rows)


def _require_alike(first: Trials, other: Trials) -> None:
    if other.paradigm != first.paradigm:
        raise InputError(f"recalls of different tasks cannot be joined: {first.paradigm!r} and {other.paradigm!r}")
    if not first.pool.same_items(other.pool):
        raise InputError("recalls of items from different pools cannot be joined; read them with one pool")
    if other.conditions.keys() != first.conditions.keys():
        names = [", ".join(trials.conditions) or "none" for trials in (first, other)]
        raise InputError(f"recalls with different conditions cannot be joined: {names[0]}; {names[1]}")
    for name, what in (("source", "sources"), ("session", "sessions"), ("categories", "categories of their lists")):
        if (getattr(other, name) is None) != (getattr(first, name) is None):
            raise InputError(f"recalls with {what} and recalls without {what} cannot be joined")
