"""What a trained network does in an experiment: its curve by position, its edges, and how near it is to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.association.cued_recall import cued_recall_by_position
from memsim.analysis.curves import curve_table, root_mean_squared_difference
from memsim.analysis.recall.indices import edges
from memsim.analysis.recall.serial_position import serial_position_curve
from memsim.analysis.recall.transitions import lag_crp
from memsim.analysis.recognition.hits import hits_by_serial_position
from memsim.analysis.serial.accuracy import serial_accuracy
from memsim.core.arrays import FloatArray
from memsim.core.items import ItemPool
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.core.simulation import simulate
from memsim.data import load_dataset
from memsim.models.networks.network_models import Network
from memsim.paradigms import CuedRecall, FreeRecall, Recognition, SerialRecall
from memsim.reproductions.network_table.options import LURES

PEOPLE = "peers_notask"
"""Immediate free recall of 16 words (Healey & Kahana, 2014), with whose curves recall is compared."""
CURVES = ("serial_position_curve", "probability_of_nth_recall", "lag_crp")
SIMULATED = ("recall", "serial", "recognition", "cued")
"""The tasks that are experiments on memory."""


def behaviour_of(task: str, model: Network, length: int, n_lists: int, seed: int) -> dict[str, Any]:
    """Measures of ``n_lists`` simulated lists.

    ``curve`` by position: of items recalled, of items in their place, of hits, or of pairs recalled. ``primacy`` and
    ``recency`` are its first and last positions less its middle (see :func:`memsim.analysis.primacy_index`). Of recall
    also ``crp_forward`` and ``crp_backward``, the lag-CRP at +1 and -1; both again with the responses of each
    list in random order, ``shuffled_...``, which is what serial position alone brings; and ``rmsd_...`` to
    people, where lists are as long as theirs.
    """
    recalls, curve = _SIMULATIONS[task](model, length, n_lists, seed)
    primacy, recency = edges(curve)
    found = {"curve": curve.tolist(), "primacy": primacy, "recency": recency}
    return found | (of_recall(recalls, seed) if task == "recall" else {})


def of_recall(recalls: Recalls, seed: int) -> dict[str, float]:
    """Contiguity, with its control, and distances from people."""
    found: dict[str, float] = {}
    for prefix, each in (("", recalls), ("shuffled_", shuffled(recalls, seed))):
        table = lag_crp(each).groupby("lag")["prob"].mean()
        found |= {
            f"{prefix}crp_forward": float(table.get(1, np.nan)),
            f"{prefix}crp_backward": float(table.get(-1, np.nan)),
        }
    distances: Mapping[str, float] = {}
    if recalls.list_length == people().list_length:
        distances = root_mean_squared_difference(curve_table(recalls), people_curves())
    return found | {f"rmsd_{name}": float(distances.get(name, np.nan)) for name in CURVES}


def shuffled(recalls: Recalls, seed: int) -> Recalls:
    """The same responses, in random order within each list."""
    rng = stream(seed, "shuffled responses")
    positions = recalls.positions.copy()
    for row in positions:
        given = row != 0
        row[given] = rng.permutation(row[given])
    return replace(recalls, positions=positions, intruders=None)


@cache
def people() -> Recalls:
    """The people with whom recall is compared."""
    return load_dataset(PEOPLE)


@cache
def people_curves() -> pd.DataFrame:
    """Their curves."""
    return curve_table(people())


def _free(model: Network, length: int, n_lists: int, seed: int) -> tuple[Any, FloatArray]:
    task = FreeRecall(list_length=length)
    recalls = simulate(_open(model), task.trials(n_lists, seed, pool=_pool(length)), seed)
    return recalls, _curve(serial_position_curve(recalls))


def _serial(model: Network, length: int, n_lists: int, seed: int) -> tuple[Any, FloatArray]:
    task = SerialRecall(list_length=length)
    recalls = simulate(_open(model), task.trials(n_lists, seed, pool=_pool(length)), seed)
    return recalls, _curve(serial_accuracy(recalls))


def _recognition(model: Network, length: int, n_lists: int, seed: int) -> tuple[Any, FloatArray]:
    judgments: Any = simulate(model, Recognition(list_length=length, n_lures=length).trials(n_lists, seed), seed)
    return judgments, _curve(hits_by_serial_position(judgments))


def _cued(model: Network, length: int, n_lists: int, seed: int) -> tuple[Any, FloatArray]:
    recalls = simulate(model, CuedRecall(list_length=length, direction="both").trials(n_lists, seed), seed)
    return recalls, _curve(cued_recall_by_position(recalls, block=1))


_SIMULATIONS = {"recall": _free, "serial": _serial, "recognition": _recognition, "cued": _cued}


def _open(model: Network) -> Network:
    """The model with lures among its candidates, as in training."""
    return model.replace(response_set="pool")


def _pool(length: int) -> ItemPool:
    """As many items that were not studied as there were lures in training."""
    return ItemPool.numbered(length + LURES)


def _curve(frame: pd.DataFrame) -> FloatArray:
    return np.asarray(frame.sort_values("position")["prob"], dtype=float)
