"""What is trained by reward, on which task, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from memsim.core.errors import InputError
from memsim.core.limits import SEED
from memsim.core.parameters import Parameterized, flag, parameter, text
from memsim.gym.registered import TASKS
from memsim.gym.task import Task
from memsim.models.networks.cores.declared_sizes import checked_sizes
from memsim.models.networks.cores.named_cores import find_core


@dataclass(frozen=True)
class RewardTraining(Parameterized):
    """Everything that a network trained by reward depends on.

    Raises
    ------
    InputError : a value out of its range, a size that the core lacks, a setting that the task lacks, or one that has
        no effect.
    UnknownNameError : there is no such task or core.
    """

    network: str = text("DNC", "the core: a registered name, or file.py:Class")
    sizes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """The sizes and options of the core that are not its defaults, by name."""
    task: str = text("value_directed_recall", "a task for reward")
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """The settings of the task that are not its defaults, by name."""
    start: str = text("", "weights of recall to begin with: a file, or the name of those that ship")
    warm_up: int = parameter(0, 0, 1_000_000, doc="iterations of recall without reward, before it is trained by reward")
    warm_up_rate: float = parameter(0.002, 0, 1, doc="learning rate of these")
    flush: bool = flag(False, "whether the controller is emptied between study and test, so that memory alone is left")
    discount: float = parameter(1.0, 0, 1, symbol="δ", doc="of the reward of the next step")
    entropy: float = parameter(0.01, 0, 10, doc="worth of a nat of entropy of the choice")
    critic: float = parameter(0.5, 0, 100, doc="weight of the squared error of the critic")
    learning_rate: float = parameter(0.001, 0, 1, doc="of Adam, for the core")
    head_rate: float = parameter(0.01, 0, 1, doc="of Adam, for actor, critic and embedding, which begin from nothing")
    batch: int = parameter(64, 1, 10_000, unit="episodes", doc="episodes in an iteration")
    iterations: int = parameter(1500, 0, 10_000_000, doc="steps of the optimizer by reward")
    gradient_clip: float = parameter(10.0, 0, None, doc="largest norm of a gradient")
    features: int = parameter(16, 1, 1024, doc="outputs of the core in tasks without reports of items")
    linear_items: bool = flag(False, "whether actions that report items are linear, too, beside cosines of the output")
    seed: int = parameter(0, 0, SEED, doc="of first weights, episodes and choices")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.checked_sizes()
        task = self.made_task()
        if task.item_vectors is None and (self.start or self.warm_up):
            raise InputError(
                f"RewardTraining: start={self.start!r} and warm_up={self.warm_up} are of recall, and {self.task} has "
                "no items to report; leave them out"
            )
        if self.linear_items and task.item_vectors is None:
            raise InputError(
                f"RewardTraining: linear_items=True has no effect in {self.task}, which has no items; leave it out"
            )
        if self.flush and not task.test_from:
            raise InputError(
                f"RewardTraining: flush=True has no effect in {self.task}, which has no study; leave it out"
            )

    def made_task(self) -> Task:
        """The task."""
        made: Task = TASKS.build(self.task, self.settings)
        return made

    def core(self) -> type[Any]:
        """The class of cores."""
        return find_core(self.network).cls

    def checked_sizes(self) -> dict[str, Any]:
        """All sizes of the core."""
        return checked_sizes(self.core(), self.sizes)

    def values(self) -> dict[str, Any]:
        """All settings, those of core and task included."""
        return {**super().values(), "sizes": dict(self.sizes), "settings": dict(self.settings)}
