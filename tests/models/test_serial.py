"""Serial recall: the task, its models against published patterns and golden numbers, and their likelihoods."""

import numpy as np
import pytest

from memsim import check, log_likelihood, simulate
from memsim.analysis import fill_in, transposition_gradient
from memsim.contract.frequencies import every_recall
from memsim.core.errors import InputError, ModelError
from memsim.core.events import Distract, Study
from memsim.models import CMR, TCM, Chaining, Perturbation, Primacy, StartEnd, Strength
from memsim.models.registered import MODELS, models_for
from memsim.models.serial.perturbation import order_probability, orders
from memsim.paradigms import FreeRecall, SerialRecall

FORWARD, BACKWARD = SerialRecall(), SerialRecall(direction="backward")
LISTS = 20_000


def accuracy(model, task=FORWARD):  # type: ignore[no-untyped-def]
    recalls = simulate(model, task.trials(LISTS), seed=1)
    return (recalls.positions == task.due + 1).mean(axis=0), recalls


def ratio(recalls) -> float:  # type: ignore[no-untyped-def]
    counts = fill_in(recalls)
    return counts["actual"].sum() / (counts["possible"].sum() - counts["actual"].sum())


def test_the_task() -> None:
    assert FORWARD.due.tolist() == [0, 1, 2, 3, 4, 5] and BACKWARD.due.tolist() == [5, 4, 3, 2, 1, 0]
    grouped = SerialRecall(list_length=7, group_size=3, group_pause=2.0)
    events = list(grouped.presentation())
    pauses = [i for i, event in enumerate(events) if isinstance(event, Distract)]
    assert pauses == [3, 7] and all(events[i] == Distract(2.0) for i in pauses)
    assert [event.position for event in events if isinstance(event, Study)] == list(range(7))
    assert grouped.group.tolist() == [0, 0, 0, 1, 1, 1, 2] and FORWARD.group.tolist() == [0] * 6
    with pytest.raises(InputError, match="group_size=6 must be below list_length=6"):
        SerialRecall(group_size=6)


def test_models_say_which_tasks_they_have_an_account_of() -> None:
    assert set(models_for("forward")) >= {"Chaining", "StartEnd", "Primacy", "Perturbation", "TCM", "CMR"}
    assert "SIMPLE" in models_for("free") and "StartEnd" not in models_for("free")
    with pytest.raises(ModelError, match="Strength has no account of this task, which begins with the cue 'forward'"):
        simulate(Strength(), FORWARD.trials(2))
    with pytest.raises(ModelError, match="Chaining has no account of this task, which begins with the cue 'backward'"):
        simulate(Chaining(), BACKWARD.trials(2))
    with pytest.raises(ModelError, match="StartEnd has no account of this task, which begins with the cue 'free'"):
        simulate(StartEnd(), FreeRecall(list_length=5).trials(2))


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("name", ["Chaining", "StartEnd", "Primacy", "Perturbation", "TCM", "CMR"])
def test_every_model_keeps_the_contract_in_serial_recall(name: str, direction: str) -> None:
    model = MODELS.build(name, {})
    if direction in model.cues:
        check(model, paradigm=SerialRecall(list_length=4, direction=direction))


@pytest.mark.parametrize("model", [Chaining(loop="open"), StartEnd(), Primacy(), Perturbation(), TCM()])
@pytest.mark.parametrize("response", ["recall", "reconstruction"])
def test_all_outcomes_of_three_items_sum_to_one(model, response: str) -> None:  # type: ignore[no-untyped-def]
    task = SerialRecall(list_length=3, response=response)
    every = every_recall(model, task.trials(1))
    assert np.exp(log_likelihood(model, every)).sum() == pytest.approx(1, abs=1e-9)
    if response == "reconstruction":
        placed = simulate(model, task.trials(500), seed=1).positions
        assert (np.sort(placed, axis=1) == [1, 2, 3]).all(), "every item has its place, and only one"


# Reference values: models.md, sections C.1 to C.3, by simulation; to its two digits, and sampling error.


def test_start_end_model() -> None:
    overlaps = StartEnd().overlaps(6)
    assert overlaps[0] == pytest.approx([1.000117, 0.732017, 0.556574, 0.433481, 0.335786, 0.238100], abs=1e-6)
    assert overlaps[5] == pytest.approx([0.238100, 0.253324, 0.269170, 0.304555, 0.401318, 0.683648], abs=1e-6)
    curve, recalls = accuracy(StartEnd())
    assert curve == pytest.approx([0.99, 0.95, 0.84, 0.73, 0.67, 0.77], abs=0.012)
    assert ratio(recalls) > 2
    longer, seven = accuracy(StartEnd(), SerialRecall(list_length=7))
    assert longer == pytest.approx([0.99, 0.94, 0.84, 0.72, 0.55, 0.51, 0.68], abs=0.02) and ratio(seven) > 1.5


def test_primacy_model() -> None:
    curve, recalls = accuracy(Primacy())
    assert curve == pytest.approx([0.92, 0.81, 0.77, 0.71, 0.66, 0.81], abs=0.012)
    assert ratio(recalls) > 10, "it fills in too much"
    assert accuracy(Primacy(noise=0.96))[0].mean() == pytest.approx(0.54, abs=0.015)


def test_chaining() -> None:
    curve, recalls = accuracy(Chaining())
    assert curve == pytest.approx([0.95, 0.87, 0.76, 0.64, 0.54, 0.48], abs=0.015)
    assert ratio(recalls) < 0.15, "chaining infills"
    gradient = transposition_gradient(recalls).groupby("displacement")["actual"].sum()
    moved = np.array([gradient[k] + gradient[-k] for k in range(1, 5)])
    assert moved / moved.sum() == pytest.approx([0.75, 0.18, 0.05, 0.02], abs=0.02)
    following, _ = accuracy(Chaining(loop="open"))
    assert (following[2:] > curve[2:] + 0.02).all(), "in an open loop an error does not damage what comes next"


def test_perturbation() -> None:
    probability, every = order_probability(5, 0.1, 10), orders(5)
    moves = np.array([[probability[every[:, at] == item].sum() for at in range(5)] for item in range(5)])
    assert moves[0] == pytest.approx([0.665463, 0.266951, 0.058658, 0.008121, 0.000807], abs=1e-6)
    assert moves[2] == pytest.approx([0.058658, 0.216414, 0.449856, 0.216414, 0.058658], abs=1e-6)
    found, _ = accuracy(Perturbation(perturbation=0.1, omission=0), SerialRecall(list_length=5))
    assert found == pytest.approx(np.diag(moves), abs=0.012)
    with pytest.raises(InputError, match="lists of 9 items have too many orders"):
        simulate(Perturbation(), SerialRecall(list_length=9).trials(1))


def test_primacy_and_recency_of_one_item_and_locality() -> None:
    for model in (StartEnd(), Primacy(), Perturbation()):
        curve, recalls = accuracy(model)
        assert curve[0] == curve[:-1].max() and curve[-1] > curve[-2] + 0.03
        gradient = transposition_gradient(recalls).groupby("displacement")[["actual", "possible"]].sum()
        share = gradient["actual"] / gradient["possible"]
        assert share[1] > 2 * share[2] > 4 * share[3] and share[-1] > 2 * share[-2]


def test_backward_recall_extends_recency() -> None:
    """Accuracy by serial position, as in Madigan (1971): the last items are recalled best, and more than one."""
    forward = accuracy(StartEnd())[0]
    backward = accuracy(StartEnd(), BACKWARD)[0][::-1]
    assert backward[-1] > 0.9 > forward[-1]
    assert backward[-2] > backward[-3] + 0.15 and forward[-2] < forward[-3]


def test_groups() -> None:
    """In grouped lists items keep their place and change the group more than they do where there are no groups."""
    task = SerialRecall(list_length=6, group_size=3)
    plain, grouped = accuracy(StartEnd())[1], accuracy(StartEnd(), task)[1]
    share = [
        transposition_gradient(recalls).query("displacement.abs() == 3")["prob"].mean() for recalls in (plain, grouped)
    ]
    assert share[1] > 3 * share[0]
    assert np.allclose(StartEnd().support(FORWARD), StartEnd().overlaps(6)), "one group is the list"


def test_context_begins_at_the_start_in_forward_and_at_the_end_in_backward_recall() -> None:
    for model in (TCM(), CMR()):
        first = accuracy(model)[0][0]
        assert first == accuracy(model)[0].max() and first > 0.4
    end = simulate(TCM(), BACKWARD.trials(4000), seed=1).positions[:, 0]
    assert np.bincount(end, minlength=7)[6] > 0.5 * len(end)
