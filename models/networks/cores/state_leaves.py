"""The state of a core as a nest of tensors: its leaves by path, and a function over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor

from memsim.core.errors import ModelError
from memsim.core.names import shown


def mapped(function: Callable[[Tensor], Tensor], state: Any) -> Any:
    """The same nest of tuples, NamedTuples, lists and dicts with ``function`` of each tensor; numbers and words stay.

    Raises
    ------
    ModelError : there is something else, in which tensors might hide.
    """
    if isinstance(state, Tensor):
        return function(state)
    if isinstance(state, dict):
        return {name: mapped(function, part) for name, part in state.items()}
    if isinstance(state, list):
        return [mapped(function, part) for part in state]
    if isinstance(state, tuple):
        parts = (mapped(function, part) for part in state)
        return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)
    if state is None or isinstance(state, bool | int | float | str):
        return state
    raise ModelError(
        f"the state holds {shown(state)}, which is neither a tensor nor a tuple, NamedTuple, list or dict of tensors; "
        "make it a tensor with the batch first, or keep it in self if it never changes"
    )


def changed_at(state: Any, path: str, function: Callable[[Tensor], Tensor]) -> Any:
    """The same nest, with ``function`` of each tensor at or below a dotted path; all else stays."""
    if not path:
        return mapped(function, state)
    name, _, rest = path.partition(".")
    parts = {key: changed_at(part, rest, function) if key == name else part for key, part in _children(state)}
    if isinstance(state, dict):
        return parts
    return type(state)(*parts.values()) if hasattr(state, "_fields") else type(state)(parts.values())


def leaves(state: Any) -> dict[str, Tensor]:
    """The tensors of a state by their dotted path: ``memory.usage``, ``controller.0.1``; ``""`` for a lone tensor."""
    return {path.removeprefix("."): leaf for path, leaf in _walk(state, "")}


def place(state: Any, path: str) -> Any:
    """What stands in a state at a dotted path: a tensor, or a nest of tensors.

    Raises
    ------
    ModelError : there is nothing at this path; the message lists the leaves.
    """
    found = state
    for name in path.split(".") if path else ():
        children = dict(_children(found))
        if name not in children:
            raise ModelError(f"the state has nothing at {path!r}; its leaves are {', '.join(leaves(state))}")
        found = children[name]
    return found


def size_of(state: Any) -> int:
    """How many numbers a state holds."""
    return sum(leaf.numel() for leaf in leaves(state).values())


def _children(state: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(state, dict):
        yield from ((str(name), part) for name, part in state.items())
    elif isinstance(state, tuple | list):
        yield from zip(getattr(state, "_fields", map(str, range(len(state)))), state, strict=True)


def _walk(state: Any, path: str) -> Iterator[tuple[str, Tensor]]:
    if isinstance(state, Tensor):
        yield path, state
    for name, part in _children(state):
        yield from _walk(part, f"{path}.{name}")
