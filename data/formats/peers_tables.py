"""Compact tables of PEERS, as they ship and as sessions are read from its files: lists and final tests.

``lists`` has a row for each list: ``subject, session, list, list_type``, ``tasks`` (one digit for each word: 0 none,
1 size, 2 animacy), ``items`` (numbers of words), ``recalls`` (serial positions in output order; an intrusion is the
number of its word, negative, or 0 if the word is not in the pool). ``rts`` (ms from the signal to recall) is optional.

``sessions`` has a row for each session: ``subject, session``, ``ffr`` (whether there was final free recall),
``final_recalls`` (positions in the session, 1 to the number of all words, intrusions as above), ``probes`` (position in
the session of an old word, negative number of a new one), ``ratings`` (one character a probe: ``1``-``9`` and ``A`` for
10, ``0`` without a response, ``-`` with a response but no confidence from 1 to 5), and ``rts`` (from the probe
to the response, in units of 10 ms; -1 if it is missing).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from memsim.core.arrays import INTRUSION, NONE, IntArray, LabelArray
from memsim.core.errors import DataError, InputError
from memsim.core.items import ItemPool
from memsim.core.judgments import UNANSWERED, Judgments
from memsim.core.origin import Observed
from memsim.core.probes import ABSENT, Probes
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm, Trials
from memsim.data.formats.ragged_rows import filled

SOURCE = "https://github.com/OpenNeuroDatasets/ds004395/tree/798377a4d33134c86a239f7424531c2e8570cf61"
LENGTH = 16
BLOCK = 20
"""Probes in a block of the final recognition."""
RATINGS = "0123456789A"
NO_CONFIDENCE = "-"
TASKS = ("none", "size", "animacy")
"""The judgments of words at study, by their digit in ``tasks``: the sources of :attr:`memsim.Trials.source`."""


@cache
def shipped_table(name: str) -> pd.DataFrame:
    """A table that ships with memsim."""
    with (files("memsim.data") / "tables" / name).open("rb") as file:
        compression = "gzip" if name.endswith(".gz") else None
        return pd.read_csv(file, compression=compression, keep_default_na=False, na_values=[""], dtype=TEXT)


TEXT = dict.fromkeys(
    (
        "subject",
        "list_type",
        "tasks",
        "items",
        "recalls",
        "final_recalls",
        "probes",
        "ratings",
        "file",
        "sha256",
        "words",
        "cues",
        "answers",
        "rts",
    ),
    "str",
)


@cache
def word_pool() -> tuple[ItemPool, IntArray]:
    """The pool of words, and (largest number + 1,) the pool index of each number; -1 where there is no such word."""
    words = shipped_table("peers_words.csv")
    index = np.full(words["item"].max() + 1, ABSENT, dtype=np.int32)
    index[words["item"]] = np.arange(len(words))
    return ItemPool(words["word"].to_numpy(dtype=object)), index


def numbers(cells: pd.Series) -> list[list[int]]:
    """The numbers in each cell; a missing cell has none."""
    return [[int(text) for text in cell.split()] for cell in cells.fillna("")]


def list_recalls(lists: pd.DataFrame, paradigm: Paradigm, **details: Any) -> Recalls:
    """Free recall of each list. Lists of a person are numbered by session times 100 and list, as in their tables."""
    pool, _ = word_pool()
    trials = Trials(
        _studied(lists),
        pool,
        paradigm,
        _labels(lists["subject"]),
        (100 * lists["session"] + lists["list"]).to_numpy(),
        source=_sources(lists),
        conditions={"list_type": _labels(lists["list_type"])},
        session=lists["session"].to_numpy(),
    )
    positions, intruders = _responses(numbers(lists["recalls"]))
    times = None
    if "rts" in lists:
        times = filled(numbers(lists["rts"]), np.nan, float)
        times = np.where(positions == NONE, np.nan, times / 1000)
    return Recalls(trials, positions, times=times, intruders=intruders, origin=Observed(details=details))


def final_recalls(lists: pd.DataFrame, sessions: pd.DataFrame, paradigm: Paradigm, **details: Any) -> Recalls:
    """Final free recall of all words of a session, of the sessions that had it."""
    sessions = sessions[sessions["ffr"] == 1]
    fields, _, kept = _session_fields(lists, sessions, paradigm, details)
    positions, intruders = _responses(numbers(kept["final_recalls"]))
    return Recalls(Trials(**fields), positions, intruders=intruders, origin=Observed(details=details))


def final_judgments(lists: pd.DataFrame, sessions: pd.DataFrame, paradigm: Paradigm, **details: Any) -> Judgments:
    """Judgments of the final recognition; one trial is a session.

    Old words with confidence 1 to 5 are rated 6 to 10, new words with confidence 5 to 1 are rated 1 to 5. Answers
    without a response, or with a confidence outside 1 to 5, are left out (rating 0) and counted in the details.

    Labels of the probes: ``block`` of the test, from 1; ``list`` of an old word, 0 for a new one; ``initial_output``,
    the place of the word in the recall of its list, 0 if it was not recalled or is new.
    """
    fields, initial, kept = _session_fields(lists, sessions, paradigm, details)
    codes = numbers(kept["probes"])
    if wrong := [row for row, each in enumerate(codes) if len(each) != paradigm.n_probes]:
        row = kept.iloc[wrong[0]]
        raise DataError(
            f"subject {row['subject']}, session {row['session']} has {len(codes[wrong[0]])} probes, expected "
            f"{paradigm.n_probes}"
        )
    code = filled(codes, 0, np.int32)
    old = code > 0
    at = np.where(old, code - 1, 0)
    _, index = word_pool()
    items = np.where(old, np.take_along_axis(fields["items"], at, axis=1), index[np.where(old, 0, -code)])
    of_list = np.where(old, at // LENGTH + 1, 0)
    labels = {
        "block": np.broadcast_to(np.arange(code.shape[1]) // BLOCK + 1, code.shape),
        "list": of_list,
        "initial_output": np.where(old, np.take_along_axis(initial, at, axis=1), 0),
    }
    letters = filled([list(text) for text in kept["ratings"]], "", "U1")
    if letters.shape != code.shape:
        raise DataError(f"the ratings have shape {letters.shape}, the probes {code.shape}")
    ratings = np.zeros(code.shape, dtype=np.int32)
    for rating, letter in enumerate(RATINGS):
        ratings[letters == letter] = rating
    left_out = {
        "no response": int((letters == RATINGS[0]).sum()),
        "confidence outside 1-5": int((letters == NO_CONFIDENCE).sum()),
    }
    seconds = filled(numbers(kept["rts"]), -1, float) / 100
    times = np.where((ratings == UNANSWERED) | (seconds < 0), np.nan, seconds)
    trials = Trials(**fields, probes=Probes(items, labels=labels))
    return Judgments(trials, ratings, times, origin=Observed(details={**details, "answers_left_out": left_out}))


def _session_fields(
    lists: pd.DataFrame, sessions: pd.DataFrame, paradigm: Paradigm, details: dict[str, Any]
) -> tuple[dict[str, Any], IntArray, pd.DataFrame]:
    """The fields of trials of whole sessions but for probes, the place of each word in its recall, and the sessions.

    Sessions with another number of words than the paradigm has are left out, and counted in ``details``.
    """
    n_lists = paradigm.list_length // LENGTH
    by_session = dict(list(lists.sort_values("list", kind="stable").groupby(["subject", "session"], sort=False)))
    keys = list(zip(sessions["subject"], sessions["session"], strict=True))
    whole = np.array([key in by_session and len(by_session[key]) == n_lists for key in keys], dtype=bool)
    if not whole.all():
        details["sessions_of_other_lengths"] = int((~whole).sum())
    if not whole.any():
        raise InputError(f"there is no session of {n_lists} lists of {LENGTH} words among {len(keys)} sessions")
    kept = sessions[whole]
    rows = pd.concat([by_session[key] for key, known in zip(keys, whole, strict=True) if known])
    shape = (len(kept), paradigm.list_length)
    positions, _ = _responses(numbers(rows["recalls"]))
    first = np.zeros((len(rows), LENGTH), dtype=np.int32)
    for output in reversed(range(positions.shape[1])):
        row = np.flatnonzero(positions[:, output] > 0)
        first[row, positions[row, output] - 1] = output + 1
    pool, _ = word_pool()
    fields = {
        "items": _studied(rows).reshape(shape),
        "pool": pool,
        "paradigm": paradigm,
        "subject": _labels(kept["subject"]),
        "list": kept["session"].to_numpy(),
        "source": _sources(rows).reshape(shape),
        "conditions": {"final_free_recall": np.where(kept["ffr"] == 1, "yes", "no").astype(object)},
        "session": kept["session"].to_numpy(),
    }
    return fields, first.reshape(shape), kept


def _studied(lists: pd.DataFrame) -> IntArray:
    _, index = word_pool()
    return index[np.array([text.split() for text in lists["items"]], dtype=np.int32).reshape(-1, LENGTH)]


def _sources(lists: pd.DataFrame) -> IntArray:
    return np.array([list(text) for text in lists["tasks"]], dtype=np.int32).reshape(-1, LENGTH)


def _labels(cells: pd.Series) -> LabelArray:
    return cells.to_numpy(dtype=object)


def _responses(rows: list[list[int]]) -> tuple[IntArray, IntArray]:
    """Positions of responses, and the pool index of each intruding word."""
    _, index = word_pool()
    lengths = np.array([len(row) for row in rows])
    codes = filled(rows, 0, np.int32)
    given = np.arange(codes.shape[1]) < lengths[:, None]
    positions = np.where(given, np.where(codes > 0, codes, INTRUSION), NONE)
    intruders = np.where(given & (codes < 0), index[np.where(codes < 0, -codes, 0)], ABSENT)
    return positions.astype(np.int32), intruders.astype(np.int32)
