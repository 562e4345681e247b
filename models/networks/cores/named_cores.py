"""A core by its name, or by the file and class in which a user wrote it."""

from __future__ import annotations

import hashlib
import inspect
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from memsim.core.code.user_code import files_of
from memsim.core.errors import InputError
from memsim.models.networks.cores.registered import CORES
from memsim.models.plugin_file import module_in

_FILE = re.compile(r"(?P<path>.+\.py):(?P<wanted>[^\W\d]\w*)")


class NamedCore(NamedTuple):
    """A class of cores, and what the record of weights says of it."""

    name: str
    """The registered name, or ``file.py:Class`` without the folder."""
    cls: type[Any]
    files: Mapping[str, str] = {}
    """The checksums of the files of code, by the names of modules, as
    :func:`memsim.core.code.user_code.files_of` gives them; empty for a core of memsim."""

    @property
    def sha256(self) -> str:
        """The checksum of the file that defines the core; empty for a core of memsim."""
        return self.files.get("", "")

    @property
    def code_sha256(self) -> str:
        """One checksum of all these files; empty for a core of memsim."""
        listed = "".join(f"{name} {sha256}\n" for name, sha256 in sorted(self.files.items()))
        return hashlib.sha256(listed.encode()).hexdigest() if self.files else ""

    def record(self) -> dict[str, Any]:
        """What the record of weights says of the core."""
        if not self.files:
            return {"network": self.name}
        modules = {name: sha256 for name, sha256 in self.files.items() if name}
        return {"network": self.name, "network_sha256": self.sha256, "network_modules": modules}

    def otherness(self, record: Mapping[str, Any]) -> str:
        """How the code differs from that of the ``record`` of weights, in words; empty where it is the same.

        Of a record that an earlier memsim wrote, only those files are compared that it names.
        """
        then, modules = record.get("network_sha256"), record.get("network_modules")
        if then is None and not names_file(record["network"]):
            return ""
        if then != self.sha256:
            return f"its checksum was {then}, and is {self.sha256 or 'none'}"
        now: Mapping[str, str] = self.record().get("network_modules", {})
        modules = now if modules is None else modules
        changed = sorted(name for name in {*modules, *now} if modules.get(name) != now.get(name))
        return f"of what it imports, {', '.join(changed)} changed" if changed else ""


def names_file(spec: str) -> bool:
    """Whether ``spec`` names a file and a class in it: ``mine.py:MyCore``."""
    return _FILE.fullmatch(spec) is not None


def canonical(spec: str) -> str:
    """``spec`` as it is kept: a registered name in its own spelling, a file and class as given."""
    return spec if names_file(spec) else CORES.canonical(spec)


def find_core(spec: str) -> NamedCore:
    """The core that ``spec`` names: a registered name, or ``file.py:Class``. The file is run.

    Raises
    ------
    UnknownNameError : no core of that name.
    InputError : no such file or class, or the class is no core.
    ModelError : the file, or the module of a plug-in, cannot be run.
    """
    found = _FILE.fullmatch(spec)
    if found is None:
        cls = _require_core(CORES.get(spec), spec)
        module = sys.modules.get(cls.__module__)
        return NamedCore(CORES.canonical(spec), cls, {} if module is None else files_of(module))
    path = Path(found["path"])
    module = module_in(path)
    if not hasattr(module, found["wanted"]):
        have = ", ".join(cores_in(path)) or "none"
        raise InputError(f"{path} has no core {found['wanted']}; its cores are: {have}")
    cls = _require_core(getattr(module, found["wanted"]), spec)
    return NamedCore(f"{path.name}:{found['wanted']}", cls, files_of(module))


def cores_in(path: Path) -> list[str]:
    """The names of the cores that a file defines. The file is run."""
    module = module_in(path)
    return [
        name for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__ and not what_lacks(value)
    ]  # fmt: skip


def core_of(record: Mapping[str, Any], weights: str, named: str = "") -> type[Any]:
    """The class of cores that the record of ``weights`` describes.

    Code in a file is run only where the user has ``named`` file and class. Code that is not memsim's must be the same
    as in training: its file, and the modules of the user's that this imports.

    Raises
    ------
    InputError : the record is of a core in a file that is not named, of another core than the one named, or of other
        code.
    """
    network: str = record["network"]
    if not names_file(network):
        if named and (names_file(named) or CORES.canonical(named) != network):
            raise InputError(f"the weights {weights!r} are of the core {network}, not {named}; leave core out")
        registered = find_core(network)
        _require_same_code(registered, record, weights)
        return registered.cls
    if not named:
        raise InputError(
            f"the weights {weights!r} are of the core {network}, whose code is run only where you name the file: "
            f"{network}:{weights}"
        )
    found = find_core(named) if names_file(named) else None
    if found is None or found.name.rpartition(":")[2] != network.rpartition(":")[2]:
        raise InputError(f"the weights {weights!r} are of the core {network}, not {named}; name that file and class")
    _require_same_code(found, record, weights)
    return found.cls


def require_kind(record: Mapping[str, Any], weights: str, kind: str) -> None:
    """Raise :class:`InputError` for weights of another core than the registered one that is called ``kind``."""
    if record["network"] != kind:
        raise InputError(
            f"the weights {weights!r} are of a network of kind {record['network']}, not {kind}; run them as "
            f"{record['network']}:{weights}"
        )


def _require_same_code(found: NamedCore, record: Mapping[str, Any], weights: str) -> None:
    if otherness := found.otherness(record):
        raise InputError(
            f"the weights {weights!r} were trained with another version of {record['network']}: {otherness}; take that "
            "version, or train again"
        )


def _require_core(value: Any, spec: str) -> type[Any]:
    lacking = what_lacks(value)
    if lacking:
        raise InputError(
            f"{spec} is no core: {lacking}; write a torch.nn.Module with start(batch) and step(inputs, state)"
        )
    return value


def what_lacks(value: Any) -> str:
    """What a value lacks to be a core; empty for a core."""
    from torch import nn

    if not inspect.isclass(value) or not issubclass(value, nn.Module):
        return "it is not a class of torch.nn.Module"
    missing = [name for name in ("start", "step") if not callable(getattr(value, name, None))]
    return f"it has no {' and no '.join(missing)}" if missing else ""
