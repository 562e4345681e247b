"""Tables, events and eggs of rough kinds: read rightly, or refused in one of memsim's own errors."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim import Recalls, load_recalls
from memsim.analysis import analyze
from memsim.core.errors import DataWarning, InputError
from memsim.core.tables.item_text import warn_of_near_misses
from memsim.data import read_bids_events, read_egg, read_penn_mat, read_recall_matrix
from tests.conftest import observed

TABLE = {
    "subject": 1,
    "list": 1,
    "position": [1, 2, 1],
    "trial_type": ["study", "study", "recall"],
    "item": list("abb"),
}
EVENTS = "onset\ttrial_type\tlist\titem_name\tresponse_time\n1\tWORD\t1\tA\t\n2\tWORD\t1\tB\t\n"
EGG = {"pres": [["a", "b"]], "rec": [["b"]]}


@pytest.mark.parametrize(
    "text",
    [
        ",subject,list,position,trial_type,item\n0,1,1,1,study,a\n1,1,1,1,recall,a\n",
        ",Unnamed: 0,subject,list,position,trial_type,item,\n0,0,1,1,1,study,a,\n1,1,1,1,1,recall,a,\n",
        "subject, list, position, trial_type, item\n1, 1, 1, study, a\n1, 1, 1, recall, a\n",
        "\ufeff\ufeffsubject,list,position,trial_type,item\n1,1,1,study,a\n1,1,1,recall,a\n",
    ],
)
def test_columns_without_a_name_and_names_with_spaces(tmp_path: Path, text: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(text, "utf-8")
    read = load_recalls(path)
    assert read.positions.tolist() == [[1]] and read.trials.pool.labels.tolist() == ["a"]


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"item": [1.5, 2, 2]}, {}, "item 1.5 in row 0 is not a whole number"),
        ({"item": [1, np.inf, 1]}, {}, "item inf in row 1 is not a whole number"),
        ({"list": 1.5}, {}, "list of trial 0 is 1.5"),
        ({"list": np.inf}, {}, "list of trial 0 is inf"),
        ({"subject": [("a", 1)] * 3}, {}, "subject"),
        ({}, {"paradigm": "serial_recall"}, "'serial_recall' is no paradigm"),
        ({}, {"conditions": 5}, "lacks the column"),
        ({}, {"category": ["item"]}, "is not the name of a column"),
        ({}, {"source": 5}, r"lacks the column\(s\) 5"),
    ],
)
def test_tables_and_options_that_are_refused(columns: Any, options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Recalls.from_frame(pd.DataFrame({**TABLE, **columns}), **options)


def test_items_that_are_whole_numbers_stay_such() -> None:
    labels = Recalls.from_frame(pd.DataFrame({**TABLE, "item": [1.0, 2.0, 2.0]})).trials.pool.labels
    assert labels.dtype == np.int64 and labels.tolist() == [1, 2]


@pytest.mark.parametrize("given", ["\u200bdon't", "don\u00adt", "don\N{RIGHT SINGLE QUOTATION MARK}t", "don't\ufeff"])
def test_signs_that_look_alike_are_reported(given: str) -> None:
    studied = "dont" if "\u00ad" in given else "don't"
    with pytest.warns(DataWarning, match="1 of 1 intrusions differ .* by signs that look alike"):
        warn_of_near_misses(np.array([studied, given]), np.array([[0]]), np.array([0]), np.array([1]), "here")


def events(path: Path, rows: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(EVENTS + rows.replace(" ", "\t"))
    return path


def test_several_recall_periods_of_events_are_numbered(tmp_path: Path) -> None:
    """A at 1 s in the first period, B at 1 s in the second, which begins 3 s later."""
    rows = "3 REC_START 1  \n4 REC_WORD 1 A \n6 REC_START 1  \n7 REC_WORD 1 B \n"
    read = load_recalls(events(tmp_path / "sub-1_events.tsv", rows))
    assert read.times is not None and read.times.tolist() == [[1, 1]]
    assert read.periods is not None and read.periods.tolist() == [[1, 2]]


def test_times_before_the_recall_period_are_counted(tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match="1 time below 0, taken as unknown"):
        read = load_recalls(
            events(tmp_path / "sub-1_events.tsv", "3 REC_WORD 1 A \n5 REC_START 1  \n6 REC_WORD 1 B \n")
        )
    assert read.times is not None and np.isnan(read.times[0, 0]) and read.times[0, 1] == 1


def test_responses_to_a_list_that_nobody_studied_are_counted(tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match="1 list without presented items"):
        read = load_recalls(events(tmp_path / "sub-1_events.tsv", "3 REC_WORD 1 A \n6 REC_WORD 2 B \n"))
    assert read.positions.tolist() == [[1]]


def test_sessions_of_which_nothing_is_read_are_counted(tmp_path: Path) -> None:
    (tmp_path / "dataset_description.json").write_text("{}")
    events(tmp_path / "sub-1/ses-0/beh/sub-1_ses-0_task-x_beh.tsv", "3 REC_WORD 1 A \n")
    events(tmp_path / "sub-1/ses-1/beh/sub-1_ses-1_task-x_beh.tsv.gz", "3 REC_WORD 1 A \n")
    with pytest.warns(DataWarning, match=r"1 session without a list \(sub-1/ses-1\)"):
        read = load_recalls(tmp_path)
    assert observed(read).details["sessions_without_lists"] == {"sub-1/ses-1": 1}


def test_errors_in_events_name_file_and_line(tmp_path: Path) -> None:
    path = events(tmp_path / "sub-1_events.tsv", "3 WORD 1  \n")
    with pytest.raises(InputError, match=r"sub-1_events.tsv, line 4"):
        load_recalls(path)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: read_bids_events(5), "5 is neither a folder"),
        (lambda: read_bids_events("x", columns=5), "columns=5 must be a table"),
        (lambda: read_bids_events("x", columns={"item": ["a"]}), "not the name of a column"),  # type: ignore[dict-item]
        (lambda: read_bids_events("x", trial_types={"study": 5}), "study=5 must be text"),  # type: ignore[dict-item]
        (lambda: read_penn_mat(5), "5 is not the path"),
        (lambda: read_penn_mat("x.mat", variable=5), "variable=5 must be text"),
        (lambda: read_egg({**EGG, "pres": [[b"\xff", "b"]]}), "not text in UTF-8"),
        (lambda: read_egg({**EGG, "pres": [["a", np.array([1, 2])]]}), "neither text nor a number"),
        (lambda: read_egg(EGG, subject=[[1]]), "subject"),
        (lambda: read_egg(EGG, subject=5), "1 labels of subjects"),
        (lambda: read_recall_matrix([[1, [2]]], list_length=3), "expected a matrix"),
        (lambda: read_recall_matrix(np.array(5), list_length=3), "expected a matrix"),
        (lambda: read_recall_matrix([[1]], list_length=3, codes=["x"]), "must be a table"),
        (lambda: read_recall_matrix([[1]], list_length=3, time_unit=["s"]), "time_unit"),
    ],
)
def test_arguments_of_readers_that_are_refused(call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_a_place_of_an_egg_may_be_missing_as_pandas_writes_it() -> None:
    assert read_egg({"pres": [["a", "b"]], "rec": [["b", pd.NA]]}).positions.tolist() == [[2]]


def test_lists_of_a_matrix_that_start_again_in_each_session() -> None:
    read = read_recall_matrix([[1, 2], [2, 1], [1, 1]], list_length=2, list=[1, 2, 1], session=[1, 1, 2])
    assert read.trials.list.tolist() == [1, 2, 3]
    assert read.trials.conditions["list_in_session"].tolist() == [1, 2, 1]
    with pytest.raises(InputError, match="row 1 is another list 1 of subject 1"):
        read_recall_matrix([[1, 2], [2, 1]], list_length=2, list=[1, 1])


def test_the_name_of_an_analysis_is_text() -> None:
    recalls = Recalls.from_frame(pd.DataFrame(TABLE))
    with pytest.raises(InputError, match="is not the name of a"):
        analyze("lag_crp", recalls)


def test_two_lists_of_one_label_and_other_names_of_columns() -> None:
    twice = pd.concat([pd.DataFrame(TABLE)] * 2)
    with pytest.raises(InputError, match="give the column session"):
        Recalls.from_frame(twice.assign(position=[1, 2, 1, 1, 2, 2]))
    with pytest.raises(InputError, match=r"lacks the column\(s\) list; .*columns="):
        Recalls.from_frame(pd.DataFrame(TABLE).rename(columns={"list": "trial"}))


def test_numbers_that_are_written_otherwise_are_reported() -> None:
    with pytest.warns(DataWarning, match="2 of 3 intrusions differ.*'2' for '02'"):
        labels = np.array(["02", "10", "2", "10.0", "1"])
        warn_of_near_misses(labels, np.array([[0, 1]]), np.array([0, 0, 0]), np.array([2, 3, 4]), "here")
