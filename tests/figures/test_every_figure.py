"""Every figure at three widths: nothing is cut, no two labels touch, nothing is slanted or too small to read."""

import ast
import warnings
from pathlib import Path

import pandas as pd
import pytest

from memsim.analysis import plot
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


def test_every_function_that_makes_a_figure_has_a_case() -> None:
    decorated = {
        node.name
        for folder in ("analysis", "memsim")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and "plain_text" in map(ast.unparse, node.decorator_list)
    }
    assert decorated == {case.draws for case in CASES}
