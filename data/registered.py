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
        "pal1": "memsim.data.datasets.pal1:PAL1",
        "peers_experiment1": "memsim.data.datasets.peers_experiment1:PEERS_EXPERIMENT1",
        "peers_experiment2": "memsim.data.datasets.peers_experiment2:PEERS_EXPERIMENT2",
        "peers_final_recall": "memsim.data.datasets.peers_experiment1:PEERS_FINAL_RECALL",
        "aue2017": "memsim.data.datasets.aue2017:AUE2017",
        "buchler2008": "memsim.data.datasets.buchler2008:BUCHLER2008",
        "criss2011": "memsim.data.datasets.criss2011:CRISS2011",
        "kantner2012_e1": "memsim.data.datasets.confidence_database:KANTNER2012_E1",
        "diana_reder2006": "memsim.data.datasets.diana_reder2006:DIANA_REDER2006",
        "fallow2015": "memsim.data.datasets.confidence_database:FALLOW2015",
        "kantner2010": "memsim.data.datasets.confidence_database:KANTNER2010",
        "kantner2012_e2": "memsim.data.datasets.confidence_database:KANTNER2012_E2",
        "kantner2012_e3": "memsim.data.datasets.confidence_database:KANTNER2012_E3",
        "kantner2014_e2": "memsim.data.datasets.confidence_database:KANTNER2014_E2",
        "peers_recognition": "memsim.data.datasets.peers_experiment1:PEERS_RECOGNITION",
        "reder2000": "memsim.data.datasets.reder2000:REDER2000",
    },
    Dataset,
)
"""The first data set of a task is the one with which models are compared if nothing else is said."""
