"""The entries on recall: their measures by hand, what is exact, and the long ones at a small size with given models."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim import Recalls, load_dataset
from memsim.core.errors import InputError
from memsim.core.simulation import simulate
from memsim.core.trials import Trials
from memsim.models import CMR, SAM, TCM
from memsim.paradigms import FreeRecall
from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.kinds import Kind
from memsim.reproductions.recall import howard_kahana1999, polyn2009
from memsim.reproductions.recall.beside_people import beside, first_responses, statistic
from memsim.reproductions.recall.kahana1996 import ASYMMETRY, CONTIGUITY, regularities
from memsim.reproductions.recall.list_length_shift import first_of_store
from memsim.reproductions.recall.murdock_means import models_in, words_recalled
from memsim.reproductions.recall.polyn2009 import OF_PEOPLE, clustering_of, labels_for
from memsim.reproductions.recall.roberts1972 import gain_of_people
from memsim.reproductions.recall.source_clustering import MEASURES, beyond_control, organisation
from memsim.reproductions.registered import REPRODUCTIONS
from memsim.reproductions.serial.farrell2013 import MODELS, marked
from memsim.reproductions.serial.serial_signatures import Signatures

ROOM = (
    "murdock1962-means", "kahana1996", "roberts1972", "grenfellessamward2012", "howardkahana1999", "polyn2009",
    "farrell2013",
)  # fmt: skip


def test_every_entry_says_what_it_waits_for() -> None:
    for name in ROOM:
        entry = REPRODUCTIONS.get(name)
        if name == "murdock1962-means":  # its print was read
            assert entry.waits_for == () and set(entry.kinds) == {Kind.PRINTED, Kind.PEOPLE, Kind.PREDICTION}
        else:
            assert entry.waits_for and set(entry.kinds) == {Kind.PEOPLE, Kind.PREDICTION}


def test_organisation_by_hand() -> None:
    recalls = Recalls.from_matrix([[1, 2, 3, 5, 0], [5, 1, 4, -1, 6]], 6)
    table = organisation(recalls, np.array([[0, 0, 1, 1, 0, 0]] * 2))
    # 1-2 (same run), 2-3, 3-5, 5-1 (same source, another run), 1-4; what touches an intrusion does not count.
    assert table.iloc[0].to_dict() == dict(zip(MEASURES, (2 / 5, 1 / 4, 1 / 4, 1.0), strict=True))
    control = table.assign(**{"same source": 0.3, "next word, other source": 0.9})
    found = beyond_control(table, control).iloc[0]
    assert found.to_list() == pytest.approx([0.1, 0.0, -0.1])


def test_an_item_that_was_recalled_is_no_next_word() -> None:
    recalls = Recalls.from_matrix([[2, 1, 3, 0]], 3)
    table = organisation(recalls, np.array([[0, 0, 1]]))
    # From 2 the next word is 3, of another source; from 1 it is 2, which was recalled before.
    assert np.isnan(table["next word, same source"].iloc[0]) and table["next word, other source"].iloc[0] == 0


def shifts(n_trials: int, subjects: int = 2) -> Trials:
    trials = FreeRecall(list_length=8).trials(n_trials, seed=1, subjects=subjects)
    rows = np.tile([[0, 0, 1, 1, 0, 0, 1, 1], [1, 1, 1, 0, 0, 0, 1, 1]], (n_trials, 1))[:n_trials]
    return replace(trials, source=rows.astype(np.int32))


def test_control_lists_take_the_labels_of_the_same_person() -> None:
    shifted, control = (
        simulate(TCM(), lists, 0) for lists in (shifts(6), FreeRecall(list_length=8).trials(8, 2, subjects=2))
    )
    labels = labels_for(control, shifted)
    for subject in control.trials.subjects:
        own = np.asarray(shifted.trials.source)[shifted.trials.subject == subject]
        given = labels[control.trials.subject == subject]
        assert (given == own[np.arange(len(given)) % len(own)]).all()


def test_a_model_without_sources_has_no_clustering_and_one_with_them_has() -> None:
    lists = simulate(TCM(), shifts(400), 0)
    none, _ = clustering_of(CMR(source_learning=0.0, shift_drift=0.0), lists, 0)
    assert (none == 0).all(axis=None), "the same responses, whatever the sources"
    strong, rates = clustering_of(CMR(source_learning=3.0, source_drift=0.9), lists, 0)
    assert strong["remote clustering"].mean() > 0.05 and rates.loc["same source", "shifts"] > 0.5


def test_first_responses_are_those_of_simulated_lists() -> None:
    task = FreeRecall(list_length=10, inter_item_distraction=4, retention_interval=8)
    exact = first_responses(TCM(), task)
    recalls = simulate(TCM(), task.trials(20_000, 0), 0)
    first = recalls.positions[:, 0]
    share = np.bincount(first[first > 0], minlength=11)[1:] / (first > 0).sum()
    assert exact.sum() == pytest.approx(1) and np.abs(exact - share).max() < 4 * 0.5 / 20_000**0.5
    with pytest.raises(InputError, match="SAM encodes at random"):
        first_responses(SAM(), task)


@pytest.mark.parametrize("length", [3, 4, 9])
def test_first_response_of_sam_is_a_word_of_its_store(length: int) -> None:
    recalls = simulate(SAM(), FreeRecall(list_length=length).trials(4_000, 0), 0)
    share = np.bincount(recalls.positions[:, 0], minlength=length + 1)[1:] / 4_000
    exact = first_of_store(SAM(), length)
    assert exact.sum() == pytest.approx(1) and np.abs(exact - share).max() < 4 * 0.5 / 4_000**0.5


def test_regularities_hold_in_all_conditions_or_not() -> None:
    people = pd.Series({-3: 0.04, -2: 0.08, -1: 0.15, 1: 0.4, 2: 0.13, 3: 0.09})
    flat, reversed_ = people.where(people.index != 3, 0.2), pd.Series(people.to_numpy()[::-1], people.index)
    shown = regularities({"a": {"x": people, "y": people}, "b": {"x": people, "y": flat}, "c": {"x": reversed_}})
    assert [shown[f"{name}: {CONTIGUITY}"] for name in "abc"] == [True, False, True]
    assert [shown[f"{name}: {ASYMMETRY}"] for name in "abc"] == [True, True, False]


def test_tolerances_are_intervals_of_people() -> None:
    gain = gain_of_people("20-1", "20-2")
    one, other = (statistic(each, "recalled") for each in ("20-1", "20-2"))
    assert gain["mean"] == other["mean"] - one["mean"]
    assert (gain["high"] - gain["low"]) / 2 == pytest.approx(1.96 * (one["sem"] ** 2 + other["sem"] ** 2) ** 0.5)
    found = beside("words", one, float(one["high"]), OF_PEOPLE)
    assert found.verdict == "reproduced" and found.kind is Kind.PEOPLE
    assert beside("words", one, float(one["high"]) + 1e-6, OF_PEOPLE).verdict == "differs"


def test_simple_at_its_published_fit_recalls_as_many_words_as_people() -> None:
    simple = models_in("10-2")["SIMPLE"]
    assert words_recalled(simple, "10-2", 0) == pytest.approx(statistic("10-2", "recalled")["mean"], abs=0.1)
    assert models_in("10-2")["SAM"].values() == models_in("40-1")["SAM"].values() and "CRU" in MODELS


@dataclass
class Given:
    """A fit that was not run."""

    model: Any
    aic: float = 0.0

    def of(self) -> Any:
        return self.model

    def to_frame(self) -> pd.DataFrame:
        return pd.DataFrame([{"model": type(self.model).__name__}])


def test_the_entry_on_distraction_with_a_given_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(howard_kahana1999, "jointly_fitted", lambda people, seed: Given(TCM()))
    monkeypatch.setattr(howard_kahana1999, "LISTS", 400)
    report = reproduce("howardkahana1999")
    findings = {each.quantity: each for each in report.outcome.findings}
    assert report.outcome.kinds == {"human data": 15, "prediction": 7}
    people = [each for name, each in findings.items() if name.startswith("people")]
    assert len(people) == 3 and all(each.verdict == "reproduced" for each in people)
    assert findings["TCM: first recall of the last word grows with distraction between the words"].obtained == 1
    assert len(report.outcome.draw().axes) == 6 and "waits_for" in report.manifest


def test_the_entry_on_sources_with_given_models(monkeypatch: pytest.MonkeyPatch) -> None:
    def given(shifted: Recalls, seed: int) -> dict[str, Given]:
        return {"CMR": Given(CMR(), 1.0), "CMR, no sources": Given(CMR(source_learning=0.0, shift_drift=0.0), 2.0)}

    few = load_dataset("peers_experiment1", "shift").trials.subjects[:8]

    def some(name: str, condition: str) -> Recalls:
        lists: Recalls = load_dataset(name, condition)
        return lists[np.isin(lists.trials.subject, few)]

    monkeypatch.setattr(polyn2009, "fits_of", given)
    monkeypatch.setattr(polyn2009, "load_dataset", some)
    monkeypatch.setattr(polyn2009, "ROUNDS", 2)
    report = reproduce("polyn2009")
    findings = {each.quantity: each for each in report.outcome.findings}
    assert report.outcome.kinds["prediction"] == 7 and 3 <= report.outcome.kinds["human data"] <= 6
    assert findings["CMR, no sources: clustering"].obtained == 0
    assert findings["CMR: sources predict the lists better"].obtained == 1
    assert report.outcome.tables["rates"].shape == (4, 7) and report.outcome.draw().axes


def test_a_number_near_the_end_of_the_interval_of_people_is_undecided() -> None:
    interval = pd.DataFrame({"mean": [0.5], "low": [0.4], "high": [0.6]}, index=["clustering"])
    rounds = {
        "inside": [0.5, 0.52, 0.48], "outside": [0.8, 0.81, 0.79], "at the end": [0.55, 0.6, 0.66],
    }  # fmt: skip
    table = polyn2009.compared(interval, {name: pd.DataFrame({"clustering": each}) for name, each in rounds.items()})
    assert table["verdict"].tolist() == ["", "pass", "fail", "undecided"]
    shown = polyn2009.marked(table)
    assert shown["passes"].tolist() == [None, True, False, None]
    assert shown["value"].tolist() == pytest.approx([0.5, 0.5, 0.8, 0.6033], abs=1e-3)


def test_fill_in_beside_the_range_of_data_sets() -> None:
    people = {name: pd.Series({"fill_in_ratio": 3.0, "near": 0.4}) for name in ("dissimilar", "similar")}
    model = Signatures(0.8, 0.1, 0.6, 12.0, 11.0, 13.0, 0.5, 1.0)
    table = marked(people, {"a model": model})
    assert table["passes"].tolist() == [True, False, True, False, False, True]
