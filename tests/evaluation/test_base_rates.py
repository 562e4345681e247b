"""Base rates of ratings: the baseline of judgments."""

from typing import Any

import numpy as np
import pytest

from memsim import FitSpec, Judgments, compare, simulate
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.joint_recalls import JointRecalls
from memsim.evaluation.base_rates import BaseRates, log_base_rates
from memsim.evaluation.comparison import BASE_RATES
from memsim.evaluation.cross_validation import cross_validate
from memsim.models import TCM, EqualVariance, UnequalVariance
from memsim.paradigms import FreeRecall, RecallThenRecognition, Recognition

TASK = Recognition(list_length=2, ratings=3)
TRIALS = TASK.trials(4, 0, subjects=2)
GIVEN = Judgments(TRIALS, np.array([[1, 1, 3, 3], [1, 2, 3, 3], [2, 2, 0, 1], [3, 3, 3, 3]]))


def test_by_hand() -> None:
    assert np.exp(log_base_rates(GIVEN[:2])[1:]) == pytest.approx(np.array([3.5, 1.5, 4.5]) / 9.5)
    found = BaseRates().scores(GIVEN[:2], GIVEN[2:], 0)
    first = np.log(1.5 / 9.5) * 2 + np.log(3.5 / 9.5)
    assert found.log_likelihood == pytest.approx([first, 4 * np.log(4.5 / 9.5)])
    assert found.n_events.tolist() == [3, 4]
    own = BaseRates("subject").scores(GIVEN[[0, 2]], GIVEN[[1, 3]], 0)
    rates = [np.array([2.5, 0.5, 2.5]) / 5.5, np.array([1.5, 2.5, 0.5]) / 4.5]
    logs = [np.log(rates[0])[[0, 1, 2, 2]].sum(), 4 * np.log(rates[1][2])]
    assert own.log_likelihood == pytest.approx(logs)


def test_each_data_set_has_its_own() -> None:
    other = simulate(UnequalVariance(), Recognition(ratings=6).trials(4, 1), 1)
    sets = JointRecalls({"one": GIVEN, "two": other})
    both = BaseRates().scores(sets, sets, 0).log_likelihood
    alone = [BaseRates().scores(each, each, 0).log_likelihood for each in (GIVEN, other)]
    assert both == pytest.approx(np.concatenate(alone))
    with pytest.raises(InputError, match="no list of two is fitted"):
        BaseRates().require_learnable(JointRecalls({"one": GIVEN}), sets)


def test_judgments_are_compared_with_them() -> None:
    trials = Recognition(ratings=4).trials(12, 0, subjects=3)
    judgments = simulate(UnequalVariance(strength_mean=2), trials, 0)
    models: Any = {"unequal": UnequalVariance(), "no memory": EqualVariance(sensitivity=0)}
    found = compare({"unequal": models["unequal"]}, judgments, folds=2, starts=1)
    assert found.baseline == BASE_RATES and not any("no baseline" in each for each in found.words)
    row = found.table.set_index("model").loc["unequal"]
    assert row["from_baseline"] > 3
    alone = cross_validate({"rates": BaseRates()}, judgments, folds=2)
    held = found.lists[found.lists["model"] == BASE_RATES]
    assert held["log_likelihood"].to_numpy() == pytest.approx(alone["log_likelihood"].to_numpy())
    with pytest.raises(InputError, match="'base rate' is the name of a candidate"):
        compare({BASE_RATES: UnequalVariance()}, judgments, folds=2, starts=1)


def test_what_they_are_not_for() -> None:
    recalls = simulate(TCM(), FreeRecall(list_length=6).trials(4, 0), 0)
    both = simulate(TCM(), RecallThenRecognition(list_length=6).trials(4, 0), 0)
    for each in (recalls, both):
        with pytest.raises(InputError, match="base rates are of ratings"):
            BaseRates().require_taken(each)
    with pytest.raises(LikelihoodError, match="not a model"):
        BaseRates().learned(GIVEN, 0)
    spec = FitSpec.of(TCM(), ["context_drift"], starts=1, generations=1)
    found = compare({"TCM": spec}, both, folds=2)
    assert found.baseline is None and any("base rates of ratings" in each for each in found.words)
