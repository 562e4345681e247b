"""The published results that memsim runs again, by name."""

from __future__ import annotations

from memsim.core.code.registry import Registry
from memsim.reproductions.entry import Reproduction

REPRODUCTIONS: Registry[Reproduction] = Registry(
    "reproduction",
    "memsim.reproductions",
    {
        "murdock1962-sam": "memsim.reproductions.recall.murdock1962:MURDOCK_SAM",
        "murdock1962-cmr": "memsim.reproductions.recall.murdock1962:MURDOCK_CMR",
        "murdock1962-simple": "memsim.reproductions.recall.murdock1962:MURDOCK_SIMPLE",
        "murdock1962-means": "memsim.reproductions.recall.murdock_means:MURDOCK_MEANS",
        "kahana1996": "memsim.reproductions.recall.kahana1996:KAHANA1996",
        "roberts1972": "memsim.reproductions.recall.roberts1972:ROBERTS1972",
        "grenfellessamward2012": "memsim.reproductions.recall.list_length_shift:LIST_LENGTH_SHIFT",
        "howardkahana1999": "memsim.reproductions.recall.howard_kahana1999:HOWARD_KAHANA1999",
        "polyn2009": "memsim.reproductions.recall.polyn2009:POLYN2009",
        "farrell2013": "memsim.reproductions.serial.farrell2013:FARRELL2013",
        "howardkahana2002": "memsim.reproductions.recall.howard_kahana2002:RECENCY_TCM",
        "criteria": "memsim.reproductions.recall.ten_criteria:TEN_CRITERIA",
        "greydanus2017": "memsim.reproductions.essay.greydanus2017:GREYDANUS2017",
        "greydanus2017-trainings": "memsim.reproductions.essay.retraining:TRAININGS",
        "essay": "memsim.reproductions.essay.five_claims:ESSAY",
        "forgetting": "memsim.reproductions.essay.forgetting.entry:FORGETTING",
        "chaining-or-position": "memsim.reproductions.serial.chaining_or_position:CHAINING_OR_POSITION",
        "peers-distraction": "memsim.reproductions.recall.peers_distraction:PEERS_DISTRACTION",
        "recall-and-recognition": "memsim.reproductions.recognition.recall_and_recognition:RECALL_AND_RECOGNITION",
        "gunnpolyn2025": "memsim.reproductions.serial.gunn_polyn2025:GUNN_POLYN2025",
        "recognition-findings": "memsim.reproductions.recognition.findings:RECOGNITION_FINDINGS",
        "hintzmanblock1971": "memsim.reproductions.recognition.hintzman_block1971:HINTZMAN_BLOCK",
        "hintzman1988": "memsim.reproductions.recognition.hintzman1988:HINTZMAN",
        "shiffrinsteyvers1997": "memsim.reproductions.recognition.shiffrin_steyvers1997:SHIFFRIN_STEYVERS",
        "tulving-wiseman": "memsim.reproductions.recognition.tulving_wiseman:TULVING_WISEMAN",
        "ab-ac": "memsim.reproductions.recognition.ab_ac:AB_AC",
        "context-recall": "memsim.reproductions.essay.context_recall.context_recall_entry:CONTEXT_RECALL",
        "network-tasks": "memsim.reproductions.network_tasks:NETWORK_TASKS",
        "network-table": "memsim.reproductions.network_table.table:NETWORK_TABLE",
        "learning-rules": "memsim.reproductions.essay.learning_rules.ladder:LEARNING_RULES",
        "reward": "memsim.reproductions.essay.reward.memory_by_reward:REWARD",
        "transfer": "memsim.reproductions.essay.transfer.entry:TRANSFER",
        "golden-cases": "memsim.reproductions.golden:GOLDEN_CASES",
    },
    Reproduction,
)
