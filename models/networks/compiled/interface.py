"""The interface of the DNC's memory as compiled loops: where its parts begin, their activations, content weightings.

Contents of the memory are (W, N) here: slots come last, so that loops over them become vector instructions whatever
the width W is.
"""

from __future__ import annotations

import math

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST, add_along, exponential

EPSILON = 1e-6
FEW = 64
"""Up to so many slots, counting those that come first sorts them faster than merging."""


@njit(cache=True)
def parts(width, heads):  # type: ignore[no-untyped-def]
    """Where the parts of the interface begin after the read keys.

    Write key, erase, vector, read strengths, write strength, free gates, allocation gate, write gate, read modes.
    """
    key = heads * width
    strengths = key + 3 * width
    free = strengths + heads + 1
    return (
        key,
        key + width,
        key + 2 * width,
        strengths,
        strengths + heads,
        free,
        free + heads,
        free + heads + 1,
        (free + heads + 2),
    )


@njit(cache=True)
def interface_length(width, heads):  # type: ignore[no-untyped-def]
    """As of :func:`memsim.models.networks.memory.interface_size`, and 0 without a memory."""
    return heads * width + 3 * width + 5 * heads + 3 if heads else 0


@njit(cache=True)
def oneplus(x):  # type: ignore[no-untyped-def]
    """1 + log(1 + exp(x))."""
    return 1 + max(x, 0) + math.log1p(math.exp(-abs(x)))


@njit(cache=True)
def read_modes(emitted, start, head, modes):  # type: ignore[no-untyped-def]
    """Fill ``modes`` (3,) of a head: a softmax."""
    a, b, c = emitted[start + 3 * head], emitted[start + 3 * head + 1], emitted[start + 3 * head + 2]
    top = max(a, b, c)
    a, b, c = math.exp(a - top), math.exp(b - top), math.exp(c - top)
    total = a + b + c
    modes[0], modes[1], modes[2] = a / total, b / total, c / total


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def unit_keys(emitted, keys, scales):  # type: ignore[no-untyped-def]
    """Fill ``keys`` (R + 1, W) with the keys of length one, the write key last, and ``scales`` with the factors."""
    heads, width = keys.shape
    for h in range(heads):
        square, key, given = emitted.dtype.type(EPSILON), keys[h], emitted[h * width : (h + 1) * width]
        for k in range(width):
            square += given[k] * given[k]
        scale = scales[h] = emitted.dtype.type(1) / emitted.dtype.type(math.sqrt(square))
        for k in range(width):
            key[k] = given[k] * scale


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def unit_scales(memory, scales):  # type: ignore[no-untyped-def]
    """Fill ``scales`` (N,) with what scales the contents (W, N) of each slot to length one."""
    one = memory.dtype.type(1)
    for n in range(memory.shape[1]):
        scales[n] = memory.dtype.type(EPSILON)
    for k in range(len(memory)):
        row = memory[k]
        for n in range(len(row)):
            scales[n] += row[n] * row[n]
    for n in range(memory.shape[1]):
        scales[n] = one / math.sqrt(scales[n])


@njit(inline="always")
def content(memory, scales, unit_key, strength, weighting):  # type: ignore[no-untyped-def]
    """Fill ``weighting`` with the softmax over slots of strength times cosine."""
    slots = memory.shape[1]
    zero = memory.dtype.type(0)
    for n in range(slots):
        weighting[n] = zero
    add_along(unit_key, memory, weighting)
    for n in range(slots):
        weighting[n] *= strength * scales[n]
    top = weighting[0]
    for n in range(slots):
        top = weighting[n] if weighting[n] > top else top
    for n in range(slots):
        weighting[n] = exponential(weighting[n] - top)  # type: ignore[no-untyped-call]
    total = zero
    for n in range(slots):
        total += weighting[n]
    total = memory.dtype.type(1) / total
    for n in range(slots):
        weighting[n] *= total


@njit(cache=True, _nrt=True)
def ascending(values, order):  # type: ignore[no-untyped-def]
    """Fill ``order`` with the numbers of the slots by their values; of equal ones the first comes first.

    Loops without counts of references may call it, though sorting takes memory.
    """
    if len(values) > FEW:
        order[:] = np.argsort(values, kind="mergesort")
        return
    for n in range(len(values)):
        order[n] = n  # where values are no numbers, places stay empty
    for n in range(len(values)):
        own, place, value = np.int32(n), np.int32(0), values[n]
        for other in range(len(values)):
            its = values[other]
            # Without short circuits, which would be branches.
            place += np.int32((its < value) | ((its == value) & (np.int32(other) < own)))
        order[place] = n
