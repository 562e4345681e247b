"""The fields of a MATLAB file, which a process of its own reads within limits of memory and time."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import numpy as np

from memsim.core.arrays import LabelArray
from memsim.core.errors import DataError, InputError
from memsim.data.formats.files import require_file

MEMORY = 4 * 2**30
"""Bytes of memory that reading one file may take; where the system has such limits."""
SECONDS = 120
"""Seconds that reading one file may take."""
CHILD = Path(__file__).with_name("mat_child.py")


class Unread(NamedTuple):
    """A field that holds something else than numbers or words."""

    what: str


def mat_fields(path: Path, variable: str | None) -> tuple[dict[str, LabelArray | Unread], list[str]]:
    """The fields of a struct in the file, and the names of all variables of the file.

    The file is read by another process of Python, since a corrupt file can crash the reader of scipy or make it take
    all memory. Matrices have numbers; cells of words or numbers become arrays of objects.

    Parameters
    ----------
    path : a file of MATLAB 4 to 7.2.
    variable : the struct; ``"data.full"`` is the field ``full`` of ``data``. ``None``: ``data``, if it is a struct, and
        otherwise the variables of the file.

    Raises
    ------
    InputError : no such file or variable.
    DataError : not a MATLAB file, one of version 7.3, a corrupt one, or one beyond :data:`MEMORY` or :data:`SECONDS`.
    """
    require_file(path)
    answer = _read(path, variable or "")
    line, _, rest = answer.partition(b"\n")
    header: Mapping[str, Any] = json.loads(line)
    if "refused" in header:
        _refuse(path, header["refused"], header["reason"])
    content = io.BytesIO(rest)
    n_arrays = sum("array" in each for each in header["fields"].values())
    arrays = [np.lib.format.read_array(content, allow_pickle=False) for _ in range(n_arrays)]
    return {name: _value(each, arrays) for name, each in header["fields"].items()}, header["holds"]


def _read(path: Path, variable: str) -> bytes:
    """What the program :mod:`memsim.data.formats.mat_child` answers."""
    # Without site, and with the paths of this process, Python starts faster and finds the same numpy and scipy.
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each), "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    }  # fmt: skip
    command = [sys.executable, "-S", "-P", str(CHILD), os.path.abspath(path), variable, str(MEMORY)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise DataError(f"{path} was not read within {SECONDS} s; it is corrupt, or too large") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read, since Python does not start ({error})") from None
    if done.returncode < 0:
        raise DataError(f"{path} is corrupt: reading it crashed (signal {-done.returncode}); save it again")
    if done.returncode or not done.stdout:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise DataError(f"{path} cannot be read ({' '.join(last)[:200] or f'status {done.returncode}'}); save it again")
    return done.stdout


def _refuse(path: Path, kind: str, reason: str) -> NoReturn:
    if kind == "version":
        raise DataError(
            f"{path} is a MATLAB file of version 7.3; load it in MATLAB or Octave and save it with save(..., '-v7')"
        )
    if kind == "variable":
        raise InputError(f"{path}: {reason}")
    if kind == "size":
        raise DataError(f"{path} is refused: {reason}, the limit for one file; save only the matrices of recalls")
    raise DataError(f"{path} is not a MATLAB file that can be read ({reason}); save it again with save(..., '-v7')")


def _value(described: Mapping[str, Any], arrays: list[LabelArray]) -> LabelArray | Unread:
    if "unread" in described:
        return Unread(described["unread"])
    if "array" in described:
        return arrays[described["array"]]
    cells = np.empty(len(described["cells"]), dtype=object)
    cells[:] = [cell.strip() if isinstance(cell, str) else cell for cell in described["cells"]]
    return cells.reshape(described["shape"])
