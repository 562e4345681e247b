"""Cores whose state grows with every step: the limit on memory, lists in parts, probes and cues."""

from typing import Any

import numpy as np
import pytest
import torch

from memsim import check, log_likelihood, simulate
from memsim.core.errors import InputError
from memsim.models.networks import network_steps
from memsim.models.networks.cores.driving import state_sizes
from memsim.models.networks.cores.recurrent import GRU
from memsim.models.networks.cores.transformer import Transformer
from memsim.models.networks.network_models import Network
from memsim.models.networks.network_steps import most_steps
from memsim.models.networks.recall_network import LOOKS, RecallNetwork
from memsim.models.networks.tasks import TASKS
from memsim.paradigms import FreeRecall
from memsim.training.inspection import show
from memsim.training.objectives import making
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

SIZES: dict[str, Any] = {"hidden": 8, "heads": 2, "width": 3}
MORE = 2 * 2 * 2 * 3 + 1
"""Keys and values of both heads of both layers, and an age, in each step."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """A small Transformer after a few iterations."""
    trainer = Trainer(
        Training(network="Transformer", vector_size=6, batch=8, iterations=20, first_length=2, list_length=4, **SIZES)
    )
    trainer.run(20)
    path = tmp_path_factory.mktemp("weights") / "transformer.safetensors"
    trainer.save(path)
    return Network(weights=str(path))


def test_sizes_of_states() -> None:
    assert state_sizes(Transformer(5, 4, **SIZES), 5) == (0, MORE)
    assert state_sizes(GRU(5, 4, hidden=7), 5) == (7, 0)
    network = RecallNetwork(6, Transformer, SIZES)
    assert network.state_size(10) == 10 * MORE


def test_trials_are_taken_in_parts_by_what_the_state_grows_to(
    trained: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = FreeRecall(list_length=4, inter_item_distraction=1.5, output_limit=5)
    steps = most_steps(task)
    assert steps == 4 + 3 * 2 + 1 + 5
    assert most_steps(FreeRecall(list_length=4)) == 4 + 1 + 8
    trials = task.trials(7, seed=1)
    whole = simulate(trained, trials, seed=2)
    likelihood = log_likelihood(trained, whole)
    monkeypatch.setattr(network_steps, "STATE_NUMBERS", 3 * steps * MORE + 1)
    assert trained.together(task) == 3
    parts = trained.begin(trials, np.random.default_rng())
    assert [len(part.items) for part in parts] == [3, 3, 1]
    assert np.array_equal(simulate(trained, trials, seed=2).positions, whole.positions)
    assert log_likelihood(trained, whole) == pytest.approx(likelihood, abs=1e-12)
    with pytest.raises(InputError, match="at most 3 lists can be watched at a time; there are 7"):
        trained.watch(whole)
    monkeypatch.setattr(network_steps, "STATE_NUMBERS", steps * MORE - 1)
    with pytest.raises(InputError, match=f"the state of the core Transformer grows to {steps * MORE:,} numbers"):
        simulate(trained, trials, seed=2)


def test_a_small_transformer_keeps_the_contract_of_models(trained: Network) -> None:
    assert check(trained)
    names = [*(f"layer{layer}_head{head}" for layer in (1, 2) for head in (1, 2)), "reading", "writing", "memory"]
    for name in names:
        for when in ("test", "study", "both"):
            lesioned = trained.replace(without=name, lesioned=when)
            assert simulate(lesioned, FreeRecall(list_length=3).trials(3), seed=1).positions.shape[0] == 3
    assert show(trained.replace(without="memory", lesioned="both"), FreeRecall(list_length=3)).axes
    with pytest.raises(InputError, match="'layer3_head1' is no part of the core Transformer"):
        trained.replace(without="layer3_head1")


@pytest.mark.parametrize(
    ("settings", "steps", "taken"),
    [
        ({"objective": "recall", "list_length": 10}, 22, 21),
        ({"objective": "serial", "list_length": 10}, 22, 21),
        ({"objective": "recognition", "list_length": 10, "longest_delay": 5}, 15 + LOOKS, 15 + LOOKS),
        ({"objective": "cued", "list_length": 10, "longest_delay": 5}, 15 + LOOKS, 10 + LOOKS),
        ({"objective": "copy", "list_length": 10}, 21, 21),
        ({"objective": "recall+recognition", "list_length": 10, "longest_delay": 5}, 27 + LOOKS, 26 + LOOKS),
    ],
)
def test_training_counts_all_steps_of_a_list(
    settings: dict[str, Any], steps: int, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(network="Transformer", vector_size=6, batch=3, first_length=10, **settings, **SIZES)
    generator = torch.Generator().manual_seed(0)
    objective = making.make_objective(training, generator, "cpu", None)
    assert objective.most_steps == steps
    counts = []
    steps_of: Any = objective.core._steps

    def counted(inputs: torch.Tensor, *others: Any) -> Any:
        counts.append(len(inputs))
        return steps_of(inputs, *others)

    monkeypatch.setattr(objective.core, "_steps", counted)
    monkeypatch.setattr(objective, "up_to", lambda longest, shortest=1: longest)
    objective.loss(10).backward()
    assert sum(counts) == taken <= steps
    monkeypatch.setattr(making, "STATE_NUMBERS", 3 * steps * MORE - 1)
    with pytest.raises(InputError, match=rf"the states of batch=3 lists are {3 * steps * MORE:,} numbers"):
        making.make_objective(training, generator, "cpu", None)


@pytest.mark.parametrize("network", ["Transformer", "DeltaRule", "FastWeights", "LRU"])
def test_probes_and_cues_are_steps_on_copies(network: str) -> None:
    torch.manual_seed(0)
    cls = Training(network=network).core()
    items = torch.randn(3, 4, 6).double()
    judging = RecallNetwork(6, cls, task=TASKS["recognition"]).double()
    episode = judging.begin(items)
    for position in range(4):
        episode = judging.study(episode, position)
    together = judging.judge(episode, items)
    alone = torch.cat([judging.judge(episode, items[:, [position]]) for position in range(4)], dim=1)
    assert torch.allclose(together, alone) and torch.allclose(judging.judge(episode, items), together)
    pairing = RecallNetwork(6, cls, task=TASKS["cued"]).double()
    episode = pairing.begin(items)
    for first in (0, 2):
        episode = pairing.study_pair(episode, first, first + 1)
    cues = torch.stack((items[:, ::2], torch.zeros_like(items[:, ::2])), dim=2)
    positions = torch.tensor([[0, 2]]).expand(3, -1)
    both = pairing.cue_items(episode, cues, positions)
    second = pairing.cue_items(episode, cues[:, 1:], positions[:, 1:])
    assert torch.allclose(both.logits[1::2], second.logits)
    both.logits[:, :-1].exp().sum().backward()
    assert all(weight.grad is None or weight.grad.isfinite().all() for weight in pairing.parameters())


def test_the_cache_grows_by_a_cell_with_each_step(trained: Network) -> None:
    seen = trained.watch(simulate(trained, FreeRecall(list_length=5).trials(4), seed=3))
    assert [step.weightings["read_layer_2"].shape[2] for step in seen] == list(range(1, len(seen) + 1))
