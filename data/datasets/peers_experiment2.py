"""PEERS, experiment 2: free recall after no delay, after a filled delay, and with distraction around every word."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from memsim.core.arrays import NONE
from memsim.core.free_recall import FreeRecall
from memsim.core.items import ItemPool
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm, Trials
from memsim.data.dataset import Dataset

LENGTH = 16
TABLE, WORDS = "peers_experiment2.csv.gz", "peers_words.csv"
SOURCE = "https://github.com/OpenNeuroDatasets/ds004395/tree/798377a4d33134c86a239f7424531c2e8570cf61"


def _task(delay: float, continual: bool = False) -> FreeRecall:
    between = delay if continual else 0.0
    return FreeRecall(
        list_length=LENGTH,
        presentation_time=3,
        retention_interval=delay,
        inter_item_distraction=between,
        initial_distraction=between,
    )


TASKS: dict[str, Paradigm] = {
    "immediate": _task(0), "delayed_8": _task(8), "delayed_16": _task(16), "continual_8": _task(8, continual=True),
    "continual_16": _task(16, continual=True),
}  # fmt: skip
"""Seconds of arithmetic after the list or, in ``continual``, also before each word."""


@cache
def _table(name: str) -> pd.DataFrame:
    with (files("memsim.data") / "tables" / name).open("rb") as file:
        compression = "gzip" if name.endswith(".gz") else None
        return pd.read_csv(file, compression=compression, keep_default_na=False, na_values=[""])


def _read(condition: str, paradigm: Paradigm) -> Recalls:
    lists = _table(TABLE)
    lists = lists[lists["condition"] == condition]
    words = _table(WORDS)
    pool = ItemPool(words["word"].to_numpy(dtype=object))
    index = pd.Series(np.arange(len(words)), index=words["item"])
    studied = np.array([text.split() for text in lists["items"]], dtype=np.int32)
    responses = [text.split() for text in lists["recalls"].fillna("")]
    moments = [text.split() for text in lists["rts"].fillna("")]
    positions = np.full((len(lists), max(map(len, responses))), NONE, dtype=np.int32)
    times = np.full(positions.shape, np.nan)
    for row, (given, when) in enumerate(zip(responses, moments, strict=True)):
        positions[row, : len(given)] = given
        times[row, : len(given)] = np.array(when, dtype=float) / 1000
    trials = Trials(
        index[studied.ravel()].to_numpy().reshape(studied.shape),
        pool,
        paradigm,
        lists["subject"].to_numpy(dtype=object),
        (100 * lists["session"] + lists["list"]).to_numpy(),
        conditions={"list_type": lists["list_type"].to_numpy(dtype=object)},
        session=lists["session"].to_numpy(),
    )
    return Recalls(trials, positions, times=times, origin=Observed(details={"source": SOURCE, "table": TABLE}))


PEERS_EXPERIMENT2 = Dataset(
    name="peers_experiment2",
    title="PEERS, experiment 2: free recall of 16 words, immediate, delayed, and with continual distraction",
    authors="Kahana et al. (2024)",
    citation="Kahana, M. J., Lohnas, L. J., Healey, M. K., et al. (2024). The Penn Electrophysiology of Encoding and "
    "Retrieval Study. Journal of Experimental Psychology: Learning, Memory, and Cognition.",
    doi="10.1037/xlm0001319",
    conditions=TASKS,
    read=_read,
    at_hand=lambda: True,
    notes="39 people of OpenNeuro ds004395 v2.0.0 (doi:10.18112/openneuro.ds004395.v2.0.0, CC0), 3,498 lists; the same "
    "people in all five conditions. Each word was judged for size or animacy (condition list_type), and words came "
    "every 4 s without distraction. Conditions are read from the times of the arithmetic. Times are seconds from the "
    "signal to recall.",
)
