"""The models by name."""

from __future__ import annotations

from memsim.core.code.registry import Registry
from memsim.core.model import MemoryModel
from memsim.core.position_model import Model, PositionModel

MODELS: Registry[type[Model]] = Registry(
    "model",
    "memsim.models",
    {
        "CMR": "memsim.models.context.cmr:CMR",
        "CRU": "memsim.models.context.cru:CRU",
        "SAM": "memsim.models.sam.model:SAM",
        "SIMPLE": "memsim.models.position.simple:SIMPLE",
        "TCM": "memsim.models.context.tcm:TCM",
        "TCMA": "memsim.models.context.tcma:TCMA",
        "DNC": "memsim.models.networks.network_models:DNC",
        "LSTM": "memsim.models.networks.network_models:LSTM",
        "Strength": "memsim.models.baselines.fast_strength:Strength",
        "Chaining": "memsim.models.serial.chaining:Chaining",
        "StartEnd": "memsim.models.serial.start_end:StartEnd",
        "Primacy": "memsim.models.serial.primacy:Primacy",
        "Perturbation": "memsim.models.serial.perturbation:Perturbation",
        "DualProcess": "memsim.models.recognition.dual_process:DualProcess",
        "EqualVariance": "memsim.models.recognition.signal_detection:EqualVariance",
        "TwoHighThreshold": "memsim.models.recognition.two_high_threshold:TwoHighThreshold",
        "TwoStrengths": "memsim.models.recognition.two_strengths:TwoStrengths",
        "UnequalVariance": "memsim.models.recognition.signal_detection:UnequalVariance",
        "Uniform": "memsim.models.baselines.uniform:Uniform",
    },
    (MemoryModel, PositionModel),
    subclasses=True,
)


def variants(name: str, cls: type[Model]) -> dict[str, Model]:
    """The models that a registered name stands for, by name or ``name:preset``.

    They are the class with its defaults and, where presets are models of their own, each preset.
    """
    presets = cls.presets if cls.presets_are_models else ()
    return {name: cls(), **{f"{name}:{preset}": cls.preset(preset) for preset in presets}}


def models_of(cue: str, *, baselines: bool = False) -> dict[str, Model]:
    """The registered models that have an account of tests with this cue, by ``name`` or ``name:preset``.

    Baselines are among them only if asked for. A plug-in that cannot be loaded or built is left out, with a warning.
    """
    found: dict[str, Model] = {}
    for name, cls in MODELS.usable().items():
        try:
            of_name = variants(name, cls) if baselines or not cls.baseline else {}
            found |= {spec: model for spec, model in of_name.items() if cue in model.cues}
        except (Exception, SystemExit) as error:
            MODELS.left_out(name, error)
    return found


def models_for(cue: str, *, baselines: bool = False) -> list[str]:
    """The names of :func:`models_of`."""
    return list(models_of(cue, baselines=baselines))
