"""Raw files of data sets of recognition and cued recall, as their sources have them, from tables of another form.

The tables have the columns of the recoded parts in the shared folder; small ones of invented people have them too.
"""

import io
from collections.abc import Callable

import numpy as np
import pandas as pd

from tests.conftest import shared_file


def shared_table(name: str, dataset: str = "") -> pd.DataFrame:
    """A recoded part of a data set, in which half of the people are; skips the test where it is missing."""
    table = pd.read_csv(
        shared_file(f"data/human/{name}_dev.csv.gz"), keep_default_na=False, na_values=[""], low_memory=False
    )
    return table[table["dataset"] == dataset].reset_index(drop=True) if dataset else table


def text_of(frame: pd.DataFrame, ends: str = "\n") -> str:
    """A file with commas, and ``NA`` for what is missing."""
    file = io.StringIO()
    frame.to_csv(file, index=False, na_rep="NA", lineterminator="\n")
    return file.getvalue().replace("\n", ends)


def confidence(table: pd.DataFrame) -> str:
    """A file of the Confidence Database; in one of them, old and new are coded 1 and 2, and items are named."""
    fallow = table["dataset"].iloc[0] == "fallow_unpub_1"
    new = 2 if fallow else 0
    raw = pd.DataFrame({"Subj_idx": table["subject"]})
    if fallow:
        raw["Condition"], raw["Stim_idx"] = table["condition"], table["item"]
    raw["Stimulus"] = np.where(table["old"] == 1, 1, new)
    raw["Response"] = np.where(table["response"] == 1, 1, new)
    raw["Confidence"] = table["confidence"]
    split = table["conf_rt"].notna().any()
    raw["RT_dec" if split else "RT_decConf"] = table["rt"] / 1000
    if not fallow:
        raw["Condition"] = table["condition"]
        raw["StimulusType"] = table["stimulus_type"].str.capitalize()
    return text_of(raw)


def buchler(table: pd.DataFrame) -> str:
    """The file of Buchler et al. (2008)."""
    keys = {"intact": 2, "rearranged": 3, "old_new": 4, "new_old": 5, "new_new": 6}
    right = table["probe"].map(keys)
    pressed = table["response"].map({**keys, "unspecified_other": 0, "invalid": 9})
    return text_of(pd.DataFrame({
        "subject": table["subject"], "procedure": table["phase"],
        "trial": table["position"] + 150 * (table["phase"] == "test"), "condition": table["condition"],
        "word1": table["word1"], "word2": table["word2"], "correct_resp": right,
        "acc_resp": pressed.where(pressed != right, 1), "rt": table["rt"],
    })).replace("NA", "")  # fmt: skip


def diana(table: pd.DataFrame) -> str:
    """The file of Diana & Reder (2006)."""
    answer = table["response"].map({"new": "NEW", "familiar": "FAM", "remember": "REM"})
    return text_of(pd.DataFrame({
        "subject": table["subject"], "stim1": table["picture"] + ".pict", "stim2": table["word"],
        "resp": table["study_condition"].where(table["phase"] == "study", answer), "rt": table["rt"],
        "freq": table["word_freq"].str.capitalize(), "procedure": table["phase"],
        "trial": table["position"] + 40 * (table["phase"] == "test"),
    }))  # fmt: skip


def reder(table: pd.DataFrame) -> str:
    """The file of Reder et al. (2000)."""
    return text_of(pd.DataFrame({
        "subject": table["subject"], "list": 1, "trial": table["trial"], "stim": table["word"],
        "freq": table["word_freq"] + "freq", "rt": table["rt"],
        "resp": table["response"].replace("remember", "rem"), "rep": table["presentation"] - 1,
    }))  # fmt: skip


def criss(table: pd.DataFrame) -> str:
    """A file of Criss et al. (2011): rows of study, and of test, in which the second word is missing."""
    number = int(table["dataset"].iloc[0][-1])
    code = table["outcome"].map({"incorrect": 0, "correct": 1, "none": 2})
    raw = pd.DataFrame({
        "encodingTASK" if number == 3 else "encodingtask": table["encoding_task"], "list": table["list"],
        "testtria": table["test_position"], "studytria": table["study_position"], "stim1": table["cue"],
        "stim2": table["target"], "newresp" if number == 3 else "responsecode": code, "subject": table["subject"],
        "cuefreq": table["cue_freq"], "targetfreq": table["target_freq"], "procedure": "study",
    })  # fmt: skip
    if number > 1:
        raw["response"] = table["response"]
    if number == 3:
        raw["cv"] = 1
        raw["whichblockfirst"] = table["context_variability"]
    test = raw.assign(procedure="test", stim2=np.nan)
    return text_of(pd.concat([raw, test]))


def aue(table: pd.DataFrame) -> str:
    """A file of Aue et al. (2017), whose lines end as on old Macintosh computers."""
    fourth = table["dataset"].iloc[0] == "aue2017_e4"
    raw = pd.DataFrame({
        "Ssn": table["subject"], "TestTrial": table["test_position"],
        "Cond": np.where(table["condition"] == "repeated_cue", 1, 2),
        "Study2Trial" if fourth else "StudyTrial": table["study_position"], "Cue": table["cue"],
        "Target": table["target"], "Resp": table["response"], "nCorr": (table["outcome"] == "correct").astype(int),
        "NoRec": (table["outcome"] == "none").astype(int),
    })  # fmt: skip
    raw["RT" if fourth else "Conf"] = table["rt" if fourth else "confidence"]
    return text_of(raw, "\r")


WRITERS: dict[str, Callable[[pd.DataFrame], str]] = {
    "confidence": confidence, "buchler": buchler, "diana": diana, "reder": reder, "criss": criss, "aue": aue,
}  # fmt: skip
