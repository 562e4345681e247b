"""Is forgetting the key reason? The entry: trainings under wear, a search of levers, sleep, and their verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.essay.forgetting.claims import claims_of, nearest
from memsim.reproductions.essay.forgetting.claims_on_sleep import claims_on_sleep
from memsim.reproductions.essay.forgetting.figures import curves_figure, edges_figure
from memsim.reproductions.essay.forgetting.options import EVERY_CONDITION, SEARCHED, ForgettingOptions
from memsim.reproductions.essay.forgetting.search import references as scored_references
from memsim.reproductions.essay.forgetting.search import searches
from memsim.reproductions.essay.forgetting.tables import behaviours, curves, levers_found, people_scores
from memsim.reproductions.essay.forgetting.trainings import trained_conditions
from memsim.reproductions.kinds import HumanData, Kind

MURDOCK = HumanData("Murdock (1962) 20-1, doi:10.1037/h0045106", "mean over 15 people")
UNLIKE_PEOPLE = "no condition of the pilot, a training of minutes, came nearer to people than a flat line at their mean"


def forgetting(seed: int, options: ForgettingOptions) -> Outcome:
    """The entry."""
    from memsim.reproductions.essay.forgetting.replay_training import replay_table  # torch

    found = trained_conditions(options, seed)
    searched = searches(options, seed)
    references = scored_references(options, seed)
    replay = replay_table(options, seed)
    claims = [*claims_of(found, searched, references), *claims_on_sleep(found, replay)]
    measured, drawn, levers = behaviours(found), curves(found), levers_found(searched)
    scores = people_scores(found, searched, references)
    return Outcome(
        findings_of(measured, nearest(found)[0]),
        partial(curves_figure, drawn),
        {
            **options.values(), "conditions run": {name: dict(EVERY_CONDITION[name]) for name in options.names},
            "searched": {name: list(limits) for name, limits in SEARCHED.items()},
            "seeds run": [seed + number for number in range(options.seeds)],
        },
        {"behaviour": measured, "curves": drawn, "people": scores, "levers": levers,
         "consolidation": consolidation_table(found), "replay": replay},
        shown=shown(measured, scores),
        further={"forgetting-edges": partial(edges_figure, measured, levers)},
        statement=statement(found, options),
        claims=claims,
    )  # fmt: skip


def findings_of(measured: pd.DataFrame, best: str) -> list[Finding]:
    """The condition nearest to people beside them."""
    findings = []
    rows = measured[(measured["condition"] == best) & (measured["tested"] == "trained")] if len(measured) else measured
    for name, target, tolerance in (("primacy", 0.104, 0.05), ("recency", 0.567, 0.15)):
        obtained = float(rows[name].mean()) if len(rows) else float("nan")
        quantity = f"{name} of the condition nearest to people"
        findings.append(Finding(quantity, target, obtained, tolerance, MURDOCK, known=UNLIKE_PEOPLE))
    return findings


def consolidation_table(found: Mapping[tuple[str, int], Mapping[str, Any]]) -> pd.DataFrame:
    """Recall before, after waking and after sleep, a row for each seed."""
    return pd.DataFrame(
        [{"seed": seed, **one["consolidation"]} for (_, seed), one in found.items() if "consolidation" in one]
    )


def shown(measured: pd.DataFrame, scores: pd.DataFrame) -> str:
    """What a terminal shows: means over seeds by condition, and scores on people."""
    columns = ["recalled", "intrusions", "primacy", "recency", "temporal_factor", "shuffled_factor",
               "rmsd_serial_position_curve"]  # fmt: skip
    means = measured.groupby(["condition", "tested"], sort=False)[columns].mean() if len(measured) else measured
    people = scores.pivot_table(index="model", columns="people", values="choice", sort=False)
    number = "{:.3f}".format
    return "\n\n".join(
        (means.to_string(float_format=number),
         "Choice of items, nats per list:\n" + people.to_string(float_format=number))
    )  # fmt: skip


def statement(found: Mapping[tuple[str, int], Mapping[str, Any]], options: ForgettingOptions) -> str:
    """What bounds the verdicts, in words."""
    failed = [f"{name}, seed {seed}" for (name, seed), one in found.items() if one["diverged"]]
    seconds = [one["seconds"] for one in found.values() if not one["diverged"]]
    bounds = (
        "All trainings begin with the weights that ship, so that seeds differ in lists and noise of the further "
        "training only, and intervals say nothing of other networks."
        if options.start == "shipped"
        else "Each seed is a network of its own; conditions of a seed share the training before."
    )
    return " ".join(
        [
            "Brackets hold 95% t intervals over seeds.", bounds,
            f"{options.iterations:,} iterations under wear take {np.mean(seconds):.0f} s." if seconds else "",
            f"Diverged: {'; '.join(failed)}." if failed else "",
            "TCM's parameters were fitted to peers_notask, CMR's, like the levers searched, to Murdock (1962).",
        ]
    )  # fmt: skip


FORGETTING = Reproduction(
    "forgetting",
    "Is forgetting the key reason? Wear of memory and controller, at test and in training, and sleep",
    "Greydanus (2017), the essay's conjecture; own trainings, no published numbers",
    forgetting,
    ForgettingOptions(),
    kinds=(Kind.PEOPLE, Kind.PREDICTION),
)
