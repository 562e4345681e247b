"""The entry on learning without backpropagation: statistics by hand, verdicts from numbers, and the whole in little."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats import permutation_test

from memsim.core.errors import DivergenceError, InputError
from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.essay.learning_rules import trainings
from memsim.reproductions.essay.learning_rules.claims import claims_of, statement
from memsim.reproductions.essay.learning_rules.options import CONDITIONS, CONTROL, FIXED, STORE, TUNING, RuleOptions
from memsim.reproductions.essay.learning_rules.statistics import curve_tests, edges_of, ladder_summary, split_test
from memsim.reproductions.essay.learning_rules.trainings import (
    LISTS,
    SECONDS,
    Ladder,
    climbed,
    longest_learned,
    training_cell,
    training_of,
)
from memsim.reproductions.hypotheses import REFUTED, SUPPORTED, UNDECIDED
from memsim.training.settings import Training

LITTLE: dict[str, Any] = {
    "seeds": 2, "seconds": 0.1, "tuning": 0.1, "lists": 200, "rates": "0.01", "hidden": 6, "longest": 3,
    "curve_length": 3, "simulated": 20,
}  # fmt: skip


NAMES = {"control": CONTROL, "fixed": FIXED}


def ladders(**longest: list[int]) -> pd.DataFrame:
    """Scores at both budgets, of a condition for each keyword; ``control`` is backpropagation."""
    rows = [
        {"at": at, "condition": NAMES.get(name, name), "seed": seed, "longest": value, "lists": 10,
         "seconds": 1.0, "floor": 0.3}
        for at in (LISTS, SECONDS) for name, values in longest.items() for seed, value in enumerate(values)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def curves(**tables: list[list[float]]) -> pd.DataFrame:
    rows = [
        {"condition": NAMES.get(name, name), "seed": seed, "position": i, "prob": p}
        for name, table in tables.items() for seed, curve in enumerate(table) for i, p in enumerate(curve, 1)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["condition", "seed", "position", "prob"])


def test_the_longest_list_is_the_one_up_to_which_all_are_learned() -> None:
    assert longest_learned([0.95, 0.92, 0.82, 0.99]) == pytest.approx(2 + 0.02 / 0.1)
    assert longest_learned([0.5, 0.99]) == pytest.approx(0.1 / 0.5) and longest_learned([0.9, 0.9]) == 2


def test_ladders_are_compared_within_seeds() -> None:
    summary = ladder_summary(ladders(control=[5, 6, 7], other=[3, 5, 5]))
    row = summary[(summary["at"] == LISTS) & (summary["condition"] == "other")].iloc[0]
    low, high = stats.t.interval(0.95, 2, 5 / 3, np.std([2, 1, 2], ddof=1) / np.sqrt(3))
    assert [row["less"], row["less_low"], row["less_high"]] == pytest.approx([5 / 3, low, high])
    assert row["mean"] == pytest.approx(13 / 3) and row["n"] == 3 and np.isnan(row["more"])
    summary = ladder_summary(ladders(control=[5, 6, 7], other=[3, 5, 5], fixed=[1, 1, 2]))
    row = summary[(summary["at"] == LISTS) & (summary["condition"] == "other")].iloc[0]
    low, high = stats.t.interval(0.95, 2, 3, np.std([2, 4, 3], ddof=1) / np.sqrt(3))
    assert [row["more"], row["more_low"], row["more_high"]] == pytest.approx([3, low, high])


def test_shapes_of_curves_are_split_as_scipy_does() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.random((4, 5)), rng.random((3, 5)) + np.linspace(0, 1, 5)

    def distance(first: Any, second: Any, axis: int) -> Any:
        shapes = [each - each.mean(axis=1, keepdims=True) for each in (first, second)]
        return np.sqrt(((shapes[0].mean(axis=0) - shapes[1].mean(axis=0)) ** 2).mean())

    indexed = permutation_test(
        (np.arange(4), np.arange(4, 7)),
        lambda a, b: distance(np.concatenate((one, other))[a], np.concatenate((one, other))[b], 0),
        n_resamples=np.inf, alternative="greater",
    )  # fmt: skip
    found = split_test(one, other)
    assert found == pytest.approx((indexed.statistic, indexed.pvalue))
    level = split_test(one, one + 0.3)
    assert level[0] == pytest.approx(0) and level[1] == 1, "a level is no shape"


def test_ends_of_curves_are_compared_by_welch() -> None:
    rng = np.random.default_rng(1)
    known, other = rng.random((5, 4)), rng.random((4, 4))
    tests = curve_tests(curves(control=known.tolist(), RFLO=other.tolist(), evolution=other[:1].tolist()))
    assert tests["condition"].tolist() == ["RFLO"], "one seed is not compared"
    ends = [each[:, -1] - each[:, 1:3].mean(axis=1) for each in (other, known)]
    interval = stats.ttest_ind(*ends, equal_var=False).confidence_interval(0.95)
    row = tests.iloc[0]
    assert (row["recency_low"], row["recency_high"]) == pytest.approx((interval.low, interval.high))
    assert edges_of(np.array([[3.0, 1.0, 1.0, 2.0]]))[0].tolist() == [2.0]


def verdicts_of(longest: dict[str, list[int]], tests: pd.DataFrame) -> dict[str, str]:
    scores = ladders(**longest)
    claims = claims_of(ladder_summary(scores), scores, tests, curves(), RuleOptions())
    return {claim.name: claim.verdict for claim in claims}


@pytest.mark.parametrize(
    ("longest", "necessary", "better"),
    [
        ({"control": [6, 6, 7], "other": [3, 4, 4], "third": [0, 0, 0]}, REFUTED, SUPPORTED),
        ({"control": [6, 6, 7], "other": [1, 1, 1], "third": [0, 0, 0]}, SUPPORTED, SUPPORTED),
        ({"control": [2, 2, 3], "other": [2, 3, 3], "third": [0, 0, 0]}, UNDECIDED, UNDECIDED),
        ({"control": [2, 2, 3], "other": [5, 5, 6], "third": [0, 0, 0]}, REFUTED, REFUTED),
        ({"control": [2], "other": [5]}, UNDECIDED, UNDECIDED),
    ],
)
def test_verdicts_on_ladders_follow_from_numbers(longest: dict[str, list[int]], necessary: str, better: str) -> None:
    verdicts = verdicts_of(longest, curve_tests(curves()))
    assert verdicts["Y1 necessary"] == necessary
    named = {"feedback alignment" if name == "other" else name: each for name, each in longest.items()}
    back = verdicts_of(named, curve_tests(curves()))
    assert back["Y1 necessary"] == (SUPPORTED if "third" in longest else UNDECIDED), "it goes back, by other weights"
    assert verdicts[f"Y1 better at {LISTS}"] == verdicts[f"Y1 better at {SECONDS}"] == better
    assert verdicts["Y2 curves"] == verdicts["Y2 recency"] == UNDECIDED


def test_verdicts_on_curves_follow_from_numbers() -> None:
    rng = np.random.default_rng(2)
    longest = {"control": [3, 4, 3, 4, 3], "RFLO": [3, 4, 4, 3, 3]}
    flat = rng.normal(0.8, 0.01, (5, 4))
    for slope, recency in ((0.1, SUPPORTED), (-0.1, REFUTED)):
        tests = curve_tests(curves(control=flat.tolist(), RFLO=(flat[::-1] + slope * np.eye(4)[3]).tolist()))
        verdicts = verdicts_of(longest, tests)
        assert verdicts["Y2 curves"] == SUPPORTED and verdicts["Y2 recency"] == recency
    same = curve_tests(curves(control=flat.tolist(), RFLO=flat[::-1].tolist()))
    assert verdicts_of(longest, same)["Y2 curves"] == REFUTED, "all that may differ is small"
    unsure = curve_tests(curves(control=(20 * flat).tolist(), RFLO=(20 * flat[::-1]).tolist()))
    assert verdicts_of(longest, unsure)["Y2 curves"] == UNDECIDED
    accuracy = pd.DataFrame({"at": SECONDS, "condition": STORE, "length": 4, "accuracy": [0.8, 0.9], "lesioned": 0.3})
    scores = ladders(control=[3, 4], RFLO=[3, 4])
    claims = claims_of(ladder_summary(scores), scores, same, curves(control=flat.tolist()), RuleOptions())
    words = statement(ladder_summary(scores), scores, accuracy, claims, RuleOptions())
    assert "loses +0.55" in words and "it is not shown to need its store" in words
    assert "How the network learned does not show in how it recalls" in words
    assert all(claim.refuted_by for claim in claims)


def test_lists_grow_when_the_longest_are_recalled(monkeypatch: pytest.MonkeyPatch) -> None:
    ladder = Ladder(training_of("evolution", 0.01, 0, RuleOptions(**LITTLE)).replace(pairs=2, batch=4), 3)
    monkeypatch.setattr(trainings, "BETWEEN", 48)
    for right, longest in ((0.89, 1), (0.9, 2), (0.95, 3), (1.0, 3)):
        monkeypatch.setattr(ladder, "accuracy", lambda length, n_lists, right=right: right)
        ladder.go_on()
        assert ladder.trainer.longest == longest
    assert ladder.lists == 4 * 48 and ladder.seconds > 0, "four networks run through each list"


def test_measures_are_of_lists_of_their_length() -> None:
    ladder = Ladder(training_of(CONTROL, 0.01, 0, RuleOptions(**LITTLE)), 3)
    first, second, third = ladder.accuracies(96)
    objective = ladder.trainer.objective
    objective.training = ladder.of_length[2]
    assert ladder.trainer.measures(96, "final lists").accuracy == second
    assert len({first, second, third}) == 3 and ladder.trainer.training.list_length == 1


def test_a_training_that_diverges_stays_at_its_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    def diverges(self: Any) -> None:
        raise DivergenceError("the loss is no longer finite")

    monkeypatch.setattr(Ladder, "go_on", diverges)
    found = climbed(training_of(CONTROL, 0.01, 0, RuleOptions(**LITTLE)), 0.1, 100, 3, 3, 10)
    assert found["diverged"] and found[LISTS]["accuracy"] == found[SECONDS]["accuracy"] == found["floor"]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_differ_in_nothing_but_their_rule(condition: str) -> None:
    options = RuleOptions(**LITTLE)
    own, known = (training_of(name, 0.01, 0, options).values() for name in (condition, CONTROL))
    allowed = {"learning_rule", "feedback", "perturbation", "batch"}
    if condition == "Hebbian store":
        allowed |= {"network", "rate", "decay", "inner", "time_constant"}
    assert {name for name in {**own, **known} if own.get(name) != known.get(name)} <= allowed
    assert training_cell(condition, 0.01, 0, options).key != training_cell(condition, 0.01, 1, options).key


def test_the_whole_entry_in_little(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MEMSIM_WORKERS", "1")
    for name, few in (("FINAL", 8), ("CHECKED", 8), ("BETWEEN", 100), ("MATCHED", 0.0)):
        monkeypatch.setattr(trainings, name, few)
    chosen = f"{CONTROL}; RFLO; evolution; Hebbian store"
    report = reproduce("learning-rules", 3, tmp_path, **LITTLE, conditions=chosen)
    tables = report.outcome.tables
    assert set(tables["scores"]["seed"]) == {3, 4} and report.manifest["settings"]["tuned on"] == 3 + TUNING
    assert len(tables["scores"]) == 2 * 2 * 4 and tables["accuracy"]["accuracy"].between(0, 1).all()
    assert (tables["scores"].query("at == @LISTS")["lists"] >= 200).all()
    assert (tables["scores"].query("at == @SECONDS")["seconds"] >= 0.1).all()
    assert tables["rates"]["chosen"].all(), "one learning rate"
    assert tables["tests"]["condition"].tolist() == ["RFLO", "evolution", "Hebbian store"]
    lesioned = tables["accuracy"].groupby("condition")["lesioned"]
    assert lesioned.count().to_dict() == {CONTROL: 0, "RFLO": 0, "evolution": 0, STORE: 2 * 2 * 3}
    assert tables["curves"].groupby(["condition", "seed"])["position"].max().eq(3).all()
    assert not report.not_drawn
    assert {path.name for path in report.files} >= {"learning-rules.png", "ladders.csv", "tests.csv", "contiguity.csv"}
    assert "backpropagation" in str(report) and len(report.outcome.claims) == 5


def test_lures_are_among_the_candidates_where_asked() -> None:
    training = training_of(CONTROL, 0.01, 0, RuleOptions(**LITTLE, response_set="pool"))
    assert isinstance(training, Training) and training.response_set == "pool" and training.lures == trainings.LURES
    curve = Ladder(training, 3).curves(3, 20)
    assert len(curve["position"]) == 3 and max(curve["position"]) < 0.5, "an untrained network guesses among 53"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"conditions": "backpropagation; RFLOW"}, "there is no condition 'RFLOW'; did you mean 'RFLO'?"),
        ({"conditions": "RFLO"}, "lacks backpropagation, with which the others are compared"),
        ({"rates": "0.1,x"}, "must be numbers, as in 0.001,0.01"),
        ({"rates": "0"}, "must be numbers above 0 and up to 1"),
        ({"longest": 3}, "curve_length=4 is beyond longest=3"),
    ],
)
def test_options_are_checked(option: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        RuleOptions(**option)
