"""Content digests: one checksum of models, tasks, trials and recalls, by what they hold."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
import linecache
import os
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.parameters import Parameterized
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials

_CONTENT = {
    ItemPool: ("labels", "features", "similarity", "categories"),
    Trials: ("items", "pool", "paradigm", "subject", "list", "source", "conditions"),
    Recalls: ("trials", "positions", "stopped", "times", "intruders"),
}
"""What counts of each; seeds and origins, which say where it came from, do not count."""


def digest(value: Any) -> str:
    """The sha256 of what ``value`` holds: equal contents have equal digests, in every process and on every machine.

    Parameters
    ----------
    value : a model, a paradigm, an :class:`ItemPool`, :class:`Trials`, :class:`Recalls`, another dataclass, a data
        frame, an array, a number, text, ``None``, or lists and mappings of these. Of a model or a paradigm its class
        and its values count; of a network the checksum of its weights, whatever the file is called; of a class that is
        not memsim's own also the text of the file that defines it, and of those that define its bases.

    Returns
    -------
    str : 64 hexadecimal digits. Where the value came from (a seed, an origin) does not count.

    Raises
    ------
    InputError : something else, which has no content that is known.
    """
    return hashlib.sha256(canonical(_described(value)).encode()).hexdigest()


def canonical(value: Any) -> str:
    """``value`` as JSON in one form only: keys in order, no blanks, numbers in full."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@cache
def source_digest() -> str:
    """The sha256 of memsim's own code as it is on this machine; it changes with any edit, the version does not."""
    root = Path(__file__).parents[1]
    total = hashlib.sha256()
    for path in sorted(_sources(root)):
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    """Every module below ``root``, whose folders may be links."""
    for folder, _, files in os.walk(root, followlinks=True):
        yield from (Path(folder, name) for name in files if name.endswith(".py"))


def _described(value: Any) -> Any:
    """``value`` as JSON; what is not plain text, number or list is a mapping with its kind."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, list | tuple):
        return [_described(part) for part in value]
    if isinstance(value, Mapping):
        pairs = [[_described(key), _described(part)] for key, part in value.items()]
        return {"mapping": sorted(pairs, key=lambda pair: canonical(pair[0]))}
    if isinstance(value, np.ndarray):
        return _array(value)
    for kind, names in _CONTENT.items():
        if isinstance(value, kind):
            return {"kind": kind.__name__, **{name: _described(getattr(value, name)) for name in names}}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        cls: Any = type(value)
        return {"class": _class(cls), "values": _described(_values(value))}
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(value, pandas.DataFrame):
        columns = [[str(name), _array(value[name].to_numpy())] for name in value.columns]
        return {"kind": "DataFrame", "columns": columns, "index": _array(value.index.to_numpy())}
    raise InputError(
        f"digest: {type(value).__name__} has no content that memsim knows; give models, paradigms, recalls, arrays, "
        "numbers, text, or lists and mappings of them"
    )


def _array(value: np.ndarray) -> Any:
    """The values of an array, whatever the width of their type and their order in memory."""
    if value.dtype.kind not in "biuf":
        return {"array": _described(value.tolist()), "shape": list(value.shape)}
    wide = value.astype({"b": "|b1", "i": "<i8", "u": "<u8", "f": "<f8"}[value.dtype.kind], order="C")
    held = hashlib.sha256(wide.tobytes()).hexdigest()
    return {"array": held, "kind": value.dtype.kind, "shape": list(value.shape)}


def _values(value: Any) -> dict[str, Any]:
    """The fields, and what a model says its values are; a file whose checksum is among them counts by that alone."""
    found = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Parameterized):
        found |= value.values()
    return {name: part for name, part in found.items() if f"{name}_sha256" not in found}


@cache
def _class(cls: Any) -> Any:
    """The name of a class, and what defines it where that is not memsim or a library that memsim rests on."""
    own = [base for base in cls.__mro__ if base.__module__.split(".")[0] not in _KNOWN]
    name = f"{cls.__module__}.{cls.__qualname__}"
    return {"name": name, "source": [_source(base) for base in own]} if own else name


_KNOWN = {"memsim", *sys.stdlib_module_names} - {"__main__"}


def _source(cls: type) -> str:
    """The sha256 of the file that defines ``cls``; of its lines alone where they were typed in."""
    try:
        path = Path(inspect.getsourcefile(cls) or "")
        linecache.checkcache(str(path))
        text = path.read_bytes() if path.is_file() else inspect.getsource(cls).encode()
    except (OSError, TypeError) as error:
        raise InputError(
            f"digest: the code of {cls.__qualname__} is not to be found, so that its results could not be told from "
            "those of another version; put the class in a file"
        ) from error
    return hashlib.sha256(text).hexdigest()
