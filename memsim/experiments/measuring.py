"""The analyses of a battery, applied to the prediction of a model or to the recalls of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from memsim.analysis.curves import curve_table, points_of_curve
from memsim.analysis.registered import ANALYSES
from memsim.analysis.summaries import summary_table
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments, Responses
from memsim.core.prediction import PositionPrediction, Prediction
from memsim.experiments.people import People
from memsim.experiments.plan import PlannedAnalysis

ONLY_SOME = "memsim ships only some curves"
NO_POINT = "no point of it is defined by these lists and responses, which leaves a gap"


@dataclass(frozen=True)
class Measured:
    """The tables of one model or people in one task.

    Parameters
    ----------
    frames : the tidy frame of each analysis, by label; it has no subjects where only means are known.
    left_out : the reason why an analysis has no frame, or a frame without a defined value, by label.
    curves, summary : from :func:`memsim.analysis.curve_table` and :func:`memsim.analysis.summary_table`.
    n_lists, n_cut_short : the numbers of lists and of lists that the output limit cut short; None if there are none.
    recalls : the recalls that were analysed, if they are kept.
    """

    frames: Mapping[str, pd.DataFrame]
    left_out: Mapping[str, str]
    curves: pd.DataFrame
    summary: pd.DataFrame
    n_lists: int | None = None
    n_cut_short: int | None = None
    recalls: Responses | None = None

    def to_json(self) -> dict[str, Any]:
        """Everything except the recalls, as JSON."""
        return {
            "frames": {label: _columns(frame) for label, frame in self.frames.items()},
            "left_out": dict(self.left_out),
            "curves": _columns(self.curves),
            "summary": _columns(self.summary),
            "n_lists": self.n_lists,
            "n_cut_short": self.n_cut_short,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Measured:
        """Read what :meth:`to_json` gave."""
        frames = {label: pd.DataFrame(columns) for label, columns in content["frames"].items()}
        tables = {name: pd.DataFrame(content[name]) for name in ("curves", "summary")}
        counts = {name: content[name] for name in ("n_lists", "n_cut_short")}
        return cls(frames, content["left_out"], **tables, **counts)


def measure(predicted: Prediction, analyses: Sequence[PlannedAnalysis]) -> Measured:
    """Apply every analysis to a prediction or to recalls; one that does not apply is left out, with the reason."""
    frames, left_out = {}, {}
    for planned in analyses:
        try:
            analysis = ANALYSES.get(planned.name)
            frame = analysis.frame(predicted, **planned.options)
        except InputError as error:
            left_out[planned.label] = str(error)
            continue
        frames[planned.label] = frame
        values = [name for name in (analysis.value, analysis.across) if name and name in frame]
        if values and frame[values].isna().any(axis=1).all():
            left_out[planned.label] = NO_POINT
    known = {each.name: frames[each.label] for each in analyses if each.label in frames and not each.options}
    tables = curve_table(predicted, known), summary_table(predicted)
    if isinstance(predicted, PositionPrediction):
        return Measured(frames, left_out, *tables)
    recalled = predicted.recalls if isinstance(predicted, Judgments) else predicted
    ends = recalled is not None and recalled.trials.paradigm.silence_ends
    cut = int((~recalled.stopped).sum()) if recalled is not None and ends else 0
    return Measured(frames, left_out, *tables, len(predicted), cut, predicted)


def measure_people(people: People, analyses: Sequence[PlannedAnalysis]) -> Measured:
    """Apply every analysis to people; if only their curves are available, each analysis that is one of them."""
    if people.recalls is not None:
        return measure(people.recalls, analyses)
    frames, left_out = {}, {}
    for planned in analyses:
        analysis = ANALYSES.get(planned.name)
        points = points_of_curve(people.curves, analysis)
        if planned.options or points.empty:
            left_out[planned.label] = (
                f"{ONLY_SOME} of these people, and this is none of them; load_dataset fetches the data"
            )
        else:
            points = points.rename(columns={"mean": analysis.value})
            frames[planned.label] = points[[analysis.x, analysis.value]]
    return Measured(frames, left_out, people.curves, people.summary)


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): frame[name].tolist() for name in frame.columns}
