"""Tasks as a user gives them."""

from __future__ import annotations

from memsim.core.errors import InputError
from memsim.core.names import shown
from memsim.core.trials import Paradigm
from memsim.paradigms.free_recall import FreeRecall
from memsim.paradigms.registered import PARADIGMS


def given_paradigm(paradigm: Paradigm | str | None) -> Paradigm:
    """A task: an instance, a registered name for the task with its defaults, or ``None`` for free recall.

    Raises
    ------
    UnknownNameError : no such task.
    InputError : a class, or something else.
    """
    if paradigm is None:
        return FreeRecall()
    if isinstance(paradigm, str):
        task: Paradigm = PARADIGMS.build(paradigm, {})
        return task
    if isinstance(paradigm, type) and issubclass(paradigm, Paradigm):
        raise InputError(f"{paradigm.__name__} is a class; pass an instance, {paradigm.__name__}()")
    if not isinstance(paradigm, Paradigm):
        raise InputError(f"{shown(paradigm)} is no task; pass an instance, as FreeRecall(), or a name, 'free_recall'")
    return paradigm
