"""Final recognition: lists with another task after each, and one test of all."""

import pytest

from memsim.core.errors import InputError
from memsim.core.events import Distract, Probe, Study
from memsim.paradigms import FinalRecognition


def test_events_of_a_session() -> None:
    task = FinalRecognition(
        list_length=4, lists=2, list_interval=75, inter_item_distraction=1, retention_interval=9, n_targets=1, n_lures=1
    )
    assert list(task.events()) == [
        Study(0), Distract(1), Study(1), Distract(75), Study(2), Distract(1), Study(3), Distract(75), Distract(9),
        Probe(0), Probe(1),
    ]  # fmt: skip
    assert task.list_of_position.tolist() == [0, 0, 1, 1]


def test_trials_of_sessions() -> None:
    trials = FinalRecognition(list_length=12, lists=3, n_targets=6, n_lures=6).trials(5, seed=1)
    assert trials.probe_kinds.shape == (5, 12) and ((trials.probe_kinds == "target").sum(axis=1) == 6).all()


def test_lists_of_one_length() -> None:
    with pytest.raises(InputError, match="list_length=16 items cannot be divided among lists=3 of one length"):
        FinalRecognition(list_length=16, lists=3)
