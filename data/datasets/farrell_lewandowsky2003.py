"""Farrell & Lewandowsky (2003), Experiment 1: serial recall of six letters, phonologically similar or not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from memsim.core.arrays import INTRUSION, NONE
from memsim.core.errors import DataError
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.data.dataset import Dataset
from memsim.data.fetch import RemoteFile, fetch, local_path
from memsim.paradigms.serial_recall import SerialRecall

LENGTH = 6
FILE = RemoteFile(
    "Farrell.Lsky.normed1201.txt",
    "https://raw.githubusercontent.com/oberauer/BenchmarksWM/a50e7a96220a3f588e2626654731ce8270acbd89/"
    "BenchmarksWM.Data/BM8.1.PhonSimEffect/Farrell.Lsky.normed1201.txt",
    "c7d2d0530d81abc58d9cd3faf5a3127741097ce702c49d996b3acd28a4954afb",
)
CODES = {
    "dissimilar": 0, "similar": 1, "dissimilar_in_2": 2, "dissimilar_in_4": 3, "dissimilar_in_6": 4, "alternating": 5,
}  # fmt: skip
"""Codes of the conditions in the file. In ``dissimilar_in_2`` all letters but the second are similar; in
``alternating`` similar and dissimilar letters alternate, and the first is similar."""


def parse(path: Path, condition: str, paradigm: Paradigm) -> Recalls:
    """Read one condition. Each line is a list: subject, trial, condition, six item codes, six responses, six times.

    A response is the serial position of the recalled item; 0 is an omission, and a number above 6 an intrusion. Times
    in the file are ms from one response to the next; those of the recalls are seconds from the start of recall.
    """
    try:
        table = np.loadtxt(path, ndmin=2)
    except ValueError as error:
        raise DataError(f"{path}: {error}") from None
    if table.shape[1] != 3 + 3 * LENGTH:
        raise DataError(f"{path} has {table.shape[1]} columns, expected {3 + 3 * LENGTH}")
    rows = table[table[:, 2] == CODES[condition]]
    codes = rows[:, 3 + LENGTH : 3 + 2 * LENGTH].astype(np.int64)
    positions = np.where(codes > LENGTH, INTRUSION, np.where(codes <= 0, NONE, codes))
    seconds = np.cumsum(rows[:, 3 + 2 * LENGTH :] / 1000, axis=1)
    return Recalls.from_matrix(
        positions,
        LENGTH,
        subject=rows[:, 0].astype(np.int64),
        paradigm=paradigm,
        times=np.where(positions == NONE, np.nan, seconds),
        origin=Observed(details={"sha256": FILE.sha256}),
    )


def _read(condition: str, paradigm: Paradigm) -> Recalls:
    return parse(fetch(FILE), condition, paradigm)


FARRELL_LEWANDOWSKY2003 = Dataset(
    name="farrell_lewandowsky2003",
    title="Immediate forward serial recall of six letters, phonologically similar or not",
    authors="Farrell & Lewandowsky (2003)",
    citation="Farrell, S., & Lewandowsky, S. (2003). Dissimilar items benefit from phonological similarity in serial "
    "recall. Journal of Experimental Psychology: Learning, Memory, and Cognition, 29, 838-849.",
    doi="10.1037/0278-7393.29.5.838",
    conditions=dict.fromkeys(CODES, SerialRecall(list_length=LENGTH, presentation_time=1)),
    read=_read,
    at_hand=lambda: local_path(FILE) is not None,
    default="dissimilar",
    notes="20 subjects, about 500 lists in each condition; the letters are not recorded. The file does not "
    "hold the presentation time, which is taken to be 1 s. Downloaded on first use; its curves ship with memsim.",
)
