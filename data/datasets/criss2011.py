"""Criss, Aue & Smith (2011): cued recall of pairs of words of high and low frequency, and of context variability."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from memsim.core.origin import STUDY_ORDER
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.data.dataset import Dataset
from memsim.data.fetch import RemoteFile, fetch, local_path
from memsim.data.formats.cued_tables import CORRECT, INCORRECT, OMITTED, cued_recalls
from memsim.data.formats.prior_item_effects import file_of
from memsim.data.formats.remote_tables import read_columns
from memsim.paradigms.cued_recall import CuedRecall

SHA256 = {
    "experiment1": "c6afc632f833df78f469e47e129506127a1585db1fc6c4e6a65a4012344cca39",
    "experiment2": "eecc4b69f923d2c20172f382b71632cfa8da06f118233a8d7c308dbe591200fb",
    "experiment3": "52d9a77f5508fcec47a60e45bf3a54a78dd7a3184953628d1c69b41a0d0ed3fd",
}
TASKS: dict[str, Paradigm] = {
    "experiment1": CuedRecall(list_length=40, presentation_time=3, retention_interval=60),
    "experiment2": CuedRecall(list_length=40, presentation_time=3, retention_interval=60),
    "experiment3": CuedRecall(list_length=36, presentation_time=2.75, retention_interval=60),
}
CODE, ENCODING = (
    {1: "responsecode", 2: "responsecode", 3: "newresp"},
    {1: "encodingtask", 2: "encodingtask", 3: "encodingTASK"},
)
ALTERNATING = "the source's numbers alternate between kinds of words for everybody"
OUTCOMES = np.array([INCORRECT, CORRECT, OMITTED], dtype=object)
"""By the source's code of a response: 0, 1, 2."""


def file(condition: str) -> RemoteFile:
    """The file of an experiment."""
    return file_of(f"formatted_for_modeling/criss2011_{condition.replace('eriment', '')}.csv", SHA256[condition])


def parse(path: Path, condition: str, paradigm: Paradigm) -> Recalls:
    """Read one experiment. The file has rows of study, with the place in the test and the response, and of test.

    Only the rows of study are read: they hold both words. Responses were not recorded in experiment 1. Labels of the
    probes are the frequencies of cue and target (``HF``, ``LF``); conditions of the lists are the task at study (1 or
    2, whose meaning the file does not hold) and, in experiment 3, the context variability.
    """
    number = int(condition[-1])
    numbers = ["subject", "list", "studytria", "testtria", CODE[number], ENCODING[number]]
    texts = ["procedure", "stim1", "stim2", "cuefreq", "targetfreq", *(["response"] if number > 1 else [])]
    rows = read_columns(path, numbers, [*texts, *(["whichblockfirst"] if number == 3 else [])])
    rows = rows[rows["procedure"] == "study"]
    rows = rows.rename(columns={
        "studytria": "study_position", "testtria": "test_position", "stim1": "first", "stim2": "second",
        "cuefreq": "cue_frequency", "targetfreq": "target_frequency", ENCODING[number]: "encoding_task",
    })  # fmt: skip
    rows["outcome"] = OUTCOMES[rows[CODE[number]].fillna(2).astype(int).clip(0, 2)]
    rows["response"] = rows["response"] if number > 1 else np.nan
    rows = rows.assign(backward=False, seconds=np.nan)
    for name in ("subject", "list", "encoding_task"):
        rows[name] = rows[name].astype(int)
    return cued_recalls(
        path,
        rows,
        paradigm,
        lists=("list",),
        conditions=("encoding_task",),
        labels=("cue_frequency", "target_frequency"),
        details={"sha256": SHA256[condition], **({STUDY_ORDER: ALTERNATING} if number == 3 else {})},
    )


def _read(condition: str, paradigm: Paradigm) -> Recalls:
    return parse(fetch(file(condition)), condition, paradigm)


CRISS2011 = Dataset(
    name="criss2011",
    title="Cued recall of pairs of words of high and low frequency",
    authors="Criss, Aue & Smith (2011)",
    citation="Criss, A. H., Aue, W. R., & Smith, L. (2011). The effects of word frequency and context variability in "
    "cued recall. Journal of Memory and Language, 64, 119-132.",
    doi="10.1016/j.jml.2010.10.001",
    conditions=TASKS,
    read=_read,
    at_hand=lambda: all(local_path(file(condition)) is not None for condition in SHA256),
    default="experiment1",
    notes="Experiments 1 and 2: 4 lists of 20 pairs. Experiment 3: 8 lists of 18 pairs, whose numbers alternate "
    "between words of high and low context variability for everybody, so that they are not the true order. Scores are "
    "the source's: misspelled and inflected words were correct. Downloaded on first use; curves "
    "of half of the people ship with memsim.",
)
