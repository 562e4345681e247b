"""Probes, judgments, and the loop that leads a model through them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import ItemPool, Judgments, Normal, OldnessScale, Probes, Recalls, RecognitionModel, Trials, simulate
from memsim.core.encodings import SCORING
from memsim.core.errors import DataWarning, InputError, LikelihoodError, ModelError
from memsim.core.free_recall import FreeRecall
from memsim.core.gradient import log_likelihood_gradient
from memsim.core.judgment_loop import judgment_events
from memsim.core.judgments import n_new
from memsim.core.likelihood import event_log_probabilities, log_likelihood, score
from memsim.core.parameters import parameter
from memsim.core.seeding import stream
from memsim.models import REM, TCM
from memsim.models.recognition.signal_detection import UnequalVariance
from memsim.paradigms import RecallThenRecognition, Recognition


@dataclass(frozen=True)
class Recency(RecognitionModel):
    """The strength of an item falls with each item studied after it, and with each probe."""

    kept: float = parameter(0.9, 0, 1, doc="share kept")
    criterion: float = parameter(0.5, -9, 9, doc="criterion")
    criterion_noise: float = parameter(0.3, 0, 9, doc="noise")

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        return np.zeros((len(trials), trials.n_units)), trials.first_presentation

    def study(self, state: Any, position: int) -> Any:
        strength, unit = state
        strength *= self.kept
        strength[np.arange(len(unit)), unit[:, position]] = 1
        return strength, unit

    def familiarity(self, state: Any, probe: Any) -> Normal:
        return Normal(state[0][np.arange(len(probe.units)), probe.units[:, 0]])

    def judged(self, state: Any, probe: Any, rating: Any) -> Any:
        state[0][:] *= np.where(rating == 2, self.kept, 1)[:, None]
        return state


@dataclass(frozen=True)
class GoodOrBad(RecognitionModel):
    """An encoding that is good or bad as a whole, of the specification: P(old) is .9 or .5."""

    likelihood: ClassVar[Literal["exact", "sampled", "none"]] = "sampled"

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        return rng.random(len(trials)) < 0.5

    def study(self, state: Any, position: int) -> Any:
        return state

    def familiarity(self, state: Any, probe: Any) -> Normal:
        raise NotImplementedError

    def rating_probabilities(self, state: Any, probe: Any, criteria: Any) -> Any:
        old = np.where(state, 0.9, 0.5)
        return np.stack([1 - old, old], axis=1)


@dataclass(frozen=True)
class Both(OldnessScale):
    """Recalls by chance and judges by recency: what recall leaves behind shows in the judgments."""

    probes: ClassVar[tuple[str, ...]] = ("item",)
    criterion: float = parameter(0.5, -9, 9, doc="criterion")
    criterion_noise: float = parameter(0.3, 0, 9, doc="noise")

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        return np.full((len(trials), trials.n_units), 0.2), np.zeros((len(trials), trials.list_length), dtype=bool)

    def study(self, state: Any, position: int) -> Any:
        return state

    def outcome_probabilities(self, state: Any) -> Any:
        left = np.concatenate((~state[1], np.ones((len(state[1]), 1))), axis=1)
        return left / left.sum(axis=1, keepdims=True)

    def recalled(self, state: Any, position: Any) -> Any:
        row = np.flatnonzero(position < state[1].shape[1])
        state[1][row, position[row]] = True
        state[0][row, position[row]] += 0.5
        return state

    def familiarity(self, state: Any, probe: Any) -> Normal:
        return Normal(state[0][np.arange(len(probe.units)), probe.units[:, 0]])


@dataclass(frozen=True)
class RecallThenJudge(FreeRecall):
    """Recall and then judgments of the same list."""

    judged: ClassVar[str] = "item"
    n_probes: ClassVar[int] = 2
    n_ratings: ClassVar[int] = 2


POOL = ItemPool.numbered(9)


def trials_of(items: Any, probes: Any, **settings: Any) -> Trials:
    probes = np.atleast_2d(probes)
    n_targets = min(np.shape(items)[1], probes.shape[1])
    task = Recognition(
        list_length=np.shape(items)[1], n_targets=n_targets, n_lures=probes.shape[1] - n_targets, **settings
    )  # fmt: skip
    return Trials(items, POOL, task, probes=Probes(probes))


def test_units_positions_and_kinds() -> None:
    trials = trials_of([[3, 5, 3, 1]], [[8, 3, 5, 8, 0, -1]])
    found = [trials.probe(k) for k in range(6)]
    assert [int(each.units[0, 0]) for each in found] == [4, 0, 1, 4, 5, -1]
    assert [int(each.positions[0, 0]) for each in found] == [-1, 2, 1, -1, -1, -1]
    assert trials.probe_kinds.tolist() == [["lure", "target", "target", "lure", "lure", ""]]
    assert trials.n_units == 6


@given(st.data())
def test_units_are_those_of_a_plain_loop(data: st.DataObject) -> None:
    n, length, n_probes = (data.draw(st.integers(1, most)) for most in (4, 5, 6))
    matrix = lambda low, width: np.array(  # noqa: E731
        data.draw(st.lists(st.lists(st.integers(low, 8), min_size=width, max_size=width), min_size=n, max_size=n))
    )
    items, probes = matrix(0, length), matrix(0, n_probes)
    trials = trials_of(items, probes)
    for row in range(n):
        seen: dict[int, int] = {}
        for position, item in enumerate(items[row].tolist()):
            seen.setdefault(item, position)
        n_lures = 0
        for k, item in enumerate(probes[row].tolist()):
            if item not in seen:
                seen[item] = length + n_lures
                n_lures += 1
            assert trials.units_of_probes[row, k, 0] == seen[item]
            last = np.flatnonzero(items[row] == item)
            assert trials.last_presentations[row, k, 0] == (last[-1] if len(last) else -1)


def test_pairs() -> None:
    @dataclass(frozen=True)
    class Pairs(Recognition):
        judged: ClassVar[str] = "pair"

    task = Pairs(list_length=4, n_targets=4, n_lures=1)
    probes = Probes([[[0, 1], [1, 0], [0, 3], [2, 8], [7, 8]]])
    trials = Trials([[0, 1, 2, 3]], POOL, task, probes=probes)
    assert trials.probe_kinds.tolist() == [["intact", "intact", "rearranged", "half", "new"]]
    assert trials.units_of_probes[0].tolist() == [[0, 1], [1, 0], [0, 3], [2, 4], [5, 4]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: Judgments(t, [[3, 1, 1]]), "row 0, probe 1 is rated 3, but the scale goes from 1 to 2"),
        (lambda t: Judgments(t, [[1, 1]]), r"ratings have shape \(1, 2\), expected \(n_trials, n_probes\) = \(1, 3\)"),
        (lambda t: Judgments(t, [[1, 1, 0]], times=[[1.0, 1.0, 2.0]]), "time 2.0 at probe 3, where there is no answer"),
        (lambda t: Judgments(FreeRecall(list_length=3).trials(1), [[1]]), "nothing is judged in FreeRecall"),
        (lambda t: Judgments(t, [[1, 1, 1]], recalls=Recalls.from_matrix([[1]], 2)), "Recognition has no recall"),
        (lambda t: Recalls(t, [[1]]), "holds 1 responses, more than the limit of 0"),
        (lambda t: replace(t, probes=None), "Recognition has 3 probes in each trial; give them as probes="),
        (lambda t: replace(t, probes=Probes([[1, 2]])), "1 rows of 2 probes for 1 trials"),
        (lambda t: replace(t, probes=Probes([[1, 2, 99]])), "the probe 3 of trial 0 is 99, outside the pool of 9"),
        (lambda t: replace(t, probes=Probes([[[1, 2], [2, 3], [3, 4]]])), "Recognition asks about each item"),
        (lambda t: Probes([[1, -1, 2]]), "row 0 has no probe 2 but one after it"),
        (lambda t: Probes([1, 2]), r"items has shape \(2,\)"),
        (lambda t: simulate(TCM(), FreeRecall(list_length=3).trials(1)).trials.probe(0), "FreeRecall has no probes"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(change: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        change(trials_of([[0, 1]], [[0, 1, 2]]))


def test_models_without_an_account_say_so() -> None:
    trials = Recognition(list_length=4, n_targets=4, n_lures=4).trials(5, 0)
    with pytest.raises(ModelError, match="UnequalVariance has no account of this task.*'free'.*the cues .none."):
        simulate(UnequalVariance(), FreeRecall(list_length=4).trials(5, 0))
    judgments = simulate(UnequalVariance(), trials)
    with pytest.raises(InputError, match="criteria and average are for judgments"):
        log_likelihood(TCM(), simulate(TCM(), FreeRecall(list_length=4).trials(5, 0)), average="marginal")
    with pytest.raises(InputError, match="stopping is for recalls"):
        log_likelihood(UnequalVariance(), judgments, stopping=np.ones(3))
    with pytest.raises(InputError, match="expected 1 numbers in rising order"):
        log_likelihood(UnequalVariance(), judgments, criteria=np.array([0.0, 1.0]))


def test_a_model_that_only_simulates_has_no_likelihood() -> None:
    @dataclass(frozen=True)
    class OnlySimulates(Recency):
        likelihood: ClassVar[Literal["exact", "sampled", "none"]] = "none"

    judgments = simulate(OnlySimulates(), Recognition(list_length=4, n_targets=4, n_lures=4).trials(5, 0))
    with pytest.raises(LikelihoodError, match="OnlySimulates only simulates"):
        log_likelihood(OnlySimulates(), judgments)


def test_slices_and_joint_cells() -> None:
    judgments = simulate(Recency(), Recognition(list_length=5, n_targets=3, n_lures=2).trials(8, 1), 2)
    part = judgments[[3, 1]]
    assert (part.ratings == judgments.ratings[[3, 1]]).all()
    assert (part.trials.units_of_probes == judgments.trials.units_of_probes[[3, 1]]).all()
    whole = log_likelihood(Recency(), judgments)
    np.testing.assert_allclose(log_likelihood(Recency(), part), whole[[3, 1]], rtol=1e-12)
    table = score(Recency(), judgments)
    assert (table["events"] == 5).all() and np.allclose(table["choice"], table["log_likelihood"])


def test_all_answers_to_two_probes_sum_to_one_with_lapses() -> None:
    trial = trials_of([[0, 1]], [[1, 2]], ratings=4)
    answers = np.array(list(itertools.product(range(1, 5), repeat=2)))
    every = Judgments(trial[np.zeros(len(answers), dtype=int)], answers)
    for model in (Recency(), Recency(lapse=0.1), Recency(lapse=0.1, list_lapse=0.2)):
        assert np.exp(log_likelihood(model, every)).sum() == pytest.approx(1, abs=1e-12)


def test_joint_and_marginal_averages_over_encodings_are_different_numbers() -> None:
    trial = trials_of([[0, 1, 2]], [[0, 1, 2]])
    judgments = Judgments(trial[np.zeros(400, dtype=int)], np.full((400, 3), 2))
    joint, marginal = (
        log_likelihood(GoodOrBad(), judgments, samples=2000, average=average) for average in ("joint", "marginal")
    )
    assert joint.mean() == pytest.approx(-0.8509712658, abs=0.002)
    assert marginal.mean() == pytest.approx(-1.0700248318, abs=0.002)


def test_no_answer_is_no_event() -> None:
    trials = trials_of([[0, 1]], [[0, 1, 2]])
    some = Judgments(trials, [[2, 0, 1]])
    each = event_log_probabilities(Recency(), some)
    assert np.isnan(each[0, 1]) and log_likelihood(Recency(), some)[0] == pytest.approx(np.nansum(each))


def test_judgments_follow_the_recall_of_the_same_trials() -> None:
    task = RecallThenJudge(list_length=4, output_limit=2)
    items = np.tile(np.arange(4), (4000, 1))
    trials = Trials(items, POOL, task, probes=Probes(np.tile([0, 8], (4000, 1))))
    found = simulate(Both(), trials, 0)
    assert isinstance(found, Judgments) and found.recalls is not None
    recalled = (found.recalls.positions == 1).any(axis=1)
    called_old = found.called_old[:, 0]
    assert called_old[recalled].mean() - called_old[~recalled].mean() > 0.5
    total = log_likelihood(Both(), found)
    of_recall = log_likelihood(Both(), found.recalls)
    each = event_log_probabilities(Both(), found)
    np.testing.assert_allclose(total, of_recall + each.sum(axis=1), rtol=1e-12)
    part = found[:7]
    assert part.recalls is not None and part.recalls.trials is part.trials
    answers = np.array(list(itertools.product((1, 2), repeat=2)))
    orders = np.array([[0, 0], *([i, 0] for i in range(1, 5)), *itertools.permutations(range(1, 5), 2)])
    one = trials[np.zeros(len(answers) * len(orders), dtype=int)]
    every = Judgments(one, np.tile(answers, (len(orders), 1)), recalls=Recalls(one, np.repeat(orders, 4, axis=0)))
    for model in (Both(), Both(lapse=0.1, list_lapse=0.2)):
        assert np.exp(log_likelihood(model, every)).sum() == pytest.approx(1, abs=1e-12)


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.floats(0.2, 0.95), st.floats(0.1, 0.9))
def test_gradients_are_differences_in_one_batch(seed: int, kept: float, criterion: float) -> None:
    judgments = simulate(Recency(), Recognition(list_length=5, n_targets=3, n_lures=2, ratings=4).trials(6, seed), seed)
    model = Recency(kept=kept, criterion=criterion, lapse=0.05, list_lapse=0.02)
    found = log_likelihood_gradient(model, judgments)
    assert found.log_likelihood.sum() == pytest.approx(log_likelihood(model, judgments).sum(), rel=1e-10)
    for name in ("kept", "criterion", "lapse", "list_lapse"):
        step = 1e-6
        high, low = (
            log_likelihood(model.replace(**{name: getattr(model, name) + sign * step}), judgments).sum()
            for sign in (1, -1)
        )
        assert found.gradient[name] == pytest.approx((high - low) / (2 * step), rel=1e-4, abs=1e-4)


def test_simulated_rates_are_those_of_the_likelihood() -> None:
    trials = Recognition(list_length=3, n_targets=1, n_lures=1, ratings=3).trials(1, 4)[np.zeros(200_000, dtype=int)]
    judgments = simulate(Recency(), trials, 5)
    answers = np.array(list(itertools.product((1, 2, 3), repeat=2)))
    expected = np.exp(log_likelihood(Recency(), Judgments(trials[:9], answers))) * len(trials)
    observed = [(judgments.ratings == each).all(axis=1).sum() for each in answers]
    chi_square = ((observed - expected) ** 2 / expected).sum()
    assert chi_square < 35, "p is 1 in 37,000 with 8 degrees of freedom"


@pytest.mark.parametrize("recalled", [False, True])
def test_probabilities_of_answers_sum_to_the_likelihood_with_lapses_of_lists(recalled: bool) -> None:
    task: Any = RecallThenRecognition(list_length=4) if recalled else Recognition(list_length=4, ratings=3)
    model: Any = TCM(list_lapse=0.3, lapse=0.1) if recalled else UnequalVariance(list_lapse=0.3)
    judgments = simulate(model, task.trials(6, 0), 2)
    total = log_likelihood(model, judgments)
    if recalled:
        total = total - log_likelihood(model, judgments.recalls)
    assert event_log_probabilities(model, judgments).sum(axis=1) == pytest.approx(total, abs=1e-12)


@dataclass(frozen=True)
class Stored(RecognitionModel):
    """Each item is stored with the probability ``share``, and stored items are called old, without exception."""

    likelihood: ClassVar[Literal["exact", "sampled", "none"]] = "sampled"

    share: float = parameter(0.6, 0, 1, doc="share of items stored")
    criterion: float = parameter(0.5, 0, 1, doc="criterion")

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        stored = np.zeros((len(trials), trials.n_units))
        stored[:, : trials.list_length] = rng.random((len(trials), trials.list_length)) < self.share
        return stored

    def study(self, state: Any, position: int) -> Any:
        return state

    def familiarity(self, state: Any, probe: Any) -> Normal:
        return Normal(state[np.arange(len(state)), probe.units[:, 0]])


def test_certain_answers_have_the_share_of_encodings_as_their_marginal_probability() -> None:
    judgments = simulate(Stored(), Recognition(list_length=8).trials(40, 0), 1)
    samples = 50
    found = log_likelihood(Stored(), judgments, samples=samples, average="marginal")
    assert np.isfinite(found).all()
    old = judgments.ratings == 2
    targets = judgments.trials.probe_kinds == "target"
    never = np.log((samples + 0.5) / (samples + 1))  # a lure is called new under each encoding
    expected = (targets & old).sum() * np.log(0.6) + (targets & ~old).sum() * np.log(0.4) + (~targets).sum() * never
    assert found.sum() == pytest.approx(expected, rel=0.03)


def test_wrong_declarations_are_named() -> None:
    with pytest.raises(ModelError, match="probes='item'"):
        type("Wrong", (Recency,), {"probes": "item"})
    with pytest.raises(ModelError, match="encoding='nonsense'"):
        type("Wrong", (Recency,), {"encoding": "nonsense"})


def test_effective_samples() -> None:
    """(Σ p)² / Σ p² of the likelihoods in the samples, with a warning where one sample decides."""
    judgments = simulate(TCM(), Recognition(list_length=4, n_lures=2, n_targets=2).trials(3, 0), 0)
    model, n = REM(criterion_noise=2.0), 8
    found = score(model, judgments, samples=n)
    one = [
        judgment_events(model, judgments, stream(0, *SCORING, sample))[0].outcome.prod(axis=1) for sample in range(n)
    ]
    expected = np.sum(one, axis=0) ** 2 / np.sum(np.square(one), axis=0)
    assert found["effective_samples"].to_numpy() == pytest.approx(expected)
    assert score(TCM(), judgments)["effective_samples"].isna().all()
    many = simulate(TCM(), Recognition(list_length=16).trials(3, 0), 0)
    with pytest.warns(DataWarning, match="rests on fewer than 2 effective samples of 8"):
        few = score(REM(), many, samples=n)
    assert (few["effective_samples"] < 2).any()


def test_a_middle_rating_moves_no_hits_and_no_false_alarms() -> None:
    """The boundary between new and old is the criterion, whatever the number of ratings."""
    model = UnequalVariance(criterion=0.6)
    rates = []
    for n_ratings in (2, 3, 6, 7):
        judgments = simulate(model, Recognition(ratings=n_ratings).trials(50, 0), 0)
        rates.append([judgments.called_old[judgments.trials.probe_kinds == kind].mean() for kind in ("target", "lure")])
        assert model.criteria(n_ratings)[n_new(n_ratings) - 1] == 0.6
    assert np.ptp(rates, axis=0) == pytest.approx([0, 0])


def test_times_below_zero_are_refused() -> None:
    judgments = simulate(TCM(), Recognition(list_length=4).trials(1, 0), 0)
    with pytest.raises(InputError, match="has the time -3.0 at probe 1"):
        Judgments(judgments.trials, judgments.ratings, np.full(judgments.ratings.shape, -3.0))
