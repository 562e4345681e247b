"""Fits in which parameters vary between lists: by condition, with covariates, and over several data sets."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim import Recalls, log_likelihood, simulate
from memsim.core.errors import DataWarning, InputError
from memsim.core.joint_recalls import JointRecalls
from memsim.core.origin import Observed
from memsim.core.recall_parts import joined, units_of
from memsim.evaluation.cross_validation import cross_validate
from memsim.fitting.estimation import fit, load_people
from memsim.fitting.formulas import variables_of
from memsim.fitting.labels import with_covariates
from memsim.fitting.objectives import LikelihoodObjective
from memsim.fitting.result import Fit
from memsim.fitting.space import Space
from memsim.fitting.spec import FitSpec
from memsim.models import CMR, TCM, Uniform
from memsim.paradigms import FreeRecall

TASK = FreeRecall(list_length=8)
QUICK: dict[str, Any] = {"starts": 1, "generations": 3}


def made(model: Any, n: int, seed: int, task: FreeRecall = TASK, subjects: int = 4, **conditions: Any) -> Recalls:
    recalls = simulate(model, task.trials(n, subjects=subjects, seed=seed), seed)
    labels = {name: np.full(n, value) if np.ndim(value) == 0 else value for name, value in conditions.items()}
    return replace(recalls, trials=replace(recalls.trials, conditions=labels))


@pytest.fixture(scope="module")
def two_kinds() -> Recalls:
    """Lists of two types, which differ in when recall stops."""
    parts = [
        made(TCM(stop_base=base), 60, seed, list_type=name)
        for seed, (name, base) in enumerate({"easy": 0.02, "hard": 0.15}.items())
    ]
    return joined(
        [replace(part, trials=replace(part.trials, list=np.arange(60) + 60 * i)) for i, part in enumerate(parts)]
    )


# Values by level


def test_a_value_for_each_level_is_a_fit_of_each_part(two_kinds: Recalls) -> None:
    """All free by condition is the same as fits of the conditions by themselves."""
    both = fit(Uniform(), two_kinds, {"stop_base": "by list_type", "stop_growth": "0:2 by list_type"}, starts=1)
    estimates = both.units[0].estimates
    assert list(estimates) == ["stop_base[easy]", "stop_base[hard]", "stop_growth[easy]", "stop_growth[hard]"]
    total = 0.0
    for level in ("easy", "hard"):
        part = two_kinds[two_kinds.trials.conditions["list_type"] == level]
        alone = fit(Uniform(), part, {"stop_base": None, "stop_growth": (0, 2)}, starts=1)
        total += alone.log_likelihood
        assert log_likelihood(both.of(list_type=level), part).sum() == pytest.approx(alone.log_likelihood, abs=0.02)
        assert estimates[f"stop_base[{level}]"] == pytest.approx(alone.units[0].estimates["stop_base"], abs=0.01)
    assert both.log_likelihood == pytest.approx(total, abs=0.02)
    assert both.n_parameters == 4 and both.units[0].counts["n_lists"] == 120


def test_ties_follow_each_level(two_kinds: Recalls) -> None:
    ties = {"item_to_context_own": "1 - item_to_context_learning", "stop_base": "encoding_drift / 20"}
    free = {"item_to_context_learning": "0:0.8 by list_type", "encoding_drift": None}
    space = Space.of(CMR(), free, ties, two_kinds)
    values = space.values(space.places({axis.name: 0.3 for axis in space.axes}))
    assert values["item_to_context_own[hard]"] == pytest.approx(0.7) and values["stop_base"] == pytest.approx(0.015)
    model: Any = space.at(np.array([0.25, 0.5, 0.5]), {"list_type": "easy"})
    assert (model.item_to_context_learning, model.item_to_context_own) == pytest.approx((0.2, 0.8))
    objective = LikelihoodObjective(space, two_kinds, 1)
    require_gradient(objective, 0.8 * space.default + 0.05)


def require_gradient(objective: LikelihoodObjective, places: np.ndarray) -> None:
    value, gradient = objective.value_and_gradient(places)
    assert value == pytest.approx(objective(places), rel=1e-10)
    for i in range(len(places)):
        step = 1e-6 * np.eye(len(places))[i]
        slope = (objective(places + step) - objective(places - step)) / 2e-6
        assert gradient[i] == pytest.approx(slope, rel=1e-4, abs=5e-3)
    scores = objective.by_subject(places)
    assert len(scores) == len(objective.recalls.trials.subjects)
    assert scores.sum(axis=0) == pytest.approx(gradient, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize(
    ("free", "message"),
    [
        ({"stop_base": "by kind"}, "lists have no 'kind'"),
        ({"stop_base": "by one"}, "all lists have one=1; leave stop_base free"),
        ({"stop_base": "by gap"}, "30 lists have no value of gap, the first of them list"),
        ({"stop_base": "list_type"}, "is none of 'by CONDITION'"),
        ({"stop_base": "a:b by list_type"}, "bounds are two numbers"),
        ({"stop_base": "0:2 by list_type"}, "must be two rising numbers within its range"),
        ({"stop_base": "~ age"}, "lists have no 'age'"),
        ({"stop_base": "~ C(list_type) + list_type"}, "linear combinations of one another"),
        ({"stop_base": "~ __import__('os')"}, "may hold names of covariates|calls"),
        ({"stop_base": "~ 1"}, "names no covariate"),
        ({"stop_base": "~ system(list_type)"}, "calls 'system'"),
    ],
)
def test_what_cannot_vary(two_kinds: Recalls, free: Any, message: str) -> None:
    gap = np.where(np.arange(120) % 4 == 0, np.nan, 1.0)
    trials = two_kinds.trials
    recalls = replace(
        two_kinds, trials=replace(trials, conditions={**trials.conditions, "one": np.ones(120, int), "gap": gap})
    )
    with pytest.raises(InputError, match=message):
        FitSpec.of(Uniform(), free, recalls=recalls)


def test_levels_come_from_lists(two_kinds: Recalls) -> None:
    with pytest.raises(InputError, match="depends on the lists; give the recalls too"):
        FitSpec.of(Uniform(), {"stop_base": "by list_type"})
    easy = two_kinds[two_kinds.trials.conditions["list_type"] == "easy"]
    other = made(Uniform(), 10, 3, list_type="odd")
    known = FitSpec.of(Uniform(), {"stop_base": "by list_type"}, recalls=two_kinds)
    assert known.objective(easy)(known.space.default) > 0
    with pytest.raises(InputError, match="fitted by list_type at the levels 'easy', 'hard', and not at 'odd'"):
        known.objective(other)
    with pytest.raises(InputError, match="say which list_type is meant"):
        known.space.at(known.space.default)
    with pytest.raises(InputError, match="no parameter of this fit depends on 'kind'"):
        known.space.at(known.space.default, {"kind": "easy"})


def test_levels_are_named_as_they_are(two_kinds: Recalls) -> None:
    numbered = replace(two_kinds, trials=replace(two_kinds.trials, conditions={"c": np.arange(len(two_kinds)) % 2}))
    fitted = fit(Uniform(), numbered, {"stop_base": "by c"}, **QUICK)
    with pytest.raises(InputError, match="at the levels 0, 1, and not at '1'"):
        fitted.of(c="1")


def test_covariates_that_are_no_table_are_said_to_be_none(two_kinds: Recalls) -> None:
    with pytest.raises(InputError, match="expected a DataFrame, or several in a list, got dict"):
        fit(Uniform(), two_kinds, ["stop_base"], covariates={"age": 3})


def test_each_subject_needs_all_levels(two_kinds: Recalls) -> None:
    whole = fit(Uniform(), two_kinds, {"stop_base": "by list_type"}, "subject", **QUICK)
    assert len(whole.units) == 4 and len(whole.units[0].estimates) == 2
    trials = two_kinds.trials
    some = two_kinds[(trials.subject != 2) | (trials.conditions["list_type"] == "easy")]
    with pytest.raises(InputError, match=r"subject 2 do not decide stop_base\[hard\]"):
        fit(Uniform(), some, {"stop_base": "by list_type"}, "subject", **QUICK)


# Covariates


def test_a_formula_recovers_what_made_the_lists() -> None:
    """The logit of the place of stopping rises by .08 a year of age; a hundred lists of each of 12 subjects."""
    ages = np.linspace(20, 75, 12)
    space = Space.of(Uniform(stop_growth=0.2), {"stop_base": (0.0, 0.5)}, {})
    parts = []
    for subject, age in enumerate(ages):
        place = 1 / (1 + np.exp(2.5 - 0.04 * (age - ages.mean())))
        recalls = made(space.at(np.array([place])), 100, subject, subjects=1)
        parts.append(replace(recalls, trials=replace(recalls.trials, subject=np.full(100, subject))))
    people = joined(parts)
    covariates = pd.DataFrame({"subject": range(12), "age": ages})
    free = {"stop_base": "0:0.5 ~ 1 + age"}
    fitted = fit(Uniform(stop_growth=0.2), people, free, covariates=covariates, **QUICK)
    estimates = fitted.units[0].estimates
    assert list(estimates) == ["stop_base", "stop_base:age"]
    assert estimates["stop_base:age"] == pytest.approx(0.04, abs=0.008)
    assert estimates["stop_base"] == pytest.approx(0.5 / (1 + np.exp(2.5)), abs=0.006)  # at the mean age
    young, old = (fitted.of(age=age).values()["stop_base"] for age in (20.0, 75.0))
    assert young < estimates["stop_base"] < old


def test_formulas_of_conditions_lists_and_items(two_kinds: Recalls) -> None:
    n = len(two_kinds)
    trials = two_kinds.trials
    lists = pd.DataFrame(
        {"practice": np.arange(n) / n},
        index=pd.MultiIndex.from_arrays([trials.subject, trials.list], names=["subject", "list"]),
    )
    items = pd.DataFrame({"frequency": np.arange(len(trials.pool))}, index=pd.Index(trials.pool.labels, name="item"))
    recalls: Any = with_covariates(with_covariates(two_kinds, lists), items)
    mean = trials.items.mean(axis=1)
    assert recalls.trials.conditions["frequency"] == pytest.approx(mean)
    free = {"stop_base": "0:0.5 ~ list_type * practice", "stop_growth": "0:2 ~ center(frequency)"}
    space = Space.of(Uniform(), free, {}, recalls)
    names = [axis.name for axis in space.axes]
    assert names[0] == "stop_base" and "stop_growth:center(frequency)" in names and len(names) == 6
    objective = LikelihoodObjective(space, recalls, 1)
    require_gradient(objective, np.array([0.2, 0.52, 0.47, 0.51, 0.1, 0.49]))


def test_regressions_of_levels_are_the_levels(two_kinds: Recalls) -> None:
    """A saturated formula of one condition fits as well as a value for each level."""
    by_level = fit(Uniform(), two_kinds, {"stop_base": "0:0.5 by list_type"}, **QUICK)
    formula = fit(Uniform(), two_kinds, {"stop_base": "0:0.5 ~ list_type"}, **QUICK)
    assert formula.log_likelihood == pytest.approx(by_level.log_likelihood, abs=0.01)
    assert formula.units[0].estimates["stop_base"] == pytest.approx(
        by_level.units[0].estimates["stop_base[easy]"], abs=1e-3
    )


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"subject": [1, 2, 3], "age": 1.0}), "no row for subject 4"),
        (pd.DataFrame({"age": [1.0]}), "the index is"),
        (pd.DataFrame({"subject": [1, 1], "age": 1.0}), "stands there twice"),
        (pd.DataFrame({"subject": [1, 2, 3, 4], "list_type": 1.0}), "have a condition 'list_type' already"),
        (pd.DataFrame({"item": ["item 1"], "age": 1.0}), "no row for item"),
    ],
)
def test_covariates_that_do_not_fit(two_kinds: Recalls, frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(InputError, match=message):
        with_covariates(two_kinds, frame)


LONG, MANY = "~ " + "a + " * 60 + "a", "~ " + "+".join(f"a{i}" for i in range(20))


@pytest.mark.parametrize(
    "formula",
    [
        "~ a.b",
        "~ {a}",
        "~ a ** b",
        "~ log(log(a))",
        "~ a ^ 99",
        "~ a[0]",
        "~ 'a'",
        "y ~ a",
        "~ a + 7",
        "~ I(a)",
        LONG,
        MANY,
    ],
)
def test_formulas_let_nothing_else_through(formula: str) -> None:
    with pytest.raises(InputError):
        variables_of(formula)
    assert variables_of("~ 0 + C(a):center(b)*c - a^2") == ("a", "b", "c")


# Several data sets


def test_distraction_drift_is_found_from_delayed_lists() -> None:
    """Immediate and delayed lists, with the parameter that only the delay shows."""
    truth = TCM(context_drift=0.6, distraction_drift=0.08)
    delayed = TASK.replace(retention_interval=16.0)
    people = {"immediate": made(truth, 150, 1), "delayed": made(truth, 250, 2, delayed)}
    fitted = fit(TCM(), people, ["context_drift", "distraction_drift", "stop_base"], **QUICK)
    estimates = fitted.units[0].estimates
    assert estimates["distraction_drift"] == pytest.approx(0.08, abs=0.04)
    assert fitted.units[0].counts["n_lists"] == 400
    total = sum(log_likelihood(fitted.of(), part).sum() for part in people.values())
    assert fitted.log_likelihood == pytest.approx(total)
    by_set = fit(TCM(), people, {"stop_base": "by data set"}, **QUICK)
    assert list(by_set.units[0].estimates) == ["stop_base[delayed]", "stop_base[immediate]"]
    require_gradient(LikelihoodObjective(by_set.spec.space, JointRecalls(people), 1), np.array([0.1, 0.2]))


def test_one_label_in_different_data_sets_is_said_to_be_one_person(two_kinds: Recalls) -> None:
    """Of people: parts of one data set or file label them alike, and simulated subjects are no people."""
    origins = [Observed("a"), Observed("b"), Observed("b", "other"), Observed(), Observed(details={"file": "x"})]
    parts = [replace(two_kinds[:60], origin=origin) for origin in origins]
    for pair in ((0, 1), (3, 3), (0, 4)):
        with pytest.warns(DataWarning, match="one and other both have subject 1, 2, 3 and 1 more: the same label"):
            load_people({"one": parts[pair[0]], "other": parts[pair[1]]})
    with pytest.warns(DataWarning, match="both have subject"):
        cross_validate({"Uniform": Uniform()}, JointRecalls({"one": parts[0], "other": parts[1]}), folds=2)
    apart = replace(parts[0], trials=replace(parts[0].trials, subject=parts[0].trials.subject + 10))
    for one, other in ((parts[1], parts[2]), (parts[4], parts[4]), (two_kinds, two_kinds), (apart, parts[1])):
        load_people({"one": one, "other": other})


def test_joint_recalls_are_taken_apart_and_resampled() -> None:
    people = JointRecalls({"a": made(TCM(), 8, 1), "b": made(TCM(), 12, 2, FreeRecall(list_length=5))})
    assert len(people) == 20 and len(people[[0, 9, 10]].parts["b"]) == 2 and list(people[:8].parts) == ["a"]
    assert [len(part) for part in units_of(people, "subject").values()] == [5] * 4
    assert people.trials.subject_codes.tolist() == [
        0,
        0,
        1,
        1,
        2,
        2,
        3,
        3,
        *([0] * 3),
        *([1] * 3),
        *([2] * 3),
        *([3] * 3),
    ]
    with pytest.raises(InputError, match="there are no data sets"):
        JointRecalls({})
    with pytest.raises(InputError, match="several data sets are fitted by likelihood"):
        fit(TCM(), people.of_recall, by="summary", n_trials=20, **QUICK)


# Files


def test_fits_with_conditions_as_files(two_kinds: Recalls, tmp_path: Path) -> None:
    for free in ({"stop_base": "0.001:0.4 by list_type"}, {"stop_base": "~ list_type"}):
        fitted = fit(Uniform(), two_kinds, free, **QUICK)
        fitted.save(tmp_path / "fit.json")
        again = Fit.load(tmp_path / "fit.json")
        assert again == fitted and again.of(list_type="hard") == fitted.of(list_type="hard")
        assert json.loads(json.dumps(fitted.spec.to_json()))["free"]["stop_base"]["bounds"]
        assert fitted.to_frame().loc[0, "n_parameters"] == 2
