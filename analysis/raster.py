"""Every response of every list, for a picture of them all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.recalls import Recalls, require_recalls


def recall_raster(recalls: Recalls) -> pd.DataFrame:
    """One row per response.

    Returns
    -------
    DataFrame : ``subject, list, row, output, position, response``: ``row`` is the place of the list among all, from
        1, ``position`` the serial position (NaN for an intrusion), ``response`` is "correct", "intrusion" or
        "repetition"; ``time`` where times were recorded.
    """
    require_recalls(recalls)
    row, output = np.nonzero(recalls.positions)
    position = recalls.positions[row, output].astype(float)
    kinds = [recalls.is_correct[row, output], position < 0]
    columns = {
        "subject": recalls.trials.subject[row],
        "list": recalls.trials.list[row],
        "row": row + 1,
        "output": output + 1,
        "position": np.where(position > 0, position, np.nan),
        "response": np.select(kinds, ["correct", "intrusion"], default="repetition"),
    }
    if recalls.times is not None:
        columns["time"] = recalls.times[row, output]
    return pd.DataFrame(columns)
