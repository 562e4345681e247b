"""Human data: shipped curves, data sets, and files that are missing, corrupt or out of reach."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from memsim import Recalls, load_curves, load_dataset
from memsim.analysis import curve_table, summary_table
from memsim.core.errors import DataError, InputError, UnknownNameError
from memsim.core.origin import Simulated
from memsim.data import load_summary
from memsim.data.datasets.murdock1962 import MURDOCK1962, parse
from memsim.data.fetch import ENVIRONMENT
from memsim.data.registered import DATASETS
from memsim.paradigms import FreeRecall
from tests.conftest import observed, shared_file

CONDITIONS = list(MURDOCK1962.conditions)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache, and no network."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError("network is unreachable")

    cache = tmp_path / "cache"
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr("pooch.os_cache", lambda name: cache)
    monkeypatch.setattr("requests.sessions.Session.request", refuse)
    return cache


@pytest.mark.parametrize(
    ("name", "condition", "lists", "length", "subjects"),
    [("peers_notask", None, 3528, 16, 126), ("Morton-2013", None, 1920, 24, 40), ("morton2013", "Pure", 720, 24, 40)],
)
def test_psifr_data_sets(name: str, condition: str | None, lists: int, length: int, subjects: int) -> None:
    recalls = load_dataset(name, condition)
    assert (len(recalls), recalls.list_length, len(recalls.trials.subjects)) == (lists, length, subjects)
    assert "Kahana" in observed(recalls).citation


def test_murdock_from_the_original_files(murdock_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two original files, found by the environment variable and checked byte for byte."""
    monkeypatch.setenv(ENVIRONMENT, str(murdock_files))
    recalls = load_dataset("murdock1962", condition="20-1")
    assert len(recalls) == 1200 and recalls.trials.subjects.tolist() == list(range(31, 46))
    assert recalls.positions[0, :10].tolist() == [20, 19, 13, 18, 1, 9, 2, 17, 16, -1]
    assert (~recalls.stopped).sum() == 1
    assert observed(recalls).details["codes_read_as_intrusions"] == {"88": 926, "other": 0}
    other = load_dataset("murdock1962", condition="10-2")
    assert len(other) == 1200, "its last line is not a list"
    assert not set(other.trials.subjects) & set(recalls.trials.subjects), "different people in each condition"


@pytest.mark.parametrize("condition", CONDITIONS)
def test_shipped_curves_are_those_of_the_data(murdock_matrix: pd.DataFrame, condition: str) -> None:
    rows = murdock_matrix[murdock_matrix["condition"] == condition]
    paradigm = MURDOCK1962.paradigm(condition)
    matrix = rows.filter(regex=r"^r\d+$").to_numpy()
    recalls = Recalls.from_matrix(matrix, paradigm.list_length, subject=rows["subject"], paradigm=paradigm)
    for table, shipped in ((curve_table, load_curves), (summary_table, load_summary)):
        pd.testing.assert_frame_equal(table(recalls).round(6), shipped("murdock1962", condition), check_dtype=False)


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize(
    ("file", "curve", "x", "column"),
    [("spc", "serial_position_curve", "position", "mean"),
     ("pfr", "probability_of_nth_recall", "position", "mean_first_listitem"),
     ("crp", "lag_crp", "lag", "mean")],
)  # fmt: skip
def test_shipped_curves_equal_independent_targets(condition: str, file: str, curve: str, x: str, column: str) -> None:
    target = pd.read_csv(shared_file(f"data/targets/free_recall_{file}.csv"))
    target = target[(target["dataset"] == "murdock1962") & (target["cond"] == condition)]
    shipped = load_curves("murdock1962", condition)
    both = shipped[shipped["curve"] == curve].merge(target, left_on="x", right_on=x, suffixes=("", "_target"))
    assert len(both) == len(target) >= MURDOCK1962.conditions["10-2"].list_length
    expected = both[column if column in both and column != "mean" else "mean_target"]
    assert np.allclose(both["mean"], expected, atol=6e-6, equal_nan=True)


def test_landmarks_of_murdock_work_offline(no_network: Path) -> None:
    """Position 1, last, CRP -1 and +1, intrusions per list: typed in from an independent computation."""
    landmarks = {
        "10-2": (0.70, 0.96, 0.224, 0.522, 0.45), "15-2": (0.63, 0.97, 0.203, 0.460, 0.63),
        "20-1": (0.46, 0.95, 0.145, 0.444, 0.77), "20-2": (0.54, 0.94, 0.158, 0.436, 0.69),
        "30-1": (0.44, 0.95, 0.129, 0.395, 0.96), "40-1": (0.31, 0.95, 0.107, 0.372, 0.97),
    }  # fmt: skip
    for condition, (first, last, backward, forward, intrusions) in landmarks.items():
        curves = load_curves("murdock1962", condition)
        spc = curves[curves["curve"] == "serial_position_curve"]["mean"]
        crp = curves[curves["curve"] == "lag_crp"].set_index("x")["mean"]
        assert (spc.iloc[0], spc.iloc[-1]) == pytest.approx((first, last), abs=0.0051)
        assert (crp[-1], crp[1]) == pytest.approx((backward, forward), abs=0.00051)
        summary = load_summary("murdock1962", condition).set_index("statistic")["mean"]
        assert summary["intrusions"] == pytest.approx(intrusions, abs=0.0051)


def test_codes_above_the_list_length_and_the_last_line(tmp_path: Path) -> None:
    """15-2 holds a code above the list length, 10-2 ends in a line that is not a list, and 88 is an intrusion."""
    path = tmp_path / "fr15-2.txt"
    path.write_text("15 16 88 1 \r\n" * 1200 + "0 ")
    recalls = parse(path, "15-2", MURDOCK1962.paradigm("15-2"))
    assert recalls.positions[0].tolist() == [15, -1, -1, 1] and len(recalls) == 1200
    assert observed(recalls).details["codes_read_as_intrusions"] == {"88": 1200, "other": 1200}
    path.write_text("1 2\n" * 7)
    with pytest.raises(DataError, match="holds 7 lists, expected 1200"):
        parse(path, "15-2", MURDOCK1962.paradigm("15-2"))
    path.write_text("1 two\n")
    with pytest.raises(DataError, match="line 1.*'two'"):
        parse(path, "15-2", MURDOCK1962.paradigm("15-2"))


def test_no_network(no_network: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_dataset("murdock1962", "30-1")
    message = str(caught.value)
    assert "fr30-1.txt could not be fetched" in message and ENVIRONMENT in message and "unreachable" in message


def test_a_folder_that_is_not_there(no_network: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(no_network / "nowhere"))
    with pytest.raises(DataError, match="MEMSIM_DATA names .*nowhere, which is not a folder"):
        load_dataset("murdock1962", "20-1")


def test_corrupt_cache(no_network: Path, murdock_files: Path) -> None:
    no_network.mkdir()
    shutil.copy(murdock_files / "fr20-1.txt", no_network)
    assert len(load_dataset("murdock1962", "20-1")) == 1200
    (no_network / "fr20-1.txt").write_text("1 2 3\n")
    with pytest.raises(DataError, match=r"fr20-1.txt is corrupt: its sha256 is .*delete it and load again"):
        load_dataset("murdock1962", "20-1")


def test_a_download_is_checked_and_cached(
    no_network: Path, murdock_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = murdock_files / "fr20-2.txt"
    asked = []

    def download(self: object, url: str, output: str, pooch: object, **options: object) -> None:
        asked.append(url)
        shutil.copy(served, output)

    monkeypatch.setattr("pooch.downloaders.HTTPDownloader.__call__", download)
    assert len(load_dataset("murdock1962", "20-2")) == 1200
    assert len(load_dataset("murdock1962", "20-2")) == 1200
    assert len(asked) == 1 and asked[0].endswith("Murd62%20data/fr20-2.txt")
    assert "/6b9549b01d237333a148d68fc5f0efebec475da6/" in asked[0]
    with pytest.raises(DataError, match="fr20-1.txt could not be fetched.*hash"):
        load_dataset("murdock1962", "20-1")  # the server gives the other file
    assert not (no_network / "fr20-1.txt").exists()


def test_psifr_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memsim.data.datasets.psifr_tables.find_spec", lambda name: None)
    with pytest.raises(DataError, match="pip install psifr"):
        load_dataset("peers_notask")


def test_condition_in_the_name() -> None:
    pd.testing.assert_frame_equal(load_curves("Murdock1962:30-1"), load_curves("murdock1962", "30-1"))


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'murdock1962'"):
        load_dataset("murdoch1962")
    with pytest.raises(InputError, match="has the conditions 10-2, 15-2"):
        load_dataset("murdock1962")
    with pytest.raises(InputError, match="no condition '20-3'; did you mean '20-"):
        load_dataset("murdock1962", "20-3")
    with pytest.raises(InputError, match="no curves of morton2013 ship"):
        load_curves("morton2013")


def test_a_data_set_must_be_of_people() -> None:
    simulated = Recalls.from_matrix([[1]], 2, origin=Simulated("TCM"))
    dataset = replace(DATASETS.get("peers_notask"), read=lambda condition, paradigm: simulated)
    with pytest.raises(DataError, match="peers_notask:all gives recalls of the model TCM, not of people"):
        dataset.load()


def test_every_data_set_has_a_citation() -> None:
    for name in DATASETS.names():
        dataset = DATASETS.get(name)
        assert dataset.name == name and dataset.doi.startswith("10.") and dataset.citation and dataset.notes


@pytest.mark.parametrize(
    ("condition", "lists", "first", "last"),
    [("immediate", 570, 0.72082, 0.91043), ("delayed_16", 570, 0.7587, 0.64891),
     ("continual_16", 570, 0.50201, 0.70841)],
)  # fmt: skip
def test_peers_experiment2(condition: str, lists: int, first: float, last: float) -> None:
    """Recall at both ends by an independent computation from the same table."""
    recalls = load_dataset("peers_experiment2", condition)
    assert len(recalls) == lists and len(recalls.trials.subjects) == 39
    curve = curve_table(recalls).query("curve == 'serial_position_curve'")["mean"].to_numpy()
    assert curve[[0, -1]] == pytest.approx([first, last], abs=6e-6)
    seconds = float(condition.split("_")[1]) if "_" in condition else 0.0
    task = recalls.trials.paradigm
    assert isinstance(task, FreeRecall) and task.retention_interval == seconds
    assert task.inter_item_distraction == task.initial_distraction == (seconds if condition[0] == "c" else 0)
    assert recalls.times is not None and recalls.trials.session is not None
    assert recalls.trials.pool.labels[recalls.trials.items[0, 0]].isupper()
