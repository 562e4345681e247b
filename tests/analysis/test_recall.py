"""Analyses against psifr, against counts made by hand, and at the edges."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psifr import fr

from memsim import Recalls, load_dataset, simulate
from memsim.analysis import (
    curve_table,
    lag_crp,
    mean_over_subjects,
    primacy_index,
    probability_of_nth_recall,
    recency_index,
    root_mean_squared_difference,
    serial_position_curve,
    summary_table,
)
from memsim.core.errors import InputError
from memsim.data import load_summary
from memsim.models import TCM
from memsim.paradigms import FreeRecall

EXACT = {"check_dtype": False, "rtol": 1e-12, "atol": 1e-12}


def assert_equal_to_psifr(recalls: Recalls) -> None:
    """The three curves and their counts equal those of psifr on the long table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scored = fr.merge_free_recall(recalls.to_frame())
        spc, crp, pnr = fr.spc(scored), fr.lag_crp(scored), fr.pnr(scored)
    ours = serial_position_curve(recalls)[["subject", "position", "prob"]]
    pd.testing.assert_frame_equal(ours, spc.set_axis(["subject", "position", "prob"], axis=1), **EXACT)
    pd.testing.assert_frame_equal(lag_crp(recalls), crp[["subject", "lag", "prob", "actual", "possible"]], **EXACT)
    pnr = pnr[["subject", "output", "input", "prob", "actual", "possible"]].rename(columns={"input": "position"})
    pd.testing.assert_frame_equal(probability_of_nth_recall(recalls, None), pnr, **EXACT)
    first = pnr[pnr["output"] == 1].reset_index(drop=True)
    pd.testing.assert_frame_equal(probability_of_nth_recall(recalls), first, **EXACT)


def test_equal_to_psifr_on_its_data(psifr_table: pd.DataFrame) -> None:
    assert_equal_to_psifr(Recalls.from_frame(psifr_table))


def test_equal_to_psifr_on_a_model() -> None:
    assert_equal_to_psifr(simulate(TCM(), FreeRecall(list_length=9).trials(200, subjects=3), seed=1))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), length=st.integers(2, 7), n_lists=st.integers(1, 6))
def test_equal_to_psifr_on_random_recalls(data: st.DataObject, length: int, n_lists: int) -> None:
    response = st.integers(-1, length).filter(bool)
    rows = [data.draw(st.lists(response, max_size=length + 3)) for _ in range(n_lists)]
    if not any(code > 0 for row in rows for code in row):
        rows[0] = [1]  # psifr fails without any recall
    matrix = [row + [0] * (length + 3 - len(row)) for row in rows]
    subject = data.draw(st.lists(st.integers(1, 2), min_size=n_lists, max_size=n_lists))
    assert_equal_to_psifr(Recalls.from_matrix(matrix, length, subject=subject))


def test_landmarks_of_psifr_data() -> None:
    """Means over subjects that psifr computes from its own data."""
    expected = {
        "Morton2013": (0.1918, 0.19109, 0.5646, 0.9630),
        "peers_notask": (0.25545, 0.43500, 0.8214, 0.9240),
    }
    for name, values in expected.items():
        recalls = Recalls.from_frame(fr.sample_data(name))
        crp = mean_over_subjects(lag_crp(recalls), "lag").set_index("lag")["mean"]
        spc = mean_over_subjects(serial_position_curve(recalls), "position")["mean"]
        assert (crp[-1], crp[1], spc.iloc[0], spc.iloc[-1]) == pytest.approx(values, abs=6e-5)


def test_lags_counted_by_hand() -> None:
    crp = lag_crp(Recalls.from_matrix([[1, 3, 4, 8, 5, 4, 7, 6]], 8))
    assert crp["lag"].tolist() == list(range(-7, 8))
    assert crp["actual"].tolist() == [0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0]
    assert crp["possible"].tolist() == [0, 1, 1, 0, 1, 2, 3, 0, 3, 3, 3, 3, 2, 1, 1]


def test_intrusions_and_repeats_break_transitions() -> None:
    recalls = Recalls.from_matrix([[2, 3, -1], [3, 1, 3]], 3)
    crp = lag_crp(recalls)
    assert crp["actual"].tolist() == [1, 0, 0, 1, 0] and crp["possible"].tolist() == [1, 2, 0, 1, 0]
    assert serial_position_curve(recalls)["prob"].tolist() == [0.5, 0.5, 1.0]
    recalls = Recalls.from_matrix([[5, 6, 1, 2, 4, 0], [6, 5, -1, 3, 3, 4], [1, 2, 3, 0, 0, 0]], 6)
    crp = lag_crp(recalls)
    assert crp["actual"].tolist() == [1, 0, 0, 0, 1, 0, 4, 1, 0, 0, 0]
    assert crp["possible"].tolist() == [2, 3, 3, 3, 2, 0, 5, 4, 3, 2, 1]
    first = probability_of_nth_recall(recalls)["prob"]
    assert first.tolist() == pytest.approx([1 / 3, 0, 0, 0, 1 / 3, 1 / 3])


def test_two_conventions_of_nth_recall() -> None:
    recalls = Recalls.from_matrix([[-1, 2, 1], [2, 2, 1], [0, 0, 0]], 3)
    correct = probability_of_nth_recall(recalls, 1)
    assert correct["actual"].tolist() == [0, 2, 0] and correct["possible"].tolist() == [2, 2, 2]
    literal = probability_of_nth_recall(recalls, 1, responses="all")
    assert literal["actual"].tolist() == [0, 1, 0] and literal["possible"].tolist() == [3, 3, 3]
    second = probability_of_nth_recall(recalls, 2, responses="all")
    assert second["actual"].tolist() == [0, 1, 0]
    third = probability_of_nth_recall(recalls, 3, responses="all")
    assert third["actual"].tolist() == [2, 0, 0]
    with pytest.raises(InputError, match="n=4 must be a whole number from 1 to 3, the list length"):
        probability_of_nth_recall(recalls, 4)
    with pytest.raises(InputError, match="responses='every'"):
        probability_of_nth_recall(recalls, responses="every")


def test_indices_by_hand() -> None:
    """Ten lists of 12 items; item 1 is recalled in all, item 12 in nine, item 6 in four."""
    matrix = np.zeros((10, 3), dtype=int)
    matrix[:, 0] = 1
    matrix[:9, 1] = 12
    matrix[:4, 2] = 6
    recalls = Recalls.from_matrix(matrix, 12)
    primacy, recency = primacy_index(recalls).iloc[0], recency_index(recalls).iloc[0]
    edge, middle, end = 10 / 30, 4 / 40, 9 / 40
    assert primacy["difference"] == pytest.approx(edge - middle)
    assert primacy["contrast"] == pytest.approx((edge - middle) / (edge + middle))
    assert recency["difference"] == pytest.approx(end - middle)
    assert (primacy["first_recall"], recency["first_recall"]) == (1, 0)
    assert primacy[["edge_recalled", "edge_possible", "middle_recalled", "middle_possible"]].tolist() == [10, 30, 4, 40]
    assert primacy_index(recalls, edge=1).iloc[0]["edge"] == 1
    with pytest.raises(InputError, match="edge=13 must be a whole number from 1 to 12, the list length"):
        recency_index(recalls, edge=13)


def test_indices_of_people() -> None:
    """Primacy and recency, difference and contrast, from an independent computation on the mean curves."""
    expected = {
        "20-1": (0.104, 0.20, 0.567, 0.58), "30-1": (0.125, 0.27, 0.605, 0.635), "40-1": (0.097, 0.30, 0.628, 0.73),
    }  # fmt: skip
    tables = {condition: load_summary("murdock1962", condition) for condition in expected}
    tables["peers"] = summary_table(load_dataset("peers_notask"))
    expected["peers"] = (0.167, 0.126, 0.196, 0.145)
    for condition, values in expected.items():
        found = tables[condition].set_index("statistic")["mean"]
        found = found[["primacy", "primacy_contrast", "recency", "recency_contrast"]]
        assert found.to_numpy() == pytest.approx(values, abs=0.0051)


def test_the_middle_gives_way_to_a_wide_edge() -> None:
    wide = recency_index(Recalls.from_matrix([[1]], 20), edge=10).iloc[0]
    assert (wide["edge_possible"], wide["middle_possible"]) == (10, 4)
    assert np.isnan(recency_index(Recalls.from_matrix([[1]], 20), edge=20)["difference"].iloc[0])


def test_short_lists_have_narrow_edges() -> None:
    six = primacy_index(Recalls.from_matrix([[1, 2, 3, 4, 5, 6]], 6)).iloc[0]
    assert six["edge_possible"] == 2 and six["middle_possible"] == 3
    ten = primacy_index(Recalls.from_matrix([[1]], 10)).iloc[0]
    assert ten["middle_possible"] == 3, "position 7 belongs to the last four"


@pytest.mark.parametrize("length", [1, 2, 3, 9])
@pytest.mark.parametrize("responses", [[], [1], [-1, -1]])
def test_edges_of_the_possible(length: int, responses: list[int]) -> None:
    """Lists without recalls, with one item, with intrusions only, and very short lists give right values or NaN."""
    recalls = Recalls.from_matrix(np.array([responses], dtype=int).reshape(1, -1), length)
    curve = serial_position_curve(recalls)
    assert curve["prob"].sum() == (responses == [1])
    assert lag_crp(recalls)["actual"].sum() == 0 and len(lag_crp(recalls)) == 2 * length - 1
    summary = summary_table(recalls).set_index("statistic")["mean"]
    assert summary["recalled"] == (responses == [1]) and summary["intrusions"] == responses.count(-1)
    assert curve_table(recalls)["sem"].isna().all()
    assert np.isnan(primacy_index(recalls)["contrast"].iloc[0]) == (length < 4 or responses != [1])


def test_no_lists_at_all() -> None:
    nothing = Recalls.from_matrix([[1]], 4)[[]]
    for analysis in (serial_position_curve, lag_crp, probability_of_nth_recall, primacy_index, curve_table):
        assert len(analysis(nothing)) == 0
    assert summary_table(nothing)["n_subjects"].sum() == 0


def test_a_table_is_not_recalls() -> None:
    table = Recalls.from_matrix([[1]], 4).to_frame()
    for analysis in (serial_position_curve, lag_crp, probability_of_nth_recall, primacy_index, recency_index):
        with pytest.raises(InputError, match="got DataFrame; Recalls.from_frame reads a long table"):
            analysis(table)


def test_mean_over_subjects() -> None:
    frame = pd.DataFrame(
        {"subject": [1, 2, 3, 1, 2, 3], "x": [1, 1, 1, 2, 2, 2], "prob": [0.1, 0.2, 0.6, 1, np.nan, 0]}
    )
    mean = mean_over_subjects(frame, "x").set_index("x")
    assert mean.loc[1, "mean"] == pytest.approx(0.3) and mean["n_subjects"].tolist() == [3, 2]
    sem = np.std([0.1, 0.2, 0.6], ddof=1) / np.sqrt(3)
    assert mean.loc[1, "high"] - 0.3 == pytest.approx(4.302653 * sem, rel=1e-6)
    with pytest.raises(InputError, match="confidence=95 must lie between 0 and 1"):
        mean_over_subjects(frame, "x", confidence=95)


def test_subjects_count_once_each() -> None:
    recalls = Recalls.from_matrix([[1], [1], [1], [2]], 2, subject=[1, 1, 1, 2])
    table = curve_table(recalls)
    assert table[table["curve"] == "serial_position_curve"]["mean"].tolist() == [0.5, 0.5]


def test_distance_between_curves() -> None:
    one = pd.DataFrame({"curve": "serial_position_curve", "x": [1, 2, 3], "mean": [0.1, 0.2, 0.3]})
    other = pd.DataFrame({"curve": "serial_position_curve", "x": [2, 3, 4], "mean": [0.2, 0.7, 0.3]})
    distance = root_mean_squared_difference(one, other)
    assert distance["serial_position_curve"] == pytest.approx(np.sqrt(0.16 / 2)) and set(distance) == {
        "serial_position_curve"
    }
