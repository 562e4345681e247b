"""Evidence: the distribution of how old a probe seems. It rises with oldness, whatever its unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.errors import ModelError

NEGLIGIBLE = 1e-9
"""Widths that are taken for none, of a distribution, or of noise in comparison with it."""
NARROW = 1e-3
"""A uniform distribution this much narrower than noise is, with it, a normal one, to within 1e-13; its own formula
would be a small difference of large numbers."""
FAR = 1 - 1e-6
"""The share below a criterion beyond which what is above is computed by itself, since 1 minus the share is rounding."""
APPROXIMATE = 1e-3
"""A share of ratings this far below 0 is what rounding, or an approximate distribution, leaves of nothing; one still
lower is an error."""
NODES = 61
"""Points of the quadrature over the noise of criteria, where there is no closed form."""


LOGISTIC_STEP, LOGISTIC_UNTIL = 0.5, 37.0
"""In scales, between the points at which a logistic density is summed, and the last of them: to within rounding."""
SMOOTH, FEW_NODES = 8.0, 21
"""Noise so many times as wide as a logistic distribution, and the points that then average it to within rounding."""


class Evidence(Protocol):
    """The distribution of the evidence of a probe in every trial of a batch.

    A method ``mirrored()`` may give the distribution of minus the evidence, for the probabilities far above the middle.
    Where evidence is a mixture of normal distributions, a method ``normal_parts(noise)`` may give their weights, means
    and standard deviations with the noise, (n_trials, n_parts) each, for the fit of free criteria.
    """

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """(n_trials, n_criteria) probability that evidence is below each criterion.

        Parameters
        ----------
        criteria : (n_criteria,), or (n_trials, n_criteria).
        noise : standard deviation of the criterion, a normal distribution: one number, or (n_trials, 1).
        """


class Normal(NamedTuple):
    """A normal distribution; with a standard deviation of 0, one value. Both are (n_trials,), or numbers."""

    mean: Any
    sd: Any = 0.0

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`Evidence`."""
        mean = _column(self.mean)
        spread = np.sqrt(_width(self.sd, "Normal: sd") ** 2 + np.asarray(noise) ** 2)
        away = criteria - mean
        with np.errstate(over="ignore", invalid="ignore"):
            return np.where(spread > 0, _ndtr(away / np.where(spread > 0, spread, 1)), np.where(away > 0, 1.0, 0.0))

    def mirrored(self) -> Normal:
        """As in :class:`Evidence`."""
        return Normal(-np.asarray(self.mean), self.sd)

    def normal_parts(self, noise: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
        """As in :class:`Evidence`."""
        return np.ones((1, 1)), _column(self.mean), np.hypot(_width(self.sd, "Normal: sd"), noise)


class Logistic(NamedTuple):
    """A logistic distribution; mean and scale are (n_trials,), or numbers."""

    mean: Any
    scale: Any = 1.0

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`Evidence`."""
        scale, away = _width(self.scale, "Logistic: scale"), criteria - _column(self.mean)
        noise = np.asarray(noise, dtype=float)
        steep = noise > scale
        # Quadrature is exact where what varies less is the weight, and what varies more is averaged.
        mild = np.zeros(1)
        if not steep.all():
            mild = over_noise(lambda cut: _expit(cut / scale), away, np.where(steep, 0, noise))
        if not steep.any():
            return mild
        spread, total = np.where(steep, noise, 1), np.zeros(())
        nodes, weights = _logistic_nodes() if (noise >= SMOOTH * scale).all() else _logistic_steps()
        for node, weight in zip(nodes, weights, strict=True):
            total = total + weight * _ndtr((away - scale * node) / spread)
        return np.where(steep, total, mild)

    def mirrored(self) -> Logistic:
        """As in :class:`Evidence`."""
        return Logistic(-np.asarray(self.mean), self.scale)


class Uniform(NamedTuple):
    """A uniform distribution around a mean; both are (n_trials,), or numbers."""

    mean: Any
    half_width: Any

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`Evidence`."""
        width, away = _width(self.half_width, "Uniform: half_width"), criteria - _column(self.mean)
        noise = np.asarray(noise, dtype=float)
        is_flat = width > np.maximum(NEGLIGIBLE, NARROW * noise)
        is_noisy = is_flat & (noise > NEGLIGIBLE * width)
        wide, spread = np.where(is_flat, width, 1), np.where(is_noisy, noise, 1)
        sharp = np.clip((away + wide) / (2 * wide), 0, 1)
        smooth = spread * (_ramp((away + wide) / spread) - _ramp((away - wide) / spread)) / (2 * wide)
        narrow = Normal(0.0, np.where(noise > 0, width / 3**0.5, 0)).below(away, noise)
        return np.where(is_flat, np.where(is_noisy, smooth, sharp), narrow)


class Mixture(NamedTuple):
    """One of several distributions, with these weights, (n_trials,) or numbers, which sum to 1."""

    weights: Sequence[Any]
    parts: Sequence[Evidence]

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`Evidence`."""
        each = zip(self.weights, self.parts, strict=True)
        return sum((_column(weight) * part.below(criteria, noise) for weight, part in each), np.zeros(1))

    def mirrored(self) -> Mixture | None:
        """As in :class:`Evidence`; ``None`` if some part has no mirrored distribution."""
        parts = [mirrored_of(part) for part in self.parts]
        return None if None in parts else Mixture(self.weights, [part for part in parts if part is not None])


class Discrete(NamedTuple):
    """One of several values with these probabilities; both are (n_trials, n_values), or (n_values,)."""

    values: FloatArray
    probabilities: FloatArray

    def below(self, criteria: FloatArray, noise: Any) -> FloatArray:
        """As in :class:`Evidence`."""
        values, weights = np.atleast_2d(self.values), np.atleast_2d(self.probabilities)
        cuts = np.atleast_2d(criteria)
        spread = np.asarray(noise, dtype=float)
        if not spread.any():
            return np.stack([(weights * (values < cut[:, None])).sum(axis=-1) for cut in cuts.T], axis=-1)
        found = [
            (weights * Normal(0.0).below(cut[:, None] - values, spread)).sum(axis=-1) for cut in cuts.T
        ]  # fmt: skip
        return np.stack(found, axis=-1)


def rating_shares(evidence: Evidence, criteria: FloatArray, noise: Any, n_probes: int) -> FloatArray:
    """(n_probes, n_criteria + 1) probability of evidence between successive criteria.

    Raises
    ------
    ModelError : what should be evidence is none, has another number of probes, or is no distribution.
    """
    below = _of_probes(evidence, criteria, noise, n_probes)
    shares = np.empty((n_probes, below.shape[1] + 1))
    shares[:, :1], shares[:, 1:-1], shares[:, -1:] = below[:, :1], below[:, 1:] - below[:, :-1], 1 - below[:, -1:]
    if (below > FAR).any() and (mirrored := mirrored_of(evidence)) is not None:
        above = _of_probes(mirrored, -criteria, noise, n_probes)
        between = above - np.concatenate((above[:, 1:], np.zeros((n_probes, 1))), axis=1)
        shares[:, 1:] = np.where(below > FAR, between, shares[:, 1:])
    lowest = shares.min(initial=0.0)
    if lowest < -APPROXIMATE:
        raise ModelError(
            f"familiarity gave {type(evidence).__name__}, whose probability below a criterion falls by {-lowest:.3g} "
            "as the criterion rises; below() must be a cumulative distribution"
        )
    return np.maximum(shares, 0.0, out=shares)


def mirrored_of(evidence: Evidence) -> Evidence | None:
    """The distribution of minus the evidence, where it can be had."""
    make: Callable[[], Evidence | None] | None = getattr(evidence, "mirrored", None)
    return None if make is None else make()


def _of_probes(evidence: Evidence, criteria: FloatArray, noise: Any, n_probes: int) -> FloatArray:
    """(n_probes, n_criteria) probability that evidence is below each criterion."""
    if not callable(getattr(evidence, "below", None)):
        raise ModelError(
            f"familiarity gave {type(evidence).__name__}, which is no evidence; return Normal(mean, sd), Logistic, "
            "Uniform, Mixture or Discrete, or a class with a method below(criteria, noise)"
        )
    below, shape = np.asarray(evidence.below(criteria, noise)), (n_probes, np.shape(criteria)[-1])
    if below.shape == shape:
        return below
    try:
        return np.broadcast_to(below, shape)
    except ValueError:
        raise ModelError(
            f"familiarity gave {type(evidence).__name__} with probabilities of shape {below.shape}, expected "
            f"(n_trials, n_criteria) = {shape}; give a number, or one value for each trial"
        ) from None


def _width(value: Any, what: str) -> FloatArray:
    """:func:`_column` of a width."""
    width = _column(value)
    if (width < 0).any():
        raise ModelError(f"{what}={width.min():g} is below 0; the width of evidence must be at least 0")
    return width


def _ndtr(x: FloatArray) -> FloatArray:
    from scipy.special import ndtr  # imported here, since the command line starts without it

    return np.asarray(ndtr(x))


def _expit(x: FloatArray) -> FloatArray:
    from scipy.special import expit

    return np.asarray(expit(x))


def _column(value: Any) -> FloatArray:
    """A number, or (n_trials, 1)."""
    value = np.asarray(value, dtype=float)
    return value[:, None] if value.ndim == 1 else value


def _ramp(x: FloatArray) -> FloatArray:
    """The integral of the normal distribution function up to x."""
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return np.where(np.isinf(x), np.maximum(x, 0), x * _ndtr(x) + density)


@cache
def _nodes() -> tuple[FloatArray, FloatArray]:
    """Of the quadrature over normal noise, and their weights."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    return nodes, weights


@cache
def _logistic_steps() -> tuple[FloatArray, FloatArray]:
    """Equally spaced points of a logistic distribution, and their weights."""
    steps = np.arange(-LOGISTIC_UNTIL, LOGISTIC_UNTIL + LOGISTIC_STEP, LOGISTIC_STEP)
    return steps, LOGISTIC_STEP * _expit(steps) * _expit(-steps)


@cache
def _logistic_nodes() -> tuple[FloatArray, FloatArray]:
    """Of Gaussian quadrature over a logistic distribution, by its three-term recurrence (Golub & Welsch, 1969)."""
    k = np.arange(1, FEW_NODES)
    beside = np.sqrt(np.pi**2 * k**4 / (4 * k**2 - 1))
    nodes, vectors = np.linalg.eigh(np.diag(beside, 1) + np.diag(beside, -1))
    return nodes, vectors[0] ** 2


def over_noise(below: Any, criteria: FloatArray, noise: Any) -> FloatArray:
    """The mean over noise of the criteria of ``below(criteria)``, by quadrature where there is noise."""
    if not np.any(noise):
        return np.asarray(below(criteria))
    nodes, weights = _nodes()
    shifted = (weight * below(criteria + node * np.asarray(noise)) for node, weight in zip(nodes, weights, strict=True))
    return np.asarray(sum(shifted) / weights.sum())
