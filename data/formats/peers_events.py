"""One session of PEERS in its file of events (``*_task-ltpFR_beh.tsv``): lists, final recall and final recognition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.core.errors import DataError
from memsim.data.formats.bids_files import entity
from memsim.data.formats.peers_tables import LENGTH, NO_CONFIDENCE, RATINGS, word_pool
from memsim.data.formats.text_tables import read_text_table

EVENTS = {
    "WORD": "study", "REC_START": "recall_start", "REC_WORD": "recall", "FFR_REC_WORD": "final_recall",
    "RECOG_TARGET": "target", "RECOG_LURE": "lure", "RECOG_RESP": "response", "RECOG_CONF": "confidence",
    "START": "arithmetic", "STOP": "arithmetic_end", "REC_WORD_VV": "vocalization",
}  # fmt: skip
"""The values of ``trial_type`` that are read."""
COLUMNS = ("trial_type", "item_name", "item_num", "recog_resp", "recog_conf", "task")
LONG_ARITHMETIC = 11.5
"""Seconds that divide the 8 and 16 s of arithmetic of experiment 2, of which the first and last are not recorded."""


class Session(NamedTuple):
    """The rows of a session for the tables of :mod:`memsim.data.formats.peers_tables`, and what was left out."""

    lists: list[dict[str, Any]]
    tests: list[dict[str, Any]]
    arithmetic: bool
    left_out: dict[str, int]


def read_session(path: Path) -> Session:
    """The lists and the final tests of a session.

    The file has a row for each event, with its time in the column ``mstime`` (ms) or ``onset`` (s), and the list, or
    the block of the recognition, in ``trial`` or ``list``. Lists of another length than 16 words, probes that were
    shown before in the session, and words without a number in the pool are left out and counted.

    Raises
    ------
    InputError, DataError : no such file, or one without these columns or numbers in them; the message names it.
    """
    events = _events(path)
    subject = entity(path, "sub") or str(events["subject"].iloc[0])
    session = int(entity(path, "ses") or events["session"].iloc[0])
    left_out = {"vocalizations": int((events["kind"] == "vocalization").sum())}
    place = {"subject": subject, "session": session}
    lists = [{**place, **row} for row in _lists(events, left_out)]
    tests = [{**place, **row} for row in _tests(events, lists, left_out)]
    return Session(lists, tests, bool((events["kind"] == "arithmetic").any()), {k: n for k, n in left_out.items() if n})


def _events(path: Path) -> pd.DataFrame:
    table = read_text_table(path, missing=["n/a", ""]).astype(object)
    names = set(table.columns)
    clock, number = next((c for c in ("mstime", "onset") if c in names), ""), "trial" if "trial" in names else "list"
    needed = [*COLUMNS, clock or "mstime", number]
    if lacks := [name for name in needed if name not in names]:
        raise DataError(f"{path} has no column {lacks[0]}; is it a file of events of PEERS (task-ltpFR_beh.tsv)?")
    events = pd.DataFrame({"kind": table["trial_type"].map(EVENTS)})
    events["word"] = table["item_name"]
    for name, column in {"time": clock, "number": number, "item": "item_num", "task": "task", "response": "recog_resp",
                         "confidence": "recog_conf"}.items():  # fmt: skip
        events[name] = pd.to_numeric(table[column], errors="coerce")
        wrong = events[name].isna() & table[column].notna() & events["kind"].notna()
        if wrong.any():
            line = wrong.index[wrong][0]
            raise DataError(f"{path}, line {line}: {column} {table.loc[line, column]!r} is not a number")
    events["time"] *= 1 if clock == "mstime" else 1000
    for name in ("subject", "session"):
        events[name] = table.get(name)
    return events[events["kind"].notna()].reset_index(drop=True)


def _lists(events: pd.DataFrame, left_out: dict[str, int]) -> list[dict[str, Any]]:
    first_test = events.index[events["kind"].isin(["target", "lure", "final_recall"])].min()
    initial = events if pd.isna(first_test) else events.iloc[: int(first_test)]
    found = []
    for number, rows in initial[initial["number"] > 0].groupby("number", sort=True):
        study = rows[rows["kind"] == "study"]
        starts = rows["time"][rows["kind"] == "recall_start"]
        if len(study) == 0:
            continue
        if len(study) != LENGTH or not _known(study["item"]).all() or starts.empty:
            left_out["lists"] = left_out.get("lists", 0) + 1
            continue
        position = {int(item): at for at, item in enumerate(study["item"], start=1)}
        recall = rows[(rows["kind"] == "recall") & (rows["time"] >= starts.iloc[0])]
        tasks = study["task"].fillna(-1).astype(int) + 1
        interval, retention = _arithmetic(initial, study["time"].to_numpy(), starts.iloc[0])
        found.append({
            "list": int(str(number).partition(".")[0]),
            "list_type": _list_type(tasks.tolist()),
            "tasks": "".join(map(str, tasks)),
            "items": _text(study["item"].astype(int)),
            "recalls": _text(_codes(recall["item"], position)),
            "rts": _text((recall["time"] - starts.iloc[0]).round().astype(int)),
            "distraction": _distraction(interval, retention),
        })  # fmt: skip
    return found


def _list_type(tasks: Sequence[int]) -> str:
    used = set(tasks)
    return "shift" if len(used) > 1 else ("none", "size", "animacy")[used.pop()]


def _arithmetic(events: pd.DataFrame, words: Any, recall: float) -> tuple[float, float]:
    """Seconds of arithmetic between two words (median), and between the last word and the recall."""
    starts = events["time"][events["kind"] == "arithmetic"].to_numpy()
    ends = events["time"][events["kind"] == "arithmetic_end"].to_numpy()
    spent = np.zeros(len(words))
    for begin in starts[(starts > words[0]) & (starts < recall)]:
        end = ends[(ends > begin) & (ends <= recall)]
        if len(end):
            spent[np.searchsorted(words, begin) - 1] += (end[0] - begin) / 1000
    return float(np.median(spent[:-1])), float(spent[-1])


def _distraction(interval: float, retention: float) -> str:
    if not retention:
        return "immediate"
    return f"{'continual' if interval else 'delayed'}_{16 if retention > LONG_ARITHMETIC else 8}"


def _tests(events: pd.DataFrame, lists: Sequence[dict[str, Any]], left_out: dict[str, int]) -> list[dict[str, Any]]:
    position = {
        int(item): (row["list"] - 1) * LENGTH + at
        for row in lists
        for at, item in enumerate(row["items"].split(), start=1)
    }
    final = events[events["kind"] == "final_recall"]
    shown = events["kind"].isin(["target", "lure"])
    number = shown.cumsum()
    probes = events[shown]
    again = probes["item"].duplicated() | ~_known(probes["item"])
    if again.any():
        left_out["probes"] = int(again.sum())
    row: dict[str, Any] = {"ffr": int(len(final) > 0), "final_recalls": _text(_codes(final["item"], position))}
    codes, letters, times = [], [], []
    after = events[~shown].assign(probe=number[~shown])
    answers = after[after["kind"] == "response"].drop_duplicates("probe").set_index("probe")
    confidences = after[after["kind"] == "confidence"].drop_duplicates("probe").set_index("probe")
    for at, probe in probes[~again].iterrows():
        key, item = number[at], int(probe["item"])
        old = probe["kind"] == "target"
        if old and item not in position:  # of a list that was left out
            left_out["probes"] = left_out.get("probes", 0) + 1
            continue
        response, confidence = probe["response"], probe["confidence"]
        response = answers["response"].get(key, np.nan) if np.isnan(response) else response
        confidence = confidences["confidence"].get(key, np.nan) if np.isnan(confidence) else confidence
        codes.append(position[item] if old else -item)
        letters.append(_letter(response, confidence))
        time = answers["time"].get(key, np.nan) - probe["time"]
        times.append(-1 if np.isnan(time) else round(time / 10))
    return [{**row, "probes": _text(codes), "ratings": "".join(letters), "rts": _text(times)}]


def _letter(response: float, confidence: float) -> str:
    if response not in (0, 1):
        return RATINGS[0]
    if confidence not in (1, 2, 3, 4, 5):
        return NO_CONFIDENCE
    return RATINGS[int(5 + confidence if response else 6 - confidence)]


def _known(items: pd.Series) -> Any:
    """Whether each number is of a word of the pool."""
    _, index = word_pool()
    number = items.fillna(-1).to_numpy(dtype=int)
    return (number > 0) & (index[np.clip(number, 0, len(index) - 1)] >= 0) & (number < len(index))


def _codes(items: pd.Series, position: dict[int, int]) -> list[int]:
    """The position of each recalled word; the negative number of one that was not studied; 0 if it has none."""
    known = _known(items)
    return [position.get(int(item), -int(item)) if is_known else 0 for item, is_known in zip(items, known, strict=True)]


def _text(values: Any) -> str:
    return " ".join(map(str, values))
