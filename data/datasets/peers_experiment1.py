"""PEERS, experiment 1: immediate free recall, final free recall, and final recognition with ratings of confidence."""

from __future__ import annotations

from memsim.core.free_recall import FreeRecall
from memsim.core.judgments import Judgments
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.data.dataset import Dataset
from memsim.data.formats.peers_tables import (
    LENGTH,
    SOURCE,
    final_judgments,
    final_recalls,
    list_recalls,
    shipped_table,
)
from memsim.paradigms.final_recognition import FinalRecognition

LISTS, TESTS = "peers_experiment1.csv.gz", "peers_final_tests.csv.gz"
N_LISTS, N_PROBES = 16, 320
GAP, RECALL_TIME = 1.0, 75.0
"""Seconds from a word to the next without a task (0.8 to 1.2 in fact), and for the recall of a list."""
AUTHORS = "Kahana et al. (2024)"
CITATION = (
    "Kahana, M. J., Lohnas, L. J., Healey, M. K., et al. (2024). The Penn Electrophysiology of Encoding and Retrieval "
    "Study. Journal of Experimental Psychology: Learning, Memory, and Cognition."
)
DOI = "10.1037/xlm0001319"
PEOPLE = "people of OpenNeuro ds004395 v2.0.0 (doi:10.18112/openneuro.ds004395.v2.0.0, CC0)"


def recognition_task(n_lists: int = N_LISTS, n_probes: int = N_PROBES) -> FinalRecognition:
    """The final recognition of a session: half of the sessions had more old words among the probes than others."""
    n_targets = round(0.625 * n_probes)
    return FinalRecognition(
        list_length=n_lists * LENGTH,
        presentation_time=3,
        lists=n_lists,
        list_interval=RECALL_TIME,
        n_targets=n_targets,
        n_lures=n_probes - n_targets,
        ratings=10,
    )


def _read_lists(condition: str, paradigm: Paradigm) -> Recalls:
    lists = shipped_table(LISTS)
    if condition != "all":
        lists = lists[lists["list_type"] == condition]
    return list_recalls(lists, paradigm, source=SOURCE, table=LISTS)


def _read_final_recall(_: str, paradigm: Paradigm) -> Recalls:
    return final_recalls(shipped_table(LISTS), shipped_table(TESTS), paradigm, source=SOURCE, table=TESTS)


def _read_recognition(_: str, paradigm: Paradigm) -> Judgments:
    return final_judgments(shipped_table(LISTS), shipped_table(TESTS), paradigm, source=SOURCE, table=TESTS)


PEERS_EXPERIMENT1 = Dataset(
    name="peers_experiment1",
    title="PEERS, experiment 1: immediate free recall of 16 words, with and without a task at study",
    authors=AUTHORS,
    citation=CITATION,
    doi=DOI,
    conditions=dict.fromkeys(
        ("all", "none", "size", "animacy", "shift"), FreeRecall(list_length=LENGTH, presentation_time=3)
    ),
    read=_read_lists,
    at_hand=lambda: True,
    default="all",
    notes=f"60 {PEOPLE}, 6,345 lists. Words were studied without a task, judged for size or animacy, or for both "
    "in runs (shift); the judgment of each word is its source. Intruding words of the pool are known. Lists without a "
    "task of some of these people are in peers_notask as well.",
)
PEERS_FINAL_RECALL = Dataset(
    name="peers_final_recall",
    title="PEERS, experiment 1: final free recall of the 256 words of a session",
    authors=AUTHORS,
    citation=CITATION,
    doi=DOI,
    conditions={"experiment1": FreeRecall(list_length=N_LISTS * LENGTH, presentation_time=3)},
    read=_read_final_recall,
    at_hand=lambda: True,
    default="experiment1",
    notes=f"59 {PEOPLE}. 227 of their sessions had final free recall, for 5 minutes, after the recall of the "
    "last list. A trial is a session: serial positions go from 1 to 256, 16 for each list. The task does not hold the "
    "recall of each list between the lists.",
)
PEERS_RECOGNITION = Dataset(
    name="peers_recognition",
    title="PEERS, experiment 1: recognition of the words of 16 lists, ratings of confidence from 1 to 10",
    authors=AUTHORS,
    citation=CITATION,
    doi=DOI,
    conditions={"experiment1": recognition_task()},
    read=_read_recognition,
    at_hand=lambda: True,
    default="experiment1",
    notes=f"59 {PEOPLE}. A trial is a session: 256 words studied, 320 probes in blocks of 20, answered old or new "
    "and then 1 to 5, on one scale: new with confidence 5 to 1 is 1 to 5, old with 1 to 5 is 6 to 10. Probes are "
    "labelled by block, list, and place in the recall of the list (initial_output). 160, 200, 240 or "
    "256 probes of a session are old. 227 of 395 sessions had final free recall before "
    "(condition final_free_recall). Times go from the probe to the answer old "
    "or new. The recall of each list is taken as 75 s of distraction.",
)
