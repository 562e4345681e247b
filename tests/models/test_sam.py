"""SAM against numeric cases, a search that makes every failed attempt, and what SAM is known to do."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from memsim import Recalls, check, event_log_probabilities, log_likelihood, score, simulate
from memsim.analysis import probability_of_nth_recall, serial_position_curve
from memsim.contract.frequencies import compare_frequencies, every_recall
from memsim.core.errors import InputError
from memsim.core.likelihood import events_given_encoding, list_log_likelihood
from memsim.core.loop import event_probabilities
from memsim.core.seeding import stream
from memsim.models import SAM
from memsim.paradigms import FreeRecall
from tests.models.drawn_parameters import values_of

FOUR = FreeRecall(list_length=4, output_limit=4)
DELAYED = FOUR.replace(retention_interval=10.0)
REFIT = {"context_strength": 0.066, "forward_strength": 0.022, "self_strength": 0.050, "residual_strength": 0.007}

CONTEXT = [0.20, 0.15, 0.10, 0.25]
LINKS = [[0.2, 0.1, 0.05, 0.02], [0.1, 0.15, 0.1, 0.02], [0.05, 0.1, 0.1, 0.1], [0.02, 0.02, 0.1, 0.25]]
CASES = [
    ("none", [], [0.183119, 0.105535, 0.048067, 0.279320, 0.383959], -0.957218),
    ("none", [3], [0.041430, 0.029362, 0, 0.073956, 0.855252], -3.191523),
    ("none", [3, 4], [0.009422, 0.005453, 0, 0, 0.985125], -5.654432),
    ("episode", [], [0.124246, 0.079353, 0.040363, 0.172115, 0.583922], -0.537987),
    ("episode", [3], [0.041540, 0.029833, 0, 0.073078, 0.855549], -3.365845),
    ("episode", [3, 4], [0.010309, 0.006001, 0, 0, 0.983690], -5.842512),
    ("component", [], [0.626049, 0, 0.313024, 0, 0.060927], -2.798079),
]


def as_array(*values: int) -> Any:
    return np.array(values, dtype=np.int32)


@pytest.mark.parametrize(("memory", "history", "expected", "log_probability"), CASES)
def test_numeric_cases(memory: str, history: list[int], expected: list[float], log_probability: float) -> None:
    """Four items of given strengths, L_max = 2, K_max = 5: our own reference computation, to its printed digits."""
    model = SAM(cue_failures_max=2, sampling_failures_max=5, failure_memory=memory)
    state = model.begin(DELAYED.trials(1), stream(0, "unused"))
    state.context[:], state.links[:] = CONTEXT, LINKS
    state = model.cue(state, "free")
    if memory == "component":
        state.by_context = np.array([[1.0, 0.0, 1.0, 0.0]])
    total = 0.0
    for item in history:
        total += np.log(model.outcome_probabilities(state)[0, item - 1])
        state = model.recalled(state, as_array(item - 1))
    outcome = model.outcome_probabilities(state)[0]
    assert np.allclose(outcome, expected, rtol=0, atol=5.1e-7)
    assert total + np.log(outcome[-1]) == pytest.approx(log_probability, abs=1e-6)


@njit
def explicit_recall(  # type: ignore[no-untyped-def]
    rng, n, length, seconds, immediate, size, bias, rates, increments, most, most_by_cue, weights, memory, options
):
    """Study and search, one attempt after the other, as the rules say in words: positions (n, length)."""
    a, b, back, c, d = rates
    e, f, g, f_back = increments
    divided, soft, order, read_increment, read_cues, lapse, occupancy = options
    positions = np.zeros((n, length), dtype=np.int32)
    for trial in range(n):
        context, links = np.zeros(length), np.zeros((length, length))
        store = [0 for _ in range(0)]
        for i in range(length):
            if len(store) == size:
                chances = np.array([(1 - bias) ** x for x in range(size)])
                gone, u = 0, rng.random() * chances.sum()
                while u >= chances[gone]:
                    u -= chances[gone]
                    gone += 1
                store.pop(gone)
            store.append(i)
            for x in store:
                context[x] += a * seconds / (len(store) if divided else 1)
                for y in store:
                    rate = c if x == y else b if y > x else back
                    links[x, y] += rate * seconds / (len(store) if divided else 1)
        for x in range(length):
            for y in range(length):
                if x != y and links[x, y] == 0:
                    links[x, y] = d
        settled = rng.random(length) < 1 - np.exp(-weights[0] * context)
        item_settled = np.zeros((length, length))
        for x in range(length):
            for y in range(length):
                item_settled[x, y] = 1.0 if rng.random() < 1 - np.exp(-weights[1] * links[x, y]) else 0.0
        if not immediate:
            store.clear()
        known = np.zeros(length, dtype=np.bool_)
        n_known, failures, in_a_row, cue, reads = 0, 0, 0, -1, len(store)
        failed = np.zeros(length, dtype=np.bool_)
        while n_known < length:
            item, read = -1, reads > 0
            if lapse > 0 and rng.random() < lapse:
                pick = rng.integers(0, length - n_known + 1)
                if pick == length - n_known:
                    break
                item = np.flatnonzero(~known)[pick]
                if read and not soft:
                    if item in store:
                        store.remove(item)
                        reads -= 1
                elif read:
                    reads -= 1
                by_item = False
            elif read:
                reads -= 1
                by_item = False
                if soft:
                    weight = np.where(known, 0.0, occupancy)
                    u = rng.random() * weight.sum()
                    item = 0
                    while u >= weight[item]:
                        u -= weight[item]
                        item += 1
                else:
                    place = 0 if order == 1 else len(store) - 1 if order == -1 else rng.integers(0, len(store))
                    item = store.pop(place)
            else:
                while failures < most:
                    strength = context ** weights[0]
                    if cue >= 0:
                        strength = strength * links[cue] ** weights[1]
                    u, image = rng.random() * strength.sum(), 0
                    while u >= strength[image] and image < length - 1:
                        u -= strength[image]
                        image += 1
                    if known[image]:
                        found = False
                    elif memory == 2:
                        found = settled[image] or (cue >= 0 and item_settled[cue, image] > 0)
                    elif memory == 1 and failed[image]:
                        found = False
                    else:
                        total = weights[0] * context[image] + (weights[1] * links[cue, image] if cue >= 0 else 0.0)
                        found = rng.random() < 1 - np.exp(-total)
                    if found:
                        item = image
                        break
                    failed[image] = True
                    failures += 1
                    if cue >= 0:
                        in_a_row += 1
                        if in_a_row == most_by_cue:
                            cue, in_a_row = -1, 0
                            failed[:] = False
                if item < 0:
                    break
                by_item = cue >= 0
            known[item] = True
            positions[trial, n_known] = item + 1
            n_known += 1
            if read and not read_increment:
                cue = item if read_cues else -1
                continue
            context[item] += e
            links[item, item] += g
            if by_item:
                links[cue, item] += f
                links[item, cue] += f_back
            cue = item if not read or read_cues else -1
            in_a_row = 0
            failed[:] = False
    return positions


SETTINGS: dict[str, tuple[FreeRecall, dict[str, Any]]] = {
    "delayed": (DELAYED, {}),
    "episode": (DELAYED, {"failure_memory": "episode"}),
    "component": (DELAYED, {"failure_memory": "component"}),
    "few failures": (DELAYED, {"sampling_failures_max": 2, "cue_failures_max": 4, "failure_memory": "episode"}),
    "immediate": (FOUR, {"sampling_failures_max": 12}),
    "store as cue": (FOUR, {"first_cue": "last_read", "store_order": "backward", "failure_memory": "episode"}),
    "forward store": (FOUR, {"store_order": "forward", "store_increment": False, "displacement_bias": 0.4}),
    "soft store": (FOUR, {"store_readout": "soft", "lapse": 0.05, "displacement_bias": 0.3}),
    "lapse": (FOUR, {"lapse": 0.2, "failure_memory": "component", "first_cue": "last_read"}),
    "lapse in search": (DELAYED, {"lapse": 0.3, "backward_increment": 0.7, "failure_memory": "episode"}),
    "symmetric": (DELAYED, {"backward_increment": 0.7}),
    "symmetric episode": (DELAYED, {"backward_increment": 1.5, "failure_memory": "episode", "lapse": 0.1}),
    "asymmetric": (DELAYED, {"backward_strength": 0.02, "forward_strength": 0.3, "rehearsal": "divided"}),
    "weights": (DELAYED, {"context_weight": 1.5, "item_weight": 0.6, "failure_memory": "component"}),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_forward_recursion_agrees_with_explicit_failures(setting: str) -> None:
    """Whole recalls of 300,000 searches that make every attempt, by chi-square against the likelihood."""
    paradigm, changes = SETTINGS[setting]
    values: dict[str, Any] = {"store_size": 2, "sampling_failures_max": 8, "cue_failures_max": 3} | changes
    model = SAM(**values)
    occupancy = np.zeros(4)
    trials = paradigm.trials(1)
    state = model.begin(trials, stream(0, "unused"))
    for position in range(4):
        state = model.study(state, position)
    occupancy[:] = state.occupancy.sum(axis=1)
    back = model.forward_strength if model.backward_strength is None else model.backward_strength
    positions = explicit_recall(
        stream(5, "explicit"), 300_000, 4, 1.0,
        paradigm.retention_interval == 0, model.store_size, model.displacement_bias,
        (model.context_strength, model.forward_strength, back, model.self_strength, model.residual_strength),
        (model.context_increment, model.item_increment, model.self_increment, model.backward_increment),
        model.sampling_failures_max, model.cue_failures_max, (model.context_weight, model.item_weight),
        ("none", "episode", "component").index(model.failure_memory),
        (
            model.rehearsal == "divided", model.store_readout == "soft",
            {"random": 0, "forward": 1, "backward": -1}[model.store_order], model.store_increment,
            model.first_cue == "last_read", model.lapse, occupancy,
        ),
    )  # fmt: skip
    recalls = Recalls(trials[np.zeros(len(positions), dtype=int)], positions)
    assert compare_frequencies(model, recalls) == ""


class OneHistory:
    """A generator that gives all trials the same numbers, hence one history of the store."""

    def __init__(self, seed: int) -> None:
        self.rng = stream(seed, "history")

    def random(self, shape: tuple[int, int, int]) -> Any:
        kinds, n_trials, length = shape
        return np.repeat(self.rng.random((kinds, 1, length)), n_trials, axis=1)


def sum_over_recalls(model: SAM, paradigm: FreeRecall, seed: int) -> list[float]:
    """The summed likelihood of all recalls given one history, by the steps and by the compiled loop."""
    recalls = every_recall(model, paradigm.trials(1))
    ways: list[Any] = [partial(event_probabilities, model), partial(events_given_encoding, model)]
    return [float(np.exp(list_log_likelihood(way(recalls, OneHistory(seed)))).sum()) for way in ways]


@pytest.mark.parametrize("setting", SETTINGS)
def test_all_recalls_sum_to_one_for_each_history(setting: str) -> None:
    paradigm, changes = SETTINGS[setting]
    model = SAM(**{"store_size": 2, **changes})
    for seed in range(3):
        assert sum_over_recalls(model, paradigm, seed) == pytest.approx([1, 1], abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_recalls_sum_to_one_all_over_parameter_space(data: st.DataObject) -> None:
    values: dict[str, Any] = {p.name: data.draw(values_of(p), label=p.name) for p in SAM.parameters()}
    for paradigm in (FOUR, DELAYED):
        assert sum_over_recalls(SAM(**values), paradigm, 0) == pytest.approx([1, 1], abs=1e-9)


@pytest.mark.parametrize("setting", ["few failures", "component", "soft store", "symmetric episode"])
def test_passes_the_model_checks_in_other_forms(setting: str) -> None:
    paradigm, changes = SETTINGS[setting]
    check(SAM(**{"store_size": 2, **changes}), paradigm=paradigm)


def test_occupancy_is_the_share_of_histories() -> None:
    model = SAM(displacement_bias=0.3)
    trials = FreeRecall(list_length=9).trials(100_000)
    state = model.begin(trials, stream(1, "test"))
    for position in range(9):
        state = model.study(state, position)
    share = np.bincount(state.store.ravel(), minlength=9) / len(trials)
    assert np.allclose(state.occupancy.sum(axis=1), share, atol=5 * 0.5 / np.sqrt(len(trials)))
    assert state.occupancy.sum() == pytest.approx(4)


@pytest.mark.parametrize(("bias", "recency"), [(0.0, [0.32, 0.42, 0.56, 0.75, 1.0]), (1.0, [0, 1, 1, 1, 1])])
def test_store_recency(bias: float, recency: list[float]) -> None:
    """Displacing any of four leaves (3/4)^n: recency curved like a J; displacing the oldest leaves the last four."""
    model = SAM(displacement_bias=bias)
    state = model.begin(FreeRecall(list_length=20).trials(1), stream(0, "unused"))
    for position in range(20):
        state = model.study(state, position)
    assert np.allclose(state.occupancy.sum(axis=1)[-5:], recency, atol=0.005)


def test_store_gives_the_last_word_and_distraction_empties_it() -> None:
    def last(**settings: float) -> float:
        recalls = simulate(SAM(), FreeRecall(list_length=15, **settings).trials(5000), seed=1)
        return float(serial_position_curve(recalls)["prob"].iloc[-1])

    assert last() == 1
    assert last(retention_interval=20) < 0.5
    assert last(retention_interval=20, inter_item_distraction=10) < 0.7
    # Before the first item there is nothing to empty.
    recalls = simulate(SAM(), FreeRecall(list_length=15).trials(200), seed=1)
    later = simulate(SAM(), FreeRecall(list_length=15, initial_distraction=20).trials(200), seed=1)
    assert np.array_equal(recalls.positions, later.positions)


def test_a_strict_store_makes_most_recalls_of_people_impossible_and_a_lapse_makes_them_possible() -> None:
    """Recall from the store first and whole: a list that begins with the first word has probability zero."""
    recalls = Recalls.from_matrix([[1, 2, 20, 19], [20, 19, 18, 17], [20, 0, 0, 0]], 20)
    strict = log_likelihood(SAM(), recalls, samples=50)
    assert strict[0] == strict[2] == -np.inf
    assert np.isfinite(log_likelihood(SAM(store_readout="soft", lapse=0.01), recalls, samples=50)).all()
    assert np.isfinite(log_likelihood(SAM(lapse=0.01), recalls, samples=50)).all()
    found = score(SAM(lapse=0.01), recalls, samples=5, seed=2).attrs
    assert found["parameters"]["store_readout"] == "strict" and (found["samples"], found["seed"]) == (5, 2)


@pytest.mark.parametrize(
    ("values", "length", "recalled"),
    [
        ({}, 20, 8.1), ({}, 30, 9.5), ({}, 40, 10.6),
        ({"context_strength": 0.055, "forward_strength": 0.02, "self_strength": 0.055}, 20, 6.36),
        ({"context_strength": 0.055, "forward_strength": 0.02, "self_strength": 0.055}, 40, 7.74),
        (
            {"context_strength": 0.055, "forward_strength": 0.02, "self_strength": 0.055,
             "failure_memory": "component"}, 20, 5.70,
        ),
        (
            {"context_strength": 0.055, "forward_strength": 0.02, "self_strength": 0.055,
             "failure_memory": "component"}, 40, 7.03,
        ),
    ],
)  # fmt: skip
def test_level_of_recall(values: dict[str, Any], length: int, recalled: float) -> None:
    """Mean recall of our own reference computation, to its printed digits."""
    recalls = simulate(SAM(**values), FreeRecall(list_length=length).trials(20_000), seed=2)
    digits = 0.06 if recalled == round(recalled, 1) else 0.03
    assert recalls.n_responses / len(recalls) == pytest.approx(recalled, abs=digits + 4 * 2 / np.sqrt(20_000))


def test_first_recall_comes_from_the_store() -> None:
    recalls = simulate(SAM(**REFIT), FreeRecall().trials(20_000), seed=3)
    first = probability_of_nth_recall(recalls)["prob"].to_numpy()
    assert first[0] < 0.02 and first[-4:].sum() > 0.6


def test_events_are_those_of_one_history() -> None:
    recalls = simulate(SAM(), FreeRecall(list_length=6, retention_interval=5).trials(50), seed=1)
    events = event_log_probabilities(SAM(), recalls, seed=4)
    assert np.allclose(np.nansum(events, axis=1), log_likelihood(SAM(), recalls, samples=1, seed=4))


def test_standard_error_of_a_sampled_likelihood_is_its_spread_over_seeds() -> None:
    recalls = simulate(SAM(), FreeRecall(list_length=8, retention_interval=5).trials(40), seed=1)
    scored = [score(SAM(), recalls, samples=60, seed=seed) for seed in range(40)]
    spread = np.std([frame["log_likelihood"] for frame in scored], axis=0, ddof=1)
    reported = np.mean([frame["standard_error"] for frame in scored], axis=0)
    assert np.median(reported / spread) == pytest.approx(1, abs=0.15)
    assert score(SAM(), recalls, samples=1)["standard_error"].isna().all()


def test_items_that_stand_twice_are_refused_by_a_soft_read_out() -> None:
    trials = FreeRecall(list_length=3).trials(2)
    twice = type(trials)(np.array([[0, 1, 2], [3, 4, 3]]), trials.pool, trials.paradigm)
    with pytest.raises(InputError, match="list 1 holds an item twice"):
        simulate(SAM(store_readout="soft"), twice)
