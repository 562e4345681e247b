"""What batteries vary by numbers: lines, levels and people, in tables and figures, and the example of levers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim import battery
from memsim.core.errors import BeyondWarning
from memsim.data.fetch import ENVIRONMENT
from memsim.experiments.battery_file import read_battery
from memsim.experiments.rows import rows_in_this_process
from memsim.experiments.sweep_figures import drawn_sweeps, sweep_figure
from memsim.experiments.sweeps import sweep_points, sweeps_of
from memsim.experiments.tables import summary_frame

EXAMPLE = Path(__file__).parents[2] / "examples" / "levers.toml"
GRID = """
[battery]
title = "Grid"
n_trials = 40
seeds = [0, 1]
analyses = ["serial_position_curve"]

[[models]]
name = "TCM"
label = "drift {context_drift}, {association}, {choice_noise}"
[models.parameters]
association = ["pre", "post"]
context_drift = [0.7, 0.5]
choice_noise = 0.4

[[models]]
name = "TCM"
label = "less noise, {context_drift}"
parameters = { choice_noise = 0.2, context_drift = [0.5, 0.6] }

[[models]]
name = "CMR"

[[paradigms]]
people = "murdock1962:20-1"
label = "immediate"

[[paradigms]]
people = "murdock1962:20-1"
label = "delay {retention_interval:g}"
settings.retention_interval = [4, 16]
"""


@pytest.fixture(autouse=True)
def no_files_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "nothing")
    monkeypatch.chdir(tmp_path)


def planned_of(text: str) -> Any:
    path = Path("grid.toml")
    path.write_text(text, encoding="utf-8")
    return read_battery(path)[0]


def test_each_number_that_varies_is_swept_in_each_task_and_settings_over_tasks() -> None:
    planned = planned_of(GRID)
    found = {sweep.name: sweep for sweep in sweeps_of(planned)}
    assert list(found) == [
        "against-model.context_drift-immediate", "against-model.context_drift-delay-4",
        "against-model.context_drift-delay-16", "against-paradigm.retention_interval-murdock1962-20-1",
    ]  # fmt: skip
    drift = found["against-model.context_drift-delay-16"]
    assert [(place.label, place.x) for place in drift.places] == [
        ("TCM association=pre, choice_noise=0.4", 0.7), ("TCM association=pre, choice_noise=0.4", 0.5),
        ("TCM association=post, choice_noise=0.4", 0.7), ("TCM association=post, choice_noise=0.4", 0.5),
        ("TCM association=post, choice_noise=0.2", 0.5), ("TCM association=post, choice_noise=0.2", 0.6),
        ("CMR", None),
    ]  # fmt: skip
    delay = found["against-paradigm.retention_interval-murdock1962-20-1"]
    assert {place.x for place in delay.places} == {4.0, 16.0} and len(delay.places) == 2 * 7
    assert [(x, task.label) for task, x in delay.people] == [(0.0, "delay 4")]
    assert delay.axis_label == "retention_interval (s)"


def test_nothing_is_swept_where_only_words_vary_or_a_single_number_is_given() -> None:
    text = GRID.replace("context_drift = [0.7, 0.5]", "context_drift = 0.7").replace("[0.5, 0.6]", "0.5")
    assert [sweep.name[:16] for sweep in sweeps_of(planned_of(text))] == ["against-paradigm"]


def test_points_are_those_of_the_summary_and_intervals_are_over_the_subjects_of_all_seeds() -> None:
    text = GRID[: GRID.index("[[paradigms]]")] + '[[paradigms]]\npeople = "murdock1962:20-1"\n'
    planned = planned_of(text)
    rows = rows_in_this_process(planned)
    [sweep] = sweeps_of(planned)
    assert sweep.name == "against-model.context_drift"
    points, summary = sweep_points(sweep, rows), summary_frame(rows)
    of_post = summary[summary["label"] == "drift 0.5, post, 0.4"]
    line = next(place.label for place in sweep.places if place.model.label == "drift 0.5, post, 0.4")
    at = points[(points["label"] == line) & (points["x"] == 0.5)].set_index("statistic")
    for name in ("recalled", "primacy", "lag_asymmetry", "rmsd_serial_position_curve"):
        assert at.loc[name, "mean"] == pytest.approx(of_post[name].mean())
    error = np.sqrt((of_post["recalled_sem"] ** 2).sum()) / 2
    half = at.loc["recalled", "high"] - at.loc["recalled", "mean"]
    assert half / error == pytest.approx(2.024, abs=1e-3), "t of 38 degrees of freedom: 2 seeds of 20 subjects"
    assert np.isnan(at.loc["rmsd_serial_position_curve", "low"])
    theirs = points[points["kind"] == "people"].set_index("statistic")
    assert theirs.loc["recalled", "mean"] == pytest.approx(6.817, abs=1e-3) and theirs["x"].isna().all()
    assert (points[points["kind"] == "model"]["label"] == "CMR").all()
    assert "intrusions" in set(points["statistic"]), "people intrude"


def frame(n_lines: int, people: bool = True) -> pd.DataFrame:
    names = ["recalled", *(["rmsd_serial_position_curve"] if people else [])]
    rows = [
        {"label": f"line {line:02}", "kind": "swept", "x": x, "statistic": name, "mean": 20 - line + x, "low": np.nan,
         "high": np.nan}
        for line in range(n_lines) for x in (0.0, 1.0) for name in names
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(("people", "which", "first"), [(True, "come nearest to people", 4), (False, "named first", 0)])
def test_of_many_lines_those_that_come_nearest_to_people_are_drawn(people: bool, which: str, first: int) -> None:
    with pytest.warns(UserWarning, match=f"8 of 12 models, those (that )?{which}"):
        figure = sweep_figure(frame(12, people), "row_noise", "Noise")
    lines = {line.get_label() for line in figure.axes[0].lines if not str(line.get_label()).startswith("_")}
    assert lines == {f"line {line:02}" for line in range(first, first + 8)}


def test_the_example_of_levers_is_plotted_against_them_beside_people() -> None:
    """Few lists, and a network with two values of each lever."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in (("n_trials = 400", "n_trials = 20"), ("[0, 0.2, 0.4, 0.6]", "[0, 0.6]")):
        assert old in text
        text = text.replace(old, new)
    planned = planned_of(text)
    rows = rows_in_this_process(planned)
    figures = drawn_sweeps(planned, rows)
    assert list(figures) == ["against-model.slots", "against-model.write_noise"]
    axes = figures["against-model.write_noise"]().axes
    panel = next(axis for axis in axes if axis.get_ylabel() == "Recalled")
    drawn = {line.get_label(): line for line in panel.lines}
    summary = summary_frame(rows).set_index("label")["recalled"]
    assert panel.get_xlabel() == "write_noise"
    assert drawn["DNC slots=5"].get_xdata().tolist() == [0.0, 0.6]  # type: ignore[union-attr]
    assert drawn["DNC slots=5"].get_ydata() == pytest.approx(
        [summary[f"DNC, 5 slots, noise {noise}"] for noise in ("0", "0.6")]
    )
    assert drawn["CMR"].get_ydata()[0] == pytest.approx(summary["CMR"])  # type: ignore[index]
    people = drawn["Murdock (1962) 20-1"]
    assert people.get_ydata()[0] == pytest.approx(6.817, abs=1e-3)  # type: ignore[index]
    assert {axis.get_ylabel() for axis in axes} >= {"Primacy", "Recency", "Intrusions"}


def test_figures_of_sweeps_are_written_under_the_names_of_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "memsim.experiments.batteries.save_both", lambda figure, path: path.with_name(f"{path.name}.png").touch()
    )
    text = GRID.replace("seeds = [0, 1]", "seeds = [0]").replace("n_trials = 40", "n_trials = 20")
    text = text.replace('association = ["pre", "post"]', 'association = "pre"')
    planned_of(text)
    with pytest.warns(BeyondWarning, match="4 s of distraction before the test .*, of CMR"):
        results = battery("grid.toml", "out", workers=1, progress=False)
    assert {path.name for path in results.files if path.name.startswith("against")} == {
        "against-model.context_drift-immediate.png", "against-model.context_drift-delay-4.png",
        "against-model.context_drift-delay-16.png", "against-paradigm.retention_interval-murdock1962-20-1.png",
    }  # fmt: skip
    assert {"model.context_drift", "paradigm.retention_interval"} <= set(results.summary) and not results.not_drawn
