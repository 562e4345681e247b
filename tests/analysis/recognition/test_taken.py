"""Which recalls and judgments analyses take: by what ratings say, who chose the order, and whether it was recorded."""

import inspect
from dataclasses import replace

import numpy as np
import pytest

import memsim
from memsim import Trials, load_dataset, log_likelihood, simulate
from memsim.analysis import ANALYSES, analyze, curve_table, curves_of, judged_frequency, summary_table
from memsim.analysis.analyses import OF_ASSOCIATION, OF_RECALL, OF_RECOGNITION, OF_SERIAL_RECALL
from memsim.core.errors import DataWarning, InputError
from memsim.core.judgments import Judgments, is_old
from memsim.core.model import MemoryModel
from memsim.core.origin import STUDY_ORDER, Observed, common_origin
from memsim.core.probes import ABSENT, Probes
from memsim.core.recalls import Recalls
from memsim.core.study_order import unknown_order
from memsim.models import TCM, SummedSimilarity, UnequalVariance
from memsim.models.lookup import build_model
from memsim.paradigms import CuedRecall, FrequencyJudgment, Recognition
from tests.analysis.recognition.test_curves import POOL

OF_CUES = {
    "error_rates", "prior_list_intrusions", "recall_raster", "cued_recall_by_position", "cued_recall_by_lag",
    "cued_recall_by_direction", "cued_recall_responses", "cued_intrusions_by_lag", "cued_intrusions_by_list",
    "associative_symmetry",
}  # fmt: skip
BY_ORDER = {
    "hits_by_serial_position", "hits_by_lag", "hits_by_study_test_lag", "recognition_contiguity",
    "cued_recall_by_position", "cued_recall_by_lag", "cued_intrusions_by_lag",
}  # fmt: skip


@pytest.fixture
def cued() -> Recalls:
    """Pairs 0 1 and 2 3: forward cue 0 is answered rightly, backward cue 3 with the other pair's 1, the next not."""
    task = CuedRecall(list_length=6, direction="both")
    probes = Probes([[[0, ABSENT], [ABSENT, 3], [4, ABSENT]]] * 2)
    trials = Trials([[0, 1, 2, 3, 4, 5]] * 2, POOL, task, [1, 2], probes=probes)
    return Recalls(trials, [[2, 2, 0], [2, 3, 0]])


@pytest.mark.parametrize("analysis", [*OF_RECALL, *OF_SERIAL_RECALL], ids=lambda analysis: analysis.name)
def test_analyses_of_an_order_of_recall_refuse_cued_recall(analysis, cued: Recalls) -> None:  # type: ignore[no-untyped-def]
    if analysis.name in OF_CUES:
        assert not analysis.refusal(cued)
        return
    with pytest.raises(InputError, match="in CuedRecall each response has a cue that the experimenter chose"):
        analysis.frame(cued)
    if all(each.default is not inspect.Parameter.empty for each in analysis.options.values()):
        with pytest.raises(InputError, match=f"{analysis.name} is about the order of recall"):
            analysis.run(cued)


def test_summary_of_cued_recall(cued: Recalls) -> None:
    found = summary_table(cued).set_index("statistic")
    assert found["mean"].round(6).to_dict() == {
        "correct": 0.5, "same list intrusion": 0.166667, "prior list intrusion": 0, "extra list intrusion": 0,
        "unknown intrusion": 0, "cue as response": 0, "no response": 0.333333, "forward correct": 0.5,
        "backward correct": 0.5,
    }  # fmt: skip
    assert set(found["n_subjects"]) == {2}
    forward = simulate(TCM(), CuedRecall(list_length=6).trials(2, seed=1), seed=1)
    assert "forward correct" not in set(summary_table(forward)["statistic"]), "there are no others"


def frequencies() -> Judgments:
    """Items 0 to 2 were presented 0, 1 and 2 times (1 of 3 lists apart), and are judged 1, 1, 3; 0, 1, 2; 1, 2, 3."""
    task = FrequencyJudgment(list_length=3, frequencies=(0, 1, 2), lists=1, highest_judgment=4)
    trials = Trials([[2, 1, 2]] * 3, POOL, task, [1, 2, 3], probes=Probes([[0, 1, 2]] * 3))
    return Judgments(trials, np.array([[1, 1, 3], [0, 1, 2], [1, 2, 3]]) + 1)


def test_judgments_of_frequency_have_their_curve_and_summary() -> None:
    judged = frequencies()
    assert list(curves_of(judged.trials.paradigm)) == ["judged_frequency"]
    assert curve_table(judged)["mean"].tolist() == pytest.approx([2 / 3, 4 / 3, 8 / 3])
    found = summary_table(judged).set_index("statistic")["mean"]
    assert found.to_dict() == pytest.approx(
        {"frequency_slope": 1, "judged at 0": 2 / 3, "judged at 1": 4 / 3, "judged at 2": 8 / 3}
    )


@pytest.mark.parametrize("name", [each.name for each in (*OF_RECOGNITION, *OF_ASSOCIATION) if each.of == "judgments"])
def test_confidence_and_frequency_are_not_taken_for_one_another(name: str) -> None:
    task = Recognition(list_length=9, strength="strong", ratings=6)
    confidence = simulate(UnequalVariance(), task.trials(4, seed=1), seed=1)
    wrong, said = (confidence, "ratings of oldness") if name == "judged_frequency" else (frequencies(), "of frequency")
    with pytest.raises(InputError, match=f"{name} is about ratings of .* has {said}|has ratings {said}"):
        analyze(wrong, name)
    if name == "judged_frequency":
        assert "judged_frequency" not in curves_of(task, repeated_items=True)
        with pytest.raises(InputError, match="hits_by_presentations"):
            judged_frequency(confidence)


def without_order(responses: Judgments | Recalls) -> Judgments | Recalls:
    return replace(responses, origin=Observed(details={STUDY_ORDER: "not recorded"}))


def test_an_order_of_study_that_was_drawn_is_not_analysed(cued: Recalls) -> None:
    task = Recognition(list_length=6, ratings=6)
    judged = simulate(UnequalVariance(), task.trials(4, seed=1, subjects=2), seed=1)
    for responses, analyses in ((judged, OF_RECOGNITION), (cued, OF_ASSOCIATION)):
        people = without_order(responses)
        for analysis in analyses:
            if not analysis.refusal(responses):
                refused = f"{analysis.name} needs the order of study, which is not known of these people (not recorded)"
                assert analysis.refusal(people) == (refused if analysis.name in BY_ORDER else "")
                assert not analysis.refusal(replace(responses, origin=Observed()))
        assert not BY_ORDER & set(curve_table(people)["curve"])
        assert unknown_order(people[:1]) == "not recorded", "a part of the lists has no order either"
    origins = [Observed(details={STUDY_ORDER: "not recorded"}), Observed()]
    assert common_origin(origins).details == common_origin(origins[::-1]).details == {STUDY_ORDER: "not recorded"}  # type: ignore[union-attr]


def test_models_that_depend_on_the_order_are_warned_of_it() -> None:
    task = Recognition(list_length=6)
    judged = without_order(simulate(UnequalVariance(), task.trials(4, seed=1), seed=1))
    memsim.log_likelihood(UnequalVariance(), judged)
    for model in (TCM(), SummedSimilarity()):
        with pytest.warns(DataWarning, match=f"order of study of these people is not known .*{type(model).__name__}"):
            memsim.log_likelihood(model, judged)
    with pytest.warns(DataWarning, match="the order of study of these people is not known"):
        memsim.fit(TCM(), judged, ["criterion"], starts=1)


def test_the_middle_rating_is_old() -> None:
    assert [is_old(np.arange(1, n + 1), n).tolist() for n in (2, 3, 4, 5)] == [
        [False, True], [False, True, True], [False, False, True, True], [False, False, True, True, True],
    ]  # fmt: skip
    task = Recognition(list_length=3, n_targets=3, n_lures=0, ratings=3)
    judged = Judgments(Trials([[0, 1, 2]], POOL, task, probes=Probes([[0, 1, 2]])), [[1, 2, 3]])
    assert judged.called_old.tolist() == [[False, True, True]]
    assert analyze(judged, "called_old")["prob"].tolist() == [2 / 3]
    assert analyze(judged, "detection_measures").set_index("measure").loc["hits", "value"] == 2 / 3


def test_ratings_say_how_old_a_probe_is_unless_the_task_says_otherwise() -> None:
    assert FrequencyJudgment.rates == "frequency" and Recognition.rates == "oldness"


def test_patients_with_pairs() -> None:
    """PAL1 ships: its share of correct answers, and no curve of an order of recall."""
    people = load_dataset("pal1")
    assert summary_table(people).set_index("statistic").loc["correct", "mean"] == pytest.approx(0.359379, abs=1e-6)
    assert "lag_crp" not in set(curve_table(people)["curve"])
    with pytest.raises(InputError, match="lag_crp is about the order of recall"):
        ANALYSES.get("lag_crp").run(people)


@pytest.mark.parametrize("name", ["BCDMEM", "Matrix", "OsthDennis", "UnequalVariance", "TwoHighThreshold"])
def test_models_that_declare_it_do_not_depend_on_order(name: str) -> None:
    model = build_model(name)
    assert isinstance(model, MemoryModel) and not model.depends_on_order
    judgments = simulate(model, Recognition(list_length=6).trials(6, seed=1), seed=2)
    items = judgments.trials.items.copy()
    items[:, :6] = items[:, [3, 1, 5, 0, 2, 4]]
    reordered = replace(judgments, trials=replace(judgments.trials, items=items))
    assert np.allclose(log_likelihood(model, judgments), log_likelihood(model, reordered), atol=1e-12)
