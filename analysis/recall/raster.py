"""Every response of every list, for a picture of them all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.core.recalls import Recalls, require_recalls


def recall_raster(recalls: Recalls) -> pd.DataFrame:
    """One row per response.

    Returns
    -------
    DataFrame : ``subject, list, row, output, position, response``: ``row`` is the place of the list among all, from
        1, ``position`` the serial position (NaN for an intrusion), ``response`` is "correct", "intrusion" or
        "repetition"; ``time`` where times were recorded. A list in which nothing was recalled has one row, with the
        output 0 and the response "nothing".
    """
    require_recalls(recalls)
    row, output = np.nonzero(recalls.positions)
    position = recalls.positions[row, output].astype(float)
    kinds = [recalls.is_correct[row, output], position < 0]
    kind = np.select(kinds, ["correct", "intrusion"], default="repetition")
    silent = np.flatnonzero(~recalls.positions.any(axis=1))
    columns = {
        "subject": recalls.trials.subject[row],
        "list": recalls.trials.list[row],
        "row": row + 1,
        "output": output + 1,
        "position": np.where(position > 0, position, np.nan),
        "response": kind,
    }
    if recalls.times is not None:
        columns["time"] = recalls.times[row, output]
    nothing = {"subject": recalls.trials.subject[silent], "list": recalls.trials.list[silent], "row": silent + 1,
               "output": 0, "position": np.nan, "response": "nothing"}  # fmt: skip
    table = pd.DataFrame(columns)
    if not len(silent):
        return table
    return pd.concat([table, pd.DataFrame(nothing)], ignore_index=True).sort_values(
        ["row", "output"], ignore_index=True
    )
