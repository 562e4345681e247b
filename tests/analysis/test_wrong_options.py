"""Wrong values of the options of analyses, and of what else they take, end in an error of memsim that names them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import memsim
from memsim import analysis, simulate
from memsim.core.errors import InputError
from memsim.models import TCM, UnequalVariance
from memsim.paradigms import FreeRecall, Recognition

RECALLS = simulate(TCM(), FreeRecall(list_length=5).trials(4))
JUDGMENTS = simulate(UnequalVariance(), Recognition(list_length=5).trials(4))
CURVE = analysis.lag_crp(RECALLS)
FLAGS = [
    (name, option)
    for name in analysis.__all__
    if inspect.isfunction(function := getattr(analysis, name))
    for option, each in inspect.signature(function).parameters.items()
    if isinstance(each.default, bool) and next(iter(inspect.signature(function).parameters)) == "recalls"
]


@pytest.mark.parametrize("value", ["False", 0, None, [1, "a"]], ids=str)
@pytest.mark.parametrize(("name", "option"), FLAGS)
def test_what_is_true_or_false_is_nothing_else(name: str, option: str, value: Any) -> None:
    with pytest.raises(InputError, match=rf"{name}: {option}=.* must be True or False"):
        getattr(analysis, name)(RECALLS, **{option: value})


def test_flags_were_found_and_take_what_numpy_says() -> None:
    assert {"lag_crp", "lag_rank", "prior_list_intrusions", "recall_regression"} <= {name for name, _ in FLAGS}
    pd.testing.assert_frame_equal(analysis.lag_crp(RECALLS, bridge=np.True_), analysis.lag_crp(RECALLS, bridge=True))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: memsim.recall_probability(memsim.models.SIMPLE(), 3), "recall_probability: 3 is no task"),
        (lambda: memsim.run([TCM()], FreeRecall(), keep_going="no"), "run: keep_going='no' must be True or False"),
        (lambda: memsim.compare([TCM()], RECALLS, allow_seen="no"), "compare: allow_seen='no' must be True or False"),
        (lambda: memsim.train("DNC", force="no"), "train: force='no' must be True or False"),
        (lambda: memsim.train_seeds("DNC", seeds=2, force=1), "train_seeds: force=1 must be True or False"),
        (lambda: memsim.reproduce("criteria", force="no"), "reproduce: force='no' must be True or False"),
        (lambda: memsim.coverage("TCM", RECALLS.trials), "coverage: spread: .* is no mapping; give a dict, as in"),
        (lambda: memsim.data.read_recall_matrix([[1]], list_length=2, strict="no"), "strict='no' must be True"),
        (lambda: memsim.data.read_penn_mat("x.mat", strict="no"), "strict='no' must be True or False"),
        (lambda: memsim.data.read_bids_events("x", strict="no"), "strict='no' must be True or False"),
        (lambda: RECALLS["a"], r"Recalls\['a'\]: give a slice, row numbers from 0, or a mask of 4 values"),
        (lambda: RECALLS[0.5], r"Recalls\[0.5\]: give a slice"),
        (lambda: JUDGMENTS[[True]], "Judgments: the mask has 1 values, and there are 4 rows"),
        (lambda: RECALLS.trials[None], "Trials.None.: give a slice"),
        (lambda: analysis.yules_q(3), r"yules_q: table has shape \(\), expected \(..., 4\) frequencies"),
        (lambda: analysis.yules_q(RECALLS), "yules_q: table: expected numbers, got Recalls"),
        (lambda: analysis.tulving_wiseman("TCM"), "tulving_wiseman: recognised: expected numbers, got str 'TCM'"),
        (lambda: analysis.fit_ratings(RECALLS), "fit_ratings: counts"),
        (lambda: analysis.fit_ratings([[["a", "b"], ["a", "b"]]]), "expected .*of numbers from 0"),
        (lambda: analysis.fit_ratings([[[1, np.nan], [1, 2]]]), "expected .*of numbers from 0"),
        (lambda: analysis.distance_crp(RECALLS, distances="far"), "distances: expected numbers, got str 'far'"),
        (lambda: analysis.labelled_distances(RECALLS, ["a"], RECALLS), "distances: expected numbers, got Recalls"),
        (lambda: analysis.spacing_effect(RECALLS, presentations=[1, "a"]), "presentations=.* must be a whole number"),
        (lambda: analysis.called_old(JUDGMENTS, label=[1]), r"label=\[1\] is not a label of these probes"),
        (lambda: analysis.mirror_effect(JUDGMENTS, label=[1]), r"label='\[1\]' is neither a label"),
        (lambda: analysis.curve_distance(CURVE, CURVE, CURVE), "curve_distance: x=.* must be the name of a column"),
        (lambda: analysis.mean_over_subjects(CURVE, CURVE), "by=.* must be a name, or a list of names"),
        (lambda: analysis.root_mean_squared_difference(CURVE, CURVE), "no column curve, x, mean; the table has"),
        (lambda: analysis.points_of_curve(analysis.curve_table(RECALLS), "lag_crp"), "'lag_crp' is no analysis"),
        (lambda: analysis.selection_figure(CURVE), "selection_figure: no column model; the table has subject"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_said_with_what_is_wanted(wrong: Callable[[], object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        wrong()


def test_a_row_that_is_not_there_ends_a_loop_over_lists() -> None:
    assert len(list(RECALLS)) == len(RECALLS)
    with pytest.raises(IndexError, match="Recalls has 4 rows, counted from 0; there is no row 4"):
        RECALLS[4]
    assert len(RECALLS[[]]) == 0
    assert len(RECALLS[-1]) == 1
