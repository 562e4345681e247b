"""Every figure at three widths: nothing is cut, no two labels touch, nothing is slanted or too small to read."""

import ast
import warnings
from pathlib import Path

import pandas as pd
import pytest

from memsim.analysis import comparison_panel, plot
from memsim.core.errors import MemsimWarning
from tests.figures.cases import CASES, Case
from tests.figures.checks import Drawn, black_series

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("width", [1, *(pytest.param(width, marks=pytest.mark.slow) for width in (2, 4.7))])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_is_cut_and_no_label_touches_another(case: Case, width: float) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "the figure shows|fewer than")
        drawn = Drawn(case.draw(width=width))
    assert drawn.faults() == []
    if drawn.has_legend:  # whose texts are as wide as the figure, and wider at some resolutions than at others
        assert [said for dpi in (96, 110) for said in drawn.cut_at(dpi)] == []
    for axes in drawn.figure.axes:
        black = [label.removeprefix("\u2060") for label in black_series(axes)]
        theirs = (*case.people, "_") if case.people else ()  # parts of what people have are not labelled
        assert not [label for label in black if not label.startswith(theirs)], "black means people"


@pytest.mark.parametrize("width", [1, 1.5 * 89 / 25.4, 2])
def test_long_legends_are_not_cut_at_any_resolution(width: float) -> None:
    curve = pd.DataFrame({"position": [1, 2, 3], "prob": [0.1, 0.9, 0.4]})
    fitted = "A model with a very long name indeed, fitted to people (2024)"
    names = ["TCM", "CMR", "Strength", fitted, "x" * 70, "b", "CMR:demonstration", "SAM:murdock1962-soft"]
    frame = pd.concat([curve.assign(label=name) for name in names])
    drawn = Drawn(plot(frame, analysis="serial_position_curve", width=width))
    assert [said for dpi in (72, 80, 90, 96, 100, 110, 150, 300) for said in drawn.cut_at(dpi)] == []


@pytest.mark.parametrize("width", [1, 1.5 * 89 / 25.4, 2])
def test_panels_of_many_models_with_long_names(width: float) -> None:
    lags = pd.DataFrame({"lag": [-2, -1, 1, 2], "prob": [0.1, 0.2, 0.4, 0.1]})
    curve = pd.DataFrame({"position": [1, 2, 3], "prob": [0.1, 0.9, 0.4]})
    names = [f"model {i}, fitted to {what}" for i in range(6) for what in ("all lists of PEERS", "each person")]
    frames = []
    for name, one in {
        "lag_crp": lags,
        "serial_position_curve": curve,
        "lag_rank": pd.DataFrame({"rank": [0.6]}),
    }.items():
        frame = pd.concat([one.assign(label=label) for label in names], ignore_index=True)
        frame.attrs = {"analysis": name, "by": [], "people": []}
        frames.append(frame)
    with pytest.warns(MemsimWarning, match="8 of 12 models"):
        drawn = Drawn(comparison_panel([*frames, frames[0]], width=width))
    assert drawn.faults() == [] and drawn.cut_at(110) == []
    sizes = [axes.bbox.height / drawn.figure.dpi for axes in drawn.figure.axes]
    assert min(sizes) > 0.9, "names and legends take nothing of the panels"


def test_every_function_that_makes_a_figure_has_a_case() -> None:
    decorated = {
        node.name
        for folder in ("analysis", "memsim")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and "plain_text" in map(ast.unparse, node.decorator_list)
    }
    assert decorated == {case.draws for case in CASES}
