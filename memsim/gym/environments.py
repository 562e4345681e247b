"""Tasks as environments of Gymnasium, one episode at a time or many: thin wrappers of batches in numpy."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from memsim.core.errors import InputError
from memsim.core.limits import require_counts
from memsim.gym.registered import TASKS
from memsim.gym.task import Task

try:
    import gymnasium
    from gymnasium.vector import AutoresetMode, VectorEnv
    from gymnasium.vector.utils import batch_space
except ImportError:  # the wrappers then say what to install
    gymnasium = None  # type: ignore[assignment, unused-ignore]

_Single: Any = object if gymnasium is None else gymnasium.Env
_Vector: Any = object if gymnasium is None else VectorEnv


def _task_of(task: str | Task, settings: dict[str, Any]) -> Task:
    """A task, or the one of that name with these settings."""
    if gymnasium is None:
        raise InputError("environments need gymnasium, which is not installed: pip install 'memsim[rl]'")
    if isinstance(task, Task):
        return task.replace(**settings) if settings else task
    return TASKS.build(task, settings)


def _spaces(task: Task) -> tuple[Any, Any]:
    observed = gymnasium.spaces.Box(-1.0, 1.0, (task.observation_size,), np.float32)
    return observed, gymnasium.spaces.Discrete(task.n_actions)


class TaskEnv(_Single):  # type: ignore[misc]
    """One episode at a time of a task, as ``gymnasium.Env``.

    Observations are a ``Box`` of numbers in [-1, 1], actions a ``Discrete``. ``info["action_mask"]`` holds 1 for each
    action that is of use, as int8; any other is a step in which nothing is done.

    Parameters
    ----------
    task : a task, or its name: ``"value_directed_recall"``, ``"value_directed_storage"``, ``"two_step"``.
    settings : of the task, by name.

    Raises
    ------
    InputError : gymnasium is not installed, or a setting is out of its range.
    UnknownNameError : there is no task of that name.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": []}

    def __init__(self, task: str | Task, render_mode: None = None, **settings: Any) -> None:
        self.task = _task_of(task, settings)
        self.render_mode = render_mode
        self.observation_space, self.action_space = _spaces(self.task)
        self._state: dict[str, Any] | None = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin a new episode: the observation, and ``action_mask``."""
        super().reset(seed=seed)
        self._state = self.task.start(1, self.np_random)
        return self.task.observe(self._state)[0], self._info()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take a step: observation, reward, whether the episode has ended, False (it is never cut off), and info."""
        if self._state is None:
            raise InputError("TaskEnv: there is no episode yet; call reset() before step()")
        (reward,) = self.task.step(self._state, np.array([action]), self.np_random)
        return self.task.observe(self._state)[0], float(reward), bool(self._state["done"][0]), False, self._info()

    def _info(self) -> dict[str, Any]:
        assert self._state is not None
        return {"action_mask": self.task.allowed(self._state)[0].astype(np.int8)}


class TaskVectorEnv(_Vector):  # type: ignore[misc]
    """Many episodes of a task side by side, as ``gymnasium.vector.VectorEnv``.

    An episode that has ended begins anew at the next step, whose action is not used and whose reward is 0
    (``AutoresetMode.NEXT_STEP``). ``info["action_mask"]`` is (num_envs, n_actions).

    Parameters
    ----------
    task, settings : as for :class:`TaskEnv`.
    num_envs : how many.

    Raises
    ------
    InputError, UnknownNameError : as for :class:`TaskEnv`, or ``num_envs`` is not a whole number above 0.
    """

    def __init__(self, task: str | Task, num_envs: int = 1, **settings: Any) -> None:
        require_counts("TaskVectorEnv", num_envs=num_envs)
        self.task = _task_of(task, settings)
        self.num_envs = num_envs
        self.metadata = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}
        self.single_observation_space, self.single_action_space = _spaces(self.task)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._state: dict[str, Any] | None = None

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin all episodes anew. All draw from one stream of random numbers, so ``seed`` is one number."""
        if isinstance(seed, list):
            raise InputError(
                f"TaskVectorEnv: seed={seed!r} must be one number, since all episodes draw from one stream"
            )
        super().reset(seed=seed)
        self._state = self.task.start(self.num_envs, self.np_random)
        return self.task.observe(self._state), self._info()

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take a step in each: observations, rewards, which have ended, which were cut off (none), and info."""
        if self._state is None:
            raise InputError("TaskVectorEnv: there are no episodes yet; call reset() before step()")
        ended = self._state["done"].copy()
        rewards = self.task.step(self._state, actions, self.np_random)
        self.task.restart(self._state, ended, self.np_random)
        done = self._state["done"].copy()
        return self.task.observe(self._state), rewards, done, np.zeros_like(done), self._info()

    def _info(self) -> dict[str, Any]:
        assert self._state is not None
        return {"action_mask": self.task.allowed(self._state).astype(np.int8)}


def environment_id(task: str) -> str:
    """The id under which Gymnasium knows a task: ``"memsim/TwoStep-v0"``."""
    return f"memsim/{TASKS.get(task).__name__}-v0"


def register_environments() -> None:
    """Make all tasks known to Gymnasium; importing this module does.

    ``gymnasium.make("memsim.gym.environments:memsim/TwoStep-v0")`` imports it first, and ``gymnasium.make_vec`` makes
    the batch.
    """
    for name in TASKS.names():
        gymnasium.register(
            environment_id(name), f"{__name__}:TaskEnv", kwargs={"task": name},
            vector_entry_point=f"{__name__}:TaskVectorEnv",
        )  # fmt: skip


if gymnasium is not None:
    register_environments()
