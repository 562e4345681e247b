"""Cued recall of word pairs by patients with epilepsy (OpenNeuro ds005059, task PAL1)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from memsim.core.errors import InputError
from memsim.core.files.given_paths import given_path
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.data.dataset import Dataset
from memsim.data.formats.left_out import warn_left_out
from memsim.data.formats.pal_tables import FILES, pal_recalls, read_pal_session
from memsim.data.formats.peers_tables import shipped_table
from memsim.paradigms.cued_recall import CuedRecall

TABLE = "pal1.csv.gz"
SOURCE = "https://github.com/OpenNeuroDatasets/ds005059/tree/1be0ba9c8907e6aa0ec5dedb337b9d19063d00e6"
N_PAIRS = 6
TASK = CuedRecall(
    list_length=2 * N_PAIRS, direction="both", presentation_time=4, inter_item_distraction=0, retention_interval=20
)


def load_pal(root: str | Path) -> Recalls:
    """Cued recall of all lists of six pairs in a folder with the data set ds005059 of OpenNeuro.

    Raises
    ------
    InputError : no such folder, or none of its files in it.
    DataError : a file that is not one of PAL1.

    Warns
    -----
    DataWarning : lists were left out: of another length, or with a pair that was not tested.
    """
    root = given_path(root, "load_pal")
    if not (paths := sorted(Path(root).glob(FILES))):
        raise InputError(f"there is no {FILES} in {root}; name the folder with ds005059 of OpenNeuro")
    rows, left_out = [], dict[str, int]()
    for path in paths:
        found, counts = read_pal_session(path)
        rows += found
        for name, count in counts.items():
            left_out[name] = left_out.get(name, 0) + count
    if not rows:
        raise InputError(f"no file in {root} holds a list that was tested")
    recalls = pal_recalls(Path(root), pd.DataFrame(rows), TASK, source=SOURCE, files=len(paths), **left_out)
    warn_left_out(str(root), recalls.origin.details)  # type: ignore[union-attr]
    return recalls


def _read(_: str, paradigm: Paradigm) -> Recalls:
    return pal_recalls(Path(TABLE), shipped_table(TABLE), paradigm, source=SOURCE, shipped=TABLE)


PAL1 = Dataset(
    name="pal1",
    title="Cued recall of lists of six pairs of words, forward and backward, by patients with epilepsy",
    authors="OpenNeuro ds005059",
    citation="OpenNeuro ds005059 v1.0.6, task PAL1: paired associates during recordings of the brain. CC0.",
    doi="10.18112/openneuro.ds005059.v1.0.6",
    conditions={"pairs": TASK},
    read=_read,
    at_hand=lambda: True,
    default="pairs",
    notes="35 of 72 people. Each pair was studied for 4 s, with 1 s to the next; arithmetic for about 20 s; then each "
    "pair was probed once with one of its words, 5 s to say the other. Positions of study and of test have the same "
    "parity in every list, so that they are not independent. Accuracy goes from .02 to .99 between people; two of the "
    "72 had Spanish words. One person with lists of three pairs is left out. Times are from the probe to the answer.",
    design="positions of study and of test had the same parity in every list, so that study-test lags were odd; the "
    "task tests pairs in random order, at all lags",
)
