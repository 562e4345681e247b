"""Recall cued by items: answers to several cues, their scores, lapses and tables."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from memsim import (
    ItemPool,
    MemoryModel,
    Probes,
    Recalls,
    Trials,
    log_likelihood,
    parameter,
    score,
    simulate,
)
from memsim.core.errors import InputError
from memsim.core.lapses import guess_probabilities, guessed_events
from memsim.core.likelihood import likelihood_parts, sum_of
from memsim.core.outcomes import scored_outcomes
from memsim.core.probes import ProbeBatch
from memsim.core.recall_parts import joined
from memsim.data.loading import load_responses
from memsim.paradigms import CuedRecall
from memsim.running.digests import digest

POOL = ItemPool(["a", "b", "c", "d", "e", "f", "g", "h"])


@dataclass
class Cued:
    cue: Any = None


@dataclass(frozen=True)
class Partner(MemoryModel[Cued]):
    """Gives the partner with probability ``accuracy``, the item at the first position with .1, else nothing."""

    cues: ClassVar[tuple[str, ...]] = ("item",)
    takes_repeated_items: ClassVar[bool] = True
    answers_about_lists: ClassVar[bool] = True

    accuracy: float = parameter(0.6, 0, 0.9)

    def begin(self, trials: Trials, rng: np.random.Generator) -> Any:
        return {"length": trials.list_length, "items": trials.items, "trials": trials}

    def study(self, state: Any, position: int) -> Any:
        return state

    def study_pair(self, state: Any, first: int, second: int) -> Any:
        return state

    def cue_item(self, state: Any, probe: ProbeBatch) -> Any:
        side = (probe.items[:, 0] < 0).astype(int)
        cue = probe.items[np.arange(len(side)), side]
        same = state["items"] == cue[:, None]
        same &= np.arange(state["length"]) % 2 == side[:, None]
        same &= (probe.about < 0)[:, None] | (state["trials"].paradigm.list_of_position == probe.about[:, None])
        answer = same.argmax(axis=1) + 1 - 2 * side
        return {**state, "answer": state["trials"].first_presentation[np.arange(len(side)), answer]}

    def outcome_probabilities(self, state: Any) -> Any:
        found = np.zeros((len(state["answer"]), state["length"] + 1))
        found[np.arange(len(found)), state["answer"]] = self.accuracy
        found[:, 0] += 0.1
        found[:, -1] = 0.9 - self.accuracy
        return found

    def recalled(self, state: Any, position: Any) -> Any:
        return state


def two_pairs() -> Recalls:
    probes = Probes(np.array([[[0, -1], [-1, 3], [-1, 3]]]))
    trials = Trials([[0, 1, 2, 3]], POOL, ThreeProbes(list_length=4), probes=probes)
    return Recalls(trials, [[2, 2, 3]])


@dataclass(frozen=True)
class ThreeProbes(CuedRecall):
    """Two pairs, of which one is probed twice."""

    @property
    def n_probes(self) -> int:
        return 3


def test_an_item_given_to_two_cues_is_no_repeat() -> None:
    recalls = two_pairs()
    assert recalls.is_correct.tolist() == [[True, False, True]]
    assert not recalls.is_repeat.any()
    outcomes = scored_outcomes(recalls, repeats=False)
    assert outcomes.columns.tolist() == [[1, 1, 2]] and outcomes.repeats.tolist() == [0]
    model = Partner(accuracy=0.6)
    # The partner, an item that is not the partner (impossible), the partner.
    assert log_likelihood(model, recalls).tolist() == [-np.inf]
    assert log_likelihood(model, Recalls(recalls.trials, [[2, 1, 1]])) == pytest.approx(np.log(0.6 * 0.1 * 0.1))
    mixed = model.replace(lapse=0.2)
    expected = np.log((0.8 * 0.6 + 0.2 / 5) * (0.2 / 5) * (0.8 * 0.6 + 0.2 / 5))
    assert log_likelihood(mixed, recalls) == pytest.approx(expected)


@pytest.mark.parametrize("repeats", [False, True])
def test_all_items_remain_as_guesses(repeats: bool) -> None:
    class Again(Partner):
        pass

    Again.repeats = repeats
    recalls = two_pairs()
    assert guess_probabilities(Again(), recalls.trials, np.array([[1]]))[0].tolist() == [0.2] * 5
    events = guessed_events(recalls, repeats, False)
    assert events.outcome.tolist() == [[0.2] * 3] and events.repeat is None
    given = Recalls(recalls.trials, [[1, 1, 0]])
    parts = likelihood_parts(Again(lapse=0.1), given)
    assert sum_of(parts) == pytest.approx(log_likelihood(Again(lapse=0.1), given)) and parts.repeat.tolist() == [0]
    common = likelihood_parts(Again(lapse=0.1), given, common=True)
    assert sum_of(common) == pytest.approx(sum_of(parts))  # nothing is left out
    assert score(Again(), given)["repeats_left_out"].tolist() == [0]


@pytest.mark.parametrize("second", ["none", "re-paired", "new"])
@pytest.mark.parametrize("direction", ["forward", "backward", "both"])
def test_simulated_answers_are_right_as_often_as_the_model_says(second: str, direction: str) -> None:
    trials = CuedRecall(list_length=16, second_list=second, direction=direction).trials(400, seed=1)
    recalls = simulate(Partner(accuracy=0.8), trials, seed=2)
    assert recalls.is_correct.mean() == pytest.approx(0.81, abs=0.03)
    assert np.isfinite(log_likelihood(Partner(accuracy=0.8), recalls)).all()
    assert (recalls.positions == 0).mean() == pytest.approx(0.1, abs=0.03)


def test_a_cue_of_two_lists_asks_for_its_partner_in_the_list_asked_about() -> None:
    task = CuedRecall(list_length=4, second_list="re-paired")
    probes = Probes(np.array([[[0, -1], [0, -1]]]), about=np.array([[1, 0]]))
    trials = Trials([[0, 1, 0, 2]], POOL, task, probes=probes)
    assert Recalls(trials, [[4, 2]]).is_correct.tolist() == [[True, True]]
    assert Recalls(trials, [[2, 4]]).is_correct.tolist() == [[False, False]]
    either = replace(trials, probes=Probes(probes.items))
    assert Recalls(either, [[2, 4]]).is_correct.tolist() == [[True, True]]


def test_cues_survive_tables_and_files(tmp_path: Path) -> None:
    task = CuedRecall(list_length=8, second_list="re-paired", direction="both")
    trials = task.trials(6, seed=1, pool=POOL, subjects=2)
    assert trials.probes is not None
    probes = replace(trials.probes, labels={"hint": np.full((6, 4), "x")})
    trials = replace(trials, probes=probes)
    recalls = simulate(Partner(), trials, seed=2)
    recalls = replace(recalls, intruders=np.full(recalls.positions.shape, -1))
    frame = recalls.to_frame()
    assert (frame["trial_type"] == "test").sum() == 24 and "kind" not in frame.columns
    read = Recalls.from_frame(frame, paradigm=task, labels=["hint"])
    assert read.trials.probes is not None
    assert np.array_equal(read.trials.probes.about, probes.about)
    for one, other in ((read.trials.items, trials.items), (read.trials.probes.items, probes.items)):
        labels = np.append(read.trials.pool.labels, "")[one]
        assert np.array_equal(labels, np.append(POOL.labels, "")[other])
    assert np.array_equal(read.positions, recalls.positions) and np.array_equal(read.is_correct, recalls.is_correct)
    frame.to_csv(tmp_path / "cued.csv", index=False)
    loaded = load_responses(tmp_path / "cued.csv", paradigm=task, labels=["hint"])
    assert digest(loaded) == digest(read)
    assert digest(joined([recalls[:2], recalls[2:]])) == digest(recalls)
    with pytest.raises(InputError, match="there are no probes in FreeRecall"):
        Recalls.from_frame(frame)
