"""Small inputs after real files and reports of faults, with the values that are right by hand or by another program."""

from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from memsim import Recalls, Trials, analysis, log_likelihood, simulate
from memsim.core.errors import DataError, DataWarning, InputError
from memsim.core.free_recall import FreeRecall
from memsim.core.items import ItemPool
from memsim.core.position_model import position_log_likelihood
from memsim.data import read_penn_mat, read_recall_matrix
from memsim.data.loading import load_recalls
from memsim.models import SIMPLE
from memsim.models.lookup import build_model
from tests.cases.conftest import Memsim
from tests.conftest import observed

QUICK = "--starts 1 --generations 1 --workers 1"


def test_serial_recall_of_a_repeated_item_is_right_in_every_place() -> None:
    """Digits 7 3 7 4, given back perfectly; counted by eye."""
    recalls = load_recalls("serial_repeated_item.csv", paradigm="serial_recall")
    assert analysis.serial_accuracy(recalls)["prob"].tolist() == [1, 1, 1, 1]
    types = analysis.error_types(recalls).query("actual > 0")
    assert types["type"].tolist() == ["correct"] * 4


@pytest.mark.parametrize("items", [[0, 1, 0], [0, 1]])
def test_probabilities_of_all_responses_sum_to_one_or_the_list_is_refused(items: list[int]) -> None:
    sam = build_model("SAM:murdock1962-soft")
    pool = ItemPool(np.array(["cat", "dog"]))
    responses = [list(each) for n in range(3) for each in permutations((1, 2), n)]
    positions = np.array([each + [0] * (2 - len(each)) for each in responses])
    trials = Trials(np.tile(items, (len(responses), 1)), pool, FreeRecall(list_length=len(items)))
    recalls = Recalls(trials, positions)
    if len(set(items)) == len(items):
        assert np.exp(log_likelihood(sam, recalls, samples=400)).sum() == pytest.approx(1, abs=1e-6)
        return
    for refused in (
        lambda: log_likelihood(sam, recalls, samples=10),
        lambda: simulate(sam, trials),
        lambda: position_log_likelihood(SIMPLE(), recalls),
    ):
        with pytest.raises(InputError, match="holds an item twice"):
            refused()


def test_intrusions_come_from_lists_of_the_session() -> None:
    """By the coding of the lab (field ``intrusions`` of the file: 1, -1, 1 and two more of the kind)."""
    recalls = read_penn_mat("two_sessions.mat")
    rates = analysis.error_rates(recalls).set_index("kind")["total"]
    assert (rates["prior_list"], rates["extra_list"]) == (2, 1)


def test_sessions_that_have_only_beh_files_are_read() -> None:
    recalls = load_recalls("beh_only")
    assert len(recalls) == 3 and len(recalls.trials.subjects) == 2


def test_times_that_go_back() -> None:
    """Two recall periods; the mean at lag +1 of transitions within a period is (28 + 2) / 2."""
    with pytest.warns(DataWarning, match="time"):
        recalls = Recalls.from_frame(pd.read_csv("times_go_back.csv"))
    with pytest.warns(DataWarning, match="time"):
        latency = analysis.response_latency(recalls)
        by_lag = analysis.latency_by_lag(recalls).query("count > 0").set_index("lag")
    at = latency.set_index("output")["latency" if "latency" in latency else "mean"]
    assert at[[1, 2, 4]].tolist() == [2, 28, 2] and (np.isnan(at[3]) or at[3] == 1)
    assert by_lag["total"][1] / by_lag["count"][1] == 15


@pytest.mark.parametrize(
    "command", ["fit tcm", "fit cmr", "fit strength", "fit tcm --by summary", "fit simple --by summary"]
)
def test_fits_of_lists_with_repeats_are_refused_before_the_search(memsim: Memsim, command: str) -> None:
    assert "twice" in memsim(f"{command} --people repeated_lists.csv {QUICK}").refusal


def test_comparisons_of_lists_with_repeats_are_refused(memsim: Memsim) -> None:
    assert "twice" in memsim(f"compare tcm --people repeated_lists.csv --folds 2 {QUICK}").refusal


@pytest.mark.parametrize("name", ["empty", "latin1", "utf16", "ragged", "short_row", "two_items"])
def test_tables_that_are_malformed_are_refused_in_one_line(memsim: Memsim, name: str) -> None:
    assert f"{name}.csv" in memsim(f"run --people {name}.csv --models tcm --n-trials 40").refusal


def test_a_fit_that_cannot_be_scored_is_refused_before_the_search(memsim: Memsim) -> None:
    ended = memsim(f"fit SAM:murdock1962-soft --people repeated_lists.csv --samples 5 {QUICK} --out out")
    assert "twice" in ended.refusal and not Path("out").exists()


def test_columns_of_events_are_judged_by_what_they_hold() -> None:
    with pytest.warns(DataWarning, match="1 event of another type"):
        recalls = load_recalls("two_list_columns/sub-A_ses-0_task-x_events.tsv")
    assert recalls.positions.tolist() == [[2]] and recalls.times is not None and recalls.times.tolist() == [[1]]


def test_a_code_of_repetitions() -> None:
    """Item 13 at output 3 says the same as the code -2: the item of output 1 again."""
    assert read_penn_mat("repetition_code.mat").positions.tolist() == [[3, 1, 3, -1]]


def test_one_contradiction_is_counted_and_no_refusal() -> None:
    with pytest.warns(DataWarning, match="1"):
        recalls = read_penn_mat("one_contradiction.mat")
    assert recalls.positions[0].tolist() == [3, 1] and recalls.positions[1].tolist() in ([2, -1], [2, 3])
    with pytest.raises(InputError, match="16|FIG"):
        read_penn_mat("one_contradiction.mat", strict=True)


def test_a_category_belongs_to_list_and_item() -> None:
    """By hand and by psifr: one possible transition for each subject, and it is taken."""
    recalls = Recalls.from_frame(pd.read_csv("category_by_list.csv"), category="category")
    crp = analysis.category_crp(recalls)
    assert crp["prob"].tolist() == [1, 1] and crp["possible"].tolist() == [1, 1]


def test_a_list_that_was_broken_off_is_left_out_by_its_length(memsim: Memsim) -> None:
    path = "broken_off/sub-A_ses-0_task-x_events.tsv"
    with pytest.warns(DataWarning, match="1 "):
        assert len(load_recalls(path, list_length=3)) == 2
    ended = memsim(f"run --people {path} --list-length 3 --models tcm --n-trials 40")
    assert ended.status == 0 and "memsim: warning:" in ended.err


def test_a_file_is_read_as_serial_recall(memsim: Memsim) -> None:
    ended = memsim("run --paradigm serial_recall --people serial.csv --models startend --n-trials 40 --out out")
    assert ended.status == 0
    table = pd.read_csv("out/curves.csv").query("curve == 'serial_accuracy' and label != 'StartEnd'")
    assert table.sort_values("x")["mean"].tolist() == [1, 0, 0]
    assert memsim(f"fit startend --paradigm serial_recall --people serial.csv {QUICK}").status == 0


def test_a_subject_with_one_list_does_not_block_a_comparison(memsim: Memsim) -> None:
    ended = memsim(f"compare tcm --people one_list.csv {QUICK} --out out")
    assert ended.status == 0
    held = pd.read_csv("out/held_out.csv").query("model == 'tcm'")
    assert held.groupby("subject").size().to_dict() == {1: 5, 2: 1}


@pytest.mark.parametrize("name", ["data.h5", "a"])
def test_files_that_are_there_but_in_no_format(memsim: Memsim, name: str) -> None:
    said = memsim(f"run --people {name} --models tcm --n-trials 10").refusal
    assert "there is no data set" not in said and ("suffix" in said or "dataset_description.json" in said)


def test_matrices_without_a_struct_and_of_any_suffix() -> None:
    assert read_recall_matrix("recalls.txt", list_length=3).positions.tolist() == [[3, 2, 1], [2, -1, 0]]
    read = read_recall_matrix("subject_and_recalls.dat", list_length=3, subject=0)
    assert read.positions.tolist() == [[3, 2, 1], [2, -1, 0]] and read.trials.subject.tolist() == [1, 1]
    assert read_penn_mat("top_level.mat", list_length=3).positions.tolist() == [[3, 2, 1], [2, 0, 0]]


def test_the_scored_table_of_psifr() -> None:
    assert load_recalls("scored.csv").positions.tolist() == [[3, 1, 3, -1]]


def test_lists_that_start_again_in_each_session() -> None:
    recalls = load_recalls("lists_restart.csv")
    assert recalls.positions.tolist() == [[2], [1]]
    assert recalls.trials.session is not None and recalls.trials.session.tolist() == [1, 2]


def test_lists_with_repeats_are_drawn_as_far_as_curves_are_defined(memsim: Memsim) -> None:
    ended = memsim("run --people repeated_lists.csv --models tcm --n-trials 10 --out out")
    assert "TCM" in ended.err + ended.out and "twice" in ended.err + ended.out
    assert "serial_position_curve" in set(pd.read_csv("out/curves.csv")["curve"])
    recalls = load_recalls("repeated_lists.csv")
    assert analysis.repetition_effect(recalls)["prob"].notna().any()


@pytest.mark.parametrize("name", ["crashes_scipy.mat", "lists_of_1e9.mat", "fractional_item.mat"])
def test_matlab_files_that_are_malformed(memsim: Memsim, name: str) -> None:
    with pytest.raises((DataError, InputError), match="mat|item|list"):
        load_recalls(name)
    assert name in memsim(f"run --people {name} --models tcm --n-trials 40").refusal


def test_details_count_what_was_left_out() -> None:
    with pytest.warns(DataWarning):
        recalls = load_recalls("broken_off/sub-A_ses-0_task-x_events.tsv", list_length=3)
    assert 1 in observed(recalls).details.values()
