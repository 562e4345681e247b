"""Recalls: construction, checks, and the long table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from psifr import fr

from memsim import ItemPool, Recalls, Trials, log_likelihood, simulate
from memsim.analysis import lag_crp
from memsim.core.errors import InputError
from memsim.models import CMR, Strength
from memsim.paradigms import FreeRecall


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 2, 6]], r"row 0, output 3 is 6, but the list has 5 items; write -1"),
        ([[1, 88, 0]], r"output 2 is 88"),
        ([[1, -2, 0]], r"output 2 is -2"),
        ([[1, 2], [3]], r"different lengths \(row 0 has 2, row 1 has 1\); pad"),
        ([[1, np.nan]], r"row 0, column 1 is nan.*write 0"),
        ([[1, 0, 2]], r"row 0 has no response at output 2 but one after it"),
        ([[True, False]], r"expected whole numbers"),
        ([[2**40, 0]], r"32-bit"),
        (None, r"expected a matrix.*got None"),
        ([1, 2, 3], r"got shape \(3,\)"),
    ],
)
def test_bad_matrices(matrix: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Recalls.from_matrix(matrix, list_length=5)


def test_arrays_that_do_not_fit() -> None:
    good = Recalls.from_matrix([[1, 2], [3, 0]], list_length=5)
    with pytest.raises(InputError, match="1 rows of positions for 2 trials"):
        Recalls(good.trials, np.array([[1]]))
    with pytest.raises(InputError, match="stopped has shape"):
        Recalls(good.trials, good.positions, stopped=np.array([True]))
    with pytest.raises(InputError, match=r"row 1 has the time 2.0 at output 2"):
        Recalls.from_matrix([[1, 2], [3, 0]], 5, times=[[0.5, 1.0], [1.0, 2.0]])
    with pytest.raises(InputError, match="intruders must match"):
        Recalls(good.trials, good.positions, intruders=np.array([[0, -1], [-1, -1]]))
    with pytest.raises(InputError, match="trial 1 has no subject"):
        Recalls.from_matrix([[1], [2]], 5, subject=[1, np.nan])
    with pytest.raises(InputError, match="subject has shape"):
        Recalls.from_matrix([[1, 2]], 5, subject=[1, 2])


def test_tables_as_matrices() -> None:
    frame = pd.DataFrame({"a": [1, 3], "b": [2, None]})
    for table in (frame, frame.astype("Int64")):
        with pytest.raises(InputError, match="row 1, column 1 is nan"):
            Recalls.from_matrix(table, list_length=5)
        assert Recalls.from_matrix(table.fillna(0), list_length=5).positions.tolist() == [[1, 2], [3, 0]]


def test_arrays_of_recalls_are_read_only() -> None:
    recalls = Recalls.from_matrix([[1, 2]], 5)
    for array in (
        recalls.positions,
        recalls.stopped,
        recalls.is_correct,
        recalls.trials.subject,
        recalls.trials.subjects,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_a_matrix_by_hand() -> None:
    recalls = Recalls.from_matrix([[2, -1, 2, 3], [0, 0, 0, 0], [1, 3, 2, 1]], list_length=3, output_limit=4)
    assert recalls.output_of_item.tolist() == [[-1, 0, 3], [-1, -1, -1], [0, 2, 1]]
    assert recalls.is_correct[0].tolist() == [True, False, False, True]
    assert recalls.is_repeat[0].tolist() == [False, False, True, False]
    assert recalls.is_intrusion.sum() == 1 and recalls.n_responses == 8
    assert recalls.stopped.tolist() == [False, True, False]
    assert recalls[1:].stopped.tolist() == [True, False]


@given(arrays(np.int64, st.tuples(st.integers(1, 8), st.integers(0, 7)), elements=st.integers(-1, 5)))
def test_correct_repeated_and_intruding_responses_add_up(matrix: np.ndarray) -> None:
    matrix = np.where(np.cumsum(matrix == 0, axis=1) > 0, 0, matrix)
    recalls = Recalls.from_matrix(matrix, list_length=5)
    kinds = recalls.is_correct.astype(int) + recalls.is_repeat + recalls.is_intrusion
    assert np.array_equal(kinds, (matrix != 0).astype(int))
    for row, correct in zip(matrix, recalls.is_correct, strict=True):
        seen: set[int] = set()
        for code, is_correct in zip(row, correct, strict=True):
            assert is_correct == (code > 0 and code not in seen)
            seen.add(code)


def test_times_and_intruders_survive_the_long_table() -> None:
    frame = pd.DataFrame(
        [
            ("s1", 1, 1, "study", "cat", np.nan), ("s1", 1, 2, "study", "dog", np.nan),
            ("s1", 2, 1, "study", "sun", np.nan), ("s1", 2, 2, "study", "sky", np.nan),
            ("s1", 1, 1, "recall", "dog", 0.5), ("s1", 2, 2, "recall", "sky", 2.5),
            ("s1", 2, 1, "recall", "cat", 1.5), ("s1", 2, 3, "recall", None, 3.5),
        ],
        columns=["subject", "list", "position", "trial_type", "item", "time"],
    )  # fmt: skip
    recalls = Recalls.from_frame(frame)
    assert recalls.positions.tolist() == [[2, 0, 0], [-1, 2, -1]]
    assert recalls.intruders is not None and recalls.times is not None
    pool = recalls.trials.pool
    assert pool.labels[recalls.intruders[1, 0]] == "cat" and recalls.intruders[1, 2] == -1
    assert recalls.times[1].tolist() == [1.5, 2.5, 3.5]
    again = recalls.to_frame()
    assert again[again["trial_type"] == "recall"]["item"].tolist() == ["dog", "cat", "sky", "intrusion@3"]
    assert np.array_equal(Recalls.from_frame(again).positions, recalls.positions)
    assert np.array_equal(Recalls.from_frame(again).times, recalls.times, equal_nan=True)


def test_long_table_round_trip(messy_recalls: Recalls) -> None:
    again = Recalls.from_frame(messy_recalls.to_frame().sample(frac=1, random_state=1))
    order = np.lexsort([again.trials.list, again.trials.subject])
    expected = np.lexsort([messy_recalls.trials.list, messy_recalls.trials.subject])
    assert np.array_equal(again.positions[order], messy_recalls.positions[expected])
    pd.testing.assert_frame_equal(lag_crp(again), lag_crp(messy_recalls))


def test_tables_of_people_survive_the_round_trip(psifr_table: pd.DataFrame) -> None:
    recalls = Recalls.from_frame(psifr_table)
    columns = ["subject", "list", "trial_type", "position", "item"]
    ours = recalls.to_frame()[columns].sort_values(columns[:4], ignore_index=True)
    psifr_table = psifr_table.assign(item=psifr_table["item"].str.split().str.join(" "))  # "BLUE  MOSQUE"
    theirs = psifr_table[columns].sort_values(columns[:4], ignore_index=True)
    # The tables of psifr have gaps in some output positions; only the order is compared.
    for table in (ours, theirs):
        table["position"] = table.groupby(["subject", "list", "trial_type"]).cumcount() + 1
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)


def test_sources_survive_the_long_table() -> None:
    table = TABLE.assign(task=["size", "animacy", None, "size", "size"])
    recalls = Recalls.from_frame(table, source="task")
    assert np.array_equal(recalls.trials.source, [[1, 0], [1, 1]])
    frame = recalls.to_frame()
    assert frame["source"].isna().tolist() == (frame["trial_type"] == "recall").tolist()
    assert np.array_equal(Recalls.from_frame(frame, source="source").trials.source, recalls.trials.source)
    assert Recalls.from_frame(frame).trials.source is None
    for column, message in (("tasks", r"lacks the column\(s\) tasks"), ("gap", "no gap in study row 3")):
        with pytest.raises(InputError, match=message):
            Recalls.from_frame(table.assign(gap=[1, 2, None, None, 1]), source=column)


def test_sources_of_people() -> None:
    recalls = Recalls.from_frame(fr.sample_data("Morton2013"), source="category")
    assert recalls.trials.source is not None and set(np.unique(recalls.trials.source)) == {0, 1, 2}
    assert np.isfinite(log_likelihood(CMR(), recalls[:50])).all()


TABLE = pd.DataFrame(
    {
        "subject": [1, 1, 1, 1, 1], "list": [1, 1, 1, 2, 2], "position": [1, 2, 1, 1, 2],
        "trial_type": ["study", "study", "recall", "study", "study"], "item": ["a", "b", "b", "c", "d"],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="item"), r"lacks the column\(s\) item"),
        (lambda t: t.assign(trial_type="quiz"), "trial_type 'quiz' in row 0"),
        (lambda t: t.assign(position=[1, 2, None, 1, 2]), "no position in row 2"),
        (lambda t: t.iloc[:4], r"different lengths \(1 of 1, 1 of 2 items\)"),
        (lambda t: t.iloc[2:3], "no study rows"),
        (lambda t: t.assign(list=[1, 1, 3, 2, 2]), "list 3 has responses but no study rows"),
        (lambda t: t.assign(position=[1, 3, 1, 1, 2]), "positions are not 1 to 2, each once"),
        (lambda t: pd.concat([t, t.iloc[2:3]]), "subject 1, list 1 has two responses at output position 1"),
        (lambda t: t.assign(position=[1, 2, 0, 1, 2]), "output position 0 is not one of 1, 2, 3"),
        (lambda t: t.assign(position=[1, 2, 1.5, 1, 2]), "output position 1.5"),
        (lambda t: t.assign(item=["a", "b", 7, "c", "d"]), "text in some rows and numbers in others"),
        (lambda t: t.assign(time=[None, None, "late", None, None]), "the time 'late' in row 2 is not a number"),
        (lambda t: t.to_numpy(), "expected a pandas DataFrame, got ndarray"),
        (lambda t: t.assign(item=["a", None, "b", "c", "d"]), "no item in study row 1"),
    ],
)
def test_bad_tables(change: object, message: str) -> None:
    assert Recalls.from_frame(TABLE).positions.tolist() == [[2], [0]]
    with pytest.raises(InputError, match=message):
        Recalls.from_frame(change(TABLE))


def test_an_item_studied_twice_is_recalled_at_its_first_presentation() -> None:
    table = TABLE.assign(item=["a", "a", "a", "c", "d"])
    recalls = Recalls.from_frame(table)
    assert recalls.trials.repeated_items.tolist() == [True, False] and recalls.positions.tolist() == [[1], [0]]
    trials = Trials(np.array([[0, 1, 0, 2, 1]]), ItemPool.numbered(3), FreeRecall(list_length=5))
    assert trials.first_presentation.tolist() == [[0, 1, 0, 3, 1]]
    assert Recalls(trials, [[3, 5, -1, 4, 0]]).positions.tolist() == [[1, 2, -1, 4, 0]]
    with pytest.raises(InputError, match="Strength: list 0 holds an item twice"):
        simulate(Strength(), trials)


def test_categories_and_conditions_survive_the_table() -> None:
    table = TABLE.assign(kind=["x", "y", "y", "x", None], half=[1, 1, 1, 2, 2])
    table.loc[4, "kind"] = "y"
    recalls = Recalls.from_frame(table, category="kind", conditions=["half"])
    assert recalls.trials.conditions["half"].tolist() == [1, 2]
    assert recalls[[1]].trials.conditions["half"].tolist() == [2]
    back = Recalls.from_frame(recalls.to_frame(), category="category", conditions=["half"])
    assert np.array_equal(back.trials.pool.categories, recalls.trials.pool.categories)
    assert np.array_equal(recalls.trials.pool.categories, ["x", "y", "x", "y"])
    with pytest.raises(
        InputError, match=r"the half of one list must be the same in all its rows; .* has 1, 2 \(row 2\)"
    ):
        Recalls.from_frame(table.assign(half=[1, 1, 2, 2, 2]), category="kind", conditions="half")
