"""Data sets of cued recall: files in the format of their sources, whole and damaged."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from memsim import Recalls
from memsim.core.errors import DataError
from memsim.data.datasets import aue2017, criss2011
from tests.data import recoded_tables
from tests.data.recoded_tables import shared_table


def invented_pairs(dataset: str, n_pairs: int, n_lists: int = 1) -> pd.DataFrame:
    """Two people; pairs are tested in reverse; the first four answers are right, misspelled, other words and none."""
    rows = []
    for subject in (1, 2):
        for number in range(1, n_lists + 1):
            cue, target = ([f"{side}{number}x{i}" for i in range(n_pairs)] for side in ("cue", "target"))
            response: list[object] = [target[0], "wrongspelling", target[5], cue[1], "target2x0", "elsewhere"]
            outcome = ["correct", "correct", *["incorrect"] * 4]
            rows.append(pd.DataFrame({
                "dataset": dataset, "subject": subject, "list": number, "study_position": range(1, n_pairs + 1),
                "test_position": range(n_pairs, 0, -1), "cue": cue, "target": target, "cue_freq": "LF",
                "target_freq": "HF", "context_variability": "HCV", "encoding_task": subject,
                "response": response + [np.nan] * (n_pairs - 6), "outcome": outcome + ["none"] * (n_pairs - 6),
                "condition": np.where(np.arange(n_pairs) % 2, "new_cue", "repeated_cue"), "confidence": 3, "rt": 2.5,
            }))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def read_criss(folder: Path, table: pd.DataFrame) -> Recalls:
    condition = f"experiment{table['dataset'].iloc[0][-1]}"
    path = folder / "file.csv"
    path.write_text(recoded_tables.criss(table))
    return criss2011.parse(path, condition, criss2011.TASKS[condition])


def read_aue(folder: Path, table: pd.DataFrame) -> Recalls:
    condition = f"experiment{table['dataset'].iloc[0][-1]}"
    path = folder / "file.csv"
    path.write_bytes(recoded_tables.aue(table).encode())
    return aue2017.parse(path, condition, aue2017.TASKS[condition])


@pytest.mark.parametrize(("number", "n_pairs"), [(1, 20), (2, 20), (3, 18)])
def test_criss2011(tmp_path: Path, number: int, n_pairs: int) -> None:
    recalls = read_criss(tmp_path, invented_pairs(f"criss2011_e{number}", n_pairs, 2))
    assert len(recalls) == 4 and recalls.trials.list.tolist() == [1, 2, 1, 2]
    last = recalls.positions[0, ::-1][:7].tolist()  # in the order of study
    own = [2, 4]
    assert last == ([*own, 12, 3, -1, -1, 0] if number > 1 else [*own, -1, -1, -1, -1, 0])
    assert recalls.is_correct.sum(axis=1).tolist() == [2] * 4
    assert recalls.intruders is not None
    words = recalls.trials.pool.labels
    if number > 1:
        assert words[recalls.intruders[0, -5]] == "target2x0" and recalls.intruders[0, -6] == -1
    probes = recalls.trials.probes
    assert probes is not None
    assert words[probes.items[0, 0, 0]] == f"cue1x{n_pairs - 1}" and probes.items[0, 0, 1] == -1
    assert probes.labels["cue_frequency"][0, 0] == "LF" and probes.labels["target_frequency"][0, 0] == "HF"
    assert recalls.trials.conditions["encoding_task"].tolist() == [1, 1, 2, 2]


@pytest.mark.parametrize(("number", "n_pairs"), [(1, 24), (2, 24), (4, 16)])
def test_aue2017(tmp_path: Path, number: int, n_pairs: int) -> None:
    table = invented_pairs(f"aue2017_e{number}", n_pairs)
    recalls = read_aue(tmp_path, table.assign(cue=table["study_position"] + 100))
    assert len(recalls) == 2
    assert recalls.positions[0, ::-1][:7].tolist() == [2, 4, 12, -1, -1, -1, 0]
    probes = recalls.trials.probes
    assert probes is not None and recalls.trials.pool.labels[probes.items[0, -1, 0]] == "cue 101"
    assert probes.labels["cue_kind"][0, -2:].tolist() == ["new", "repeated"]
    assert ("confidence" in probes.labels) == (number < 4)
    assert (recalls.times is not None) == (number == 4)


@pytest.mark.parametrize(("name", "people", "lists", "correct"), [
    ("criss2011_e1", 28, 112, 490), ("criss2011_e2", 30, 120, 687), ("criss2011_e3", 29, 232, 1529),
])  # fmt: skip
def test_recoded_criss2011(tmp_path: Path, name: str, people: int, lists: int, correct: int) -> None:
    table = shared_table("criss2011_cued_recall", name)
    recalls = read_criss(tmp_path, table)
    assert (len(recalls.trials.subjects), len(recalls)) == (people, lists)
    assert int(recalls.is_correct.sum()) == correct == (table["outcome"] == "correct").sum()
    assert (recalls.positions == 0).sum() == (table["outcome"] == "none").sum()
    if name != "criss2011_e1":
        kinds = table["error_type"].value_counts()
        from_list = (recalls.positions > 0) & ~recalls.is_correct
        expected = kinds.get("same_list_target", 0) + kinds.get("same_list_cue", 0) + kinds.get("own_cue", 0)
        assert abs(int(from_list.sum()) - expected) <= 0.1 * expected


@pytest.mark.parametrize(("name", "people", "correct", "none"), [
    ("aue2017_e1", 20, 84, 3), ("aue2017_e2", 20, 105, 235), ("aue2017_e4", 55, 199, 451),
])  # fmt: skip
def test_recoded_aue2017(tmp_path: Path, name: str, people: int, correct: int, none: int) -> None:
    recalls = read_aue(tmp_path, shared_table("aue2017_cued_recall", name))
    assert len(recalls) == people
    assert int(recalls.is_correct.sum()) == correct and (recalls.positions == 0).sum() == none


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    table = invented_pairs("criss2011_e2", 20, 2)
    with pytest.raises(DataError, match="have 19 pairs, expected 20 with the positions 1 to 20; is it the whole file"):
        read_criss(tmp_path, table.drop(index=3))
    with pytest.raises(DataError, match="the test positions of a list are not 1 to 20"):
        table.loc[0, "test_position"] = 1
        read_criss(tmp_path, table)
    with pytest.raises(DataError, match="has no column stim2"):
        path = tmp_path / "file.csv"
        path.write_text(path.read_text().replace("stim2", "other"))
        criss2011.parse(path, "experiment2", criss2011.TASKS["experiment2"])
