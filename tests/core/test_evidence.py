"""Evidence: the share below criteria, with and without noise of the criteria."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from memsim.core.evidence import Discrete, Evidence, Logistic, Mixture, Normal, Uniform

CRITERIA = np.array([-1.0, -0.3, 0.2, 0.7, 1.3])


def by_integration(density: Any, criterion: float, noise: float, low: float, high: float) -> float:
    """The probability that evidence with this density is below a criterion that varies."""
    found, _ = integrate.quad(
        lambda x: density(x) * stats.norm.sf(x, criterion, noise), low, high, limit=200, points=[criterion]
    )
    return float(found)


@pytest.mark.parametrize("noise", [0.1, 0.7])
def test_noise_of_criteria_by_integration(noise: float) -> None:
    shapes: list[tuple[Evidence, Any, float, float]] = [
        (Normal(0.4, 1.2), stats.norm(0.4, 1.2).pdf, -9, 9),
        (Logistic(0.4, 0.5), stats.logistic(0.4, 0.5).pdf, -20, 20),
        (Uniform(0.4, 0.8), stats.uniform(-0.4, 1.6).pdf, -0.4, 1.2),
    ]
    for evidence, density, low, high in shapes:
        found = np.broadcast_to(evidence.below(CRITERIA, noise), (1, 5))[0]
        expected = [by_integration(density, criterion, noise, low, high) for criterion in CRITERIA]
        np.testing.assert_allclose(found, expected, atol=2e-8)


def test_evidence_of_one_value_is_below_or_not() -> None:
    assert Normal(np.array([0.2, 0.1])).below(np.array([0.2]), 0).tolist() == [[0.0], [1.0]]
    assert Uniform(0.55, 0.1).below(np.array([0.5]), 0).tolist() == [pytest.approx(0.25)]
    assert Uniform(0.3, 0.0).below(np.array([0.2, 0.4]), 0).tolist() == [0, 1]
    found = Discrete(np.array([0.0, 1.0]), np.array([0.25, 0.75])).below(np.array([0.0, 0.5, 2.0]), 0)
    assert found.tolist() == [[0.0, 0.25, 1.0]]


def test_recollection_is_above_all_criteria() -> None:
    mixture = Mixture((0.35, 0.65), (Normal(np.inf), Normal(0.9, 1)))
    cells = np.diff(np.concatenate(([0], np.ravel(mixture.below(CRITERIA, 0)), [1])))
    expected = [0.0186657639, 0.0561295218, 0.0824810883, 0.1162048149, 0.1525429432, 0.5739758680]
    np.testing.assert_allclose(cells, expected, atol=5e-11)


@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=4), st.floats(0, 2), st.floats(0, 2),
    st.lists(st.floats(-5, 5), min_size=2, max_size=5),
)  # fmt: skip
def test_shares_rise_with_the_criterion(means: list[float], sd: float, noise: float, cuts: list[float]) -> None:
    mean, criteria = np.array(means), np.sort(cuts)
    parts: tuple[Evidence, ...] = (
        Normal(mean, sd),
        Uniform(mean, sd),
        Discrete(mean[None], np.ones(len(mean)) / len(mean)),
    )
    shapes: list[Evidence] = [*parts[:2], Logistic(mean, sd + 0.1), Mixture((0.3, 0.7), parts[:2]), parts[2]]
    for evidence in shapes:
        below = evidence.below(criteria, noise)
        assert (np.diff(below, axis=-1) >= -1e-12).all() and (below >= -1e-12).all() and (below <= 1 + 1e-12).all()
