"""Recalls, or judgments, of several data sets, each with its own task, that are fitted together."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from memsim.core.arrays import BoolArray, IntArray, LabelArray
from memsim.core.errors import DataWarning, InputError
from memsim.core.judgments import Responses, require_responses
from memsim.core.names import by_label
from memsim.core.origin import Observed, Origin, common_origin
from memsim.core.recalls import Recalls
from memsim.core.same_people import is_peers, numbers_in_peers
from memsim.core.trials import Trials


@dataclass(frozen=True, eq=False, repr=False)
class JointRecalls:
    """Recalls or judgments of several data sets, such as of immediate and of delayed recall, by name.

    The lists of the first data set come first, then those of the second, and so on. List length, timing and distraction
    are those of each data set. A subject has one label in all of them: the same label is the same person.

    Raises
    ------
    InputError : no data set, one that is no :class:`memsim.Recalls`, or a name that is none
        (:func:`memsim.core.names.by_label`).
    """

    parts: Mapping[str, Responses]

    def __post_init__(self) -> None:
        parts = by_label(self.parts, "JointRecalls")
        if not parts:
            raise InputError("JointRecalls: there are no data sets; give recalls by name")
        for part in parts.values():
            require_responses(part)
        object.__setattr__(self, "parts", parts)

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts.values())

    def __repr__(self) -> str:
        return f"JointRecalls({', '.join(f'{name}: {part!r}' for name, part in self.parts.items())})"

    def __getitem__(self, rows: Any) -> JointRecalls:
        """The lists at ``rows`` (a slice, a mask or row numbers), in the order of data sets, without empty ones."""
        chosen = np.arange(len(self))[rows]
        return JointRecalls(
            {
                name: part[chosen[(chosen >= start) & (chosen < start + len(part))] - start]
                for (name, part), start in zip(self.parts.items(), self.starts, strict=True)
                if ((chosen >= start) & (chosen < start + len(part))).any()
            }
        )

    @cached_property
    def starts(self) -> IntArray:
        """(n_parts,) the row of the first list of each data set."""
        lengths = [len(part) for part in self.parts.values()]
        return np.concatenate(([0], np.cumsum(lengths)[:-1])).astype(np.int32)

    @property
    def of_recall(self) -> dict[str, Recalls]:
        """The data sets that are recalls, by name."""
        return {name: part for name, part in self.parts.items() if isinstance(part, Recalls)}

    @cached_property
    def trials(self) -> JointTrials:
        """The labels of the lists."""
        return JointTrials({name: part.trials for name, part in self.parts.items()})

    @property
    def origin(self) -> Origin:
        """What the origins of the data sets have in common."""
        return common_origin([part.origin for part in self.parts.values()])

    def each(self, change: Callable[[Any], Any]) -> JointRecalls:
        """The data sets after ``change``."""
        return JointRecalls({name: change(part) for name, part in self.parts.items()})


@dataclass(frozen=True, eq=False)
class JointTrials:
    """The lists of :class:`JointRecalls`, as far as several data sets have them in common."""

    parts: Mapping[str, Trials]

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts.values())

    @cached_property
    def subject(self) -> LabelArray:
        """(n_trials,) label of the participant; text where the data sets have labels of different types."""
        return _together([part.subject for part in self.parts.values()])

    @cached_property
    def list(self) -> LabelArray:
        """(n_trials,) label of the list within its participant and data set."""
        return _together([part.list for part in self.parts.values()])

    @cached_property
    def subjects(self) -> LabelArray:
        """(n_subjects,) the participants, sorted."""
        return np.unique(self.subject)

    @cached_property
    def subject_codes(self) -> LabelArray:
        """(n_trials,) index of each trial's participant in :attr:`subjects`."""
        return np.searchsorted(self.subjects, self.subject)

    @property
    def repeated_items(self) -> BoolArray:
        """(n_trials,) whether the list holds an item more than once."""
        return np.concatenate([part.repeated_items for part in self.parts.values()])

    def first_repeat(self, who: str) -> str:
        """Which list is the first that holds an item twice; see :meth:`memsim.Trials.first_repeat`."""
        return next(part.first_repeat(who) for part in self.parts.values() if part.repeated_items.any())

    def require_different_items(self, who: str) -> None:
        """Raise :class:`InputError` if a list holds an item twice."""
        for part in self.parts.values():
            part.require_different_items(who)


AnyRecalls: TypeAlias = Responses | JointRecalls
"""What a fit takes."""


def warn_of_shared_labels(recalls: AnyRecalls) -> None:
    """Warn where people of different data sets have one label, so that they are taken as the same people, and where
    one person of PEERS has two labels, so that they are taken as different people.

    Conditions of one data set of memsim, parts of one file, and data sets of PEERS are known to label their people
    alike.
    """
    parts = list(parts_of(recalls).items())
    for i, (name, part) in enumerate(parts):
        for other, another in parts[:i]:
            ours, theirs = ({str(label) for label in each.trials.subjects} for each in (part, another))
            shared, pairs = sorted(ours & theirs), _two_labels(another, part)
            if shared and not _known_alike(part.origin, another.origin):
                said = (
                    f"{other} and {name} both have subject {_first(shared)}: the same label is taken as the same "
                    "person; where these are different people, give them different labels"
                )
            elif pairs:
                said = (
                    f"{other} and {name} have people in common under different labels, {_first(pairs)}, which are "
                    "taken as different people; give them the same labels"
                )
            else:
                continue
            warnings.warn(said, DataWarning, stacklevel=3)
            return


def _first(labels: Sequence[str]) -> str:
    return ", ".join(labels[:3]) + (f" and {len(labels) - 3} more" if len(labels) > 3 else "")


def _two_labels(one: Responses, other: Responses) -> list[str]:
    """People of PEERS who are in both under different labels, such as ``65 and LTP065``."""
    if not isinstance(one.origin, Observed) or not isinstance(other.origin, Observed):
        return []
    ours, theirs = (numbers_in_peers(each.trials.subjects, each.origin.to_json()) for each in (one, other))
    by_number = {number: label for label, number in theirs.items()}
    named = [(label, by_number.get(number, label)) for label, number in ours.items()]
    return [f"{label} and {another}" for label, another in named if label != another]


def _known_alike(one: Origin, other: Origin) -> bool:
    """Whether the same label in recalls of these origins is the same person, or a simulated one."""
    if not isinstance(one, Observed) or not isinstance(other, Observed):
        return not isinstance(one, Observed) and not isinstance(other, Observed)
    if one.dataset or other.dataset:
        return one.dataset == other.dataset or (is_peers(one.to_json()) and is_peers(other.to_json()))
    return bool(one.details) and one.details == other.details


def parts_of(recalls: AnyRecalls) -> Mapping[str, Responses]:
    """The data sets by name; recalls that are one data set have no name."""
    return recalls.parts if isinstance(recalls, JointRecalls) else {"": recalls}


def _together(labels: Any) -> LabelArray:
    kinds = {"text" if each.dtype.kind in "OU" else "number" for each in labels}
    return np.concatenate([each.astype(str) if len(kinds) > 1 else each for each in labels])
