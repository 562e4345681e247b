"""The models by name."""

from __future__ import annotations

from collections.abc import Callable

from memsim.core.abilities import LISTS, TIMES, lacks
from memsim.core.code.registry import Registry
from memsim.core.model import MemoryModel
from memsim.core.position_model import Model, PositionModel
from memsim.core.trials import Paradigm

MODELS: Registry[type[Model]] = Registry(
    "model",
    "memsim.models",
    {
        "BCDMEM": "memsim.models.recognition.bcdmem:BCDMEM",
        "CMR": "memsim.models.context.cmr:CMR",
        "ContextMemory": "memsim.models.context.context_memory:ContextMemory",
        "CRU": "memsim.models.context.cru:CRU",
        "Hopfield": "memsim.models.association.hopfield:Hopfield",
        "Matrix": "memsim.models.association.matrix:Matrix",
        "OsthDennis": "memsim.models.association.osth_dennis:OsthDennis",
        "REM": "memsim.models.recognition.rem:REM",
        "SAM": "memsim.models.sam.model:SAM",
        "SIMPLE": "memsim.models.position.simple:SIMPLE",
        "TCM": "memsim.models.context.tcm:TCM",
        "TCMA": "memsim.models.context.tcma:TCMA",
        "MINERVA2": "memsim.models.recognition.minerva2:MINERVA2",
        "SummedSimilarity": "memsim.models.recognition.summed_similarity:SummedSimilarity",
        "TODAM": "memsim.models.association.todam:TODAM",
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


def models_of(task: str | Paradigm, *, baselines: bool = False) -> dict[str, Model]:
    """The registered models that have an account of a task, by ``name`` or ``name:preset``.

    ``task`` may also be the cue of recall alone. Baselines are among them only if asked for. A plug-in that cannot be
    loaded or built is left out, with a warning.
    """
    return built_models(lambda model: _can_do(model, task), baselines)


def left_out_of(task: Paradigm) -> dict[str, list[str]]:
    """The models that lack nothing but an account of single lists, or of study time, by what they lack, in words."""
    found: dict[str, list[str]] = {}
    for spec, model in built_models(lambda model: lacks(model, task) in (LISTS, TIMES)).items():
        found.setdefault(lacks(model, task), []).append(spec)
    return found


def built_models(wanted: Callable[[Model], bool], baselines: bool = False) -> dict[str, Model]:
    """The registered models that are ``wanted``, by ``name`` or ``name:preset``.

    Baselines are among them only if asked for. A plug-in that cannot be loaded or built is left out, with a warning.
    """
    found: dict[str, Model] = {}
    for name, cls in MODELS.usable().items():
        try:
            of_name = variants(name, cls) if baselines or not cls.baseline else {}
            found |= {spec: model for spec, model in of_name.items() if wanted(model)}
        except (Exception, SystemExit) as error:
            MODELS.left_out(name, error)
    return found


def models_for(task: str | Paradigm, *, baselines: bool = False) -> list[str]:
    """The names of :func:`models_of`."""
    return list(models_of(task, baselines=baselines))


def _can_do(model: Model, task: str | Paradigm) -> bool:
    return task in model.cues if isinstance(task, str) else not lacks(model, task)
