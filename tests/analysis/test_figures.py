"""Figures: people always alike, one look for each model, sizes of journals, every analysis drawn."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from memsim import ItemPool, Recalls, Trials, simulate
from memsim.analysis import (
    analyze,
    comparison_panel,
    index_table,
    plot,
    save_figure,
    summary_table,
    taxonomy_figure,
)
from memsim.analysis.figures.style import styles
from memsim.analysis.figures.taxonomy import standard_scores
from memsim.core.errors import DataWarning, InputError
from memsim.models import CMR, TCM
from memsim.paradigms import FreeRecall, SerialRecall
from tests.analysis.names import WITHOUT_CUES
from tests.analysis.test_analyses import SERIAL


def recorded(serial: bool, repeated: bool = False) -> Recalls:
    """Forty lists of six by five people, with all that an analysis may ask for."""
    rng = np.random.default_rng(3)
    pool = ItemPool(np.arange(9), features=rng.random((9, 3)), categories=np.array(list("abcabcabc")))
    items = np.array([rng.permutation(9)[:6] for _ in range(40)])
    if repeated:
        items[:, 4] = items[:, rng.integers(0, 4)]
    positions = np.array([rng.permutation(np.append(np.arange(1, 7), -1))[:6] for _ in range(40)])
    task = SerialRecall(list_length=6) if serial else FreeRecall(list_length=6)
    trials = Trials(items, pool, task, np.repeat(np.arange(5), 8), conditions={"half": np.arange(40) % 2})
    times = np.cumsum(rng.random((40, 6)) + 0.2, axis=1)
    return Recalls(trials, positions, times=times, intruders=np.where(positions == -1, 8, -1))


def models() -> dict[str, Recalls]:
    trials = FreeRecall(list_length=6).trials(40, subjects=4, seed=0)
    return {"CMR": simulate(CMR(), trials, 0), "TCM": simulate(TCM(), trials, 0)}


@pytest.mark.parametrize("name", WITHOUT_CUES)
def test_every_analysis_has_its_figure(name: str, tmp_path: Path) -> None:
    recalls = recorded(name in SERIAL, name == "spacing_effect")
    for by in ((), ("half",)):
        figure = plot(analyze({"people": recalls, "others": recalls[:24]}, name, by=by), width=2)
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a layout that does not fit warns
            save_figure(figure, tmp_path / f"{name}.png")
        assert figure.get_figwidth() == pytest.approx(183 / 25.4)
        drawn = [a for a in figure.axes if a.lines or a.images or a.containers]
        assert drawn and drawn[0].get_ylabel() + drawn[0].get_title(), "axes say what they show"


def color_of(figure: Figure, label: str) -> str:
    handles, labels = figure.axes[0].get_legend_handles_labels()
    handle: Any = handles[labels.index(label)]  # a line, or a container of one with its bars
    return str((handle[0] if isinstance(handle, tuple) else handle).get_color())


def test_people_are_black_in_every_figure() -> None:
    sources = {**models(), "people": recorded(False)}
    for name in ("serial_position_curve", "lag_crp", "stopping_probability"):
        for order in (list(sources), list(sources)[::-1]):
            frame = analyze({source: sources[source] for source in order}, name)
            assert color_of(plot(frame), "people") == "0.10"
    assert styles(["a", "b", "x"], ["x"])["a"] == styles(["x", "a"], ["x"])["a"], "models keep their look beside people"
    assert len({style.color for style in styles(list("abcdefgh")).values()}) == 8


def test_means_are_drawn_where_they_are() -> None:
    frame = analyze(recorded(False), "serial_position_curve")
    (container,) = plot(frame).axes[0].containers
    drawn = container.lines[0].get_ydata()
    assert drawn == pytest.approx(frame.groupby("position")["prob"].mean().to_numpy())


def test_intervals_within_subjects_are_narrower() -> None:
    frame = analyze(models(), "serial_position_curve", by=())
    shift = frame["subject"].map({1: -0.3, 2: -0.1, 3: 0.1, 4: 0.3})
    apart = frame.assign(prob=frame["prob"] + shift)
    assert apart.attrs == frame.attrs

    def width(interval: str) -> float:
        band = plot(apart, interval=interval).axes[0].collections[0].get_paths()[0].get_extents()
        return float(band.height)

    assert width("within") < 0.8 * width("t")
    with pytest.warns(DataWarning, match="fewer than 20 subjects") as said:
        assert width("bootstrap") > 0
    assert len(said) == 1  # of both models
    with pytest.raises(InputError, match="interval='sem' must be one of 't', 'bootstrap', 'within'"):
        plot(apart, interval="sem")


def test_panels_of_analyses_by_conditions() -> None:
    recalls = recorded(False)
    frames = [analyze({"people": recalls}, name, by="half") for name in ("serial_position_curve", "lag_crp")]
    figure = comparison_panel(frames)
    assert len(figure.axes) == 4 and [axis.get_title(loc="left") for axis in figure.axes] == ["0", "", "1", ""]
    with pytest.raises(InputError, match="conditions differ between the frames"):
        comparison_panel([frames[0], analyze(recalls, "lag_crp")])
    with pytest.raises(InputError, match="no frames"):
        comparison_panel([])


def test_a_frame_from_nowhere() -> None:
    with pytest.raises(InputError, match="the columns subject, height are those of no analysis"):
        plot(pd.DataFrame({"subject": [1], "height": [0.5]}))


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_files_are_the_same_each_time(ending: str, tmp_path: Path) -> None:
    files = [tmp_path / f"{i}.{ending}" for i in range(2)]
    for file in files:
        save_figure(plot(analyze(recorded(False), "lag_crp")), file)
    assert files[0].read_bytes() == files[1].read_bytes()
    with pytest.raises(InputError, match="must end in .png, .pdf, .svg"):
        save_figure(Figure(), tmp_path / "figure.jpg")


def test_sources_are_grouped_by_their_indices() -> None:
    summaries = {name: summary_table(recalls) for name, recalls in models().items()}
    summaries |= {"people": summary_table(recorded(False)), "twins": summary_table(recorded(False))}
    figure = taxonomy_figure(summaries, ["people", "twins"])
    tree_axes = [axis for axis in figure.axes if axis.images]
    (cells,) = tree_axes
    order = [label.get_text() for label in cells.get_yticklabels()]
    assert abs(order.index("people") - order.index("twins")) == 1, "the same indices stand side by side"
    table = index_table(summaries)
    assert table.loc["CMR", "recalled"] == summary_table(models()["CMR"]).set_index("statistic").loc["recalled", "mean"]
    scores = standard_scores(table)
    assert scores.mean(axis=0) == pytest.approx(0, abs=1e-9) and np.isfinite(scores).all()
    with pytest.raises(InputError, match="there is no statistic 'iq'"):
        taxonomy_figure(summaries, statistics=["iq"])
    with pytest.raises(InputError, match="give at least two"):
        taxonomy_figure({"CMR": summaries["CMR"]})


@pytest.mark.parametrize("name", WITHOUT_CUES)
def test_nothing_recalled_makes_a_figure_too(name: str, tmp_path: Path) -> None:
    recalls = recorded(name in SERIAL, name == "spacing_effect")
    silent = Recalls(recalls.trials, np.zeros((40, 6), dtype=int), times=np.full((40, 6), np.nan))
    if name == "prior_list_intrusions":
        silent = Recalls(recalls.trials, silent.positions, intruders=np.full((40, 6), -1))
    save_figure(plot(analyze({"people": silent, "others": silent}, name), width=2), tmp_path / "figure.png")


def test_probabilities_stay_within_their_bounds() -> None:
    """Few subjects have wide intervals, which end at 0 and 1; many lines become a matrix."""
    recalls = recorded(False)
    by_output = analyze(recalls, "lag_crp", by_output=True)
    assert plot(by_output).axes[0].get_ylim()[1] <= 1.1
    every = plot(analyze(recalls, "probability_of_nth_recall", n=None))
    assert every.axes[0].get_ylim()[1] <= 1.1
    long = simulate(TCM(), FreeRecall(list_length=12).trials(60, subjects=3, seed=0), 0)
    assert plot(analyze(long, "probability_of_nth_recall", n=None)).axes[0].images, "twelve outputs are a matrix"


def test_within_subject_intervals_span_conditions() -> None:
    recalls = recorded(False)
    rank = analyze({"people": recalls}, "lag_rank", by="half")
    apart = rank.assign(rank=rank["rank"] + rank["subject"])
    bar = [plot(apart, interval=kind).axes[0].containers[0].lines[2][0].get_segments()[0] for kind in ("t", "within")]
    assert np.ptp(bar[1][:, 1]) < 0.5 * np.ptp(bar[0][:, 1])
    figure = comparison_panel([analyze({"people": recalls}, "lag_crp", by="half"), rank])
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["0", "", "1", ""]
    with pytest.raises(InputError, match="interval='within' needs conditions"):
        plot(analyze(recalls, "lag_rank"), interval="within")


def test_the_raster_shows_empty_lists() -> None:
    positions = np.array([[1, 2, 1], [0, 0, 0], [3, -1, 0]])
    figure = plot(analyze(Recalls.from_matrix(positions, 4), "recall_raster"))
    assert [np.shape(image.get_array()) for image in figure.axes[0].images] == [(3, 3)] * 3


def test_a_tree_of_models_that_do_not_differ_has_no_length() -> None:
    """No warning of a library either: they are errors in the tests."""
    same = summary_table(recorded(False))
    assert taxonomy_figure({"people": same, "TCM": same}, ["people"]).axes
