"""People to compare models with: their curves, and their recalls where these are at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from memsim.analysis.curves import curve_table
from memsim.analysis.summaries import summary_table
from memsim.core.origin import Observed, Origin
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.data.loading import find_dataset, load_recalls, names_file
from memsim.data.registered import DATASETS
from memsim.data.shipped import has_tables, load_curves, load_summary


@dataclass(frozen=True)
class People:
    """Human curves to compare with, computed from recalls or taken from the tables that ship with memsim.

    Parameters
    ----------
    label : names them in tables, ``murdock1962:20-1``.
    reference : names them in figures, ``Murdock (1962) 20-1``.
    paradigm : the task that they did.
    curves, summary : from :func:`memsim.analysis.curve_table` and :func:`memsim.analysis.summary_table`.
    origin : data set, condition and citation.
    recalls : list by list, where they are at hand.
    """

    label: str
    reference: str
    paradigm: Paradigm
    curves: pd.DataFrame
    summary: pd.DataFrame
    origin: Origin
    recalls: Recalls | None = None

    @property
    def form(self) -> str:
        """What the curves were computed from, in words."""
        return "curves that ship with memsim" if self.recalls is None else "recalls, list by list"

    @property
    def n_subjects(self) -> int:
        """How many people there were."""
        return int(self.curves["n_subjects"].max())

    @property
    def citation(self) -> str:
        """The publication to cite for them; empty if it is not known."""
        return self.origin.citation if isinstance(self.origin, Observed) else ""

    @classmethod
    def load(cls, name: str, condition: str | None = None) -> People:
        """People of a data set: from its recalls where they are at hand or must be, else from shipped tables.

        ``name`` may also be a file of your own, in a format that :func:`memsim.load_recalls` reads.
        """
        if names_file(name):
            return cls.of(load_recalls(name), Path(name).stem)
        dataset, condition = find_dataset(name, condition)
        alone = condition == dataset.default
        label = dataset.name if alone else f"{dataset.name}:{condition}"
        reference = dataset.authors if alone else f"{dataset.authors} {condition}"
        if not has_tables(dataset.name) or dataset.at_hand():
            return cls.of(dataset.load(condition), label, reference)
        origin = Observed(dataset.name, condition, dataset.citation)
        curves, summary = load_curves(dataset.name, condition), load_summary(dataset.name, condition)
        return cls(label, reference, dataset.paradigm(condition), curves, summary, origin)

    @classmethod
    def of(cls, recalls: Recalls, label: str = "people", reference: str = "") -> People:
        """People of your own, from their recalls; ``label`` names them in tables, ``reference`` in figures."""
        tables = curve_table(recalls), summary_table(recalls)
        return cls(label, reference or label, recalls.trials.paradigm, *tables, recalls.origin, recalls)

    @classmethod
    def given(cls, people: People | Recalls | str | None) -> People | None:
        """People as a user names them: a data set, ``name:condition``, a file, recalls, or People themselves."""
        if isinstance(people, Recalls):
            return cls.of(people)
        return cls.load(people) if isinstance(people, str) else people

    @classmethod
    def matching(cls, paradigm: Paradigm) -> People | None:
        """People of the first data set with shipped tables who did this task, whatever the output limit."""
        for name in DATASETS.names():
            dataset = DATASETS.get(name)
            for condition in dataset.conditions if has_tables(name) else ():
                if _same_but_for_output_limit(dataset.paradigm(condition), paradigm):
                    return cls.load(name, condition)
        return None


def _same_but_for_output_limit(one: Paradigm, other: Paradigm) -> bool:
    without_limit = [{**each.values(), "output_limit": None} for each in (one, other)]
    return type(one) is type(other) and without_limit[0] == without_limit[1]
