"""When it pays to store an item, if all are worth the same: exactly, for slots that the environment holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import binom

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.names import require_one_of
from memsim.gym.limited_store import NEVER, ValueDirectedStorage
from memsim.gym.lists_for_reward import FIRST_ITEM, PASS, STORE
from memsim.gym.played import Policy
from memsim.gym.task import State

TIES = ("store", "pass")
TIED = 1e-12
"""Gains nearer to 0 than this are rounding."""


def storing_gains(task: ValueDirectedStorage) -> tuple[FloatArray, float]:
    """What an episode earns more if an item is stored than if it passes, when all later decisions are the best.

    An item that is stored is held at the test with a chance that depends on its position alone, and each item that is
    held earns its worth less the price of its report. So the best decisions follow backward from the last position, by
    how many slots are taken.

    Returns
    -------
    gains : (L, N + 1) by position and by slots that are taken; NaN where a full store refuses.
    best : the expected score of the best decisions.

    Raises
    ------
    InputError : items differ in worth, storing is no choice, or time allows fewer reports than there are slots.
    """
    _require_equal(task)
    length, slots, loss = task.list_length, min(task.slots, task.list_length), task.loss
    worth = max(1.0 - task.report_price, 0.0)
    follows = np.append(np.full(length - 1, 1.0 - task.ending), 0.0)
    kept = np.ones(length)
    for position in reversed(range(length - 1)):
        kept[position] = 1 - follows[position] + follows[position] * (1 - loss) * kept[position + 1]
    # survives[n, m]: the chance that m of n items are left when the next one comes.
    survives = binom.pmf(np.arange(slots + 1), np.arange(slots + 1)[:, None], 1 - loss)
    gains, later = np.full((length, slots + 1), np.nan), np.zeros(slots + 1)
    for position in reversed(range(length)):
        ahead = follows[position] * (survives @ later)
        gains[position, :slots] = worth * kept[position] - task.store_price + ahead[1:] - ahead[:-1]
        if task.when_full != "refuse":
            # What is held is as likely to last as the new item that takes its place.
            gains[position, slots] = -task.store_price
        later = ahead + np.maximum(np.nan_to_num(gains[position], nan=0.0), 0)
    return gains, float(later[0])


def best_policy(task: ValueDirectedStorage, ties: str = "store") -> Policy:
    """The best decisions, for :func:`memsim.gym.played.play`; at the test all that is held is reported.

    Parameters
    ----------
    ties : whether an item is stored, ``"store"``, or passes, ``"pass"``, where both earn the same.

    Raises
    ------
    InputError : as :func:`storing_gains`, or ``ties`` is another word.
    """
    require_one_of(ties, TIES, "best_policy: ties")
    gains = np.nan_to_num(storing_gains(task)[0], nan=-1.0)
    pays = gains > (-TIED if ties == "store" else TIED)

    def policy(state: State, rng: np.random.Generator) -> Any:
        study, _, report = task.phases(state)
        held = state["since"] > NEVER
        position = np.minimum(state["step"], task.list_length - 1)
        store = study & pays[position, held.sum(axis=1)]
        left = held & ~state["earned"]
        item = state["items"][np.arange(len(left)), left.argmax(axis=1)] + FIRST_ITEM
        pays_report = left.any(axis=1) & (task.report_price < 1)
        return np.where(report, np.where(pays_report, item, task.stop), np.where(store, STORE, PASS))

    return policy


def _require_equal(task: ValueDirectedStorage) -> None:
    if task.worth != "equal" or not task.storing:
        raise InputError(
            f"storing_gains: worth={task.worth!r} and storing={task.storing} must be 'equal' and True, since the best "
            "decisions are known only there; of values by rank, best_stored says them where nothing is lost"
        )
    if task.n_reports < min(task.slots, task.list_length):
        raise InputError(
            f"storing_gains: most_reports={task.most_reports} must be at least slots={task.slots}, so that all that is "
            "held can be reported"
        )
