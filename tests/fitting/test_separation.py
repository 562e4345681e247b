"""Answers that do not identify a model: what a fit says of its estimates then."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsim import Fit, Judgments, fit, population, simulate
from memsim.core.errors import DataWarning, InputError, ModelError
from memsim.data import load_dataset
from memsim.fitting.separation import is_separated
from memsim.models import TCM, DualProcess, EqualVariance, TwoHighThreshold, UnequalVariance
from memsim.paradigms import Recognition

TASK = Recognition(list_length=10, ratings=6)
TRIALS = TASK.trials(8, 0, subjects=4)
TARGETS = TRIALS.probe_kinds == "target"


def rated(old: Any, new: Any) -> Judgments:
    return Judgments(TRIALS, np.where(TARGETS, old, new))


SPREAD = np.tile(np.arange(20) % 4, (8, 1))


@pytest.mark.parametrize(
    ("judgments", "separated"),
    [
        (rated(6, 1), True),
        (rated(6, 6), True),
        (rated(6, 1 + SPREAD), True),
        (rated(3 + SPREAD, 1), True),
        (rated(4, 1 + SPREAD), True),
        (rated(1, 2 + SPREAD), True),
        (rated(3, 1 + SPREAD), False),
        (rated(3 + SPREAD, 1 + SPREAD), False),
    ],
)
def test_separated_answers(judgments: Judgments, separated: bool) -> None:
    assert is_separated(judgments) == separated


@pytest.mark.parametrize(
    ("model", "criteria", "lost"),
    [
        (UnequalVariance(), "spaced", ["strength_mean", "strength_sd", "criterion", "criterion_spacing"]),
        (UnequalVariance(), "free", ["strength_mean", "strength_sd"]),
        (EqualVariance(), "spaced", ["sensitivity", "criterion", "criterion_spacing"]),
        (DualProcess(), "spaced", ["recollection", "familiarity_mean", "criterion", "criterion_spacing"]),
        (TwoHighThreshold(), "spaced", ["guess_old", "next_old", "next_new", "next_guess"]),
    ],
)
@pytest.mark.filterwarnings("ignore:fit. some ratings")
def test_all_hits_and_no_false_alarms(model: Any, criteria: Any, lost: list[str], tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match=f"{lost[0]}.* not identified: other values are as likely"):
        found = fit(model, rated(6, 1), criteria=criteria, starts=1)
    assert found.units[0].not_identified == lost
    assert found.to_frame()["not_identified"].tolist() == [", ".join(lost)]
    found.save(tmp_path / "fit.json")
    assert Fit.load(tmp_path / "fit.json") == found


@pytest.mark.parametrize("model", [UnequalVariance(), DualProcess(), TwoHighThreshold()])
def test_answers_that_overlap_identify(model: Any) -> None:
    found = fit(model, simulate(UnequalVariance(), TRIALS, 1), starts=1)
    assert found.units[0].not_identified == [] and "not_identified" not in found.to_frame()


@pytest.mark.filterwarnings("ignore:fit. some ratings")
def test_means_over_people_leave_out_what_is_not_identified() -> None:
    judgments = simulate(UnequalVariance(), TRIALS, 1)
    first = TRIALS.subject == 1
    judgments = Judgments(TRIALS, np.where(first[:, None], np.where(TARGETS, 6, 1), judgments.ratings))
    with pytest.warns(DataWarning, match="not identified for subject 1: other"):
        found = fit(EqualVariance(), judgments, per="subject", starts=1)
    table = population(found).set_index("parameter")
    assert (table["n_subjects"] == 3).all()
    others = [unit.estimates["sensitivity"] for unit in found.units[1:]]
    assert table.loc["sensitivity", "mean"] == pytest.approx(np.mean(others))
    with pytest.warns(DataWarning, match="not identified"):
        alone = fit(EqualVariance(), judgments[first], per="subject", starts=1)
    with pytest.raises(InputError, match="no subject identify sensitivity"):
        population(alone)


def test_a_model_without_account_of_the_task_is_refused_before_the_work() -> None:
    with pytest.raises(ModelError, match=r"^EqualVariance has no account of .*CuedRecall needs it") as refused:
        fit(EqualVariance(), load_dataset("pal1"), starts=1)
    assert "study_pair" not in str(refused.value)


def test_new_probes_alone_identify_nothing_of_memory() -> None:
    judgments = simulate(TCM(), Recognition(list_length=6, n_targets=0, n_lures=6, ratings=4).trials(10, 0), 1)
    with pytest.warns(DataWarning, match="context_drift, context_drift_cue are not identified"):
        found = fit(TCM(), judgments, starts=1).units[0]
    assert found.not_identified == ["context_drift", "context_drift_cue"]
