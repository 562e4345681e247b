"""What the numbers say of backpropagation: each hypothesis, its test, and what would have refuted it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from memsim.reproductions.essay.intervals import Interval, over_trainings
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

SUPPORTED, REFUTED, OPEN = "supported", "refuted", "not decided"
ENOUGH = 2
"""Items of a list that count as learning more than to repeat an item."""


def verdicts_of(summary: pd.DataFrame, tests: pd.DataFrame) -> dict[str, str]:
    """By hypothesis, whether it is supported, refuted or not decided.

    - ``Y1 necessary``: no lists are learned unless errors go back through steps. Refuted where a rule without that
      learns lists of two items or more, by the lower end of its interval, at equal lists or seconds; supported where
      the upper end is below two for every such rule. Feedback alignment, which goes back by other weights, is no such
      rule.
    - ``Y1 better at equal lists``, ``... seconds``: backpropagation learns longer lists than every other rule.
      Supported where every interval of the difference is above 0; refuted where one is below 0.
    - ``Y2 curves``: networks that learned by other rules recall in another way at equal accuracy. Supported where a
      condition differs with p < .05, corrected for the number of conditions; not decided where none could be compared.
    - ``Y2 recency``: credit that fades brings recency. Supported where every rule with such credit exceeds
      backpropagation in recency; refuted where none does.
    """
    found = {"Y1 necessary": _necessary(summary)}
    for at in (LISTS, SECONDS):
        found[f"Y1 better at {at}"] = _better(summary[summary["at"] == at])
    return {**found, "Y2 curves": _differs(tests), "Y2 recency": _recency(tests)}


def _others(summary: pd.DataFrame) -> pd.DataFrame:
    return summary[(summary["condition"] != CONTROL) & (summary["n"] > 1)]


def _necessary(summary: pd.DataFrame) -> str:
    others = _others(summary[~summary["condition"].isin(BACK_IN_TIME)])
    if others.empty:
        return OPEN
    if (others["low"] >= ENOUGH).any():
        return REFUTED
    return SUPPORTED if (others["high"] < ENOUGH).all() else OPEN


def _better(summary: pd.DataFrame) -> str:
    others = _others(summary)
    if others.empty:
        return OPEN
    if (others["less_high"] < 0).any():
        return REFUTED
    return SUPPORTED if (others["less_low"] > 0).all() else OPEN


def _differs(tests: pd.DataFrame) -> str:
    if tests.empty:
        return OPEN
    return SUPPORTED if (tests["p"] * len(tests) < SIGNIFICANT).any() else OPEN


def _recency(tests: pd.DataFrame) -> str:
    truncated = tests[tests["condition"].isin(TRUNCATED)]
    if truncated.empty:
        return OPEN
    if (truncated["recency_low"] > 0).all():
        return SUPPORTED
    return REFUTED if (truncated["recency_high"] < 0).all() else OPEN


def statement(
    summary: pd.DataFrame,
    scores: pd.DataFrame,
    accuracy: pd.DataFrame,
    tests: pd.DataFrame,
    curves: pd.DataFrame,
    options: RuleOptions,
) -> str:
    """Hypotheses, numbers and verdicts, in sentences."""
    verdicts = verdicts_of(summary, tests)
    parts = [
        "Brackets hold 95% t intervals over seeds. Accuracy is the share of outputs whose most likely response is right"
        f"{_on_guessing(scores, options)}.",
        _on_ladders(summary, scores, verdicts, options),
        *_on_storage(accuracy, options),
        _on_curves(tests, curves, verdicts, options),
        _on_the_essay(verdicts),
    ]
    return " ".join(parts)


def _on_guessing(scores: pd.DataFrame, options: RuleOptions) -> str:
    floor = scores.drop_duplicates(["condition", "seed"])["floor"]
    return f", {over_trainings(floor)} in lists of {options.curve_length} before training"


def _on_ladders(
    summary: pd.DataFrame, scores: pd.DataFrame, verdicts: Mapping[str, str], options: RuleOptions
) -> str:  # fmt: skip
    sentences = [
        "Y1. Hypothesis: a network of this kind learns to recall lists because errors are propagated back through all "
        "of its steps and weights. Prediction: rules without that learn no lists, or shorter ones. Manipulation: the "
        "rule, with lists, network and criterion kept, but for the Hebbian store, which is another network; lists grow "
        f"by an item when the longest are recalled with {LEARNED:g}, to at most {options.longest}. That nothing is "
        "learned unless errors go back through steps would be refuted by lists of two or more learned by a rule that "
        "sends none (feedback alignment does, by other weights); that backpropagation learns longer lists, by another "
        "rule that learns longer ones."
    ]
    for at, rows in summary.groupby("at", sort=False):
        budget = scores[scores["at"] == at]
        spent = f"{budget['lists'].median():,.0f} lists" if at == LISTS else f"{budget['seconds'].median():.0f} s"
        ladders = "; ".join(
            f"{row['condition']} {Interval(row['mean'], row['low'], row['high'], int(row['n']))}"
            for _, row in rows.iterrows()
        )
        sentences.append(f"Longest lists learned at {at} (median {spent} of each training): {ladders}.")
        others = rows[rows["condition"] != CONTROL]
        less = "; ".join(
            f"{row['condition']} {Interval(row['less'], row['less_low'], row['less_high'], 0).signed}"
            for _, row in others.iterrows()
        )
        if less:
            sentences.append(f"Backpropagation exceeds them by: {less}.")
        sentences += _on_recurrent_weights(rows)
    sentences.append(
        f"That nothing is learned unless errors go back through steps is {verdicts['Y1 necessary']}; that "
        "backpropagation learns longer lists "
        f"than every other rule is {verdicts[f'Y1 better at {LISTS}']} at equal lists and "
        f"{verdicts[f'Y1 better at {SECONDS}']} at equal seconds."
    )
    return " ".join(sentences)


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


def _on_recurrent_weights(rows: pd.DataFrame) -> list[str]:
    """Whether what a rule does to recurrent weights adds to a trained read-out of them as they start."""
    trained = rows[~rows["condition"].isin([FIXED, STORE]) & rows["more"].notna()]
    if trained.empty:
        return []
    more = "; ".join(
        f"{row['condition']} {Interval(row['more'], row['more_low'], row['more_high'], 0).signed} "
        f"({'shown' if row['more_low'] > 0 else 'not shown'})"
        for _, row in trained.iterrows()
    )
    return [f"Learning in recurrent weights adds to a trained read-out of a fixed network: {more}."]


def _on_curves(
    tests: pd.DataFrame, curves: pd.DataFrame, verdicts: Mapping[str, str], options: RuleOptions
) -> str:  # fmt: skip
    seeds = curves.groupby("condition", sort=False)["seed"].nunique() if len(curves) else pd.Series(dtype=int)
    reached = ", ".join(f"{name} {n}" for name, n in seeds.items()) or "none"
    sentences = [
        "Y2. Hypothesis: how a network learned shows in how it recalls. Prediction: at equal accuracy, serial position "
        "curves differ between rules by more than between seeds, and rules whose credit fades with time show more "
        "recency. Manipulation: the rule; each network is taken when it first recalls lists of "
        f"{options.curve_length} with {MATCHED:g}, which so many of {options.seeds} seeds came to: {reached}. Curves "
        "that differ no more than those of seeds would leave the hypothesis without support; less recency than with "
        "backpropagation would refute the prediction of recency."
    ]
    sentences += [
        f"{row['condition']}: distance of shapes {row['distance']:.3f} (p = {row['p']:.3f}), recency "
        f"{Interval(row['recency'], row['recency_low'], row['recency_high'], 0).signed} and primacy "
        f"{Interval(row['primacy'], row['primacy_low'], row['primacy_high'], 0).signed} beyond backpropagation."
        for _, row in tests.iterrows()
    ]
    sentences.append(
        f"That curves differ is {verdicts['Y2 curves']} ({len(tests)} conditions compared, p corrected for their "
        f"number), that fading credit brings recency is {verdicts['Y2 recency']}."
    )
    return " ".join(sentences)


def _on_the_essay(verdicts: Mapping[str, str]) -> str:
    necessary = verdicts["Y1 necessary"]
    better = {verdicts[f"Y1 better at {at}"] for at in (LISTS, SECONDS)}
    first = {
        REFUTED: "recall of lists does not depend on backpropagation, since a rule learns it that sends nothing back",
        SUPPORTED: "no rule learned to recall lists here that sends nothing back",
        OPEN: "whether recall of lists depends on backpropagation stays open here",
    }[necessary]
    second = {
        frozenset({SUPPORTED}): "and backpropagation learns longer lists than all others from as much",
        frozenset({REFUTED}): "and another rule learns longer lists than backpropagation from as much",
    }.get(
        frozenset(better),
        "and whether backpropagation learns longer lists than all others depends on what is equal, or is open",
    )
    third = {
        SUPPORTED: "How the network learned shows in how it recalls",
        OPEN: "That the way of learning shows in recall is not shown",
    }[verdicts["Y2 curves"]]
    return f"The essay's claim that network and brain part at backpropagation: {first}, {second}. {third}."
