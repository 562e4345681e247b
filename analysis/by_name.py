"""Analyses by name, for one set of recalls or several, within each condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from memsim.analysis.checks import list_of_names
from memsim.analysis.declaration import Analysis
from memsim.analysis.registered import ANALYSES
from memsim.core.arrays import IntArray
from memsim.core.errors import InputError
from memsim.core.judgments import Responses, require_responses
from memsim.core.names import by_label
from memsim.core.origin import Simulated

if TYPE_CHECKING:
    import pandas as pd


def analyze(
    recalls: Responses | Mapping[str, Responses], name: str, by: str | Sequence[str] = (), **options: Any
) -> pd.DataFrame:
    """Run an analysis by its name, for one set of recalls or several, within each condition.

    Parameters
    ----------
    recalls : recalls or judgments of people or of a model; or several of them, by their names in tables and figures.
    name : the name of the analysis, in any case; ``memsim analyses`` lists them.
    by : conditions of the trials (see :attr:`memsim.Trials.conditions`), or ``"session"``; the analysis is run within
        each combination that occurs.
    options : the options of the analysis.

    Returns
    -------
    DataFrame : that of the analysis, after the columns of ``by``, and first of all ``label`` where ``recalls`` has
        several. Its ``attrs`` say which analysis it is, and which labels are people, for :func:`memsim.analysis.plot`.

    Raises
    ------
    UnknownNameError : there is no such analysis.
    InputError : there is no such condition or option; a name of recalls is none
        (:func:`memsim.core.names.by_label`); or as the analysis raises.

    Examples
    --------
    >>> from memsim import load_dataset
    >>> analyze(load_dataset("morton2013"), "lag_crp").query("subject == 1 and lag == 1")["prob"].round(3).tolist()
    [0.114]
    """
    import pandas as pd

    name = ANALYSES.canonical(name)
    analysis = ANALYSES.get(name)
    by = list_of_names(by, "by", "analyze")
    named = by_label(recalls, "analyze") if isinstance(recalls, Mapping) else {"": recalls}
    if not named:
        raise InputError("analyze: recalls is empty; give recalls, or recalls by name")
    parts = []
    for label, of_one in named.items():
        require_responses(of_one)
        for labels, rows in _by_condition(of_one, by):
            if rows is None:
                frame = analysis.frame(of_one, **options)
            else:
                frame = _frame_of_rows(analysis, of_one, rows, options)
            first = {"label": label} if isinstance(recalls, Mapping) else {}
            taken = [column for column in by if column in ("label", *frame.columns)]
            if taken:
                raise InputError(
                    f"analyze: the condition {taken[0]!r} has the name of a column of {name}; give it another name"
                )
            for at, (column, value) in enumerate({**first, **dict(zip(by, labels, strict=True))}.items()):
                frame.insert(at, column, value)
            parts.append(frame)
    table = pd.concat(parts, ignore_index=True)
    people = [label for label, of_one in named.items() if not isinstance(of_one.origin, Simulated)]
    table.attrs = {"analysis": name, "by": by, "people": people}
    return table


def _frame_of_rows(analysis: Analysis, recalls: Responses, rows: IntArray, options: Mapping[str, Any]) -> pd.DataFrame:
    """The frame of an analysis for some of the lists."""
    if analysis.whole:
        counted = np.isin(np.arange(len(recalls)), rows)
        frame = analysis.frame(recalls, **options, rows=counted)
        return frame[frame["subject"].isin(np.unique(recalls.trials.subject[rows]))]
    cut = {name: options[name] for name in analysis.by_trial if name in options}
    cut = {name: value for name, value in cut.items() if value is not None and not isinstance(value, str)}
    for name, value in cut.items():
        if np.ndim(value) == 0 or len(value) != len(recalls):
            raise InputError(
                f"analyze: {analysis.name}: {name} has shape {np.shape(value)}; it must have a row for each of the "
                f"{len(recalls)} trials"
            )
    return analysis.frame(recalls[rows], **{**options, **{k: np.asarray(v)[rows] for k, v in cut.items()}})


def _by_condition(recalls: Responses, by: Sequence[str]) -> list[tuple[tuple[Any, ...], Any]]:
    """The rows of each combination of conditions, in order of first occurrence; None stands for all rows."""
    conditions = recalls.trials.groupings
    for name in by:
        if name not in conditions:
            has = ", ".join(conditions) or "none"
            raise InputError(
                f"analyze: by={name!r} is not a condition of these trials, which have {has}; "
                "Recalls.from_frame(..., conditions=[...]) reads them from columns"
            )
    if not by:
        return [((), None)]
    rows: dict[tuple[Any, ...], list[int]] = {}
    for row, labels in enumerate(zip(*(conditions[name].tolist() for name in by), strict=True)):
        # A missing label (NaN) does not equal itself, so each such list would become its own condition.
        rows.setdefault(tuple(label if label == label else "missing" for label in labels), []).append(row)
    return [(labels, np.array(at)) for labels, at in rows.items()]
