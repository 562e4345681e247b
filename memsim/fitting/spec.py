"""The specification of a fit: which model, which parameters, what is optimised, and how it is searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

from memsim.analysis.registered import curves_of
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.limits import require_counts, require_seed
from memsim.core.position_model import Model, PositionModel
from memsim.core.recalls import Recalls
from memsim.fitting.model_records import model_from_json, model_to_json
from memsim.fitting.objectives import LikelihoodObjective, Objective, SummaryObjective
from memsim.fitting.space import Space
from memsim.models.lookup import given_model

SAMPLES, STARTS, GENERATIONS = 200, 3, 25
"""Defaults of every function that fits."""
N_TRIALS = 1000
"""Default number of lists that a model recalls for the distance of curves."""


@dataclass(frozen=True)
class FitSpec:
    """What is fitted and how: one value, from which a fit follows but for the recalls.

    Build it with :meth:`of`. A :class:`memsim.Fit` carries it, its file holds it, and the keys of the cache derive
    from it.

    Parameters
    ----------
    space : the model with its free parameters, their bounds, and ties.
    per : ``"group"``, one fit to all lists, or ``"subject"``, one fit to the lists of each subject.
    by : ``"likelihood"`` of every list; or ``"summary"``, the distance of curves, for any model that can simulate.
    weights : of the curves by name, for ``by="summary"``; ``None`` weights every curve of the task by 1.
    samples : study histories over which a sampled likelihood is averaged, the same at every place.
    n_trials : lists that the model recalls at every place, for ``by="summary"``.
    starts : independent searches.
    generations : of each search.
    seed : of searches, study histories and simulated lists.

    Raises
    ------
    InputError : an option with an unknown value, or one that does not apply to this fit.
    LikelihoodError : a likelihood is asked of a model that has none.
    """

    space: Space
    per: Literal["group", "subject"] = "group"
    by: Literal["likelihood", "summary"] = "likelihood"
    weights: Mapping[str, float] | None = None
    samples: int = SAMPLES
    n_trials: int = N_TRIALS
    starts: int = STARTS
    generations: int = GENERATIONS
    seed: int = 0

    def __post_init__(self) -> None:
        if self.weights is not None:
            object.__setattr__(self, "weights", dict(self.weights))
        for name, options in (("per", ("group", "subject")), ("by", ("likelihood", "summary"))):
            if getattr(self, name) not in options:
                raise InputError(f"fit: {name}={getattr(self, name)!r} is none of {', '.join(map(repr, options))}")
        require_counts(
            "fit", starts=self.starts, generations=self.generations, samples=self.samples, n_trials=self.n_trials
        )
        require_seed(self.seed)
        name = type(self.model).__name__
        if self.by == "likelihood":
            if isinstance(self.model, PositionModel) or self.model.likelihood == "none":
                raise LikelihoodError(f"{name} has no likelihood of a recall sequence; fit it by='summary', to curves")
            if self.weights is not None:
                raise InputError("fit: weights are of curves, and apply to by='summary' only")
            if self.n_trials != N_TRIALS:
                raise InputError(
                    f"fit: n_trials={self.n_trials} lists are simulated with by='summary' only; leave it out"
                )
        if self.samples != SAMPLES and self.kind != "sampled":
            raise InputError(
                f"fit: samples={self.samples} applies to a sampled likelihood, and this fit of {name} has none"
            )

    @classmethod
    def of(
        cls,
        model: Model | str,
        free: Sequence[str] | Mapping[str, tuple[float, float] | None] | None = None,
        ties: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> Self:
        """The specification of a fit of ``model``; ``free`` and ``ties`` as in :meth:`memsim.fitting.space.Space.of`.

        ``settings`` are the other fields of the class.
        """
        return cls(Space.of(given_model(model), free, ties), **settings)

    @property
    def model(self) -> Model:
        """The model, with the values of the parameters that are not free."""
        return self.space.model

    @property
    def free(self) -> dict[str, tuple[float, float]]:
        """Bounds of the free parameters by name."""
        return {axis.name: (axis.low, axis.high) for axis in self.space.axes}

    @property
    def ties(self) -> dict[str, str]:
        """Expressions of the tied parameters by name."""
        return dict(self.space.ties)

    @property
    def kind(self) -> Literal["exact", "sampled", "summary"]:
        """An exact likelihood, one sampled over study histories, or a distance of curves."""
        if self.by == "summary":
            return "summary"
        return "sampled" if self.model.likelihood == "sampled" else "exact"

    def objective(self, recalls: Recalls) -> Objective:
        """The function of the free parameters that a fit to these recalls minimises."""
        if self.by == "likelihood":
            return LikelihoodObjective(self.space, recalls, self.samples, self.seed)
        weights = self.weights
        if weights is None:
            weights = dict.fromkeys(curves_of(recalls.trials.paradigm), 1.0)
        return SummaryObjective(self.space, recalls, weights, self.n_trials, self.seed)

    def to_json(self) -> dict[str, Any]:
        """The specification as a JSON record."""
        settings = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "space"}
        return {"model": model_to_json(self.model), "free": self.free, "ties": self.ties, **settings}

    @classmethod
    def from_json(cls, record: Mapping[str, Any], model: type[Model] | None = None) -> Self:
        """The specification of a record; ``model`` as in :func:`memsim.fitting.model_records.model_from_json`."""
        settings = {name: value for name, value in record.items() if name not in ("model", "free", "ties")}
        free = {name: (low, high) for name, (low, high) in record["free"].items()}
        return cls.of(model_from_json(record["model"], model), free, record["ties"], **settings)


def specs_of(who: str, models: Mapping[str, Any], *, samples: int = SAMPLES, **settings: Any) -> dict[str, FitSpec]:
    """Specifications of fits of several models by likelihood.

    Parameters
    ----------
    who : the function, for messages.
    models : by name; one that is a specification already keeps its own settings.
    samples : for the models whose likelihood is sampled.
    settings : for all models.

    Raises
    ------
    InputError : settings that apply to no model.
    """
    plain = {name: model for name, model in models.items() if not isinstance(model, FitSpec)}
    sampled = {name for name, model in plain.items() if getattr(model, "likelihood", None) == "sampled"}
    if samples != SAMPLES and not sampled:
        raise InputError(f"{who}: samples={samples} applies to a sampled likelihood, and none of the models has one")
    found = {}
    for name, model in models.items():
        own: dict[str, Any] = {**settings, "samples": samples} if name in sampled else settings
        found[name] = model if isinstance(model, FitSpec) else FitSpec.of(model, **own)
    return found
