"""What the table of cores holds, and how much is trained for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from memsim.core.errors import InputError
from memsim.core.listed_options import known_names, numbers_in, parts_of_text
from memsim.core.parameters import Parameterized, choice, parameter, text
from memsim.models.networks.cores.named_cores import canonical
from memsim.models.networks.cores.registered import CORES

PARAMETERS, STATE = "parameters", "state"
"""What is equal: the number of trained numbers, or the numbers in the state at the end of a trial."""
RECALL = "recall"
"""The task after which people are imitated."""
LURES = 50
"""Items that were not studied among the candidates."""
POOL: Mapping[str, Any] = {"response_set": "pool", "lures": LURES}
TASKS: Mapping[str, Mapping[str, Any]] = {
    RECALL: {"objective": "recall", "list_length": 16, **POOL},
    "serial": {"objective": "serial", "list_length": 8, **POOL},
    "recognition": {"objective": "recognition", "list_length": 8},
    "cued": {"objective": "cued", "list_length": 12},
    "copy": {"objective": "copy", "list_length": 10, "vector_size": 6},
    "long-copy": {"objective": "copy", "list_length": 20, "vector_size": 8},
    "noisy-recall": {"objective": "recall", "list_length": 8, **POOL},
}
"""Settings of training by task. Recall has lures among the candidates, without which guessing recalls more than half of
a list. Lists of 16 are those of the people with whom recall is compared; 20 vectors of 8 bits are more than 21,000
parameters of an LSTM hold. In noisy recall, each step adds noise to the controller."""
BEYOND_CONTROLLERS = ("long-copy", "noisy-recall")
"""The tasks that are meant to need external memory."""
NOISE: Mapping[str, float] = {"noisy-recall": 0.3}
"""The standard deviation of that noise, in the unit of the state."""
CRITERION: Mapping[str, float] = {
    "recall": 0.9, "serial": 0.9, "recognition": 0.9, "cued": 0.9, "copy": 0.99, "long-copy": 0.99,
    "noisy-recall": 0.9,
}  # fmt: skip
"""The share of right outputs that counts as learned; of bits, half are right by chance."""
TUNING = 100
"""Added to the first seed: the seed on which learning rates are chosen, which is never reported."""
MOST_SEEDS = 50


@dataclass(frozen=True)
class TableOptions(Parameterized):
    """What is run of the table.

    Raises
    ------
    InputError : a value out of its range, an unknown core or task, or a learning rate that is none.
    """

    cores: str = text("all", "cores, separated by commas, or all; also file.py:Class")
    tasks: str = text(",".join(TASKS), f"of {', '.join(TASKS)}, separated by commas")
    at: str = choice("both", (PARAMETERS, STATE, "both"), "what is equal between cores")
    state_tasks: str = text("recall,copy", "the tasks at equal state, of those of tasks")
    parameters_target: int = parameter(21_000, 500, 1_000_000, doc="parameters of every core")
    seeds: int = parameter(5, 1, MOST_SEEDS, doc="reported trainings of each core")
    rates: str = text("0.001,0.003,0.01", "learning rates to choose from, on a seed that is not reported")
    tuning: float = parameter(1 / 3, 0.001, 1, doc="share of the iterations by which a learning rate is chosen")
    iterations: int = parameter(1500, 1, 1_000_000, doc="of each training")
    batch: int = parameter(48, 1, 10_000, unit="lists", doc="lists in an iteration")
    lists: int = parameter(500, 10, 100_000, unit="lists", doc="simulated lists from which curves are")
    imitation: int = parameter(2000, 0, 1_000_000, doc="iterations of imitating people; 0 leaves it out")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.task_names, self.state_task_names  # noqa: B018  # raise
        if not all(0 < rate <= 1 for rate in self.rate_values):
            raise InputError(f"TableOptions: rates={self.rates!r} must be numbers above 0 and up to 1")
        if not self.conditions:
            raise InputError(
                f"TableOptions: at={self.at!r} with state_tasks={self.state_tasks!r} leaves nothing to run of "
                f"tasks={self.tasks!r}; let both name a task"
            )
        if len(set(self.core_names)) < len(self.core_names):
            raise InputError(f"TableOptions: cores={self.cores!r} names a core twice; name each once")

    @property
    def core_names(self) -> list[str]:
        """The cores, as they are kept."""
        return (
            list(CORES.names())
            if self.cores == "all"
            else [canonical(name) for name in parts_of_text(self.cores, "TableOptions: cores")]
        )

    @property
    def task_names(self) -> list[str]:
        """The tasks at equal numbers of parameters."""
        return known_names(self.tasks, "TableOptions: tasks", TASKS, "task")

    @property
    def state_task_names(self) -> list[str]:
        """The tasks at equal state, as far as they are among the tasks."""
        wanted = known_names(self.state_tasks, "TableOptions: state_tasks", TASKS, "task")
        return [task for task in wanted if task in self.task_names]

    @property
    def rate_values(self) -> list[float]:
        """The learning rates."""
        return numbers_in(self.rates, "TableOptions: rates")

    def tuned_for(self, iterations: int) -> int:
        """Iterations by which a learning rate is chosen, where a training has so many."""
        return max(1, round(self.tuning * iterations))

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """What is equal, and the task, of every part of the table."""
        found = [(PARAMETERS, task) for task in self.task_names] if self.at != STATE else []
        return found + ([(STATE, task) for task in self.state_task_names] if self.at != PARAMETERS else [])
