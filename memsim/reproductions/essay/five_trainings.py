"""What the five networks that were trained as in the essay of Greydanus (2017) do with its lists, whole and damaged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from memsim.analysis.curves import curve_table
from memsim.analysis.recall.indices import edges
from memsim.analysis.summaries import summary_table
from memsim.core.arrays import FloatArray
from memsim.core.seeding import stream
from memsim.models.networks.cores.dnc import DNC
from memsim.reproductions.essay.chance import Late, late_items
from memsim.reproductions.essay.lists import (
    CHAINS,
    LENGTH,
    LESIONS,
    LISTS,
    TRAINED_LENGTH,
    Run,
    edge_errors,
    exact_recall,
    item_of_output,
    matches_nothing,
    run_lists,
    sampled_recalls,
)
from memsim.reproductions.simulated_lists import curves_by_name


class Recalled(NamedTuple):
    """What the network of one training does with lists of 12, and with lists of 5, the longest of its training.

    ``first_output``, ``first_two_outputs`` and ``corrected`` are the essay's recall probability by position: as in the
    essay; as the mean of the first and the second output; and of lists without repeated patterns with the sigmoid that
    the essay's estimator lacks. ``exact`` is the share of items that an output equals, by position, ``within`` the same
    in lists of 5. ``no_item`` is the share of outputs that equal no item; ``late`` says how often they hit late items
    that no early item equals, and how often they would if they knew nothing of these. ``repeated`` and
    ``repeated_within`` are the shares of lists that hold a pattern twice. ``lesions`` is ``within`` with some ways of
    reading switched off. ``curves`` and ``summary`` are those of recalls that are sampled from the outputs.
    """

    first_output: FloatArray
    first_two_outputs: FloatArray
    corrected: FloatArray
    exact: FloatArray
    within: FloatArray
    no_item: float
    late: Late
    repeated: float
    repeated_within: float
    lesions: Mapping[str, FloatArray]
    curves: Mapping[str, pd.Series]
    summary: pd.Series


def all_recalled(networks: Mapping[str, DNC], seed: int) -> dict[str, Recalled]:
    """What each network does; all are given the same lists."""
    drawn = {name: run_lists(network, LENGTH, seed, distinct=False) for name, network in networks.items()}
    distinct = {name: run_lists(network, LENGTH, seed, distinct=True) for name, network in networks.items()}
    # One stream breaks the ties of all estimates, so their order belongs to the numbers.
    rng = stream(seed, "essay ties")
    first = {name: item_of_output(run, rng, 0, sigmoid=False) for name, run in drawn.items()}
    second = {name: item_of_output(run, rng, 1, sigmoid=False) for name, run in drawn.items()}
    corrected = {name: item_of_output(run, rng, 0, sigmoid=True) for name, run in distinct.items()}
    found = {}
    for name, run in drawn.items():
        recalls = sampled_recalls(distinct[name], stream(seed, "essay recalls", name))
        short = {
            left: run_lists(networks[name], TRAINED_LENGTH, seed, distinct=False, lesion=lesion)
            for left, lesion in LESIONS.items()
        }
        found[name] = Recalled(
            first[name],
            (first[name] + second[name]) / 2,
            corrected[name],
            exact_recall(run),
            exact_recall(short["intact"]),
            matches_nothing(run),
            late_items(run),
            _repeated(run),
            _repeated(short["intact"]),
            {left: exact_recall(each) for left, each in short.items()},
            curves_by_name(curve_table(recalls)),
            summary_table(recalls).set_index("statistic")["mean"],
        )
    return found


def _repeated(run: Run) -> float:
    """Share of lists that hold a pattern twice."""
    return float(np.mean([len(np.unique(row, axis=0)) < len(row) for row in run.items]))


def training_table(trainings: Mapping[str, Recalled]) -> pd.DataFrame:
    """A row for each training: recall, primacy and recency by each estimator, and the summary of sampled recalls."""
    rows = []
    for name, each in trainings.items():
        row = {
            "training": name,
            "exact_lists_of_5": float(each.within.mean()),
            "exact_lists_of_12": float(each.exact.mean()),
            "outputs_that_equal_no_item": each.no_item,
            "late_items_hit": each.late.hit,
            "late_items_expected": each.late.expected,
        }
        row |= {f"lists_of_5_{left.replace(' ', '_')}": float(curve.mean()) for left, curve in each.lesions.items()}
        for estimator in ("first_output", "first_two_outputs", "corrected"):
            curve = getattr(each, estimator)
            row[f"{estimator}_primacy"], row[f"{estimator}_recency"] = edges(curve)
            if estimator == "first_output":
                errors = edge_errors(curve, CHAINS * LISTS)
                row["first_output_primacy_error"], row["first_output_recency_error"] = errors
        row |= {
            "recalled": each.summary["recalled"],
            "serial_position_primacy": each.summary["primacy"],
            "serial_position_recency": each.summary["recency"],
            "lag_plus_1": each.summary["lag_plus_1"],
            "lag_minus_1": each.summary["lag_minus_1"],
        }
        rows.append(row)
    return pd.DataFrame(rows)


def position_table(trainings: Mapping[str, Recalled]) -> pd.DataFrame:
    """Each estimate of recall by training, length of the list and serial position; NaN where it was not made."""
    names = ("first_output", "first_two_outputs", "corrected", "exact")
    frames = []
    for name, each in trainings.items():
        curves = {estimate: getattr(each, estimate) for estimate in names}
        where = {"training": name, "list_length": LENGTH, "position": range(1, LENGTH + 1)}
        frames.append(pd.DataFrame({**where, **curves}))
        damaged = {f"exact_{left.replace(' ', '_')}": curve for left, curve in each.lesions.items() if left != "intact"}
        where = {"training": name, "list_length": TRAINED_LENGTH, "position": range(1, TRAINED_LENGTH + 1)}
        frames.append(pd.DataFrame({**where, "exact": each.within, **damaged}))
    return pd.concat(frames, ignore_index=True)
