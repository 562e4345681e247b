"""The tasks that a network is trained for by each objective; torch is not imported here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from memsim.core.errors import InputError
from memsim.core.names import closest, shown


class Task(NamedTuple):
    """What a network that was trained by an objective can do."""

    stream: str
    """What the objective adds to the name of the random stream."""
    cues: tuple[str, ...] = ()
    """The cues of recall."""
    probes: tuple[str, ...] = ()
    """What it judges."""
    pairs: bool = False
    """Whether it studies pairs."""
    feedback: bool = True
    """Whether a response is shown to it as it is given."""


TASKS = {
    "recall": Task("", ("free",)),
    "serial": Task("Serial", ("forward",)),
    "imitation": Task("People", ("free",)),
    "recognition": Task("Recognition", probes=("item",)),
    "cued": Task("Cued", ("item",), pairs=True),
    "recall+recognition": Task("RecallRecognition", ("free",), ("item",)),
    "serial+recognition": Task("SerialRecognition", ("forward",), ("item",)),
}
"""By objective, of networks that study items."""
MANY_TASKS = "many-tasks"
"""The objective of networks with several tasks, and a cue for each: an input that says which one it is."""
CUED_TASKS = {
    **{name: TASKS[name] for name in ("recall", "serial", "recognition", "cued")},
    "backward": Task("Backward", ("backward",)),
    "copy": Task("Copy", ("forward",), feedback=False),
}
"""The tasks that may have a cue. Copying is recall in the order of study by a network that is not shown its responses.
"""


def tasks_of(record: Mapping[str, Any]) -> tuple[Task, ...]:
    """The tasks of the network that the record of weights describes, in the order of their cues; one if it has none."""
    if record["objective"] == MANY_TASKS:
        return tuple(CUED_TASKS[name] for name in require_tasks(record.get("tasks")))
    return (TASKS[record["objective"]],)


def together(tasks: Sequence[Task]) -> Task:
    """All that a network with these tasks can do."""
    first, *further = tasks
    if not further:
        return first
    return Task(
        "ManyTasks",
        tuple(dict.fromkeys(cue for task in tasks for cue in task.cues)),
        tuple(dict.fromkeys(probe for task in tasks for probe in task.probes)),
        pairs=any(task.pairs for task in tasks),
    )


def require_tasks(names: Any) -> tuple[str, ...]:
    """The names of tasks, each of which may have a cue, in the order of their cues.

    Raises
    ------
    InputError : none, another name, or a name that occurs twice.
    """
    if not isinstance(names, list | tuple):
        raise InputError(f"tasks={shown(names)} must be names of tasks, as in ['recall', 'serial']")
    for name in names:
        if name not in CUED_TASKS:
            raise InputError(
                f"tasks: there is no task {shown(name)} that may have a cue{closest(str(name), CUED_TASKS)} There are: "
                f"{', '.join(CUED_TASKS)}."
            )
    if not names or len(set(names)) < len(names):
        raise InputError(f"tasks={', '.join(names)!r} must name at least one task, and each once")
    return tuple(names)
