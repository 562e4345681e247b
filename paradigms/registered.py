"""The registry of tasks."""

from __future__ import annotations

from memsim.core.code.registry import Registry
from memsim.core.trials import Paradigm

PARADIGMS: Registry[type[Paradigm]] = Registry(
    "paradigm",
    "memsim.paradigms",
    {
        "final_recognition": "memsim.paradigms.final_recognition:FinalRecognition",
        "free_recall": "memsim.paradigms.free_recall:FreeRecall",
        "recognition": "memsim.paradigms.recognition:Recognition",
        "serial_recall": "memsim.paradigms.serial_recall:SerialRecall",
    },
    Paradigm,
    subclasses=True,
)
