"""Logistic regression of counts that come in clusters: by estimating equations, and with random terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import expit

from memsim.core.arrays import FloatArray

NOT_CONVERGED = "The fit did not converge; its numbers are not to be relied on."


class Fit(NamedTuple):
    """Log odds of terms."""

    estimate: FloatArray
    """(n_terms,)"""
    covariance: FloatArray
    """(n_terms, n_terms)"""
    converged: bool
    notes: tuple[str, ...]


def fit_gee(
    matrix: FloatArray, recalled: npt.NDArray[np.int64], lists: npt.NDArray[np.int64], cluster: npt.NDArray[np.int64]
) -> Fit:
    """Generalised estimating equations of proportions, exchangeable within a cluster.

    Where that working correlation is out of its range, proportions are taken to be independent, and a note says so.
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
        # An equicorrelation of n values is at least -1 / (n - 1); independence has none.
        in_range = (structure.dep_params or 0.0) * (largest - 1) > -1 + 1e-6
        if fitted is not None and in_range and np.isfinite(fitted.cov_robust_bc).all():
            if not fitted.converged:
                notes.append(NOT_CONVERGED)
            return Fit(np.asarray(fitted.params), fitted.cov_robust_bc, bool(fitted.converged), tuple(notes))
        if isinstance(structure, Exchangeable):
            notes.append(
                "An exchangeable correlation was out of its range, so positions were taken as independent within "
                "subjects; errors are from the spread over subjects still."
            )
    n_terms = matrix.shape[1]
    notes = ["The fit failed; there are no numbers."]
    return Fit(np.full(n_terms, np.nan), np.full((n_terms, n_terms), np.nan), False, tuple(notes))


def fit_mixed(
    matrix: FloatArray,
    recalled: npt.NDArray[np.int64],
    lists: npt.NDArray[np.int64],
    cluster: npt.NDArray[np.int64],
    own: FloatArray,
    group: Sequence[str],
) -> Fit:
    """Random terms ``own`` (n_rows, n_own) of each cluster, by variational Bayes.

    Their standard deviations are shared within a ``group`` (n_clusters,) of clusters. Sorted by ``cluster``.
    """
    from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

    (n_rows, n_terms), n_own, n_clusters = matrix.shape, own.shape[1], len(group)
    names = list(dict.fromkeys(group))
    kind = (np.array([names.index(name) for name in group])[:, None] * n_own + np.arange(n_own)).ravel()
    n_kinds = len(names) * n_own
    columns = cluster[:, None] * n_own + np.arange(n_own)
    members = sparse.csr_array((own.ravel(), (np.repeat(np.arange(n_rows), n_own), columns.ravel())))
    squares = members.multiply(members).tocsr()
    # The class takes single responses; its bound for counts has the same form, with the normaliser once per list.
    model = BinomialBayesMixedGLM((np.arange(n_rows) % 2).astype(float), matrix, members, kind)
    model.endog = recalled.astype(float)

    def parts(vector: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        return vector[:n_terms], vector[n_terms : n_terms + n_kinds], vector[n_terms + n_kinds :]

    def predictor(mean: FloatArray, sd: FloatArray) -> tuple[FloatArray, FloatArray]:
        terms, _, random = parts(mean)
        terms_sd, _, random_sd = parts(sd)
        return matrix @ terms + members @ random, matrix**2 @ terms_sd**2 + squares @ random_sd**2

    def bound(mean: FloatArray, sd: FloatArray) -> Any:
        at, variance = predictor(mean, sd)
        return model.vb_elbo_base(
            lambda z: -lists * np.logaddexp(0, at + np.sqrt(variance) * z), at, *parts(mean), *parts(sd)
        )

    def gradient(mean: FloatArray, sd: FloatArray) -> Any:
        at, variance = predictor(mean, sd)
        return model.vb_elbo_grad_base(
            lambda z: -lists * expit(at + np.sqrt(variance) * z), at, variance, *parts(mean), *parts(sd)
        )

    model.vb_elbo, model.vb_elbo_grad = bound, gradient
    size = n_terms + n_kinds + n_clusters * n_own
    options = {"maxiter": 5000, "maxfun": 10000, "ftol": 1e-11}
    fitted = model.fit_vb(np.zeros(size), np.full(size, 0.5), fit_method="L-BFGS-B", minim_opts=options)
    converged = bool(fitted.optim_retvals.success)
    notes = [] if converged else [NOT_CONVERGED]
    spread = np.exp(fitted.vcp_mean).reshape(len(names), n_own)[:, 0]
    notes += [
        f"In {name}, levels differ by a standard deviation of {sd:.2f} in log odds."
        for name, sd in zip(names, spread, strict=True)
    ]
    # The approximation takes terms and random terms to be independent, and so the level of a source to be known
    # as if its subjects were all there are. The curvature of the posterior at the same place knows better.
    weight = lists * _slope(matrix @ fitted.fe_mean + members @ fitted.vc_mean)
    between = matrix.T @ (weight[:, None] * matrix) + np.eye(n_terms) / model.fe_p**2
    weighted = (members.T @ (weight[:, None] * matrix)).reshape(n_clusters, n_own, n_terms)
    inner = np.zeros((n_clusters, n_own, n_own))
    np.add.at(inner, cluster, weight[:, None, None] * own[:, :, None] * own[:, None, :])
    inner[:, np.arange(n_own), np.arange(n_own)] += np.exp(-2 * fitted.vcp_mean)[kind].reshape(n_clusters, n_own)
    between -= np.einsum("cij,cik->jk", weighted, np.linalg.solve(inner, weighted))
    return Fit(np.asarray(fitted.fe_mean), np.linalg.inv(between), converged, tuple(notes))


def _slope(logit: FloatArray) -> FloatArray:
    probability = expit(logit)
    return probability * (1 - probability)
