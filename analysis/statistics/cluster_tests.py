"""Tests of estimates whose errors come from the variation between clusters, by t and F with few clusters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc

from memsim.core.arrays import FloatArray


class ClusterErrors(NamedTuple):
    """The errors of estimates as sums over clusters, such as subjects.

    The covariance of the estimates is V = sum_i g_i g_i'. In parts by kind of cluster, V = sum_a V_a, and V_a has f_a
    degrees of freedom: that of people and that of a model, say, whose variances may differ.
    """

    parts: FloatArray
    """(n_clusters, n_terms) g_i, what each cluster adds to the error of the estimates."""
    kind: npt.NDArray[np.int64]
    """(n_clusters,) code of the kind of cluster, from 0."""
    df: FloatArray
    """(n_kinds,) f_a: the clusters of the kind, less those that the estimates cost."""

    @classmethod
    def undefined(cls, n_terms: int) -> ClusterErrors:
        """Errors of estimates that do not exist: NaN."""
        return cls(np.full((1, n_terms), np.nan), np.zeros(1, dtype=np.int64), np.ones(1))

    @property
    def covariance(self) -> FloatArray:
        """(n_terms, n_terms) V."""
        return self.parts.T @ self.parts

    def of(self, contrasts: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Standard errors of ``contrasts`` (n, n_terms) of the estimates, one by one, and the degrees of freedom of t.

        With v_a = c' V_a c these are (sum v_a)^2 / sum (v_a^2 / f_a), as in Welch's test.

        References
        ----------
        Satterthwaite (1946), Biometrics Bulletin, 2, 110-114; Welch (1947), Biometrika, 34, 28-35.
        """
        squares = (self.parts @ contrasts.T) ** 2
        by_kind = np.stack([squares[self.kind == a].sum(axis=0) for a in range(len(self.df))])
        variance = by_kind.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.sqrt(variance), variance**2 / (by_kind**2 / self.df[:, None]).sum(axis=0)

    def joint_test(self, contrasts: FloatArray, values: FloatArray) -> WaldTest:
        """Test that all ``contrasts`` (q, n_terms) of the estimates ``values`` are zero.

        The Wald statistic W is referred to Hotelling's T^2 with nu degrees of freedom, so that
        F = W (nu - q + 1) / (nu q) has q and nu - q + 1 of them. With S_a = V^(-1/2) V_a V^(-1/2) in the space of
        the contrasts, nu = q (q + 1) / sum_a [(tr S_a)^2 + tr(S_a^2)] / f_a. For one kind of n clusters nu is n - 1,
        which is Hotelling's own test; for one contrast it is Welch's. No test (NaN) where V is singular or nu is below
        q.

        References
        ----------
        Nel & van der Merwe (1986), Communications in Statistics - Theory and Methods, 15, 3719-3735, in the form of
        Krishnamoorthy & Yu (2004), Statistics & Probability Letters, 66, 161-169. For generalised estimating equations
        with few clusters: Pan & Wall (2002), Statistics in Medicine, 21, 1429-1441; Pustejovsky & Tipton (2018),
        Journal of Business & Economic Statistics, 36, 672-683.
        """
        q = len(contrasts)
        parts, difference = self.parts @ contrasts.T, contrasts @ values
        size, axes = np.linalg.eigh(parts.T @ parts) if np.isfinite(parts).all() else (np.zeros(q), np.eye(q))
        if not size[0] > 1e-12 * size[-1]:
            return WaldTest(np.nan, q, np.nan, np.nan)
        whitened = parts @ axes / np.sqrt(size)
        statistic = float(((difference @ axes) ** 2 / size).sum())
        shares = [whitened[self.kind == a].T @ whitened[self.kind == a] for a in range(len(self.df))]
        spread = sum((np.trace(s) ** 2 + (s**2).sum()) / df for s, df in zip(shares, self.df, strict=True))
        nu = q * (q + 1) / spread
        error = nu - q + 1
        if not error > 0:
            return WaldTest(np.nan, q, np.nan, np.nan)
        f = statistic * error / (nu * q)
        return WaldTest(f, q, float(error), float(fdtrc(q, error, f)))


class WaldTest(NamedTuple):
    """A test of several contrasts at once."""

    F: float
    df: int
    df_error: float
    p: float
