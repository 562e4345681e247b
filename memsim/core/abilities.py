"""Which tests a model has an account of."""

from __future__ import annotations

from typing import Any

from memsim.core.errors import ModelError
from memsim.core.model import MemoryModel
from memsim.core.trials import Paradigm, Trials

LISTS = "probes that ask about one list among several (ask about all that was studied: about = -1)"
TIMES = (
    "how long each item is studied, where times differ (strengthen items by repetitions instead, as in "
    "Recognition(strengthening='massed'))"
)


def lacks(model: Any, task: Paradigm | Trials) -> str:
    """What in this task the model has no account of, in words; empty if it can do the task.

    Of ``Trials``, the probes themselves decide whether they ask about single lists.
    """
    paradigm = task.paradigm if isinstance(task, Trials) else task
    cues: Any = model.cues
    if paradigm.cue and paradigm.cue not in cues:
        known = ", ".join(map(repr, cues)) or "none"
        return f"this task, which begins with the cue {paradigm.cue!r} (it has an account of the cues: {known})"
    judges: Any = getattr(model, "probes", ())
    if paradigm.judged and paradigm.judged not in judges:
        known = ", ".join(judges) or "nothing"
        return f"judgments of each {paradigm.judged} (it judges: {known})"
    takes_pairs = getattr(model, "study_pair", MemoryModel.study_pair)
    takes_pairs = getattr(takes_pairs, "__func__", takes_pairs)
    if takes_pairs is MemoryModel.study_pair and paradigm.studies_pairs:
        return "the study of pairs"
    return lacks_lists_or_time(model, task)


def lacks_lists_or_time(model: Any, task: Paradigm | Trials) -> str:
    """As :func:`lacks`, of questions about single lists and of study time alone.

    Nothing in the steps of a model would show that it ignores them; a cue that it does not know, its own steps refuse.
    """
    if task.asks_about_lists and not getattr(model, "answers_about_lists", False):
        return LISTS
    paradigm = task.paradigm if isinstance(task, Trials) else task
    return TIMES if paradigm.varies_study_time and not model.reads_study_time else ""


def require_ability(model: Any, task: Paradigm | Trials) -> None:
    """Raise :class:`ModelError` unless the model has an account of all that happens in this task."""
    _require_nothing(lacks(model, task), model, task)


def require_lists_and_time(model: Any, task: Paradigm | Trials) -> None:
    """Raise :class:`ModelError` if the task asks about single lists, or varies study times, which the model ignores."""
    _require_nothing(lacks_lists_or_time(model, task), model, task)


def _require_nothing(missing: str, model: Any, task: Paradigm | Trials) -> None:
    if missing:
        paradigm = task.paradigm if isinstance(task, Trials) else task
        raise ModelError(
            f"{type(model).__name__} has no account of {missing}; {type(paradigm).__name__} needs it, so choose "
            "another model or task (a model declares what it can do in its class: cues, probes, answers_about_lists, "
            "reads_study_time)"
        )
