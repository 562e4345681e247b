"""Models by name, for the functions of this floor, which know no model: the package says how a name is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

M = TypeVar("M")
_FINDERS: list[Callable[[str], Any]] = []


def find_models_by(find: Callable[[str], Any]) -> None:
    """From now on, models are found by ``find``, which gives an instance, or an error of memsim for an unknown name."""
    _FINDERS[:] = [find]


def by_name(model: M | str) -> M:
    """The model of this name, or the model itself where it is no name.

    Raises
    ------
    UnknownNameError, InputError, ModelError : no model of this name; see :func:`memsim.models.lookup.find_model`.
    """
    if not isinstance(model, str):
        return model
    (find,) = _FINDERS
    found: M = find(model)
    return found
