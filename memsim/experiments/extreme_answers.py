"""Who calls nearly nothing, or nearly everything, old, so that rates show a criterion and not memory."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

NEARLY = 0.02
"""A rate this near to 0 or 1, of every kind of probe, is nearly nothing or nearly everything."""
CALLED_OLD = " called old"


def extremes_in_words(summary: pd.DataFrame) -> Iterator[str]:
    """A sentence on the models that call nearly nothing old, and one on those that call nearly everything old.

    ``summary`` is that of a run: a row for each ``label`` and its ``kind``, "people" or "model".
    """
    columns = [name for name in summary if str(name).endswith(CALLED_OLD)]
    if not columns:
        return
    rates = summary.loc[summary["kind"] == "model"].set_index("label")[columns].astype(float)
    rates = rates.dropna(how="all")
    for said, which in {
        "nothing": rates.max(axis=1) < NEARLY,
        "everything": rates.min(axis=1) > 1 - NEARLY,
    }.items():
        if which.any():
            names = ", ".join(rates.index[which])
            yield (
                f"With its criterion, this model calls nearly {said} old in this task, so that its hits, false alarms "
                f"and d' say nothing about its memory (the area under the ROC needs ratings): {names}. Set criterion, "
                "or ask for ratings."
            )
