"""Buchler, Light & Reder (2008), Experiment 1: associative recognition of pairs whose words were in one or five."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from memsim.core.items import ItemPool
from memsim.core.judgments import UNANSWERED, Judgments
from memsim.core.origin import Observed
from memsim.core.probes import Probes
from memsim.core.trials import Paradigm, Trials
from memsim.data.dataset import Dataset
from memsim.data.fetch import fetch, local_path
from memsim.data.formats.prior_item_effects import file_of
from memsim.data.formats.remote_tables import read_columns, require_rows
from memsim.paradigms.associative_recognition import AssociativeRecognition

FILE = file_of("buchler2008_exp1.csv", "0038b716c127a8b808e01876c96a6b9b2baf656c51e9cf3a3f21f65330e1ec4c")
N_STUDY, N_TEST = 150, 160
CORRECT, UNCODED = 1, 0
KEYS = {2: "intact", 3: "rearranged", 4: "old_new", 5: "new_old", 6: "new_new"}
"""The five answers; ``old_new`` says that only the first word was studied."""
UNSPECIFIED = "unspecified_other"
"""An error of which the file does not say the key: those of the first people, but for intact and new_new."""
LAST_UNSPECIFIED = 13
INVALID = "invalid"
TASK = AssociativeRecognition(
    list_length=2 * N_STUDY, n_intact=50, n_rearranged=40, n_half=40, n_new=30, presentation_time=1
)


def parse(path: Path, paradigm: Paradigm) -> Judgments:
    """Read the file: 150 rows of study and 160 of test for each person.

    The answer ``intact`` is rated 2, the other four 1. The label ``answer`` of a probe holds the answer itself,
    ``right_answer`` the right one, and ``condition`` the name of the source: how a pair was studied (``match`` intact,
    ``swap`` rearranged, ``rep`` five times, ``new`` with a new word), and in how many different pairs each word was.
    Other keys than the five are left out and counted.
    """
    numbers = ["subject", "trial", "correct_resp", "acc_resp", "rt"]
    rows = read_columns(path, numbers, ["procedure", "condition", "word1", "word2"])
    rows = rows.sort_values(["subject", "trial"], kind="stable")
    study, test = (rows[rows["procedure"] == name] for name in ("study", "test"))
    require_rows(path, study.groupby("subject"), N_STUDY, "study")
    require_rows(path, test.groupby("subject"), N_TEST, "test")
    codes, names = pd.factorize(np.concatenate([each[["word1", "word2"]].to_numpy().ravel() for each in (study, test)]))
    n_studied = 2 * len(study)
    subject = test["subject"].to_numpy().reshape(-1, N_TEST)
    right, pressed = (test[name].to_numpy().reshape(-1, N_TEST) for name in ("correct_resp", "acc_resp"))
    answers = np.full(right.shape, INVALID, dtype=object)
    for code, answer in KEYS.items():
        answers[(pressed == code) | ((pressed == CORRECT) & (right == code))] = answer
    answers[(pressed == UNCODED) & (subject <= LAST_UNSPECIFIED)] = UNSPECIFIED
    ratings = np.where(answers == INVALID, UNANSWERED, np.where(answers == KEYS[2], 2, 1))
    labels = {
        "condition": test["condition"].to_numpy(dtype=object).reshape(right.shape),
        "answer": answers,
        "right_answer": np.array([KEYS.get(code, INVALID) for code in right.ravel()], dtype=object).reshape(
            right.shape
        ),
    }
    trials = Trials(
        codes[:n_studied].reshape(-1, 2 * N_STUDY).astype(np.int32),
        ItemPool(np.array(names, dtype=object)),
        paradigm,
        subject[:, 0].astype(np.int64),
        probes=Probes(codes[n_studied:].reshape(-1, N_TEST, 2), labels=labels),
    )
    seconds = test["rt"].to_numpy().reshape(right.shape) / 1000
    details = {"sha256": FILE.sha256, "answers_left_out": int((answers == INVALID).sum())}
    return Judgments(
        trials, ratings, np.where(ratings == UNANSWERED, np.nan, seconds), origin=Observed(details=details)
    )


BUCHLER2008 = Dataset(
    name="buchler2008",
    title="Associative recognition of pairs of words that were studied in one pair or in five",
    authors="Buchler, Light & Reder (2008)",
    citation="Buchler, N. G., Light, L. L., & Reder, L. M. (2008). Memory for items and associations: Distinct "
    "representations and processes in associative recognition. Journal of Memory and Language, 59, 183-199.",
    doi="10.1016/j.jml.2008.04.001",
    conditions={"experiment1": TASK},
    read=lambda condition, paradigm: parse(fetch(FILE), paradigm),
    at_hand=lambda: local_path(FILE) is not None,
    default="experiment1",
    notes="150 study trials and 160 probes with five answers; the judgment is whether the answer was intact, and the "
    "label answer holds all five. Of subjects 1 to 13 some wrong answers are not specified. A few words of new probes "
    "had been studied in other pairs (15 probes of 24 people). The file does not hold the presentation time, which is "
    "taken to be 1 s. Downloaded on first use; curves "
    "of half of the people ship with memsim.",
    design="some of their pairs were studied five times, and some of their words in five different pairs; the task "
    "draws each word into one pair, studied once",
)
