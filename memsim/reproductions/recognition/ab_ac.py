"""A-B, A-C: what learning a second response to a cue does to recall of the first."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import criteria_figure
from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.core.recalls import Recalls
from memsim.core.simulation import simulate
from memsim.models.registered import models_of
from memsim.paradigms import CuedRecall
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, Prediction
from memsim.reproductions.model_evidence import mean_and_error
from memsim.reproductions.verdicts import FAIL, PASS, PASSES, UNDECIDED, verdict_of

RE_PAIRED = CuedRecall(list_length=24, presentation_time=4.0, second_list="re-paired")
NEW = RE_PAIRED.replace(second_list="new")
TASKS = {"A-B, C-D": NEW, "A-B, A-C": RE_PAIRED}
ONE_LIST, ALL = "one list", "all"
"""What a cue asks about: the list of its pair; or all that was studied, so that either response is right, in models
without an account of lists."""
LISTS, BLOCKS = 200, 20
LEAST = 0.02
"""The smallest fall in the rate of recall that counts as one."""
CLASSIC = Prediction("Barnes & Underwood (1959)", f"1 where the fall is above {LEAST}, the choice of memsim's authors")
NUMBERS = ["B control", "B learned", "B fall", "C control", "C learned", "C fall", "C for B", "B for C"]
SHORTCOMINGS = {
    "MINERVA2": "probes hold the context of the list asked about, and traces of the other list hardly match it",
}


def partners(items: IntArray, cues: IntArray) -> IntArray:
    """(n_trials, n_probes, 2) the item that was studied with each cue in the first list and in the second; -1 if none.

    ``items`` (n_trials, list_length) are pairs, ``cues`` (n_trials, n_probes) first members of pairs.
    """
    pairs = items.reshape(len(items), 2, -1, 2)
    same = cues[:, :, None, None] == pairs[:, None, :, :, 0]
    found = np.where(same, pairs[:, None, :, :, 1], -1).max(axis=3)
    return np.asarray(found)


def recall_of(recalls: Recalls) -> dict[str, FloatArray]:
    """(n_blocks,) rates of recall: of B and of C when their list is asked about, and of the item of the other list.

    Where cues ask about all lists, they are the rates of B and of C to cues that were studied with them, and there are
    no responses from another list.
    """
    probes = recalls.trials.probes
    assert probes is not None
    position = recalls.positions[:, : probes.n_probes]
    given = np.take_along_axis(recalls.trials.items, np.maximum(position - 1, 0), axis=1)
    partner = partners(recalls.trials.items, probes.items[:, :, 0])
    says = (given[:, :, None] == partner) & (position > 0)[:, :, None]
    if probes.about is None:
        rates = {name: _by_block(says[:, :, said], partner[:, :, said] >= 0) for said, name in enumerate("BC")}
        return rates | dict.fromkeys(("C for B", "B for C"), np.full(BLOCKS, np.nan))
    about = probes.about
    which = {"B": (0, 0), "C": (1, 1), "C for B": (0, 1), "B for C": (1, 0)}
    return {name: _by_block(says[:, :, said], about == asked) for name, (asked, said) in which.items()}


def _by_block(correct: BoolArray, asked: BoolArray) -> FloatArray:
    parts = np.array_split(np.arange(len(correct)), BLOCKS)
    return np.array([correct[rows][asked[rows]].mean() for rows in parts])


def _ab_ac(seed: int) -> Outcome:
    by_list, models = models_of(RE_PAIRED), models_of(RE_PAIRED.replace(asked="all"))
    rows, findings = [], []
    for name, model in models.items():
        asked = "list" if name in by_list else "all"
        rates = {label: recall_of(_recalls(model, task.replace(asked=asked), seed)) for label, task in TASKS.items()}
        control, learned = rates["A-B, C-D"], rates["A-B, A-C"]
        row: dict[str, Any] = {"model": name, "asked": ONE_LIST if name in by_list else ALL}
        for of in ("B", "C"):
            row |= {f"{of} control": control[of].mean(), f"{of} learned": learned[of].mean()}
            row[f"{of} fall"], row[f"{of} sem"] = mean_and_error(control[of] - learned[of])
        row["verdict"] = verdict_of(row["B fall"], row["B sem"], LEAST)
        rows.append(row | {"C for B": learned["C for B"].mean(), "B for C": learned["B for C"].mean()})
        if row["verdict"] != UNDECIDED:
            falls = float(row["verdict"] == PASS)
            findings.append(
                Finding(f"{name}: recall of B falls with A-C", 1.0, falls, 0.0, CLASSIC, SHORTCOMINGS.get(name, ""))
            )
    table = pd.DataFrame(rows)
    return Outcome(
        findings,
        partial(criteria_figure, marked(table), "A-B, A-C (learned) and A-B, C-D (control): rates of cued recall"),
        {"tasks": {name: task.values() for name, task in TASKS.items()}, "lists": LISTS,
         "models": {name: model.values() for name, model in models.items()}},
        {"recall": table},
        shown=table.to_string(index=False, float_format="{:.3f}".format),
        statement=_statement(table),
    )  # fmt: skip


def marked(table: pd.DataFrame) -> pd.DataFrame:
    """The numbers of all models as :func:`memsim.analysis.figures.targets.criteria_figure` takes them."""
    shown = table.melt(["model", "B sem", "C sem", "verdict"], NUMBERS, "criterion").rename(columns={"model": "label"})
    of_b = shown["criterion"] == "B fall"
    shown["sem"] = shown["B sem"].where(of_b, shown["C sem"].where(shown["criterion"] == "C fall"))
    shown["verdict"] = shown["verdict"].where(of_b)
    shown["passes"] = pd.Series([PASSES.get(each) for each in shown["verdict"]], dtype=object)
    return shown[["label", "criterion", "value", "sem", "verdict", "passes"]]


def _recalls(model: Any, task: CuedRecall, seed: int) -> Recalls:
    found: Recalls = simulate(model, task.trials(LISTS, seed), seed)
    return found


def _statement(table: pd.DataFrame) -> str:
    said = "; ".join(
        f"{row['model']} (asked about {row['asked']}) from {row['B control']:.3f} to {row['B learned']:.3f} (fall "
        f"{row['B fall']:.3f}, SE {row['B sem']:.3f}), C from {row['C control']:.3f} to {row['C learned']:.3f}"
        for _, row in table.iterrows()
    )
    without, open_ = (", ".join(table.loc[table["verdict"] == each, "model"]) or "none" for each in (FAIL, UNDECIDED))
    return (
        "Hypothesis: learning A-C after A-B lowers recall of B, more than learning C-D does. Models with an account "
        "of lists are asked about the list of each pair; of the others a cue asks about all that was studied, so that "
        f"C is then as right as B and takes its place. Recall of B with C-D and with A-C: {said}. No fall "
        f"of more than {LEAST} in: {without}; undecided, within two standard errors of {LEAST}: {open_}. Both "
        "lists are studied once, before any test, and models stand at their defaults; that C should fall little is a "
        "landmark from memory, which no number here tests."
    )


AB_AC = Reproduction(
    "ab-ac", "A-B, A-C: recall of the first response after a second was learned",
    "Barnes & Underwood (1959), for the finding", _ab_ac,
    kinds=(Kind.PREDICTION,), waits_for=("the rates of recall that Barnes & Underwood (1959) print",),
)  # fmt: skip
