"""SAM's store during study, as compiled loops over trials (numba)."""

from __future__ import annotations

from typing import NamedTuple

from memsim.core.arrays import FloatArray
from memsim.core.code.compiled import njit


class StudyRule(NamedTuple):
    """The parameters of the store and of the growth of strengths, as the loops take them."""

    size: int
    """The capacity of the store, at most the length of the list."""
    knock_out: FloatArray
    """(size,) probabilities of displacing each member of a full store, oldest first, cumulated."""
    seconds: FloatArray
    """(size + 1,) for which strengths grow with each item, by the number of items in the store."""
    rates: tuple[float, float, float, float]
    """Per second: context to item, earlier to later item, later to earlier, item to itself."""
    residual: float


@njit(cache=True)
def study_item(position, n_stored, rule, draws, store, context, links):  # type: ignore[no-untyped-def]
    """The item at ``position`` enters each trial's store of ``n_stored``; ``draws`` decide which leaves a full store.

    All items in the store gain strength; returns their number.
    """
    to_context, forward, backward, to_self = rule.rates
    full = n_stored == rule.size
    n_after = n_stored if full else n_stored + 1
    time = rule.seconds[n_after]
    for trial in range(len(store)):
        if full:
            gone = 0
            while gone < n_stored - 1 and draws[trial] >= rule.knock_out[gone]:
                gone += 1
            for place in range(gone, n_stored - 1):
                store[trial, place] = store[trial, place + 1]
        store[trial, n_after - 1] = position
        for newer in range(n_after):
            i = store[trial, newer]
            context[trial, i] += to_context * time
            links[trial, i, i] += to_self * time
            for older in range(newer):
                j = store[trial, older]
                links[trial, j, i] += forward * time
                links[trial, i, j] += backward * time
    return n_after


@njit(cache=True)
def study_repeated(units, stored, rule, draws, store, context, links):  # type: ignore[no-untyped-def]
    """As :func:`study_item`, with an item in each trial, ``units``, and ``stored``, how many each trial holds.

    An item that is still in the store becomes its newest, and displaces none.
    """
    to_context, forward, backward, to_self = rule.rates
    for trial in range(len(store)):
        unit, held = units[trial], stored[trial]
        gone = -1
        for place in range(held):
            if store[trial, place] == unit:
                gone = place
        if gone < 0 and held == rule.size:
            gone = 0
            while gone < held - 1 and draws[trial] >= rule.knock_out[gone]:
                gone += 1
        if gone >= 0:
            for place in range(gone, held - 1):
                store[trial, place] = store[trial, place + 1]
            held -= 1
        store[trial, held] = unit
        held += 1
        stored[trial] = held
        time = rule.seconds[held]
        for newer in range(held):
            i = store[trial, newer]
            context[trial, i] += to_context * time
            links[trial, i, i] += to_self * time
            for older in range(newer):
                j = store[trial, older]
                links[trial, j, i] += forward * time
                links[trial, i, j] += backward * time


@njit(cache=True)
def leave_residue(residual, links):  # type: ignore[no-untyped-def]
    """Give two items that were never in the store together the residual strength."""
    for trial in range(links.shape[0]):
        for i in range(links.shape[1]):
            for j in range(links.shape[1]):
                if i != j and links[trial, i, j] == 0:
                    links[trial, i, j] = residual
