"""The rows of a long table by list, with the checks of its columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray, IntArray, LabelArray
from memsim.core.errors import InputError
from memsim.core.limits import require_counts
from memsim.core.tables.item_text import plain_text


@dataclass(frozen=True)
class Rows:
    """The rows of a long table, by list.

    ``study``, ``recall`` and ``test`` are row numbers of the table in the order of list and position, ``trial`` the
    list of each row and ``position`` its position; ``head`` is the first study row of each list.
    """

    frame: pd.DataFrame
    trial: IntArray
    position: FloatArray
    study: LabelArray
    recall: LabelArray
    test: LabelArray
    head: LabelArray

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Rows:
        """The rows of ``frame``, whose columns of text are checked."""
        kind, kinds = _coded(frame, "trial_type")
        known = {"study": 0, "recall": 1, "test": 2}
        code = np.array([known.get(str(each).strip().casefold(), -1) for each in kinds], dtype=np.int8)
        kind_of_row = code[kind]
        if (kind_of_row < 0).any():
            at = int(np.argmax(kind_of_row < 0))
            raise InputError(
                f"trial_type {kinds[kind[at]]!r} in {at_row(frame, at)} is neither 'study' nor 'recall' (nor 'test', "
                "for the probes of a test)"
            )
        key = np.zeros(len(frame), dtype=np.int64)
        for name in ("subject", *(["session"] if _has_sessions(frame) else []), "list"):
            codes, labels = _coded(frame, name)
            key *= len(labels)
            key += codes
        trial = pd.factorize(key)[0].astype(np.int32)
        del key
        position = _numbers(frame, "position", np.arange(len(frame)))
        study, recall, test = (_sorted(np.flatnonzero(kind_of_row == each), trial, position) for each in range(3))
        return cls(frame, trial, position, study, recall, test, np.arange(0))

    def of_length(self, wanted: int | None) -> tuple[Rows, int]:
        """The rows of the lists of one length, and the number of other lists."""
        n_trials = int(self.trial.max(initial=-1)) + 1
        if wanted is not None:
            require_counts("reading a table", list_length=wanted)
        counts = np.bincount(self.trial[self.study], minlength=n_trials)
        if not len(self.study):
            raise InputError("the table has no study rows; responses need the lists that were studied")
        if (counts == 0).any():
            orphan = int(np.argmax(self.trial == int(np.argmin(counts))))
            raise InputError(f"{self.which(orphan)} has responses but no study rows")
        if wanted is None and counts.min() != counts.max():
            lengths, lists = np.unique(counts, return_counts=True)
            found = ", ".join(f"{n} of {length}" for length, n in zip(lengths[:8], lists, strict=False))
            more = ", ..." if len(lengths) > 8 else ""
            raise InputError(
                f"lists have different lengths ({found}{more} items), and the lists of a data set have one; give "
                "list_length= one of them, which leaves the others out, and read each length so for a data set of its "
                "own: fit and compare take several together, as in people={'6 items': ..., '8 items': ...}"
            )
        keep = np.full(n_trials, True) if wanted is None else counts == wanted
        if not keep.any():
            raise InputError(f"there is no list of {wanted} items; the lengths are {listed(np.unique(counts))}")
        if keep.all():
            rows = self
        else:
            kept = {name: each[keep[self.trial[each]]] for name, each in self._of_kinds().items()}
            rows = replace(self, trial=(np.cumsum(keep, dtype=np.int32) - 1)[self.trial], **kept)
        length = int(counts[np.argmax(keep)])
        wrong = rows.position[rows.study].reshape(-1, length) != np.arange(1, length + 1)
        if wrong.any():
            at = rows.study[int(np.argmax(wrong))]
            of_list = rows.position[rows.study[rows.trial[rows.study] == rows.trial[at]]]
            fix = (
                "; if these are two lists, number them differently, or give the column session"
                if len(np.unique(of_list)) < length
                else ""
            )
            raise InputError(f"{rows.which(at)}: study positions are not 1 to {length}, each once{fix}")
        return replace(rows, head=rows.study[::length]), int((~keep).sum())

    def _of_kinds(self) -> dict[str, LabelArray]:
        return {"study": self.study, "recall": self.recall, "test": self.test}

    def which(self, at: int) -> str:
        """The list of the row number ``at``, for a message."""
        session = f", session {self.frame['session'].iloc[at]}" if _has_sessions(self.frame) else ""
        return f"subject {self.frame['subject'].iloc[at]}{session}, list {self.frame['list'].iloc[at]}"

    def numbers(self, name: str, at: LabelArray) -> FloatArray:
        """The numbers of a column in the rows ``at``, NaN where it is empty."""
        return _numbers(self.frame, name, at)

    def labels(self) -> dict[str, Any]:
        """(n_trials,) labels of subject, list and session."""
        names = ["subject", *(["session"] if _has_sessions(self.frame) else [])]
        found = {name: _plain_labels(self.frame[name].iloc[self.head]) for name in names}
        return {**found, "list": _plain_labels(self.frame["list"].iloc[self.head])}

    def constant(self, name: str) -> LabelArray:
        """(n_trials,) the values of a column that must be the same in all rows of a list."""
        codes, _ = factorized(self.frame[name])
        for rows in self._of_kinds().values():
            odd = codes[rows] != codes[self.head][self.trial[rows]]
            if odd.any():
                at = rows[int(np.argmax(odd))]
                first = self.head[self.trial[at]]
                found = ", ".join(map(repr, np.asarray(self.frame[name].iloc[[first, at]]).tolist()))
                raise InputError(
                    f"the {name} of one list must be the same in all its rows; {self.which(at)} has {found} "
                    f"({at_row(self.frame, at)})"
                )
        return np.asarray(self.frame[name].iloc[self.head])


def factorized(column: pd.Series) -> tuple[IntArray, LabelArray]:
    """The code of each value, -1 where it is missing, and the values."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(np.int32), np.asarray(column.cat.categories)
    try:
        codes, labels = pd.factorize(column)
    except (TypeError, ValueError):
        raise InputError(f"the column {column.name!r} holds values that are neither text nor numbers") from None
    if column.dtype.kind in "iu" and pd.api.types.is_extension_array_dtype(column.dtype):
        labels = labels.to_numpy(np.int64)  # else, numbers with a missing one among them are objects
    return codes.astype(np.int32), np.asarray(labels)


def _coded(frame: pd.DataFrame, name: str) -> tuple[IntArray, LabelArray]:
    """The code and the labels of a column that may not be empty anywhere; text is compared in one form."""
    codes, labels = factorized(frame[name])
    if (codes < 0).any():
        fix = "; fill the column in, or remove it" if name == "session" else ""
        raise InputError(f"the table has no {name} in {at_row(frame, int(np.argmax(codes < 0)))}{fix}")
    if labels.dtype.kind == "c":
        raise InputError(f"the column {name!r} holds complex numbers")
    plain = [plain_text(label) if isinstance(label, str) else label for label in labels.tolist()]
    merged, first = pd.factorize(pd.Series(plain, dtype=object) if labels.dtype.kind in "OUT" else labels)
    return (codes if len(first) == len(labels) else merged.astype(np.int32)[codes]), np.asarray(first)


def _plain_labels(column: pd.Series) -> LabelArray:
    codes, labels = factorized(column)
    if labels.dtype.kind not in "OUT":
        return np.asarray(column)
    plain = np.array([plain_text(label) if isinstance(label, str) else label for label in labels.tolist()])
    return plain[codes]


def _has_sessions(frame: pd.DataFrame) -> bool:
    """Whether the table has a column ``session`` that is not empty."""
    return "session" in frame.columns and not bool(frame["session"].isna().all())


def at_row(frame: pd.DataFrame, at: int) -> str:
    """The row number ``at`` as the user knows it: the line of a file, or the label in the index."""
    if list(frame.index.names) == ["file", "line"]:
        return "{}, line {}".format(*frame.index[at])
    return f"{frame.index.name or 'row'} {frame.index[at]}"


def listed(names: Iterable[Any]) -> str:
    """Names in a row, cut where they are too many or too long for a message."""
    texts = [text if len(text) <= 40 else f"{text[:37]}..." for text in map(str, names)]
    return ", ".join(texts[:12]) + (", ..." if len(texts) > 12 else "")


def _numbers(frame: pd.DataFrame, name: str, at: LabelArray) -> FloatArray:
    """The numbers of a column in the rows ``at``, NaN where a number is missing that may be."""
    column = frame[name]
    column = column if len(at) == len(frame) else column.iloc[at]
    if column.dtype.kind in "iuf":
        numbers = column
    elif column.dtype.kind in "bcmM" or pd.api.types.infer_dtype(column, skipna=True) in ("boolean", "complex"):
        raise InputError(f"the column {name!r} holds values of type {column.dtype}, not numbers")
    else:
        numbers = pd.to_numeric(pd.Series(np.asarray(column), index=column.index), errors="coerce")
    values = numbers.to_numpy(dtype=float, na_value=np.nan)
    missing = np.isnan(values)
    if missing.any():
        wrong = missing & (column.notna().to_numpy() | (name == "position"))
        if wrong.any():
            first = int(np.argmax(wrong))
            value, where = column.iloc[first], at_row(frame, int(at[first]))
            if pd.isna(value):
                raise InputError(f"the table has no {name} in {where}")
            raise InputError(f"the {name} {value!r} in {where} is not a number")
    return values


def _sorted(rows: LabelArray, trial: IntArray, position: FloatArray) -> LabelArray:
    """Row numbers in the order of list and position."""
    by_trial, by_position = trial[rows], position[rows]
    step = np.diff(by_trial)
    if ((step > 0) | ((step == 0) & (by_position[1:] >= by_position[:-1]))).all():
        return rows
    return rows[np.lexsort((by_position, by_trial))]
