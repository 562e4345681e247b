"""Free criteria: those inside a fit that maximise the likelihood, what they count for, and where they are used."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import ndtr

from memsim import Fit, FitSpec, compare, fit, log_likelihood, simulate
from memsim.core.errors import DataWarning, InputError
from memsim.core.evidence import Evidence, Normal
from memsim.core.joint_recalls import JointRecalls
from memsim.core.judgments import Judgments
from memsim.core.parameters import Parameter, parameter
from memsim.core.probes import ProbeBatch
from memsim.core.recognition_model import RecognitionModel
from memsim.core.trials import Trials
from memsim.evaluation.candidates import Fitted
from memsim.fitting.axes import Axis
from memsim.fitting.figures import fit_figure, predicted
from memsim.fitting.free_criteria import (
    EDGE,
    Answers,
    Slopes,
    _likelihood,
    _normal_likelihood,
    answers_of,
    ascent,
    fitted_criteria,
)
from memsim.fitting.sampled_criteria import criteria_over_encodings, encodings_of
from memsim.fitting.space import usual_free
from memsim.models import (
    MINERVA2,
    REM,
    SAM,
    TCM,
    DualProcess,
    EqualVariance,
    OsthDennis,
    SummedSimilarity,
    TwoHighThreshold,
    TwoStrengths,
    UnequalVariance,
)
from memsim.models.recognition.strength_distributions import NormalParts
from memsim.models.registered import MODELS
from memsim.paradigms import CuedRecall, FreeRecall, RecallThenRecognition, Recognition

TASK = Recognition(ratings=5)
TRUE = UnequalVariance(strength_mean=1.4, strength_sd=1.3, criterion=0.7, criterion_spacing=0.6)
STRENGTHS = ["strength_mean", "strength_sd"]


def simulated(n_trials: int = 16, seed: int = 0, subjects: int = 2, task: Recognition = TASK) -> Judgments:
    return simulate(TRUE, task.trials(n_trials, seed, subjects=subjects), seed)


@final
@dataclass(frozen=True)
class Trailing(RecognitionModel):
    """Evidence of each probe that falls with the age of the item and follows the answers that were given."""

    fitted: ClassVar = {"slope": (0, 1), "criterion": (-5, 5), "criterion_spacing": (0, 5)}

    slope: float = parameter(0.1, 0, 1, doc="by serial position", source="unverified")

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        return np.zeros(len(trials))

    def study(self, state: Any, position: int) -> Any:
        return state

    def familiarity(self, state: Any, probe: ProbeBatch) -> Evidence:
        position = probe.positions[:, 0]
        return Normal(np.where(position >= 0, 1 + self.slope * position, 0) + state, 1.0)

    def judged(self, state: Any, probe: ProbeBatch, rating: Any) -> Any:
        state += 0.02 * (rating - 3)
        return state


@pytest.mark.parametrize(
    "model", [TRUE, DualProcess(recollection=0.4), TwoStrengths(), EqualVariance(lapse=0.05), Trailing()]
)
def test_criteria_are_those_of_the_highest_likelihood(model: Any) -> None:
    judgments = simulated()
    found = fitted_criteria(answers_of(model, judgments))

    def worse(criteria: Any) -> float:
        if (np.diff(criteria) < 0).any():
            return 1e10
        return -float(log_likelihood(model, judgments, criteria=criteria).sum())

    best = minimize(worse, found, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 300})
    assert worse(found) <= best.fun + 1e-6
    assert found == pytest.approx(best.x, abs=2e-3)


FEW = Recognition(list_length=6, n_targets=4, n_lures=4, ratings=4)


@pytest.mark.parametrize(
    ("model", "task"),
    [
        (SummedSimilarity(), FEW),
        (REM(criterion_noise=0.5), FEW),
        (MINERVA2(lapse=0.1), FEW),
        (SAM(lapse=0.1), RecallThenRecognition(list_length=6, n_targets=4, n_lures=4, ratings=4)),
    ],
)
def test_criteria_where_encodings_are_drawn(model: Any, task: Any) -> None:
    """They are at the maximum of the mean likelihood over the encodings of the fit."""
    judgments = simulate(model, task.trials(12, 0), 1)
    found = criteria_over_encodings([encodings_of(model, judgments, 10, 0)], judgments)

    def likelihood(criteria: Any) -> float:
        return float(log_likelihood(model, judgments, criteria=criteria, samples=10).sum())

    best, spread = likelihood(found), found[-1] - found[0]
    assert np.isfinite(best)
    assert best > likelihood(model.criteria(4))
    for number in range(3):
        for away in (-0.01 * spread, 0.01 * spread):
            assert likelihood(found + away * (np.arange(3) == number)) < best


@pytest.mark.parametrize("name", ["SummedSimilarity", "TODAM", "Matrix"])
def test_any_model_with_criteria_is_fitted_with_free_ones(name: str) -> None:
    """Of SummedSimilarity encodings are drawn; TODAM and Matrix average over them exactly."""
    model: Any = MODELS.get(name)()
    judgments = simulate(model, FEW.trials(8, 0), 1)
    spec = FitSpec.of(model, ["criterion_noise"], criteria="free", starts=1, generations=1, samples=5)
    places = spec.space.default
    objective: Any = spec.objective(judgments)
    criteria = objective.criteria_at(places)[""]
    assert criteria.shape == (3,) and (np.diff(criteria) > 0).all()
    expected = log_likelihood(spec.space.at(places), judgments, criteria=criteria, samples=5).sum()
    assert -objective(places) == pytest.approx(expected)
    assert expected > log_likelihood(model, judgments, samples=5).sum()
    assert objective.counts()["n_criteria"] == 3


def test_a_fit_with_free_criteria_over_drawn_encodings(tmp_path: Path) -> None:
    judgments = simulate(SummedSimilarity(), FEW.trials(8, 0), 1)
    found = fit(SummedSimilarity(), judgments, ["criterion_noise"], criteria="free", starts=1, generations=1, samples=3)
    found.save(tmp_path / "fit.json")
    assert Fit.load(tmp_path / "fit.json") == found
    criteria = np.array(found.units[0].criteria[""])
    assert found.log_likelihood == pytest.approx(
        log_likelihood(found.of(), judgments, criteria=criteria, samples=3).sum()
    )


def test_certain_answers_decide_no_criteria() -> None:
    judgments = simulate(REM(), FEW.trials(4, 0), 1)
    with pytest.raises(InputError, match="given an encoding of REM each rating is certain.* criterion_noise above 0"):
        fit(REM(), judgments, ["base_rate"], criteria="free", samples=3, lapse="response")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 60), min_size=8, max_size=8).filter(lambda counts: np.count_nonzero(counts) > 2),
    st.floats(-1, 4),
    st.floats(0.3, 3),
)
def test_no_criterion_can_be_moved_to_gain(counts: list[int], mean: float, sd: float) -> None:
    answers = answers_of(UnequalVariance(strength_mean=mean, strength_sd=sd), simulated(2))[0]
    answers = answers._replace(counts=np.reshape(counts, (2, 4)).astype(float))
    found = fitted_criteria([answers])
    assert (np.diff(found) >= 0).all()
    used = answers.counts.sum(axis=0) > 0

    def likelihood(criteria: Any) -> float:
        below = answers.below(criteria)
        cells = np.diff(np.hstack((np.zeros((2, 1)), below, np.ones((2, 1)))), axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.where(answers.counts > 0, answers.counts * np.log(cells), 0).sum())

    best = likelihood(found)
    assert np.isfinite(best)
    for number in np.flatnonzero(used[:-1] & used[1:]):
        for away in (-1e-3, 1e-3):
            moved = found + away * (np.arange(3) == number)
            assert not (np.diff(moved) >= 0).all() or likelihood(moved) <= best + 1e-7


@pytest.mark.parametrize("model", [TRUE, DualProcess(recollection=0.4), Trailing()])
def test_gradient_with_free_criteria(model: Any) -> None:
    """By the envelope theorem the derivatives are those with the best criteria held."""
    judgments = simulated(12)
    free = [name for name in type(model).fitted if "criterion" not in name]
    objective: Any = FitSpec.of(model, free, criteria="free").objective(judgments)
    places = objective.space.default
    value, gradient = objective.value_and_gradient(places)
    assert value == pytest.approx(objective(places))
    steps = 1e-4 * np.eye(len(places))
    slopes = [(objective(places + step) - objective(places - step)) / 2e-4 for step in steps]
    assert gradient == pytest.approx(slopes, rel=1e-3, abs=0.05)


def test_they_count_and_are_kept(tmp_path: Path) -> None:
    judgments = simulated()
    found = fit(UnequalVariance(), judgments, per="subject", criteria="free", starts=1)
    assert [set(unit.estimates) for unit in found.units] == [set(STRENGTHS)] * 2
    assert [unit.counts["n_criteria"] for unit in found.units] == [4, 4]
    assert found.n_parameters == 2 * (2 + 4)
    assert found.aic == pytest.approx(2 * 12 - 2 * found.log_likelihood)
    found.save(tmp_path / "fit.json")
    again = Fit.load(tmp_path / "fit.json")
    assert again == found
    assert again.spec.criteria == "free"
    frame = found.to_frame()
    for row, unit in zip(frame.to_dict("records"), found.units, strict=True):
        assert [row[f"criterion_{number}"] for number in range(1, 5)] == unit.criteria[""]
        own = judgments[judgments.trials.subject.astype(str) == unit.unit]
        likelihood = log_likelihood(found.of(unit.unit), own, criteria=np.array(unit.criteria[""])).sum()
        assert likelihood == pytest.approx(-unit.value)
    assert found.log_likelihood > fit(UnequalVariance(), judgments, per="subject", starts=1).log_likelihood


def test_each_data_set_has_its_own() -> None:
    sets = {"five": simulated(10), "three": simulated(10, task=Recognition(ratings=3))}
    found = fit(UnequalVariance(), sets, criteria="free", starts=1)
    assert {name: len(each) for name, each in found.units[0].criteria.items()} == {"five": 4, "three": 2}
    assert found.n_parameters == 2 + 6
    assert "criterion_2[three]" in found.to_frame()


def merged(judgments: Judgments, old: int, new: int) -> Judgments:
    """Judgments in which one rating is given in place of another."""
    return Judgments(judgments.trials, np.where(judgments.ratings == old, new, judgments.ratings))


@pytest.mark.parametrize(("gone", "instead"), [(3, 4), (1, 2), (5, 4)])
@pytest.mark.parametrize("model", [UnequalVariance(), DualProcess()])
def test_a_rating_never_given_is_merged(model: Any, gone: int, instead: int) -> None:
    judgments = merged(simulated(), gone, instead)
    with pytest.warns(DataWarning, match="were never given; each"):
        found = fit(model, judgments, criteria="free", starts=1)
    assert (found.units[0].counts["n_criteria"], found.units[0].counts["ratings_merged"]) == (3, 1)
    criteria = found.units[0].criteria[""]
    assert {3: criteria[1] == criteria[2], 1: criteria[0] == -EDGE, 5: criteria[3] == EDGE}[gone]
    fewer = Judgments(simulated(task=TASK.replace(ratings=4)).trials, judgments.ratings - (judgments.ratings > gone))
    as_four = fit(model, fewer, criteria="free", starts=1)
    assert found.log_likelihood == pytest.approx(as_four.log_likelihood, abs=1e-4)


def test_slopes_without_end_give_no_step_and_no_warning() -> None:
    """Where cells are nearly empty, slopes are infinite on both sides."""
    slopes = Slopes(np.array([np.inf, -np.inf]), np.array([-np.inf, 1.0]), np.array([np.inf, 1.0]), np.array([-1.0]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ascent(slopes) is None


def test_one_rating_alone() -> None:
    answers = answers_of(TRUE, simulated(2))[0]
    answers = answers._replace(counts=np.array([[0, 0, 7, 0], [0, 0, 5, 0]]))
    assert fitted_criteria([answers]).tolist() == [-EDGE, -EDGE, EDGE]


def test_held_out_lists_are_scored_with_the_criteria_of_the_fit() -> None:
    judgments = simulated(30)
    train, test = judgments[:20], judgments[20:]
    spec = FitSpec.of(UnequalVariance(), criteria="free", starts=1)
    scores = Fitted(spec).scores(train, test, 0)
    fitted = fit(spec, train)
    expected = log_likelihood(fitted.of(), test, criteria=np.array(fitted.units[0].criteria[""]))
    assert scores.log_likelihood == pytest.approx(expected, abs=1e-5)


def test_comparison() -> None:
    models: Any = {"equal": EqualVariance(), "unequal": UnequalVariance(), "thresholds": TwoHighThreshold()}
    found = compare(models, simulated(6), folds=2, starts=1, criteria="free")
    assert found.fits["equal"].spec.criteria == found.fits["unequal"].spec.criteria == "free"
    assert found.fits["thresholds"].spec.criteria == "spaced"
    with pytest.raises(InputError, match="none of the models"):
        compare({"thresholds": TwoHighThreshold()}, simulated(4), criteria="free")


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (TwoHighThreshold(), {}, "no criteria on evidence"),
        (TRUE, {"free": ["strength_mean", "criterion"]}, "criterion only decides the criteria"),
        (TRUE, {"lapse": "list"}, "exclude one another"),
        (TRUE, {"intervals": "robust"}, "robust intervals"),
    ],
)
def test_what_does_not_go_together(model: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit(model, simulated(4), criteria="free", starts=1, **options)


def test_simulated_by_the_criteria_that_were_fitted() -> None:
    """Ratings of simulated answers come as often as those of people, which the criteria of the model do not give."""
    judgments = simulated(40)
    task = TASK.trials(400, 1)
    criteria = [-1.0, 0.2, 0.4, 3.0]
    shares = [
        np.bincount(simulate(EqualVariance(sensitivity=1), task, 0, criteria=each).ratings.ravel(), minlength=6)[1:]
        for each in (criteria, None)
    ]
    expected = np.diff(np.concatenate(([0], (ndtr(criteria) + ndtr(np.array(criteria) - 1)) / 2, [1])))
    assert shares[0] / shares[0].sum() == pytest.approx(expected, abs=0.02)
    assert np.abs(shares[1] / shares[1].sum() - expected).max() > 0.05
    by_criteria = simulate(EqualVariance(), task, 0, criteria=EqualVariance().criteria(5))
    assert np.array_equal(by_criteria.ratings, simulate(EqualVariance(), task, 0).ratings)
    assert simulate(EqualVariance(), task, 0, criteria=criteria).origin.parameters["criteria"] == criteria

    found = fit(UnequalVariance(), judgments, per="subject", criteria="free", starts=1)
    made = predicted(found, judgments)
    assert isinstance(made, Judgments)
    for each in judgments.trials.subjects:
        people, its = (part.ratings[part.trials.subject == each] for part in (judgments, made))
        given, drawn = (np.bincount(ratings.ravel(), minlength=6)[1:] / ratings.size for ratings in (people, its))
        assert drawn == pytest.approx(given, abs=0.02)
    assert "not fitted" not in fit_figure(found, judgments).get_suptitle()


def test_criteria_of_simulations_that_are_refused() -> None:
    with pytest.raises(InputError, match="4 numbers in rising order"):
        simulate(TRUE, TASK.trials(2), criteria=[1.0, 0.0, 2.0, 3.0])
    with pytest.raises(InputError, match="nothing is judged in FreeRecall"):
        simulate(TCM(), FreeRecall(list_length=4).trials(2), criteria=[0.0])


def test_profile_intervals() -> None:
    unit = fit(EqualVariance(), simulated(6, subjects=1), criteria="free", starts=1, intervals="profile").units[0]
    low, high = unit.intervals["sensitivity"]
    assert low < unit.estimates["sensitivity"] < high


def test_two_ratings_with_free_criteria_are_refused_as_well() -> None:
    with pytest.raises(InputError, match="do not decide"):
        fit(UnequalVariance(), simulated(6, task=Recognition()), criteria="free", starts=1)
    varied = JointRecalls({"one": simulated(6, task=Recognition()), "two": simulated(6, 1, task=Recognition())})
    fit(UnequalVariance(), varied, criteria="free", starts=1)  # two criteria identify both


@given(st.floats(-1e9, 1e9))
def test_a_wide_axis_finds_numbers_of_any_size(value: float) -> None:
    axis = Axis.of(Parameter("criterion", 0.0, -1e9, 1e9))
    assert axis.value(axis.place(value)) == pytest.approx(value, rel=1e-6, abs=1e-6)
    assert (axis.value(0), axis.value(1)) == (-1e9, 1e9)
    place = min(max(axis.place(value), 1e-6), 1 - 1e-6)
    slope = (axis.value(place + 1e-7) - axis.value(place - 1e-7)) / 2e-7
    assert axis.slope(place) == pytest.approx(slope, rel=1e-3)


@pytest.mark.parametrize(
    ("model", "true"),
    [
        (OsthDennis(), OsthDennis(criterion=0.5, criterion_spacing=0.4)),
        (Trailing(), Trailing(criterion=1.2, criterion_spacing=0.25)),
    ],
)
def test_criteria_are_found_wherever_they_lie(model: Any, true: Any) -> None:
    """Evidence has any scale, so the range of criteria has no bounds; the search follows their defaults."""
    judgments = simulate(true, Recognition(list_length=8, ratings=6).trials(30, 0), 1)
    found = fit(model, judgments, free=["criterion", "criterion_spacing"], starts=2)
    assert found.log_likelihood >= log_likelihood(true, judgments).sum() - 1e-6
    assert not found.units[0].at_bound


@pytest.mark.parametrize("name", ["TCM", "CMR", "SAM", "MINERVA2", "TODAM", "UnequalVariance"])
def test_free_by_default_is_what_has_an_influence(name: str) -> None:
    model: Any = MODELS.get(name)()
    judgments = simulate(UnequalVariance(), Recognition(list_length=6, ratings=4).trials(1, 0), 0)
    of_judgments = usual_free(model, model.ties, judgments)
    assert {"criterion", "criterion_spacing"} <= set(of_judgments)
    assert not set(of_judgments) & set(model.termination_parameters)
    assert "choice_noise" not in of_judgments and "choice_exponent" not in of_judgments
    two = simulate(UnequalVariance(), Recognition(list_length=6).trials(1, 0), 0)
    assert set(of_judgments) - set(usual_free(model, model.ties, two)) == {"criterion_spacing"}
    if "item" in model.cues:
        recalls = simulate(model, CuedRecall(4).trials(1, 0), 0)
        assert not {"criterion", "criterion_spacing", "criterion_noise"} & set(usual_free(model, model.ties, recalls))


@settings(max_examples=40, derandomize=True, deadline=None)
@given(
    mean=st.floats(-3, 8), sd=st.floats(0.05, 5), share=st.floats(0, 1), noise=st.floats(0, 2), lapse=st.floats(0, 0.3),
    width=st.floats(0.05, 3), low=st.floats(-6, 6),
)  # fmt: skip
def test_compiled_likelihood_of_normal_mixtures(
    mean: float, sd: float, share: float, noise: float, lapse: float, width: float, low: float
) -> None:
    """Value and exact derivatives are those of any evidence, whose derivatives are differences of distributions."""
    parts = NormalParts.of([(1.0, 0.0, 1.0), (0.0, 0.0, 1.0)], [(1 - share, 0.3, 1.2), (share, mean, sd)])
    answers = Answers(parts, noise, lapse, np.array([[9.0, 4.0, 0.0, 2.0], [1.0, 3.0, 5.0, 11.0]]))
    criteria = low + width * np.arange(3)
    compiled = _normal_likelihood(answers, 4)
    assert compiled is not None
    (value, slopes), (expected, others) = compiled(criteria), _likelihood(answers, 4)(criteria)
    assert value == pytest.approx(expected, rel=1e-9)
    found, cells = slopes(), answers.cells(criteria, 4)
    size = max(np.abs(found.bend).max(), np.abs(found.safe).max(), 1)
    if cells.min() > 1e-4:  # elsewhere differences are rounding
        for own, other in zip(found, others(), strict=True):
            assert own == pytest.approx(other, rel=1e-3, abs=1e-3 * size)
    if cells.min() > 1e-12:
        away = 1e-5 * width
        for number in range(3):
            ends = [compiled(criteria + sign * away * (np.arange(3) == number))[0] for sign in (1, -1)]
            assert found.first[number] == pytest.approx((ends[0] - ends[1]) / (2 * away), rel=1e-4, abs=1e-3 * size)


def test_evidence_without_width_is_no_mixture_of_normals() -> None:
    counts = np.ones((2, 3))
    assert Answers(Normal(np.array([0.0, 1.0])), 0.0, 0.0, counts).normal_parts() is None
    weight, mean, spread = Answers(Normal(np.array([0.0, 1.0]), 3.0), 4.0, 0.0, counts).normal_parts() or []
    assert (weight.tolist(), mean.tolist(), spread.tolist()) == ([[1], [1]], [[0], [1]], [[5], [5]])
