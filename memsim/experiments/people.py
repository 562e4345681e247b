"""People with whom models are compared: their curves, and their recalls if these are available."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from memsim.analysis.curves import curve_table
from memsim.analysis.summaries import summary_table
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments, Responses
from memsim.core.names import shown
from memsim.core.origin import Observed, Simulated
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.data.loading import find_dataset, load_responses, names_file
from memsim.data.registered import DATASETS
from memsim.data.shipped import has_tables, load_curves, load_summary


@dataclass(frozen=True)
class People:
    """People with whom models are compared, from their recalls or from the tables of curves that ship with memsim.

    Parameters
    ----------
    label : the name of the people in tables, such as ``murdock1962:20-1``.
    reference : the name of the people in figures, such as ``Murdock (1962) 20-1``.
    paradigm : the task that they did.
    curves, summary : from :func:`memsim.analysis.curve_table` and :func:`memsim.analysis.summary_table`.
    origin : the data set, condition and citation.
    recalls : the recalls, list by list, if they are available.
    design : how their lists and tests differ from those that the task draws at random, if that is known.
    """

    label: str
    reference: str
    paradigm: Paradigm
    curves: pd.DataFrame
    summary: pd.DataFrame
    origin: Observed
    recalls: Responses | None = None
    design: str = ""

    @property
    def form(self) -> str:
        """From what the curves were computed, in words."""
        if self.recalls is None:
            return "curves that ship with memsim"
        if isinstance(self.recalls, Judgments):
            both = "" if self.recalls.recalls is None else "recalls, list by list, and "
            return f"{both}ratings, probe by probe"
        return "recalls, list by list"

    @property
    def n_subjects(self) -> int:
        """The number of people."""
        return int(self.curves["n_subjects"].max())

    @property
    def citation(self) -> str:
        """The publication to cite for the data; empty if it is not known."""
        return self.origin.citation

    @classmethod
    def load(cls, name: str, condition: str | None = None, **reading: Any) -> People:
        """People of a data set, from shipped tables if these exist and the recalls would have to be fetched.

        ``name`` may also be a file in a format that :func:`memsim.load_recalls` reads, with the options of ``reading``.
        """
        if names_file(name) or reading:
            return cls.of(load_responses(name, **reading), Path(name).stem)
        dataset, condition = find_dataset(name, condition)
        alone = condition == dataset.default
        label = dataset.name if alone else f"{dataset.name}:{condition}"
        reference = dataset.authors if alone else f"{dataset.authors} {condition}"
        if not has_tables(dataset.name) or dataset.at_hand():
            return cls.of(dataset.load(condition), label, reference, dataset.design_of(condition))
        origin = Observed(dataset.name, condition, dataset.citation)
        curves, summary = load_curves(dataset.name, condition), load_summary(dataset.name, condition)
        task, design = dataset.paradigm(condition), dataset.design_of(condition)
        return cls(label, reference, task, curves, summary, origin, design=design)

    @classmethod
    def of(cls, recalls: Responses, label: str = "people", reference: str = "", design: str = "") -> People:
        """People from recalls; ``label`` is their name in tables, ``reference`` their name in figures."""
        if isinstance(recalls.origin, Simulated):
            raise InputError(
                f"people: these recalls were simulated by {recalls.origin.model}; run the model among the models"
            )
        tables = curve_table(recalls), summary_table(recalls)
        return cls(label, reference or label, recalls.trials.paradigm, *tables, recalls.origin, recalls, design)

    @classmethod
    def given(cls, people: People | Responses | str | Path | None) -> People | None:
        """People from what a user gives: the name of a data set, ``name:condition``, a file, recalls, or People.

        ``None`` and ``"none"`` are no people.

        Raises
        ------
        InputError : recalls that a model simulated, or something else.
        """
        if people is None or isinstance(people, People):
            return people
        if isinstance(people, Recalls | Judgments):
            return cls.of(people)
        if not isinstance(people, str | Path):
            raise InputError(f"people={shown(people)} is neither recalls, nor the name of a data set, nor a file")
        return None if str(people).lower() == "none" else cls.load(str(people))

    @classmethod
    def matching(cls, paradigm: Paradigm) -> People | None:
        """People of the first data set with shipped tables who did this task, with any output limit; or None."""
        for name, dataset in DATASETS.usable().items():
            for condition in dataset.conditions if has_tables(name) else ():
                if _same_but_for_output_limit(dataset.paradigm(condition), paradigm):
                    return cls.load(name, condition)
        return None

    @classmethod
    def of_task(cls, task: type[Paradigm]) -> People | None:
        """People of the first data set of this kind of task that needs no download; or None."""
        for name, dataset in DATASETS.usable().items():
            for condition in dataset.conditions:
                if type(dataset.paradigm(condition)) is task and (has_tables(name) or dataset.at_hand()):
                    return cls.load(name, condition)
        return None


def _same_but_for_output_limit(one: Paradigm, other: Paradigm) -> bool:
    without_limit = [{**each.values(), "output_limit": None} for each in (one, other)]
    return type(one) is type(other) and without_limit[0] == without_limit[1]
