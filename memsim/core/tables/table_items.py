"""The items of a table: the pool of all of them, their categories, and the sources in which they were studied."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from memsim.core.arrays import BoolArray, IntArray, LabelArray, not_whole
from memsim.core.errors import InputError
from memsim.core.items import ItemPool
from memsim.core.tables.item_text import alike, plain_text
from memsim.core.tables.long_table_rows import Rows, at_row, factorized

SECOND = "item_2"
"""The column of the second item of probes that are pairs."""


@dataclass(frozen=True)
class TableItems:
    """The items of a table, as indices of its pool."""

    items: IntArray
    """(n_trials, list_length) studied items."""
    pool: ItemPool
    recalled: IntArray
    """(n_recalls,) item of each recall row; -1 where it has none."""
    tested: IntArray
    """(n_tests, 1 or 2) items of each test row; -1 for an empty side."""

    def tested_were_studied(self, rows: Rows) -> BoolArray:
        """(n_tests,) whether all items of each test row are on its list."""
        lists = self.items[rows.trial[rows.test]]
        found = np.zeros(self.tested.shape, dtype=bool)
        for position in range(lists.shape[1]):
            found |= self.tested == lists[:, position, None]
        return np.asarray((found | (self.tested < 0)).all(axis=1))

    def place_in(self, pool: ItemPool) -> IntArray:
        """(n_items,) index in ``pool`` of each item; -1 for an item that is recalled alone and not in that pool.

        Raises
        ------
        InputError : an item that is studied or tested and not in that pool.
        """
        needed = np.unique(np.concatenate((self.items.ravel(), self.tested[self.tested >= 0])))
        there = {label: at for at, label in enumerate(pool.labels.tolist())}
        place = np.array([there.get(label, -1) for label in self.pool.labels.tolist()], dtype=np.int32)
        place[needed] = pool.indices(self.pool.labels[needed].tolist())
        return place

    def renumbered(self, place: IntArray) -> TableItems:
        """The same with the test rows in another pool, in which item i has the index ``place[i]``."""
        return replace(self, tested=np.where(self.tested >= 0, place[self.tested], self.tested))


def items_in(rows: Rows) -> TableItems:
    """The items of a table, and the pool of all of them, in the order of study, recall and test rows.

    Raises
    ------
    InputError : a study row, or a test row, without an item; labels of several types, or that are no labels.
    """
    frame = rows.frame
    in_pairs = SECOND in frame.columns and len(rows.test) > 0
    if in_pairs and "rating" in frame.columns:  # else these are cues, and all of them may be first members of pairs
        in_pairs = not frame[SECOND].isna().all()
    column = frame["item"]
    if in_pairs:
        column = pd.concat([_plain(frame["item"]), _plain(frame[SECOND])], ignore_index=True).rename("item")
    codes, labels = factorized(column)
    sides = [rows.test, rows.test + len(frame)] if in_pairs else [rows.test]
    sequence = np.concatenate([codes[rows.study], codes[rows.recall], *(codes[side] for side in sides)])
    n_studied, n_recalled, n_tested = len(rows.study), len(rows.recall), len(rows.test)
    if (sequence[:n_studied] < 0).any():
        at = rows.study[int(np.argmax(sequence[:n_studied] < 0))]
        raise InputError(f"the table has no item in study {at_row(frame, at)}")
    nothing = (sequence[n_studied + n_recalled :].reshape(len(sides), n_tested) < 0).all(axis=0)
    if nothing.any():
        raise InputError(f"the table has no item in test {at_row(frame, rows.test[int(np.argmax(nothing))])}")
    order = _first_occurrences(sequence, len(labels))
    labels = labels[order]
    if labels.dtype.kind == "c":
        raise InputError("items are complex numbers; labels of items are text or whole numbers")
    if pd.api.types.infer_dtype(labels, skipna=True).startswith("mixed"):
        raise InputError("items are text in some rows and numbers in others, which cannot match; use one type")
    if labels.dtype.kind == "f":
        odd = not_whole(labels)
        if odd.any():
            at = int(np.argmax(codes == order[np.argmax(odd)])) % len(frame)
            raise InputError(f"the item {labels[odd][0]} in {at_row(frame, at)} is not a whole number")
        labels = labels.astype(np.int64) if (np.abs(labels) < 2**53).all() else labels
    renumbered = np.full(int(sequence.max(initial=0)) + 2, -1, dtype=np.int32)
    renumbered[order] = np.arange(len(order))
    if len(labels) and isinstance(labels[0], str):
        studied = np.zeros(len(labels), dtype=bool)
        studied[renumbered[sequence[:n_studied]]] = True
        item, shown = alike(labels, studied)
        renumbered[order] = item
        labels = np.array(shown, dtype=object)
    sequence = renumbered[sequence]
    return TableItems(
        sequence[:n_studied].reshape(len(rows.head), -1),
        ItemPool(labels),
        sequence[n_studied : n_studied + n_recalled],
        sequence[n_studied + n_recalled :].reshape(len(sides), n_tested).T,
    )


def _plain(column: pd.Series) -> pd.Series:
    """The column without categories, which two columns do not share."""
    return column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column


def _first_occurrences(codes: IntArray, n_codes: int) -> LabelArray:
    """The codes from 0 that occur, in the order of their first occurrence."""
    first = np.full(n_codes + 1, len(codes), dtype=np.int64)
    np.minimum.at(first, codes, np.arange(len(codes)))
    order = np.argsort(first[:-1], kind="stable")
    return order[first[order] < len(codes)]


def categories_in(rows: Rows, found: TableItems, column: str) -> tuple[ItemPool, LabelArray | None]:
    """The pool with the category of each item, if all lists give an item the same; else the categories by list.

    The category of the second item of a pair that is probed stands in the column of that name with ``_2``.
    """
    sides = [column, *([f"{column}_2"] if f"{column}_2" in rows.frame.columns else [])]
    frame = rows.frame
    codes, labels_found = factorized(
        frame[column] if len(sides) == 1 else pd.concat([_plain(frame[each]) for each in sides], ignore_index=True)
    )
    labels = np.empty(len(labels_found) + 1, dtype=object)
    labels[:-1] = [plain_text(each) if isinstance(each, str) else each for each in labels_found.tolist()]
    studied = codes[rows.study]
    tests = [
        (found.tested[:, k], codes[rows.test + k * len(frame)]) for k in range(min(len(sides), found.tested.shape[1]))
    ]
    of_item = np.full(len(found.pool) + 1, -1, dtype=np.int32)
    for items, kinds in [*reversed(tests), (found.recalled, codes[rows.recall])]:
        of_item[items[::-1]] = kinds[::-1]
    of_item[found.items.ravel()] = studied
    if not np.array_equal(of_item[found.items.ravel()], studied):
        return found.pool, labels[studied].reshape(found.items.shape)
    kinds = labels[of_item[:-1]]
    if not (of_item[:-1] < 0).any():
        kinds = labels_found[of_item[:-1]]
    return replace(found.pool, categories=kinds), None


def sources_in(rows: Rows, name: str) -> IntArray:
    """The code of the source of each studied item."""
    codes, _ = pd.factorize(np.asarray(rows.frame[name].iloc[rows.study]), sort=True)
    if (codes < 0).any():
        raise InputError(
            f"the table has no {name} in study {at_row(rows.frame, int(rows.study[np.argmax(codes < 0)]))}"
        )
    return codes.astype(np.int32)
