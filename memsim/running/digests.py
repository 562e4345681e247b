"""Content digests: one checksum for a model, a task, trials, recalls or any other value, by what it holds."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from memsim.core.code.own_sources import own_sources
from memsim.core.code.user_code import code_of
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.judgments import Judgments
from memsim.core.parameters import Parameterized
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm, Trials

_CONTENT = {
    ItemPool: ("labels", "features", "similarity", "categories"),
    Trials: ("items", "pool", "paradigm", "subject", "list", "source", "conditions", "session", "categories", "probes"),
    Judgments: ("trials", "ratings", "times", "recalls"),
    Recalls: ("trials", "positions", "stopped", "times", "intruders", "periods"),
}
"""The attributes of each class that count; the rest (seed, origin) records where a value came from."""
_LATER: dict[Any, tuple[str, ...]] = {Trials: ("session", "categories", "probes"), Recalls: ("periods",)}
"""Attributes that later versions added: where they are ``None``, digests are those of versions without them."""
_LATER_SETTINGS: dict[type, dict[str, Any]] = {Paradigm: {"initial_distraction": 0.0}}
"""Likewise settings, by the value with which nothing differs from versions without them."""


def digest(value: Any) -> str:
    """Compute the sha256 of what ``value`` holds.

    Equal contents have equal digests, in every process and on every machine.

    Parameters
    ----------
    value : anything that :func:`description` accepts.

    Returns
    -------
    str : 64 hexadecimal digits.

    Raises
    ------
    InputError : the content of ``value`` is not defined.
    """
    return hashlib.sha256(canonical(description(value)).encode(errors="surrogatepass")).hexdigest()


def canonical(value: Any) -> str:
    """``value`` as JSON in one form only: keys sorted, no blanks, numbers in full."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@cache
def source_digest() -> str:
    """The sha256 of memsim's own source code on this machine. Any edit changes it, unlike the version number."""
    total = hashlib.sha256()
    for name, path in sorted(own_sources()):
        total.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


_PLAIN = frozenset({str, int, float, bool, type(None)})
"""Types of which each value is its own description."""


def description(value: Any) -> Any:
    """The content of ``value`` as JSON, with arrays replaced by checksums; :func:`digest` is its sha256.

    Parameters
    ----------
    value : a model, a paradigm, an :class:`ItemPool`, :class:`Trials`, :class:`Recalls`, another dataclass, a data
        frame, an array, a number, text, ``None``, or lists and mappings of these. A model or a paradigm is described
        by its class and its values, a network by the checksum of its weights rather than the name of their file, and
        any other dataclass by its fields, except those declared with ``compare=False``. For a class from outside
        memsim the code counts too on which it and its bases run: see :func:`memsim.core.code.user_code.code_of`.

    Raises
    ------
    InputError : a value of another type.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, list | tuple):
        return [part if type(part) in _PLAIN else description(part) for part in value]
    if isinstance(value, Mapping):
        pairs = [[description(key), description(part)] for key, part in value.items()]
        return {"mapping": sorted(pairs, key=lambda pair: canonical(pair[0]))}
    if isinstance(value, np.ndarray):
        return _array(value)
    for kind, names in _CONTENT.items():
        if isinstance(value, kind):
            held = {name: getattr(value, name) for name in names}
            held = {name: part for name, part in held.items() if part is not None or name not in _LATER.get(kind, ())}
            return {"kind": kind.__name__, **{name: description(part) for name, part in held.items()}}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        cls: Any = type(value)
        return {"class": _class(cls), "values": description(_values(value))}
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(value, pandas.DataFrame):
        columns = [[str(name), _array(value[name].to_numpy())] for name in value.columns]
        return {"kind": "DataFrame", "columns": columns, "index": _array(value.index.to_numpy())}
    raise InputError(
        f"digest: the content of a {type(value).__name__} is not defined; give models, paradigms, recalls, other "
        "dataclasses, arrays, numbers, text, or lists and mappings of them"
    )


def _array(value: np.ndarray) -> Any:
    """The values of an array, whatever the width of their type and their order in memory."""
    if value.dtype.kind not in "biuf":
        return {"array": description(value.tolist()), "shape": list(value.shape)}
    wide = value.astype({"b": "|b1", "i": "<i8", "u": "<u8", "f": "<f8"}[value.dtype.kind], order="C")
    checksum = hashlib.sha256(wide.tobytes()).hexdigest()
    return {"array": checksum, "kind": value.dtype.kind, "shape": list(value.shape)}


def _values(value: Any) -> dict[str, Any]:
    """Fields and declared values by name; a file whose checksum is among them counts by its checksum alone."""
    found = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.compare}
    if isinstance(value, Parameterized):
        found |= value.values()
    for kind, settings in _LATER_SETTINGS.items():
        if isinstance(value, kind):
            found = {name: part for name, part in found.items() if name not in settings or part != settings[name]}
    return {name: part for name, part in found.items() if f"{name}_sha256" not in found}


def _class(cls: Any) -> Any:
    """The name of a class and, where it or a base comes from outside memsim, the code on which they run.

    The module's name does not count, since that of a file depends on its path.
    """
    code = [code for base in cls.__mro__ if (code := code_of(base))]
    return {"name": cls.__qualname__, "code": code} if code else f"{cls.__module__}.{cls.__qualname__}"
