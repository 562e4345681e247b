"""Generalised estimating equations: logistic regression of proportions that are correlated within subjects."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from memsim.core.arrays import FloatArray


class Estimates(NamedTuple):
    """Log odds of terms."""

    values: FloatArray
    """(n_terms,)"""
    covariance: FloatArray
    """(n_terms, n_terms)"""
    converged: bool
    notes: tuple[str, ...]

    @classmethod
    def undefined(cls, n_terms: int, *notes: str) -> Estimates:
        """Estimates that do not exist: NaN."""
        return cls(np.full(n_terms, np.nan), np.full((n_terms, n_terms), np.nan), False, notes)


def fit_gee(
    matrix: FloatArray, recalled: npt.NDArray[np.int64], lists: npt.NDArray[np.int64], cluster: npt.NDArray[np.int64]
) -> Estimates:
    """Generalised estimating equations for proportions, with an exchangeable correlation within clusters.

    If the exchangeable correlation is out of its range, proportions are assumed to be independent, and a note says so.

    Parameters
    ----------
    matrix : (n_rows, n_terms) the terms.
    recalled, lists : (n_rows,) items recalled, and lists; the proportion is their ratio.
    cluster : (n_rows,) code of the subject; rows of a subject are adjacent.
    """
    from statsmodels.genmod.cov_struct import Exchangeable, Independence
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE

    largest = int(np.bincount(cluster).max())
    notes: list[str] = []
    for structure in (Exchangeable(), Independence()):
        model = GEE(recalled / lists, matrix, cluster, family=Binomial(), cov_struct=structure)
        try:
            fitted = model.fit(cov_type="bias_reduced")
        except (np.linalg.LinAlgError, FloatingPointError):
            fitted = None
        # An equal correlation between all of n values is at least -1 / (n - 1); independence has none.
        in_range = (structure.dep_params or 0.0) * (largest - 1) > -1 + 1e-6
        if fitted is not None and in_range and np.isfinite(fitted.cov_robust_bc).all():
            if not fitted.converged:
                notes.append("The fit did not converge; its numbers are not reliable.")
            return Estimates(np.asarray(fitted.params), fitted.cov_robust_bc, bool(fitted.converged), tuple(notes))
        if isinstance(structure, Exchangeable):
            notes.append(
                "The exchangeable correlation was out of its range, so positions were assumed to be independent within "
                "subjects; standard errors still come from the variation between subjects."
            )
    return Estimates.undefined(matrix.shape[1], "The fit failed; there are no estimates.")
