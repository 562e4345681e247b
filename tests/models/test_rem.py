"""REM: the worked example, exact cases, identities, and what lists and words do to recognition."""

from itertools import combinations_with_replacement, product
from math import factorial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import ItemPool, Judgments, Trials, log_likelihood, simulate
from memsim.core.arrays import FloatArray
from memsim.core.events import Probe, Study
from memsim.core.judgment_loop import simulate_judgments
from memsim.core.probes import Probes
from memsim.core.seeding import stream
from memsim.models import REM
from memsim.models.recognition.rem import Images
from memsim.paradigms.recognition import Recognition

MODEL = REM()


def images(traces: Any, probes: Any) -> Images:
    """(n_trials, n_traces, n_features) and (n_trials, n_features) as a state, in which the probe is unit 0."""
    traces, values = np.asarray(traces, np.int16), np.asarray(probes, np.int16)[:, None]
    counts = np.full(len(traces), traces.shape[1], np.int32)
    none = np.full((len(traces), 1), -1, np.int32)
    match = MODEL.match_factors(int(max(traces.max(), values.max())))
    return Images(values, traces, traces, counts, none, none, none[:, 0], match)


def log_odds(traces: Any, probes: Any) -> FloatArray:
    state = images(traces, probes)
    return MODEL.log_odds(state, np.zeros(len(state.counts), np.int32), state.counts)[0]


def rates(model: REM, trials: Trials, seed: int = 0) -> tuple[float, float]:
    called = simulate(model, trials, seed).called_old
    kinds = trials.probe_kinds
    return float(called[kinds == "target"].mean()), float(called[kinds == "lure"].mean())


def test_the_worked_example() -> None:
    traces = [[[0, 1, 0, 3], [2, 2, 1, 0]]] * 2
    probes = [[6, 1, 1, 3], [2, 3, 4, 3]]
    assert log_odds(traces, probes) == pytest.approx([1.6831323070, -0.0845598390], abs=1e-10)
    each = np.exp([log_odds([[traces[0][i]]] * 2, probes) for i in (0, 1)]).T
    assert each == pytest.approx(np.array([[10.5802777778, 0.1845], [1.5483333333, 0.2895]]), abs=1e-10)
    assert np.exp(log_odds(traces, probes)) == pytest.approx([5.3823888889, 0.9189166667], abs=1e-10)


def test_the_probability_of_storage() -> None:
    assert MODEL.stored(1.0) == pytest.approx(0.3351673640, abs=1e-10)
    assert REM(storage_attempts=20).stored(0.5) == MODEL.stored(1.0)
    assert REM(storage_probability=1).stored(0) == 0


def exact_rates(w: int, n: int, largest: int) -> tuple[float, float, float]:
    """Hits, false alarms and ties of lures by enumeration of all probes and images, with the model's own odds."""
    u, c, g = MODEL.stored(1.0), MODEL.copy_probability, MODEL.base_rate
    hit = false_alarm = tie = 0.0
    contents = list(product(range(3), repeat=n * w))  # of each feature: nothing, the value of the probe, another
    code = np.array(contents).reshape(-1, n, w)
    for values in combinations_with_replacement(range(1, largest + 1), w):
        counts = np.unique(values, return_counts=True)[1]
        ways = factorial(w) / np.prod([factorial(count) for count in counts])
        base = g * (1 - g) ** (np.array(values) - 1)
        weight = ways * base.prod()
        lure = np.stack((np.full(w, 1 - u), u * base, u * (1 - base)))
        same = c + (1 - c) * base
        own = np.stack((np.full(w, 1 - u), u * same, u * (1 - same)))
        feature = np.arange(w)
        p_lure = lure[code, feature].prod(axis=(1, 2))
        p_target = own[code[:, 0], feature].prod(axis=1) * lure[code[:, 1:], feature].prod(axis=(1, 2))
        stored: Any = np.choose(code, (0, np.array(values), np.array(values) + 1))
        odds = log_odds(stored, np.broadcast_to(values, (len(stored), w)))
        old = odds > 1e-12
        hit += weight * (p_target * old).sum()
        false_alarm += weight * (p_lure * old).sum()
        tie += weight * (p_lure * (np.abs(odds) < 1e-12)).sum()
    return hit, false_alarm, tie


@pytest.mark.parametrize(
    ("w", "n", "expected", "digits"),
    [
        (1, 1, (0.2597547071, 0.0837918410, 0.66483264), 8),
        (2, 2, (0.4941291365, 0.2273477990, 0.19536615), 8),
        pytest.param(3, 2, (0.59587668, 0.25268499, 0.08635231), 8, marks=pytest.mark.slow),
    ],
)
def test_exact_cases_by_enumeration(w: int, n: int, expected: tuple[float, float, float], digits: int) -> None:
    assert exact_rates(w, n, 44) == pytest.approx(expected, abs=0.51 * 10**-digits)


@pytest.mark.parametrize(
    ("w", "n", "hits", "false_alarms"), [(1, 1, 0.2597547071, 0.0837918410), (2, 2, 0.4941291365, 0.2273477990)]
)
def test_simulation_agrees_with_the_exact_cases(w: int, n: int, hits: float, false_alarms: float) -> None:
    trials = Recognition(list_length=n, n_targets=n, n_lures=n).trials(100_000, seed=3)
    hit, false_alarm = rates(REM(feature_count=w), trials)
    assert hit == pytest.approx(hits, abs=0.006)
    assert false_alarm == pytest.approx(false_alarms, abs=0.006)


ROWS = [
    (4, 10, 0.8757, 0.0931), (10, 10, 0.8235, 0.1136), (20, 10, 0.7834, 0.1249), (40, 10, 0.7384, 0.1400),
    (20, 5, 0.6399, 0.2140), (20, 20, 0.9086, 0.0573),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("n", "attempts", "hits", "false_alarms"), ROWS)
def test_rates_by_list_length_and_study_time(n: int, attempts: float, hits: float, false_alarms: float) -> None:
    # Standard errors of the targets are at most .0021, here about .0019: one of each per list, 60,000 lists.
    task = Recognition(list_length=n, n_targets=1, n_lures=1, presentation_time=attempts / 10)
    found = rates(MODEL, task.trials(60_000, seed=n))
    assert found == pytest.approx((hits, false_alarms), abs=3.5 * np.hypot(0.0021, 0.0019))


@pytest.mark.slow
def test_rates_of_words_of_high_and_low_frequency_in_mixed_lists() -> None:
    pool = ItemPool(np.arange(200), categories=np.repeat(["high", "low"], 100))
    rng = stream(0, "mixed lists")
    n = 60_000
    high, low = (first + rng.permuted(np.tile(np.arange(100), (n, 1)), axis=1)[:, :11] for first in (0, 100))
    task = Recognition(list_length=20, n_targets=2, n_lures=2)
    probes = np.stack((high[:, 0], low[:, 0], high[:, 10], low[:, 10]), axis=1)
    items = rng.permuted(np.concatenate((high[:, :10], low[:, :10]), axis=1), axis=1)
    trials = Trials(items, pool, task, probes=Probes(probes.astype(np.int32)))
    found = simulate(MODEL, trials, 1).called_old.mean(axis=0)
    assert found == pytest.approx([0.7574, 0.8127, 0.1368, 0.0954], abs=3.5 * np.hypot(0.0021, 0.0018))


@pytest.mark.slow
def test_list_strength_in_pure_and_mixed_lists() -> None:
    # Repetitions add to one image, so that 2 and 5 presentations of .3 s are one of .6 s and one of 1.5 s.
    n, width = 60_000, 3.5 * np.hypot(0.0021, 0.002)
    for seconds, expected in ((0.6, (0.6759, 0.1889)), (1.5, (0.8628, 0.0819))):
        pure = Recognition(list_length=20, n_targets=1, n_lures=1, presentation_time=seconds).trials(n, seed=2)
        assert rates(MODEL, pure) == pytest.approx(expected, abs=width)
    task = Recognition(list_length=70, n_targets=2, n_lures=1, presentation_time=0.3)
    order = stream(1, "order").permutation(np.repeat(np.arange(20), np.repeat([2, 5], 10)))
    items = np.tile(order.astype(np.int32), (n, 1))
    probes = np.tile(np.array([0, 19, 30], np.int32), (n, 1))
    trials = Trials(items, ItemPool.numbered(40), task, probes=Probes(probes))
    called = simulate(MODEL, trials, 4).called_old.mean(axis=0)
    assert called == pytest.approx([0.6222, 0.8804, 0.1253], abs=width)


def test_repetitions_are_one_longer_study() -> None:
    task = Recognition(list_length=4, n_targets=1, n_lures=1, presentation_time=0.5)
    probes = Probes(np.tile(np.array([0, 9], np.int32), (40_000, 1)))
    twice = Trials(np.tile(np.array([0, 1, 1, 0], np.int32), (40_000, 1)), ItemPool.numbered(10), task, probes=probes)
    state = MODEL.begin(twice, stream(0, "encoding"))
    for position in range(4):
        state = MODEL.study(state, position)
    assert (state.counts == 2).all()
    assert (state.traces[:, :2] > 0).mean() == pytest.approx(MODEL.stored(1.0), abs=0.002)
    assert not state.traces[:, 2:].any()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.floats(0.1, 0.9), st.floats(0, 0.99), st.floats(0, 1))
def test_the_mean_ratio_on_images_of_other_words_is_one(value: int, g: float, c: float, u: float) -> None:
    model = REM(base_rate=g, copy_probability=c)
    base = g * (1 - g) ** (value - 1)
    match = np.exp(model.match_factors(value)[value])
    assert 1 - u + u * (base * match + (1 - base) * (1 - c)) == pytest.approx(1, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**20), st.integers(1, 6), st.integers(1, 6))
def test_order_of_images_and_of_features_changes_nothing(seed: int, n: int, w: int) -> None:
    rng = np.random.default_rng(seed)
    traces, probe = rng.integers(0, 4, (1, n, w)), rng.integers(1, 4, (1, w))
    order, features = rng.permutation(n), rng.permutation(w)
    assert log_odds(traces[:, order][:, :, features], probe[:, features]) == pytest.approx(log_odds(traces, probe))


def test_nothing_stored_is_a_tie_and_called_new() -> None:
    task = Recognition(list_length=3, n_targets=3, n_lures=3, presentation_time=0)
    trials = task.trials(50)
    assert not simulate(MODEL, trials).called_old.any()
    assert simulate(REM(criterion=-0.01), trials).called_old.all()


def test_lures_of_higher_base_rate_are_called_old_more_often() -> None:
    pool = ItemPool(np.arange(60), categories=np.repeat(["high", "low"], 30))
    trials = Recognition(list_length=10, n_targets=10, n_lures=10).trials(4000, pool=pool)
    called, kinds = simulate(MODEL, trials).called_old, trials.probe_kinds
    high = pool.categories[trials.probes.items[:, :, 0]] == "high"  # type: ignore[index, union-attr]
    rate = {
        kind: [called[(kinds == kind) & (high == side)].mean() for side in (False, True)] for kind in ("target", "lure")
    }
    assert rate["lure"][0] < rate["lure"][1] < rate["target"][1] < rate["target"][0]


class Alternating(Recognition):
    """Each probe is followed by the study of the same item, as in continuous recognition."""

    def events(self) -> Any:
        for number in range(self.list_length):
            yield Probe(number)
            yield Study(number)


def test_probes_that_are_stored_by_the_answer() -> None:
    items = np.tile(np.array([0, 1, 0, 1], np.int32), (3000, 1))
    task = Alternating(list_length=4, n_targets=4, n_lures=0, presentation_time=2)
    trials = Trials(items, ItemPool.numbered(8), task, probes=Probes(items))
    learning = REM(learning_at_test=True)
    state = learning.begin(trials, stream(0, "encoding"))
    ratings = np.array([[1, 1, 2, 1]] * 3000)
    for number in range(4):
        state = learning.judged(state, trials.probe(number), ratings[:, number])
        before = state.traces.copy()
        state = learning.study(state, number)
        assert (state.traces == before).all()  # stored once, with the answer
    assert (state.counts == 3).all()  # the third was called old, and the fourth new
    density = (state.traces[:, :3] > 0).mean(axis=(0, 2))
    twice = REM().stored(4)
    assert density == pytest.approx([twice, REM().stored(2), REM().stored(2)], abs=0.01)
    unanswered = learning.begin(trials, stream(0, "encoding"))
    unanswered = learning.judged(unanswered, trials.probe(0), np.zeros(3000, np.int32))
    assert (learning.study(unanswered, 0).counts == 1).all()


def test_a_false_alarm_fills_the_image_that_matches_best() -> None:
    task = Recognition(list_length=3, n_targets=0, n_lures=1)
    trials = task.trials(500, seed=5)
    learning = REM(learning_at_test=True)
    state = learning.begin(trials, stream(0, "encoding"))
    for position in range(3):
        state = learning.study(state, position)
    best = learning.log_odds(state, trials.probe(0).units[:, 0], state.counts)[1]
    before = state.traces.copy()
    state = learning.judged(state, trials.probe(0), np.full(500, 2))
    changed = (state.traces != before).any(axis=2)
    assert (state.counts == 3).all()
    assert not changed[np.arange(4) != best[:, None]].any()
    assert changed.any()


def test_learning_at_test_makes_later_probes_worse() -> None:
    trials = Recognition(list_length=20, n_targets=20, n_lures=20).trials(3000, seed=2)
    kinds, late = trials.probe_kinds, np.arange(40) >= 20
    called = simulate(REM(learning_at_test=True), trials).called_old
    early_difference, late_difference = (
        called[:, half][kinds[:, half] == "target"].mean() - called[:, half][kinds[:, half] == "lure"].mean()
        for half in (~late, late)
    )
    assert late_difference < early_difference - 0.03


TWO = Recognition(list_length=2, n_targets=1, n_lures=1, ratings=3)


@pytest.mark.parametrize("learning", [False, True])
def test_all_ratings_of_two_probes_sum_to_one_and_are_those_of_simulation(learning: bool) -> None:
    model = REM(feature_count=6, criterion_noise=0.5, learning_at_test=learning)
    one = TWO.trials(1, seed=1)
    every = np.array(list(product((1, 2, 3), repeat=2)), np.int32)
    judgments = Judgments(one[np.zeros(len(every), int)], every)
    scored = np.exp(log_likelihood(model, judgments, samples=4000, seed=2))
    assert scored.sum() == pytest.approx(1, abs=0.02)
    found = simulate_judgments(model, one[np.zeros(40_000, int)], 3).ratings
    counts = np.array([(found == each).all(axis=1).sum() for each in every])
    error = np.sqrt(scored * (1 - scored) * (1 / 40_000 + 1 / 4000))
    assert (np.abs(counts / 40_000 - scored) < 4.5 * error).all()


def test_a_marginal_likelihood_sums_over_probes() -> None:
    model = REM(criterion_noise=0.5)
    judgments = simulate(model, TWO.trials(3), 1)
    marginal = log_likelihood(model, judgments, samples=50, average="marginal")
    assert np.isfinite(marginal).all()


def test_probes_leave_memory_as_it_is_without_learning() -> None:
    trials = TWO.trials(20)
    state = MODEL.begin(trials, stream(0, "encoding"))
    for position in range(2):
        state = MODEL.study(state, position)
    first = [MODEL.familiarity(state, trials.probe(0)).below(np.zeros(1), 0.3) for _ in range(2)]
    assert (first[0] == first[1]).all()
    assert MODEL.judged(state, trials.probe(0), np.ones(20, np.int32)) is state
