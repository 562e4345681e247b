"""Labels and covariates of lists, by name: conditions, subject, session, the data set, and the numbers of the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from memsim.core.arrays import LabelArray, missing
from memsim.core.errors import DataError, InputError
from memsim.core.joint_recalls import AnyRecalls, JointRecalls, parts_of
from memsim.core.judgments import Responses
from memsim.core.names import closest, in_one_line
from memsim.data.formats.files import require_file

if TYPE_CHECKING:
    import pandas as pd

DATA_SET = "data_set"
"""The name under which the data set of a list is known."""


def labels_of(recalls: AnyRecalls, names: Sequence[str], what: str) -> dict[str, LabelArray]:
    """(n_trials,) labels of lists by these names.

    Parameters
    ----------
    names : a condition (covariates that were attached are conditions); ``session``, ``subject``, ``list``;
        ``data_set``, the name of the data set; or a number of the task, such as ``retention_interval``.
    what : asks for them, for messages.

    Raises
    ------
    InputError : an unknown name, or a list without a label; the message names both.
    """
    parts = [labels_of_part(part, name, names, what) for name, part in parts_of(recalls).items()]
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def labels_of_part(recalls: Responses, data_set: str, names: Sequence[str], what: str) -> dict[str, LabelArray]:
    """:func:`labels_of` of one data set."""
    trials, n = recalls.trials, len(recalls)
    where = f" in {data_set}" if data_set else ""
    known: dict[str, Any] = {name: np.full(n, value) for name, value in trials.paradigm.values().items()
                             if isinstance(value, int | float)}  # fmt: skip
    known |= {DATA_SET: np.full(n, data_set), "subject": trials.subject, "list": trials.list, **trials.groupings}
    for name in names:
        if name not in known:
            have = ", ".join(known)
            raise InputError(f"{what}: lists{where} have no {name!r}{closest(name, known)} They have: {have}.")
        lacks = missing(known[name])
        if lacks.any():
            row = int(np.argmax(lacks))
            raise InputError(
                f"{what}: {int(lacks.sum())} lists{where} have no value of {name}, the first of them list "
                f"{trials.list[row]} of subject {trials.subject[row]}; fit the lists that have one"
            )
    return {name: np.asarray(known[name]) for name in names}


def with_covariates(recalls: AnyRecalls, covariates: pd.DataFrame) -> AnyRecalls:
    """The recalls with further conditions: covariates of subjects, lists or items.

    Parameters
    ----------
    covariates : columns by name; the index is named ``subject`` or ``item`` (the label of the item in the pool), or has
        the levels ``subject`` and ``list``. A frame with such columns and no named index is read alike. The value of a
        covariate of items in a list is its mean over the items of the list.

    Raises
    ------
    InputError : another index, an index that holds a label twice, subjects, lists or items that are missing, a name
        that the lists have already, or covariates of items that are no numbers.
    """
    if not hasattr(covariates, "columns"):
        raise InputError(f"covariates: expected a DataFrame, or several in a list, got {type(covariates).__name__}")
    if isinstance(recalls, JointRecalls):
        return recalls.each(lambda part: _with_covariates(part, covariates))
    return _with_covariates(recalls, covariates)


def _with_covariates(recalls: Responses, covariates: pd.DataFrame) -> Responses:
    trials = recalls.trials
    frame = covariates
    named = [name for name in ("subject", "list", "item") if name in frame]
    if list(frame.index.names) == [None] and named:
        frame = frame.set_index(named)
    unit = tuple(frame.index.names)
    if unit not in (("subject",), ("subject", "list"), ("item",)):
        raise InputError(
            f"covariates: the index is {', '.join(map(str, unit))}; name it subject, item, or subject and list"
        )
    if frame.index.has_duplicates:
        raise InputError(f"covariates: {frame.index[frame.index.duplicated()][0]} stands there twice")
    taken = [name for name in frame.columns if name in trials.groupings]
    if taken:
        raise InputError(f"covariates: the lists have a condition {taken[0]!r} already; rename the column")
    if unit == ("item",):
        keys: Any = np.asarray(trials.pool.labels)[trials.items].ravel()
    elif unit == ("subject",):
        keys = trials.subject
    else:
        import pandas as pd

        keys = pd.MultiIndex.from_arrays([trials.subject, trials.list], names=unit)
    rows = frame.index.get_indexer(keys)
    if (rows < 0).any():
        lost = list(dict.fromkeys(str(keys[at]) for at in np.flatnonzero(rows < 0)))
        more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
        raise InputError(
            f"covariates: there is no row for {' and '.join(map(str, unit))} {', '.join(lost[:5])}{more}; add rows, or "
            "fit the lists that have one"
        )
    found: Mapping[str, Any] = {str(name): frame[name].to_numpy()[rows] for name in frame.columns}
    if unit == ("item",):
        wrong = [name for name, values in found.items() if values.dtype.kind not in "biuf"]
        if wrong:
            raise InputError(f"covariates: {wrong[0]} of items is no number, and has no mean over the items of a list")
        found = {name: values.reshape(trials.items.shape).mean(axis=1) for name, values in found.items()}
    return replace(recalls, trials=replace(trials, conditions={**trials.conditions, **found}))


def read_covariates(path: Path) -> pd.DataFrame:
    """A table of covariates (``.csv``), for :func:`with_covariates`.

    Raises
    ------
    InputError, DataError : there is no such file, or it cannot be read.
    """
    import pandas as pd

    require_file(path)
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read as a table: {in_one_line(error)}") from error
