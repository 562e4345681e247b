"""Declared parameters: each is declared once, for constructors, checks, fits, tables and the command line."""

from __future__ import annotations

import dataclasses
import inspect
import math
import numbers
import sys
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from memsim.core.errors import InputError, ModelError
from memsim.core.frozen import says_what_it_has
from memsim.core.html_summary import Table, html_of
from memsim.core.names import closest, normalized, require_name, require_one_of, shown

_KEY = "memsim"
NOTHING = math.nan, math.nan
"""The span between whose ends no number lies."""
T = TypeVar("T", bound="Parameterized")
_DECLARED: WeakKeyDictionary[type[Parameterized], tuple[Parameter, ...]] = WeakKeyDictionary()
"""The parameters of each class, read from its fields once: a fit makes thousands of instances."""
_TAKEN: WeakKeyDictionary[type[Parameterized], frozenset[str] | None] = WeakKeyDictionary()
"""The fields that the constructor of each class takes, if it is that of a dataclass."""
_SPANS: WeakKeyDictionary[type[Parameterized], dict[str, tuple[float, float]]] = WeakKeyDictionary()
"""The fields of each class, with the real numbers that need no further check; empty for a class with its own checks."""


class Preset(NamedTuple):
    """A named set of parameter values, with a citation, ``"unverified"``, or ``"fitted here to ..."``.

    ``list_lengths`` are those of the lists to which the values were fitted; empty if they are not known, or where
    nothing was fitted. The others are the most seconds of distraction in these lists, by the names of a paradigm, where
    there was any.
    """

    values: Mapping[str, Any]
    source: str
    list_lengths: tuple[int, ...] = ()
    retention_interval: float = 0.0
    initial_distraction: float = 0.0
    inter_item_distraction: float = 0.0


@says_what_it_has
@dataclass(frozen=True)
class Parameter:
    """The declaration of one parameter: default, range, unit, symbol, meaning and citation.

    ``low`` and ``high`` are inclusive; ``None`` leaves that side open. A parameter whose value is one of a few words
    has ``options`` instead of a range. ``source`` is the citation of the default, ``"unverified"``, or
    ``"fitted here to ..."``. ``prior`` is what a Bayesian fit assumes of the parameter before it sees data: its median,
    and its standard deviation on the scale of :mod:`memsim.bayes.priors`, which also has the rule for parameters
    that declare none.
    """

    name: str
    default: Any
    low: float | None = None
    high: float | None = None
    unit: str = ""
    symbol: str = ""
    doc: str = ""
    source: str = ""
    options: tuple[str, ...] = ()
    integer: bool = False
    optional: bool = False
    text: bool = False
    flag: bool = False
    prior: tuple[float, float] | None = None

    @cached_property
    def span(self) -> tuple[float, float]:
        """The least and the largest real number that needs no further check; none is between NaN and NaN."""
        if self.options or self.text or self.flag or self.integer:
            return NOTHING
        least, most = -sys.float_info.max, sys.float_info.max
        return least if self.low is None else self.low, most if self.high is None else self.high

    @property
    def range(self) -> str:
        """The permitted values, as text: ``[0, 1]``, ``post | pre``."""
        if self.options:
            return " | ".join(self.options)
        if self.text:
            return "text"
        if self.flag:
            return "true | false"
        low = "-inf" if self.low is None else f"{self.low:g}"
        high = "inf" if self.high is None else f"{self.high:g}"
        return f"[{low}, {high}]"

    def parse(self, given: str) -> Any:
        """The value of a text from the command line; the constructor checks it further."""
        if self.optional and given.lower() == "none":
            return None
        if self.options or self.text:
            return given
        if self.flag:
            if given.lower() not in ("true", "false"):
                raise InputError(f"{self.name}={given!r} must be true or false")
            return given.lower() == "true"
        try:
            return int(given) if self.integer else float(given)
        except ValueError:  # no number, or one of thousands of digits
            kind = "a whole number" if self.integer else "a number"
            raise InputError(f"{self.name}={shown(given)} is not {kind}") from None

    def check(self, value: Any, owner: str) -> Any:
        """``value`` as a plain Python value; :class:`InputError` if it breaks the declaration of ``owner``."""
        if value is None and self.optional:
            return None
        what = f"{owner}: {self.name}={shown(value)}"
        if self.options:
            require_one_of(value, self.options, f"{owner}: {self.name}")
            return value
        if self.text:
            if not isinstance(value, str):
                raise InputError(f"{what} must be text")
            return value
        if self.flag:
            if not isinstance(value, bool | np.bool_):
                raise InputError(f"{what} must be True or False")
            return bool(value)
        if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
            raise InputError(f"{what} must be a number in {self.range}")
        if not _finite(value) or (self.integer and value != int(value)):
            raise InputError(f"{what} must be a {'whole' if self.integer else 'finite'} number in {self.range}")
        too_low = self.low is not None and value < self.low
        too_high = self.high is not None and value > self.high
        if too_low or too_high:
            unit = f" {self.unit}" if self.unit else ""
            raise InputError(f"{what}{unit} is outside its range {self.range}")
        return int(value) if self.integer else float(value)


def _finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no floating-point number can hold
        return False


def parameter(
    default: Any,
    low: float | None = None,
    high: float | None = None,
    *by_position: str,
    unit: str = "",
    symbol: str = "",
    doc: str = "",
    source: str = "",
    integer: bool | None = None,
    prior: tuple[float, float] | None = None,
) -> Any:
    """Declare a numeric parameter as a field of a frozen dataclass.

    Everything after ``high`` is given by keyword. Models that give ``unit, symbol, doc, source`` in this order, without
    their names, still run, with a warning.

    Parameters
    ----------
    default : the default value. A whole number declares a parameter of whole numbers unless ``integer=False``;
        ``None`` declares a parameter that may be left unset.
    low, high : inclusive bounds; ``None`` leaves that side open.
    unit, symbol, doc : unit, symbol in the publication, and meaning; tables, messages and help show them.
    source : citation of the default, or ``"unverified"``, or ``"fitted here to ..."``.
    integer : whether the parameter is a whole number; by default, whether ``default`` is one.
    prior : median, and standard deviation on the scale of :mod:`memsim.bayes.priors` (log odds of the place in a
        range with two bounds, the logarithm above one bound), for Bayesian fits.

    Examples
    --------
    >>> @dataclass(frozen=True)
    ... class Decay(Parameterized):
    ...     rate: float = parameter(0.5, 0, 1, symbol="λ", doc="share lost each second")
    >>> Decay(rate=0.2)
    Decay(rate=0.2)
    """
    if isinstance(default, bool):
        raise ModelError(f"parameter({default}) declares a number; flag({default}) declares what is true or false")
    for name, value in {"default": default, "low": low, "high": high}.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, numbers.Real)):
            raise ModelError(
                f"parameter: {name}={shown(value)} must be a number; choice() declares one of several texts"
            )
    if low is not None and high is not None and not low <= high:
        raise ModelError(f"parameter: low={low:g} lies above high={high:g}; exchange them")
    if integer is None:
        integer = isinstance(default, int)
    info: dict[str, Any] = {"low": low, "high": high, "unit": unit, "symbol": symbol, "doc": doc, "source": source}
    if by_position:
        described = dict(zip(("unit", "symbol", "doc", "source"), by_position, strict=False))
        keywords = ", ".join(f"{name}={value!r}" for name, value in described.items())
        warnings.warn(f"parameter(): write {keywords}, each by its name", FutureWarning, stacklevel=2)
        info |= described
    if prior is not None:
        _require_prior(prior, low, high)
    info |= {"integer": integer, "optional": default is None, "prior": prior}
    return dataclasses.field(default=default, metadata={_KEY: info})


def _require_prior(prior: tuple[float, float], low: float | None, high: float | None) -> None:
    median, spread = prior
    inside = (low is None or low < median) and (high is None or median < high)
    if not (inside and math.isfinite(median) and math.isfinite(spread) and spread > 0):
        raise ModelError(f"prior={prior!r} must be a median between {low} and {high}, and a spread above 0")


def choice(default: str, options: tuple[str, ...], doc: str = "", source: str = "") -> Any:
    """Declare a parameter whose value is one of the ``options``, as a field of a frozen dataclass."""
    if isinstance(options, str) or not isinstance(options, Iterable) or default not in (options := tuple(options)):
        raise ModelError(
            f"choice({shown(default)}, {shown(options)}): give the options as a tuple, the default among them"
        )
    return dataclasses.field(default=default, metadata={_KEY: {"options": options, "doc": doc, "source": source}})


def flag(default: bool, doc: str = "", source: str = "") -> Any:
    """Declare a parameter that is true or false, as a field of a frozen dataclass."""
    if not isinstance(default, bool):
        raise ModelError(f"flag({default!r}) must be True or False")
    return dataclasses.field(default=default, metadata={_KEY: {"flag": True, "doc": doc, "source": source}})


def text(default: str, doc: str = "", source: str = "") -> Any:
    """Declare a parameter that is any text, such as the name of a file, as a field of a frozen dataclass."""
    return dataclasses.field(default=default, metadata={_KEY: {"text": True, "doc": doc, "source": source}})


@says_what_it_has
@dataclass(frozen=True)
class Parameterized:
    """A frozen dataclass whose fields are declared with :func:`parameter` and checked by the constructor."""

    presets: ClassVar[Mapping[str, Preset]] = {}
    """Further published or fitted sets of values, by name."""
    citation: ClassVar[str] = ""
    """The full reference of the publication to cite."""
    baseline: ClassVar[bool] = False
    """Whether ``memsim run`` shows it only on request: a baseline, or a model that equals another one."""
    presets_are_models: ClassVar[bool] = False
    """Whether each preset is a model of its own, such as a network with other weights, and not other values of one."""
    fitted: ClassVar[Mapping[str, tuple[float, float] | None]] = {}
    """The parameters that a fit leaves free by default, with bounds where the range is too wide to search; all
    numeric parameters if empty."""
    ties: ClassVar[Mapping[str, str]] = {}
    """Parameters that follow from others by default: arithmetic expressions by name."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for base in cls.__bases__:
            if vars(base).get("__final__", False):
                raise ModelError(
                    f"{cls.__name__} is a subclass of {base.__name__}, which is final: its fast computations "
                    f"assume its steps. Derive from {base.__bases__[0].__name__}, or copy {base.__name__}"
                )

    def __new__(cls, *values: Any, **fields: Any) -> Self:
        """A new instance; :class:`InputError` for a field that the class does not have."""
        if cls not in _TAKEN:
            _TAKEN[cls] = _taken(cls)
        if fields and (taken := _TAKEN[cls]) is not None and not fields.keys() <= taken:
            _require_known(cls, fields)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        cls = type(self)
        for declared in self.parameters():
            value = getattr(self, declared.name)
            low, high = declared.span
            if type(value) is not float or not low <= value <= high:  # a fit makes thousands of instances
                object.__setattr__(self, declared.name, declared.check(value, cls.__name__))

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """The declared parameters, in order; those that every model of the kind has come last."""
        if cls not in _DECLARED:
            _DECLARED[cls] = tuple(
                Parameter(name=field.name, default=field.default, **field.metadata[_KEY])
                for field in sorted(dataclasses.fields(cls), key=lambda field: bool(field.kw_only))
                if _KEY in field.metadata
            )
        return _DECLARED[cls]

    @classmethod
    def preset(cls, name: str) -> Self:
        """An instance with the values of a preset; the error for an unknown name offers the closest one."""
        require_name(name, f"a preset of {cls.__name__}", next(iter(cls.presets), "name"))
        name = next((known for known in cls.presets if normalized(known) == normalized(name)), name)
        if name not in cls.presets:
            have = ", ".join(cls.presets) or "none"
            raise InputError(f"{cls.__name__} has no preset {name!r}{closest(name, cls.presets)} It has: {have}.")
        return build(cls, dict(cls.presets[name].values))

    def _repr_html_(self) -> str:
        columns = ("parameter", "symbol", "value", "range", "unit", "meaning", "source")
        rows = [
            (each.name, each.symbol, getattr(self, each.name), each.range, each.unit, each.doc, each.source)
            for each in self.parameters()
        ]
        what = (inspect.getdoc(type(self)) or "").partition("\n")[0]
        facts = {"what it is": what, "published by": getattr(self, "citation", "")}
        return html_of(type(self).__name__, facts, Table(columns, rows, len(rows)))

    def values(self) -> dict[str, Any]:
        """The values of the parameters by name, in the order of declaration."""
        return {declared.name: getattr(self, declared.name) for declared in self.parameters()}

    def form(self) -> str:
        """The variant: the values of the parameters that are words or flags, as in ``rule=power, order=random``."""
        return ", ".join(f"{p.name}={getattr(self, p.name)}" for p in self.parameters() if p.options or p.flag)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; the error for an unknown name offers the closest one."""
        spans = type(self)._spans()
        if spans:
            for name, value in changes.items():
                low, high = spans.get(name, NOTHING)
                if type(value) is not float or not low <= value <= high:
                    break
            else:  # nothing that a check could refuse: fits come here thousands of times
                copied, own = object.__new__(type(self)), vars(self)
                vars(copied).update({name: own[name] for name in spans}, **changes)
                return copied
        _require_known(type(self), changes)
        return dataclasses.replace(self, **changes)

    @classmethod
    def set_elsewhere(cls, name: str, value: Any) -> str:
        """The end of a sentence that says where ``name``, which is no parameter, is set to ``value`` instead.

        Empty if nowhere.
        """
        return ""

    @classmethod
    def _spans(cls) -> dict[str, tuple[float, float]]:
        if cls not in _SPANS:
            declared = {each.name: each.span for each in cls.parameters()}
            plain = cls.__post_init__ is Parameterized.__post_init__ and "__slots__" not in vars(cls)
            _SPANS[cls] = (
                {each.name: declared.get(each.name, NOTHING) for each in dataclasses.fields(cls)} if plain else {}
            )
        return _SPANS[cls]


def _taken(cls: type[Parameterized]) -> frozenset[str] | None:
    """The names that the constructor of ``cls`` takes; ``None`` of one that takes any, or is the class's own."""
    undecorated = [name for name, value in vars(cls).items() if isinstance(value, dataclasses.Field)]
    if undecorated:
        raise ModelError(
            f"{cls.__name__} declares {', '.join(undecorated)} but is not a dataclass: "
            "put @dataclass(frozen=True) above the class"
        )
    says_what_it_has(cls)
    parameters = inspect.signature(cls.__init__).parameters
    fields = frozenset(field.name for field in dataclasses.fields(cls) if field.init)
    return fields if fields == parameters.keys() - {"self"} else None


def build(cls: type[T], values: dict[str, Any]) -> T:
    """An instance of ``cls`` from named values; the error for an unknown name offers the closest one."""
    _require_known(cls, values)
    return cls(**values)


def _require_known(cls: type[Parameterized], values: Mapping[str, Any]) -> None:
    fields = sorted(dataclasses.fields(cls), key=lambda field: bool(field.kw_only))
    known = [field.name for field in fields if field.init]
    for name, value in values.items():
        if name not in known:
            have = ", ".join(known) or "none"
            hint = cls.set_elsewhere(name, value) or closest(name, known)
            raise InputError(f"{cls.__name__} has no parameter {name!r}{hint} It has: {have}.")
