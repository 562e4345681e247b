"""Contiguity of recall beside its control: the same responses in random order within each list."""

from __future__ import annotations

import pandas as pd

from memsim.analysis.recall.indices import recency_index
from memsim.analysis.recall.serial_position import serial_position_curve
from memsim.analysis.recall.transitions import lag_crp, lag_rank
from memsim.core.recalls import Recalls
from memsim.reproductions.network_table.behaviour import shuffled

MEASURES = (
    "recalled", "recency", "crp_forward", "crp_backward", "asymmetry", "temporal_factor", "shuffled_temporal_factor",
    "contiguity",
)  # fmt: skip


def measures_of(recalls: Recalls, seed: int) -> pd.DataFrame:
    """A row for each subject, of :data:`MEASURES`.

    ``recalled`` is the share of items. ``recency`` is recall of the last positions less that of the middle. The lag-CRP
    at +1 less that at -1 is ``asymmetry``. ``contiguity`` is the temporal factor less that of the same responses in
    random order, which is what serial positions alone bring.
    """
    crp = lag_crp(recalls).pivot_table(index="subject", columns="lag", values="prob")
    curve = serial_position_curve(recalls).groupby("subject")["prob"].mean()
    rank, control = (lag_rank(each).set_index("subject")["rank"] for each in (recalls, shuffled(recalls, seed)))
    frame = pd.DataFrame({
        "recalled": curve, "recency": recency_index(recalls).set_index("subject")["difference"],
        "crp_forward": crp.get(1), "crp_backward": crp.get(-1), "temporal_factor": rank,
        "shuffled_temporal_factor": control,
    })  # fmt: skip
    frame["asymmetry"] = frame["crp_forward"].astype(float) - frame["crp_backward"].astype(float)
    frame["contiguity"] = frame["temporal_factor"] - frame["shuffled_temporal_factor"]
    return frame[list(MEASURES)].astype(float)


def crp_of(recalls: Recalls, most: int = 5) -> dict[str, float]:
    """The lag-CRP by lag, as a word, up to ``most``, over subjects."""
    means = lag_crp(recalls).groupby("lag")["prob"].mean()
    return {str(lag): float(value) for lag, value in means.items() if abs(int(str(lag))) <= most}
