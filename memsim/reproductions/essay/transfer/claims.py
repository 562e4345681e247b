"""The claims on transfer, Z1 to Z6, each with its prediction, the numbers over seeds, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from memsim.reproductions.essay.transfer.measures import CRITERION
from memsim.reproductions.essay.transfer.models import RANDOM, memory_held
from memsim.reproductions.essay.transfer.networks import CORES, Networks
from memsim.reproductions.essay.transfer.options import (
    BACK,
    ELASTIC,
    FORTH,
    JOINT,
    LONGER,
    MODULES,
    REPLAY,
    TransferOptions,
)
from memsim.reproductions.hypotheses import MOST, Claim, Measure, measured, verdict_by_seeds
from memsim.reproductions.intervals import Interval, over_known

NEAR_ZERO = 0.15
"""Savings that count as none."""
KEPT = 0.9
"""The share of what a network of one task does that counts as as well."""
SAVING = (("serial", "recall", 0.3), ("recall", "serial", 0.3), ("copy", "serial", 0.5))
"""What one task is expected to save of the iterations of another."""


def _claim(
    name: str, hypothesis: str, prediction: str, manipulation: str,
    measures: list[tuple[str, Interval, float, float]], refuted_by: str,
) -> Claim:  # fmt: skip
    return measured(name, hypothesis, manipulation, prediction, refuted_by, [Measure(*each) for each in measures])


def claims_of(found: Networks, models: pd.DataFrame, options: TransferOptions) -> list[Claim]:
    """All claims."""
    return [
        one_network(found, options), forgets(found), *remedies(found), *transfers(found, options), longer_lists(found),
        parameters_transfer(found, models, memory_held()),
    ]  # fmt: skip


def one_network(found: Networks, options: TransferOptions) -> Claim:
    """Z1."""
    last = found.matrix[found.matrix["protocol"] == JOINT]
    joint = last.set_index(["core", "task", "seed"])["score"]
    alone = found.single.set_index(["core", "task", "seed"])["score"]
    gap = (joint - KEPT * alone).rename("gap").reset_index()
    own = gap[gap["core"] == CORES[0]]
    measures = [
        (f"{CORES[0]}, {task}: joint less {KEPT:g} of alone", over_known(own[own["task"] == task]["gap"]), 0.0, np.inf)
        for task in options.task_names
    ]
    return _claim(
        "Z1", "One network with a cue can do all tasks.", "Trained on all at once, each is done at least .9 as well as "
        "by a network of the same size that was trained on it alone, with as many lists of that task.",
        "joint training against training on one task.", measures, "a task done less well",
    )  # fmt: skip


def forgets(found: Networks) -> Claim:
    """Z2."""
    rows = found.forgetting[found.forgetting["protocol"].isin([FORTH, BACK])]
    mean = rows.groupby(["core", "seed"])["forgetting"].mean().reset_index()
    measures = [
        (f"{core}: F", over_known(mean[mean["core"] == core]["forgetting"]), 0.4, np.inf) for core in CORES
    ]  # fmt: skip
    return _claim(
        "Z2", "Networks that learn tasks one after another forget the earlier ones.",
        "F, the mean over both orders of what is lost of the earlier tasks, is above .4.",
        "tasks one after another, in two orders.", measures, "F below .4",
    )  # fmt: skip


def remedies(found: Networks) -> list[Claim]:
    """Z3, a claim for each remedy."""
    rows = found.forgetting[found.forgetting["core"] == CORES[0]].set_index(["protocol", "seed"])
    none, elastic, modules = (rows.loc[name] for name in (FORTH, ELASTIC, MODULES))
    alone = found.single[found.single["core"] == CORES[0]].groupby("seed")["score"].mean()
    base = none["forgetting"]
    return [
        _claim(
            "Z3 replay", "Replay keeps earlier tasks.", "F below .1.", "a fifth of batches from earlier tasks.",
            [("F", over_known(rows.loc[REPLAY]["forgetting"]), -np.inf, 0.1)], "F above .1",
        ),
        _claim(
            "Z3 elastic weights", "Weights that are held elastically forget less, at the cost of the last task.",
            "F below .6 of that without remedy, and the last task is done worse than without.",
            "the penalty of Kirkpatrick et al. (2017), its weight chosen on another seed.",
            [
                ("F / F without", over_known(elastic["forgetting"] / base.where(base > 0)), -np.inf, 0.6),
                ("last task less that without", over_known(elastic["last"] - none["last"]), -np.inf, 0.0),
            ],
            "F of .6 or more, or a last task that is done as well",
        ),
        _claim(
            "Z3 modules", "Modules that are kept and may be used again keep earlier tasks, and help later ones.",
            "F is 0 by construction; tasks are learned as well as alone (at least .9).",
            "two of the modules of the controller for each task, by a tournament; those of earlier ones do not change.",
            [
                ("F", over_known(modules["forgetting"]), -np.inf, 1e-9),
                ("score when learned / alone", over_known(modules["learned"] / alone.where(alone > 0)), 0.9, np.inf),
            ],
            "any forgetting, or tasks learned less well",
        ),
    ]  # fmt: skip


def transfers(found: Networks, options: TransferOptions) -> list[Claim]:
    """Z4, a claim for each pair of tasks, and one for recognition."""
    have = set(options.task_names)
    claims = [
        _saved(
            f"Z4 {then} after {first}", f"What {first} taught helps with {then}.", f"at least {least:g}",
            found.pairs[(found.pairs["first"] == first) & (found.pairs["then"] == then)], least, np.inf,
        )
        for first, then, least in SAVING
        if {first, then} <= have
    ]  # fmt: skip
    if "recognition" in have:
        others = found.pairs[found.pairs["first"] == "recognition"]
        claims.append(
            _saved("Z4 after recognition", "What recognition taught helps with no other task.",
                   f"in every other task no more than {NEAR_ZERO:g}", others, -np.inf, NEAR_ZERO)
        )  # fmt: skip
    return claims


def _saved(name: str, hypothesis: str, share: str, pairs: pd.DataFrame, low: float, high: float) -> Claim:
    """A claim that savings lie in a range: what they can be decides, or leaves a seed open."""
    least, most = pairs["saved_least"], pairs["saved_most"]
    seeds = pairs.assign(holds=(least >= low) & (most <= high), fails=(most < low) | (least > high)).groupby("seed")
    holds, fails = seeds["holds"].all(), seeds["fails"].any()
    numbers = "nothing"
    if len(pairs):
        numbers = (
            f"so in {int(holds.sum())} of {len(holds)} seeds, not so in {int(fails.sum())}, and open where the score "
            f"was not reached; the mean score while learning gains {over_known(seeds['area'].mean()).signed}"
        )
    return Claim(
        name, hypothesis, "each task from scratch, and after each other one.",
        f"{share} of the iterations to a score of {CRITERION:g} is saved, in {MOST:.0%} of seeds", numbers,
        f"more than {1 - MOST:.0%} of seeds in which it is not so", verdict_by_seeds(holds, fails),
    )  # fmt: skip


def longer_lists(found: Networks) -> Claim:
    """Z5."""
    length = max(LONGER)
    joint = found.matrix[found.matrix["protocol"] == JOINT].set_index(["core", "seed", "task"])["score"]
    far = found.longer[found.longer["length"] == length].set_index(["core", "seed", "task"])["score"]
    share = (far / joint.where(joint > 0)).groupby(["core", "seed"]).mean().unstack("core")
    difference = share[CORES[0]] - share[CORES[1]]
    unlearned = int((joint <= 0).sum())
    without = f", without {unlearned} of {len(joint)} tasks of which nothing was learned" if unlearned else ""
    return _claim(
        "Z5", "A network with an external memory does longer lists that it was not trained on.",
        f"The score with lists of {length} as a share of that with the longest of training is larger for the DNC than "
        "for an LSTM of as many parameters, by more than .1.", "joint training, lists of more items at test.",
        [
            (f"DNC less LSTM{without}", over_known(difference), 0.1, np.inf),
        ],
        "a difference below .1",
    )  # fmt: skip


def parameters_transfer(found: Networks, models: pd.DataFrame, held: Mapping[str, Sequence[str]]) -> Claim:
    """Z6, with the score of networks beside it, which is another measure: nothing of theirs is fitted to the task."""
    measures, beside = [], []
    if len(models):
        drawn = models["fitted"] == RANDOM
        across, control = models[(models["fitted"] != models["task"]) & ~drawn], models[drawn]
        for name, rows in across.groupby("model", sort=False):
            means = rows.groupby("repeat")["score"].mean()
            without = control[control["model"] == name].groupby("repeat")["score"].mean()
            measures += [
                Measure(f"{name}: mean score in other tasks", over_known(means), 0.5),
                Measure(f"{name}: more than with memory drawn at random", over_known(means - without), 0.0),
            ]
        missing = int(across["score"].isna().sum())
        if missing:
            beside.append(f"{missing} of {len(across)} scores are missing: the fit to the task was below the baseline")
    if len(found.pairs):
        before = over_known(found.pairs.groupby("seed")["before"].mean())
        beside.append(f"a DNC scores {before} in tasks on which it was not yet trained, with nothing fitted to them")
    memory = "; ".join(f"{name}: {', '.join(names)}" for name, names in held.items())
    return measured(
        "Z6", "In models of memory, what was fitted to one task serves another.",
        f"Some parameters of memory ({memory}) are from people in one task; all others, choice and stopping among "
        "them, are fitted to people in the other task, and others are predicted.",
        "A model predicts people by more than half of what it does with all parameters fitted to that task, and by "
        "more than with those parameters of memory drawn at random.",
        "a share below a half, or below that of a random memory", measures, "; ".join(beside),
    )  # fmt: skip
