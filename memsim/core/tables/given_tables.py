"""Tables as a user gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from memsim.core.errors import InputError
from memsim.core.names import kind_of


def require_table(table: Any, who: str, columns: Sequence[str] = ()) -> None:
    """Raise :class:`InputError` unless ``table``, given to the function ``who``, is a data frame with these columns."""
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise InputError(f"{who}: expected a table (pandas.DataFrame), as analyses return, got {kind_of(table)}")
    if missing := [name for name in columns if name not in table.columns]:
        raise InputError(
            f"{who}: no column {', '.join(missing)}; the table has {', '.join(map(str, table.columns)) or 'none'}"
        )
