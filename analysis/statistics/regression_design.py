"""The terms of a regression of recall: serial position in several forms, labels, and their interaction."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.interpolate import BSpline
from scipy.optimize import linprog

from memsim.analysis.checks import require_choice
from memsim.analysis.recall.indices import edge_sizes
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError

SPLINE_TERMS = 5


def position_terms(length: int, position: str) -> tuple[list[str], FloatArray]:
    """Names and values (list_length, n_terms) of the terms of position in :func:`memsim.analysis.recall_regression`."""
    require_choice(position, ("linear", "quadratic", "spline", "edges"), "position", "recall_regression")
    at = np.linspace(-1, 1, length)
    if position == "edges":
        first, last = edge_sizes(length)
        names = ["primacy", "recency"]
        columns = np.stack([np.arange(length) < first, np.arange(length) >= length - last], axis=1).astype(float)
    elif position == "spline":
        names = [f"spline {i + 1}" for i in range(SPLINE_TERMS)]
        inner = np.linspace(-1, 1, SPLINE_TERMS - 1)[1:-1]
        knots = np.concatenate([[-1.0] * 4, inner, [1.0] * 4])
        columns = BSpline.design_matrix(at, knots, 3).toarray()[:, 1:]
    else:
        names = ["position", "position^2"][: 1 if position == "linear" else 2]
        columns = np.stack([at, at**2], axis=1)[:, : len(names)]
    columns = columns - columns.mean(axis=0)
    if np.linalg.matrix_rank(columns) < len(names):
        raise InputError(
            f"recall_regression: lists of {length} items are too short for position={position!r}, which has "
            f"{len(names)} terms; use 'linear'"
        )
    return names, columns


class Design(NamedTuple):
    """The terms of a regression and the hypotheses that are tested."""

    labels: list[str]
    terms: list[str]
    matrix: FloatArray
    """(n_labels * list_length, n_terms) a row for each position of each label in turn."""
    tests: dict[str, FloatArray]
    """Contrasts (df, n_terms) that are zero under the null hypothesis of a test."""

    @classmethod
    def of(cls, labels: list[str], names: list[str], basis: FloatArray, interaction: bool) -> Design:
        """From labels, the first of which is the reference, and :func:`position_terms`."""
        n, k = len(labels), len(names)
        length = len(basis)
        level = np.repeat(np.eye(n)[:, 1:], length, axis=0)
        curve = np.tile(basis, (n, 1))
        terms = ["intercept", *labels[1:], *names]
        columns = [np.ones((n * length, 1)), level, curve]
        interaction = interaction and n > 1
        if interaction:
            terms += [f"{label} x {name}" for label in labels[1:] for name in names]
            columns.append((level[:, :, None] * curve[:, None, :]).reshape(n * length, -1))
        each = np.eye(len(terms))
        tests = {"position": each[n : n + k].copy()}
        if n > 1:
            tests["label"] = each[1:n]
        if interaction:
            own = each[n + k :]
            tests["position"] += own.reshape(n - 1, k, -1).sum(axis=0) / n
            tests["interaction"] = own
        return cls(labels, terms, np.concatenate(columns, axis=1), tests)


def separated_by(
    matrix: FloatArray, recalled: npt.NDArray[np.int64], lists: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """(n_terms,) whether the estimate of each term is infinite, found by linear programming.

    Estimates are infinite if a direction of the terms raises only rows with all items recalled, lowers only rows with
    none recalled, and leaves the other rows unchanged.
    """
    sign = np.where(recalled == lists, 1.0, np.where(recalled == 0, -1.0, 0.0))
    pure, signed = sign != 0, sign[:, None] * matrix
    if not pure.any():
        return np.zeros(matrix.shape[1], dtype=bool)
    mixed = matrix[~pure] if (~pure).any() else None
    found = linprog(
        -signed[pure].sum(axis=0),
        A_ub=-signed[pure],
        b_ub=np.zeros(pure.sum()),
        A_eq=mixed,
        b_eq=None if mixed is None else np.zeros(len(mixed)),
        bounds=(-1, 1),
    )
    return np.abs(found.x) > 1e-7 if found.fun < -1e-7 else np.zeros(matrix.shape[1], dtype=bool)
