"""What the compiled loops of networks share: functions that the compiler turns into vectors, and sums along slots.

The functions of single precision are written out, since calls of the C library keep a loop from becoming vector
instructions; their relative error is below 3e-7. Those of double precision are the C library's.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from memsim.core.code.compiled import njit

FAST = {"contract", "reassoc", "nsz", "arcp"}
LOWEST, HIGHEST = np.float32(-87.0), np.float32(88.0)
"""Between them the exponential is a normal number of single precision."""
PER_DOUBLING = np.float32(1.4426950408889634)
HIGH_PART, LOW_PART = np.float32(0.693359375), np.float32(-2.12194440e-4)
"""The logarithm of 2 in two parts; the first has so few digits that its products are exact."""
SERIES = tuple(np.float32(1 / math.factorial(power)) for power in range(2, 8))
"""Of the exponential's Taylor series, which is exact to 4e-8 for |x| < .35."""


@intrinsic
def _rounded(typing_context, number):  # type: ignore[no-untyped-def]
    """A float32, rounded to an integer."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        kind = arguments[0].type
        return builder.call(builder.module.declare_intrinsic("llvm.rint", [kind]), arguments)

    return types.float32(types.float32), generate


@intrinsic
def _power_of_two(typing_context, power):  # type: ignore[no-untyped-def]
    """2 to an integer power, which is given as a float32."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        from llvmlite import ir

        bits = ir.IntType(32)
        exponent = builder.add(builder.fptosi(arguments[0], bits), ir.Constant(bits, 127))
        return builder.bitcast(builder.shl(exponent, ir.Constant(bits, 23)), arguments[0].type)

    return types.float32(types.float32), generate


def exponential(x):  # type: ignore[no-untyped-def]
    """exp(x); in single precision for x between :data:`LOWEST` and :data:`HIGHEST`, or the nearest of them."""
    raise NotImplementedError


@overload(exponential, jit_options={"fastmath": FAST, "forceinline": True})
def _exponential(x):  # type: ignore[no-untyped-def]
    if x != types.float32:
        return lambda x: math.exp(x)
    a, b, c, d, e, f = SERIES

    def single(x):  # type: ignore[no-untyped-def]
        # Comparisons, and not min and max, leave what is no number as it is.
        x = LOWEST if x < LOWEST else x
        x = HIGHEST if x > HIGHEST else x
        doublings = _rounded(x * PER_DOUBLING)  # type: ignore[call-arg, var-annotated]
        rest = (x - doublings * HIGH_PART) - doublings * LOW_PART
        series = a + rest * (b + rest * (c + rest * (d + rest * (e + rest * f))))
        return (np.float32(1) + (rest + rest * rest * series)) * _power_of_two(doublings)

    return single


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def sigmoid(x):  # type: ignore[no-untyped-def]
    """1 / (1 + exp(-x))."""
    one = type(x)(1)
    return one / (one + exponential(-x))  # type: ignore[no-untyped-call]


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def tangent(x):  # type: ignore[no-untyped-def]
    """tanh(x), with an absolute error of rounding."""
    one = type(x)(1)
    return one - (one + one) / (one + exponential(x + x))  # type: ignore[no-untyped-call]


@njit(cache=True, error_model="numpy", forceinline=True)
def copy(given, to):  # type: ignore[no-untyped-def]
    """Fill ``to`` (N,) with the first N numbers ``given``, by vectors, which an assignment of arrays does not take."""
    for n in range(len(to)):
        to[n] = given[n]


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def add_along(factors, rows, result):  # type: ignore[no-untyped-def]
    """Add the rows (W, N), each times its factor, to ``result`` (N,); four rows at a time."""
    width, slots = rows.shape
    whole = width - width % 4
    for k in range(0, whole, 4):
        a, b, c, d = factors[k], factors[k + 1], factors[k + 2], factors[k + 3]
        row_a, row_b, row_c, row_d = rows[k], rows[k + 1], rows[k + 2], rows[k + 3]
        for n in range(slots):
            result[n] += a * row_a[n] + b * row_b[n] + c * row_c[n] + d * row_d[n]
    for k in range(whole, width):
        a, row_a = factors[k], rows[k]
        for n in range(slots):
            result[n] += a * row_a[n]


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def sums_along(rows, factors, result):  # type: ignore[no-untyped-def]
    """Fill ``result`` (W,) with the sums over slots of the rows (W, N) times ``factors`` (N,); four at a time."""
    width, slots = rows.shape
    zero = rows.dtype.type(0)
    whole = width - width % 4
    for k in range(0, whole, 4):
        row_a, row_b, row_c, row_d = rows[k], rows[k + 1], rows[k + 2], rows[k + 3]
        a = b = c = d = zero
        for n in range(slots):
            a += row_a[n] * factors[n]
            b += row_b[n] * factors[n]
            c += row_c[n] * factors[n]
            d += row_d[n] * factors[n]
        result[k], result[k + 1], result[k + 2], result[k + 3] = a, b, c, d
    for k in range(whole, width):
        row_a, a = rows[k], zero
        for n in range(slots):
            a += row_a[n] * factors[n]
        result[k] = a
