"""The gradient of the log-likelihood by the parameters: the chain rule from events to lists, or differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.chain_kernels import chain_rule
from memsim.core.differences import difference_gradient
from memsim.core.encodings import encoding_to_score
from memsim.core.errors import InputError
from memsim.core.event_probabilities import Events, hazards
from memsim.core.judgment_gradient import judgment_gradient
from memsim.core.judgments import Judgments, Responses
from memsim.core.lapses import guessed_events
from memsim.core.likelihood import require_model_and_responses
from memsim.core.model import MemoryModel
from memsim.core.named_models import by_name
from memsim.core.names import closest
from memsim.core.outcomes import scored_outcomes

LAPSES = ("lapse", "list_lapse")


class LikelihoodGradient(NamedTuple):
    """The log-likelihood of lists, and the gradient of its sum."""

    log_likelihood: FloatArray
    """(n_trials,) natural logarithms, as from :func:`memsim.log_likelihood`."""
    gradient: dict[str, Any]
    """The derivative of the sum over lists by each parameter, by name; (n_models,) where there are many models."""


def log_likelihood_gradient(
    model: MemoryModel[Any] | str,
    recalls: Responses,
    names: Sequence[str] | None = None,
    *,
    samples: int = 200,
    seed: int = 0,
    stopping: FloatArray | None = None,
    criteria: FloatArray | None = None,
) -> LikelihoodGradient:
    """The log-likelihood of each list, and the gradient of their sum by the parameters.

    A model with :meth:`memsim.MemoryModel.fast_gradient`, or of judgments with
    :meth:`memsim.MemoryModel.rating_table`, computes both in a few times the time of the likelihood; for
    others, central differences are taken, of which all points run as one batch where the model's steps allow it.

    Parameters
    ----------
    model : the model, or its name, as ``"TCM"``.
    names : the parameters; all that are real numbers if not given, but for those of which a model with a gradient of
        its own knows none (:attr:`memsim.MemoryModel.without_gradient`): of these, differences are taken on request.
    samples, seed, stopping, criteria : as for :func:`memsim.log_likelihood`. Derivatives are those with the given
        criteria held, so they are 0 by parameters that decide only the model's own.

    Raises
    ------
    InputError : a name that is no parameter, or one whose values are not real numbers; and as
        :func:`memsim.log_likelihood`.
    LikelihoodError : the model has no likelihood.

    Examples
    --------
    >>> from memsim import load_dataset
    >>> from memsim.models import TCM
    >>> found = log_likelihood_gradient(TCM(), load_dataset("peers_notask")[:28], ["context_drift"])
    >>> list(found.gradient)
    ['context_drift']
    """
    model = by_name(model)
    require_model_and_responses(model, recalls)
    names = known_parameters(model) if names is None else _checked(model, names)
    owner = np.zeros(len(recalls), dtype=np.int32)
    apart = [name for name in names if name in model.without_gradient]
    if apart and len(apart) < len(names):
        others = [name for name in names if name not in apart]
        options: Any = {"samples": samples, "seed": seed, "stopping": stopping, "criteria": criteria}
        found_of_others = log_likelihood_gradient(model, recalls, others, **options)
        by_differences = difference_gradient(model, recalls, apart, samples, seed, stopping, criteria)[1]
        both = {**found_of_others.gradient, **by_differences}
        return found_of_others._replace(gradient={name: both[name] for name in names})
    if isinstance(recalls, Judgments):
        judged = judgment_gradient(model, recalls, names, criteria)
        if judged is not None:
            return LikelihoodGradient(*judged)
    found = _by_chain_rule([model], recalls, owner, names, seed, stopping)
    if found is None:
        return LikelihoodGradient(*difference_gradient(model, recalls, names, samples, seed, stopping, criteria))
    return LikelihoodGradient(found[0], {name: float(values[0]) for name, values in found[1].items()})


def log_likelihood_gradients(
    models: Sequence[MemoryModel[Any]],
    recalls: Responses,
    owner: IntArray,
    names: Sequence[str],
    *,
    samples: int = 200,
    seed: int = 0,
    stopping: FloatArray | None = None,
    criteria: FloatArray | None = None,
) -> LikelihoodGradient:
    """:func:`log_likelihood_gradient` of many models of one class, each of its own lists, in one call.

    Parameters
    ----------
    models : of one class, which may differ in their real numbers only.
    owner : (n_trials,) index of the model of each list.
    """
    found = _by_chain_rule(models, recalls, owner, names, seed, stopping)
    if found is not None:
        return LikelihoodGradient(*found)
    likelihood = np.empty(len(recalls))
    gradient = {name: np.zeros(len(models)) for name in names}
    for index, model in enumerate(models):
        rows = np.flatnonzero(owner == index)
        if len(rows):
            one = log_likelihood_gradient(
                model, recalls[rows], names, samples=samples, seed=seed, stopping=stopping, criteria=criteria
            )
            likelihood[rows] = one.log_likelihood
            for name in names:
                gradient[name][index] = one.gradient[name]
    return LikelihoodGradient(likelihood, gradient)


def gradient_of_its_own(model: MemoryModel[Any], recalls: Responses, names: Sequence[str]) -> bool:
    """Whether the gradient by these parameters, of these recalls or judgments, is the model's own, not differences."""
    if any(name in model.without_gradient for name in names):
        return False
    if isinstance(recalls, Judgments):
        return judgment_gradient(model, recalls, list(names), None) is not None
    return _by_chain_rule([model], recalls, np.zeros(len(recalls), dtype=np.int32), list(names), 0, None) is not None


def real_parameters(model: MemoryModel[Any]) -> list[str]:
    """Names of the parameters whose values are real numbers."""
    return [
        each.name
        for each in model.parameters()
        if not (each.options or each.text or each.flag or each.integer) and getattr(model, each.name) is not None
    ]


def known_parameters(model: MemoryModel[Any]) -> list[str]:
    """:func:`real_parameters` without those of :attr:`memsim.MemoryModel.without_gradient`."""
    return [name for name in real_parameters(model) if name not in model.without_gradient]


def _checked(model: MemoryModel[Any], names: Sequence[str]) -> list[str]:
    real, declared = real_parameters(model), [each.name for each in model.parameters()]
    for name in names:
        if name not in declared:
            raise InputError(f"{type(model).__name__} has no parameter {name!r}{closest(name, declared)}")
        if name not in real:
            raise InputError(f"{type(model).__name__}: {name} is not a real number, and has no derivative")
    return list(names)


def _by_chain_rule(
    models: Sequence[MemoryModel[Any]],
    recalls: Responses,
    owner: IntArray,
    names: Sequence[str],
    seed: int,
    stopping: FloatArray | None,
) -> tuple[FloatArray, dict[str, FloatArray]] | None:
    """Likelihoods and derivatives from the model's own gradient; ``None`` where there is none."""
    if isinstance(recalls, Judgments) or recalls.trials.probes is not None:
        return None
    model = models[0]
    lapses = {name: np.array([getattr(each, name) for each in models]) for name in LAPSES}
    mixes_lists = "list_lapse" in names or lapses["list_lapse"].any()
    if model.likelihood != "exact" or (stopping is not None and mixes_lists):
        return None
    if not set(names).isdisjoint(model.without_gradient):
        return None
    found = type(model).fast_gradients(models, recalls, owner, names)
    if found is None and len(models) == 1:
        found = model.fast_gradient(recalls, encoding_to_score(seed))
    if found is None:
        return None
    own, pullback = found
    columns = scored_outcomes(recalls, model.repeats, model.intrusions).columns
    guesses = guessed_events(recalls, model.repeats, model.intrusions)
    lapse = np.zeros(len(owner)) if model.mixes_lapses else lapses["lapse"][owner]
    hazard = np.zeros(0) if stopping is None else hazards(stopping, columns[:1]).ravel()
    likelihood, guessed, by_lapse = (np.empty(len(owner)) for _ in range(3))
    by_outcome, by_silence = (np.empty(columns.shape) for _ in range(2))
    chain_rule(
        own.outcome, own.silence, guesses.outcome, guesses.silence, columns, recalls.list_length, lapse, hazard,
        likelihood, guessed, by_outcome, by_silence, by_lapse,
    )  # fmt: skip
    derivatives: dict[str, FloatArray] = {}
    if mixes_lists:
        share = lapses["list_lapse"][owner]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            mean = np.logaddexp(np.log1p(-share) + likelihood, np.log(share) + guessed)
            possible = mean > -np.inf
            own_share = np.where(possible, np.exp(np.log1p(-share) + likelihood - mean), 0)
            by_list = np.where(possible, np.exp(guessed - mean) - np.exp(likelihood - mean), 0)
        by_outcome, by_lapse = by_outcome * own_share[:, None], by_lapse * own_share
        derivatives["list_lapse"] = _summed(by_list, owner, len(models))
        likelihood = mean
    if "lapse" in names and not model.mixes_lapses:
        derivatives["lapse"] = _summed(by_lapse, owner, len(models))
    if not set(names) <= derivatives.keys():
        nothing = None if own.intrusion is None else np.zeros_like(by_outcome)
        again = None if own.repeat is None else np.zeros_like(by_outcome)
        derivatives.update(pullback(Events(by_outcome, by_silence, nothing, again)))
    return likelihood, {name: _numbers(derivatives, name, len(models)) for name in names}


def _summed(values: FloatArray, owner: IntArray, n_models: int) -> FloatArray:
    return np.bincount(owner, values, n_models).astype(float)


def _numbers(derivatives: Mapping[str, Any], name: str, n_models: int) -> FloatArray:
    given = derivatives.get(name)
    return np.zeros(n_models) if given is None else np.asarray(given, dtype=float).reshape(n_models)
