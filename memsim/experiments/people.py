"""People to set models beside: their curves, and their recalls where these are at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from memsim.analysis.curves import curve_table, summary_table
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.data.loading import find_dataset, load_recalls, names_file
from memsim.data.registered import DATASETS
from memsim.data.shipped import has_tables, load_curves, load_summary


@dataclass(frozen=True)
class People:
    """Human curves to compare with, computed from recalls or taken from the shipped tables."""

    label: str
    source: str
    paradigm: Paradigm
    curves: pd.DataFrame
    summary: pd.DataFrame
    provenance: Mapping[str, Any]
    recalls: Recalls | None = None
    """List by list, where they are at hand."""

    @classmethod
    def load(cls, name: str, condition: str | None = None) -> People:
        """People of a data set: from its recalls where they are at hand or must be, else from shipped tables.

        ``name`` may also be a file of your own, in a format that :func:`memsim.data.load_recalls` reads.
        """
        if names_file(name):
            return cls.of(load_recalls(name), Path(name).stem)
        dataset, condition = find_dataset(name, condition)
        label = dataset.name if condition == dataset.default else f"{dataset.name}:{condition}"
        source = dataset.authors if condition == dataset.default else f"{dataset.authors} {condition}"
        if not has_tables(dataset.name) or dataset.at_hand():
            return cls.of(dataset.load(condition), label, source)
        provenance = {**dataset.origin(condition).to_json(), "form": "curves shipped with memsim"}
        curves, summary = load_curves(dataset.name, condition), load_summary(dataset.name, condition)
        return cls(label, source, dataset.paradigm(condition), curves, summary, provenance)

    @classmethod
    def of(cls, recalls: Recalls, label: str = "people", source: str = "") -> People:
        """People of your own, from their recalls; ``label`` names them in tables, ``source`` in figures."""
        provenance = {**recalls.origin.to_json(), "form": "recalls, list by list"}
        tables = curve_table(recalls), summary_table(recalls)
        return cls(label, source or label, recalls.trials.paradigm, *tables, provenance, recalls)

    @classmethod
    def matching(cls, paradigm: Paradigm) -> People | None:
        """People of the first data set with shipped tables who did this task, whatever the output limit."""
        for name in DATASETS.names():
            dataset = DATASETS.get(name)
            for condition in dataset.conditions if has_tables(name) else ():
                if differing_settings(dataset.paradigm(condition), paradigm) <= {"output_limit"}:
                    return cls.load(name, condition)
        return None


def differing_settings(one: Paradigm, other: Paradigm) -> set[str]:
    """Names of the settings in which two paradigms differ; ``"paradigm"`` if they are different tasks."""
    if type(one) is not type(other):
        return {"paradigm"}
    mine, theirs = one.values(), other.values()
    return {name for name in mine if mine[name] != theirs[name]}
