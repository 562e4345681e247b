"""Which tests a model has an account of."""

from __future__ import annotations

from typing import Any

from memsim.core.errors import ModelError
from memsim.core.events import StudyPair
from memsim.core.model import MemoryModel
from memsim.core.position_model import Model
from memsim.core.trials import Paradigm


def lacks(model: Model | type[Model], paradigm: Paradigm) -> str:
    """What in this task the model has no account of, in words; empty if it can do the task."""
    cues: Any = model.cues
    if paradigm.cue and paradigm.cue not in cues:
        known = ", ".join(map(repr, cues)) or "none"
        return f"recall with the cue {paradigm.cue!r} (it has an account of the cues: {known})"
    judges: Any = getattr(model, "probes", ())
    if paradigm.judged and paradigm.judged not in judges:
        known = ", ".join(judges) or "nothing"
        return f"judgments of each {paradigm.judged} (it judges: {known})"
    takes_pairs = getattr(model, "study_pair", MemoryModel.study_pair)
    takes_pairs = getattr(takes_pairs, "__func__", takes_pairs)
    if takes_pairs is MemoryModel.study_pair and any(isinstance(event, StudyPair) for event in paradigm.presentation()):
        return "the study of pairs"
    return ""


def require_ability(model: Model, paradigm: Paradigm) -> None:
    """Raise :class:`ModelError` unless the model has an account of all that happens in this task."""
    if missing := lacks(model, paradigm):
        raise ModelError(
            f"{type(model).__name__} has no account of {missing}, which {type(paradigm).__name__} needs; choose "
            "another model or task (a model declares what it can do in cues and probes)"
        )
