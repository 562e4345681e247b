"""Recalls: the responses of people or of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from memsim.core.arrays import (
    INTRUSION,
    NONE,
    NOT_GIVEN,
    BoolArray,
    FloatArray,
    IntArray,
    checked_rows,
    frozen,
    index_matrix,
    number_matrix,
    truth_vector,
)
from memsim.core.cued_items import answers_cue
from memsim.core.errors import InputError
from memsim.core.free_recall import free_recall_unless
from memsim.core.frozen import says_what_it_has
from memsim.core.html_summary import ROWS, Table, html_of
from memsim.core.items import ItemPool
from memsim.core.names import kind_of, shown
from memsim.core.origin import Observed, Origin, require_origin
from memsim.core.response_times import require_periods, warn_of_times_going_back
from memsim.core.trials import Paradigm, Trials

if TYPE_CHECKING:
    import pandas as pd


def require_recalls(value: Any) -> None:
    """Raise :class:`InputError` unless ``value`` is a :class:`Recalls`; the message says how to get one."""
    if isinstance(value, str):
        raise InputError(
            f"expected memsim.Recalls, got {kind_of(value)}; load_recalls({shown(value)}) gives those of a data set "
            "or a file of this name"
        )
    if not isinstance(value, Recalls):
        raise InputError(
            f"expected memsim.Recalls, got {kind_of(value)}; Recalls.from_frame reads a long table, "
            "Recalls.from_matrix a recall matrix, load_recalls a file or a data set by its name"
        )


@says_what_it_has
@dataclass(frozen=True, eq=False, repr=False)
class Recalls:
    """Responses in output order, with the trials in which they were given. Frozen.

    Parameters
    ----------
    trials : the lists that were studied.
    positions : (n_trials, n_outputs) serial position of each response, from 1; 0 where there is none; -1 for an
        intrusion. A repeated item keeps its position; an item that was studied more than once has the position of
        its first presentation.
    stopped : (n_trials,) True where recall ended by itself, False where the record was cut short. If not given, a
        row that fills the paradigm's response limit may have been cut short, and any other row stopped; in a task
        in which silence does not end recall, no row stopped.
    times : (n_trials, n_outputs) seconds from the start of the test, or of the recall period where there are several,
        optional; NaN where there is no response or its time is unknown.
    intruders : (n_trials, n_outputs) pool index of each intruding item, optional; -1 where there is no intrusion
        or the item was not recorded.
    origin : :class:`memsim.Simulated` for recalls of a model, :class:`memsim.Observed` for recalls of people.
    periods : (n_trials, n_outputs) recall period of each response, from 1, optional, where the test of a list has
        several periods, each with its own clock; 0 where there is no response.

    Raises
    ------
    InputError : a position beyond the list, a gap in free recall, or shapes that do not fit; the message says where.
    """

    trials: Trials
    positions: IntArray
    stopped: BoolArray = NOT_GIVEN
    times: FloatArray | None = None
    intruders: IntArray | None = None
    origin: Origin = field(default_factory=Observed)
    periods: IntArray | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.trials, Trials):
            raise InputError(f"Recalls: expected memsim.Trials, got {type(self.trials).__name__}")
        object.__setattr__(self, "positions", self._checked_positions())
        object.__setattr__(self, "stopped", self._checked_stopped())
        if self.times is not None:
            object.__setattr__(self, "times", self._checked_times())
        if self.intruders is not None:
            object.__setattr__(self, "intruders", self._checked_intruders())
        if self.periods is not None:
            object.__setattr__(self, "periods", index_matrix(self.periods, "Recalls: periods"))
            require_periods(self.periods, self.positions)
        require_origin(self.origin, "Recalls")

    def _checked_positions(self) -> IntArray:
        positions = index_matrix(self.positions, "Recalls: positions")
        list_length, paradigm = self.trials.list_length, self.trials.paradigm
        if len(positions) != len(self.trials):
            raise InputError(f"Recalls: {len(positions)} rows of positions for {len(self.trials)} trials")
        wrong = (positions < INTRUSION) | (positions > list_length)
        if wrong.any():
            row, output = np.argwhere(wrong)[0]
            raise InputError(
                f"Recalls: row {row}, output {output + 1} is {positions[row, output]}, but the list has "
                f"{list_length} items; write -1 for an intrusion and 0 for no response"
            )
        limit = paradigm.response_limit
        if limit is not None and positions[:, limit:].any():
            row = int(np.argmax(positions[:, limit:].any(axis=1)))
            raise InputError(
                f"Recalls: row {row} holds {np.count_nonzero(positions[row])} responses, more than the limit of "
                f"{limit} in {paradigm!r}; give the paradigm the limit that the record had, or none"
            )
        if not paradigm.silence_ends and positions.shape[1] != paradigm.max_responses:
            # In such a task every output position is an event, even if no participant responded there.
            width = paradigm.max_responses
            missing = max(width - positions.shape[1], 0)
            positions = frozen(np.pad(positions, ((0, 0), (0, missing)))[:, :width])
        elif paradigm.silence_ends and positions.shape[1]:
            gap = (positions[:, :-1] == NONE) & (positions[:, 1:] != NONE)
            if gap.any():
                row, output = np.argwhere(gap)[0]
                raise InputError(
                    f"Recalls: row {row} has no response at output {output + 1} but one after it; "
                    "close the gap, or write -1 if it was an intrusion"
                )
        given = None if paradigm.silence_ends else self.trials.cues_given
        if given is not None and positions[~given].any():
            row, output = np.argwhere((positions != NONE) & ~given)[0]
            raise InputError(
                f"Recalls: row {row} has a response at output {output + 1}, where its trial has no cue; write 0 there, "
                "or give the probes of the trial that cue"
            )
        if self.trials.repeated_items.any():
            first = np.pad(
                self.trials.first_presentation + 1, ((0, 0), (1, 1)), constant_values=((0, 0), (NONE, INTRUSION))
            )
            positions = frozen(np.take_along_axis(first, positions, axis=1))
        return positions

    def _checked_stopped(self) -> BoolArray:
        paradigm, n_trials = self.trials.paradigm, len(self.trials)
        limit = paradigm.response_limit
        if self.stopped is not None:
            stopped = truth_vector(self.stopped, "Recalls: stopped")
        elif paradigm.silence_ends and limit is not None:
            stopped = np.count_nonzero(self.positions, axis=1) < limit
        else:
            stopped = np.full(n_trials, paradigm.silence_ends)
        if stopped.shape != (n_trials,):
            raise InputError(f"Recalls: stopped has shape {stopped.shape}, expected ({n_trials},)")
        return frozen(stopped)

    def _checked_times(self) -> FloatArray:
        times = number_matrix(self.times, "Recalls: times")
        if times.shape != self.positions.shape:
            raise InputError(f"Recalls: times have shape {times.shape}, positions {self.positions.shape}")
        unfit = ~np.isnan(times) & ((self.positions == NONE) | np.isinf(times))
        if unfit.any():
            row, output = np.argwhere(unfit)[0]
            raise InputError(
                f"Recalls: row {row} has the time {times[row, output]} at output {output + 1}, "
                "where there is no response or the time is infinite"
            )
        return times

    def _checked_intruders(self) -> IntArray:
        intruders = index_matrix(self.intruders, "Recalls: intruders")
        misplaced = intruders.shape != self.positions.shape or ((intruders >= 0) & (self.positions != INTRUSION)).any()
        if misplaced or (intruders >= len(self.trials.pool)).any():
            raise InputError(
                "Recalls: intruders must match positions in shape, index the pool where "
                "positions is -1, and be -1 elsewhere"
            )
        return intruders

    @classmethod
    def from_matrix(
        cls,
        matrix: Any,
        list_length: int,
        *,
        subject: Any = None,
        list: Any = None,
        output_limit: int | None = None,
        times: Any = None,
        paradigm: Paradigm | type[Paradigm] | None = None,
        origin: Origin | None = None,
    ) -> Recalls:
        """Read a recall matrix: one row per list, serial positions in output order.

        Such a matrix does not hold the words themselves, so items are numbered by their serial positions.

        Parameters
        ----------
        matrix : (n_trials, n_outputs), coded as in :attr:`positions`.
        list_length : items in every list.
        subject, list : (n_trials,) labels, as in :class:`memsim.Trials`.
        output_limit : the record held no more responses than this, so a row that fills it may have been cut short;
            not together with a ``paradigm``, which has its own limit.
        times : (n_trials, n_outputs) seconds from the start of the test.
        paradigm : the task; immediate free recall of ``list_length`` items if not given.
        origin : the model that simulated the recalls, or the people who gave them; unknown people if not given.
        """
        positions = index_matrix(matrix, "Recalls.from_matrix")
        task = free_recall_unless(paradigm, list_length, output_limit)
        if task.list_length != list_length:
            raise InputError(f"Recalls.from_matrix: list_length={list_length}, but {task!r}")
        items = np.broadcast_to(np.arange(task.list_length, dtype=np.int32), (len(positions), task.list_length))
        trials = Trials(items, ItemPool.numbered(task.list_length), task, subject, list)
        recalls = cls(trials, positions, times=times, origin=Observed() if origin is None else origin)
        warn_of_times_going_back(recalls.times, None, "Recalls.from_matrix")
        return recalls

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        model: str | None = None,
        source: str | None = None,
        category: str | None = None,
        conditions: Sequence[str] = (),
        labels: Sequence[str] = (),
        list_length: int | None = None,
        output_limit: int | None = None,
        paradigm: Paradigm | type[Paradigm] | None = None,
        origin: Origin | None = None,
    ) -> Recalls:
        """Read the long table of psifr: see :func:`memsim.core.tables.long_table.read_long_table`."""
        from memsim.core.tables.long_table import read_long_table

        trials, responses, origin = read_long_table(
            frame,
            model=model,
            source=source,
            category=category,
            conditions=conditions,
            labels=labels,
            list_length=list_length,
            output_limit=output_limit,
            paradigm=paradigm,
            origin=origin,
        )
        recalls = cls(trials, **responses, origin=origin)
        warn_of_times_going_back(recalls.times, recalls.periods, "Recalls.from_frame")
        return recalls

    def to_frame(self) -> pd.DataFrame:
        """Write the long table of psifr: see :func:`memsim.core.tables.long_table_writing.write_long_table`."""
        from memsim.core.tables.long_table_writing import write_long_table

        return write_long_table(
            self.trials, self.positions, self.times, self.intruders, self.origin, periods=self.periods
        )

    def __len__(self) -> int:
        return len(self.positions)

    def __repr__(self) -> str:
        return f"Recalls({self.n_responses} responses to {self.trials!r})"

    def _repr_html_(self) -> str:
        first = self[:ROWS]
        marks = np.where(first.positions == INTRUSION, "×", first.positions.astype(str))
        rows = [
            (subject, number, " ".join(row[row != "0"].tolist()))
            for subject, number, row in zip(first.trials.subject, first.trials.list, marks, strict=True)
        ]
        facts = {
            **self.trials.facts(),
            "items recalled of a list": f"{self.is_correct.sum(axis=1).mean():.2f} in the mean" if len(self) else None,
            "intrusions": int(np.count_nonzero(self.positions == INTRUSION)),
            "from": self.origin.words(),
        }
        return html_of(
            repr(self), facts, Table(("subject", "list", "responses"), rows, len(self)),
            note="Responses are serial positions in the order of recall; × is an intrusion.",
        )  # fmt: skip

    def __getitem__(self, rows: Any) -> Recalls:
        """The recalls at ``rows``: a slice, a mask or an array of row numbers (a single one keeps its axis)."""
        rows = checked_rows(rows, len(self), "Recalls")
        return replace(
            self,
            trials=self.trials[rows],
            positions=self.positions[rows],
            stopped=self.stopped[rows],
            times=None if self.times is None else self.times[rows],
            intruders=None if self.intruders is None else self.intruders[rows],
            periods=None if self.periods is None else self.periods[rows],
        )

    @property
    def list_length(self) -> int:
        """Items in each list."""
        return self.trials.list_length

    @property
    def n_responses(self) -> int:
        """Responses of any kind, over all trials."""
        return int(np.count_nonzero(self.positions))

    @cached_property
    def output_of_item(self) -> IntArray:
        """(n_trials, list_length) output index (0-based) at which each item was first recalled; -1 if never."""
        n_trials, n_outputs = self.positions.shape
        first = np.full((n_trials, self.list_length + 2), -1, dtype=np.int32)
        rows = np.arange(n_trials)
        # Earlier outputs overwrite later ones; the codes -1 and 0 fall in the two spare columns.
        for output in reversed(range(n_outputs)):
            first[rows, self.positions[:, output] + 1] = output
        return frozen(first[:, 2:])

    @cached_property
    def is_correct(self) -> BoolArray:
        """(n_trials, n_outputs) whether a response is a studied item given for the first time.

        In a task that asks for an order, an item that was presented several times can be given as often. In cued
        recall, it is whether the response is the item that was studied with the cue, in the list asked about.
        """
        if self.trials.paradigm.cued_by_item:
            return frozen(answers_cue(self.trials, self.positions))
        if self.trials.paradigm.due is not None and self.trials.repeated_items.any():
            return frozen(self._given_no_more_often_than_presented())
        correct = np.zeros(self.positions.shape, dtype=bool)
        row, item = np.nonzero(self.output_of_item >= 0)
        correct[row, self.output_of_item[row, item]] = True
        return frozen(correct)

    def _given_no_more_often_than_presented(self) -> BoolArray:
        rows = np.arange(len(self))
        left = np.zeros((len(self), self.list_length), dtype=np.int32)
        np.add.at(left, (rows[:, None], self.trials.first_presentation), 1)
        correct = np.zeros(self.positions.shape, dtype=bool)
        for output, position in enumerate(self.positions.T):
            at = np.maximum(position - 1, 0)
            correct[:, output] = (position > NONE) & (left[rows, at] > 0)
            left[rows, at] -= correct[:, output]
        return correct

    @property
    def is_intrusion(self) -> BoolArray:
        """(n_trials, n_outputs) whether a response is an intrusion."""
        return self.positions == INTRUSION

    @property
    def is_repeat(self) -> BoolArray:
        """(n_trials, n_outputs) whether a response repeats an item already recalled; see :attr:`is_correct`.

        In cued recall there are no repeats, since each response answers a cue of its own.
        """
        if self.trials.paradigm.cued_by_item:
            return frozen(np.zeros(self.positions.shape, dtype=bool))
        return (self.positions > NONE) & ~self.is_correct
