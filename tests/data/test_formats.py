"""Readers of file formats: written data are read back, and small files are checked by hand."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from memsim import Recalls, load_dataset
from memsim.core.errors import DataError, InputError, UnknownNameError
from memsim.core.origin import Observed, Simulated
from memsim.core.tables.long_table import lists_through_sessions
from memsim.data.formats.bids_events import read_bids_events
from memsim.data.formats.penn_mat import read_penn_mat
from memsim.data.formats.quail_eggs import read_egg
from memsim.data.formats.recall_matrices import read_recall_matrix
from memsim.data.loading import load_recalls
from memsim.paradigms import SerialRecall
from tests.conftest import observed

pytestmark = pytest.mark.filterwarnings("ignore::memsim.core.errors.DataWarning")
"""What is left out and doubtful is counted here; test_left_out.py holds what is shown."""


@pytest.fixture(scope="module")
def people() -> Recalls:
    """Four of the people of morton2013, with times and conditions, and a list of which nothing was recalled."""
    everyone = load_dataset("morton2013")
    chosen = everyone[np.isin(everyone.trials.subject, everyone.trials.subjects[:4])]
    chosen = Recalls.from_frame(chosen.to_frame())  # the pool of these people only
    positions, intruders = np.array(chosen.positions), np.array(chosen.intruders)
    positions[2], intruders[2] = 0, -1
    rng = np.random.default_rng(0)
    times = np.where(positions != 0, np.cumsum(rng.integers(1, 4000, positions.shape), axis=1) / 1000, np.nan)
    trials = replace(chosen.trials, conditions={"mood": np.where(np.arange(len(chosen)) % 3 == 0, "sad", "glad")})
    return replace(chosen, trials=trials, positions=positions, intruders=intruders, times=times, stopped=None)


def assert_same(read: Recalls, expected: Recalls, *, times: bool = True, subjects: Any = None) -> None:
    """The same people, lists, items, responses, intruders, times and conditions, whatever the pool's order."""
    width = max(read.positions.shape[1], expected.positions.shape[1])

    def padded(values: Any, fill: float) -> Any:
        return np.pad(values, ((0, 0), (0, width - values.shape[1])), constant_values=fill)

    assert np.array_equal(padded(read.positions, 0), padded(expected.positions, 0))
    assert np.array_equal(read.trials.subject, expected.trials.subject if subjects is None else subjects)
    assert np.array_equal(read.trials.list, expected.trials.list)
    assert np.array_equal(
        read.trials.pool.labels[read.trials.items], expected.trials.pool.labels[expected.trials.items]
    )
    assert read.intruders is not None and expected.intruders is not None
    words = [np.where(each.intruders >= 0, each.trials.pool.labels[each.intruders], "") for each in (read, expected)]
    assert np.array_equal(padded(words[0], ""), padded(words[1], ""))
    assert (words[0] != "").any()
    if times:
        assert read.times is not None and expected.times is not None
        assert np.allclose(
            padded(read.times, np.nan), padded(expected.times, np.nan), rtol=0, atol=1e-9, equal_nan=True
        )
        assert read.trials.conditions["mood"].tolist() == expected.trials.conditions["mood"].tolist()
    conditions = list(read.trials.conditions)
    again = Recalls.from_frame(read.to_frame(), conditions=conditions)
    assert np.array_equal(padded(again.positions, 0), padded(expected.positions, 0))


def numbered(recalls: Recalls) -> dict[str, Any]:
    """The matrices of EMBAM: item numbers from 1 in the order of the pool, 0 where there is no response."""
    labels = recalls.trials.pool.labels
    assert recalls.intruders is not None and recalls.times is not None
    at = np.where(recalls.positions > 0, recalls.positions - 1, 0)
    given = np.take_along_axis(recalls.trials.items, at, axis=1) + 1
    intruding = np.where(recalls.intruders >= 0, recalls.intruders + 1, -1)
    numbers = np.where(recalls.positions > 0, given, np.where(recalls.positions < 0, intruding, 0))
    return {
        "recalls": np.array(recalls.positions),
        "pres_itemnos": recalls.trials.items + 1,
        "rec_itemnos": numbers,
        "times": np.nan_to_num(recalls.times * 1000),
        "words": [str(label) for label in labels],
    }


# Recall matrices


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".npy"])
def test_matrices_survive_the_round_trip(people: Recalls, tmp_path: Path, suffix: str) -> None:
    parts = numbered(people)
    files = {}
    for name in ("recalls", "pres_itemnos", "rec_itemnos", "times"):
        files[name] = tmp_path / f"{name}{suffix}"
        if suffix == ".npy":
            np.save(files[name], parts[name])
        else:
            mark = {".csv": ",", ".tsv": "\t", ".txt": " "}[suffix]
            np.savetxt(files[name], parts[name], fmt="%.10g", delimiter=mark)
    (tmp_path / "words.txt").write_text("\n".join(parts["words"]) + "\n")
    read = read_recall_matrix(
        files.pop("recalls"), list_length=24, subject=people.trials.subject, list=people.trials.list,
        conditions=people.trials.conditions, wordpool=tmp_path / "words.txt", time_unit="ms", **files,
    )  # fmt: skip
    assert_same(read, people)
    assert observed(read).details["file"].endswith(f"recalls{suffix}")


def test_columns_of_labels_and_empty_cells(tmp_path: Path) -> None:
    path = tmp_path / "matrix.csv"
    path.write_text('who,"r1",r2,r3,group\nb,3,1,,old\na,-2,NaN,n/a,young\na,0,0,0,young\n')
    read = read_recall_matrix(path, list_length=3, subject="who", conditions=["group"])
    assert read.positions.tolist() == [[3, 1, 0], [-1, 0, 0], [0, 0, 0]]
    assert read.trials.subject.tolist() == ["b", "a", "a"] and read.trials.list.tolist() == [1, 1, 2]
    assert read.trials.conditions["group"].tolist() == ["old", "young", "young"]
    assert observed(read).details["codes_read_as_intrusions"] == {"-2": 1} and read.stopped.all()
    with pytest.raises(InputError, match=r"columns who, r1, r2, r3 are not numbered.*subject="):
        read_recall_matrix(path, list_length=3, conditions=["group"])
    with pytest.raises(InputError, match=r"subject='person' is not a column .*who, r1"):
        read_recall_matrix(path, list_length=3, subject="person")
    assert read_recall_matrix([[7, 2, 1], [8, 1, 0]], list_length=2, subject=0).trials.subject.tolist() == [7, 8]


def test_item_numbers_by_hand() -> None:
    """Studied 5 6 7 and 8 9 5; 6 intrudes in the second list, then an unknown word."""
    presented, recalled = [[5, 6, 7], [8, 9, 5]], [[7, 5, 0], [6, -1, 9]]
    expected = [[3, 1, 0], [-1, -1, 2]]
    for recalls in (expected, None):
        read = read_recall_matrix(recalls, list_length=3, pres_itemnos=presented, rec_itemnos=recalled)
        assert read.positions.tolist() == expected and read.trials.pool.labels.tolist() == [5, 6, 7, 8, 9]
        assert read.trials.items.tolist() == [[0, 1, 2], [3, 4, 0]]
        assert read.intruders is not None and read.intruders.tolist() == [[-1, -1, -1], [1, -1, -1]]
        assert "intrusion@2" in read.to_frame()["item"].tolist()
    words = dict(zip(range(5, 10), "ABCDE", strict=True))
    named = read_recall_matrix(None, list_length=3, pres_itemnos=presented, rec_itemnos=recalled, wordpool=words)
    assert named.to_frame().query("trial_type == 'recall'")["item"].tolist() == ["C", "A", "B", "intrusion@2", "E"]


def test_times_that_are_unknown() -> None:
    read = read_recall_matrix([[1, 2], [2]], list_length=2, times=[[500, -1], [2500, 0]], time_unit="ms")
    assert read.times is not None and np.array_equal(read.times, [[0.5, np.nan], [2.5, np.nan]], equal_nan=True)
    assert observed(read).details["unknown_times"] == 1


def test_a_task_in_which_silence_does_not_end_recall() -> None:
    read = read_recall_matrix([[1, 0, 3]], list_length=3, paradigm=SerialRecall(list_length=3))
    assert read.positions.tolist() == [[1, 0, 3]]


@st.composite
def matrices(draw: st.DrawFn) -> tuple[int, list[list[int]]]:
    length = draw(st.integers(1, 6))
    row = st.lists(st.sampled_from([-1, *range(1, length + 1)]), max_size=9)
    return length, draw(st.lists(row, min_size=1, max_size=6))


@settings(max_examples=60, deadline=None)
@given(matrices())
def test_any_matrix_comes_back_from_rows_files_and_item_numbers(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[int, list[list[int]]]
) -> None:
    length, rows = drawn
    width = max(map(len, rows))
    if not width:
        rows, width = [[*row, 0] for row in rows], 1
    expected = np.array([row + [0] * (width - len(row)) for row in rows])
    assert np.array_equal(read_recall_matrix(rows, list_length=length).positions, expected)
    path = tmp_path_factory.mktemp("matrix") / "matrix.csv"
    path.write_text("\n".join(",".join(map(str, row)) or "0" for row in rows))
    assert np.array_equal(read_recall_matrix(path, list_length=length).positions, expected)
    presented = 10 * np.arange(1, len(rows) + 1)[:, None] + np.arange(length)
    numbers = np.where(expected > 0, np.take_along_axis(presented, np.maximum(expected - 1, 0), axis=1), expected)
    by_number = read_recall_matrix(None, list_length=length, pres_itemnos=presented, rec_itemnos=numbers)
    assert np.array_equal(by_number.positions, expected)


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"recalls": [[4]]}, "row 0, output 1 is 4, but the list has 3 items"),
        ({"recalls": [[1, 0, 2]]}, "no response at output 2 but one after it"),
        ({"recalls": [[1.5]]}, "row 0, column 0 is 1.5, not a whole number"),
        ({"recalls": [["one"]]}, "row 0, column 0 is 'one', not a number"),
        ({"recalls": [1, 2, 3]}, "expected a matrix"),
        ({"recalls": 5}, "expected a matrix"),
        ({"recalls": "nowhere.csv"}, "there is no file nowhere.csv"),
        ({"recalls": None}, "both pres_itemnos and rec_itemnos are needed"),
        ({"recalls": [[1]], "rec_itemnos": [[1]]}, "need pres_itemnos"),
        ({"recalls": [[1]], "pres_itemnos": [[1, 2]]}, r"shape \(1, 2\), expected \(1, 3\)"),
        ({"recalls": [[1]], "pres_itemnos": [[1, 0, 2]]}, "column 1 is 0; item numbers start at 1"),
        ({"recalls": [[1]], "pres_itemnos": [[1, 2, 3]], "rec_itemnos": [[2]]}, "is item 2, but the recalls have 1"),
        ({"recalls": [[-1]], "pres_itemnos": [[1, 2, 3]], "rec_itemnos": [[2]]}, "is item 2, but the recalls have -1"),
        ({"recalls": [[1]], "pres_itemnos": [[1, 2, 3]], "wordpool": ["A", "B"]}, "no word of number 3"),
        ({"recalls": [[1]], "times": [[1, 2]]}, r"times have shape \(1, 2\)"),
        ({"recalls": [[1, 0]], "times": [[1, 2]]}, "has the time 2.0 at output 2"),
        ({"recalls": [[1]], "time_unit": "min"}, "time_unit='min' is neither"),
    ],
)
def test_matrix_errors(settings_: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_recall_matrix(**{"list_length": 3, **settings_})


def test_files_that_are_not_matrices(tmp_path: Path) -> None:
    path = tmp_path / "matrix.npy"
    np.save(path, np.array([[1, None]], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match=r"matrix.npy is not an array of numbers .*allow_pickle"):
        read_recall_matrix(path, list_length=3)
    path = tmp_path / "matrix.txt"
    path.write_text("1 2\n\n3\n")
    with pytest.raises(InputError, match="line 2 is empty; write 0"):
        read_recall_matrix(path, list_length=3)
    path.write_bytes(b"\xff\xfe1")
    with pytest.raises(DataError, match="is text in UTF-16; save it in UTF-8"):
        read_recall_matrix(path, list_length=3)
    with pytest.raises(InputError, match=r"notes.pkl is not a .csv"):
        (tmp_path / "notes.pkl").touch()
        read_recall_matrix(tmp_path / "notes.pkl", list_length=3)


def test_list_numbers_through_sessions() -> None:
    subject, session, number = np.array([1, 1, 1, 2, 1]), np.array([1, 1, 2, 2, 3]), np.array([1, 3, 1, 7, 2])
    assert lists_through_sessions(subject, session, number).tolist() == [1, 3, 4, 7, 6]
    assert lists_through_sessions(subject, session, np.array([1, 3, 4, 7, 5])).tolist() == [1, 3, 4, 7, 5]


# MATLAB files of the Computational Memory Lab


def cells(words: Any) -> Any:
    filled = np.empty(words.shape, dtype=object)
    filled[:] = words
    return filled


def test_mat_comes_back(people: Recalls, tmp_path: Path) -> None:
    parts = numbered(people)
    words = np.array(["", *parts.pop("words")])
    column = {name: values[:, None] for name, values in {
        "subject": people.trials.subject, "trial": people.trials.list,
        "mood": cells(people.trials.conditions["mood"].astype(object)),
    }.items()}  # fmt: skip
    shown = {
        "pres_items": cells(words[parts["pres_itemnos"]]),
        "rec_items": cells(words[np.maximum(parts["rec_itemnos"], 0)]),
    }
    data = {**parts, **column, "listLength": 24, "intrusions": np.zeros((len(people), 3)), "pres": {"rt": 1}}
    savemat(tmp_path / "words.mat", {"data": {**data, **shown}})
    read = read_penn_mat(tmp_path / "words.mat")
    assert_same(read, people)
    assert observed(read).details["fields_left_out"] == ["intrusions", "pres"]
    assert_same(load_recalls(str(tmp_path / "words.mat")), people)
    savemat(tmp_path / "numbers.mat", {"data": data})
    assert_same(read_penn_mat(tmp_path / "numbers.mat", wordpool=words[1:].tolist()), people)
    for name in ("pres_itemnos", "rec_itemnos", "recalls"):
        data.pop(name)
    savemat(tmp_path / "only_words.mat", {"data": {**data, **shown}})
    assert_same(read_penn_mat(tmp_path / "only_words.mat"), people)


def session_file(path: Path, **more: Any) -> Path:
    """Two sessions of two lists, the last row empty, one recall per list; times in milliseconds."""
    data = {
        "subject": np.full((5, 1), 63), "session": np.array([[1], [1], [2], [2], [2]]),
        "recalls": np.array([[2, 0], [-1, 1], [1, 2], [0, 0], [0, 0]]),
        "pres_itemnos": np.array([[11, 12], [13, 14], [15, 16], [17, 18], [0, 0]]),
        "rec_itemnos": np.array([[12, 0], [11, 13], [15, 16], [0, 0], [0, 0]]),
        "times": np.array([[1500, 0], [200, 900], [10, 20], [0, 0], [0, 0]]),
        "time": np.arange(5.0)[:, None], "listtype": np.array([[0], [1], [0], [1], [0]]),
    }  # fmt: skip
    savemat(path, {"data": data | more, "note": 1, "full": {"inner": data}})
    return path


def test_sessions_by_hand(tmp_path: Path) -> None:
    path = session_file(tmp_path / "data.mat")
    read = read_penn_mat(path)
    assert read.positions.tolist() == [[2, 0], [-1, 1], [1, 2], [0, 0]]
    assert read.times is not None and read.times[1].tolist() == [0.2, 0.9]
    assert read.intruders is not None and read.trials.pool.labels[read.intruders[1, 0]] == 11
    assert read.trials.list.tolist() == [1, 2, 3, 4] and read.trials.subject.tolist() == [63] * 4
    assert {name: labels.tolist() for name, labels in read.trials.conditions.items()} == {
        "list_time": [0, 1, 2, 3], "listtype": [0, 1, 0, 1], "list_in_session": [1, 2, 1, 2],
    }  # fmt: skip
    assert read.trials.session is not None and read.trials.session.tolist() == [1, 1, 2, 2]
    assert observed(read).details["lists_without_presentation"] == 1
    second = read_penn_mat(path, session=2, conditions=(), variable="full.inner")
    assert second.trials.list.tolist() == [1, 2] and not second.trials.conditions
    assert second.trials.session is not None and second.trials.session.tolist() == [2, 2]
    assert observed(second).details["lists_of_other_sessions"] == 2


def test_a_file_of_one_list(tmp_path: Path) -> None:
    data = {"subject": "LTP063", "recalls": np.array([[1, -1]]), "listLength": 2, "rec_itemnos": [[1, 2]]}
    savemat(tmp_path / "one.mat", {"data": {**data, "pres_itemnos": [[1, 3]]}})
    read = read_penn_mat(tmp_path / "one.mat")
    assert read.positions.tolist() == [[1, -1]] and read.trials.subject.tolist() == ["LTP063"]


def test_intrusions_without_a_number_keep_their_word(tmp_path: Path) -> None:
    data = {
        "recalls": np.array([[-1, 2]]), "pres_itemnos": [[4, 9]], "rec_itemnos": [[-1, 9]],
        "pres_items": cells(np.array([["CAT", "DOG"]])), "rec_items": cells(np.array([["OWL", "DOG"]])),
    }  # fmt: skip
    savemat(tmp_path / "eli.mat", {"data": data})
    frame = read_penn_mat(tmp_path / "eli.mat").to_frame()
    assert frame["item"].tolist() == ["CAT", "DOG", "OWL", "DOG"]
    savemat(tmp_path / "odd.mat", {"data": data | {"rec_itemnos": [[4, 9]]}})
    with pytest.raises(InputError, match="item number 4 is 'CAT' in one place and 'OWL' in another"):
        read_penn_mat(tmp_path / "odd.mat", strict=True)
    read = read_penn_mat(tmp_path / "odd.mat")
    assert read.to_frame()["item"].tolist() == ["CAT", "DOG", "OWL", "DOG"]
    assert observed(read).details["contradictory_words"] == 1


def test_mat_errors(tmp_path: Path) -> None:
    path = session_file(tmp_path / "data.mat")
    for settings_, message in [
        ({"variable": "events"}, "there is no 'events' in it; it holds data, note, full"),
        ({"variable": "note"}, "'note' is not a single struct"),
        ({"session": 7}, r"there is no session 7; it has \[1, 2\]"),
        ({"list_length": 24}, r"no lists of 24 items; it has \[2\]"),
        ({"conditions": ["recalls"]}, "no field 'recalls' with one value for each of 5 lists"),
    ]:
        with pytest.raises(InputError, match=message):
            read_penn_mat(path, **settings_)
    session_file(path, trial=np.array([[1], [1], [2], [3], [4]]))
    with pytest.raises(InputError, match="subject 63 has two lists numbered 1"):
        read_penn_mat(path)
    session_file(path, trial=np.array(list("abcde"), dtype=object)[:, None])
    with pytest.raises(InputError, match="list numbers must be whole numbers, got 'a'"):
        read_penn_mat(path)
    session_file(path, pres_itemnos=np.array([[11, 12], [13, 0], [15, 16], [17, 18], [0, 0]]))
    with pytest.raises(InputError, match=r"different lengths \(1 of 1, 3 of 2 items\); give list_length="):
        read_penn_mat(path)
    assert observed(read_penn_mat(path, list_length=2)).details["lists_of_other_lengths"] == 1
    savemat(path, {"data": {"times": 1}})
    with pytest.raises(InputError, match="no field recalls or pres_itemnos; it has times"):
        read_penn_mat(path)
    path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(512))
    with pytest.raises(DataError, match="version 7.3; load it .*'-v7'"):
        read_penn_mat(path)
    path.write_text("no matrices")
    with pytest.raises(DataError, match="is not a MATLAB file that can be read"):
        read_penn_mat(path)
    with pytest.raises(InputError, match="there is no file"):
        read_penn_mat(tmp_path / "nowhere.mat")


# Eggs of quail


def nested(recalls: Recalls) -> dict[str, Any]:
    """Subjects, lists, items with their time, from the long table."""
    frame = recalls.to_frame()
    sides: dict[str, Any] = {}
    for side, kind in (("pres", "study"), ("rec", "recall")):
        rows = frame[frame["trial_type"] == kind]
        lists = dict(iter(rows.groupby(["subject", "list"])))
        sides[side] = [
            [
                [
                    {"item": row.item, "second": row.time, "temporal": 0}
                    for row in (lists[who, number].itertuples() if (who, number) in lists else ())
                ]
                for number in recalls.trials.list[recalls.trials.subject == who]
            ]
            for who in recalls.trials.subjects
        ]
    return sides


def test_eggs_come_back(people: Recalls, tmp_path: Path) -> None:
    """From json, from nested lists, and from an egg's frames, which quail fills up with items that are NaN."""
    egg = nested(people)
    expected = replace(people, trials=replace(people.trials, conditions={}))
    everyone = {"time": "second", "subject": people.trials.subjects.tolist()}
    (tmp_path / "egg.json").write_text(json.dumps(egg))
    for source in (egg, tmp_path / "egg.json"):
        read = read_egg(source, **everyone)
        zero_based = replace(expected, trials=replace(expected.trials, list=expected.trials.list - 1))
        assert_same(read, zero_based, times=False)
        assert read.times is not None and people.times is not None
        assert np.nansum(read.times) == pytest.approx(np.nansum(people.times))

    class Egg:
        """What quail.Egg offers of this."""

    frames = Egg()
    index = pd.MultiIndex.from_arrays([people.trials.subject, people.trials.list], names=["Subject", "List"])
    for side, lists in egg.items():
        rows = [items for subject in lists for items in subject]
        width = max(map(len, rows))
        filled = [items + [{"item": np.nan}] * (width - len(items)) for items in rows]
        setattr(frames, side, pd.DataFrame(filled, index=index))
    assert_same(read_egg(frames, time="second"), expected, times=False)


def test_an_egg_by_hand(tmp_path: Path) -> None:
    """Two subjects; the second has one list only, which quail fills up, and studied a word of the first's."""
    egg: dict[str, Any] = {
        "pres": [[["cat", "bat", "hat"], ["a", "b", "c"]], [["cat", "y", "z"], []]],
        "rec": [[["bat", "cat", "zoo"], []], [["z", "a", None, float("nan")], [""]]],
    }
    read = read_egg(egg)
    assert read.positions.tolist() == [[2, 1, -1], [0, 0, 0], [3, -1, 0]]
    assert read.trials.subject.tolist() == [0, 0, 1] and read.trials.list.tolist() == [0, 1, 0]
    assert observed(read).details["lists_without_presentation"] == 1
    assert read.to_frame()["item"].tolist()[-2:] == ["z", "a"] and read.times is None
    (tmp_path / "egg.json").write_text(json.dumps(egg))
    assert load_recalls(str(tmp_path / "egg.json")).positions.tolist() == read.positions.tolist()
    alone = read_egg({"pres": egg["pres"][0], "rec": [[], []]})
    assert len(alone) == 2 and alone.n_responses == 0 and alone.trials.subjects.tolist() == [0]


def test_features_and_bytes_of_an_egg() -> None:
    """Items as egg files have them: bytes, with features."""
    sides: dict[str, Any] = {
        "pres": [[[{"item": b"OAK", "category": b"tree", "position": 9}, {"item": b"OWL", "category": b"bird"}]]],
        "rec": [[[{"item": b"OWL"}, {"item": b"JAY", "category": b"bird"}]]],
    }
    read = read_egg(sides, category="category")
    assert read.trials.pool.labels.tolist() == ["OAK", "OWL", "JAY"] and read.positions.tolist() == [[2, -1]]
    assert read.trials.pool.categories is not None
    assert read.trials.pool.categories.tolist() == ["tree", "bird", "bird"]
    with pytest.raises(InputError, match="category='colour' is not a feature of the items, which have category"):
        read_egg(sides, category="colour")


@pytest.mark.parametrize(
    ("egg", "message"),
    [
        ({"pres": [["a"]]}, "no 'rec' in this dict"),
        (5, "no 'pres' in this int"),
        ({"pres": "ab", "rec": "a"}, "pres must be nested lists"),
        ({"pres": [[["a", "b"]]], "rec": [[["a", "", "b"]]]}, "rec of subject 0, list 0 has an empty place at 2"),
        ({"pres": [[["a", "b"], ["c"]]], "rec": [[["a"], []]]}, "lists have different lengths"),
        ({"pres": [[["a"], []]], "rec": [[["a"], ["b"]]]}, "list 1 has responses, but nothing in pres"),
        ({"pres": [[["a"]]], "rec": [[["a"], ["b"]]]}, "list 1 is in rec but not in pres"),
        ({"pres": [[["a"]]], "rec": [[["a"]], [["b"]]]}, "subject 1, list 0 is in rec but not in pres"),
        ({"pres": [], "rec": []}, "no study rows"),
    ],
)
def test_egg_errors(egg: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_egg(egg)


def test_egg_files_are_never_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "data.egg"
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(DataError, match=r"may hold pickles.*egg.get_pres_items\(\).*json.dump"):
        load_recalls(str(path))
    path = tmp_path / "egg.json"
    for text, error, message in [
        ("pres", DataError, "is not JSON"),
        ("[]", InputError, "holds a list; expected an object"),
        ('{"pres": "[]", "rec": "[]"}', InputError, "does not name the subjects of the lists"),
    ]:
        path.write_text(text)
        with pytest.raises(error, match=message):
            read_egg(path)
    with pytest.raises(InputError, match="2 labels of subjects, but 1 subjects in pres"):
        read_egg({"pres": [[["a"]]], "rec": [[["a"]]]}, subject=["x", "y"])


# Events of BIDS


def write_events(root: Path, recalls: Recalls, *, starts: bool = True) -> None:
    """A data set of one file per subject, with a study period, a recall period and a vocalization in each list."""
    frame = recalls.to_frame()
    for who, part in frame.groupby("subject"):
        rows: list[dict[str, Any]] = [{"trial_type": "SESS_START", "onset": 0.0, "list": "n/a"}]
        for number, one in part.groupby("list", sort=False):
            begin = 1000.0 * len(rows)
            common = {"list": number, "mood": "n/a"}
            for row in one.itertuples():
                if row.trial_type == "study":
                    shown = {"trial_type": "WORD", "onset": begin + row.position, "serialpos": row.position}
                    rows.append({**common, **shown, "item_name": row.item, "mood": row.mood})
                else:
                    given = {"trial_type": "REC_WORD", "onset": begin + 100 + row.time, "response_time": row.time}
                    rows.append({**common, **given, "serialpos": -999, "item_name": row.item})
            if starts:
                rows.append({**common, "trial_type": "REC_START", "onset": begin + 100})
            rows.append({**common, "trial_type": "REC_WORD_VV", "onset": begin + 101, "item_name": "<>"})
        folder = root / f"sub-{who}" / "ses-0" / "beh"
        folder.mkdir(parents=True)
        table = pd.DataFrame(rows).sample(frac=1, random_state=0).assign(duration=0.0)
        table.to_csv(folder / f"sub-{who}_ses-0_task-FR1_events.tsv", sep="\t", index=False, na_rep="n/a")
    (root / "dataset_description.json").write_text("{}")
    (root / "derivatives").mkdir()
    (root / "derivatives" / "sub-1_task-other_events.tsv").touch()


@pytest.mark.parametrize("starts", [True, False])
def test_bids_comes_back(people: Recalls, tmp_path: Path, starts: bool) -> None:
    write_events(tmp_path, people, starts=starts)
    read = read_bids_events(tmp_path, conditions=["mood"])
    assert_same(read, people, subjects=people.trials.subject.astype(str))
    expected = {"recall_start": 0, "response_time": 0, "unknown": 0}
    expected["recall_start" if starts else "response_time"] = people.n_responses
    assert observed(read).details["times_from"] == expected and observed(read).details["files"] == 4
    assert observed(read).details["vocalizations_skipped"] == len(people)
    assert read.trials.session is not None and read.trials.session.tolist() == ["0"] * len(people)
    assert_same(load_recalls(str(tmp_path)), people, times=False, subjects=people.trials.subject.astype(str))


def events_file(folder: Path, name: str, lines: str) -> Path:
    """An events file from lines of: onset trial_type item list."""
    path = folder / name
    rows = [line.split() for line in lines.strip().splitlines()]
    path.write_text("onset\ttrial_type\titem_name\ttrial\n" + "\n".join("\t".join(row) for row in rows))
    return path


SESSION = """
    1 WORD TRIAL 0
    2 REC_START n/a 0
    3 REC_WORD TRIAL 0
    4 PRACTICE_WORD RUN n/a
    11 WORD NULL 1
    12 WORD NA 1
    20 REC_START n/a n/a
    22.5 REC_WORD NA 1
    23 REC_WORD_VV <> 1
    24 REC_WORD RUN 1
    25 REC_WORD n/a 1
    31 WORD CAT 2
    32 WORD DOG 2
    40 REC_START n/a 2
    50 FFR_REC_WORD CAT n/a
    51 REC_WORD CAT -999
    61 WORD OWL 3
    62 WORD JAY 3
"""


def test_bids_by_hand(tmp_path: Path) -> None:
    """Practice, words that look like missing values, a list without a response, and one that was not tested."""
    first = events_file(tmp_path, "sub-LTP1_ses-1_task-ltpFR_events.tsv", SESSION)
    read = load_recalls(str(first))
    assert read.positions.tolist() == [[2, -1, -1], [0, 0, 0]] and read.trials.subject.tolist() == ["LTP1"] * 2
    assert read.to_frame()["item"].tolist() == ["NULL", "NA", "NA", "RUN", "intrusion@3", "CAT", "DOG"]
    assert read.times is not None and np.array_equal(read.times[0], [2.5, 4, 5])
    counts = {
        "vocalizations_skipped": 1, "practice_lists_skipped": 2, "events_without_list": 1, "lists_not_tested": 1,
        "lists_of_other_lengths": 0, "events_of_other_types": {"FFR_REC_WORD": 1},
        "times_from": {"recall_start": 3, "response_time": 0, "unknown": 0},
    }  # fmt: skip
    assert observed(read).details == {"file": str(first), **counts}
    second = events_file(tmp_path, "sub-LTP1_ses-10_task-ltpFR_events.tsv", SESSION)
    events_file(tmp_path, "sub-LTP1_ses-2_task-ltpFR_events.tsv", SESSION)
    three = read_bids_events(tmp_path)
    assert three.trials.list.tolist() == [1, 2, 3, 4, 5, 6], "session 10 comes after session 2"
    assert three.trials.session is not None and three.trials.session.tolist() == ["1", "1", "2", "2", "10", "10"]
    assert three.trials.conditions["list_in_session"].tolist() == [1, 2] * 3
    with pytest.raises(InputError, match=r"are of one subject, session and run"):
        read_bids_events([first, second, first])


def test_bids_with_other_names_and_unknown_times(tmp_path: Path) -> None:
    path = tmp_path / "task-x_events.tsv"
    path.write_text(
        "onset\ttrial_type\tprobe\tblock\tsubject\tkind\tserialpos\n"
        "1\tseen\ta\t1\tp1\tx\t1\n2\tseen\tb\t1\tp1\ty\t0\n3\tsaid\ta\t1\tp1\tn/a\tn/a\n4\tsaid\tq\t1\tp1\tn/a\tn/a\n"
    )
    read = read_bids_events(
        path,
        trial_types={"study": "seen", "recall": ["said"]},
        columns={"item": "probe", "list": "block"},
        category="kind",
    )
    assert read.positions.tolist() == [[2, -1]], "serial positions count, from 0 here"
    assert read.times is None and observed(read).details["times_from"]["unknown"] == 2
    assert read.trials.pool.categories is not None and read.trials.pool.categories.tolist()[:2] == ["y", "x"]
    for settings_, message in [
        ({}, r"has no column item; it has onset, trial_type, probe"),
        ({"columns": {"item": "word", "list": "block"}}, r"has no column item \(word\)"),
        ({"columns": {"items": "probe"}}, "columns: 'items' is not one of item, list"),
        (
            {"columns": {"item": "probe", "list": "kind"}, "trial_types": {"study": "seen"}},
            "line 2: kind 'x' is not a number",
        ),
        ({"columns": {"item": "probe", "list": "block"}}, r"no event is a studied item \(trial_type WORD"),
        ({"trial_types": {"encode": "seen"}}, "trial_types: 'encode' is not one of study"),
        ({"task": "y"}, "task='y': the files are of the tasks x; name one"),
    ]:
        with pytest.raises(InputError, match=message):
            read_bids_events(path, **settings_)


def test_bids_lists_of_several_lengths(tmp_path: Path) -> None:
    lines = "1 WORD a 1\n2 WORD b 1\n3 WORD c 2\n4 REC_WORD a 2\n5 WORD d 3\n6 WORD e 3\n"
    path = events_file(tmp_path, "sub-1_task-a_events.tsv", lines)
    with pytest.raises(InputError, match=r"different lengths \(1 of 1, 2 of 2 items; list 2 in .*list_length="):
        read_bids_events(path)
    read = read_bids_events(path, list_length=2)
    assert read.trials.list.tolist() == [1, 3] and observed(read).details["lists_of_other_lengths"] == 1
    with pytest.raises(InputError, match=r"no list of 7 items; the lengths are \[1, 2\]"):
        read_bids_events(path, list_length=7)
    events_file(tmp_path, "sub-1_task-b_events.tsv", lines)
    with pytest.raises(InputError, match="tasks a, b; name one"):
        read_bids_events(tmp_path, list_length=2)
    assert len(read_bids_events(tmp_path, list_length=2, task="b")) == 2
    only_practice = events_file(tmp_path, "sub-2_task-a_events.tsv", "1 WORD a 0\n2 REC_WORD a 0\n")
    with pytest.raises(InputError, match="no list is left to read; .*'practice_lists_skipped': 1"):
        read_bids_events(only_practice)
    with pytest.raises(InputError, match="'position' is a column of the long table"):
        read_bids_events(path, conditions=["position"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no \*_events.tsv or \*_beh.tsv in"):
        read_bids_events(tmp_path / "empty")


# By suffix


def test_tables_by_their_columns(people: Recalls, tmp_path: Path) -> None:
    for suffix, mark in ((".csv", ","), (".tsv", "\t"), (".CSV", ",")):
        path = tmp_path / f"people{suffix}"
        people.to_frame().to_csv(path, sep=mark, index=False)
        read = load_recalls(str(path))
        assert_same(replace(read, trials=replace(read.trials, conditions=people.trials.conditions)), people)
        assert observed(read).details == {"file": str(path)}
    with pytest.raises(InputError, match=r"there is no file nowhere.mat"):
        load_recalls("nowhere.mat")
    with pytest.raises(UnknownNameError):
        load_recalls("nobody")


def test_only_a_long_table_names_models(tmp_path: Path) -> None:
    events = tmp_path / "sub-1_events.tsv"
    events.write_text("onset\ttrial_type\titem\tlist\tserialpos\n1\tstudy\ta\t1\t1\n2\trecall\ta\t1\tn/a\n")
    assert len(load_recalls(events)) == 1
    with pytest.raises(InputError, match="model='TCM' does not apply to .* BIDS events"):
        load_recalls(events, model="TCM")
    savemat(tmp_path / "data.mat", {"data": {"recalls": [[1]], "listLength": 2}})
    with pytest.raises(InputError, match="model='TCM' does not apply to .*; it is for the long table"):
        load_recalls(tmp_path / "data.mat", model="TCM")


def test_the_origin_of_a_matrix() -> None:
    people = Observed("mine", details={"lab": "ours"})
    matrix = [[1, -2]]
    read = read_recall_matrix(matrix, list_length=2, origin=people)
    assert read.origin == replace(people, details={"codes_read_as_intrusions": {"-2": 1}, "lab": "ours"})
    assert read_recall_matrix(matrix, list_length=2, origin=Simulated("TCM")).origin == Simulated("TCM")
