"""Networks that judge probes, and networks that recall the partner of a cue."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from memsim import ItemPool, Trials, check, log_likelihood, simulate
from memsim.core.errors import ModelError
from memsim.core.evidence import Logistic
from memsim.core.probes import Probes
from memsim.models.networks.cores import dnc
from memsim.models.networks.network_models import DNC, LSTM
from memsim.models.networks.network_steps import NetworkModel
from memsim.models.networks.recall_network import LOOKS, PROBE, Episode, RecallNetwork
from memsim.models.networks.tasks import TASKS
from memsim.paradigms import CuedRecall, FreeRecall, Recognition
from memsim.training.settings import Training
from memsim.training.trainer import Trainer
from tests.models.probed_tasks import after_study

CONFIG: dict[str, Any] = {"slots": 3, "width": 4, "heads": 1, "hidden": 8}
SMALL: dict[str, Any] = {
    "vector_size": 6, "slots": 5, "width": 5, "hidden": 20, "batch": 16, "iterations": 100, "first_length": 4,
    "list_length": 4,
}  # fmt: skip


def new_items(size: int = 16, n_items: int = 2000, seed: int = 11) -> ItemPool:
    """Items that no network was trained on, and that are not the items of a pool without features."""
    features = np.random.default_rng(seed).choice([-1.0, 1.0], (n_items, size))
    return ItemPool(np.arange(n_items), features)


def accuracy(model: NetworkModel, list_length: int, n_trials: int) -> float:
    """Share of probes, half of them old, that are judged rightly."""
    trials = Recognition(list_length=list_length).trials(n_trials, seed=1, pool=new_items())
    judgments = simulate(model, trials, seed=2)
    return float(np.mean((judgments.ratings == 2) == (trials.probe_kinds == "target")))


@pytest.fixture(scope="module", params=["recognition", "cued"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> DNC:
    """A small network after a hundred iterations."""
    trainer = Trainer(Training(objective=request.param, **SMALL))
    trainer.run(100)
    path = tmp_path_factory.mktemp("weights") / f"{request.param}.safetensors"
    trainer.save(path)
    return DNC(weights=str(path))


def studied(network: RecallNetwork, items: torch.Tensor) -> Episode:
    episode = network.begin(items)
    for position in range(items.shape[1]):
        episode = network.study(episode, position)
    return episode


def test_sizes_follow_from_the_task() -> None:
    sizes = {}
    for objective, task in TASKS.items():
        core = RecallNetwork(6, dnc.DNC, CONFIG, task=task).network
        sizes[objective] = (core.cells[0].input_size - 4, core.output_size)
    assert sizes == {
        "recall": (9, 7), "serial": (9, 7), "imitation": (9, 7), "recognition": (10, 8), "cued": (15, 7),
        "recall+recognition": (10, 8), "serial+recognition": (10, 8),
    }  # fmt: skip


def test_a_probe_is_a_step_on_a_copy() -> None:
    torch.manual_seed(0)
    network = RecallNetwork(6, dnc.DNC, CONFIG, task=TASKS["recognition"]).double()
    with torch.no_grad():
        items, probes = torch.randn((2, 5, 4, 6)).double().unbind()
        episode = studied(network, items)
        before = episode.state
        logits = network.judge(episode, probes)
        assert episode.state is before
        for index in range(4):
            assert torch.allclose(network.judge(episode, probes[:, [index]])[:, 0], logits[:, index])
        state = before
        for _ in range(LOOKS):
            flags = torch.zeros((5, 4)).double()
            flags[:, PROBE] = 1
            output, state, _ = network.network.step(torch.cat((probes[:, 0], flags), dim=1), state)
        assert torch.allclose(output[:, -1], logits[:, 0])


def test_a_cue_is_a_step_on_a_copy_and_is_not_its_own_response() -> None:
    torch.manual_seed(0)
    network = RecallNetwork(6, dnc.DNC, CONFIG, task=TASKS["cued"]).double()
    with torch.no_grad():
        items = torch.randn((5, 4, 6)).double()
        episode = network.study_pair(network.study_pair(network.begin(items), 0, 1), 2, 3)
        before = episode.state
        forward = torch.stack((items[:, 2], torch.zeros((5, 6))), dim=1)
        backward = forward.flip(1)
        positions = torch.tensor([[2, 2, 4]]).expand(5, 3)
        asked = network.cue_items(episode, torch.stack((forward, backward, forward), dim=1), positions)
        assert episode.state is before and episode.left is None
        logits = asked.logits.view(5, 3, 5)
        assert torch.isneginf(logits[:, :2, 2]).all() and torch.isfinite(logits[:, 2]).all()
        assert torch.allclose(logits[:, 0, [0, 1, 3, 4]], logits[:, 2, [0, 1, 3, 4]]), "only the cue is left out"
        assert not torch.allclose(logits[:, 0, 1], logits[:, 1, 1]), "the side of the cue matters"


def test_a_network_is_checked_in_the_task_that_it_was_trained_for(trained: DNC) -> None:
    checks = check(trained, pool=ItemPool.numbered(40))
    assert "all answers to two probes sum to one" in {each.name for each in checks} or trained.cues == ("item",)


def test_abilities(trained: DNC) -> None:
    assert (trained.cues, trained.probes) in (((), ("item",)), (("item",), ()))
    with pytest.raises(ModelError, match="no account of this task, which begins with the cue 'free'"):
        simulate(trained, FreeRecall(list_length=4).trials(2))
    other: Any = CuedRecall(list_length=4) if trained.probes else Recognition(list_length=4)
    with pytest.raises(ModelError, match="has no account of"):
        simulate(trained, other.trials(2))
    # Only parameters with an influence on the task are fitted.
    assert tuple(trained.fitted) == (
        ("criterion", "criterion_spacing") if trained.probes else ("choice_strength", "stop_bias")
    )


def test_no_probe_depends_on_another(trained: DNC) -> None:
    if not trained.probes:
        pytest.skip("a network that judges")
    trials = Recognition(list_length=4, ratings=6).trials(7, seed=3)
    assert trials.probes is not None
    judgments = simulate(trained, trials, seed=4)
    backward = replace(trials, probes=Probes(trials.probes.items[:, ::-1]))
    turned = replace(judgments, trials=backward, ratings=judgments.ratings[:, ::-1])
    assert np.allclose(log_likelihood(trained, judgments), log_likelihood(trained, turned), rtol=1e-10)
    evidence = trained.familiarity(after_study(trained, trials), trials.probe(0))
    assert isinstance(evidence, Logistic) and evidence.scale == 1
    odds = -np.log(1 / trained.ratings_of(evidence, 7, np.zeros(1))[:, 1] - 1)
    assert np.allclose(odds, evidence.mean, atol=1e-9)


def test_which_list_among_several_is_refused(trained: DNC) -> None:
    if not trained.probes:
        pytest.skip("a network that judges")
    trials = Recognition(list_length=4).trials(2)
    assert trials.probes is not None
    about = replace(trials.probes, about=np.zeros(trials.probes.items.shape[:2], dtype=int))
    asked: Trials = replace(trials, probes=about)
    with pytest.raises(ModelError, match="ask about one list among several"):
        simulate(trained, asked)


@pytest.mark.parametrize(("kind", "least"), [(DNC, 0.9), (LSTM, 0.55)])
def test_shipped_networks_recognise_items_that_they_have_never_seen(kind: type[NetworkModel], least: float) -> None:
    model = kind.preset("recognition")
    assert accuracy(model, 4, 100) > least
    assert accuracy(model, 12, 40) > least
