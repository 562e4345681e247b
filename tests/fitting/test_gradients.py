"""Gradients of what a fit minimises: ties, scales, and likelihoods by place."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import Parameter, Recalls, simulate
from memsim.fitting.objectives import IMPOSSIBLE, LikelihoodObjective
from memsim.fitting.space import Axis, Space
from memsim.fitting.ties import tied_value, tied_value_and_slopes
from memsim.models import CMR, SAM, TCM, StartEnd, Strength, Uniform
from memsim.paradigms import FreeRecall, SerialRecall

STEP = 1e-6


def differences(function: Any, places: np.ndarray) -> np.ndarray:
    steps = STEP * np.eye(len(places))
    return np.array([(function(places + step) - function(places - step)) / (2 * STEP) for step in steps])


@pytest.fixture(scope="module")
def recalls() -> Recalls:
    return simulate(TCM(), FreeRecall(list_length=6).trials(40, subjects=4, seed=1), 1)


@given(a=st.floats(0.1, 3), b=st.floats(0.1, 3))
@pytest.mark.parametrize(
    "expression",
    [
        "1 - a",
        "a * b / (1 + a)",
        "a ** b - -b",
        "exp(a) * log(b)",
        "sqrt(a + b) ** 2.5",
        "min(a, 2 * b) + max(a, b, 1)",
    ],
)
def test_ties_are_differentiated(expression: str, a: float, b: float) -> None:
    at = np.array([a, b])
    if min(abs(a - 2 * b), abs(a - b), abs(a - 1), abs(b - 1)) < 1e-3:
        return  # at a corner of min or max
    value, slopes = tied_value_and_slopes("x", expression, {"a": a, "b": b}, {"a": np.eye(2)[0], "b": np.eye(2)[1]})
    assert value == tied_value("x", expression, {"a": a, "b": b})
    expected = differences(lambda place: tied_value("x", expression, dict(zip("ab", place, strict=True))), at)
    assert slopes == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(at=st.floats(0.001, 0.999))
@pytest.mark.parametrize("bounds", [(0.0, 0.5), (0.0, 40.0), (2.0, 900.0)])
def test_slopes_of_scales(bounds: tuple[float, float], at: float) -> None:
    axis = Axis.of(Parameter("x", 3.0, 0.0, 1000.0), bounds)
    assert axis.slope(at) == pytest.approx(differences(lambda x: axis.value(float(x[0])), np.array([at]))[0], rel=1e-5)


@pytest.mark.parametrize(
    ("model", "free", "ties"),
    [
        (TCM(), None, {}),
        (TCM(lapse=0.05), ["context_drift", "lapse", "list_lapse"], {"stop_base": "context_drift / 20"}),
        (Strength(), {"retention": (0.2, 0.9)}, {}),
        (CMR(), ["encoding_drift", "item_to_context_learning", "choice_exponent"], None),
    ],
)
@pytest.mark.parametrize("stopping", [None, {"": np.linspace(0.1, 1, 13)}])
def test_gradients_agree_with_differences(recalls: Recalls, model: Any, free: Any, ties: Any, stopping: Any) -> None:
    space = Space.of(model, free, ties)
    if stopping is not None and any(axis.name == "list_lapse" for axis in space.axes):
        return
    objective = LikelihoodObjective(space, recalls, 1, stopping=stopping)
    places = 0.8 * space.default + 0.1
    value, gradient = objective.value_and_gradient(places)
    assert value == pytest.approx(objective(places), rel=1e-12)
    assert gradient == pytest.approx(differences(objective, places), rel=1e-4, abs=2e-3)
    scores = objective.by_subject(places)
    assert scores.shape == (4, len(space.axes)) and scores.sum(axis=0) == pytest.approx(gradient, rel=1e-6, abs=1e-6)


def test_scores_are_those_of_each_subject_alone(recalls: Recalls) -> None:
    space = Space.of(TCM(), ["context_drift", "stop_base"], {})
    scores = LikelihoodObjective(space, recalls, 1).by_subject(space.default)
    for score, subject in zip(scores, recalls.trials.subjects, strict=True):
        alone = LikelihoodObjective(space, recalls[recalls.trials.subject == subject], 1)
        assert score == pytest.approx(alone.value_and_gradient(space.default)[1], rel=1e-6, abs=1e-6)


def test_serial_recall_has_gradients() -> None:
    recalls = simulate(StartEnd(), SerialRecall(list_length=5).trials(30, seed=2), 2)
    space = Space.of(StartEnd())
    objective = LikelihoodObjective(space, recalls, 1)
    places = 0.8 * space.default + 0.1
    assert objective.value_and_gradient(places)[1] == pytest.approx(differences(objective, places), rel=1e-4, abs=1e-2)


def test_no_gradient_where_it_is_impossible(recalls: Recalls) -> None:
    space = Space.of(Uniform(), ["stop_base"], {"stop_growth": "stop_base - 1"})
    value, gradient = LikelihoodObjective(space, recalls, 1).value_and_gradient(np.array([0.5]))
    assert value == IMPOSSIBLE and (gradient == 0).all()  # the tie leaves the range
    space = Space.of(TCM(), ["context_drift"], {})
    objective = LikelihoodObjective(space, recalls, 1, stopping={"": np.zeros(13)})
    value, gradient = objective.value_and_gradient(np.array([0.5]))
    assert value == objective(np.array([0.5])) == IMPOSSIBLE and (gradient == 0).all()  # nobody may stop


def test_whole_numbers_have_no_slope(recalls: Recalls) -> None:
    space = Space.of(SAM(store_readout="soft", lapse=0.05), {"store_size": (2, 5), "context_strength": (0.05, 0.5)})
    objective = LikelihoodObjective(space, recalls, 2)
    _, gradient = objective.value_and_gradient(space.default)
    assert not objective.smooth and gradient[0] == 0 and gradient[1] != 0
