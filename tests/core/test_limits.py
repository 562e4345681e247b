"""Numbers that are far too large are refused before memory or time is taken, from Python as from the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from memsim import ItemPool, simulate
from memsim.analysis import equal_bins, primacy_index, prior_list_intrusions
from memsim.core.errors import InputError
from memsim.models import TCM
from memsim.paradigms import FreeRecall

RECALLS = simulate(TCM(), FreeRecall(list_length=5).trials(4))
TAKERS: dict[str, Callable[[Any], Any]] = {
    "n_items": ItemPool.numbered,
    "n_bins": lambda value: equal_bins(np.ones((3, 3)), value),
    "max_lag": lambda value: prior_list_intrusions(RECALLS, value),
    "edge": lambda value: primacy_index(RECALLS, value),
}


@pytest.mark.parametrize(
    "value", [10**12, 10**30, 10**5000, -1, 2.5, "3", True], ids=lambda value: type(value).__name__
)
@pytest.mark.parametrize("name", TAKERS)
def test_numbers_out_of_range(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"{name}="):
        TAKERS[name](value)
