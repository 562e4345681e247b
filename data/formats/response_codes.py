"""Serial positions from the codes of a recall matrix, by what the codes mean and by the items that were recalled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from memsim.core.arrays import INTRUSION, NONE, BoolArray, IntArray
from memsim.core.errors import InputError

FIX = (
    "leave one of the two out: give None for the recalls, or no item numbers (in a .mat file, leave_out=['recalls'] or "
    "['rec_itemnos'])"
)


def positions_by_item(presented: IntArray, recalled: IntArray) -> IntArray:
    """(n_trials, n_outputs) serial position at which each recalled item number was first presented, or -1."""
    if len(presented) != len(recalled):
        raise InputError(f"rec_itemnos has {len(recalled)} rows, pres_itemnos {len(presented)}")
    if not presented.shape[1]:
        return np.where(recalled == NONE, NONE, INTRUSION).astype(np.int32)
    positions = np.where(recalled == NONE, NONE, INTRUSION).astype(np.int32)
    for place in reversed(range(presented.shape[1])):  # the first presentation overwrites later ones
        positions[(recalled > 0) & (recalled == presented[:, place, None])] = place + 1
    return positions


def positions_by_code(
    codes: IntArray, list_length: int, meanings: Mapping[int, str], by_item: IntArray | None, details: dict[str, Any]
) -> tuple[IntArray, BoolArray]:
    """Serial positions, -1 for intrusions and 0 for no response, from codes.

    A negative code other than -1 means what ``meanings`` says. Without a meaning there, the recalled item says it: an
    item of the list has its position, so that it is a repetition if it was given before, and any other is an intrusion.

    Parameters
    ----------
    codes : (n_trials, n_outputs) serial positions from 1, 0 and codes.
    list_length : items in every list.
    meanings : the meaning of codes, from :data:`memsim.data.reader_options.MEANINGS`.
    by_item : (n_trials, n_outputs) what the item numbers say, from :func:`positions_by_item`; ``None`` if unknown.
    details : of the origin; counts of doubtful codes are added.

    Returns
    -------
    IntArray, BoolArray : the positions; and where the code says that the item is not known.

    Raises
    ------
    InputError : a meaning of what is a serial position, or a number that is neither position nor code.
    """
    for code in meanings:
        if 1 <= code <= list_length:
            raise InputError(
                f"codes: {code} is a serial position in lists of {list_length} items, and cannot be a code"
            )
    positions = np.array(codes)
    said = by_item if by_item is not None else np.full_like(positions, NONE)
    unknown = np.zeros(codes.shape, dtype=bool)
    for code in np.unique(codes[(codes < NONE) | (codes > list_length)]).tolist():
        at = codes == code
        meaning = meanings.get(code, "intrusion" if code == INTRUSION else "")
        if not meaning and code > list_length:
            row, output = np.argwhere(at)[0]
            raise InputError(
                f"row {row}, output {output + 1} is {code}, but the list has {list_length} items; write -1 for an "
                f"intrusion and 0 for no response, or say what the code means: codes={{{code}: 'intrusion'}}"
            )
        positions[at] = NONE if meaning == "no_response" else INTRUSION
        unknown |= at & (meaning == "unknown")
        if meaning in ("", "repetition"):
            known = at & (said > 0)
            positions[known] = said[known]
            _count(details, "codes_read_by_item", code, known)
            # An item that was not on the list is an intrusion beyond doubt, unless it is said to be a repetition.
            doubtful = "repetitions_of_unknown_items" if meaning else "codes_read_as_intrusions"
            _count(details, doubtful, code, at & ~known if meaning else at & (said == NONE))
    return positions, unknown


def _count(details: dict[str, Any], name: str, code: int, cells: BoolArray) -> None:
    if cells.any():
        details[name] = {**details.get(name, {}), str(code): int(cells.sum())}


def contradictions(positions: IntArray, presented: IntArray, recalled: IntArray, by_item: IntArray) -> BoolArray:
    """(n_trials, n_outputs) where the serial position and the number of the recalled item contradict each other."""
    if recalled.shape != positions.shape:
        raise InputError(f"rec_itemnos has shape {recalled.shape}, the recalls {positions.shape}")
    inside = (positions > 0) & (positions <= presented.shape[1])
    expected = np.take_along_axis(presented, np.where(inside, positions - 1, 0), axis=1)
    return (
        (inside & (recalled > 0) & (recalled != expected))
        | ((positions == INTRUSION) & (by_item > 0))
        | ((positions == NONE) & (recalled > 0))
    )


def settle(wrong: BoolArray, n_compared: int, message: str, strict: bool) -> int:
    """The number of contradictions that are counted rather than refused.

    Raises
    ------
    InputError : with ``message``, if there are contradictions and ``strict`` refuses them, or if half or more of what
        was compared contradicts, since the two then do not belong together.
    """
    count = int(wrong.sum())
    if count and (strict or 2 * count >= n_compared):
        more = f" ({count:,} of {n_compared:,} contradict)" if count > 1 else ""
        raise InputError(f"{message}{more}; {FIX}")
    return count
