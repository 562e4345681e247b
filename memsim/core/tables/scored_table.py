"""The scored table of psifr, as its ``merge_free_recall`` makes it: a row for each item, studied or recalled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import BoolArray
from memsim.core.errors import InputError

SCORED = {"input", "output", "study", "recall"}
"""Columns that a scored table has, and a long table has not."""


def long_of_scored(frame: pd.DataFrame) -> pd.DataFrame:
    """The long table of a scored one: a study row at ``input``, and a recall row at ``output``, of each row.

    psifr 0.10 has two rows of most intrusions from earlier lists, which differ in what they say of the earlier list
    only; they are one response.

    Raises
    ------
    InputError : ``study`` or ``recall`` is neither true nor false, or both are false in a row.
    """
    studied, recalled = (_truths(frame, name) for name in ("study", "recall"))
    nothing = ~studied & ~recalled
    if nothing.any():
        at = frame.index[int(np.argmax(nothing))]
        raise InputError(f"the item in {frame.index.name or 'row'} {at} was neither studied nor recalled")
    rows: dict[str, Any] = {"study": frame[studied], "recall": frame[recalled]}
    rows["study"] = rows["study"].assign(position=rows["study"]["input"], trial_type="study")
    keys = [name for name in ("subject", "session", "list", "item", "output") if name in frame.columns]
    rows["recall"] = rows["recall"].drop_duplicates(keys).assign(position=rows["recall"]["output"], trial_type="recall")
    if "time" in frame.columns:
        rows["study"]["time"] = np.nan
    return pd.concat(rows.values()).drop(columns=[*SCORED])


def _truths(frame: pd.DataFrame, name: str) -> BoolArray:
    texts = frame[name].astype(str).str.strip().str.casefold()
    true, false = texts.isin(["true", "1", "1.0"]).to_numpy(), texts.isin(["false", "0", "0.0"]).to_numpy()
    if not (true | false).all():
        at = int(np.argmin(true | false))
        raise InputError(
            f"{name} {frame[name].iloc[at]!r} in {frame.index.name or 'row'} {frame.index[at]} "
            "is neither true nor false"
        )
    return true
