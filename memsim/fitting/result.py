"""What a fit found: estimates, how well it went, and its file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from memsim.core.errors import DataError, InputError
from memsim.core.recalls import Recalls
from memsim.fitting.objectives import LikelihoodObjective, Objective, SummaryObjective
from memsim.fitting.space import Axis, Space

if TYPE_CHECKING:
    from memsim.core.position_model import Model

AGREE = 0.05
"""How near the two best starts must come to each other, in log-likelihood, for a fit to count as converged."""


@dataclass(frozen=True)
class UnitFit:
    """The fit to one subject, or to a group."""

    unit: str
    """Label of the subject, or ``group``."""
    estimates: dict[str, float]
    """Free parameters, then tied ones."""
    value: float
    """What was made small: minus the log-likelihood, or the distance of curves."""
    counts: dict[str, int]
    """Lists and events (or points of curves) that were fitted, and what was left out."""
    starts: list[float]
    """The best value of each independent search."""
    evaluations: int
    at_bound: list[str]
    """Estimates at the edge of their range."""
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    profiles: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Pairs of value and fall of the log-likelihood, the other parameters following; where profiles were asked for."""

    @property
    def spread(self) -> float:
        """How far the second-best start is from the best; NaN where there was one."""
        return float(np.diff(sorted(self.starts)[:2])[0]) if len(self.starts) > 1 else float("nan")


@dataclass(frozen=True)
class Fit:
    """What :func:`memsim.fit` found. Saved as JSON by :meth:`save`, and read again by :meth:`load`."""

    model: Model
    """With the values of the parameters that were not free."""
    free: dict[str, tuple[float, float]]
    """Bounds of the free parameters."""
    ties: dict[str, str]
    kind: Literal["exact", "sampled", "summary"]
    """An exact likelihood, one sampled over study histories, or a distance of curves."""
    units: tuple[UnitFit, ...]
    settings: dict[str, Any]
    provenance: dict[str, Any]

    @property
    def log_likelihood(self) -> float:
        """Summed over units; NaN for a fit to curves."""
        return -sum(unit.value for unit in self.units) if self.kind != "summary" else float("nan")

    @property
    def n_events(self) -> int:
        """Responses and stops that were scored, over units; 0 for a fit to curves."""
        return sum(unit.counts.get("n_events", 0) for unit in self.units)

    @property
    def n_parameters(self) -> int:
        """Free parameters of all units together."""
        return len(self.free) * len(self.units)

    @property
    def aic(self) -> float:
        """2 k - 2 log L, with k the free parameters of all units."""
        return 2 * self.n_parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """The sum of k log n - 2 log L, taken over units, with n the events of a unit."""
        if self.kind == "summary":
            return float("nan")
        return sum(len(self.free) * np.log(unit.counts["n_events"]) + 2 * unit.value for unit in self.units)

    @property
    def converged(self) -> bool:
        """Whether in every unit the two best starts agree, within .05 in log-likelihood (.001 in distance)."""
        return all(self._agree(unit) for unit in self.units)

    def _agree(self, unit: UnitFit) -> bool:
        return unit.spread <= (AGREE if self.kind != "summary" else 1e-3)

    def open_ends(self, unit: UnitFit) -> dict[str, str]:
        """Parameters whose profile reaches the edge of their range, on which side: the lists do not bound them there.

        A parameter that is open below and above is not identified.
        """
        ends = {}
        for name in unit.profiles:
            (low, high), (least, most) = unit.intervals[name], self.free[name]
            sides = [side for side, there in (("below", low <= least), ("above", high >= most)) if there]
            if sides:
                ends[name] = " and ".join(sides)
        return ends

    def unit(self, name: str | None = None) -> UnitFit:
        """The fit to a unit; to the only one if none is named."""
        chosen = [each for each in self.units if name is None or each.unit == str(name)]
        if len(chosen) != 1:
            known = ", ".join(each.unit for each in self.units)
            raise InputError(f"this fit has several units; unit={name!r} must name one of {known}")
        return chosen[0]

    def of(self, unit: str | None = None) -> Model:
        """The model with the estimates of a unit; of the only one if none is named."""
        return self.model.replace(**self.unit(unit).estimates)

    def to_frame(self) -> pd.DataFrame:
        """A row per unit: ``model, unit``, the estimates (with ``_low, _high``), and how well it went.

        ``log_likelihood, n_parameters, n_events, n_lists, aic, bic`` are NaN for a fit to curves, of which ``distance``
        is given; ``spread`` and ``converged`` are explained at :class:`UnitFit` and :class:`Fit`. Where there are
        profiles, ``open_ends`` names what they leave open.
        """
        rows = []
        for unit in self.units:
            likely = self.kind != "summary"
            k, n = len(self.free), unit.counts.get("n_events", 0)
            bounds = {f"{name}_{end}": at for name, ends in unit.intervals.items()
                      for end, at in zip(("low", "high"), ends, strict=True)}  # fmt: skip
            rows.append({
                "model": type(self.model).__name__, "unit": unit.unit, **unit.estimates, **bounds, "kind": self.kind,
                "log_likelihood": -unit.value if likely else np.nan, "distance": np.nan if likely else unit.value,
                "n_parameters": k, **unit.counts, "aic": 2 * k + 2 * unit.value if likely else np.nan,
                "bic": k * np.log(n) + 2 * unit.value if likely else np.nan, "spread": unit.spread,
                "converged": self._agree(unit), "at_bound": ", ".join(unit.at_bound),
                **({"open_ends": "; ".join(f"{name} {side}" for name, side in self.open_ends(unit).items())}
                   if unit.profiles else {}),
                "evaluations": unit.evaluations,
            })  # fmt: skip
        return pd.DataFrame(rows)

    def save(self, path: str | Path) -> None:
        """Write it as JSON."""
        told = {
            "memsim": "fit", "model": model_to_json(self.model), "free": self.free, "ties": self.ties,
            "kind": self.kind, "units": [asdict(unit) for unit in self.units], "settings": self.settings,
            "provenance": self.provenance,
        }  # fmt: skip
        Path(path).write_text(json.dumps(told, indent=1, default=str), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> Fit:
        """Read what :meth:`save` wrote; raises :class:`DataError` for another file."""
        try:
            told = json.loads(Path(path).read_text(encoding="utf-8"))
            if told.pop("memsim") != "fit":
                raise KeyError("memsim")
            units = [
                {**unit, "intervals": {name: tuple(ends) for name, ends in unit["intervals"].items()},
                 "profiles": {name: [tuple(pair) for pair in curve] for name, curve in unit["profiles"].items()}}
                for unit in told.pop("units")
            ]  # fmt: skip
            free = {name: tuple(bounds) for name, bounds in told.pop("free").items()}
            model = model_from_json(told.pop("model"))
            return cls(model=model, free=free, units=tuple(UnitFit(**unit) for unit in units), **told)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path} is no fit that memsim wrote: {type(error).__name__}: {error}") from error


def space_of(fitted: Fit) -> Space:
    """The space that a fit searched."""
    declared = {parameter.name: parameter for parameter in fitted.model.parameters()}
    axes = tuple(Axis.of(declared[name], bounds) for name, bounds in fitted.free.items())
    return Space(fitted.model, axes, fitted.ties)


def objective_of(fitted: Fit, space: Space, recalls: Recalls) -> Objective:
    """What a fit made small, on these recalls."""
    settings = fitted.settings
    if fitted.kind == "summary":
        return SummaryObjective(space, recalls, settings["weights"], settings["lists"], settings["seed"])
    return LikelihoodObjective(space, recalls, settings["samples"] or 1, settings["seed"])


def model_to_json(model: Model) -> dict[str, Any]:
    """A model as its class and its fields, for a file."""
    return {"module": type(model).__module__, "class": type(model).__name__, "values": model.values()}


def model_from_json(told: Mapping[str, Any]) -> Model:
    """The model again; its class must be one of memsim's, or registered by a plug-in."""
    from memsim.models.lookup import find_model

    _, found = find_model(told["class"])
    if not isinstance(found, type):
        raise InputError(f"{told['class']} is a preset and not a model")
    return found(**told["values"])
