"""Whether two records of a benchmark say the same."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from memsim.core.errors import InputError
from memsim.core.names import closest, in_short, shown
from memsim.evaluation.ranking.record_file import TABLES, Rows

TOLERANCE = 1e-6
"""By which two numbers may differ, relative to the larger one, that are said to be the same."""


def of_models(record: Mapping[str, Any], labels: Collection[str], name: str) -> dict[str, Any]:
    """The part of a record that is of some of its models, with the bounds between which they are.

    Parameters
    ----------
    labels : of the models.
    name : of the record, for messages.

    Raises
    ------
    InputError : a model that the record does not have.
    """
    known = record["models"]
    if unknown := [label for label in labels if label not in known]:
        raise InputError(
            f"{name} has no model {unknown[0]!r}{closest(unknown[0], known)} It has: {', '.join(known)}; leave the "
            "others out, or rank them without --record"
        )
    others = set(known) - set(labels)
    return {
        **record,
        "models": {label: each for label, each in known.items() if label not in others},
        "fits": {
            task: {label: each for label, each in fits.items() if label not in others}
            for task, fits in record["fits"].items()
        },
        **{name: [row for row in record[name] if row["label"] not in others] for name in TABLES},
    }


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """How two records differ, in sentences; empty if they agree.

    What either has is compared: the set, who was fitted and scored, models, estimates, scores with their intervals and
    reasons, and findings with their ranges and whether they count and pass. Numbers agree that differ by
    less than :data:`TOLERANCE`. Versions are named where the rest differs.

    Parameters
    ----------
    old, new : from :func:`memsim.evaluation.ranking.record_file.read_record`, or those of rankings.
    """
    said = [*_of_settings(old, new), *_of_fits(old, new), *_of_tables(old, new)]
    if said:
        versions = [
            f"{name} {one} and {other}"
            for name, one, other in _pairs(old["versions"], new["versions"])
            if one != other
        ]  # fmt: skip
        said += [f"Versions differ: {', '.join(versions)}."] if versions else []
        said += ["The source of memsim differs."] if old["source_sha256"] != new["source_sha256"] else []
    return said


def _of_settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["set"] != new["set"]:
        yield "The sets differ: other tasks, sizes, seeds or budgets."
    for task, one, other in _pairs(old["people"], new["people"]):
        if one is None or other is None:
            yield f"{task}: only one of the records has people of it."
        elif any(one[part] != other[part] for part in ("training", "scored")):
            yield f"{task}: other lists were fitted or scored."
        elif changed := [part for part in one if one[part] != other[part]]:
            yield f"{task}: {' and '.join(changed)} differ, though the lists are the same."
    for label, one, other in _pairs(old["models"], new["models"]):
        if one is None or other is None:
            yield f"{label}: only one of the records has this model."
        elif one["sha256"] != other["sha256"]:
            yield f"{label} is not the same model: its code, parameters or weights changed."
        elif one["class"] != other["class"]:
            yield f"{label}: the class was {one['class']} and is {other['class']}."


def _of_fits(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for task, fits, others in _pairs(old["fits"], new["fits"]):
        for label, one, other in _pairs(fits or {}, others or {}):
            if one is None or other is None:
                yield f"{task} {label}: only one of the records has a fit."
                continue
            numbers = [
                {"minus the log-likelihood": each["value"], "evaluations": each["evaluations"], **each["estimates"]}
                for each in (one, other)
            ]
            if changed := _changed(*numbers):
                yield f"{task} {label}: of the fit, {changed}."


def _of_tables(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name, rows in TABLES.items():
        yield from _of_rows(old[name], new[name], rows)


def _of_rows(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], rows: Rows) -> Iterator[str]:
    known = [{tuple(row[name] for name in rows.place): row for row in each} for each in (old, new)]
    for each, found in zip((old, new), known, strict=True):
        if len(found) < len(each):
            yield f"A record has {rows.what} twice: of the same {', '.join(rows.place)}."
    for key, one, other in _pairs(*known):
        if one is None or other is None:
            yield f"{' '.join(key)}: only one of the records has {rows.what}."
            continue
        for name in rows.said:
            if one[name] != other[name]:
                yield f"{' '.join(key)}: {name} was {shown(one[name])} and is {shown(other[name])}."
        if changed := _changed(*({name: each[name] for name in rows.numbers} for each in (one, other))):
            yield f"{' '.join(key)}: {changed}."


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Which numbers differ, in words; empty if none does."""
    differ = [f"{name} was {one} and is {other}" for name, one, other in _pairs(old, new) if not _same(one, other)]
    return in_short(differ, 3, ", ")


def _pairs(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """Each name that either has, with what it is in both; ``None`` where it is not."""
    for name in {**old, **new}:
        yield name, old.get(name), new.get(name)


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    undefined = math.isnan(one), math.isnan(other)
    return all(undefined) or math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
