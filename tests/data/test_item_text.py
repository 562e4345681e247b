"""The text of items is compared by one rule in every reader."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from memsim import Recalls
from memsim.core.errors import DataWarning
from memsim.data import load_recalls, read_bids_events, read_egg, read_penn_mat, read_recall_matrix

STUDIED = ["café", "DOG", "ice cream"]
GIVEN = ["cafe\N{COMBINING ACUTE ACCENT}", "dog ", "ice  cream", "cafÃ©"]
"""The three items, written otherwise, and one of them as a wrong encoding shows it."""


def words(rows: list[list[str]]) -> Any:
    cells = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        cells[i] = row
    return cells


def from_csv(folder: Path) -> Recalls:
    rows = [
        f"1,1,{i},{kind},{word}"
        for kind, side in (("study", STUDIED), ("recall", GIVEN))
        for i, word in enumerate(side, 1)
    ]
    path = folder / "data.csv"
    path.write_text("\n".join(["subject,list,position,trial_type,item", *rows]), encoding="utf-8")
    return load_recalls(path)


def from_bids(folder: Path) -> Recalls:
    rows = [
        f"{i}\t{kind}\t{word}\t1"
        for i, (kind, word) in enumerate([*(("WORD", w) for w in STUDIED), *(("REC_WORD", w) for w in GIVEN)])
    ]
    path = folder / "sub-1_task-a_events.tsv"
    path.write_text("\n".join(["onset\ttrial_type\titem_name\ttrial", *rows]), encoding="utf-8")
    return read_bids_events(path)


def from_mat(folder: Path) -> Recalls:
    data = {"subject": 1, "pres_items": words([STUDIED]), "rec_items": words([GIVEN])}
    savemat(folder / "data.mat", {"data": data})
    return read_penn_mat(folder / "data.mat")


def from_egg(folder: Path) -> Recalls:
    path = folder / "egg.json"
    path.write_text(json.dumps({"pres": [[STUDIED]], "rec": [[GIVEN]]}))
    return read_egg(path)


@pytest.mark.parametrize("reader", [from_csv, from_bids, from_mat, from_egg])
def test_one_rule_in_every_reader(reader: Any, tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match="1 of 1 intrusions differ .*'cafÃ©' for 'café'"):
        recalls = reader(tmp_path)
    assert recalls.positions.tolist() == [[1, 2, 3, -1]]


def test_words_of_a_pool_that_differ_by_case_are_reported() -> None:
    pool = {1: "cat", 2: "dog", 3: "CAT"}
    with pytest.warns(DataWarning, match="'CAT' for 'cat'"):
        read_recall_matrix(None, list_length=2, pres_itemnos=[[1, 2]], rec_itemnos=[[2, 3]], wordpool=pool)
