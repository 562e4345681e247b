"""Tests with few clusters: those of Student, Welch and Hotelling, and how often they reject what is true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from memsim.analysis.statistics.cluster_tests import ClusterErrors
from memsim.core.seeding import stream


def of_means(*groups: np.ndarray) -> tuple[ClusterErrors, np.ndarray]:
    """The means of groups (n, q) as estimates, with their errors; the terms of a group follow those of the last."""
    q, blocks = groups[0].shape[1], len(groups)
    parts = []
    for a, values in enumerate(groups):
        n = len(values)
        each = np.zeros((n, q * blocks))
        each[:, a * q : (a + 1) * q] = (values - values.mean(axis=0)) / np.sqrt(n * (n - 1))
        parts.append(each)
    kind = np.repeat(np.arange(blocks), [len(values) for values in groups])
    df = np.array([len(values) - 1.0 for values in groups])
    return ClusterErrors(np.concatenate(parts), kind, df), np.concatenate([values.mean(axis=0) for values in groups])


def difference(q: int) -> np.ndarray:
    return np.hstack([np.eye(q), -np.eye(q)])


def test_one_contrast_is_students_test_or_welchs() -> None:
    rng = stream(0, "cluster tests")
    x, y = rng.normal(0.5, 1, (9, 1)), rng.normal(0, 3, (14, 1))
    errors, means = of_means(x)
    theirs = stats.ttest_1samp(x[:, 0], 0)
    assert errors.joint_test(np.eye(1), means) == pytest.approx((theirs.statistic**2, 1, 8, theirs.pvalue))
    errors, means = of_means(x, y)
    welch = stats.ttest_ind(x[:, 0], y[:, 0], equal_var=False)
    assert errors.joint_test(difference(1), means) == pytest.approx((welch.statistic**2, 1, welch.df, welch.pvalue))
    se, df = errors.of(difference(1))
    assert (float(se[0]), float(df[0])) == pytest.approx((float(means[0] - means[1]) / welch.statistic, welch.df))


def test_one_kind_of_cluster_is_hotellings_test() -> None:
    x = stream(1, "cluster tests").normal(0.3, 1, (12, 4))
    n, q = x.shape
    t2 = n * x.mean(axis=0) @ np.linalg.solve(np.cov(x.T), x.mean(axis=0))
    f = t2 * (n - q) / (q * (n - 1))
    errors, means = of_means(x)
    assert errors.joint_test(np.eye(q), means) == pytest.approx((f, q, n - q, stats.f.sf(f, q, n - q)))


@given(st.integers(0, 999), st.integers(1, 4), st.integers(6, 12), st.integers(6, 40), st.floats(0.01, 100))
def test_degrees_of_freedom_lie_between_those_of_one_group_and_of_all(
    seed: int, q: int, n: int, m: int, scale: float
) -> None:
    rng = stream(seed, "cluster tests")
    errors, means = of_means(rng.normal(size=(n, q)), scale * rng.normal(size=(m, q)))
    found = errors.joint_test(difference(q), means)
    assert min(n, m) - 1 - 1e-6 <= found.df_error + q - 1 <= n + m - 2 + 1e-6
    turned = rng.normal(size=(q, q)) + 3 * np.eye(q)
    assert errors.joint_test(turned @ difference(q), means) == pytest.approx(found, rel=1e-5)


@pytest.mark.parametrize("sizes", [(10, 10), (10, 40), (40, 10)])
def test_true_hypotheses_are_rejected_as_often_as_said(sizes: tuple[int, int]) -> None:
    """Covariances are unequal. With G - q degrees of freedom for G clusters, .31 would be rejected of (10, 40)."""
    rng = stream(2, "cluster tests", *sizes)
    p = []
    for _ in range(1500):
        errors, means = of_means(rng.normal(size=(sizes[0], 5)), 0.3 * rng.normal(size=(sizes[1], 5)))
        p.append(errors.joint_test(difference(5), means).p)
    assert 0.025 < np.mean(np.array(p) < 0.05) < 0.07


def test_there_is_no_test_where_errors_are_singular_or_too_few() -> None:
    x = stream(3, "cluster tests").normal(size=(9, 3))
    errors, means = of_means(x @ np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0]]).T)
    assert np.isnan(errors.joint_test(np.eye(3), means).p)
    assert np.isnan(ClusterErrors.undefined(3).joint_test(np.eye(3), np.ones(3)).p)
