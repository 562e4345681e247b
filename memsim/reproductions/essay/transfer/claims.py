"""The claims on transfer, Z1 to Z6, each with its prediction, the numbers over seeds, and the verdict that follows."""

from __future__ import annotations

import numpy as np
import pandas as pd

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
from memsim.reproductions.hypotheses import Claim, Measure, measured
from memsim.reproductions.intervals import Interval, over_known

NEAR_ZERO = 0.15
"""Savings that count as none."""


def _claim(
    name: str, hypothesis: str, prediction: str, manipulation: str,
    measures: list[tuple[str, Interval, float, float]], refuted_by: str,
) -> Claim:  # fmt: skip
    return measured(name, hypothesis, manipulation, prediction, refuted_by, [Measure(*each) for each in measures])


def claims_of(found: Networks, models: pd.DataFrame, options: TransferOptions) -> list[Claim]:
    """All claims."""
    return [
        one_network(found, options), forgets(found), *remedies(found), transfers(found, options), longer_lists(found),
        parameters_transfer(found, models),
    ]  # fmt: skip


def one_network(found: Networks, options: TransferOptions) -> Claim:
    """Z1."""
    last = found.matrix[found.matrix["protocol"] == JOINT]
    joint = last.set_index(["core", "task", "seed"])["score"]
    alone = found.single.set_index(["core", "task", "seed"])["score"]
    ratio = (joint / alone.where(alone > 0)).rename("ratio").reset_index()
    own = ratio[ratio["core"] == CORES[0]]
    measures = [
        (f"{CORES[0]}, {task}: joint / alone", over_known(own[own["task"] == task]["ratio"]), 0.9, np.inf)
        for task in options.task_names
    ]
    return _claim(
        "Z1", "One network with a cue can do all tasks.", "Trained on all at once, each is done at least .9 as well as "
        "by a network of the same size that was trained on it alone, with as many lists of that task.",
        "joint training against training on one task.", measures, "a task below .9",
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


def transfers(found: Networks, options: TransferOptions) -> Claim:
    """Z4."""
    pairs = found.pairs

    def saved(first: str, then: str) -> Interval:
        return over_known(pairs[(pairs["first"] == first) & (pairs["then"] == then)]["savings"])

    have = set(options.task_names)
    wanted = [("recall", "serial", 0.3), ("serial", "recall", 0.3), ("copy", "serial", 0.5)]
    measures = [(f"savings of {then} after {first}", saved(first, then), low, np.inf)
                for first, then, low in wanted if {first, then} <= have]  # fmt: skip
    if "recognition" in have:
        others = pairs[pairs["first"] == "recognition"].groupby("seed")["savings"].mean()
        measures.append(("savings after recognition", over_known(others), -NEAR_ZERO, NEAR_ZERO))
    return _claim(
        "Z4", "What one task of recall taught helps with another.",
        "Free and serial recall save more than .3 of each other's iterations to a score of .8, serial recall after "
        "copying .5; recognition saves others about nothing.", "each task from scratch, and after each other one.",
        measures, "savings below these, or such of recognition",
    )  # fmt: skip


def longer_lists(found: Networks) -> Claim:
    """Z5."""
    length = max(LONGER)
    joint = found.matrix[found.matrix["protocol"] == JOINT].set_index(["core", "seed", "task"])["score"]
    far = found.longer[found.longer["length"] == length].set_index(["core", "seed", "task"])["score"]
    share = (far / joint.where(joint > 0)).groupby(["core", "seed"]).mean().unstack("core")
    difference = share[CORES[0]] - share[CORES[1]]
    return _claim(
        "Z5", "A network with an external memory does longer lists that it was not trained on.",
        f"The score with lists of {length} as a share of that with the longest of training is larger for the DNC than "
        "for an LSTM of as many parameters, by more than .1.", "joint training, lists of more items at test.",
        [
            ("DNC less LSTM", over_known(difference), 0.1, np.inf),
        ],
        "a difference below .1",
    )  # fmt: skip


def parameters_transfer(found: Networks, models: pd.DataFrame) -> Claim:
    """Z6: the comparison with models."""
    measures = []
    if len(models):
        across = models[models["fitted"] != models["task"]]
        for name, rows in across.groupby("model", sort=False):
            measures.append(
                (f"{name}: mean score in other tasks", over_known(rows.groupby("repeat")["score"].mean()), 0.5, np.inf)
            )
            between = found.pairs.groupby("seed")["before"].mean()
            gap = rows.groupby("repeat")["score"].mean().to_numpy() - between.to_numpy()
            measures.append((f"{name} less the DNC in tasks not yet trained", over_known(pd.Series(gap)), 0.0, np.inf))
    return _claim(
        "Z6", "Models of memory transfer where networks do not: memory fitted to one task serves another.",
        "With memory from another task, a model predicts people by more than half of what it does when fitted to that "
        "task, and by more than a network scores in a task on which it was not trained.",
        "parameters of memory from people in one task; choice, stopping and criteria from people in the other; others "
        "are predicted. Of the DNC, the weights of one task do another by its cue.", measures,
        "a share below a half, or below that of networks",
    )  # fmt: skip
