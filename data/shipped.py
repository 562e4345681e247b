"""Tables of human curves that ship with memsim, so that a comparison with people needs no download.

They are the results of :func:`memsim.analysis.curve_table` and :func:`memsim.analysis.summary_table` for the
trial-level data, by condition; ``examples/shipped_tables.py`` computes them.
"""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

from memsim.core.errors import InputError
from memsim.data.loading import find_dataset
from memsim.data.registered import DATASETS


def has_tables(name: str) -> bool:
    """Whether the curves and the summary of this data set ship with memsim."""
    return (files("memsim.data") / "tables" / f"{DATASETS.get(name).name}_curves.csv").is_file()


def load_curves(name: str, condition: str | None = None) -> pd.DataFrame:
    """The shipped curves of a data set: ``curve, x, mean, sem, low, high, n_subjects``.

    Raises
    ------
    UnknownNameError, InputError : no such data set or condition, or none of its curves ship with memsim.

    Examples
    --------
    >>> curves = load_curves("murdock1962", "20-1")
    >>> curves[curves.curve == "serial_position_curve"]["mean"].iloc[-1].round(2)
    np.float64(0.95)
    """
    return _load(name, condition, "curves")


def load_summary(name: str, condition: str | None = None) -> pd.DataFrame:
    """The shipped summary of a data set: ``statistic, mean, sem, low, high, n_subjects``."""
    return _load(name, condition, "summary")


def _load(name: str, condition: str | None, kind: str) -> pd.DataFrame:
    dataset, condition = find_dataset(name, condition)
    if not has_tables(dataset.name):
        raise InputError(f"no curves of {dataset.name} ship with memsim; compute them from load_dataset({name!r})")
    with (files("memsim.data") / "tables" / f"{dataset.name}_{kind}.csv").open("rb") as file:
        table = pd.read_csv(file)
    if "x" in table and not pd.api.types.is_numeric_dtype(table["x"]):  # one of the curves is over names
        numbers = pd.to_numeric(table["x"], errors="coerce")
        table["x"] = numbers.astype(object).where(numbers.notna(), table["x"])
    return table[table["condition"] == condition].drop(columns="condition").reset_index(drop=True)
