"""The long table of judgments: one row for each studied item, and for each probe."""

from __future__ import annotations

from typing import Any

import pandas as pd

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.origin import Origin
from memsim.core.trials import Trials


def write_judgment_table(trials: Trials, ratings: IntArray, times: FloatArray | None, origin: Origin) -> pd.DataFrame:
    """The long table of these judgments, list by list, study rows before probe rows."""
    raise InputError("judgments cannot be written yet")


def read_judgment_table(frame: pd.DataFrame, **options: Any) -> tuple[Trials, dict[str, Any], Origin]:
    """Trials, responses and origin of the long table of judgments."""
    raise InputError("judgments cannot be read yet")
