"""The state inside: known answers for context, the store, and what a network shows."""

from typing import Any

import numpy as np
import pytest

from memsim import MemoryModel, Paradigm
from memsim.analysis.figures.memory import Strip
from memsim.core.errors import InputError
from memsim.core.loop import begin_recall, encoding_stream, step
from memsim.explorer.insides import Inside, inside
from memsim.models import CMR, DNC, SAM, TCM, EqualVariance, Strength
from memsim.paradigms import CuedRecall, FreeRecall, Recognition, SerialRecall

TRIALS = FreeRecall(list_length=7).trials(3, seed=1)


def strip(found: Inside, title: str) -> Any:
    (values,) = [each.values for each in found.strips if title in each.title]
    return values


def test_context_during_study_is_as_similar_as_its_drift_says() -> None:
    drift = 0.6
    found = inside(TCM(context_drift=drift), TRIALS, 0, 0)
    cosine = strip(found, "Similarity")
    distance = np.abs(np.subtract.outer(np.arange(7), np.arange(7)))
    np.testing.assert_allclose(cosine[:7, :7], np.sqrt(1 - drift**2) ** distance, atol=1e-12)
    assert found.phases == {"Study": 0, "Test": 7} and found.steps[:8] == ("1", "2", "3", "4", "5", "6", "7", "?")
    np.testing.assert_allclose(cosine, cosine.T)
    np.testing.assert_allclose(np.diag(cosine), 1)


@pytest.mark.parametrize("model", [TCM(), CMR(), CMR.preset("demonstration")])
def test_the_vector_of_context_follows_recall(model: TCM | CMR) -> None:
    """Recall itself follows products of context with items; the vector must give the same products."""
    found = inside(model, TRIALS, 2, 6)
    match, alone = strip(found, "Match"), TRIALS[[2]]
    state = model.begin(alone, encoding_stream(8))
    for event in alone.paradigm.presentation():
        state = step(model, state, event)
    state = begin_recall(model, state, "free")
    np.testing.assert_allclose(match[:, 7], state.searching.support[0], atol=1e-12)
    recalled = found.steps[8:]
    assert recalled
    for at, name in enumerate(recalled, start=8):
        if name.isdecimal():
            state = model.recalled(state, np.array([int(name) - 1]))
        np.testing.assert_allclose(match[:, at], state.searching.support[0], atol=1e-9)


def test_what_comes_next_had_a_chance() -> None:
    found = inside(CMR(), TRIALS, 1, 0)
    chance = strip(found, "Probability")
    assert np.isnan(chance[:, :7]).all()
    for at in range(8, len(found.steps)):
        if found.steps[at].isdecimal():
            assert chance[int(found.steps[at]) - 1, at - 1] > 0
    assert all(said.endswith(("studied", "recalled", "asked for")) for said in found.said)


def test_the_store_of_sam_fills_up_and_stays_full() -> None:
    found = inside(SAM(store_size=3), TRIALS, 0, 0)
    store = strip(found, "short-term store")
    assert store[:, :7].sum(axis=0).tolist() == [1, 2, 3, 3, 3, 3, 3]
    assert all(store[at, at] == 1 for at in range(7))  # the item just studied is in it
    strength = strip(found, "context to each item")
    assert (np.diff(strength[:, :7], axis=1) >= 0).all() and (strength[:, 6] > 0).all()
    emptied = inside(SAM(store_size=3), FreeRecall(list_length=7, retention_interval=20).trials(1), 0, 0)
    assert emptied.said[7] == "20 s of distraction"
    assert strip(emptied, "short-term store")[:, 7].sum() == 0


def test_a_network_shows_where_it_writes_and_reads() -> None:
    found = inside(DNC(), TRIALS, 0, 0)
    write = next(each.values for each in found.strips if each.title == "Write")
    assert write.shape[1] == len(found.steps) and found.said[0] == "item 1 is studied"
    content = found.to_json()
    assert len(content["strips"]) == len(found.strips) and content["phases"]["Test"] == 7


def strips_of(model: MemoryModel[Any], task: Paradigm) -> int:
    return len(inside(model, task.trials(2), 0, 0).strips)


def test_other_tasks_and_models() -> None:
    assert strips_of(Strength(), FreeRecall(list_length=5)) == 1
    assert strips_of(TCM(), SerialRecall(list_length=5)) == 3
    assert strips_of(TCM(), Recognition(list_length=5)) == 2
    assert strips_of(TCM(), CuedRecall(list_length=6)) == 2
    with pytest.raises(InputError, match="nothing here that the page can draw"):
        inside(EqualVariance(), Recognition(list_length=5).trials(1), 0, 0)


def test_no_number_of_it_is_beyond_json() -> None:
    import json

    json.dumps(inside(SAM(), TRIALS, 0, 0).to_json(), allow_nan=False)


def test_the_scales_of_colours_are_round_and_one_where_strips_are_compared() -> None:
    for model in (TCM(), SAM()):
        content = inside(model, TRIALS, 0, 0).to_json()
        for each in content["strips"]:
            largest = max(abs(value) for row in each["values"] for value in row if value is not None)
            assert (
                largest - 1e-4 <= each["most"] <= max(2 * largest, 1.0) and float(f"{each['most']:.2g}") == each["most"]
            )
            assert not each["signed"] or each["title"] == "Context"
    seen = inside(DNC(), TRIALS, 0, 0)
    assert len(seen.strips) > 2 and set(seen.scales()) == {(1.0, False)}, "weightings are compared with one another"
    unlike = [(1.0, np.array([[0.1, 0.3]])), (3.0, np.array([[2.2, 0.0]])), (3.0, np.array([[-0.5, 0.2]]))]
    strips = tuple(Strip(f"strip {at}", values) for at, (_, values) in enumerate(unlike))
    steps = ("1", "2")
    assert Inside(steps, steps, strips, {}, compared=True).scales() == [(1.0, False), (3.0, True), (3.0, True)]
    assert Inside(steps, steps, strips, {}).scales() == [(0.3, False), (3.0, False), (0.5, True)]
    nothing = Strip("nothing", np.full((1, 2), np.nan))
    assert (
        Inside(steps, steps, (nothing, Strip("rounded", np.full((1, 2), 1 + 1e-12))), {}).scales() == [(1.0, False)] * 2
    )


def test_rows_with_names_are_no_cells() -> None:
    named = {each.title: each.row for each in inside(DNC(), TRIALS, 0, 0).strips if each.rows}
    assert named and set(named.values()) == {""}
