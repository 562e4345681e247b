"""Lists that hold an item twice: who takes them declares it, and all others refuse them before any work."""

from __future__ import annotations

import inspect
from typing import Any

from memsim.core.errors import InputError
from memsim.core.events import BY_ITEM
from memsim.core.joint_recalls import JointTrials
from memsim.core.trials import Trials

DECLARATION = "takes_repeated_items"
"""The attribute of a model's class, or of the function of an analysis, that says whether it takes such lists."""
JUDGED = "judges_repeated_items"
"""The attribute of a model that takes such lists where items are judged or cue recall, and in no other task."""


def refusal_of_repeats(taker: Any, trials: Trials | JointTrials) -> str:
    """Why a model or an analysis does not take these lists, in one line; empty if it takes them.

    Parameters
    ----------
    taker : a model, or the function of an analysis. Without the attribute ``takes_repeated_items`` it takes no list
        that holds an item twice.
    trials : the lists.
    """
    if getattr(taker, DECLARATION, False) or not trials.repeated_items.any():
        return ""
    parts = trials.parts.values() if isinstance(trials, JointTrials) else [trials]
    without_order = all(part.paradigm.cue in ("", BY_ITEM) for part in parts if part.repeated_items.any())
    if without_order and getattr(taker, JUDGED, False):
        return ""
    is_function = inspect.isroutine(taker)
    name = taker.__name__ if is_function else type(taker).__name__
    module = (taker if is_function else type(taker)).__module__
    if module.startswith("memsim."):
        return trials.first_repeat(name)
    how = (
        "decorate its function with memsim.analysis.of_recalls(takes_repeated_items=True)"
        if is_function
        else "write takes_repeated_items = True in its class"
    )
    return f"{trials.first_repeat(name)}; if it handles such lists rightly, {how}"


def require_taken(taker: Any, trials: Trials | JointTrials) -> None:
    """Raise :class:`InputError` unless a model, or the function of an analysis, takes these lists."""
    if reason := refusal_of_repeats(taker, trials):
        raise InputError(reason)
