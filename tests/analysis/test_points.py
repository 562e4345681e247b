"""From a frame to points: one function for recalls, predictions of positions and curves that ship."""

import numpy as np
import pandas as pd
import pytest

from memsim import ItemPool, Recalls, Trials, load_curves, simulate
from memsim.analysis import ANALYSES, analyze, curve_table, curves_of, distance_crp, points_of, points_of_curve
from memsim.core.errors import InputError
from memsim.core.prediction import PositionPrediction, predict
from memsim.models import SIMPLE, TCM
from memsim.paradigms import FreeRecall, SerialRecall


def forty_lists_of_forty_items() -> Recalls:
    rng = np.random.default_rng(0)
    pool = ItemPool(np.arange(40))
    items = np.array([rng.permutation(40)[:6] for _ in range(40)])
    trials = Trials(items, pool, FreeRecall(list_length=6), conditions={"half": np.arange(40) % 2})
    return Recalls(trials, np.array([rng.permutation(6)[:4] + 1 for _ in range(40)]))


def test_an_option_that_is_not_by_trial_is_not_cut() -> None:
    """As many items as lists: a matrix of distances between items stays whole within a condition."""
    recalls = forty_lists_of_forty_items()
    distances = np.abs(np.subtract.outer(np.arange(40.0), np.arange(40.0)))
    frame = analyze(recalls, "distance_crp", by="half", distances=distances, edges=[0.5, 5, 15, 40])
    odd = recalls[recalls.trials.conditions["half"] == 1]
    expected = distance_crp(odd, distances=distances, edges=[0.5, 5, 15, 40])
    pd.testing.assert_frame_equal(
        frame[frame["half"] == 1].drop(columns="half").reset_index(drop=True), expected, check_dtype=False
    )


def test_an_option_by_trial_is_cut_with_the_trials() -> None:
    recalls = forty_lists_of_forty_items()
    mask = np.zeros((40, 6), dtype=bool)
    mask[::2] = True
    by_half = analyze(recalls, "lag_crp", by="half", items=mask).groupby("half")["possible"].sum()
    assert by_half[0] > 0 and by_half[1] == 0
    with pytest.raises(InputError, match=r"lag_crp: items has shape \(39, 6\); it must have a row for each of the 40"):
        analyze(recalls, "lag_crp", by="half", items=mask[1:])


def test_every_declared_option_exists() -> None:
    for name in ANALYSES.names():
        analysis = ANALYSES.get(name)
        assert analysis.name == name and analysis.title
        assert set(analysis.by_trial) <= set(analysis.options), name
        assert not analysis.whole or "rows" in analysis.options


def test_points_of_recalls_of_predictions_and_of_shipped_curves_are_alike() -> None:
    task = FreeRecall(list_length=20)
    simulated = predict(TCM(), task.trials(60, 0, subjects=3), 0)
    assert isinstance(simulated, Recalls)
    assert (simulated.positions == simulate(TCM(), task.trials(60, 0, subjects=3), 0).positions).all()
    predicted = predict(SIMPLE(), task.trials(1), 0)
    assert isinstance(predicted, PositionPrediction) and predicted.model == "SIMPLE"
    assert set(curve_table(simulated)["curve"]) == set(curves_of(task))
    assert set(curve_table(predicted)["curve"]) == {"serial_position_curve"}
    analysis = ANALYSES.get("serial_position_curve")
    of_recalls = points_of(analyze(simulated, "serial_position_curve"))
    for table in (curve_table(simulated), curve_table(predicted), load_curves("murdock1962", "20-1")):
        points = points_of_curve(table, analysis)
        assert points["position"].tolist() == list(range(1, 21)) and points["mean"].between(0, 1).all()
        assert {"mean", "low", "high", "n_subjects"} <= set(points) & set(of_recalls)
    own = points_of_curve(curve_table(simulated), analysis)
    np.testing.assert_allclose(own["mean"], of_recalls["mean"], rtol=1e-15)
    with pytest.raises(InputError, match="SIMPLE predicts which items are recalled, not their order"):
        ANALYSES.get("lag_crp").frame(predicted)


def test_points_of_points_are_the_same() -> None:
    points = points_of(analyze(forty_lists_of_forty_items(), "lag_rank", by="half"))
    again = points_of(points)
    pd.testing.assert_frame_equal(points, again)
    assert again.attrs == points.attrs


def test_the_curves_of_a_task_are_registered_analyses() -> None:
    for task in (FreeRecall(), SerialRecall()):
        for name, analysis in curves_of(task).items():
            assert ANALYSES.get(name) is analysis


def test_the_first_output_has_its_own_label() -> None:
    recalls = forty_lists_of_forty_items()
    analysis = ANALYSES.get("probability_of_nth_recall")
    assert analysis.label(analyze(recalls, analysis.name)) == "Probability of first recall"
    assert analysis.heading("Probability of first recall") == "Probability of first recall"
    assert analysis.heading("Probability of nth recall") == analysis.title == "Probability of nth recall"
    assert analysis.label(analyze(recalls, analysis.name, n=2)) == "Probability of nth recall"
    assert analysis.label(analyze(recalls, analysis.name, n=None)) == "Probability of nth recall"
