"""SIMPLE: its numeric case, the fits to Murdock (1962), and what a model without an order of recall can do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsim import (
    PositionModel,
    Recalls,
    check,
    load_curves,
    log_likelihood,
    position_log_likelihood,
    recall_probability,
    run,
    score,
    simulate,
)
from memsim.analysis import curve_table, summary_table
from memsim.commands.main import main
from memsim.core.errors import InputError, LikelihoodError, ModelError
from memsim.core.prediction import PositionPrediction
from memsim.models import SIMPLE, TCM
from memsim.paradigms import FreeRecall

FIVE = FreeRecall(list_length=5)
CASE = SIMPLE(distinctiveness=4, threshold=0.5, threshold_slope=15, recall_delay=3)


def test_numeric_case() -> None:
    """T = (7, 6, 5, 4, 3), c = 4, t = .5, s = 15: our own reference computation, to its printed digits."""
    assert CASE.times(FIVE).tolist() == [7, 6, 5, 4, 3]
    diagonal = np.diag(CASE.discriminability(FIVE))
    assert np.allclose(diagonal, [0.515347, 0.438201, 0.438258, 0.492572, 0.648407], rtol=0, atol=5.1e-7)
    recalled = recall_probability(CASE, FIVE)
    assert np.allclose(recalled, [0.581184, 0.334567, 0.314049, 0.495420, 0.911111], rtol=0, atol=5.1e-7)


@pytest.mark.parametrize(("cueing", "distances"), [("any", [0.050, 0.051, 0.046]), ("own", [0.112, 0.150, 0.101])])
def test_distance_to_murdock(cueing: str, distances: list[float]) -> None:
    """Root mean squared distance of the published fits to people, in our own reference computation."""
    for condition, distance in zip(("20-1", "30-1", "40-1"), distances, strict=True):
        length, seconds = map(int, condition.split("-"))
        curves = load_curves("murdock1962", condition)
        people = curves.loc[curves["curve"] == "serial_position_curve", "mean"].to_numpy()
        model = SIMPLE.preset(f"murdock1962:{condition}").replace(cueing=cueing)
        predicted = recall_probability(model, FreeRecall(list_length=length, presentation_time=seconds))
        assert np.sqrt(np.mean((predicted - people) ** 2)) == pytest.approx(distance, abs=0.00051)


def test_only_ratios_of_times_count() -> None:
    slow = FreeRecall(list_length=12, presentation_time=3, inter_item_distraction=5, retention_interval=4)
    fast = FreeRecall(list_length=12, presentation_time=2)
    one = recall_probability(SIMPLE(recall_delay=4), slow)
    assert np.allclose(one, recall_probability(SIMPLE(recall_delay=2), fast))
    # Time before the first item is in no time from an item to its recall.
    assert np.array_equal(one, recall_probability(SIMPLE(recall_delay=4), slow.replace(initial_distraction=9)))


def test_delay_takes_recency_and_distraction_between_items_brings_it_back() -> None:
    def last(**settings: float) -> float:
        return float(recall_probability(SIMPLE(), FreeRecall(**settings))[-1])

    assert last() > 0.9 and last(retention_interval=60) < 0.6 * last()
    assert last(retention_interval=60, inter_item_distraction=30) > 1.2 * last(retention_interval=60)


def test_likelihood_of_what_was_recalled() -> None:
    recalls = Recalls.from_matrix([[5, 1, 5, -1], [0, 0, 0, 0]], 5)
    p = recall_probability(CASE, FIVE)
    both = position_log_likelihood(CASE, recalls)
    assert both[0] == pytest.approx(np.log(p[[0, 4]]).sum() + np.log(1 - p[[1, 2, 3]]).sum())
    assert both[1] == pytest.approx(np.log(1 - p).sum())
    cut = Recalls(recalls.trials, recalls.positions, np.array([False, True]))
    assert position_log_likelihood(CASE, cut)[0] == pytest.approx(np.log(p[[0, 4]]).sum())
    certain = SIMPLE()
    assert recall_probability(certain, FreeRecall())[-1] == 1
    assert -40 < position_log_likelihood(certain, Recalls.from_matrix([[3]], 20))[0] < -20


def test_runs_without_people_and_says_that_an_output_limit_does_not_apply(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ["run", "--n-trials", "20", "--people", "none", "--force", "--out", str(tmp_path)]
    assert main([*run, "--models", "simple"]) == 0
    assert main([*run, "--models", "simple", "--list-length", "1"]) == 0
    assert main([*run, "--models", "tcm", "--list-length", "1"]) == 0
    assert "output limit" not in capsys.readouterr().out
    assert main([*run, "--models", "simple", "tcm", "--output-limit", "3"]) == 0
    assert (
        "The output limit does not apply to SIMPLE, for which there is no order of recall." in capsys.readouterr().out
    )


@pytest.mark.parametrize("call", [simulate, log_likelihood, score])
def test_no_order_is_said_plainly(call: Any) -> None:
    recalls = Recalls.from_matrix([[1]], 5)
    with pytest.raises(InputError, match=r"SIMPLE is a class; pass an instance, SIMPLE\(\)"):
        call(SIMPLE, recalls.trials if call is simulate else recalls)
    with pytest.raises(LikelihoodError, match="SIMPLE says which items are recalled and not in what order"):
        call(SIMPLE(), recalls.trials if call is simulate else recalls)


def test_tables_equal_those_of_recalls_with_the_same_curve() -> None:
    """Recall by position of a matrix of recalls gives the statistics that the recalls themselves give."""
    recalls = Recalls.from_matrix([[1, 2, 8, 10], [1, 10, 9, 5], [6, 7, 10, 0]], 10)
    curve = np.bincount(recalls.positions.ravel(), minlength=11)[1:] / 3
    predicted = PositionPrediction("SIMPLE", FreeRecall(list_length=len(curve)), curve)
    curves, summary = curve_table(predicted), summary_table(predicted)
    assert curves["mean"].to_list() == curve.tolist()
    whole = summary_table(recalls).set_index("statistic")["mean"]
    for statistic, value in summary.set_index("statistic")["mean"].items():
        assert value == pytest.approx(whole[statistic])


def test_stands_beside_models_with_an_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    comparison = run({"SIMPLE": SIMPLE(), "TCM": TCM()}, FreeRecall(), "murdock1962:20-1", n_trials=200)
    row = comparison.summary.set_index("label").loc["SIMPLE"]
    assert row["rmsd_serial_position_curve"] == pytest.approx(0.050, abs=0.001)
    assert np.isnan(row["rmsd_lag_crp"]) and np.isnan(row["lag_plus_1"])
    assert list(comparison.recalls) == ["TCM"]
    panels = comparison.figure().axes
    assert "SIMPLE" in [line.get_label() for line in panels[0].get_lines()]
    assert main(["run", "--models", "simple:murdock1962:40-1", "tcm", "--list-length", "40", "--n-trials", "50",
                 "--out", str(tmp_path)]) == 0  # fmt: skip
    assert "SIMPLE:murdock1962:40-1" in capsys.readouterr().out
    assert main(["run", "--models", "simple", "--n-trials", "50", "--out", str(tmp_path / "alone")]) == 0
    assert not (tmp_path / "alone" / "recalls.csv").exists()


def test_presets_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="SIMPLE has no preset 'murdock1962:20-3'; did you mean 'murdock1962:20-[12]'"):
        SIMPLE.preset("murdock1962:20-3")
    with pytest.raises(InputError, match=r"TCM has no preset 'x'. It has: none."):
        TCM.preset("x")
    assert main(["models", "simple"]) == 0
    assert "preset murdock1962:40-1: distinctiveness=12.03" in capsys.readouterr().out
    assert main(["check", "simple:murdock1962:20-2"]) == 0


def test_a_wrong_prediction_is_named() -> None:
    @dataclass(frozen=True)
    class Wrong(PositionModel):
        def recall_probability(self, paradigm: Any) -> Any:
            return np.full(3, 0.5)

    with pytest.raises(ModelError, match="it must give 1 probabilities"):
        check(Wrong)
    with pytest.raises(InputError, match="is not a memsim.PositionModel"):
        recall_probability(TCM(), FIVE)
