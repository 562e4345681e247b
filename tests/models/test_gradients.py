"""Likelihoods and gradients at once, of models of serial recall, baselines and networks, against their steps."""

import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import MemoryModel, Paradigm, Recalls, check, log_likelihood, log_likelihood_gradient, simulate
from memsim.core.event_probabilities import Events
from memsim.core.gradient import known_parameters, log_likelihood_gradients
from memsim.core.likelihood import log_likelihood_steps
from memsim.core.loop import event_probabilities
from memsim.core.seeding import stream
from memsim.models import DNC, LSTM, Chaining, Perturbation, Primacy, StartEnd, Strength, Uniform
from memsim.models.serial.perturbation import order_probabilities
from memsim.models.serial.start_end import support_slopes
from memsim.paradigms import FreeRecall, SerialRecall

SERIAL = [Chaining(), Chaining(loop="open"), Primacy(), StartEnd(), Perturbation()]
TASKS = [
    SerialRecall(list_length=5),
    SerialRecall(list_length=5, direction="backward"),
    SerialRecall(list_length=5, response="reconstruction"),
    SerialRecall(list_length=5, direction="backward", response="reconstruction", retention_interval=3.0),
    SerialRecall(list_length=7, group_size=3),
    SerialRecall(list_length=1),
]
RANGES: dict[str, tuple[float, float]] = {
    "primacy": (0.3, 1), "remote": (0, 0.8), "repair": (0, 1), "start": (0.2, 2), "start_change": (0.3, 0.95),
    "end": (0.2, 2), "end_change": (0.3, 0.95), "recovery": (0.1, 2), "peak": (4, 12.1), "decay": (0, 0.6),
    "output_time": (0.1, 1), "threshold_noise": (0.3, 2), "perturbation": (0.01, 0.25), "omission": (0.01, 0.4),
    "retention": (0.1, 0.95), "residue": (0.01, 0.5), "stopping": (0.05, 1), "stop_base": (0.01, 0.2),
    "stop_growth": (0.01, 0.2), "choice_strength": (0.3, 2), "stop_bias": (-2, 2),
    "lapse": (0.01, 0.1), "list_lapse": (0.01, 0.1),
}  # fmt: skip
"""In which parameters are drawn."""
OF_CLASS: dict[str, dict[str, tuple[float, float]]] = {
    "Chaining": {"noise": (0.05, 0.5), "threshold": (0.0, 0.6)},
    "StartEnd": {"noise": (0.03, 0.3), "threshold": (0.1, 0.6)},
    "Primacy": {"noise": (0.2, 2), "threshold": (-1, 3)},
}


def drawn(model: MemoryModel[Any], seed: int) -> MemoryModel[Any]:
    rng = np.random.default_rng(seed)
    ranges = {**RANGES, **OF_CLASS.get(type(model).__name__, {})}
    found: MemoryModel[Any] = model.replace(**{
        name: float(rng.uniform(*ranges[name])) for name in known_parameters(model) if name in ranges
    })  # fmt: skip
    return found


def by_differences(model: MemoryModel[Any], recalls: Recalls, name: str, stopping: Any) -> float:
    """Of the fourth order."""
    step = 2e-4 * max(abs(getattr(model, name)), 0.05)

    def total(times: int) -> float:
        changed = model.replace(**{name: getattr(model, name) + times * step})
        return float(log_likelihood(changed, recalls, stopping=stopping).sum())

    return (8 * (total(1) - total(-1)) - total(2) + total(-2)) / (12 * step)


def compare(model: MemoryModel[Any], recalls: Recalls, stopping: Any = None) -> None:
    names = [name for name in known_parameters(model) if not name.startswith("criterion")]
    if stopping is not None:  # lists are not mixed by hand then
        names.remove("list_lapse")
        model = model.replace(list_lapse=0.0)
    found = log_likelihood_gradient(model, recalls, names, stopping=stopping)
    steps = log_likelihood_steps(model, recalls, 1, 0)
    if stopping is None:
        assert found.log_likelihood == pytest.approx(steps, rel=1e-9, abs=1e-9)
    assert log_likelihood(model, recalls) == pytest.approx(steps, rel=1e-9, abs=1e-9)
    for name in names:
        expected = by_differences(model, recalls, name, stopping)
        assert found.gradient[name] == pytest.approx(expected, rel=2e-6, abs=2e-5), name


@pytest.mark.parametrize("model", SERIAL, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("task", TASKS, ids=repr)
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_serial_recall(model: MemoryModel[Any], task: SerialRecall, seed: int) -> None:
    if task.cue not in model.cues:
        return
    recalls = simulate(model.replace(lapse=0.15), task.trials(40), seed)
    stopping = np.linspace(0.1, 0.5, task.list_length) if seed % 2 and not task.forced else None
    compare(drawn(model, seed), recalls, stopping)


def odd_recalls(task: SerialRecall) -> Recalls:
    """With intrusions, repeats, omissions and silence."""
    matrix = np.array([
        [1, 2, 3, 4, 5], [1, 1, 2, -1, 3], [0, 0, 0, 0, 0], [5, -1, 0, 4, 4], [2, 0, 2, 1, -1], [-1, -1, -1, -1, -1]
    ])  # fmt: skip
    return Recalls.from_matrix(matrix, 5, paradigm=task)


@pytest.mark.parametrize("model", SERIAL, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("task", TASKS[:2], ids=repr)
def test_events_are_those_of_the_steps(model: MemoryModel[Any], task: SerialRecall) -> None:
    if task.cue not in model.cues:
        return
    recalls = odd_recalls(task)
    steps, fast = event_probabilities(model, recalls, stream(0)), model.fast_events(recalls, stream(0))
    assert fast is not None
    for one, other in zip(steps, fast, strict=True):
        assert (one is None and other is None) or one == pytest.approx(other, rel=1e-10, abs=1e-14)
    compare(drawn(model, 5), recalls)


def test_repeats_have_their_derivatives() -> None:
    """No likelihood needs them today; they are a field of the events all the same."""
    recalls = odd_recalls(TASKS[0])
    weights = np.random.default_rng(0).normal(size=(3, *recalls.positions.shape))

    def total(model: StartEnd) -> float:
        events = model.fast_events(recalls, stream(0))
        assert events is not None and events.repeat is not None
        return float((weights * np.stack((events.outcome, events.silence, events.repeat))).sum())

    found = StartEnd.fast_gradients([StartEnd()], recalls, np.zeros(len(recalls), dtype=np.int32))
    assert found is not None
    gradient = found[1](Events(weights[0], weights[1], None, weights[2]))
    for name, values in gradient.items():
        step = 1e-5
        high, low = (total(StartEnd().replace(**{name: getattr(StartEnd(), name) + by})) for by in (step, -step))
        assert values[0] == pytest.approx((high - low) / (2 * step), rel=1e-6, abs=1e-8), name


@pytest.mark.parametrize(
    "model", [*SERIAL, Strength(), Uniform()], ids=lambda model: type(model).__name__
)  # fmt: skip
def test_many_models_at_once(model: MemoryModel[Any]) -> None:
    task: Paradigm = SerialRecall(list_length=5) if "forward" in model.cues else FreeRecall(list_length=5)
    recalls = simulate(model, task.trials(60), 1)
    models = [drawn(model, seed) for seed in range(4)]
    owner = np.random.default_rng(0).integers(3, size=60).astype(np.int32)
    names = known_parameters(model)
    found = log_likelihood_gradients(models, recalls, owner, names)
    for index in range(3):
        rows = np.flatnonzero(owner == index)
        alone = log_likelihood_gradient(models[index], recalls[rows], names)
        assert found.log_likelihood[rows] == pytest.approx(alone.log_likelihood, rel=1e-10)
        assert {name: values[index] for name, values in found.gradient.items()} == pytest.approx(alone.gradient)
    assert all(values[3] == 0 for values in found.gradient.values()), "a model without lists"


EDGES: list[tuple[MemoryModel[Any], dict[str, tuple[float, ...]]]] = [
    (Chaining(), {"noise": (0, 1e-300, 1e-3, 10), "threshold": (-10, 0.88, 10), "primacy": (0, 1), "remote": (0, 1)}),
    (Chaining(), {"repair": (0, 1)}),
    (StartEnd(), {"noise": (0, 1e-3, 10), "threshold": (-10, 10), "start": (0, 10), "end": (0, 10)}),
    (StartEnd(), {"start_change": (0, 1), "end_change": (0, 1), "recovery": (0, 100)}),
    (StartEnd(start=0), {"end": (0,), "end_change": (0,)}),
    (Primacy(), {"noise": (0, 1e-300, 100), "threshold_noise": (0, 1e-300, 1e-3, 100), "peak": (0, 3, 1000)}),
    (Primacy(threshold_noise=0), {"threshold": (-100, 11.5, 100), "decay": (0, 100), "output_time": (0, 100)}),
    (Perturbation(), {"perturbation": (0, 0.28), "omission": (0, 1), "delay_cycles": (0, 1000)}),
]


@pytest.mark.parametrize(("model", "edges"), EDGES, ids=lambda value: type(value).__name__)
def test_at_the_edges_no_derivative_is_nan(model: MemoryModel[Any], edges: dict[str, tuple[float, ...]]) -> None:
    grouped = SerialRecall(list_length=5, group_size=2)
    recalls = [odd_recalls(task) for task in (SerialRecall(list_length=5), grouped)]
    recalls.append(simulate(model, SerialRecall(list_length=5, response="reconstruction").trials(20), 1))
    own = [each for each in known_parameters(model) if "lapse" not in each]
    for name, values in edges.items():
        for value in values:
            for lapse in (0.0, 0.1):
                changed = model.replace(**{name: value}, lapse=lapse)
                for each in recalls:
                    found = log_likelihood_gradient(changed, each, own)
                    steps = log_likelihood_steps(changed, each, 1, 0)
                    assert found.log_likelihood == pytest.approx(steps, rel=1e-8, abs=1e-8)
                    assert np.isfinite(list(found.gradient.values())).all(), (name, value, found.gradient)


def test_start_end_support_is_differentiated() -> None:
    for task in TASKS:
        for index, name in enumerate(("start", "start_change", "end", "end_change")):
            step, value = 1e-6, getattr(StartEnd(), name)
            high, low = (StartEnd().replace(**{name: value + by}).support(task) for by in (step, -step))
            assert support_slopes(StartEnd(), task)[index] == pytest.approx((high - low) / (2 * step), abs=1e-8)


def test_orders_are_differentiated() -> None:
    high, low = (order_probabilities(6, 0.1 + by, 12, False)[0] for by in (1e-6, -1e-6))
    probability, slope = order_probabilities(6, 0.1, 12, True)
    assert probability.sum() == pytest.approx(1) and slope.sum() == pytest.approx(0, abs=1e-12)
    assert slope == pytest.approx((high - low) / 2e-6, abs=1e-9)


@pytest.mark.parametrize("model", [Strength(), Uniform()], ids=lambda model: type(model).__name__)
@pytest.mark.parametrize(
    "task",
    [FreeRecall(list_length=8), FreeRecall(list_length=6, inter_item_distraction=0.5, retention_interval=2.5),
     FreeRecall(list_length=6, output_limit=3), FreeRecall(list_length=1)],
    ids=repr,
)  # fmt: skip
def test_baselines(model: MemoryModel[Any], task: FreeRecall) -> None:
    for seed in range(3):
        recalls = simulate(model.replace(lapse=0.1), task.trials(40), seed)
        compare(drawn(model, seed), recalls)
        compare(drawn(model, seed), recalls, np.linspace(0.05, 1, 2 * task.list_length + 2))
    for name, value in {"retention": 0.0, "residue": 0.0, "stop_growth": 10.0, "stop_base": 1.0}.items():
        with contextlib.suppress(Exception):
            changed = model.replace(**{name: value}, lapse=0.1)
            assert np.isfinite(list(log_likelihood_gradient(changed, recalls).gradient.values())).all()


class Fading(Strength):
    """A subclass that changes a step."""

    def study(self, state: Any, position: int) -> Any:
        state *= self.retention / 2
        state[:, position] = 1
        return state


def test_a_subclass_of_strength_is_left_to_its_steps() -> None:
    recalls = simulate(Fading(), FreeRecall(list_length=6).trials(30), 1)
    assert log_likelihood(Fading(), recalls) == pytest.approx(log_likelihood_steps(Fading(), recalls, 1, 0))
    assert log_likelihood(Fading(), recalls) == pytest.approx(
        log_likelihood(Strength(retention=Strength().retention / 2), recalls)
    )
    check(Fading)


@pytest.mark.parametrize(
    "model", [DNC(), DNC.preset("people"), DNC.preset("serial"), LSTM(response_set="pool"), DNC(response_set="pool")],
    ids=repr,
)  # fmt: skip
def test_networks(model: Any) -> None:
    task: Paradigm = SerialRecall(list_length=4) if "forward" in model.cues else FreeRecall(list_length=4)
    recalls = simulate(model, task.trials(15), 1)
    for seed in range(2):
        compare(drawn(model, seed), recalls)
    compare(drawn(model, 3), recalls, np.linspace(0.05, 1, 10))


@pytest.mark.parametrize(
    ("model", "names"),
    [(Uniform(), ("stop_base", "stop_growth")), (Strength(), ("stopping",)), (Perturbation(), ("omission",)),
     (DNC(), ("stop_bias",)), (LSTM(response_set="pool"), ("stop_bias",))],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_parameters_of_termination_do_not_touch_choice(model: Any, names: tuple[str, ...]) -> None:
    assert model.termination_parameters == names
    task: Paradigm = SerialRecall(list_length=4) if "forward" in model.cues else FreeRecall(list_length=4)
    recalls = simulate(model, task.trials(15), 1)
    model = model.replace(lapse=0.0)
    found = log_likelihood_gradient(model, recalls, names, stopping=np.linspace(0.05, 0.9, 10)).gradient
    assert found == pytest.approx(dict.fromkeys(names, 0.0), abs=1e-9)
