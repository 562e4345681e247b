"""Models and people through one task: a battery of one task that runs in this process and keeps its recalls."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Unpack

import pandas as pd
from matplotlib.figure import Figure

from memsim.analysis.figures.crowds import caption, nearest, sentences, thinned
from memsim.analysis.figures.page import Drawing
from memsim.analysis.figures.plots import comparison_panel, plot
from memsim.core.errors import MemsimWarning, ModelError
from memsim.core.flags import require_flags
from memsim.core.frozen import says_what_it_has
from memsim.core.html_summary import html_of
from memsim.core.items import ItemPool
from memsim.core.judgments import Responses
from memsim.core.names import in_one_line, require_one_of
from memsim.core.position_model import Model
from memsim.core.trials import Paradigm
from memsim.experiments.figures import battery_points, people_name
from memsim.experiments.manifest import Manifest, Stopwatch, manifest_of
from memsim.experiments.people import People
from memsim.experiments.plan import Battery, PlannedTask
from memsim.experiments.rows import Row, rows_in_this_process
from memsim.experiments.tables import joined_curves, summary_frame
from memsim.models.lookup import Given
from memsim.paradigms.lookup import given_paradigm
from memsim.running.progress import step_by_step


@says_what_it_has
@dataclass(frozen=True)
class Comparison:
    """The results of :func:`run`.

    Parameters
    ----------
    battery : the plan that was run.
    rows : the tables of people, if there were any, and then of each model.
    manifest : the versions, settings, parameters, seed and times.
    """

    battery: Battery
    rows: tuple[Row, ...]
    manifest: Manifest

    def __repr__(self) -> str:
        return f"Comparison({', '.join(row.label for row in self.rows)}: {self.battery.title})"

    def _repr_html_(self) -> str:
        same = ("kind", "paradigm", "seed")  # of all rows, or said by the label
        people = self.people_name if self.people else ""
        return html_of(self.battery.title, {"people": people}, self.summary.drop(columns=[*same], errors="ignore"))

    @property
    def task(self) -> PlannedTask:
        """The task, and the people with whom the models are compared."""
        return self.battery.tasks[0]

    @property
    def people(self) -> People | None:
        """The people that the models were compared with."""
        return self.task.people

    @property
    def people_name(self) -> str:
        """What people are called in all figures, and in a report: their reference and number."""
        return people_name(self.battery)

    @property
    def models(self) -> dict[str, Model]:
        """The models that were run, by label."""
        return {row.label: row.model.model for row in self.rows if row.model is not None}

    @property
    def recalls(self) -> dict[str, Any]:
        """The recalls or judgments of each model that gives them, by label."""
        measured = {row.label: row.measured.recalls for row in self.rows if row.model is not None}
        return {label: recalls for label, recalls in measured.items() if recalls is not None}

    @cached_property
    def curves(self) -> pd.DataFrame:
        """``label, kind, paradigm, seed, curve, x, mean, sem, low, high, n_subjects``; kind "people" or "model"."""
        return joined_curves(self.rows).infer_objects()

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A row for each model and for people: means (:func:`memsim.analysis.summary_table`), and distances to people.

        Standard errors are columns ``..._sem``, distances of curves from those of people ``rmsd_...``. A number is NaN
        where the model has no account of it.
        """
        return summary_frame(self.rows)

    @property
    def summaries(self) -> dict[str, pd.DataFrame]:
        """The table of :func:`memsim.analysis.summary_table`, by label."""
        return {row.label: row.measured.summary for row in self.rows}

    def figure(self, curve: str | None = None, **drawing: Unpack[Drawing]) -> Figure:
        """The standard curves of the task side by side, or one of them; people are drawn over the models.

        Parameters
        ----------
        curve : the name of one of the standard curves; None draws all.
        drawing : as in :func:`memsim.analysis.plot`; one curve is one column wide, and all of them are two.

        Raises
        ------
        InputError : no such curve.
        """
        if curve is not None:
            require_one_of(curve, self.points, "figure: curve")
        among = [*(model.label for model in self.battery.models), self.people_name]
        title = self.battery.title
        if self.task.differing_settings:
            differing = ", ".join(f"{name}={value}" for name, value in self.task.differing_settings.items())
            title += f"; people's task differs: {differing}"
        if self.task.differing_design:
            title += "; people's lists were made in another way"
        labels = {name for frame in self.points.values() if len(frame) for name in frame["label"]}
        said = caption([name for name in among if name in labels], self.drawn, {self.people_name})
        shown = [name for name in among if name in self.drawn]
        drawing.setdefault("order", shown)
        points = thinned([frame for name, frame in self.points.items() if curve in (None, name)], shown)
        if curve is not None:
            return plot(points[0], title=said, **drawing)
        title = sentences(title, said, "Bars and bands: 95% intervals")
        return comparison_panel([each for each in points if len(each)], title=title, **drawing)

    @cached_property
    def drawn(self) -> list[str]:
        """The labels that figures show: all, or people and the models nearest to them; see :func:`nearest`."""
        return nearest([each for each in self.points.values() if len(each)])

    @cached_property
    def points(self) -> dict[str, pd.DataFrame]:
        """The points of each standard curve, by name; empty where it applies to nobody."""
        return {each.name: battery_points(self.battery, self.rows, each) for each in self.battery.analyses}


def run(
    models: Given,
    paradigm: Paradigm | str | None = None,
    people: People | Responses | str | Path | None = None,
    *,
    n_trials: int = 5000,
    seed: int = 0,
    pool: ItemPool | None = None,
    progress: bool | Callable[[str], None] = False,
    keep_going: bool = False,
) -> Comparison:
    """Run every model through the same trials of ``paradigm``, and compare them with people.

    Parameters
    ----------
    models : the models, by the labels that they get in tables and figures; or a list of models or names
        (:func:`memsim.models.lookup.labelled`).
    paradigm : the task, or its name; that of the people, or else free recall, if not given.
    people : a data set, ``"name"`` or ``"name:condition"``; a file that :func:`memsim.load_recalls` reads; or recalls.
        Their lists must be as long as those of the paradigm. None compares the models with one another only.
    n_trials : lists for each model, divided among simulated participants of 100 lists each (of fewer lists each if
        there are fewer than 2,000, so that an interval is over at least 20 participants).
    seed : the seed of the lists and of the simulation of every model. Models of one class share their random numbers,
        so two of them differ by their parameters only.
    pool : the items from which lists are drawn; see :meth:`memsim.Paradigm.trials`.
    progress : whether to show a bar, in a terminal or a notebook; or what is called with the label of each model, or
        people, that is done.
    keep_going : leave out a model that fails, with a warning, so that the results of the others stand; an error only if
        all fail.

    Raises
    ------
    InputError : no models; a model without an account of the task; people whose lists have another length, or whose
        label is that of a model.
    ModelError : all models failed, with ``keep_going``.

    Warns
    -----
    BeyondWarning : the task lies beyond what models were trained or fitted for, such as lists of another length.
    """
    require_flags("run", keep_going=keep_going)
    stopwatch = Stopwatch()
    found = People.given(people)
    task = found.paradigm if paradigm is None and found is not None else given_paradigm(paradigm)
    battery = Battery.of_one_task(models, task, found, n_trials=n_trials, seed=seed, pool=pool)
    failures: dict[str, Exception | SystemExit] = {}
    with step_by_step(len(battery.models) + (found is not None), wanted=progress is True) as done:
        rows = rows_in_this_process(battery, progress if callable(progress) else done, failures if keep_going else None)
    not_run = {label: in_one_line(error) for label, error in failures.items()}
    if failures:
        battery = replace(battery, models=tuple(model for model in battery.models if model.label not in failures))
        said = "; ".join(f"{label} failed and is left out ({reason})" for label, reason in not_run.items())
        if not battery.models:
            raise ModelError(said) from next(iter(failures.values()))
        warnings.warn(said, MemsimWarning, stacklevel=2)
    manifest = replace(manifest_of(battery, rows, stopwatch), not_run=not_run)
    manifest.warn_beyond(stacklevel=2)
    return Comparison(battery, tuple(rows), manifest)
