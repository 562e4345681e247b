"""Whole sequences of a controller, an LSTM layer, with or without the DNC's memory, and their gradients, as compiled
loops (numba): forward and backward are one call each.

Sizes: T steps, B trials, I inputs, H hidden units, O outputs, E numbers of the interface, N slots of width W, R heads;
without a memory E = N = W = R = 0. Sizes with a 4, and the rows of a batch, are filled up with zeros to a multiple of
4. What the controller sees in a step, ``seen`` (T + 1, B4, H4 + I4 + RW4), is its last output h, the input, and what
was read last. Weights, with rows for what goes in: ``into`` (H4 + I4 + RW4, 4H) to the gates, ``out`` (H4, O + E) to
outputs and interface, ``read_out`` (RW4, O) from what is read to outputs. States have an entry for each step, after
one for what was before the first.
"""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST, add_product, sigmoid, tangent
from memsim.models.networks.compiled.interface import unit_scales
from memsim.models.networks.compiled.memory_gradients import memory_step_back
from memsim.models.networks.compiled.memory_steps import memory_step

TOGETHER = 64
"""Rows whose products are added to the gradients of weights at a time, so that they stay in the cache."""


@njit(cache=True, error_model="numpy", fastmath=FAST)
def forward(  # type: ignore[no-untyped-def]
    limit, into, bias, out, out_bias, read_out, outputs, seen, gates, cells, bent, emitted,
    memory, scales, usage, precedence, links, write, reads, order, writing, reading,
):  # fmt: skip
    """Fill ``outputs`` (T, B, O), and the states from their first entries and the inputs in ``seen``.

    ``gates`` (T, B4, 4H): take, keep, new, show; ``cells`` (T + 1, B4, H) c, ``bent`` (T, B4, H) tanh(c); ``emitted``
    (T, B4, O + E). For the memory see :func:`memsim.models.networks.compiled.memory_steps.memory_step`, with a first
    dimension of T + 1, or T for the last three.
    """
    steps, batch, size = outputs.shape
    rows, hidden = bent.shape[1:]
    above, read_at = len(out), seen.shape[2] - len(read_out)
    slots, read_size = memory.shape[3], memory.shape[2] * reads.shape[2]
    interface, read = np.empty((batch, emitted.shape[2] - size), seen.dtype), np.zeros((rows, read_size), seen.dtype)
    shown = np.zeros((rows, size), seen.dtype)
    for b in range(batch if slots else 0):
        unit_scales(memory[0, b], scales[0, b])
    for t in range(steps):
        gate = gates[t]
        for b in range(rows):
            gate[b] = bias
        add_product(seen[t], into, gate)
        for b in range(rows):
            gate_b, old, cell, curve, h = gate[b], cells[t, b], cells[t + 1, b], bent[t, b], seen[t + 1, b]
            for k in range(2 * hidden):
                gate_b[k] = sigmoid(gate_b[k])
            for k in range(2 * hidden, 3 * hidden):
                gate_b[k] = tangent(gate_b[k])
            for k in range(3 * hidden, 4 * hidden):
                gate_b[k] = sigmoid(gate_b[k])
            take, keep, new, show = (
                gate_b[:hidden], gate_b[hidden : 2 * hidden], gate_b[2 * hidden : 3 * hidden], gate_b[3 * hidden :]
            )  # fmt: skip
            for k in range(hidden):
                cell[k] = keep[k] * old[k] + take[k] * new[k]
            for k in range(hidden):
                curve[k] = tangent(cell[k])
            for k in range(hidden):
                h[k] = show[k] * curve[k]
        for b in range(rows):
            emitted[t, b] = out_bias
        add_product(seen[t + 1, :, :above], out, emitted[t])
        shown[:] = emitted[t, :, :size]
        if slots:
            interface[:] = emitted[t, :batch, size:]
            memory_step(
                interface, limit, memory[t], scales[t], usage[t], precedence[t], links[t], write[t], reads[t],
                memory[t + 1], scales[t + 1], usage[t + 1], precedence[t + 1], links[t + 1], write[t + 1],
                reads[t + 1], read, order[t], writing[t], reading[t],
            )  # fmt: skip
            seen[t + 1, :, read_at : read_at + read_size] = read
            add_product(seen[t + 1, :, read_at:], read_out, shown)
        outputs[t] = shown[:batch]


@njit(inline="always")
def cell_back(gate, old, curve, g_h, g_cell, g_gate):  # type: ignore[no-untyped-def]
    """Through the LSTM cell of one trial: turn ``g_cell`` (H,) into that of the cell before, and fill ``g_gate``."""
    hidden = len(curve)
    one = curve.dtype.type(1)
    take, keep, new, show = (
        gate[:hidden], gate[hidden : 2 * hidden], gate[2 * hidden : 3 * hidden], gate[3 * hidden :]
    )  # fmt: skip
    g_take, g_keep, g_new, g_show = (
        g_gate[:hidden], g_gate[hidden : 2 * hidden], g_gate[2 * hidden : 3 * hidden], g_gate[3 * hidden :]
    )  # fmt: skip
    for k in range(hidden):
        g_show[k] = g_h[k] * curve[k] * show[k] * (one - show[k])
        g_cell[k] += g_h[k] * show[k] * (one - curve[k] * curve[k])
    for k in range(hidden):
        g_take[k] = g_cell[k] * new[k] * take[k] * (one - take[k])
        g_keep[k] = g_cell[k] * old[k] * keep[k] * (one - keep[k])
        g_new[k] = g_cell[k] * take[k] * (one - new[k] * new[k])
    for k in range(hidden):
        g_cell[k] *= keep[k]


@njit(cache=True, error_model="numpy", fastmath=FAST)
def add_outer(left, right, result):  # type: ignore[no-untyped-def]
    """Add to ``result`` (n, m) the sum over rows of ``left`` (rows, n) times ``right`` (rows, m), of which ``right``
    need not be contiguous."""
    width = result.shape[1]
    some = np.empty((TOGETHER, width), result.dtype)
    for first in range(0, len(left), TOGETHER):
        rows = min(TOGETHER, len(left) - first)
        some[:rows] = right[first : first + rows]
        add_product(left[first : first + rows].T, some[:rows], result)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def backward(  # type: ignore[no-untyped-def]
    limit, size, into, out, read_out, seen, gates, cells, bent, emitted,
    memory, scales, usage, precedence, links, write, reads, order, writing, reading,
    g_outputs, g_seen, g_cell, g_memory, g_usage, g_precedence, g_links, g_write, g_reads, has_links,
    g_inputs, g_gates, g_emitted,
):  # fmt: skip
    """Turn gradients of the last state into those of the first, and fill ``g_inputs`` (T, B4, I4), ``g_gates`` and
    ``g_emitted`` (T, B4, (O + E)4), which starts as zeros.

    ``size`` is O. Weights have rows for what comes out here, filled up to a multiple of 4: ``into``
    (4H, H4 + I4 + RW4), ``out`` ((O + E)4, H4), ``read_out`` (O4, RW4). ``g_seen`` (B4, H4 + I4 + RW4) is the gradient
    of what the controller would see next, ``g_cell`` (B4, H) that of its cells, ``g_outputs`` is (T, B4, O4).
    """
    steps, rows, hidden = bent.shape
    above, read_at = out.shape[1], seen.shape[2] - read_out.shape[1]
    batch, width, slots = memory.shape[1:]
    read_size = width * reads.shape[2]
    g_h, g_read = np.zeros((rows, above), seen.dtype), np.zeros((rows, read_out.shape[1]), seen.dtype)
    interface = np.empty((batch, emitted.shape[2] - size), seen.dtype)
    g_interface = np.empty_like(interface)
    for back in range(steps):
        t = steps - 1 - back
        g_emitted[t, :, :size] = g_outputs[t, :, :size]
        if slots:
            g_read[:] = g_seen[:, read_at:]
            add_product(g_outputs[t], read_out, g_read)
            interface[:] = emitted[t, :batch, size:]
            memory_step_back(
                interface, limit, memory[t], scales[t], usage[t], precedence[t], links[t], write[t], reads[t],
                memory[t + 1], scales[t + 1], usage[t + 1], write[t + 1], reads[t + 1], order[t], writing[t],
                reading[t], g_read, g_interface, g_memory, g_usage, g_precedence, g_links, g_write, g_reads,
                has_links or back > 0,
            )  # fmt: skip
            g_emitted[t, :batch, size : emitted.shape[2]] = g_interface
        g_h[:] = g_seen[:, :above]
        add_product(g_emitted[t], out, g_h)
        for b in range(rows):
            cell_back(gates[t, b], cells[t, b], bent[t, b], g_h[b], g_cell[b], g_gates[t, b])
        g_seen[:] = 0
        add_product(g_gates[t], into, g_seen)
        g_inputs[t] = g_seen[:, above:read_at]
