"""Data sets of recognition that are fetched: files in the format of their sources, whole and damaged."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from memsim import Judgments, load_curves, load_dataset
from memsim.core.errors import DataError
from memsim.data import load_summary
from memsim.data.datasets import buchler2008, confidence_database, diana_reder2006, reder2000
from memsim.data.datasets.confidence_database import parse
from memsim.data.fetch import ENVIRONMENT
from memsim.data.registered import DATASETS
from tests.data import recoded_tables
from tests.data.recoded_tables import shared_table

SOURCES = {
    "kantner2012_e1": ("KANTNER2012_E1", 21, 42), "kantner2012_e2": ("KANTNER2012_E2", 23, 46),
    "kantner2012_e3": ("KANTNER2012_E3", 73, 146), "kantner2010": ("KANTNER2010", 39, 39),
    "kantner2014_e2": ("KANTNER2014_E2", 37, 37), "fallow_unpub_1": ("FALLOW2015", 72, 72),
}  # fmt: skip
"""The data set in memsim, people in the recoded half, and tests of one condition."""


def invented_confidence(name: str, n_subjects: int = 3) -> pd.DataFrame:
    """Whole tests of people who press keys at random."""
    rng = np.random.default_rng(1)
    lengths = {"kantner2010": [75], "kantner2014_e2": [48, 38], "fallow_unpub_1": [96]}.get(name, [48, 48])
    rows = []
    for subject in range(1, n_subjects + 1):
        for cycle, length in enumerate(lengths, start=1):
            old = rng.permutation(np.repeat([1, 0], length))
            rows.append(pd.DataFrame({
                "dataset": name, "subject": subject, "condition": "words", "cycle": cycle,
                "stimulus_type": "face" if name == "kantner2014_e2" and cycle == 2 else "word",
                "item": [f"word_{i}" for i in rng.permutation(2 * length)], "old": old,
                "response": rng.integers(0, 2, 2 * length), "confidence": rng.integers(1, 4, 2 * length),
                "rt": rng.integers(300, 3000, 2 * length),
                "conf_rt": 400.0 if name == "kantner2014_e2" else np.nan,
            }))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def read_confidence(folder: Path, table: pd.DataFrame, condition: str | None = None) -> Judgments:
    attribute = SOURCES[table["dataset"].iloc[0]][0]
    dataset = getattr(confidence_database, attribute)
    source = confidence_database.SOURCES[dataset.name]
    path = folder / source.file.name
    path.write_text(recoded_tables.confidence(table))
    condition = dataset.condition(condition)
    return parse(path, source, condition, dataset.paradigm(condition))


def expected_ratings(table: pd.DataFrame) -> list[int]:
    return np.where(table["response"] == 1, 3 + table["confidence"], 4 - table["confidence"]).tolist()


@pytest.mark.parametrize("name", SOURCES)
def test_ratings_of_confidence(tmp_path: Path, name: str) -> None:
    table = invented_confidence(name)
    judgments = read_confidence(tmp_path, table)
    if name == "kantner2014_e2":
        table = table[table["stimulus_type"] == "word"]
    assert judgments.ratings.ravel().tolist() == expected_ratings(table)
    assert (judgments.trials.probe_kinds.ravel() == np.where(table["old"] == 1, "target", "lure")).all()
    assert judgments.times is not None and judgments.times.ravel() == pytest.approx(table["rt"] / 1000)
    assert judgments.trials.subjects.tolist() == [1, 2, 3]
    assert judgments.origin.details["study_order"] == "not recorded, drawn at random"  # type: ignore[union-attr]
    if name == "fallow_unpub_1":
        labels = judgments.trials.pool.labels
        assert labels[judgments.trials.probes.items[0, :2, 0]].tolist() == table["item"][:2].tolist()  # type: ignore
        assert judgments.trials.conditions["condition"].tolist() == ["words"] * 3


def test_order_of_study_says_nothing(tmp_path: Path) -> None:
    """The order in the list is another than that of the test, and the same whenever the file is read."""
    table = invented_confidence("kantner2012_e1")
    first, second = read_confidence(tmp_path, table), read_confidence(tmp_path, table)
    assert (first.trials.items == second.trials.items).all()
    tested = first.trials.last_presentations[0, :, 0]
    tested = tested[tested >= 0]
    assert abs(np.corrcoef(tested, np.arange(len(tested)))[0, 1]) < 0.5


def test_faces_and_words_are_conditions(tmp_path: Path) -> None:
    table = invented_confidence("kantner2014_e2")
    assert read_confidence(tmp_path, table, "faces").list_length == 38
    assert read_confidence(tmp_path, table, "words").list_length == 48


def test_a_number_of_two_people_is_left_out(tmp_path: Path) -> None:
    table = invented_confidence("kantner2012_e3", 4)
    table.loc[table["subject"] == 4, "subject"] = 3
    judgments = read_confidence(tmp_path, table)
    assert judgments.trials.subjects.tolist() == [1, 2]
    assert judgments.origin.details["subjects_without_whole_tests"] == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("name", SOURCES)
def test_recoded_ratings_of_confidence(tmp_path: Path, name: str) -> None:
    """Counts, and hits and false alarms against those of an independent computation."""
    table = shared_table("recognition_confidence", name)
    _, n_subjects, n_tests = SOURCES[name]
    judgments = read_confidence(tmp_path, table)
    assert (len(judgments.trials.subjects), len(judgments)) == (n_subjects, n_tests)
    kinds = judgments.trials.probe_kinds
    if name == "kantner2014_e2":
        assert judgments.n_answers + read_confidence(tmp_path, table, "faces").n_answers == len(table)
        table = table[table["stimulus_type"] == "word"]
    assert judgments.n_answers == len(table)
    for kind, old in (("target", 1), ("lure", 0)):
        assert judgments.called_old[kinds == kind].mean() == table[table["old"] == old]["response"].mean()


def whole(phases: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(phases, ignore_index=True)


def invented_buchler(subjects: tuple[int, ...] = (1, 20)) -> pd.DataFrame:
    """Pairs 1 to 50 are tested intact, 51 to 90 rearranged, 91 to 130 with one new word; 30 pairs are new."""
    rows = []
    for subject in subjects:
        first, second = [f"a{i}" for i in range(150)], [f"b{i}" for i in range(150)]
        rows.append(pd.DataFrame({"phase": "study", "position": range(1, 151), "condition": "match1and1",
                                  "word1": first, "word2": second, "subject": subject}))  # fmt: skip
        half = [("a", "n")] * 20 + [("n", "b")] * 20
        pairs = [(f"a{i}", f"b{i}") for i in range(50)] + [(f"a{i}", f"b{50 + (i - 49) % 40}") for i in range(50, 90)]
        pairs += [(f"{one}{i}", f"{two}{i}") for i, (one, two) in enumerate(half, start=90)]
        pairs += [(f"n{i}", f"m{i}") for i in range(200, 230)]
        probe = np.repeat(["intact", "rearranged", "old_new", "new_old", "new_new"], [50, 40, 20, 20, 30])
        answer = probe.copy().astype(object)
        answer[[0, 50]] = "new_new", "intact"
        answer[1] = "unspecified_other" if subject <= 13 else "invalid"
        rows.append(pd.DataFrame({
            "phase": "test", "position": range(1, 161), "condition": probe, "word1": [pair[0] for pair in pairs],
            "word2": [pair[1] for pair in pairs], "subject": subject, "probe": probe, "response": answer, "rt": 1500,
        }))  # fmt: skip
    return whole(rows)


def test_associative_recognition_with_five_answers(tmp_path: Path) -> None:
    path = tmp_path / "buchler2008_exp1.csv"
    path.write_text(recoded_tables.buchler(invented_buchler()))
    judgments = buchler2008.parse(path, buchler2008.TASK)
    kinds = judgments.trials.probe_kinds
    assert [int((kinds[0] == kind).sum()) for kind in ("intact", "rearranged", "half", "new")] == [50, 40, 40, 30]
    assert judgments.ratings[0, [0, 1, 2, 50, 51]].tolist() == [1, 1, 2, 2, 1]
    assert judgments.ratings[1, 1] == 0 and judgments.origin.details["answers_left_out"] == 1  # type: ignore
    assert judgments.trials.probes is not None
    labels = judgments.trials.probes.labels
    assert labels["answer"][:, 1].tolist() == ["unspecified_other", "invalid"]
    assert labels["answer"][0, [0, 50, 159]].tolist() == ["new_new", "intact", "new_new"]
    assert labels["right_answer"][0, [0, 50, 90, 110, 159]].tolist() == [
        "intact", "rearranged", "old_new", "new_old", "new_new",
    ]  # fmt: skip
    assert judgments.times is not None and judgments.times[0, 0] == 1.5 and np.isnan(judgments.times[1, 1])


def test_recoded_associative_recognition(tmp_path: Path) -> None:
    table = shared_table("buchler2008_associative_recognition")
    path = tmp_path / "buchler2008_exp1.csv"
    path.write_text(recoded_tables.buchler(table))
    judgments = buchler2008.parse(path, buchler2008.TASK)
    assert len(judgments) == 24
    assert judgments.n_answers == 24 * 160 - judgments.origin.details["answers_left_out"]  # type: ignore[union-attr]
    test = table[table["phase"] == "test"]
    assert (judgments.ratings == 2).sum() == (test["response"] == "intact").sum() == 935
    assert judgments.trials.probes is not None
    labels = judgments.trials.probes.labels
    of_condition = labels["condition"] == "match1and1"
    assert (judgments.ratings[of_condition] == 2).mean() == pytest.approx(0.5125)
    expected = test["probe"].replace({"new_new": "new", "old_new": "half", "new_old": "half"}).to_numpy()
    assert (judgments.trials.probe_kinds.ravel() != expected).sum() == 15, "a few new words had been studied"


def test_recoded_associative_answers(tmp_path: Path) -> None:
    """The five answers come back as they are in the recoded table, invalid keys included."""
    table = shared_table("buchler2008_associative_recognition")
    path = tmp_path / "buchler2008_exp1.csv"
    path.write_text(recoded_tables.buchler(table))
    probes = buchler2008.parse(path, buchler2008.TASK).trials.probes
    assert probes is not None
    assert probes.labels["answer"].ravel().tolist() == table[table["phase"] == "test"]["response"].tolist()


def invented_diana() -> pd.DataFrame:
    pictures = [f"picture{i}" for i in range(80)]
    study = pd.DataFrame({"phase": "study", "position": range(1, 41), "picture": pictures[:40], "word": "WORD",
                          "study_condition": "HighPicLowWord", "word_freq": "low", "rt": 500})  # fmt: skip
    test = pd.DataFrame({"phase": "test", "position": range(1, 81), "picture": pictures[::-1], "rt": 900,
                         "response": ["new"] * 40 + ["remember", "familiar"] * 20})  # fmt: skip
    return whole([study, test]).assign(subject=7)


def test_remember_and_familiar(tmp_path: Path) -> None:
    path = tmp_path / "diana2006_exp1.csv"
    path.write_text(recoded_tables.diana(invented_diana()))
    judgments = diana_reder2006.parse(path, diana_reder2006.TASK)
    assert judgments.ratings[0].tolist() == [1] * 40 + [3, 2] * 20
    assert (judgments.trials.probe_kinds[0] == ["lure"] * 40 + ["target"] * 40).all()
    assert judgments.called_old[0].sum() == 40 and judgments.trials.probes is not None
    assert judgments.trials.probes.labels["word_frequency"][0, [0, 79]].tolist() == ["", "low"]
    assert judgments.trials.pool.labels[judgments.trials.items[0, 0]] == "picture0"


def test_recoded_remember_and_familiar(tmp_path: Path) -> None:
    path = tmp_path / "diana2006_exp1.csv"
    path.write_text(recoded_tables.diana(shared_table("diana2006_recognition")))
    judgments = diana_reder2006.parse(path, diana_reder2006.TASK)
    assert len(judgments) == 12 and judgments.n_answers == 960
    kinds = judgments.trials.probe_kinds
    assert judgments.called_old[kinds == "target"].mean() == pytest.approx(0.80208, abs=6e-6)
    assert (judgments.ratings[kinds == "target"] == 3).mean() == pytest.approx(0.52917, abs=6e-6)
    assert judgments.called_old[kinds == "lure"].mean() == pytest.approx(0.13333, abs=6e-6)


def invented_reder() -> pd.DataFrame:
    """192 words, each shown twice in succession."""
    again = np.arange(384) % 2
    return pd.DataFrame({
        "subject": 3, "trial": range(1, 385), "word": [f"word{i // 2}" for i in range(384)], "word_freq": "low",
        "presentation": 1 + again, "response": np.where(again, "remember", "new"), "rt": 800,
    })  # fmt: skip


def test_continuous_recognition(tmp_path: Path) -> None:
    path = tmp_path / "reder2000_exp1.csv"
    path.write_text(recoded_tables.reder(invented_reder()))
    judgments = reder2000.parse(path, reder2000.TASK)
    assert judgments.ratings[0, :4].tolist() == [1, 3, 1, 3]
    assert judgments.trials.probe_kinds[0, :4].tolist() == ["lure", "target", "lure", "target"]


def test_recoded_continuous_recognition(tmp_path: Path) -> None:
    table = shared_table("reder2000_continuous_recognition")
    path = tmp_path / "reder2000_exp1.csv"
    path.write_text(recoded_tables.reder(table))
    judgments = reder2000.parse(path, reder2000.TASK)
    assert len(judgments) == 11 and judgments.n_answers == 4224
    assert (judgments.trials.probe_kinds.ravel() == np.where(table["old"] == 1, "target", "lure")).all()
    assert judgments.trials.probes is not None
    assert (judgments.trials.probes.labels["presentation"].ravel() == table["presentation"]).all()
    lag = np.arange(384) - judgments.trials.last_presentations[:, :, 0]
    old = judgments.trials.probe_kinds == "target"
    assert (lag[old] == table["lag"].to_numpy().reshape(lag.shape)[old]).all()


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    for text, message in (
        (recoded_tables.reder(invented_reder().iloc[:-1]), "has 383 rows of test, expected 384; is it the whole file"),
        (recoded_tables.reder(invented_reder()).replace("rep\n", "times\n"), "has no column rep; it has subject"),
        (recoded_tables.reder(invented_reder()).replace("3,1,1,", "3,1,x,", 1), "line 2: trial 'x' is not a number"),
    ):
        path.write_text(text)
        with pytest.raises(DataError, match=message):
            reder2000.parse(path, reder2000.TASK)
    table = invented_confidence("kantner2012_e1")
    with pytest.raises(DataError, match="has 49 old probes, expected 48"):
        table.loc[table["old"].eq(0).idxmax(), "old"] = 1
        read_confidence(tmp_path, table)
    with pytest.raises(DataError, match="holds no person with 96 probes"):
        read_confidence(tmp_path, table.iloc[:90])
    path.write_text(recoded_tables.buchler(invented_buchler().iloc[1:]))
    with pytest.raises(DataError, match="has 149 rows of study, expected 150"):
        buchler2008.parse(path, buchler2008.TASK)


FETCHED = [
    "aue2017", "buchler2008", "criss2011", "diana_reder2006", "fallow2015", "kantner2010", "kantner2012_e1",
    "kantner2012_e2", "kantner2012_e3", "kantner2014_e2", "reder2000",
]  # fmt: skip


@pytest.mark.parametrize("name", FETCHED)
def test_files_with_another_sum_and_without_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError("network is unreachable")

    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "cache")
    monkeypatch.setattr("requests.sessions.Session.request", refuse)
    dataset = DATASETS.get(name)
    assert not dataset.at_hand()
    with pytest.raises(DataError, match=r"could not be fetched .* from https://raw.githubusercontent.com/"):
        load_dataset(name)
    file = {"aue2017": "Exp01_OSF.csv", "criss2011": "criss2011_exp1.csv", "buchler2008": "buchler2008_exp1.csv",
            "diana_reder2006": "diana2006_exp1.csv", "reder2000": "reder2000_exp1.csv"}.get(name)  # fmt: skip
    (tmp_path / (file or confidence_database.SOURCES[name].file.name)).write_text("another file")
    with pytest.raises(DataError, match="is corrupt: its sha256"):
        load_dataset(name)


@pytest.mark.parametrize(("name", "statistic", "mean"), [
    ("kantner2012_e1", "target called old", 0.68353), ("kantner2012_e1", "lure called old", 0.24355),
    ("kantner2012_e1", "d_prime", 1.28517), ("kantner2012_e1", "area", 0.77821),
    ("kantner2012_e1", "zroc_slope", 0.61307), ("diana_reder2006", "target called old", 0.80208),
])  # fmt: skip
def test_shipped_summaries(name: str, statistic: str, mean: float) -> None:
    """Means over people by an independent computation from the same half of the people."""
    summary = load_summary(name).set_index("statistic")["mean"]
    assert summary[statistic] == pytest.approx(mean, abs=1.1e-5)


@pytest.mark.parametrize("name", FETCHED)
def test_curves_of_every_condition_ship(name: str) -> None:
    for condition in DATASETS.get(name).conditions:
        curves = load_curves(name, condition)
        assert len(curves) and not load_summary(name, condition).empty
        if name in confidence_database.SOURCES:
            assert "hits_by_serial_position" not in set(curves["curve"])
