"""Signatures of chaining and of position, by hand; and lesions of a DNC trained on serial recall."""

import numpy as np
import pytest
import torch

from memsim import Recalls, simulate
from memsim.models import DNC, LSTM
from memsim.models.networks.cores import dnc
from memsim.models.networks.reading import READ_MODES
from memsim.paradigms import FreeRecall, SerialRecall
from memsim.reproductions.serial.serial_signatures import signatures
from memsim.training.inspection import show

SERIAL = DNC.preset("serial")


def of(matrix: list[list[int]], **settings: int) -> Recalls:
    return Recalls.from_matrix(matrix, 6, paradigm=SerialRecall(**settings))


def test_signatures_by_hand() -> None:
    found = signatures(
        of([[1, 2, 3, 4, 5, 6], [1, 3, 2, 4, 5, 6], [1, 3, 4, 5, 6, 2], [1, 2, 3, 4, 6, 5]]),
        of([[4, 2, 3, 1, 5, 6], [1, 2, 3, 4, 5, 6]], group_size=3),
    )
    assert found.accuracy == pytest.approx((6 + 4 + 1 + 4) / 24)
    assert found.recency == pytest.approx(2 / 4 - 2 / 4)
    assert found.near == pytest.approx((2 + 4 + 2) / 9), "and one item is four places late"
    assert found.fill_in_ratio == 2 / 1
    assert found.fill_in_low == pytest.approx(2 / np.exp(1.96 * np.sqrt(1 / 2 + 1 / 1)))
    assert found.fill_in_high == pytest.approx(2 * np.exp(1.96 * np.sqrt(1 / 2 + 1 / 1)))
    # Right after an error: the third list never; the second once in two, the fourth not at all.
    assert found.after_error == pytest.approx((1 / (2 + 4 + 1)) / (10 / 13))
    assert found.same_place == pytest.approx((3 / 13) / (1 / 25)), "with one added to both counts"


def test_networks_trained_on_order_recall_in_order() -> None:
    task = SerialRecall()
    for model, least in ((SERIAL, 0.97), (LSTM.preset("serial"), 0.8)):
        positions = simulate(model, task.trials(500), seed=1).positions
        assert (positions == np.arange(1, 7)).mean() > least
    closed = DNC(weights="dnc-closed")
    assert simulate(closed, FreeRecall(list_length=6).trials(200)).positions[:, 0].std() > 1, "as this does not"


@pytest.mark.parametrize("mode", [*READ_MODES, "none"])
def test_a_lesion_leaves_one_way_of_reading_at_test(mode: str) -> None:
    recalls = simulate(SERIAL, SerialRecall().trials(20), seed=1)[[0, 1]]
    without = ", ".join(each for each in READ_MODES if each != mode)
    whole, damaged = (
        [step.weightings for step in model.watch(recalls)] for model in (SERIAL, SERIAL.replace(without=without))
    )
    for step, (one, two) in enumerate(zip(whole, damaged, strict=True)):
        if step < 6:
            assert torch.equal(one["read"], two["read"]), "study is as it was"
        else:
            assert two["read_modes"].tolist() == [[[float(each == mode) for each in READ_MODES]]] * 2
    accuracy = [
        (simulate(model, SerialRecall().trials(300), seed=1).positions == np.arange(1, 7)).mean()
        for model in (SERIAL, SERIAL.replace(without=without))
    ]
    assert accuracy[1] < 0.7 * accuracy[0]


def test_a_lesion_goes_round_the_fused_step() -> None:
    network = dnc.DNC(3, 3, slots=4, width=3, hidden=5).double()
    inputs = torch.randn(5, 2, 3, dtype=torch.float64)
    found = []
    for fused in (False, True):
        network.fused = fused
        state = network.start(2)
        for each in inputs:
            output, state, _ = network.step(each, state, {"content", "backward"})
        found.append(output)
    assert torch.equal(*found)


def test_serial_trials_are_shown() -> None:
    left, _ = show(SERIAL, SerialRecall(list_length=4), trial=1).subfigs
    labels = [tick.get_text() for tick in left.axes[-2].get_xticklabels()]
    assert labels[:5] == ["1", "2", "3", "4", "?"] and len(labels) == 9
