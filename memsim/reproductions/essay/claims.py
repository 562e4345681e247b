"""What the numbers say of the essay of Greydanus (2017): each hypothesis, its test, and what would refute it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.reproductions.essay.chance import chance
from memsim.reproductions.essay.five_trainings import Recalled
from memsim.reproductions.essay.lists import LENGTH, LESIONS, TRAINED_LENGTH
from memsim.reproductions.essay.manipulation import CELL, complete, effect_of, effects
from memsim.reproductions.essay.published import EXACT
from memsim.reproductions.intervals import Interval, over_trainings, prediction_half


def statement(
    table: pd.DataFrame,
    trainings: Mapping[str, Recalled],
    trained: pd.DataFrame,
    people_first: pd.Series,
    people: pd.Series,
) -> str:
    """All that follows, in sentences.

    Parameters
    ----------
    table : a row for each of the five trainings, see :func:`memsim.reproductions.essay.five_trainings.training_table`.
    trainings : what they recall.
    trained : our trainings by length of lists and slots.
    people_first : probability of first recall of people, by position.
    people : the summary of people.
    """
    each = list(trainings.values())
    parts = [
        "Brackets hold 95% t intervals over trainings, which may leave the range of shares.",
        *_on_chance(each),
        *_on_positions(each),
        *_on_manipulation(trained),
        *_on_reading(each),
        *_on_the_essay(table, each, people_first, people),
        _on_tolerances(each),
    ]
    return " ".join(parts)


def halves(trainings: list[Recalled]) -> tuple[FloatArray, FloatArray]:
    """Exact recall of the first six and of the last six of 12 positions, by training."""
    curves = np.array([each.exact for each in trainings])
    middle = LENGTH // 2
    return curves[:, :middle].mean(axis=1), curves[:, middle:].mean(axis=1)


def _on_chance(trainings: list[Recalled]) -> list[str]:
    level = chance(LENGTH)
    last = halves(trainings)[1]
    hit, expected = np.array([each.late for each in trainings]).T
    own = over_trainings(hit - expected)
    above = over_trainings(last - level)
    curves = np.array([each.exact for each in trainings])
    beyond = [i for i, values in enumerate(curves.T, 1) if over_trainings(values - level).low > 0]
    positions = ", ".join(map(str, beyond)) or "none"
    return [
        "Chance. Hypothesis: of lists of 12 the last six items are recalled; it is refuted where they are hit no more "
        f"often than by {LENGTH} random patterns of 32, with probability {level:.3f} ({chance(TRAINED_LENGTH):.3f} in "
        f"lists of {TRAINED_LENGTH}). The essay's network hits them with {np.mean(EXACT[LENGTH // 2:]):.2f}, the five "
        f"trainings with {over_trainings(last)}: {above.signed} beside chance, {_above(above)}; positions above it: "
        f"{positions}. A network that repeats its outputs hits fewer items than random ones, and one that recalls the "
        "first six hits the last where they are the same patterns; so, of the last six that differ from the first six, "
        "the trainings "
        f"hit {over_trainings(hit)}, where outputs that know nothing of these items would hit "
        f"{over_trainings(expected)}: a difference of {own.signed}, {_above(own)}.",
    ]  # fmt: skip


def _above(difference: Interval) -> str:
    if difference.low > 0:
        return "above chance"
    return "below chance" if difference.high < 0 else "not distinguishable from chance"


def edge_difference(trainings: list[Recalled]) -> FloatArray:
    """Exact recall of the first two minus that of the last two of 5 positions, by training."""
    return np.array([each.within[:2].mean() - each.within[-2:].mean() for each in trainings])


def _on_positions(trainings: list[Recalled]) -> list[str]:
    curves = np.array([each.within for each in trainings])
    within, means = over_trainings(edge_difference(trainings)), curves.mean(axis=0)
    first, last = halves(trainings)
    beyond = over_trainings(first - last)
    flat = "the curve is not flat" if within.excludes_zero else "no effect of position is detected"
    return [
        f"Position. Within the lengths of training (lists of {TRAINED_LENGTH}) the five trainings recall "
        f"{over_trainings(curves.mean(axis=1))}, by position {means.min():.2f} to {means.max():.2f}; the first two "
        f"exceed the last two by {within.signed}: {flat}. Beyond them (lists of {LENGTH}, never trained) the first six "
        f"exceed the last six by {beyond.signed}. "
        + (
            "So an effect of position is shown beyond the lengths of training only."
            if beyond.excludes_zero and not within.excludes_zero
            else "So an effect of position is shown within the lengths of training."
            if within.excludes_zero
            else "So no effect of position is shown."
        ),
    ]


def _on_manipulation(trained: pd.DataFrame) -> list[str]:
    chosen = complete(trained)
    seeds = chosen["seed"].nunique()
    if seeds < 2:
        return [f"Cause. Not tested: {seeds} seeds were trained in all cells."]
    found = effects(chosen)
    runs = chosen.drop_duplicates([*CELL, "seed"])
    reached = runs.groupby(CELL)["reached"].sum()
    reports = ", ".join(
        f"{int(n)} of {seeds} (lists of {length}, {slots} slots)" for (length, slots), n in reached.items()
    )
    longer, slots = (effect_of(found, "last six", name) for name in ("longer lists in training", "more slots"))
    both = effect_of(found, "last six", "longer lists with more slots beyond the sum")
    simple = {name: effect_of(found, "last six", name).signed for name in list(found["effect"].unique())[3:]}
    return [
        "Cause. Hypotheses: the last six are lost because no list of training was as long (extrapolation), or because "
        "12 items do not fit into 7 slots (capacity). Manipulation: lists to 5 or 12 items in training, 7 or 16 "
        f"slots, {seeds} seeds in each cell, trained by a faster recipe than the essay's to a criterion, which was "
        f"reached by {reports}. Extrapolation is refuted if longer lists in training do not raise recall of the last "
        "six, capacity if more slots do not. Longer lists raise it by "
        f"{longer.signed} ({simple['longer lists, 7 slots']} with 7 slots, "
        f"{simple['longer lists, 16 slots']} with 16), more slots by {slots.signed} "
        f"({simple['more slots, lists of 5']} after lists of 5, {simple['more slots, lists of 12']} after those of "
        f"12), both by {both.signed} more than their sum: {_cause(longer, slots)}. {_how_far(reached, seeds)}".rstrip(),
    ]


def _how_far(reached: pd.Series, seeds: int) -> str:
    """A caution where cells were not all trained to the criterion."""
    if (reached == seeds).all():
        return ""
    return (
        "Networks that did not reach the criterion were trained as long as was allowed and no further, so that cells "
        "differ in how well the lists of training are recalled, and slots may help by making training faster."
    )


def _cause(longer: Interval, slots: Interval) -> str:
    verdicts = []
    for name, effect in (("extrapolation", longer), ("capacity", slots)):
        verdicts.append(
            f"{name} is {'supported' if effect.low > 0 else 'refuted' if effect.high <= 0 else 'not shown'}"
        )
    text = ", ".join(verdicts)
    if longer.low > 0 and slots.low > 0:
        larger = (
            "length of training" if longer.low > slots.high else "number of slots" if slots.low > longer.high else ""
        )
        text += f", and the {larger} matters more" if larger else ", and neither is shown to matter more"
    return text


def _on_reading(trainings: list[Recalled]) -> list[str]:
    recall = {left: np.array([each.lesions[left].mean() for each in trainings]) for left in LESIONS}
    shown = "; ".join(
        f"{left} {over_trainings(values)} ({values.min():.2f} to {values.max():.2f})" for left, values in recall.items()
    )
    content = over_trainings(recall["content alone"] - recall["no reading"])
    links = over_trainings(recall["links alone at outputs"] - recall["no reading"])
    cost = over_trainings(recall["intact"] - recall["content alone"])

    def adds(effect: Interval) -> str:
        return f"{effect.signed}, {'shown' if effect.low > 0 else 'not shown'}"

    return [
        "Reading. Hypothesis: the network follows its temporal links from item to item; it is refuted if links alone "
        "recall no more than no reading, and if the network without links recalls as much as the whole. Links lead on "
        "from what was read, so that alone at all steps they lead nowhere; therefore they are also left alone at the "
        f"outputs only. Lists of {TRAINED_LENGTH}, with the rest of reading switched off at "
        f"test: {shown}. Beside no reading, content alone adds {adds(content)}, links alone at "
        f"the outputs add {adds(links)}; the whole exceeds content alone by {cost.signed}.",
    ]


def _on_tolerances(trainings: list[Recalled]) -> str:
    first, last = (prediction_half(values) for values in halves(trainings))
    return (
        "Verdicts. The essay's numbers are of one network. One counts as reproduced where it lies within the 95% "
        "interval of one more training around the mean of the five; trainings differ so much that this interval is "
        f"wide (first six of {LENGTH}: ±{first:.2f}, last six: ±{last:.2f}), so that the verdict says that the "
        "essay's network is no exception among trainings, and not that trainings agree."
    )


def _on_the_essay(
    table: pd.DataFrame, trainings: list[Recalled], people_first: pd.Series, people: pd.Series
) -> list[str]:
    """Which of the essay's claims hold in how many of the five trainings."""

    def span(column: str) -> str:
        return f"{table[column].min():+.3f} to {table[column].max():+.3f}"

    def held(supported: pd.Series) -> str:
        n = int(supported.sum())
        return {len(table): "holds in every training", 0: "holds in no training"}.get(
            n, f"holds in {n} of {len(table)} trainings"
        )

    def exceeds_two_errors(column: str) -> pd.Series:
        return table[column] > 2 * table[f"{column}_error"]

    ranges = pd.Series([float(np.ptp(t.first_output)) for t in trainings])
    people_range = float(people_first.max() - people_first.min())
    errors = table[["first_output_primacy_error", "first_output_recency_error"]].max(axis=None)
    over = {name: over_trainings(table[f"first_output_{name}"]).signed for name in ("primacy", "recency")}
    return [
        "The essay's claims with its own estimator, the position of the first output (one holds in a training where it "
        f"exceeds two standard errors, each at most {errors:.3f}):",
        f"primacy {held(exceeds_two_errors('first_output_primacy'))} (first three positions minus the middle, "
        f"{span('first_output_primacy')}, mean {over['primacy']});",
        f"recency {held(exceeds_two_errors('first_output_recency'))} (last four, {span('first_output_recency')}, mean "
        f"{over['recency']});",
        f"the claim that the curve is less than half as steep as that of people {held(ranges < people_range / 2)} (the "
        f"most and the least likely position differ by {ranges.min():.2f} to {ranges.max():.2f}, in people's first "
        f"recall of 10 words by {people_range:.2f}).",
        "With the serial position curves of sampled recalls, by their sign in each training: primacy "
        f"{held(table['serial_position_primacy'] > 0)} ({span('serial_position_primacy')}; people "
        f"{people['primacy']:+.3f});",
        f"recency {held(table['serial_position_recency'] > 0)} ({span('serial_position_recency')}; people "
        f"{people['recency']:+.3f}).",
        f"The lag-CRP at +1 is {table['lag_plus_1'].min():.2f} to {table['lag_plus_1'].max():.2f} (people "
        f"{people['lag_plus_1']:.2f}).",
    ]
