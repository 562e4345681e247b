"""The published results that memsim runs again, by name."""

from __future__ import annotations

from memsim.core.code.registry import Registry
from memsim.reproductions.entry import Reproduction

REPRODUCTIONS: Registry[Reproduction] = Registry(
    "reproduction",
    "memsim.reproductions",
    {
        "murdock1962-sam": "memsim.reproductions.murdock1962:MURDOCK_SAM",
        "murdock1962-cmr": "memsim.reproductions.murdock1962:MURDOCK_CMR",
        "murdock1962-simple": "memsim.reproductions.murdock1962:MURDOCK_SIMPLE",
        "howardkahana2002": "memsim.reproductions.howard_kahana2002:RECENCY_TCM",
        "criteria": "memsim.reproductions.ten_criteria:TEN_CRITERIA",
        "greydanus2017": "memsim.reproductions.greydanus2017:GREYDANUS2017",
        "chaining-or-position": "memsim.reproductions.chaining_or_position:CHAINING_OR_POSITION",
        "peers-distraction": "memsim.reproductions.peers_distraction:PEERS_DISTRACTION",
        "recall-and-recognition": "memsim.reproductions.recall_and_recognition:RECALL_AND_RECOGNITION",
        "gunnpolyn2025": "memsim.reproductions.gunn_polyn2025:GUNN_POLYN2025",
        "golden-cases": "memsim.reproductions.golden:GOLDEN_CASES",
    },
    Reproduction,
)
