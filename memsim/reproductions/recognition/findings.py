"""Findings of item recognition: which of them each model shows at its defaults, and people where data answer it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import criteria_figure
from memsim.analysis.recognition.contiguity import recognition_contiguity
from memsim.analysis.recognition.signal_detection import zroc_slope
from memsim.core.model import MemoryModel
from memsim.data import load_dataset
from memsim.data.shipped import load_curves
from memsim.models.recognition.measurement_model import MeasurementModel
from memsim.models.registered import models_of
from memsim.paradigms import Recognition
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, Prediction
from memsim.reproductions.recognition.criteria import (
    CRITERIA,
    LAG,
    NEAR,
    SLOPE,
    absences,
    estimate,
    findings_table,
    people,
    row_of,
    rows_of,
    tasks_of,
)
from memsim.reproductions.recognition.minerva_slopes import exact_slope, minerva_findings
from memsim.reproductions.recognition.shortcomings import SHORTCOMINGS
from memsim.reproductions.recognition.tasks import TASKS
from memsim.reproductions.verdicts import ABSENT, PASS, UNDECIDED

SHOWS = Prediction(
    "the finding, of the publications of this entry",
    "1 where its number lies in a range: of the slope that of people of five data sets or more, widened by memsim's "
    "rule, and of others one that memsim's authors chose",
)
PEOPLE, LAGS_OF_PEOPLE = "peers_recognition", "reder2000"
FALL_OF_PEOPLE = (
    "Reder et al. (2000), at lags up to 2 and from 8 to 32, of words shown up to ten times, which people hardly miss"
)
LISTS, LISTS_OF_SAM = 400, 100
"""Lists of each model in each task."""
SECONDS = {"SAM": {"presentation_time": 0.25}}
"""Changes of the tasks: in lists of 1 s an item, SAM hardly confuses targets and lures, and d' has no number."""


def _recognition_findings(seed: int) -> Outcome:
    models: dict[str, MemoryModel[Any]] = {
        name: model for name, model in models_of(Recognition()).items() if isinstance(model, MemoryModel)
    }
    lists = {name: LISTS_OF_SAM if name == "SAM" else LISTS for name in models}
    rows = people_rows()
    for name, model in models.items():
        found = tasks_of(name, model, lists[name], seed, SECONDS.get(name))
        rows += rows_of(name, found, absences(name, model))
    table = findings_table(rows)
    decided = table[~table["verdict"].isin([ABSENT, UNDECIDED])]
    findings = [
        Finding(
            f"{row.label}: {row.criterion}", 1.0, float(row.verdict == PASS), 0.0, SHOWS,
            SHORTCOMINGS.get(row.label, {}).get(row.criterion, ""),
        )
        for row in decided.itertuples()
        if row.label in SHORTCOMINGS
    ] + minerva_findings()  # fmt: skip
    measuring = [name for name, model in models.items() if isinstance(model, MeasurementModel)]
    settings = {
        "lists": lists,
        "tasks": {name: task.values() for name, task in TASKS.items()},
        "changed": SECONDS,
        "models": {name: model.values() for name, model in models.items()},
        "criteria": {
            each.name: f"{each.number}: {each.limits[0]:.4g} to {each.limits[1]:.4g}, of {each.source}"
            for each in CRITERIA
        },
    }
    title = f"Findings of recognition: models at their defaults, {LISTS} lists a task (SAM {LISTS_OF_SAM})"
    shown = table.assign(cell=[_cell(row) for row in table.itertuples()]).pivot(
        index="criterion", columns="label", values="cell"
    )
    shown = shown.loc[table["criterion"].unique(), table["label"].unique()].T.rename_axis(index=None, columns=None)
    return Outcome(
        findings,
        partial(criteria_figure, table[~table["label"].isin(measuring)], title),
        settings,
        {"criteria": table, "people": people()},
        shown=shown.T.to_string(),
        statement=_statement(table),
    )


def people_rows() -> list[dict[str, Any]]:
    """What people answer: those of PEERS the slope of the z-ROC, and contiguity in the final test of recognition; those
    of Reder et al. (2000) the fall of hits with lag.
    """
    judgments = load_dataset(PEOPLE)
    contiguity = recognition_contiguity(judgments, edges=(1, 2, 5, np.inf))
    hits = contiguity[contiguity["preceding"] == "rated highest"].pivot(
        index="subject", columns="distance", values="prob"
    )
    answers: dict[str, tuple[float, float, str]] = {
        SLOPE: (*estimate(zroc_slope(judgments)["slope"].to_numpy()), ""),
        NEAR: (*estimate((hits["1"] - hits["5+"]).to_numpy()), ""),
        LAG: (*fall_of_people(), FALL_OF_PEOPLE),
    }
    nothing = (np.nan, np.nan, "no data that ship with memsim make this comparison")
    return [row_of("people", each, *answers.get(each.name, nothing)) for each in CRITERIA]


def fall_of_people() -> tuple[float, float]:
    """Hits at short lags minus hits at long ones in the shipped curve of Reder et al. (2000), and the standard error.

    Lags up to 2, and from 8 to 32, each weigh alike; their errors are taken as independent, which errors of the same
    people are not quite.
    """
    curves = load_curves(LAGS_OF_PEOPLE)
    curve = curves[curves["curve"] == "hits_by_lag"]
    lag = pd.to_numeric(curve["x"])
    found = [(part["mean"].mean(), np.sqrt((part["sem"] ** 2).sum()) / len(part))
             for part in (curve[lag <= 2], curve[(lag >= 8) & (lag <= 32)])]  # fmt: skip
    (short, of_short), (long, of_long) = found
    return float(short - long), float(np.hypot(of_short, of_long))


def _cell(row: Any) -> str:
    marks = {"pass": "yes", "fail": "NO", UNDECIDED: "?"}
    return "-" if np.isnan(row.value) else f"{row.value:.2f}+-{row.sem:.2f} {marks[row.verdict]}"


def _statement(table: pd.DataFrame) -> str:
    counts = table[table["verdict"] != ABSENT].groupby("label", sort=False)["verdict"].value_counts().unstack()
    counts = counts.reindex(table["label"].unique()).fillna(0).astype(int)
    said = [
        f"{name} {row.get('pass', 0)} of {row.sum()}"
        + (f", {row[UNDECIDED]} undecided" if row.get(UNDECIDED, 0) else "")
        for name, row in counts.iterrows()
    ]
    return (
        "Hypothesis: a model of recognition shows all findings. A criterion is passed if its number lies in the range "
        "of the criterion, failed if it lies outside, and undecided within two standard errors of an end of the range; "
        "a model that has no account of a finding is absent, which is no failure. Passed, of those that apply: "
        f"{'; '.join(said)}. {_of_people(table)} d' is computed from the area under the ROC, so that it depends "
        f"on no criterion. The range of the slope is that of people of {_data_sets()} data sets, widened; the other "
        "ranges are the authors', since few data that are at hand answer them. Models stand at their defaults, of "
        "which most are unverified. Named in advance: MINERVA 2's ratio of standard deviations, lures over targets, "
        f"rises from {exact_slope(10):.2f} in lists of 10 to {exact_slope(80):.2f} in lists of 80, exactly; its "
        "evidence is skewed, so that the fitted slope rises less."
    )


def _data_sets() -> int:
    table = people()
    return table[table["finding"] == "ratings: slope of the z-ROC"]["data_set"].str.partition(":")[0].nunique()


def _of_people(table: pd.DataFrame) -> str:
    rows = table[(table["label"] == "people") & table["value"].notna()]
    said = [
        f"{row.criterion} {row.value:.3f} (SE {row.sem:.3f}), {_in_words(row.verdict)}" for row in rows.itertuples()
    ]
    return (
        f"Of people, the data that ship answer {len(rows)} of {len(CRITERIA)} criteria: "
        f"{'; '.join(said)}. Hits and lag are of {FALL_OF_PEOPLE}."
    )


def _in_words(verdict: str) -> str:
    return {PASS: "which passes", UNDECIDED: "which decides nothing"}.get(verdict, "which fails")


RECOGNITION_FINDINGS = Reproduction(
    "recognition-findings", "Findings of item recognition, and which models show them",
    "Strong (1912); Ratcliff, Clark & Shiffrin (1990); Glanzer & Adams (1985); Stretch & Wixted (1998); Ratcliff, "
    "McKoon & Tindall (1994); Shepard & Teghtsoonian (1961); Schwartz, Howard, Jing & Kahana (2005); people: PEERS, "
    "and Reder et al. (2000)",
    _recognition_findings, kinds=(Kind.OWN, Kind.PREDICTION),
)  # fmt: skip
