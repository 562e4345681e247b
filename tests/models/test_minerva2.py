"""MINERVA 2. Golden numbers are by hand, by enumeration, or by Monte Carlo apart from this code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from memsim import ItemPool, Trials, log_likelihood, simulate
from memsim.core.errors import InputError, ModelError
from memsim.core.events import StudyPair
from memsim.core.judgment_loop import simulate_judgments
from memsim.core.judgments import Judgments
from memsim.core.likelihood import log_likelihood_steps
from memsim.core.probes import Probes
from memsim.models.recognition.echo_kernels import echo_content, echo_intensity
from memsim.models.recognition.fixed_memory import all_probes
from memsim.models.recognition.intensity_distribution import (
    Intensities,
    Intensity,
    Kind,
    Meeting,
    activations,
    intensity_distribution,
    intensity_moments,
)
from memsim.models.recognition.minerva2 import MINERVA2
from memsim.paradigms import Recognition
from memsim.reproductions.recognition.hintzman1988 import judging

TRACES = np.array([[1, -1, 0, 1, 0], [1, 0, 0, 1, -1], [0, 1, 1, -1, 0]], dtype=np.int8)
REALISED, INTEGRATED = MINERVA2(criterion_noise=0.05), MINERVA2(evidence="integrated", criterion_noise=0)


def echo(kernel: Any, probe: Any, traces: Any = TRACES) -> Any:
    """The echo of one probe of one half, without a context."""
    vectors = np.array([[probe]], dtype=np.int8)
    unit, no_list = np.zeros((1, 1, 1), dtype=np.int32), np.full((1, 1), -1, dtype=np.int32)
    traces = np.asarray(traces, dtype=np.int8)[None]
    return kernel(vectors, unit, np.zeros((1, 1, 0), np.int8), no_list, traces, np.array([traces.shape[1]]), 3)[0, 0]


def test_a_known_echo() -> None:
    probe = [1, -1, 0, 1, 1]
    each = [echo(echo_intensity, probe, TRACES[[trace]]) for trace in range(3)]
    assert each == pytest.approx([0.421875, 0.015625, -0.064], abs=1e-12)
    assert echo(echo_intensity, probe) == pytest.approx(0.3735, abs=1e-12)
    assert echo(echo_content, probe) == pytest.approx([0.4375, -0.485875, -0.064, 0.5015, -0.015625], abs=1e-12)
    assert echo(echo_intensity, [0, 0, 0, 0, 1]) == pytest.approx(-0.0370370370, abs=1e-10)
    assert echo(echo_intensity, [0, 0, 0, 0, 0]) == 0


@settings(max_examples=50)
@given(arrays(np.int8, 5, elements=st.integers(-1, 1)), st.permutations(range(3)))
def test_an_echo_has_the_sign_of_its_probe_whatever_the_order(probe: Any, order: Any) -> None:
    intensity = echo(echo_intensity, probe)
    assert echo(echo_intensity, -probe) == pytest.approx(-intensity)
    assert echo(echo_content, -probe) == pytest.approx(-echo(echo_content, probe))
    assert echo(echo_intensity, probe, TRACES[list(order)]) == pytest.approx(intensity)


def test_a_trace_stored_whole_answers_with_one() -> None:
    trials = Recognition(list_length=1, n_targets=1, n_lures=0).trials(500)
    assert intensities(MINERVA2(encoding_probability=1.0), trials) == pytest.approx(1)
    assert intensities(MINERVA2(encoding_probability=0.0), trials) == pytest.approx(0)


def test_recall_of_a_known_pair() -> None:
    traces = [[1, -1, 1, 1, 1, -1], [1, 1, -1, -1, 1, 1], [-1, 1, 0, 0, -1, 1]]
    probe = [1, -1, 1, 0, 0, 0]
    each = [echo(echo_intensity, probe, [trace]) for trace in traces]
    assert each == pytest.approx([0.125, -0.0046296296, -0.064], abs=1e-10)
    content = echo(echo_content, probe, traces)[3:]
    assert content == pytest.approx([0.1296296296, 0.1843703704, -0.1936296296], abs=1e-10)
    lexicon = np.array([(1, 1, -1), (-1, 1, 1), (1, -1, 1)])
    assert lexicon @ content == pytest.approx([0.5076296296, -0.1388888889, -0.2483703704], abs=1e-10)
    cosines = lexicon @ content / np.sqrt(3) / np.linalg.norm(content)
    assert cosines == pytest.approx([0.9863561475, -0.2698698054, -0.4825991772], abs=3e-10)


# Exact moments.

ROWS = [  # presentations, other traces, mean, variance
    (0, 20, 0, 0.0021153788), (1, 19, 0.1539104300, 0.0161885419), (2, 18, 0.3078208599, 0.0303145558),
    (5, 15, 0.7695521499, 0.0730097029),
]  # fmt: skip


@pytest.mark.parametrize(("own", "other", "mean", "variance"), ROWS)
def test_moments(own: int, other: int, mean: float, variance: float) -> None:
    meeting = Meeting(20, 1, 0, 0, own, 0, other)
    assert intensity_moments(meeting, 0.5, 3) == pytest.approx((mean, variance), abs=1e-10)
    found = intensity_distribution(meeting, 0.5, 3)
    values = (found.start + np.arange(len(found.probabilities))) / 8192
    assert values @ found.probabilities == pytest.approx(mean, abs=1e-8)
    assert values**2 @ found.probabilities - mean**2 == pytest.approx(variance, abs=5e-7)


OF_ONE = [
    (0.25, 0.0270412368, 2.6097003570e-05), (0.5, 0.1539104300, 1.0576894122e-04),
    (0.75, 0.4538244080, 2.1484753683e-04), (1, 0.9999999997, 3.2810674533e-04),
]  # fmt: skip


@pytest.mark.parametrize(("encoding", "own", "other"), OF_ONE)
def test_moments_of_one_trace(encoding: float, own: float, other: float) -> None:
    assert intensity_moments(Meeting(20, 1, 0, 0, 1, 0, 0), encoding, 3)[0] == pytest.approx(own, abs=1e-10)
    assert intensity_moments(Meeting(20, 1, 0, 0, 0, 0, 1), encoding, 3)[1] == pytest.approx(other, abs=1e-14)
    assert MINERVA2(encoding_probability=encoding).presentation_intensity == pytest.approx(own, abs=1e-10)


OF_PAIRS = [(0.5, (0.1539104300, 0.0522072757, 0.0261036379, 0)), (0.75, (0.4538244080, 0.1182724329))]


@pytest.mark.parametrize(("encoding", "known"), OF_PAIRS)
def test_moments_of_pairs(encoding: float, known: Any) -> None:
    intact_rearranged_half_new = [(1, 0, 0, 9), (0, 1, 1, 8), (0, 1, 0, 9), (0, 0, 0, 10)]
    for counts, mean in zip(intact_rearranged_half_new, known, strict=False):
        found = intensity_moments(Meeting(10, 2, 0, *counts), encoding, 3)[0]
        assert found == pytest.approx(mean, abs=1e-10)


def test_the_slope_of_the_z_roc_rises_with_list_length_as_that_of_people_does_not() -> None:
    slopes, apart = (0.264391, 0.361485, 0.480770, 0.612771), (1.710721, 1.608833, 1.449964, 1.236314)
    known = zip((10, 20, 40, 80), slopes, apart, strict=True)
    for length, slope, discriminability in known:
        mean, variance = intensity_moments(Meeting(20, 1, 0, 0, 1, 0, length - 1), 0.5, 3)
        lure = intensity_moments(Meeting(20, 1, 0, 0, 0, 0, length), 0.5, 3)[1]
        assert np.sqrt(lure / variance) == pytest.approx(slope, abs=1e-6)
        assert mean / np.sqrt((lure + variance) / 2) == pytest.approx(discriminability, abs=1e-6)


# The distribution.


def distribution(own: int, other: int) -> Intensity:
    return intensity_distribution(Meeting(20, 1, 0, 0, own, 0, other), 0.5, 3)


def test_hits_and_false_alarms() -> None:
    cuts = np.array([0.05, 0.1, 0.15])
    # By a grid with an error of .0003, and 400,000 lists by Monte Carlo.
    for (own, other), grid, drawn in [
        ((1, 19), (0.8058, 0.6097, 0.4285), (0.8057, 0.6095, 0.4283)),
        ((0, 20), (0.1105, 0.0208, 0.0043), (0.1107, 0.0207, 0.0040)),
        ((2, 18), (0.9751, 0.9207, 0.8266), (0.9751, 0.9207, 0.8266)),
    ]:
        found = 1 - distribution(own, other).below(cuts, 0)
        assert found == pytest.approx(grid, abs=5e-4) and found == pytest.approx(drawn, abs=2e-3)


def test_area_under_the_roc() -> None:
    own, lure = distribution(1, 19), distribution(0, 20)
    at = (own.start + np.arange(len(own.probabilities))) / 8192
    below = (lure.below(at, 0) + lure.below(at + 1 / 8192, 0)) / 2
    assert own.probabilities @ below == pytest.approx(0.9132, abs=5e-4)


def test_noise_of_criteria_smooths_the_distribution() -> None:
    found = distribution(1, 19)
    values = (found.start + np.arange(len(found.probabilities))) / 8192
    rng = np.random.default_rng(0)
    drawn = rng.choice(values, 200_000, p=found.probabilities)
    cuts = np.array([0.05, 0.2])
    share = [(drawn < cut + 0.1 * rng.standard_normal(len(drawn))).mean() for cut in cuts]
    assert found.below(cuts, 0.1) == pytest.approx(share, abs=0.005)
    assert found.below(cuts, 1e-6) == pytest.approx(found.below(cuts + 1e-9, 0), abs=1e-3)
    several = Intensities((found, distribution(0, 20)), np.array([1, 0, 1]))
    each = several.below(cuts, 0.1)
    assert each[1] == pytest.approx(found.below(cuts, 0.1))
    assert several.below(np.tile(cuts, (3, 1)), np.array([[0.1], [0.1], [0.0]]))[:2] == pytest.approx(each[:2])


@settings(max_examples=25)
@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.floats(0, 1), st.integers(1, 5))
def test_activations_are_a_distribution(shared: int, other: int, zeros: int, encoding: float, power: int) -> None:
    values, probabilities = activations(Kind(shared, other, zeros), encoding, power)
    assert probabilities.sum() == pytest.approx(1) and (probabilities >= 0).all() and (np.abs(values) <= 1).all()
    if not shared:
        assert values @ probabilities == pytest.approx(0, abs=1e-12)


# The model.


def intensities(model: MINERVA2, trials: Trials, seed: int = 0) -> Any:
    return model.intensity(model.begin(trials, np.random.default_rng(seed)), all_probes(trials))


def repeated(copies: list[int], n_trials: int, ratings: int = 6) -> Trials:
    """Lists in which item k occurs ``copies[k]`` times, each probed once."""
    items = np.repeat(np.arange(len(copies)), copies)
    items = np.concatenate((items, len(copies) + np.arange(20 - len(items))))
    task = Recognition(list_length=20, n_targets=1, n_lures=len(copies) - 1, ratings=ratings)
    trials = Trials(items[None], ItemPool.numbered(60), task, probes=Probes(np.arange(len(copies))[None]))
    return trials[np.zeros(n_trials, dtype=int)]


def test_intensity_rises_with_frequency_in_equal_steps() -> None:
    found = intensities(REALISED, repeated([0, 1, 2, 3, 4, 5], 4000))
    assert found.mean(axis=0) == pytest.approx(0.1539104300 * np.arange(6), abs=0.02)
    assert found[:, 0].std() == pytest.approx(0.060, abs=0.005) and found[:, 5].std() == pytest.approx(0.27, abs=0.02)


def test_judgments_of_frequency() -> None:
    model = MINERVA2(criterion_noise=0)
    assert judging(model, 6).criteria(6)[:2] == pytest.approx([0.0769552150, 0.2308656450], abs=1e-9)
    trials = repeated([0, 1, 2, 3, 4, 5], 2000, ratings=12)
    judged = simulate(judging(model, 12), trials).ratings.mean(axis=0) - 1
    assert judged == pytest.approx([0.1, 1, 2, 3, 4, 5], abs=0.25)


def test_realised_and_integrated_rates_agree() -> None:
    trials = Recognition(list_length=20, n_targets=1, n_lures=1).trials(20_000)
    old = simulate(REALISED.replace(criterion=0.1, criterion_noise=0), trials).called_old
    is_target = trials.probe_kinds == "target"
    exact = np.exp(log_likelihood(INTEGRATED, Judgments(trials[:1], np.array([[2, 0]]))))[0]
    first = "hits" if is_target[0, 0] else "false alarms"
    known = {"hits": 0.6099, "false alarms": 0.0209}
    assert exact == pytest.approx(known[first], abs=2e-4)
    assert old[is_target].mean() == pytest.approx(known["hits"], abs=0.015)
    assert old[~is_target].mean() == pytest.approx(known["false alarms"], abs=0.005)


def test_each_instance_declares_its_likelihood() -> None:
    assert (REALISED.likelihood, REALISED.encoding) == ("sampled", "realised")
    assert (INTEGRATED.likelihood, INTEGRATED.encoding) == ("exact", "integrated")


@dataclass(frozen=True)
class Pairs(Recognition):
    """Pairs are studied, and pairs, items or the partners of items are asked for."""

    judged: ClassVar[str] = "pair"

    def presentation(self) -> Any:
        yield from (StudyPair(at, at + 1) for at in range(0, self.list_length, 2))


@dataclass(frozen=True)
class ItemsOfPairs(Pairs):
    judged: ClassVar[str] = "item"


@dataclass(frozen=True)
class CuedRecall(Pairs):
    cue: ClassVar[str] = "item"
    judged: ClassVar[str] = ""

    @property
    def response_limit(self) -> int:
        return self.n_probes


def pairs(probes: Any, n_trials: int = 1, task: type[Pairs] = Pairs, length: int = 20) -> Trials:
    """Lists of the pairs (0, 1), (2, 3), ... with these probes."""
    given = task(list_length=length, n_targets=1, n_lures=len(probes) - 1)
    trials = Trials(np.arange(length)[None], ItemPool.numbered(60), given, probes=Probes(np.array([probes])))
    return trials[np.zeros(n_trials, dtype=int)]


KINDS = [(0, 1), (2, 5), (6, 40), (41, 42)]


def test_associative_recognition() -> None:
    found = intensities(REALISED.replace(feature_count=10), pairs(KINDS, 20_000))
    error = found.std(axis=0) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - [0.1539104300, 0.0522072757, 0.0261036379, 0]) < 5 * error).all()


@pytest.mark.parametrize(("task", "probes"), [(Pairs, KINDS), (ItemsOfPairs, [(0,), (3,), (41,)])])
def test_integrated_pairs_agree_with_realised_ones(task: Any, probes: Any) -> None:
    n_trials = 20_000
    model = MINERVA2(feature_count=4, encoding_probability=0.7, criterion=0.08, criterion_noise=0.02)
    trials = pairs(probes, n_trials, task, length=12)
    drawn = simulate(model, trials).called_old.mean(axis=0)
    one = Judgments(trials[:1], np.full((1, len(probes)), 2))
    exact = np.exp(log_likelihood(model.replace(evidence="integrated"), one))
    each = [
        np.exp(log_likelihood(model.replace(evidence="integrated"), Judgments(trials[:1], row[None] * 2)))[0]
        for row in np.eye(len(probes), dtype=int)
    ]
    assert np.prod(each) == pytest.approx(exact[0]), "probes count as independent"
    assert each == pytest.approx(drawn, abs=0.015)


def test_cued_recall() -> None:
    task = pairs([(0, -1), (-1, 3), (4, -1), (41, -1)], 2000, CuedRecall, length=12)
    recalls = simulate(MINERVA2(encoding_probability=0.9, choice_sensitivity=20.0), task)
    correct = (recalls.positions[:, :3] == [2, 3, 6]).mean(axis=0)
    assert (correct > 0.9).all(), "forward and backward"
    silent = (recalls.positions == 0).mean(axis=0)
    assert silent[3] > 0.2 > 0.05 > silent[:3].max(), "a cue that was not studied brings little back"
    assert not (recalls.positions[:, 0] == 1).any(), "the cue is no response"
    likelihood = log_likelihood(MINERVA2(encoding_probability=0.9), recalls[:50], samples=200)
    assert np.isfinite(likelihood).all() and likelihood.mean() > np.log(1 / 12) * 4
    weak = simulate(MINERVA2(encoding_probability=0.2), task)
    assert (weak.positions[:, 0] == 2).mean() < correct[0]
    with pytest.raises(ModelError, match="no account of this task"):
        simulate(INTEGRATED, task)


def test_nothing_encoded_gives_no_response() -> None:
    task = pairs([(0, -1)], 5, CuedRecall)
    model = MINERVA2(encoding_probability=0.0, choice_sensitivity=1000.0)
    assert (simulate(model, task).positions == 0).all()


@dataclass(frozen=True)
class TwoLists(Recognition):
    @property
    def list_of_position(self) -> Any:
        return (np.arange(self.list_length) >= self.list_length // 2).astype(np.int32)


def test_context_features_tell_lists_apart() -> None:
    task = TwoLists(list_length=16, n_targets=1, n_lures=3)
    items, probes = np.concatenate(([0, 0, 0], np.arange(2, 7), [1, 1, 1], np.arange(7, 12)))[None], [[0, 0, 1, 40]]
    trials = Trials(
        items, ItemPool.numbered(60), task, probes=Probes(np.array(probes), about=np.array([[0, 1, 1, 1]]))
    )[np.zeros(2000, dtype=int)]
    ratios = []
    for n_context in (10, 20, 40):
        own, other, same, new = intensities(REALISED.replace(context_count=n_context), trials).mean(axis=0)
        assert own == pytest.approx(same, abs=0.03)
        ratios.append((own - new) / (other - new))
    assert ratios[0] > 1 and (np.diff(ratios) > 0).all(), "the list asked about counts more the larger the context"
    with pytest.raises(ModelError, match="one list among several"):
        simulate(INTEGRATED, trials[:1].__class__(
            np.arange(16)[None], trials.pool, task, probes=Probes(np.array(probes), about=np.array([[0, 1, 1, 1]]))
        ))  # fmt: skip


def test_what_integrated_evidence_does_not_take() -> None:
    with pytest.raises(InputError, match="evidence='realised'"):
        simulate(INTEGRATED, repeated([2, 1], 3))
    with pytest.raises(InputError, match="half 1"):
        simulate(INTEGRATED, pairs([(1, 0)]))


VARIANTS = [MINERVA2(), MINERVA2(evidence="integrated"), MINERVA2(lapse=0.1, list_lapse=0.2, activation_power=2)]


@pytest.mark.parametrize("model", VARIANTS)
def test_all_probes_at_once_agree_with_the_steps(model: MINERVA2) -> None:
    trials = Recognition(list_length=5, n_targets=3, n_lures=2, ratings=4).trials(60)
    fast, steps = simulate(model, trials, seed=3), simulate_judgments(model, trials, 3, by_steps=True)
    assert (fast.ratings == steps.ratings).all()
    by_steps = log_likelihood_steps(model, fast, 20, 0)
    assert log_likelihood(model, fast, samples=20) == pytest.approx(by_steps, rel=1e-9)
