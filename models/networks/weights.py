"""Trained weights on disk: safetensors with a record of how they were made. Nothing is ever unpickled."""

from __future__ import annotations

import hashlib
import json
import math
import re
import warnings
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from memsim.core.errors import DataError, InputError, MemsimError, MemsimWarning
from memsim.core.files.written_files import adopt, write_file
from memsim.core.limits import NETWORK
from memsim.core.names import shown

if TYPE_CHECKING:
    from torch import Tensor

SUFFIX = ".safetensors"
_CORE = re.compile(r"(\w[\w.+-]*|[^/\\]+\.py:\w+)")
"""The name of a core, or file and class of one."""
_SEAL = b'"sha256":"%s"'
_OPEN = _SEAL % (b"0" * 64)


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
    InputError, DataError : as :func:`load_weights` does.
    """
    path = find_weights(name)
    status = path.stat()
    return _header(path, (status.st_mtime_ns, status.st_ino, status.st_size))


@lru_cache(maxsize=64)
def _header(path: Path, version: tuple[int, int, int]) -> WeightsHeader:
    """The header of a file in this version: its time of change, which two writes may share, its inode and size."""
    record, _, sha256 = _read(path, framework="numpy", tensors=False)
    return WeightsHeader(record, sha256)


def load_weights(name: str) -> Weights:
    """The weights of a file, or those that ship under that name; see :func:`find_weights`.

    Raises
    ------
    InputError : the file is not safetensors, or has no record of how it was made.
    DataError : the file is damaged, cannot be read, or holds numbers that are not finite.
    """
    path = find_weights(name)
    record, tensors, sha256 = _read(path, framework="pt", tensors=True)
    broken = [each for each, found in tensors.items() if found.is_floating_point() and not found.isfinite().all()]
    if broken:
        raise DataError(f"{path} holds weights that are no finite numbers: {', '.join(broken)}; train it again")
    return Weights(tensors, record, sha256)


def is_whole(path: Path, otherwise: str) -> bool:
    """Whether the weights of a file can be used; if not, a warning says why, and what is done instead."""
    try:
        load_weights(str(path))
    except MemsimError as error:
        warnings.warn(f"{error}; {otherwise}", MemsimWarning, stacklevel=3)
        return False
    return True


def _read(path: Path, framework: str, *, tensors: bool) -> tuple[dict[str, Any], dict[str, Any], str]:
    from safetensors import SafetensorError, safe_open

    try:
        content = path.read_bytes()
        with safe_open(path, framework=framework) as file:
            metadata = file.metadata() or {}
            found = {key: file.get_tensor(key) for key in file.keys()} if tensors else {}  # noqa: SIM118
    except OSError as error:
        raise DataError(f"the weights {path} cannot be read: {error}") from error
    except (SafetensorError, ValueError, RuntimeError, TypeError) as error:
        raise InputError(f"{path} is not a safetensors file ({error}); memsim reads no other format") from error
    sha256 = hashlib.sha256(content).hexdigest()
    _require_whole(path, content, metadata, sha256)
    try:
        record = json.loads(metadata["memsim"])
    except (KeyError, ValueError, RecursionError):
        raise InputError(f"{path} holds no record of memsim: these are not weights that `memsim train` wrote") from None
    if not isinstance(record, dict) or not {"network", "objective", "vector_size", "config"} <= set(record):
        raise InputError(f"{path} has a record that does not say what network its weights are of; train it again")
    record = _as_today(record)
    _require_sizes(path, record)
    _require_history(path, record)
    return record, found, sha256


def _require_whole(path: Path, content: bytes, metadata: Mapping[str, str], sha256: str) -> None:
    """Compare the content of a file with the checksum in it or, for weights that ship, in the table beside them."""
    if "memsim" not in metadata or sha256 in _shipped():
        return
    if set(metadata) == {"memsim"} and path.resolve().parent != Path(str(files("memsim.data") / "weights")).resolve():
        warnings.warn(f"{path} holds no checksum, since an earlier memsim wrote it, so it is not known whether it is "
                      "whole", MemsimWarning, stacklevel=4)  # fmt: skip
        return
    opened = content.replace(_SEAL % metadata.get("sha256", "").encode(), _OPEN, 1)
    if set(metadata) != {"memsim", "sha256"} or hashlib.sha256(opened).hexdigest() != metadata["sha256"]:
        raise DataError(f"{path} is damaged: it does not have the checksum that it was written with; restore it, or "
                        "train it again")  # fmt: skip


@lru_cache(maxsize=1)
def _shipped() -> frozenset[str]:
    """The checksums of the weights that ship."""
    text = (files("memsim.data") / "weights" / "sha256.txt").read_text(encoding="ascii")
    return frozenset(re.findall(r"^[0-9a-f]{64}", text, re.MULTILINE))


def _require_sizes(path: Path, record: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` for a record that names no core, or whose sizes are no numbers, booleans or words.

    Which ranges they have, only the core says (:func:`memsim.models.networks.cores.declared_sizes.checked_sizes`), and
    no memory is taken for a network before it has.
    """
    config = record["config"]
    named = isinstance(record["network"], str) and _CORE.fullmatch(record["network"])
    if not isinstance(config, dict) or not named or not isinstance(record["objective"], str):
        raise InputError(f"{path} has a record that does not say what network its weights are of; train it again")
    most, size = NETWORK["vector_size"], record["vector_size"]
    if type(size) is not int or not 1 <= size <= most:
        raise InputError(
            f"{path} has a record of a network with vector_size={shown(size)}, which must be a whole number from 1 to "
            f"{most:,}; use weights that `memsim train` wrote"
        )
    for name, value in config.items():
        if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
            raise InputError(
                f"{path} has a record of a network with {shown(name)}={shown(value)}, which is no size or option of a "
                "core: those are finite numbers, true or false, and words; use weights that `memsim train` wrote"
            )


def _require_history(path: Path, record: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` where a record is malformed in what it says of people, code, a start or repeats."""
    people, start, modules = record.get("people"), record.get("start"), record.get("network_modules", {})
    sound = {
        "people": people is None or _are_people(people),
        "start": start is None or (isinstance(start, dict) and _are_all_people(start.get("people", []))),
        "repeats": isinstance(record.get("repeats", True), bool),
        "network_modules": isinstance(modules, dict) and all(isinstance(each, str) for each in modules.values()),
    }
    for name, is_sound in sound.items():
        if not is_sound:
            raise InputError(
                f"{path} has a malformed record: {name}={shown(record[name])} is not what `memsim train` writes; use "
                "weights that it wrote"
            )


def _are_all_people(value: Any) -> bool:
    return isinstance(value, list) and all(map(_are_people, value))


def _are_people(value: Any) -> bool:
    """Whether this names the subjects held out and, if any, those trained on, as records of weights do."""
    if not isinstance(value, dict) or not isinstance(value.get("held_out"), list):
        return False
    marks, details = value.get("trained_on", {}), value.get("details", {})
    return isinstance(details, dict) and isinstance(marks, dict) and all(isinstance(m, str) for m in marks.values())


def _as_today(record: dict[str, Any]) -> dict[str, Any]:
    """The record in the words of today: earlier ones call cores dnc and lstm, and an LSTM a memory of 0 slots."""
    network, config = record.get("network"), record.get("config")
    if network not in ("dnc", "lstm") or not isinstance(config, dict):
        return record
    if network == "dnc" and config.get("slots") != 0:
        return {**record, "network": "DNC"}
    controller = {name: value for name, value in config.items() if name not in ("slots", "width", "heads")}
    return {**record, "network": "LSTM", "config": controller}


def _as_json(value: Any) -> Any:
    """``value`` with ``None`` for numbers that are not finite."""
    if isinstance(value, Mapping):
        return {name: _as_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copies that share no memory, as files need them: weights may be tied, and each name keeps its own values."""
    from torch import contiguous_format

    return {name: each.detach().cpu().clone(memory_format=contiguous_format) for name, each in tensors.items()}


def save_weights(path: Path, tensors: Mapping[str, Tensor], record: Mapping[str, Any]) -> None:
    """Write weights with their record and a checksum over all of the file; the file is whole or not there.

    Numbers of the record that are not finite, which JSON does not have, become ``None``.

    Weights of memsim from elsewhere are replaced.

    Raises
    ------
    InputError : the file cannot be written, or one is there that memsim did not write.
    """
    from safetensors.torch import save

    if path.is_file() and not path.is_symlink():
        with suppress(MemsimError):
            _read(path, framework="numpy", tensors=False)
            adopt(path)
    content = save(
        apart(tensors),
        metadata={"memsim": json.dumps(_as_json(record), ensure_ascii=False, allow_nan=False), "sha256": "0" * 64},
    )
    content = content.replace(_OPEN, _SEAL % hashlib.sha256(content).hexdigest().encode(), 1)
    write_file(path, lambda partial: partial.write_bytes(content))
