"""Eggs, the data objects of quail: presented and recalled items, by subject and list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from memsim.core.arrays import label_vector
from memsim.core.errors import DataError, InputError
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls
from memsim.core.tables.long_table import COLUMNS
from memsim.data.formats.files import require_file
from memsim.data.formats.left_out import warn_left_out
from memsim.data.formats.text_tables import text_of_file

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm

EXPORT = (
    "load it with quail and write its words as json: words = {'pres': egg.get_pres_items(), 'rec': "
    "egg.get_rec_items()}; json.dump({name: [lists.values.tolist() for _, lists in frame.groupby(level=0)] "
    "for name, frame in words.items()}, file, default=bytes.decode)"
)


def read_egg(
    egg: Any,
    *,
    category: str | None = None,
    time: str | None = None,
    subject: Sequence[Any] | None = None,
    list_length: int | None = None,
    output_limit: int | None = None,
    paradigm: Paradigm | type[Paradigm] | None = None,
) -> Recalls:
    """Recalls from an egg of quail, or from its contents.

    Parameters
    ----------
    egg : an egg; or a mapping with ``pres`` and ``rec``; or a ``.json`` file with such a mapping. ``pres`` and ``rec``
        are DataFrames with a row for each list and the index ``Subject, List``, or nested lists: subjects, lists,
        items. A single subject may be given as lists of items. An item is a word, or a dictionary with ``item`` and
        features.
    category : the feature that holds the category of the item.
    time : the feature of recalled items that holds their time, in seconds from the start of the test.
    subject : (n_subjects,) labels of the subjects of nested lists; numbers from 0, as in quail, if not given.
    list_length : only lists of this length are read, where there are several lengths.
    output_limit, paradigm : as in :meth:`memsim.Recalls.from_frame`.

    Returns
    -------
    Recalls : a recalled word that was not on its list is an intrusion. quail adds empty lists to subjects with fewer
        lists; they are skipped, and ``origin.details`` counts them as ``lists_without_presentation``.

    Raises
    ------
    InputError : no ``pres`` or ``rec``; lists of several lengths, or with gaps; a feature that no item has.
    DataError : a file that is not JSON. Egg files may hold pickles, which can run any code, and are not read.

    References
    ----------
    Heusser et al. (2017). Journal of Open Source Software, 2, 424.
    """
    details: dict[str, Any] = {}
    if isinstance(egg, str | Path):
        details["file"] = str(egg)
        egg = _json(Path(egg))
    sides: dict[str, Any] = {
        name: egg.get(name) if hasattr(egg, "get") else getattr(egg, name, None) for name in ("pres", "rec")
    }
    missing = next((name for name, side in sides.items() if side is None), None)
    if missing:
        raise InputError(f"read_egg: there is no {missing!r} in this {type(egg).__name__}; an egg has pres and rec")
    pres = sides["pres"]
    if _is_list(pres) and any(_is_list(lists) and not all(map(_is_list, lists)) for lists in pres):
        sides = {name: [side] for name, side in sides.items()}
    presented, recalled = (_lists(sides[name], name, subject) for name in ("pres", "rec"))
    if lost := sorted(set(recalled) - set(presented)):
        raise InputError(f"read_egg: subject {lost[0][0]}, list {lost[0][1]} is in rec but not in pres")
    empty = [key for key, items in presented.items() if not items]
    for key in empty:
        if recalled.get(key):
            raise InputError(f"read_egg: subject {key[0]}, list {key[1]} has responses, but nothing in pres")
    if empty:
        details["lists_without_presentation"] = len(empty)
    if list_length is not None:
        lengths = {key: len(items) for key, items in presented.items() if items}
        if list_length not in lengths.values():
            raise InputError(f"there is no list of {list_length} items; the lengths are {sorted({*lengths.values()})}")
        if other := [key for key, length in lengths.items() if length != list_length]:
            details["lists_of_other_lengths"] = len(other)
            presented, recalled = (
                {key: items for key, items in lists.items() if key not in other} for lists in (presented, recalled)
            )
    rows = [
        {**_features(item), "subject": key[0], "list": key[1], "position": position, "trial_type": kind}
        for kind, lists in (("study", presented), ("recall", recalled))
        for key, items in lists.items()
        for position, item in enumerate(items, start=1)
    ]
    frame = pd.DataFrame(rows, columns=None if rows else [*COLUMNS]).drop(columns="session", errors="ignore")
    for feature, what in ((category, "category"), (time, "time")):
        if feature is not None and feature not in frame:
            raise InputError(f"read_egg: {what}={feature!r} is not a feature of the items, which have {_named(frame)}")
    if time is not None:
        frame = frame.assign(time=frame[time].where(frame["trial_type"] == "recall"))
    elif "time" in frame and category != "time":
        frame = frame.drop(columns="time")
    origin = Observed(details=details)
    recalls = Recalls.from_frame(frame, category=category, output_limit=output_limit, paradigm=paradigm, origin=origin)
    warn_left_out(details.get("file", "egg"), details)
    return recalls


def _json(path: Path) -> Any:
    require_file(path)
    if path.suffix.lower() == ".egg":
        raise DataError(f"{path} may hold pickles, which can run any code, and is not read; {EXPORT}")
    try:
        egg = json.loads(text_of_file(path), object_pairs_hook=_without_repeats)
    except RecursionError:
        raise DataError(f"{path} is nested too deeply for an egg: subjects, lists, items") from None
    except ValueError as error:
        raise DataError(f"{path} is not JSON ({error})") from None
    if not isinstance(egg, dict):
        raise InputError(f"{path} holds a {type(egg).__name__}; expected an object with pres and rec")
    # egg.to_json() of quail writes JSON within JSON, a record for each list, without the subjects.
    if isinstance(egg.get("pres"), str):
        raise InputError(f"{path} does not name the subjects of the lists; {EXPORT}")
    return egg


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, in which no name occurs twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"an object names {next(name for name in names if names.count(name) > 1)!r} twice")
    return found


def _lists(side: Any, name: str, subject: Sequence[Any] | None) -> dict[tuple[Any, Any], list[Any]]:
    """The items of each list, by subject and list."""
    if isinstance(side, pd.DataFrame):
        if side.index.nlevels != 2:
            raise InputError(f"read_egg: the index of {name} has {side.index.nlevels} level(s), expected Subject, List")
        if subject is not None:
            raise InputError("read_egg: subject= is for nested lists; these frames have their subjects in the index")
        if side.index.has_duplicates:
            raise InputError(f"read_egg: {name} has two rows of {side.index[side.index.duplicated()][0]}")
        keyed = [*zip(side.index.tolist(), side.to_numpy(dtype=object).tolist(), strict=True)]
    else:
        if not _is_list(side) or not all(_is_list(lists) and all(map(_is_list, lists)) for lists in side):
            raise InputError(f"read_egg: {name} must be nested lists (subjects, lists, items) or a DataFrame")
        who = [*range(len(side))] if subject is None else subject
        if np.ndim(np.asarray(who, dtype=object)) == 0 or len(who) != len(side):
            raise InputError(f"read_egg: {np.size(who)} labels of subjects, but {len(side)} subjects in {name}")
        labels = label_vector(who, "read_egg: subject", len(side)).tolist()
        keyed = [
            ((label, number), items)
            for label, lists in zip(labels, side, strict=True)
            for number, items in enumerate(lists)
        ]
    return {key: _closed(items, name, key) for key, items in keyed}


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | np.ndarray)


def _closed(items: Any, name: str, key: tuple[Any, Any]) -> list[Any]:
    """The items without the empty places at the end."""
    filled = [_features(item)["item"] is not None for item in items]
    n = sum(filled)
    if not all(filled[:n]):
        raise InputError(
            f"read_egg: {name} of subject {key[0]}, list {key[1]} has an empty place at {filled.index(False) + 1} "
            "and items after it; close the gap"
        )
    return list(items[:n])


def _features(item: Any) -> dict[str, Any]:
    """An item with its features. Bytes, as in egg files, become text; an empty word or NaN becomes ``None``."""
    features = item if isinstance(item, dict) else {"item": item}
    try:
        plain = {name: value.decode() if isinstance(value, bytes) else value for name, value in features.items()}
    except UnicodeDecodeError as error:
        raise InputError(
            f"read_egg: {error.object!r} is not text in UTF-8; decode the words of the egg first"
        ) from None
    word = plain.get("item", plain.get("stimulus"))
    if isinstance(word, dict | set) or _is_list(word):
        raise InputError(f"read_egg: the item {word!r} is neither text nor a number; eggs hold subjects, lists, items")
    return plain | {"item": None if pd.isna(word) or word == "" else word}


def _named(frame: pd.DataFrame) -> str:
    return ", ".join(sorted({str(name) for name in frame} - {*COLUMNS})) or "none"
