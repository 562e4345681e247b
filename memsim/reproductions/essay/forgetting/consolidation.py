"""Sleep against waking: the same network studies the same lists, and rests as long, with and without replay; after it a
second list may be studied.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.recalls import Recalls
from memsim.reproductions.essay.forgetting.measures import recalled, temporal_factor
from memsim.reproductions.network_table.behaviour import shuffled

LENGTH = 10
"""Items of a list: fewer than there are slots."""
WEAR = {"usage_decay": 0.05, "row_noise": 0.1}
"""While items are studied and through the rest: without noise, what is found by the cosine would not be lost."""
SECONDS, CYCLES = 60.0, 20
LATER = 5
"""Items that are studied after the rest. With more than there are slots for, next to nothing is left whatever the rest.
"""
GENTLE = {"sleep_weaken": 0.0, "sleep_free": 0.0}
"""Sleep in which nothing is weakened or freed."""
RESTS = ("before", "wake", "sleep", "gentle")
"""What comes between study and test, or a second list: nothing, waking, sleep, and sleep that weakens nothing."""


def consolidated(model: Any, n_lists: int, seed: int) -> dict[str, float]:
    """Recall after waking and after sleep, and the order of recall with and without replay along links.

    Of the strongest and of the weakest third of each list, by usage at the end of study. ``later_before`` and so on are
    recall of the list where a second one is studied after each of :data:`RESTS`.
    """
    awake = model.replace(**WEAR, rest=SECONDS, response_set="pool")
    asleep = awake.replace(sleep_cycles=CYCLES)
    rested = model.replace(**WEAR, response_set="pool")
    kinds = {
        "before": rested, "wake": awake, "sleep": asleep, "unlinked": asleep.replace(sleep_steps=0),
        "gentle": asleep.replace(**GENTLE),
    }  # fmt: skip
    kinds |= {f"later_{name}": kinds[name].replace(later_items=LATER) for name in RESTS}
    recalls = {name: recalled(each, n_lists, seed, length=LENGTH) for name, each in kinds.items()}
    strength = strengths(rested, recalls["before"])
    order = strength.argsort(axis=1)
    third = LENGTH // 3
    found: dict[str, float] = {}
    for name, each in recalls.items():
        given = np.zeros((len(each), LENGTH))
        rows, outputs = np.nonzero(each.positions > 0)
        given[rows, each.positions[rows, outputs] - 1] = 1
        ranked = np.take_along_axis(given, order, axis=1)
        found |= {
            f"{name}_weak": float(ranked[:, :third].mean()), f"{name}_strong": float(ranked[:, -third:].mean()),
            f"{name}_recalled": float(given.sum(1).mean()), f"{name}_factor": temporal_factor(each),
            f"{name}_shuffled": temporal_factor(shuffled(each, seed)),
        }  # fmt: skip
    return found


def strengths(model: Any, recalls: Recalls) -> FloatArray:
    """(n_lists, length) the usage, at the end of study, of the rows to which each item was written."""
    seen = model.watch(recalls)[: recalls.list_length]
    usage = seen[-1].state.memory.usage
    # The usage that a core keeps is that before its last write.
    last = seen[-1].state.memory.write
    usage = usage + last - usage * last
    written = [step.weightings["write"][:, 0] for step in seen]
    return np.stack([(each * usage).sum(1).numpy() for each in written], axis=1)
