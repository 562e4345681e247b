"""Trained networks as models of memory: training, weights on disk, and the interface of every model."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from memsim import ItemPool, Recalls, check, log_likelihood, simulate
from memsim.commands.main import main
from memsim.core.errors import InputError
from memsim.core.origin import Simulated
from memsim.models.lookup import find_model
from memsim.models.networks.network_models import DNC, LSTM, DNCPeople, item_vectors
from memsim.models.networks.recall_network import RecallNetwork
from memsim.models.networks.weights import find_weights, load_weights, save_weights
from memsim.paradigms import FreeRecall
from memsim.training.objectives import recall_loss, sequence_loss
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

SMALL: dict[str, Any] = {
    "vector_size": 6, "slots": 5, "width": 5, "hidden": 20, "first_length": 2, "list_length": 4, "batch": 16,
    "iterations": 100,
}  # fmt: skip
KINDS = {"dnc": DNC, "lstm": LSTM}


def people(n_lists: int = 60) -> Recalls:
    """Lists of four, recalled in order and then stopped: something to imitate."""
    trials = FreeRecall(list_length=4).trials(n_lists, subjects=6)
    return Recalls(trials, np.tile([1, 2, 3, 4], (n_lists, 1)))


@pytest.fixture(scope="module", params=["dnc", "lstm"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A small network after a hundred iterations."""
    trainer = Trainer(Training(network=request.param, **SMALL))
    trainer.run(100)
    path = tmp_path_factory.mktemp("weights") / f"{request.param}.safetensors"
    trainer.save(path)
    return request.param, path


def test_a_trained_network_is_a_model_like_any_other(trained: tuple[str, Path]) -> None:
    kind, path = trained
    model = KINDS[kind](weights=str(path))
    assert len(check(model, pool=ItemPool.numbered(40))) == 8
    recalls = simulate(model, FreeRecall(list_length=4).trials(300), seed=1)
    assert isinstance(recalls.origin, Simulated)
    parameters = recalls.origin.parameters
    assert parameters["weights"] == str(path) and len(parameters["weights_sha256"]) == 64
    assert np.isfinite(log_likelihood(model, recalls)).all()


def test_steps_of_the_model_are_those_of_training(trained: tuple[str, Path]) -> None:
    """The likelihood of a model is the loss that trains a network, without its mean over events."""
    kind, path = trained
    model = KINDS[kind](weights=str(path))
    recalls = simulate(model, FreeRecall(list_length=4).trials(40), seed=1)
    network = model.network()
    items = torch.from_numpy(item_vectors(recalls.trials.pool, 6)[recalls.trials.items])
    columns = np.where(recalls.positions > 0, recalls.positions - 1, -1)
    columns = np.pad(columns, ((0, 0), (0, 1)), constant_values=-1)
    columns[np.flatnonzero(recalls.stopped), (columns >= 0).sum(axis=1)[recalls.stopped]] = 4
    with torch.no_grad():
        loss = sequence_loss(network, items, torch.from_numpy(columns.astype(np.int64)))
    assert -log_likelihood(model, recalls).sum() / (columns >= 0).sum() == pytest.approx(float(loss), rel=1e-9)


def test_choice_strength_and_stop_bias(trained: tuple[str, Path]) -> None:
    kind, path = trained
    trials = FreeRecall(list_length=4).trials(200)
    cls = KINDS[kind]
    mute = simulate(cls(weights=str(path), stop_bias=50), trials, seed=1)
    assert mute.n_responses == 0
    blind = cls(weights=str(path), choice_strength=0, stop_bias=-50)
    first = simulate(blind, FreeRecall(list_length=4, output_limit=1).trials(8000), seed=1).positions[:, 0]
    assert np.abs(np.bincount(first, minlength=5)[1:] / 8000 - 0.25).max() < 0.025


def test_recall_objective_credits_no_item_twice_and_asks_for_no_order() -> None:
    torch.manual_seed(1)
    network = RecallNetwork(6, {"slots": 3, "width": 4, "heads": 1, "hidden": 8}).double()
    items = torch.randn(5, 3, 6, dtype=torch.float64)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        loss = float(recall_loss(network, items, generator))
        # The same episode written out: the choices are those of the same generator.
        generator.manual_seed(3)
        episode = network.begin(items)
        for position in range(3):
            episode = network.study(episode, position)
        episode = network.cue(episode)
        left, total = torch.ones(5, 3, dtype=torch.bool), 0.0
        for output in range(4):
            probability = episode.logits.softmax(1)
            if output == 3:
                total -= float(probability[:, 3].log().mean())
                break
            allowed = probability[:, :3] * left
            total -= float(allowed.sum(1).log().mean())
            chosen = torch.multinomial(allowed / allowed.sum(1, keepdim=True), 1, generator=generator)[:, 0]
            assert left[torch.arange(5), chosen].all()
            left[torch.arange(5), chosen] = False
            episode = network.recalled(episode, chosen)
    assert loss == pytest.approx(total / 4)


def test_training_learns_and_is_reproducible(trained: tuple[str, Path]) -> None:
    kind, path = trained
    again = Trainer(Training(network=kind, **SMALL))
    again.run(100)
    tensors = load_weights(str(path)).tensors
    assert all(torch.equal(tensors[name], tensor) for name, tensor in again.network.state_dict().items())
    assert again.log[0]["loss"] > 0.5
    again.training = again.training.replace(iterations=300)
    again.run(300)
    assert again.log[-1]["loss"] < 0.7 * again.log[0]["loss"] or again.longest > 3


@pytest.mark.parametrize("objective", ["recall", "imitation"])
def test_resuming_is_as_if_nothing_had_happened(objective: str, tmp_path: Path) -> None:
    training = Training(objective=objective, **{**SMALL, "iterations": 200})
    given = people() if objective == "imitation" else None
    whole, first, second = (Trainer(training, given) for _ in range(3))
    whole.run(200)
    first.run(100)
    first.checkpoint(tmp_path / "half.safetensors")
    second.resume(tmp_path / "half.safetensors")
    second.run(200)
    for one, two in zip(whole.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(one, two)
    assert [line["loss"] for line in whole.log] == [line["loss"] for line in second.log]
    other = Trainer(Training(**{**SMALL, "seed": 5}))
    with pytest.raises(InputError, match="is a checkpoint of another training"):
        other.resume(tmp_path / "half.safetensors")


def test_imitation_learns_people_and_holds_some_out(tmp_path: Path) -> None:
    trainer = Trainer(Training(objective="imitation", **{**SMALL, "iterations": 400}), people())
    before = trainer.objective.held_out_loss()
    trainer.run(400)
    assert trainer.best < 0.7 * before and trainer.objective.held.sum() == 10
    trainer.save(tmp_path / "people.safetensors")
    record = load_weights(str(tmp_path / "people.safetensors")).record
    assert record["people"]["held_out"] and record["held_out_loss"] == trainer.best
    model = DNCPeople(weights=str(tmp_path / "people.safetensors"))
    assert -log_likelihood(model, people()).mean() / 5 < before


def test_training_stops_when_people_held_out_get_no_better() -> None:
    settings = {**SMALL, "iterations": 2000, "learning_rate": 0.0, "patience": 200}
    trainer = Trainer(Training(objective="imitation", **settings), people())
    assert not trainer.run(2000) and trainer.iteration == 300 and trainer.best_at == 100


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = [f"--{name.replace('_', '-')}={value}" for name, value in SMALL.items()]
    out = tmp_path / "mine.safetensors"
    assert main(["train", "dnc", *settings, "--out", str(out)]) == 0
    assert "Trained 100 iterations" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {"mine.safetensors", "mine.csv"}
    assert (tmp_path / "mine.csv").read_text().startswith("iteration,loss,longest,seconds\n100,")
    record = load_weights(str(out)).record
    assert record["training"]["slots"] == 5 and "torch" in record["versions"]
    label, model = find_model(f"dnc:{out}")
    assert (label, model) == (f"DNC:{out}", DNC(weights=str(out)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dnc", "--data", "murdock1962"], "data='murdock1962' is for the objective imitation"),
        (["dnc", "--objective", "imitation"], "imitation takes people"),
        (["dnc", "--slots", "0"], "slots=0 is outside its range"),
        (["dnc", "--out", "x.pt"], "must end in .safetensors"),
        (["dnc", "--device", "nowhere"], "--device nowhere cannot be used"),
        (["dnc", "--device", "meta"], "--device meta cannot be used: cpu or cuda"),
        (["dnc", "--preset", "nothing"], "Training has no preset 'nothing'"),
        (["dnc", "--seed", "99999999999999999999999"], "seed="),
    ],
)
def test_bad_requests(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_bad_weights(tmp_path: Path, trained: tuple[str, Path]) -> None:
    (tmp_path / "pickle.safetensors").write_bytes(b"\x80\x04not safetensors at all")
    with pytest.raises(InputError, match="is not a safetensors file"):
        load_weights(str(tmp_path / "pickle.safetensors"))
    with pytest.raises(InputError, match="there is no file"):
        find_weights(str(tmp_path / "none.safetensors"))
    with pytest.raises(InputError, match="no weights 'nonsense' ship with memsim"):
        find_weights("nonsense")
    from safetensors.torch import save_file

    save_file({"x": torch.zeros(2)}, tmp_path / "plain.safetensors")
    with pytest.raises(InputError, match="holds no record of memsim"):
        load_weights(str(tmp_path / "plain.safetensors"))
    kind, path = trained
    weights = load_weights(str(path))
    wrong = {**weights.record, "config": {**weights.record["config"], "hidden": 7}}
    save_weights(tmp_path / "wrong.safetensors", weights.tensors, wrong)
    trials = FreeRecall(list_length=3).trials(2)
    with pytest.raises(InputError, match="do not fit the network that their record describes"):
        simulate(KINDS[kind](weights=str(tmp_path / "wrong.safetensors")), trials)
    with pytest.raises(InputError, match=f"the weights .* are of a {kind} network trained by recall"):
        simulate(DNCPeople(weights=str(path)), trials)
    with pytest.raises(InputError, match="must name a file of weights"):
        DNC(weights="")
    assert json.dumps(weights.record)


def test_vectors_of_items() -> None:
    pool = ItemPool.numbered(50)
    vectors = item_vectors(pool, 16)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1) and len(np.unique(vectors, axis=0)) == 50
    assert np.array_equal(item_vectors(ItemPool.numbered(60), 16)[:50], vectors), "an item keeps its vector"
    features = np.random.default_rng(1).normal(size=(5, 3))
    own = item_vectors(ItemPool(np.arange(5), features), 3)
    assert np.allclose(own, features / np.linalg.norm(features, axis=1, keepdims=True))
    with pytest.raises(InputError, match="trained on items of 16 features, the pool's have 3"):
        item_vectors(ItemPool(np.arange(5), features), 16)
    with pytest.raises(InputError, match="item 1 of the pool has only zeros"):
        item_vectors(ItemPool(np.arange(2), np.array([[1.0], [0.0]])), 1)


def test_a_network_may_be_kept_from_repeating() -> None:
    torch.manual_seed(0)
    network = RecallNetwork(6, {"slots": 3, "width": 4, "heads": 1, "hidden": 8}, repeats=False)
    episode = network.begin(torch.randn(2, 3, 6))
    for position in range(3):
        episode = network.study(episode, position)
    episode = network.recalled(network.cue(episode), torch.tensor([1, 3]))
    probability = episode.logits.softmax(1)
    assert probability[0, 1] == 0 and (probability[0, [0, 2, 3]] > 0).all() and (probability[1] > 0).all()
    for position in (0, 2):
        episode = network.recalled(episode, torch.tensor([position, 3]))
    assert episode.logits.softmax(1)[0].tolist() == [0, 0, 0, 1], "nothing is left but to stop"
    episode.logits.log_softmax(1)[:, 3].sum().backward()
    assert all(weight.grad is None or weight.grad.isfinite().all() for weight in network.parameters())


def test_imitation_is_of_the_peoples_own_task(tmp_path: Path) -> None:
    """Distraction between items and before the test is trained as the model meets it when it is scored."""
    task = FreeRecall(list_length=4, inter_item_distraction=2, retention_interval=3)
    recalls = Recalls(task.trials(60, subjects=6), np.tile([1, 2, 3, 4], (60, 1)))
    trainer = Trainer(Training(objective="imitation", **{**SMALL, "iterations": 100}), recalls)
    trainer.run(100)
    trainer.save(tmp_path / "people.safetensors")
    held = recalls[np.flatnonzero(trainer.objective.held)]
    model = DNCPeople(weights=str(tmp_path / "people.safetensors"))
    assert -log_likelihood(model, held).sum() / (5 * len(held)) == pytest.approx(trainer.best, rel=1e-4)


def test_training_that_diverges_says_so() -> None:
    trainer = Trainer(Training(**SMALL))
    with torch.no_grad():
        next(trainer.network.parameters()).fill_(float("nan"))
    with pytest.raises(InputError, match="no longer finite at iteration 1: training has diverged"):
        trainer.run(100)


@pytest.mark.parametrize(
    "record",
    [{}, [], {"network": "dnc", "objective": "recall", "vector_size": 6},
     {"network": "dnc", "objective": "recall", "vector_size": 6, "config": {"nonsense": 1}},
     {"network": "dnc", "objective": "recall", "vector_size": "six", "config": {}}],
)  # fmt: skip
def test_records_that_do_not_fit(record: Any, tmp_path: Path) -> None:
    save_weights(tmp_path / "odd.safetensors", {"x": torch.zeros(2)}, record)
    with pytest.raises(InputError, match="does not say what network|do not fit the network"):
        simulate(DNC(weights=str(tmp_path / "odd.safetensors")), FreeRecall(list_length=3).trials(2))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_training_on_a_gpu(tmp_path: Path) -> None:
    first, second = (Trainer(Training(**{**SMALL, "iterations": 200}), device="cuda") for _ in range(2))
    first.run(100)
    first.checkpoint(tmp_path / "half.safetensors")
    second.resume(tmp_path / "half.safetensors")
    second.run(200)
    assert np.isfinite(second.log[-1]["loss"]) and second.log[-1]["loss"] < first.log[0]["loss"]
