"""Trained networks as models of memory: training, weights on disk, and the interface of every model."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from memsim import ItemPool, Recalls, check, log_likelihood, log_likelihood_gradient, simulate
from memsim.commands.main import main
from memsim.core.errors import DivergenceError, InputError, ModelError
from memsim.core.origin import Simulated
from memsim.models.lookup import build_model, find_model
from memsim.models.networks.cores import dnc
from memsim.models.networks.network_models import DNC, LSTM
from memsim.models.networks.network_steps import NetworkModel
from memsim.models.networks.recall_network import RecallNetwork
from memsim.models.networks.vectors import item_vectors
from memsim.models.networks.weights import find_weights, load_weights, save_weights
from memsim.models.registered import models_for
from memsim.paradigms import FreeRecall
from memsim.training.checkpoints import resume, save_checkpoint
from memsim.training.objectives.losses import recall_loss, sequence_loss, studied, waiting_times
from memsim.training.run import train
from memsim.training.settings import Training
from memsim.training.trainer import Trainer
from tests.training.resuming import whole_and_resumed

LISTS = {"first_length": 2, "list_length": 4}
IMITATION: dict[str, Any] = {
    "objective": "imitation", "vector_size": 6, "slots": 5, "width": 5, "hidden": 20, "batch": 16, "iterations": 100,
}  # fmt: skip
LSTM_SMALL: dict[str, Any] = {
    "network": "lstm", "vector_size": 6, "hidden": 20, "batch": 16, "iterations": 100, **LISTS,
}  # fmt: skip
SMALL: dict[str, Any] = {**IMITATION, "objective": "recall", **LISTS}
KINDS: dict[str, type[NetworkModel]] = {"dnc": DNC, "lstm": LSTM}
SHIPPED = ("dnc-recall", "dnc-closed", "dnc-people", "dnc-serial", "lstm-recall", "lstm-closed", "lstm-serial")
SETTINGS = {"dnc": SMALL, "lstm": LSTM_SMALL}


def people(n_lists: int = 60) -> Recalls:
    """Lists of four, recalled in order and then stopped: something to imitate."""
    trials = FreeRecall(list_length=4).trials(n_lists, subjects=6)
    return Recalls(trials, np.tile([1, 2, 3, 4], (n_lists, 1)))


@pytest.fixture(scope="module", params=["dnc", "lstm"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A small network after a hundred iterations."""
    trainer = Trainer(Training(**SETTINGS[request.param]))
    trainer.run(100)
    path = tmp_path_factory.mktemp("weights") / f"{request.param}.safetensors"
    trainer.save(path)
    return request.param, path


def test_a_trained_network_is_a_model_like_any_other(trained: tuple[str, Path]) -> None:
    kind, path = trained
    model = KINDS[kind](weights=str(path))
    check(model, pool=ItemPool.numbered(40))
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
        loss = sequence_loss(network, studied(network, items), torch.from_numpy(columns.astype(np.int64)))
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
    network = RecallNetwork(6, dnc.DNC, {"slots": 3, "width": 4, "heads": 1, "hidden": 8}).double()
    items = torch.randn(5, 3, 6, dtype=torch.float64)
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        waits = waiting_times(5, 3, generator)
        loss = float(recall_loss(network, studied(network, items), waits))
        # The same episode written out: the item that is fed back is the first of those left in a race of their chances.
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
            chosen = (waits[output] / allowed).argmin(1)
            assert left[torch.arange(5), chosen].all()
            left[torch.arange(5), chosen] = False
            episode = network.recalled(episode, chosen)
    assert loss == pytest.approx(total / 4)


def test_training_learns_and_is_reproducible(trained: tuple[str, Path]) -> None:
    kind, path = trained
    again = Trainer(Training(**SETTINGS[kind]))
    again.run(100)
    tensors = load_weights(str(path)).tensors
    assert all(torch.equal(tensors[name], tensor) for name, tensor in again.network.state_dict().items())
    assert again.log[0]["loss"] > 0.5
    again.training = again.training.replace(iterations=300)
    again.run(300)
    assert again.log[-1]["loss"] < 0.7 * again.log[0]["loss"] or again.longest > 3


@pytest.mark.parametrize("objective", ["recall", "imitation"])
def test_resuming_is_as_if_nothing_had_happened(objective: str, tmp_path: Path) -> None:
    training = Training(**{**(IMITATION if objective == "imitation" else SMALL), "iterations": 200})
    given = people() if objective == "imitation" else None
    whole, second = whole_and_resumed(training, tmp_path, given)
    assert [line["loss"] for line in whole.log] == [line["loss"] for line in second.log]
    other = Trainer(Training(**{**SMALL, "seed": 5}))
    with pytest.raises(InputError, match="is a checkpoint of another training"):
        resume(other, tmp_path / "half.safetensors")


def test_imitation_learns_people_and_holds_some_out(tmp_path: Path) -> None:
    trainer = Trainer(Training(**{**IMITATION, "iterations": 400}), people())
    before = trainer.objective.held_out_loss()
    trainer.run(400)
    assert trainer.best < 0.7 * before and trainer.objective.held.sum() == 10
    trainer.save(tmp_path / "people.safetensors")
    record = load_weights(str(tmp_path / "people.safetensors")).record
    assert record["people"]["held_out"] and record["held_out_loss"] == trainer.best
    model = DNC(weights=str(tmp_path / "people.safetensors"))
    assert -log_likelihood(model, people()).mean() / 5 < before


def test_training_stops_when_people_held_out_get_no_better() -> None:
    settings = {**IMITATION, "iterations": 2000, "learning_rate": 0.0, "patience": 200}
    trainer = Trainer(Training(**settings), people())
    assert not trainer.run(2000) and trainer.iteration == 300 and trainer.best_at == 100


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = [f"--{name.replace('_', '-')}={value}" for name, value in SMALL.items()]
    out = tmp_path / "mine.safetensors"
    assert main(["train", "dnc", *settings, "--out", str(out)]) == 0
    assert "Trained 100 iterations" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"mine.safetensors", "mine.csv"}
    assert (tmp_path / "mine.csv").read_text().startswith("iteration,loss,longest,learning_rate,seconds\n100,")
    record = load_weights(str(out)).record
    assert record["training"]["slots"] == 5 and "torch" in record["versions"]
    label, model = find_model(f"dnc:{out}")
    assert (label, model) == (f"DNC:{out}", DNC(weights=str(out)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dnc", "--people", "murdock1962"], "people='murdock1962' has no effect with objective='recall'"),
        (["dnc", "--objective", "imitation"], "the objective imitation needs people"),
        (
            ["dnc", "--momentum", "0.9"],
            "momentum=0.9 has no effect with optimizer='adam'; it is for optimizer='rmsprop'",
        ),
        (["lstm", "--slots", "8"], "slots='8' is no size of LSTM"),
        (["dnc:people", "--list-length", "8"], "list_length=8 says how a file is read"),
        (["dnc", "--masked", "on"], "masked='on' must be true or false"),
        (["dnc", "--threads", "0"], "threads=0 must be a whole number above 0"),
        (["dnc", "--slots", "0"], "slots=0 is outside its range"),
        (["dnc", "--out", "x.pt"], "out='x.pt' must end in .safetensors"),
        (["dnc", "--device", "nowhere"], "device='nowhere' cannot be used"),
        (["dnc", "--device", "meta"], "device='meta' cannot be used; choose cpu, cuda, mps or auto"),
        (["dnc:peopel"], "Training has no preset 'dnc:peopel'; did you mean 'DNC:people'?"),
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
    other = LSTM if kind == "dnc" else DNC
    with pytest.raises(InputError, match=f"are of a network of kind {kind.upper()}, .*; run them as {kind.upper()}"):
        other(weights=str(path))
    with pytest.raises(InputError, match="by essay-copy, in which no list is studied, .* by memsim show DNC:greyd"):
        DNC(weights="greydanus2017-copy")
    with pytest.raises(InputError, match="must name a file of weights"):
        DNC(weights="")
    assert json.dumps(weights.record)


def test_what_a_network_can_do_comes_from_its_record() -> None:
    default, people, serial = DNC(), DNC.preset("people"), DNC.preset("serial")
    assert (default.cues, people.cues, serial.cues) == (("free",), ("free",), ("forward",))
    assert (default.repeats, people.repeats, serial.repeats) == (True, False, True)
    assert [model.label for model in (default, people, serial, LSTM.preset("serial"))] == [
        "DNC", "DNC:people", "DNC:serial", "LSTM:serial"
    ]  # fmt: skip
    assert "imitate people: peers_notask:all" in people.training_summary
    assert "no human data" in default.training_summary and "no human data" in serial.training_summary
    with pytest.raises(ModelError, match="DNC has no account of this task, which begins with the cue 'free'"):
        simulate(serial, FreeRecall(list_length=3).trials(2))


def test_names_of_networks_by_task() -> None:
    free, forward = models_for("free"), models_for("forward")
    assert [spec for spec in free if spec.startswith(("DNC", "LSTM"))] == [
        "DNC",
        "DNC:people",
        "DNC:recall+recognition",
        "LSTM",
    ]
    assert [spec for spec in forward if spec.startswith(("DNC", "LSTM"))] == ["DNC:serial", "LSTM:serial"]
    assert build_model("dnc:people", {"stop_bias": 1.0}) == DNC.preset("people").replace(stop_bias=1)
    assert build_model("dnc:people") == DNC(weights="dnc-people")


def test_networks_of_different_training_draw_different_random_numbers() -> None:
    names = [model.stream_name for model in (DNC(), DNC.preset("people"), DNC.preset("serial"), LSTM())]
    assert len(set(names)) == len(names) and DNC(choice_strength=2).stream_name == names[0]


def test_the_values_of_a_network_build_it_again_and_name_its_weights(trained: tuple[str, Path], tmp_path: Path) -> None:
    kind, path = trained
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(path.read_bytes())
    model = KINDS[kind](weights=str(copy), stop_bias=1)
    assert KINDS[kind](**model.values()) == model
    assert model.replace(weights=f"{kind}-recall").values()["weights_sha256"] != model.weights_sha256
    weights = load_weights(str(copy))
    save_weights(copy, {name: tensor + 1 for name, tensor in weights.tensors.items()}, weights.record)
    with pytest.raises(InputError, match="it has changed; leave weights_sha256 out"):
        KINDS[kind](**model.values())
    with pytest.raises(InputError, match="has changed since the model was made"):
        model.network()
    assert KINDS[kind](weights=str(copy)).weights_sha256 != model.weights_sha256


def test_train_from_python_continues_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {**SMALL, "iterations": 200}
    whole = train("DNC", out=tmp_path / "whole.safetensors", **settings)
    half = Trainer(Training(**settings))
    half.run(100)
    save_checkpoint(half, tmp_path / "half.checkpoint.safetensors")
    continued = train(Training(**settings), out=str(tmp_path / "half.safetensors"), threads=1)
    assert [line["loss"] for line in continued.log] == [line["loss"] for line in whole.log]
    assert continued.record["training"] == whole.record["training"] and not continued.stopped_early
    assert (whole.continued_from, continued.continued_from) == (0, 100)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {f"{a}.{b}" for a in ("whole", "half")
                                                          for b in ("safetensors", "csv")}  # fmt: skip
    one, two = (load_weights(str(result.path)).tensors for result in (whole, continued))
    assert all(torch.equal(one[name], two[name]) for name in one)
    monkeypatch.chdir(tmp_path)
    imitating = train("DNC:people", people=people(), start="", **{**IMITATION, "iterations": 100})
    assert imitating.path == Path("dnc-people.safetensors") and imitating.record["people"]["held_out"]
    assert not DNC(weights="dnc-people.safetensors").repeats


@pytest.mark.parametrize("preset", Training.presets)
def test_presets_of_training_name_the_model_that_they_train(preset: str) -> None:
    training = Training.preset(preset)
    if training.objective in ("recall", "serial", "imitation"):
        name, _, purpose = preset.partition(":")
        assert training.label == f"{name.lower()}-{purpose or 'recall'}"
        if training.label in SHIPPED:
            assert build_model(preset) == KINDS[training.network.lower()](weights=training.label)


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
    network = RecallNetwork(6, dnc.DNC, {"slots": 3, "width": 4, "heads": 1, "hidden": 8}, repeats=False)
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
    """Distraction before and between items and before the test is trained as the model meets it when it is scored."""
    task = FreeRecall(list_length=4, initial_distraction=2, inter_item_distraction=2, retention_interval=3)
    recalls = Recalls(task.trials(60, subjects=6), np.tile([1, 2, 3, 4], (60, 1)))
    trainer = Trainer(Training(**IMITATION), recalls)
    trainer.run(100)
    trainer.save(tmp_path / "people.safetensors")
    held = recalls[np.flatnonzero(trainer.objective.held)]
    model = DNC(weights=str(tmp_path / "people.safetensors"))
    assert -log_likelihood(model, held).sum() / (5 * len(held)) == pytest.approx(trainer.best, rel=1e-4)


def test_training_that_diverges_says_so() -> None:
    trainer = Trainer(Training(**SMALL))
    with torch.no_grad():
        next(trainer.network.parameters()).fill_(float("nan"))
    with pytest.raises(DivergenceError, match="no longer finite at iteration 1: training has diverged"):
        trainer.run(100)


@pytest.mark.parametrize(
    "record",
    [{}, [], {"network": "dnc", "objective": "recall", "vector_size": 6},
     {"network": "dnc", "objective": "recall", "vector_size": 6, "config": {"nonsense": 1}},
     {"network": "dnc", "objective": "recall", "vector_size": "six", "config": {}}],
)  # fmt: skip
def test_records_that_do_not_fit(record: Any, tmp_path: Path) -> None:
    save_weights(tmp_path / "odd.safetensors", {"x": torch.zeros(2)}, record)
    with pytest.raises(InputError, match="does not say what network|do not fit the network|must be a whole number"):
        simulate(DNC(weights=str(tmp_path / "odd.safetensors")), FreeRecall(list_length=3).trials(2))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_training_on_a_gpu(tmp_path: Path) -> None:
    first, second = (Trainer(Training(**{**SMALL, "iterations": 200}), device="cuda") for _ in range(2))
    first.run(100)
    save_checkpoint(first, tmp_path / "half.safetensors")
    resume(second, tmp_path / "half.safetensors")
    second.run(200)
    assert np.isfinite(second.log[-1]["loss"]) and second.log[-1]["loss"] < first.log[0]["loss"]


def test_recalls_keep_the_output_of_a_network_for_other_choices(trained: tuple[str, Path]) -> None:
    kind, path = trained
    model = KINDS[kind](weights=str(path))
    recalls = simulate(model, FreeRecall(list_length=4).trials(50), seed=1)
    log_likelihood_gradient(model, recalls)
    for changes in ({"choice_strength": 0.5, "stop_bias": 1.0}, {"without": "memory"} if kind == "dnc" else {}):
        other = model.replace(**changes)
        kept, anew = (log_likelihood_gradient(other, each) for each in (recalls, recalls[:]))
        assert np.array_equal(kept.log_likelihood, anew.log_likelihood)
        np.testing.assert_allclose(kept.log_likelihood, log_likelihood(other, recalls[:]), rtol=1e-9)
        assert kept.gradient == anew.gradient
