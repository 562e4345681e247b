"""Files with the long table of psifr, or with BIDS events."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.errors import DataError, InputError
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls
from memsim.core.tables.long_table import COLUMNS
from memsim.data.formats.bids_events import read_bids_events
from memsim.data.formats.left_out import warn_left_out
from memsim.data.formats.table_options import of_length, renamed
from memsim.data.formats.text_tables import header_of, read_text_table, text_of_file

MISSING = ("", "NA", "N/A", "n/a", "nan", "NaN", "null", "NULL", "None", "<NA>")
"""Texts that stand for a missing value, but for items: ``null`` and ``NA`` can be studied words."""
NUMBERS = ("list", "position", "time", "input", "output", "study", "recall", "repeat")
"""Columns of numbers, or of true and false; all others are labels."""
PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?")
"""A label that is a number: not ``01``, ``+1``, ``1e3``, nor more digits than a float keeps."""


def read_table(
    path: Path,
    *,
    model: str | None = None,
    columns: Mapping[str, str] | None = None,
    list_length: int | None = None,
    **options: Any,
) -> Recalls:
    """The recalls in a ``.csv`` or ``.tsv`` file; a table with the columns of BIDS is read as BIDS events.

    Parameters
    ----------
    path : the file, as :func:`memsim.data.formats.text_tables.read_text_table` reads it.
    model : the model whose recalls are read, as in :meth:`memsim.Recalls.from_frame`; not for BIDS events.
    columns : the names in this file of the columns of the table, as in ``{"list": "trial"}``.
    list_length : only lists of this length are read, where there are several lengths.
    options : further options of :meth:`memsim.Recalls.from_frame`, or of
        :func:`memsim.data.read_bids_events` for BIDS events.

    Raises
    ------
    DataError : a file that is not such a table.
    InputError : as ``from_frame``; the message names the file and the line.
    """
    data = text_of_file(path)
    names = set(header_of(path, data))
    if names.issuperset({"onset", "trial_type"}) and not names.issuperset(COLUMNS):
        if model is not None:
            raise InputError(f"model={model!r}: {path} holds BIDS events, which do not name the model of each row")
        return read_bids_events(path, columns=columns, list_length=list_length, **options)
    words = (columns or {}).get("item", "item")
    missing = {name: ("",) if name == words else MISSING for name in names}
    frame = read_text_table(path, missing=missing, numbers=NUMBERS, data=data)
    del data  # a large file would stay beside its table
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            frame[name] = _as_numbers(frame[name])
    details: dict[str, Any] = {}
    try:
        frame = renamed(frame, columns or {})
        frame = frame if list_length is None else of_length(frame, list_length, details)
        recalls = Recalls.from_frame(frame, model=model, **options)
    except (InputError, DataError) as error:
        raise type(error)(f"{path}: {error}") from error
    if isinstance(recalls.origin, Observed) and details:
        recalls = replace(recalls, origin=replace(recalls.origin, details={**recalls.origin.details, **details}))
    warn_left_out(str(path), details)
    return recalls


def _as_numbers(column: pd.Series) -> pd.Series:
    """Labels as numbers, if all of them are written as numbers are; ``01`` and ``+1`` are text."""
    labels, codes = column.cat.categories, column.cat.codes.to_numpy()
    if not len(labels) or not all(map(PLAIN_NUMBER.fullmatch, labels)):
        return column
    numbers = pd.to_numeric(np.asarray(labels, dtype=object))
    return pd.Series((numbers if codes.min() >= 0 else np.append(numbers, np.nan))[codes], index=column.index)
