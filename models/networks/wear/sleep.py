"""Sleep: replay of a memory without steps of the network, by the roles that a core declares.

The equations stand in :class:`memsim.models.networks.wear.rests.Resting`. Nothing here has a gradient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from memsim.core.errors import NoEffectError
from memsim.models.networks.cores.core import State
from memsim.models.networks.cores.state_leaves import changed_at, leaves, place
from memsim.models.networks.wear.rests import Rest

COMPLETION = 8.0
"""Strength β of the cosine by which a row that is replayed recalls rows like it."""
FOLLOWED = 0.05
"""A link at or below this is not followed."""
SETTLING = 3
"""Steps in which noise settles to a row."""
TINY = 1e-12


@dataclass
class Traces:
    """What sleep changes."""

    rows: Tensor
    """(B, N, W) contents, M."""
    usage: Tensor
    """(B, N) u."""
    links: Tensor | None
    """(B, N, N) L[j, i] from i to j."""


def rows_of(state: State, roles: Mapping[str, str]) -> list[Tensor]:
    """The leaves of the memory, (B, N, W) each.

    Raises
    ------
    NoEffectError : the memory is something else than rows.
    """
    found = leaves(place(state, roles["memory"]))
    if any(leaf.ndim != 3 for leaf in found.values()) or len({leaf.shape[1] for leaf in found.values()}) > 1:
        shapes = ", ".join(f"{name or 'memory'} {tuple(leaf.shape)}" for name, leaf in found.items())
        raise NoEffectError(f"sleep replays a memory of rows (batch, rows, numbers), and this one is {shapes}")
    return list(found.values())


@torch.no_grad()
def slept(state: State, roles: Mapping[str, str], rest: Rest, generator: torch.Generator) -> State:
    """The state after one cycle of sleep."""
    parts = rows_of(state, roles)
    rows = torch.cat(parts, dim=2)
    if not rows.numel():
        return state
    has_usage, has_links = "usage" in roles, "links" in roles
    usage: Tensor = place(state, roles["usage"]) if has_usage else _lengths(rows)
    links = place(state, roles["links"]).clone() if has_links else None
    traces = Traces(rows.clone(), usage.clone(), links)
    replay(traces, rest, generator)
    if rest.sleep_prune:
        prune(traces, rest, generator)
    pieces: Iterator[Tensor] = iter(torch.split(traces.rows, [part.shape[2] for part in parts], dim=2))
    state = changed_at(state, roles["memory"], lambda _: next(pieces))
    if has_usage:
        state = changed_at(state, roles["usage"], lambda _: traces.usage)
    if traces.links is not None:
        state = changed_at(state, roles["links"], lambda _: traces.links)  # type: ignore[arg-type, return-value]
    return state


def replay(traces: Traces, rest: Rest, generator: torch.Generator) -> None:
    """Replay a row that is drawn by its strength and those that its links lead to; weaken, and free, the others."""
    batch, n_rows = traces.usage.shape
    every = torch.arange(batch, device=traces.usage.device)
    strength = (traces.usage / (traces.usage.amax(1, keepdim=True) + TINY)) ** rest.sleep_choice
    # Inverse of the cumulated strengths: one uniform number for each trial.
    cumulated = strength.cumsum(1)
    drawn = torch.rand((batch, 1), generator=generator, dtype=strength.dtype).to(strength.device)
    current = (cumulated <= drawn * cumulated[:, -1:]).sum(1).clamp(max=n_rows - 1)
    going = traces.usage.amax(1) > TINY
    replayed = torch.zeros_like(traces.usage, dtype=torch.bool)
    followed = None if traces.links is None else torch.zeros_like(traces.links, dtype=torch.bool)
    for step in range(rest.sleep_steps + 1):
        if step and traces.links is not None and followed is not None:
            link, onward = traces.links[every, :, current].max(1)
            going = going & (link > FOLLOWED)
            gained = link + rest.sleep_gain * (1 - link)
            traces.links[every, onward, current] = torch.where(going, gained, link)
            followed[every, onward, current] |= going
            current = torch.where(going, onward, current)
        elif step:
            break
        _strengthen(traces, every, current, going, rest)
        replayed[every, current] |= going
    kept = 1 - rest.sleep_weaken
    traces.rows = torch.where(replayed[..., None], traces.rows, kept * traces.rows)
    traces.usage = torch.where(replayed, traces.usage, kept * traces.usage)
    freed = traces.usage < rest.sleep_free
    traces.rows = traces.rows.masked_fill(freed[..., None], 0)
    traces.usage = traces.usage.masked_fill(freed, 0)
    if traces.links is not None and followed is not None:
        links = torch.where(followed, traces.links, kept * traces.links)
        traces.links = links.masked_fill(freed[:, :, None] | freed[:, None, :], 0)


def prune(traces: Traces, rest: Rest, generator: torch.Generator) -> None:
    """Let noise settle to a row, and weaken it unless it is among the stronger half of the rows in use."""
    batch, _, width = traces.rows.shape
    every = torch.arange(batch, device=traces.usage.device)
    found = torch.randn((batch, 1, width), generator=generator, dtype=traces.rows.dtype).to(traces.rows.device)
    for _ in range(SETTLING):
        similarity = normalize(found, dim=2) @ normalize(traces.rows, dim=2).transpose(1, 2)
        found = _among_used(COMPLETION * similarity, traces).softmax(2) @ traces.rows
    similarity = normalize(found, dim=2) @ normalize(traces.rows, dim=2).transpose(1, 2)
    reached = _among_used(similarity, traces)[:, 0].argmax(1)
    in_use = traces.usage > 0
    stronger = (traces.usage[:, None] > traces.usage[every, reached][:, None, None]).sum(2)[:, 0]
    weak = (in_use.sum(1) > 0) & (stronger >= (in_use.sum(1) + 1) // 2)
    kept = torch.where(weak, 1 - rest.sleep_prune, 1.0).to(traces.rows.dtype)
    traces.rows[every, reached] *= kept[:, None]
    traces.usage[every, reached] *= kept


def _among_used(values: Tensor, traces: Traces) -> Tensor:
    """``values`` (B, 1, N), far below all others where a row is not in use."""
    return values.masked_fill(traces.usage[:, None] <= 0, -1e9)


def _strengthen(traces: Traces, every: Tensor, current: Tensor, going: Tensor, rest: Rest) -> None:
    row = traces.rows[every, current]
    directions = normalize(traces.rows, dim=2)
    similarity = (directions @ directions[every, current][..., None])[..., 0]
    recalled = _among_used((COMPLETION * similarity)[:, None], traces).softmax(2) @ traces.rows
    moved = row + rest.sleep_replay * (recalled[:, 0] - row)
    length = row.norm(dim=1, keepdim=True) * (1 + rest.sleep_strengthen)
    traces.rows[every, current] = torch.where(going[:, None], normalize(moved, dim=1) * length, row)
    usage = traces.usage[every, current]
    full = traces.usage.amax(1).clamp(min=1)
    traces.usage[every, current] = torch.where(going, usage + rest.sleep_gain * (full - usage), usage)


def _lengths(rows: Tensor) -> Tensor:
    """(B, N) lengths of rows, relative to the longest of the trial."""
    lengths = rows.norm(dim=2)
    return lengths / (lengths.amax(1, keepdim=True) + TINY)
