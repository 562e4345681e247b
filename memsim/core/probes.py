"""Probes: the items about which a test asks, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import (
    BoolArray,
    IntArray,
    LabelArray,
    as_array,
    flat_rows,
    frozen,
    index_matrix,
    label_vector,
    missing,
)
from memsim.core.errors import InputError
from memsim.core.frozen import says_what_it_has
from memsim.core.names import by_label

ABSENT = -1
"""In place of an item, unit or position: there is none."""


class ProbeBatch(NamedTuple):
    """One probe in every trial of a batch; (n_trials, 1) arrays, or (n_trials, 2) where probes are pairs.

    Where a trial has no such probe, all entries of its row are -1.
    """

    items: IntArray
    """Pool indices; -1 for an empty side."""
    units: IntArray
    """Which distinct item of the trial: one of the list has the 0-based serial position of its first presentation, and
    lures follow, in the order in which they are first probed."""
    positions: IntArray
    """0-based serial position of the last presentation before the probe; -1 if there was none."""
    about: IntArray
    """(n_trials,) number of the list about which the probe asks, from 0; -1 if it asks about all that was studied."""


@says_what_it_has
@dataclass(frozen=True, eq=False, repr=False)
class Probes:
    """The probes of trials, in the order of the test. Frozen.

    Parameters
    ----------
    items : (n_trials, n_probes) pool indices, or (n_trials, n_probes, 2) where probes are pairs; -1 for an empty side,
        as of a cue whose partner is asked for. A trial with fewer probes than others ends with -1 on all sides.
    about : (n_trials, n_probes) number of the list about which each probe asks, from 0; -1, and if not given, all that
        was studied.
    labels : (n_trials, n_probes) labels by name, for what cannot be derived from the items, such as how a lure was
        chosen; of labels that are text, a missing one is empty.

    Raises
    ------
    InputError : another shape, or a probe after a missing one.
    """

    items: IntArray
    about: IntArray | None = None
    labels: Mapping[str, LabelArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = np.shape(as_array(self.items, "Probes: items"))
        if len(shape) not in (2, 3) or (len(shape) == 3 and shape[2] not in (1, 2)):
            raise InputError(
                f"Probes: items has shape {shape}, expected (n_trials, n_probes) or (n_trials, n_probes, 2)"
            )
        flat = index_matrix(flat_rows(self.items), "Probes: items")
        items = flat.reshape(*shape[:2], shape[2] if len(shape) == 3 else 1)
        if (items < ABSENT).any():
            row, probe, _ = np.argwhere(items < ABSENT)[0]
            raise InputError(
                f"Probes: row {row}, probe {probe + 1} is {items[row, probe].min()}; indices start at 0, and -1 is an "
                "empty side"
            )
        object.__setattr__(self, "items", items)
        given = self.given
        late = given[:, 1:] & ~given[:, :-1]
        if late.any():
            row, probe = np.argwhere(late)[0]
            raise InputError(f"Probes: row {row} has no probe {probe + 1} but one after it; close the gap")
        if self.about is not None:
            about = index_matrix(self.about, "Probes: about")
            if about.shape != items.shape[:2]:
                raise InputError(f"Probes: about has shape {about.shape}, expected {items.shape[:2]}")
            object.__setattr__(self, "about", about)
        object.__setattr__(
            self,
            "labels",
            {name: self._label_matrix(name, each) for name, each in by_label(self.labels, "Probes: labels").items()},
        )

    def _label_matrix(self, name: str, values: Any) -> LabelArray:
        shape = self.items.shape[:2]
        given = np.asarray(as_array(values, f"Probes: the labels {name!r}"), dtype=object)
        if given.shape != shape:
            raise InputError(f"Probes: the labels {name!r} have shape {given.shape}, expected {shape}")
        labels = label_vector(np.asarray(values).ravel(), f"Probes: {name}", given.size)
        if labels.dtype == object and any(isinstance(label, str) for label in labels.tolist()):
            labels = np.where(missing(labels), "", labels).astype(str)
        return frozen(labels.reshape(shape))

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        what = "pairs" if self.items.shape[2] == 2 else "items"
        return f"Probes({self.n_probes} {what} in each of {len(self)} trials)"

    def __getitem__(self, rows: Any) -> Probes:
        return replace(
            self,
            items=self.items[rows],
            about=None if self.about is None else self.about[rows],
            labels={name: values[rows] for name, values in self.labels.items()},
        )

    @property
    def n_probes(self) -> int:
        """The number of probes in a trial, missing ones included."""
        return int(self.items.shape[1])

    @property
    def given(self) -> BoolArray:
        """(n_trials, n_probes) whether there is a probe."""
        return (self.items != ABSENT).any(axis=2)


def units_of_probes(items: IntArray, first_presentation: IntArray, probes: Probes) -> IntArray:
    """(n_trials, n_probes, n_sides) the unit of each probed item; see :class:`ProbeBatch`.

    ``items`` (n_trials, list_length) are those of the lists.
    """
    n_trials, length = items.shape
    probed = flat_rows(probes.items)
    every = np.concatenate((items, probed), axis=1).astype(np.int64)
    # The first occurrence of each item of a row, among the list and then the probes.
    order = np.argsort(every, axis=1, kind="stable")
    sorted_items = np.take_along_axis(every, order, axis=1)
    starts = np.concatenate((np.ones((n_trials, 1), bool), sorted_items[:, 1:] != sorted_items[:, :-1]), axis=1)
    begin = np.maximum.accumulate(np.where(starts, np.arange(every.shape[1]), 0), axis=1)
    first = np.empty_like(order)
    np.put_along_axis(first, order, np.take_along_axis(order, begin, axis=1), axis=1)
    is_new = (first == np.arange(every.shape[1])) & (every != ABSENT)
    is_new[:, :length] = False
    number = length + np.cumsum(is_new, axis=1) - 1
    number[:, :length] = first_presentation
    units = np.take_along_axis(number, first, axis=1)[:, length:]
    return frozen(np.where(probed == ABSENT, ABSENT, units).astype(np.int32).reshape(probes.items.shape))


def last_presentations(items: IntArray, studied: IntArray, probes: Probes) -> IntArray:
    """(n_trials, n_probes, n_sides) 0-based serial position of the last presentation of each probed item; -1 for none.

    ``studied`` (n_probes,) is the number of serial positions that were presented before each probe.
    """
    found = np.full(probes.items.shape, ABSENT, dtype=np.int32)
    for index, n_before in enumerate(studied):
        for side in range(probes.items.shape[2]):
            item = probes.items[:, index, side]
            same = (items[:, :n_before] == item[:, None]) & (item != ABSENT)[:, None]
            last = n_before - 1 - np.argmax(same[:, ::-1], axis=1) if n_before else np.zeros(len(items), np.int32)
            found[:, index, side] = np.where(same.any(axis=1), last, ABSENT)
    return frozen(found)
