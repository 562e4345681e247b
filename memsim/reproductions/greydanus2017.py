"""The essay of Greydanus (2017) with which memsim began: a DNC in free recall, compared with people.

S. Greydanus, "Differentiable memory and the brain", 27 February 2017, greydanus.github.io, and its code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from memsim.analysis.curves import curve_table
from memsim.analysis.figures.targets import Panel, target_figure
from memsim.analysis.summaries import summary_table
from memsim.core.arrays import FloatArray
from memsim.core.seeding import stream
from memsim.data import load_curves, load_summary
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.weights import Weights, load_weights
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.greydanus_copy import copy_error, copy_figure
from memsim.reproductions.greydanus_lists import (
    CHAINS,
    LENGTH,
    LISTS,
    TRAINED_LENGTH,
    Run,
    edge_errors,
    edges,
    exact_recall,
    item_of_output,
    matches_nothing,
    network_of,
    run_lists,
    sampled_recalls,
)
from memsim.reproductions.simulated_lists import curves_by_name, near_lags

SEEDS = range(5)
"""Seeds of the trainings whose weights ship with memsim."""
ESSAY = "the essay's published weights, run again"
CODE = "the essay's code"
PUBLISHED_FIRST = (0.138, 0.111, 0.117, 0.112, 0.097, 0.087, 0.067, 0.057, 0.049, 0.057, 0.055, 0.052)
"""Share of lists in which each position is the nearest to the first output."""
PUBLISHED_EXACT = (0.77, 0.77, 0.74, 0.70, 0.67, 0.59, 0.36, 0.34, 0.33, 0.32, 0.31, 0.32)
"""Share of lists in which an output equals the item at each position."""
CONDITION = "10-2"
"""The condition of Murdock (1962) that is nearest to lists of 12."""


class Training(NamedTuple):
    """What the network of one training does with lists of 12.

    ``first_output``, ``first_two_outputs`` and ``corrected`` are the essay's recall probability by position: as in the
    essay; as the mean of the first and the second output; and of lists without repeated patterns with the sigmoid that
    the essay's estimator lacks. ``exact`` is the share of items that an output equals, by position, and ``exact_short``
    its mean in lists of 5; ``no_item`` is the share of outputs that equal no item. ``curves`` and ``summary`` are those
    of recalls that are sampled from the outputs.
    """

    first_output: FloatArray
    first_two_outputs: FloatArray
    corrected: FloatArray
    exact: FloatArray
    exact_short: float
    no_item: float
    curves: Mapping[str, pd.Series]
    summary: pd.Series


def _essay(seed: int) -> Outcome:
    weights = {f"training {i}": load_weights(f"greydanus2017-recall-{i}") for i in SEEDS}
    networks = {name: network_of(each) for name, each in weights.items()}
    drawn = {name: run_lists(network, LENGTH, seed, distinct=False) for name, network in networks.items()}
    short = {name: run_lists(network, TRAINED_LENGTH, seed, distinct=False) for name, network in networks.items()}
    distinct = {name: run_lists(network, LENGTH, seed, distinct=True) for name, network in networks.items()}
    trainings = _trainings(drawn, short, distinct, seed)
    people = curves_by_name(load_curves("murdock1962", CONDITION))
    people_summary = load_summary("murdock1962", CONDITION).set_index("statistic")["mean"]
    table = _table(trainings)
    title = f"The essay's experiment: five trainings of a DNC, {CHAINS * LISTS:,} lists of 12"
    return Outcome(
        _findings(trainings, next(iter(drawn.values())), next(iter(short.values())), networks.values(), seed),
        partial(target_figure, _panels(trainings, people), title),
        _settings(weights),
        {"trainings": table, "positions": _positions(trainings)},
        further={"greydanus2017-copy": partial(copy_figure, seed)},
        statement=_statement(table, trainings, people["probability_of_nth_recall"], people_summary),
    )


def _trainings(
    drawn: Mapping[str, Run], short: Mapping[str, Run], distinct: Mapping[str, Run], seed: int
) -> dict[str, Training]:
    # One stream breaks the ties of all estimates, so their order belongs to the numbers.
    rng = stream(seed, "essay ties")
    first = {name: item_of_output(run, rng, 0, sigmoid=False) for name, run in drawn.items()}
    second = {name: item_of_output(run, rng, 1, sigmoid=False) for name, run in drawn.items()}
    corrected = {name: item_of_output(run, rng, 0, sigmoid=True) for name, run in distinct.items()}
    found = {}
    for name, run in drawn.items():
        recalls = sampled_recalls(distinct[name], stream(seed, "essay recalls", name))
        found[name] = Training(
            first[name],
            (first[name] + second[name]) / 2,
            corrected[name],
            exact_recall(run),
            float(exact_recall(short[name]).mean()),
            matches_nothing(run),
            curves_by_name(curve_table(recalls)),
            summary_table(recalls).set_index("statistic")["mean"],
        )
    return found


def _findings(
    trainings: Mapping[str, Training], drawn: Run, short: Run, networks: Iterable[DNC], seed: int
) -> list[Finding]:
    def mean(values: Iterable[float]) -> float:
        return float(np.mean(list(values)))

    def repeated(run: Run) -> float:
        """Share of lists that hold a pattern twice."""
        return mean(len(np.unique(row, axis=0)) < len(row) for row in run.items)

    each = list(trainings.values())
    findings = [
        Finding("numbers trained", 81_212, max(map(_n_trained, networks)), 0, CODE),
        Finding("lists of 12 with a pattern twice", 0.91, repeated(drawn), 0.01, CODE),
        Finding("lists of 5 with a pattern twice", 0.28, repeated(short), 0.02, CODE),
        Finding("repeat-copy: share of wrong bits", 0.0, copy_error(seed), 1e-3, "a task that is solved"),
        Finding("lists of 5: items recalled exactly", 0.94, mean(t.exact_short for t in each), 0.1, ESSAY),
        Finding("lists of 12: items recalled exactly, first six", float(np.mean(PUBLISHED_EXACT[:6])),
                mean(t.exact[:6].mean() for t in each), 0.1, ESSAY),
        Finding("lists of 12: items recalled exactly, last six", float(np.mean(PUBLISHED_EXACT[6:])),
                mean(t.exact[6:].mean() for t in each), 0.1, ESSAY),
        Finding("lists of 12: outputs that equal no item", 0.39, mean(t.no_item for t in each), 0.1, ESSAY),
    ]  # fmt: skip
    primacy, recency = edges(np.array(PUBLISHED_FIRST))
    spread = "it varies between trainings: the published value lies among those of these five, and their mean does not"
    obtained = np.mean([edges(t.first_output) for t in each], axis=0)
    return [
        *findings,
        Finding("first output: first three minus middle", primacy, float(obtained[0]), 0.02, ESSAY, spread),
        Finding("first output: last four minus middle", recency, float(obtained[1]), 0.02, ESSAY),
    ]


def _n_trained(network: DNC) -> int:
    """Trained numbers, without the biases that the essay's network lacks and that training leaves at zero."""
    fixed = ("project.bias", "bias_hh")
    return sum(weight.numel() for name, weight in network.named_parameters() if not name.endswith(fixed))


def _panels(trainings: Mapping[str, Training], people: Mapping[str, pd.Series]) -> list[Panel]:
    positions = range(1, LENGTH + 1)
    published = pd.Series(PUBLISHED_FIRST, index=positions)
    as_published = {name: pd.Series(t.first_output, index=positions) for name, t in trainings.items()}
    corrected = {name: pd.Series(t.corrected, index=positions) for name, t in trainings.items()}

    def of(curve: str) -> dict[str, pd.Series]:
        return {name: t.curves[curve] for name, t in trainings.items()}

    first, essay, ten = "Probability of being first", "the essay's own weights", "people, 10 words"
    recall = people["serial_position_curve"]
    return [
        Panel("A  first output; black: essay", "Serial position", first, published, as_published, essay),
        Panel("A  corrected; black: essay, uncorrected", "Serial position", first, published, corrected, essay),
        Panel("B  on the scale of people's recall", "Serial position", "Probability", recall, as_published, ten),
        Panel("Serial position curve", "Serial position", "Probability of recall", recall,
              of("serial_position_curve"), ten),
        Panel("First recall", "Serial position", "Probability of first recall", people["probability_of_nth_recall"],
              of("probability_of_nth_recall"), ten),
        Panel("Lag-CRP", "Lag", "Conditional response probability", near_lags(people["lag_crp"]),
              {name: near_lags(curve) for name, curve in of("lag_crp").items()}, ten),
    ]  # fmt: skip


def _table(trainings: Mapping[str, Training]) -> pd.DataFrame:
    """A row for each training: recall, primacy and recency by each estimator, and the summary of sampled recalls."""
    rows = []
    for name, t in trainings.items():
        row = {
            "training": name,
            "exact_lists_of_5": t.exact_short,
            "exact_lists_of_12": float(t.exact.mean()),
            "outputs_that_equal_no_item": t.no_item,
        }
        for estimator in ("first_output", "first_two_outputs", "corrected"):
            curve = getattr(t, estimator)
            row[f"{estimator}_primacy"], row[f"{estimator}_recency"] = edges(curve)
            if estimator == "first_output":
                errors = edge_errors(curve, CHAINS * LISTS)
                row["first_output_primacy_error"], row["first_output_recency_error"] = errors
        row |= {
            "recalled": t.summary["recalled"],
            "serial_position_primacy": t.summary["primacy"],
            "serial_position_recency": t.summary["recency"],
            "lag_plus_1": t.summary["lag_plus_1"],
            "lag_minus_1": t.summary["lag_minus_1"],
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _positions(trainings: Mapping[str, Training]) -> pd.DataFrame:
    """Each estimate of recall by training and serial position."""
    names = ("first_output", "first_two_outputs", "corrected", "exact")
    return pd.concat(
        [
            pd.DataFrame(
                {"training": name, "position": range(1, LENGTH + 1), **{each: getattr(t, each) for each in names}}
            )
            for name, t in trainings.items()
        ],
        ignore_index=True,
    )


def _settings(weights: Mapping[str, Weights]) -> dict[str, object]:
    return {
        "lists": CHAINS * LISTS,
        "list_length": LENGTH,
        "weights": {
            name: {"sha256": each.sha256, "training": each.record["training"]} for name, each in weights.items()
        },
    }


def _statement(
    table: pd.DataFrame, trainings: Mapping[str, Training], people_first: pd.Series, people: pd.Series
) -> str:
    """Which of the essay's claims hold, with the numbers of the five trainings."""

    def span(column: str) -> str:
        return f"{table[column].min():+.3f} to {table[column].max():+.3f}"

    def held(supported: pd.Series) -> str:
        n = int(supported.sum())
        return {len(table): "holds in every training", 0: "holds in no training"}.get(
            n, f"holds in {n} of {len(table)} trainings"
        )

    def exceeds_two_errors(column: str) -> pd.Series:
        return table[column] > 2 * table[f"{column}_error"]

    ranges = pd.Series([float(np.ptp(t.first_output)) for t in trainings.values()])
    people_range = float(people_first.max() - people_first.min())
    recalled = np.array([t.curves["serial_position_curve"].to_numpy() for t in trainings.values()])
    within, beyond = recalled[:, :TRAINED_LENGTH].mean(), recalled[:, -TRAINED_LENGTH:].mean()
    errors = table[["first_output_primacy_error", "first_output_recency_error"]].max(axis=None)
    sentences = [
        "The essay's claims, tested in five trainings with its own estimator, the position of the first output (one "
        f"holds where it exceeds two standard errors, each at most {errors:.3f}):",
        f"primacy {held(exceeds_two_errors('first_output_primacy'))} (first three positions minus the middle, "
        f"{span('first_output_primacy')});",
        f"recency {held(exceeds_two_errors('first_output_recency'))} (last four, {span('first_output_recency')});",
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
        f"Lists of training had at most {TRAINED_LENGTH} items: in lists of {LENGTH}, the first {TRAINED_LENGTH} items "
        f"are recalled with probability {within:.2f}, the last {TRAINED_LENGTH} with probability {beyond:.2f}.",
    ]
    return " ".join(sentences)


GREYDANUS2017 = Reproduction(
    "greydanus2017", "A DNC trained on free recall as in the essay, compared with people",
    "Greydanus (2017), Differentiable memory and the brain; Murdock (1962), doi:10.1037/h0045106", _essay,
)  # fmt: skip
