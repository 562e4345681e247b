"""Figures of recognition and cued recall can be read: nothing overlaps or is cut, and an empty panel says why."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from memsim import load_dataset, simulate
from memsim.analysis import ANALYSES, analyze, comparison_panel, plot, points_by_label
from memsim.analysis.figures.style import whole_ticks
from memsim.analysis.figures.targets import Panel, target_figure
from memsim.core.judgments import Judgments
from memsim.data import load_curves
from memsim.models import UnequalVariance
from memsim.paradigms import Recognition


@pytest.fixture(scope="module")
def judged() -> Judgments:
    made = simulate(UnequalVariance(), Recognition(list_length=16, ratings=6).trials(40, seed=1, subjects=4), seed=1)
    assert isinstance(made, Judgments)
    return made


def texts(figure: Figure) -> list[str]:
    return [" ".join(text.get_text().split()) for axis in figure.axes for text in axis.texts]


def drawn(figure: Figure) -> RendererBase:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas.get_renderer()


def require_apart(axis: Axes, figure: Figure) -> None:
    """The names at the ticks of the horizontal axis do not touch, as they are drawn."""
    renderer = drawn(figure)
    shown = [label for label in axis.get_xticklabels() if label.get_text() and label.get_visible()]
    assert len(shown) <= 12
    for left, right in pairwise(shown):
        if not left.get_rotation():
            assert left.get_window_extent(renderer).x1 < right.get_window_extent(renderer).x0


@pytest.mark.parametrize(("name", "data", "condition"), [
    ("hits_by_lag", "reder2000", "experiment1"), ("false_alarms_by_test_position", "reder2000", "experiment1"),
    ("false_alarms_by_test_position", "kantner2012_e1", "all"),
    ("hits_by_serial_position", "buchler2008", "experiment1"), ("cued_recall_by_lag", "aue2017", "experiment1"),
    ("cued_recall_responses", "aue2017", "experiment1"),
])  # fmt: skip
def test_curves_that_ship_can_be_read(name: str, data: str, condition: str) -> None:
    analysis = ANALYSES.get(name)
    points = points_by_label({"people": load_curves(data, condition)}, analysis, ["people"])
    assert 2 <= len(points) <= 24
    if name != "cued_recall_by_lag":
        assert points["n_subjects"].min() > 0.8 * points["n_subjects"].max(), "every bin holds nearly everybody"
    figure = comparison_panel([points, points, points])
    for axis in figure.axes:
        require_apart(axis, figure)
        low, high = axis.get_ylim()
        assert low < 0 and high > 1, "markers at 0 and 1 are whole"


def test_lags_far_apart_are_on_a_logarithmic_axis() -> None:
    analysis = ANALYSES.get("hits_by_lag")
    points = points_by_label({"people": load_curves("reder2000")}, analysis, ["people"])
    [axis] = plot(points).axes
    assert axis.get_xscale() == "symlog" and set(axis.get_xticks()) <= {0, *(2**k for k in range(10))}
    near = points[points["lag"] <= 16]
    near.attrs = points.attrs
    assert plot(near).axes[0].get_xscale() == "linear"


@pytest.mark.parametrize("longest", [1, 5, 10, 20, 31, 40, 60, 100, 192, 320, 384, 1000, 5000])
def test_ticks_are_few(longest: int) -> None:
    axis = plt.figure().subplots()
    axis.plot([1, longest], [0, 1])
    ticks = whole_ticks(axis)
    assert len(ticks) <= 10 + (longest <= 10) and len(set(ticks)) == len(ticks) and max(ticks) <= longest
    plt.close()


def test_labels_of_narrow_panels_are_broken(judged: Judgments) -> None:
    figure = plot(analyze(judged, "recognition_contiguity"))
    renderer = drawn(figure)
    for axis in figure.axes:
        box = axis.xaxis.label.get_window_extent(renderer)
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1


def test_an_empty_panel_says_what_it_needs(judged: Judgments) -> None:
    assert texts(plot(analyze(judged, "ratio_of_ratios"))) == [
        "No point is defined: needs lists with strong and weak targets, and lists with either alone"
    ]
    assert texts(plot(analyze(load_dataset("pal1"), "associative_symmetry"))) == [
        "No point is defined: needs pairs that are tested twice"
    ]
    assert texts(plot(analyze(judged, "hits_by_list_length"))) == ["One level alone, 16"]
    assert texts(plot(analyze(judged, "hits_by_serial_position"))) == []


def test_panels_without_a_point_are_left_out(judged: Judgments) -> None:
    targets = np.where(judged.trials.probe_kinds == "target", judged.ratings, 0)
    without_lures = Judgments(judged.trials, targets)
    frames = [analyze(without_lures, name) for name in ("hits_by_serial_position", "false_alarms_by_test_position",
                                                        "roc")]  # fmt: skip
    assert len(comparison_panel(frames).axes) == 1
    assert texts(comparison_panel(frames[1:])) == ["No point is defined: needs lures",
                                                   "No point is defined: needs targets and lures"]  # fmt: skip


def test_targets_under_different_labels_look_different() -> None:
    curve = pd.Series({0: 0.0, 1: 1.0, 2: 2.0})
    names = pd.Series({"weak": 0.2, "strong": 0.9})
    figure = target_figure([
        Panel("A", "x", "y", curve, {"M": curve}), Panel("B", "x", "y", curve, {"M": curve}, "true frequency"),
        Panel("C", "list", "y", names, {"M": names}),
    ])  # fmt: skip
    first, second, third = (axis.lines[-1] for axis in figure.axes)
    assert (first.get_color(), first.get_linestyle()) != (second.get_color(), second.get_linestyle())
    assert third.get_linestyle() == "None" and list(third.get_xdata()) == ["weak", "strong"]
    assert [text.get_text() for text in figure.axes[2].get_xticklabels()] == ["weak", "strong"]
    assert all(axis.get_ylim()[1] > axis.dataLim.ymax for axis in figure.axes)
