"""The result of a fit: estimates, how well it went, and its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from memsim.analysis.selection.criteria import aic, bic
from memsim.core.errors import DataError, InputError, ModelError, UnknownNameError
from memsim.core.files.given_paths import given_path
from memsim.core.files.written_files import write_file
from memsim.core.frozen import says_what_it_has
from memsim.core.gradient import LAPSES
from memsim.core.html_summary import html_of
from memsim.core.model import MemoryModel
from memsim.core.names import shown
from memsim.core.origin import Origin, origin_from_json
from memsim.core.position_model import Model
from memsim.fitting.model_records import require_model_of_record
from memsim.fitting.spec import FitSpec
from memsim.running.sealed import sealed, unsealed

FORMAT = "memsim fit 4"
NOT_A_FIT = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, IndexError)
"""What reading a file that is no fit may raise."""
TOLERANCE = {"exact": 0.05, "sampled": 0.05, "summary": 1e-3}
"""The largest difference between the two best starts of a converged fit, in log-likelihood or in distance."""


@says_what_it_has
@dataclass(frozen=True)
class UnitFit:
    """The fit to the lists of one subject, or of the whole group."""

    unit: str
    """Label of the subject, or ``group``."""
    estimates: dict[str, float]
    """Values of the free parameters, then of the tied ones."""
    value: float
    """Minus the log-likelihood, or the distance of curves."""
    counts: dict[str, int]
    """Numbers of lists and events (or points of curves) that were fitted, and of responses that were left out; with a
    shared stopping rule, ``n_hazards``, the number of its probabilities that the lists decide; with free criteria,
    ``n_criteria`` that the answers decide, and ``ratings_merged``, ratings that were never given."""
    starts: list[float]
    """The best value of each independent search."""
    evaluations: int
    at_bound: list[str]
    """Names of the parameters whose estimate lies at a bound of their range."""
    parts: dict[str, float] = field(default_factory=dict)
    """The parts of the log-likelihood, which sum to it: ``choice`` of items, ``termination`` (when to stop or to omit),
    ``intrusion`` and ``repeat``; empty for a fit to curves."""
    criteria: dict[str, list[float]] = field(default_factory=dict)
    """Free criteria between the ratings, in rising order, by the name of the data set, which is empty if there is one.
    Around a rating that was never given they are equal, or -1e9 or 1e9 at an end of the scale."""
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    """95% intervals by parameter, if asked for."""
    not_identified: list[str] = field(default_factory=list)
    """Names of the parameters that the judgments do not identify, by :func:`memsim.fitting.separation.not_identified`:
    other values, up to an end of their range or beyond, are as likely."""
    profiles: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Pairs of a parameter's value and the fall of the log-likelihood, the other parameters being optimised."""

    @property
    def spread(self) -> float:
        """The difference in value between the two best starts; NaN if there was one start."""
        return float(np.diff(sorted(self.starts)[:2])[0]) if len(self.starts) > 1 else float("nan")


@says_what_it_has
@dataclass(frozen=True)
class Fit:
    """What :func:`memsim.fit` found. :meth:`save` writes it as JSON, :meth:`load` reads it."""

    spec: FitSpec
    """What was fitted and how."""
    units: tuple[UnitFit, ...]
    intervals: Literal["profile", "robust", "bootstrap"] | None
    recalls_digest: str
    """The digest of the recalls that were fitted."""
    recalls_origin: Origin
    """Where the recalls came from."""
    versions: dict[str, str]
    """Versions of memsim and of the libraries used."""

    def __repr__(self) -> str:
        model, n = type(self.spec.model).__name__, len(self.units)
        value = "distance of curves" if self.kind == "summary" else f"log-likelihood {self.log_likelihood:,.1f}"
        return f"Fit({model} to {n} unit{'s' * (n != 1)}: {value}, {self.n_parameters} parameters)"

    def _repr_html_(self) -> str:
        facts = {
            "model": repr(self.spec.model),
            "free": ", ".join(self.spec.free),
            "recalls from": self.recalls_origin.words(),
            "BIC": self.bic,
            "converged": self._converged_in_words,
        }
        table = self.to_frame()
        shown = ["unit", *self.units[0].estimates, "log_likelihood", "distance", "at_bound"]
        return html_of(repr(self), facts, table[[name for name in shown if table[name].notna().any()]])

    @property
    def kind(self) -> Literal["exact", "sampled", "summary"]:
        """An exact likelihood, one sampled over study histories, or a distance of curves."""
        return self.spec.kind

    @property
    def log_likelihood(self) -> float:
        """The log-likelihood, summed over units; NaN for a fit to curves."""
        return -sum(unit.value for unit in self.units) if self.kind != "summary" else float("nan")

    @property
    def n_events(self) -> int:
        """Responses and stops that were scored, summed over units; 0 for a fit to curves."""
        return sum(unit.counts.get("n_events", 0) for unit in self.units)

    @property
    def n_parameters(self) -> int:
        """Number of free parameters, summed over units; see :meth:`n_parameters_of`."""
        return sum(self.n_parameters_of(unit) for unit in self.units)

    def n_parameters_of(self, unit: UnitFit) -> int:
        """Number of free parameters in the fit to a unit.

        The probabilities of a shared stopping rule count, one for each output position at which the lists decide it;
        they are as many for all models that score the same events. So do free criteria, but for those around
        ratings that were never given.
        """
        return len(self.spec.free) + unit.counts.get("n_hazards", 0) + unit.counts.get("n_criteria", 0)

    @property
    def aic(self) -> float:
        """Akaike's information criterion, summed over units; NaN for a fit to curves."""
        return aic(self.log_likelihood, self.n_parameters)

    @property
    def bic(self) -> float:
        """The Bayesian information criterion, summed over units, each with its own number of events."""
        if self.kind == "summary":
            return float("nan")
        return sum(bic(-unit.value, self.n_parameters_of(unit), unit.counts["n_events"]) for unit in self.units)

    @property
    def converged(self) -> bool:
        """Whether in every unit the two best starts agree, within .05 in log-likelihood (.001 in distance)."""
        return all(self._agree(unit) for unit in self.units)

    @property
    def _converged_in_words(self) -> str:
        if self.converged:
            return "yes"
        one = all(len(unit.starts) == 1 for unit in self.units)
        return "not known from one start" if one else "no: the two best starts differ"

    def _agree(self, unit: UnitFit) -> bool:
        return unit.spread <= TOLERANCE[self.kind]

    def open_ends(self, unit: UnitFit) -> dict[str, str]:
        """The parameters whose profile reaches a bound of their range, and on which side.

        The lists do not limit them there. A parameter that is open below and above is not identified.
        """
        ends, free = {}, self.spec.free
        for name in unit.profiles:
            (low, high), (least, most) = unit.intervals[name], free[name]
            sides = [side for side, there in (("below", low <= least), ("above", high >= most)) if there]
            if sides:
                ends[name] = " and ".join(sides)
        return ends

    def unit(self, name: str | None = None) -> UnitFit:
        """The fit to the unit of this name, or to the only unit."""
        chosen = [each for each in self.units if name is None or each.unit == str(name)]
        if len(chosen) != 1:
            known = ", ".join(each.unit for each in self.units)
            raise InputError(f"this fit has several units; unit={name!r} must name one of {known}")
        return chosen[0]

    def of(self, unit: str | None = None, **labels: Any) -> Model:
        """The model with the estimates of the unit of this name, or of the only unit.

        Parameters
        ----------
        labels : which lists are meant, where parameters vary between lists: ``fitted.of(list_type="immediate")``.

        Free criteria are not the model's: they are in :attr:`UnitFit.criteria`, and
        :func:`memsim.log_likelihood` and :func:`memsim.simulate` take them.

        Raises
        ------
        InputError : a unit or a label that is missing or unknown.
        """
        space = self.spec.space
        return space.at(space.places(self.unit(unit).estimates), labels)

    def to_frame(self) -> pd.DataFrame:
        """A row per unit: ``model, unit``, the estimates (with ``_low, _high``), and how well the fit went.

        ``lapse`` is there also where it is fixed. ``choice, termination, intrusion, repeat`` are the parts of the
        log-likelihood.
        Free criteria are ``criterion_1, ...``, and of several data sets ``criterion_1[name], ...``.
        ``log_likelihood, aic, bic`` are NaN for a fit to curves, and ``distance`` is NaN for others. ``spread`` and
        ``converged`` are explained at :class:`UnitFit` and :class:`Fit`. Where there are profiles, ``open_ends`` names
        the parameters that they leave open. ``not_identified`` is there if a unit has such parameters.
        """
        rows = []
        likely, unidentified = self.kind != "summary", any(unit.not_identified for unit in self.units)
        for unit in self.units:
            k = self.n_parameters_of(unit)
            log_likelihood = -unit.value if likely else np.nan
            bounds = {f"{name}_{end}": at for name, ends in unit.intervals.items()
                      for end, at in zip(("low", "high"), ends, strict=True)}  # fmt: skip
            rows.append({
                "model": type(self.spec.model).__name__, "unit": unit.unit,
                **unit.estimates, **_criteria_by_name(unit), **self._fixed_lapses, **bounds,
                "kind": self.kind, "log_likelihood": log_likelihood, "distance": np.nan if likely else unit.value,
                **unit.parts, "n_parameters": k, **unit.counts, "aic": aic(log_likelihood, k),
                "bic": bic(log_likelihood, k, unit.counts.get("n_events", np.nan)), "spread": unit.spread,
                "converged": self._agree(unit), "at_bound": ", ".join(unit.at_bound),
                **({"not_identified": ", ".join(unit.not_identified)} if unidentified else {}),
                **({"open_ends": "; ".join(f"{name} {side}" for name, side in self.open_ends(unit).items())}
                   if unit.profiles else {}),
                "evaluations": unit.evaluations,
            })  # fmt: skip
        return pd.DataFrame(rows)

    @property
    def _fixed_lapses(self) -> dict[str, float]:
        """The lapse of a response, where it is fixed, and that of a list, where it is fixed above 0."""
        fixed = {name: float(getattr(self.spec.model, name, 0)) for name in LAPSES if name not in self.spec.ties}
        varied = {term.name for term in self.spec.space.terms}
        if not isinstance(self.spec.model, MemoryModel):
            return {}
        return {name: value for name, value in fixed.items() if name not in varied and (value or name == LAPSES[0])}

    def save(self, path: str | Path) -> None:
        """Write the fit as JSON.

        Raises
        ------
        InputError : a model whose values JSON cannot hold; the file cannot be written; or a file is there that memsim
            did not write.
        """
        write_file(given_path(path, "Fit.save"), self.write)

    def write(self, path: Path) -> None:
        """:meth:`save` into a scratch file."""
        record = {
            "format": FORMAT, "spec": self.spec.to_json(), "units": [asdict(unit) for unit in self.units],
            "intervals": self.intervals, "recalls_digest": self.recalls_digest,
            "recalls_origin": self.recalls_origin.to_json(), "versions": self.versions,
        }  # fmt: skip
        path.write_text(sealed(record, indent=1, default=str), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path, model: type[Model] | Model | str | None = None) -> Fit:
        """Read what :meth:`save` wrote.

        Parameters
        ----------
        model : the class of the fitted model, or what names it, ``mine.py``, ``mine.py:MyModel`` or
            ``module:MyModel``; needed where that is not registered. Of a network with a core of your own, the model
            itself.
            No file that the fit names is ever run.

        Raises
        ------
        DataError : the file cannot be read, or is not a fit that memsim wrote.
        InputError : the model is not registered and not given, or has changed since the fit.
        """
        path = given_path(path, "Fit.load")
        require_model_of_record(model, "Fit.load")
        try:
            record = unsealed(path.read_bytes())
            if record.pop("format") != FORMAT:
                raise KeyError("format")
            spec = record.pop("spec")
            units = tuple(_unit(unit) for unit in record.pop("units"))
        except NOT_A_FIT as error:
            raise DataError(f"{path} is no fit that memsim wrote: {type(error).__name__}: {error}") from error
        try:
            origin = origin_from_json(record.pop("recalls_origin"))
            read = FitSpec.from_json(spec, model)
            if any(set(unit.estimates) != read.space.names for unit in units):
                raise ValueError(f"a unit has other estimates than of {', '.join(sorted(read.space.names))}")
            return cls(spec=read, units=units, recalls_origin=origin, **record)
        except (InputError, ModelError, UnknownNameError) as error:
            raise InputError(f"{path} cannot be loaded: {error}") from error
        except NOT_A_FIT as error:
            raise DataError(f"{path} is no fit that memsim wrote: {type(error).__name__}: {error}") from error


def _criteria_by_name(unit: UnitFit) -> dict[str, float]:
    """The free criteria of a unit as columns of a table."""
    return {
        f"criterion_{number}{f'[{name}]' if name else ''}": value
        for name, criteria in unit.criteria.items()
        for number, value in enumerate(criteria, 1)
    }


def _unit(record: Mapping[str, Any]) -> UnitFit:
    """A unit from JSON, with its pairs as tuples again."""
    types = {"unit": str, "value": int | float, "evaluations": int, "estimates": dict, "counts": dict, "starts": list,
             "at_bound": list, "parts": dict}  # fmt: skip
    for name, kind in types.items():
        if not isinstance(record[name], kind):
            raise ValueError(f"{name} of a unit is {shown(record[name])}")
    criteria = {str(name): list(each) for name, each in record.get("criteria", {}).items()}
    held = [
        *(value for each in criteria.values() for value in each),
        *record["estimates"].values(),
        *record["counts"].values(),
        *record["parts"].values(),
        *record["starts"],
    ]
    numbers = [record["value"], *held]
    whole = all(isinstance(each, float) or (isinstance(each, int) and abs(each) < 2**63) for each in numbers)
    if not whole or not record["starts"]:
        raise ValueError(f"the unit {shown(record['unit'])} holds what is no number")
    for key in ("at_bound", "not_identified"):
        names = record.get(key, [])
        if not isinstance(names, list) or not all(
            isinstance(each, str) and each in record["estimates"] for each in names
        ):
            raise ValueError(f"{key} of a unit is {shown(names)}")
    intervals = {name: (low, high) for name, (low, high) in record["intervals"].items()}
    profiles = {name: [(value, fall) for value, fall in curve] for name, curve in record["profiles"].items()}
    return UnitFit(**{**record, "criteria": criteria, "intervals": intervals, "profiles": profiles})
