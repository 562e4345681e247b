"""The sizes and options of a core, as the signature of its constructor declares them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from memsim.core.errors import InputError, ModelError
from memsim.core.limits import NETWORK, NETWORK_SIZE
from memsim.core.names import closest, shown
from memsim.core.parameters import Parameter
from memsim.models.networks.cores.declarations import declared as declared_by


def sizes_of(core: type) -> tuple[Parameter, ...]:
    """The keyword arguments of the constructor of a core after the sizes of input and output.

    Raises
    ------
    ModelError : one of them has no default, or one that is no number, boolean or text.
    """
    constructor = inspect.getattr_static(core, "__init__")
    _, *declared = inspect.signature(constructor).parameters.values()
    kinds = inspect.Parameter
    if len(declared) < 2 or declared[1].kind not in (kinds.POSITIONAL_OR_KEYWORD, kinds.POSITIONAL_ONLY):
        raise ModelError(f"{core.__name__} must take input_size and output_size first: __init__(self, input_size, "
                         "output_size, *, hidden=64)")  # fmt: skip
    limits: Mapping[str, tuple[Any, ...]] = declared_by(core, "limits")
    if strangers := set(limits) - {each.name for each in declared[2:]}:
        raise ModelError(f"{core.__name__} has limits for {', '.join(sorted(strangers))}, which its constructor lacks")
    return tuple(_declared(core.__name__, each, limits.get(each.name, ())) for each in declared[2:])


def _declared(owner: str, argument: inspect.Parameter, limits: tuple[Any, ...]) -> Parameter:
    name, default = argument.name, argument.default
    if argument.kind in (argument.VAR_KEYWORD, argument.VAR_POSITIONAL):
        raise ModelError(f"{owner}: *{name} hides its sizes; name each with a default, as in hidden=64")
    if limits and not _fitting(default, limits):
        raise ModelError(
            f"{owner}: {name}={default!r} has the limits {shown(limits)}; give the lowest and the highest number, or "
            "the words that it may be, and no limits where it is true or false"
        )
    if isinstance(default, bool):
        return Parameter(name, default, flag=True)
    if isinstance(default, str):
        return Parameter(name, default, options=tuple(limits), text=not limits)
    if isinstance(default, int):
        low, high = limits or (min(1, default), NETWORK.get(name, NETWORK_SIZE))
        return Parameter(name, default, low, high, integer=True)
    if isinstance(default, float):
        low, high = limits or (None, None)
        return Parameter(name, default, low, high)
    raise ModelError(
        f"{owner}: the size {name} needs a default that is a whole number, a number, True or False, or a word, as in "
        f"{name}=64"
    )


def _fitting(default: Any, limits: tuple[Any, ...]) -> bool:
    """Whether limits are of the kind of a default: words for a word; for a number two ends, of which None is open."""
    if isinstance(default, str):
        return all(isinstance(each, str) for each in limits)
    ends = [each for each in limits if each is not None]
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in ends)
    return numbers and len(limits) == 2 and ends == sorted(ends) and not isinstance(default, bool)


def parsed_sizes(core: type, texts: Mapping[str, str]) -> dict[str, Any]:
    """Sizes from texts of the command line; those that the core does not declare stay texts."""
    declared = {each.name: each for each in sizes_of(core)}
    return {name: declared[name].parse(text) if name in declared else text for name, text in texts.items()}


def checked_sizes(core: type, given: Mapping[str, Any]) -> dict[str, int | float | bool | str]:
    """All sizes of a core: those that are given, and the defaults of the others.

    Raises
    ------
    InputError : a size that the core does not declare, or a value outside its range.
    """
    declared = {each.name: each for each in sizes_of(core)}
    for name in given:
        if name not in declared:
            have = ", ".join(f"{each.name}={each.default}" for each in declared.values()) or "none"
            raise InputError(f"{core.__name__} has no size {name!r}{closest(name, declared)} Its sizes are: {have}.")
    return {name: each.check(given.get(name, each.default), core.__name__) for name, each in declared.items()}
