"""Reder et al. (2000), Experiment 1: continuous recognition of words, remember, know or new."""

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
from memsim.paradigms.continuous_recognition import ContinuousRecognition

FILE = file_of("reder2000_exp1.csv", "001254d7219d8db5ef08f13d4d23a28713c63989e85cf8892a0e9c33512da0d9")
LENGTH = 384
RATINGS = {"new": 1, "know": 2, "rem": 3}
LAGS = "0 1 2 4 7 11 14 18 22 28 34 40 47 55 66 80 101 160 256"
"""Lags of the task: sixteen quantiles of people's, and 0, 1 and 256, which are rare in them."""
TASK = ContinuousRecognition(list_length=LENGTH, lags=LAGS, ratings=3, presentations=10, presentation_time=1)


def parse(path: Path, paradigm: Paradigm) -> Judgments:
    """Read the file: 384 rows for each person, in the order of the test.

    New is rated 1, know 2, remember 3. Labels of the probes: ``word_frequency`` (``high``, ``low``), and
    ``presentation`` of the word, from 1. Whether a word is old follows from the sequence.
    """
    rows = read_columns(path, ["subject", "list", "trial", "rt", "rep"], ["stim", "freq", "resp"])
    rows = rows.sort_values(["subject", "list", "trial"], kind="stable")
    require_rows(path, rows.groupby("subject"), LENGTH, "test")
    shape = (-1, LENGTH)
    codes, names = pd.factorize(rows["stim"])
    items = codes.reshape(shape).astype(np.int32)
    ratings = rows["resp"].map(RATINGS).fillna(UNANSWERED).to_numpy().astype(np.int32).reshape(shape)
    labels = {
        "word_frequency": rows["freq"].str.removesuffix("freq").to_numpy(dtype=object).reshape(shape),
        "presentation": (1 + rows["rep"]).astype(int).to_numpy().reshape(shape),
    }
    trials = Trials(
        items,
        ItemPool(np.array(names, dtype=object)),
        paradigm,
        rows["subject"].to_numpy().reshape(shape)[:, 0].astype(np.int64),
        probes=Probes(items, labels=labels),
    )
    seconds = rows["rt"].to_numpy().reshape(shape) / 1000
    details = {"sha256": FILE.sha256, "answers_left_out": int((ratings == UNANSWERED).sum())}
    return Judgments(
        trials, ratings, np.where(ratings == UNANSWERED, np.nan, seconds), origin=Observed(details=details)
    )


REDER2000 = Dataset(
    name="reder2000",
    title="Continuous recognition of words of high and low frequency: remember, know, or new",
    authors="Reder et al. (2000)",
    citation="Reder, L. M., Nhouyvanisvong, A., Schunn, C. D., Ayers, M. S., Angstadt, P., & Hiraki, K. (2000). A "
    "mechanistic account of the mirror effect for word frequency: A computational model of remember-know judgments in "
    "a continuous recognition paradigm. Journal of Experimental Psychology: Learning, Memory, and Cognition, 26, "
    "294-320.",
    doi="10.1037/0278-7393.26.2.294",
    conditions={"experiment1": TASK},
    read=lambda condition, paradigm: parse(fetch(FILE), paradigm),
    at_hand=lambda: local_path(FILE) is not None,
    default="experiment1",
    notes="22 people, 384 judgments each of words shown 1 to 10 times: 1 new, 2 know, 3 remember. Words stayed until "
    "the answer; the task has 1 s for each. Downloaded on first use; curves "
    "of half of the people ship with memsim.",
    design="160 of their 192 words came once, 8 three times, 8 five times and 16 ten times, at lags up to 352; words "
    "of the task come again as often as there is room, up to ten times, at lags that are quantiles of people's",
)
