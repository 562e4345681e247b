"""Random-effects Bayesian model selection: how frequent each model is among people."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import digamma, gammainc, gammainccinv, gammaincinv, gammaln, logsumexp, softmax

from memsim.analysis.selection.criteria import evidence_of
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError


class Selection(NamedTuple):
    """What :func:`bayesian_model_selection` found."""

    table: pd.DataFrame
    """``model, alpha, frequency, exceedance, protected_exceedance``, models in the order given."""
    posterior: pd.DataFrame
    """(n_subjects, n_models) the probability that each subject is of each model."""
    omnibus_risk: float
    """The posterior probability that all models are equally frequent, so that the differences are chance (BOR)."""
    free_energy: float
    """A lower bound of the log evidence that frequencies differ."""
    free_energy_null: float
    """The log evidence that they are equal."""


def bayesian_model_selection(log_evidence: pd.DataFrame | npt.ArrayLike, *, prior: float = 1.0) -> Selection:
    """How frequent each model is among people, if each is of one of the models (random effects).

    Frequencies have a Dirichlet distribution with ``prior`` for each model, and a subject's model is drawn from them.
    Their posterior is approximated by a Dirichlet, too (variational Bayes). ``alpha`` are its parameters,
    ``frequency`` their share; ``exceedance`` is the probability that the model is more frequent than any other, by
    quadrature and not by sampling. ``protected_exceedance`` allows for frequencies that are all equal:
    exceedance (1 - BOR) + BOR / n_models. A few subjects whom another model fits much better do not decide, as they
    do in a sum over subjects.

    Parameters
    ----------
    log_evidence : (n_subjects, n_models), such as :func:`log_evidence` gives; models are named by the columns of a
        frame. A constant added to all models of a subject changes nothing.
    prior : Dirichlet parameter of each model before the data.

    Raises
    ------
    InputError : fewer than two models, an evidence that is NaN or +inf, or a subject whom no model can explain.

    Source: Stephan, Penny, Daunizeau, Moran & Friston (2009); Rigoux, Stephan, Friston & Daunizeau (2014).
    """
    who = "bayesian_model_selection"
    evidence, models, subjects = evidence_of(log_evidence, who)
    if isinstance(prior, bool) or not isinstance(prior, int | float) or not 0 < prior < np.inf:
        raise InputError(f"{who}: prior={prior!r} must be a number above 0; 1 makes all frequencies as likely")
    lost = np.isneginf(evidence).all(axis=1)
    if lost.any():
        raise InputError(
            f"{who}: every model holds what subject {subjects[int(np.argmax(lost))]} did impossible; without the "
            "subject, say so, or give models a chance of anything"
        )
    n_subjects, n_models = evidence.shape
    evidence = evidence - evidence.max(axis=1, keepdims=True)
    alpha = np.full(n_models, float(prior))
    # Each round gains by a factor of about 1 - 1/n_subjects at the slowest.
    for _ in range(10_000 + 100 * n_subjects):
        posterior = softmax(evidence + digamma(alpha), axis=1)
        before, alpha = alpha, prior + posterior.sum(axis=0)
        if np.abs(alpha - before).max() < 1e-10 * n_subjects:
            break
    posterior = softmax(evidence + digamma(alpha), axis=1)
    energy = _free_energy(evidence, alpha, posterior, prior)
    null = float((logsumexp(evidence, axis=1) - np.log(n_models)).sum())
    risk = float(1 / (1 + np.exp(np.clip(energy - null, -700, 700))))
    exceedance = exceedance_probabilities(alpha)
    table = pd.DataFrame(
        {
            "model": models,
            "alpha": alpha,
            "frequency": alpha / alpha.sum(),
            "exceedance": exceedance,
            "protected_exceedance": exceedance * (1 - risk) + risk / n_models,
        }
    )
    index, columns = pd.Index(subjects, name="subject"), pd.Index(models, name="model")
    return Selection(table, pd.DataFrame(posterior, index, columns), risk, energy, null)


def _free_energy(evidence: FloatArray, alpha: FloatArray, posterior: FloatArray, prior: float) -> float:
    """The bound on the log evidence: expected log joint, and the entropies of frequencies and of assignments."""
    log_frequency = digamma(alpha) - digamma(alpha.sum())
    sure = posterior > 0
    assigned = np.where(sure, posterior, 1.0)
    likely = np.where(sure, np.where(sure, evidence, 0.0) + log_frequency - np.log(assigned), 0.0)
    n_models = len(alpha)
    before = gammaln(prior * n_models) - n_models * gammaln(prior)
    after = gammaln(alpha.sum()) - gammaln(alpha).sum()
    return float((posterior * likely).sum() + before - after + ((prior - alpha) * log_frequency).sum())


def exceedance_probabilities(alpha: npt.ArrayLike) -> FloatArray:
    """(n_models,) the probability that each frequency is the largest, of a Dirichlet distribution.

    Frequencies are independent gamma variables over their sum. So it is the integral of the density of one times the
    distribution functions of the others; over the logarithm the trapezium rule converges exponentially.
    """
    alpha = np.asarray(alpha, dtype=float)
    if alpha.ndim != 1 or not len(alpha) or not (np.isfinite(alpha) & (alpha > 0)).all():
        raise InputError(f"exceedance_probabilities: alpha={alpha} must be numbers above 0")
    tiny = 1e-18
    with np.errstate(divide="ignore"):
        low = np.log(gammaincinv(alpha, tiny))
    # Where the power underflows: gamma's distribution function begins as x^alpha / Gamma(alpha + 1).
    low = np.where(np.isfinite(low), low, (np.log(tiny) + gammaln(alpha + 1)) / alpha)
    found = np.zeros(len(alpha))
    for k, (own, high) in enumerate(zip(alpha, np.log(gammainccinv(alpha, tiny)), strict=True)):
        # Below the low end of any of them the others' product is negligible.
        x, step = np.linspace(low.max(), max(high, low.max()), 4001, retstep=True)
        below = gammainc(np.delete(alpha, k)[:, None], np.exp(x)).prod(axis=0)
        found[k] = step * (np.exp(own * x - np.exp(x) - gammaln(own)) * below).sum()
    return found / found.sum()
