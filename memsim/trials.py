"""What each participant sees: study lists, and the paradigm that presents them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from memsim.arrays import NOT_GIVEN, IntArray, LabelArray, frozen, has_repeats, index_matrix
from memsim.errors import InputError
from memsim.items import ItemPool

if TYPE_CHECKING:
    from memsim.paradigm import Paradigm


@dataclass(frozen=True, eq=False, repr=False)
class Trials:
    """Study lists of one length, with the paradigm that presents them. Frozen.

    Parameters
    ----------
    items : (n_trials, list_length) pool indices (0-based) in study order.
    pool : the items that the indices point into.
    paradigm : the task with its timing; its ``list_length`` must be that of ``items``.
    subject : (n_trials,) whose list it is; one participant, 1, if not given.
    list : (n_trials,) label of the list within its participant; numbered from 1 if not given.
    seed : that drew the lists, if they were drawn at random.
    source : (n_trials, list_length) code from 0 of the source in which each item was studied (encoding task,
        modality, ...), for models that know sources; ``None`` if the experiment has none.
    conditions : (n_trials,) labels by name: what was varied between lists, for analyses by condition.

    An item may stand more than once in a list.

    Raises
    ------
    InputError : an index outside the pool, ragged lists, or labels, sources or conditions that do not fit.
    """

    items: IntArray
    pool: ItemPool
    paradigm: Paradigm
    subject: LabelArray = NOT_GIVEN
    list: LabelArray = NOT_GIVEN
    seed: int | None = None
    source: IntArray | None = None
    conditions: Mapping[str, LabelArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        items = index_matrix(self.items, "Trials: items")
        n_trials, list_length = items.shape
        if list_length != self.paradigm.list_length:
            raise InputError(
                f"Trials: lists hold {list_length} items but {self.paradigm!r} presents {self.paradigm.list_length}"
            )
        outside = (items < 0) | (items >= len(self.pool))
        if outside.any():
            row, column = np.argwhere(outside)[0]
            raise InputError(
                f"Trials: items[{row}, {column}] is {items[row, column]}, "
                f"outside the pool of {len(self.pool)} items (indices start at 0)"
            )
        subject = np.ones(n_trials, dtype=np.int64) if self.subject is None else np.array(self.subject)
        if subject.shape != (n_trials,):
            raise InputError(f"Trials: subject has shape {subject.shape}, expected ({n_trials},)")
        missing = (subject == np.array(None)) | (subject != subject)
        if missing.any():
            raise InputError(f"Trials: trial {int(np.argmax(missing))} has no subject")
        object.__setattr__(self, "items", items)
        object.__setattr__(self, "subject", frozen(subject))
        if subject.dtype == object and len({type(label) for label in subject.tolist()}) > 1:
            raise InputError("Trials: subject labels are of several types; make all of them text, or all numbers")
        number = self._number_lists() if self.list is None else np.array(self.list)
        if number.shape != (n_trials,):
            raise InputError(f"Trials: list has shape {number.shape}, expected ({n_trials},)")
        object.__setattr__(self, "list", frozen(number))
        if self.source is not None:
            object.__setattr__(self, "source", self._checked_source())
        conditions = {name: frozen(np.array(labels)) for name, labels in self.conditions.items()}
        for name, labels in conditions.items():
            if labels.shape != (n_trials,):
                raise InputError(f"Trials: condition {name!r} has shape {labels.shape}, expected ({n_trials},)")
        object.__setattr__(self, "conditions", conditions)

    def _checked_source(self) -> IntArray:
        source = index_matrix(self.source, "Trials: source")
        if source.shape != self.items.shape:
            raise InputError(f"Trials: source has shape {source.shape}, expected that of items, {self.items.shape}")
        if (source < 0).any():
            row, column = np.argwhere(source < 0)[0]
            raise InputError(f"Trials: source[{row}, {column}] is {source[row, column]}; codes start at 0")
        return source

    def _number_lists(self) -> LabelArray:
        codes = self.subject_codes
        order = np.argsort(codes, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(codes))))[:-1]
        number = np.empty(len(codes), dtype=np.int64)
        number[order] = np.arange(len(codes)) - starts[codes[order]] + 1
        return number

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        n = len(self.subjects)
        task = type(self.paradigm).__name__
        return f"Trials({task}: {len(self)} lists of {self.list_length}, {n} subject{'s' * (n != 1)})"

    def __getitem__(self, rows: Any) -> Trials:
        """The trials at ``rows``: a slice, a mask or an array of row numbers (a single one keeps its axis)."""
        rows = [rows] if np.ndim(rows) == 0 and not isinstance(rows, slice) else rows
        source = None if self.source is None else self.source[rows]
        conditions = {name: labels[rows] for name, labels in self.conditions.items()}
        return replace(
            self,
            items=self.items[rows],
            subject=self.subject[rows],
            list=self.list[rows],
            source=source,
            conditions=conditions,
        )

    @property
    def list_length(self) -> int:
        """Items in each list."""
        return int(self.items.shape[1])

    @cached_property
    def _subject_levels(self) -> tuple[LabelArray, LabelArray]:
        labels, codes = np.unique(self.subject, return_inverse=True)
        return frozen(labels), frozen(codes)

    @property
    def subjects(self) -> LabelArray:
        """(n_subjects,) the participants, sorted."""
        return self._subject_levels[0]

    @property
    def subject_codes(self) -> LabelArray:
        """(n_trials,) index of each trial's participant in :attr:`subjects`."""
        return self._subject_levels[1]

    @cached_property
    def repeated_items(self) -> LabelArray:
        """(n_trials,) whether an item stands more than once in the list."""
        return frozen(has_repeats(self.items))

    def require_different_items(self, who: str) -> None:
        """Raise :class:`InputError`, in the name of ``who``, if a list holds an item twice."""
        if self.repeated_items.any():
            row = int(np.argmax(self.repeated_items))
            raise InputError(f"{who}: list {row} holds an item twice; this takes lists of different items")

    @cached_property
    def first_presentation(self) -> IntArray:
        """(n_trials, list_length) 0-based position at which the item of each position was first presented."""
        first = np.tile(np.arange(self.list_length, dtype=np.int32), (len(self), 1))
        rows = np.flatnonzero(self.repeated_items)
        for position in reversed(range(self.list_length)):
            same = self.items[rows] == self.items[rows, position, None]
            first[rows] = np.where(same, position, first[rows])
        return frozen(first)
