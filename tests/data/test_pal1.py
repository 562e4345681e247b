"""PAL1: the table that ships, and files of sessions in its format."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim import load_dataset
from memsim.core.errors import DataError, DataWarning, InputError
from memsim.data import load_pal
from memsim.data.formats.pal_tables import read_pal_session


def session_file(root: Path, *, drop: int = 0, pairs: int = 6) -> Path:
    """Two lists, of which pairs are tested in the order of study, odd ones by the first word and even ones backward.

    The answers: right; right after another word; a word of the list; a word of another list; pass; none.
    ``drop`` is the pair of list 2 that is not tested.
    """
    rows: list[dict[str, Any]] = [{"trial_type": "SESS_START", "onset": 0.0, "serialpos": -999, "list": -999}]
    now = 10.0
    for number in (-1, 1, 2):
        words = [(f"A{number}X{i}", f"B{number}X{i}") for i in range(1, pairs + 1)]
        for at, (one, two) in enumerate(words, start=1):
            now += 5
            rows.append({"trial_type": "STUDY_PAIR", "onset": now, "serialpos": at, "probepos": at, "study_1": one,
                         "study_2": two, "list": number})  # fmt: skip
        for at, (one, two) in enumerate(words, start=1):
            if number == 2 and at == drop:
                continue
            now += 6
            cue, right = (one, two) if at % 2 else (two, one)
            cells = {"serialpos": at, "probepos": at, "probe_word": cue, "study_1": one, "study_2": two, "list": number}
            rows.append({"trial_type": "TEST_PROBE", "onset": now, **cells})
            said = [[right], ["OTHER", right], [words[0][0]], ["<>", "A1X6"], ["PASS"], ["<>"]][at - 1]
            for word in said:
                now += 0.5
                rows.append({"trial_type": "REC_EVENT", "onset": now, **cells, "resp_word": word})
    path = root / "sub-R1ZZZ/ses-0/beh/sub-R1ZZZ_ses-0_task-PAL1_beh.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    names = ["onset", "trial_type", "serialpos", "probepos", "probe_word", "resp_word", "study_1", "study_2", "list"]
    pd.DataFrame(rows).reindex(columns=names).to_csv(path, sep="\t", index=False, na_rep="n/a")
    return path


def test_lists_of_a_session(tmp_path: Path) -> None:
    session_file(tmp_path)
    recalls = load_pal(tmp_path)
    assert len(recalls) == 2 and recalls.trials.list.tolist() == [1, 2]
    assert recalls.positions.tolist() == [[2, 3, 1, 11, 0, 0], [2, 3, 1, -1, 0, 0]]
    assert recalls.is_correct.tolist() == [[True, True] + [False] * 4] * 2
    labels, probes = recalls.trials.pool.labels, recalls.trials.probes
    assert recalls.intruders is not None and labels[recalls.intruders[1, 3]] == "A1X6"
    assert probes is not None and probes.labels["answer"][0].tolist() == ["word"] * 4 + ["pass", "none"]
    assert labels[probes.items[0, 0, 0]] == "A1X1" and labels[probes.items[0, 1, 1]] == "B1X2"
    assert (probes.items[0, [0, 1], [1, 0]] == -1).all()
    assert recalls.times is not None and recalls.times[0, :4] == pytest.approx([0.5, 1.0, 0.5, 1.0])
    assert np.isnan(recalls.times[0, 4:]).all()
    assert recalls.trials.session is not None and recalls.trials.session.tolist() == [0, 0]


def test_a_list_with_a_pair_that_was_not_tested_is_counted(tmp_path: Path) -> None:
    path = session_file(tmp_path, drop=3)
    rows, left_out = read_pal_session(path)
    assert [row["list"] for row in rows] == [1] and left_out == {"lists_not_tested": 1}
    with pytest.warns(DataWarning, match="1 list that was not tested"):
        assert len(load_pal(tmp_path)) == 1


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = session_file(tmp_path, pairs=3)
    with pytest.raises(InputError, match="no list has 6 pairs"):
        load_pal(tmp_path)
    path.write_text(path.read_text().replace("study_2", "other"))
    with pytest.raises(DataError, match="has no column study_2; is it a file of events of PAL1"):
        load_pal(tmp_path)
    with pytest.raises(InputError, match="there is no sub-"):
        load_pal(tmp_path / "sub-R1ZZZ")


def test_shipped_pairs() -> None:
    """Counts of an independent computation: 9,474 probes of 36 people, 150 of them in 50 lists of three pairs."""
    recalls = load_dataset("pal1")
    assert (len(recalls), len(recalls.trials.subjects)) == (1554, 35)
    assert recalls.origin.details["lists_of_other_lengths"] == 50
    of_person = [recalls.is_correct[recalls.trials.subject == each].mean() for each in recalls.trials.subjects]
    assert np.mean(of_person) == pytest.approx(0.35254, abs=0.02)
    probes = recalls.trials.probes
    assert set(probes.labels["answer"].ravel()) == {"word", "pass", "none"}
    backward = probes.items[:, :, 0] == -1
    assert 0.45 < backward.mean() < 0.55
