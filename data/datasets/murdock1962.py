"""Murdock (1962): immediate free recall of six combinations of list length and presentation rate."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import numpy as np

from memsim.core.arrays import INTRUSION
from memsim.core.errors import DataError
from memsim.core.free_recall import FreeRecall
from memsim.core.origin import Observed
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.data.dataset import Dataset
from memsim.data.fetch import RemoteFile, fetch, local_path

FOLDER = (
    "https://raw.githubusercontent.com/ContextLab/memory-models-course/6b9549b01d237333a148d68fc5f0efebec475da6/"
    + quote("content/assignments/Assignment_2:Search_of_Associative_Memory_Model/Murd62 data/")
)
SHA256 = {
    "10-2": "fec7a86b6ffe00900856c34db7fd2dee4f5e907eb5110c09a509577c785a3ed9",
    "15-2": "5386b18176d99ac9e5aeec9c5bced4a15298be8095c2612d5a3beaf8825df7f9",
    "20-1": "47fa265e049d65f58d61219b85ae8418bdfd0341aaf568b34db85e5e1557216c",
    "20-2": "4362f7f2e4dd21dd46a6e380606f64268a349b6d6fc30448cd7788d31b209e35",
    "30-1": "cbeaa4fbde09f388bcb443dcbc7588137496348753c6e4dd9a69b2aaa5d0e8b6",
    "40-1": "96fec8a672e49ca9e5cc53e33f6fcd3d1095e4d47148a1635ee000fe4ffdba87",
}
SUBJECTS, LISTS_EACH = 15, 80
INTRUSION_CODE = 88


def _task(length: int, seconds: float) -> FreeRecall:
    return FreeRecall(list_length=length, presentation_time=seconds, output_limit=min(length, 15))


TASKS = {
    "10-2": _task(10, 2), "15-2": _task(15, 2), "20-1": _task(20, 1), "20-2": _task(20, 2), "30-1": _task(30, 1),
    "40-1": _task(40, 1),
}  # fmt: skip
"""Words in a list, and seconds for each word, in the name of the condition."""


def _file(condition: str) -> RemoteFile:
    name = f"fr{condition}.txt"
    return RemoteFile(name, FOLDER + name, SHA256[condition])


def parse(path: Path, condition: str, paradigm: Paradigm) -> Recalls:
    """Read one file. Each line is a list: serial positions in output order.

    88 is an intrusion. Every other code above the list length (there are a few in 15-2, 30-1 and 40-1) is read as an
    intrusion too. The line ``0`` at the end of one file is not a list. Each subject has a block of 80 lines. Subjects
    are numbered over all conditions, 1 to 15 in 10-2 up to 76 to 90 in 40-1, as they are different people.
    """
    lists = []
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), start=1):
        try:
            codes = [int(code) for code in line.split()]
        except ValueError as error:
            raise DataError(f"{path}, line {number}: {error}") from None
        if codes and codes != [0]:
            lists.append(codes)
    if len(lists) != SUBJECTS * LISTS_EACH:
        raise DataError(f"{path} holds {len(lists)} lists, expected {SUBJECTS * LISTS_EACH}")
    codes_at = np.zeros((len(lists), max(map(len, lists))), dtype=np.int32)
    for row, codes in zip(codes_at, lists, strict=True):
        row[: len(codes)] = codes
    beyond = codes_at > paradigm.list_length
    details = {
        "sha256": SHA256[condition],
        "codes_read_as_intrusions": {
            "88": int((codes_at == INTRUSION_CODE).sum()),
            "other": int((beyond & (codes_at != INTRUSION_CODE)).sum()),
        },
    }
    return Recalls.from_matrix(
        np.where(beyond, INTRUSION, codes_at),
        paradigm.list_length,
        subject=np.repeat(np.arange(1, SUBJECTS + 1), LISTS_EACH) + SUBJECTS * list(TASKS).index(condition),
        paradigm=paradigm,
        origin=Observed(details=details),
    )


def _read(condition: str, paradigm: Paradigm) -> Recalls:
    return parse(fetch(_file(condition)), condition, paradigm)


MURDOCK1962 = Dataset(
    name="murdock1962",
    title="Immediate free recall of 10 to 40 words at 1 or 2 s each",
    authors="Murdock (1962)",
    citation="Murdock, B. B. (1962). The serial position effect of free recall. "
    "Journal of Experimental Psychology, 64, 482-488.",
    doi="10.1037/h0045106",
    conditions=TASKS,
    read=_read,
    at_hand=lambda: all(local_path(_file(condition)) is not None for condition in SHA256),
    notes="15 subjects with 80 lists each in every condition, different people in each (numbered 1 to 90); the words "
    "are not recorded; the record holds at most 15 responses for each list. Downloaded on first use; its curves ship "
    "with memsim.",
)
