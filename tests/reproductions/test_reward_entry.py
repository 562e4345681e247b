"""The entry on reward: measures by hand, verdicts from intervals, and the whole entry in little."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from memsim.core.errors import DivergenceError, InputError
from memsim.gym import ValueDirectedRecall, play
from memsim.gym.best_storage import storing_gains
from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.essay.reward.circumstances import CIRCUMSTANCES, WHEN, task_of
from memsim.reproductions.essay.reward.claims import claims_of, order_conditions, statement
from memsim.reproductions.essay.reward.measures import (
    list_measures,
    recalls_of_episodes,
    selectivity_index,
    step_measures,
)
from memsim.reproductions.essay.reward.memory_by_reward import diverged, tables_of
from memsim.reproductions.essay.reward.options import ORDER, PARTS, STEPS, VALUE, RewardOptions
from memsim.reproductions.essay.reward.scores import AFTER, BEFORE, LESIONED
from memsim.reproductions.essay.reward.trainings import trained_by_reward
from memsim.reproductions.essay.reward.when_to_store import (
    best_edges,
    claims_on_storing,
    findings_on_storing,
    held_by_position,
    position_measures,
    statement_on_storing,
)
from memsim.reproductions.hypotheses import NOT_TESTED, REFUTED, SUPPORTED, UNDECIDED, Measure, measured
from memsim.reproductions.intervals import over_trainings
from memsim.training.reward import actor_critic
from memsim.training.reward.actor_critic import ActorCritic


def test_selectivity_by_hand() -> None:
    """1 for the highest values, 0 at their mean, negative below it; undefined of nothing and of everything."""
    values = np.tile(np.arange(1.0, 5.0), (5, 1))
    recalled = np.array([[0, 0, 1, 1], [1, 0, 0, 1], [1, 1, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1]])
    assert selectivity_index(values, recalled)[:3].tolist() == [1.0, 0.0, -1.0]
    assert np.isnan(selectivity_index(values, recalled)[3:]).all()
    assert np.isnan(selectivity_index(np.ones((1, 4)), recalled[:1])).all(), "equal values have no best"


def test_random_recall_is_not_selective() -> None:
    rng = np.random.default_rng(0)
    values = rng.permuted(np.tile(np.arange(1.0, 13.0), (4000, 1)), axis=1)
    recalled = rng.random(values.shape).argsort(axis=1) < 4
    assert abs(np.nanmean(selectivity_index(values, recalled))) < 0.02
    assert (selectivity_index(values, values > 8) == 1).all()


def test_reports_become_recalls() -> None:
    state = {"items": np.array([[7, 2, 5], [1, 0, 3]]), "reports": np.array([[5, 9, 7, -1], [-1, 0, 0, 4]])}
    recalls = recalls_of_episodes(state, 3)
    assert recalls.positions[0, :3].tolist() == [3, -1, 1] and recalls.positions[1, :3].tolist() == [2, 2, -1]


def test_what_random_agents_do() -> None:
    task = ValueDirectedRecall()
    played = play(task, None, 500)
    found = list_measures(task, played.state, np.full((24, 500), np.nan))
    assert found["stored"] == pytest.approx(6, abs=0.3) and abs(found["selectivity"]) < 0.1
    assert found["reported"] == pytest.approx(found["recalled"] + found["wrong"])


def test_choices_by_hand() -> None:
    """Two trials with new cues, then both cues return; the second of these is in conflict."""
    state = {
        "choices": np.array([[0, 1, 0, 1]]), "better": np.array([[0, 1, 0, 1]]), "lately": np.array([[0, 1, 1, 1]]),
        "first": np.array([[-1, -1, 0, 1]]), "places": np.array([[0, 1, 0, 1]]), "rewards": np.ones((1, 4)),
    }  # fmt: skip
    found = step_measures(state)
    assert (found["new"], found["old"], found["conflict"]) == (1, 1, 1)
    state["choices"] = np.array([[1, 1, 1, 1]])
    found = step_measures(state)
    assert (found["new"], found["old"], found["conflict"]) == (0.5, 0.5, 0)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([0.5, 0.52, 0.51], SUPPORTED),
        ([0.1, 0.12, 0.11], REFUTED),
        ([0.2, 0.6, 0.4], UNDECIDED),
        ([0.9], UNDECIDED),
    ],
)
def test_verdicts_follow_from_intervals(values: list[float], verdict: str) -> None:
    claim = measured("R", "h", "m", "p", "r", [Measure("SI", over_trainings(values), 0.4, np.inf)])
    assert claim.verdict == verdict and verdict in claim.sentence


def test_claims_turn_with_the_numbers() -> None:
    """The same claims are supported by one set of numbers and refuted by another."""
    noise = np.linspace(-0.01, 0.01, 5)
    for sign, verdict in ((1, SUPPORTED), (-1, REFUTED)):
        rows = []
        for name, _ in order_conditions():
            for at, shift in ((BEFORE, 0.0), (AFTER, 0.2 * sign)):
                rows += [
                    {"part": ORDER, "condition": name, "seed": seed, "at": at, "primacy": shift + noise[seed],
                     "recency": shift - noise[seed], "crp_forward": shift, "crp_backward": noise[seed],
                     "first_primacy": shift + noise[seed], "rmsd": 0.5 - shift + noise[seed] / 2}
                    for seed in range(5)
                ]  # fmt: skip
        for at, selective in ((BEFORE, 0.5), (AFTER, 0.5 + 0.3 * sign)):
            rows += [
                {"part": VALUE, "condition": "values at study", "seed": seed, "at": at, "stored": 4.0,
                 "selectivity": selective + noise[seed]} for seed in range(5)
            ]  # fmt: skip
        for core, at, conflict in (("DNC", AFTER, 0.5 + 0.3 * sign), ("LSTM", AFTER, 0.5), ("DNC", LESIONED, 0.5)):
            rows += [
                {"part": STEPS, "condition": core, "seed": seed, "at": at, "conflict": conflict + noise[seed] / 2,
                 "new": 0.7 if at == AFTER else 0.3 + 0.39 * (sign > 0)} for seed in range(5)
            ]  # fmt: skip
        scores = pd.DataFrame(rows)
        values = pd.DataFrame(columns=["part", "condition", "seed", "value", "store", "recall"])
        claims = claims_of(scores, values)
        asked = [claim for claim in claims if not claim.name.startswith("R2")]
        assert len(asked) == 2 + 4 * 3 + 2 + 4
        *others, spared = asked
        assert {claim.verdict for claim in others} == {verdict}, [c for c in others if c.verdict != verdict]
        # What does not rest on the memory is known only where something does.
        assert spared.name.startswith("E4") and spared.verdict == (SUPPORTED if sign > 0 else NOT_TESTED)
        text = statement(claims, scores)
        assert f"together in {4 if sign > 0 else 0} of 4 conditions" in text and "unverified" in text


def test_what_was_there_before_reward_was_not_brought_by_it() -> None:
    rows = [
        {"part": ORDER, "condition": name, "seed": seed, "at": at, "primacy": 0.3 + seed / 100, "recency": -0.3,
         "crp_forward": 1.0, "crp_backward": 0.0, "first_primacy": 0.33, "rmsd": 0.3}
        for name, _ in order_conditions() for at in (BEFORE, AFTER) for seed in range(5)
    ]  # fmt: skip
    claims = claims_of(pd.DataFrame(rows), pd.DataFrame(columns=["part", "condition", "seed", "value", "store"]))
    brought = [each for each in claims if not each.name.startswith("R3 People")]
    assert {each.verdict for each in brought} == {REFUTED} and len(brought) == 4 * 2 + 2


def test_parts_and_conditions() -> None:
    options = RewardOptions()
    names = [(each.part, each.name) for each in options.conditions()]
    assert len(names) == len(set(names)) == 15 and {part for part, _ in names} == set(PARTS)
    assert options.seeds >= 5
    alone = RewardOptions(parts="slots").conditions()
    assert [each.training.sizes["slots"] for each in alone] == [4, 8, 12]
    with pytest.raises(InputError, match="no part 'valeu'; did you mean 'value'"):
        RewardOptions(parts="valeu")
    with pytest.raises(InputError, match="names nothing"):
        RewardOptions(parts=",")


def test_storing_is_measured_against_the_best_decisions() -> None:
    """Those who decide best pass, and who stores nothing is refuted; what is held by position, by hand."""
    state = {"since": np.array([[0, -1, -1, 3, 4], [-1, 1, -1, -1, -1]]), "length": np.array([5, 3])}
    assert np.allclose(held_by_position(state), [0.5, 0.5, 0, 1, 1])
    chances = np.array([[1.0, 0.5], [0.5, 1], [0, 0], [1, np.nan], [np.nan, np.nan]])
    curves = position_measures(state, chances)["curves"]
    assert [row for row in curves if row[0] == "stored"] == [
        ["stored", 1, 0.75], ["stored", 2, 0.75], ["stored", 3, 0.0], ["stored", 4, 1.0]
    ]  # fmt: skip
    for share, verdict in ((1.0, SUPPORTED), (0.0, REFUTED)):
        rows = [
            {"part": WHEN, "condition": name, "seed": seed, "at": AFTER,
             "score": share * storing_gains(task_of(name))[1],
             **{f"held_{edge}": share * value + seed / 1000 for edge, value in best_edges(name).items()}}
            for name in CIRCUMSTANCES for seed in range(5)
        ]  # fmt: skip
        scores = pd.DataFrame(rows)
        claims = claims_on_storing(scores)
        assert [each.verdict for each in claims] == [verdict] * len(CIRCUMSTANCES)
        assert [each.obtained for each in findings_on_storing(scores)] == [share] * len(CIRCUMSTANCES)
    (words,) = statement_on_storing(scores)
    assert "loss: primacy 0.08, recency 0.07" in words


def test_a_training_that_diverges_is_named_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Diverging(ActorCritic):
        def run(self, until: int | None = None) -> None:
            raise DivergenceError("the loss is no longer finite")

    monkeypatch.setattr(actor_critic, "ActorCritic", Diverging)
    options = RewardOptions(parts="storage", seeds=1, batch=4)
    condition = options.conditions()[0]
    found = trained_by_reward(condition.training, by_place=False, n_trials=20)
    assert found["diverged"] == "the loss is no longer finite" and BEFORE in found and AFTER not in found
    scores, values, _, _ = tables_of([(condition, 0)], [found])
    assert scores["at"].tolist() == [BEFORE] and values.empty
    assert diverged([(condition, 0)], [found]) == [
        f"Diverged, and left out after reward: storage, {condition.name}, seed 0."
    ]


@pytest.mark.slow
def test_the_whole_entry_in_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part is trained for an iteration or two; interrupted, it goes on from the cells that are kept."""
    monkeypatch.setenv("MEMSIM_WORKERS", "1")
    little = {"seeds": 2, "iterations": 2, "warm_up": 1, "storage_iterations": 2, "step_iterations": 2, "batch": 4,
              "n_trials": 40}  # fmt: skip
    report = reproduce("reward", 3, tmp_path, **little)
    assert not report.not_drawn
    names = {path.name for path in report.files}
    assert {"claims.csv", "measures.csv", "scores.csv", "values.csv", "order.csv", "learning.csv", "reward.png",
            "reward-order.png", "reward-storing.png", "storing.csv"} <= names  # fmt: skip
    verdicts = pd.read_csv(tmp_path / "reward" / "claims.csv")
    assert len(verdicts) == 2 + 3 + 2 + 3 + 4 * 3 + 2 + 4
    assert set(pd.read_csv(tmp_path / "reward" / "measures.csv")["n"]) == {2} and verdicts["refuted_by"].notna().all()
    scores = pd.read_csv(tmp_path / "reward" / "scores.csv")
    assert set(scores["seed"]) == {3, 4} and "Verdict on memory" in report.outcome.statement
    assert "begin with the weights dnc-recall" in report.outcome.statement
    monkeypatch.setattr("memsim.training.reward.actor_critic.ActorCritic", None)  # nothing is trained again
    again = reproduce("reward", 3, tmp_path, force=True, parts="value,storage", **little)
    assert len(again.outcome.tables["scores"]) == 2 * (3 + 3 * 2)
