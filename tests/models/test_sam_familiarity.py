"""The distribution of SAM's familiarity of many images, against exact convolution, and of a session at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from memsim import Judgments, log_likelihood, simulate
from memsim.core.evidence import Normal
from memsim.core.judgment_likelihood import judgment_likelihood
from memsim.models import SAM
from memsim.models.sam.familiarity import Sums, factors, familiarity_distribution, lattice_steps
from memsim.paradigms import FinalRecognition
from tests.models.probed_tasks import JudgedPairs, trials_of

SESSION = FinalRecognition(list_length=48, lists=4, list_interval=20.0, n_targets=12, n_lures=6, ratings=4)
MODEL = SAM(
    store_readout="soft", context_strength=0.07, forward_strength=0.02, self_strength=0.05, residual_strength=0.01,
    criterion=0.4, criterion_spacing=0.1, criterion_noise=0.1, lapse=0.02,
)  # fmt: skip


def exact(products: Any, values: Any, chances: Any, step: float) -> tuple[Any, Any]:
    """The values of a sum, multiples of ``step``, and their probabilities, by a transform of the whole lattice."""
    size = 1 << int(np.ceil(np.log2(products.sum() * values.max() / step + 3)))
    transform = np.ones(size // 2 + 1, dtype=complex)
    for each, times in zip(*np.unique(products, return_counts=True), strict=True):
        one = np.zeros(size)
        np.add.at(one, np.rint(each * values / step).astype(int), chances)
        transform *= np.fft.rfft(one) ** times
    return np.arange(size) * step, np.fft.irfft(transform, size)


def products_of(n: int, target: bool) -> Any:
    """Multiples of one strength, as rehearsal gives them; a target has an image of its own, and linked ones."""
    rng = np.random.default_rng(n)
    found = rng.integers(1, 12, n).astype(float)
    if target:
        linked = rng.choice(n, 7, replace=False)
        found[linked] *= rng.integers(2, 20, 7)
        found[linked[0]] = 240
    return found


@pytest.mark.parametrize("n", [16, 64, 256, 512])
@pytest.mark.parametrize("v", [0.1, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("target", [True, False])
def test_the_distribution_of_many_images_is_exact(n: int, v: float, target: bool) -> None:
    products, step = products_of(n, target), 0.01 if v != 0.5 else 0.25
    values, chances = factors(np.array([1]), v, 1.0, 1.0)
    at, weights = exact(products, values[0], chances[0], step)
    mean, square = at @ weights, at**2 @ weights
    sd = np.sqrt(square - mean**2)
    found = Sums(products[None], values, chances, np.zeros(1))
    kept = weights > 1e-14
    cuts = np.rint(np.linspace(mean - 4 * sd, mean + 5 * sd, 61) / step) * step + step / 2
    for noise in (0.1 * sd, 0.7 * sd):
        known = [weights[kept] @ Normal(0.0).below(cut - at[kept], noise).ravel() for cut in cuts]
        assert np.allclose(found.below(cuts, noise), known, rtol=0, atol=1e-6)
    if n >= 32:
        known = [weights[at < cut].sum() for cut in cuts]
        assert np.allclose(found.below(cuts, 0.0), known, rtol=0, atol=1e-6 + 0.55 * weights.max())


def test_weights_of_cues_other_than_one() -> None:
    """Values are no multiples of a step; independent samples of each strength are the known answer."""
    rng = np.random.default_rng(3)
    products, w_context, w_item, v, n = products_of(64, True)[None] / 100, 0.7, 1.6, 0.6, 200_000
    found = familiarity_distribution(products, np.array([1]), v, w_context, w_item, 0.3)
    drawn = np.zeros(n)
    for product in products[0]:
        levels = 1 + v * rng.integers(-1, 2, (2, n))
        drawn += product * levels[0] ** w_context * levels[1] ** w_item
    drawn += 0.3 * rng.standard_normal(n)
    cuts = np.quantile(drawn, [0.02, 0.2, 0.5, 0.8, 0.98])
    shares = (drawn < cuts[:, None]).mean(axis=1)
    assert np.allclose(found.below(cuts, 0.3)[0], shares, rtol=0, atol=4.5 * np.sqrt(0.25 / n))


def test_lattices_wider_than_the_noise_are_exact() -> None:
    products = np.ones((1, 40))
    values, chances = factors(np.array([1]), 0.5, 1.0, 1.0)
    steps = lattice_steps(products, values)
    assert steps == 0.25
    at, weights = exact(products[0], values[0], chances[0], 0.25)
    found = Sums(products, values, chances, steps)
    cuts = np.array([40.0, 46.3, 52.1])
    assert np.allclose(found.below(cuts, 0.0)[0], [weights[at < cut].sum() for cut in cuts], rtol=0, atol=1e-12)
    known = [weights @ Normal(0.0).below(cut - at, 0.2).ravel() for cut in cuts]
    assert np.allclose(found.below(cuts, 0.2)[0], known, rtol=0, atol=1e-12)


def test_rows_criteria_and_noise_of_their_own() -> None:
    """Each probe has its row, its criteria and its noise; equal rows give equal answers."""
    products = np.stack([products_of(40, True), products_of(40, False)])
    values, chances = factors(np.array([1, 2]), 0.4, 1.0, 1.0)
    rows = np.array([1, 0, 1], dtype=np.int32)
    found = Sums(products, values, chances, np.zeros(2), rows)
    cuts, noise = np.array([[300.0, 400.0], [500.0, 700.0], [250.0, 330.0]]), np.array([[40.0], [60.0], [50.0]])
    for probe, row in enumerate(rows):
        one = Sums(products[[row]], values[[row]], chances[[row]], np.zeros(1))
        assert np.array_equal(found.below(cuts, noise)[probe], one.below(cuts[probe], noise[probe])[0])
    alone = found.below(cuts[0], 40.0)
    assert np.array_equal(alone[0], alone[2]) and np.array_equal(alone[0], found.below(cuts, noise)[0])


@pytest.mark.parametrize(
    "changed",
    [{}, {"rehearsal": "divided"}, {"fluctuation_rate": 0.01}, {"differentiation": 0.5}, {"criterion_noise": 0.0}],
)
def test_a_session_at_once_is_that_of_the_steps(changed: dict[str, Any]) -> None:
    model = MODEL.replace(**changed)
    judgments = simulate(model, SESSION.trials(5, seed=2), seed=3)
    fast = log_likelihood(model, judgments, samples=2, seed=1)
    assert np.allclose(fast, judgment_likelihood(model, judgments, 2, 1, by_steps=True)[0], rtol=0, atol=1e-9)
    assert np.array_equal(judgments.ratings, simulate(model, judgments.trials, seed=3).ratings)


def test_pairs_at_once_are_those_of_the_steps() -> None:
    trials = trials_of(JudgedPairs, np.arange(8), [[[0, 1], [0, 3], [9, 2]]])
    judgments = Judgments(trials, [[2, 1, 1]])
    model = MODEL.replace(store_size=1)
    fast = log_likelihood(model, judgments, samples=1)
    assert np.allclose(fast, judgment_likelihood(model, judgments, 1, 0, by_steps=True)[0], rtol=0, atol=1e-9)
