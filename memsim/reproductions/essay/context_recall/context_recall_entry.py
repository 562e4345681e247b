"""Context-based recall: several memories in one step of a network, and whether context makes it recall as people do."""

from __future__ import annotations

from functools import partial

import pandas as pd

from memsim.reproductions.entry import Outcome, Reproduction
from memsim.reproductions.essay.context_recall.claims import Results, claims_of, findings_of, statement
from memsim.reproductions.essay.context_recall.figures import context_figure
from memsim.reproductions.essay.context_recall.following import MEASURES, links_table
from memsim.reproductions.essay.context_recall.lists import recall_tables
from memsim.reproductions.essay.context_recall.options import ContextOptions
from memsim.reproductions.kinds import Kind


def context_recall(seed: int, options: ContextOptions) -> Outcome:
    """The entry: the task of links, and recall with a drifting context."""
    links = links_table(seed, options)
    recall, curves, difference = recall_tables(seed, options)
    results = Results(links, recall, difference)
    summary = _summary(recall)
    return Outcome(
        findings_of(results),
        partial(context_figure, results, curves),
        {**options.values(), "seeds": [seed + number for number in range(options.seeds)]},
        {"links": links, "recall": recall, "lag_crps": curves, "summary": summary},
        shown=_shown(links, summary),
        statement=statement(results),
        claims=claims_of(results),
    )


def _summary(recall: pd.DataFrame) -> pd.DataFrame:
    """Means over seeds, or over people, of every measure of recall."""
    return recall.groupby(["source", "condition"], sort=False).mean(numeric_only=True).reset_index()


def _shown(links: pd.DataFrame, summary: pd.DataFrame) -> str:
    right = links.groupby("label", sort=False)[[*MEASURES, "parameters", "seconds"]].mean().reset_index()
    tables = (right, summary)
    return "\n\n".join(table.to_string(index=False, float_format="{:.3f}".format, na_rep="-") for table in tables)


CONTEXT_RECALL = Reproduction(
    "context-recall",
    "Several memories in one step: hops, and a drifting context in the rows of a DNC, beside people",
    "Greydanus (2017), Differentiable memory and the brain; Howard & Kahana (2002), doi:10.1006/jmps.2001.1388; people "
    "of PEERS: Healey & Kahana (2014), Kahana et al. (2024), doi:10.1037/xlm0001319",
    context_recall,
    ContextOptions(),
    kinds=(Kind.OWN, Kind.PREDICTION),
)
