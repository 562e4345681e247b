"""Primacy and recency: how far recall of the first and the last items exceeds that of the middle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from memsim.analysis.checks import require_whole
from memsim.analysis.declaration import of_recalls
from memsim.analysis.recall.initiation import probability_of_nth_recall
from memsim.analysis.recall.serial_position import serial_position_curve
from memsim.core.arrays import FloatArray
from memsim.core.recalls import Recalls

DEFINITIONS = ["difference", "contrast", "ratio", "slope", "share", "first_recall"]
"""The definitions of primacy and recency in use; see :func:`primacy_index`."""


@of_recalls(takes_repeated_items=True, by_study_order=True)
def primacy_index(recalls: Recalls, edge: int | None = None) -> pd.DataFrame:
    """How far recall at the first positions exceeds recall in the middle of the list.

    The middle is the middle third of the list, without positions that belong to an edge; in lists of up to 8 items it
    is everything between the edges.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    edge : the number of positions at the beginning; by default 3, and 2 in lists of up to 8 items.

    Returns
    -------
    DataFrame : one row per subject, with

        ``edge``, ``middle``: mean probability of recall at the edge (A) and in the middle (m);
        ``difference``: A - m, which keeps the scale of probabilities;
        ``contrast``: (A - m) / (A + m), which lies in [-1, 1] at any level of recall (NaN where nothing was recalled at
        the edge or in the middle);
        ``ratio``: A / m;
        ``slope``: the least-squares slope of the curve over the edge, in probability per position towards the nearer
        end of the list (NaN for an edge of one position);
        ``share``: the share of the edge among all items recalled, the regional score of clinical list learning tests;
        ``first_recall``: the probability that the first correct response is of the edge;
        both are NaN where lists present an item more than once, which belongs to several positions;
        ``edge_recalled, edge_possible, middle_recalled, middle_possible``: the counts.

    Raises
    ------
    InputError : ``edge`` is not a whole number from 1 to the list length.
    """
    first, last = edge_sizes(recalls.list_length)
    first = _checked_edge(edge, first, recalls, "primacy_index")
    return _edge_index(recalls, slice(0, first), middle_positions(recalls.list_length, first, last), -1)


@of_recalls(takes_repeated_items=True, by_study_order=True)
def recency_index(recalls: Recalls, edge: int | None = None) -> pd.DataFrame:
    """How far recall at the last positions exceeds recall in the middle of the list.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    edge : the number of positions at the end; by default 4, and 1 in lists of up to 8 items.

    Returns
    -------
    DataFrame : one row per subject, with the columns of :func:`primacy_index`.

    Raises
    ------
    InputError : ``edge`` is not a whole number from 1 to the list length.
    """
    length = recalls.list_length
    first, last = edge_sizes(length)
    last = _checked_edge(edge, last, recalls, "recency_index")
    return _edge_index(recalls, slice(length - last, length), middle_positions(length, first, last), 1)


@of_recalls(takes_repeated_items=True, by_study_order=True)
def edge_indices(recalls: Recalls, edge: int | None = None) -> pd.DataFrame:
    """Primacy and recency by all definitions in use.

    Parameters
    ----------
    recalls : recalls of people or of a model.
    edge : the number of positions at either end; by default those of :func:`primacy_index` and :func:`recency_index`.

    Returns
    -------
    DataFrame : ``subject, end, definition, value``; ``end`` is "primacy" or "recency", and ``definition`` is one of
        difference, contrast, ratio, slope, share and first_recall, for which see :func:`primacy_index`.

    Raises
    ------
    InputError : ``edge`` is not a whole number from 1 to the list length.
    """
    both = {"primacy": primacy_index(recalls, edge), "recency": recency_index(recalls, edge)}
    tables = [table[["subject", *DEFINITIONS]].assign(end=end) for end, table in both.items()]
    tidy = pd.concat(tables, ignore_index=True).melt(["subject", "end"], DEFINITIONS, "definition")
    return tidy[["subject", "end", "definition", "value"]]


def edge_sizes(list_length: int) -> tuple[int, int]:
    """The default number of positions at the beginning and at the end of a list."""
    first, last = (3, 4) if list_length > 8 else (2, 1)
    return min(first, list_length), min(last, list_length)


def _checked_edge(edge: int | None, default: int, recalls: Recalls, who: str) -> int:
    if edge is None:
        return default
    require_whole(edge, "edge", who, most=recalls.list_length, meaning="the list length")
    return edge


def middle_positions(list_length: int, first: int, last: int) -> slice:
    """The middle of a list whose edges are ``first`` and ``last`` positions; see :func:`primacy_index`."""
    third = list_length // 3 if list_length > 8 else 0
    start = max(third, first)
    return slice(start, max(start, list_length - max(third, last)))


def edge_means(curve: FloatArray) -> tuple[float, float, float]:
    """The means of the first, of the last and of the middle positions of a curve; NaN where it has no middle.

    The positions are those of :func:`primacy_index` and :func:`recency_index`.
    """
    first, last = edge_sizes(len(curve))
    middle = curve[middle_positions(len(curve), first, last)]
    in_middle = float(middle.mean()) if len(middle) else np.nan
    return float(curve[:first].mean()), float(curve[-last:].mean()), in_middle


def edges(curve: FloatArray) -> tuple[float, float]:
    """Primacy and recency of a curve: the means of its first and of its last positions less that of its middle."""
    first, last, middle = edge_means(curve)
    return first - middle, last - middle


def _edge_index(recalls: Recalls, edge: slice, middle: slice, direction: int) -> pd.DataFrame:
    """The columns of :func:`primacy_index`; ``direction`` is 1 where the nearer end is the last position, -1 else."""
    length = recalls.list_length
    subjects = recalls.trials.subjects
    curve = serial_position_curve(recalls)
    recalled = curve["actual"].to_numpy().reshape(len(subjects), length)
    possible = curve["possible"].to_numpy().reshape(len(subjects), length)
    begun = np.full(recalled.shape, np.nan)
    several_positions = recalls.trials.repeated_items.any()
    if not several_positions:
        begun = probability_of_nth_recall(recalls)["actual"].to_numpy().reshape(len(subjects), length)
    columns = {
        "edge_recalled": recalled[:, edge].sum(axis=1),
        "edge_possible": possible[:, edge].sum(axis=1),
        "middle_recalled": recalled[:, middle].sum(axis=1),
        "middle_possible": possible[:, middle].sum(axis=1),
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        at_edge = columns["edge_recalled"] / columns["edge_possible"]
        in_middle = columns["middle_recalled"] / columns["middle_possible"]
        values = {
            "edge": at_edge,
            "middle": in_middle,
            "difference": at_edge - in_middle,
            "contrast": (at_edge - in_middle) / (at_edge + in_middle),
            "ratio": np.where(in_middle > 0, at_edge / in_middle, np.nan),
            "slope": direction * _slope(recalled[:, edge] / possible[:, edge]),
            "share": columns["edge_recalled"] / (np.nan if several_positions else recalled.sum(axis=1)),
            "first_recall": begun[:, edge].sum(axis=1) / begun.sum(axis=1),
        }
    return pd.DataFrame({"subject": subjects, **values, **columns})


def _slope(curve: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(n_subjects,) least-squares slope of the curves (n_subjects, n_positions), per position."""
    centered = np.arange(curve.shape[1]) - (curve.shape[1] - 1) / 2
    return curve @ centered / (centered @ centered)
