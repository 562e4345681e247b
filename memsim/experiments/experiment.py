"""Models and people side by side: one paradigm, the same lists, the same analyses."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from memsim.analysis.curves import (
    curve_table,
    curves_of,
    position_tables,
    root_mean_squared_difference,
    summary_table,
)
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.loop import simulate
from memsim.core.position_model import PositionModel, recall_probability
from memsim.core.provenance import versions
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.experiments.people import People, differing_settings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from memsim.core.position_model import Model

LISTS_PER_SUBJECT, FEWEST_SUBJECTS = 100, 20
"""Lists that one simulated participant takes, about what people took, but for runs too short to make 20 participants;
intervals are over participants."""


@dataclass(frozen=True)
class Comparison:
    """What :func:`compare` found.

    ``curves``: ``source, kind, curve, x, mean, sem, low, high, n_subjects``, kind "people" or "model".
    ``summary``: a row per source; the means of :func:`memsim.analysis.summary_table`, their standard errors
    as ``..._sem``, and the distance to people of each curve as ``rmsd_...``. What a model says nothing of is NaN.
    ``summaries``: the table of :func:`memsim.analysis.summary_table` of each source.
    ``recalls``: those of each model that has an order of recall. ``people``: with whom they were compared.
    ``manifest``: versions, settings, parameters, seed and times.
    """

    curves: pd.DataFrame
    summary: pd.DataFrame
    summaries: Mapping[str, pd.DataFrame]
    recalls: Mapping[str, Recalls]
    people: People | None
    manifest: Mapping[str, Any]

    def figure(self, curve: str | None = None) -> Figure:
        """All curves of the task side by side, models with people over them; or one of them, a column wide."""
        from memsim.analysis.figures.style import comparison_figure

        sources = self.curves.groupby("source", sort=False)
        tables = {name: table for name, table in sources if table["kind"].iloc[0] == "model"}
        people = self.curves[self.curves["kind"] == "people"] if self.people is not None else None
        title, told, label = self.manifest["title"], self.manifest["people"], ""
        if people is not None:
            if told["task_differs_in"]:
                title += "; people's task differs: " + ", ".join(f"{k}={v}" for k, v in told["task_differs_in"].items())
            label = f"{told['source']}, N = {people['n_subjects'].max()}"
        if curve is not None:
            return comparison_figure(tables, people, people_label=label.partition(",")[0], curves=[curve])
        return comparison_figure(tables, people, people_label=label, title=title)


def compare(
    models: Mapping[str, Model],
    paradigm: Paradigm,
    people: People | Recalls | str | None = None,
    *,
    n_trials: int = 5000,
    seed: int = 0,
    pool: ItemPool | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Comparison:
    """Run every model through the same trials of ``paradigm`` and set it beside people.

    Parameters
    ----------
    models : by the names they are to have in tables and figures.
    paradigm : the task.
    people : whom to compare with, optional: a data set, ``"name"`` or ``"name:condition"``; recalls of your own;
        a CSV file of them in psifr's long table; or :class:`People`. Their lists must be as long as the
        paradigm's.
    n_trials : lists for each model, dealt to simulated participants of 100 lists each (fewer lists each below
        2,000, so that there are 20 participants to take an interval over).
    seed : of the lists and of every model's simulation. Models of one class share their random numbers, so
        that two settings of it differ by their parameters only.
    pool : where the items come from; see :meth:`memsim.Paradigm.trials`.
    progress : told of each finished step.

    Raises
    ------
    InputError : no model, or people whose lists have another length.
    """
    if not isinstance(models, Mapping) or not models:
        raise InputError('compare: models must name at least one model, as in {"TCM": TCM()}')
    if isinstance(people, str):
        people = People.load(people)
    elif isinstance(people, Recalls):
        people = People.of(people)
    if people is not None and people.paradigm.list_length != paradigm.list_length:
        raise InputError(
            f"{people.label} has lists of {people.paradigm.list_length} items, the models would get "
            f"{paradigm.list_length}; leave the list length to the data, or compare with none"
        )
    if people is not None and people.label in models:
        raise InputError(f"{people.label!r} names both a model and the people; give one of them another name")
    started, clock = datetime.now(UTC), perf_counter()
    trials = paradigm.trials(n_trials, seed, pool=pool, subjects=max(FEWEST_SUBJECTS, n_trials // LISTS_PER_SUBJECT))
    recalls: dict[str, Recalls] = {}
    curves, rows, summaries = [], [], {}
    if people is not None:
        curves.append(people.curves.assign(source=people.label, kind="people"))
        rows.append(_row(people.label, "people", people.summary))
        summaries[people.label] = people.summary
    for name, model in models.items():
        if isinstance(model, PositionModel):
            table, summary = position_tables(recall_probability(model, paradigm))
            progress(f"{name}: predicted")
        else:
            recalls[name] = simulate(model, trials, seed)
            progress(f"{name}: simulated")
            table, summary = curve_table(recalls[name]), summary_table(recalls[name])
        row = _row(name, "model", summary)
        if people is not None:
            distances = root_mean_squared_difference(table, people.curves)
            row |= {f"rmsd_{curve}": distances.get(curve, float("nan")) for curve in curves_of(paradigm)}
        curves.append(table.assign(source=name, kind="model"))
        rows.append(row)
        summaries[name] = summary
        progress(f"{name}: analysed")
    manifest = {
        "title": f"{paradigm_title(paradigm)}; {n_trials:,} lists per model",
        "started": started.isoformat(timespec="seconds"),
        "seconds_simulating_and_analysing": round(perf_counter() - clock, 3),
        "seed": int(seed),
        "trials": len(trials),
        "subjects": len(trials.subjects),
        "paradigm": {"name": type(paradigm).__name__, "settings": paradigm.values()},
        "models": {
            name: {
                "class": type(model).__name__,
                "citation": model.citation,
                **_origin(type(model)),
                "likelihood": model.likelihood,
                "form": model.form(),
                "parameters": model.values(),
            }
            for name, model in models.items()
        },
        "people": None if people is None else _told(people, paradigm),
        "without_output_limit": [name for name, model in models.items() if isinstance(model, PositionModel)]
        if paradigm.response_limit is not None
        else [],
        "lists_cut_short": {
            name: int((~recall.stopped).sum()) if paradigm.silence_ends else 0 for name, recall in recalls.items()
        },
        "versions": versions(),
    }
    ordered = pd.concat(curves, ignore_index=True)
    ordered = ordered[["source", "kind", *ordered.columns.drop(["source", "kind"])]]
    return Comparison(ordered, pd.DataFrame(rows), summaries, recalls, people, manifest)


def paradigm_title(paradigm: Paradigm) -> str:
    """The task in words: ``Immediate free recall of 20 items, 1 s each``."""
    between, after = paradigm.inter_item_distraction, paradigm.retention_interval
    task = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in type(paradigm).__name__)
    kind = "continuous-distractor" if between else "delayed" if after else "immediate"
    title = f"{kind.capitalize()}{task} of {paradigm.list_length} items, {paradigm.presentation_time:g} s each"
    if between:
        title += f", {between:g} s of distraction between items"
    if after:
        title += f", {after:g} s before the test"
    return title


def _origin(cls: type) -> dict[str, str]:
    """Where the code of a model is that is not memsim's own, with its checksum."""
    if cls.__module__.startswith("memsim."):
        return {}
    file = inspect.getsourcefile(cls)
    if file is None:
        return {"module": cls.__module__}
    return {"file": file, "file_sha256": hashlib.sha256(Path(file).read_bytes()).hexdigest()}


def _told(people: People, paradigm: Paradigm) -> dict[str, Any]:
    """What the manifest tells of the people and their task."""
    settings = people.paradigm.values()
    differing = {name: settings.get(name) for name in sorted(differing_settings(people.paradigm, paradigm))}
    return {"source": people.source, **people.provenance, "settings": settings, "task_differs_in": differing}


def _row(source: str, kind: str, summary: pd.DataFrame) -> dict[str, Any]:
    means = dict(zip(summary["statistic"], summary["mean"], strict=True))
    errors = {f"{name}_sem": sem for name, sem in zip(summary["statistic"], summary["sem"], strict=True)}
    errors = {name: sem for name, sem in errors.items() if pd.notna(sem)}
    return {"source": source, "kind": kind, **means, **errors}
