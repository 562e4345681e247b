"""Tables in which every model stands with the same lists or subjects, checked, and paired."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError

_Whole = npt.NDArray[np.int64]


class Paired(NamedTuple):
    """A table with a row for each model and case, as a matrix: the same cases for all models."""

    models: list[Any]
    values: FloatArray
    """(n_cases, n_models) log-likelihoods."""
    rows: _Whole
    """(n_cases, n_models) their rows in the table."""
    n_events: _Whole
    """(n_cases,)"""
    subject: _Whole
    """(n_cases,) code of the subject, or unit."""
    subjects: list[Any]

    @classmethod
    def of_lists(cls, table: pd.DataFrame, who: str) -> Paired:
        """Of a table of lists held out."""
        require_table(table, ("model", "subject", "list", "log_likelihood", "n_events"), who)
        return cls.of(table, ("subject", "list"), who)

    @classmethod
    def of(cls, table: pd.DataFrame, by: Sequence[str], who: str) -> Paired:
        """The cases are the levels of ``by``, in their order in the table; the first of ``by`` is the subject."""
        values = pd.to_numeric(table["log_likelihood"], errors="coerce").to_numpy(dtype=float)
        unfit = np.isnan(values) | (values == np.inf)
        model, models = pd.factorize(table["model"])
        case = table.groupby([*by], sort=False, observed=True).ngroup().to_numpy()
        n_cases = int(case.max()) + 1

        def called(at: int) -> str:
            row = table.iloc[int(np.argmax(case == at))]
            return " of ".join(f"{name} {row[name]}" for name in reversed(by))

        if unfit.any():
            at = int(np.argmax(unfit))
            raise InputError(
                f"{who}: the log-likelihood of {called(case[at])} is {table['log_likelihood'].iloc[at]} for "
                f"{table['model'].iloc[at]}; it must be a number, or -inf for what the model holds impossible"
            )
        rows = np.full((n_cases, len(models)), -1)
        rows[case, model] = np.arange(len(table))
        times = np.bincount(case * len(models) + model, minlength=rows.size).reshape(rows.shape)
        if (times != 1).any():
            at, which = np.argwhere(times != 1)[0]
            other = models[int(np.argmax(times[at] == 1))]
            if times[at, which]:
                raise InputError(
                    f"{who}: {called(at)} stands {times[at, which]} times in the table for {models[which]}; leave one"
                )
            raise InputError(
                f"{who}: {called(at)} is there for {other}, but not for {models[which]}; models compare only over the "
                "same rows, so score each on all of them"
            )
        events = table["n_events"].to_numpy()[rows]
        differs = (events != events[:, :1]).any(axis=1)
        if differs.any():
            at = int(np.argmax(differs))
            which = int(np.argmax(events[at] != events[at, 0]))
            raise InputError(
                f"{who}: of {called(at)} {events[at, 0]} events are scored for {models[0]} and {events[at, which]} for "
                f"{models[which]}; likelihoods compare only over the same events, so leave out for all what one "
                "cannot produce"
            )
        subject, subjects = pd.factorize(table[by[0]].to_numpy()[rows[:, 0]])
        return cls(models.tolist(), values[rows], rows, events[:, 0].astype(np.int64), subject, subjects.tolist())

    def per_subject(self, values: FloatArray) -> FloatArray:
        """(n_subjects, n_models) sums over the cases of each."""
        return np.stack([np.bincount(self.subject, each) for each in values.T], axis=1)


def require_table(table: Any, columns: Sequence[str], who: str) -> None:
    """Raise :class:`InputError`, in the name of ``who``, unless ``table`` has these columns without missing values."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{who}: expected a table (pandas.DataFrame), got {type(table).__name__}")
    missing = [name for name in columns if name not in table]
    if missing:
        raise InputError(f"{who}: no column {', '.join(missing)}; the table has {', '.join(map(str, table.columns))}")
    if table.empty:
        raise InputError(f"{who}: the table has no rows")
    for name in columns:
        if name != "log_likelihood" and table[name].isna().any():
            raise InputError(f"{who}: column {name} has no value in row {int(np.argmax(table[name].isna()))}")
