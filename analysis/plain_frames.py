"""Which analysis made a plain frame: one that was read from a file, built by hand, or lost its attributes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from memsim.analysis.checks import list_of_names
from memsim.analysis.declaration import MADE_BY, Analysis
from memsim.analysis.numeric_columns import (
    as_numbers,
    plain_numbers,
    require_places,
    with_numbers,
    with_plain_numbers,
)
from memsim.analysis.registered import ANALYSES
from memsim.core.errors import DataWarning, InputError
from memsim.core.files.strict_json import from_json_text
from memsim.core.names import kind_of, shown

COUNTS = (
    "actual", "possible", "total", "count", "bin", "low", "high", "sem", "n_subjects", "values", "per_list", "lists",
)  # fmt: skip
"""Columns beside those that an analysis declares, which are never conditions."""
LAGS = ("lag", "previous")
"""Columns of lags, which a matrix shows up to 5 in both directions."""
_INDEX_OF_FILE = re.compile(r"Unnamed: \d+")


def identified(frame: pd.DataFrame, name: str = "", people: Sequence[str] | str | None = None) -> pd.DataFrame:
    """The frame with ``attrs`` that say which analysis it is of, by what conditions, and which labels are people.

    A frame from :func:`memsim.analysis.analyze` has them, and one from the function of an analysis says which that is.
    Of any other frame the columns say it: those of one analysis
    (``lag`` and ``prob``) are drawn as that; where several have the same columns, a warning says which they are.
    Conditions are the columns before ``subject``, or before the values, and further columns of words if there are
    several rows for one subject and place. Labels that begin with ``people`` are people's.

    Parameters
    ----------
    name : the analysis, if the columns shall not decide.
    people : the labels of people, if the names shall not decide.

    Raises
    ------
    InputError : no data frame; columns of no analysis, or not those of the analysis that was named; labels of people
        that the frame does not have; a value that is no number; or a value without its place or condition.
    """
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"plot: the frame is a {kind_of(frame)}; give a data frame, from analyze or a file")
    recorded = {} if name and frame.attrs.get("analysis") != ANALYSES.canonical(name) else dict(frame.attrs)
    if "analysis" not in recorded:
        frame = _as_analyzed(frame)
        made_by = recorded.get(MADE_BY, "")
        if not name and made_by in ANALYSES.names() and _has_columns(frame, ANALYSES.get(made_by)):
            name = made_by
        found, ambiguous = ([ANALYSES.get(name)], False) if name else _candidates(frame)
        analysis = found[0]
        _require_columns(frame, analysis)
        recorded = {
            "analysis": analysis.name, "by": _conditions(frame, analysis), "people": _people(frame),
            "ambiguous": ambiguous,
        }  # fmt: skip
        if ambiguous:
            listed = ", ".join(each.name for each in found)
            warnings.warn(
                f"plot: several analyses have these columns: {listed}; the frame is drawn as {analysis.name}, without "
                f"its label; plot(frame, analysis={analysis.name!r}) says which it is",
                DataWarning, stacklevel=4,
            )  # fmt: skip
    if people is not None:
        recorded["people"] = list_of_names(people, "people", "plot")
        labels = set(frame["label"]) if "label" in frame else {""}
        if absent := [each for each in recorded["people"] if each not in labels]:
            raise InputError(f"plot: people: no rows have the label {absent[0]!r}; there are {sorted(labels)}")
    frame = _with_numbers(frame, ANALYSES.get(recorded["analysis"]), recorded["by"]).copy(deep=False)
    frame.attrs = recorded
    return frame


def _as_analyzed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without what a file adds or loses: the numbers of rows, empty labels, lists as text."""
    rows = [column for column in frame.columns if _INDEX_OF_FILE.fullmatch(str(column))]
    frame = frame.drop(columns=rows)
    if "label" in frame:
        frame = frame.assign(label=frame["label"].fillna("").astype(str))
    if "values" in frame and frame["values"].map(lambda each: isinstance(each, str)).any():
        frame = frame.assign(values=frame["values"].map(_listed))
    return frame


def _listed(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        found = from_json_text(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(each, int | float) for each in found):
        raise InputError(f"plot: values={shown(text)} must be a list of numbers, such as [0.1, 0.2]")
    return found


def _with_numbers(frame: pd.DataFrame, analysis: Analysis, by: Sequence[str]) -> pd.DataFrame:
    """The frame with numbers where a figure has axes, colours and intervals; names of places and series stay names."""
    is_points = "mean" in frame
    value = "mean" if is_points and analysis.value not in frame else analysis.value
    numeric = [value, analysis.across, *(["mean", "low", "high", "n_subjects"] if is_points else [])]
    numeric += [] if analysis.style in ("categories", "heat") else [analysis.x]
    numeric += [analysis.series] if analysis.style == "index" else []
    numeric += [name for name in (analysis.x, analysis.series) if name in LAGS]
    numeric += ["row", "output", "position"] if analysis.style == "raster" else []
    frame = with_numbers(frame, [name for name in numeric if name], "plot")
    frame = with_plain_numbers(frame, [analysis.x, analysis.series])
    for values in frame["values"] if is_points and "values" in frame else []:
        as_numbers(pd.Series(values, name="values", dtype=object), "plot")
    if analysis.style == "raster":
        require_places(frame, [*by, "row"], "output", "plot")
        return frame
    several = analysis.series in frame and frame[analysis.series].nunique() > 1
    places = [*by, analysis.panels, *([analysis.series] if several else []), analysis.x]
    require_places(frame, [name for name in dict.fromkeys(places) if name in frame], value, "plot")
    return frame


def _own_columns(analysis: Analysis) -> list[str]:
    return [name for name in (analysis.x, analysis.value, analysis.across, analysis.panels, analysis.series) if name]


def _required(analysis: Analysis, frame: pd.DataFrame) -> list[str]:
    """The columns without which the analysis cannot be drawn; the points of an analysis have means."""
    value = "mean" if "mean" in frame and analysis.value not in frame else analysis.value
    series = analysis.series if analysis.style == "heat" else ""
    further = ("row", "response") if analysis.style == "raster" else ()
    return [name for name in (analysis.x, value, analysis.across, analysis.panels, series, *further) if name]


def _has_columns(frame: pd.DataFrame, analysis: Analysis) -> bool:
    return set(_required(analysis, frame)) <= set(frame.columns)


def _require_columns(frame: pd.DataFrame, analysis: Analysis) -> None:
    if absent := [name for name in _required(analysis, frame) if name not in frame]:
        raise InputError(
            f"plot: a frame of {analysis.name} has the columns {', '.join(_required(analysis, frame))}; this one has "
            f"no {absent[0]!r}, but {', '.join(map(str, frame.columns))}"
        )


def _candidates(frame: pd.DataFrame) -> tuple[list[Analysis], bool]:
    """The analyses of which most columns are in the frame, and whether they are several with different labels."""
    known: Mapping[str, Analysis] = ANALYSES.usable()
    matching = [each for each in known.values() if _has_columns(frame, each)]
    if not matching:
        raise InputError(
            f"plot: the columns {', '.join(map(str, frame.columns))} are those of no analysis; a lag-CRP has lag and "
            "prob, a serial position curve position and prob. Give a frame from analyze(recalls, name), or "
            "plot(frame, analysis=name), with the columns of that analysis"
        )
    most = max(len(_own_columns(each)) - _missing(each, frame) for each in matching)
    matching = [each for each in matching if len(_own_columns(each)) - _missing(each, frame) == most]
    places = plain_numbers(frame[matching[0].x]) if matching[0].x else pd.Series(dtype=object)
    if len({each.x for each in matching}) == 1 and pd.api.types.is_numeric_dtype(places):
        both_ways = bool((places < 0).any())
        alike = [each for each in matching if (each.style == "lags") == both_ways]
        matching = alike or matching
    return matching, len({(each.y_label, each.style, each.limits) for each in matching}) > 1


def _missing(analysis: Analysis, frame: pd.DataFrame) -> int:
    return sum(name not in frame for name in _own_columns(analysis))


def _conditions(frame: pd.DataFrame, analysis: Analysis) -> list[str]:
    own = {*_own_columns(analysis), *COUNTS, "label", "subject", "mean"}
    columns = list(frame.columns)
    ends = [columns.index(name) for name in ("subject", "mean", analysis.value) if name in columns]
    found = [name for name in columns[: min(ends, default=0)] if name not in own]
    keys = [name for name in ("label", "subject", analysis.x, analysis.panels, analysis.series) if name in columns]
    if analysis.style != "raster":
        for name in columns:
            words = name not in own and name not in found and not pd.api.types.is_numeric_dtype(frame[name])
            if words and frame.duplicated([*keys, *found]).any():
                found.append(name)
    return found


def _people(frame: pd.DataFrame) -> list[str]:
    if "label" not in frame:
        return []
    return [name for name in frame["label"].unique() if str(name).casefold().startswith("people")]
