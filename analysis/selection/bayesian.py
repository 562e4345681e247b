"""Random-effects Bayesian model selection: the frequency of each model among subjects."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import digamma, gammainc, gammainccinv, gammaincinv, gammaln, logsumexp, softmax

from memsim.analysis.checks import is_real
from memsim.analysis.selection.evidence import evidence_of
from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.names import shown


class Selection(NamedTuple):
    """The result of :func:`bayesian_model_selection`."""

    table: pd.DataFrame
    """``model, alpha, frequency, exceedance, protected_exceedance``; models are in the order of the evidence."""
    posterior: pd.DataFrame
    """(n_subjects, n_models) the probability that each model generated the data of each subject."""
    omnibus_risk: float
    """The posterior probability that all models are equally frequent (Bayesian omnibus risk, BOR)."""
    free_energy: float
    """A lower bound of the log evidence for frequencies that differ."""
    free_energy_null: float
    """The log evidence for equal frequencies."""


def bayesian_model_selection(log_evidence: pd.DataFrame | npt.ArrayLike, *, prior: float = 1.0) -> Selection:
    """Frequency of each model among subjects, each of whom follows one of the models (random effects).

    Frequencies have a Dirichlet prior, and the model of each subject is drawn from them. Their posterior is
    approximated by a Dirichlet distribution (variational Bayes): ``alpha`` are its parameters, ``frequency`` its mean;
    ``exceedance`` is the probability that the model is more frequent than any other, by quadrature;
    ``protected_exceedance``, exceedance (1 - BOR) + BOR / n_models, allows for frequencies that are all equal. A few
    subjects whom another model fits much better do not decide, as they do in a sum over subjects.

    Parameters
    ----------
    log_evidence : (n_subjects, n_models), as :func:`memsim.analysis.log_evidence` returns it; the columns of a frame
        name the models. A constant added to all models of a subject changes nothing.
    prior : the Dirichlet parameter of each model in the prior.

    Returns
    -------
    Selection : a table by model, the posterior of each subject, the omnibus risk, and both log evidences.

    Raises
    ------
    InputError : there are fewer than two models, an evidence is NaN or +inf, or a subject is impossible under every
        model.

    References
    ----------
    Stephan, Penny, Daunizeau, Moran & Friston (2009), NeuroImage, 46, 1004-1017; Rigoux, Stephan, Friston & Daunizeau
    (2014), NeuroImage, 84, 971-985.
    """
    who = "bayesian_model_selection"
    evidence, models, subjects = evidence_of(log_evidence, who)
    if not is_real(prior) or not 0 < prior < np.inf:
        raise InputError(
            f"{who}: prior={shown(prior)} must be a number above 0; with 1 all frequencies are equally likely"
        )
    lost = np.isneginf(evidence).all(axis=1)
    if lost.any():
        raise InputError(
            f"{who}: the recalls of subject {subjects[int(np.argmax(lost))]} are impossible under every model; leave "
            "out the subject and report it, or use models under which every recall is possible"
        )
    n_subjects, n_models = evidence.shape
    evidence = evidence - evidence.max(axis=1, keepdims=True)
    alpha = np.full(n_models, float(prior))
    # Each round shrinks the error at least by a factor of about 1 - 1/n_subjects.
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
    """The bound of the log evidence: the expected log joint, and the entropies of frequencies and of assignments."""
    log_frequency = digamma(alpha) - digamma(alpha.sum())
    sure = posterior > 0
    assigned = np.where(sure, posterior, 1.0)
    likely = np.where(sure, np.where(sure, evidence, 0.0) + log_frequency - np.log(assigned), 0.0)
    n_models = len(alpha)
    before = gammaln(prior * n_models) - n_models * gammaln(prior)
    after = gammaln(alpha.sum()) - gammaln(alpha).sum()
    return float((posterior * likely).sum() + before - after + ((prior - alpha) * log_frequency).sum())


def exceedance_probabilities(alpha: npt.ArrayLike) -> FloatArray:
    """(n_models,) probability that each frequency is the largest, under a Dirichlet distribution.

    Parameters
    ----------
    alpha : (n_models,) the parameters of the distribution.

    Returns
    -------
    array : (n_models,) probabilities that sum to 1.

    Raises
    ------
    InputError : ``alpha`` is not an array of numbers above 0.

    Notes
    -----
    Frequencies are independent gamma variables divided by their sum. The probability is therefore the integral of the
    density of one times the distribution functions of the others; over the logarithm the trapezium rule converges
    exponentially.
    """
    given = alpha
    try:
        alpha = np.asarray(alpha, dtype=float)
    except (TypeError, ValueError):
        alpha = np.empty(0)
    if alpha.ndim != 1 or not len(alpha) or not (np.isfinite(alpha) & (alpha > 0)).all():
        raise InputError(f"exceedance_probabilities: alpha={shown(given)} must be an array of numbers above 0")
    tiny = 1e-18
    with np.errstate(divide="ignore"):
        low = np.log(gammaincinv(alpha, tiny))
    # Where the power underflows, the distribution function of gamma is close to x^alpha / Gamma(alpha + 1).
    low = np.where(np.isfinite(low), low, (np.log(tiny) + gammaln(alpha + 1)) / alpha)
    found = np.zeros(len(alpha))
    for k, (own, high) in enumerate(zip(alpha, np.log(gammainccinv(alpha, tiny)), strict=True)):
        # Below the low end of any variable the product of the others is negligible.
        x, step = np.linspace(low.max(), max(high, low.max()), 4001, retstep=True)
        below = gammainc(np.delete(alpha, k)[:, None], np.exp(x)).prod(axis=0)
        found[k] = step * (np.exp(own * x - np.exp(x) - gammaln(own)) * below).sum()
    return found / found.sum()
