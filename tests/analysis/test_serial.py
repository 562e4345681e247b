"""Analyses of serial recall: counts made by hand, and independent targets on data of Farrell & Lewandowsky (2003)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from memsim import Recalls, load_curves, simulate
from memsim.analysis import (
    curve_table,
    error_types,
    fill_in,
    lag_crp,
    mean_over_subjects,
    relative_order,
    repetition_distance,
    response_latency,
    serial_accuracy,
    serial_position_curve,
    summary_table,
    transposition_gradient,
)
from memsim.core.errors import DataError, InputError
from memsim.data import load_summary
from memsim.data.datasets.farrell_lewandowsky2003 import CODES, FARRELL_LEWANDOWSKY2003, parse
from memsim.models import StartEnd
from memsim.paradigms import SerialRecall
from tests.conftest import shared_file

NAMES = {
    "dissimilar": "dissimilar", "similar": "similar", "D_in_pos2": "dissimilar_in_2", "D_in_pos4": "dissimilar_in_4",
    "D_in_pos6": "dissimilar_in_6", "SDSDSD": "alternating",
}  # fmt: skip
FOUR = [[1, 3, 2, 4], [1, 3, 4, 0], [2, 1, -1, 1], [1, 2, 3, 4]]


def of(matrix: list[list[int]], direction: str = "forward") -> Recalls:
    task = SerialRecall(list_length=len(matrix[0]), direction=direction)
    return Recalls.from_matrix(matrix, len(matrix[0]), paradigm=task)


def column(frame: pd.DataFrame, by: str, value: str = "actual") -> dict[object, float]:
    return frame.set_index(by)[value].to_dict()


def test_accuracy_by_hand() -> None:
    assert column(serial_accuracy(of(FOUR)), "position") == {1: 3, 2: 1, 3: 1, 4: 2}
    backward = serial_accuracy(of([[4, 3, 1, 2], [4, 2, 3, 1]], "backward"))
    assert column(backward, "position") == {1: 1, 2: 0, 3: 1, 4: 2}, "by serial position of the item"
    with pytest.raises(InputError, match="asks for no order"):
        serial_accuracy(Recalls.from_matrix([[1, 2]], 2))


def test_error_types_by_hand() -> None:
    types = error_types(of(FOUR)).groupby("type")["actual"].sum().to_dict()
    assert types == {"correct": 7, "transposition": 6, "repetition": 1, "omission": 1, "intrusion": 1}
    last = error_types(of(FOUR)).query("output == 4").set_index("type")["actual"].to_dict()
    assert last == {"correct": 2, "transposition": 0, "repetition": 1, "omission": 1, "intrusion": 0}


def test_gradient_by_hand() -> None:
    gradient = transposition_gradient(of(FOUR)).set_index("displacement")
    assert gradient["actual"].to_dict() == {-3: 0, -2: 0, -1: 2, 0: 7, 1: 4, 2: 0, 3: 0}
    # Responses given for the first time at the four outputs: 4, 4, 3 and 2.
    assert gradient["possible"].to_dict() == {-3: 2, -2: 5, -1: 9, 0: 13, 1: 11, 2: 8, 3: 4}


def test_fill_in_by_hand() -> None:
    counts = fill_in(of([[1, 3, 2, 4, 5], [1, 3, 4, 5, 2], [1, 2, 3, 5, 4], [2, 4, 1, 3, 5], [1, -1, 4, 3, 5]]))
    # A fill-in, an infill, a fill-in at the end, neither, a fill-in after an intrusion.
    assert (counts["actual"].sum(), counts["possible"].sum()) == (3, 4)
    backward = fill_in(of([[4, 2, 3, 1], [4, 2, 1, 3]], "backward"))
    assert (backward["actual"].sum(), backward["possible"].sum()) == (1, 2)


def test_repetitions_and_relative_order_by_hand() -> None:
    recalls = of([[1, 2, 1, 1], [3, 3, -1, 3]])
    assert column(repetition_distance(recalls), "distance") == {1: 2, 2: 2, 3: 0}
    order = relative_order(of(FOUR))
    assert (order["actual"].sum(), order["possible"].sum()) == (7, 9)
    assert relative_order(of([[4, 3, 1, 2]], "backward"))["prob"].tolist() == [2 / 3]


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recalls]:
    """The six conditions, from a file in the format of the original, written from the recoded data."""
    table = pd.read_csv(shared_file("data/human/farrell_lewandowsky2003_e1_serial.csv"))
    responses = table.filter(regex=r"^o\d$").to_numpy()
    responses = np.where(responses == -9, 9, np.where(responses == -1, 0, responses))
    codes = table["condition"].map({name: CODES[ours] for name, ours in NAMES.items()})
    items, times = table.filter(regex=r"^sim\d$"), table.filter(regex=r"^rt_ms\d$")
    path = tmp_path_factory.mktemp("letters") / "file.txt"
    np.savetxt(path, np.column_stack([table["subject"], table["trial"], codes, items, responses, times]), fmt="%d")
    return {name: parse(path, name, FARRELL_LEWANDOWSKY2003.paradigm(name)) for name in CODES}


def target(name: str, condition: str) -> pd.DataFrame:
    table = pd.read_csv(shared_file(f"data/targets/serial_{name}.csv"))
    return table[(table["dataset"] == "farrell_lewandowsky2003_e1") & (table["cond"] == condition)]


@pytest.mark.parametrize(("theirs", "ours"), NAMES.items())
def test_analyses_equal_independent_targets(letters: dict[str, Recalls], theirs: str, ours: str) -> None:
    recalls = letters[ours]

    def mean(frame: pd.DataFrame, by: str) -> np.ndarray:
        return mean_over_subjects(frame, by)["mean"].to_numpy()

    known = target("accuracy", theirs)
    assert mean(serial_accuracy(recalls), "position") == pytest.approx(known["acc_in_position"].to_numpy(), abs=6e-6)
    anywhere = known["item_recalled_anywhere"].to_numpy()
    assert mean(serial_position_curve(recalls), "position") == pytest.approx(anywhere, abs=6e-6)
    gradient = target("transposition_gradient", theirs)["p_resp_per_opportunity"].to_numpy()
    assert mean(transposition_gradient(recalls), "displacement") == pytest.approx(gradient, abs=6e-6)
    near = mean_over_subjects(lag_crp(recalls), "lag").query("lag != 0")["mean"].to_numpy()
    assert near == pytest.approx(target("lagcrp", theirs)["crp"].to_numpy(), abs=6e-6, nan_ok=True)
    types = mean_over_subjects(error_types(recalls), ["output", "type"]).pivot(
        index="output", columns="type", values="mean"
    )
    errors = target("errors", theirs)
    for kind in ("correct", "transposition", "omission", "intrusion"):
        assert types[kind].to_numpy() == pytest.approx(errors[kind].to_numpy(), abs=6e-6)
    # The targets count a repeated item as a repetition even if it is in its place.
    repeated = pd.Series(recalls.is_repeat.mean(axis=0))
    assert repeated.to_numpy() == pytest.approx(errors["repetition"].to_numpy(), abs=1e-3)
    counts, known = fill_in(recalls), target("summary", theirs)
    filled = int(known["fillin_n_first_error"].iloc[0])
    assert counts["actual"].sum() == pytest.approx(
        filled, abs=1 if theirs in ("dissimilar", "similar", "SDSDSD") else 4
    )


@pytest.mark.parametrize("condition", ["dissimilar", "similar"])
def test_latencies_equal_independent_targets(letters: dict[str, Recalls], condition: str) -> None:
    found = mean_over_subjects(response_latency(letters[condition]), "output", "latency")["mean"].to_numpy()
    assert 1000 * found == pytest.approx(target("latency", condition)["mean_rt_correct_ms"].to_numpy(), rel=0.005)


def test_latencies_by_hand() -> None:
    task = SerialRecall(list_length=3)
    times = np.array([[1.0, 1.5, 3.5], [2.0, np.nan, 5.0]])
    recalls = Recalls.from_matrix([[1, 1, 3], [1, 0, 3]], 3, paradigm=task, times=times)
    table = response_latency(recalls).set_index("output")
    assert table["latency"].to_dict() == pytest.approx({1: 1.5, 2: np.nan, 3: 2.0}, nan_ok=True)
    assert table["count"].to_dict() == {1: 2, 2: 0, 3: 1}
    with pytest.raises(InputError, match="have no times"):
        response_latency(of(FOUR))


def test_lists_that_are_longer_are_recalled_worse() -> None:
    accuracy = [
        (simulate(StartEnd(), SerialRecall(list_length=n).trials(3000), seed=1).positions == np.arange(1, n + 1)).mean()
        for n in (5, 6, 7, 8)
    ]
    assert (np.diff(accuracy) < -0.02).all()


@pytest.mark.parametrize("condition", list(CODES))
def test_shipped_curves_are_those_of_the_data(letters: dict[str, Recalls], condition: str) -> None:
    for table, shipped in ((curve_table, load_curves), (summary_table, load_summary)):
        known = shipped("farrell_lewandowsky2003", condition)
        pd.testing.assert_frame_equal(table(letters[condition]).round(6), known, check_dtype=False)


def test_a_file_of_another_form(tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("1 2 3\n")
    with pytest.raises(DataError, match="has 3 columns, expected 21"):
        parse(tmp_path / "short.txt", "similar", FARRELL_LEWANDOWSKY2003.paradigm("similar"))
    (tmp_path / "words.txt").write_text("a b c\n")
    with pytest.raises(DataError, match=r"words\.txt"):
        parse(tmp_path / "words.txt", "similar", FARRELL_LEWANDOWSKY2003.paradigm("similar"))
