"""The models by name."""

from __future__ import annotations

from memsim.core.position_model import Model
from memsim.core.registry import Registry

MODELS: Registry[type[Model]] = Registry(
    "model",
    "memsim.models",
    {
        "CMR": "memsim.models.context.cmr:CMR",
        "SAM": "memsim.models.sam.model:SAM",
        "SIMPLE": "memsim.models.position.simple:SIMPLE",
        "TCM": "memsim.models.context.tcm:TCM",
        "TCMA": "memsim.models.context.tcma:TCMA",
        "DNC": "memsim.models.networks.network_models:DNC",
        "DNCPeople": "memsim.models.networks.network_models:DNCPeople",
        "LSTM": "memsim.models.networks.network_models:LSTM",
        "DNCSerial": "memsim.models.networks.network_models:DNCSerial",
        "LSTMSerial": "memsim.models.networks.network_models:LSTMSerial",
        "Strength": "memsim.models.baselines.strength:Strength",
        "Chaining": "memsim.models.serial.chaining:Chaining",
        "StartEnd": "memsim.models.serial.start_end:StartEnd",
        "Primacy": "memsim.models.serial.primacy:Primacy",
        "Perturbation": "memsim.models.serial.perturbation:Perturbation",
        "Uniform": "memsim.models.baselines.uniform:Uniform",
    },
)


def models_for(cue: str, *, baselines: bool = False) -> list[str]:
    """Names of the registered models that have an account of tests with this cue, and of yardsticks if asked for."""
    return [
        name for name in MODELS.names() if cue in (cls := MODELS.get(name)).cues and (baselines or not cls.baseline)
    ]
