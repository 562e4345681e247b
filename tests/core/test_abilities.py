"""Tasks that need an account of lists or of study time are refused by models without one, by one rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from memsim import Trials, check, log_likelihood, simulate
from memsim.core.abilities import lacks, require_ability
from memsim.core.errors import ModelError
from memsim.core.free_recall import FreeRecall
from memsim.core.judgments import Judgments
from memsim.core.model import MemoryModel
from memsim.core.position_model import PositionModel, recall_probability
from memsim.core.recalls import Recalls
from memsim.core.trials import Paradigm
from memsim.experiments.plan import PlannedModel, PlannedTask, obstacle_to
from memsim.models import MINERVA2, REM, SAM, SIMPLE, TCM, SummedSimilarity, UnequalVariance
from memsim.models.registered import left_out_of, models_of
from memsim.paradigms import CuedRecall, FrequencyJudgment, Recognition

LONGER = Recognition(list_length=16, strength="mixed", strengthening="longer", repetitions=3)
BY_LIST = FrequencyJudgment(list_length=18, frequencies="0 1 2")
RE_PAIRED = CuedRecall(list_length=8, second_list="re-paired")
OF_ITEMS = {name: model for name, model in models_of(Recognition()).items() if isinstance(model, MemoryModel)}
OF_PAIRS = {name: model for name, model in models_of(CuedRecall()).items() if isinstance(model, MemoryModel)}
IN_LISTS = {"MINERVA2", "SummedSimilarity"}
"""Models with an account of lists."""


def refused(model: MemoryModel[Any], trials: Trials, responses: Any) -> None:
    for run in (lambda: simulate(model, trials), lambda: log_likelihood(model, responses)):
        with pytest.raises(
            ModelError, match=f"{type(model).__name__} has no account of .*about one list among several"
        ):
            run()


@pytest.mark.parametrize("model", OF_ITEMS.values(), ids=OF_ITEMS)
def test_judgments_about_one_list(model: MemoryModel[Any]) -> None:
    trials = BY_LIST.trials(40)
    if type(model).__name__ not in IN_LISTS:
        refused(model, trials, Judgments(trials, np.ones((40, BY_LIST.n_probes), dtype=int)))
        return
    assert trials.probes is not None and trials.probes.about is not None
    turned = replace(trials, probes=replace(trials.probes, about=1 - trials.probes.about))
    here, there = (simulate(model, each, seed=2).ratings for each in (trials, turned))
    assert (here != there).any()


@pytest.mark.parametrize("model", OF_PAIRS.values(), ids=OF_PAIRS)
def test_cues_about_one_list(model: MemoryModel[Any]) -> None:
    trials = RE_PAIRED.trials(40)
    if type(model).__name__ not in IN_LISTS:
        refused(model, trials, Recalls(trials, np.ones((40, RE_PAIRED.n_probes), dtype=int)))
    about_all = RE_PAIRED.replace(asked="all")
    trials = about_all.trials(40)
    assert not lacks(model, about_all) and not trials.asks_about_lists
    assert simulate(model, trials).positions.any()


def test_any_partner_is_right_where_a_cue_asks_about_all() -> None:
    trials = RE_PAIRED.replace(asked="all").trials(1)
    assert trials.probes is not None and trials.probes.about is None
    cue = trials.probes.items[0, :, 0]
    pairs = trials.items[0].reshape(-1, 2)
    for which in (0, -1):
        said = [[2 * np.flatnonzero(pairs[:, 0] == each)[which] + 2 for each in cue]]
        assert Recalls(trials, said).is_correct.all()


@pytest.mark.parametrize("model", OF_ITEMS.values(), ids=OF_ITEMS)
def test_longer_presentation_has_an_effect_or_is_refused(model: MemoryModel[Any]) -> None:
    if not model.reads_study_time:
        with pytest.raises(ModelError, match=f"{type(model).__name__} has no account of how long.*massed"):
            simulate(model, LONGER.trials(2))
        with pytest.raises(ModelError, match="how long each item is studied"):
            simulate(model, LONGER.replace(strength="strong").trials(2))
        assert not lacks(model, LONGER.replace(strengthening="massed", list_length=16))
        return
    if isinstance(model, SAM):
        model = model.replace(criterion=1.0)
    trials = LONGER.trials(1500)
    assert trials.probes is not None
    judgments = simulate(model, trials)
    strength = trials.probes.labels["strength"]
    rate = {name: judgments.called_old[strength == name].mean() for name in ("strong", "weak")}
    assert rate["strong"] > rate["weak"] + 0.1


def test_times_of_presentation_count_as_that_many_seconds() -> None:
    """REM: a strong item of a mixed list stores u(3 t); pure lists are those of a longer presentation time."""
    trials = LONGER.trials(400)
    images = REM().begin(trials, np.random.default_rng(0))
    stored = (images.offered[:, :16] > 0).mean(axis=(0, 2))
    strong = LONGER.presentation_times == 3
    assert stored[strong] == pytest.approx(REM().stored(3), abs=0.02)
    assert stored[~strong] == pytest.approx(REM().stored(1), abs=0.02)
    pure = LONGER.replace(strength="strong")
    slow = Recognition(list_length=16, presentation_time=3)
    for model in (REM(criterion_noise=0.5), SAM()):
        one, other = (simulate(model, replace(slow.trials(30), paradigm=task), 1) for task in (pure, slow))
        assert np.array_equal(one.ratings, other.ratings)


@dataclass(frozen=True)
class Mixed(FreeRecall):
    """Free recall of a list whose items take turns of one and of three seconds."""

    @property
    def presentation_times(self) -> Any:
        return np.where(np.arange(self.list_length) % 2, 3, 1) * self.presentation_time


def test_study_times_in_recall() -> None:
    task = Mixed(list_length=6)
    with pytest.raises(ModelError, match="TCM has no account of how long"):
        simulate(TCM(), task.trials(2))
    trials, model = task.trials(1000), SAM.preset("murdock1962").replace(store_size=2)
    recalls = simulate(model, trials, seed=1)
    alike = simulate(model, replace(trials, paradigm=FreeRecall(list_length=6)), seed=1)
    given = [np.count_nonzero(each.positions[:, :, None] == np.arange(1, 7), axis=(0, 1)) for each in (recalls, alike)]
    assert (given[0] - given[1])[[1, 3]].min() > 50  # the last is read from the store
    assert np.isfinite(log_likelihood(SAM(lapse=0.05, store_readout="soft"), recalls)).all()
    assert SIMPLE().times(task) == pytest.approx(10 + np.array([11, 8, 7, 4, 3, 0]))

    @dataclass(frozen=True)
    class NoTime(PositionModel):
        def recall_probability(self, paradigm: Paradigm) -> Any:
            return np.full(paradigm.list_length, 0.5)

    with pytest.raises(ModelError, match="NoTime has no account of how long"):
        recall_probability(NoTime(), task)


def test_runs_and_checks_name_what_is_missing() -> None:
    found = obstacle_to(PlannedModel("mine", TCM()), PlannedTask("lists", BY_LIST))
    assert found.startswith("mine has no account of lists: of probes that ask about one list")
    assert set(models_of(BY_LIST)) == IN_LISTS
    assert set(models_of(LONGER)) == {"REM", "SAM"}
    for task, n_left in ((LONGER, len(OF_ITEMS) - 2), (BY_LIST, len(OF_ITEMS) - 2), (Recognition(), 0)):
        assert sum(map(len, left_out_of(task).values())) == n_left
    with pytest.raises(ModelError, match="how long each item is studied"):
        check(UnequalVariance, paradigm=LONGER.replace(strength="strong"))


def test_settings_decide_whether_a_model_has_an_account_of_lists() -> None:
    for model in (MINERVA2(evidence="integrated"), SummedSimilarity(n_context=0)):
        assert "one list among several" in lacks(model, BY_LIST)
    trials = BY_LIST.trials(2)
    assert trials.probes is not None
    about_all = replace(trials, probes=replace(trials.probes, about=None))
    require_ability(TCM(), about_all)
    assert simulate(REM(), about_all).ratings.all()
