"""Figures of the essay (Greydanus, 2017): chance, extrapolation, lesions and manipulations; and its estimators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, Unpack

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memsim.analysis.figures.looks import LINES
from memsim.analysis.figures.page import Drawing, Page
from memsim.analysis.figures.style import plain_text, themed
from memsim.analysis.figures.targets import TARGET, Panel, target_figure
from memsim.reproductions.essay.chance import chance
from memsim.reproductions.essay.five_trainings import Recalled
from memsim.reproductions.essay.lists import CHAINS, LENGTH, LESIONS, LISTS, TRAINED_LENGTH
from memsim.reproductions.essay.manipulation import SLOTS, TRAINED, complete, curves_of, effects
from memsim.reproductions.essay.published import EXACT, FIRST
from memsim.reproductions.intervals import over_trainings
from memsim.reproductions.simulated_lists import near_lags

_SHORT = {"longer lists with more slots beyond the sum": "both, beyond the sum"}
"""Effects whose names are too long for an axis."""
BANDS: dict[str, Any] = {"alpha": 0.2, "linewidth": 0}
CHANCE: dict[str, Any] = {"color": "0.5", "linestyle": "--", "linewidth": 1.2, "zorder": 1}


@plain_text
def recall_figure(trainings: Mapping[str, Recalled], table: pd.DataFrame, **drawing: Unpack[Drawing]) -> Figure:
    """Exact recall within and beyond the lists of training, without ways of reading, and by length and slots.

    Parameters
    ----------
    trainings : the five trainings as in the essay.
    table : our trainings by length and slots, see :func:`memsim.reproductions.essay.manipulation.trained_table`.
    drawing : see :class:`memsim.analysis.figures.page.Drawing`; the figure is two columns wide.
    """
    page = Page("recall_figure", drawing, 2)
    each = list(trainings.values())
    chosen = complete(table)
    seeds = chosen["seed"].nunique()
    with themed():
        axes = page.panels(6 if seeds > 1 else 3, least=2.2, height=2.1, beyond=0.9)
        colors = page.colours(3, "colorblind") or []
        curves = np.array([one.within for one in each])
        _essay_curves(axes[0], curves, colors[0], f"A  Lists of {TRAINED_LENGTH}, as in training")
        curves = np.array([one.exact for one in each])
        _essay_curves(axes[1], curves, colors[0], f"B  Lists of {LENGTH}, never trained")
        axes[1].plot(range(1, LENGTH + 1), EXACT, label="essay's network", **TARGET)
        _lesions(axes[2], each, colors[0])
        if seeds > 1:
            for axis, length, letter in ((axes[3], LENGTH, "D"), (axes[4], TRAINED_LENGTH, "E")):
                draw_cells(axis, chosen, length, f"{letter}  Lists of {length}, {seeds} seeds in each cell", colors[1:])
            draw_effects(axes[5], effects(chosen), "F  Effects on the last six of 12", colors[0])
        for axis in axes:
            sns.despine(ax=axis)
        page.legend_of(axes)
        page.title("The essay's DNC. Dashed: random outputs. Bands and bars: 95% t intervals over trainings")
    return page.figure


def _curve(axis: Axes, curves: np.ndarray[Any, Any], color: Any, line: Any, label: str) -> None:
    """The mean of curves (trainings, positions) with its interval."""
    found = [over_trainings(values) for values in curves.T]
    x = np.arange(1, curves.shape[1] + 1)
    axis.plot(x, [each.mean for each in found], color=color, linestyle=line, linewidth=1.8, label=label)
    axis.fill_between(x, [each.low for each in found], [each.high for each in found], color=color, **BANDS)


def _recall_axis(axis: Axes, length: int, title: str) -> None:
    """Chance and labels of a panel of exact recall by position."""
    axis.axhline(chance(length), **CHANCE)
    axis.set(title=title, xlabel="Serial position", ylabel="Items that an output equals", ylim=(0, 1.03))
    axis.set_xticks(range(1, length + 1))


def _essay_curves(axis: Axes, curves: np.ndarray[Any, Any], color: Any, title: str) -> None:
    for curve in curves:
        axis.plot(range(1, len(curve) + 1), curve, color=color, linewidth=0.7, alpha=0.6)
    _curve(axis, curves, color, "-", "five trainings, mean")
    _recall_axis(axis, curves.shape[1], title)


def _lesions(axis: Axes, trainings: Sequence[Recalled], color: Any) -> None:
    for place, left in enumerate(LESIONS):
        recall = np.array([each.lesions[left].mean() for each in trainings])
        found = over_trainings(recall)
        axis.plot(place + np.linspace(-0.2, 0.2, len(recall)), recall, "o", color=color, markersize=4, alpha=0.7)
        axis.plot([place - 0.3, place + 0.3], [found.mean] * 2, color=color, linewidth=1.5)
        axis.fill_between([place - 0.3, place + 0.3], found.low, found.high, color=color, **BANDS)
    _recall_axis(axis, TRAINED_LENGTH, f"C  Reading at test, lists of {TRAINED_LENGTH}")
    axis.set_xticks(range(len(LESIONS)), LESIONS)
    axis.set_xlabel("")


def draw_cells(axis: Axes, table: pd.DataFrame, length: int, title: str, colors: Sequence[Any]) -> None:
    """Exact recall of lists of ``length`` in each of the four cells, with a colour for each length of training."""
    for (i, trained), (k, slots) in product(enumerate(TRAINED), enumerate(SLOTS)):
        curves = curves_of(table, trained, slots, length).to_numpy()
        _curve(axis, curves, colors[i % len(colors)], LINES[k], f"trained on lists to {trained}, {slots} slots")
    _recall_axis(axis, length, title)


def draw_effects(axis: Axes, table: pd.DataFrame, title: str, color: Any) -> None:
    """What longer lists in training and more slots do to the last six of 12 items."""
    rows = table[table["outcome"] == "last six"].iloc[::-1]
    places = np.arange(len(rows))
    low, high = rows["mean"] - rows["low"], rows["high"] - rows["mean"]
    axis.errorbar(rows["mean"], places, xerr=(low, high), fmt="o", color=color, markersize=4.5, elinewidth=1)
    axis.axvline(0, **CHANCE)
    names = [_SHORT.get(effect, effect) for effect in rows["effect"]]
    axis.set_yticks(places, names)
    axis.set(title=title, xlabel="Difference of recall")


def estimator_figure(
    trainings: Mapping[str, Recalled], people: Mapping[str, pd.Series], **drawing: Unpack[Drawing]
) -> Figure:
    """The essay's recall probability, and analyses of sampled recalls, beside people; ``drawing`` is as in
    :func:`memsim.analysis.target_figure`.
    """
    title = f"The essay's experiment: five trainings of a DNC, {CHAINS * LISTS:,} lists of {LENGTH}"
    return target_figure(_panels(trainings, people), title, **drawing)


def _panels(trainings: Mapping[str, Recalled], people: Mapping[str, pd.Series]) -> list[Panel]:
    positions = range(1, LENGTH + 1)
    published = pd.Series(FIRST, index=positions)
    as_published = {name: pd.Series(t.first_output, index=positions) for name, t in trainings.items()}
    corrected = {name: pd.Series(t.corrected, index=positions) for name, t in trainings.items()}

    def of(curve: str) -> dict[str, pd.Series]:
        return {name: t.curves[curve] for name, t in trainings.items()}

    first, essay, ten = "Probability of being first", "the essay's own weights", "people, 10 words"
    recall = people["serial_position_curve"]
    return [
        Panel("A  first output", "Serial position", first, published, as_published, essay),
        Panel("A  corrected (essay: uncorrected)", "Serial position", first, published, corrected, essay),
        Panel("B  on the scale of people's recall", "Serial position", "Probability", recall, as_published, ten, True),
        Panel("Serial position curve", "Serial position", "Probability of recall", recall,
              of("serial_position_curve"), ten, True),
        Panel("First recall", "Serial position", "Probability of first recall", people["probability_of_nth_recall"],
              of("probability_of_nth_recall"), ten, True),
        Panel("Lag-CRP", "Lag", "Conditional response probability", near_lags(people["lag_crp"]),
              {name: near_lags(curve) for name, curve in of("lag_crp").items()}, ten, True),
    ]  # fmt: skip
