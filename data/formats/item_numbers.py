"""Items of recall matrices from their numbers: the pool, the studied items as indices into it, and the intruders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from memsim.core.arrays import INTRUSION, IntArray
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.data.formats.text_tables import text_of_file


def items_by_number(
    positions: IntArray, list_length: int, presented: IntArray | None, recalled: IntArray | None, wordpool: Any
) -> tuple[IntArray, ItemPool, IntArray | None]:
    """Items (n_trials, list_length) as pool indices, the pool, and the intruders.

    Parameters
    ----------
    positions : (n_trials, n_outputs) serial positions, 0 and -1.
    list_length : items in every list.
    presented : (n_trials, list_length) number of each studied item; ``None`` numbers the items by their positions.
    recalled : (n_trials, n_outputs) number of each recalled item; 0 or below where it has none.
    wordpool : as in :func:`memsim.data.read_recall_matrix`.

    Raises
    ------
    InputError : numbers that do not fit the lists, or that have no word.
    """
    if presented is None:
        if recalled is not None or wordpool is not None:
            raise InputError("read_recall_matrix: rec_itemnos and wordpool need pres_itemnos")
        serial = np.arange(list_length, dtype=np.int32)
        return np.tile(serial, (len(positions), 1)), ItemPool.numbered(list_length), None
    if presented.shape != (len(positions), list_length):
        raise InputError(f"pres_itemnos has shape {presented.shape}, expected {(len(positions), list_length)}")
    if (presented < 1).any():
        row, column = np.argwhere(presented < 1)[0]
        raise InputError(
            f"pres_itemnos: row {row}, column {column} is {presented[row, column]}; item numbers start at 1"
        )
    if recalled is None:
        recalled, intruders = np.zeros_like(positions), None
    else:
        intruders = np.where((positions == INTRUSION) & (recalled > 0), recalled, 0)
    known = np.unique(np.concatenate([presented.ravel(), recalled[recalled > 0]]))
    if wordpool is None:
        pool = ItemPool(known)
    else:
        words = _words(wordpool)
        lacking = [number for number in known.tolist() if number not in words]
        if lacking:
            raise InputError(f"wordpool: there is no word of number {lacking[0]}; numbers start at 1")
        known, pool = np.array([*words]), ItemPool(np.array([*words.values()]))
    order = np.argsort(known)
    place = {number: int(index) for number, index in zip(known[order].tolist(), order, strict=True)} | {0: -1}
    index = np.vectorize(place.__getitem__, otypes=[np.int32])
    return index(presented), pool, None if intruders is None else index(intruders)


def _words(wordpool: Any) -> dict[int, Any]:
    if isinstance(wordpool, Mapping):
        return dict(wordpool)
    if isinstance(wordpool, str | Path):
        wordpool = text_of_file(Path(wordpool)).decode().split("\n")
        wordpool = [word.strip() for word in wordpool if word.strip()]
    return dict(enumerate(wordpool, start=1))
