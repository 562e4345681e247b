"""Tables as a user gives them."""

from __future__ import annotations

from typing import Any

from memsim.core.errors import InputError
from memsim.core.names import kind_of


def require_table(table: Any, who: str) -> None:
    """Raise :class:`InputError` unless ``table``, given to the function ``who``, is a data frame of pandas."""
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{who}: expected a table (pandas.DataFrame), as analyses return, got {kind_of(table)}")
