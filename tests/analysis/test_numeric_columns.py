"""Numbers that are text in a frame: read where they plainly are numbers, refused with column, value and row if not."""

import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import simulate
from memsim.analysis import (
    ANALYSES,
    analyze,
    attainment,
    bayesian_model_selection,
    bootstrap_interval,
    comparison_panel,
    comparison_table,
    contrast,
    criteria_figure,
    curve_distance,
    curve_table,
    held_out,
    identity_figure,
    in_words,
    index_table,
    information_criteria,
    log_evidence,
    mean_over_subjects,
    plot,
    points_by_label,
    points_of,
    points_of_curve,
    ratio_of_mean_ratios,
    root_mean_squared_difference,
    selection_figure,
    selection_in_words,
    summary_contrast,
    summary_table,
    target_figure,
    taxonomy_figure,
    winners,
)
from memsim.analysis.figures.targets import Panel
from memsim.analysis.numeric_columns import as_numbers, plain_numbers
from memsim.core.errors import InputError
from memsim.models import TCM
from memsim.paradigms import FreeRecall
from tests.figures.cases import fit_rows, held_out_lists

LAGS = pd.DataFrame({"lag": [-2, -1, 1, 2], "prob": [0.1, 0.2, 0.4, 0.1]})


def drawn(frame: pd.DataFrame, analysis: str = "lag_crp", **options: Any) -> np.ndarray[Any, Any]:
    return np.asarray(plot(frame, analysis=analysis, **options).axes[0].lines[0].get_ydata(), dtype=float)


def as_text(table: pd.DataFrame, index: bool = False) -> pd.DataFrame:
    """A table as it comes back from a file of which every cell was read as text."""
    buffer = io.StringIO(table.to_csv(index=index))
    return pd.read_csv(buffer, dtype=str, index_col=0 if index else None)


@pytest.fixture(scope="module")
def recalls() -> Any:
    return simulate(TCM(), FreeRecall(list_length=6).trials(30, seed=1, subjects=5), seed=1)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False, width=32), min_size=1, max_size=6))
@settings(derandomize=True, deadline=None)
def test_numbers_are_the_same_as_text(values: list[float]) -> None:
    column = pd.Series(values, name="prob")
    for other in (column.astype(str), column.astype(object), column.astype("category"), column.astype("Float64")):
        np.testing.assert_array_equal(as_numbers(other, "test").to_numpy(dtype=float), column.to_numpy())
        np.testing.assert_array_equal(plain_numbers(other).to_numpy(dtype=float), column.to_numpy())


def test_whole_numbers_stay_whole_and_names_stay_names() -> None:
    assert as_numbers(pd.Series(["1", " 10", "2"], name="lag"), "test").tolist() == [1, 10, 2]
    assert plain_numbers(pd.Series(["1", "10"])).dtype.kind == "i"
    names = pd.Series(["1", "2-3", "4+"])
    assert plain_numbers(names) is names


@pytest.mark.parametrize(
    "value", ["a", "", "0,5", "True", "0x1", np.inf, -np.inf, "inf", 1j, pd.Timestamp("2020-01-01"), [1]]
)
def test_what_is_no_number(value: object) -> None:
    column = pd.Series([0.5, value], index=["x", "y"], name="prob", dtype=object)
    with pytest.raises(InputError, match=r"^test: prob is .* in row y; values must be finite numbers, or NaN where"):
        as_numbers(column, "test")


@pytest.mark.filterwarnings("ignore:plot. several analyses")
def test_numbers_that_are_text_are_drawn_as_numbers() -> None:
    curve = pd.DataFrame({"position": [1, 2, 3], "prob": ["0.1", "0.9", "0.4"]})
    figure = plot(curve, analysis="serial_position_curve")
    assert np.asarray(figure.axes[0].lines[0].get_ydata()).tolist() == [0.1, 0.9, 0.4]
    low, high = figure.axes[0].get_ylim()
    assert low < 0.1 and 0.9 < high < 1.1
    plain = drawn(LAGS)
    for text in (LAGS.astype(str), LAGS.astype({"lag": str}), LAGS.astype({"prob": "category"})):
        np.testing.assert_array_equal(drawn(text), plain)
        np.testing.assert_array_equal(drawn(text, ""), plain)  # whose lags say that it is a lag-CRP
    positions = pd.DataFrame({"position": [str(i) for i in range(1, 13)], "prob": 0.5, "subject": "a"})
    points = points_of(positions, analysis="serial_position_curve")
    assert points["position"].tolist() == list(range(1, 13)), "10 comes after 9"


@pytest.mark.filterwarnings("ignore:plot. several analyses")
@pytest.mark.parametrize(("changed", "said"), [
    ({"prob": "a"}, "prob is 'a' in row 0; values must be finite numbers"),
    ({"prob": ["0,1", "0,2", "0,4", "0,1"]}, "read files with decimal commas by pandas.read_csv(file, decimal=',')"),
    ({"prob": [0.1, np.inf, 0.4, 0.1]}, "prob is inf in row 1"),
    ({"lag": "a"}, "lag is 'a' in row 0"),
    ({"lag": [-2, np.nan, 1, 2]}, "lag is missing in row 1, where prob is 0.2; fill it in, or leave the row out"),
])  # fmt: skip
def test_what_a_figure_cannot_place(changed: dict[str, Any], said: str) -> None:
    frame = LAGS.assign(**changed)
    asked: list[Callable[[], Any]] = [
        lambda: plot(frame, analysis="lag_crp"),
        lambda: points_of(frame, analysis="lag_crp"),
        lambda: comparison_panel([LAGS, frame]),
        lambda: plot(frame.assign(subject=1), analysis="lag_crp"),
    ]
    for ask in asked:
        with pytest.raises(InputError, match=re.escape(said)):
            ask()


def test_points_series_and_rasters_of_text(recalls: Any) -> None:
    points = pd.DataFrame({"label": "people", "position": ["1", "2"], "mean": ["0.5", "0.6"], "low": ["0.4", "0.5"]})
    assert drawn(points, "serial_accuracy").tolist() == [0.5, 0.6]
    with pytest.raises(InputError, match="plot: low is 'x' in row 1"):
        plot(points.assign(low=["0.4", "x"]), analysis="serial_accuracy")
    frame = analyze(recalls, "lag_crp", by_output=True)
    one, other = plot(frame), plot(as_text(frame), analysis="lag_crp")
    assert [line.get_label() for line in one.axes[0].lines] == [line.get_label() for line in other.axes[0].lines]
    raster = analyze(recalls, "recall_raster")
    images = [plot(each, analysis="recall_raster").axes[0].images for each in (raster, as_text(raster))]
    for image, same in zip(*images, strict=True):
        np.testing.assert_array_equal(image.get_array(), same.get_array())
    first = pd.DataFrame({"position": [1, 2], "output": [1, np.nan], "prob": [0.2, 0.1]})  # as curves without outputs
    assert drawn(first, "probability_of_nth_recall").tolist() == [0.2, 0.1]
    condition = LAGS.assign(group=["a", None, "b", "b"], subject=1)[["group", "subject", "lag", "prob"]]
    with pytest.raises(InputError, match="plot: group is missing in row 1"):
        plot(condition, analysis="lag_crp")


def test_statistics_of_text(recalls: Any) -> None:
    frame = analyze({"a": recalls, "b": recalls[:20]}, "serial_position_curve")
    text = as_text(frame)
    same: list[Callable[[pd.DataFrame], pd.DataFrame]] = [
        lambda each: mean_over_subjects(each[each["label"] == "a"], "position").drop(columns="position"),
        lambda each: attainment(each[each["label"] == "a"], each[each["label"] == "b"], "position", n_splits=20),
        lambda each: contrast(each[each["position"].astype(int) == 1], "label", paired=True),
    ]
    for ask in same:
        pd.testing.assert_frame_equal(ask(frame), ask(text))
    assert curve_distance(text[text["label"] == "a"], frame[frame["label"] == "b"], "position") > 0
    for ask in (lambda each: mean_over_subjects(each, "position"), lambda each: bootstrap_interval(each, "position")):
        with pytest.raises(InputError, match="prob is 'x' in row 0"):
            ask(frame[frame["label"] == "a"].assign(prob="x"))
    with pytest.raises(InputError, match="mean_over_subjects: position is missing in row 0, where prob is"):
        mean_over_subjects(frame.assign(position=np.nan), "position")
    with pytest.raises(InputError, match="mean_over_subjects: no column lag; there are"):
        mean_over_subjects(frame, "lag")
    table = contrast(frame[frame["position"] == 1], "label", paired=True)
    assert in_words(as_text(table)) == in_words(table)


def test_summaries_and_curves_of_text(recalls: Any) -> None:
    tables = {"a": summary_table(recalls), "b": summary_table(recalls[:20])}
    texts = {name: as_text(table) for name, table in tables.items()}
    pd.testing.assert_frame_equal(index_table(texts), index_table(tables))
    pd.testing.assert_frame_equal(summary_contrast(texts, "a"), summary_contrast(tables, "a"))
    wrong = {**tables, "b": tables["b"].astype({"mean": object}).assign(mean="x")}
    for ask in (index_table, taxonomy_figure, lambda given: summary_contrast(given, "a")):
        with pytest.raises(InputError, match="mean is 'x' in row 0"):
            ask(wrong)
    one, other = curve_table(recalls), curve_table(recalls[:20])
    distances = root_mean_squared_difference(one, other)
    assert root_mean_squared_difference(as_text(one), other) == pytest.approx(distances)
    analysis = ANALYSES.get("lag_crp")
    pd.testing.assert_frame_equal(points_of_curve(as_text(one), analysis), points_of_curve(one, analysis))
    assert points_by_label({"a": as_text(one)}, analysis)["lag"].dtype.kind == "i"


def test_comparisons_of_text() -> None:
    lists, fits = held_out_lists(), fit_rows()
    held, criteria = held_out(lists), information_criteria(fits)
    pd.testing.assert_frame_equal(held_out(as_text(lists)), held, check_dtype=False)
    text = information_criteria(as_text(fits)).drop(columns="unit")
    pd.testing.assert_frame_equal(text, criteria.drop(columns="unit"), check_dtype=False)
    evidence = log_evidence(fits)
    np.testing.assert_allclose(log_evidence(as_text(criteria)).to_numpy(), evidence.to_numpy())
    assert bayesian_model_selection(as_text(evidence, index=True)).omnibus_risk == pytest.approx(
        bayesian_model_selection(evidence).omnibus_risk
    )
    assert winners(as_text(lists)).counts["won"].tolist() == winners(lists).counts["won"].tolist()
    big = fits.assign(log_likelihood=fits["log_likelihood"] * np.where(fits["model"] == "CMR", 10.0, 1.0))
    wide = information_criteria(big)  # of which the order of digits is not that of letters
    for made in (lambda each: comparison_table(criteria=each)["model"].tolist(),
                 lambda each: selection_in_words(criteria=each)):  # fmt: skip
        assert made(as_text(wide)) == made(wide)
    rows = [[axes.get_xlabel() for axes in selection_figure(each).axes] for each in (lists, as_text(lists))]
    assert rows[0] == rows[1]
    for ask, name in ((held_out, "log_likelihood"), (held_out, "n_events"), (selection_figure, "log_likelihood")):
        with pytest.raises(InputError, match=f"{name} is 'x' in row 0"):
            ask(lists.assign(**{name: "x"}))
    with pytest.raises(InputError, match="information_criteria: n_parameters is 'x' in row 0"):
        information_criteria(fits.assign(n_parameters="x"))
    with pytest.raises(InputError, match="bayesian_model_selection: CMR is 'x' in row 0"):
        bayesian_model_selection(evidence.reset_index(drop=True).assign(CMR="x"))


def test_targets_and_criteria_of_text() -> None:
    table = pd.DataFrame({"target": ["0.1", "0.9", "0.4"], "obtained": ["0.1", "0.8", "0.5"], "citation": "A (2000)"})
    points = identity_figure(table).axes[0].lines[0]
    assert np.asarray(points.get_ydata()).tolist() == [0.1, 0.8, 0.5]
    with pytest.raises(InputError, match="identity_figure: target is 'a' in row 0"):
        identity_figure(table.assign(target="a"))
    with pytest.raises(InputError, match="identity_figure: no column citation"):
        identity_figure(table.drop(columns="citation"))
    judged = pd.DataFrame({"label": "m", "criterion": ["a", "b", "c"], "value": 0.5, "passes": [True, False, None]})
    one, other = criteria_figure(judged), criteria_figure(as_text(judged))
    assert [text.get_text() for text in one.axes[0].texts] == [text.get_text() for text in other.axes[0].texts]
    np.testing.assert_array_equal(one.axes[0].images[0].get_array(), other.axes[0].images[0].get_array())
    with pytest.raises(InputError, match="criteria_figure: passes is 'perhaps' in row 0"):
        criteria_figure(judged.assign(passes="perhaps"))
    curve = pd.Series(["0.1", "0.9", "0.4"], index=["1", "2", "10"])
    target, obtained = target_figure([Panel("", "x", "y", curve, {"TCM": curve})]).axes[0].lines
    for line in (target, obtained):
        assert np.asarray(line.get_xdata()).tolist() == [1, 2, 10]
        assert np.asarray(line.get_ydata()).tolist() == [0.1, 0.9, 0.4]
    with pytest.raises(InputError, match="target_figure: TCM is 'a' in row 1"):
        target_figure([Panel("", "x", "y", curve, {"TCM": pd.Series([0.1, "a"])})])
    ratios = pd.DataFrame(1.0, index=range(3), columns=["mixed_strong", "mixed_weak", "pure_strong", "pure_weak"])
    assert ratio_of_mean_ratios(ratios.astype(str), n_resamples=20)["ratio"] == 1
    with pytest.raises(InputError, match="ratio_of_mean_ratios: pure_weak is 'x' in row 0"):
        ratio_of_mean_ratios(ratios.assign(pure_weak="x"))
