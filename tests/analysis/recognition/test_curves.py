"""Curves of recognition against counts made by hand, and every analysis of judgments as table and figure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from memsim import ItemPool, Trials, simulate
from memsim.analysis import (
    ANALYSES,
    analyze,
    called_old,
    curve_table,
    curves_of,
    false_alarms_by_test_position,
    hits_by_lag,
    hits_by_list,
    hits_by_list_length,
    hits_by_presentations,
    hits_by_serial_position,
    hits_by_study_test_lag,
    hits_by_test_position,
    judged_frequency,
    mirror_effect,
    plot,
    points_by_label,
    ratio_of_mean_ratios,
    ratio_of_ratios,
    recognition_contiguity,
    save_figure,
)
from memsim.analysis.analyses import OF_RECOGNITION
from memsim.core.errors import InputError
from memsim.core.events import Event, Probe, Study
from memsim.core.judgments import Judgments
from memsim.core.probes import Probes
from memsim.models.recognition.signal_detection import UnequalVariance
from memsim.paradigms import Recognition
from tests.analysis.recognition.tasks import JudgedPairs

POOL = ItemPool.numbered(100)


@dataclass(frozen=True)
class TwoLists(Recognition):
    """Two lists, the first of three items, then a test."""

    @property
    def list_of_position(self) -> np.ndarray:
        return (np.arange(self.list_length) >= 3).astype(np.int32)


@dataclass(frozen=True)
class Continuous(Recognition):
    """Each item is judged and studied in turn."""

    @property
    def n_probes(self) -> int:
        return self.list_length

    def events(self) -> Iterator[Event]:
        for position in range(self.list_length):
            yield Probe(position)
            yield Study(position)


@dataclass(frozen=True)
class OftenRated(Recognition):
    """Judgments of frequency."""

    rates = "frequency"


@dataclass(frozen=True)
class HowOften(TwoLists):
    """Judgments of frequency in two lists."""

    rates = "frequency"


def judged(
    items: list[list[int]], probes: list[list[int]], answers: list[list[int]], task: type[Recognition] = Recognition,
    scale: int = 2, about: object = None, labels: Mapping[str, Any] = MappingProxyType({}),
) -> Judgments:  # fmt: skip
    n_targets = sum(probe in items[0] for probe in probes[0])
    n_lures = len(probes[0]) - n_targets
    design = task(list_length=len(items[0]), n_targets=min(n_targets, len(items[0])), n_lures=n_lures, ratings=scale)
    return Judgments(Trials(items, POOL, design, probes=Probes(probes, about, labels)), answers)


def test_places() -> None:
    # Lists 0 1 2 and 3 4; probes 4 (hit), 9 (false alarm), 0 (miss), 1 (no answer), 3 (hit).
    one = judged([[0, 1, 2, 3, 4]], [[4, 9, 0, 1, 3]], [[2, 2, 1, 0, 2]], task=TwoLists)
    by_position = hits_by_serial_position(one)
    assert by_position["actual"].tolist() == [1, 1, 0] and by_position["possible"].tolist() == [2, 1, 0]
    by_list = hits_by_list(one)
    assert by_list["list"].tolist() == [1, 2] and by_list["actual"].tolist() == [0, 2]
    by_length = hits_by_list_length(one)
    assert by_length["length"].tolist() == [2, 3] and by_length["possible"].tolist() == [2, 1]
    by_lag = hits_by_study_test_lag(one)  # 4: 0 + 0; 0: 4 + 2; 3: 1 + 4
    assert by_lag["lag"].tolist() == [0, 5, 6] and by_lag["actual"].tolist() == [1, 1, 0]
    assert hits_by_lag(one)["lag"].tolist() == [0, 1, 4]
    assert false_alarms_by_test_position(one)["possible"].tolist() == [0, 1, 0, 0, 0]
    blocks = hits_by_test_position(one, block=2)
    assert blocks["possible"].tolist() == [1, 1, 1] and blocks["actual"].tolist() == [1, 0, 1]
    with pytest.raises(InputError, match="recalled before|no recall of items"):
        hits_by_serial_position(one, recalled=True)


def test_continuous_recognition() -> None:
    # a b a c b c a d: lags a 1, b 2, c 1, a 3.
    sequence = [[0, 1, 0, 2, 1, 2, 0, 3]]
    one = judged(sequence, sequence, [[1, 2, 2, 1, 1, 2, 2, 1]], task=Continuous)
    by_lag = hits_by_lag(one)
    assert by_lag["lag"].tolist() == [1, 2, 3]
    assert by_lag["possible"].tolist() == [2, 1, 1] and by_lag["actual"].tolist() == [2, 0, 1]
    binned = hits_by_lag(one, edges=(1, 3, 10))
    assert binned["lag"].tolist() == [pytest.approx(4 / 3), 3] and binned["possible"].tolist() == [3, 1]
    times = hits_by_presentations(one)
    assert times["possible"].tolist() == [4, 3, 1] and times["actual"].tolist() == [1, 2, 1]
    assert list(curves_of(one.trials.paradigm)) == ["hits_by_lag", "false_alarms_by_test_position"]


def test_frequency_in_one_of_two_lists() -> None:
    one = judged([[0, 0, 1, 0, 1]], [[0, 0, 9]], [[3, 2, 1]], task=HowOften, about=[[0, 1, -1]], scale=4)
    found = judged_frequency(one)
    assert found["presentations"].tolist() == [0, 1, 2]
    assert found["judged"].tolist() == [0, 1, 2]


def test_contiguity() -> None:
    one = judged([[0, 1, 2, 3, 4]], [[2, 3, 0, 9, 1, 4]], [[4, 3, 1, 1, 4, 2]], scale=4)
    found = recognition_contiguity(one).set_index(["preceding", "distance"])
    # 3 after 2 (rated 4): hit at 1; 0 after 3 (rated 3): miss at 3; 1 follows a lure; 4 after 1 (rated 4): miss at 3.
    assert found.loc[("rated highest", "1"), ["actual", "possible"]].tolist() == [1, 1]
    assert found.loc[("rated highest", "2-3"), ["actual", "possible"]].tolist() == [0, 1]
    assert found.loc[("rated lower", "2-3"), ["actual", "possible"]].tolist() == [0, 1]
    assert found["possible"].sum() == 3


def test_mirror_and_labels() -> None:
    labels = {"frequency": [["low", "high", "low", "high"] * 2]}
    one = judged([[0, 1, 2, 3]], [[0, 1, 2, 3, 10, 11, 12, 13]], [[2, 2, 2, 1, 1, 2, 1, 1]], labels=labels)
    found = mirror_effect(one).iloc[0]
    assert found["prob"] == 0, "H(high) is not above F(high)"
    assert found["hit_difference"] == 0.5 and found["false_alarm_difference"] == 0.5
    assert called_old(one, label="frequency").set_index("probe")["prob"].to_dict() == {
        "target (high)": 0.5, "target (low)": 1, "lure (high)": 0.5, "lure (low)": 0,
    }  # fmt: skip
    with pytest.raises(InputError, match="no probe has the frequency 'rare'; the values are high, low"):
        mirror_effect(one, better="rare")
    with pytest.raises(InputError, match="label='length' is neither a label of probes nor a condition"):
        mirror_effect(one, label="length")
    with pytest.raises(InputError, match="label='length' is not a label of these probes, which have frequency"):
        called_old(one, label="length")


def test_ratio_of_ratios() -> None:
    rng = np.random.default_rng(0)
    items = np.array([[0, 0, 1, 2], [0, 0, 1, 1], [0, 1, 2, 3]] * 40)  # mixed, strong, weak
    probes = np.array([[0, 1, 8, 9]] * len(items))
    d = np.array([[2.0, 1.0, 0, 0], [2.0, 2.0, 0, 0], [1.0, 1.0, 0, 0]] * 40)
    ratings = 1 + (d + rng.normal(size=d.shape) > 0.7)
    task = Recognition(list_length=4, n_targets=2, n_lures=2)
    subject = np.repeat(np.arange(4), 30)
    people = Judgments(Trials(items, POOL, task, subject, probes=Probes(probes)), ratings)
    frame = ratio_of_ratios(people)
    again = (frame["mixed_strong"] / frame["mixed_weak"]) / (frame["pure_strong"] / frame["pure_weak"])
    assert frame["ratio"].dropna().to_numpy() == pytest.approx(again[frame["ratio"].notna()].to_numpy())
    pooled = ratio_of_mean_ratios(frame)
    assert pooled["low"] < pooled["ratio"] < pooled["high"] and pooled["n_subjects"] == 4
    assert pooled == ratio_of_mean_ratios(frame), "the seed decides"
    assert np.isnan(ratio_of_mean_ratios(frame.iloc[:0])["ratio"])


def test_pairs() -> None:
    task = JudgedPairs(list_length=6, n_probed=4)
    trials = Trials([[0, 1, 2, 3, 4, 5]], POOL, task, probes=Probes([[[0, 1], [2, 5], [4, 9], [8, 9]]]))
    one = Judgments(trials, [[2, 2, 1, 1]])
    assert called_old(one).set_index("probe")["prob"].to_dict() == {"intact": 1, "rearranged": 1, "half": 0, "new": 0}
    values = {
        lures: analyze(one, "detection_measures", lures=lures).set_index("measure").loc["false alarms", "value"]
        for lures in ("rearranged", "half", ("half", "rearranged"))
    }
    assert values == {"rearranged": 1, "half": 0, ("half", "rearranged"): 0.5}
    assert hits_by_serial_position(one)["possible"].tolist() == [1, 0, 0]
    with pytest.raises(InputError, match="lures='lure' is not a kind of lure in this task, which has rearranged"):
        analyze(one, "detection_measures", lures="lure")


@pytest.fixture(scope="module")
def people() -> Judgments:
    """Ratings of six simulated people, with two classes of probes and repeated items."""
    task = Recognition(list_length=8, n_targets=6, n_lures=6, ratings=6)
    plain = task.trials(60, seed=1, subjects=6)
    items = plain.items.copy()
    items[::3, 7] = items[::3, 6]  # mixed lists
    items[1::3, 4:] = items[1::3, :4]  # strong lists
    rng = np.random.default_rng(2)
    probes = np.concatenate((items[:, [0, 1, 2, 3, 6, 7]], rng.integers(900, 1000, (60, 6))), axis=1)
    probes = rng.permuted(probes, axis=1)
    labels = {"frequency": np.where(probes % 2, "low", "high")}
    trials = Trials(
        items, plain.pool, task, plain.subject, conditions={"half": np.arange(60) % 2},
        probes=Probes(probes, labels=labels),
    )  # fmt: skip
    made = simulate(UnequalVariance(criterion=0.5, criterion_spacing=0.5), trials, seed=3)
    assert isinstance(made, Judgments)
    return made


def as_frequency(judgments: Judgments) -> Judgments:
    """The same ratings, as judgments of frequency."""
    task = OftenRated(**judgments.trials.paradigm.values())
    return Judgments(replace(judgments.trials, paradigm=task), judgments.ratings)


@pytest.mark.parametrize("name", [analysis.name for analysis in OF_RECOGNITION])
def test_every_analysis_has_its_table_and_figure(name: str, people: Judgments, tmp_path: Path) -> None:
    entry = ANALYSES.get(name)
    if name == "judged_frequency":
        people = as_frequency(people)
    alone = analyze(people, name)
    assert {"subject", *filter(None, (entry.x, entry.value, entry.across, entry.panels))} <= set(alone)
    assert set(alone["subject"]) == set(range(1, 7))
    if "possible" in alone:
        assert (alone["actual"] <= alone["possible"]).all()
        assert alone["prob"].isna().equals(alone["possible"] == 0)
    for by in ((), ("half",)):
        if by and name == "ratio_of_ratios":
            continue
        figure = plot(analyze({"people": people, "others": people[:30]}, name, by=by), width=2)
        save_figure(figure, tmp_path / f"{name}.png")
    silent = Judgments(people.trials, np.zeros_like(people.ratings))
    empty = analyze({"people": silent}, name)
    assert empty.empty or empty[entry.value].isna().all()


def test_curve_tables(people: Judgments) -> None:
    curves = curve_table(people)
    names = [
        "hits_by_serial_position", "hits_by_test_position", "false_alarms_by_test_position", "roc",
        "hits_by_presentations",
    ]  # fmt: skip
    assert curves["curve"].unique().tolist() == names
    rows = curves[curves["curve"] == "roc"]
    assert rows["across"].notna().all() and curves[curves["curve"] != "roc"]["across"].isna().all()
    points = points_by_label({"people": curves, "model": curves}, ANALYSES.get("roc"), people=["people"])
    assert "false_alarms" in points
    plot(points)
    plot(points.drop(columns="false_alarms"))
    hits = points_by_label({"people": curves}, ANALYSES.get("hits_by_serial_position"))
    assert "across" not in hits
