"""Whole sequences of a controller, an LSTM layer, with or without the DNC's memory, and their gradients, as compiled
loops (numba): forward and backward are one call each.

Sizes: T steps, B trials, H hidden units, O outputs, E numbers of the interface, N slots of width W, R heads; without a
memory E = N = W = R = 0. Sizes with a 4, and the rows of a batch, are filled up with zeros to a multiple of 4,
and so are those with an 8.

States and what steps leave behind have a first dimension, of entries: the state before step t is entry t, and what a
step leaves is its own entry t, each modulo the number of entries. With T + 1 entries, or T, all is kept for the
gradient; with two, or one, states take turns. What the controller sees in a step besides its input, ``seen``
(entries, B4, H4 + RW4), is its last output h and what was read last.
"""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled.arithmetic import FAST, copy, sigmoid, tangent
from memsim.models.networks.compiled.interface import interface_length
from memsim.models.networks.compiled.memory_gradients import memory_step_back
from memsim.models.networks.compiled.memory_steps import memory_step
from memsim.models.networks.compiled.products import add_product


@njit(cache=True, error_model="numpy", fastmath=FAST, _nrt=False)
def forward(  # type: ignore[no-untyped-def]
    first, which, limit, start, into, out, out_bias, read_out, outputs, taken, seen, gates, cells, bent, emitted,
    memory, scales, usage, precedence, links, write, reads, order, writing, reading,
):  # fmt: skip
    """Fill ``outputs`` (up to T, B, O), those of the last steps, and the entries after the one of the step ``first``,
    from that one.

    ``start`` (any, 4H) is what inputs and biases add to the gates, and ``which`` (T, B4) the rows of it; ``into``
    (H4 + RW4, 4H) are weights to the gates, ``out`` (H4, (O + E)8) and ``out_bias`` those to outputs and interface,
    ``read_out`` (RW4, O8) from what is read to outputs. Filled are ``gates`` (entries, B4, 4H): take, keep, new, show;
    ``cells`` (entries, B4, H) c; ``bent`` (entries, B4, H) tanh(c); ``emitted`` (entries, B4, (O + E)8). For the memory
    see :func:`memsim.models.networks.compiled.memory_steps.memory_step`. ``taken`` is scratch, see
    :func:`memsim.models.networks.compiled.unrolled.taken_by`.
    """
    steps, (shows, batch, size) = len(which), outputs.shape
    rows, hidden = bent.shape[1:]
    above, read_size = len(out), memory.shape[2] * reads.shape[2]
    slots = memory.shape[3]
    interface, clipped, read, shown, of_memory = taken
    for t in range(steps):
        own, now, then = (first + t) % len(gates), (first + t) % len(seen), (first + t + 1) % len(seen)
        gate = gates[own]
        for b in range(rows):
            copy(start[which[t, b]], gate[b])
        add_product(seen[now], into, gate)
        for b in range(rows):
            gate_b, old, cell, curve, h = gate[b], cells[now, b], cells[then, b], bent[own, b], seen[then, b]
            # Slices, since indices that start above 0 keep a loop from becoming vector instructions.
            take, keep, new, show = (
                gate_b[:hidden], gate_b[hidden : 2 * hidden], gate_b[2 * hidden : 3 * hidden], gate_b[3 * hidden :]
            )  # fmt: skip
            for k in range(hidden):
                take[k] = sigmoid(take[k])
            for k in range(hidden):
                keep[k] = sigmoid(keep[k])
            for k in range(hidden):
                new[k] = tangent(new[k])
            for k in range(hidden):
                show[k] = sigmoid(show[k])
            for k in range(hidden):
                cell[k] = keep[k] * old[k] + take[k] * new[k]
            for k in range(hidden):
                curve[k] = tangent(cell[k])
            for k in range(hidden):
                h[k] = show[k] * curve[k]
        output = t - (steps - shows)
        if output < 0 and not slots:
            continue
        given = emitted[own]
        for b in range(rows):
            copy(out_bias, given[b])
        add_product(seen[then, :, :above], out, given)
        if slots:
            for b in range(batch):
                copy(given[b, size:], interface[b])
            memory_step(
                interface, limit, memory[now], scales[now], usage[now], precedence[now], links[now], write[now],
                reads[now], memory[then], scales[then], usage[then], precedence[then], links[then], write[then],
                reads[then], read, order[own], writing[own], reading[own], clipped, of_memory,
            )  # fmt: skip
            for b in range(batch):
                copy(read[b], seen[then, b, above : above + read_size])
        if output < 0:
            continue
        for b in range(rows):
            copy(given[b], shown[b])
        if slots:
            add_product(seen[then, :, above:], read_out, shown)
        for b in range(batch):
            copy(shown[b], outputs[output, b])


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
def backward(  # type: ignore[no-untyped-def]
    limit, size, into, out, read_out, seen, gates, cells, bent, emitted,
    memory, scales, usage, precedence, links, write, reads, order, writing, reading,
    g_outputs, g_seen, g_cell, g_memory, g_usage, g_precedence, g_links, g_write, g_reads, has_links,
    g_gates, g_emitted,
):  # fmt: skip
    """Turn gradients of the last state into those of the first, and fill ``g_gates`` and ``g_emitted``
    (T, B4, (O + E)4), which starts as zeros.

    ``size`` is O. Weights have rows for what comes out here, filled up to a multiple of 4: ``into`` (4H, H4 + RW4),
    ``out`` ((O + E)4, H4), ``read_out`` (O4, RW4). ``g_seen`` (B4, H4 + RW4) is the gradient of what the controller
    would see next, ``g_cell`` (B4, H) that of its cells, ``g_outputs`` is (T, B4, O4).
    """
    steps, rows, _ = bent.shape
    above = out.shape[1]
    batch, width, slots = memory.shape[1:]
    g_h, g_read = np.zeros((rows, above), seen.dtype), np.zeros((rows, read_out.shape[1]), seen.dtype)
    emits = interface_length(width, reads.shape[2])
    interface, g_interface = np.empty((batch, emits), seen.dtype), np.empty((batch, emits), seen.dtype)
    for back in range(steps):
        t = steps - 1 - back
        for b in range(rows):
            copy(g_outputs[t, b], g_emitted[t, b, :size])
        if slots:
            for b in range(rows):
                copy(g_seen[b, above:], g_read[b])
            add_product(g_outputs[t], read_out, g_read)
            for b in range(batch):
                copy(emitted[t, b, size:], interface[b])
            memory_step_back(
                interface, limit, memory[t], scales[t], usage[t], precedence[t], links[t], write[t], reads[t],
                memory[t + 1], scales[t + 1], usage[t + 1], write[t + 1], reads[t + 1], order[t], writing[t],
                reading[t], g_read, g_interface, g_memory, g_usage, g_precedence, g_links, g_write, g_reads,
                has_links or back > 0,
            )  # fmt: skip
            for b in range(batch):
                copy(g_interface[b], g_emitted[t, b, size : size + emits])
        for b in range(rows):
            copy(g_seen[b], g_h[b])
        add_product(g_emitted[t], out, g_h)
        for b in range(rows):
            cell_back(gates[t, b], cells[t, b], bent[t, b], g_h[b], g_cell[b], g_gates[t, b])
        g_seen[:] = 0
        add_product(g_gates[t], into, g_seen)
