"""Files with the long table of psifr or of judgments, or with BIDS events."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.errors import DataError, InputError
from memsim.core.judgments import Judgments, Responses
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls
from memsim.core.tables.long_table import COLUMNS
from memsim.core.tables.table_items import SECOND
from memsim.data.formats.bids_events import read_bids_events
from memsim.data.formats.left_out import warn_left_out
from memsim.data.formats.table_options import of_length, renamed
from memsim.data.formats.text_tables import header_of, read_text_table, text_of_file
from memsim.paradigms.associative_recognition import AssociativeRecognition
from memsim.paradigms.cued_recall import CuedRecall
from memsim.paradigms.recall_then_recognition import RecallThenRecognition
from memsim.paradigms.recognition import Recognition

MISSING = ("", "NA", "N/A", "n/a", "nan", "NaN", "null", "NULL", "None", "<NA>")
"""Texts that stand for a missing value, but for items: ``null`` and ``NA`` can be studied words."""
NUMBERS = ("list", "position", "time", "input", "output", "study", "recall", "repeat", "rating", "scale", "about")
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
) -> Responses:
    """The recalls or judgments in a ``.csv`` or ``.tsv`` file; a table with the columns of BIDS holds BIDS events.

    Parameters
    ----------
    path : the file, as :func:`memsim.data.formats.text_tables.read_text_table` reads it.
    model : the model whose recalls are read, as in :meth:`memsim.Recalls.from_frame`; not for BIDS events.
    columns : the names in this file of the columns of the table, as in ``{"list": "trial"}``.
    list_length : only lists of this length are read, where there are several lengths.
    options : further options of :meth:`memsim.Recalls.from_frame`; of
        :func:`memsim.data.read_bids_events` for BIDS events; of :meth:`memsim.Judgments.from_frame` for a table with
        test rows and ratings.

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
    words = {(columns or {}).get(name, name) for name in ("item", SECOND)}
    missing = {name: ("",) if name in words else MISSING for name in names}
    frame = read_text_table(path, missing=missing, numbers=NUMBERS, data=data)
    del data  # a large file would stay beside its table
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            frame[name] = _as_numbers(frame[name])
    details: dict[str, Any] = {}
    try:
        frame = renamed(frame, columns or {})
        frame = frame if list_length is None else of_length(frame, list_length, details)
        recalls = _responses(frame, {"model": model, **options})
    except (InputError, DataError) as error:
        raise type(error)(f"{path}: {error}") from error
    if isinstance(recalls.origin, Observed) and details:
        recalls = replace(recalls, origin=replace(recalls.origin, details={**recalls.origin.details, **details}))
    if isinstance(recalls, Judgments) and isinstance(recalls.origin, Observed):
        details = {**recalls.origin.details, **details}
    warn_left_out(str(path), details)
    return recalls


def _responses(frame: pd.DataFrame, options: dict[str, Any]) -> Responses:
    """What people or models answered: judgments, if there are test rows with ratings."""
    kinds = frame["trial_type"] if "trial_type" in frame.columns else pd.Series(dtype=object)
    kinds = pd.Series(pd.unique(kinds), dtype=object).astype(str).str.strip().str.casefold()
    tested, recalled = (kinds == "test").any(), (kinds == "recall").any()
    judged = "ratings" in options or bool(getattr(options.get("paradigm"), "judged", False))
    if not tested or ("rating" not in frame.columns and not judged):
        if "ratings" in options:
            raise InputError(
                f"ratings={options['ratings']} is for judgments, and the table has no rows with the trial_type 'test'; "
                "judgments need one for each probe"
            )
        if tested and not recalled and options.get("paradigm") is None:
            raise InputError(
                "the table has test rows, but neither a column 'rating' nor recalls; where ratings have another name, "
                "say so by columns=, as in rating=confidence"
            )
        if tested and options.get("paradigm") is None:
            options = {**options, "paradigm": CuedRecall}
        return Recalls.from_frame(frame, **options)
    if options.pop("output_limit", None) is not None:
        raise InputError("output_limit is for recalls, and the table holds judgments; give the limit in the paradigm")
    task: Any = options.pop("paradigm", None)
    if task is None:
        in_pairs = SECOND in frame.columns and not frame[SECOND].isna().all()
        task = AssociativeRecognition if in_pairs else RecallThenRecognition if recalled else Recognition
    return Judgments.from_frame(frame, paradigm=task, **options)


def _as_numbers(column: pd.Series) -> pd.Series:
    """Labels as numbers, if all of them are written as numbers are; ``01`` and ``+1`` are text."""
    labels, codes = column.cat.categories, column.cat.codes.to_numpy()
    if not len(labels) or not all(map(PLAIN_NUMBER.fullmatch, labels)):
        return column
    numbers = pd.to_numeric(np.asarray(labels, dtype=object))
    return pd.Series((numbers if codes.min() >= 0 else np.append(numbers, np.nan))[codes], index=column.index)
