"""Compiled loops of the perturbation model: the distribution over orders, and its derivative by θ."""

from __future__ import annotations

import numpy as np

from memsim.core.code.compiled import njit


@njit(cache=True, error_model="numpy")
def perturb(swaps, perturbation, cycles, slopes):  # type: ignore[no-untyped-def]
    """(2, L!) probability of each order after ``cycles`` from the first, and its derivative by θ if asked for.

    ``swaps`` (L - 1, L!) are the indices of the orders that differ by one change of neighbours.
    """
    n_swaps, n_orders = swaps.shape
    now, after = np.zeros((2, n_orders)), np.zeros((2, n_orders))
    now[0, 0] = 1
    half = 0.5 * perturbation
    stay = 1 - half * n_swaps
    for _ in range(cycles):
        for order in range(n_orders):
            moved = 0.0
            for swap in range(n_swaps):
                moved += now[0, swaps[swap, order]]
            after[0, order] = stay * now[0, order] + half * moved
            if slopes:
                by = 0.0
                for swap in range(n_swaps):
                    by += now[1, swaps[swap, order]]
                after[1, order] = stay * now[1, order] + half * by + 0.5 * (moved - n_swaps * now[0, order])
        now, after = after, now
    return now


@njit(cache=True, error_model="numpy")
def fitting_orders(likely, orders, given, due, model):  # type: ignore[no-untyped-def]
    """(n, L) the total probability of orders that fit what was given, by the item that is due, and its derivative.

    ``likely`` (n_models, 2, L!) is from :func:`perturb`; ``given`` (n, L) is the item given at each position, negative
    where none was; ``due`` (n,) the position that is due, and ``model`` (n,) the index of the model.
    """
    n, length = given.shape
    weight, slope = np.zeros((n, length)), np.zeros((n, length))
    for row in range(n):
        for order in range(len(orders)):
            fits = True
            for position in range(length):
                if given[row, position] >= 0 and given[row, position] != orders[order, position]:
                    fits = False
                    break
            if fits:
                item = orders[order, due[row]]
                weight[row, item] += likely[model[row], 0, order]
                slope[row, item] += likely[model[row], 1, order]
    return weight, slope
