"""Six sets of item recognition with ratings of confidence, from a copy of the Confidence Database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from memsim.core.arrays import BoolArray, IntArray
from memsim.core.errors import DataError
from memsim.core.items import ItemPool
from memsim.core.judgments import UNANSWERED, Judgments
from memsim.core.origin import STUDY_ORDER, Observed
from memsim.core.probes import Probes
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials
from memsim.data.dataset import Dataset
from memsim.data.fetch import RemoteFile, fetch, local_path
from memsim.data.formats.remote_tables import read_columns
from memsim.paradigms.recognition import Recognition

ADDRESS = (
    "https://raw.githubusercontent.com/nmningmei/decoding_confidence_dataset/"
    "ab330d4f6ba093aa65efa10ad26143eecf454a61/data/"
)
DATABASE = (
    "Data: Rahnev, D., Desender, K., Lee, A. L. F., et al. (2020). The Confidence Database. Nature Human Behaviour, 4, "
    "317-325."
)
ORDER_SEED = 1
"""Seed of the order of study, which is not known."""


@dataclass(frozen=True)
class Source:
    """How a file of the database is read.

    Parameters
    ----------
    file : the file, with its sum.
    lengths : words studied, by condition of the data set.
    old, new : codes of old and new, for words and for answers.
    stimulus : value of ``StimulusType`` by condition, where conditions are kinds of stimuli; else empty.
    columns : text columns that are kept as conditions of the lists, by their name in the file.
    time : column of the time of the answer, in seconds.
    items : column that names the items; empty if they are not recorded.
    """

    file: RemoteFile
    lengths: Mapping[str, int]
    old: int = 1
    new: int = 0
    stimulus: Mapping[str, str] | None = None
    columns: Mapping[str, str] | None = None
    time: str = "RT_decConf"
    items: str = ""


def parse(path: Path, source: Source, condition: str, paradigm: Paradigm) -> Judgments:
    """Read one condition. A trial is the test of one study list; several tests of a person follow one another.

    The order of study is not recorded. Old items stand in the list in a random order (with a fixed seed), so that no
    measure by serial position says anything. Items without a name are numbered anew in each test. A person with other
    than whole tests is left out, and counted in the details (one number was given to two people).
    """
    columns = source.columns or {}
    texts = [*columns, *([source.items] if source.items else []), *(["StimulusType"] if source.stimulus else [])]
    rows = read_columns(path, ["Subj_idx", "Stimulus", "Response", "Confidence", source.time], texts)
    if source.stimulus:
        rows = rows[rows["StimulusType"].str.casefold() == source.stimulus[condition]]
    n_probes, length = paradigm.n_probes, paradigm.list_length
    sizes = rows.groupby("Subj_idx", sort=False)["Stimulus"].transform("size")
    most = n_probes * (1 if source.stimulus else max(1, round(sizes.mode().iloc[0] / n_probes)))
    left_out = rows[sizes != most]["Subj_idx"].nunique()
    rows = rows[sizes == most]
    if rows.empty or len(rows) % n_probes:
        raise DataError(f"{path} holds no person with {n_probes} probes in each test; is it the whole file?")
    shape = (-1, n_probes)
    old = rows["Stimulus"].to_numpy().reshape(shape) == source.old
    if (old.sum(axis=1) != length).any():
        row = int(np.argmax(old.sum(axis=1) != length))
        raise DataError(
            f"{path}: test {row + 1} has {old[row].sum()} old probes, expected {length}; is it the whole file?"
        )
    first = rows.iloc[::n_probes]
    pool, items = _items(rows, source, old)
    studied = items[old].reshape(-1, length)
    studied = stream(ORDER_SEED, "order of study").permuted(studied, axis=1)
    said_old = rows["Response"].to_numpy().reshape(shape) == source.old
    said_new = rows["Response"].to_numpy().reshape(shape) == source.new
    confidence = rows["Confidence"].to_numpy().reshape(shape)
    rated = (said_old | said_new) & np.isin(confidence, (1, 2, 3))
    safe = np.where(rated, confidence, 1).astype(np.int32)
    ratings = np.where(rated, np.where(said_old, 3 + safe, 4 - safe), UNANSWERED)
    times = np.where(rated, rows[source.time].to_numpy().reshape(shape), np.nan)
    details = {
        "sha256": source.file.sha256,
        STUDY_ORDER: "not recorded, drawn at random",
        "answers_left_out": int((~rated).sum()),
        "subjects_without_whole_tests": int(left_out),
    }
    trials = Trials(
        studied, pool, paradigm, first["Subj_idx"].to_numpy().astype(np.int64),
        conditions={name: first[column].to_numpy(dtype=object) for column, name in columns.items()},
        probes=Probes(items),
    )  # fmt: skip
    return Judgments(trials, ratings, times, origin=Observed(details=details))


def _items(rows: pd.DataFrame, source: Source, old: BoolArray) -> tuple[ItemPool, IntArray]:
    """The pool, and (n_tests, n_probes) the item of each probe."""
    if source.items:
        codes, labels = pd.factorize(rows[source.items])
        return ItemPool(np.array(labels, dtype=object)), codes.reshape(old.shape).astype(np.int32)
    return ItemPool.numbered(old.shape[1]), np.tile(np.arange(old.shape[1], dtype=np.int32), (len(old), 1))


def _task(length: int) -> Recognition:
    return Recognition(list_length=length, n_targets=length, n_lures=length, ratings=6)


SOURCES: dict[str, Source] = {}
"""How the file of each data set is read."""


def _dataset(name: str, title: str, authors: str, citation: str, doi: str, notes: str, source: Source) -> Dataset:
    SOURCES[name] = source
    tasks: dict[str, Paradigm] = {condition: _task(length) for condition, length in source.lengths.items()}
    return Dataset(
        name=name,
        title=title,
        authors=authors,
        citation=f"{citation} {DATABASE}",
        doi=doi,
        conditions=tasks,
        read=lambda condition, paradigm: parse(fetch(source.file), source, condition, paradigm),
        at_hand=lambda: local_path(source.file) is not None,
        default=next(iter(tasks)),
        notes=f"{notes} Ratings are from 1, sure new, to 6, sure old. The order of study is not recorded: old items "
        "are in a random order. Downloaded on first use; curves "
        "of half of the people ship with memsim.",
    )


def _file(name: str, sha256: str) -> RemoteFile:
    return RemoteFile(f"data_{name}.csv", f"{ADDRESS}data_{name}.csv", sha256)


CONDITION = {"Condition": "condition"}
KANTNER2012 = (
    "Kantner, J., & Lindsay, D. S. (2012). Response bias in recognition memory as a cognitive trait. Memory & "
    "Cognition, 40, 1163-1177."
)
KANTNER2012_E1 = _dataset(
    "kantner2012_e1", "Recognition of words in two cycles, 10 minutes apart, ratings of confidence",
    "Kantner & Lindsay (2012)", KANTNER2012, "10.3758/s13421-012-0226-0",
    "Experiment 1: 48 words studied and 96 tested in each of two cycles (lists 1 and 2).",
    Source(_file("Kantner_2012_E1", "09b2006168f68fbb4748f75ac2a12feebb80455ed50fdd0dab24a746b84717c8"), {"all": 48}),
)  # fmt: skip
KANTNER2012_E2 = _dataset(
    "kantner2012_e2", "Recognition of words in two cycles, a week apart, ratings of confidence",
    "Kantner & Lindsay (2012)", KANTNER2012, "10.3758/s13421-012-0226-0",
    "Experiment 2: 48 words studied and 96 tested in each of two cycles (lists 1 and 2).",
    Source(_file("Kantner_2012_E2", "0306becf8caea8c2a7fade97c661991b2c8bd5fc4527cc6b3019a5ba9d3419a0"), {"all": 48}),
)  # fmt: skip
KANTNER2012_E3 = _dataset(
    "kantner2012_e3", "Recognition of words or paintings in two cycles, ratings of confidence",
    "Kantner & Lindsay (2012)", KANTNER2012, "10.3758/s13421-012-0226-0",
    "Experiment 3: words or paintings in either cycle (condition). Number 47 was given to two people, who are left "
    "out.",
    Source(_file("Kantner_2012_E3", "52445f189556bb4e436a3e72e5b81e944241004a08f88761fd3f159a747fad1b"), {"all": 48},
           columns={**CONDITION, "StimulusType": "stimulus_type"}),
)  # fmt: skip
KANTNER2010 = _dataset(
    "kantner2010", "Recognition of words with and without feedback, ratings of confidence",
    "Kantner & Lindsay (2010)",
    "Kantner, J., & Lindsay, D. S. (2010). Can corrective feedback improve recognition memory? Memory & Cognition, 38, "
    "389-406.", "10.3758/MC.38.4.389",
    "Experiment 4: 75 words studied and 150 tested, with or without feedback; in the conditions big and small, old and "
    "new words differ in the size of the thing.",
    Source(_file("Kantner_2010", "35ac1de57810b83c215b4427f057f361954a01bbceb84e5a06ff6189209e289c"), {"all": 75},
           columns=CONDITION),
)  # fmt: skip
KANTNER2014_E2 = _dataset(
    "kantner2014_e2", "Recognition of words and of faces, answered old or new and then 1 to 3",
    "Kantner & Lindsay (2014)",
    "Kantner, J., & Lindsay, D. S. (2014). Cross-situational consistency in recognition memory response bias. "
    "Psychonomic Bulletin & Review, 21, 1272-1280.", "10.3758/s13423-014-0608-3",
    "Experiment 2: 38 of 76 faces and 48 of 96 words studied. Times are those of the answer old or new.",
    Source(_file("Kantner_2014_E2", "c109aac7d1de06ed00092cf00ce4bb3c46eff49dc9c5ee4d4480e2931243524b"),
           {"words": 48, "faces": 38}, stimulus={"words": "word", "faces": "face"}, time="RT_dec"),
)  # fmt: skip
FALLOW2015 = _dataset(
    "fallow2015", "Recognition of words, paintings or faces, ratings of confidence",
    "Fallow (2015)", "Fallow, K. M. (2015). Unpublished data (Fallow_unpub_1).", "10.1038/s41562-019-0813-1",
    "96 of 192 items studied (1 s, and 0.9 s to the next): words, paintings or faces, of different people (condition).",
    Source(_file("Fallow_unpub_1", "ef31ef883f459ce7cead95db5f6f350d9bd0e3ffa4cdb94b6ac01ecceb4b6712"), {"all": 96},
           old=1, new=2, columns=CONDITION, items="Stim_idx"),
)  # fmt: skip
