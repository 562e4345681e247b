"""The record of a benchmark: what was run on what, with versions and checksums, and what it gave."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from memsim.core.code.provenance import versions
from memsim.core.errors import InputError
from memsim.core.position_model import Model
from memsim.evaluation.ranking.pinned_set import BenchmarkSet
from memsim.evaluation.ranking.split import Split
from memsim.running.digests import digest, source_digest

FORMAT = "memsim benchmark 1"
TOLERANCE = 1e-6
"""By which two numbers may differ, relative to the larger one, that are said to be the same."""
COMPARED = ("gain_total", "gain_choice", "gain_termination", "share_total")


def record_of(
    ranked: BenchmarkSet,
    models: Mapping[str, Model],
    splits: Mapping[str, Split],
    known: Mapping[tuple[str, str], Any],
    scores: pd.DataFrame,
) -> dict[str, Any]:
    """The record, as JSON holds it."""
    return {
        "format": FORMAT,
        "set": asdict(ranked),
        "versions": versions(),
        "source_sha256": source_digest(),
        "people": {
            name: {
                **split.checksums(),
                "scored_people": split.people_scored.tolist(),
                "n_training": {label: len(each) for label, each in split.training.items()},
                "n_scored": {label: len(each) for label, each in split.scored.items()},
            }
            for name, split in splits.items()
        },
        "models": {
            label: {"class": type(model).__qualname__, "sha256": digest(model)} for label, model in models.items()
        },
        "fits": {
            f"{task}: {label}": {name: each[name] for name in ("estimates", "value", "evaluations")}
            for (task, label), each in known.items()
            if "estimates" in each
        },
        "scores": [
            {name: _plain(row[name]) for name in ("task", "condition", "label", "reason", *COMPARED)}
            for row in scores.to_dict("records")
        ],
    }


def _plain(value: Any) -> Any:
    """A value as JSON holds it in every reader: a number that is none is ``None``."""
    return None if isinstance(value, float) and math.isnan(value) else value


def read_record(path: str | Path) -> dict[str, Any]:
    """The record in a file.

    Raises
    ------
    InputError : the file cannot be read, or is no record of a benchmark of this version.
    """
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is not the record of a benchmark: {error}") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise InputError(
            f"{path} is not a record in the format {FORMAT!r}; give the benchmark.json that memsim benchmark wrote"
        )
    return record


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """How two records of the same models differ, in sentences; empty if they agree.

    Scores are compared, and who was fitted and scored; versions are named where scores differ.
    """
    said = []
    if json.loads(json.dumps(old["set"])) != json.loads(json.dumps(new["set"])):
        said.append("The sets differ: other tasks, sizes, seeds or budgets.")
    for task, people in old["people"].items():
        own = new["people"].get(task)
        if own is None or any(own[part] != people[part] for part in ("training", "scored")):
            said.append(f"{task}: other lists were fitted or scored.")
    for label, model in old["models"].items():
        if label in new["models"] and new["models"][label]["sha256"] != model["sha256"]:
            said.append(f"{label} is not the same model: its code, parameters or weights changed.")
    found = {(row["task"], row["condition"], row["label"]): row for row in new["scores"]}
    changed = False
    for row in old["scores"]:
        key = row["task"], row["condition"], row["label"]
        if key not in found:
            said.append(f"{' '.join(key)}: there is no score.")
            continue
        for name in COMPARED:
            if not _same(row[name], found[key][name]):
                changed = True
                said.append(f"{' '.join(key)}: {name} was {row[name]} and is {found[key][name]}.")
    if changed:
        versions = [
            f"{name} {value} and {new['versions'].get(name)}"
            for name, value in old["versions"].items()
            if new["versions"].get(name) != value
        ]
        if versions:
            said.append(f"Versions differ: {', '.join(versions)}.")
        if old["source_sha256"] != new["source_sha256"]:
            said.append("The source of memsim differs.")
    return said


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
