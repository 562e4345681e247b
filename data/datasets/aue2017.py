"""Aue, Criss & Novak (2017): cued recall of a second list of pairs, of which half have cues of the first list."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.data.dataset import Dataset
from memsim.data.fetch import RemoteFile, fetch, local_path
from memsim.data.formats.cued_tables import CORRECT, INCORRECT, OMITTED, cued_recalls
from memsim.data.formats.prior_item_effects import file_of
from memsim.data.formats.remote_tables import read_columns
from memsim.paradigms.cued_recall import CuedRecall

SHA256 = {
    "experiment1": "fd7002978c02147fe94dca4185f1224be56f9dc72a9b3a89ba6b597c5418a3c7",
    "experiment2": "812f47222261fde1f7fdb17fafbb07a1592f16598a146287a4a6b50ce2aa5124",
    "experiment4": "a5c5fcb10ea21bebb4f80ba1a89442f46a39b3f1cd25018885c8de24d4160061",
}
TASKS: dict[str, Paradigm] = {
    "experiment1": CuedRecall(list_length=48), "experiment2": CuedRecall(list_length=48),
    "experiment4": CuedRecall(list_length=32),
}  # fmt: skip


def file(condition: str) -> RemoteFile:
    """The file of an experiment."""
    return file_of(f"aue-2017/Exp0{condition[-1]}_OSF.csv", SHA256[condition])


def parse(path: Path, condition: str, paradigm: Paradigm) -> Recalls:
    """Read one experiment: a row for each tested pair of the second list.

    Cues are numbered, and become items called ``cue 1``, ...; the label ``cue_kind`` of a probe is ``repeated`` if the
    cue was in the first list with another word, else ``new``. A response is correct by the source's lenient score.
    The answer no, and none, are omissions. Labels hold the confidence (1 to 6; not in experiment 4).
    """
    fourth = condition == "experiment4"
    study = "Study2Trial" if fourth else "StudyTrial"
    rows = read_columns(
        path,
        ["Ssn", "TestTrial", "Cond", study, "Cue", "nCorr", "NoRec", "RT" if fourth else "Conf"],
        ["Target", "Resp"],
    )
    rows = rows.rename(columns={
        "Ssn": "subject", study: "study_position", "TestTrial": "test_position", "Target": "second", "Resp": "response",
    })  # fmt: skip
    rows["subject"] = rows["subject"].astype(int)
    rows["first"] = [f"cue {int(number)}" for number in rows["Cue"]]
    rows["cue_kind"] = np.where(rows["Cond"] == 1, "repeated", "new")
    rows["outcome"] = np.where(rows["nCorr"] == 1, CORRECT, np.where(rows["NoRec"] == 1, OMITTED, INCORRECT))
    rows["seconds"] = rows["RT"] if fourth else np.nan
    labels = ["cue_kind"]
    if not fourth:
        rows["confidence"] = rows["Conf"].fillna(0).astype(int)
        labels.append("confidence")
    return cued_recalls(
        path,
        rows.assign(backward=False),
        paradigm,
        lists=(),
        labels=tuple(labels),
        details={"sha256": SHA256[condition]},
    )


def _read(condition: str, paradigm: Paradigm) -> Recalls:
    return parse(fetch(file(condition)), condition, paradigm)


AUE2017 = Dataset(
    name="aue2017",
    title="Cued recall of a second list of pairs, with cues of the first list or new ones",
    authors="Aue, Criss & Novak (2017)",
    citation="Aue, W. R., Criss, A. H., & Novak, M. D. (2017). Evaluating mechanisms of proactive facilitation in cued "
    "recall. Journal of Memory and Language, 94, 103-118.",
    doi="10.1016/j.jml.2016.10.004",
    conditions=TASKS,
    read=_read,
    at_hand=lambda: all(local_path(file(condition)) is not None for condition in SHA256),
    default="experiment1",
    notes="Experiments 1 and 2: 24 pairs; experiment 4: 16. In experiment 1 nearly everyone always answered. The words "
    "of the first list are not in the files, so that a trial is the second list alone; presentation times are not in "
    "them either. Downloaded on first use; curves "
    "of half of the people ship with memsim.",
    design="people had studied another list before, in which half of the cues had other words; the task has one list",
)
