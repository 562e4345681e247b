"""Diana & Reder (2006), Experiment 1: recognition of pictures that were studied with words, remember or familiar."""

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
from memsim.paradigms.recognition import Recognition

FILE = file_of("diana2006_exp1.csv", "1dff244a0b493ea15fc410a6969e8f43eaa1e8f85faa2f6bd3cb1acaae65def0")
N_STUDY, N_TEST = 40, 80
RATINGS = {"NEW": 1, "FAM": 2, "REM": 3}
TASK = Recognition(list_length=N_STUDY, n_targets=40, n_lures=40, ratings=3, presentation_time=1)


def parse(path: Path, paradigm: Paradigm) -> Judgments:
    """Read the file: 40 rows of study and 80 of test for each person.

    New is rated 1, familiar 2, remember 3. The label ``study_condition`` of an old picture is the frequency of the
    picture's name and of the word (``HighPicLowWord``, ...), ``word_frequency`` that of the word (``high``, ``low``).
    """
    rows = read_columns(path, ["subject", "trial", "rt"], ["stim1", "procedure", "resp", "freq"])
    rows = rows.sort_values(["subject", "trial"], kind="stable")
    rows["stim1"] = rows["stim1"].str.removesuffix(".pict")
    study, test = (rows[rows["procedure"] == name] for name in ("study", "test"))
    require_rows(path, study.groupby("subject"), N_STUDY, "study")
    require_rows(path, test.groupby("subject"), N_TEST, "test")
    codes, names = pd.factorize(np.concatenate((study["stim1"].to_numpy(), test["stim1"].to_numpy())))
    shape = (-1, N_TEST)
    ratings = test["resp"].map(RATINGS).fillna(UNANSWERED).to_numpy().astype(np.int32).reshape(shape)
    shown = study.set_index(["subject", "stim1"])
    key = pd.MultiIndex.from_frame(test[["subject", "stim1"]])
    labels = {
        "study_condition": shown["resp"].reindex(key).fillna("").to_numpy(dtype=object).reshape(shape),
        "word_frequency": shown["freq"].str.lower().reindex(key).fillna("").to_numpy(dtype=object).reshape(shape),
    }
    trials = Trials(
        codes[: len(study)].reshape(-1, N_STUDY).astype(np.int32),
        ItemPool(np.array(names, dtype=object)),
        paradigm,
        test["subject"].to_numpy().reshape(shape)[:, 0].astype(np.int64),
        probes=Probes(codes[len(study) :].reshape(shape), labels=labels),
    )
    seconds = test["rt"].to_numpy().reshape(shape) / 1000
    details = {"sha256": FILE.sha256, "answers_left_out": int((ratings == UNANSWERED).sum())}
    return Judgments(
        trials, ratings, np.where(ratings == UNANSWERED, np.nan, seconds), origin=Observed(details=details)
    )


DIANA_REDER2006 = Dataset(
    name="diana_reder2006",
    title="Recognition of pictures that were studied with words of high or low frequency: remember, familiar, or new",
    authors="Diana & Reder (2006)",
    citation="Diana, R. A., & Reder, L. M. (2006). The low-frequency encoding disadvantage: Word frequency affects "
    "processing demands. Journal of Experimental Psychology: Learning, Memory, and Cognition, 32, 805-815.",
    doi="10.1037/0278-7393.32.4.805",
    conditions={"experiment1": TASK},
    read=lambda condition, paradigm: parse(fetch(FILE), paradigm),
    at_hand=lambda: local_path(FILE) is not None,
    default="experiment1",
    notes="40 pictures studied, each with a word, and 80 tested: 1 new, 2 familiar, 3 remember. Subjects 9 and 20 were "
    "at chance, and are left out in analyses of those who gave the file. The file does not hold the presentation "
    "time, which is taken to be 1 s. Downloaded on first use; curves "
    "of half of the people ship with memsim.",
    design="each picture was studied with a word; items of the task are studied alone",
)
