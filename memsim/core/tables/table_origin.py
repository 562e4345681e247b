"""The rows of a table that are of one model, or of people, and their origin."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.core.errors import InputError
from memsim.core.names import closest, shown
from memsim.core.origin import Observed, Origin, Simulated, origin_from_json
from memsim.core.tables.long_table_rows import factorized
from memsim.core.tables.long_table_writing import ORIGIN


def of_one_origin(frame: pd.DataFrame, model: str | None, column_is_condition: bool) -> tuple[pd.DataFrame, Origin]:
    """The rows of one model, or of people, and their origin.

    The column ``model`` counts more than the attribute, which a table keeps when its rows are changed.
    """
    stored = origin_from_json(frame.attrs[ORIGIN]) if ORIGIN in frame.attrs else Observed()
    if column_is_condition or "model" not in frame.columns:
        if model is not None:
            raise InputError(f"model={model!r}: the table has no column 'model' that names the model of each row")
        return frame, stored
    codes, labels = factorized(frame["model"])
    texts = np.array([*(str(label) for label in labels), ""], dtype=object)
    used = pd.unique(codes)
    found = list(dict.fromkeys(texts[used].tolist()))
    if model is None and len(found) > 1:
        listed = ", ".join(repr(name) if name else "'' (people)" for name in found)
        raise InputError(f"the column 'model' holds {listed}; choose one of them by model=")
    if model is not None and (not isinstance(model, str) or model not in found):
        raise InputError(f"model={shown(model)} is not in the column 'model'{closest(model, found)}")
    name = model if model is not None else found[0] if found else ""
    rows = frame[(texts == name)[codes]] if len(found) > 1 else frame
    if not name:
        return rows, stored if isinstance(stored, Observed) else Observed()
    return rows, stored if isinstance(stored, Simulated) and stored.model == name else Simulated(name)
