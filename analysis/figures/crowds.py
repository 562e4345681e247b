"""Which models a figure shows where there are too many to tell apart."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from memsim.analysis.points import analysis_of, held_by_enough, labels_of, squared_differences
from memsim.core.errors import MemsimWarning

MOST_MODELS = 8
"""Of a figure; people are drawn besides."""


def nearest(frames: Sequence[pd.DataFrame]) -> list[str]:
    """The labels of people and of at most eight models, which a figure shows.

    Without people the first models; with people those whose means are nearest to theirs: the root mean squared
    difference in each analysis, in units of the median over models, averaged over analyses.

    Parameters
    ----------
    frames : points (:func:`memsim.analysis.points_of`), one frame for each analysis.
    """
    names = _names(frames)
    people = {name for frame in frames for name in frame.attrs["people"]} & set(names)
    models = [name for name in names if name not in people]
    if len(models) <= MOST_MODELS:
        return names
    found = [each for each in (_distances(frame, people) for frame in frames) if each is not None] if people else []
    table = pd.concat(found, axis=1) if found else pd.DataFrame(index=models)
    kept = people.union(least_distant(models, table.mean(axis=1)))
    return [name for name in names if name in kept]


def least_distant(models: Sequence[str], distance: pd.Series) -> list[str]:
    """At most eight of the models: those of the least distance, and of those without one the first.

    Parameters
    ----------
    distance : from people, by model; NaN, or no entry, where it is not known.
    """
    return distance.reindex(models).sort_values(kind="stable", na_position="last").index[:MOST_MODELS].tolist()


def few(frames: Sequence[pd.DataFrame]) -> tuple[list[pd.DataFrame], str]:
    """Points of no more models than can be told apart, and a caption; as they were, where all are shown."""
    kept, names = nearest(frames), _names(frames)
    if len(kept) == len(names):
        return list(frames), ""
    people = {name for frame in frames for name in frame.attrs["people"]}
    return thinned(frames, kept), caption(names, kept, people)


def thinned(frames: Sequence[pd.DataFrame], kept: Collection[str]) -> list[pd.DataFrame]:
    """The points of the labels in ``kept``."""
    found = []
    for frame in frames:
        part = frame[frame["label"].isin(list(kept))] if len(frame) else frame
        part.attrs = dict(frame.attrs)
        found.append(part)
    return found


def caption(names: Sequence[str], kept: Collection[str], people: Collection[str], which: str = "") -> str:
    """What a figure says where it shows some of the models; empty where it shows all. Warns with the names left out."""
    models = [name for name in names if name not in people]
    left = [name for name in models if name not in kept]
    if not left:
        return ""
    which = which or ("those nearest to people" if set(people) & set(kept) else "those named first")
    said = f"{len(models) - len(left)} of {len(models)} models, {which}"
    warnings.warn(
        f"the figure shows {said}; the tables hold all. Not drawn: {', '.join(left)}", MemsimWarning, stacklevel=3
    )
    return f"{said[0].upper()}{said[1:]}"


def _names(frames: Sequence[pd.DataFrame]) -> list[str]:
    return list(dict.fromkeys(name for frame in frames for name in labels_of(frame)))


def sentences(*parts: str) -> str:
    """The parts of a title that are not empty, as sentences."""
    return ". ".join(str(part) for part in parts if part)


def _distances(frame: pd.DataFrame, people: Collection[str]) -> pd.Series | None:
    """The distance of each model from people in one analysis; None where it has no means to compare."""
    if "mean" not in frame or frame.empty:
        return None
    analysis = analysis_of(frame)
    known = (analysis.x, analysis.series, analysis.panels, *frame.attrs["by"])
    places = [name for name in dict.fromkeys(known) if name in frame]
    if not places:
        frame, places = frame.assign(place=0), ["place"]
    enough = [held_by_enough(rows, analysis) for _, rows in frame.groupby("label", sort=False)]
    frame = frame.loc[pd.concat(enough).reindex(frame.index)]
    coordinates = ["mean", *([analysis.across] if analysis.across in frame else [])]
    theirs = frame[frame["label"].isin(list(people))].groupby(places, sort=False, dropna=False)[coordinates].mean()
    ours = frame[~frame["label"].isin(list(people))]
    joined = ours.merge(theirs.add_suffix("_theirs").reset_index(), on=places, how="inner")
    squared = squared_differences(joined, coordinates, "_theirs")
    if squared.isna().all():
        return None
    distance = np.sqrt(squared.groupby(joined["label"]).mean())
    middle = float(distance.median())
    return distance / middle if middle > 0 else distance
