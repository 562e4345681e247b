"""The record of a benchmark: what was run on what, with versions and checksums, and what it gave."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from memsim.core.code.provenance import versions
from memsim.core.files.strict_json import from_json_text, to_json_text
from memsim.core.position_model import Model
from memsim.evaluation.ranking.pinned_set import BenchmarkSet
from memsim.evaluation.ranking.record_file import FORMAT, TABLES
from memsim.evaluation.ranking.split import Split
from memsim.running.digests import digest, source_digest


def record_of(
    ranked: BenchmarkSet,
    models: Mapping[str, Model],
    splits: Mapping[str, Split],
    known: Mapping[tuple[str, str], Any],
    tables: Mapping[str, pd.DataFrame],
) -> dict[str, Any]:
    """The record, as :func:`memsim.evaluation.ranking.record_file.read_record` gives it again.

    Parameters
    ----------
    tables : by their names in :data:`memsim.evaluation.ranking.record_file.TABLES`.
    """
    record = {
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
            task: {
                label: {name: each[name] for name in ("estimates", "value", "evaluations")}
                for (own, label), each in known.items()
                if own == task and "estimates" in each
            }
            for task in splits
        },
        **{
            name: [{column: _plain(row[column]) for column in rows.columns} for row in tables[name].to_dict("records")]
            for name, rows in TABLES.items()
        },
    }
    found: dict[str, Any] = from_json_text(to_json_text(record))
    return found


def _plain(value: Any) -> Any:
    """A value of a table as JSON holds it: a number that is not defined is ``None``."""
    return None if isinstance(value, float) and math.isnan(value) else value
