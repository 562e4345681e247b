"""The choice of the strongest under noise, against a composite rule in logarithms, adaptive quadrature and draws."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import log_ndtr, ndtr

from memsim.models.serial.noisy_choice import noisy_choice, strongest

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


def expected(strength: np.ndarray, item: int, noise: float, threshold: float) -> float:
    """P(item) by Gauss-Legendre rules on pieces of a third of a standard deviation, over all that could matter."""
    scaled, low = strength / noise, threshold / noise
    rivals = np.delete(scaled, item)
    finite = scaled[np.isfinite(scaled)]
    start, end = max(finite.min() - 12, low), max(finite.max(), low) + 12
    edges = np.linspace(start, end, int((end - start) * 3) + 2)
    half = (edges[1] - edges[0]) / 2
    x = (edges[:-1, None] + half * (1 + NODES)).ravel()
    logs = -0.5 * (x - scaled[item]) ** 2 + log_ndtr(x[:, None] - rivals[np.isfinite(rivals)]).sum(axis=1)
    logs += np.log(np.tile(WEIGHTS * half, len(edges) - 1)) - 0.5 * np.log(2 * np.pi)
    return float(np.exp(logs.max()) * np.exp(logs - logs.max()).sum())


@settings(max_examples=100, deadline=None)
@given(
    n=st.sampled_from([1, 2, 3, 6, 9, 20, 30, 100]),
    spread=st.sampled_from([0.0, 0.01, 0.3, 1.0, 3.0, 10.0, 30.0]),
    noise=st.sampled_from([1e-6, 0.1, 1.0, 50.0]),
    above=st.sampled_from([-np.inf, -40.0, -2.0, -0.3, 0.0, 1.0, 8.0, 30.0]),
    seed=st.integers(0, 10_000),
)
def test_every_probability_is_exact(n: int, spread: float, noise: float, above: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    strength = noise * spread * rng.normal(size=n)
    strength[1:][rng.random(n - 1) < 0.1] = -np.inf
    threshold = strength.max() + noise * above
    found = strongest(strength[None], noise, threshold)[0]
    assert found.sum() == pytest.approx(1, abs=1e-11)
    for item in {0, int(strength.argmax()), int(strength.argmin())}:
        if np.isneginf(strength[item]):
            assert found[item] == 0
            continue
        value = expected(strength, item, noise, threshold)
        if value > 1e-300:
            assert found[item] == pytest.approx(value, rel=1e-10, abs=0)
        else:
            assert found[item] <= 1e-299


@pytest.mark.parametrize("noise", [0.02, 0.2, 2.0])
def test_thirty_items_by_adaptive_quadrature(noise: float) -> None:
    strength = np.linspace(0.5, 0, 30)
    found = strongest(strength[None], noise, 0.3)[0]
    for item in (0, 1, 10, 29):

        def integrand(x: float, item: int = item) -> float:
            below = ndtr((x - np.delete(strength, item)) / noise)
            return float(np.exp(-0.5 * ((x - strength[item]) / noise) ** 2) / np.sqrt(2 * np.pi) / noise * below.prod())

        value, _ = quad(integrand, 0.3, 0.5 + 12 * noise, epsabs=1e-13, epsrel=1e-12, limit=200)
        assert found[item] == pytest.approx(value, abs=1e-12)


def test_ties_and_edges() -> None:
    alike = strongest(np.full((1, 30), 0.7), 0.1)[0]
    assert alike[:30] == pytest.approx(1 / 30, rel=1e-12) and alike[30] == 0
    assert strongest(np.array([[1.0, 1.0, 0.0]]), 0)[0].tolist() == [0.5, 0.5, 0, 0]
    assert strongest(np.array([[1.0, 1.0, 0.0]]), 1e-300, 1.0)[0].tolist() == [0.5, 0.5, 0, 0], "as without noise"
    assert strongest(np.array([[1.0, 0.0]]), 0, 1.5)[0].tolist() == [0, 0, 1]
    nobody = np.full((1, 3), -np.inf)
    for noise in (0.0, 1.0):
        assert strongest(nobody, noise)[0].tolist() == strongest(nobody, noise, 0.1)[0].tolist() == [0, 0, 0, 1]
    apart = strongest(np.array([[0.0, 1e9, -1e9]]), 1e-3, 0.0)[0]
    assert apart == pytest.approx([0, 1, 0, 0], abs=1e-14)
    assert strongest(np.array([[0.0, 1.0]]), 1e-90)[0] == pytest.approx([0, 1, 0], abs=1e-14)
    two = strongest(np.array([[0.3, 0.0]]), 1.0)[0, 1]
    assert two == pytest.approx(ndtr(-0.3 / np.sqrt(2)), rel=1e-12)


def pulled(strength: Any, noise: float, threshold: float, by: Any) -> list[Any]:
    _, pullback = noisy_choice(strength, noise, threshold)
    return [each[0] for each in pullback(by)]


@settings(max_examples=80, deadline=None)
@given(
    n=st.integers(1, 9), spread=st.sampled_from([0.0, 0.4, 1.0, 4.0]), noise=st.sampled_from([0.02, 0.5, 4.0]),
    above=st.sampled_from([-np.inf, -2.0, 0.1, 3.0]), seed=st.integers(0, 10_000),
)  # fmt: skip
def test_derivatives(n: int, spread: float, noise: float, above: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    strength = noise * spread * rng.normal(size=(1, n))
    strength[0, 1:][rng.random(n - 1) < 0.2] = -np.inf
    threshold = strength.max() + noise * above
    by = rng.normal(size=(1, n + 1))

    def total(strength: Any, noise: float, threshold: float) -> float:
        return float((by * noisy_choice(strength, noise, threshold)[0]).sum())

    def slope(function: Any) -> float:
        """By four points, of the fourth order."""
        step = 2e-3 * noise
        return float((8 * (function(step) - function(-step)) - function(2 * step) + function(-2 * step)) / (12 * step))

    by_strength, by_noise, by_threshold = pulled(strength, noise, threshold, by)
    for item in range(n):
        if np.isneginf(strength[0, item]):
            assert by_strength[item] == 0
        else:
            own = slope(lambda step, item=item: total(strength + step * np.eye(n)[item], noise, threshold))
            assert by_strength[item] == pytest.approx(own, rel=1e-7, abs=1e-8 / noise)
    assert by_noise == pytest.approx(
        slope(lambda step: total(strength, noise + step, threshold)), rel=1e-7, abs=1e-8 / noise
    )
    if np.isfinite(threshold):
        edge = slope(lambda step: total(strength, noise, threshold + step))
        assert by_threshold == pytest.approx(edge, rel=1e-7, abs=1e-8 / noise)
    else:
        assert by_threshold == 0


@pytest.mark.parametrize("noise", [0.0, 1e-300, 1e-99, 1e-20, 1e20, 1e300])
@pytest.mark.parametrize("threshold", [-np.inf, -1e30, 0.0, 1.0, 1e30, np.inf])
def test_derivatives_are_numbers_at_all_edges(noise: float, threshold: float) -> None:
    strength = np.array([[0.0, 0.0, 1.0, 1.0, -np.inf, 1e20]])
    probability, pullback = noisy_choice(strength, noise, threshold)
    assert probability.sum() == pytest.approx(1)
    assert not any(np.isnan(each).any() for each in pullback(np.arange(7.0)[None]))


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 6), noise=st.sampled_from([0.0, 0.05, 0.5, 3.0]), threshold=st.sampled_from([-np.inf, -1.0, 0.4]),
    seed=st.integers(0, 1000),
)  # fmt: skip
def test_draws_have_these_probabilities(n: int, noise: float, threshold: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    strength = rng.normal(size=(3, n))
    strength[rng.random((3, n)) < 0.2] = -np.inf
    probability = strongest(strength, noise, threshold)
    assert (probability >= 0).all() and np.allclose(probability.sum(axis=1), 1)
    assert (probability[:, :n][np.isneginf(strength)] == 0).all()
    noisy = strength[:, None] + noise * rng.normal(size=(3, 20_000, n))
    outcome = np.where(noisy.max(axis=2) >= threshold, noisy.argmax(axis=2), n)
    outcome[np.isneginf(strength).all(axis=1)] = n
    drawn = np.stack([(outcome == k).mean(axis=1) for k in range(n + 1)], axis=1)
    assert np.allclose(probability, drawn, atol=0.02)
