"""Models as JSON records, and models built from such records without running any file that they name."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Mapping
from typing import Any

from memsim.core.code.user_code import code_of
from memsim.core.errors import InputError, MemsimWarning, UnknownNameError
from memsim.core.model import MemoryModel
from memsim.core.names import shown
from memsim.core.parameters import build
from memsim.core.position_model import Model, PositionModel
from memsim.models.lookup import find_model
from memsim.models.networks.network_models import Network
from memsim.models.registered import MODELS
from memsim.running.digests import digest
from memsim.running.store import require_json


def model_to_json(model: Model) -> dict[str, Any]:
    """The class of a model and what its constructor takes.

    Raises
    ------
    InputError : a field that JSON cannot hold.
    """
    cls = type(model)
    fields = {field.name: getattr(model, field.name) for field in dataclasses.fields(model) if field.init}
    require_json(fields, f"a fit of {cls.__name__} cannot be saved: a value")
    code = {"code": digest(model)} if code_of(cls) else {}
    return {"class": cls.__name__, "module": cls.__module__, "values": fields, **code}


def require_model_of_record(model: Any, who: str) -> None:
    """Raise :class:`InputError` unless ``model`` may be given to :func:`model_from_json`."""
    kinds = (MemoryModel, PositionModel)
    is_class = isinstance(model, type) and issubclass(model, kinds)
    if not (model is None or is_class or isinstance(model, (*kinds, str))):
        raise InputError(f"{who}: model={shown(model)} is no model; give its class, or its file or module as text")


def model_from_json(record: Mapping[str, Any], model: type[Model] | Model | str | None = None) -> Model:
    """The model of a record.

    Parameters
    ----------
    record : what :func:`model_to_json` returned.
    model : the class, which must have the name in the record, or what names it on the command line. If not given, the
        registered class of that name. For a network whose core a user wrote, the model itself, which names the file of
        the core.

    Raises
    ------
    InputError : the class is not registered and not given, is another class, or does not take the values; or a file
        that the model reads, such as the weights of a network, has changed.
    """
    name, values = record["class"], record["values"]
    if isinstance(model, str):
        model = find_model(model)[1]
    if isinstance(model, MemoryModel | PositionModel):
        cls, values = type(model), {**values, "core": model.core} if isinstance(model, Network) else values
    else:
        cls = _registered(name, record["module"]) if model is None else model
        if values.get("core") and issubclass(cls, Network):
            raise InputError(
                f"the record is of the core {shown(values['core'])}, whose code is run only where you name it; give "
                "the model itself, as in Fit.load(path, model=Network(weights=..., core=...))"
            )
    if cls.__name__ != name:
        raise InputError(f"the record is of the model {name}, not of {cls.__name__}")
    built = build(cls, values)
    if record.get("code", digest(built)) != digest(built):
        warnings.warn(
            f"the code of {name} is not that with which the fit was made; its estimates may be those of another model",
            MemsimWarning,
            stacklevel=4,
        )
    return built


def _registered(name: str, module: str) -> type[Model]:
    try:
        cls = Network if name == Network.__name__ else MODELS.get(name)
    except UnknownNameError:
        cls = None
    # A plug-in may share its name with a registered model.
    if cls is None or (cls.__module__.split(".")[0] != module.split(".")[0] and not MODELS.was_added(name)):
        raise InputError(
            f"{name} of the module {module} is not a registered model; give its class, Fit.load(path, model={name}), "
            f"or its file or module, model='mine.py:{name}'"
        )
    return cls
