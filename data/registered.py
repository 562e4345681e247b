"""The registry of human data sets."""

from __future__ import annotations

from memsim.core.code.registry import Registry
from memsim.data.dataset import Dataset

DATASETS: Registry[Dataset] = Registry(
    "data set",
    "memsim.datasets",
    {
        "murdock1962": "memsim.data.datasets.murdock1962:MURDOCK1962",
        "farrell_lewandowsky2003": "memsim.data.datasets.farrell_lewandowsky2003:FARRELL_LEWANDOWSKY2003",
        "peers_notask": "memsim.data.datasets.psifr_tables:PEERS_NOTASK",
        "morton2013": "memsim.data.datasets.psifr_tables:MORTON2013",
        "peers_experiment1": "memsim.data.datasets.peers_experiment1:PEERS_EXPERIMENT1",
        "peers_experiment2": "memsim.data.datasets.peers_experiment2:PEERS_EXPERIMENT2",
        "peers_final_recall": "memsim.data.datasets.peers_experiment1:PEERS_FINAL_RECALL",
        "peers_recognition": "memsim.data.datasets.peers_experiment1:PEERS_RECOGNITION",
    },
    Dataset,
)
