"""The options of readers: what a file of recalls does not say itself, and which formats take each option."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from memsim.core.errors import InputError
from memsim.core.listed_options import parts_of_text
from memsim.core.names import closest, require_mapping, require_one_of, shown

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm

FORMATS = {
    "table": "the long table of psifr",
    "bids": "BIDS events",
    "mat": "a MATLAB file",
    "egg": "an egg of quail",
    "matrix": "a recall matrix",
}
"""The formats of files, by the word that the option ``format`` has for each."""
MEANINGS = ("intrusion", "repetition", "no_response", "unknown")
"""What a code among serial positions can mean: see :attr:`ReaderOptions.codes`."""


class Declared(NamedTuple):
    """The declaration of an option: its name, kind of value, the formats that take it, and its help."""

    name: str
    kind: str
    """``text``, ``count``, ``texts``, ``pairs``, ``codes``, ``flag``, ``labels`` or ``task``."""
    formats: tuple[str, ...]
    help: str
    metavar: str


def option(kind: str, formats: str, help: str, metavar: str = "NAME") -> Any:
    """A field of :class:`ReaderOptions`; ``formats`` are words of :data:`FORMATS`, parted by spaces."""
    return field(default=None, metadata={"declared": (kind, tuple(formats.split()), help, metavar)})


@dataclass(frozen=True)
class ReaderOptions:
    """How a file of recalls is read; an option that is ``None`` was not given.

    Raises
    ------
    InputError : a value of another type than the option takes.
    """

    format: str | None = option(
        "text",
        "table bids mat egg matrix",
        "the format, where the suffix does not say it: table, bids, mat, egg or matrix",
    )
    paradigm: str | Paradigm | type[Paradigm] | None = option(  # noqa: RUF009
        "task", "table bids mat egg matrix", "the task that the people did, such as serial_recall; else free recall"
    )
    list_length: int | None = option(
        "count", "table bids mat egg matrix", "items in a list; only lists of this length are read", "ITEMS"
    )
    output_limit: int | None = option(
        "count", "table bids mat egg matrix", "responses after which the record of a list ended", "RESPONSES"
    )
    columns: Mapping[str, Any] | None = option(
        "pairs", "table bids mat matrix", "names of columns or fields in the file, as in list=trial", "ROLE=COLUMN"
    )
    category: str | None = option("text", "table bids egg", "the column with the category of the item", "COLUMN")
    source: str | None = option("text", "table", "the column with the source in which the item was studied", "COLUMN")
    conditions: Sequence[str] | None = option(
        "texts", "table bids mat matrix", "columns with the condition of the list", "COLUMN"
    )
    ratings: int | None = option(
        "count", "table", "of judgments: ratings of the scale, where the table does not say it", "RATINGS"
    )
    labels: Sequence[str] | None = option("texts", "table", "columns with labels of probes, in test rows", "COLUMN")
    model: str | None = option("text", "table", "the model whose rows are read; '' for the rows of people")
    task: str | None = option("text", "bids", "the task of BIDS to read, where the data set has several", "LABEL")
    trial_types: Mapping[str, Any] | None = option(
        "pairs", "bids", "names of kinds of events, as in study=WORD recall=REC_WORD", "KIND=NAME"
    )
    variable: str | None = option("text", "mat", "the struct with the matrices, such as data.full")
    session: Sequence[Any] | str | int | None = option("labels", "mat", "the sessions to read", "SESSION")
    leave_out: Sequence[str] | None = option(
        "texts", "mat", "fields that are not read, such as recalls or rec_itemnos", "FIELD"
    )
    codes: Mapping[Any, str] | None = option(
        "codes", "mat matrix", "what codes among serial positions mean, as in -2=repetition: intrusion, repetition, "
        "no_response or unknown", "CODE=MEANING",
    )  # fmt: skip
    wordpool: str | Path | Sequence[str] | Mapping[int, str] | None = option(  # noqa: RUF009
        "text", "mat matrix", "a file with the words to which item numbers refer", "FILE"
    )
    time_unit: str | None = option("text", "mat matrix", "unit of the times: s or ms", "UNIT")
    time: str | None = option("text", "egg", "the feature of recalled items that holds their time", "FEATURE")
    strict: bool | None = option(
        "flag", "bids mat matrix", "refuse contradictions, and a data set of which a file cannot be read"
    )

    def __post_init__(self) -> None:
        for declared in self.declared():
            value = getattr(self, declared.name)
            if value is not None:
                object.__setattr__(self, declared.name, _checked(declared, value))

    @classmethod
    def declared(cls) -> Iterator[Declared]:
        """The declarations of all options, in their order."""
        for each in fields(cls):
            yield Declared(each.name, *each.metadata["declared"])

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> ReaderOptions:
        """The options of these names and values.

        Raises
        ------
        InputError : no such option, or a value of another type than it takes.
        """
        require_mapping(given, "ReaderOptions.of", "{'list_length': 16}")
        names = [each.name for each in fields(cls)]
        if unknown := [name for name in given if name not in names]:
            raise InputError(
                f"there is no option {unknown[0]!r} for reading recalls{closest(unknown[0], names)} "
                f"There are: {', '.join(names)}."
            )
        return cls(**given)

    def given(self) -> dict[str, Any]:
        """The options that were given, by name."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name)) is not None}

    def for_format(self, name: str, where: str) -> dict[str, Any]:
        """The options that were given, as arguments of the reader of the format ``name``.

        Raises
        ------
        InputError : an option that does not apply to the format; the message names the formats that take it.
        """
        given = self.given()
        for declared in self.declared():
            if declared.name in given and name not in declared.formats:
                takers = " and ".join(FORMATS[each] for each in declared.formats)
                raise InputError(
                    f"{declared.name}={given[declared.name]!r} does not apply to {where}, which is "
                    f"{FORMATS.get(name, name)}; it is for {takers}"
                )
        return {each: value for each, value in given.items() if each != "format"}


def parse_option(declared: Declared, texts: Sequence[str]) -> Any:
    """The value of an option from the texts that a command line gives; its type is checked where it is used."""
    if declared.kind in ("pairs", "codes"):
        pairs: dict[str, Any] = {}
        for text in texts:
            name, sign, value = text.partition("=")
            if not sign or not name or not value:
                raise InputError(f"{declared.name} {text!r}: write {declared.metavar}")
            if name in pairs:
                raise InputError(f"{declared.name} {text!r}: {name} is given twice")
            pairs[name] = parts_of_text(value, f"{declared.name} {name}") if declared.name == "trial_types" else value
        return pairs
    if declared.kind == "labels":
        return [int(text) if text.isdecimal() else text for text in texts]
    if declared.kind == "texts":
        return list(texts)
    if declared.kind == "count":
        return int(texts[0]) if texts[0].isdecimal() and len(texts[0]) < 19 else texts[0]
    return texts[0]


def _checked(declared: Declared, value: Any) -> Any:
    """``value`` in the type of the option."""
    wrong = f"{declared.name}={shown(value)} must be "
    if declared.name == "wordpool":
        if not (isinstance(value, str | Path) or _all(str, value.values() if isinstance(value, Mapping) else value)):
            raise InputError(wrong + "a file, or words: in a list, or by their numbers")
        return value
    if declared.kind == "text" and not isinstance(value, str):
        raise InputError(wrong + "text")
    if declared.kind == "labels" and not (isinstance(value, str | Real) or _all(str | Real, value)):
        raise InputError(wrong + "text or a number, or a list of these")
    if declared.kind == "flag" and not isinstance(value, bool):
        raise InputError(wrong + "true or false")
    if declared.kind == "count" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise InputError(wrong + "a whole number of at least 1")
    if declared.kind == "texts":
        texts = [value] if isinstance(value, str) else value
        if not _all(str, texts):
            raise InputError(wrong + "text, or a list of texts")
        return list(texts)
    if declared.kind in ("pairs", "codes") and not isinstance(value, Mapping):
        raise InputError(wrong + f"a table of {declared.metavar}")
    if declared.kind == "codes":
        return checked_codes(value)
    if declared.kind == "task" and not isinstance(value, str):
        from memsim.core.trials import require_paradigm

        require_paradigm(value)
    if declared.name == "format":
        require_one_of(value, FORMATS, "format")
    return value


def _all(kind: Any, values: Any) -> bool:
    """Whether ``values`` are several of this kind, such as the texts of a list."""
    several = isinstance(values, Collection) and not isinstance(values, str | bytes | Mapping)
    return several and all(isinstance(each, kind) for each in values)


def checked_codes(codes: Mapping[Any, str]) -> dict[int, str]:
    """Meanings by whole number; a number may be given as text.

    Raises
    ------
    InputError : a code that is not a whole number, a meaning that is not one of :data:`MEANINGS`, or another meaning of
        0, which is that there is no response.
    """
    meant: dict[int, str] = {}
    if not isinstance(codes, Mapping):
        raise InputError(f"codes={codes!r} must be a table of CODE=MEANING, as in {{-2: 'repetition'}}")
    for code, meaning in codes.items():
        try:
            number = int(code)
            if number != float(code):
                raise ValueError
        except (TypeError, ValueError, OverflowError):
            raise InputError(
                f"codes: {code!r} is not a whole number; write CODE=MEANING, as in -2=repetition"
            ) from None
        if meaning not in MEANINGS:
            raise InputError(f"codes: {code}={meaning!r}: the meaning must be one of {', '.join(MEANINGS)}")
        if number == 0 and meaning != "no_response":
            raise InputError(f"codes: 0={meaning!r}: 0 always means that there is no response")
        meant[number] = meaning
    return meant
