"""Parts of recalls or judgments: by subject, resampled, and joined again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

import numpy as np

from memsim.core.arrays import NONE, NOT_GIVEN, IntArray
from memsim.core.errors import InputError
from memsim.core.joint_recalls import AnyRecalls, JointRecalls
from memsim.core.judgments import Judgments
from memsim.core.origin import Origin, common_origin
from memsim.core.probes import ABSENT, Probes
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials

AnyKind = TypeVar("AnyKind", Recalls, Judgments, JointRecalls, AnyRecalls)
AnyResponses = TypeVar("AnyResponses", bound=Recalls | Judgments)


def resampled(recalls: AnyKind, rows: np.ndarray) -> AnyKind:
    """The lists at ``rows``, in which a row may occur several times; lists are numbered anew within subjects."""
    part = recalls[rows]
    return part.each(_renumbered) if isinstance(part, JointRecalls) else _renumbered(part)


def _renumbered(responses: Any) -> Any:
    trials = replace(responses.trials, list=NOT_GIVEN)
    if isinstance(responses, Judgments) and responses.recalls is not None:
        return replace(responses, trials=trials, recalls=replace(responses.recalls, trials=trials))
    return replace(responses, trials=trials)


def units_of(recalls: AnyKind, per: str) -> dict[str, AnyKind]:
    """The recalls that are fitted together: of each subject if ``per`` is ``"subject"``, else of all, as one group."""
    return by_subject(recalls) if per == "subject" else {"group": recalls}


def by_subject(recalls: AnyKind) -> dict[str, AnyKind]:
    """The recalls of each subject, by the subject's label."""
    return {str(subject): recalls[recalls.trials.subject == subject] for subject in recalls.trials.subjects}


def joined(parts: Sequence[AnyResponses]) -> AnyResponses:
    """The recalls, or the judgments, of all ``parts``, one after another.

    All parts have one task, one pool of items, and conditions of the same names. Where only some parts have times or
    intruders, those of the others are unknown (NaN, -1). The origin is what the origins of all parts have in common
    (:func:`memsim.core.origin.common_origin`).

    Raises
    ------
    InputError : no part; recalls among judgments; parts that differ in task, pool, names of conditions or of labels of
        probes, or whether they have sources, sessions or categories of their lists; or responses of models among those
        of people.
    """
    origin = common_origin([part.origin for part in parts])
    if len({isinstance(part, Judgments) for part in parts}) > 1:
        raise InputError("recalls and judgments cannot be joined; keep them apart")
    trials = _joined_trials([part.trials for part in parts])
    return cast(AnyResponses, _joined_in(trials, parts, origin))


def _joined_in(trials: Trials, parts: Sequence[Any], origin: Origin) -> Recalls | Judgments:
    if not isinstance(parts[0], Judgments):
        return _joined_recalls(trials, parts, origin)
    recalled = [part.recalls for part in parts]
    return Judgments(
        trials,
        np.concatenate([part.ratings for part in parts]),
        _stacked([part.times for part in parts], [part.ratings for part in parts], np.nan),
        None if recalled[0] is None else _joined_recalls(trials, recalled, origin),
        origin,
    )


def _joined_recalls(trials: Trials, parts: Sequence[Recalls], origin: Origin) -> Recalls:
    positions = [part.positions for part in parts]
    return Recalls(
        trials,
        _stacked(positions, positions, NONE),
        np.concatenate([part.stopped for part in parts]),
        _stacked([part.times for part in parts], positions, np.nan),
        _stacked([part.intruders for part in parts], positions, -1),
        origin,
        _periods(parts),
    )


def _joined_trials(parts: Sequence[Trials]) -> Trials:
    first = parts[0]
    for part in parts[1:]:
        _require_alike(first, part)
    return replace(
        first,
        items=np.concatenate([part.items for part in parts]),
        subject=np.concatenate([part.subject for part in parts]),
        list=np.concatenate([part.list for part in parts]),
        seed=first.seed if all(part.seed == first.seed for part in parts) else None,
        source=_together([part.source for part in parts]),
        conditions={name: np.concatenate([part.conditions[name] for part in parts]) for name in first.conditions},
        session=_together([part.session for part in parts]),
        categories=_together([part.categories for part in parts]),
        probes=_joined_probes([part.probes for part in parts]),
    )


def _joined_probes(parts: Sequence[Probes | None]) -> Probes | None:
    """The probes of all parts; those of a part that asks about no list ask about all that was studied."""
    known = [part for part in parts if part is not None]
    if not known:
        return None
    about = _stacked([part.about for part in known], [part.items[:, :, 0] for part in known], ABSENT)
    names = [sorted(part.labels) for part in known]
    if any(each != names[0] for each in names):
        listed = [", ".join(each) or "none" for each in names if each != names[0]]
        raise InputError(f"probes with different labels cannot be joined: {', '.join(names[0]) or 'none'}; {listed[0]}")
    labels = {name: np.concatenate([part.labels[name] for part in known]) for name in known[0].labels}
    return Probes(np.concatenate([part.items for part in known]), about, labels)


def _periods(parts: Sequence[Recalls]) -> Any:
    """The recall periods of all parts, of which those without numbers have one period."""
    if all(part.periods is None for part in parts):
        return None
    known = [part.positions != NONE if part.periods is None else part.periods for part in parts]
    return _stacked([np.asarray(each, dtype=np.int32) for each in known], [part.positions for part in parts], 0)


def _together(arrays: Sequence[Any]) -> Any:
    return None if arrays[0] is None else np.concatenate(arrays)


def _stacked(arrays: Sequence[Any], shapes: Sequence[IntArray], unknown: float) -> Any:
    """The arrays of all parts below one another, ``unknown`` where a part has none; ``None`` where no part has one.

    ``shapes`` are arrays of the same shapes, which all parts have.
    """
    if all(array is None for array in arrays):
        return None
    width = max(shape.shape[1] for shape in shapes)
    rows = []
    for array, like in zip(arrays, shapes, strict=True):
        values: Any = np.full(like.shape, unknown) if array is None else array
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
