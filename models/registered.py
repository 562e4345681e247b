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
        "LSTM": "memsim.models.networks.network_models:LSTM",
        "Strength": "memsim.models.baselines.strength:Strength",
        "Chaining": "memsim.models.serial.chaining:Chaining",
        "StartEnd": "memsim.models.serial.start_end:StartEnd",
        "Primacy": "memsim.models.serial.primacy:Primacy",
        "Perturbation": "memsim.models.serial.perturbation:Perturbation",
        "Uniform": "memsim.models.baselines.uniform:Uniform",
    },
)


def variants(name: str, cls: type[Model]) -> dict[str, Model]:
    """The models that a registered name stands for, by name or ``name:preset``.

    They are the class with its defaults and, where presets are models of their own, each preset.
    """
    presets = cls.presets if cls.presets_are_models else ()
    return {name: cls(), **{f"{name}:{preset}": cls.preset(preset) for preset in presets}}


def models_for(cue: str, *, baselines: bool = False) -> list[str]:
    """The registered models that have an account of tests with this cue, each as ``name`` or ``name:preset``.

    Baselines are among them only if asked for.
    """
    classes = {name: MODELS.get(name) for name in MODELS.names()}
    return [
        spec
        for name, cls in classes.items()
        if baselines or not cls.baseline
        for spec, model in variants(name, cls).items()
        if cue in model.cues
    ]
