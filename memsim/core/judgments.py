"""Judgments: the ratings of probes, by people or by a model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray, checked_rows, frozen, index_matrix, number_matrix
from memsim.core.errors import InputError
from memsim.core.frozen import says_what_it_has
from memsim.core.html_summary import Table, html_of
from memsim.core.names import kind_of
from memsim.core.origin import Observed, Origin, require_origin
from memsim.core.recalls import Recalls, require_recalls
from memsim.core.trials import Trials

if TYPE_CHECKING:
    import pandas as pd

UNANSWERED = 0
"""The rating where there is no answer."""


def is_old(ratings: Any, n_ratings: int) -> Any:
    """Whether ratings of a scale are "old": those above :func:`n_new`."""
    return ratings > n_new(n_ratings)


def n_new(n_ratings: int) -> int:
    """How many ratings of a scale are "new": its lower half, without the middle one of an odd number.

    The field has no rule for a middle rating. Here it is "old", in measures of hits and false alarms and in the
    criteria of models alike, so that of remember, know and new, rated 3, 2 and 1, both remember and know are "old".
    """
    return n_ratings // 2


@says_what_it_has
@dataclass(frozen=True, eq=False, repr=False)
class Judgments:
    """Ratings of probes, with the trials in which they were given. Frozen.

    Parameters
    ----------
    trials : the lists that were studied, and the probes.
    ratings : (n_trials, n_probes) from 1, sure new, to the number of ratings of the task, sure old; 0 where there is no
        answer. Of yes and no, 1 is no and 2 is yes; a judgment of frequency is rated 1 for no presentation, 2 for one.
    times : (n_trials, n_probes) seconds from the probe to the answer, optional; NaN where they are unknown.
    recalls : what was recalled of the same lists before, in the same trials, if the task has recall as well.
    origin : :class:`memsim.Simulated` for judgments of a model, :class:`memsim.Observed` for those of people.

    Raises
    ------
    InputError : a rating off the scale, or where there is no probe; shapes that do not fit; the message says where.
    """

    trials: Trials
    ratings: IntArray
    times: FloatArray | None = None
    recalls: Recalls | None = None
    origin: Origin = field(default_factory=Observed)

    def __post_init__(self) -> None:
        if not isinstance(self.trials, Trials):
            raise InputError(f"Judgments: expected memsim.Trials, got {type(self.trials).__name__}")
        task = self.trials.paradigm
        if not task.judged or self.trials.probes is None:
            raise InputError(f"Judgments: nothing is judged in {type(task).__name__}; recalls are memsim.Recalls")
        ratings = index_matrix(self.ratings, "Judgments: ratings")
        given = self.trials.probes.given
        if ratings.shape != given.shape:
            raise InputError(
                f"Judgments: ratings have shape {ratings.shape}, expected (n_trials, n_probes) = {given.shape}"
            )
        wrong = (ratings < UNANSWERED) | (ratings > np.where(given, task.n_ratings, UNANSWERED))
        if wrong.any():
            row, probe = np.argwhere(wrong)[0]
            what = f"the scale goes from 1 to {task.n_ratings}" if given[row, probe] else "there is no such probe"
            raise InputError(
                f"Judgments: row {row}, probe {probe + 1} is rated {ratings[row, probe]}, but {what}; write 0 where "
                "there is no answer"
            )
        object.__setattr__(self, "ratings", ratings)
        if self.times is not None:
            times = number_matrix(self.times, "Judgments: times")
            if times.shape != ratings.shape:
                raise InputError(f"Judgments: times have shape {times.shape}, ratings {ratings.shape}")
            unfit = ~np.isnan(times) & ((ratings == UNANSWERED) | np.isinf(times) | (times < 0))
            if unfit.any():
                row, probe = np.argwhere(unfit)[0]
                raise InputError(
                    f"Judgments: row {row} has the time {times[row, probe]} at probe {probe + 1}, where there is no "
                    "answer, or the time is infinite or below 0"
                )
            object.__setattr__(self, "times", times)
        if bool(task.cue) != (self.recalls is not None):
            has = "recall before it is judged; give it as recalls=" if task.cue else "no recall; leave recalls= out"
            raise InputError(f"Judgments: {type(task).__name__} has {has}")
        if self.recalls is not None:
            require_recalls(self.recalls)
        if self.recalls is not None and self.recalls.trials is not self.trials:
            raise InputError("Judgments: the recalls are of other trials")
        require_origin(self.origin, "Judgments")

    def __len__(self) -> int:
        return len(self.ratings)

    def __repr__(self) -> str:
        return f"Judgments({self.n_answers} answers to {self.trials!r})"

    def _repr_html_(self) -> str:
        kinds = self.trials.probe_kinds
        ratings = range(1, self.trials.paradigm.n_ratings + 1)
        rows = [
            (kind, *(int(np.count_nonzero(self.ratings[kinds == kind] == rating)) for rating in ratings))
            for kind in dict.fromkeys(kinds.ravel().tolist()) if kind
        ]  # fmt: skip
        facts = {**self.trials.facts(), "from": self.origin.words()}
        columns = ("probes", *(f"rated {rating}" for rating in ratings))
        return html_of(repr(self), facts, Table(columns, rows, len(rows)))

    def __getitem__(self, rows: Any) -> Judgments:
        """The judgments at ``rows``: a slice, a mask or an array of row numbers (a single one keeps its axis)."""
        rows = checked_rows(rows, len(self), "Judgments")
        trials = self.trials[rows]
        return replace(
            self,
            trials=trials,
            ratings=self.ratings[rows],
            times=None if self.times is None else self.times[rows],
            recalls=None if self.recalls is None else replace(self.recalls[rows], trials=trials),
        )

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, **options: Any) -> Judgments:
        """Read a long table: see :func:`memsim.core.tables.judgment_table.read_judgment_table`."""
        from memsim.core.tables.judgment_table import read_judgment_table

        trials, responses, recalled, origin = read_judgment_table(frame, **options)
        recalls = None if recalled is None else Recalls(trials, **recalled, origin=origin)
        return cls(trials, **responses, recalls=recalls, origin=origin)

    def to_frame(self) -> pd.DataFrame:
        """Write a long table: see :func:`memsim.core.tables.judgment_table.write_judgment_table`."""
        from memsim.core.tables.judgment_table import write_judgment_table

        return write_judgment_table(self.trials, self.ratings, self.times, self.recalls, self.origin)

    @property
    def list_length(self) -> int:
        """Items in each list."""
        return self.trials.list_length

    @property
    def n_ratings(self) -> int:
        """The number of ratings of the scale."""
        return self.trials.paradigm.n_ratings

    @property
    def n_answers(self) -> int:
        """Answers over all trials."""
        return int(np.count_nonzero(self.ratings))

    @property
    def answered(self) -> BoolArray:
        """(n_trials, n_probes) whether there is an answer."""
        return self.ratings != UNANSWERED

    @cached_property
    def called_old(self) -> BoolArray:
        """(n_trials, n_probes) whether the answer is "old": in the upper half of the scale, or in its very middle."""
        return frozen(is_old(self.ratings, self.n_ratings))


Responses: TypeAlias = Recalls | Judgments
"""What people or models answer in trials."""


def require_judgments(value: Any) -> None:
    """Raise :class:`InputError` unless ``value`` is a :class:`Judgments`; the message says how to get one."""
    if not isinstance(value, Judgments):
        raise InputError(f"expected memsim.Judgments, got {kind_of(value)}; Judgments.from_frame reads a long table")


def require_responses(value: Any) -> None:
    """Raise :class:`InputError` unless ``value`` is recalls or judgments."""
    if not isinstance(value, Judgments):
        require_recalls(value)
