"""Agents on disk: weights with a record of how they were made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from memsim.core.code.provenance import versions
from memsim.core.errors import InputError
from memsim.core.parameters import build
from memsim.models.networks.cores.named_cores import core_of, find_core
from memsim.models.networks.weights import SUFFIX, load_weights, save_weights
from memsim.running.digests import source_digest
from memsim.training.reward.actor_critic import ActorCritic
from memsim.training.reward.settings import RewardTraining

OBJECTIVE = "reward"


def save_agent(trained: ActorCritic, path: str | Path) -> dict[str, Any]:
    """Write the weights of an agent and their record, which is returned.

    Raises
    ------
    InputError : the path does not end in ``.safetensors``, or the file cannot be written.
    """
    path, training = Path(path), trained.training
    if path.suffix != SUFFIX:
        raise InputError(f"path={str(path)!r} must end in {SUFFIX}")
    found = find_core(training.network)
    recall = trained.agent.recall
    record = {
        **found.record(),
        "objective": OBJECTIVE,
        "vector_size": training.features if recall is None else recall.vector_size,
        "config": training.checked_sizes(),
        "training": training.values(),
        "iterations": trained.iteration,
        "log": trained.log[-1:],
        "seconds": round(trained.seconds, 1),
        "source": source_digest(),
        "versions": versions(),
    }
    save_weights(path, trained.agent.state_dict(), record)
    return record


def load_agent(path: str | Path, network: str = "") -> ActorCritic:
    """The agent of a file, with its task; it can play, or be trained further with a new optimizer.

    Parameters
    ----------
    network : file and class of a core that a user wrote, whose code is then run.

    Raises
    ------
    InputError : the file holds no agent, or not one of this core.
    """
    tensors, record, _ = load_weights(str(path))
    if record["objective"] != OBJECTIVE or not isinstance(record.get("training"), dict):
        raise InputError(
            f"{path} holds weights of the objective {record['objective']}, and no agent; save_agent writes those"
        )
    core_of(record, str(path), network)
    values = {**record["training"], **({"network": network} if network else {}), "start": "", "warm_up": 0}
    loaded = ActorCritic(build(RewardTraining, values))
    loaded.agent.load_state_dict(tensors)
    loaded.iteration = int(record["iterations"])
    return loaded
