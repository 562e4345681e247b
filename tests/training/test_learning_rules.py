"""Rules of learning without backpropagation, each against an independent computation of what it has to give."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from memsim.core.errors import InputError
from memsim.models.networks.weights import read_header
from memsim.reproductions.network_table.lesions import lesioned
from memsim.training.checkpoints import resume, save_checkpoint
from memsim.training.learning_rules.cells import plain_cells
from memsim.training.learning_rules.eligibility import TracedSteps
from memsim.training.learning_rules.evolution import descent
from memsim.training.learning_rules.feedback_alignment import AlignedSteps
from memsim.training.learning_rules.making import make_rule
from memsim.training.learning_rules.registered import RULES
from memsim.training.learning_rules.rule import random_feedback
from memsim.training.learning_rules.units import units_of
from memsim.training.run import train
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

TINY: dict[str, Any] = {
    "vector_size": 5, "batch": 6, "iterations": 4, "first_length": 3, "list_length": 3, "hidden": 7,
    "precision": "float64",
}  # fmt: skip
SETTINGS: dict[str, dict[str, Any]] = {
    "Elman": {"network": "Elman"}, "leaky": {"network": "Elman", "time_constant": 3.0}, "LSTM": {"network": "LSTM"},
}  # fmt: skip
LOCAL = ("feedback-alignment", "e-prop", "rflo", "node-perturbation", "evolution")


@pytest.fixture(autouse=True)
def _double() -> Iterator[None]:
    """Gradients are compared in double precision."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def trainer_of(core: str = "Elman", **changes: Any) -> Trainer:
    return Trainer(Training(**{**TINY, **SETTINGS.get(core, {"network": core}), **changes}))


def shake(trainer: Trainer) -> None:
    """Weights that are nowhere zero or special."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in trainer.network.parameters():
            weight.add_(0.3 * torch.randn(weight.shape, generator=generator, dtype=weight.dtype))


def gradients(trainer: Trainer, drawn: Any, rule: str = "", **changes: Any) -> dict[str, Tensor]:
    """What a rule leaves in the weights; the gradient by backpropagation with none."""
    objective = trainer.objective
    objective.training = trainer.training.replace(learning_rule=rule or "backpropagation", **changes)
    with torch.random.fork_rng():
        torch.manual_seed(5)
        make_rule(objective).loss(drawn)
    found = {name: each.grad for name, each in trainer.network.named_parameters() if each.grad is not None}
    return {name: each.clone() for name, each in found.items()}


def assert_same(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert list(one) == list(other)
    for name, each in one.items():
        torch.testing.assert_close(each, other[name], msg=name)


def alone(trainer: Trainer) -> None:
    """Let every unit act on itself only."""
    units = units_of(trainer.objective.core, "test")
    with torch.no_grad():
        units.cell.weight_hh.mul_(torch.eye(units.hidden).repeat(units.blocks, 1))


@pytest.mark.parametrize("core", SETTINGS)
@pytest.mark.parametrize("objective", ["recall", "serial", "copy"])
def test_units_step_as_their_core_does(core: str, objective: str) -> None:
    """All rules see the same loss of the same lists, up to rounding."""
    trainer = trainer_of(core, objective=objective)
    shake(trainer)
    drawn = trainer.objective.draw(3)
    known = trainer.objective.loss_of(drawn).detach()
    for rule in ("feedback-alignment", "e-prop", "rflo", "node-perturbation"):
        if (rule, core) == ("rflo", "LSTM") or (rule, objective) == ("node-perturbation", "copy"):
            continue
        trainer.objective.training = trainer.training.replace(learning_rule=rule)
        torch.testing.assert_close(make_rule(trainer.objective).loss(drawn), known)


@pytest.mark.parametrize("core", SETTINGS)
def test_feedback_by_the_weights_is_backpropagation(core: str) -> None:
    trainer = trainer_of(core)
    shake(trainer)
    drawn = trainer.objective.draw(3)
    known = gradients(trainer, drawn)
    assert_same(gradients(trainer, drawn, "feedback-alignment", feedback="symmetric"), known)
    other = gradients(trainer, drawn, "feedback-alignment")
    outputs = [name for name in known if "project" in name or name == "strength"]
    assert_same({name: other[name] for name in outputs}, {name: known[name] for name in outputs})
    for name in set(known) - set(outputs):
        assert not torch.allclose(other[name], known[name]), f"{name} is reached by random feedback"


def test_random_feedback_by_hand() -> None:
    """Two steps of an Elman network with tanh, whose errors go back by B in place of V and of U."""
    trainer = trainer_of("Elman", objective="copy", learning_rule="feedback-alignment")
    shake(trainer)
    core: Any = trainer.objective.core
    rule: Any = trainer.rule
    assert isinstance(rule.core, AlignedSteps)
    of_outputs, of_units = rule.core.feedback
    inputs = torch.randn((2, 4, trainer.objective.input_size), dtype=torch.float64)
    state, outputs, states = rule.core.start(4), [], []
    for each in inputs:
        output, state, _ = rule.core.step(each, state)
        outputs.append(output)
        states.append(state.detach())
    core.zero_grad()
    outputs[1].sum().backward()
    last = (torch.ones_like(outputs[1]) @ of_outputs) * (1 - states[1] ** 2)
    first = (last @ of_units) * (1 - states[0] ** 2)
    torch.testing.assert_close(core.cell.weight_ih.grad, last.T @ inputs[1] + first.T @ inputs[0])
    torch.testing.assert_close(core.cell.weight_hh.grad, last.T @ states[0])
    torch.testing.assert_close(core.project.weight.grad, torch.ones_like(outputs[1]).T @ states[1])


@pytest.mark.parametrize("core", SETTINGS)
def test_eligibility_is_the_gradient_where_units_act_on_themselves_alone(core: str) -> None:
    trainer = trainer_of(core)
    shake(trainer)
    drawn = trainer.objective.draw(3)
    hh = next(name for name in dict(trainer.network.named_parameters()) if name.endswith("weight_hh"))
    mixed = gradients(trainer, drawn, "e-prop", feedback="symmetric")
    assert not torch.allclose(mixed[hh], gradients(trainer, drawn)[hh]), "what units do to one another is left out"
    alone(trainer)
    assert_same(gradients(trainer, drawn, "e-prop", feedback="symmetric"), gradients(trainer, drawn))


@pytest.mark.parametrize("core", SETTINGS)
def test_eligibility_is_what_stopped_gradients_give(core: str) -> None:
    """The same by torch: h enters other units' drives as a number without a way back, and its own with one."""
    trainer = trainer_of(core, objective="copy")
    shake(trainer)
    network: Any = trainer.objective.core
    drawn: Any = trainer.objective.draw(3)
    units = units_of(network, "test")
    found = gradients(trainer, drawn, "e-prop", feedback="symmetric")
    network.zero_grad()
    own = units.own_weights
    state, outputs = network.start(6), []
    for inputs in drawn["inputs"]:
        hidden = units.output(state)
        stopped = hidden.detach()
        drive = inputs @ units.cell.weight_ih.T + stopped @ units.cell.weight_hh.T
        drive = drive + units.cell.bias_ih + units.cell.bias_hh
        drive = drive + ((hidden - stopped)[:, None] * own.detach()).flatten(1)
        state = units.driven(drive, state)
        outputs.append(units.project(units.output(state)))
    from memsim.training.sequence_tasks.sequences import Sequences

    objective: Any = trainer.objective
    objective.task.loss(torch.stack(outputs), Sequences(**drawn)).backward()
    assert_same(found, {name: each.grad for name, each in network.named_parameters() if each.grad is not None})


def test_leaky_traces_by_hand() -> None:
    """RFLO: p <- (1 - 1/τ) p + s z over two steps, and the change of weights B error times p."""
    trainer = trainer_of("leaky", objective="copy", learning_rule="rflo")
    shake(trainer)
    core: Any = trainer.objective.core
    rule: Any = trainer.rule
    steps = rule.core
    assert isinstance(steps, TracedSteps)
    inputs = torch.randn((2, 1, trainer.objective.input_size), dtype=torch.float64)
    state, drives, seen = steps.start(1), [], []
    for each in inputs:
        seen.append(torch.cat((each, state.core, torch.ones((1, 1), dtype=torch.float64)), dim=1)[0].numpy())
        drives.append(steps.units.drive(each, state.core).detach()[0].numpy())
        output, state, _ = steps.step(each, state)
    slopes = [(1 - np.tanh(drive) ** 2) / 3 for drive in drives]
    trace = np.outer(slopes[0], seen[0]) * (1 - 1 / 3) + np.outer(slopes[1], seen[1])
    error = torch.randn_like(output)
    core.zero_grad()
    output.backward(error)
    signal = (error @ steps.feedback)[0].numpy()
    expected = signal[:, None] * trace
    n = inputs.shape[2]
    np.testing.assert_allclose(core.cell.weight_ih.grad.numpy(), expected[:, :n])
    np.testing.assert_allclose(core.cell.weight_hh.grad.numpy(), expected[:, n:-1])
    np.testing.assert_allclose(core.cell.bias_ih.grad.numpy(), expected[:, -1])
    assert steps.feedback.shape == core.project.weight.shape


def test_random_feedback_keeps_the_size_of_each_error() -> None:
    training = Training(**TINY, network="Elman")
    found = random_feedback(torch.zeros((400, 300), dtype=torch.float64), training, "outputs")
    error = torch.randn((50, 400), dtype=torch.float64)
    assert float((error @ found).square().mean() / error.square().mean()) == pytest.approx(1, abs=0.04)
    same = random_feedback(torch.zeros((400, 300), dtype=torch.float64), training, "outputs")
    assert torch.equal(found, same)
    assert not torch.equal(found, random_feedback(found, training.replace(seed=1), "outputs"))
    assert not torch.equal(found, random_feedback(found, training, "units"))


@pytest.mark.parametrize("fitness", ["ranked", "scaled"])
def test_evolution_descends_a_quadratic(fitness: str) -> None:
    """On average g points along the gradient A x; ``scaled`` times the spread of losses, it is as long as it."""
    generator = torch.Generator().manual_seed(0)
    n, size, dimensions = 40_000, 0.01, 6
    root = torch.randn((dimensions, dimensions), generator=generator, dtype=torch.float64)
    curve, at = root @ root.T, torch.randn(dimensions, generator=generator, dtype=torch.float64)
    noise = torch.randn((n, dimensions), generator=generator, dtype=torch.float64)
    points = torch.cat((at + size * noise, at - size * noise))
    losses = ((points @ curve) * points).sum(dim=1) / 2
    found, known = descent(losses, {"x": noise}, size, fitness)["x"], curve @ at
    assert float(torch.cosine_similarity(found, known, dim=0)) > 0.999
    if fitness == "scaled":
        torch.testing.assert_close(found * losses.std(), known, rtol=0.05, atol=0.05 * float(known.abs().max()))


def test_evolution_runs_each_network_as_if_alone() -> None:
    trainer = trainer_of("LSTM", learning_rule="evolution", pairs=3, perturbation=0.1)
    drawn = trainer.objective.draw(3)
    rule: Any = trainer.rule
    weights = dict(rule.module.named_parameters())
    noise = {name: torch.randn((3, *each.shape), dtype=each.dtype) for name, each in weights.items()}
    with torch.no_grad():
        found = rule.losses(drawn, weights, noise)
        kept = {name: each.clone() for name, each in weights.items()}
        alone = []
        for sign in (1, -1):
            for i in range(3):
                for name, each in weights.items():
                    each.copy_(kept[name] + sign * 0.1 * noise[name][i])
                alone.append(trainer.objective.loss_of(drawn))
    torch.testing.assert_close(found, torch.stack(alone))
    assert rule.runs == 6


@pytest.mark.parametrize(("kind", "carried"), [(nn.RNNCell, 1), (nn.GRUCell, 1), (nn.LSTMCell, 2)])
def test_plain_cells_are_those_of_torch(kind: Any, carried: int) -> None:
    cell, inputs, state = kind(4, 3), torch.randn(5, 4), torch.randn(2, 5, 3)
    given = tuple(state) if carried == 2 else state[0]
    known = cell(inputs, given)
    with plain_cells(nn.ModuleList([cell])):
        assert "forward" in vars(cell)
        torch.testing.assert_close(cell(inputs, given), known)
    assert "forward" not in vars(cell)


@pytest.mark.parametrize("network", ["GRU", "FastWeights", "HopfieldStore", "DNC"])
def test_any_core_learns_by_evolution(network: str) -> None:
    trainer = trainer_of(network, learning_rule="evolution", pairs=2)
    before = [each.detach().clone() for each in trainer.network.parameters()]
    trainer.run(2)
    changed = [bool((one != other).any()) for one, other in zip(before, trainer.network.parameters(), strict=True)]
    assert sum(changed) >= len(changed) - 2


@pytest.mark.parametrize("core", ["Elman", "LSTM"])
def test_node_perturbation_is_the_gradient_on_average(core: str) -> None:
    """Many copies of the same lists, each with noise of its own; the error falls with the root of their number."""
    trainer = trainer_of(core, objective="serial", vector_size=2, hidden=2, batch=4, first_length=1, list_length=1)
    shake(trainer)
    objective = trainer.objective
    drawn: Any = objective.draw(1)
    known = torch.cat([each.flatten() for each in gradients(trainer, drawn).values()])
    many = {"items": drawn["items"].repeat(25_000, 1, 1)}
    by_noise = gradients(trainer, many, "node-perturbation", perturbation=0.01)
    found = torch.cat([each.flatten() for each in by_noise.values()])
    assert float((found - known).norm() / known.norm()) < 0.1
    assert float(found @ known / known.square().sum()) == pytest.approx(1, abs=0.02), "and as long"
    few = gradients(trainer, drawn, "node-perturbation", perturbation=0.01)
    assert float((torch.cat([each.flatten() for each in few.values()]) - known).norm() / known.norm()) > 0.3


def test_the_loss_of_lists_has_the_loss_as_its_mean() -> None:
    for objective in ("recall", "serial"):
        trainer = trainer_of("Elman", objective=objective, response_set="pool", lures=9)
        drawn = trainer.objective.draw(3)
        each = trainer.objective.losses_of(drawn)
        torch.testing.assert_close(each.mean(), trainer.objective.loss_of(drawn))
        assert each.shape == (6,) and len(set(each.tolist())) == 6


def test_only_the_read_out_learns_by_the_delta_rule() -> None:
    trainer = trainer_of("FastWeights", objective="copy", learning_rule="read-out")
    shake(trainer)
    core: Any = trainer.objective.core
    drawn: Any = trainer.objective.draw(3)
    trainer.rule.loss(drawn)
    changed = {name for name, each in core.named_parameters() if each.grad is not None}
    assert changed == {"project.weight", "project.bias"}
    state, hidden, errors = core.start(6), [], []
    with torch.no_grad():
        for inputs in drawn["inputs"]:
            output, state, _ = core.step(inputs, state)
            hidden.append(state.hidden)
            errors.append(output.sigmoid())
    wrong = (torch.stack(errors) - drawn["targets"]) * drawn["counted"][..., None]
    wrong = wrong / (drawn["counted"].sum() * wrong.shape[2])
    delta = torch.einsum("tbo,tbh->oh", wrong, torch.stack(hidden))
    torch.testing.assert_close(core.project.weight.grad, delta)


def test_keys_and_values_of_a_store_do_not_learn() -> None:
    trainer = trainer_of("HopfieldStore", learning_rule="read-out")
    core: Any = trainer.objective.core
    before = {name: each.detach().clone() for name, each in core.named_parameters()}
    trainer.run(4)
    rows = core.output_size
    assert torch.equal(core.project.weight[rows:], before["project.weight"][rows:])
    assert not torch.equal(core.project.weight[:rows], before["project.weight"][:rows])
    changed = {name for name, each in core.named_parameters() if not torch.equal(each, before[name])}
    assert changed == {"project.weight", "project.bias", "read_out.weight"}


def test_hebbian_storage_retrieves() -> None:
    """Fast weights that nobody trains hold which items were studied: without writing, the read-out knows less."""
    changes = {"precision": "float32", "hidden": 48, "batch": 24, "iterations": 200, "learning_rate": 0.01}
    trainer = Trainer(
        Training(network="FastWeights", learning_rule="read-out", first_length=3, list_length=3, vector_size=8,
                 rate=0.1, response_set="pool", lures=20, **changes)
    )  # fmt: skip
    trainer.run(200)
    right = trainer.measures(500, "final lists").accuracy
    with lesioned(trainer.objective, "writing"):
        without = trainer.measures(500, "final lists").accuracy
    assert right is not None and without is not None
    assert right > without + 0.05, "five standard errors of outputs"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "read-out"])
def test_every_rule_lowers_the_loss(rule: str) -> None:
    changes = {"iterations": 150, "batch": 16, "first_length": 2, "list_length": 2, "learning_rate": 0.01, "hidden": 16}
    more: dict[str, Any] = {"pairs": 8} if rule == "evolution" else {}
    trainer = trainer_of("leaky", **changes, learning_rule=rule, precision="float32", **more)
    before = trainer.measures(200, "final lists").loss
    trainer.run(150)
    assert trainer.measures(200, "final lists").loss < before - (0.02 if rule == "node-perturbation" else 0.1)


@pytest.mark.parametrize("rule", LOCAL)
def test_interrupted_training_goes_on_as_if_it_had_not_been(rule: str, tmp_path: Path) -> None:
    whole, part = trainer_of("leaky", learning_rule=rule), trainer_of("leaky", learning_rule=rule)
    part.run(2)
    save_checkpoint(part, tmp_path / "half.safetensors")
    whole = trainer_of("leaky", learning_rule=rule)
    whole.run(4)
    again = trainer_of("leaky", learning_rule=rule)
    resume(again, tmp_path / "half.safetensors")
    again.run(4)
    for one, other in zip(whole.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(one, other)


def test_rules_see_the_same_lists() -> None:
    after = []
    for rule in RULES:
        trainer = trainer_of("leaky", learning_rule=rule)
        trainer.run(3)
        after.append(trainer.generator.get_state())
    assert all(torch.equal(after[0], each) for each in after)


def test_the_record_of_weights_says_the_rule(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    train(Training(**TINY, network="Elman", learning_rule="e-prop", feedback="symmetric"), out=path)
    kept = read_header(str(path)).record["training"]
    assert kept["learning_rule"] == "e-prop" and kept["feedback"] == "symmetric"
    assert Training(**kept).learning_rule == "e-prop"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"learning_rule": "hebb"}, "learning_rule='hebb' must be one of 'backpropagation'"),
        (
            {"pairs": 4},
            "pairs=4 has no effect with learning_rule='backpropagation'; it is for learning_rule='evolution'",
        ),
        (
            {"learning_rule": "e-prop", "perturbation": 0.1},
            "perturbation=0.1 has no effect with learning_rule='e-prop'",
        ),
        ({"learning_rule": "evolution", "feedback": "symmetric"}, "feedback='symmetric' has no effect"),
        ({"learning_rule": "node-perturbation", "objective": "recognition"}, "needs the loss of each list"),
    ],
)
def test_settings_that_do_not_apply_are_errors(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        Training(network="Elman", **settings)


@pytest.mark.parametrize(
    ("core", "settings", "message"),
    [
        ("DNC", {"learning_rule": "e-prop"}, "is for Elman and for LSTM with layers=1"),
        ("LSTM", {"learning_rule": "feedback-alignment", "layers": 2}, "LSTM with layers=1 and layer_norm=False"),
        ("LSTM", {"learning_rule": "rflo"}, "train Elman with a time_constant above 1"),
        ("DNC", {"learning_rule": "read-out"}, "learning_rule='read-out' is for cores"),
        ("DNC", {"learning_rule": "evolution", "objective": "essay-copy"}, "its lists follow from one another"),
        ("DNC", {"learning_rule": "evolution", "row_noise": 0.2}, "noise of what wears is drawn anew in each run"),
        ("Elman", {"learning_rule": "evolution", "objective": "many-tasks"}, "its tasks take turns"),
    ],
)
def test_cores_that_a_rule_is_not_for_are_errors(core: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        trainer_of(core, **settings)


def test_ways_to_compute_that_know_backpropagation_only() -> None:
    training = Training(**TINY, network="Elman", learning_rule="e-prop")
    for way in ("compiled", "recorded"):
        with pytest.raises(InputError, match=f"{way}=True is for learning_rule='backpropagation', not for 'e-prop'"):
            Trainer(training, **{way: True})
