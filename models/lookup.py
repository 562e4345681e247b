"""Models by name, or from a Python file."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

from memsim.core.errors import InputError, ModelError, UnknownNameError
from memsim.core.model import MemoryModel
from memsim.core.names import by_label, closest, normalized, shown
from memsim.core.parameters import build
from memsim.core.position_model import Model, PositionModel
from memsim.models.networks.cores.named_cores import NamedCore, cores_in, find_core, names_file, what_lacks
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.network_models import Network, network_with
from memsim.models.networks.weights import SUFFIX
from memsim.models.plugin_file import module_in
from memsim.models.registered import MODELS

Given: TypeAlias = Mapping[str, Any] | Sequence[Any] | Model | str
"""Models as a user gives them to a function that takes several; see :func:`labelled`."""


def find_model(spec: str) -> tuple[str, type[Model] | Model]:
    """The model that ``spec`` names.

    It is a registered name, ``name:preset``, ``file.py``, ``file.py:ClassName``, or ``module:ClassName`` of an
    installed module.

    For a network the preset may be a file of weights: ``DNC:mine.safetensors``, ``GRU:mine.safetensors``, and with a
    core that a user wrote ``mine.py:MyCore:mine.safetensors``.

    Returns
    -------
    tuple : The label and the class; the label is the registered name, or the class name. With a preset an instance
        takes the place of the class, and the label is ``name:preset``.

    Raises
    ------
    UnknownNameError, InputError : no model of that name, or no such preset.
    InputError : no such file or module, or no (or more than one) model in it.
    ModelError : the file cannot be run, or the module cannot be imported.
    """
    found = core_and_weights(spec)
    if found is not None and not {normalized(found.core)} & _models():
        network = network_with(found.weights, found.core) if found.core else Network(weights=found.weights)
        return network.label if found.core else spec, network
    if spec.endswith(SUFFIX) and ":" not in spec:
        raise InputError(f"{spec}: weights are named with the core that they are of, as in Network:{spec}")
    file = re.fullmatch(r"(?P<path>.+\.py)(:(?P<wanted>\w+))?", spec)
    if file is None:
        name, _, preset = spec.partition(":")
        if normalized(name) == "network" and not preset:
            return "Network", Network
        if preset and (module := _module(name)) is not None:
            return _from_module(module, preset)
        name = _canonical(name, preset)
        cls = MODELS.get(name)
        return (f"{name}:{preset}", cls.preset(preset)) if preset else (name, cls)
    return _from_file(Path(file["path"]), file["wanted"])


class CoreAndWeights(NamedTuple):
    """A core, and the file of its weights."""

    core: str
    """A registered name, or file and class; empty for whatever core the weights are of."""
    weights: str


def core_and_weights(spec: str) -> CoreAndWeights | None:
    """The core and the weights that ``spec`` names, as ``GRU:mine.safetensors``; ``None`` where it names none."""
    found = re.fullmatch(rf"(?P<core>.+\.py:\w+|\w[\w.+-]*):(?P<weights>.+{re.escape(SUFFIX)})", spec)
    if found is None:
        return None
    name = "" if normalized(found["core"]) == "network" else found["core"]
    known = not name or names_file(name) or normalized(name) in _cores()
    return CoreAndWeights(name, found["weights"]) if known else None


def find_core_or_model(spec: str, sized: bool = False) -> tuple[str, NamedCore | type[Model] | Model]:
    """The core that ``spec`` names, as ``GRU`` or ``mine.py:MyCore``, or else what :func:`find_model` finds.

    A name of both, as ``DNC``, is the core if it has sizes (``sized``), else the model.
    """
    if names_file(spec):
        path, _, wanted = spec.rpartition(":")
        if wanted in cores_in(Path(path)):
            return spec, find_core(spec)
    elif ":" not in spec and spec.endswith(".py"):
        if len(cores := cores_in(Path(spec))) == 1 and not _models_in(Path(spec), None):
            return f"{spec}:{cores[0]}", find_core(f"{spec}:{cores[0]}")
    elif normalized(spec) in _cores() - (set() if sized else _models()):
        return CORES.canonical(spec), find_core(spec)
    return find_model(spec)


def _models() -> set[str]:
    return {normalized(name) for name in MODELS.names()}


def _cores() -> set[str]:
    return {normalized(name) for name in CORES.names()}


def build_model(spec: str, values: Mapping[str, Any] | None = None) -> Model:
    """An instance of the model that ``spec`` names, with these values in place of its own.

    Raises
    ------
    UnknownNameError, InputError, ModelError : as :func:`find_model`, and for a value that the model does not take.
    """
    _, found = find_model(spec)
    return build(found, dict(values or {})) if isinstance(found, type) else found.replace(**(values or {}))


def given_model(model: Model | str) -> Model:
    """A model as a user gives it: an instance, or what names one.

    Raises
    ------
    InputError : a class, or something else.
    UnknownNameError, ModelError : as :func:`find_model`.
    """
    if isinstance(model, str):
        return build_model(model)
    if isinstance(model, type):
        raise InputError(f"{model.__name__} is a class; pass an instance, {model.__name__}()")
    if not isinstance(model, MemoryModel | PositionModel):
        raise InputError(f"{shown(model)} is no model; pass an instance, as TCM(), or a name, as 'TCM'")
    return model


def labelled(models: Given, who: str) -> dict[str, Any]:
    """Models by label, from what a user gives: a mapping, or one or several models or names.

    Without labels, models are called by their classes, and names as they are registered.

    Raises
    ------
    InputError : nothing, two of one label, or a label that is none (:func:`memsim.core.names.by_label`). ``who`` is
        the function, for messages.
    """
    if isinstance(models, Mapping):
        found = by_label(models, who)
    else:
        several = list(models) if isinstance(models, Sequence) and not isinstance(models, str) else [models]
        labels = [
            find_model(each)[0] if isinstance(each, str) else type(getattr(each, "model", each)).__name__
            for each in several
        ]
        if twice := [label for label, n in Counter(labels).items() if n > 1]:
            raise InputError(
                f"{who}: {labels.count(twice[0])} models are called {twice[0]}; give labels, as in "
                f'{{"{twice[0]}, slow": {twice[0]}(...), "{twice[0]}, fast": {twice[0]}(...)}}'
            )
        found = dict(zip(labels, several, strict=True))
    if not found:
        raise InputError(f"{who}: there are no models; give one or more, as in [TCM(), CMR()] or {{'mine': TCM()}}")
    return found


def _from_file(path: Path, wanted: str | None) -> tuple[str, type[Model]]:
    found = _models_in(path, wanted)
    if len(found) != 1:
        have = ", ".join(_models_in(path, None)) or "none"
        what = f"{path} must hold one model{f' {wanted}' if wanted else ''}, it holds {have}"
        raise InputError(f"{what}{_what_was_meant(path, wanted)}")
    return next(iter(found.items()))


def _what_was_meant(path: Path, wanted: str | None) -> str:
    """The end of a message that a file holds no model ``wanted``, or not one: what it holds, and how that is named."""
    models, cores = list(_models_in(path, None)), cores_in(path)
    given = getattr(module_in(path), wanted, None) if wanted else None
    if wanted and inspect.isclass(given):
        return f"; {wanted} {_why_no_model(given, f'{path}:{wanted}')}"
    if wanted and (hint := closest(wanted, [*models, *cores])) != ".":
        return hint
    also = f"; its cores of networks are {', '.join(cores)}, named as {path}:{cores[0]}" if cores else ""
    fix = f"name one as {path}:ClassName" if models else "define a subclass of memsim.MemoryModel in it"
    return also or f"; {fix}"


def _why_no_model(given: type, spec: str) -> str:
    """What is wrong with a class that is to be a model of its own file."""
    if issubclass(given, MemoryModel | PositionModel):
        if missing := sorted(getattr(given, "__abstractmethods__", ())):
            return f"has no {', no '.join(missing)}; define them"
        return "is imported there, and not defined; name it as it is named elsewhere"
    if lacks := what_lacks(given):
        return f"is no subclass of memsim.MemoryModel, nor a core of a network: {lacks}"
    return f"is no subclass of memsim.MemoryModel; as a core it is named {spec}:WEIGHTS{SUFFIX}"


def _module(name: str) -> ModuleType | None:
    """The module of this name, unless a model has it too; None where there is none."""
    if normalized(name) in _models() or not _can_be_module(name):
        return None
    if name in sys.modules:
        return sys.modules[name]
    try:
        return importlib.import_module(name) if importlib.util.find_spec(name) is not None else None
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and f"{name}.".startswith(f"{error.name}."):
            return None  # it, or the package that it would be in; and not a module that it imports
        raise ModelError(f"the module {name} cannot be imported: {type(error).__name__}: {error}") from error


def _can_be_module(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def _canonical(name: str, wanted: str) -> str:
    """The registered name of a model; where there is none, ``name:wanted`` may be meant as a module and a class."""
    try:
        return MODELS.canonical(name)
    except UnknownNameError as error:
        if normalized(name) in _cores():
            core = CORES.canonical(name)
            raise UnknownNameError(
                f"there is no model {core!r}: it is a core, and with weights a model, named as {core}:FILE{SUFFIX}; "
                f"make them by memsim train {core}"
            ) from None
        if not wanted or not _can_be_module(name):
            raise
        module = f"there is no module {name!r} that can be imported"
        fix = f"install it, start Python in the folder in which it is, or give its file, as in mine.py:{wanted}"
        said = f"{module}; {fix}" if "." in name else f"{error} And {module}; {fix}"
        raise UnknownNameError(said) from None


def _from_module(module: ModuleType, wanted: str) -> tuple[str, type[Model]]:
    found = getattr(module, wanted, None)
    if not (inspect.isclass(found) and issubclass(found, MemoryModel | PositionModel)):
        known = [
            name
            for name, value in vars(module).items()
            if inspect.isclass(value) and issubclass(value, MemoryModel | PositionModel)
        ]
        raise InputError(f"{module.__name__} has no model {wanted!r}{closest(wanted, known)}")
    return wanted, found


def _models_in(path: Path, wanted: str | None) -> dict[str, type[Model]]:
    module = module_in(path)
    return {
        label: value
        for label, value in vars(module).items()
        if inspect.isclass(value)
        and issubclass(value, MemoryModel | PositionModel)
        and value.__module__ == module.__name__
        and not inspect.isabstract(value)
        and wanted in (None, label)
    }
