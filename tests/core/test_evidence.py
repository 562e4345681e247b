"""Evidence: the share below criteria, with and without noise of the criteria."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import ndtr

from memsim.core.arrays import FloatArray
from memsim.core.errors import ModelError
from memsim.core.evidence import (
    SMOOTH,
    Discrete,
    Evidence,
    Logistic,
    Mixture,
    Normal,
    Uniform,
    _logistic_steps,
    rating_shares,
)
from memsim.models.recognition.strength_distributions import NormalParts

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


@pytest.mark.parametrize("noise", [0.0, 0.6])
def test_shares_far_above_the_middle_are_not_rounded_away(noise: float) -> None:
    sd = np.hypot(1, noise)
    criteria = np.array([2.0, 8.5, 12.0])
    expected = np.diff([1, *stats.norm.sf(criteria, 0.5, sd), 0]) * -1
    shapes: list[Evidence] = [
        Normal(0.5, 1.0),
        Normal(np.array([0.5]), np.array([1.0])),
        Mixture((0.4, 0.6), (Normal(0.5, 1.0), Normal(0.5, 1.0))),
        NormalParts.of([(0.3, 0.5, 1), (0.7, 0.5, 1)], [(0.3, 0.5, 1), (0.7, 0.5, 1)]),
    ]
    for evidence in shapes:
        n_probes = 2 if isinstance(evidence, NormalParts) else 1
        found = rating_shares(evidence, criteria, noise, n_probes)
        np.testing.assert_allclose(found, np.tile(expected, (n_probes, 1)), rtol=1e-10)
        assert found.sum(axis=1) == pytest.approx(1)
    logistic = rating_shares(Logistic(0.0), np.array([40.0]), 0, 1)
    np.testing.assert_allclose(logistic, [[1, np.exp(-40)]], rtol=1e-10)


def test_evidence_may_be_plain_numbers() -> None:
    for evidence in (
        Normal(0.5),
        Logistic(0.5, 1.0),
        Uniform(0.5, 1.0),
        Mixture((0.5, 0.5), (Normal(0.0), Normal(1.0))),
    ):
        shares = rating_shares(evidence, np.array([0.2, 0.7]), 0.0, 3)
        assert shares.shape == (3, 3) and np.allclose(shares, shares[0])


def test_what_is_no_evidence_is_named() -> None:
    wrong: list[tuple[Any, str]] = [
        (None, "no evidence"), (np.zeros(3), "no evidence"), (Normal(np.zeros(4)), "shape"),
        (Normal(0.0, -1.0), "below 0"), (Logistic(0.0, -1.0), "below 0"), (Uniform(0.0, -1.0), "below 0"),
    ]  # fmt: skip
    for evidence, message in wrong:
        with pytest.raises(ModelError, match=message):
            rating_shares(evidence, np.array([0.2]), 0.0, 3)


@given(st.floats(-5, 5), st.floats(1e-9, 3), st.floats(0.01, 2))
def test_uniform_evidence_under_noise_is_an_integral(away: float, width: float, noise: float) -> None:
    """Of whatever width: P(U + e < c) is the mean of Φ over the uniform distribution, by adaptive quadrature."""
    kink = [max(min(away, width), -width)]
    found = integrate.quad(lambda at: ndtr((away - at) / noise), -width, width, points=kink, epsabs=1e-13, limit=500)
    expected = found[0] / (2 * width)
    assert Uniform(0.0, width).below(np.array([away]), noise).item() == pytest.approx(expected, abs=1e-11)


@given(st.floats(-5, 5), st.floats(1e-6, 3), st.floats(0, 3))
def test_logistic_evidence_under_noise_is_an_integral(away: float, scale: float, noise: float) -> None:
    """Of whatever scale: the sum of logistic and normal noise, by quadrature over the quantiles of the logistic one."""
    share = (np.arange(200_000) + 0.5) / 200_000
    values = (away - scale * np.log(share / (1 - share))) / max(noise, 1e-12)
    found = Logistic(0.0, scale).below(np.array([away]), noise).item()
    assert found == pytest.approx(float(ndtr(values).mean()), abs=2e-5)


@pytest.mark.parametrize("ratio", [SMOOTH, 20.0, 1000.0])
def test_wide_noise_over_logistic_evidence_by_few_points_and_by_many(ratio: float) -> None:
    away = np.linspace(-6, 6, 101) * ratio
    nodes, weights = _logistic_steps()
    many = sum(weight * ndtr((away - node) / ratio) for node, weight in zip(nodes, weights, strict=True))
    np.testing.assert_allclose(Logistic(0.0).below(away, ratio), many, rtol=1e-7, atol=1e-14)
    assert abs(Logistic(0.0).below(away, ratio * (1 - 1e-12)) - many).max() < 1e-11, "no jump between the two"


class Wavering(NamedTuple):
    """Evidence whose shares differ by this where they should be equal."""

    by: float

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        return np.asarray(0.4 + self.by * (np.arange(criteria.shape[-1]) % 2))


def test_what_rounding_leaves_between_equal_criteria_is_no_negative_probability() -> None:
    """Vectorised logarithms of the same number differ in the last digit by the place where it stands."""
    shares = rating_shares(Wavering(1.2e-16), np.full(5, 0.3), 0.0, 2)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-15)


def test_shares_that_fall_are_no_distribution() -> None:
    with pytest.raises(ModelError, match=r"Wavering, whose probability below a criterion falls by 0\.1 as"):
        rating_shares(Wavering(0.1), np.linspace(0, 1, 5), 0.0, 2)
