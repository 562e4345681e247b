"""Arrays that a user gives: what is no number, truth or label is refused, and never guessed at."""

import datetime
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import ItemPool, Recalls, Trials
from memsim.core.arrays import index_matrix, label_vector, number_matrix, truth_vector
from memsim.core.errors import InputError, MemsimError
from memsim.paradigms import FreeRecall


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1j, 2]], "got values of type complex128"),
        (np.array([[1j, 2]], dtype=object), "got 1j of type complex"),
        ([[True, 2]], "got True of type bool"),
        (np.array([[True, 2]], dtype=object), "got True of type bool"),
        (pd.DataFrame({"a": [True, False]}), "got values of type bool"),
        ([["1", "2"]], "got values of type <U1"),
        (np.array([["1", 2]], dtype=object), "got '1' of type str"),
        (pd.DataFrame({"a": ["1", "2"]}), "got '1' of type str"),
        (pd.DataFrame({"a": [1 + 1j]}), "got values of type complex128"),
        ([[2**31]], "outside the range of 32-bit"),
        ([[2**70]], "outside the range of 32-bit"),
        ([[10**400]], "outside the range of numbers"),
        ([[np.inf]], "row 0, column 0 is inf, not a whole number"),
        ([[1, None]], "row 0, column 1 is nan"),
        (pd.DataFrame({"a": [1, pd.NA]}), "row 1, column 0 is nan"),
        (np.ma.masked_equal([[1, 2]], 2), "row 0, column 1 is nan"),
        (np.array([["2020-01-01"]], dtype="datetime64[D]"), "got values of type datetime64"),
        ([[1, [2, 3]]], "expected a matrix"),
        ([[[1]], [[2, 3]]], "expected a matrix|different lengths"),
        (np.zeros((2, 2, 2)), r"got shape \(2, 2, 2\)"),
        ((value for value in "ab"), "expected a matrix"),
        ({"a": 1}, "expected a matrix .* got {'a': 1}"),
        ("text", "got 'text'"),
        (b"\x00\x01", r"got b'\\x00\\x01'"),
    ],
)
def test_what_is_no_matrix_of_whole_numbers(values: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as raised:
        index_matrix(values, "m")
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 300


def test_what_is_one() -> None:
    for values in ([[1, 2]], [[1.0, 2]], np.array([[1, 2]], dtype=object), pd.DataFrame([[1, 2]], dtype="Int64")):
        assert index_matrix(values, "m").tolist() == [[1, 2]]
    assert index_matrix(np.array([[1, 2]], dtype=np.uint64), "m").dtype == np.int32
    assert np.array_equal(number_matrix([[1.5, None], [np.nan, 2]], "m"), [[1.5, np.nan], [np.nan, 2]], equal_nan=True)
    assert truth_vector([1, 0], "t").tolist() == [True, False]


def test_times_and_stopped_that_are_no_numbers() -> None:
    good = Recalls.from_matrix([[1, 2]], 2)
    for times in ([[1j, 2j]], [["1", "2"]], [[1], [2, 3]], [[True, False]], "late"):
        with pytest.raises(InputError, match="Recalls: times"):
            replace(good, times=times)
    for stopped in (["False"], [0.5], [2], [None], [1j]):
        with pytest.raises(InputError, match="Recalls: stopped"):
            replace(good, stopped=stopped)
    with pytest.raises(InputError, match=r"expected memsim.Trials, got ndarray"):
        Recalls(np.zeros((1, 2)), [[1, 2]])
    with pytest.raises(InputError, match="with memsim.ItemPool and a paradigm, got ndarray and NoneType"):
        Trials([[0, 1]], np.arange(2), None)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1j, 2j], "labels are of type complex128"),
        (["a", 1], "labels are of several types"),
        (np.array(["a", 1], dtype=object), "labels are of several types"),
        ([[1], [2]], r"has shape \(2, 1\), expected \(2,\)"),
        ([1, [2, 3]], "expected an array of values, got list"),
        (np.array([{}, {}], dtype=object), "labels cannot be compared"),
        ("ab", r"='ab' must be a list or an array of \(2,\) labels"),
    ],
)
def test_labels_that_are_none(labels: Any, message: str) -> None:
    for name in ("subject", "list", "session"):
        with pytest.raises(InputError, match=f"Trials: {name}.*{message}"):
            replace(FreeRecall(list_length=2).trials(2), **{name: labels})
    with pytest.raises(InputError, match=message):
        replace(FreeRecall(list_length=2).trials(2), conditions={"mood": labels})
    with pytest.raises(InputError):
        ItemPool(labels)


def test_missing_labels() -> None:
    assert label_vector(["a", np.nan], "x", 2).tolist()[0] == "a", "NaN does not become text"
    assert label_vector([datetime.date(2020, 1, 1), None], "x", 2)[1] is None
    for gap in (["a", None], ["a", np.nan], [1.0, np.nan], np.array([1, pd.NA], dtype=object)):
        for name in ("subject", "list", "session"):
            with pytest.raises(InputError, match=f"trial 1 has no {name}"):
                replace(FreeRecall(list_length=2).trials(2), **{name: gap})
        with pytest.raises(InputError, match="item 1 has no label"):
            ItemPool(gap)


def test_labels_without_order() -> None:
    for labels in ([0j, 0j], [1j, 2j], [object()] * 2, [None, 1j], [{1: 2}] * 2):
        with pytest.raises(InputError, match="subject labels"):
            label_vector(np.array(labels, dtype=object), "subject", 2)
    with pytest.raises(InputError, match="complex numbers"):
        label_vector(np.array([1j], dtype=object), "subject", 1)


def test_features_that_are_no_numbers() -> None:
    for values in ([["a"], ["b"]], [[1j], [2j]], [[1], [2, 3]], [[True], [False]], [[np.nan], [1]]):
        with pytest.raises(InputError, match="ItemPool: features"):
            ItemPool(np.arange(2), features=values)


CELLS = st.integers() | st.floats() | st.booleans() | st.none() | st.text(max_size=2) | st.complex_numbers()
CELLS |= st.lists(st.integers(), max_size=2)


@pytest.mark.filterwarnings("ignore::memsim.core.errors.DataWarning")
@given(st.one_of(CELLS, st.lists(CELLS, max_size=3), st.lists(st.lists(CELLS, max_size=3), max_size=3)), st.booleans())
def test_anything_ends_in_recalls_or_in_an_error_of_memsim(values: Any, as_objects: bool) -> None:
    if as_objects:
        values = np.array(values, dtype=object)
    for make in (
        lambda: Recalls.from_matrix(values, 3),
        lambda: Recalls.from_matrix([[1, 2]], 3, times=values),
        lambda: Recalls.from_matrix([[1], [2]], 3, subject=values),
        lambda: Trials(values, ItemPool.numbered(5), FreeRecall(list_length=3)),
        lambda: ItemPool(values),
        lambda: ItemPool(np.arange(2), categories=values),
    ):
        with suppress(MemsimError):
            make()
