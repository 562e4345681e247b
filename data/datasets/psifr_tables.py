"""The two data sets that ship with psifr, as long tables."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.core.errors import DataError
from memsim.core.free_recall import FreeRecall
from memsim.core.items import ItemPool
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls
from memsim.core.tables.item_text import plain_text
from memsim.core.tables.long_table import COLUMNS
from memsim.core.trials import Paradigm
from memsim.data.dataset import Dataset


def _path(file: str, folder: str = "data") -> Path:
    # The folder is found without importing psifr, which would import its plotting libraries.
    spec = find_spec("psifr")
    if spec is None or not spec.submodule_search_locations:
        raise DataError(f"{file} ships with the package psifr, which is not installed: pip install psifr")
    path = Path(spec.submodule_search_locations[0]) / folder / file
    if not path.is_file():
        raise DataError(f"the installed psifr has no {file} in {path.parent}; install another version")
    return path


def _read_peers(_: str, paradigm: Paradigm) -> Recalls:
    frame = pd.read_csv(_path("peers_notask.csv"), usecols=[*COLUMNS, "session"])
    return Recalls.from_frame(
        frame, paradigm=paradigm, origin=Observed(details={"file": "psifr/data/peers_notask.csv"})
    )


def _read_morton(condition: str, paradigm: Paradigm) -> Recalls:
    frame = pd.read_csv(_path("Morton2013.csv"), usecols=[*COLUMNS, "session", "list_type", "category"])
    if condition != "all":
        frame = frame[frame["list_type"] == condition]
    recalls = Recalls.from_frame(
        frame,
        category="category",
        conditions=["list_type"],
        paradigm=paradigm,
        origin=Observed(details={"file": "psifr/data/Morton2013.csv, psifr/distances/Morton2013.npz"}),
    )
    pool = replace(recalls.trials.pool, similarity=_similarity(recalls.trials.pool))
    return replace(recalls, trials=replace(recalls.trials, pool=pool))


def _similarity(pool: ItemPool) -> FloatArray:
    """(n_items, n_items) 1 minus the semantic distance; 0 for intruding items, whose distances are unknown."""
    with np.load(_path("Morton2013.npz", "distances"), allow_pickle=False) as file:
        items, distances = file["items"], file["distances"]
    index = {plain_text(label): i for i, label in enumerate(items.tolist())}
    at = np.array([index.get(label, -1) for label in pool.labels.tolist()])
    known = at >= 0
    return np.where(known[:, None] & known, 1 - distances[np.ix_(at, at)], np.eye(len(pool)))


def _installed() -> bool:
    return find_spec("psifr") is not None


PEERS_NOTASK = Dataset(
    name="peers_notask",
    title="PEERS, lists without an encoding task: immediate free recall of 16 words",
    authors="Healey & Kahana (2014)",
    citation="Healey, M. K., & Kahana, M. J. (2014). Is memory search governed by universal principles or "
    "idiosyncratic strategies? Journal of Experimental Psychology: General, 143, 575-596.",
    doi="10.1037/a0033715",
    conditions={"all": FreeRecall(list_length=16, presentation_time=3)},
    read=_read_peers,
    at_hand=_installed,
    default="all",
    notes="126 subjects, 3,528 lists. The table does not hold the presentation time; 3 s is unverified.",
)
MORTON2013 = Dataset(
    name="morton2013",
    title="Free recall of 24 items in three categories",
    authors="Morton et al. (2013)",
    citation="Morton, N. W., Kahana, M. J., Rosenberg, E. A., et al. (2013). Category-specific neural oscillations "
    "predict recall organization during memory search. Cerebral Cortex, 23, 2407-2422.",
    doi="10.1093/cercor/bhs229",
    conditions=dict.fromkeys(("all", "pure", "mixed"), FreeRecall(list_length=24, presentation_time=3.5)),
    read=_read_morton,
    at_hand=_installed,
    default="all",
    notes="40 subjects, 1,920 lists, pure (one category) or mixed, by the condition list_type; with categories and "
    "semantic similarity of the items. The table does not hold the presentation "
    "time; 3.5 s is the longest response time in it.",
)
