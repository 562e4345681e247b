"""Files with the long table of psifr, or with BIDS events."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from memsim.core.errors import InputError
from memsim.core.long_table import COLUMNS
from memsim.core.recalls import Recalls
from memsim.data.formats.bids_events import read_bids_events


def read_table(path: Path, *, model: str | None = None) -> Recalls:
    """The recalls in a ``.csv`` or ``.tsv`` file; a ``.tsv`` with the columns of BIDS is read as BIDS events.

    Parameters
    ----------
    path : the file.
    model : the model whose recalls are read, as in :meth:`memsim.Recalls.from_frame`; not for BIDS events.
    """
    # "null" and "NA" can be studied words, so only an empty cell is a missing item.
    missing = ["", "NA", "N/A", "n/a", "nan", "NaN", "null", "NULL", "None", "<NA>"]
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    names = set(pd.read_csv(path, sep=separator, nrows=0).columns)
    if separator == "\t" and names.issuperset({"onset", "trial_type"}) and not names.issuperset(COLUMNS):
        if model is not None:
            raise InputError(f"model={model!r}: {path} holds BIDS events, which do not name the model of each row")
        return read_bids_events(path)
    none = {name: [""] if name == "item" else missing for name in names}
    return Recalls.from_frame(pd.read_csv(path, sep=separator, keep_default_na=False, na_values=none), model=model)
