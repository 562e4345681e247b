"""The trainings by length of lists and slots made anew, and compared with the table of them that ships."""

from __future__ import annotations

from functools import partial
from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import plain_text, themed
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.essay.figures import draw_cells, draw_effects
from memsim.reproductions.essay.manipulation import (
    CELL,
    NAME,
    RECIPE,
    SEEDS,
    TESTED,
    effects,
    shipped_table,
    trained_table,
)
from memsim.reproductions.kinds import Kind, OwnComputation


def _trainings(seed: int) -> Outcome:
    table = trained_table(range(seed, seed + len(SEEDS)))
    found = effects(table)
    return Outcome(
        _findings(found),
        partial(_figure, table),
        {"recipe": dict(RECIPE), "seeds": sorted(int(each) for each in table["seed"].unique())},
        {"trainings": table, "effects": found},
        statement=_statement(table),
    )


SHIPPED = OwnComputation("the table of these trainings that ships with memsim")


def _findings(found: pd.DataFrame) -> list[Finding]:
    """Each effect beside that of the table that ships, within the 95% interval of a mean over as many seeds."""
    keys = ["outcome", "effect"]
    shipped = effects(shipped_table()).set_index(keys)
    again = found.set_index(keys)["mean"]
    return [
        Finding(
            f"{outcome}: {effect}", row["mean"], float(again[outcome, effect]),
            # The interval of a difference between two such means is wider than that of one by the root of 2.
            float(np.sqrt(2) * (row["high"] - row["mean"])), SHIPPED,
        )
        for (outcome, effect), row in shipped.iterrows()
    ]  # fmt: skip


@plain_text
def _figure(table: pd.DataFrame, **drawing: Unpack[Drawing]) -> Figure:
    page = Page("essay-trainings", drawing, 2)
    with themed():
        axes = page.panels(3, least=2.2, height=2.1, beyond=0.7)
        colors = page.colours(3, "colorblind") or []
        for axis, length in zip(axes, TESTED, strict=False):
            draw_cells(axis, table, length, f"Lists of {length}", colors[1:])
        draw_effects(axes[2], effects(table), "Effects on the last six of 12", colors[0])
        page.legend_of(axes)
    return page.figure


def _statement(table: pd.DataFrame) -> str:
    runs = table.drop_duplicates([*CELL, "seed"])
    cells = [
        f"lists to {length}, {slots} slots: {int(rows['reached'].sum())} of {len(rows)}, after "
        f"{rows['iterations'].mean():,.0f} iterations and {rows['seconds'].mean():.0f} s of a processor on average"
        for (length, slots), rows in runs.groupby(CELL)
    ]
    return f"Trainings that reached the criterion ({RECIPE['until']} on lists held out): {'; '.join(cells)}."


TRAININGS = Reproduction(
    NAME,
    "The essay's DNC trained with 20 seeds on lists of 5 or 12, with 7 or 16 slots",
    "Greydanus (2017); own trainings, no published numbers",
    _trainings,
    kinds=(Kind.OWN,),
)
