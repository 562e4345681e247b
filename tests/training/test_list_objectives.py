"""Recall with lures and with credit for stopping, and recall and recognition by one set of weights."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from memsim import check, log_likelihood, simulate
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.models.networks.cores.lstm import LSTM
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.network_models import Network
from memsim.models.networks.recall_network import Ended, Episode, RecallNetwork, candidates
from memsim.models.networks.tasks import TASKS
from memsim.models.networks.weights import save_weights
from memsim.paradigms import FreeRecall, RecallThenRecognition, Recognition, SerialRecall
from memsim.training.objectives.lists import AnyOrder
from memsim.training.objectives.losses import (
    judgment_loss,
    recall_loss,
    sequence_loss,
    studied,
    waiting_times,
)
from memsim.training.settings import Training
from memsim.training.trainer import Trainer
from tests.training.resuming import whole_and_resumed

SMALL: dict[str, Any] = {
    "network": "LSTM", "vector_size": 6, "hidden": 12, "batch": 4, "iterations": 200, "first_length": 4,
    "list_length": 4, "schedule": "constant",
}  # fmt: skip


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def mute() -> RecallNetwork:
    """A network whose outputs are all zero, so that every candidate is as likely as stopping."""
    network = RecallNetwork(6, LSTM, {"hidden": 4})
    with torch.no_grad():
        for weight in network.parameters():
            weight.zero_()
    return network


def with_lures(network: RecallNetwork, n_lures: int = 7) -> Episode:
    episode = studied(network, torch.randn((3, 4, 6), generator=seeded()))
    episode.lures = torch.randn((n_lures, 6), generator=seeded(2))
    return episode


@torch.no_grad()
def test_lures_are_candidates_at_every_output() -> None:
    network = mute()
    # Of 4 items, 7 lures and stopping, 4, 3, 2 and 1 are right; then stopping alone.
    right = [4, 3, 2, 1, 1]
    loss = recall_loss(network, with_lures(network), waiting_times(3, 4, seeded()))
    assert float(loss) == pytest.approx(np.mean([-math.log(n / 12) for n in right]), rel=1e-5)
    in_order = sequence_loss(network, with_lures(network), torch.arange(5).expand(3, -1))
    assert float(in_order) == pytest.approx(math.log(12), rel=1e-5)
    episode = network.cue(with_lures(network))
    assert candidates(episode.logits, episode.lured).shape == (3, 12)


@pytest.mark.parametrize("repeats", [True, False])
@pytest.mark.parametrize("lures", [0, 7])
@pytest.mark.parametrize("core", CORES.names())
@torch.no_grad()
def test_the_steps_of_a_known_recall_are_those_of_one_response_after_another(
    core: str, lures: int, repeats: bool
) -> None:
    torch.manual_seed(3)
    network = RecallNetwork(6, CORES.get(core), {}, repeats=repeats).double()
    responses = torch.tensor([[2, 0, 3, 4], [1, 4, 4, 4], [3, 2, 1, 0]])

    def begun() -> Episode:
        episode = studied(network, torch.randn((3, 4, 6), generator=seeded()).double())
        episode.lures = torch.randn((lures, 6), generator=seeded(2)).double() if lures else None
        return episode

    episode, expected = network.cue(begun()), []
    for response in responses.unbind(1):
        expected.append(candidates(episode.logits, episode.lured))
        episode = network.recalled(episode, response)
    together = network.along(begun(), responses)
    assert together.shape == (4, 3, 5 + lures)
    assert torch.allclose(together, torch.stack(expected), atol=1e-9)


@torch.no_grad()
def test_credit_for_stopping_counts_as_a_share_of_being_right() -> None:
    network = mute()
    loss = recall_loss(network, with_lures(network), waiting_times(3, 4, seeded()), credit=torch.tensor(0.2))
    expected = [-math.log((n + 0.2) / 12) for n in (4, 3, 2, 1)] + [math.log(12)]
    assert float(loss) == pytest.approx(np.mean(expected), rel=1e-5)


@pytest.mark.parametrize(("right", "stops"), [(0.15, True), (0.25, False)])
def test_it_pays_to_stop_where_the_chance_of_being_right_is_below_the_credit(right: float, stops: bool) -> None:
    """Of P = P(stop), the loss is least at 0 or 1: whether it falls with P depends on ``right`` against ρ."""
    credit, shares = 0.2, np.linspace(0, 0.999, 50)
    loss = -np.log((1 - shares) * right + credit * shares)
    assert (loss[-1] < loss[0]) == stops and np.all(np.diff(loss) * (-1 if stops else 1) > 0)


def test_the_credit_rises_in_the_third_quarter_of_training() -> None:
    objective = Trainer(Training(response_set="pool", stop_credit=0.2, **SMALL)).objective
    assert isinstance(objective, AnyOrder)
    credits = []
    for progress in (0, 0.4, 0.5, 0.625, 0.75, 0.99):
        objective.progress = progress
        credits.append(objective.credit)
    assert credits == pytest.approx([0, 0, 0, 0.1, 0.2, 0.2])


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "recall", "response_set": "pool", "lures": 9, "stop_credit": 0.2},
        {"objective": "serial+recognition", "longest_delay": 2},
    ],
    ids=str,
)
def test_training_resumes_as_if_nothing_had_happened(settings: dict[str, Any], tmp_path: Path) -> None:
    whole, _ = whole_and_resumed(Training(**settings, **SMALL), tmp_path)
    assert whole.log[-1]["loss"] < whole.log[0]["loss"] or "stop_credit" in settings
    assert whole.objective.progress == pytest.approx(199 / 200)


def test_both_tests_have_the_losses_of_each() -> None:
    """The state after study is the same for both; probes change nothing of what is recalled."""
    objective: Any = Trainer(Training(objective="recall+recognition", longest_delay=0, **SMALL)).objective
    network = objective.network
    generator = objective.generator
    generator.manual_seed(5)
    with torch.no_grad():
        loss = float(objective.loss(4))
        generator.manual_seed(5)
        items = objective.items(4)
        targets, lures = objective.probes(items)
        objective.delay()
        waits = waiting_times(len(items), items.shape[1], generator)
        recall = recall_loss(network, studied(network, items), waits)
        judged = judgment_loss(network, studied(network, items), targets, lures)
    assert loss == pytest.approx(float(recall + judged) / 2, rel=1e-6)


def test_probes_after_recall_are_judged_from_what_recall_left() -> None:
    objective: Any = Trainer(
        Training(objective="recall+recognition", longest_delay=3, probed="after", **SMALL)
    ).objective
    network = objective.network
    with torch.no_grad():
        drawn = objective.draw(4)
        assert drawn["recalled_first"] is True
        loss = float(objective.loss_of(drawn))
        episode = studied(network, drawn["items"])
        recall = recall_loss(network, episode, drawn["waits"])  # it goes on from here
        episode = network.present(episode, [None] * drawn["delay"])
        judged = judgment_loss(network, episode, drawn["targets"], drawn["lures"])
        before = judgment_loss(
            network, studied(network, drawn["items"], delay=drawn["delay"]), drawn["targets"], drawn["lures"]
        )
    assert loss == pytest.approx(float(recall + judged) / 2, rel=1e-6)
    assert float(judged) != pytest.approx(float(before), rel=1e-6)


def test_the_order_of_the_tests_is_drawn_for_each_batch() -> None:
    objective: Any = Trainer(Training(objective="serial+recognition", probed="either", **SMALL)).objective
    found = [objective.draw(4)["recalled_first"] for _ in range(40)]
    assert 8 < sum(found) < 32
    assert np.isfinite(float(objective.loss_of(objective.draw(4)).detach()))
    with pytest.raises(InputError, match="probed='after' has no effect with objective='recognition'"):
        Training(objective="recognition", probed="after")


def test_by_default_nothing_is_drawn_for_the_order() -> None:
    """So that what was trained before there was a choice is made anew from its settings."""
    objective: Any = Trainer(Training(objective="recall+recognition", **SMALL)).objective
    objective.generator.manual_seed(3)
    objective.draw(4)
    after = objective.generator.get_state()
    objective.generator.manual_seed(3)
    items = objective.items(4)
    objective.probes(items)
    objective.delay()
    objective.of_recall(items)
    assert torch.equal(after, objective.generator.get_state())


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """A network after a few hundred iterations of both tests."""
    trainer = Trainer(
        Training(
            objective="recall+recognition", longest_delay=1,
            **{**SMALL, "hidden": 48, "batch": 32, "iterations": 600, "learning_rate": 0.01, "schedule": "cosine"},
        )
    )  # fmt: skip
    trainer.run(600)
    path = tmp_path_factory.mktemp("weights") / "both.safetensors"
    trainer.save(path)
    return Network(weights=str(path))


def test_one_set_of_weights_recalls_and_recognises(both: Network) -> None:
    assert (both.cues, both.probes) == (("free",), ("item",))
    pool = ItemPool(np.arange(500), np.random.default_rng(7).choice([-1.0, 1.0], (500, 6)))
    recalled = simulate(both, FreeRecall(list_length=4).trials(300, 1, pool=pool), 2)
    assert np.mean([len(set(row[row > 0])) for row in recalled.positions]) > 2.9
    trials = Recognition(list_length=4).trials(300, 3, pool=pool)
    judged = simulate(both, trials, 4)
    assert np.mean((judged.ratings == 2) == (trials.probe_kinds == "target")) > 0.6
    task = RecallThenRecognition(list_length=4, recognition_delay=1.0).trials(30, 5, pool=pool)
    answers = simulate(both, task, 6)
    assert answers.recalls is not None and np.isfinite(log_likelihood(both, answers)).all()
    assert set(both.fitted) == {"choice_strength", "stop_bias", "criterion", "criterion_spacing"}
    with pytest.raises(Exception, match="the cue 'forward'"):
        simulate(both, SerialRecall(list_length=4).trials(2))


@pytest.mark.parametrize("wear", [{}, {"row_decay": 0.1}])
@pytest.mark.parametrize("core", ["DNC", "LSTM", "Transformer", "MemN2N"])
def test_probes_after_recall_depend_on_no_other_list(core: str, wear: dict[str, float], tmp_path: Path) -> None:
    """Lists are recalled together until the last one ends; states of some cores grow in it."""
    if core == "LSTM" and wear:
        wear = {"state_decay": 0.1}
    sizes = {"batch": 3, "list_length": 4, "vector_size": 6, "probed": "after"}
    trainer = Trainer(Training(network=core, objective="recall+recognition", **sizes))
    save_weights(tmp_path / "both.safetensors", trainer.network.state_dict(), trainer.record())
    model = Network(weights=str(tmp_path / "both.safetensors"), stop_bias=3.0, **wear)
    task = RecallThenRecognition(list_length=4, recognition_delay=2.0)
    judged = simulate(model, task.trials(12, 5, pool=ItemPool.numbered(100)), 6)
    assert judged.recalls is not None and len({len(row[row > 0]) for row in judged.recalls.positions}) > 2
    alone = [log_likelihood(model, judged[[number]])[0] for number in range(12)]
    assert log_likelihood(model, judged) == pytest.approx(alone, rel=1e-6)


def test_lists_are_judged_from_the_state_after_their_last_response() -> None:
    """As in training, where nothing follows the last response but the delay and the probes."""
    torch.manual_seed(1)
    network = RecallNetwork(6, CORES.get("Transformer"), {}, task=TASKS["recall+recognition"]).double()
    items, probes = (torch.randn((3, n, 6), generator=seeded(n)).double() for n in (4, 5))
    with torch.no_grad():
        episode = studied(network, items)
        episode.ended = Ended(torch.ones(3, dtype=torch.bool))
        episode = network.cue(episode)
        for responses in ([1, 2, 4], [4, 0, 4], [4, 4, 4]):
            given = torch.tensor(responses)
            episode = network.recalled_or_ended(episode, given, given == 4)
        found = network.judge(network.distract(episode, 2), probes)
        for row, responses in enumerate(([1], [2, 0], [])):
            alone = network.cue(studied(network, items[[row]]))
            for response in responses:
                alone = network.recalled(alone, torch.tensor([response]))
            expected = network.judge(network.distract(alone, 2), probes[[row]])[0]
            assert torch.allclose(found[row], expected, rtol=1e-9)


def test_the_contract_holds_in_both_tests(both: Network) -> None:
    names = {each.name for each in check(both, pool=ItemPool.numbered(40))}
    assert "judgments of each item: all answers to two probes sum to one" in names
    assert "all recalls of a 4-item list sum to one" in names


def test_tests_are_named_together() -> None:
    assert TASKS["serial+recognition"].cues == ("forward",) and TASKS["serial+recognition"].probes == ("item",)
    assert Training(objective="recall+recognition").label == "dnc-recall+recognition"


_MANY = {"objective": "many-tasks"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lures": 9}, "lures=9 has no effect with response_set='list'"),
        ({"objective": "cued", "response_set": "pool"}, "response_set='pool' has no effect with objective='cued'"),
        ({"objective": "serial", "stop_credit": 0.1}, "stop_credit=0.1 has no effect with objective='serial'"),
        ({"objective": "n-grams", "vector_size": 8}, "vector_size=8 has no effect with objective='n-grams'"),
        ({"objective": "copy", "order": 4}, "order=4 has no effect with objective='copy'"),
        ({"objective": "copies"}, "objective='copies'"),
        (
            {**_MANY, "tasks": "recognition,cued", "response_set": "pool"},
            "response_set='pool' has no effect with .*tasks='recog",
        ),
        (
            {**_MANY, "tasks": "serial,cued", "stop_credit": 0.3},
            "stop_credit=0.3 .* it is for .* with recall among tasks",
        ),
        ({**_MANY, "tasks": "recall,serial", "directions": "forward"}, "directions='forward' .* with cued among tasks"),
        ({**_MANY, "tasks": "recall,serial", "longest_delay": 3}, "longest_delay=3 .* recognition or cued among tasks"),
        (
            {"network": "MemN2N", "hops": 1, "mixed": True, "iterations": 1},
            "MemN2N: mixed=True has no effect with hops=1",
        ),
    ],
)
def test_settings_that_do_not_apply(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Trainer(Training(**settings))


def test_settings_of_several_tasks_apply_where_one_of_them_has_them() -> None:
    many = {"objective": "many-tasks", "response_set": "pool", "longest_delay": 3}
    assert Training(**many, tasks="copy, recognition").longest_delay == 3
    assert Training(**many, tasks="backward,cued", directions="forward").directions == "forward"
    assert Training(**many, tasks="recall,cued", stop_credit=0.1).stop_credit == 0.1


def test_a_list_that_is_too_short_for_its_task() -> None:
    with pytest.raises(InputError, match="TwoHops: a length of 4 is below 5"):
        Trainer(Training(objective="two-hops", list_length=4, iterations=10))
