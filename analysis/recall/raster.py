"""Every response of every list, for a figure of them all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.analysis.declaration import of_recalls
from memsim.core.recalls import Recalls


@of_recalls(takes_repeated_items=True, takes_cued_recall=True)
def recall_raster(recalls: Recalls) -> pd.DataFrame:
    """Every response of every list, one in each row.

    Parameters
    ----------
    recalls : recalls of people or of a model.

    Returns
    -------
    DataFrame : ``subject, list, row, output, position, response``, and ``time`` (s) where times were recorded. ``row``
        is the place of the list among all lists, from 1; ``position`` is the serial position (NaN for an intrusion);
        ``response`` is "correct", "intrusion" or "repetition". A list without a response has one row, with the output 0
        and the response "nothing".
    """
    row, output = np.nonzero(recalls.positions)
    position = recalls.positions[row, output].astype(float)
    kinds = [recalls.is_correct[row, output], position < 0]
    response = np.select(kinds, ["correct", "intrusion"], default="repetition")
    empty = np.flatnonzero(~recalls.positions.any(axis=1))
    columns = {
        "subject": recalls.trials.subject[row],
        "list": recalls.trials.list[row],
        "row": row + 1,
        "output": output + 1,
        "position": np.where(position > 0, position, np.nan),
        "response": response,
    }
    if recalls.times is not None:
        columns["time"] = recalls.times[row, output]
    table = pd.DataFrame(columns)
    if not len(empty):
        return table
    nothing = {"subject": recalls.trials.subject[empty], "list": recalls.trials.list[empty], "row": empty + 1,
               "output": 0, "position": np.nan, "response": "nothing"}  # fmt: skip
    return pd.concat([table, pd.DataFrame(nothing)], ignore_index=True).sort_values(
        ["row", "output"], ignore_index=True
    )
