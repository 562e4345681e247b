"""Numbers of studied and recalled items of a MATLAB file, from its item numbers, its words, or both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import BoolArray, IntArray, LabelArray
from memsim.core.errors import InputError
from memsim.core.tables.item_text import in_one_form
from memsim.data.formats.matrix_files import whole_numbers
from memsim.data.formats.response_codes import settle


def text_cells(cells: LabelArray) -> LabelArray:
    """(n_trials, n_cells) the words in cells; ``""`` where a cell is empty or holds NaN.

    Raises
    ------
    InputError : a cell holds a number.
    """
    blank = np.array([cell != cell for cell in cells.flat], dtype=bool).reshape(cells.shape)
    words = np.where(blank, "", cells)
    number = next((cell for cell in words.flat if not isinstance(cell, str)), None)
    if number is not None:
        raise InputError(f"items: a cell holds {number!r}, where a word is expected; numbers belong in pres_itemnos")
    return words


def numbered_items(
    field_of: Mapping[str, Any], keep: BoolArray, length: int, wordpool: Any, strict: bool, details: dict[str, Any]
) -> dict[str, Any]:
    """``pres_itemnos``, ``rec_itemnos`` and ``wordpool`` for a recall matrix, where they are known.

    Parameters
    ----------
    field_of : the matrices of the file, by role.
    keep : (n_trials,) the lists that are read.
    length : items in each of them.
    wordpool : the words to which numbers refer, if the file has none.
    strict : refuse an item number that has two words; by default the word counts, and such places are counted.
    details : of the origin, to which the count is added.

    Raises
    ------
    InputError : matrices that do not fit one another, a fraction for an item number, or an empty place within a list.
    """
    numbers: dict[str, IntArray] = {}
    words: dict[str, LabelArray] = {}
    for side in ("pres", "rec"):
        if (matrix := field_of[f"{side}_itemnos"]) is not None:
            numbers[side] = whole_numbers(pd.DataFrame(matrix[keep]), f"{side}_itemnos")
        if (cells := field_of[f"{side}_items"]) is not None:
            words[side] = text_cells(cells[keep])
    if "pres" in numbers and (numbers["pres"][:, length:] > 0).any():
        raise InputError("pres_itemnos: a list has an item after an empty place; close the gap")
    if "pres" in words:
        numbers, wordpool = _numbered_words(numbers, words, strict, details)
    if "pres" not in numbers:
        return {}
    found = {"pres_itemnos": numbers["pres"][:, :length], "wordpool": wordpool}
    return found | ({"rec_itemnos": numbers["rec"]} if "rec" in numbers else {})


def _numbered_words(
    numbers: Mapping[str, IntArray], words: Mapping[str, LabelArray], strict: bool, details: dict[str, Any]
) -> tuple[dict[str, IntArray], dict[int, Any]]:
    """Numbers for all words, including intrusions without a number, and the word of each number."""
    words = dict(zip(words, in_one_form(*words.values()), strict=True))
    word_of: dict[int, Any] = {}
    filled = {side: numbers.get(side, np.zeros(words[side].shape, np.int32)).copy() for side in {**words, **numbers}}
    wrong: list[bool] = []
    odd = ""
    for side in words:
        if filled[side].shape != words[side].shape:
            raise InputError(f"{side}_items has shape {words[side].shape}, {side}_itemnos {filled[side].shape}")
        for at in zip(*np.nonzero((filled[side] > 0) & (words[side] != "")), strict=True):
            number, word = int(filled[side][at]), words[side][at]
            wrong.append(word_of.setdefault(number, word) != word)
            if wrong[-1]:
                odd = odd or f"item number {number} is {word_of[number]!r} in one place and {word!r} in another"
                filled[side][at] = 0  # the word counts
    if count := settle(np.array(wrong, dtype=bool), len(wrong), odd, strict):
        details["contradictory_words"] = count
    number_of = {word: number for number, word in word_of.items()}
    next_number = max([0, *(int(each.max(initial=0)) for each in filled.values())]) + 1
    for side, cells in words.items():
        for at in zip(*np.nonzero((filled[side] <= 0) & (cells != "")), strict=True):
            number = number_of.setdefault(cells[at], next_number)
            next_number += number == next_number
            word_of[number], filled[side][at] = cells[at], number
    nameless = {int(number) for each in filled.values() for number in np.unique(each[each > 0])} - set(word_of)
    return filled, word_of | {number: f"item {number}" for number in nameless}
