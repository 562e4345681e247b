"""Summed similarity. Golden numbers are by quadrature or by hand, written apart from this code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gamma

from memsim import ItemPool, Trials, log_likelihood, simulate
from memsim.core.errors import InputError, ModelError
from memsim.core.evidence import Discrete
from memsim.core.judgment_loop import simulate_judgments
from memsim.core.judgments import Judgments
from memsim.core.likelihood import log_likelihood_steps
from memsim.core.probes import Probes
from memsim.core.recognition_model import RecognitionModel
from memsim.models.recognition.fixed_memory import all_probes
from memsim.models.recognition.summed_similarity import SummedSimilarity
from memsim.paradigms import Recognition

GIVEN = {"item_features": "pool", "encoding_noise": 0, "n_context": 0, "criterion": 1.2, "criterion_noise": 0.3}
EXACT = SummedSimilarity(**GIVEN)
DRAWN = SummedSimilarity(n_context=0)
POINTS = [(0, 0, 0), (1, 0, 0), (0, 2, 1), (1, 1, 1), (0.5, 1, 0)]


def asked(features: Any, studied: Any, probes: Any, **probe_options: Any) -> Trials:
    """One list of the items ``studied``, and these probes."""
    pool = ItemPool(np.arange(len(features)), np.array(features, dtype=float))
    task = Recognition(list_length=len(studied), n_targets=1, n_lures=len(probes) - 1)
    items = np.array([probes])
    return Trials(np.array([studied]), pool, task, probes=Probes(items, **probe_options))


def strength(model: SummedSimilarity, trials: Trials, seed: int = 0) -> Any:
    return model.strength(model.begin(trials, np.random.default_rng(seed)), all_probes(trials))


TOY = asked(POINTS, [0, 1, 2], [0, 3, 4])


def test_known_sums() -> None:
    assert strength(EXACT, TOY)[0] == pytest.approx([1.4747573668, 0.6631546752, 0.8769739509], abs=1e-10)
    city = EXACT.replace(distance="city-block", similarity_decay=0.5)
    assert strength(city, TOY)[0] == pytest.approx([1.8296608199, 0.9588890425, 1.2312379023], abs=1e-10)
    stricter = EXACT.replace(homogeneity=-1.0)
    assert strength(stricter, TOY)[0, :2] == pytest.approx([1.2877257013, 0.4761230097], abs=1e-10)
    assert strength(EXACT.replace(homogeneity=1.0), TOY)[0] - strength(EXACT, TOY)[0] == pytest.approx(
        0.1870316655, abs=1e-10
    )


def test_recency_weights_fall_with_age() -> None:
    each = np.stack([strength(EXACT, asked(POINTS, [item], [0, 3, 4]))[0] for item in (0, 1, 2)])
    weights = np.array([0.5, 0.7, 1])
    assert weights @ each == pytest.approx([0.8643935345, 0.5017590517, 0.6154364346], abs=1e-10)
    found = strength(EXACT.replace(recency=0.7), TOY)[0]
    assert found == pytest.approx(np.array([0.49, 0.7, 1]) @ each, abs=1e-12)


def test_probabilities_of_old() -> None:
    judged = Judgments(TOY, np.full((1, 3), 2))
    one_by_one = [log_likelihood(EXACT, Judgments(TOY, np.eye(3, dtype=int)[[k]] * 2))[0] for k in range(3)]
    assert np.exp(one_by_one) == pytest.approx([0.8201292820, 0.0367684175, 0.1407952027], abs=1e-10)
    assert EXACT.likelihood == "exact" and log_likelihood(EXACT, judged)[0] == pytest.approx(sum(one_by_one))
    ratio = EXACT.replace(rule="ratio", criterion_noise=0)
    one_by_one = [log_likelihood(ratio, Judgments(TOY, np.eye(3, dtype=int)[[k]] * 2))[0] for k in range(3)]
    assert np.exp(one_by_one) == pytest.approx([0.5513611758, 0.3559310904, 0.4222363745], abs=1e-10)
    assert log_likelihood(ratio.replace(criterion=-1.0), judged)[0] == 0, "everything is above a criterion below 0"


def test_smooth_maximum_of_cosines() -> None:
    keys = [(1, 0, 1), (0, 1, 1), (1, 1, 0), (1, 0, 0.5)]
    trials = asked(keys, [0, 1, 2], [3, 0])
    model = EXACT.replace(similarity="cosine", cosine_focus=4.0)
    assert strength(model, trials)[0, 0] == pytest.approx(1.0259103940, abs=1e-10)
    cosines = [strength(model, asked(keys, [item], [3, 0]))[0, 0] for item in range(3)]
    assert cosines == pytest.approx([0.9486832981, 0.3162277660, 0.6324555320], abs=1e-10)
    weights = np.exp(4 * np.array(cosines))
    assert weights / weights.sum() == pytest.approx([0.7342480360, 0.0584998838, 0.2072520802], abs=1e-10)


@pytest.mark.parametrize(("n_features", "known"), [(1, 0.6566811889), (2, 0.5061833093), (10, 0.1710430439)])
def test_mean_similarity_of_an_item_to_its_trace(n_features: int, known: float) -> None:
    size = 2 ** (n_features / 2 - 1) * gamma(n_features / 2)
    exact = quad(lambda r: r ** (n_features - 1) * np.exp(-(r**2) / 2 - 0.6 * r) / size, 0, 40)[0]
    assert exact == pytest.approx(known, abs=1e-9)
    trials = Recognition(list_length=1, n_targets=1, n_lures=0).trials(40_000)
    found = strength(DRAWN.replace(n_drawn=n_features), trials)
    assert found.mean() == pytest.approx(known, abs=5 * found.std() / 200)


def test_means_of_targets_and_lures() -> None:
    targets = dict(zip((4, 8, 16, 32), (0.2155139498, 0.2748084909, 0.3933975733, 0.6305757380), strict=True))
    lures = dict(zip((4, 8, 16, 32), (0.0592945412, 0.1185890823, 0.2371781647, 0.4743563294), strict=True))
    discriminability = dict(zip((4, 8, 16, 32), (2.56, 1.96, 1.36, 0.78), strict=True))
    for length in (4, 8, 16, 32):
        trials = Recognition(list_length=length, n_targets=4, n_lures=4).trials(12_000 // length)
        found = strength(DRAWN, trials, seed=length)
        old = trials.probe_kinds == "target"
        for kind, known in ((old, targets), (~old, lures)):
            error = found[kind].std() / np.sqrt(len(trials))
            assert found[kind].mean() == pytest.approx(known[length], abs=5 * error)
        spread = np.sqrt((found[old].var() + found[~old].var()) / 2)
        apart = (found[old].mean() - found[~old].mean()) / spread
        assert apart == pytest.approx(discriminability[length], abs=0.15)


ONE = SummedSimilarity(
    item_features="pool", n_context=0, criterion=0.5, criterion_noise=0.2, encoding_noise=0.6, similarity_decay=1.0
)


def test_probes_share_their_encoding() -> None:
    twice = asked([(0.3,), (1.0,)], [0], [0, 0])[np.zeros(4000, dtype=int)]
    judged = Judgments(twice, np.full((4000, 2), 2))
    joint = np.exp(log_likelihood(ONE, judged, samples=40))
    assert joint.mean() == pytest.approx(0.5726075234, abs=0.004)
    single = np.exp(log_likelihood(ONE, judged, samples=40, average="marginal") / 2)
    assert single.mean() == pytest.approx(0.7054550439, abs=0.004)
    assert ONE.likelihood == "sampled"


def test_a_lure_is_drawn_as_items_are() -> None:
    trials = Recognition(list_length=1, n_targets=1, n_lures=1).trials(40_000)
    old = simulate(ONE.replace(item_features="drawn", n_drawn=1), trials).called_old
    is_target = trials.probe_kinds == "target"
    assert old[is_target].mean() == pytest.approx(0.7054550439, abs=0.01)
    assert old[~is_target].mean() == pytest.approx(0.3746827754, abs=0.01)


@dataclass(frozen=True)
class GoodOrBad(RecognitionModel):
    """Every second encoding is good."""

    likelihood: ClassVar = "sampled"
    calls: ClassVar[list[int]] = []

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        self.calls.append(1)
        rng.random()
        return 0.9 if len(self.calls) % 2 else 0.5

    def study(self, state: Any, position: int) -> Any:
        return state

    def familiarity(self, state: Any, probe: Any) -> Discrete:
        return Discrete(np.array([-1.0, 1.0]), np.array([1 - state, state]))


def test_joint_and_marginal_averages_differ() -> None:
    trials = Recognition(list_length=3, n_targets=3, n_lures=0).trials(2)
    judged = Judgments(trials, np.full((2, 3), 2))
    assert log_likelihood(GoodOrBad(), judged, samples=2) == pytest.approx(-0.8509712658, abs=1e-10)
    assert log_likelihood(GoodOrBad(), judged, samples=2, average="marginal") == pytest.approx(-1.0700248318, abs=1e-10)


@dataclass(frozen=True)
class TwoLists(Recognition):
    """Recognition of two lists, of which the first has ``first_length`` items."""

    first_length: int = 20

    @property
    def list_of_position(self) -> Any:
        return (np.arange(self.list_length) >= self.first_length).astype(np.int32)


def frequency_trials(copies: Any, about: int) -> Trials:
    """Two lists of 20: item k occurs as often as ``copies[k]`` says in each, and is probed about one of them."""
    lists: list[list[int]] = [[], []]
    other = len(copies)
    for which in range(2):
        lists[which] = [item for item, each in enumerate(copies) for _ in range(each[which])]
        while len(lists[which]) < 20:
            lists[which].append(other)
            other += 1
    n = other
    features = np.zeros((n, n))
    np.fill_diagonal(features, 5 / np.sqrt(2))  # all distances are 5
    task = TwoLists(list_length=40, n_targets=1, n_lures=len(copies) - 1)
    probes = Probes(np.arange(len(copies))[None], about=np.full((1, len(copies)), about))
    return Trials(np.array([lists[0] + lists[1]]), ItemPool(np.arange(n), features), task, probes=probes)


def test_frequency_in_one_list() -> None:
    """Hintzman & Block (1971): the list asked about counts, the other hardly does."""
    known = [
        (0.22644064, 0.48794303, 0.88019663), (2.21296474, 2.47446714, 2.86672073), (5.19275090, 5.45425330, 5.84650689)
    ]  # fmt: skip
    model = SummedSimilarity(item_features="pool", encoding_noise=0, context_drift=0, n_context=1, list_shift=2.0)
    assert model.likelihood == "exact"
    for row, first in enumerate((0, 2, 5)):
        for column, second in enumerate((0, 2, 5)):
            here = strength(model, frequency_trials([(first, second)], about=0))[0, 0]
            there = strength(model, frequency_trials([(second, first)], about=1))[0, 0]
            assert here == pytest.approx(known[row][column], abs=1e-8)
            assert there == pytest.approx(here), "the lists are as far from one another"


def test_the_own_list_counts_more_by_the_distance_of_contexts() -> None:
    model = SummedSimilarity(item_features="pool", encoding_noise=0, context_drift=0, similarity_decay=5.0)
    model = model.replace(list_shift=np.log(5) / 5)
    found = {
        key: strength(model, frequency_trials([key], about=0))[0, 0] for key in ((0, 0), (5, 0), (0, 5))
    }  # fmt: skip
    assert (found[5, 0] - found[0, 0]) / (found[0, 5] - found[0, 0]) == pytest.approx(5, rel=1e-6)


def test_two_presentations_have_two_peaks() -> None:
    trials = asked(np.eye(6) * 5, [0, 1, 2, 1, 3], [1, 5])
    state = EXACT.begin(trials, np.random.default_rng(0))
    for position in range(5):
        state = EXACT.study(state, position)
    found = EXACT.position_judgments(state, trials.probe(0))[0]
    assert found.sum() == pytest.approx(1) and sorted(np.argsort(found)[-2:]) == [1, 3]
    assert found[1] == pytest.approx(found[3])


def test_drift_makes_recent_items_more_similar() -> None:
    trials = Recognition(list_length=8, n_targets=8, n_lures=1).trials(4000)
    drifting = SummedSimilarity(context_drift=1.0, attention_context=4.0)
    near = strength(drifting, trials)
    later = trials.last_presentations[:, :, 0] >= 4
    early = (trials.last_presentations[:, :, 0] >= 0) & ~later
    assert near[later].mean() > near[early].mean() + 0.02
    delayed = Recognition(list_length=8, n_targets=8, n_lures=1, retention_interval=30.0).trials(4000)
    assert strength(drifting, delayed)[later].mean() < near[later].mean() - 0.02
    assert drifting.likelihood == "sampled"


def test_attributes_that_are_not_stored_leave_the_distance() -> None:
    trials = asked([(0.0, 0.0), (3.0, 4.0)], [0], [1, 1])[np.zeros(20_000, dtype=int)]
    model = EXACT.replace(storage_probability=0.5)
    found = strength(model, trials)[:, 0]
    assert np.unique(found) == pytest.approx(np.exp([-5.0, -4, -3, 0]))
    assert found.mean() == pytest.approx(np.exp([-5.0, -4, -3, 0]).mean(), abs=0.015)
    assert strength(EXACT.replace(storage_probability=0), trials) == pytest.approx(1)


points = st.lists(st.tuples(*[st.floats(-3, 3)] * 3), min_size=3, max_size=6)


@settings(max_examples=30)
@given(points, st.randoms(use_true_random=False), st.sampled_from(["euclidean", "city-block"]))
def test_sums_do_not_depend_on_order_and_grow_with_traces(features: Any, random: Any, distance: str) -> None:
    model = EXACT.replace(distance=distance)
    studied = list(range(1, len(features)))
    shuffled = random.sample(studied, len(studied))
    all_of_them = strength(model, asked(features, studied, [0, 1]))
    assert strength(model, asked(features, shuffled, [0, 1])) == pytest.approx(all_of_them)
    assert (strength(model, asked(features, studied[:-1], [0, 1])) <= all_of_them + 1e-12).all()
    assert strength(model.replace(similarity_decay=0), asked(features, studied, [0, 1])) == pytest.approx(len(studied))


def test_steep_similarity_counts_copies() -> None:
    trials = asked(POINTS, [0, 1, 1, 2], [1, 0, 3])
    assert strength(EXACT.replace(similarity_decay=1e4), trials)[0] == pytest.approx([2, 1, 0])


VARIANTS = [
    SummedSimilarity(),
    SummedSimilarity(rule="ratio", homogeneity=0.5, criterion_noise=0.05),
    SummedSimilarity(similarity="cosine", storage_probability=0.7, criterion=0.6),
    SummedSimilarity(distance="city-block", recency=0.8, lapse=0.1, list_lapse=0.1),
]


@pytest.mark.parametrize("model", VARIANTS)
def test_all_probes_at_once_agree_with_the_steps(model: SummedSimilarity) -> None:
    trials = Recognition(list_length=5, n_targets=3, n_lures=2, ratings=4).trials(60)
    fast, steps = simulate(model, trials, seed=3), simulate_judgments(model, trials, 3, by_steps=True)
    assert (fast.ratings == steps.ratings).all()
    by_steps = log_likelihood_steps(model, fast, 20, 0)
    assert log_likelihood(model, fast, samples=20) == pytest.approx(by_steps, rel=1e-9)


def test_what_it_does_not_take() -> None:
    with pytest.raises(InputError, match="the pool has no features"):
        simulate(EXACT, Recognition().trials(2))
    with pytest.raises(InputError, match="homogeneity"):
        SummedSimilarity(similarity="cosine", homogeneity=1.0)
    with pytest.raises(InputError, match="ratio"):
        SummedSimilarity(rule="ratio", homogeneity=-1.0)
    with pytest.raises(ModelError, match="one list among several"):
        simulate(EXACT, frequency_trials([(1, 1)], about=0))
    with pytest.raises(InputError, match="fewer lists"):
        simulate(SummedSimilarity(), frequency_trials([(1, 1)], about=2))
