"""When training ends, at which rate it learns, and that interrupted training goes on as if it had not been."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from memsim.core.errors import InputError, ModelError
from memsim.models.networks.wear.levers import NAMES as LEVERS
from memsim.models.networks.weights import load_weights
from memsim.training.checkpoints import resume, save_checkpoint
from memsim.training.criteria import criterion
from memsim.training.devices import computing, device_of
from memsim.training.learning_rates import share_of_rate
from memsim.training.measuring import Measures, measure
from memsim.training.objectives.sequence_objective import SequenceObjective
from memsim.training.settings import APPLIES, Training
from memsim.training.stopping import Stopping
from memsim.training.tallies import tallied, tally_binary, tally_choices
from memsim.training.trainer import Trainer

COPY: dict[str, Any] = {
    "network": "LSTM", "objective": "repeat-copy", "vector_size": 3, "hidden": 8, "batch": 4, "first_length": 1,
    "list_length": 2, "copies": 1, "iterations": 400, "learning_rate": 0.01,
}  # fmt: skip
DROPPING = """
import torch
from torch import nn

class Dropping(nn.Module):
    gradient_clip = 3.0

    def __init__(self, input_size, output_size, *, hidden=6):
        super().__init__()
        self.hidden = hidden
        self.cell, self.out = nn.GRUCell(input_size, hidden), nn.Linear(hidden, output_size)

    def start(self, batch):
        return self.out.weight.new_zeros(batch, self.hidden)

    def step(self, inputs, state):
        state = self.cell(inputs, state)
        return self.out(nn.functional.dropout(state, 0.3, self.training)), state, {}
"""


def test_resumed_training_equals_one_that_was_not_interrupted(tmp_path: Path) -> None:
    """To the last bit: weights, the best weights, the log, rates, patience; with a core that draws random numbers."""
    (tmp_path / "dropping.py").write_text(DROPPING)
    training = Training(
        **{**COPY, "network": f"{tmp_path}/dropping.py:Dropping", "hidden": 6}, schedule="step", step_every=70,
        warmup=120, held_out_lists=8, until="accuracy=1", patience=200,
    )  # fmt: skip
    whole = Trainer(training)
    whole.run(300)
    first = Trainer(training)
    first.run(150)
    save_checkpoint(first, tmp_path / "half.safetensors")
    second = Trainer(training)
    resume(second, tmp_path / "half.safetensors")
    assert second.optimizer.param_groups[0]["lr"] == first.optimizer.param_groups[0]["lr"]
    second.run(300)
    for one, two in (
        (whole.network.state_dict(), second.network.state_dict()),
        (whole.best_tensors, second.best_tensors),
    ):
        assert one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)
    assert [{**line, "seconds": 0} for line in whole.log] == [{**line, "seconds": 0} for line in second.log]
    assert whole.stopping.state() == second.stopping.state() and whole.best_at > 0
    assert whole.optimizer.param_groups[0]["lr"] == second.optimizer.param_groups[0]["lr"]


@pytest.mark.parametrize("objective", ["recall", "serial", "recognition", "cued", "repeat-copy", "essay-copy"])
def test_measuring_changes_nothing(objective: str) -> None:
    settings = {**COPY, "objective": objective}
    if objective not in ("repeat-copy", "essay-copy"):
        settings.pop("copies")
    plain, measured = Trainer(Training(**settings)), Trainer(Training(**settings))
    for trainer in (plain, measured):
        trainer.run(3)
    one, two = (measure(measured.objective, 8, "held out lists") for _ in range(2))
    assert one == two != measure(measured.objective, 8, "other lists")
    assert one.accuracy is not None and 0 <= one.accuracy <= 1
    assert [plain.run(6), plain.recent] == [measured.run(6), measured.recent]


def test_accuracy_is_the_share_of_right_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    objective = Trainer(Training(**COPY)).objective
    assert isinstance(objective, SequenceObjective)
    task = objective.task
    sequences = task.sequences(8, 2, torch.Generator().manual_seed(1))
    monkeypatch.setattr(type(task), "of_kind", lambda *_: sequences)
    with torch.no_grad():
        wrong = task.scores(objective.network(sequences.inputs)[0], sequences)["wrong bits"]
    assert measure(objective, 1, "any").accuracy == pytest.approx(1 - wrong)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
def test_tallies(batch: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, allowed, answers = (
        rng.normal(size=(batch, n + 1)),
        rng.random((batch, n)) < 0.5,
        rng.integers(n + 1, size=batch),
    )
    hits = [*allowed_hits(logits, allowed), *(logits.argmax(1) == answers), *(logits.argmax(1) == n)]
    wanted = rng.integers(2, size=(batch, n + 1))
    tally_choices(torch.from_numpy(logits), n)  # nobody counts
    with tallied() as tally:
        assert tally.accuracy is None
        for right in (torch.from_numpy(allowed), torch.from_numpy(answers), n):
            tally_choices(torch.from_numpy(logits), right)
        assert tally.accuracy == pytest.approx(np.mean(hits))
        tally_binary(torch.from_numpy(logits), torch.from_numpy(wanted))
    assert tally.accuracy == pytest.approx(np.mean([*hits, *((logits > 0) == wanted).flatten()]))


def allowed_hits(logits: Any, allowed: Any) -> list[bool]:
    return [
        bool(row[chosen]) if chosen < len(row) else False for row, chosen in zip(allowed, logits.argmax(1), strict=True)
    ]


def test_training_ends_when_the_criterion_is_reached(tmp_path: Path) -> None:
    training = Training(**COPY, held_out_lists=20, until="accuracy=.6")
    trainer = Trainer(training)
    assert not trainer.run(400)
    reached = trainer.log[-1]
    assert trainer.iteration < 400 and trainer.stopping.why == "until" and reached["accuracy"] >= 0.6
    assert all(line["accuracy"] < 0.6 for line in trainer.log[:-1]) and trainer.best_at == trainer.iteration
    save_checkpoint(trainer, tmp_path / "ended.safetensors")
    again = Trainer(training)
    resume(again, tmp_path / "ended.safetensors")
    assert not again.run(400) and again.iteration == trainer.iteration, "what has ended does not go on"
    record = trainer.save(tmp_path / "w.safetensors")
    assert record["stopped"] == "until" and record["final"]["accuracy"] > 0.5
    assert load_weights(str(tmp_path / "w.safetensors")).record["final"] == record["final"]
    with pytest.raises(InputError, match="does not say which outputs are right"):
        Trainer(Training.preset("greydanus2017-recall").replace(held_out_lists=3, until="accuracy=.9"))


def test_patience_counts_from_full_length_and_by_one_measure() -> None:
    stopping = Stopping(criterion("loss=0"), 200)
    measures = [(100, 2.0, False), (200, 1.0, False), (300, 1.5, False), (400, 1.4, True), (500, 1.3, True)]
    for iteration, loss, full in measures:
        assert not stopping.why
        assert stopping.is_best(iteration, Measures(loss, 0.5), full) == (iteration in (100, 200))
    assert (stopping.why, stopping.best_at, stopping.best["loss"]) == ("patience", 200, 1.0)
    stopping = Stopping(criterion("accuracy=.9"), 0)
    assert stopping.is_best(100, Measures(1.0, 0.5), True) and stopping.is_best(200, Measures(2.0, 0.6), True)
    assert not stopping.is_best(300, Measures(0.1, 0.6), True) and stopping.best["loss"] == 2.0


@pytest.mark.parametrize("text", ["acc=1", "accuracy", "accuracy=0", "accuracy=1.1", "loss=-1", "loss=nan", "loss=x"])
def test_criteria_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="must be accuracy=NUMBER, above 0 and up to 1, or loss=NUMBER"):
        Training(held_out_lists=3, until=text)


@pytest.mark.parametrize("warmup", [0, 7])
@pytest.mark.parametrize("schedule", ["cosine", "step", "constant"])
def test_rates_are_those_of_schedulers_of_torch(schedule: str, warmup: int) -> None:
    options = {"step_every": 5, "step_factor": 0.3} if schedule == "step" else {}
    training = Training(schedule=schedule, warmup=warmup, iterations=40, **options)
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    torchs: Any = {
        "cosine": lambda: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 40 - warmup),
        "step": lambda: torch.optim.lr_scheduler.StepLR(optimizer, 5, 0.3),
        "constant": lambda: torch.optim.lr_scheduler.ConstantLR(optimizer, 1.0),
    }
    own = torchs[schedule]()
    for iteration in range(40):
        share = share_of_rate(training, iteration)
        if iteration < warmup:
            assert share == pytest.approx((iteration + 1) / warmup)
            continue
        assert share == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-9)
        optimizer.step()
        own.step()
    with pytest.raises(InputError, match="warmup=40 leaves none of the iterations=40"):
        Training(warmup=40, iterations=40)


VALUES = {
    "momentum": 0.9, "weight_decay": 0.1, "step_every": 5, "step_factor": 0.1, "gradient_clip": 3.0, "held_out": 0.5,
    "people": "murdock1962", "until": "loss=1", "patience": 9, "first_length": 2, "list_length": 30, "promotion": 0.1,
    "held_out_lists": 9, "copies": 2, "longest_delay": 3, "directions": "forward",
    "vector_size": 5, "response_set": "pool", "lures": 3, "stop_credit": 0.1, "item_vectors": 2, "order": 4,
    "classes": 4, "feedback": "symmetric", "perturbation": 0.2, "pairs": 3, "fitness": "scaled",
    "chains": 3, "answer_steps": 2, "row_decay": 0.1,
    "row_noise": 0.1, "write_noise": 0.1, "write_blur": 0.1, "usage_decay": 0.1, "link_decay": 0.1, "state_decay": 0.1,
    "state_noise": 0.1, "flush": 0.5, "flush_noise": 0.1, "carry_over": 0.1, "tasks": "recall",
    "plan": "recall", "probed": "after", "replay": 0.1, "elastic": 2.0, "modules": 4,
}  # fmt: skip
"""A value of every setting that needs another one; the settings below are such that none of them applies."""
WITHOUT = (
    {"weight_decay": {"optimizer": "rmsprop"}, "gradient_clip": {"clipping": "none"}}
    | {name: {"objective": "imitation"} for name in ("first_length", "list_length", "promotion", "held_out_lists")}
    | {name: {"objective": "copy"} for name in LEVERS if name != "flush_noise"}
    | {
        "vector_size": {"objective": "n-grams"},
        "response_set": {"objective": "recognition"},
        "stop_credit": {"objective": "serial"},
    }
)


@pytest.mark.parametrize("name", APPLIES)
def test_settings_that_do_not_apply_are_errors(name: str) -> None:
    with pytest.raises(InputError, match=f"Training: {name}=.* has no effect with .*; it is for "):
        Training(**{name: VALUES[name]}, **WITHOUT.get(name, {}))


def test_gradients_are_clipped_as_the_core_declares(tmp_path: Path) -> None:
    (tmp_path / "dropping.py").write_text(DROPPING)
    own = f"{tmp_path}/dropping.py:Dropping"
    found = {name: Training(network=name).clip for name in ("DNC", "Transformer", "MemN2N", own)}
    assert found == {"DNC": 10.0, "Transformer": 1.0, "MemN2N": 40.0, own: 3.0}
    assert Training(network=own).values()["gradient_clip"] == 3.0
    assert (
        Training(**Training(network=own).values()) == Training(network=own) != Training(network=own, gradient_clip=2.0)
    )
    for clipping, norm in (("norm", 1e-3), ("value", 1e-3), ("none", None)):
        trainer = Trainer(Training(**COPY, clipping=clipping, gradient_clip=norm))
        trainer.run(1)
        gradients = [weight.grad for weight in trainer.network.parameters() if weight.grad is not None]
        total = float(nn.utils.get_total_norm(gradients))
        largest = max(float(each.abs().max()) for each in gradients)
        assert {"norm": total < 1.01e-3, "value": largest < 1.01e-3 < total, "none": total > 0.01}[clipping]
    (tmp_path / "odd.py").write_text(DROPPING.replace("gradient_clip = 3.0", "gradient_clip = 0"))
    with pytest.raises(ModelError, match="gradient_clip=0 must be a number above 0"):
        Training(network=f"{tmp_path}/odd.py:Dropping")


@pytest.mark.parametrize("objective", ["recall", "repeat-copy"])
@pytest.mark.parametrize("network", ["LSTM", "DNC"])
def test_precisions(network: str, objective: str, tmp_path: Path) -> None:
    settings = {**COPY, "objective": objective, "network": network}
    settings |= {"slots": 3, "width": 3} if network == "DNC" else {}
    if objective == "recall":
        settings.pop("copies")
    names = {"float64": 1e-12, "float32": 1e-5, "bfloat16": 0.05}
    trainers = {name: Trainer(Training(**settings, precision=name)) for name in names}
    expected = trainers["float64"].measures(8, "any").loss
    for name, tolerance in names.items():
        trainer = trainers[name]
        trainer.network.load_state_dict(trainers["float64"].network.state_dict())
        assert trainer.measures(8, "any").loss == pytest.approx(expected, rel=tolerance)
    for name in ("float64", "bfloat16"):
        trainers[name].run(2)
        trainers[name].save(tmp_path / "w.safetensors")
        kept = load_weights(str(tmp_path / "w.safetensors")).tensors
        assert all(tensor.dtype == torch.float32 for tensor in kept.values())
    assert torch.get_default_dtype() == torch.float32


def test_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device_of("auto", "float32") == "mps" and device_of("auto", "float64") == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device_of("auto", "float64") == "cuda"
    monkeypatch.setattr(torch, "empty", lambda *shape, device: None)
    with pytest.raises(InputError, match="precision='float64' is not for device='mps'"):
        device_of("mps", "float64")


def test_deterministic_only_within_training() -> None:
    with computing(1, deterministic=True):
        assert torch.are_deterministic_algorithms_enabled() and not torch.backends.cudnn.benchmark
    assert not torch.are_deterministic_algorithms_enabled()


def test_a_warmup_of_all_iterations_is_refused_and_shorter_ones_reach_the_full_rate() -> None:
    with pytest.raises(InputError, match="warmup=1 leaves none of the iterations=1"):
        Training(warmup=1, iterations=1)
    training = Training(**{**COPY, "iterations": 3}, warmup=2)
    trainer = Trainer(training)
    assert trainer.run(3) and trainer.optimizer.param_groups[0]["lr"] == pytest.approx(0)
    assert [share_of_rate(training, iteration) for iteration in range(3)] == [0.5, 1.0, 1.0]
