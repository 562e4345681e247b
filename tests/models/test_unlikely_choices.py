"""Choices of networks at the ends of their parameters: what is unlikely, and what cannot occur."""

import math
from typing import Any

import numpy as np
import pytest

from memsim import Recalls, log_likelihood, log_likelihood_gradient, score
from memsim.core.event_probabilities import Events, Parts
from memsim.core.items import ItemPool
from memsim.models import DNC
from memsim.models.networks.choice_slopes import choice_probabilities
from memsim.paradigms import FreeRecall

TASK = FreeRecall(list_length=12)


def backwards(trials: Any) -> Recalls:
    return Recalls(trials, np.tile(np.arange(12, 0, -1), (len(trials), 1)))


def test_what_is_possible_has_a_probability_and_what_is_not_has_none() -> None:
    logits = np.array([[0.0, -5000.0, 1.0], [-np.inf, -800.0, 900.0], [0.0, 0.0, -np.inf]])
    found = choice_probabilities(logits)
    assert np.array_equal(found == 0, np.isneginf(logits)) and np.allclose(found.sum(axis=1), 1, atol=1e-15)
    assert found[0, 0] == pytest.approx(1 / (1 + math.e), rel=1e-12) and np.isfinite(1 / found[found > 0]).all()
    assert np.log(found[0, 1]) == pytest.approx(-708.4, abs=0.1)


@pytest.mark.parametrize("changes", [{"choice_strength": 50.0}, {"choice_strength": 100.0}, {"stop_bias": 50.0}])
@pytest.mark.parametrize("response_set", ["list", "pool"])
def test_lists_are_never_impossible_within_declared_ranges(changes: dict[str, float], response_set: str) -> None:
    recalls, model = backwards(TASK.trials(3, seed=0)), DNC(response_set=response_set, **changes)
    expected = log_likelihood(model, recalls)
    assert np.isfinite(expected).all() and (expected < -100).all()
    found = log_likelihood_gradient(model, recalls, ["choice_strength", "stop_bias"])
    np.testing.assert_allclose(found.log_likelihood, expected, rtol=1e-9)
    assert all(np.isfinite(each) for each in found.gradient.values())
    parts = score(model, recalls)
    columns = [name for name in ("choice", "termination", "intrusion", "repeat") if name in parts]
    assert np.isfinite(parts[columns].to_numpy(float)).all()


def test_a_pool_of_the_listed_items_alone_has_no_intrusions() -> None:
    trials = TASK.trials(4, seed=0, pool=ItemPool.numbered(12))
    recalls, model = backwards(trials), DNC(response_set="pool", choice_strength=1.2)
    np.testing.assert_allclose(log_likelihood(model, recalls), log_likelihood(DNC(choice_strength=1.2), recalls))
    step, names = 1e-5, ["choice_strength", "stop_bias"]
    for name, value in log_likelihood_gradient(model, recalls, names).gradient.items():
        low, high = (
            log_likelihood(model.replace(**{name: getattr(model, name) + change}), recalls).sum()
            for change in (-step, step)
        )
        assert value == pytest.approx((high - low) / (2 * step), rel=1e-5)


@pytest.mark.parametrize(
    ("outcome", "silence", "intrusion", "repeat", "column"),
    [
        (1e-30, 0.5, None, 0.5, 2), (1e-30, 1.0, None, 0.0, 2), (1e-30, 0.0, 1.0, 0.0, 2), (1e-30, 0.2, 0.8, None, 2),
        (1e-30, 0.2, 0.3, 0.5, 2), (0.25, 0.5, None, 0.1, 2), (0.0, 0.5, None, 0.1, 2), (0.25, 0.25, None, 0.1, 4),
    ],
)  # fmt: skip
def test_parts_sum_to_the_whole_where_others_take_all_but_rounding(
    outcome: float, silence: float, intrusion: float | None, repeat: float | None, column: int
) -> None:
    given = (None if each is None else np.array([[each]]) for each in (intrusion, repeat))
    events = Events(np.array([[outcome]]), np.array([[silence]]), *given)
    parts = Parts.of(events, np.array([[column]], dtype=np.int32), 4)
    with np.errstate(divide="ignore"):
        assert sum(part.sum() for part in parts) == pytest.approx(np.log(outcome), rel=1e-12)
