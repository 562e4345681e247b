"""The objectives by name; torch is not imported here."""

from __future__ import annotations

from typing import Any

from memsim.core.code.registry import Registry

_TASKS = "memsim.training.sequence_tasks"
OBJECTIVES: Registry[type[Any]] = Registry(
    "objective",
    "memsim.objectives",
    {
        "recall": "memsim.training.objectives.lists:AnyOrder",
        "serial": "memsim.training.objectives.lists:InOrder",
        "imitation": "memsim.training.objectives.imitation:Imitation",
        "recognition": "memsim.training.objectives.lists:OldOrNew",
        "cued": "memsim.training.objectives.lists:ByCue",
        "recall+recognition": "memsim.training.objectives.both_tests:RecalledAndJudged",
        "serial+recognition": "memsim.training.objectives.both_tests:OrderedAndJudged",
        "many-tasks": "memsim.training.transfer.many_tasks:ManyTasks",
        "copy": f"{_TASKS}.copying:Copy",
        "repeat-copy": f"{_TASKS}.repeat_copying:RepeatCopy",
        "associative-recall": f"{_TASKS}.associations:AssociativeRecall",
        "n-grams": f"{_TASKS}.n_grams:NGrams",
        "priority-sort": f"{_TASKS}.priorities:PrioritySort",
        "one-shot": f"{_TASKS}.one_shot:OneShot",
        "two-hops": f"{_TASKS}.two_hops:TwoHops",
        "induction": f"{_TASKS}.inductions:Induction",
        "essay-copy": "memsim.training.objectives.essay:EssayObjective",
        "essay-recall": "memsim.training.objectives.essay:EssayRecallObjective",
    },
    subclasses=True,
)
"""Of a task of sequences, the entry is the task itself; ``sequence_objective`` makes an objective of it."""
