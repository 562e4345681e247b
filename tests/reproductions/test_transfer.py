"""The entry on transfer: its numbers, its verdicts, and a run of it in little."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim.core.errors import InputError
from memsim.reproductions.entry import Outcome
from memsim.reproductions.essay.transfer import claims, measures, models, networks
from memsim.reproductions.essay.transfer.entry import TRANSFER
from memsim.reproductions.essay.transfer.options import TransferOptions
from memsim.reproductions.hypotheses import NOT_TESTED, REFUTED, SUPPORTED, UNDECIDED, Measure, joint_verdict
from memsim.reproductions.intervals import Interval, over_known

LITTLE: dict[str, Any] = {
    "tasks": "serial, recognition", "seeds": 2, "iterations": 8, "batch": 48, "list_length": 3, "hidden": 8, "every": 4,
    "lists": 48, "elastic": "10,100", "modules": 4, "people": 0,
}  # fmt: skip


def test_seeds_without_a_number_are_counted() -> None:
    found = over_known([0.5, np.nan, 0.7, np.nan])
    assert (
        (found.n, found.without) == (2, 2) and str(found).endswith(" in 2 of 4") and found.signed.endswith("in 2 of 4")
    )
    assert str(over_known([0.5, 0.7])).endswith("]") and over_known([np.nan]).without == 1


def test_forgetting_is_what_is_lost_of_the_best() -> None:
    matrix = [[0.9, 0.0, 0.1], [0.5, 0.8, 0.2], [0.2, 0.7, 1.0]]
    assert measures.forgetting(matrix, [0, 1, 2]) == pytest.approx(((0.9 - 0.2) + (0.8 - 0.7)) / 2)
    # Learned in another order; the score of task 2 before it was learned does not count.
    assert measures.forgetting([[0.4, 0.9, 0.0], [0.9, 0.3, 0.0]], [1, 0]) == pytest.approx(0.6)


def test_iterations_to_the_criterion_lie_between_measures() -> None:
    assert measures.iterations_to([0, 100, 200], [0.0, 0.6, 1.0]) == pytest.approx(150)
    assert measures.iterations_to([0, 100, 200], [0.0, 0.6, 0.7]) == 200
    assert measures.iterations_to([0, 100], [0.9, 1.0]) == 0


def test_savings_and_area_are_against_learning_from_scratch() -> None:
    when = [0, 100, 200]
    assert measures.savings(when, [0.4, 0.8, 1.0], [0.0, 0.6, 1.0]) == pytest.approx((1 - 100 / 150,) * 2)
    assert measures.savings(when, [0.8, 0.9, 1.0], [0.0, 0.6, 1.0]) == (1, 1)
    assert np.isnan(measures.savings(when, [0.9, 0.9, 0.9], [0.9, 1.0, 1.0])).all()
    assert measures.gained_area(when, [0.4, 0.8, 1.0], [0.0, 0.6, 1.0]) == pytest.approx((0.3 + 0.1) / 2)


def test_savings_are_bounded_where_the_criterion_is_not_reached() -> None:
    """By what would be saved if it were reached at the end, and from there on whatever comes."""
    when = [0, 100, 200]
    never = [0.0, 0.1, 0.7]
    assert measures.savings(when, [0.6, 0.8, 0.9], never) == pytest.approx((0.5, 1))
    assert measures.savings(when, never, [0.0, 0.6, 1.0]) == pytest.approx((-np.inf, 1 - 200 / 150))
    assert measures.savings(when, never, never) == (-np.inf, 1)


@pytest.mark.parametrize(
    ("least", "most", "verdict"),
    [
        ([0.4] * 4 + [-np.inf], [1.0] * 5, SUPPORTED),
        ([0.4] * 3 + [-np.inf] * 2, [1.0] * 5, UNDECIDED),
        ([0.4] * 3 + [-np.inf] * 2, [1.0] * 3 + [0.1] * 2, REFUTED),
        ([-np.inf] * 5, [1.0] * 5, UNDECIDED),
    ],
)
def test_seeds_in_which_nothing_is_known_are_open(least: list[float], most: list[float], verdict: str) -> None:
    found = made_up(True)[0]
    pairs = pd.DataFrame({"core": "DNC", "seed": range(5), "first": "serial", "then": "recall", "before": 0.1,
                          "area": 0.5, "saved_least": least, "saved_most": most})  # fmt: skip
    options = TransferOptions(**{**LITTLE, "tasks": "serial, recall"})
    first = claims.transfers(found._replace(pairs=pairs), options)[0]
    assert first.name == "Z4 recall after serial" and first.verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.45, 0.6, SUPPORTED), (0.1, 0.3, REFUTED), (0.3, 0.5, UNDECIDED), (np.nan, 0.5, UNDECIDED)],
)
def test_verdicts_follow_from_intervals(low: float, high: float, verdict: str) -> None:
    assert Measure("F", Interval(0.5, low, high, 5), 0.4).verdict == verdict
    nothing = Interval(0.0, 0.0, 0.0, 5)
    assert {Measure("F", nothing, 0.0).verdict, Measure("F", nothing, high=0.0).verdict} == {UNDECIDED}


def test_a_claim_fails_with_any_of_its_numbers() -> None:
    good, bad = (Measure("", Interval(m, m - 0.1, m + 0.1, 5), 0.4) for m in (0.6, 0.2))
    absent = Measure("", Interval(np.nan, np.nan, np.nan, 0), 0, 1)
    made = [joint_verdict(each) for each in ([good, good], [good, bad], [], [good, absent])]
    assert made == [SUPPORTED, REFUTED, NOT_TESTED, NOT_TESTED]


@pytest.mark.slow
def test_tables_hold_every_training() -> None:
    little = networks.train_all(0, TransferOptions(**LITTLE))
    drawn(little, models.fit_all(0, TransferOptions(**LITTLE)))
    lost = little.forgetting.groupby(["core", "protocol"]).size()
    assert (lost == 2).all() and len(lost) == 9
    # The DNC learns each task alone and after the other one, the LSTM each task alone.
    assert little.single.groupby("core").size().to_dict() == {"DNC": 4, "LSTM": 4}
    assert set(zip(little.pairs["first"], little.pairs["then"], strict=True)) == {
        ("serial", "recognition"), ("recognition", "serial"),
    }  # fmt: skip
    assert sorted(little.longer["length"].unique()) == [8, 12, 20] and little.tuning["weight"].tolist() == [10, 100]
    n_parameters = little.sizes.set_index("core")["parameters"]
    assert n_parameters["LSTM"] == pytest.approx(n_parameters["DNC"], rel=0.03)
    # Modules keep what was learned, and it was learned in the first part of the plan.
    kept = little.forgetting[little.forgetting["protocol"] == "modules"]["forgetting"]
    assert kept.tolist() == [0, 0]


def made_up(good: bool) -> tuple[networks.Networks, pd.DataFrame]:
    """Tables in which everything is as predicted, or the reverse, with two tasks and three seeds."""
    seeds, tasks, jitter = [0, 1, 2], ["serial", "recognition"], [0.0, 0.01, 0.02]
    far = {"DNC": 0.8 if good else 0.1, "LSTM": 0.1 if good else 0.8}
    kept = {
        "one after another": 0.7 if good else 0.1, "the other way round": 0.7 if good else 0.1,
        "replay": 0.02 if good else 0.5, "elastic weights": 0.2 if good else 0.5, "modules": 0.0 if good else 0.2,
    }  # fmt: skip
    each = [{"core": core, "seed": seed, "task": task} for core in far for seed in seeds for task in tasks]
    joint = pd.DataFrame(each).assign(protocol="joint")
    joint["score"] = [(0.95 if good else 0.3) + jitter[seed] for seed in joint["seed"]]
    curves = [{**row, "protocol": protocol, "iteration": iteration, "score": 0.5}
              for row in each for protocol in kept for iteration in (0, 4, 8)]  # fmt: skip
    lost = [
        {"core": core, "protocol": protocol, "seed": seed, "forgetting": value + (jitter[seed] if value else 0),
         "last": 0.9 - (0.3 if protocol == "elastic weights" and good else 0), "learned": 0.95 if good else 0.3}
        for core in far for seed in seeds for protocol, value in kept.items()
    ]  # fmt: skip
    pairs = [
        {"core": "DNC", "seed": seed, "first": first, "then": then, "before": 0.1 + jitter[seed],
         "area": 0.1, **dict.fromkeys(("saved_least", "saved_most"), (0.0 if good else 0.5) + jitter[seed])}
        for seed in seeds for first, then in (tasks, tasks[::-1])
    ]  # fmt: skip
    cross = [
        {"model": "TCM", "fitted": fitted, "task": task, "repeat": seed,
         "score": 1.0 if fitted == task else (0.2 if fitted == models.RANDOM else 0.9 if good else -0.5) + jitter[seed]}
        for seed in seeds for fitted in ("immediate", "delayed", models.RANDOM) for task in ("immediate", "delayed")
    ]  # fmt: skip
    empty = pd.DataFrame()
    found = networks.Networks(
        joint, pd.DataFrame(curves), pd.DataFrame(lost), joint.drop(columns="protocol").assign(score=0.97),
        pd.DataFrame(pairs), joint.assign(length=20, score=[far[core] for core in joint["core"]]),
        pd.concat([joint.assign(vectors=kind) for kind in ("signs", "normal")]), empty, empty,
    )  # fmt: skip
    return found, pd.DataFrame(cross)


@pytest.mark.parametrize(("good", "verdict"), [(True, SUPPORTED), (False, REFUTED)])
def test_claims_say_what_the_tables_hold(good: bool, verdict: str) -> None:
    found = claims.claims_of(*made_up(good), TransferOptions(**LITTLE))
    assert {claim.name: claim.verdict for claim in found} == dict.fromkeys(
        ("Z1", "Z2", "Z3 replay", "Z3 elastic weights", "Z3 modules", "Z4 after recognition", "Z5", "Z6"), verdict
    )


def drawn(found: networks.Networks, fitted: pd.DataFrame) -> Outcome:
    """The entry with these tables, and its figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "train_all", lambda seed, options: found)
        patch.setattr(models, "fit_all", lambda seed, options: fitted)
        outcome = TRANSFER.outcome(0, LITTLE)
    for draw in (outcome.draw, *outcome.further.values()):
        draw().canvas.draw()
    return outcome


def test_the_entry_draws_and_says_what_it_found() -> None:
    outcome = drawn(*made_up(good=True))
    assert [claim.verdict for claim in outcome.claims] == [SUPPORTED] * 8
    assert {*outcome.all_tables} >= {"claims", "measures", "matrix", "pairs", "models", "longer"}
    assert sum("Verdict: supported" in each for each in outcome.paragraphs) == 8
    assert outcome.draw().axes[2].get_title().split() == ["TCM:", "people", "predicted"]


def test_memory_from_another_task_predicts_people() -> None:
    """Fits to few people; the model with everything from the task is what a score of 1 is."""
    account = models.accounts()["TCM"]
    train, test = models.people_in("immediate", 4, 1)
    assert not set(train.trials.subjects) & set(test.trials.subjects)
    own = models.fit_cell(account, "immediate", train[:20], None)
    assert {"context_drift", "old_to_new_context", "stop_base", "lapse"} <= set(own["values"])
    crossed = models.fit_cell(account, "delayed", models.people_in("delayed", 4, 1)[0][:20], own["values"])
    assert crossed["values"]["context_drift"] == own["values"]["context_drift"]
    assert crossed["values"]["stop_growth"] != own["values"]["stop_growth"]
    assert models.DISTRACTION in crossed["values"] and models.DISTRACTION not in own["values"]
    gained = models.scores_of(account, own, test) - models.baseline("immediate", train, test)
    assert np.isfinite(gained).all() and float(gained.mean()) > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tasks": "serial"}, "at least two"),
        ({"tasks": "serial, knitting"}, "no task 'knitting'"),
        ({"elastic": "some"}, "must be numbers"),
        ({"elastic": "0"}, "above 0"),
    ],
)
def test_bad_options_are_errors(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        TransferOptions(**changes)
