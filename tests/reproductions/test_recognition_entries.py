"""Entries on recognition and association: their estimators by hand, and parts that are cheap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from memsim import simulate
from memsim.analysis.figures.targets import criteria_figure
from memsim.models import MINERVA2, REM, TCM, UnequalVariance
from memsim.models.registered import models_of
from memsim.paradigms import CuedRecall, Recognition
from memsim.reproductions.recognition.ab_ac import (
    LEAST,
    NEW,
    NUMBERS,
    RE_PAIRED,
    _statement,
    marked,
    partners,
    recall_of,
)
from memsim.reproductions.recognition.criteria import (
    CRITERIA,
    LAG,
    LIKE,
    LIST_STRENGTH,
    NEAR,
    SLOPE,
    absences,
    estimate,
    findings_table,
    rows_of,
    tasks_of,
)
from memsim.reproductions.recognition.findings import _of_people, people_rows
from memsim.reproductions.recognition.hintzman_block1971 import (
    TASK,
    asked_of,
    counts_of,
    exact_ratio,
    ratio_of_slopes,
    slopes,
)
from memsim.reproductions.recognition.minerva_slopes import minerva_findings
from memsim.reproductions.recognition.shiffrin_steyvers1997 import STRENGTH, ratio_of_ratios, worked_example
from memsim.reproductions.recognition.shortcomings import SHORTCOMINGS
from memsim.reproductions.recognition.tasks import BLOCKS, SIMILAR, TASKS, WEAK, rated, similar_pool
from memsim.reproductions.recognition.tulving_wiseman import marked as marked_dependence
from memsim.reproductions.recognition.tulving_wiseman import people, table_of
from memsim.reproductions.verdicts import verdict_of


def test_verdicts_know_their_error() -> None:
    criterion = next(each for each in CRITERIA if each.name == LIST_STRENGTH)
    assert [criterion.verdict(value, 0.05) for value in (0.9, 1.3, 1.1, np.nan)] == [
        "pass", "fail", "undecided", "absent",
    ]  # fmt: skip
    mean, error = estimate(np.array([1.0, 2.0, 3.0, np.nan]))
    assert (mean, error) == pytest.approx((2.0, 1 / np.sqrt(3)))
    assert np.isnan(estimate(np.array([1.0, np.nan, np.nan, np.nan]))).all()


def test_measurement_models_have_an_account_of_the_slope_alone() -> None:
    model = UnequalVariance()
    tasks = tasks_of("UnequalVariance", model, 20 * BLOCKS, 0)
    assert list(tasks) == [WEAK]
    table = findings_table(rows_of("UnequalVariance", tasks, absences("UnequalVariance", model)))
    found = table.set_index("criterion").loc[SLOPE]
    assert abs(found["value"] - 1 / model.strength_sd) < 4 * found["sem"]
    assert (table["verdict"] == "absent").sum() == len(CRITERIA) - 1


@pytest.mark.parametrize("model", [REM(), TCM(), TCM(criterion=0.9), REM(criterion=-2.0)])
def test_the_fine_scale_holds_the_criterion_of_the_model(model: REM | TCM) -> None:
    """Rates of calling old by the fine scale are those of answers by yes and no."""
    fine = rated(model, WEAK, 400, 1)
    called = simulate(model, TASKS[WEAK].trials(400, 1), 1)
    kinds = called.trials.probe_kinds
    for kind in ("target", "lure"):
        of_kind = kinds == kind
        assert fine.called_old(kind).mean() == pytest.approx(called.called_old[of_kind].mean(), abs=0.02)
    assert 0.4 < fine.slope().mean() < 1.2 and fine.distance().mean() > 1


def test_similar_lures_are_near_a_studied_item() -> None:
    pool = similar_pool(0)
    trials = TASKS[SIMILAR].trials(20, 0, pool=pool)
    assert pool.features is not None and trials.probes is not None
    apart = np.linalg.norm(pool.features[trials.probes.items] - pool.features[trials.items[:, None]], axis=-1).min(
        axis=2
    )
    similar = trials.probes.labels["lure_kind"] == "similar"
    assert similar.sum() == 200 and apart[similar].mean() < 1.2
    assert apart[trials.probes.labels["lure_kind"] == "new"].mean() > 2


def test_what_is_undecided_is_marked_as_that() -> None:
    """A fall of .018 with a standard error of .010 neither passes nor fails a criterion of .02."""
    assert [verdict_of(value, 0.01, LEAST) for value in (0.018, 0.05, -0.01, np.nan)] == [
        "undecided", "pass", "fail", "absent",
    ]  # fmt: skip
    numbers = dict.fromkeys(NUMBERS, 0.5)
    table = pd.DataFrame(
        [
            {"model": name, "asked": "the list", **numbers, "B fall": fall, "B sem": 0.01, "C sem": 0.01,
             "verdict": verdict_of(fall, 0.01, LEAST)}
            for name, fall in (("no", -0.01), ("open", 0.018), ("yes", 0.05))
        ]
    )  # fmt: skip
    marks = marked(table).set_index(["criterion", "label"])
    assert marks["passes"]["B fall"].tolist() == [False, None, True]
    assert marks["sem"]["B fall"].tolist() == [0.01] * 3 and marks["passes"]["C fall"].isna().all()
    drawn = [text.get_text() for text in criteria_figure(marked(table)).axes[0].texts]
    assert {"-0.01 ±0.01 ✗", "0.02 ±0.01 ?", "0.05 ±0.01 ✓"} <= set(drawn)
    said = _statement(table)
    assert "No fall of more than 0.02 in: no;" in said and "of 0.02: open." in said


def test_at_the_ceiling_dependence_is_undefined_and_people_are_no_test_of_themselves() -> None:
    half = {"q": [0.6, 0.62], "p_recalled": [0.5, 0.5], "p_recognised": [0.8, 0.8],
            "p_recognised_given_recalled": [0.9, 0.9], "tulving_wiseman": [0.88, 0.88]}  # fmt: skip
    all_known = {**half, "p_recognised": [1.0, 0.999], "q": [0.1, 0.12]}
    frames = {"people": half, "model": half, "low": {**half, "q": [0.0, 0.01]}, "SAM": all_known}
    table = table_of({name: pd.DataFrame(each) for name, each in frames.items()}).set_index("label")
    assert table["verdict"].to_dict() == {"people": "absent", "model": "pass", "low": "fail", "SAM": "absent"}
    assert table.loc["SAM", ["q", "q_sem", "tulving_wiseman"]].isna().all()
    assert table["law"].to_dict() == {"people": "pass", "model": "pass", "low": "pass", "SAM": "absent"}


def test_the_figure_marks_every_number_that_the_text_judges() -> None:
    near = {"q": [0.1, 0.12], "p_recalled": [0.5, 0.5], "p_recognised": [0.8, 0.8],
            "p_recognised_given_recalled": [0.9, 0.9], "tulving_wiseman": [0.88, 0.88]}  # fmt: skip
    far = {**near, "p_recognised_given_recalled": [0.8, 0.8]}
    table = table_of({name: pd.DataFrame(each) for name, each in {"people": far, "near": near, "far": far}.items()})
    marks = marked_dependence(table).set_index(["criterion", "label"])["passes"]
    law = marks["P(recognised | recalled)"]
    assert law.to_dict() == {"people": False, "near": True, "far": False}
    assert marks["Yule's Q (moderate?)"].to_dict() == {"people": None, "near": False, "far": False}
    assert marks["P(recalled)"].isna().all()


def test_people_answer_three_criteria() -> None:
    rows = {row["criterion"]: row for row in people_rows()}
    assert rows[SLOPE]["value"] == pytest.approx(0.64, abs=0.01) and rows[SLOPE]["verdict"] == "pass"
    assert sum(not np.isnan(row["value"]) for row in rows.values()) == 3
    assert rows[LAG]["value"] > 0 and "Reder et al. (2000)" in rows[LAG]["why"]
    assert abs(rows[NEAR]["value"]) < 2 * rows[NEAR]["sem"] and rows[NEAR]["verdict"] == "undecided"
    said = _of_people(findings_table(list(rows.values())))
    assert "contiguity after sure hits -0.001 (SE 0.029), which decides nothing" in said and "answer 3 of 11" in said
    frame = people()
    assert frame["q"].mean() == pytest.approx(0.645, abs=0.001) and len(frame) == 59


def test_every_model_that_recognises_is_announced() -> None:
    """Networks too; and they take similar lures, of as many features as their training had."""
    models = models_of(Recognition())
    assert set(models) <= set(SHORTCOMINGS)
    network = models["DNC:recognition"]
    assert LIKE not in absences("DNC:recognition", network) and LIKE in absences("REM", REM())
    of = rated(network, SIMILAR, 20, 0)
    assert of.called_old("lure", "lure_kind", "similar").mean() > of.called_old("lure", "lure_kind", "new").mean()


def test_slopes_on_both_lists() -> None:
    _, own, other = counts_of(TASK, 40, 0)
    assert set(np.unique(own)) == {0, 2, 5} == set(np.unique(other))
    found = slopes(6 * own + 2 * other + 1, own, other)
    assert ratio_of_slopes(found) == pytest.approx((3.0, 0.0), abs=1e-9)
    assert exact_ratio() == pytest.approx(7.918, abs=1e-3)


def test_minerva_fails_as_is_known() -> None:
    findings = minerva_findings()
    assert all(each.expected for each in findings) and findings[-1].known


def test_rem_worked_example() -> None:
    assert list(worked_example().values()) == pytest.approx([5.3823888889, 0.9189166667])
    assert ratio_of_ratios(STRENGTH) == pytest.approx(0.86, abs=0.01)


def test_partners_in_both_lists() -> None:
    items = np.array([[1, 2, 3, 4, 3, 5, 1, 6]])
    assert partners(items, np.array([[3, 1, 9]])).tolist() == [[[4, 5], [2, 6], [-1, -1]]]


@pytest.mark.parametrize("task", [NEW, RE_PAIRED])
def test_recall_of_both_responses(task: CuedRecall) -> None:
    recalls = simulate(MINERVA2(), task.trials(40, 0), 0)
    rates = recall_of(recalls)
    correct = recalls.positions[:, : task.n_probes]
    cue = recalls.trials.probes.items[:, :, 0]
    about = recalls.trials.probes.about
    half = task.list_length // 2
    by_hand = []
    for row, probe in zip(*np.nonzero(about == 0), strict=True):
        at = [p for p in range(0, half, 2) if recalls.trials.items[row, p] == cue[row, probe]]
        by_hand.append(correct[row, probe] == at[0] + 2)
    assert rates["B"].mean() == pytest.approx(np.mean(by_hand))
    if task is NEW:
        assert rates["C for B"].sum() == 0


@pytest.mark.parametrize("task", [NEW, RE_PAIRED])
def test_recall_of_both_responses_to_a_cue_that_asks_about_all(task: CuedRecall) -> None:
    recalls = simulate(TCM(), task.replace(asked="all").trials(40, 0), 0)
    rates = recall_of(recalls)
    assert np.isnan(rates["C for B"]).all()
    right = rates["B"].mean() + rates["C"].mean()
    # Of new lists each cue has one partner, of which half are B; of re-paired ones it has both.
    assert recalls.is_correct.mean() == pytest.approx(right if task is RE_PAIRED else right / 2)


def test_rem_is_asked_about_all_that_was_studied() -> None:
    trials = counts_of(TASK, 2, 0)[0]
    of_rem = asked_of(REM(), trials)
    assert of_rem.probes is not None and of_rem.probes.about is None and asked_of(MINERVA2(), trials) is trials
