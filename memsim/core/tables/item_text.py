"""The text of items: when two labels are one item, and when a label may be another one that was written differently.

The rule, for every reader: labels are compared in Unicode's composed form (NFC), without spaces around them and with
inner runs of spaces as one. Case is ignored, unless two studied items differ by case only; these are two items, and
case then counts for them. A label that differs from an item by more than that is another item. Where it differs only by
accents, by case, by a wrong encoding (``cafÃ©`` for ``café``), by typographic signs or by characters that cannot be
seen (a zero-width space), it may be the same word: readers warn of such responses, and count them as what they are,
intrusions.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Sequence

import numpy as np

from memsim.core.arrays import BoolArray, IntArray, LabelArray
from memsim.core.errors import DataWarning

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})
"""Letters with a mark that Unicode does not take apart."""
_PUNCTUATION = str.maketrans(
    {**dict.fromkeys("‘’‛ʼ′`´", "'"), **dict.fromkeys("“”„″", '"'), **dict.fromkeys("‐‑‒–—−", "-")}
)
"""Signs that programs put in place of those on a keyboard."""
_ENCODINGS = ("cp1252", "mac_roman", "cp437", "cp850")
"""Encodings in which text in UTF-8 is often read by mistake, beside Latin-1."""
_NUMBER = re.compile(r"\+?[0-9]+(\.0*)?")
"""A whole number, as spreadsheets may write it otherwise: ``01`` and ``1.0`` for ``1``."""
_LOST = "\N{REPLACEMENT CHARACTER}"


def plain_text(label: str) -> str:
    """``label`` in the composed form of Unicode, without spaces around it, and inner runs of spaces as one."""
    return label if label.isascii() and label.split(" ") == [label] and label.isprintable() else _plain(label)


def _plain(label: str) -> str:
    return " ".join(unicodedata.normalize("NFC", label).split())


def alike(labels: Sequence[str] | LabelArray, studied: BoolArray) -> tuple[IntArray, list[str]]:
    """Which labels are one item, by the rule above.

    Parameters
    ----------
    labels : (n_labels,) texts, each once.
    studied : (n_labels,) whether the label is that of a studied item.

    Returns
    -------
    item : (n_labels,) index of the item of each label, in order of first occurrence.
    shown : the label of each item: the first under which it was studied, if it was.
    """
    plain = [plain_text(label) for label in labels]
    folded = [text.casefold() for text in plain]
    spellings: dict[str, set[str]] = {}
    for text, key, is_studied in zip(plain, folded, studied, strict=True):
        if is_studied:
            spellings.setdefault(key, set()).add(text)
    at: dict[str, int] = {}
    item = np.empty(len(plain), dtype=np.int32)
    shown: list[str] = []
    shown_is_studied: list[bool] = []
    for i, (text, key, is_studied) in enumerate(zip(plain, folded, studied, strict=True)):
        found = item[i] = at.setdefault(f"={text}" if len(spellings.get(key, ())) > 1 else key, len(shown))
        if found == len(shown):
            shown.append(text)
            shown_is_studied.append(bool(is_studied))
        elif is_studied and not shown_is_studied[found]:
            shown[found], shown_is_studied[found] = text, True
    return item, shown


def in_one_form(studied: LabelArray, *others: LabelArray) -> tuple[LabelArray, ...]:
    """Arrays of texts of any shape, in which labels of one item are written alike; empty texts stay empty.

    ``studied`` holds the studied items, ``others`` those that were recalled.
    """
    arrays = (studied, *others)
    texts = list(dict.fromkeys(str(text) for array in arrays for text in array.ravel().tolist()))
    seen = {str(text) for text in studied.ravel().tolist()}
    item, shown = alike(texts, np.array([text in seen for text in texts], dtype=bool))
    form = {text: shown[i] for text, i in zip(texts, item.tolist(), strict=True)}
    written = []
    for array in arrays:
        filled = np.empty(array.shape, dtype=object)
        filled.ravel()[:] = [form[str(text)] for text in array.ravel().tolist()]
        written.append(filled)
    return tuple(written)


def _read_rightly(label: str) -> str:
    """``label`` as it was before text in UTF-8 was read in another encoding; itself if it was not."""
    for _ in range(3):  # some files were read wrongly more than once
        for encoding in _ENCODINGS:
            encoded = b"".join(_encoded(character, encoding) for character in label)
            try:
                read = encoded.decode("utf-8")
            except UnicodeDecodeError:
                continue
            if read != label and len(read) < len(label):
                label = read
                break
        else:
            return label
    return label


def _encoded(character: str, encoding: str) -> bytes:
    for each in (encoding, "latin-1"):
        try:
            return character.encode(each)
        except UnicodeEncodeError:
            continue
    return b"\xff"  # no byte of UTF-8


def _skeleton(label: str) -> str:
    """``label`` without case, accents, invisible characters and the traces of a wrong encoding or of typography."""
    if label.isascii():
        text = plain_text(label).casefold().translate(_PUNCTUATION)
        return re.sub(r"\.0*$", "", text).lstrip("+0") or "0" if _NUMBER.fullmatch(text) else text
    apart = unicodedata.normalize("NFKD", _read_rightly(label).translate(_PUNCTUATION)).casefold()
    seen = "".join(c for c in apart if c.isspace() or unicodedata.category(c) not in ("Mn", "Mc", "Me", "Cc", "Cf"))
    return plain_text(seen.translate(_LETTERS))


def warn_of_near_misses(labels: LabelArray, items: IntArray, trial: IntArray, given: IntArray, who: str) -> None:
    """Warn (:class:`DataWarning`) of intrusions that differ from a studied item only by accents, case or encoding.

    Parameters
    ----------
    labels : (n_items,) labels of the pool.
    items : (n_trials, list_length) pool indices of the studied items.
    trial, given : the row and the pool index of each intrusion.
    who : the reader, for the message.
    """
    if not len(given) or labels.dtype.kind in "iuf":
        return
    texts = [str(label) for label in labels]
    key = [_skeleton(text) for text in texts]
    if any(_LOST in text for text in texts):  # what was lost can be any letter that is not ASCII
        whole = {text.encode("ascii", "ignore"): key[i] for i, text in enumerate(texts) if _LOST not in text}
        key = [
            whole.get(text.encode("ascii", "ignore"), key[i]) if _LOST in text else key[i]
            for i, text in enumerate(texts)
        ]
    several = {each for each, count in Counter(key).items() if count > 1}
    if not several:
        return
    near = np.array([each in several for each in key])
    studied = np.zeros(len(texts), dtype=bool)
    studied[items] = True
    group: dict[str, list[int]] = {}
    for i in np.flatnonzero(near & studied).tolist():
        group.setdefault(key[i], []).append(i)
    found: Counter[tuple[str, str]] = Counter()
    for row, code in zip(*(each[near[given]].tolist() for each in (trial, given)), strict=True):
        others = [i for i in group.get(key[code], ()) if i != code]
        on_list = [i for i in others if (items[row] == i).any()]
        if on_list or (others and not studied[code]):
            found[texts[code], texts[(on_list or others)[0]]] += 1
    if found:
        examples = ", ".join(f"{given!r} for {item!r} ({n})" for (given, item), n in found.most_common(5))
        warnings.warn(
            f"{who}: {sum(found.values())} of {len(given)} intrusions differ from a studied item only by accents, case "
            f"or encoding, or by signs that look alike: {examples}; they count as intrusions, so write them alike "
            "where they are one word",
            DataWarning,
            stacklevel=3,
        )
