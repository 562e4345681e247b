"""Paired associates of OpenNeuro ds005059 (task PAL1): the compact table that ships, and files of sessions.

The table has a row for each list: ``subject, session, list``, ``words`` (those of the pairs in the order of study,
first and second of each), ``cues`` (the number of the pair of each probe in the order of the test; negative if its
second word was the cue), ``answers`` (for each probe ``=`` correct, ``.`` none, ``/`` a spoken pass, or the wrong word
with ``_`` for blanks) and ``rts`` (ms from the probe to the answer; -1 where there is none).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from memsim.core.errors import DataError, InputError
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.data.formats.bids_files import entity
from memsim.data.formats.cued_tables import CORRECT, INCORRECT, OMITTED, cued_recalls
from memsim.data.formats.text_tables import read_text_table

FILES = "sub-*/ses-*/beh/*_task-PAL1_beh.tsv"
RIGHT, NONE, PASS = "=", ".", "/"
NO_WORD, SPOKEN_PASS = "<>", "PASS"
COLUMNS = ("trial_type", "onset", "serialpos", "probepos", "probe_word", "resp_word", "study_1", "study_2", "list")


def pal_recalls(path: Path, table: pd.DataFrame, paradigm: Paradigm, **details: Any) -> Recalls:
    """Cued recall of the lists of the table that have as many pairs as the paradigm; others are counted.

    Omissions are probes without an answer, and those that were passed; the label ``answer`` says which
    (``word``, ``pass``, ``none``).
    """
    n_pairs = paradigm.list_length // 2
    rows: list[dict[str, Any]] = []
    other = 0
    for each in table.to_dict("records"):
        words = each["words"].split()
        cues, answers = [int(text) for text in each["cues"].split()], each["answers"].split()
        if len(cues) != n_pairs or len(words) != 2 * n_pairs:
            other += 1
            continue
        for order, (cue, answer, time) in enumerate(zip(cues, answers, each["rts"].split(), strict=True), start=1):
            pair = abs(cue) - 1
            word = answer not in (RIGHT, NONE, PASS)
            rows.append({
                "subject": each["subject"], "session": each["session"], "list": each["list"],
                "number": 100 * int(each["session"]) + int(each["list"]), "study_position": pair + 1,
                "test_position": order, "first": words[2 * pair], "second": words[2 * pair + 1], "backward": cue < 0,
                "outcome": CORRECT if answer == RIGHT else INCORRECT if word else OMITTED,
                "response": answer.replace("_", " ") if word else None,
                "seconds": int(time) / 1000 if int(time) >= 0 else float("nan"),
                "answer": {NONE: "none", PASS: "pass"}.get(answer, "word"),
            })  # fmt: skip
    if not rows:
        raise InputError(f"{path}: no list has {n_pairs} pairs")
    if other:
        details["lists_of_other_lengths"] = other
    return cued_recalls(
        path, pd.DataFrame(rows), paradigm, lists=("number",), session="session",
        labels=("answer",), details=details,
    )  # fmt: skip


def read_pal_session(path: Path) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The rows of the table from the file of a session, and counts of what was left out.

    Practice lists are left out, and so are lists in which a pair was not tested. The answer is the last word that was
    said in the time after a probe, which is the one that the source scores.

    Raises
    ------
    InputError, DataError : no such file, or one without these columns.
    """
    events = read_text_table(path, missing=["n/a", ""]).astype(object)
    if lacks := [name for name in COLUMNS if name not in events]:
        raise DataError(f"{path} has no column {lacks[0]}; is it a file of events of PAL1 (task-PAL1_beh.tsv)?")
    for name in ("onset", "serialpos", "probepos", "list"):
        values = pd.to_numeric(events[name], errors="coerce")
        if (wrong := values.isna() & events[name].notna()).any():
            line = wrong.index[wrong][0]
            raise DataError(f"{path}, line {line}: {name} {events.loc[line, name]!r} is not a number")
        events[name] = values
    subject, session = entity(path, "sub"), entity(path, "ses")
    if subject is None or session is None:
        raise DataError(f"{path}: its name does not say subject and session (sub-..._ses-..._task-PAL1_beh.tsv)")
    left_out = {"lists_not_tested": 0, "studied_twice": 0}
    found = []
    for number, rows in events[events["list"] > 0].groupby("list", sort=True):
        study = rows[rows["trial_type"] == "STUDY_PAIR"]
        left_out["studied_twice"] += int(study["serialpos"].duplicated().sum())
        study = study.drop_duplicates("serialpos").sort_values("serialpos", kind="stable")
        probes = rows[rows["trial_type"] == "TEST_PROBE"].drop_duplicates("serialpos")
        said = rows[rows["trial_type"] == "REC_EVENT"]
        if sorted(probes["serialpos"]) != list(range(1, len(study) + 1)) or study.empty:
            left_out["lists_not_tested"] += 1
            continue
        cues, answers, times = [], [], []
        for probe in probes.sort_values("probepos", kind="stable").to_dict("records"):
            second = probe["probe_word"] == probe["study_2"]
            right = str(probe["study_1"] if second else probe["study_2"])
            words = said[(said["serialpos"] == probe["serialpos"]) & said["resp_word"].notna()]
            words = words[words["resp_word"] != NO_WORD]
            cues.append(int(probe["serialpos"]) * (-1 if second else 1))
            if words.empty:
                answers.append(NONE)
                times.append(-1)
                continue
            word = str(words["resp_word"].iloc[-1])
            answers.append(RIGHT if word == right else PASS if word == SPOKEN_PASS else "_".join(word.split()))
            times.append(round(1000 * (words["onset"].iloc[-1] - probe["onset"])))
        found.append({
            "subject": subject, "session": int(session), "list": int(float(str(number))),
            "words": " ".join(f"{one} {two}" for one, two in zip(study["study_1"], study["study_2"], strict=True)),
            "cues": " ".join(map(str, cues)), "answers": " ".join(answers), "rts": " ".join(map(str, times)),
        })  # fmt: skip
    return found, {name: count for name, count in left_out.items() if count}
