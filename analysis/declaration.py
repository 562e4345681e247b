"""What an analysis declares of itself: its function, its axes, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Analysis:
    """An analysis, with what a figure of it needs to know.

    Parameters
    ----------
    function : ``module:name`` of what takes :class:`memsim.Recalls` and gives a tidy frame per subject.
    x : the column along the horizontal axis; empty where there is one value for each subject.
    value : the column that is averaged over subjects.
    x_label, y_label : of the axes.
    style : ``curve`` and ``lags`` are lines, ``lags`` broken at 0 and shown to 5 either way; ``categories`` are points
        at named places; ``index`` is a point for each source; ``heat`` is a matrix of ``series`` by ``x``;
        ``raster`` shows every response.
    series : a column whose values, where the frame has it, get a line each (a row each, in ``heat``).
    panels : a column whose values get a panel each, with an axis of its own.
    whole : the analysis needs all lists of a participant, also those of other conditions, and is told by ``rows``
        which count.
    limits : of the vertical axis; NaN where the data decide.
    """

    function: str
    x: str
    x_label: str
    y_label: str
    style: Literal["curve", "lags", "categories", "index", "heat", "raster"] = "curve"
    value: str = "prob"
    series: str = ""
    panels: str = ""
    whole: bool = False
    limits: tuple[float, float] = (0.0, float("nan"))

    @property
    def run(self) -> Callable[..., pd.DataFrame]:
        """The function, imported."""
        module, _, name = self.function.partition(":")
        return getattr(import_module(module), name)

    @property
    def summary(self) -> str:
        """The first paragraph of the function's docstring, in one line."""
        return " ".join((self.run.__doc__ or "").partition("\n\n")[0].split())
