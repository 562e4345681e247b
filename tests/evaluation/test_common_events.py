"""Comparisons of models that produce different events, and over several data sets at once."""

from typing import Any

import numpy as np
import pytest

from memsim import compare, simulate
from memsim.core.errors import InputError
from memsim.core.joint_recalls import JointRecalls
from memsim.core.likelihood import likelihood_parts, log_likelihood
from memsim.evaluation.candidates import Reference
from memsim.evaluation.cross_validation import cross_validate
from memsim.models import TCM, Chaining, StartEnd, Strength
from memsim.paradigms import FreeRecall, SerialRecall

SIX = SerialRecall(list_length=6)
FEW: Any = {"starts": 1, "generations": 1, "workers": 1}


def test_models_that_repeat_are_compared_with_models_that_do_not() -> None:
    recalls = simulate(StartEnd(recovery=2.0), SIX.trials(60, 0, subjects=6), 0)
    assert recalls.is_repeat.any()
    models = {"Start-End": StartEnd(), "Chaining": Chaining()}
    with pytest.raises(InputError, match="events='common'"):
        compare(models, recalls, over="subjects", folds=2, **FEW)
    lists = compare(models, recalls, over="subjects", folds=2, events="common", **FEW).lists
    counts = lists.pivot(index=["subject", "list"], columns="model", values="n_events")
    assert (counts["Start-End"] == counts["Chaining"]).all()
    assert (lists["repeat"] == 0).all()
    assert np.allclose(lists["choice"] + lists["termination"], lists["log_likelihood"])


def test_common_events_by_hand() -> None:
    """Given that a response is a new item, the share of it among the new items counts; repeats do not count."""
    model = StartEnd()
    recalls = simulate(StartEnd(recovery=3.0), SIX.trials(40, 2), 2)
    has_repeat = recalls.is_repeat.any(axis=1)
    parts = likelihood_parts(model, recalls, common=True)
    whole = likelihood_parts(model, recalls)
    assert np.allclose(parts.choice[~has_repeat], whole.choice[~has_repeat])
    assert np.allclose(
        (parts.choice + parts.termination + whole.repeat)[~has_repeat], log_likelihood(model, recalls)[~has_repeat]
    )
    assert (parts.choice > whole.choice)[has_repeat].all(), "which repeat it was does not count"


def test_common_events_are_all_events_of_a_model_that_neither_repeats_nor_intrudes() -> None:
    recalls = simulate(TCM(), FreeRecall(list_length=6).trials(20), 0)
    assert np.allclose(likelihood_parts(TCM(), recalls, common=True), likelihood_parts(TCM(), recalls))
    with pytest.raises(InputError, match="neither 'all' nor 'common'"):
        cross_validate({"TCM": TCM()}, recalls, folds=2, events="some")


@pytest.fixture(scope="module")
def two_sets() -> JointRecalls:
    short, long = FreeRecall(list_length=5), FreeRecall(list_length=8, retention_interval=10.0)
    return JointRecalls({
        "short": simulate(Strength(), short.trials(40, 1, subjects=4), 1),
        "long": simulate(Strength(), long.trials(40, 2, subjects=4), 2),
    })  # fmt: skip


def test_several_data_sets_are_held_out_together(two_sets: JointRecalls) -> None:
    found = compare({"Strength": Strength()}, two_sets, over="subjects", folds=2, **FEW)
    assert found.references == (), "the empirical reference learns from one data set"
    assert found.lists.groupby(["model", "data_set"]).size().tolist() == [40] * 4
    assert found.lists.groupby("subject")["fold"].nunique().tolist() == [1] * 4, "a person is held out in all data sets"
    fitted = found.fits["Strength"].of()
    each = [log_likelihood(fitted, part).sum() for part in two_sets.parts.values()]
    assert found.fits["Strength"].log_likelihood == pytest.approx(sum(each))
    assert found.table.set_index("model").loc["Strength", "from_baseline"] > 0


def test_what_learns_from_one_data_set_refuses_several(two_sets: JointRecalls) -> None:
    with pytest.raises(InputError, match="learns from one data set"):
        cross_validate({"reference": Reference()}, two_sets, folds=2, workers=1)
