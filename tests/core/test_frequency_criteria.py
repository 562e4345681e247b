"""Criteria of judgments of frequency: on the scale of the evidence, list by list."""

import numpy as np
import pytest

from memsim import run, simulate
from memsim.analysis.recognition.frequency import judged_frequency
from memsim.core.errors import InputError
from memsim.core.frequency_criteria import judging_frequency, presentations_of_probes
from memsim.core.judgments import Judgments
from memsim.models import BCDMEM, MINERVA2, SAM, SummedSimilarity
from memsim.paradigms import FrequencyJudgment, Recognition

ONE_LIST = FrequencyJudgment(list_length=42, lists=1)


def judged(model: object, task: FrequencyJudgment) -> dict[int, float]:
    found = simulate(judging_frequency(model, task), task.trials(60, seed=1), seed=1)  # type: ignore[type-var]
    assert isinstance(found, Judgments)
    table = judged_frequency(found)
    return dict(zip(table["presentations"], table["judged"], strict=True))


@pytest.mark.parametrize("model", [MINERVA2(), SummedSimilarity()])
def test_items_are_judged_list_by_list(model: object) -> None:
    found = judged(model, FrequencyJudgment())
    assert found[0] < 1.5 < found[2] < 3.5 < found[5]


def test_a_memory_without_noise_is_nearly_right() -> None:
    exact = SummedSimilarity(encoding_noise=0, context_drift=0, criterion_noise=0, n_drawn=40, similarity_decay=2)
    assert list(judged(exact, FrequencyJudgment()).values()) == pytest.approx([0, 2, 5], abs=0.3)


@pytest.mark.parametrize("model", [SAM(), MINERVA2()])
def test_one_list(model: object) -> None:
    found = judged(model, ONE_LIST)
    assert found[0] < 1.5 and found[5] - found[0] > 2


def test_criteria_of_minerva_are_those_of_its_mean_intensity() -> None:
    """Hintzman's rule, of means, and this one, of medians, agree where intensities hardly vary."""
    model = MINERVA2(feature_count=400, encoding_probability=0.9, criterion_noise=0)
    task = FrequencyJudgment(list_length=60, frequencies=(0, 1, 2, 3, 4, 5), lists=1)
    found = judging_frequency(model, task)
    unit = (1 + 3 * (1 / 0.9 - 1) / (400 * 2 / 3)) * 0.9**3  # E(k/n)³ to the first order in 1/n
    assert found.criterion_spacing == pytest.approx(unit, rel=0.03)
    assert found.criteria(6)[0] == pytest.approx(unit / 2, rel=0.1)


def test_evidence_that_repetitions_leave_alone_has_criteria_that_do_not_fall() -> None:
    flat = judging_frequency(BCDMEM(learning_rate=0.0), ONE_LIST)
    assert flat.criterion_spacing >= 0 and np.isfinite(flat.criterion)


def test_presentations_are_counted_in_the_list_asked_about() -> None:
    trials = FrequencyJudgment().trials(3, seed=0)
    own, other = presentations_of_probes(trials)
    pairs = set(zip(own.ravel().tolist(), other.ravel().tolist(), strict=True))
    assert pairs == {(a, b) for a in (0, 2, 5) for b in (0, 2, 5)}
    alone, none = presentations_of_probes(ONE_LIST.trials(3, seed=0))
    assert set(alone.ravel()) == {0, 2, 5} and not none.any()


def test_runs_set_criteria_and_say_so_but_keep_those_that_are_given() -> None:
    models = {"default": MINERVA2(), "given": MINERVA2(criterion=0.2)}
    comparison = run(models, FrequencyJudgment(), n_trials=60)
    slopes = comparison.summary.set_index("label")["frequency_slope"]
    assert slopes["default"] > 0.4 > slopes["given"]
    assert list(comparison.manifest.frequency_criteria) == ["default"]
    assert "default" in comparison.manifest.criteria_in_words()


def test_other_tasks_and_single_frequencies_are_refused() -> None:
    with pytest.raises(InputError, match="no judgments of frequency"):
        judging_frequency(MINERVA2(), Recognition())
    with pytest.raises(InputError, match="sets no scale"):
        judging_frequency(MINERVA2(), FrequencyJudgment(frequencies="2", list_length=40, lists=1))
