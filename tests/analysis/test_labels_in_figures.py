"""Labels in figures are shown as they are; of many models a figure shows a few, and says which."""

import ast
import io
import warnings
from pathlib import Path
from xml.dom import minidom

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from memsim import Recalls, run, simulate
from memsim.analysis import analyze, plot, save_figure
from memsim.analysis.figures.crowds import MOST_MODELS, nearest, thinned
from memsim.analysis.figures.memory import Strip, memory_figure
from memsim.analysis.figures.style import MOST_LETTERS, plain_text
from memsim.analysis.figures.targets import identity_figure
from memsim.analysis.points import points_of
from memsim.core.errors import InputError, MemsimWarning
from memsim.evaluation.figures import confusion_figure
from memsim.experiments.people import People
from memsim.models import TCM, Strength
from memsim.paradigms import FreeRecall

ROOT = Path(__file__).parents[2]
MARKUP = [
    "$x^{_$",
    r"TCM $\bad$",
    "$",
    "$$",
    "_hidden",
    "{name}",
    "a\nb",
    "%s",
    "\\",
    "\x1b[31m\x00",
    "<b>&amp;",
    "日本",
]


def written(figure: Figure) -> str:
    """The figure as svg with text, after it was written in every format."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")
        for form in ("png", "pdf"):
            figure.savefig(io.BytesIO(), format=form)
        buffer = io.BytesIO()
        with matplotlib.rc_context({"svg.fonttype": "none"}):
            figure.savefig(buffer, format="svg")
    return " ".join(
        "".join(node.data for node in text.childNodes if node.nodeType == node.TEXT_NODE)
        for text in minidom.parseString(buffer.getvalue()).getElementsByTagName("text")
    )


def test_every_function_that_makes_a_figure_shows_labels_as_they_are() -> None:
    found = set()
    for folder in ("analysis", "memsim"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                makes = isinstance(node, ast.FunctionDef) and any(
                    isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Name)
                    and call.func.id in ("Figure", "Page")
                    for call in ast.walk(node)
                )
                if makes and path.name != "page.py":
                    assert isinstance(node, ast.FunctionDef)
                    assert "plain_text" in map(ast.unparse, node.decorator_list), f"{path}: {node.name}"
                    found.add(node.name)
    assert {"plot", "taxonomy_figure", "profile_figure", "selection_figure", "memory_figure"} <= found


def test_labels_of_models_and_titles() -> None:
    text = ""
    for labels in (MARKUP[MOST_MODELS:], MARKUP[:MOST_MODELS]):
        models = {label: TCM(context_drift=0.3 + i / 50) for i, label in enumerate(labels)}
        comparison = run(models, FreeRecall(list_length=5), n_trials=20)
        figure = comparison.figure()
        shown = [text.get_text() for text in figure.legends[0].texts]
        assert shown == [label.replace("\x1b", "\\x1b").replace("\x00", "\\x00") for label in labels]
        text += written(figure)
    assert all(label in text for label in ("$x^{_$", r"TCM $\bad$", "_hidden", "<b>&amp;"))
    frame = analyze({"$x^{_$": comparison.recalls["$"], "_y": comparison.recalls["$$"]}, "lag_crp")
    assert "$x^{_$" in written(plot(frame, title="price $x^{ and $"))


# A label of many letters that the font lacks may leave a panel no room: the figure is then poor, but drawn.
@pytest.mark.filterwarnings("ignore:constrained_layout not applied")
@settings(max_examples=15, deadline=None)
@given(st.text(min_size=1, max_size=400))
def test_any_text_can_be_drawn(label: str) -> None:
    shares = pd.DataFrame(np.eye(2), index=[label, "b"], columns=[label, "b"])
    for figure in (confusion_figure(shares, label), memory_figure([Strip(label, np.ones((2, 3)))], ["1", label, "3"])):
        written(figure)
        assert all(len(text.get_text()) <= 8 * MOST_LETTERS for text in figure.findobj(matplotlib.text.Text))


def test_numbers_of_matplotlib_keep_their_formulas() -> None:
    table = pd.DataFrame({"target": [0.1, 1, 100], "obtained": [1, 2, 3], "citation": ["$a$", "_b", "c"]})
    figure = identity_figure(table)
    written(figure)
    ticks = figure.axes[0].get_xticklabels()
    assert any("mathdefault" in tick.get_text() for tick in ticks) and all(tick.get_parse_math() for tick in ticks)
    assert [text.get_text() for text in figure.legends[0].texts] == ["$a$", "_b", "c"]


def test_a_formula_that_a_user_adds_is_one() -> None:
    @plain_text
    def draw() -> Figure:
        figure = Figure()
        figure.subplots().set_title("$x$")
        return figure

    figure = draw()
    assert not figure.axes[0].title.get_parse_math()
    assert figure.text(0, 0, "$x^2$").get_parse_math()


def test_a_figure_of_many_models_shows_those_nearest_to_people() -> None:
    drifts = np.linspace(0.1, 0.9, 30)
    task = FreeRecall(list_length=8)
    people = People.of(simulated_people(task), "them")
    with pytest.warns(MemsimWarning, match=f"shows {MOST_MODELS} of 30 models, those nearest to people.*Not drawn: d"):
        comparison = run({f"d{drift:.2f}": TCM(context_drift=drift) for drift in drifts}, task, people, n_trials=200)
        figure = comparison.figure()
    shown = [text.get_text() for text in figure.legends[0].texts]
    assert len(shown) == MOST_MODELS + 1 and shown[-1].startswith("them")
    assert f"{MOST_MODELS} of 30 models, those nearest to people" in " ".join(figure.get_suptitle().split())
    far = {f"d{drift:.2f}" for drift in drifts[:10]}
    assert not far & set(shown)
    assert comparison.summary["label"].nunique() == comparison.curves["label"].nunique() == 31
    with pytest.warns(MemsimWarning):
        one = comparison.figure("lag_crp")
    assert {text.get_text() for text in one.legends[0].texts} == set(shown)


def simulated_people(task: FreeRecall) -> Recalls:
    recalls = simulate(TCM(context_drift=0.85), task.trials(200, 9, subjects=20), 9)
    return Recalls.from_matrix(recalls.positions, list_length=8, subject=recalls.trials.subject)


def test_without_people_the_first_models_are_shown() -> None:
    recalls = simulate(TCM(), FreeRecall(list_length=4).trials(20, 0))
    frame = points_of(analyze({f"m{i}": recalls for i in range(20)}, "lag_crp"))
    assert nearest([frame]) == [f"m{i}" for i in range(MOST_MODELS)]
    [part] = thinned([frame], ["m3"])
    assert set(part["label"]) == {"m3"} and part.attrs == frame.attrs and len(frame["label"].unique()) == 20
    few = points_of(analyze({f"m{i}": recalls for i in range(MOST_MODELS)}, "lag_crp"))
    assert len(nearest([few])) == MOST_MODELS


def test_figures_replace_nothing_of_others(tmp_path: Path) -> None:
    figure = Figure()
    for _ in range(2):
        save_figure(figure, tmp_path / "a.png")
    (tmp_path / "b.png").write_text("mine")
    with pytest.raises(InputError, match="b.png is there, and memsim did not write it"):
        save_figure(figure, tmp_path / "b.png")
    assert (tmp_path / "b.png").read_text() == "mine"


def test_nobody_is_near_people_who_are_not_there() -> None:
    models = {f"m{i}": Strength(retention=0.1 + 0.05 * i) for i in range(MOST_MODELS + 1)}
    compared = run(models, FreeRecall(list_length=4), n_trials=20)
    with pytest.warns(MemsimWarning, match="those named first"):
        compared.figure("serial_position_curve")
