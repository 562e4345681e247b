"""The file of the record of a benchmark: its format, its checksum, and what it must hold."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from memsim.core.errors import InputError
from memsim.core.files.strict_json import NOT_READ, read_json
from memsim.core.names import shown
from memsim.evaluation.ranking.pinned_set import BenchmarkSet
from memsim.running.sealed import sealed, unsealed

FORMAT = "memsim benchmark 3"
EARLIER = {
    "memsim benchmark 1": "no checksum, so that it is not known whether it is whole",
    "memsim benchmark 2": "no findings, so that a ranking cannot be compared with all of it",
}
"""Earlier formats, and what records in them do not have."""


class Rows(NamedTuple):
    """What each row of a table of a record holds."""

    what: str
    """What a row is, in words."""
    place: tuple[str, ...]
    """The columns of text by which a row is known."""
    said: dict[str, type]
    """Other columns that are no numbers, with their types."""
    numbers: tuple[str, ...]
    """Columns of numbers; ``None`` where they are not defined."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns."""
        return (*self.place, *self.said, *self.numbers)


TABLES = {
    "scores": Rows(
        "a score",
        ("task", "condition", "label"),
        {"reason": str},
        tuple(
            f"{name}{end}"
            for name in ("gain_total", "gain_choice", "gain_termination", "share_total")
            for end in ("", "_low", "_high")
        ),
    ),
    "findings": Rows(
        "a finding", ("task", "label", "finding"), {"counts": bool, "passes": bool}, ("value", "low", "high")
    ),
}
"""The tables of a record, with their rows; columns as in :class:`memsim.evaluation.ranking.whole.Ranking`."""
_ANY = ""
"""In a shape: each member of an object, whatever its name."""
_NUMBER = int | float
_SHAPE: dict[str, Any] = {
    "format": str,
    "set": {**{field.name: object for field in fields(BenchmarkSet)}, "name": str},
    "versions": {_ANY: str},
    "source_sha256": str,
    "people": {
        _ANY: {
            "training": str, "scored": str, "scored_people": [str], "n_training": {_ANY: int}, "n_scored": {_ANY: int},
        }
    },
    "models": {_ANY: {"class": str, "sha256": str}},
    "fits": {_ANY: {_ANY: {"estimates": {_ANY: _NUMBER}, "value": _NUMBER, "evaluations": int}}},
    **{
        name: [dict.fromkeys(rows.place, str) | rows.said | dict.fromkeys(rows.numbers, _NUMBER | None)]
        for name, rows in TABLES.items()
    },
}  # fmt: skip
_KINDS = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    _NUMBER: "a number",
    _NUMBER | None: "a number or null",
}


def record_text(record: dict[str, Any]) -> str:
    """The record as its file holds it, with the checksum of its content."""
    return sealed(record, indent=1)


def read_record(path: str | Path) -> dict[str, Any]:
    """The record in a file.

    Raises
    ------
    InputError : the file cannot be read; it is no record of a benchmark in this format; it has changed since memsim
        wrote it; or it lacks something, which the message names.
    """
    fix = "give the benchmark.json that memsim benchmark wrote"
    try:
        record = read_json(path)
        written = record.get("format") if isinstance(record, dict) else None
        if isinstance(written, str) and written in EARLIER:
            raise InputError(
                f"{path} is a record in the format {written!r} of an earlier memsim, which has {EARLIER[written]}; "
                f"rank its models again, which writes one in the format {FORMAT!r}"
            )
        if written != FORMAT:
            raise InputError(f"{path} is not a record in the format {FORMAT!r}; {fix}")
        record = unsealed(Path(path).read_bytes())
    except InputError:
        raise
    except NOT_READ as error:
        raise InputError(f"{path} is not the record of a benchmark: {error}; {fix}") from error
    if problem := _problem(record, _SHAPE, ""):
        raise InputError(f"{path} is not the record of a benchmark: {problem}; {fix}")
    for name in ("people", "models", "scores"):
        if not record[name]:
            raise InputError(f"{path} is not the record of a benchmark: its {name} are empty; {fix}")
    return record


def _problem(value: Any, shape: Any, at: str) -> str:
    """How ``value`` differs from ``shape``, a type, a list of one shape, or an object of shapes by name, or none."""
    if not isinstance(shape, dict | list):
        too_large = isinstance(value, int) and abs(value) >= 2**63
        of_kind = isinstance(value, shape) and isinstance(value, bool) == (shape is bool)
        fits = shape is object or (of_kind and not too_large)
        return "" if fits else f"{at} is {shown(value)}, and must be {_KINDS[shape]}"
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"{at} is {shown(value)}, and must be a list"
        parts = [(f"{at}[{number}]", each, shape[0]) for number, each in enumerate(value)]
    elif not isinstance(value, dict):
        return f"{at} is {shown(value)}, and must be an object"
    elif _ANY in shape:
        parts = [(_inside(at, name), each, shape[_ANY]) for name, each in value.items()]
    else:
        if absent := [name for name in shape if name not in value]:
            return f"it has no {_inside(at, absent[0])}"
        if further := [name for name in value if name not in shape]:
            return f"it has {_inside(at, further[0])}, which no record has"
        parts = [(_inside(at, name), value[name], each) for name, each in shape.items()]
    return next((found for place, each, inner in parts if (found := _problem(each, inner, place))), "")


def _inside(at: str, name: str) -> str:
    return f"{at}[{shown(name)}]" if at else name
