"""The essay of Greydanus (2017) with which memsim began: a DNC in free recall, tested as a referee would ask.

S. Greydanus, "Differentiable memory and the brain", 27 February 2017, greydanus.github.io, and its code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from memsim.analysis.recall.indices import edges
from memsim.core.seeding import stream
from memsim.data import load_curves, load_summary
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.weights import Weights, load_weights
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.essay.chance import chance, random_run
from memsim.reproductions.essay.claims import halves, statement
from memsim.reproductions.essay.copying import copy_error, copy_figure
from memsim.reproductions.essay.figures import estimator_figure, recall_figure
from memsim.reproductions.essay.five_trainings import Recalled, all_recalled, position_table, training_table
from memsim.reproductions.essay.lists import CHAINS, LENGTH, LISTS, TRAINED_LENGTH, exact_recall, network_of
from memsim.reproductions.essay.manipulation import NAME, RECIPE, effects, shipped_table
from memsim.reproductions.essay.published import CODE, ESSAY, EXACT, EXACT_SHORT, FIRST, NO_ITEM
from memsim.reproductions.intervals import prediction_half
from memsim.reproductions.kinds import Kind, OwnComputation, Prediction
from memsim.reproductions.simulated_lists import curves_by_name

SOLVED = Prediction("memsim's authors: a task that the network solves", "no more than a thousandth of the bits wrong")
SEEDS = range(5)
"""Seeds of the trainings whose weights ship with memsim."""
CONDITION = "10-2"
"""The condition of Murdock (1962) that is nearest to lists of 12."""


def _essay(seed: int) -> Outcome:
    weights = {f"training {i}": load_weights(f"greydanus2017-recall-{i}") for i in SEEDS}
    networks = {name: network_of(each) for name, each in weights.items()}
    trainings = all_recalled(networks, seed)
    people = curves_by_name(load_curves("murdock1962", CONDITION))
    people_summary = load_summary("murdock1962", CONDITION).set_index("statistic")["mean"]
    table, trained = training_table(trainings), shipped_table()
    return Outcome(
        _findings(trainings, networks.values(), seed),
        partial(recall_figure, trainings, trained),
        _settings(weights, trained),
        {"trainings": table, "positions": position_table(trainings), "effects": effects(trained)},
        further={
            "greydanus2017-estimators": partial(estimator_figure, trainings, people),
            "greydanus2017-copy": partial(copy_figure, seed),
        },
        statement=statement(table, trainings, trained, people["probability_of_nth_recall"], people_summary),
    )


def _findings(trainings: Mapping[str, Recalled], networks: Iterable[DNC], seed: int) -> list[Finding]:
    each = list(trainings.values())
    return [
        Finding("numbers trained", 81_212, max(map(_n_trained, networks)), 0, CODE),
        Finding("lists of 12 with a pattern twice", 0.91, each[0].repeated, 0.01, CODE),
        Finding("lists of 5 with a pattern twice", 0.28, each[0].repeated_within, 0.02, CODE),
        Finding("repeat-copy: share of wrong bits", 0.0, copy_error(seed), 1e-3, SOLVED),
        *_of_chance(seed),
        *_of_the_essay(each),
    ]


def _of_chance(seed: int) -> list[Finding]:
    """Random outputs hit items as often as is computed."""
    findings = []
    for length in (TRAINED_LENGTH, LENGTH):
        hit = exact_recall(random_run(length, stream(seed, "essay chance", length)))
        error = float(np.sqrt(chance(length) * (1 - chance(length)) / (CHAINS * LISTS * length)))
        findings.append(
            Finding(f"lists of {length}: items that random outputs equal", chance(length), float(hit.mean()),
                    5 * error, OwnComputation(f"1 - (31 / 32) ** {length}, within five standard errors"))
        )  # fmt: skip
    return findings


def _of_the_essay(each: list[Recalled]) -> list[Finding]:
    """The essay's one network, among the trainings: within the 95% interval of one more training."""
    first, last = halves(each)
    primacy, recency = np.array([edges(t.first_output) for t in each]).T
    published = edges(np.array(FIRST))
    rows = [
        ("lists of 5: items recalled exactly", EXACT_SHORT, [t.within.mean() for t in each]),
        ("lists of 12: items recalled exactly, first six", float(np.mean(EXACT[: LENGTH // 2])), first),
        ("lists of 12: items recalled exactly, last six", float(np.mean(EXACT[LENGTH // 2 :])), last),
        ("lists of 12: outputs that equal no item", NO_ITEM, [t.no_item for t in each]),
        ("first output: first three minus middle", published[0], primacy),
        ("first output: last four minus middle", published[1], recency),
    ]
    return [
        Finding(quantity, target, float(np.mean(values)), prediction_half(values), ESSAY)
        for quantity, target, values in rows
    ]


def _n_trained(network: DNC) -> int:
    """Trained numbers, without the biases that the essay's network lacks and that training leaves at zero."""
    fixed = ("project.bias", "bias_hh")
    return sum(weight.numel() for name, weight in network.named_parameters() if not name.endswith(fixed))


def _settings(weights: Mapping[str, Weights], trained: pd.DataFrame) -> dict[str, object]:
    return {
        "lists": CHAINS * LISTS,
        "list_length": LENGTH,
        "weights": {
            name: {"sha256": each.sha256, "training": each.record["training"]} for name, each in weights.items()
        },
        "manipulation": {
            "entry": NAME,
            "recipe": dict(RECIPE),
            "seeds": int(trained["seed"].nunique()),
            "made_by": sorted(trained["made_by"].unique()),
        },
    }


GREYDANUS2017 = Reproduction(
    "greydanus2017",
    "The essay's DNC in free recall: chance, extrapolation, capacity, lesions, and people",
    "Greydanus (2017), Differentiable memory and the brain; Murdock (1962), doi:10.1037/h0045106",
    _essay,
    kinds=(Kind.PROGRAM, Kind.OWN, Kind.PREDICTION),
)
