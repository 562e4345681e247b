"""Generalised estimating equations: logistic regression of proportions that are correlated within subjects."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from memsim.analysis.statistics.cluster_tests import ClusterErrors
from memsim.core.arrays import FloatArray


class Estimates(NamedTuple):
    """Log odds of terms."""

    values: FloatArray
    """(n_terms,)"""
    errors: ClusterErrors
    converged: bool
    notes: tuple[str, ...]

    @classmethod
    def undefined(cls, n_terms: int, *notes: str) -> Estimates:
        """Estimates that do not exist: NaN."""
        return cls(np.full(n_terms, np.nan), ClusterErrors.undefined(n_terms), False, notes)


def fit_gee(
    matrix: FloatArray, recalled: npt.NDArray[np.int64], lists: npt.NDArray[np.int64], cluster: npt.NDArray[np.int64]
) -> Estimates:
    """Generalised estimating equations for proportions, with an exchangeable correlation within clusters.

    If the exchangeable correlation is out of its range, proportions are assumed to be independent, and a note says so.

    Parameters
    ----------
    matrix : (n_rows, n_terms) the terms.
    recalled, lists : (n_rows,) items recalled, and lists; the proportion is their ratio.
    cluster : (n_rows,) code of the subject, from 0; rows of a subject are adjacent.
    """
    from statsmodels.genmod.cov_struct import Exchangeable, Independence
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE

    largest = int(np.bincount(cluster).max())
    notes: list[str] = []
    proportion = recalled / lists
    for structure in (Exchangeable(), Independence()):
        model = GEE(proportion, matrix, cluster, family=Binomial(), cov_struct=structure)
        try:
            fitted = model.fit(cov_type="naive")
        except (np.linalg.LinAlgError, FloatingPointError):
            fitted = None
        # An equal correlation between all of n values is at least -1 / (n - 1); independence has none.
        correlation = float(structure.dep_params or 0.0)
        in_range = correlation * (largest - 1) > -1 + 1e-6
        if fitted is not None and in_range and np.isfinite(fitted.params).all():
            values = np.asarray(fitted.params)
            errors = cluster_errors(matrix, proportion, cluster, values, correlation)
            if np.isfinite(errors.parts).all():
                if not fitted.converged:
                    notes.append("The fit did not converge; its numbers are not reliable.")
                return Estimates(values, errors, bool(fitted.converged), tuple(notes))
        if isinstance(structure, Exchangeable):
            notes.append(
                "The exchangeable correlation was out of its range, so positions were assumed to be independent within "
                "subjects; standard errors still come from the variation between subjects."
            )
    return Estimates.undefined(matrix.shape[1], "The fit failed; there are no estimates.")


def cluster_errors(
    matrix: FloatArray,
    proportion: FloatArray,
    cluster: npt.NDArray[np.int64],
    values: FloatArray,
    correlation: float,
) -> ClusterErrors:
    """The errors of a fit, by cluster, corrected for the leverage of each cluster on its own residuals.

    With X_i the whitened derivatives of a cluster and z_i its whitened residuals, M = sum_i X_i' X_i and
    N_i = M^(-1/2) X_i' X_i M^(-1/2), a cluster adds g_i = M^(-1/2) (I - N_i)^(-1/2) M^(-1/2) X_i' z_i (Kauermann &
    Carroll, 2001). Clusters with equal terms are of one kind; of n of them, with h the mean leverage tr N_i / rank N_i,
    n (1 - h) degrees of freedom are left.
    """
    mean = expit(matrix @ values)
    sd = np.sqrt(mean * (1 - mean))
    slopes, residuals = matrix * sd[:, None], (proportion - mean) / sd
    starts = np.flatnonzero(np.diff(cluster, prepend=-1))
    kinds: dict[bytes, int] = {}
    kind = np.array([kinds.setdefault(each.tobytes(), len(kinds)) for each in np.split(matrix, starts[1:])])
    whitened, scores = [], np.empty((len(starts), matrix.shape[1]))
    for a in range(len(kinds)):
        members = np.flatnonzero(kind == a)
        size = int(np.append(starts, len(cluster))[members[0] + 1] - starts[members[0]])
        rows = starts[members][:, None] + np.arange(size)
        equal = np.full((size, size), correlation)
        np.fill_diagonal(equal, 1.0)
        root = np.linalg.cholesky(equal)
        whitened.append(np.linalg.solve(root, slopes[rows[0]]))
        scores[members] = np.linalg.solve(root, residuals[rows].T).T @ whitened[a]
    number = np.bincount(kind)
    root = symmetric_power(sum(n * x.T @ x for n, x in zip(number, whitened, strict=True)), -0.5)
    parts, df = np.empty_like(scores), np.empty(len(kinds))
    for a, x in enumerate(whitened):
        leverage = root @ x.T @ x @ root
        corrected = root @ symmetric_power(np.eye(len(root)) - leverage, -0.5) @ root
        parts[kind == a] = scores[kind == a] @ corrected
        df[a] = number[a] * (1 - np.trace(leverage) / np.linalg.matrix_rank(x))
    return ClusterErrors(parts, kind, df)


def symmetric_power(matrix: FloatArray, exponent: float) -> FloatArray:
    """A power of a symmetric matrix; NaN where it is not positive."""
    size, axes = np.linalg.eigh(matrix)
    return (axes * np.where(size > 1e-12 * size[-1], size, np.nan) ** exponent) @ axes.T
