"""The registry of tasks."""

from __future__ import annotations

from memsim.core.code.registry import Registry
from memsim.core.trials import Paradigm

PARADIGMS: Registry[type[Paradigm]] = Registry(
    "paradigm",
    "memsim.paradigms",
    {
        "associative_recognition": "memsim.paradigms.associative_recognition:AssociativeRecognition",
        "continuous_recognition": "memsim.paradigms.continuous_recognition:ContinuousRecognition",
        "cued_recall": "memsim.paradigms.cued_recall:CuedRecall",
        "final_recognition": "memsim.paradigms.final_recognition:FinalRecognition",
        "free_recall": "memsim.paradigms.free_recall:FreeRecall",
        "frequency_judgment": "memsim.paradigms.frequency_judgment:FrequencyJudgment",
        "recall_then_recognition": "memsim.paradigms.recall_then_recognition:RecallThenRecognition",
        "recognition": "memsim.paradigms.recognition:Recognition",
        "serial_recall": "memsim.paradigms.serial_recall:SerialRecall",
    },
    Paradigm,
    subclasses=True,
)
