"""Measurement models of recognition: the golden cells, likelihoods and estimates, and what holds of each model."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from memsim import fit, log_likelihood, log_likelihood_gradient, simulate
from memsim.core.differences import difference_gradient
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.judgments import Judgments
from memsim.core.likelihood import log_likelihood_steps
from memsim.core.probes import Probes
from memsim.core.trials import Trials
from memsim.models import DualProcess, EqualVariance, TwoHighThreshold, TwoStrengths, UnequalVariance
from memsim.paradigms import Recognition

CRITERIA = np.array([-1, -0.3, 0.2, 0.7, 1.3])
NEW = [0.1586552539, 0.2234333239, 0.1971711316, 0.1787766383, 0.1451631676, 0.0968004846]
COUNTS = np.array([[90, 70, 55, 45, 25, 15], [12, 18, 25, 40, 55, 150]])
"""Ratings of lures and of targets."""
ANY = [EqualVariance(), UnequalVariance(), DualProcess(lure_rejection=0.2), TwoStrengths(), TwoHighThreshold()]
GOLDEN_2HT = TwoHighThreshold(
    detect_old=0.55, detect_new=0.4, guess_old=0.45, surest_old=0.7, next_old=2 / 3, surest_new=0.6, next_new=0.75,
    surest_guess=0.2, next_guess=0.375,
)  # fmt: skip


def judgments_of(counts: Any, n_trials: int = 1) -> Judgments:
    """Judgments with these numbers of ratings of lures and of targets, in ``n_trials`` equal trials."""
    new, old = (np.repeat(np.arange(1, len(row) + 1), row) for row in np.asarray(counts))
    task = Recognition(list_length=max(len(old), 1), n_targets=len(old), n_lures=len(new), ratings=np.shape(counts)[1])
    items = np.arange(len(old) + len(new))
    length = task.list_length
    pool = ItemPool.numbered(max(len(items), length) + 1)
    studied = np.tile(items[:length] if len(old) else [len(items)], (n_trials, 1))
    trials = Trials(studied, pool, task, probes=Probes(np.tile(items, (n_trials, 1))))
    return Judgments(trials, np.tile(np.concatenate((old, new)), (n_trials, 1)))


GOLDEN = judgments_of(COUNTS)


def cells(model: Any, criteria: Any = CRITERIA) -> np.ndarray:
    """(2, 6) probabilities of ratings of lures and targets, by the steps of the model."""
    trials = judgments_of(np.ones((2, 6), int)).trials
    found = [model.rating_probabilities(trials, trials.probe(probe), criteria)[0] for probe in (6, 0)]
    table = model.rating_table(judgments_of(np.ones((2, 6), int)), criteria)
    assert table.probabilities == pytest.approx(np.array(found), abs=1e-15)
    return np.array(found)


@pytest.mark.parametrize(
    ("model", "old"),
    [
        (UnequalVariance(strength_mean=1.5, strength_sd=1.25),
         [0.0227501319, 0.0521835676, 0.0742362508, 0.1119163494, 0.1753542374, 0.5635594629]),
        (DualProcess(recollection=0.35, familiarity_mean=0.9),
         [0.0186657639, 0.0561295218, 0.0824810883, 0.1162048149, 0.1525429432, 0.5739758680]),
        (TwoStrengths(attention=0.7, attention_gain=1.8, unattended_strength=0.4),
         [0.0247079943, 0.0522278671, 0.0652113181, 0.0899912880, 0.1414855826, 0.6263759499]),
    ],
)  # fmt: skip
def test_golden_cells_of_strengths(model: Any, old: list[float]) -> None:
    found = cells(model)
    assert found[0] == pytest.approx(NEW, abs=6e-11)
    assert found[1] == pytest.approx(old, abs=6e-11)


def test_golden_cells_with_rejection_of_lures() -> None:
    expected = [0.2848569658, 0.1899183253, 0.1675954619, 0.1519601426, 0.1233886925, 0.0822804119]
    assert cells(DualProcess(lure_rejection=0.15))[0] == pytest.approx(expected, abs=6e-11)


def test_golden_cells_of_thresholds() -> None:
    found = cells(GOLDEN_2HT)
    assert found[1] == pytest.approx([0.0495, 0.07425, 0.12375, 0.15625, 0.17075, 0.4255], abs=1e-14)
    assert found[0] == pytest.approx([0.306, 0.219, 0.205, 0.135, 0.081, 0.054], abs=1e-14)
    assert found[:, 3:].sum(axis=1) == pytest.approx([0.27, 0.7525])
    two = GOLDEN_2HT.rating_table(judgments_of([[1, 1], [1, 1]]), np.zeros(1)).probabilities
    assert two[:, 1] == pytest.approx([0.27, 0.7525])


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (UnequalVariance(strength_mean=1.5, strength_sd=1.25), -953.5854234935),
        (DualProcess(recollection=0.35, familiarity_mean=0.9), -955.4286060274),
        (GOLDEN_2HT, -931.5233854479),
    ],
)
def test_golden_likelihoods(model: Any, expected: float) -> None:
    assert log_likelihood(model, GOLDEN, criteria=CRITERIA)[0] == pytest.approx(expected, abs=6e-11)


@pytest.mark.parametrize(
    ("model", "estimates", "likelihood", "deviance"),
    [
        (EqualVariance(), {"sensitivity": 1.480676}, -927.904081, 5.358367),
        (UnequalVariance(), {"strength_mean": 1.674667, "strength_sd": 1.240422}, -925.360234, 0.270674),
        (DualProcess(), {"recollection": 0.257754, "familiarity_mean": 1.214357}, -926.179274, 1.908753),
    ],
)
def test_golden_estimates(model: Any, estimates: dict[str, float], likelihood: float, deviance: float) -> None:
    found = fit(model, GOLDEN, list(estimates), criteria="free", starts=1)
    assert found.log_likelihood == pytest.approx(likelihood, abs=6e-7)
    assert found.units[0].estimates == pytest.approx(estimates, abs=5e-5)
    saturated = (COUNTS * np.log(COUNTS / COUNTS.sum(axis=1, keepdims=True))).sum()
    assert 2 * (saturated - found.log_likelihood) == pytest.approx(deviance, abs=2e-6)
    assert found.n_parameters == len(estimates) + 5


def test_golden_criteria() -> None:
    found = fit(UnequalVariance(), GOLDEN, ["strength_mean", "strength_sd"], criteria="free", starts=1).units[0]
    assert found.criteria[""] == pytest.approx([-0.520721, 0.082309, 0.565295, 1.097689, 1.670073], abs=5e-5)
    assert 1 / found.estimates["strength_sd"] == pytest.approx(0.806177, abs=5e-5)


def test_models_that_are_the_same() -> None:
    equal = cells(EqualVariance(sensitivity=1.3))
    assert cells(UnequalVariance(strength_mean=1.3, strength_sd=1)) == pytest.approx(equal, abs=1e-15)
    assert cells(DualProcess(recollection=0, familiarity_mean=1.3)) == pytest.approx(equal, abs=1e-15)
    assert cells(TwoStrengths(attention=0, unattended_strength=1.3)) == pytest.approx(equal, abs=1e-15)


def area(model: Any) -> float:
    """The area under the receiver operating characteristic over a fine scale."""
    criteria = np.linspace(-15, 20, 40000)
    new, old = model.rating_table(judgments_of(np.ones((2, 6), int)), criteria).probabilities
    return float(old @ (np.cumsum(new) - new / 2))


def test_areas() -> None:
    assert area(UnequalVariance(strength_mean=1.5, strength_sd=1.25)) == pytest.approx(0.8256316699, abs=1e-6)
    assert area(DualProcess(recollection=0.35, familiarity_mean=0.9)) == pytest.approx(0.8295315589, abs=1e-6)
    # The states of two thresholds are three ratings: detected as new, guessed, detected as old.
    new, old = np.array([0.4, 0.6, 0.0]), np.array([0.0, 0.45, 0.55])
    assert old @ (np.cumsum(new) - new / 2) == pytest.approx(0.865)


@pytest.mark.parametrize("model", ANY)
def test_the_table_is_what_the_steps_give(model: Any) -> None:
    judgments = simulate(model, Recognition(ratings=6, list_length=16).trials(30, 1, subjects=3), 1)
    lapsing = model.replace(lapse=0.1, list_lapse=0.05)
    for each in (model, lapsing):
        steps = log_likelihood_steps(each, judgments, 1, 0)
        assert log_likelihood(each, judgments) == pytest.approx(steps, abs=1e-11)
    found = log_likelihood_gradient(lapsing, judgments)
    assert found.log_likelihood == pytest.approx(log_likelihood(lapsing, judgments), abs=1e-11)
    names = list(found.gradient)
    expected = difference_gradient(lapsing, judgments, names, 1, 0, None)[1]
    assert found.gradient == pytest.approx(expected, rel=2e-5, abs=2e-3)


@pytest.mark.parametrize("model", ANY)
def test_the_gradient_with_criteria_held(model: Any) -> None:
    criteria = np.array([-0.8, 0.1, 0.9])
    judgments = simulate(model, Recognition(ratings=4, list_length=16).trials(30, 2), 2)
    found = log_likelihood_gradient(model, judgments, criteria=criteria).gradient
    assert found.get("criterion", 0) == found.get("criterion_spacing", 0) == 0
    expected = difference_gradient(model, judgments, list(found), 1, 0, None, criteria)[1]
    assert found == pytest.approx(expected, rel=2e-4, abs=2e-3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.01, 0.99), min_size=9, max_size=9),
    st.integers(2, 13),
)
def test_ratings_of_thresholds_are_probabilities(values: list[float], n_ratings: int) -> None:
    names = [each.name for each in TwoHighThreshold.parameters() if "lapse" not in each.name]
    model = TwoHighThreshold(**dict(zip(names, values, strict=True)))
    found = model.rating_table(judgments_of(np.ones((2, n_ratings), int)), np.zeros(n_ratings - 1))
    assert found.probabilities.min() >= 0
    assert found.probabilities.sum(axis=1) == pytest.approx([1, 1])
    for name, slopes in found.slopes.items():
        assert slopes.sum(axis=1) == pytest.approx([0, 0], abs=1e-12), name
    old = n_ratings // 2
    hit, false_alarm = found.probabilities[1, old:].sum(), found.probabilities[0, old:].sum()
    assert hit == pytest.approx(model.detect_old + (1 - model.detect_old) * model.guess_old)
    assert false_alarm == pytest.approx((1 - model.detect_new) * model.guess_old)


@settings(max_examples=60, deadline=None)
@given(st.floats(-2, 5), st.floats(0.2, 4), st.floats(-2, 2), st.floats(0, 2), st.floats(0, 2), st.integers(2, 10))
def test_cells_of_unequal_variance(
    mean: float, sd: float, criterion: float, spacing: float, noise: float, n_ratings: int
) -> None:
    model = UnequalVariance(
        strength_mean=mean, strength_sd=sd, criterion=criterion, criterion_spacing=spacing, criterion_noise=noise
    )
    criteria = model.criteria(n_ratings)
    found = model.rating_table(judgments_of(np.ones((2, n_ratings), int)), criteria).probabilities
    below = np.stack([ndtr(criteria / np.hypot(1, noise)), ndtr((criteria - mean) / np.hypot(sd, noise))])
    assert np.cumsum(found, axis=1)[:, :-1] == pytest.approx(below, abs=1e-12)


@pytest.mark.parametrize(
    ("model", "free"),
    [
        (UnequalVariance(), None),
        (DualProcess(), None),
        (TwoStrengths(), None),
        (UnequalVariance(), ["strength_mean", "strength_sd"]),
    ],
)
def test_two_ratings_do_not_identify(model: Any, free: Any) -> None:
    judgments = judgments_of([[60, 40], [20, 80]])
    with pytest.raises(InputError, match="do not decide"):
        fit(model, judgments, free, starts=1)


@pytest.mark.parametrize("counts", [[[60, 40], [20, 80]], COUNTS])
def test_detection_of_old_and_of_new_is_not_identified_together(counts: Any) -> None:
    free = [*TwoHighThreshold.fitted, "detect_new"] if len(counts[0]) > 2 else ["detect_old", "detect_new", "guess_old"]
    with pytest.raises(InputError, match="do not decide detect_old, guess_old|do not decide detect_old, detect_new"):
        fit(TwoHighThreshold(), judgments_of(counts), free, ties={}, starts=1)


def test_two_ratings_identify_equal_variance() -> None:
    judgments = judgments_of([[60, 40], [20, 80]])
    found = fit(EqualVariance(), judgments, starts=1)
    assert list(found.units[0].estimates) == ["sensitivity", "criterion"]
    assert found.log_likelihood == pytest.approx(
        60 * np.log(0.6) + 40 * np.log(0.4) + 20 * np.log(0.2) + 80 * np.log(0.8)
    )
    tied = fit(TwoHighThreshold(), judgments, starts=1)
    assert tied.units[0].estimates["detect_old"] == pytest.approx(0.4, abs=1e-3)


def test_targets_alone_do_not_identify() -> None:
    with pytest.raises(InputError, match="do not decide"):
        fit(EqualVariance(), judgments_of([[0, 0], [20, 80]]), starts=1)


def test_all_parameters_of_two_thresholds_are_found() -> None:
    found = fit(TwoHighThreshold(), judgments_of(COUNTS), starts=1)
    assert found.n_parameters == 8
    assert found.log_likelihood > -926


def test_a_parameter_of_any_size_is_found() -> None:
    """Ranges of a thousand millions must not hide the values near the default."""
    model = UnequalVariance(strength_mean=1.5, criterion=0.6, criterion_spacing=0.4)
    judgments = simulate(model, Recognition(ratings=6).trials(400, 0), 0)
    names = ["strength_mean", "strength_sd", "criterion", "criterion_spacing"]
    wide = fit(model, judgments, names, starts=1)
    narrow = fit(model, judgments, starts=1)
    assert wide.log_likelihood == pytest.approx(narrow.log_likelihood, abs=1e-3)
    assert np.abs(list(log_likelihood_gradient(wide.of(), judgments, names).gradient.values())).max() < 2
