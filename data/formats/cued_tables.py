"""Cued recall from a table with a row for each pair that was tested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import INTRUSION, NONE, NOT_GIVEN
from memsim.core.errors import DataError
from memsim.core.items import ItemPool
from memsim.core.origin import Observed
from memsim.core.probes import ABSENT, Probes
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm, Trials

CORRECT, INCORRECT, OMITTED = "correct", "incorrect", "none"


def cued_recalls(
    path: Path,
    rows: pd.DataFrame,
    paradigm: Paradigm,
    *,
    lists: tuple[str, ...],
    conditions: tuple[str, ...] = (),
    labels: tuple[str, ...] = (),
    session: str = "",
    details: dict[str, Any],
) -> Recalls:
    """Recalls of lists of pairs.

    Parameters
    ----------
    path : the file, for messages.
    rows : ``subject``, ``study_position`` of the pair and ``test_position`` of its probe (both from 1 in each list),
        the words ``first`` and ``second`` of the pair, ``backward`` (the second was the cue), ``outcome`` by the
        source's scoring (``correct``, ``incorrect``, ``none``), ``response`` (NaN if not recorded), and ``seconds``,
        NaN if unknown.
    paradigm : the task, of pairs; a list with another number of pairs is an error.
    lists : columns that together say which list of its participant a row is of; the first is its label.
    session : the column with the session of the list, if it is known.
    conditions, labels : columns that become conditions of lists and labels of probes.
    details : of the origin.

    A correct response has the position of the right word, however it was spelled. An incorrect one has that of the
    studied word of its list that it is, if any, and else counts as an intrusion, whose word is kept if it was studied
    in another list of the data.
    """
    n_pairs = paradigm.list_length // 2
    rows = rows.sort_values(["subject", *lists, "study_position"], kind="stable")
    keys = ["subject", *lists]
    sizes = rows.groupby(keys, sort=False)["study_position"].agg(["size", "nunique", "max"])
    if not (sizes == n_pairs).to_numpy().all():
        at = int(np.argmax((sizes != n_pairs).any(axis=1)))
        raise DataError(
            f"{path}: subject and list {sizes.index[at]} have {sizes['size'].iloc[at]} pairs, expected {n_pairs} with "
            f"the positions 1 to {n_pairs}; is it the whole file?"
        )
    shape = (-1, n_pairs)
    words = np.stack([rows[side].to_numpy(dtype=object).reshape(shape) for side in ("first", "second")], axis=2)
    codes, names = pd.factorize(words.ravel())
    items = codes.reshape(len(words), -1).astype(np.int32)
    known = {str(name).casefold().strip(): code for code, name in enumerate(names)}
    test = rows["test_position"].to_numpy().astype(np.int64).reshape(shape)
    order = np.argsort(test, axis=1, kind="stable")
    if (np.take_along_axis(test, order, axis=1) != np.arange(1, n_pairs + 1)).any():
        raise DataError(f"{path}: the test positions of a list are not 1 to {n_pairs}; is it the whole file?")

    def tested(column: str) -> Any:
        return np.take_along_axis(rows[column].to_numpy(dtype=object).reshape(shape), order, axis=1)

    backward = tested("backward").astype(bool)
    asked = np.stack((backward, ~backward), axis=2)
    pairs = items.reshape(len(items), n_pairs, 2)[np.arange(len(items))[:, None], order]
    outcome, response = tested("outcome"), tested("response")
    right = 2 * order + np.where(backward, 1, 2)
    positions = np.where(outcome == CORRECT, right, np.where(outcome == INCORRECT, INTRUSION, NONE)).astype(np.int32)
    intruders = np.full(positions.shape, ABSENT, dtype=np.int32)
    for row, probe in np.argwhere(outcome == INCORRECT):
        given = response[row, probe]
        item = known.get(str(given).casefold().strip()) if isinstance(given, str) else None
        if item is None:
            continue
        found = np.flatnonzero(items[row] == item)
        # A response that the source scores as wrong keeps that score, even if it reads as the right word.
        if len(found) and found[0] + 1 != right[row, probe]:
            positions[row, probe] = found[0] + 1
        elif not len(found):
            intruders[row, probe] = item
    first = rows.iloc[::n_pairs]
    trials = Trials(
        items,
        ItemPool(np.array(names, dtype=object)),
        paradigm,
        first["subject"].to_numpy(),
        first[lists[0]].to_numpy() if lists else NOT_GIVEN,
        conditions={name: first[name].to_numpy(dtype=object) for name in conditions},
        session=first[session].to_numpy() if session else None,
        probes=Probes(np.where(asked, ABSENT, pairs), labels={name: tested(name) for name in labels}),
    )
    seconds = np.where(positions == NONE, np.nan, tested("seconds").astype(float))
    times = None if np.isnan(seconds).all() else seconds
    return Recalls(trials, positions, times=times, intruders=intruders, origin=Observed(details=details))
