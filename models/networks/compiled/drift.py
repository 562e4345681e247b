"""A drifting context as compiled loops, and its gradient.

The equations are those of :func:`memsim.models.networks.cores.drifting_context.evolved`, the reference.
"""

from __future__ import annotations

import math

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST
from memsim.models.networks.compiled.interface import EPSILON


@njit(cache=True, error_model="numpy", fastmath=FAST)
def drifted(context, fixed, brought, shares, rate, scaled, tiny, after):  # type: ignore[no-untyped-def]
    """Fill ``after`` (B, C), the ``context`` (B, C) after what comes in: ``fixed`` (B, C), without a gradient, and the
    share ``shares`` (B,) of ``brought`` (B, C), at unit length if ``scaled``. Below the squared length ``tiny`` nothing
    comes in.
    """
    size, dtype = context.shape[1], context.dtype.type
    incoming = np.empty(size, context.dtype)
    for b in range(len(context)):
        now, new = context[b], after[b]
        _, square = _incoming(fixed[b], brought[b], shares[b], scaled, incoming)
        along = dtype(0)
        for k in range(size):
            along += now[k] * incoming[k]
        scale = dtype(1 / math.sqrt(square + EPSILON))
        along *= rate * scale
        kept, enters = dtype(1), dtype(0)
        if square > tiny:
            kept, enters = dtype(math.sqrt(along * along + (1 - rate * rate) + tiny) - along), rate * scale
        for k in range(size):
            new[k] = kept * now[k] + enters * incoming[k]


@njit(cache=True, error_model="numpy", fastmath=FAST)
def drifted_back(  # type: ignore[no-untyped-def]
    context, fixed, brought, shares, rate, scaled, tiny, g_after, g_context, g_brought
):
    """Fill the gradients by ``context`` and ``brought`` of :func:`drifted`, from that of what it fills."""
    size, dtype = context.shape[1], context.dtype.type
    incoming = np.empty(size, context.dtype)
    for b in range(len(context)):
        now, g, g_now, g_in = context[b], g_after[b], g_context[b], g_brought[b]
        by, square = _incoming(fixed[b], brought[b], shares[b], scaled, incoming)
        if square <= tiny:
            for k in range(size):
                g_now[k], g_in[k] = g[k], dtype(0)
            continue
        scale = dtype(1 / math.sqrt(square + EPSILON))
        along, by_kept = dtype(0), dtype(0)
        for k in range(size):
            along += now[k] * incoming[k]
            by_kept += g[k] * now[k]
        along *= rate * scale
        root = dtype(math.sqrt(along * along + (1 - rate * rate) + tiny))
        kept, by_along = root - along, rate * by_kept * (along / root - 1)
        through = dtype(0)
        for k in range(size):
            g_now[k] = kept * g[k] + by_along * scale * incoming[k]
            g_in[k] = rate * g[k] + by_along * now[k]
            through += g_in[k] * incoming[k]
        # Through the length of what comes in, then that of what was brought.
        through *= scale * scale * scale
        of_brought, own = dtype(0), brought[b]
        for k in range(size):
            g_in[k] = shares[b] * (scale * g_in[k] - through * incoming[k])
            of_brought += g_in[k] * own[k]
        if scaled:
            of_brought *= by * by * by
            for k in range(size):
                g_in[k] = by * g_in[k] - of_brought * own[k]


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _incoming(fixed, brought, share, scaled, incoming):  # type: ignore[no-untyped-def]
    """Fill ``incoming`` (C,); return what scales ``brought`` to unit length, or 1, and the squared length."""
    dtype = incoming.dtype.type
    square, by = dtype(0), dtype(1)
    if scaled:
        for k in range(len(brought)):
            square += brought[k] * brought[k]
        by = dtype(1 / math.sqrt(square + EPSILON))
    square = dtype(0)
    for k in range(len(brought)):
        incoming[k] = fixed[k] + share * by * brought[k]
    for k in range(len(brought)):
        square += incoming[k] * incoming[k]
    return by, square
