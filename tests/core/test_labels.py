"""Labels that a user gives: text, or numbers as text, each once, wherever things are given by label."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import compare, load_dataset, recover, run
from memsim.analysis import analyze, lag_crp, plot, recall_regression, summary_table
from memsim.analysis.figures.taxonomy import index_table, taxonomy_figure
from memsim.analysis.statistics.contrasts import summary_contrast
from memsim.core.errors import InputError
from memsim.core.joint_recalls import JointRecalls
from memsim.core.names import by_label
from memsim.evaluation.cross_validation import cross_validate
from memsim.evaluation.ranking.entries import entries
from memsim.fitting.estimation import load_people
from memsim.models import TCM, Strength
from memsim.models.lookup import labelled
from memsim.paradigms import FreeRecall

matplotlib.use("Agg")
RECALLS = load_dataset("peers_notask")[:40]
SUMMARY = summary_table(RECALLS)
FRAME = pd.concat([lag_crp(RECALLS).assign(label=label) for label in "12"], ignore_index=True)
MODELS = (TCM(), Strength())
TAKEN: dict[str, tuple[Callable[[Any], Any], tuple[Any, Any]]] = {
    "labelled": (lambda given: labelled(given, "run"), MODELS),
    "run": (lambda given: run(given, FreeRecall(list_length=4), n_trials=2), MODELS),
    "compare": (lambda given: compare(given, RECALLS, starts=1), MODELS),
    "cross_validate": (lambda given: cross_validate(given, RECALLS), MODELS),
    "recover": (lambda given: recover(given, FreeRecall(list_length=4)), MODELS),
    "benchmark": (entries, MODELS),
    "people of compare and fit": (load_people, (RECALLS, RECALLS)),
    "JointRecalls": (JointRecalls, (RECALLS, RECALLS)),
    "analyze": (lambda given: analyze(given, "lag_crp"), (RECALLS, RECALLS)),
    "recall_regression": (recall_regression, (RECALLS, RECALLS)),
    "summary_contrast": (lambda given: summary_contrast(given, "1"), (SUMMARY, SUMMARY)),
    "index_table": (index_table, (SUMMARY, SUMMARY)),
    "taxonomy_figure": (taxonomy_figure, (SUMMARY, SUMMARY)),
    "labels of figures": (lambda given: plot(FRAME, analysis="lag_crp", labels=given), ("one", "two")),
    "palettes of figures": (lambda given: plot(FRAME, analysis="lag_crp", palette=given), ("red", "blue")),
}


@pytest.mark.parametrize("entry", TAKEN)
def test_two_labels_of_one_text_and_labels_that_are_none_are_refused_before_any_work(entry: str) -> None:
    take, (one, other) = TAKEN[entry]
    with pytest.raises(InputError, match="two labels are '1' as text; give different ones"):
        take({1: one, "1": other})
    for label in (None, "", " ", (1, 2), b"one"):
        with pytest.raises(InputError, match="is no label; give text"):
            take({label: one, "other": other})


@given(st.dictionaries(st.text() | st.integers() | st.floats() | st.none() | st.binary(max_size=2), st.none()))
def test_labels_are_text_and_as_many_as_were_given(given: dict[Any, None]) -> None:
    try:
        found = by_label(given, "run")
    except InputError as error:
        assert str(error).startswith("run: ")
        return
    assert len(found) == len(given) and all(isinstance(label, str) and label.strip() for label in found)


def test_numbers_label_as_their_digits() -> None:
    models: Any = {1: TCM(), 0.5: Strength()}
    recalls: Any = {1: RECALLS, 2: RECALLS}
    assert list(labelled(models, "run")) == ["1", "0.5"]
    assert analyze(recalls, "lag_crp")["label"].unique().tolist() == ["1", "2"]
    assert list(JointRecalls(recalls).parts) == ["1", "2"]
    table = run(models, FreeRecall(list_length=4), n_trials=2).summary
    assert table["label"].unique().tolist() == ["1", "0.5"]
    named: Any = "ab"
    with pytest.raises(InputError, match="must be a table by name"):
        plot(FRAME, analysis="lag_crp", labels=named)


def test_numbers_find_what_they_label_in_a_figure() -> None:
    drawing: Any = {"labels": {1: "first"}, "palette": {2: "red"}, "order": [2, 1]}
    figure = plot(FRAME, analysis="lag_crp", **drawing)
    (legend,) = [each for each in (*figure.legends, *(axis.get_legend() for axis in figure.axes)) if each]
    assert [text.get_text() for text in legend.get_texts()] == ["2", "first"]
    drawn = [line.get_color() for axis in figure.axes for line in axis.lines]
    assert "red" in drawn
