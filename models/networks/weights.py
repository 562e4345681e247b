"""Trained weights on disk: safetensors with a record of how they were made. Nothing is ever unpickled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from memsim.core.errors import InputError
from memsim.core.limits import NETWORK
from memsim.core.names import shown
from memsim.core.written_files import adopt, write_file

if TYPE_CHECKING:
    from torch import Tensor

SUFFIX = ".safetensors"


class WeightsHeader(NamedTuple):
    """How the weights of a file were made, and the checksum of the file."""

    record: dict[str, Any]
    sha256: str


class Weights(NamedTuple):
    """Tensors by name, how they were made, and the checksum of the file."""

    tensors: dict[str, Tensor]
    record: dict[str, Any]
    sha256: str


def find_weights(name: str) -> Path:
    """The file of ``name``: a path that ends in ``.safetensors``, or weights that ship with memsim.

    Raises
    ------
    InputError : there is no such file, or none ships under that name; the message lists those that do.
    """
    if name.endswith(SUFFIX):
        if not Path(name).is_file():
            raise InputError(f"there is no file {name}")
        return Path(name)
    shipped = Path(str(files("memsim.data") / "weights" / f"{name}{SUFFIX}"))
    if not shipped.is_file():
        known = sorted(path.name.removesuffix(SUFFIX) for path in shipped.parent.glob(f"*{SUFFIX}"))
        raise InputError(
            f"no weights {name!r} ship with memsim (there are: {', '.join(known) or 'none'}); "
            f"name a file that ends in {SUFFIX}"
        )
    return shipped


def read_header(name: str) -> WeightsHeader:
    """The record and the checksum of the weights ``name``, without torch; read again where the file has changed.

    Raises
    ------
    InputError : as :func:`load_weights` does.
    """
    path = find_weights(name)
    status = path.stat()
    return _header(path, (status.st_mtime_ns, status.st_ino, status.st_size))


@lru_cache(maxsize=64)
def _header(path: Path, version: tuple[int, int, int]) -> WeightsHeader:
    """The header of a file in this version: its time of change, which two writes may share, its inode and size."""
    record, _ = _read(path, framework="numpy", tensors=False)
    return WeightsHeader(record, hashlib.sha256(path.read_bytes()).hexdigest())


def load_weights(name: str) -> Weights:
    """The weights of a file, or those that ship under that name; see :func:`find_weights`.

    Raises
    ------
    InputError : the file is not safetensors, or has no record of how it was made.
    """
    path = find_weights(name)
    record, tensors = _read(path, framework="pt", tensors=True)
    return Weights(tensors, record, hashlib.sha256(path.read_bytes()).hexdigest())


def _read(path: Path, framework: str, *, tensors: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework=framework) as file:
            metadata = file.metadata() or {}
            found = {key: file.get_tensor(key) for key in file.keys()} if tensors else {}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, RuntimeError, TypeError) as error:
        raise InputError(f"{path} is not a safetensors file ({error}); memsim reads no other format") from error
    try:
        record = json.loads(metadata["memsim"])
    except (KeyError, ValueError, RecursionError):
        raise InputError(f"{path} holds no record of memsim: these are not weights that `memsim train` wrote") from None
    if not isinstance(record, dict) or not {"network", "objective", "vector_size", "config"} <= set(record):
        raise InputError(f"{path} has a record that does not say what network its weights are of; train it again")
    _require_sizes(path, record)
    return record, found


def _require_sizes(path: Path, record: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` for a network that memsim cannot have trained, before anything of its size is made."""
    config = record["config"]
    if not isinstance(config, dict) or not all(isinstance(record[name], str) for name in ("network", "objective")):
        raise InputError(f"{path} has a record that does not say what network its weights are of; train it again")
    for name, value in {**config, "vector_size": record["vector_size"]}.items():
        most = NETWORK.get(name)
        if most is None:
            known = name in ("layer_norm", "masked", "deallocate", "sharpened") and isinstance(value, bool)
        else:
            known = type(value) is int and (0 if name == "slots" else 1) <= value <= most
        if not known:
            size = f", a whole number up to {most:,}" if most else ""
            raise InputError(
                f"{path} has a record of a network with {shown(name)}={shown(value)}, which is no size or option of a "
                f"network that memsim trains{size}; use weights that `memsim train` wrote"
            )


def save_weights(path: Path, tensors: Mapping[str, Tensor], record: Mapping[str, Any]) -> None:
    """Write weights with their record; the file is whole or not there. Weights of memsim from elsewhere are replaced.

    Raises
    ------
    InputError : the file cannot be written, or one is there that memsim did not write.
    """
    from safetensors.torch import save_file

    if path.is_file() and not path.is_symlink():
        with suppress(InputError):
            _read(path, framework="numpy", tensors=False)
            adopt(path)
    kept = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    metadata = {"memsim": json.dumps(record, ensure_ascii=False)}
    write_file(path, lambda partial: save_file(kept, partial, metadata=metadata))
