"""The program that reads a MATLAB file in a process of its own, so that a malicious file harms no other.

It is run as a script, with the path, the variable and a limit of memory in bytes, and knows nothing of memsim. To
standard output it writes a line of JSON, then the arrays that the line announces, in the format of ``.npy``.
"""

from __future__ import annotations

import json
import sys
from typing import Any, BinaryIO

import numpy as np

MOST_VALUES = 50_000_000
"""The most numbers in all matrices together."""


class Refused(Exception):
    """The file cannot be used; the arguments are a kind of error and its reason."""


def main(path: str, variable: str, memory: int, output: BinaryIO) -> None:
    """Write the fields of ``variable`` in the file; without a variable, those of the struct ``data``, or of the file.

    Parameters
    ----------
    path : the file.
    variable : a struct, or a field of one, as in ``data.full``; may be empty.
    memory : bytes that this process may take.
    output : where to write.
    """
    _limit(memory)
    arrays: list[np.ndarray] = []
    try:
        try:
            fields, holds = _fields(path, variable)
            answer: dict[str, Any] = {
                "fields": {name: _described(value, arrays) for name, value in fields.items()}, "holds": holds,
            }  # fmt: skip
            if sum(array.size for array in arrays) > MOST_VALUES:
                raise Refused("size", f"its matrices hold more than {MOST_VALUES:,} numbers")
        except MemoryError:
            raise Refused("size", f"its content takes more than {memory / 2**30:g} GiB of memory") from None
    except Refused as refusal:
        answer, arrays = {"refused": refusal.args[0], "reason": refusal.args[1]}, []
    output.write(json.dumps(answer).encode() + b"\n")
    for array in arrays:
        np.lib.format.write_array(output, np.ascontiguousarray(array), allow_pickle=False)
    output.flush()


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, hard))


def _fields(path: str, variable: str) -> tuple[dict[str, Any], list[str]]:
    """What is to be read, by name, and the names of all variables of the file."""
    from scipy.io import loadmat

    try:
        found = loadmat(path, appendmat=False)
    except NotImplementedError:
        raise Refused("version", "") from None
    except MemoryError:
        raise
    except Exception as error:  # scipy raises errors of many types for corrupt files
        raise Refused("corrupt", f"{type(error).__name__}: {' '.join(str(error).split())[:200]}") from None
    fields = {name: value for name, value in found.items() if not name.startswith("__")}
    holds = list(fields)
    if not variable:
        return (_of_struct(fields["data"]) if _is_struct(fields.get("data")) else fields), holds
    for name in variable.split("."):
        if name not in fields:
            raise Refused("variable", f"there is no {variable!r} in it; it holds {', '.join(fields)} (give variable=)")
        if not _is_struct(fields[name]):
            raise Refused(
                "variable", f"{name!r} is not a single struct; name the struct with the matrices by variable="
            )
        fields = _of_struct(fields[name])
    return fields, holds


def _is_struct(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.names is not None and value.size == 1


def _of_struct(value: Any) -> dict[str, Any]:
    return {field: value.flat[0][field] for field in value.dtype.names}


def _described(value: Any, arrays: list[np.ndarray]) -> dict[str, Any]:
    """A field as JSON; a matrix of numbers is added to ``arrays``."""
    if type(value) is not np.ndarray:
        return {"unread": "a sparse matrix" if hasattr(value, "nnz") else f"a {type(value).__name__}"}
    if value.dtype.names is not None:
        return {"unread": "one struct" if value.size == 1 else "an array of structs"}
    if value.dtype.kind in "biuf":
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if value.dtype.kind == "U":
        return {"shape": value.shape, "cells": [str(text) for text in value.ravel()]}
    if value.dtype.kind != "O":
        return {"unread": "complex numbers" if value.dtype.kind == "c" else f"values of type {value.dtype}"}
    cells = []
    for cell in value.ravel():
        inner = np.asarray(cell)
        if inner.size == 0:
            cells.append("")
        elif inner.size > 1 or inner.dtype.kind not in "biufU":
            return {"unread": "cells that hold more than one word or number"}
        else:
            cells.append(inner.ravel()[0].item())
    return {"shape": value.shape, "cells": cells}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.stdout.buffer)
