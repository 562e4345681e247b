"""The options of every figure: where, by what names, colours and order, how wide; and frames from anywhere."""

import io
import re
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from memsim import simulate
from memsim.analysis import (
    ANALYSES,
    analyze,
    bayesian_model_selection,
    comparison_panel,
    criteria_figure,
    curve_table,
    held_out,
    index_table,
    lag_crp,
    plot,
    points_by_label,
    save_figure,
    serial_position_curve,
    taxonomy_figure,
)
from memsim.analysis.figures.colour_difference import ciede2000, difference
from memsim.analysis.figures.looks import COLORS, NEAR, styles
from memsim.analysis.figures.page import TALLEST
from memsim.analysis.figures.targets import Panel, target_figure
from memsim.core.errors import DataWarning, InputError
from memsim.models import TCM
from memsim.models.networks.cores.registered import CORES
from memsim.models.registered import MODELS, models_of
from memsim.paradigms import FreeRecall, Recognition
from memsim.paradigms.registered import PARADIGMS
from tests.analysis.test_figures import recorded
from tests.figures.cases import CASES, PEOPLE, frame, held_out_lists, summaries
from tests.figures.checks import Drawn


def legend_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def colours(figure: Figure) -> dict[str, str]:
    handles, labels = figure.axes[0].get_legend_handles_labels()
    each: list[Any] = [handle[0] if isinstance(handle, tuple) else handle for handle in handles]
    return {label: to_hex(handle.get_color()) for label, handle in zip(labels, each, strict=True)}


def test_every_model_that_ships_has_its_own_colour() -> None:
    shipped = {*MODELS._builtin, *CORES._builtin}  # without plug-ins, whose colours follow from their names
    assert len(shipped) > 30 and set(COLORS) == shipped
    assert len(set(COLORS.values())) == len(COLORS)


def families() -> list[list[str]]:
    """The models of each task, and the cores, which are drawn together."""
    tasks = [sorted({name.split(":")[0] for name in models_of(PARADIGMS.get(name)(), baselines=True)} & set(COLORS))
             for name in PARADIGMS._builtin]  # fmt: skip
    return [*tasks, list(CORES._builtin)]


def test_models_that_are_drawn_together_look_clearly_different() -> None:
    every = families()
    assert max(map(len, every)) > 12
    for names in every:
        for one, other in combinations(names, 2):
            apart, look = difference(COLORS[one], COLORS[other]), styles([one, other])
            assert apart >= 16, (one, other)
            assert apart >= NEAR or look[one].line != look[other].line, (one, other)
            assert apart >= NEAR or look[one].marker != look[other].marker, (one, other)
        for name in names:
            assert name == "Uniform" or difference(COLORS[name], "0.1") >= 16, f"{name} and people"


def test_shades_of_one_colour_have_other_lines_and_markers() -> None:
    look = styles(["SAM", "SAM:murdock1962", "SAM, soft", "SIMPLE", "Matrix"])
    near = [pair for pair in combinations(look.values(), 2) if difference(pair[0].color, pair[1].color) < NEAR]
    assert len(near) >= 2
    assert all(one.line != other.line and one.marker != other.marker for one, other in near)


@pytest.mark.parametrize(
    ("one", "other", "known"),  # from the table of Sharma, Wu & Dalal (2005)
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425), ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0011), 7.2195), ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619), 2.0373),
    ],
)  # fmt: skip
def test_the_difference_of_colours(one: Any, other: Any, known: float) -> None:
    assert ciede2000(one, other) == pytest.approx(known, abs=1e-4) == ciede2000(other, one)
    assert difference("black", "white") == pytest.approx(100, abs=0.01) and difference("red", "red") == 0


def test_the_diagonal_of_a_z_roc_goes_from_corner_to_corner() -> None:
    for name in ("zroc", "roc"):
        one = frame(name)
        (axis,) = plot(one).axes
        assert axis.get_xlim() == pytest.approx(axis.get_ylim())
    halves = pd.concat([frame("zroc").assign(half=half) for half in (1, 2)], ignore_index=True)
    halves.attrs = {**frame("zroc").attrs, "by": ["half"]}
    halves.loc[halves["half"] == 2, "z_hits"] += 2
    ends = {(*axis.get_xlim(), *axis.get_ylim()) for axis in plot(halves).axes}
    assert len(ends) == 1 and min(ends)[:2] == min(ends)[2:]


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("n", [4, 8])
def test_many_matrices_are_no_higher_than_a_page(n: int, width: int) -> None:
    one = analyze(recorded(False), "lag_crp_compound")
    every = pd.concat([one.assign(label=f"model {i}") for i in range(n)], ignore_index=True)
    every.attrs = {"analysis": "lag_crp_compound", "by": [], "people": []}
    drawn = Drawn(plot(every, width=width))
    assert drawn.figure.get_size_inches()[1] <= TALLEST and drawn.faults() == []


def test_the_strips_of_a_network_are_no_higher_than_a_page() -> None:
    (show,) = [case for case in CASES if case.name == "show DNC"]
    assert all(show.draw(width=width).get_size_inches()[1] <= TALLEST + 1e-9 for width in (1, 2))


def test_a_model_has_one_colour_whatever_is_drawn_beside_it() -> None:
    alone = {name: styles([name])[name].color for name in ("TCM", "SAM:murdock1962", "DNC:people")}
    together = styles(["CMR", "my plug-in", "DNC:people", "DNC", "SAM:murdock1962", "TCM", "people"], ["people"])
    assert {name: together[name].color for name in alone} == alone
    assert alone["TCM"] == COLORS["TCM"] == styles(["tcm"])["tcm"].color
    plug_in = styles(["my plug-in"])["my plug-in"].color
    assert styles(["CMR", "my plug-in", "TCM"])["my plug-in"].color == plug_in, "where that colour is free"
    presets = [name for name in together if ":" in name]
    assert len({style.color for style in together.values()}) == len(together)
    assert all(together[name].color not in COLORS.values() for name in presets)
    assert styles(["SAM, soft"])["SAM, soft"].color == styles(["SAM:soft", "CMR"])["SAM:soft"].color, "a variant"
    looks = [(style.line, style.marker) for name, style in styles([f"m{i}" for i in range(8)]).items()]
    assert len(set(looks)) == 8


def test_baselines_are_grey() -> None:
    look = styles(["TCM", "uniform choice", "base rate"])
    assert look["uniform choice"].color == look["base rate"].color == COLORS["Uniform"]


def test_single_points_stand_in_the_legend_as_they_are_drawn() -> None:
    lists = Recognition().trials(20, seed=0)
    judged = {name: simulate(name, lists, seed=0) for name in ("EqualVariance", "REM")}
    axis = plot(analyze(judged, "roc")).axes[0]
    keys: list[Any] = axis.get_legend_handles_labels()[0]
    assert [(key.get_linestyle(), key.get_marker()) for key in keys] == [
        ("None", styles(list(judged))[name].marker) for name in judged
    ]
    assert len(axis.lines) == len(keys) + 1, "and the diagonal"


def test_panels_of_one_quantity_have_one_scale() -> None:
    curves = [pd.Series({1: 0.0, 2: top}) for top in (0.2, 0.8, 30.0)]
    labels = ("Share", "Share", "Words")
    panels = [Panel("", "x", label, curve, {"m": curve}) for label, curve in zip(labels, curves, strict=True)]
    tops = [axis.get_ylim()[1] for axis in target_figure(panels).axes]
    assert tops == pytest.approx([0.84, 0.84, 31.5])


def test_axes_that_are_given_are_drawn_on() -> None:
    figure = Figure()
    first, second = figure.subplots(1, 2)
    assert plot(frame("lag_crp"), ax=second, title="Lags") is figure
    assert second.lines and not first.lines and second.get_title() == "Lags" and second.get_legend() is not None
    with pytest.raises(InputError, match=re.escape("plot: this figure has 2 panels, and ax is one axes; give 2 axes")):
        plot(frame("recall_raster"), ax=first)
    with pytest.raises(InputError, match="this figure has 2 panels, and ax is 3 axes; give 2 axes"):
        comparison_panel([frame("lag_crp"), frame("serial_position_curve")], ax=list(Figure().subplots(1, 3)))
    with pytest.raises(
        InputError, match="taxonomy_figure: this figure has panels of different sizes; give ax a figure"
    ):
        taxonomy_figure(summaries(), [PEOPLE], ax=first)
    with pytest.raises(InputError, match="ax='here' is a str|ax='here' is no axes"):
        plot(frame("lag_crp"), ax="here")
    with pytest.raises(InputError, match="width=1 does not apply beside ax"):
        plot(frame("lag_crp"), ax=first, width=1)


def test_a_figure_may_be_part_of_another() -> None:
    whole = Figure(figsize=(14, 10), layout="constrained")
    parts: Any = whole.subfigures(1, 2)
    left, right = parts
    assert plot(frame("lag_crp"), ax=left, title="Lags") is whole
    assert taxonomy_figure(summaries(), [PEOPLE], ax=right) is whole
    assert left.get_suptitle() == "Lags" and len(left.axes) == 1 and right.axes
    with pytest.raises(InputError, match="has axes already"):
        plot(frame("lag_crp"), ax=left)


def test_palette_labels_and_order() -> None:
    given = frame("serial_position_curve")
    figure = plot(given, palette={"CMR": "#ff0000"}, labels={"CMR": "context", "not drawn": "x"}, order=[PEOPLE, "CMR"])
    assert legend_of(figure)[1] == "context" and colours(figure)["context"] == "#ff0000"
    assert colours(plot(given, palette=["#00ff00"]))["CMR"] == "#00ff00"
    assert colours(plot(given, palette=["#00ff00"]))[PEOPLE] == to_hex("0.1"), "people stay black"
    with pytest.raises(InputError, match="order names 'CRM', which is not drawn; did you mean 'CMR'"):
        plot(given, order=["CRM"])
    with pytest.raises(InputError, match="palette='no such' is no palette"):
        plot(given, palette="no such")
    with pytest.raises(InputError, match="'greenish' in palette is no colour"):
        plot(given, palette={"CMR": "greenish"})
    with pytest.raises(InputError, match="order='CMR' must be a list of names"):
        plot(given, order="CMR")
    with pytest.raises(InputError, match="no option 'pallete'; did you mean 'palette'"):
        plot(given, pallete="deep")
    with pytest.raises(InputError, match="no option 'columns'; it is called width now"):
        plot(given, columns=2)


@pytest.mark.parametrize(("width", "inches"), [(1, 89 / 25.4), (2, 183 / 25.4), (5.5, 5.5)])
def test_widths(width: float, inches: float) -> None:
    assert plot(frame("lag_crp"), width=width).get_figwidth() == pytest.approx(inches)


@pytest.mark.parametrize("kind", [np.int64, np.int8, np.float32, np.float64])
def test_numbers_of_numpy_are_numbers(kind: Any) -> None:
    assert plot(frame("lag_crp"), width=kind(2)).get_figwidth() == pytest.approx(183 / 25.4)
    evidence = [[-1.0, -2.0], [-3.0, -1.0]]
    tables = [bayesian_model_selection(evidence, prior=prior).table for prior in (kind(2), 2)]
    pd.testing.assert_frame_equal(*tables)


@pytest.mark.parametrize("width", [0.5, 100, float("nan"), "wide", True, np.True_, [2], 1j])
def test_widths_that_no_figure_has(width: object) -> None:
    with pytest.raises(InputError, match="must be 1 or 2, columns of a journal"):
        plot(frame("lag_crp"), width=width)


@pytest.mark.parametrize(("option", "value", "said"), [
    ("palette", 5, "palette=5 must be colours by name, several colours, or the name of a palette"),
    ("order", 5, "order=5 must be a list of names, as in order=['CMR']"),
    ("order", {"CMR": 1}, "order={'CMR': 1} must be a list of names"),
    ("labels", "zz", "labels='zz' must be a table by name, as in labels={'CMR': 'context'}"),
    ("labels", ["zz"], "labels=['zz'] must be a table by name"),
    ("people", 5, "people=5 must be a name, or a list of names"),
])  # fmt: skip
def test_options_of_another_type(option: str, value: object, said: str) -> None:
    given: dict[str, Any] = {option: value}
    with pytest.raises(InputError, match=re.escape(f"plot: {said}")):
        plot(frame("lag_crp"), **given)


def test_options_by_labels_that_are_numbers() -> None:
    given = pd.DataFrame({"label": [1, 1, 2, 2], "position": [1, 2] * 2, "prob": 0.5})
    options: dict[str, Any] = {"labels": {1: "one"}, "palette": {2: "#ff0000"}, "order": [2, 1]}
    figure = plot(given, analysis="serial_position_curve", **options)
    assert legend_of(figure) == ["2", "one"] and colours(figure)["2"] == "#ff0000"


def test_one_name_is_not_its_letters() -> None:
    given = summaries()
    alike = [taxonomy_figure(given, people) for people in (PEOPLE, [PEOPLE])]
    fonts = [[text.get_fontweight() for text in figure.axes[-2].get_yticklabels()] for figure in alike]
    assert fonts[0] == fonts[1] and "bold" in fonts[0]
    assert list(index_table(given, "recency")) == ["recency"]
    analysis = ANALYSES.get("lag_crp")
    curves = {"us": curve_table(recorded(False))}
    assert points_by_label(curves, analysis, "us").attrs["people"] == ["us"]
    assert held_out(held_out_lists(), references="uniform choice")["reference"].sum() == 1


@pytest.mark.parametrize(("projection", "name"), [("polar", "'polar'"), ("3d", "'3d'"), ("hammer", "'hammer'")])
def test_axes_that_are_not_rectangular(projection: str, name: str) -> None:
    with pytest.raises(InputError, match=f"plot: the axes in ax are {name}, and this figure needs rectangular ones"):
        plot(frame("lag_crp"), ax=Figure().add_subplot(projection=projection))


def test_titles_that_are_numbers() -> None:
    assert plot(frame("lag_crp"), title=2024).get_suptitle() == "2024"


def test_what_is_no_list_of_frames_and_no_figure() -> None:
    with pytest.raises(InputError, match="comparison_panel: frames is a DataFrame; give a list"):
        comparison_panel(frame("lag_crp"))
    with pytest.raises(InputError, match="save_figure: takes a figure and a file"):
        save_figure("curves.pdf", plot(frame("lag_crp")))


def test_letters_and_wide_tables_do_not_shrink() -> None:
    rows = [{"label": f"model {i}", "criterion": "recency", "value": 0.5, "passes": True} for i in range(20)]
    narrow, wide = (criteria_figure(pd.DataFrame(rows), width=width) for width in (1, 2))
    assert len(narrow.axes) > len(wide.axes) > 1 and sum(len(axes.texts) for axes in narrow.axes) == 20


def read_again(given: pd.DataFrame) -> pd.DataFrame:
    """The frame as it comes back from a file that pandas wrote, with the numbers of its rows."""
    buffer = io.StringIO()
    given.to_csv(buffer)
    buffer.seek(0)
    return pd.read_csv(buffer)


@pytest.mark.filterwarnings("ignore:plot. several analyses")
@pytest.mark.parametrize("name", ["lag_crp", "lag_rank", "probability_of_nth_recall", "recall_raster", "edge_indices",
                                  "lag_crp_compound", "error_rates", "roc", "distance_crp"])  # fmt: skip
def test_a_frame_that_was_written_and_read_is_drawn_alike(name: str) -> None:
    given = frame(name)
    once, again = plot(given), plot(read_again(given), people=PEOPLE)
    assert [axes.get_title() for axes in once.axes] == [axes.get_title() for axes in again.axes]
    for one, other in zip(once.axes, again.axes, strict=True):
        assert [line.get_color() for line in one.lines] == [line.get_color() for line in other.lines]
        for line, same in zip(one.lines, other.lines, strict=True):
            assert np.asarray(line.get_ydata(), float) == pytest.approx(
                np.asarray(same.get_ydata(), float), nan_ok=True
            )


@pytest.mark.filterwarnings("ignore:plot. several analyses")
def test_conditions_survive_a_file() -> None:
    given = analyze({"people": recorded(False)}, "lag_crp", by="half")
    assert [axes.get_title() for axes in plot(read_again(given)).axes] == ["0", "1"]


@pytest.mark.filterwarnings("ignore:plot. several analyses")
def test_frames_that_were_built_by_hand() -> None:
    axes = plot(pd.DataFrame({"lag": [-1, 1], "prob": [0.2, 0.4]})).axes[0]
    assert np.nanmax(axes.lines[0].get_ydata()) == 0.4 and axes.get_xlabel() == "Lag"
    conditions = pd.DataFrame({"lag": [-1, 1] * 2, "prob": [0.2, 0.4] * 2, "subject": 1, "group": list("aabb")})
    assert [axes.get_title() for axes in plot(conditions).axes] == ["a", "b"]
    points = pd.DataFrame({"label": "people", "position": [1, 2], "mean": [0.5, 0.6]})
    assert plot(points, analysis="serial_accuracy").axes[0].get_ylabel().startswith("Probability of recall in")


def test_frames_of_analyses_need_no_name() -> None:
    recalls = simulate(TCM(), FreeRecall(list_length=4).trials(20, seed=1), seed=1)
    curve = serial_position_curve(recalls)
    assert plot(curve).axes[0].get_ylabel() == "Probability of recall"
    assert plot(curve.assign(label="mine")).axes[0].get_ylabel() == "Probability of recall"
    renamed = lag_crp(recalls).rename(columns={"lag": "position"})
    with pytest.warns(DataWarning, match="several analyses have these columns"):
        plot(renamed)


def test_columns_of_several_analyses_are_said() -> None:
    given = pd.DataFrame({"position": [1, 2], "prob": [0.5, 0.6]})
    with pytest.warns(DataWarning, match="several analyses have these columns: serial_position_curve, probability"):
        assert plot(given).axes[0].get_ylabel() == "Probability"
    assert plot(given, analysis="hits_by_serial_position").axes[0].get_ylabel() == "Hit rate"
    with pytest.raises(InputError, match="a frame of lag_crp has the columns lag, prob; this one has no 'lag'"):
        plot(given, analysis="lag_crp")
    with pytest.raises(InputError, match="no rows have the label 'them'"):
        plot(given, analysis="serial_accuracy", people="them")
    with pytest.raises(InputError, match="is a list; give a data frame"):
        plot([1, 2])
