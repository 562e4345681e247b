"""The specification of a Bayesian fit: which model, which parameters, which priors, and how it is sampled."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from memsim.bayes.density import Density, Guide
from memsim.bayes.people import People
from memsim.bayes.priors import Prior, priors_of
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.flags import require_flags
from memsim.core.limits import require_counts, require_seed
from memsim.core.loop import require_model
from memsim.core.model import MemoryModel
from memsim.core.names import require_mapping, require_one_of
from memsim.core.position_model import Model
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import require_taken
from memsim.core.study_order import warn_of_order
from memsim.fitting.model_records import model_from_json, model_to_json
from memsim.fitting.shared_stopping import fitted_hazard
from memsim.fitting.space import Free, Space, by_name, usual_free
from memsim.fitting.spec import LAPSE_RANGE
from memsim.fitting.terms import require_constant
from memsim.models.lookup import given_model

DRAWS, TUNE, CHAINS = 1000, 500, 4
TARGET_ACCEPT = 0.8
SIMULATIONS = 10_000
By = Literal["likelihood", "simulation"]


@dataclass(frozen=True)
class PosteriorSpec:
    """What is estimated and how: one value, from which a posterior follows but for the recalls.

    Build it with :meth:`of`.

    Parameters
    ----------
    space : the model with its free parameters, their bounds, and ties.
    priors : of the free parameters, in order.
    by : ``"likelihood"``, whose gradient a sampler follows; or ``"simulation"``, for models without an exact
        likelihood (:mod:`memsim.bayes.simulation_based`).
    pooled : whether people are drawn from one population (a hierarchical model) or share nothing; by simulation they
        share nothing.
    correlated : whether the parameters may correlate over people.
    draws, tune : of each chain; those of tuning are not kept. By simulation, ``draws`` are of each network.
    chains : independent chains; by simulation, networks that learn independently.
    simulations : by simulation, the simulated subjects from whom each network learns.
    target_accept : the mean acceptance for which the sampler adapts its steps; the higher, the smaller they are.
    seed : of starts and chains.
    stopping : ``"own"``, the stopping rule of the model; or ``"shared"``, a descriptive one, fitted to all lists
        (:func:`memsim.fitting.shared_stopping.fitted_hazard`), so that posteriors are of choices alone.

    Raises
    ------
    InputError : an option outside its range, or one that does not apply.
    LikelihoodError : the likelihood of the model is not exact and ``by`` is ``"likelihood"``, or the model does not
        even simulate recalls.
    """

    space: Space
    priors: tuple[Prior, ...]
    by: By = "likelihood"
    pooled: bool = True
    correlated: bool = True
    draws: int = DRAWS
    tune: int = TUNE
    chains: int = CHAINS
    simulations: int = SIMULATIONS
    target_accept: float = TARGET_ACCEPT
    seed: int = 0
    stopping: Literal["own", "shared"] = "own"

    def __post_init__(self) -> None:
        counts = {name: getattr(self, name) for name in ("draws", "tune", "chains", "simulations")}
        require_counts("posterior", **counts)
        require_flags("posterior", pooled=self.pooled, correlated=self.correlated)
        require_seed(self.seed)
        if not (isinstance(self.target_accept, int | float) and 0.5 <= self.target_accept < 1):
            raise InputError(f"posterior: target_accept={self.target_accept!r} must be a number from 0.5 to below 1")
        require_one_of(self.stopping, ("own", "shared"), "posterior: stopping")
        if self.space.variables:
            raise InputError(
                f"posterior: parameters that vary with {', '.join(self.space.variables)} are for fit; here every "
                "subject has one value of each"
            )
        require_way(self.model, self.by)
        if self.by == "simulation" and self.pooled:
            raise InputError(
                "posterior: by simulation each subject has a posterior alone and there is no population; leave pooled "
                "out or give pooled=False, or use a model with an exact likelihood"
            )
        for name, default in ELSEWHERE[self.by].items():
            if getattr(self, name) != default:
                other = "simulation" if self.by == "likelihood" else "likelihood"
                raise InputError(
                    f"posterior: {name}={getattr(self, name)!r} is an option of by={other!r}, but this is "
                    f"by={self.by!r}; leave it out"
                )

    @classmethod
    def of(
        cls,
        model: Model | str,
        free: Free | None = None,
        ties: Mapping[str, str] | None = None,
        priors: Mapping[str, Sequence[float]] | None = None,
        *,
        by: By | None = None,
        pooled: bool | None = None,
        **settings: Any,
    ) -> Self:
        """The specification for ``model``.

        Parameters
        ----------
        free : names of parameters, or bounds by name. If not given: those that the model's class lists as ``fitted``,
            and a lapse of single responses. A name without bounds has those of that list, or else its declared range;
            lapses are within (.0001, .25), as in :func:`memsim.fit`. With a shared stopping rule the parameters that
            only decide when to stop are not free, and the rule of retrieved-context models is off (``stop_base=0``), so
            that predictions stop by the shared rule alone.
        ties : as in :meth:`memsim.fitting.space.Space.of`.
        priors : by name, other priors than those declared; see :func:`memsim.bayes.priors.priors_of`.
        by : by the likelihood where it is exact, else by simulation, if not given.
        pooled : by the likelihood people are of one population, and by simulation they share nothing, if not given.
        settings : the other fields of the class.
        """
        require_constant("posterior", free)
        if ties is not None:
            require_mapping(ties, "posterior: ties", "{'stop_growth': 'stop_base * 2'}")
        if priors is not None:
            require_mapping(priors, "posterior: priors", "{'context_drift': (0.5, 1.0)}")
        built = given_model(model)
        by = usual_way(built) if by is None else by
        pooled = by == "likelihood" if pooled is None else pooled
        require_way(built, by)
        if settings.get("stopping") == "shared" and "stop_base" in getattr(built, "termination_parameters", ()):
            built = built.replace(stop_base=0.0)
        usual = usual_free(built, built.ties if ties is None else ties)
        if free is None:
            if isinstance(built, MemoryModel):
                ends = built.termination_parameters if settings.get("stopping") == "shared" else ()
                usual = {name: bounds for name, bounds in usual.items() if name not in ends}
            free = usual if getattr(built, "mixes_lapses", True) else {**usual, "lapse": LAPSE_RANGE}
        usual = {"lapse": LAPSE_RANGE, "list_lapse": LAPSE_RANGE, **built.fitted}
        chosen = {name: usual.get(name) if how is None else how for name, how in by_name(free).items()}
        space = Space.of(built, chosen, ties)
        found = priors_of(space, priors, whole_numbers=by == "simulation")
        return cls(space, found, by=by, pooled=pooled, **settings)

    @property
    def model(self) -> Model:
        """The model, with the values of the parameters that are not free."""
        return self.space.model

    @property
    def names(self) -> list[str]:
        """The free parameters."""
        return [prior.name for prior in self.priors]

    def density(self, recalls: Recalls, guide: Guide | None = None) -> Density:
        """The log density of people's parameters given their recalls, in the coordinates of ``guide``.

        Raises
        ------
        InputError : a list that holds an item twice, which the model does not take.
        """
        require_taken(self.space.model, recalls.trials)
        warn_of_order(self.space.model, recalls)
        model = self.model
        assert isinstance(model, MemoryModel)
        hazard = fitted_hazard(recalls, model.repeats, model.intrusions) if self.stopping == "shared" else None
        return Density(People(self.space, recalls, hazard), self.priors, self.correlated, self.pooled, guide)

    def to_json(self) -> dict[str, Any]:
        """The specification as a JSON record; bounds that are open are ``None``."""
        settings = {name: getattr(self, name) for name in SETTINGS}
        free = {axis.name: (axis.low, axis.high) for axis in self.space.axes}
        priors = [
            {key: value if isinstance(value, str) or math.isfinite(value) else None for key, value in
             asdict(prior).items()} for prior in self.priors
        ]  # fmt: skip
        return {
            "model": model_to_json(self.model), "free": free, "ties": dict(self.space.ties), "priors": priors,
            **settings,
        }  # fmt: skip

    @classmethod
    def from_json(cls, record: Mapping[str, Any], model: type[Model] | Model | str | None = None) -> Self:
        """The specification of a record; ``model`` as in :func:`memsim.fitting.model_records.model_from_json`."""
        free = {name: (low, high) for name, (low, high) in record["free"].items()}
        space = Space.of(model_from_json(record["model"], model), free, record["ties"])
        open_ends = {"low": -math.inf, "high": math.inf}
        priors = tuple(
            Prior(**{**prior, **{key: end for key, end in open_ends.items() if prior[key] is None}})
            for prior in record["priors"]
        )
        return cls(space, priors, **{name: record[name] for name in SETTINGS if name in record})


def usual_way(model: Model) -> By:
    """How posteriors of this model are found if it is not said."""
    exact = isinstance(model, MemoryModel) and model.likelihood == "exact"
    return "likelihood" if exact else "simulation"


def require_way(model: Model, by: By) -> None:
    """Raise an error of memsim unless posteriors of this model can be found so."""
    require_one_of(by, ("likelihood", "simulation"), "posterior: by")
    require_model(model)
    if by == "likelihood" and usual_way(model) != "likelihood":
        raise LikelihoodError(
            f"posterior: {type(model).__name__} has no exact likelihood of a recall sequence, which the sampler needs; "
            "give by='simulation', which needs none"
        )


SETTINGS = (
    "by", "pooled", "correlated", "draws", "tune", "chains", "simulations", "target_accept", "seed", "stopping"
)  # fmt: skip
"""The fields beside model and priors."""
ELSEWHERE: Mapping[By, Mapping[str, Any]] = {
    "likelihood": {"simulations": SIMULATIONS},
    "simulation": {"correlated": True, "tune": TUNE, "target_accept": TARGET_ACCEPT, "stopping": "own"},
}
"""The options that do not apply, with their defaults."""
