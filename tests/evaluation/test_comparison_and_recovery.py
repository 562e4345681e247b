"""What is held out, comparisons of models, and recovery of parameters and of models."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import MemoryModel, Recalls, load_dataset, log_likelihood, simulate
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.joint_recalls import JointRecalls
from memsim.evaluation import cross_validation
from memsim.evaluation.candidates import Candidate, Fitted, Imitating
from memsim.evaluation.comparison import compare
from memsim.evaluation.cross_validation import cross_validate, fold_of_lists
from memsim.evaluation.likelihood_kinds import require_one_kind
from memsim.evaluation.model_recovery import ModelRecovery, confusion, simulated_group
from memsim.evaluation.parameter_recovery import ParameterRecovery
from memsim.evaluation.recovery import recover
from memsim.fitting.space import Space
from memsim.fitting.spec import SAMPLES, FitSpec, specs_of
from memsim.models import (
    MINERVA2,
    SAM,
    TCM,
    TCMA,
    TODAM,
    Chaining,
    EqualVariance,
    OsthDennis,
    SummedSimilarity,
    UnequalVariance,
    Uniform,
)
from memsim.paradigms import FreeRecall, Recognition, SerialRecall
from memsim.running.digests import digest
from memsim.training.settings import Training

TASK = FreeRecall(list_length=8)
TRUTH = TCM(context_drift=0.55, choice_noise=0.5, stop_base=0.05, stop_growth=0.3)


@dataclass(frozen=True)
class AsItIs(Candidate):
    """A model that keeps its parameters and learns nothing."""

    model: MemoryModel[Any]

    def learned(self, recalls: Recalls, seed: int) -> MemoryModel[Any]:
        """See :meth:`Candidate.learned`."""
        return self.model


@pytest.fixture(scope="module")
def recalls() -> Recalls:
    return simulate(TRUTH, TASK.trials(300, subjects=3, seed=5), 5)


@settings(max_examples=30, deadline=None)
@given(n_subjects=st.integers(2, 6), lists=st.integers(2, 9), folds=st.integers(2, 5), seed=st.integers(0, 99))
def test_folds_are_even(n_subjects: int, lists: int, folds: int, seed: int) -> None:
    subject = np.repeat(np.arange(n_subjects), lists)
    recalls = Recalls.from_matrix(np.ones((len(subject), 1), int), 3, subject=subject)
    if folds <= lists:
        counts = pd.crosstab(subject, fold_of_lists(recalls, "lists", folds, seed)).to_numpy()
        assert counts.min() >= lists // folds and counts.max() <= -(-lists // folds)
    if folds <= n_subjects:
        of = pd.Series(fold_of_lists(recalls, "subjects", folds, seed)).groupby(subject).nunique()
        assert (of == 1).all()
    most = len(recalls)
    with pytest.raises(InputError, match=f"folds={most + 1} must be a whole number from 2 to {most}, the number of"):
        fold_of_lists(recalls, "lists", most + 1, seed)


@settings(max_examples=30, deadline=None)
@given(lists=st.lists(st.integers(1, 9), min_size=1, max_size=6), folds=st.integers(2, 5), seed=st.integers(0, 99))
def test_few_lists_of_a_subject_do_not_block_the_others(lists: list[int], folds: int, seed: int) -> None:
    subject = np.repeat(np.arange(len(lists)), lists)
    recalls = Recalls.from_matrix(np.ones((len(subject), 1), int), 3, subject=subject)
    if folds <= len(recalls):
        fold = fold_of_lists(recalls, "lists", folds, seed)
        assert set(fold) == set(range(folds)), "no fold is empty"
        counts = np.array([np.bincount(fold[subject == each], minlength=folds) for each in range(len(lists))])
        assert (np.ptp(counts, axis=1) <= 1).all()


def test_held_out_lists_are_not_learnt_from(recalls: Recalls) -> None:
    """Each fold's score is that of a model fitted to the other folds; the true model is better than no preference."""
    tcm, uniform = (Fitted(FitSpec.of(model, starts=1)) for model in (TCM(), Uniform()))
    candidates = {"TCM": tcm, "truth": AsItIs(TRUTH), "uniform": uniform}
    table = cross_validate(candidates, recalls[:150], folds=3, seed=2)
    assert table.groupby("model", sort=False).size().to_dict() == {"TCM": 150, "truth": 150, "uniform": 150}
    exact = table[table["model"] == "truth"]["log_likelihood"].to_numpy()
    assert exact == pytest.approx(log_likelihood(TRUTH, recalls[:150]))
    sums = table.groupby("model")["log_likelihood"].sum()
    assert sums["uniform"] < sums["TCM"] - 50 and sums["TCM"] < sums["truth"] + 5
    fold = fold_of_lists(recalls[:150], "lists", 3, 2)
    trained = tcm.learned(recalls[:150][fold != 0], 2)
    mine = table[(table["model"] == "TCM") & (table["fold"] == 1)]["log_likelihood"]
    assert mine.to_numpy() == pytest.approx(log_likelihood(trained, recalls[:150][fold == 0]))


def with_condition(recalls: Recalls, values: Any) -> Recalls:
    return replace(recalls, trials=replace(recalls.trials, conditions={"kind": values}))


def test_what_no_fitted_list_decides_predicts_no_list(recalls: Recalls) -> None:
    """A level, a covariate's column or a data set of which a fold leaves nothing to fit."""
    third = recalls.trials.subject_codes == 2
    between = with_condition(recalls, np.where(third, "b", "a"))
    joint = JointRecalls({"a": recalls[~third], "b": recalls[third]})
    quick: dict[str, Any] = {"over": "subjects", "folds": 3}
    for people, how, name in (
        (between, "by kind", "stop_base[b]"), (between, "by subject", "stop_base[3]"),
        (between, "~ 1 + kind", "stop_base:kind[T.b]"), (joint, "by data set", "stop_base[b]"),
    ):  # fmt: skip
        spec = FitSpec.of(Uniform(), {"stop_base": how}, recalls=people, starts=1, generations=1)
        words = rf"fold \d: no list that is fitted decides .*{re.escape(name)}"
        with pytest.raises(InputError, match=words):
            cross_validate({"Uniform": Fitted(spec)}, people, **quick)
        with pytest.raises(InputError, match=words):
            compare({"Uniform": spec}, people, **quick)
        if how != "by subject":
            assert len(cross_validate({"Uniform": Fitted(spec)}, people, folds=2)) == 300
    own = with_condition(recalls[:9], np.where(np.arange(9) == 0, "b", "a"))
    spec = FitSpec.of(Uniform(), {"stop_base": "by kind"}, per="subject", recalls=own, starts=1, generations=1)
    with pytest.raises(InputError, match=r"no list of subject 1 that is fitted decides stop_base\[b\]"):
        cross_validate({"Uniform": Fitted(spec)}, own, folds=3)
    with pytest.raises(InputError, match="hold out lists, not subjects"):
        spec = FitSpec.of(Uniform(), per="subject", starts=1)
        cross_validate({"Uniform": Fitted(spec)}, recalls, **quick)


def test_a_shared_stopping_rule_is_of_every_data_set(recalls: Recalls) -> None:
    third = recalls.trials.subject_codes == 2
    joint = JointRecalls({"a": recalls[~third], "b": recalls[third]})
    words = "no list of data set b is among those that are fitted"
    with pytest.raises(InputError, match=words):
        compare({"TCM": TCM()}, joint, over="subjects", folds=3, starts=1, generations=1, stopping="shared")
    fitted = FitSpec.of(TCM(), ["context_drift"], stopping="shared").objective(joint[~third])
    with pytest.raises(InputError, match=words):
        replace(fitted, recalls=joint)


def test_candidates_must_score_the_same() -> None:
    from memsim.models import DNC

    people = Recalls.from_matrix([[1, 2, 1], [2, 2, 0], [1, 3, 0], [3, 1, 0]], 3)
    with pytest.raises(InputError, match="do not score the same responses"):
        cross_validate({"Uniform": Uniform(), "DNC": AsItIs(DNC())}, people, folds=2)
    with pytest.raises(LikelihoodError, match="TCMA has no likelihood"):
        cross_validate({"TCMA": TCMA()}, people)


def test_parameters_come_back() -> None:
    free = {"context_drift": (0.2, 0.9), "stop_base": (0.01, 0.1)}
    found = recover(TCM(), TASK, free, simulations=12, n_trials=100, starts=1)
    assert isinstance(found, ParameterRecovery)
    table, summary = found.table, found.summary.set_index("parameter")
    assert (summary["r"] > 0.9).all() and summary["simulations"].tolist() == [12, 12]
    assert (table["log_likelihood"] >= table["log_likelihood_of_truth"] - 1e-6).all()
    assert table["true"].between(0.01, 0.9).all()


def test_models_come_back() -> None:
    models = {"TCM": TCM(), "Uniform": Uniform()}
    found = recover(models, TASK, replications=2, subjects=3, n_trials=20, starts=1)
    assert isinstance(found, ModelRecovery)
    table = found.table
    assert (np.diag(confusion(table)) == 1).all()
    assert table.groupby(["simulated", "replication"])["chosen"].sum().eq(1).all()
    with pytest.raises(InputError, match="at least two models"):
        recover({"TCM": TCM()}, TASK)


def test_comparison_of_fits_per_subject(recalls: Recalls) -> None:
    group, own = (FitSpec.of(Uniform(), per=per, starts=1, generations=2) for per in ("group", "subject"))
    found = compare({"own": own}, recalls, folds=2, starts=1)
    sums = found.lists.groupby("model")["log_likelihood"].sum()
    assert sums["own"] == pytest.approx(sums["uniform choice"], abs=0.05), "the baseline is fitted as the models are"
    assert [unit.unit for unit in found.fits["own"].units] == ["1", "2", "3"]
    alone = compare({"group": group}, recalls, folds=2, starts=1).lists.groupby("model")["log_likelihood"].sum()
    assert alone["group"] == pytest.approx(alone["uniform choice"], abs=0.05)
    assert abs(alone["group"] - sums["own"]) > 0.1


def test_the_baseline_stops_as_the_models_do(recalls: Recalls) -> None:
    spec = FitSpec.of(TCM(), ["context_drift"], per="subject", stopping="shared", starts=1, generations=1)
    found = compare({"TCM": spec}, recalls[:120], folds=2, starts=1).lists.pivot(
        index=["subject", "list"], columns="model", values="termination"
    )
    assert found["TCM"].to_numpy() == pytest.approx(found["uniform choice"].to_numpy())


def test_people_are_fitted_with_a_lapse() -> None:
    """By a plain model in a cross-validation as in a comparison: without one, some list would be impossible."""
    people = load_dataset("peers_notask")[:8]
    with pytest.MonkeyPatch.context() as patched:
        seen: list[Any] = []
        patched.setattr(cross_validation, "lists_held_out", lambda entries, *_, **__: seen.extend(entries.values()))
        cross_validate({"Uniform": Uniform()}, people)
    assert seen[0].spec.lapse == "response"


@pytest.mark.parametrize(
    ("models", "options", "message"),
    [
        ({}, {}, "compare: there are no models"),
        ({"own": FitSpec.of(Uniform(), per="subject"), "group": Uniform()}, {}, "fit all alike"),
        ({"own": Uniform()}, {"per": "subject", "over": "subjects"}, "no estimates for subjects held out"),
        ({"curves": FitSpec.of(TCMA(), by="summary")}, {}, "has no likelihood of held-out lists"),
        ({"TCM": TCM()}, {"samples": 5}, "samples=5 applies to a sampled likelihood, and none of the models has one"),
        ({"uniform choice": Uniform()}, {}, "is the name of a candidate that is always there"),
        ({"TCM": FitSpec.of(TCM())}, {"stopping": "shared"}, "stopping is 'own' and 'shared' for different models"),
        ({"TCM": FitSpec.of(TCM())}, {"per": "subject"}, "per is 'group' and 'subject' for different models"),
        ({"TCM": TCM()}, {"folds": 1}, "folds=1 must be a whole number from 2"),
    ],
)
def test_comparisons_that_cannot_be(recalls: Recalls, models: Any, options: dict[str, Any], message: str) -> None:
    settings = {"starts": 1, "generations": 1, **options}
    with pytest.raises(InputError, match=message):
        compare(models, recalls, **settings)


def test_comparison_in_serial_recall_has_no_baseline() -> None:
    made = simulate(Chaining(), SerialRecall(list_length=5).trials(40, 1, subjects=2), 1)
    models = {name: FitSpec.of(Chaining(), ["noise"], starts=1, generations=2) for name in ("one", "other")}
    found = compare(models, made, folds=2, starts=1)
    assert found.baseline is None and set(found.lists["model"]) == {"one", "other"}
    assert found.fit_table is not None and set(found.fit_table["model"]) == {"one", "other"}


def test_samples_are_for_models_with_a_sampled_likelihood(recalls: Recalls) -> None:
    sampled = SAM(store_readout="soft", lapse=0.05)
    found = specs_of("compare", {"SAM": sampled, "TCM": TCM()}, samples=5, starts=1)
    assert found == {"SAM": FitSpec.of(sampled, samples=5, starts=1), "TCM": FitSpec.of(TCM(), starts=1)}


def test_two_kinds_of_likelihood_are_not_ranked_together() -> None:
    task = Recognition(list_length=4)
    judgments = simulate(UnequalVariance(), task.trials(6, 0), 0)
    models: Any = {"a": "OsthDennis", "b": SummedSimilarity()}
    message = "under b, and average over encodings one by one under a"
    with pytest.raises(InputError, match=f"compare: .*{message}"):
        compare(models, judgments)
    with pytest.raises(InputError, match=f"cross_validate: .*{message}"):
        cross_validate({"a": OsthDennis(), "b": SummedSimilarity()}, judgments)
    with pytest.raises(InputError, match=f"recover: .*{message}"):
        recover({"a": OsthDennis(), "b": SummedSimilarity()}, task)
    certain: Any = {"a": EqualVariance(), "b": TCM(), "c": SummedSimilarity(), "d": SAM()}
    require_one_kind("compare", certain, judged=True)  # nothing is random at encoding, or all draw one encoding
    require_one_kind("compare", {"a": OsthDennis(), "b": MINERVA2(evidence="integrated"), "c": TODAM()}, judged=True)
    require_one_kind("compare", {"a": TODAM(), "b": MINERVA2()}, judged=False)  # both draw items for cued recall


def test_samples_reach_models_that_are_given_by_name() -> None:
    found = specs_of("compare", {"b": "REM", "c": "UnequalVariance"}, samples=3, criteria="free")
    assert [each.samples for each in found.values()] == [3, SAMPLES]
    assert [each.criteria for each in found.values()] == ["free", "free"]
    with pytest.raises(InputError, match="none of the models has one"):
        specs_of("compare", {"c": "UnequalVariance"}, samples=3)


@pytest.mark.parametrize(
    ("models", "options", "message"),
    [
        (TCM(), {"subjects": 3}, "subjects=3 applies to several models only"),
        (TCM(), {"criterion": "aic"}, "criterion='aic' applies to several models only"),
        ({"TCM": TCM(), "Uniform": Uniform()}, {"simulations": 3}, "simulations=3 applies to one model only"),
        ({"TCM": TCM(), "Uniform": Uniform()}, {"free": ["stop_base"]}, "applies to one model only"),
        ({"TCM": TCM(), "Uniform": Uniform()}, {"criterion": "dic"}, "criterion='dic' is neither"),
        (TCM(), {"n_trials": 0}, "n_trials=0 must be a whole number above 0"),
        (TCM(), {"samples": 5}, "samples=5 applies to a sampled likelihood"),
    ],
)
def test_recoveries_that_cannot_be(models: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        recover(models, TASK, **options)


def test_what_a_candidate_learns_from_decides_its_key(tmp_path: Path) -> None:
    training = Training.preset("DNC:people").replace(people="", start="")
    keys = [digest(Imitating(training, folder)) for folder in (tmp_path, tmp_path / "other")]
    assert keys[0] == keys[1] != digest(Imitating(training.replace(iterations=7), tmp_path))
    assert digest(Fitted(FitSpec.of(TCM()))) != digest(Fitted(FitSpec.of(TCM(), starts=1))) != digest(AsItIs(TCM()))


def test_simulated_groups_share_no_random_numbers() -> None:
    """Of people who are all alike, those of one group and of the next must not answer alike."""
    space = Space.of(Uniform(), {"stop_growth": (0.2593, 0.2595)})
    first, second = (simulated_group(space, TASK, 3, 200, seed) for seed in (0, 1))
    for one in range(3):
        for other in range(3):
            a, b = (part.positions[200 * at : 200 * at + 200, 0] for part, at in ((first, one), (second, other)))
            assert (a == b).mean() < 0.3
