"""exp, log and the order of numbers in a form that LLVM turns into vector instructions (numba).

It does not do so with the C library's exp and log. These are Taylor polynomials after the usual reduction to a small
interval, good to two units in the last place.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
PER_LN2 = 1 / math.log(2)
ROUNDER = 1.5 * 2.0**52
"""Added to a number, leaves its nearest whole number in the low bits."""
ROUNDER_BITS = int(np.float64(ROUNDER).view(np.int64))
ROOT_HALF_BITS = int(np.float64(math.sqrt(0.5)).view(np.int64))
NOTHING = -746.0
"""exp of this and of all below is 0."""
E2, E3, E4, E5, E6, E7, E8, E9, E10, E11, E12, E13 = (1 / math.factorial(k) for k in range(2, 14))
L1, L2, L3, L4, L5, L6, L7, L8, L9, L10 = (1 / (2 * k + 1) for k in range(1, 11))


@njit(cache=True, fastmath={"contract"})
def exp_up_to_zero(x):  # type: ignore[no-untyped-def]
    """exp(x) for x <= 0, -inf too."""
    x = max(x, NOTHING)
    shifted = x * PER_LN2 + ROUNDER
    twos = shifted - ROUNDER
    r = (x - twos * LN2_HIGH) - twos * LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (E2 + E3 * r) + (E4 + E5 * r) * r2
    high = ((E6 + E7 * r) + (E8 + E9 * r) * r2) + ((E10 + E11 * r) + (E12 + E13 * r) * r2) * r4
    # 2 ** (twos + 100) is a normal number where 2 ** twos may not be.
    power = np.int64((np.float64(shifted).view(np.int64) + 1123) << 52).view(np.float64)
    return (1 + (r + r2 * (low + r4 * high))) * power * 2.0**-100


@njit(cache=True, fastmath={"contract"})
def log_of_positive(x):  # type: ignore[no-untyped-def]
    """log(x) for x of at least 2.3e-308, finite."""
    bits = np.float64(x).view(np.int64)
    twos = (bits - ROOT_HALF_BITS) >> 52
    mantissa = np.int64(bits - (twos << 52)).view(np.float64)
    s = (mantissa - 1) / (mantissa + 1)
    t = s * s
    t2 = t * t
    t4 = t2 * t2
    low = (L1 + L2 * t) + (L3 + L4 * t) * t2
    high = (L5 + L6 * t) + (L7 + L8 * t) * t2 + (L9 + L10 * t) * t4
    whole = np.int64(twos + ROUNDER_BITS).view(np.float64) - ROUNDER
    return whole * LN2_HIGH + (2 * s + (2 * s * t * (low + high * t4) + whole * LN2_LOW))


@njit(cache=True)
def ordered_bits(x):  # type: ignore[no-untyped-def]
    """A whole number that rises with x: LLVM vectorises the maximum of whole numbers, and not that of floats."""
    bits = np.float64(x).view(np.int64)
    return bits ^ ((bits >> 63) & 0x7FFFFFFFFFFFFFFF)


@njit(cache=True)
def from_ordered_bits(ordered):  # type: ignore[no-untyped-def]
    """The x of which ``ordered`` is the :func:`ordered_bits`."""
    return np.int64(ordered ^ ((ordered >> 63) & 0x7FFFFFFFFFFFFFFF)).view(np.float64)
