"""What counts as showing a finding: the range of what people of many data sets show, widened by a stated rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from memsim.data.loading import find_dataset, load_dataset
from memsim.data.shipped import load_curves, load_summary
from memsim.evaluation.ranking.findings import FINDINGS, Finding, Statistics, measured

AnyStatistics = TypeVar("AnyStatistics", bound=Statistics)
MURDOCK = ("10-2", "15-2", "20-1", "20-2", "30-1", "40-1")
FARRELL = ("dissimilar", "similar", "dissimilar_in_2", "dissimilar_in_4", "dissimilar_in_6", "alternating")
CALIBRATION: tuple[dict[str, str], ...] = (
    *({"immediate": name} for name in (
        "peers_notask:all", "peers_experiment1:none", "peers_experiment1:size", "peers_experiment1:animacy",
        "peers_experiment1:shift", "morton2013:pure", "morton2013:mixed", *(f"murdock1962:{each}" for each in MURDOCK),
    )),
    {"immediate": "peers_experiment2:immediate", "delayed": "peers_experiment2:delayed_8",
     "continual": "peers_experiment2:continual_8"},
    {"immediate": "peers_experiment2:immediate", "delayed": "peers_experiment2:delayed_16",
     "continual": "peers_experiment2:continual_16"},
    *({"ratings": name} for name in (
        "peers_recognition:experiment1", "kantner2010:all", "kantner2012_e1:all", "kantner2012_e2:all",
        "kantner2012_e3:all", "kantner2014_e2:words", "kantner2014_e2:faces", "fallow2015:all",
        "diana_reder2006:experiment1",
    )),
    *({"pairs": name} for name in (
        "pal1:pairs", "criss2011:experiment1", "criss2011:experiment2", "criss2011:experiment3", "aue2017:experiment1",
        "aue2017:experiment2", "aue2017:experiment4",
    )),
    *({"dissimilar": f"farrell_lewandowsky2003:{each}"} for each in FARRELL),
)  # fmt: skip
"""Conditions of human data sets, by what they stand for in a task. Of data that are fetched, the shipped curves do."""
NEAR_NULL, WIDER, OF_DISTANCE = 0.5, 0.5, 0.25
"""The rule of :func:`ranges`."""
LEAST_DATA_SETS = 5
"""A range from fewer data sets is not counted: its width says little about people."""


def calibration_cell() -> dict[str, Any]:
    """The numbers of the findings in all data sets of :data:`CALIBRATION`, by data set, as a cell."""
    return {"people": _people_of_findings()}


@cache
def _people_of_findings() -> dict[str, dict[str, float]]:
    return numbers_of_people(CALIBRATION, FINDINGS, Statistics)


def numbers_of_people(
    calibration: Iterable[Mapping[str, str]], findings: Iterable[Finding], kind: type[Statistics]
) -> dict[str, dict[str, float]]:
    """The numbers of findings in data sets of people, by data set and finding.

    Parameters
    ----------
    calibration : data sets, ``name:condition``, by what they stand for in a task.
    findings : what is measured, in statistics of this ``kind``.
    """
    listed, found = list(findings), {}
    for conditions in calibration:
        known = {label: statistics_of_people(name, kind) for label, name in conditions.items()}
        found[" and ".join(dict.fromkeys(conditions.values()))] = measured(known, listed)
    return found


def statistics_of_people(name: str, kind: type[AnyStatistics]) -> AnyStatistics:
    """The statistics of the people of a data set, ``name:condition``; of data that are fetched, from what ships."""
    dataset, condition = find_dataset(name, None)
    if dataset.name in _SHIPPED:
        tables = load_curves(dataset.name, condition), load_summary(dataset.name, condition)
        return kind.of_tables(*tables, dataset.paradigm(condition).list_length)
    return kind.of(load_dataset(dataset.name, condition))


_SHIPPED = frozenset({
    "murdock1962", "kantner2010", "kantner2012_e1", "kantner2012_e2", "kantner2012_e3", "kantner2014_e2", "fallow2015",
    "diana_reder2006", "criss2011", "aue2017", "farrell_lewandowsky2003",
})  # fmt: skip
"""Data sets of which curves ship; they are used also where the lists are at hand, so that ranges are the same."""


def people_table(found: Mapping[str, Mapping[str, float]], findings: Iterable[Finding] = FINDINGS) -> pd.DataFrame:
    """What people show: ``finding, data_set, value``, a row for each finding and data set that shows it."""
    rows = [
        {"finding": finding.name, "data_set": data_set, "value": values[finding.name]}
        for finding in findings
        for data_set, values in found.items()
        if finding.name in values and not np.isnan(values[finding.name])
    ]
    return pd.DataFrame(rows, columns=["finding", "data_set", "value"])


def ranges(people: pd.DataFrame, findings: Iterable[Finding] = FINDINGS) -> pd.DataFrame:
    """The range of each finding in which a number passes.

    It is that of people, from the lowest to the highest data set, widened at both ends by half its width or, if that is
    more, by a quarter of the distance of its middle from the null, the number where there is no effect. Where all
    people are on one side of the null, the end towards it goes no further than half the way from the nearest of them.
    So people of all data sets pass.

    Returns
    -------
    DataFrame : ``finding, null, people_low, people_high, low, high, n_data_sets, counts``. A finding counts if
        people of five data sets or more are known, and its range excludes the null.
    """
    by_name = {each.name: each for each in findings}
    rows = []
    for name, part in people.groupby("finding", sort=False):
        low, high = range_of(by_name[str(name)], part["value"].tolist())
        sets = {one.partition(":")[0] for one in part["data_set"]}
        null = by_name[str(name)].null
        rows.append({
            "finding": name, "null": null, "people_low": part["value"].min(), "people_high": part["value"].max(),
            "low": low, "high": high, "n_data_sets": len(sets),
            "counts": len(sets) >= LEAST_DATA_SETS and not low <= null <= high,
        })  # fmt: skip
    return pd.DataFrame(rows)


def range_of(finding: Finding, values: Sequence[float]) -> tuple[float, float]:
    """The range in which a number passes, from those of people; see :func:`ranges`."""
    least, most = min(values), max(values)
    margin = max(WIDER * (most - least), OF_DISTANCE * abs((least + most) / 2 - finding.null))
    low, high = least - margin, most + margin
    if least > finding.null:
        low = max(low, finding.null + NEAR_NULL * (least - finding.null))
    if most < finding.null:
        high = min(high, finding.null - NEAR_NULL * (finding.null - most))
    return low, high


def limits_of(people: pd.DataFrame, findings: Iterable[Finding]) -> pd.DataFrame:
    """What a number has to be for a finding to be shown, where findings count of which few data sets are known.

    Where people of five data sets or more are known, it lies in the range of :func:`ranges`. Where fewer are, their
    spread says little, so that only the end towards the null counts: half the way from the null to the nearest of them.
    Where the range includes the null, as where people are on both sides of it, anything passes.

    Returns
    -------
    DataFrame : the columns of :func:`ranges`, ``low`` and ``high`` as said here, and ``basis``: ``range``,
        ``direction`` or ``none``.
    """
    listed = list(findings)
    table = ranges(people, listed).astype({"low": float, "high": float})
    few = table["n_data_sets"] < LEAST_DATA_SETS
    above, below = table["people_low"] > table["null"], table["people_high"] < table["null"]
    half_way = table["null"] + NEAR_NULL * (table["people_low"].where(above, table["people_high"]) - table["null"])
    table["basis"] = np.where(few & (above | below), "direction", np.where(table["counts"], "range", "none"))
    open_low, open_high = ~table["counts"] & ~(few & above), ~table["counts"] & ~(few & below)
    table["low"] = table["low"].mask(few & above, half_way).mask(open_low, -np.inf)
    table["high"] = table["high"].mask(few & below, half_way).mask(open_high, np.inf)
    return table
