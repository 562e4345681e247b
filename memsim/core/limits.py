"""The largest numbers that memsim takes, so that a slip of the finger is an error at once and not a full memory.

All are far beyond what memory experiments need. The smallest is 1 unless ``LEAST`` says otherwise.
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

from memsim.core.errors import InputError
from memsim.core.names import shown

SEED = 2**63 - 1
LIST_LENGTH = 10_000
SECONDS = 10_000_000
"""Of one interval of a task: over a hundred days."""
CELLS = 100_000
"""Independent pieces of work in one call: models by tasks by seeds, units by starts."""
STUDIED = 50_000_000
"""Studied items in all lists of a matrix together, where only its list length says how many there are."""
LIST_PAIRS = 2_000_000_000
"""Lists that are drawn, times the square of their length, to which the memory of most models is proportional."""

MOST: Mapping[str, int] = {
    "n_trials": 1_000_000, "subjects": 100_000, "simulations": CELLS, "replications": CELLS, "starts": 10_000,
    "generations": 1_000_000, "samples": 1_000_000, "folds": 1_000_000, "workers": 1_000, "threads": 1_000,
    "iterations": 10_000_000, "list_length": LIST_LENGTH, "trial": 99_999, "seed": SEED, "seeds": 10_000,
    "n_items": 1_000_000, "n_bins": 10_000, "max_lag": 100_000, "draws": 1_000_000, "tune": 1_000_000, "chains": 1_000,
    "port": 65_535,
}  # fmt: skip
"""By the names of arguments and options."""
LEAST: Mapping[str, int] = {"seed": 0, "trial": 0, "folds": 2, "port": 0}

NETWORK: Mapping[str, int] = {
    "vector_size": 1024, "slots": 4096, "width": 1024, "heads": 64, "hidden": 4096, "layers": 8,
}  # fmt: skip
"""Sizes of networks."""
NETWORK_SIZE = 65_536
"""Any other size of a network."""
STATE_NUMBERS = 2**27
"""In the states of the lists that a network takes at a time, at the end of a trial: a gigabyte of double precision."""


def out_of_range(name: str, value: Any, least: int = 1) -> str:
    """What is wrong with a value that must be a whole number from ``least`` to ``MOST``; empty if nothing is."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or int(value) < least:
        rule = "above 0" if least == 1 else f"of at least {least}"
        return f"{name}={shown(value)} must be a whole number {rule}"
    if int(value) > MOST.get(name, int(value)):
        return f"{name}={shown(value)} must be at most {MOST[name]:,}; give a smaller number"
    return ""


def require_counts(who: str, **values: Any) -> None:
    """Raise :class:`InputError` unless all are whole numbers above 0, and no larger than ``MOST`` says."""
    for name, value in values.items():
        if problem := out_of_range(name, value):
            raise InputError(f"{who}: {problem}")


def require_seed(seed: Any) -> None:
    """Raise :class:`InputError` unless ``seed`` is a whole number from 0 to 2**63 - 1."""
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral) or not 0 <= int(seed) <= SEED:
        raise InputError(f"seed={shown(seed)} must be a whole number of at least 0, and at most {SEED}")


def require_cells(who: str, n_cells: int, counted: str) -> None:
    """Raise :class:`InputError` for more cells than one call may have; ``counted`` says what they are."""
    if n_cells > CELLS:
        raise InputError(
            f"{who}: {counted} make {n_cells:,} cells, more than {CELLS:,}, the most of one call; ask less"
        )
