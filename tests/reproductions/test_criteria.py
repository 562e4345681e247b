"""What counts as showing a finding is calibrated on people, of whom none are rejected."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim.analysis import criteria_figure
from memsim.core.free_recall import FreeRecall
from memsim.data import load_summary
from memsim.data.registered import DATASETS
from memsim.data.shipped import load_curves
from memsim.evaluation.ranking.calibration import LEAST_DATA_SETS, limits_of, range_of, statistics_of_people
from memsim.evaluation.ranking.findings import FINDINGS, Finding
from memsim.models import SIMPLE, TCM
from memsim.reproductions.recall.criteria import (
    BLOCKS,
    CRITERIA,
    NOT_COUNTED,
    PEOPLE,
    TASKS,
    Measured,
    Measures,
    criteria_table,
    limits,
    measures,
    measures_of_people,
    people,
)
from memsim.reproductions.recognition.criteria import CRITERIA as OF_RECOGNITION
from memsim.reproductions.recognition.criteria import SLOPE, range_of_people
from memsim.reproductions.recognition.criteria import people as people_of_ratings
from memsim.reproductions.serial.farrell2013 import LEAST, MOST, NEAR_LEAST, NEAR_MOST
from memsim.reproductions.serial.farrell2013 import PEOPLE as SERIAL_PEOPLE

LISTS_OF_WORDS = 100
"""Longer lists are whole sessions, recalled at the end: another task."""


def immediate() -> list[str]:
    """All conditions of immediate free recall of which lists install, or curves ship."""
    found = []
    for name in DATASETS.names():
        data_set = DATASETS.get(name)
        for condition in data_set.conditions:
            task = data_set.paradigm(condition)
            distracted = any(
                getattr(task, each) for each in ("retention_interval", "inter_item_distraction", "initial_distraction")
            )
            if type(task) is FreeRecall and task.list_length < LISTS_OF_WORDS and not distracted:
                found.append(f"{name}:{condition}")
    return found


def test_no_people_of_free_recall_are_rejected() -> None:
    names = immediate()
    assert len(names) >= 15 and len({name.partition(":")[0] for name in names}) >= LEAST_DATA_SETS
    found = {name: Measured({"immediate": statistics_of_people(name, Measures)}) for name in names}
    found |= {label: measures_of_people(label) for label in PEOPLE}
    for delay in ("8", "16"):
        tasks = {"immediate": "immediate", "delayed": f"delayed_{delay}", "continual": f"continual_{delay}"}
        found[delay] = Measured(
            {task: statistics_of_people(f"peers_experiment2:{name}", Measures) for task, name in tasks.items()}
        )
    table = criteria_table(found)
    assert set(table.loc[table["value"].notna(), "verdict"]) <= {"pass", NOT_COUNTED}
    known = table[table["value"].notna()].groupby("criterion")["label"].nunique()
    assert set(known.index) == {each.name for each in CRITERIA} and (known > 1).sum() == len(CRITERIA) - 1
    assert known["primacy"] == len(found)


def test_thresholds_of_before_rejected_people() -> None:
    """Each of them was wrong of some people: so the ranges are needed."""
    values = people().set_index(["finding", "data_set"])["value"]
    asymmetry = values["immediate: lag-CRP at +1 over -1"]
    assert (asymmetry < 1.5).any() and asymmetry.between(0.9, 3.5).all()
    fall = values["recency falls with delay, immediate minus delayed"]
    kept = 1 - fall / values["immediate: recency, last 4 minus middle"].loc[fall.index]
    assert (kept > 1 / 3).any()


def test_which_ranges_rest_on_five_data_sets_and_what_else_counts() -> None:
    table = limits().set_index("criterion")
    assert (table.loc[table["basis"] == "range", "n_data_sets"] >= LEAST_DATA_SETS).all()
    assert table["basis"].value_counts().to_dict() == {"range": 4, "direction": 5, "none": 1}
    assert np.isinf(table.loc[table["basis"] == "direction", "high"]).all()
    assert (table["low"].isin([-np.inf]) == (table["basis"] == "none")).all()
    ranked = {each.name: each for each in FINDINGS}
    for criterion in CRITERIA:
        row = table.loc[criterion.name]
        if row["basis"] == "range":
            values = people().query("finding == @criterion.finding.name")["value"]
            assert (row["low"], row["high"]) == range_of(ranked[criterion.finding.name], values.tolist())


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=4), st.floats(-1, 1))
def test_people_pass_where_few_data_sets_are_known(values: list[float], null: float) -> None:
    table = pd.DataFrame({"finding": "f", "data_set": [f"{i}:all" for i in range(len(values))], "value": values})
    row = limits_of(table, [Finding("f", null, lambda known: 0.0, ())]).iloc[0]
    assert all(row["low"] <= value <= row["high"] for value in values)
    if min(values) > null + 1e-9:
        assert null < row["low"] and row["high"] == np.inf and row["basis"] == "direction"
    elif max(values) < null - 1e-9:
        assert null > row["high"] and row["low"] == -np.inf and row["basis"] == "direction"


def test_criteria_of_models_and_of_what_is_known_of_people() -> None:
    nothing = pd.DataFrame({"statistic": [], "mean": []})
    curves = Measures.of_tables(load_curves("murdock1962", "20-1"), nothing, 20)
    found = {name: measures(model, 2000, 0) for name, model in (("TCM", TCM()), ("SIMPLE", SIMPLE()))}
    assert len(found["TCM"].blocks) == BLOCKS and not found["SIMPLE"].blocks
    table = criteria_table({"people": Measured({"immediate": curves}), **found})
    assert len(table) == 3 * len(CRITERIA) == 30
    cell = table.set_index(["label", "criterion"])
    assert cell.loc[("TCM", "primacy"), "verdict"] == "fail" and cell.loc[("TCM", "primacy"), "sem"] > 0
    assert cell.loc[("TCM", "recency in immediate recall"), "passes"]
    assert cell.loc[("TCM", "transitions favour going forward"), "verdict"] == NOT_COUNTED
    assert cell.loc[("SIMPLE", "transitions peak at lags of one"), "passes"] is None
    assert cell.loc[("people", "transitions peak at lags of one"), "passes"]
    assert cell.loc[("people", "recency goes with a delay"), "passes"] is None
    assert len(criteria_figure(table).axes[0].texts) == 30


def test_standard_errors_are_the_spread_over_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memsim.reproductions.recall.criteria.TASKS", {"immediate": TASKS["immediate"]})
    primacy = next(each for each in CRITERIA if each.name == "primacy")
    values, errors = np.array([measures(TCM(), 400, seed).number(primacy) for seed in range(12)]).T
    assert np.sqrt((errors**2).mean()) == pytest.approx(values.std(ddof=1), rel=0.5)


def test_no_people_of_ratings_are_rejected_by_the_slope() -> None:
    slope = next(each for each in OF_RECOGNITION if each.name == SLOPE)
    values = people_of_ratings().query("finding == 'ratings: slope of the z-ROC'")
    assert values["data_set"].str.partition(":")[0].nunique() >= LEAST_DATA_SETS
    assert all(slope.verdict(value, 0.0) == "pass" for value in values["value"])
    assert slope.verdict(1.0, 0.0) == "fail" and slope.limits == range_of_people(slope.of_people)


def test_people_of_serial_recall_are_in_the_range_of_others() -> None:
    """Lists that alternate similar and dissimilar letters are made to be confused two places apart."""
    for condition in DATASETS.get(SERIAL_PEOPLE).conditions:
        own = load_summary(SERIAL_PEOPLE, condition).set_index("statistic")["mean"]
        assert LEAST <= own["fill_in_ratio"] <= MOST
        assert (NEAR_LEAST <= own["near"] <= NEAR_MOST) == (condition != "alternating")
