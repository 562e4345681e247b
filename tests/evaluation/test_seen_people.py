"""A network is not scored as held out on people whom its record says that it was trained on."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsim import MemoryModel, Recalls, load_dataset, simulate
from memsim.commands.main import main
from memsim.core.errors import DataWarning, InputError
from memsim.core.joint_recalls import JointRecalls, warn_of_shared_labels
from memsim.core.origin import Observed
from memsim.evaluation.candidates import Candidate, Fitted, Imitating
from memsim.evaluation.comparison import compare
from memsim.evaluation.cross_validation import cross_validate
from memsim.evaluation.seen_people import records_within, seen_in_words
from memsim.fitting.spec import FitSpec
from memsim.models import DNC, TCM
from memsim.models.networks.people_seen import people_of, seen
from memsim.models.networks.weights import load_weights
from memsim.paradigms import FreeRecall
from memsim.training.settings import Training
from memsim.training.trainer import Trainer

PEOPLE = DNC.preset("people")
FEW = {"starts": 1, "generations": 1}
TINY = {"network": "dnc", "vector_size": 8, "slots": 4, "width": 4, "hidden": 8, "iterations": 1, "batch": 4}


@dataclass(frozen=True)
class AsItIs(Candidate):
    """A model that learns nothing."""

    model: MemoryModel[Any]

    def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
        """See :meth:`Candidate.learned`."""
        return self.model


@pytest.fixture(scope="module")
def peers() -> Recalls:
    return load_dataset("peers_notask")


def of(recalls: Recalls, subjects: list[Any], lists: int = 4) -> Recalls:
    """The first lists of these subjects."""
    return recalls[np.concatenate([np.flatnonzero(recalls.trials.subject == each)[:lists] for each in subjects])]


def in_training(recalls: Recalls) -> tuple[list[Any], list[Any]]:
    """The subjects on whom the shipped network was trained, and those held out from it."""
    held = set(PEOPLE.record["people"]["held_out"])
    subjects = recalls.trials.subjects.tolist()
    return [each for each in subjects if each not in held], [each for each in subjects if each in held]


def test_whom_the_shipped_network_was_trained_on(peers: Recalls) -> None:
    trained_on, held_out = in_training(peers)
    assert (len(trained_on), len(held_out)) == (101, 25)
    assert seen(PEOPLE.record, peers) == (tuple(map(str, trained_on)), ())
    assert seen(PEOPLE.record, of(peers, held_out)) == ((), ())
    assert seen(DNC().record, peers) == ((), ())
    assert seen(PEOPLE.record, load_dataset("morton2013")) == ((), ())
    nameless = replace(peers, origin=Observed())
    assert seen(PEOPLE.record, nameless) == (tuple(map(str, trained_on)), ()), "by what they recalled"
    unmarked = {**PEOPLE.record, "people": {**PEOPLE.record["people"], "trained_on": None}}
    assert seen(unmarked, nameless).unknown[0].startswith("Its weights were trained on peers_notask:all, and it is")
    assert seen_in_words({"net": PEOPLE, "TCM": TCM()}, of(peers, [trained_on[0], held_out[0]])) == [
        f"net was trained on 1 of these 2 people (subject {trained_on[0]})."
    ]


@pytest.mark.parametrize("kind", [lambda: PEOPLE, lambda: AsItIs(PEOPLE), lambda: Fitted(FitSpec.of(PEOPLE, **FEW))])
def test_a_network_is_not_held_out_from_those_it_was_trained_on(
    peers: Recalls, kind: Callable[[], Any], tmp_path: Path
) -> None:
    trained_on, held_out = in_training(peers)
    mixed = of(peers, [*trained_on[:1], *held_out[:1]])
    for function in (cross_validate, compare):
        with pytest.raises(InputError, match="net was trained on 1 of these 2 people .* give allow_seen=True"):
            function({"net": kind()}, mixed, folds=2)


FILE = Observed(details={"file": "mine.csv"})
SHARING = ("peers_experiment1", "peers_experiment2:immediate", "peers_final_recall", "peers_recognition")
"""Tables of the people of PEERS, who are 65 in ``peers_notask`` and LTP065 in these."""


@pytest.mark.parametrize("name", SHARING)
def test_people_of_peers_are_known_in_all_its_tables(name: str, peers: Recalls) -> None:
    numbers = [{f"LTP{int(label):03d}" for label in labels} for labels in in_training(peers)]
    people = load_dataset(name)
    trained_on, held_out = (sorted(set(people.trials.subjects) & each) for each in numbers)
    assert len(trained_on) > 15 and len(held_out) > 3
    assert seen(PEOPLE.record, people) == (tuple(trained_on), ())
    nameless = replace(people, origin=FILE)
    assert seen(PEOPLE.record, nameless) == (tuple(trained_on), ()), "labels such as LTP065 are of PEERS anywhere"
    assert seen({"people": people_of(people, ~np.isin(people.trials.subject, trained_on))}, peers).subjects == tuple(
        str(int(label[3:])) for label in trained_on
    ), "and the other way round"
    unmarked = {**PEOPLE.record, "people": {**PEOPLE.record["people"], "trained_on": None}}
    assert len(seen(unmarked, people).unknown) == 1
    numbered = Observed("theirs")
    assert seen(PEOPLE.record, replace(of(peers, in_training(peers)[0][:2], 1), origin=numbered)).subjects == ()


def test_a_network_is_not_held_out_from_them_in_other_tables(peers: Recalls) -> None:
    everyone = load_dataset("peers_experiment2", "continual_16")
    trained_on = [f"LTP{int(label):03d}" for label in in_training(peers)[0]]
    some = of(everyone, [each for each in everyone.trials.subjects if each in trained_on][:2])
    others = of(everyone, [each for each in everyone.trials.subjects if each not in trained_on][:2])
    for function in (cross_validate, compare):
        with pytest.raises(InputError, match="net was trained on 2 of these 2 people .subject LTP065, LTP076."):
            function({"net": AsItIs(PEOPLE)}, some, folds=2)
    assert len(cross_validate({"net": AsItIs(PEOPLE)}, others, folds=2, workers=1)) == 8
    own = JointRecalls({"mine": replace(of(peers, [65], 100), origin=FILE), "theirs": simulated_by(65)})
    with pytest.raises(InputError, match="net was trained on 1 of these 1 people .subject 65."):
        cross_validate({"net": AsItIs(PEOPLE)}, own, folds=2)


def simulated_by(label: int) -> Recalls:
    """Lists whose label says nothing, but that they are of the person in another part of the same file."""
    recalls = simulate(TCM(), FreeRecall(list_length=16).trials(4), seed=0)
    return replace(recalls, trials=replace(recalls.trials, subject=np.full(4, label)), origin=FILE)


def test_one_person_of_peers_under_two_labels_is_said(peers: Recalls) -> None:
    first, second = load_dataset("peers_experiment1"), load_dataset("peers_experiment2", "immediate")
    with pytest.warns(
        DataWarning, match="in common under different labels, 65 and LTP065, 75 and LTP075, 76 and LTP076 and 27 more"
    ):
        warn_of_shared_labels(JointRecalls({"a": peers, "b": first}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_shared_labels(JointRecalls({"a": first, "b": second}))  # the same label is the same person


def test_it_is_scored_on_others_and_on_the_same_where_that_is_said(peers: Recalls) -> None:
    trained_on, held_out = in_training(peers)
    table = cross_validate({"net": AsItIs(PEOPLE)}, of(peers, held_out[:2]), folds=2, workers=1)  # without a warning
    assert len(table) == 8 and np.isfinite(table["log_likelihood"]).all()
    mixed = of(peers, [*trained_on[:1], *held_out[:1]])
    found = compare({"net": AsItIs(PEOPLE)}, mixed, folds=2, workers=1, allow_seen=True, **FEW)
    said = f"net was trained on 1 of these 2 people (subject {trained_on[0]}): its likelihood for them is not that of"
    assert sum(sentence.startswith(said) for sentence in found.words) == 1
    with pytest.warns(DataWarning, match="net was trained on 1 of these 2 people"):
        cross_validate({"net": AsItIs(PEOPLE)}, mixed, folds=2, workers=1, allow_seen=True)
    nameless = replace(of(peers, [*trained_on[:1], *held_out[:1]], lists=1000), origin=Observed())
    with pytest.raises(InputError, match="net was trained on 1 of these 2 people"):
        cross_validate({"net": AsItIs(PEOPLE)}, nameless, folds=2, workers=1)


def test_the_command_has_the_option(peers: Recalls, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "people.csv"
    of(peers, in_training(peers)[0][:2]).to_frame().to_csv(table, index=False)
    given = ["compare", "dnc:people", "--people", "peers_notask", "--folds", "2"]
    assert main([*given, "--out", str(tmp_path / "a")]) == 2
    assert "dnc:people was trained on 101 of these 126 people" in capsys.readouterr().err


def test_the_record_says_who_was_trained_on_whatever_their_names(tmp_path: Path) -> None:
    """Known by what they recalled: under other labels, in another order, from another file; and after more training."""
    task = FreeRecall(list_length=6)
    recalls = simulate(TCM(), task.trials(100, subjects=5), seed=1)
    people = replace(recalls, origin=Observed("mine"))
    trainer = Trainer(Training(objective="imitation", **TINY), people)
    trainer.run(1)
    trainer.save(tmp_path / "first.safetensors")
    record = load_weights(str(tmp_path / "first.safetensors")).record
    expected = set(map(str, np.unique(people.trials.subject[~trainer.objective.held])))
    assert set(record["people"]["trained_on"]) == expected and len(expected) == 4
    order = np.random.default_rng(0).permutation(100)
    renamed = replace(people.trials, subject=np.array([f"s{label}" for label in people.trials.subject]), list=None)
    other = replace(people, trials=renamed, origin=Observed("theirs"))[order]
    assert set(seen(record, other).subjects) == {f"s{label}" for label in expected}
    assert seen(record, simulate(TCM(), task.trials(100, subjects=5), seed=2)) == ((), ())
    further = Trainer(Training(start=str(tmp_path / "first.safetensors"), **TINY))
    further.run(1)
    further.save(tmp_path / "second.safetensors")
    (tmp_path / "first.safetensors").unlink()
    record = load_weights(str(tmp_path / "second.safetensors")).record
    assert "people" not in record and set(seen(record, people).subjects) == expected
    begun = Imitating(Training(objective="imitation", start=str(tmp_path / "second.safetensors"), **TINY), tmp_path)
    with pytest.raises(InputError, match="net was trained on 4 of these 5 people"):
        cross_validate({"net": begun}, people, folds=2)
    assert len(records_within(AsItIs(DNC(weights=str(tmp_path / "second.safetensors"))))) == 1


def test_what_a_record_does_not_say_is_said(peers: Recalls) -> None:
    silent = {"network": "dnc", "objective": "imitation"}
    assert seen(silent, peers).unknown == (
        "The record of its weights does not say on whose lists they, or those before, were trained",
    )
    lost = {"network": "dnc", "objective": "recall", "start": {"weights": "gone.safetensors", "sha256": "0"}}
    assert len(seen(lost, peers).unknown) == 1
    elsewhere = {"objective": "imitation", "people": {"dataset": "peers_notask", "condition": "b", "held_out": []}}
    part = replace(peers, origin=Observed("peers_notask", "c"))
    assert seen(elsewhere, part).unknown == (
        "Its weights were trained on peers_notask:b, and it is not known whether these are the same people",
    )
