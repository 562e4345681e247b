"""Tasks of recognition and association: their lists, their probes, and what is done with them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import ItemPool, Judgments, Paradigm, Probes, Recalls, Trials, simulate
from memsim.core.errors import InputError
from memsim.core.events import Distract, Probe, Recall, Study, StudyPair
from memsim.core.origin import Observed
from memsim.core.recall_parts import joined, resampled
from memsim.models import MINERVA2
from memsim.models.recognition.signal_detection import UnequalVariance
from memsim.paradigms import (
    AssociativeRecognition,
    ContinuousRecognition,
    CuedRecall,
    FrequencyJudgment,
    RecallThenRecognition,
    Recognition,
)
from memsim.paradigms.repetitions import spaced
from memsim.running.digests import digest

SMALL = st.integers(0, 2**20)


@st.composite
def recognition(draw: Callable[[Any], Any]) -> Recognition:
    strength = draw(st.sampled_from(["weak", "strong", "mixed"]))
    how = draw(st.sampled_from(["spaced", "massed", "longer"]))
    times, n_items = draw(st.integers(2, 4)), 2 * draw(st.integers(2, 5))
    each = 1 if how == "longer" else times
    length = {"weak": n_items, "strong": n_items * each, "mixed": n_items // 2 * (each + 1)}[strength]
    n_lures = draw(st.integers(1, 5))
    cls = draw(st.sampled_from([Recognition, RecallThenRecognition]))
    return cls(
        list_length=length, n_targets=draw(st.integers(0, n_items)), n_lures=n_lures, strength=strength,
        n_similar_lures=draw(st.integers(0, n_lures)), strengthening=how, repetitions=times, ratings=6,
    )  # fmt: skip


@st.composite
def continuous(draw: Callable[[Any], Any]) -> ContinuousRecognition:
    lags = draw(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True))
    return ContinuousRecognition(
        list_length=draw(st.integers(2, 25)), lags=lags, presentations=draw(st.integers(1, 4)), ratings=4
    )


@st.composite
def associative(draw: Callable[[Any], Any]) -> AssociativeRecognition:
    kinds = [draw(st.integers(1, 3)), draw(st.sampled_from([0, 2, 3])), draw(st.integers(0, 3))]
    n_pairs = sum(kinds) + draw(st.integers(0, 2))
    return AssociativeRecognition(
        list_length=2 * n_pairs, n_intact=kinds[0], n_rearranged=kinds[1], n_half=kinds[2],
        n_new=draw(st.integers(0, 3)), ratings=4,
    )  # fmt: skip


@st.composite
def frequency(draw: Callable[[Any], Any]) -> FrequencyJudgment:
    each, lists = draw(st.sampled_from([(0, 1), (0, 2, 5), (1, 3)])), draw(st.integers(1, 2))
    least = lists * len(each) ** (lists - 1) * sum(each)
    return FrequencyJudgment(list_length=least * draw(st.integers(2, 3)), frequencies=each, lists=lists)


@st.composite
def cued(draw: Callable[[Any], Any]) -> CuedRecall:
    second = draw(st.sampled_from(["none", "re-paired", "new"]))
    return CuedRecall(
        list_length=4 * draw(st.integers(1, 5)), second_list=second,
        direction=draw(st.sampled_from(["forward", "backward", "both"])),
        tested="all" if second == "none" else draw(st.sampled_from(["all", "first", "second"])),
    )  # fmt: skip


FEATURES = np.random.default_rng(0).normal(size=(300, 4))
POOL = ItemPool([f"word {i}" for i in range(300)], features=FEATURES)
JUDGED = [recognition(), continuous(), associative(), frequency()]


def trials_of(task: Paradigm, seed: int) -> Trials:
    return task.trials(4, seed, pool=POOL, subjects=2)


@given(st.one_of([*JUDGED, cued()]), SMALL)
def test_every_task_gives_valid_trials(task: Any, seed: int) -> None:
    trials = trials_of(task, seed)
    probes = trials.probes
    assert probes is not None and probes.given.all() and probes.items.shape[:2] == (4, task.n_probes)
    events = list(task.events())
    studied = [position for event in events if isinstance(event, Study | StudyPair) for position in event]
    assert studied == list(range(task.list_length))
    numbers = [event.number for event in events if isinstance(event, Probe)]
    assert numbers == (list(range(task.n_probes)) if task.judged else [])
    assert [event.cue for event in events if isinstance(event, Recall)] == ([task.cue] if task.cue else [])
    units, shown = trials.units_of_probes, probes.items >= 0
    for row in range(4):  # one unit is one item, and the units of the list are where its items come first
        every = {
            int(unit): int(item)
            for unit, item in zip(units[row][shown[row]], probes.items[row][shown[row]], strict=True)
        }
        assert len(set(every.values())) == len(every)
        for unit, item in every.items():
            is_studied = item in trials.items[row]
            assert (unit < trials.list_length) == is_studied and unit < trials.n_units
            assert not is_studied or (trials.items[row] == item).argmax() == unit
    again = trials_of(task, seed)
    assert digest(again) == digest(trials) and digest(trials_of(task, seed + 1)) != digest(trials)
    part = trials[[3, 1]]
    assert part.probes is not None and np.array_equal(part.units_of_probes, units[[3, 1]])


@given(st.one_of(JUDGED), SMALL)
def test_judgments_are_simulated_and_kept_whole(task: Any, seed: int) -> None:
    trials = trials_of(task, seed)
    rng = np.random.default_rng(seed)
    if task.judged == "item" and not task.cue:
        model = MINERVA2() if trials.asks_about_lists else UnequalVariance(criterion_spacing=0.3)
        judgments = simulate(model, trials, seed)
        assert judgments.ratings.min() >= 1 and judgments.ratings.max() <= task.n_ratings
    else:
        recalls = None
        ratings = rng.integers(0, task.n_ratings + 1, (4, task.n_probes))
        ratings[0, 0] = 1
        unanswered = int((ratings == 0).sum())  # what a reader counts
        origin = Observed(details={"answers_left_out": unanswered} if unanswered else {})
        if task.cue:
            positions = rng.permuted(np.tile(np.arange(-1, task.list_length) + 1, (4, 1)), axis=1)[:, :2]
            positions = np.where(positions == 0, -1, positions)
            absent = np.array([min(set(range(300)) - set(row)) for row in trials.items.tolist()])
            recalls = Recalls(trials, positions, intruders=np.where(positions < 0, absent[:, None], -1), origin=origin)
        judgments = Judgments(trials, ratings, np.where(ratings > 0, 1.25, np.nan), recalls, origin)
    parts = [judgments[:1], judgments[1:]]
    assert digest(joined(parts)) == digest(judgments)
    assert digest(joined([resampled(judgments, np.arange(4))])) == digest(resampled(judgments, np.arange(4)))
    assert digest(judgments[np.array([2, 0])][[1]]) == digest(judgments[[0]])
    labels = list(trials.probes.labels) if trials.probes else []
    frame = judgments.to_frame()
    shuffled = frame.sample(frac=1, random_state=seed % 1000)
    for table in (frame, shuffled):
        read = Judgments.from_frame(table, paradigm=task, labels=labels, pool=POOL)
        assert np.array_equal(np.sort(read.trials.subject), trials.subject)
        order = np.lexsort((read.trials.list, read.trials.subject))
        read = read[order]
        assert digest(read) == digest(judgments) and read.origin == judgments.origin


@given(recognition(), SMALL)
def test_targets_lures_and_strength(task: Recognition, seed: int) -> None:
    trials = trials_of(task, seed)
    probes = trials.probes
    assert probes is not None
    kinds, lures, strength = trials.probe_kinds, probes.labels["lure_kind"], probes.labels["strength"]
    assert ((kinds == "target").sum(axis=1) == task.targets).all()
    assert ((lures == "similar").sum(axis=1) == task.n_similar_lures).all()
    assert np.array_equal(lures == "", kinds == "target") and np.array_equal(strength == "", kinds == "lure")
    assert all(len(set(row.tolist())) == task.n_probes for row in probes.items[:, :, 0])
    seconds = np.array(
        [
            [(task.presentation_times * (row == item)).sum() for item in tested]
            for row, tested in zip(trials.items, probes.items[:, :, 0], strict=True)
        ]
    )
    expected = np.where(strength == "strong", task.repetitions, 1) * (kinds == "target")
    assert np.array_equal(seconds, expected)
    if task.strength != "weak" and task.strengthening != "longer":
        together = (trials.items[:, 1:] == trials.items[:, :-1]).sum(axis=1)
        n_strong = task.n_items if task.strength == "strong" else task.n_items // 2
        assert (together == (0 if task.strengthening == "spaced" else n_strong * (task.repetitions - 1))).all()
    if task.strength == "mixed" and task.targets:
        assert ((strength == "strong").sum(axis=1) == task.targets // 2).all()


@pytest.mark.parametrize("by", ["features", "similarity"])
def test_similar_lures_are_the_nearest_unstudied_items(by: str) -> None:
    distance = np.linalg.norm(FEATURES[:, None] - FEATURES, axis=2)
    pool = POOL if by == "features" else ItemPool(POOL.labels, similarity=-distance)
    task = Recognition(list_length=1, n_lures=3, n_similar_lures=3)
    trials = task.trials(20, seed=1, pool=pool)
    assert trials.probes is not None
    for row, tested in zip(trials.items, trials.probes.items[:, :, 0], strict=True):
        nearest = np.argsort(distance[row[0]])[1:4]
        assert set(nearest.tolist()) == set(tested.tolist()) - {int(row[0])}
    with pytest.raises(InputError, match="need items whose similarity is known.*in Python give pool="):
        task.trials(1)


@given(continuous(), SMALL)
def test_lags_are_those_that_were_asked_for(task: ContinuousRecognition, seed: int) -> None:
    trials = trials_of(task, seed)
    asked = set(map(int, task.lags.split()))
    for row, last in zip(trials.items, trials.last_presentations[:, :, 0], strict=True):
        for k, item in enumerate(row.tolist()):
            before = np.flatnonzero(row[:k] == item)
            assert last[k] == (before[-1] if len(before) else -1)
            assert not len(before) or k - before[-1] - 1 in asked
        assert np.unique(row, return_counts=True)[1].max() <= task.presentations
    first = [type(event) for event in task.events()][:2]
    assert first == [Probe, Study]


def test_lag_counts_the_items_between_two_presentations() -> None:
    # The sequence a b a c b c a d: lags 1, 2, 1 and 3 at its third, fifth, sixth and seventh item.
    items = np.array([[0, 1, 0, 2, 1, 2, 0, 3]])
    trials = Trials(items, POOL, ContinuousRecognition(list_length=8), probes=Probes(items))
    lag = np.arange(8) - trials.last_presentations[0, :, 0] - 1
    assert np.where(trials.last_presentations[0, :, 0] >= 0, lag, -1).tolist() == [-1, -1, 1, -1, 2, 1, 3, -1]


def test_lags_are_used_about_equally_often() -> None:
    trials = ContinuousRecognition(list_length=120, lags=(0, 2, 8)).trials(50, seed=3)
    last = trials.last_presentations[:, :, 0]
    lag = (np.arange(120) - last - 1)[last >= 0]
    share = np.array([(lag == each).mean() for each in (0, 2, 8)])
    assert share.min() > 0.3 and 0.4 < (last >= 0).mean() < 0.55


@given(associative(), SMALL)
def test_kinds_of_pairs(task: AssociativeRecognition, seed: int) -> None:
    trials = trials_of(task, seed)
    assert trials.probes is not None
    wanted = {"intact": task.intact, "rearranged": task.rearranged, "half": task.n_half, "new": task.n_new}
    for kind, number in wanted.items():
        assert ((trials.probe_kinds == kind).sum(axis=1) == number).all()
    items = trials.probes.items.reshape(4, -1)
    assert all(len(set(row.tolist())) == len(row) for row in items)
    side = trials.last_presentations
    assert ((side < 0) | (side % 2 == np.arange(2))).all()  # each item stays on its side
    first_old = ((trials.probe_kinds == "half") & (side[:, :, 0] >= 0)).sum(axis=1)
    assert (np.abs(2 * first_old - task.n_half) <= 1).all()


@given(frequency(), SMALL)
def test_frequencies_are_crossed_over_lists(task: FrequencyJudgment, seed: int) -> None:
    trials = trials_of(task, seed)
    probes = trials.probes
    assert probes is not None and (task.lists > 1) == (probes.about is not None)
    each = [int(part) for part in task.frequencies.split()]
    for row in range(4):
        tested = np.unique(probes.items[row])
        counts = np.array(
            [
                [(trials.items[row] == item)[task.list_of_position == k].sum() for k in range(task.lists)]
                for item in tested
            ]
        )
        kinds, numbers = np.unique(counts, axis=0, return_counts=True)
        assert len(kinds) == len(each) ** task.lists and len(set(numbers.tolist())) == 1
        assert set(counts.ravel().tolist()) == set(each)
        if probes.about is not None:
            asked = set(zip(probes.items[row, :, 0].tolist(), probes.about[row].tolist(), strict=True))
            assert asked == {(int(item), k) for item in tested for k in range(task.lists)}
            place = np.searchsorted(tested, probes.items[row, :, 0])
            assert np.array_equal(trials.probe_kinds[row] == "target", counts[place, probes.about[row]] > 0)
        parts = trials.items[row].reshape(task.lists, -1)
        assert (parts[:, 1:] != parts[:, :-1]).all()


def test_the_design_of_hintzman_and_block() -> None:
    task = FrequencyJudgment(list_length=84, between_lists=300)
    assert (task.n_probes, task.n_ratings) == (36, 6)
    assert [event for event in task.events() if isinstance(event, Distract)] == [Distract(300.0)]
    judgments = simulate(MINERVA2(), task.trials(5, seed=0), seed=1)
    assert set(np.unique(judgments.ratings)) <= set(range(1, 7))


@given(st.lists(st.integers(1, 6), min_size=2, max_size=5), SMALL)
def test_spaced_presentations_are_never_in_succession(counts: list[int], seed: int) -> None:
    each = np.array(counts, dtype=np.int32)
    if each.max() > (each.sum() + 1) // 2:
        return
    order = spaced(each, 5, np.random.default_rng(seed))
    assert (order[:, 1:] != order[:, :-1]).all()
    assert all(np.array_equal(np.bincount(row, minlength=len(each)), each) for row in order)


@given(cued(), SMALL)
def test_cues_ask_for_their_partners(task: CuedRecall, seed: int) -> None:
    trials = trials_of(task, seed)
    probes = trials.probes
    assert probes is not None and ((probes.items < 0).sum(axis=2) == 1).all()
    backward = probes.items[:, :, 0] < 0
    share = {"forward": 0, "backward": 1, "both": 0.5}[task.direction]
    assert (np.abs(backward.sum(axis=1) - share * task.n_probes) <= 0.5).all()
    pairs, half = trials.items.reshape(4, -1, 2), task.list_length // 4
    if task.n_lists == 2:
        first, second = pairs[:, :half], pairs[:, half:]
        for row in range(4):
            shared = set(first[row].ravel().tolist()) & set(second[row].ravel().tolist())
            assert shared == (set(first[row, :, 0].tolist()) if task.second_list == "re-paired" else set())
    if probes.about is not None and task.tested != "all":
        assert (probes.about == (0 if task.tested == "first" else 1)).all()
    asked = np.zeros((4, task.n_probes), dtype=int) if probes.about is None else probes.about
    for row in range(4):  # each pair once
        cues = probes.items[row].max(axis=1).tolist()
        assert len(set(zip(cues, asked[row].tolist(), strict=True))) == task.n_probes


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Recognition(list_length=10, n_targets=11), "n_targets=11 of a list of 10"),
        (lambda: Recognition(n_targets=0, n_lures=0), "leave nothing to test"),
        (lambda: Recognition(n_targets=0), r"n_targets=0 leaves nothing to test.* give n_lures= \(--n-lures\)"),
        (lambda: Recognition(list_length=10, strength="strong"), "must be a multiple of 3"),
        (lambda: Recognition(list_length=3, strength="strong"), "would follow itself"),
        (lambda: Recognition(n_lures=2, n_similar_lures=3), "n_similar_lures=3 are more than the 2 lures"),
        (lambda: ContinuousRecognition(lags=()), "must be whole numbers from 0"),
        (lambda: ContinuousRecognition(lags="1 1"), "holds a number twice"),
        (lambda: ContinuousRecognition(lags="1 x"), "must be whole numbers"),
        (lambda: ContinuousRecognition(retention_interval=3), "retention_interval=3 has no place"),
        (lambda: CuedRecall(list_length=7), "must be a multiple of 2"),
        (lambda: CuedRecall(list_length=6, second_list="new"), "must be a multiple of 4"),
        (lambda: CuedRecall(tested="first"), "tested is for two lists"),
        (lambda: AssociativeRecognition(list_length=4), "n_rearranged=1"),
        (lambda: AssociativeRecognition(list_length=8, n_intact=3, n_half=2), "need as many studied pairs"),
        (lambda: FrequencyJudgment(list_length=83), "must be a multiple of 42"),
        (lambda: FrequencyJudgment(list_length=20, frequencies="0"), "must be a multiple of 0"),
        (lambda: FrequencyJudgment(list_length=14, lists=1, between_lists=3), "there is one"),
        (lambda: Recognition(list_length=9000).trials(100_000), "too many for the memory of a model"),
        (lambda: Recognition().trials(1, pool=ItemPool.numbered(20)), "cannot be drawn from a pool of 20"),
    ],
)
def test_what_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()
