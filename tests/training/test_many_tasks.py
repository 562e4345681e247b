"""One network with several tasks and a cue for each: plans, replay, elastic weights, modules, use as a model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from memsim import check, log_likelihood, simulate
from memsim.core.errors import InputError, NoEffectError
from memsim.core.items import ItemPool
from memsim.models.networks.network_models import Network
from memsim.models.networks.recall_network import RECALL, STUDY
from memsim.models.networks.weights import load_weights, save_weights
from memsim.paradigms import CuedRecall, FreeRecall, Recognition, SerialRecall
from memsim.training.objectives.lists import AnyOrder, InOrder
from memsim.training.objectives.losses import studied
from memsim.training.settings import Training
from memsim.training.tallies import tallied
from memsim.training.trainer import Trainer
from memsim.training.transfer.elastic import anchored, fisher_information, penalty
from memsim.training.transfer.many_tasks import ManyTasks
from memsim.training.transfer.scores import VECTORS, accuracies_of, scores_by_task
from tests.training.resuming import whole_and_resumed

SMALL: dict[str, Any] = {
    "objective": "many-tasks", "network": "LSTM", "vector_size": 6, "hidden": 12, "batch": 4, "iterations": 200,
    "first_length": 4, "list_length": 4, "schedule": "constant", "response_set": "pool", "lures": 9,
}  # fmt: skip
ALL = "recall,serial,backward,recognition,cued,copy"


def objective_of(**changes: Any) -> ManyTasks:
    objective = Trainer(Training(**{**SMALL, **changes})).objective
    assert isinstance(objective, ManyTasks)
    return objective


def tasks_drawn(objective: ManyTasks, n: int = 400) -> list[str]:
    """The task of each batch of a training."""
    names = []
    for iteration in range(n):
        objective.progress = iteration / n
        names.append(objective.network.tasks[objective.draw(4)["task"]])
    return names


def test_the_cue_is_on_at_every_step_of_study_and_test(monkeypatch: pytest.MonkeyPatch) -> None:
    objective = objective_of(tasks=ALL)
    network, seen = objective.network, list[torch.Tensor]()
    core = type(network.network)
    step, unroll = core.step, core.unroll

    def seen_step(self: Any, inputs: torch.Tensor, *rest: Any) -> Any:
        seen.append(inputs)
        return step(self, inputs, *rest)

    def seen_unroll(self: Any, inputs: torch.Tensor, *rest: Any) -> Any:
        seen.extend(inputs)
        return unroll(self, inputs, *rest)

    monkeypatch.setattr(core, "step", seen_step)
    monkeypatch.setattr(core, "unroll", seen_unroll)
    for number, name in enumerate(network.tasks):
        seen.clear()
        objective.tasks[name].loss(4)
        cues = torch.cat([each[:, -6:] for each in seen])
        assert len(seen) > 2 and torch.equal(cues, torch.eye(6)[number].expand_as(cues))


def test_the_loss_of_a_task_is_that_of_its_objective() -> None:
    objective = objective_of(tasks="serial,recall")
    drawn = objective.tasks["recall"].draw(4)
    assert isinstance(objective.tasks["recall"], AnyOrder) and isinstance(objective.tasks["serial"], InOrder)
    assert torch.equal(objective.loss_of({"task": 1, **drawn}), objective.tasks["recall"].loss_of(drawn))
    assert not torch.equal(objective.tasks["serial"].loss_of(drawn), objective.tasks["recall"].loss_of({**drawn}))


def test_reverse_order_is_serial_recall_of_the_reversed_list() -> None:
    """With the same state after study; here the network studies nothing of the list."""
    objective = objective_of(tasks="serial,backward")
    forward, backward = objective.tasks["serial"], objective.tasks["backward"]
    backward.network = forward.network
    with torch.no_grad():
        for weight in objective.network.network.parameters():
            weight.zero_()
        forward.network.network.project.bias.normal_(generator=torch.Generator().manual_seed(1))
        drawn: Any = forward.draw(4)
        turned = {**drawn, "items": drawn["items"].flip(1)}
        assert float(backward.loss_of(turned)) == pytest.approx(float(forward.loss_of(drawn)), rel=1e-6)


def test_copying_is_not_shown_its_responses() -> None:
    network = objective_of(tasks="serial,copy").network
    items = torch.randn((3, 4, 6), generator=torch.Generator().manual_seed(1))
    for name, shown in (("serial", True), ("copy", False)):
        one, other = (studied(network.view(name), items) for _ in range(2))
        view = network.view(name)
        first = view.recalled(view.cue(one), torch.zeros(3, dtype=torch.long)).logits
        second = view.recalled(view.cue(other), torch.ones(3, dtype=torch.long)).logits
        assert torch.equal(first, second) != shown


def test_training_shows_responses_in_the_tasks_that_show_them(monkeypatch: pytest.MonkeyPatch) -> None:
    objective = objective_of(tasks="serial,copy,backward")
    core, seen = type(objective.network.network), list[torch.Tensor]()
    unroll = core.unroll

    def seen_unroll(self: Any, inputs: torch.Tensor, *rest: Any) -> Any:
        seen.extend(inputs)
        return unroll(self, inputs, *rest)

    monkeypatch.setattr(core, "unroll", seen_unroll)
    for name in objective.network.tasks:
        seen.clear()
        drawn = objective.tasks[name].draw(4)
        objective.tasks[name].loss_of(drawn)
        items: Any = drawn["items"]
        length = items.shape[1]
        cue, *given = [each[:, :6] for each in seen if (each[:, 6 + RECALL] == 1).all()]
        assert len(given) == length and not cue.any()
        wanted = items.flip(1) if name == "backward" else items
        assert torch.equal(torch.stack(given, 1), torch.zeros_like(wanted) if name == "copy" else wanted)


def test_joint_training_draws_each_task_equally_often() -> None:
    names = tasks_drawn(objective_of(tasks="recall,serial,copy,recognition"), 800)
    counts = np.array([names.count(each) for each in set(names)])
    assert len(counts) == 4 and np.all(np.abs(counts - 200) < 4 * np.sqrt(800 * 0.25 * 0.75))


def test_tasks_follow_one_another_as_planned() -> None:
    names = tasks_drawn(objective_of(plan="serial,recall,serial,copy"))
    assert names == ["serial"] * 100 + ["recall"] * 100 + ["serial"] * 100 + ["copy"] * 100


def test_replay_has_its_share_of_the_earlier_tasks() -> None:
    names = tasks_drawn(objective_of(plan="serial,recall,copy", replay=0.25), 1200)
    assert set(names[:400]) == {"serial"} and set(names[400:800]) == {"serial", "recall"}
    assert names[400:800].count("serial") == pytest.approx(100, abs=4 * np.sqrt(400 * 0.25 * 0.75))
    last = names[800:]
    assert last.count("copy") == pytest.approx(300, abs=4 * np.sqrt(400 * 0.25 * 0.75))
    assert last.count("serial") == pytest.approx(50, abs=4 * np.sqrt(400 * 0.125 * 0.875))


def test_fisher_information_of_logistic_regression_is_that_in_closed_form() -> None:
    """F_jj = E[p (1 - p) x_j²], where labels are drawn by the model itself."""
    generator = torch.Generator().manual_seed(3)
    weight = torch.nn.Parameter(torch.tensor([0.8, -0.5, 0.0], dtype=torch.double))
    scale = torch.tensor([1.0, 2.0, 0.5], dtype=torch.double)
    batch, n_batches = 8, 4000

    def loss() -> torch.Tensor:
        x = scale * torch.randn((batch, 3), generator=generator, dtype=torch.double)
        y = (torch.rand(batch, generator=generator) < (x @ weight).sigmoid()).double()
        return torch.nn.functional.binary_cross_entropy_with_logits(x @ weight, y)

    found = fisher_information(loss, {"weight": weight}, batch, n_batches)["weight"]
    x = scale * torch.randn((400_000, 3), generator=generator, dtype=torch.double)
    p = (x @ weight).sigmoid()[:, None]
    expected = (p * (1 - p) * x**2).mean(dim=0)
    assert torch.allclose(found, expected.detach(), rtol=0.12)
    assert weight.grad is None


def test_fisher_information_of_a_normal_mean_is_one_over_the_variance() -> None:
    """Observations one standard deviation from the mean have it exactly, and other weights have none."""
    mean, other = (torch.nn.Parameter(torch.tensor(2.0, dtype=torch.double)) for _ in range(2))
    sd, signs = 0.4, iter([1.0, -1.0] * 5)

    def loss() -> torch.Tensor:
        return (2.0 + next(signs) * sd - mean) ** 2 / (2 * sd**2)

    found = fisher_information(loss, {"mean": mean, "other": other}, 1, 10)
    assert float(found["mean"]) == pytest.approx(1 / sd**2) and float(found["other"]) == 0
    anchor = anchored(lambda: (2.4 - mean) ** 2 / (2 * sd**2), {"mean": mean}, 1, 2)
    moved = {"mean": torch.tensor(2.3)}
    assert float(penalty(moved, [anchor, anchor])) == pytest.approx(2 * 0.3**2 / (2 * sd**2))


def test_the_elastic_penalty_is_that_of_the_weights_at_the_end_of_each_phase() -> None:
    objective = objective_of(plan="serial,recall,copy", elastic=7.0)
    ends: list[dict[str, torch.Tensor]] = []
    for phase in range(3):
        objective.progress = phase / 3
        drawn = objective.draw(4)
        with torch.no_grad():
            plain = objective.tasks[objective.plan[phase]].loss_of({k: v for k, v in drawn.items() if k != "task"})
            extra = sum(
                0.5 * float((objective.anchors[k].fisher[name] * (weight - end[name]) ** 2).sum())
                for k, end in enumerate(ends)
                for name, weight in objective.network.named_parameters()
            )
            assert len(objective.anchors) == phase
            assert float(objective.loss_of(drawn)) == pytest.approx(float(plain) + 7 * extra, rel=1e-5)
            objective.full = True
            assert float(objective.loss_of(drawn)) == pytest.approx(float(plain), rel=1e-6)
            objective.full = False
            for weight in objective.network.parameters():
                weight.add_(0.1 * (phase + 1))
        ends.append({name: weight.detach().clone() for name, weight in objective.network.named_parameters()})
    assert all(float(each.sum()) > 0 for each in objective.anchors[0].fisher.values())


def test_modules_that_a_task_keeps_do_not_change_and_neither_does_the_task() -> None:
    training = Training(
        **{**SMALL, "hidden": 16, "plan": "serial,recall", "modules": 8, "iterations": 120, "learning_rate": 0.02}
    )
    trainer = Trainer(training)
    objective: Any = trainer.objective
    core = objective.core
    trainer.run(60)
    before = scores_by_task(objective, n_lists=40)
    trainer.run(61)
    assert int(core.frozen.sum()) == 2 and torch.equal(core.frozen, core.paths[1].bool())
    kept = core.units(core.frozen).repeat(4)
    then = [each.detach().clone()[kept] for each in core.weights_now()]
    heads = [each.detach().clone() for each in core.project.each[1].parameters()]
    free = core.weights_now()[0][~kept].detach().clone()
    trainer.run(120)
    assert all(torch.equal(one[kept], two) for one, two in zip(core.weights_now(), then, strict=True))
    assert all(torch.equal(one, two) for one, two in zip(core.project.each[1].parameters(), heads, strict=True))
    assert not torch.equal(core.weights_now()[0][~kept], free)
    after = scores_by_task(objective, n_lists=40)
    assert after["serial"] == before["serial"] and after["recall"] != before["recall"]


def test_a_network_of_modules_with_all_of_them_is_the_lstm() -> None:
    plain, divided = (objective_of(plan="serial,recall", **changes) for changes in ({}, {"modules": 4}))
    core: Any = divided.core
    with torch.no_grad():
        own = divided.network.state_dict()
        for name, each in plain.network.state_dict().items():
            for copy in (name, *(name.replace("project", f"project.each.{k}") for k in range(4))):
                if copy in own:
                    own[copy].copy_(each)
        divided.network.load_state_dict(own)
        for each in (plain, divided):
            each.network.network.fused = False
        drawn = plain.draw(4)
        assert float(divided.loss_of(drawn)) == pytest.approx(float(plain.loss_of(drawn)), rel=1e-5)
        core.take_path(1, [0, 2])
        assert float(divided.loss_of(drawn)) != pytest.approx(float(plain.loss_of(drawn)), rel=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        {"plan": "serial,recall", "elastic": 3.0, "replay": 0.3},
        {"plan": "copy,recognition", "modules": 4},
        {"tasks": "cued,backward", "stop_credit": 0.0},
    ],
    ids=str,
)
def test_training_resumes_to_the_bit(settings: dict[str, Any], tmp_path: Path) -> None:
    """Also across a phase, which ends after 100 of 200 iterations, with lists held out in between."""
    training = Training(**{**SMALL, **settings, "held_out_lists": 8})
    whole, resumed = whole_and_resumed(training, tmp_path)
    one, two = whole.objective.carried(), resumed.objective.carried()
    assert all(torch.equal(each, two[name]) for name, each in one.items()) and len(one) == len(two)
    assert whole.log[-1]["held_out"] == resumed.log[-1]["held_out"]


def test_scores_are_zero_by_chance_and_leave_training_alone() -> None:
    objective = objective_of(tasks=ALL, batch=50, vector_size=8)
    state = objective.generator.get_state()
    with torch.no_grad():
        for weight in objective.network.network.parameters():
            weight.zero_()
    scores = scores_by_task(objective, n_lists=500)
    # Of equal logits the first counts as the most likely: the first item, right once in five outputs, and "new".
    assert scores["recognition"] == 0
    assert scores["serial"] == scores["backward"] == pytest.approx((1 / 5 - 1 / 14) / (1 - 1 / 14))
    chance = {name: each for name, (_, each) in accuracies_of(objective, 4).items()}
    # Of 4 items, stopping and 9 lures, 4, 3, 2, 1 are right, then stopping; in order, one of 14.
    assert chance["recall"] == pytest.approx((4 + 3 + 2 + 1 + 1) / 5 / 14)
    assert chance["serial"] == chance["copy"] == pytest.approx(1 / 14) and chance["recognition"] == 0.5
    assert torch.equal(objective.generator.get_state(), state) and not objective.full
    assert scores == scores_by_task(objective, n_lists=500)


@pytest.mark.parametrize("kind", [name for name, draw in VECTORS.items() if draw])
def test_item_vectors_have_unit_length(kind: str) -> None:
    draw = VECTORS[kind]
    assert draw is not None
    vectors = draw((50, 3, 16), torch.Generator().manual_seed(1))
    assert torch.allclose(vectors.norm(dim=-1), torch.ones(50, 3), atol=1e-6)
    cosines = (vectors[:, 0] * vectors[:, 1]).sum(-1).mean()
    assert abs(float(cosines) - {"normal": 0.0, "similar": 0.5, "sparse": 0.25}[kind]) < 0.12


def test_chance_of_a_choice_leaves_out_responses_that_are_none() -> None:
    from memsim.training.tallies import tally_choices

    with tallied() as tally:
        tally_choices(torch.tensor([[0.0, -torch.inf, 1.0], [0.0, 0.0, 0.0]]), torch.tensor([2, -1]))
    assert (tally.accuracy, tally.chance) == (1.0, 0.5)


def weights_of(folder: Path, **changes: Any) -> Path:
    """Weights after a training."""
    trainer = Trainer(Training(**{**SMALL, "network": "GRU", "vector_size": 8, "batch": 50, **changes}))
    trainer.run(trainer.training.iterations)
    trainer.save(folder / "many.safetensors")
    return folder / "many.safetensors"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of a network with all tasks, which it has hardly begun to learn."""
    return weights_of(tmp_path_factory.mktemp("weights"), tasks=ALL, iterations=20)


def features(n: int = 500) -> ItemPool:
    return ItemPool(np.arange(n), np.random.default_rng(7).choice([-1.0, 1.0], (n, 8)))


def test_one_network_does_what_the_cue_says(tmp_path: Path) -> None:
    """Recall of two items, in the order of study or the reverse, by the same weights."""
    path = weights_of(
        tmp_path, tasks="serial,backward", hidden=48, batch=32, iterations=400, learning_rate=0.01, first_length=2,
        list_length=2, response_set="list", lures=50,
    )  # fmt: skip
    model, pool = Network(weights=str(path)), features()
    for direction, opposite in (("forward", "backward"), ("backward", "forward")):
        task, other = (SerialRecall(list_length=2, direction=each) for each in (direction, opposite))
        given = simulate(model, task.trials(200, 1, pool=pool), 1)
        assert np.mean(given.positions[:, :2] == task.due + 1) > 0.75
        assert np.mean(given.positions[:, :2] == other.due + 1) < 0.25
        assert log_likelihood(model, given).mean() > -1.5  # two outputs among three: -2.2 by chance


def test_one_network_has_an_account_of_each_task(trained: Path) -> None:
    model = Network(weights=str(trained))
    assert model.cues == ("free", "forward", "backward", "item") and model.probes == ("item",)
    assert not model.takes_repeated_items and model.record["tasks"] == ALL.split(",")
    for task in (FreeRecall(list_length=4), CuedRecall(list_length=4), Recognition(list_length=4)):
        given = simulate(model, task.trials(50, 3, pool=features()), 4)
        assert np.isfinite(log_likelihood(model, given)).all()


def test_the_cue_says_what_is_done(trained: Path) -> None:
    model = Network(weights=str(trained))
    forward, backward = (SerialRecall(direction=each) for each in ("forward", "backward"))
    assert [model.cue_of(each) for each in (FreeRecall(), forward, backward, Recognition(), CuedRecall())] == [
        0, 1, 2, 3, 4,
    ]  # fmt: skip
    copying = model.replace(doing="copy")
    assert copying.cue_of(forward) == 5 and copying.cues == ("forward",) and not copying.probes
    trials = SerialRecall(list_length=4).trials(50, 1, pool=features())
    assert not np.array_equal(simulate(copying, trials, 1).positions, simulate(model, trials, 1).positions)
    assert copying.values()["doing"] == "copy" and "doing" not in model.values()
    assert model.replace(doing="recognition").takes_repeated_items
    with pytest.raises(InputError, match="is no task in which"):
        copying.cue_of(backward)


@pytest.mark.parametrize("doing", ["", "serial", "recognition"])
def test_the_model_keeps_the_contract(trained: Path, doing: str) -> None:
    names = {each.name for each in check(Network(weights=str(trained), doing=doing), pool=ItemPool.numbered(40))}
    assert any(name.endswith("all answers to two probes sum to one") for name in names) == (doing != "serial")
    assert ("all recalls of a 4-item list sum to one" in names) == (doing != "recognition")


def test_modules_are_loaded_with_their_weights(tmp_path: Path) -> None:
    trainer = Trainer(Training(**{**SMALL, "plan": "serial,recall", "modules": 4, "iterations": 20, "batch": 50}))
    trainer.run(20)
    trainer.save(tmp_path / "modules.safetensors")
    model = Network(weights=str(tmp_path / "modules.safetensors"))
    pool = ItemPool(np.arange(90), np.random.default_rng(7).choice([-1.0, 1.0], (90, 6)))
    recalls = simulate(model, SerialRecall(list_length=4).trials(20, 1, pool=pool), 1)
    assert np.isfinite(log_likelihood(model, recalls)).all()
    network: Any = model.network().network
    assert torch.equal(network.paths.float(), trainer.objective.core.paths)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tasks": "recall,knitting"}, "no task 'knitting' that may have a cue"),
        ({"tasks": "recall,recall"}, "each once"),
        ({"tasks": " , "}, "at least one task"),
        ({"plan": ","}, "plan=',' names no task; give 'joint'"),
        ({"plan": "recall,serial,recall", "iterations": 2}, "iterations=2 are too few for the 3 tasks"),
        ({"plan": "recall,cued"}, "cued is not among tasks="),
        ({"replay": 0.2}, "no task is earlier"),
        ({"plan": "recall", "elastic": 2.0}, "no task is earlier"),
        ({"modules": 4}, "for a plan of different tasks"),
        ({"plan": "recall,serial", "modules": 4, "replay": 0.1}, "without other remedies"),
        ({"plan": "recall,serial", "modules": 5}, "divide hidden=12"),
        ({"plan": "recall,serial", "modules": 4, "network": "GRU"}, "modules are for DNC and LSTM"),
    ],
    ids=str,
)
def test_bad_settings_are_errors(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Trainer(Training(**{**SMALL, **changes}))


def test_settings_of_many_tasks_are_for_these_alone(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(NoEffectError, match="plan='recall'"):
        Training(plan="recall")
    with pytest.raises(InputError, match="there are no item vectors 'norml'"):
        scores_by_task(objective_of(), vectors="norml")
    with pytest.raises(InputError, match="doing='knitting' has no cue"):
        Network(weights=str(trained), doing="knitting")
    with pytest.raises(InputError, match="doing='recall' has no cue"):
        Network(weights="dnc-recall", doing="recall")
    tensors, record, _ = load_weights(str(trained))
    save_weights(tmp_path / "odd.safetensors", tensors, {**record, "tasks": "recall"})
    with pytest.raises(InputError, match="must be names of tasks"):
        Network(weights=str(tmp_path / "odd.safetensors"))


def test_flags_come_before_the_cue() -> None:
    """So that a step of study and one of recall differ as in any network."""
    network = objective_of(tasks="serial,recall").network.view("recall")
    episode = network.begin(torch.zeros((1, 2, 6)))
    study, recall = (network._inputs(episode, torch.zeros((1, 6)), flag)[0, 6:].tolist() for flag in (STUDY, RECALL))
    assert study == [1, 0, 0, 0, 1] and recall == [0, 0, 1, 0, 1]
