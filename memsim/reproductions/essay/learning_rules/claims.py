"""What the numbers say of backpropagation: each hypothesis, its test, and what would have refuted it."""

from __future__ import annotations

import pandas as pd

from memsim.reproductions.essay.learning_rules.options import (
    BACK_IN_TIME,
    CONTROL,
    FIXED,
    LEARNED,
    MATCHED,
    STORE,
    TRUNCATED,
    RuleOptions,
)
from memsim.reproductions.essay.learning_rules.statistics import SIGNIFICANT
from memsim.reproductions.essay.learning_rules.trainings import LISTS, SECONDS
from memsim.reproductions.hypotheses import REFUTED, SUPPORTED, UNDECIDED, Claim
from memsim.reproductions.intervals import Interval, over_trainings

ALIKE = 0.1
"""Primacy and recency that differ by no more count as the same."""
ENOUGH = 2
"""Items of a list that count as learning more than to repeat an item."""


def claims_of(
    summary: pd.DataFrame, scores: pd.DataFrame, tests: pd.DataFrame, curves: pd.DataFrame, options: RuleOptions
) -> list[Claim]:
    """``Y1 necessary``, ``Y1 better at equal lists``, ``... seconds``, ``Y2 curves`` and ``Y2 recency``."""
    better = [_better(summary[summary["at"] == at], scores[scores["at"] == at], at, options) for at in (LISTS, SECONDS)]
    return [_necessary(summary, options), *better, _differs(tests, curves, options), _recency(tests, options)]


def _rules(options: RuleOptions) -> str:
    return (
        "the rule of learning, with lists, network and criterion kept, but for the Hebbian store, which is another "
        f"network; lists grow by an item when the longest are recalled with {LEARNED:g}, to at most {options.longest}"
    )


def _others(summary: pd.DataFrame) -> pd.DataFrame:
    return summary[(summary["condition"] != CONTROL) & (summary["n"] > 1)]


def _necessary(summary: pd.DataFrame, options: RuleOptions) -> Claim:
    """Refuted by the lower end of the interval of one rule, supported by the upper ends of all. Feedback alignment,
    which goes back by other weights, is no such rule.
    """
    others = _others(summary[~summary["condition"].isin(BACK_IN_TIME)])
    verdict = UNDECIDED
    if (others["low"] >= ENOUGH).any():
        verdict = REFUTED
    elif len(others) and (others["high"] < ENOUGH).all():
        verdict = SUPPORTED
    numbers = ". ".join(
        f"Longest lists learned at {at}: "
        + "; ".join(f"{row['condition']} {_interval(row, 'mean', 'low', 'high')}" for _, row in rows.iterrows())
        for at, rows in summary.groupby("at", sort=False)
    )
    return Claim(
        "Y1 necessary", "a network learns to recall lists only where errors go back through all of its steps",
        _rules(options), f"rules without that learn no lists of {ENOUGH} items or more", numbers,
        f"lists of {ENOUGH} or more learned by a rule that sends nothing back (feedback alignment does, by other "
        "weights)",
        verdict,
    )  # fmt: skip


def _better(summary: pd.DataFrame, scores: pd.DataFrame, at: str, options: RuleOptions) -> Claim:
    """Supported where every interval of the difference is above 0; refuted where one is below 0."""
    others, verdict = _others(summary), UNDECIDED
    if (others["less_high"] < 0).any():
        verdict = REFUTED
    elif len(others) and (others["less_low"] > 0).all():
        verdict = SUPPORTED
    spent = f"{scores['lists'].median():,.0f} lists" if at == LISTS else f"{scores['seconds'].median():.0f} s"
    less = "; ".join(
        f"{row['condition']} {_interval(row, 'less', 'less_low', 'less_high').signed}"
        for _, row in summary[summary["condition"] != CONTROL].iterrows()
    )
    return Claim(
        f"Y1 better at {at}", "backpropagation learns longer lists than every other rule from as much",
        f"{_rules(options)}; {at}, a median of {spent} for each training",
        "its longest list exceeds that of every other rule",
        f"it exceeds them by {less or 'nothing that was run'}", "another rule that learns longer lists", verdict,
    )  # fmt: skip


def _differs(tests: pd.DataFrame, curves: pd.DataFrame, options: RuleOptions) -> Claim:
    """Supported where a condition differs with p < .05, corrected for the number of conditions; refuted where the
    intervals of all differences from backpropagation are within :data:`ALIKE`.
    """
    verdict = UNDECIDED
    ends = tests[["primacy_low", "primacy_high", "recency_low", "recency_high"]].abs()
    if (tests["p"] * len(tests) < SIGNIFICANT).any():
        verdict = SUPPORTED
    elif len(tests) and (ends <= ALIKE).all(axis=None):
        verdict = REFUTED
    seeds = curves.groupby("condition", sort=False)["seed"].nunique() if len(curves) else pd.Series(dtype=int)
    reached = ", ".join(f"{name} {n}" for name, n in seeds.items()) or "none"
    shown = "; ".join(
        f"{row['condition']}: distance of shapes {row['distance']:.3f} (p = {row['p']:.3f}), primacy "
        f"{_interval(row, 'primacy', 'primacy_low', 'primacy_high').signed} and recency "
        f"{_interval(row, 'recency', 'recency_low', 'recency_high').signed} beyond backpropagation"
        for _, row in tests.iterrows()
    )
    return Claim(
        "Y2 curves", "how a network learned shows in how it recalls",
        f"the rule; each network is taken when it first recalls lists of {options.curve_length} with {MATCHED:g}",
        "at equal accuracy, serial position curves differ between rules by more than between seeds",
        f"so many of {options.seeds} seeds came to that accuracy: {reached}. {shown or 'None could be compared'} "
        f"({len(tests)} conditions compared, p corrected for their number in the verdict)",
        f"primacy and recency of every rule within {ALIKE:g} of backpropagation's", verdict,
    )  # fmt: skip


def _recency(tests: pd.DataFrame, options: RuleOptions) -> Claim:
    """Supported where every rule with such credit exceeds backpropagation in recency; refuted where none does."""
    truncated, verdict = tests[tests["condition"].isin(TRUNCATED)], UNDECIDED
    if len(truncated) and (truncated["recency_low"] > 0).all():
        verdict = SUPPORTED
    elif len(truncated) and (truncated["recency_high"] < 0).all():
        verdict = REFUTED
    shown = "; ".join(
        f"{row['condition']} {_interval(row, 'recency', 'recency_low', 'recency_high').signed}"
        for _, row in tests.iterrows()
    )
    return Claim(
        "Y2 recency", "credit that fades with time brings recency",
        f"the rule, at equal accuracy in lists of {options.curve_length}",
        f"{', '.join(TRUNCATED)} show more recency than backpropagation",
        f"recency beyond backpropagation: {shown or 'none could be compared'}",
        "less recency with all of them", verdict,
    )  # fmt: skip


def _interval(row: pd.Series, mean: str, low: str, high: str) -> Interval:
    return Interval(row[mean], row[low], row[high], 0)


def statement(
    summary: pd.DataFrame, scores: pd.DataFrame, accuracy: pd.DataFrame, claims: list[Claim], options: RuleOptions
) -> str:
    """What guessing gives, what stores and recurrent weights add, and what follows for the essay."""
    floor = scores.drop_duplicates(["condition", "seed"])["floor"]
    return " ".join([
        "Brackets hold 95% t intervals over seeds. Accuracy is the share of outputs whose most likely response is "
        f"right, {over_trainings(floor)} in lists of {options.curve_length} before training.",
        *_on_storage(accuracy, options),
        *(_on_recurrent_weights(rows, str(at)) for at, rows in summary.groupby("at", sort=False)),
        _on_the_essay(claims),
    ])  # fmt: skip


def _on_storage(accuracy: pd.DataFrame, options: RuleOptions) -> list[str]:
    """Whether the Hebbian store is needed for what its network does: the same network without storing."""
    rows = accuracy[(accuracy["condition"] == STORE) & (accuracy["length"] == options.curve_length)]
    rows = rows[rows["at"] == SECONDS]
    if rows.empty:
        return []
    lost = over_trainings(rows["accuracy"] - rows["lesioned"])
    return [
        f"Of the outputs of the Hebbian store, {over_trainings(rows['accuracy'])} are right in lists of "
        f"{options.curve_length} at equal seconds; with storing switched off it loses {lost.signed}, so that "
        f"{'it needs its store' if lost.low > 0 else 'it is not shown to need its store'}."
    ]


def _on_recurrent_weights(rows: pd.DataFrame, at: str) -> str:
    """Whether what a rule does to recurrent weights adds to a trained read-out of them as they start."""
    trained = rows[~rows["condition"].isin([FIXED, STORE]) & rows["more"].notna()]
    if trained.empty:
        return ""
    more = "; ".join(
        f"{row['condition']} {_interval(row, 'more', 'more_low', 'more_high').signed} "
        f"({'shown' if row['more_low'] > 0 else 'not shown'})"
        for _, row in trained.iterrows()
    )
    return f"Learning in recurrent weights adds to a trained read-out of a fixed network, at {at}: {more}."


def _on_the_essay(claims: list[Claim]) -> str:
    verdicts = {claim.name: claim.verdict for claim in claims}
    better = {verdicts[f"Y1 better at {at}"] for at in (LISTS, SECONDS)}
    first = {
        REFUTED: "recall of lists does not depend on backpropagation, since a rule learns it that sends nothing back",
        SUPPORTED: "no rule learned to recall lists here that sends nothing back",
        UNDECIDED: "whether recall of lists depends on backpropagation stays open here",
    }[verdicts["Y1 necessary"]]
    second = {
        frozenset({SUPPORTED}): "and backpropagation learns longer lists than all others from as much",
        frozenset({REFUTED}): "and another rule learns longer lists than backpropagation from as much",
    }.get(
        frozenset(better),
        "and whether backpropagation learns longer lists than all others depends on what is equal, or is open",
    )
    third = {
        SUPPORTED: "How the network learned shows in how it recalls",
        UNDECIDED: "That the way of learning shows in recall is not shown",
        REFUTED: "How the network learned does not show in how it recalls",
    }[verdicts["Y2 curves"]]
    return f"The essay's claim that network and brain part at backpropagation: {first}, {second}. {third}."
