"""Learning without backpropagation: how long lists each rule learns, and whether what was learned recalls alike."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.reproductions.entry import Outcome, Reproduction
from memsim.reproductions.essay.learning_rules.claims import claims_of, statement
from memsim.reproductions.essay.learning_rules.options import LEARNED, TUNING, RuleOptions
from memsim.reproductions.essay.learning_rules.statistics import curve_tests, ladder_summary
from memsim.reproductions.essay.learning_rules.trainings import LISTS, SECONDS, longest_learned, training_cell
from memsim.reproductions.kinds import Kind
from memsim.running.execution import run_cells

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVES = ["condition", "seed", "position", "prob", "first"]
CONTIGUITY = ["condition", "seed", "accuracy", "crp_backward", "crp_forward"]


class Tables(NamedTuple):
    """What all trainings came to."""

    scores: pd.DataFrame
    """``at, condition, seed, longest, lists, seconds, floor, diverged``."""
    accuracy: pd.DataFrame
    """``at, condition, seed, length, accuracy, lesioned``; the last without memory, NaN where there is none."""
    curves: pd.DataFrame
    """``condition, seed, position, prob, first``, at equal accuracy."""
    contiguity: pd.DataFrame
    """``condition, seed, accuracy, crp_backward, crp_forward``, at equal accuracy."""
    learning: pd.DataFrame
    """``condition, seed, lists, seconds, longest``, over training."""


def learning_rules(seed: int, options: RuleOptions) -> Outcome:
    """The entry: learning rates, trainings, statistics, verdicts."""
    rates = rates_of(options, seed)
    tables = tables_of(rates, options, seed)
    summary, tests = ladder_summary(tables.scores), curve_tests(tables.curves)
    claims = claims_of(summary, tables.scores, tests, tables.curves, options)
    return Outcome(
        [],
        partial(_figure, summary, tables),
        {**options.values(), "seeds": [seed + number for number in range(options.seeds)], "tuned on": seed + TUNING},
        {"ladders": summary, "rates": rates, "tests": tests, **tables._asdict()},
        shown=shown(summary, tests),
        statement=statement(summary, tables.scores, tables.accuracy, claims, options),
        claims=claims,
    )


def rates_of(options: RuleOptions, seed: int) -> pd.DataFrame:
    """``condition, rate, accuracy, chosen``: every learning rate, on a seed that is not reported.

    The one is chosen with which the mean accuracy over lists of all lengths is best after ``tuning`` seconds.
    """
    todo = [(name, rate) for name in options.names for rate in options.rate_values]
    cells = [training_cell(name, rate, seed + TUNING, options, choosing=True) for name, rate in todo]
    rows = [
        [name, rate, float(np.mean(found[SECONDS]["accuracy"]))]
        for (name, rate), found in zip(todo, run_cells(cells, title="learning rates"), strict=True)
    ]
    table = pd.DataFrame(rows, columns=["condition", "rate", "accuracy"])
    best = table.groupby("condition", sort=False)["accuracy"].idxmax()
    return table.assign(chosen=table.index.isin(best))


def tables_of(rates: pd.DataFrame, options: RuleOptions, seed: int) -> Tables:
    """Train every condition with every seed at its learning rate."""
    chosen = rates[rates["chosen"]].set_index("condition")["rate"]
    todo = [(name, seed + number) for name in options.names for number in range(options.seeds)]
    cells = [training_cell(name, float(chosen[name]), own, options) for name, own in todo]
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in Tables._fields}
    for (name, own), found in zip(todo, run_cells(cells, title="trainings"), strict=True):
        named = {"condition": name, "seed": own}
        for at in (LISTS, SECONDS):
            standing = dict(found[at])
            accuracies = standing.pop("accuracy")
            lesioned = standing.pop("lesioned") or [np.nan] * len(accuracies)
            rows["scores"].append({
                "at": at, **named, "longest": longest_learned(accuracies), **standing,
                "floor": found["floor"][options.curve_length - 1], "diverged": found["diverged"],
            })  # fmt: skip
            rows["accuracy"] += [
                {"at": at, **named, "length": length, "accuracy": right, "lesioned": without}
                for length, (right, without) in enumerate(zip(accuracies, lesioned, strict=True), 1)
            ]
        rows["learning"] += [
            {**named, **dict(zip(("lists", "seconds", "longest"), line, strict=True))} for line in found["log"]
        ]
        if curves := found["curves"]:
            by_position = zip(curves["position"], curves["first"], strict=True)
            rows["curves"] += [
                {**named, "position": i, "prob": prob, "first": first} for i, (prob, first) in enumerate(by_position, 1)
            ]
            values = (*curves["accuracy"], *curves["crp"])
            rows["contiguity"].append({**named, **dict(zip(CONTIGUITY[2:], values, strict=True))})
    empty = {"curves": CURVES, "contiguity": CONTIGUITY}
    return Tables(
        **{name: pd.DataFrame(each, columns=None if each else empty.get(name)) for name, each in rows.items()}
    )


def shown(summary: pd.DataFrame, tests: pd.DataFrame) -> str:
    """The tables for a terminal."""
    parts = [
        f"longest list with {LEARNED:g} right, {at}\n"
        + rows.drop(columns="at").to_string(index=False, float_format="{:.3g}".format)
        for at, rows in summary.groupby("at", sort=False)
    ]
    if len(tests):
        parts.append("curves beside backpropagation\n" + tests.to_string(index=False, float_format="{:.3g}".format))
    return "\n\n".join(parts)


def _figure(summary: pd.DataFrame, tables: Tables) -> Figure:
    from memsim.reproductions.essay.learning_rules.figure import rules_figure

    return rules_figure(summary, tables.scores, tables.accuracy, tables.curves)


LEARNING_RULES = Reproduction(
    "learning-rules",
    "recall of lists learned without backpropagation: how long lists each rule learns, and how they are recalled",
    "Greydanus (2017); Salimans et al. (2017); Lillicrap et al. (2016); Bellec et al. (2020); Murray (2019)",
    learning_rules,
    RuleOptions(),
    kinds=(Kind.PREDICTION,),
)
