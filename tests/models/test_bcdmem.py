"""BCDMEM: known answers, identities, and what its evidence does and does not depend on."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import ItemPool, Judgments, log_likelihood, simulate
from memsim.core.errors import InputError
from memsim.models import BCDMEM
from memsim.paradigms.recognition import Recognition

TINY = 1e-12
V20 = BCDMEM(context_size=20, reinstatement_loss=0.25, context_noise=0.1, learning_rate=0.5, sparsity=0.2)
V100 = BCDMEM(context_size=100, reinstatement_loss=0.3, learning_rate=0.25, sparsity=0.2)


def rates(model: BCDMEM) -> tuple[float, float]:
    found = model.log_ratios(model.context_noise)
    above = found.values > TINY
    return float(found.old[above].sum()), float(found.new[above].sum())


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (V20, (0.7888054941, 0.1583134920)),
        (V20.replace(context_noise=0.05), (0.8119647216, 0.1115328896)),
        (V20.replace(reinstatement_loss=0.0), (0.8221885063, 0.1283195602)),
        (V100.replace(context_noise=0.03), (0.9160622110, 0.0573954964)),
        (V100.replace(context_noise=0.06), (0.8874147581, 0.0949986623)),
    ],
)
def test_hits_and_false_alarms(model: BCDMEM, expected: tuple[float, float]) -> None:
    assert rates(model) == pytest.approx(expected, abs=5.1e-11)
    task = Recognition(list_length=2, n_targets=1, n_lures=1)
    trials = task.trials(1)
    both = np.exp([log_likelihood(model, Judgments(trials, np.full((1, 2), answer))) for answer in (1, 2)]).ravel()
    assert both == pytest.approx([(1 - expected[0]) * (1 - expected[1]), expected[0] * expected[1]], abs=1e-9)


def test_the_distribution_of_evidence() -> None:
    found = V20.log_ratios(0.1)
    assert found.old @ found.values == pytest.approx(1.9386742764811, abs=5e-11)
    assert found.new @ found.values == pytest.approx(-1.4175959912, abs=5e-11)
    old = [0.0244963139, 0.0824062025, 0.2111945059, 0.3547159599, 0.5468968121]
    new = [0.3590337012, 0.6179124976, 0.8416865080, 0.9347036466, 0.9820339430]
    for weights, expected in ((found.old, old), (found.new, new)):
        below = [weights[found.values <= cut + TINY].sum() for cut in (-2, -1, 0, 1, 2)]
        assert below == pytest.approx(expected, abs=5.1e-11)
    steps = np.unique(V20.replace(context_size=1).log_ratios(0.1).values)
    assert steps == pytest.approx(sorted([-0.02985296, 0.23483959, -0.69314718, 1.70474809]), abs=5e-9)


def test_ties_are_new() -> None:
    model = V20.replace(reinstatement_loss=0.0)
    found = model.log_ratios(0.1)
    assert found.old[np.abs(found.values) < TINY].sum() == pytest.approx(0.0115, abs=5e-5)
    without_learning = V20.replace(learning_rate=0.0)
    trials = Recognition(list_length=4, n_targets=4, n_lures=4).trials(20)
    assert not without_learning.log_ratios(0.1).values.any()
    assert not simulate(without_learning, trials).called_old.any()


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 40), st.floats(0.01, 0.9), st.floats(0, 0.9), st.floats(0.01, 0.9), st.floats(0, 1)
)  # fmt: skip
def test_probabilities_sum_to_one_and_the_mean_ratio_of_new_items_is_one(
    v: int, s: float, r: float, p: float, d: float
) -> None:
    found = BCDMEM(
        context_size=v, sparsity=s, learning_rate=r, context_noise=p, reinstatement_loss=d
    ).log_ratios(p)  # fmt: skip
    assert found.old.sum() == pytest.approx(1, abs=1e-9)
    assert found.new.sum() == pytest.approx(1, abs=1e-9)
    assert found.new @ np.exp(found.values) == pytest.approx(1, abs=1e-8)
    assert (np.diff(found.values) >= 0).all()
    # The density among old items is that among new ones times the ratio.
    assert found.old == pytest.approx(found.new * np.exp(found.values), abs=1e-9)


def test_without_loss_of_context_inactive_nodes_say_nothing() -> None:
    found = V20.replace(context_size=1, reinstatement_loss=0.0).log_ratios(0.1)
    assert np.sum(np.abs(found.values) < TINY) == 2


def test_frequency_makes_a_mirror_and_other_items_change_nothing() -> None:
    pool = ItemPool(np.arange(90), categories=np.repeat(["low", "high", "middle"], 30))
    model = BCDMEM()
    trials = Recognition(list_length=10, n_targets=10, n_lures=10).trials(3000, pool=pool)
    called, kinds = simulate(model, trials).called_old, trials.probe_kinds
    category = pool.categories[trials.probes.items[:, :, 0]]  # type: ignore[index, union-attr]
    for name, noise in (("low", 0.03), ("high", 0.06), ("middle", 0.045)):
        found = tuple(called[(kinds == kind) & (category == name)].mean() for kind in ("target", "lure"))
        assert found == pytest.approx(rates(model.replace(context_noise=noise)), abs=0.02)
    low, high = rates(model.replace(context_noise=0.03)), rates(model.replace(context_noise=0.06))
    assert low[1] < high[1] < high[0] < low[0]


@pytest.mark.parametrize("noise", [0.0, 0.7])
def test_all_ratings_of_two_probes_sum_to_one_and_are_those_of_simulation(noise: float) -> None:
    model = V20.replace(criterion_noise=noise)
    one = Recognition(list_length=2, n_targets=1, n_lures=1, ratings=3).trials(1, seed=1)
    every = np.array(list(product((1, 2, 3), repeat=2)), np.int32)
    scored = np.exp(log_likelihood(model, Judgments(one[np.zeros(9, int)], every)))
    assert scored.sum() == pytest.approx(1, abs=1e-9)
    found = simulate(model, one[np.zeros(40_000, int)], 3).ratings
    counts = np.array([(found == each).all(axis=1).sum() for each in every])
    assert ((counts - 40_000 * scored) ** 2 / (40_000 * scored)).sum() < 29.6  # chi-square, 8 df, p = .00025


def test_criteria_for_each_trial() -> None:
    trials = Recognition(list_length=2, n_targets=1, n_lures=1).trials(3)
    state = V20.begin(trials, np.random.default_rng(0))
    cuts = np.array([[-1.0, 0.5], [0.0, 1.0], [2.0, 3.0]])
    for noise in (0.0, np.array([[0.1], [0.0], [2.0]])):
        together = V20.familiarity(state, trials.probe(0)).below(cuts, noise)
        for row in range(3):
            kept = noise if np.ndim(noise) == 0 else np.asarray(noise)[[row]]
            alone = V20.familiarity(state, trials[row].probe(0)).below(cuts[row], kept)
            assert together[row] == pytest.approx(alone[0], abs=1e-12)


def test_too_many_combinations_are_refused() -> None:
    with pytest.raises(InputError, match="combinations of counts"):
        BCDMEM(context_size=1000, sparsity=0.6, context_noise=0.5).log_ratios(0.5)
