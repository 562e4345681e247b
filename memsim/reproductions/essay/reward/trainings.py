"""One training by reward, as a cell that can be kept: what the agent does before it, after it, and without memory."""

from __future__ import annotations

from typing import Any

from memsim.reproductions.essay.reward.circumstances import WHEN
from memsim.reproductions.essay.reward.options import ORDER, Condition
from memsim.reproductions.essay.reward.scores import AFTER, BEFORE, LESIONED
from memsim.running.execution import Cell
from memsim.training.reward.settings import RewardTraining


def condition_cell(condition: Condition, seed: int, n_trials: int) -> Cell:
    """The training of a condition with this seed."""
    training = condition.training.replace(seed=seed)
    arguments = {"training": training, "by_place": condition.part in (ORDER, WHEN), "n_trials": n_trials}
    return Cell(trained_by_reward, arguments, f"{condition.part}, {condition.name}, seed {seed}")


def trained_by_reward(training: RewardTraining, by_place: bool, n_trials: int) -> dict[str, Any]:
    """Train, and measure: ``seconds`` of the processor, ``log``, and measures by when they were taken.

    The memory is off at study and test in the last of them, which cores without a memory lack. Of a training that
    diverges there are only those before it, and ``diverged`` says how.
    """
    from memsim.core.errors import DivergenceError
    from memsim.models.networks.cores.driving import parts_of
    from memsim.training.reward.actor_critic import ActorCritic

    trainer = ActorCritic(training)
    found: dict[str, Any] = {BEFORE: _measured(trainer, n_trials, by_place)}
    try:
        trainer.run()
    except DivergenceError as error:
        found["diverged"] = str(error)
    found |= {"seconds": trainer.seconds, "log": [[line["iteration"], line["score"]] for line in trainer.log]}
    if "diverged" in found:
        return found
    found[AFTER] = _measured(trainer, n_trials, by_place)
    if "memory" in parts_of(trainer.agent.core):
        found[LESIONED] = _measured(trainer, n_trials, by_place, "memory")
    return found


def _measured(trainer: Any, n_trials: int, by_place: bool, *without: str) -> dict[str, Any]:
    from memsim.gym.limited_store import ValueDirectedStorage
    from memsim.gym.lists_for_reward import ListTask
    from memsim.reproductions.essay.reward.measures import list_measures, order_measures, step_measures
    from memsim.reproductions.essay.reward.when_to_store import position_measures

    rolled = trainer.played(n_trials, without=without)
    found: dict[str, Any] = {"score": float(rolled.scores.mean())}
    if isinstance(trainer.task, ListTask):
        found |= list_measures(trainer.task, rolled.state, rolled.chances)
        if by_place and isinstance(trainer.task, ValueDirectedStorage):
            found |= position_measures(rolled.state, rolled.chances)
        elif by_place:
            found |= order_measures(rolled.state, trainer.task.list_length)
        return found
    return {**found, **step_measures(rolled.state)}
