"""How much of transfer is run, and the plans of training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from memsim.core.errors import InputError
from memsim.core.listed_options import numbers_in, parts_of_text
from memsim.core.parameters import Parameterized, parameter, text
from memsim.models.networks.tasks import require_tasks
from memsim.training.settings import Training

TUNING = 100
"""Added to the first seed: the seed on which the weight of the elastic penalty is chosen, which is never reported."""
TASKS = ("copy", "serial", "recall", "recognition")
LONGER = (8, 12, 20)
"""Items of the longer lists."""
SLOTS = 24
"""Of the DNC: more than the longest lists have items."""
LURES = 20
LONGEST_DELAY = 0
REPLAYED = 0.2
"""The share of batches from earlier tasks, of replay."""
JOINT, FORTH, BACK = "joint", "one after another", "the other way round"
REPLAY, ELASTIC, MODULES = "replay", "elastic weights", "modules"
REMEDIES = (REPLAY, ELASTIC, MODULES)
COGNITIVE = ("TCM", "CMR")


@dataclass(frozen=True)
class TransferOptions(Parameterized):
    """What is run of transfer.

    Raises
    ------
    InputError : a value out of its range, fewer than two tasks, or a task that no network can be cued for.
    """

    tasks: str = text(", ".join(TASKS), "the tasks in the order in which they are learned")
    seeds: int = parameter(5, 1, 50, doc="trainings of each kind, the random factor")
    iterations: int = parameter(400, 8, 1_000_000, doc="of each task; all of them together have as many for each")
    batch: int = parameter(32, 1, 10_000, unit="lists", doc="lists in an iteration")
    list_length: int = parameter(6, 2, 20, unit="items", doc="longest list of training")
    hidden: int = parameter(64, 8, 1000, unit="units", doc="of the DNC; the LSTM has as many parameters")
    learning_rate: float = parameter(0.01, 0, 1, doc="constant")
    every: int = parameter(25, 1, 100_000, unit="iterations", doc="between two measures of learning")
    lists: int = parameter(300, 10, 100_000, unit="lists", doc="by which a task is scored in the end")
    elastic: str = text(
        "100,1000,10000", "weights of the elastic penalty to choose from, on a seed that is not reported"
    )
    modules: int = parameter(8, 2, 64, doc="of the controller")
    people: int = parameter(
        20, 0, 10_000, doc="people of each task to whom models are fitted or who are held out; 0: no models"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(require_tasks(self.task_names)) < 2:
            raise InputError(f"TransferOptions: tasks={self.tasks!r} must be at least two tasks")
        if not all(weight > 0 for weight in self.weights):
            raise InputError(f"TransferOptions: elastic={self.elastic!r} must be numbers above 0")

    @property
    def task_names(self) -> list[str]:
        """The tasks in the order in which they are learned."""
        return parts_of_text(self.tasks, "TransferOptions: tasks")

    @property
    def weights(self) -> list[float]:
        """The weights of the elastic penalty."""
        return numbers_in(self.elastic, "TransferOptions: elastic")

    def training(self, sizes: Mapping[str, Any], plan: str, seed: int, **changes: Any) -> Training:
        """The settings of a training; ``plan`` is joint, or tasks with ``iterations`` each."""
        n_phases = len(self.task_names) if plan == JOINT else plan.count(",") + 1
        return Training(
            objective="many-tasks", tasks=",".join(self.task_names), plan=plan, seed=seed,
            first_length=self.list_length, list_length=self.list_length, response_set="pool", lures=LURES,
            longest_delay=LONGEST_DELAY, iterations=n_phases * self.iterations, batch=self.batch,
            learning_rate=self.learning_rate, schedule="constant", **sizes, **changes,
        )  # fmt: skip

    def plan_of(self, protocol: str) -> str:
        """The plan of a protocol."""
        if protocol == JOINT:
            return JOINT
        return ",".join(reversed(self.task_names) if protocol == BACK else self.task_names)
