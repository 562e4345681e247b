"""Hintzman (1988): the echo of MINERVA 2 grows with the frequency of an item."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import Panel, target_figure
from memsim.core.simulation import simulate
from memsim.models import MINERVA2
from memsim.paradigms import FrequencyJudgment
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, OtherProgram, OwnComputation
from memsim.reproductions.model_evidence import mean_and_error, realised_evidence

TASK = FrequencyJudgment(list_length=60, frequencies=(0, 1, 2, 3, 4, 5), lists=1)
LISTS, BLOCKS = 2_000, 20
FIGURE4 = {0: 0.0, 1: 0.153, 2: 0.31, 3: 0.46, 4: 0.61, 5: 0.77}
EXACT = OwnComputation("f E(k/n)³, the exact mean")
IN_A_TEST = OtherProgram(
    "a test of a public implementation of MINERVA 2, which gives figure 4 of Hintzman (1988)", "version not recorded"
)


def _frequency(seed: int) -> Outcome:
    model = MINERVA2()
    trials = TASK.trials(LISTS, seed)
    assert trials.probes is not None
    count = (trials.items[:, None, :] == trials.probes.items[:, :, :1]).sum(axis=2)
    evidence = realised_evidence(model, trials, seed)
    judged = simulate(judging(model, TASK.n_ratings), trials, seed).ratings - 1.0
    rows, findings = [], []
    for f, published in FIGURE4.items():
        which = count == f
        blocks = [np.where(which, evidence, np.nan)[part] for part in np.array_split(np.arange(LISTS), BLOCKS)]
        mean, error = mean_and_error(np.array([np.nanmean(each) for each in blocks]))
        exact = f * model.presentation_intensity
        rows.append({
            "presentations": f, "intensity": mean, "sem": error, "exact": exact, "sd": evidence[which].std(),
            "judged": judged[which].mean(),
        })  # fmt: skip
        findings.append(Finding(f"mean intensity after {f} presentations", exact, mean, 4 * error, EXACT))
        findings.append(Finding(f"mean intensity after {f}, rounded", published, mean, 0.015, IN_A_TEST))
    table = pd.DataFrame(rows).set_index("presentations")
    panels = [
        Panel("Echo intensity", "Presentations", "Mean intensity", pd.Series(FIGURE4),
              {"MINERVA 2": table["intensity"]}),
        Panel("Judged frequency", "Presentations", "Mean judgment", pd.Series({f: float(f) for f in FIGURE4}),
              {"MINERVA 2": table["judged"]}, "true frequency"),
    ]  # fmt: skip
    return Outcome(
        findings,
        partial(target_figure, panels, "Hintzman (1988): MINERVA 2 and frequency"),
        {"task": TASK.values(), "model": model.values(), "lists": LISTS},
        {"intensity": table.reset_index()},
        statement=_statement(table),
    )


def judging(model: MINERVA2, n_ratings: int) -> MINERVA2:
    """The model with the criteria of Hintzman (1988) on a scale of which rating 1 is no presentation.

    They are at (j - 1/2) m, with m = E[(k/n)³] the mean contribution of one presentation.
    """
    size = model.presentation_intensity
    return model.replace(criterion=(n_ratings - 1) / 2 * size, criterion_spacing=size)


def _statement(table: pd.DataFrame) -> str:
    step = np.diff(table["intensity"])
    return (
        "Hypothesis: the mean intensity of the echo grows in proportion to the frequency of an item. From one "
        f"frequency to the next it grows by {step.min():.3f} to {step.max():.3f} (SE of a mean at most "
        f"{table['sem'].max():.4f}), and its standard deviation from {table['sd'].iloc[0]:.3f} to "
        f"{table['sd'].iloc[-1]:.3f}. With criteria half-way between the means, 0 presentations are judged as "
        f"{table['judged'].iloc[0]:.2f} and 5 as {table['judged'].iloc[-1]:.2f}, the judgments being limited to 0 to 5."
    )


HINTZMAN = Reproduction(
    "hintzman1988", "Mean echo intensity by frequency, by MINERVA 2",
    "Hintzman (1988)", _frequency,
    kinds=(Kind.PROGRAM, Kind.OWN), waits_for=("the numbers of figure 4 as the paper prints them",),
)  # fmt: skip
