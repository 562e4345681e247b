"""The specification of a fit: which model, which parameters, what is optimised, and how it is searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self

from memsim.analysis.curves import standard_curves
from memsim.core.encodings import is_sampled
from memsim.core.errors import InputError, LikelihoodError
from memsim.core.frozen import says_what_it_has
from memsim.core.gradient import LAPSES
from memsim.core.joint_recalls import AnyRecalls, JointRecalls
from memsim.core.judgments import require_responses
from memsim.core.limits import require_counts, require_seed
from memsim.core.model import MemoryModel
from memsim.core.names import closest, require_mapping, require_one_of, shown
from memsim.core.origin import Observed
from memsim.core.position_model import Model, PositionModel
from memsim.core.recalls import Recalls, require_recalls
from memsim.fitting.identification import require_identified
from memsim.fitting.model_records import model_from_json, model_to_json
from memsim.fitting.objectives import LikelihoodObjective, Objective, SummaryObjective
from memsim.fitting.shared_stopping import hazards_of
from memsim.fitting.space import Free, Space, by_name, usual_free
from memsim.fitting.terms import term_from_json
from memsim.models.lookup import given_model

SAMPLES, STARTS, GENERATIONS = 200, 3, None
"""Defaults of every function that fits."""
LAPSE_RANGE, LAPSE_START = (1e-4, 0.25), 0.01
"""Where a free lapse is searched, and where the first search begins."""
N_TRIALS = 1000
"""Default number of lists that a model recalls for the distance of curves."""


@says_what_it_has
@dataclass(frozen=True)
class FitSpec:
    """What is fitted and how: one value, from which a fit follows but for the recalls.

    Build it with :meth:`of`. A :class:`memsim.Fit` carries it, its file holds it, and the keys of the cache derive
    from it.

    Parameters
    ----------
    space : the model with its free parameters, their bounds, and ties.
    per : ``"group"``, one fit to all lists, or ``"subject"``, one fit to the lists of each subject.
    stopping : ``"own"``, the stopping rule of the model; or ``"shared"``, a descriptive one that all models can share,
        fitted to the same lists (:func:`memsim.fitting.shared_stopping.fitted_hazard`).
    criteria : of judgments, ``"spaced"``, those of the model, of which two numbers decide all; or ``"free"``, one
        between each two successive ratings, fitted to the same answers (:mod:`memsim.fitting.free_criteria`), and where
        encodings are drawn to the mean over them (:mod:`memsim.fitting.sampled_criteria`).
    by : ``"likelihood"`` of every list; or ``"summary"``, the distance of curves, for any model that can simulate.
    weights : of the curves by name, for ``by="summary"``; ``None`` weights every curve of the task by 1.
    samples : study histories over which a sampled likelihood is averaged, the same at every place.
    n_trials : lists that the model recalls at every place, for ``by="summary"``.
    starts : independent searches.
    generations : of each search; ``None``: as many as :func:`memsim.fitting.search.search_space` takes by itself.
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
    generations: int | None = GENERATIONS
    seed: int = 0
    stopping: Literal["own", "shared"] = "own"
    criteria: Literal["spaced", "free"] = "spaced"

    def __post_init__(self) -> None:
        if not isinstance(self.space, Space):
            raise InputError(f"fit: space={shown(self.space)} is no Space; FitSpec.of(model, free) makes it")
        if self.weights is not None:
            require_mapping(self.weights, "fit: weights", "{'lag_crp': 2.0}")
            object.__setattr__(self, "weights", dict(self.weights))
        choices = {"per": ("group", "subject"), "by": ("likelihood", "summary"), "stopping": ("own", "shared"),
                   "criteria": ("spaced", "free")}  # fmt: skip
        for name, options in choices.items():
            require_one_of(getattr(self, name), options, f"fit: {name}")
        require_counts("fit", starts=self.starts, samples=self.samples, n_trials=self.n_trials)
        if self.generations is not None:
            require_counts("fit", generations=self.generations)
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
        if self.by == "summary" and self.stopping == "shared":
            raise InputError("fit: a shared stopping rule applies to likelihoods, and not to by='summary'")
        if self.criteria == "free":
            self._require_criteria()
        if self.by == "summary" and self.space.variables:
            raise InputError(
                f"fit: parameters that vary with {', '.join(self.space.variables)} are fitted by likelihood, and not "
                "by='summary'"
            )
        if self.stopping == "shared":
            own = [name for name in self._varied if name in self.termination_parameters]
            if own:
                raise InputError(
                    f"fit: {own[0]} only decides when {name} stops, which a shared stopping rule does; do not free it"
                )
        if self.samples != SAMPLES and self.kind != "sampled":
            raise InputError(
                f"fit: samples={self.samples} applies to a sampled likelihood, and this fit of {name} has none"
            )

    def _require_criteria(self) -> None:
        """Raise :class:`InputError` unless criteria can be free."""
        name = type(self.model).__name__
        if self.by == "summary":
            raise InputError("fit: free criteria apply to likelihoods, and not to by='summary'")
        if isinstance(self.model, PositionModel) or not self.model.criteria_parameters:
            raise InputError(f"fit: {name} has no criteria on evidence that could be free; leave criteria out")
        own = [each for each in (*self._varied, *self.ties) if each in self.model.criteria_parameters]
        if own:
            raise InputError(f"fit: {own[0]} only decides the criteria, and criteria='free' fits them; do not free it")
        if "list_lapse" in self._varied or self.model.list_lapse:
            raise InputError("fit: free criteria and lapses of whole lists exclude one another; use lapse='response'")

    @classmethod
    def of(
        cls,
        model: Model | str,
        free: Free | None = None,
        ties: Mapping[str, str] | None = None,
        *,
        recalls: AnyRecalls | None = None,
        lapse: Literal["response", "list", "none"] | None = None,
        **settings: Any,
    ) -> Self:
        """The specification of a fit of ``model``.

        Parameters
        ----------
        free, ties : as in :meth:`memsim.fitting.space.Space.of`. If ``free`` is not given and stopping is shared, the
            parameters that only decide when to stop are not free.
        recalls : those that will be fitted. They are needed where parameters vary between lists, and for the lapses
            below.
        lapse : which lapses are free, within (.0001, .25): of a ``"response"``, of a whole ``"list"``, or ``"none"``.
            If not given: those of a response where ``free`` is not given and ``recalls`` are of people, so that no list
            of theirs is impossible; but of a model that declares a lapse of its own, that one; and none of a model
            under which no list is impossible.
        settings : the other fields of the class.

        Raises
        ------
        InputError : an option that does not apply; and as in :meth:`memsim.fitting.space.Space.of`.
        """
        model = given_model(model)
        if ties is not None:
            require_mapping(ties, "fit: ties", "{'stop_growth': 'stop_base * 2'}")
        if recalls is not None and not isinstance(recalls, JointRecalls):
            require_responses(recalls)
        shared = settings.get("stopping") == "shared"
        chosen = by_name(usual_free(model, model.ties if ties is None else ties, recalls) if free is None else free)
        if free is None and isinstance(model, MemoryModel):
            left_out = set(model.termination_parameters if shared else ())
            if settings.get("criteria") == "free":
                left_out |= set(model.criteria_parameters)
            chosen = {name: how for name, how in chosen.items() if name not in left_out}
        name = _free_lapse(model, chosen, free is None, lapse, recalls, settings.get("by", "likelihood"))
        if name and name not in (model.ties if ties is None else ties):
            chosen.setdefault(name, LAPSE_RANGE)
            if getattr(model, name) < LAPSE_RANGE[0]:
                model = model.replace(**{name: LAPSE_START})
        elif lapse == "none" and free is None:
            chosen = {name: how for name, how in chosen.items() if name not in LAPSES}
        none_is_enough = free is None and (shared or settings.get("criteria") == "free")
        make = Space.allowing_none if none_is_enough else Space.of
        return cls(make(model, chosen, ties, recalls), **settings)

    @property
    def model(self) -> Model:
        """The model, with the values of the parameters that are not free."""
        return self.space.model

    @property
    def free(self) -> dict[str, tuple[float, float]]:
        """Bounds by name of the numbers that the fit finds."""
        return {axis.name: (axis.low, axis.high) for axis in self.space.axes}

    @property
    def _varied(self) -> list[str]:
        """Names of the parameters that are free in any way."""
        return [term.name for term in self.space.terms]

    @property
    def termination_parameters(self) -> tuple[str, ...]:
        """The parameters of the model that only decide when it stops."""
        return self.model.termination_parameters if isinstance(self.model, MemoryModel) else ()

    @property
    def lapse(self) -> Literal["response", "list", "both", "none"]:
        """Which lapses are free."""
        response, whole = (name in self._varied for name in LAPSES)
        return "both" if response and whole else "response" if response else "list" if whole else "none"

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

    def objective(self, recalls: AnyRecalls) -> Objective:
        """The function of the free parameters that a fit to these recalls minimises.

        Curves that have no point in these recalls are left out, with a warning, unless that leaves none.
        """
        if self.by == "likelihood":
            assert isinstance(self.model, MemoryModel)
            shared = self.stopping == "shared"
            stopping = hazards_of(recalls, self.model.repeats, self.model.intrusions) if shared else None
            require_identified(self.space, recalls, self.criteria == "free")
            objective = LikelihoodObjective(self.space, recalls, self.samples, self.seed, stopping, self.criteria)
            objective.require_decided_criteria()
            return objective
        if isinstance(recalls, JointRecalls):
            raise InputError("fit: several data sets are fitted by likelihood; fit each by='summary' by itself")
        require_recalls(recalls)
        assert isinstance(recalls, Recalls)
        weights = self.weights
        if weights is None:
            known = standard_curves(recalls)
            weights = {name: 1.0 for name, analysis in known.items() if not analysis.refusal(recalls)}
        return SummaryObjective(self.space, recalls, weights, self.n_trials, self.seed).of_defined_curves()

    def to_json(self) -> dict[str, Any]:
        """The specification as a JSON record."""
        settings = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "space"}
        free = {term.name: term.to_json() for term in self.space.terms}
        return {"model": model_to_json(self.model), "free": free, "ties": self.ties, **settings}

    @classmethod
    def from_json(cls, record: Mapping[str, Any], model: type[Model] | Model | str | None = None) -> Self:
        """The specification of a record; ``model`` as in :func:`memsim.fitting.model_records.model_from_json`."""
        settings = {name: value for name, value in record.items() if name not in ("model", "free", "ties")}
        read = model_from_json(record["model"], model)
        declared = {parameter.name: parameter for parameter in read.parameters()}
        for name in record["free"]:
            if name not in declared:
                raise InputError(f"{type(read).__name__} has no parameter {name!r}{closest(name, declared)}")
        space = Space.allowing_none(read, {}, record["ties"])
        terms = tuple(term_from_json(declared[name], each) for name, each in record["free"].items())
        return cls(replace(space, terms=terms), **settings)


def _free_lapse(
    model: Model, free: Mapping[str, Any], usual: bool, lapse: str | None, recalls: AnyRecalls | None, by: str
) -> str | None:
    """The name of the lapse that is free beside ``free``, by the rule of :meth:`FitSpec.of`."""
    if lapse is not None:
        require_one_of(lapse, ("response", "list", "none"), "fit: lapse")
    if not isinstance(model, MemoryModel):
        if lapse is not None:
            raise InputError(f"fit: {type(model).__name__} predicts positions and has no lapses; leave lapse out")
        return None
    if lapse == "none":
        if not usual and (own := [name for name in LAPSES if name in free]):
            raise InputError(f"fit: {own[0]} is free, and lapse='none' says that it is not; choose one")
        return None
    if lapse is not None:
        return LAPSES[0] if lapse == "response" else LAPSES[1]
    people = recalls is not None and isinstance(recalls.origin, Observed)
    needed = model.frees_lapse and not model.mixes_lapses
    return LAPSES[0] if usual and people and free and by == "likelihood" and needed else None


def specs_of(
    who: str,
    models: Mapping[str, Any],
    *,
    samples: int = SAMPLES,
    criteria: Literal["spaced", "free"] = "spaced",
    **settings: Any,
) -> dict[str, FitSpec]:
    """Specifications of fits of several models by likelihood.

    Parameters
    ----------
    who : the function, for messages.
    models : by name; one that is a specification already keeps its own settings.
    samples : for the models whose likelihood is sampled.
    criteria : for the models that judge by criteria on evidence.
    settings : for all models.

    Raises
    ------
    InputError : settings that apply to no model.
    """
    plain = {name: given_model(model) for name, model in models.items() if not isinstance(model, FitSpec)}
    sampled = {name for name, model in plain.items() if is_sampled(model)}
    if samples != SAMPLES and not sampled:
        raise InputError(f"{who}: samples={samples} applies to a sampled likelihood, and none of the models has one")
    with_criteria = {name for name, model in plain.items() if getattr(model, "criteria_parameters", ())}
    if criteria != "spaced" and plain and not with_criteria:
        raise InputError(f"{who}: criteria={criteria!r} is for criteria on evidence, and none of the models has them")
    found = {}
    for name, model in models.items():
        own: dict[str, Any] = {**settings, "samples": samples} if name in sampled else dict(settings)
        if name in with_criteria:
            own["criteria"] = criteria
        found[name] = model if isinstance(model, FitSpec) else FitSpec.of(plain[name], **own)
    return found
