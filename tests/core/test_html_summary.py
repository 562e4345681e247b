"""What notebooks show: every value as well-formed HTML, with all text escaped, and long tables cut."""

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import ItemPool, Recalls, Trials, fit, recover, run, simulate
from memsim.core.html_summary import ROWS, Table, html_of
from memsim.models import TCM, UnequalVariance
from memsim.paradigms import FreeRecall, Recognition

CELLS = st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.booleans())


def text_of(html: str) -> str:
    """The text of a page, which must be well-formed."""
    return " ".join(ET.fromstring(html).itertext())


def printable(text: str) -> str:
    """What XML may hold of a text."""
    return "".join(
        each
        for each in text
        if each == "\t" or (each >= " " and not 0xD800 <= ord(each) <= 0xDFFF and ord(each) < 0xFFFE)
    )


@given(st.text(), st.dictionaries(st.text(), CELLS, max_size=3), st.lists(st.tuples(CELLS, CELLS), max_size=3))
def test_any_text_is_escaped(heading: str, facts: dict[str, object], rows: list[tuple[object, object]]) -> None:
    html = html_of(heading, facts, Table(("a<b", "&"), rows, len(rows)), note=heading)
    found = text_of(printable(html))
    assert all(part in found for part in printable(heading).split())


def test_numbers_and_long_tables() -> None:
    html = html_of(
        "x", {"n": 12345, "none": None, "empty": ""}, pd.DataFrame({"v": np.arange(40) / 3, "w": ["<b>"] * 40})
    )
    text = text_of(html)
    assert "12,345" in text and "none" not in text and "empty" not in text
    assert "0.3333" in text and f"{40 - ROWS} more rows" in text and "&lt;b&gt;" in html


def test_recalls_show_their_responses() -> None:
    trials = Trials(
        np.array([[0, 1, 2], [2, 1, 0]]),
        ItemPool.numbered(3),
        FreeRecall(list_length=3),
        conditions={"rate": np.array(["slow", "fast"])},
    )
    text = text_of(Recalls(trials, np.array([[3, -1, 1], [2, 0, 0]]))._repr_html_())
    for each in ("3 × 1", "1.50 in the mean", "slow, fast", "Recalls(4 responses", "intrusions"):
        assert each in text


@pytest.fixture(scope="module")
def recalls() -> Recalls:
    return simulate(TCM(), FreeRecall(list_length=5).trials(15, seed=1), seed=1)


def test_every_value_that_a_user_meets(recalls: Recalls) -> None:
    judgments = simulate(UnequalVariance(), Recognition().trials(4, seed=0), seed=0)
    fitted = fit(TCM(), recalls, ["context_drift"], starts=1)
    task = FreeRecall(list_length=5)
    recovered = recover(TCM(), task, ["context_drift"], simulations=2, n_trials=10, starts=1, workers=1)
    compared = run({"a<b": TCM()}, task, n_trials=40)
    for value, said in (
        (recalls, "TCM, seed 1"), (recalls.trials, "item 5"), (judgments, "target"), (TCM(), "published by"),
        (task, "list_length"), (fitted, "context_drift"), (recovered, "context_drift"), (compared, "a<b"),
    ):  # fmt: skip
        assert said in text_of(value._repr_html_())
        assert len(repr(value)) < 500 and "\n" not in repr(value)


def test_figures_show_themselves(recalls: Recalls) -> None:
    figure = run({"a": TCM()}, FreeRecall(list_length=5), n_trials=40).figure(width=1)
    data, size = figure._repr_png_()
    assert data.startswith(b"\x89PNG") and size["width"] == round(100 * figure.get_size_inches()[0])
