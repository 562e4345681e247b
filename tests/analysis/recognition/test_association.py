"""Cued recall and the contingency of two tests, against counts made by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import ItemPool, Recalls, Trials
from memsim.analysis import (
    analyze,
    associative_symmetry,
    cued_intrusions_by_lag,
    cued_intrusions_by_list,
    cued_recall_by_direction,
    cued_recall_by_lag,
    cued_recall_by_position,
    cued_recall_responses,
    recall_recognition_contingency,
    tulving_wiseman,
    yules_q,
)
from memsim.core.errors import InputError
from memsim.core.judgments import Judgments
from memsim.core.probes import Probes
from memsim.paradigms import FreeRecall, Recognition
from tests.analysis.recognition.tasks import CuedPairs


def cued_recalls(
    cues: list[list[int]], positions: list[list[int]], n_pairs: int, intruders: list[list[int]] | None = None,
    items: np.ndarray | None = None, lists: int = 1, about: list[list[int]] | None = None,
) -> Recalls:  # fmt: skip
    """Trials of one person; cues are serial positions from 0, responses from 1."""
    n = len(cues)
    items = np.arange(2 * n_pairs * n).reshape(n, -1) if items is None else items
    at = np.array(cues)
    probes = np.full((*at.shape, 2), -1)
    np.put_along_axis(probes, (at % 2)[:, :, None], np.take_along_axis(items, at, axis=1)[:, :, None], axis=2)
    trials = Trials(
        items, ItemPool.numbered(500), CuedPairs(list_length=2 * n_pairs, n_cues=at.shape[1], lists=lists),
        probes=Probes(probes, about),
    )  # fmt: skip
    return Recalls(trials, positions, intruders=intruders)


def test_accuracy_by_position_lag_and_direction() -> None:
    # Pair 1 forward, right; pair 3 backward, right; pair 2 forward, another item.
    recalls = cued_recalls([[0, 5, 2]], [[2, 5, 1]], 3)
    assert cued_recall_by_position(recalls)["prob"].tolist() == [1, 0, 1]
    by_lag = cued_recall_by_lag(recalls)
    assert by_lag["lag"].tolist() == [1, 2, 3] and by_lag["possible"].tolist() == [1, 1, 1]
    assert by_lag["actual"].tolist() == [1, 1, 0]  # lags 2 + 0, 0 + 1, 1 + 2
    binned = cued_recall_by_lag(recalls, edges=(0, 2.5, 3))
    assert binned["lag"].to_list()[0] == 1.5 and binned["possible"].tolist() == [2, 0]
    assert cued_recall_by_direction(recalls)["prob"].tolist() == [0.5, 1.0]


def test_kinds_of_responses_sum_to_1() -> None:
    recalls = cued_recalls([[0, 2, 4], [0, 2, 4]], [[2, 3, 0], [-1, -1, 1]], 3, intruders=[[-1, -1, -1], [3, 400, -1]])
    shares = cued_recall_responses(recalls).set_index("response")["prob"] * 6
    assert shares.round(9).to_dict() == {
        "correct": 1, "same_list": 1, "prior_list": 1, "extra_list": 1, "unknown": 0, "cue": 1, "none": 1,
    }  # fmt: skip
    back = cued_intrusions_by_list(recalls, max_lag=2)
    assert back["actual"].tolist() == [1, 0] and back["possible"].tolist() == [3, 0]


def test_the_other_list_of_a_trial() -> None:
    """A-B, A-C: a cue about the second list asks for C; B is an intrusion from the other list."""
    items = np.array([[0, 1, 2, 3, 0, 4, 2, 5]])
    recalls = cued_recalls([[4, 6, 0]], [[6, 4, 2]], 4, items=items, lists=2, about=[[1, 1, 0]])
    shares = cued_recall_responses(recalls).set_index("response")["actual"]
    assert shares["correct"] == 2 and shares["prior_list"] == 1
    assert cued_recall_by_position(recalls)["prob"].tolist() == [1, 0]


def test_intrusions_by_lag() -> None:
    # Five pairs, cues 3 1 5 2 4, responses from pairs 3 2 4 none 5.
    recalls = cued_recalls([[4, 0, 8, 2, 6]], [[6, 4, 8, 0, 10]], 5)
    found = cued_intrusions_by_lag(recalls).set_index("lag")
    assert found["actual"].to_dict() == {-4: 0, -3: 0, -2: 0, -1: 1, 1: 2, 2: 0, 3: 0, 4: 0}
    assert found["possible"].to_dict() == {-4: 1, -3: 2, -2: 2, -1: 2, 1: 2, 2: 1, 3: 1, 4: 1}
    per_cue = cued_intrusions_by_lag(recalls, per="cue").set_index("lag")
    assert per_cue["possible"].to_dict() == {-4: 1, -3: 2, -2: 3, -1: 4, 1: 4, 2: 3, 3: 2, 4: 1}
    with pytest.raises(InputError, match="per='trial' must be intrusion or cue"):
        cued_intrusions_by_lag(recalls, per="trial")


def test_symmetry() -> None:
    # Pair 1 twice forward: both right. Pair 2 forward right, backward wrong. Pair 3 reversed, neither.
    recalls = cued_recalls([[0, 2, 4, 0, 3, 5]], [[2, 4, 0, 2, 0, 0]], 3)
    table = associative_symmetry(recalls).set_index("tests")
    assert table.loc["same direction", ["both", "first_only", "second_only", "neither"]].tolist() == [1, 0, 0, 0]
    assert table.loc["reversed", ["both", "first_only", "second_only", "neither"]].tolist() == [0, 1, 0, 1]
    once = associative_symmetry(cued_recalls([[0, 2]], [[2, 4]], 2))
    assert once["q"].isna().all()


def test_known_contingencies() -> None:
    tables = np.array([[40, 10, 20, 30], [50, 0, 10, 5], [0, 0, 3, 4]])
    assert yules_q(tables) == pytest.approx([0.7142857143, 1, np.nan], abs=6e-11, nan_ok=True)
    assert yules_q(tables, 0.5) == pytest.approx([0.7032057911, 0.9628975265, 0.125], abs=6e-11)
    assert tulving_wiseman(0.6) == pytest.approx(0.72)
    law = 0.5 * tulving_wiseman(0.6)
    assert yules_q([law, 0.5 - law, 0.6 - law, law - 0.1]) == pytest.approx(0.4716981132, abs=6e-11)
    for rho, q in ((0.5, 0.6), (0.9, 0.9453346916)):
        a = 0.25 + np.arcsin(rho) / (2 * np.pi)
        assert yules_q([a, 0.5 - a, 0.5 - a, a]) == pytest.approx(q, abs=6e-11)


@given(st.lists(st.integers(0, 50), min_size=4, max_size=4))
def test_q_is_bounded_and_turns_round(table: list[int]) -> None:
    q = float(yules_q(table, 0.5))
    assert -1 < q < 1
    assert float(yules_q([table[i] for i in (1, 0, 3, 2)], 0.5)) == pytest.approx(-q)
    assert float(yules_q([table[i] for i in (0, 2, 1, 3)], 0.5)) == pytest.approx(q)


class Both(Recognition):
    """Free recall, then recognition."""

    cue = "free"
    silence_ends = True

    @property
    def response_limit(self) -> int:
        return 8


def test_recall_and_recognition() -> None:
    task = Both(list_length=4, n_targets=4, n_lures=1)
    trials = Trials([[0, 1, 2, 3]], ItemPool.numbered(9), task, probes=Probes([[3, 8, 1, 0, 2]]))
    judged = Judgments(trials, [[2, 2, 1, 2, 1]], recalls=Recalls(trials, [[4, 2, -1]]))
    row = recall_recognition_contingency(judged).iloc[0]
    assert row[["both", "recalled_only", "recognised_only", "neither"]].tolist() == [1, 1, 1, 1]
    assert row["q"] == 0 and row["p_recognised_given_recalled"] == 0.5 and row["tulving_wiseman"] == 0.625
    assert analyze(judged, "serial_position_curve")["prob"].tolist() == [0, 1, 0, 1], "its recalls are analysed too"


def test_other_tasks_are_refused() -> None:
    free = Recalls.from_matrix([[1, 2]], 3)
    for name in ("cued_recall_by_position", "cued_recall_responses", "cued_intrusions_by_lag", "associative_symmetry"):
        with pytest.raises(InputError, match=f"{name}: FreeRecall has no cue for each response"):
            analyze(free, name)
    with pytest.raises(InputError, match="called_old is an analysis of judgments, and FreeRecall has none"):
        analyze(free, "called_old")
    task = Recognition(list_length=2, n_targets=2, n_lures=0)
    trials = Trials([[0, 1]], ItemPool.numbered(2), task, probes=Probes([[0, 1]]))
    judged = Judgments(trials, [[1, 2]])
    with pytest.raises(InputError, match="Recognition has no recall of items before they are judged"):
        analyze(judged, "recall_recognition_contingency")
    with pytest.raises(InputError, match="lag_crp is an analysis of recalls, and Recognition has none"):
        analyze(judged, "lag_crp")
    assert FreeRecall(list_length=3).due is None
