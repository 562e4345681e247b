"""What a notebook shows of a value: a line of text, facts about it, and tables, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import isnan
from numbers import Integral, Real
from typing import Any, NamedTuple

ROWS = 10
"""Rows of a table that are shown; of longer tables it is said how many follow."""
_LEFT = ' style="text-align: left"'


class Table(NamedTuple):
    """The first rows of a table, and how many it has."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    n_rows: int


def html_of(heading: str, facts: Mapping[str, Any] | None = None, *tables: Any, note: str = "") -> str:
    """HTML of a value. All text is escaped.

    Parameters
    ----------
    heading : what it is, as ``repr`` says it.
    facts : what to know of it, by name; those without a value are left out.
    tables : data frames, or tables of text and numbers; empty ones are left out.
    note : a sentence below.
    """
    known = [(name, value) for name, value in (facts or {}).items() if value is not None and str(value)]
    parts = [f'<div class="tex2jax_ignore"><b>{escape(heading)}</b>']  # a dollar sign begins no formula
    if known:
        parts.append(f"<table>{''.join(_row((name, value), head=1) for name, value in known)}</table>")
    parts += [_table(table if isinstance(table, Table) else _head(table)) for table in tables]
    if note:
        parts.append(f"<p>{escape(note)}</p>")
    return "\n".join([part for part in parts if part] + ["</div>"])


def _head(frame: Any) -> Table:
    """The first rows of a data frame."""
    rows = list(frame.head(ROWS).itertuples(index=False, name=None))
    return Table([str(name) for name in frame.columns], rows, len(frame))


def _table(table: Table) -> str:
    columns, rows, n_rows = table
    if not rows:
        return ""
    numbers = [all(isinstance(row[place], Real) or row[place] is None for row in rows) for place in range(len(columns))]
    head = "".join(
        f"<th{'' if number else _LEFT}>{escape(str(name))}</th>" for name, number in zip(columns, numbers, strict=True)
    )
    body = "".join(_row(row, numbers=numbers) for row in rows)
    more = f"<p>{n_rows - len(rows):,} more rows</p>" if n_rows > len(rows) else ""
    return f'<div style="overflow-x: auto"><table><tr>{head}</tr>{body}</table></div>{more}'


def _row(values: Iterable[Any], numbers: Sequence[bool] | None = None, head: int = 0) -> str:
    cells = [
        f"<{'th' if place < head else 'td'}{'' if numbers and numbers[place] else _LEFT}>{escape(_text(value))}"
        f"</{'th' if place < head else 'td'}>"
        for place, value in enumerate(values)
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _text(value: Any) -> str:
    """Numbers in four digits, and nothing for a number that is missing."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return "" if type(value).__name__ == "NAType" else str(value)
    if isinstance(value, Integral):
        return f"{int(value):,}"
    return "" if isnan(value) else f"{float(value):.4g}"
