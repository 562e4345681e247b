"""The essay's experiment: its estimators by hand, its lists, and the networks that ship."""

import numpy as np
import pytest

from memsim.analysis.recall.indices import edges
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.weights import find_weights, load_weights
from memsim.reproductions.essay.chance import chance, late_items, random_run
from memsim.reproductions.essay.copying import copy_error, copy_figure, copy_trial
from memsim.reproductions.essay.lists import (
    BITS,
    CHAINS,
    LENGTH,
    LESIONS,
    LISTS,
    PATTERNS,
    TRAINED_LENGTH,
    Lesion,
    Run,
    edge_errors,
    exact_recall,
    item_of_output,
    matches_nothing,
    nearest_items,
    network_of,
    run_lists,
    sampled_recalls,
)
from memsim.reproductions.intervals import over_trainings, prediction_half


def of(items: list[list[int]], said: list[list[int]], sure: float = 20.0) -> Run:
    """A run in which patterns were studied and put out, by number; 32 and above have the last bit set."""
    bits = np.array([[pattern >> bit & 1 for bit in range(BITS)] for pattern in range(64)], dtype=np.float64)
    return Run(sure * (2 * bits[np.array(said)] - 1), bits[np.array(items)])


def test_exact_recall_and_outputs_that_are_nothing() -> None:
    run = of([[1, 2, 3], [4, 5, 4]], [[2, 2, 9], [4, 36, 7]])
    assert exact_recall(run).tolist() == [0.5, 0.5, 0.5], "item 2 of the first list; 4, twice in the second"
    assert matches_nothing(run) == pytest.approx(3 / 6)


def test_nearest_item_is_forced_and_ties_are_random() -> None:
    run = of([[0, 31, 7]] * 400, [[0, 15, 32]] * 400)
    nearest = nearest_items(run, np.random.default_rng(0), sigmoid=True)
    assert (nearest[:, 0] == 0).all() and (nearest[:, 2] == 0).all(), "an output that is no item counts for the nearest"
    assert set(nearest[:, 1]) == {1, 2}, "15 is one bit from 31 and one from 7"
    tied = of([[5, 5]] * 4000, [[5, 5]] * 4000)
    assert item_of_output(tied, np.random.default_rng(0), 0, sigmoid=True) == pytest.approx([0.5, 0.5], abs=0.03)


def test_the_essay_took_logits_for_bits() -> None:
    """A logit of .4 is a bit of .4 in the essay's estimator, a bit above one half in truth."""
    zero, one = np.zeros(BITS), np.array([1.0, 0, 0, 0, 0, 0])
    logits = np.full((1, 2, BITS), -9.0)
    logits[:, :, 0] = 0.4
    run = Run(logits, np.stack([zero, one])[None])
    rng = np.random.default_rng(0)
    assert nearest_items(run, rng, sigmoid=False)[0, 0] == 0 and nearest_items(run, rng, sigmoid=True)[0, 0] == 1


def test_sampled_recalls() -> None:
    n_lists = CHAINS * LISTS
    run = of([[1, 2, 3]] * n_lists, [[3, 1, 40]] * n_lists)
    recalls = sampled_recalls(run, np.random.default_rng(0))
    assert (recalls.positions == [3, 1, -1]).all() and not recalls.stopped.any()
    assert len(recalls.trials.subjects) == CHAINS and (recalls.trials.items == [1, 2, 3]).all()
    unsure = sampled_recalls(of([[1, 2, 3]] * n_lists, [[3, 3, 3]] * n_lists, sure=0.0), np.random.default_rng(0))
    share = (unsure.positions == 1).mean()
    assert share == pytest.approx(1 / 64, abs=0.005), "each of the 64 patterns is as likely"


def test_edges() -> None:
    curve = np.array([3.0, 3, 3, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    assert edges(curve) == (2.0, 1.0)


def test_errors_of_edges_are_those_of_drawing_again() -> None:
    shares = np.array([0.15, 0.12, 0.1, 0.08, 0.07, 0.06, 0.06, 0.06, 0.06, 0.07, 0.08, 0.09])
    drawn = np.random.default_rng(0).multinomial(500, shares, size=4000) / 500
    found = np.std([edges(curve) for curve in drawn], axis=0)
    assert found == pytest.approx(edge_errors(shares, 500), rel=0.05)


def test_lists_are_those_asked_for() -> None:
    network = network_of(load_weights("greydanus2017-recall-0"))
    drawn, apart = (run_lists(network, LENGTH, 0, distinct=distinct) for distinct in (False, True))
    for run in (drawn, apart):
        assert run.logits.shape == run.items.shape == (CHAINS * LISTS, LENGTH, BITS) and run.items[..., -1].sum() == 0
    codes = apart.items[..., :-1] @ 2 ** np.arange(BITS - 1)
    assert all(len(set(row)) == LENGTH for row in codes)
    assert len(np.unique(codes)) == len(PATTERNS)
    again = run_lists(network, LENGTH, 0, distinct=True)
    assert np.array_equal(again.logits, apart.logits)


def test_repeat_copy_is_solved_and_drawn() -> None:
    assert copy_error(1) < 1e-3
    _, watched = copy_trial(0)
    steps = 3 * (2 * TRAINED_LENGTH + 3)
    assert watched.outputs.shape == (steps, 1, BITS) and len(watched.seen) == steps
    assert float(((watched.outputs > 0) == (watched.sequences.targets > 0.5)).float().mean()) > 0.99
    titles = [axis.get_title(loc="left") for axis in copy_figure(0).axes]
    assert titles[:5] == ["Items", "Flags", "Asked for", "Put out", "Write"]


def test_weights_that_ship_are_small_and_say_how_they_were_made() -> None:
    for name in [f"greydanus2017-recall-{seed}" for seed in range(5)] + ["greydanus2017-copy"]:
        record = load_weights(name).record
        assert find_weights(name).stat().st_size < 2_000_000 and record["versions"]["torch"]
        assert record["training"]["hidden"] == 128 and record["training"]["optimizer"] == "rmsprop"
        assert record["iterations"] == (20_000 if name.endswith("copy") else 30_000)
    assert len({load_weights(f"greydanus2017-recall-{seed}").record["training"]["seed"] for seed in range(5)}) == 5


def test_chance_by_enumeration() -> None:
    """Of all pairs of outputs over four patterns, as many hold a given pattern as chance says."""
    pairs = [(a, b) for a in range(4) for b in range(4)]
    assert chance(2, patterns=4) == pytest.approx(np.mean([0 in pair for pair in pairs]))
    assert chance(12) == pytest.approx(0.317, abs=5e-4) and chance(1) == pytest.approx(1 / 32)


def test_random_outputs_hit_items_by_chance() -> None:
    run = random_run(5, np.random.default_rng(0))
    assert run.logits.shape == (CHAINS * LISTS, 5, BITS)
    assert exact_recall(run).mean() == pytest.approx(chance(5), abs=0.01)


def test_late_items_by_hand() -> None:
    """Early 1 2, late 2 3; early 1 1, late 4 5: 3, 4 and 5 count. Of 30 patterns that are not early 3 and 7 are put
    out, for 36 is none; of the second list only 1, which is early.
    """
    found = late_items(of([[1, 2, 2, 3], [1, 1, 4, 5]], [[1, 3, 36, 7], [1, 1, 1, 1]]))
    assert found.hit == pytest.approx(1 / 3) and found.expected == pytest.approx((2 / 30 + 0 + 0) / 3)


def test_outputs_that_know_early_items_alone_hit_late_ones_as_expected() -> None:
    run = random_run(12, np.random.default_rng(0))
    known = Run(run.logits.copy(), run.items)
    known.logits[:, :6] = 2 * run.items[:, :6] - 1
    found = late_items(known)
    assert found.hit == pytest.approx(found.expected, abs=0.01) and exact_recall(known)[6:].mean() > found.hit + 0.05
    knows_late = late_items(Run(2 * run.items - 1, run.items))
    assert knows_late.hit == 1 and knows_late.expected < 0.3


def test_a_training_is_predicted_as_often_as_it_should_be() -> None:
    rng = np.random.default_rng(0)
    drawn = rng.normal(3, 2, (4000, 8))
    for more in (1, 3):
        new, old = drawn[:, :more].mean(axis=1), drawn[:, 3:]
        inside = [abs(a - b.mean()) <= prediction_half(b, more) for a, b in zip(new, old, strict=True)]
        assert np.mean(inside) == pytest.approx(0.95, abs=0.015)
    found = over_trainings([1.0, 2.0, 3.0])
    half = 4.302653 / 3**0.5
    assert found.low == pytest.approx(2 - half) and (found.mean, found.n) == (2.0, 3)


def test_lesions_are_those_of_the_core() -> None:
    assert {part for lesion in LESIONS.values() for part in lesion.without} <= set(DNC.parts)
    network = network_of(load_weights("greydanus2017-recall-4"))
    lesions = (*LESIONS.values(), Lesion(frozenset({"memory"})))
    whole, _, links, late, none, empty = (
        run_lists(network, 3, 0, distinct=False, lesion=lesion, lists=1) for lesion in lesions
    )
    assert np.array_equal(none.logits, empty.logits), "what is not read need not be written"
    assert np.array_equal(none.logits, links.logits), "links alone lead nowhere"
    assert not np.array_equal(none.logits, late.logits)
    assert not np.array_equal(whole.logits, none.logits) and np.array_equal(whole.items, none.items)
    assert exact_recall(whole).mean() > 0.6 > 0.4 > exact_recall(none).mean()
