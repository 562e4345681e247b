"""Models that a user makes known by name, for the length of a session."""

from __future__ import annotations

from typing import TypeVar

from memsim.core.errors import InputError
from memsim.core.model import MemoryModel
from memsim.core.position_model import PositionModel
from memsim.core.trials import Paradigm
from memsim.models.registered import MODELS
from memsim.paradigms.registered import PARADIGMS

Registered = TypeVar("Registered", bound=type)


def register(cls: Registered) -> Registered:
    """Make a model or a task of your own known by the name of its class, until Python ends.

    It can then be named wherever a name is taken, as in ``memsim.run("MyModel")``, and its fits are loaded without
    naming it. A class of the same name that was registered so before is replaced, as when a cell runs again. It may
    stand above a class as a decorator. A package makes its models known for good by entry points.

    Parameters
    ----------
    cls : a complete subclass of :class:`memsim.MemoryModel`, :class:`memsim.PositionModel` or :class:`memsim.Paradigm`.

    Returns
    -------
    type : the class.

    Raises
    ------
    InputError : something else, or the name of a model or task that is there for good.
    """
    if isinstance(cls, type) and issubclass(cls, Paradigm):
        PARADIGMS.add(cls.__name__, cls)
    elif isinstance(cls, type) and issubclass(cls, MemoryModel | PositionModel):
        MODELS.add(cls.__name__, cls)
    else:
        fix = "give the class itself, as in register(MyModel)"
        if callable(getattr(cls, "step", None)) and callable(getattr(cls, "start", None)):
            fix = "a core stands in a file, which its weights name: train('mine.py:MyCore')"
        raise InputError(f"register: {cls!r} is no class of a model or a task; {fix}")
    return cls
