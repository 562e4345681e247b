"""Formulas of covariates, such as ``~ 1 + center(age) * list_type``, as columns of a regression; by formulaic.

formulaic evaluates what stands in a formula as Python. A fit is also read from files, so only names, numbers, operators
and a few functions of one name are let through.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray, LabelArray
from memsim.core.errors import InputError
from memsim.core.names import closest, shown

MOST_LETTERS, MOST_NAMES = 200, 12
"""Of a formula, so that its interactions stay few."""
FUNCTIONS = ("C", "center", "scale", "log", "exp")
"""Functions of one covariate, as formulaic defines them: a category, less its mean, standardised, and of numbers."""
_CALL = re.compile(r"([A-Za-z_]\w*)\s*\(\s*([A-Za-z_]\w*)\s*\)")
_NAME = re.compile(r"[A-Za-z_]\w*")


def variables_of(formula: str) -> tuple[str, ...]:
    """The names of the covariates in a formula, in order.

    Raises
    ------
    InputError : the formula holds anything but names, numbers, ``+ - * : ^ ( )`` and functions of one name.
    """
    what = f"the formula {shown(formula)}"
    if len(formula) > MOST_LETTERS:
        raise InputError(f"{what} is longer than {MOST_LETTERS} letters; shorten it")
    right = formula.strip().removeprefix("~")
    names: list[str] = []

    def argument(found: re.Match[str]) -> str:
        if found[1] not in FUNCTIONS:
            raise InputError(f"{what} calls {found[1]!r}{closest(found[1], FUNCTIONS)} It may: {', '.join(FUNCTIONS)}.")
        return f" {found[2]} "

    plain = _CALL.sub(argument, right)
    left = re.sub(r"\^\s*[1-9](?!\d)", " ", _NAME.sub(" ", plain))
    if not re.fullmatch(r"(?:[\s+\-*:()]|(?<!\d)[01](?!\d))*", left) or re.search(r"\*\s*\*|[A-Za-z_]\w*\s*\(", plain):
        raise InputError(
            f"{what} may hold names of covariates, 0 and 1, + - * : ^ ( ), and {', '.join(FUNCTIONS)} of one name"
        )
    names = _NAME.findall(plain)
    if len(names) > MOST_NAMES:
        raise InputError(f"{what} holds {len(names)} names, more than {MOST_NAMES}")
    if not names:
        raise InputError(f"{what} names no covariate; leave the parameter free without a formula")
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class Formula:
    """A formula with the covariates to which it was fitted, which decide its categories, means and scales.

    Parameters
    ----------
    text : such as ``"~ 1 + age"``.
    rows : the different rows of the covariates in the lists that were fitted, by name.
    counts : the number of lists with each of them.
    """

    text: str
    rows: Mapping[str, tuple[Any, ...]]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, text: str, labels: Mapping[str, LabelArray]) -> Formula:
        """A formula of the covariates of lists, (n_trials,) each.

        Raises
        ------
        InputError : a formula that cannot be read, or whose columns are linear combinations of one another.
        """
        rows, counts = different_rows(labels)
        found = cls(text, rows, counts)
        if np.linalg.matrix_rank(found.training) < found.training.shape[1]:
            raise InputError(
                f"the columns of {shown(text)} ({', '.join(found.columns)}) are linear combinations of one another in "
                "these lists, so that their weights are not determined; leave one out"
            )
        return found

    @cached_property
    def _fitted(self) -> tuple[Any, FloatArray]:
        """The specification of formulaic, and the matrix of the different rows."""
        import pandas as pd
        from formulaic import model_matrix

        which = np.repeat(np.arange(len(self.counts)), self.counts)
        frame = pd.DataFrame({name: _column(values) for name, values in self.rows.items()}).iloc[which]
        text = self.text.strip()
        try:
            matrix = model_matrix(text if text.startswith("~") else f"~ {text}", frame.reset_index(drop=True))
        except Exception as error:  # formulaic raises many kinds of errors
            raise InputError(f"the formula {shown(self.text)} cannot be read: {error}") from None
        first = np.concatenate(([0], np.cumsum(self.counts)[:-1]))
        return matrix.model_spec, np.asarray(matrix, dtype=float)[first]

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._fitted[0].column_names)

    @cached_property
    def means(self) -> FloatArray:
        """(n_columns,) what is taken off each column: with an intercept, the means of those that are not of 0 and 1."""
        matrix = self._fitted[1]
        indicator = np.isin(matrix, (0, 1)).all(axis=0)
        means = np.average(matrix, axis=0, weights=self.counts)
        return np.where(indicator | ("Intercept" not in self.columns), 0.0, means)

    @cached_property
    def training(self) -> FloatArray:
        """(n_rows, n_columns) the columns of the lists that were fitted, less their means."""
        return self._fitted[1] - self.means

    def matrix(self, labels: Mapping[str, LabelArray]) -> FloatArray:
        """(n, n_columns) the columns of these values of the covariates.

        Raises
        ------
        InputError : a category that was not there in the fit, or a value that gives no number.
        """
        import pandas as pd
        from formulaic.errors import DataMismatchWarning

        frame = pd.DataFrame({name: _column(labels[name]) for name in self.rows})
        for name, known in self.rows.items():
            strange = [each for each in frame[name].unique() if isinstance(each, str) and each not in known]
            if strange:
                raise InputError(f"{name}={strange[0]!r} is in none of the lists that were fitted, which have {known}")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", DataMismatchWarning)
                found = np.asarray(self._fitted[0].get_model_matrix(frame), dtype=float) - self.means
        except Exception as error:  # formulaic raises many kinds of errors
            raise InputError(f"the formula {shown(self.text)} has no value in these lists: {error}") from None
        if found.shape != (len(frame), len(self.columns)) or not np.isfinite(found).all():
            raise InputError(f"the formula {shown(self.text)} gives no finite number in some lists")
        return found


def different_rows(labels: Mapping[str, LabelArray]) -> tuple[dict[str, tuple[Any, ...]], tuple[int, ...]]:
    """The different rows of (n,) labels by name, sorted, and how often each occurs."""
    owner, first = groups(labels)
    rows = {name: tuple(np.asarray(values)[first].tolist()) for name, values in labels.items()}
    return rows, tuple(np.bincount(owner).tolist())


def groups(labels: Mapping[str, LabelArray]) -> tuple[Any, Any]:
    """(n,) the number of each row among the different rows, which are sorted; and where each of those comes first."""
    codes = np.column_stack([np.unique(np.asarray(each), return_inverse=True)[1] for each in labels.values()])
    _, first, owner = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    return owner.ravel(), first


def _column(values: Sequence[Any] | LabelArray) -> Any:
    """Numbers as floating-point numbers, and anything else as text."""
    array = np.asarray(values)
    return array.astype(float) if array.dtype.kind in "iuf" else np.array([str(each) for each in array], dtype=object)
