"""The specification of a Bayesian fit: which model, which parameters, which priors, and how it is sampled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from memsim.bayes.density import Density
from memsim.bayes.people import People
from memsim.bayes.priors import Prior, priors_of
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.limits import require_counts, require_seed
from memsim.core.model import MemoryModel
from memsim.core.position_model import Model
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import require_taken
from memsim.fitting.model_records import model_from_json, model_to_json
from memsim.fitting.space import Space
from memsim.models.lookup import given_model

DRAWS, TUNE, CHAINS = 1000, 1000, 4
TARGET_ACCEPT = 0.9


@dataclass(frozen=True)
class PosteriorSpec:
    """What is estimated and how: one value, from which a posterior follows but for the recalls. Build it with :meth:`of`.

    Parameters
    ----------
    space : the model with its free parameters, their bounds, and ties.
    priors : of the free parameters, in order.
    pooled : whether people are drawn from one population (a hierarchical model) or share nothing.
    correlated : whether the parameters may correlate over people.
    draws, tune : of each chain; those of tuning are not kept.
    chains : independent chains.
    target_accept : the mean acceptance for which the sampler adapts its steps; the higher, the smaller they are.
    seed : of starts and chains.

    Raises
    ------
    InputError : an option outside its range.
    LikelihoodError : the likelihood of the model is not exact.
    """

    space: Space
    priors: tuple[Prior, ...]
    pooled: bool = True
    correlated: bool = True
    draws: int = DRAWS
    tune: int = TUNE
    chains: int = CHAINS
    target_accept: float = TARGET_ACCEPT
    seed: int = 0

    def __post_init__(self) -> None:
        require_counts("posterior", draws=self.draws, tune=self.tune, chains=self.chains)
        require_seed(self.seed)
        if not (isinstance(self.target_accept, int | float) and 0.5 <= self.target_accept < 1):
            raise InputError(f"posterior: target_accept={self.target_accept!r} must be a number from 0.5 to below 1")
        if not isinstance(self.model, MemoryModel) or self.model.likelihood != "exact":
            raise LikelihoodError(
                f"posterior: {type(self.model).__name__} has no exact likelihood of a recall sequence, which the "
                "sampler needs; use a model that has one"
            )

    @classmethod
    def of(
        cls,
        model: Model | str,
        free: Sequence[str] | Mapping[str, tuple[float, float] | None] | None = None,
        ties: Mapping[str, str] | None = None,
        priors: Mapping[str, Sequence[float]] | None = None,
        **settings: Any,
    ) -> Self:
        """The specification for ``model``.

        Parameters
        ----------
        free : names of parameters, or bounds by name. If not given: those that the model's class lists as ``fitted``,
            and a lapse of single responses. A name without bounds has those of that list, or else its declared range.
        ties : as in :meth:`memsim.fitting.space.Space.of`.
        priors : by name, other priors than those declared; see :func:`memsim.bayes.priors.priors_of`.
        settings : the other fields of the class.
        """
        built = given_model(model)
        usual = dict(built.fitted)
        if free is None and usual:
            free = {**{name: bounds for name, bounds in usual.items() if name not in (ties or {})}, "lapse": None}
        elif free is not None:
            named = free if isinstance(free, Mapping) else dict.fromkeys([free] if isinstance(free, str) else free)
            free = {name: usual.get(name) if bounds is None else bounds for name, bounds in named.items()}
        space = Space.of(built, free, ties)
        return cls(space, priors_of(space, priors), **settings)

    @property
    def model(self) -> Model:
        """The model, with the values of the parameters that are not free."""
        return self.space.model

    @property
    def names(self) -> list[str]:
        """The free parameters."""
        return [prior.name for prior in self.priors]

    def density(self, recalls: Recalls) -> Density:
        """The log density of people's parameters given their recalls.

        Raises
        ------
        InputError : a list that holds an item twice, which the model does not take.
        """
        require_taken(self.space.model, recalls.trials)
        return Density(People(self.space, recalls), self.priors, self.correlated, self.pooled)

    def to_json(self) -> dict[str, Any]:
        """The specification as a JSON record; bounds that are open are ``None``."""
        settings = {name: getattr(self, name) for name in SETTINGS}
        free = {axis.name: (axis.low, axis.high) for axis in self.space.axes}
        priors = [
            {key: value if isinstance(value, str) or math.isfinite(value) else None for key, value in
             asdict(prior).items()} for prior in self.priors
        ]  # fmt: skip
        return {
            "model": model_to_json(self.model), "free": free, "ties": dict(self.space.ties), "priors": priors, **settings,
        }  # fmt: skip

    @classmethod
    def from_json(cls, record: Mapping[str, Any], model: type[Model] | None = None) -> Self:
        """The specification of a record; ``model`` as in :func:`memsim.fitting.model_records.model_from_json`."""
        free = {name: (low, high) for name, (low, high) in record["free"].items()}
        space = Space.of(model_from_json(record["model"], model), free, record["ties"])
        open_ends = {"low": -math.inf, "high": math.inf}
        priors = tuple(
            Prior(**{key: open_ends[key] if value is None else value for key, value in prior.items()})
            for prior in record["priors"]
        )
        return cls(space, priors, **{name: record[name] for name in SETTINGS})


SETTINGS = ("pooled", "correlated", "draws", "tune", "chains", "target_accept", "seed")
"""The fields beside model and priors."""
