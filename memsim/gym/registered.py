"""The tasks for reward by name."""

from __future__ import annotations

from memsim.core.code.registry import Registry
from memsim.gym.task import Task

TASKS: Registry[type[Task]] = Registry(
    "task for reward",
    "memsim.gym",
    {
        "value_directed_recall": "memsim.gym.free_recall:ValueDirectedRecall",
        "value_directed_storage": "memsim.gym.limited_store:ValueDirectedStorage",
        "two_step": "memsim.gym.two_stages:TwoStep",
    },
    Task,
    subclasses=True,
)
