"""Tables with a row for each model and list, or each model and subject, checked, and paired between models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.numeric_columns import as_numbers, with_numbers
from memsim.analysis.statistics.tables import require_columns
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError

_Whole = npt.NDArray[np.int64]


class Paired(NamedTuple):
    """A table with a row for each model and case, as a matrix; all models have the same cases."""

    models: list[Any]
    values: FloatArray
    """(n_cases, n_models) log-likelihoods."""
    rows: _Whole
    """(n_cases, n_models) the row of the table that each is in."""
    n_events: _Whole
    """(n_cases,) events scored in each case."""
    subject: _Whole
    """(n_cases,) code of the subject, or unit."""
    subjects: list[Any]

    @classmethod
    def of_lists(cls, table: pd.DataFrame, who: str) -> Paired:
        """From a table of held-out lists."""
        require_columns(table, ("model", "subject", "list", "n_events"), ("log_likelihood",), who)
        return cls.of(table, ("subject", "list"), who)

    @classmethod
    def of(cls, table: pd.DataFrame, by: Sequence[str], who: str) -> Paired:
        """Cases are the levels of ``by``, in the order of the table; the first column of ``by`` is the subject.

        Errors name the caller ``who``.
        """
        table = with_numbers(table, ["n_events"], who)
        values = as_numbers(table["log_likelihood"], who, infinite=True).to_numpy(dtype=float)
        wrong = np.isnan(values) | (values == np.inf)
        model, models = pd.factorize(table["model"])
        case = table.groupby([*by], sort=False, observed=True).ngroup().to_numpy()
        n_cases = int(case.max()) + 1

        def name_of(at: int) -> str:
            row = table.iloc[int(np.argmax(case == at))]
            return " of ".join(f"{name} {row[name]}" for name in reversed(by))

        if wrong.any():
            at = int(np.argmax(wrong))
            raise InputError(
                f"{who}: the log-likelihood of {name_of(case[at])} is {table['log_likelihood'].iloc[at]} for "
                f"{table['model'].iloc[at]}; it must be a number, or -inf for a list that is impossible under the model"
            )
        rows = np.full((n_cases, len(models)), -1)
        rows[case, model] = np.arange(len(table))
        times = np.bincount(case * len(models) + model, minlength=rows.size).reshape(rows.shape)
        if (times != 1).any():
            at, which = np.argwhere(times != 1)[0]
            other = models[int(np.argmax(times[at] == 1))]
            if times[at, which]:
                raise InputError(
                    f"{who}: {name_of(at)} is {times[at, which]} times in the table for {models[which]}; keep one row"
                )
            raise InputError(
                f"{who}: {name_of(at)} is in the table for {other}, but not for {models[which]}; score all models on "
                "the same lists"
            )
        events = table["n_events"].to_numpy()[rows]
        differs = (events != events[:, :1]).any(axis=1)
        if differs.any():
            at = int(np.argmax(differs))
            which = int(np.argmax(events[at] != events[at, 0]))
            raise InputError(
                f"{who}: of {name_of(at)} {events[at, 0]} events are scored for {models[0]} and {events[at, which]} "
                f"for {models[which]}; likelihoods are comparable only over the same events, so leave out for all "
                "models the events that one cannot produce"
            )
        subject, subjects = pd.factorize(table[by[0]].to_numpy()[rows[:, 0]])
        return cls(models.tolist(), values[rows], rows, events[:, 0].astype(np.int64), subject, subjects.tolist())

    def per_subject(self, values: FloatArray) -> FloatArray:
        """(n_subjects, n_models) sums over the cases of each subject."""
        return np.stack([np.bincount(self.subject, each) for each in values.T], axis=1)
