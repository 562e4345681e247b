"""Lists that hold an item twice: every analysis refuses them, or gives what a slow count by items gives."""

from collections import Counter
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from memsim import ItemPool, Recalls, Trials, analysis
from memsim.analysis import ANALYSES, analyze, curve_table, of_recalls, plot, serial_summary, summary_table
from memsim.analysis.declaration import Analysis
from memsim.core.errors import InputError
from memsim.paradigms import FreeRecall, SerialRecall
from tests.analysis.names import WITHOUT_CUES
from tests.conftest import shared_file

REFUSED = "list 0 holds an item twice; this takes lists of different items"
LENGTH = 4
SERIAL = ("serial_accuracy", "error_types", "transposition_gradient", "fill_in", "repetition_distance",
          "relative_order")  # fmt: skip


def digits(responses: list[int], studied: tuple[int, ...] = (7, 3, 7, 4), serial: bool = True) -> Recalls:
    """Recall of one list of digits; 0 is no response, and a digit that was not studied intrudes."""
    task = SerialRecall(list_length=len(studied)) if serial else FreeRecall(list_length=len(studied))
    pool = ItemPool(np.arange(10), features=np.eye(10), categories=np.arange(10) % 2)
    at = [0 if digit == 0 else studied.index(digit) + 1 if digit in studied else -1 for digit in responses]
    times = np.where(np.array(at) == 0, np.nan, np.arange(1.0, len(at) + 1))
    return Recalls(Trials(np.array([studied]), pool, task), np.array([at]), times=times[None])


def test_digits_given_back_perfectly_score_1_everywhere() -> None:
    recalls = digits([7, 3, 7, 4])
    assert analysis.serial_accuracy(recalls)["prob"].tolist() == [1, 1, 1, 1]
    types = analysis.error_types(recalls)
    assert types.query("type == 'correct'")["prob"].tolist() == [1, 1, 1, 1] and types["actual"].sum() == 4
    assert analysis.repetition_distance(recalls)["possible"].eq(0).all()
    assert analysis.error_rates(recalls)["per_list"].sum() == 0
    assert analysis.recall_raster(recalls)["response"].tolist() == ["correct"] * 4
    assert analysis.response_latency(recalls)["count"].tolist() == [1, 1, 1, 1]
    summary = serial_summary(recalls).set_index("statistic")["mean"]
    assert summary["accuracy"] == summary["lists_correct"] == 1
    assert summary[["transposition", "repetition", "omission", "intrusion"]].eq(0).all()
    assert summary[["near", "fill_in_ratio"]].isna().all()
    assert curve_table(recalls).query("curve == 'serial_accuracy'")["mean"].tolist() == [1, 1, 1, 1]


def test_the_case_from_a_file() -> None:
    frame = pd.read_csv(shared_file("cases/01_serial_repeated_item/data.csv"))
    recalls = Recalls.from_frame(frame, paradigm=SerialRecall(list_length=4))
    assert analysis.serial_accuracy(recalls)["prob"].tolist() == [1, 1, 1, 1]
    assert analysis.error_types(recalls).query("type == 'correct'")["prob"].tolist() == [1, 1, 1, 1]


def slow_types(studied: tuple[int, ...], responses: list[int]) -> list[str]:
    """The type of each response, by the items alone."""
    given: Counter[int] = Counter()
    found = []
    for due, digit in zip(studied, responses, strict=True):
        if digit == 0:
            found.append("omission")
        elif digit not in studied:
            found.append("intrusion")
        elif digit == due:
            found.append("correct")
        else:
            found.append("transposition" if given[digit] < studied.count(digit) else "repetition")
        given[digit] += 1
    return found


LISTS = st.lists(st.integers(1, 3), min_size=LENGTH, max_size=LENGTH).filter(lambda items: len(set(items)) < LENGTH)
RESPONSES = st.lists(st.integers(0, 4), min_size=LENGTH, max_size=LENGTH)


@settings(max_examples=60, deadline=None)
@given(studied=LISTS, responses=RESPONSES)
def test_serial_recall_is_counted_by_items(studied: list[int], responses: list[int]) -> None:
    shown = tuple(studied)
    recalls = digits(responses, shown)
    expected = slow_types(shown, responses)
    types = analysis.error_types(recalls).query("actual == 1").sort_values("output")["type"].tolist()
    assert types == expected
    correct = [kind == "correct" for kind in expected]
    assert analysis.serial_accuracy(recalls)["prob"].tolist() == correct
    given: Counter[int] = Counter()
    latest: dict[int, int] = {}
    distances = []
    for output, digit in enumerate(responses):
        if digit in shown and given[digit] >= shown.count(digit):
            distances.append(output - latest[digit])
        given[digit] += 1
        latest[digit] = output
    counted = analysis.repetition_distance(recalls)
    assert counted["distance"].repeat(counted["actual"]).tolist() == sorted(distances)
    assert analysis.error_rates(recalls).set_index("kind")["total"]["repetition"] == len(distances)


@settings(max_examples=60, deadline=None)
@given(studied=LISTS, responses=RESPONSES)
def test_free_recall_is_counted_by_items(studied: list[int], responses: list[int]) -> None:
    shown, given = tuple(studied), [digit for digit in responses if digit]
    recalls = digits(given, shown, serial=False)
    curve = analysis.serial_position_curve(recalls)["prob"].tolist()
    assert curve == [digit in given for digit in shown]
    first_times = [digit in shown and digit not in given[:i] for i, digit in enumerate(given)]
    statistics = summary_table(recalls).set_index("statistic")["mean"]
    assert statistics["recalled"] == sum(first_times)
    assert statistics["intrusions"] == sum(digit not in shown for digit in given)
    assert statistics["repeats"] == len(given) - sum(first_times) - statistics["intrusions"]
    assert statistics[["lag_minus_1", "lag_plus_1", "temporal_factor", "first_recall_at_end"]].isna().all()
    kinds = ["correct" if first else "repetition" if digit in shown else "intrusion"
             for first, digit in zip(first_times, given, strict=True)]  # fmt: skip
    assert analysis.recall_raster(recalls)["response"].tolist() == (kinds or ["nothing"])
    by_kind = analysis.stopping_by_response(recalls).set_index("response")["possible"]
    assert [by_kind[kind] for kind in ("correct", "intrusion", "repetition")] == [
        kinds.count(kind) for kind in ("correct", "intrusion", "repetition")
    ]
    stopped = analysis.stopping_probability(recalls)
    assert stopped.loc[stopped["actual"] == 1, "recalled"].tolist() == [sum(first_times)]
    assert analysis.response_latency(recalls)["count"].sum() == sum(first_times)
    effect = analysis.repetition_effect(recalls)
    for row in effect.to_dict("records"):
        items = [digit for digit in set(shown) if shown.count(digit) == row["presentations"]]
        assert (row["actual"], row["possible"]) == (sum(digit in given for digit in items), len(items))
    primacy = analysis.primacy_index(recalls).iloc[0]
    assert primacy["edge"] == np.mean(curve[:2]) and np.isnan(primacy["share"]) and np.isnan(primacy["first_recall"])
    spacing = analysis.spacing_effect(recalls)
    assert spacing["possible"].sum() == sum(shown.count(digit) > 1 for digit in set(shown))
    assert spacing["actual"].sum() == sum(shown.count(digit) > 1 and digit in given for digit in set(shown))


@pytest.mark.parametrize("name", WITHOUT_CUES)
@pytest.mark.parametrize("how", ["analyze", "function", "no keyword"])
def test_every_analysis_takes_or_refuses(name: str, how: str) -> None:
    """The declaration decides, whichever way an analysis is called, and a refusal is one line."""
    recalls = digits([3, 7, 7, 4] if name in SERIAL else [3, 7, 4], serial=name in SERIAL)
    declared = ANALYSES.get(name)
    assert hasattr(declared.run, "takes_repeated_items"), "every analysis of memsim declares it"

    def run() -> Any:
        if how == "analyze":
            return analyze(recalls, name)
        return getattr(analysis, name)(recalls) if how == "function" else declared.run(recalls=recalls)

    if declared.run.takes_repeated_items:
        assert len(run())
        assert declared.refusal(recalls) == ""
    else:
        with pytest.raises(InputError) as error:
            run()
        assert str(error.value).startswith(f"{name}: {REFUSED}") and "\n" not in str(error.value)
        assert declared.refusal(recalls) == str(error.value)


@pytest.mark.parametrize("name", [name for name in WITHOUT_CUES if name not in SERIAL])
def test_what_is_defined_is_drawn(name: str) -> None:
    if not ANALYSES.get(name).refusal(digits([3, 7, 4], serial=False)):
        plot(analyze(digits([3, 7, 4], serial=False), name))


def undeclared(recalls: Recalls) -> pd.DataFrame:
    """Nothing of interest."""
    return pd.DataFrame({"subject": recalls.trials.subjects, "value": 1.0})


@of_recalls(takes_repeated_items=True)
def declared(recalls: Recalls) -> pd.DataFrame:
    """Nothing of interest."""
    return undeclared(recalls)


def test_analyses_of_plugins() -> None:
    recalls = digits([3, 7, 4], serial=False)
    with pytest.raises(InputError, match=rf"undeclared: {REFUSED}.*of_recalls\(takes_repeated_items=True\)"):
        Analysis(f"{__name__}:undeclared", "T").frame(recalls)
    assert len(Analysis(f"{__name__}:declared", "T").frame(recalls)) == 1
    with pytest.raises(InputError, match="expected memsim.Recalls, got str"):
        declared("recalls")
