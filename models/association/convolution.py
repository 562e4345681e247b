"""Convolution and correlation of vectors with centred indices, and the moments of their products.

A vector has N features, N odd, with the indices -h to h, h = (N - 1) / 2; a convolution has the indices -2h to 2h.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from memsim.core.arrays import FloatArray


def convolution(f: FloatArray, g: FloatArray) -> FloatArray:
    """(..., 2 N - 1) (f * g)_m = Σ_i f_i g_(m - i), of vectors (..., N)."""
    size = 2 * f.shape[-1] - 1
    return np.asarray(np.fft.irfft(np.fft.rfft(f, size) * np.fft.rfft(g, size), size))


def correlation(f: FloatArray, memory: FloatArray) -> FloatArray:
    """(..., N) the middle of f # M, (f # M)_m = Σ_i f_i M_(m + i), of vectors (..., N) and (..., 2 N - 1)."""
    size, n = memory.shape[-1], f.shape[-1]
    found = np.fft.irfft(np.conj(np.fft.rfft(f, size)) * np.fft.rfft(memory, size), size)
    return np.asarray(found[..., :n])


def padded(f: FloatArray) -> FloatArray:
    """(..., 2 N - 1) a vector (..., N) with h zeros on both sides."""
    half = (f.shape[-1] - 1) // 2
    return np.pad(f, [(0, 0)] * (f.ndim - 1) + [(half, half)])


class ProductMoments(NamedTuple):
    """Variances of the products of probes with what is stored, of independent items with features N(0, 1 / N).

    Means are 1 for an item with itself and for a pair with itself, else 0. Products of one probe with different parts
    of memory are uncorrelated, because the sign of an item that occurs in one part only is arbitrary.
    """

    item_self: float
    """a · a"""
    item_other: float
    """a · b"""
    item_own_pair: float
    """a · (a * b), b another item"""
    item_other_pair: float
    """a · (b * c)"""
    pair_self: float
    """(a * b) · (a * b)"""
    pair_half: float
    """(a * b) · (a * c)"""
    pair_other: float
    """(a * b) · (c * d)"""

    @classmethod
    def of(cls, n: int) -> ProductMoments:
        """The variances for N features.

        In a convolution, N - |m| products of features meet at index m. Counting the combinations of indices in which
        all factors pair up gives sums of N - |m|, in the middle or everywhere, and of their squares.
        """
        middle = (3 * n**2 + 1) / 4  # Σ (N - |m|), |m| <= h
        squares = n * (2 * n**2 + 1) / 3  # Σ (N - |m|)²
        return cls(
            2 / n, 1 / n, (n**2 + n + middle) / n**3, middle / n**3, 2 * (2 * n**3 + n**2 + squares) / n**4,
            (n**3 + n**2 + squares) / n**4, squares / n**4,
        )  # fmt: skip
