"""Murdock (1962): mean numbers of words recalled in six conditions, by SAM, SIMPLE and CMR."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import Panel, target_figure
from memsim.core.model import MemoryModel
from memsim.core.position_model import Model, recall_probability
from memsim.models import CMR, SAM, SIMPLE
from memsim.reproductions.entry import REPRODUCED, Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, Prediction, Printed
from memsim.reproductions.recall.beside_people import (
    LISTS,
    MURDOCK_CONDITIONS,
    MURDOCK_PEOPLE,
    beside,
    predicted,
    statistic,
)
from memsim.reproductions.recall.murdock_lists import MURDOCK, task_of
from memsim.reproductions.simulated_lists import recalls_of

PAIRS = (("10-2", "20-1"), ("15-2", "30-1"), ("20-2", "40-1"))
"""Conditions in which the list takes equally long: 20, 30 and 40 s."""
TOTAL_TIME = Prediction(
    "Murdock (1960; 1962): how many words are recalled depends on the time that the whole list takes",
    "1 where two conditions of equal time differ by less than the 95% interval of that difference between people",
)
NO_TIME = "the model has no account of presentation time: it recalls as many words at 1 s as at 2 s"
PRINTED_MEANS = {
    "10-2": (18, 6.39, 0.76), "15-2": (19, 8.25, 1.40), "20-2": (15, 8.53, 2.08),
    "20-1": (16, 6.87, 1.16), "30-1": (19, 8.82, 1.98), "40-1": (16, 8.24, 1.08),
}  # fmt: skip
"""People of a group, mean words recalled, and standard deviation (table 1, p. 483, as a scan of it reads; its number of
people of 20-2, "1.5", is read as 15). The files hold fifteen people of each group."""
KNOWN = {
    "SIMPLE: words recalled, 40-1": "the published fit is to the whole curve, which it overestimates in the middle",
    **dict.fromkeys(
        ["CMR: words recalled, 15-2", "CMR: words recalled, 20-2", "CMR: as many words in 15-2 as in 30-1",
         "CMR: as many words in 20-2 as in 40-1"], NO_TIME,
    ),
}  # fmt: skip
"""By the name of a finding, why it is known not to come out."""


def models_in(condition: str) -> dict[str, Model]:
    """The models in a condition: SAM with one set of parameters, fitted to three conditions at 1 s; SIMPLE with the
    published fit to each; CMR with the fit to 20-1, 30-1 or 40-1, and that to 20-1 in the others.
    """
    of_cmr = condition if condition.endswith("-1") else "20-1"
    return {
        "SAM": SAM.preset("murdock1962"),
        "SIMPLE": SIMPLE.preset(f"murdock1962:{condition}"),
        "CMR": CMR.preset(f"murdock1962:{of_cmr}"),
    }


def words_recalled(model: Model, condition: str, seed: int) -> float:
    """The mean number of words of the list that are recalled."""
    if isinstance(model, MemoryModel):
        return float(recalls_of(model, task_of(condition), seed, LISTS).is_correct.sum(axis=1).mean())
    return float(recall_probability(model, task_of(condition)).sum())


def _means(seed: int) -> Outcome:
    people = pd.DataFrame({condition: statistic(condition, "recalled") for condition in MURDOCK_CONDITIONS}).T
    obtained = pd.DataFrame(
        {
            condition: {name: words_recalled(model, condition, seed) for name, model in models_in(condition).items()}
            for condition in MURDOCK_CONDITIONS
        }
    ).T
    findings = []
    for name in obtained:
        for condition, words in obtained[name].items():
            quantity = f"{name}: words recalled, {condition}"
            findings.append(
                beside(quantity, people.loc[condition], float(words), MURDOCK_PEOPLE, KNOWN.get(quantity, ""))
            )
    findings += [
        Finding(
            f"people on file: words recalled, {condition}", mean, float(people.loc[condition, "mean"]),
            1.96 * deviation / np.sqrt(n), Printed("Murdock (1962)", "table 1, p. 483"),
        )
        for condition, (n, mean, deviation) in PRINTED_MEANS.items()
    ]  # fmt: skip
    findings += predicted(_equal_times(people, obtained), TOTAL_TIME, KNOWN)
    table = pd.concat({"people": people["mean"].astype(float), **dict(obtained.items())}, axis=1)
    return Outcome(
        findings,
        partial(target_figure, _panels(table), f"Murdock (1962): mean words recalled; {LISTS:,} lists of each model"),
        {"lists": LISTS, "models": {name: model.values() for name, model in models_in("20-1").items()}},
        {"means": table.rename_axis("condition").reset_index()},
        statement=_statement(table, findings),
    )


def _equal_times(people: pd.DataFrame, obtained: pd.DataFrame) -> dict[str, bool]:
    shown = {}
    for one, other in PAIRS:
        half = 1.96 * float(np.hypot(people.loc[one, "sem"], people.loc[other, "sem"]))
        for name, means in (("people", people["mean"]), *obtained.items()):
            shown[f"{name}: as many words in {one} as in {other}"] = abs(means[one] - means[other]) <= half
    return shown


def _panels(table: pd.DataFrame) -> list[Panel]:
    panels = []
    for seconds in ("1", "2"):
        rows = table[table.index.str.endswith(f"-{seconds}")]
        rows = rows.set_axis([int(name.split("-")[0]) for name in rows.index])
        models = {str(name): rows[name] for name in rows if name != "people"}
        panels.append(
            Panel(
                f"{seconds} s a word",
                "Words in the list",
                "Words recalled",
                rows["people"],
                models,
                "Murdock (1962)",
                True,
            )
        )
    return panels


def _statement(table: pd.DataFrame, findings: list[Finding]) -> str:
    reached = [each.quantity for each in findings if each.verdict == REPRODUCED and ": words recalled" in each.quantity]
    within = {str(name): sum(each.startswith(f"{name}:") for each in reached) for name in table if name != "people"}
    gain = {name: float(table.loc["20-2", name] - table.loc["20-1", name]) for name in table}
    return (
        f"Means within the 95% interval of people: {', '.join(f'{name} {n} of 6' for name, n in within.items())}. SAM "
        "has one set of parameters, fitted to the curves of the three conditions at 1 s, so that its means at 2 s are "
        "predictions; SIMPLE has three parameters for each condition, so that its means are fits. Words gained by "
        f"twice the time, in lists of 20: {', '.join(f'{name} {words:.2f}' for name, words in gain.items())}. CMR has "
        "no account of presentation time. The archived lists are of 15 people in each condition."
    )


MURDOCK_MEANS = Reproduction(
    "murdock1962-means", "Mean words recalled in the six conditions of Murdock (1962), by SAM, SIMPLE and CMR",
    f"{MURDOCK}; Raaijmakers & Shiffrin (1981); Brown, Neath & Chater (2007); Polyn, Norman & Kahana (2009)", _means,
    kinds=(Kind.PRINTED, Kind.PEOPLE, Kind.PREDICTION),
)  # fmt: skip
