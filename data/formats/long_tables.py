"""psifr's long table in a file, and which of the tables of recall a file holds."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from memsim.core.errors import InputError
from memsim.core.long_table import COLUMNS
from memsim.core.recalls import Recalls
from memsim.data.formats.bids_events import read_bids_events


def read_table(path: Path, *, model: str | None = None) -> Recalls:
    """The recalls of a ``.csv`` or ``.tsv``; a ``.tsv`` with BIDS's columns is read as its events."""
    # "null" and "NA" are words too, so that of items only an empty cell is missing.
    missing = ["", "NA", "N/A", "n/a", "nan", "NaN", "null", "NULL", "None", "<NA>"]
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    names = set(pd.read_csv(path, sep=separator, nrows=0).columns)
    if separator == "\t" and names.issuperset({"onset", "trial_type"}) and not names.issuperset(COLUMNS):
        if model is not None:
            raise InputError(f"model={model!r}: {path} holds BIDS events, which do not name the model of each row")
        return read_bids_events(path)
    none = {name: [""] if name == "item" else missing for name in names}
    return Recalls.from_frame(pd.read_csv(path, sep=separator, keep_default_na=False, na_values=none), model=model)
