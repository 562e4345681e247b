"""The end-to-end memory network (MemN2N; Sukhbaatar et al., 2015) as a core, which reads several times in a step."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from memsim.core.errors import InputError
from memsim.models.networks.cores.core import Core, Weightings
from memsim.models.networks.cores.growing_rows import appended, newest
from memsim.models.networks.cores.hops import MOST_HOPS, hop_parts, hops_left
from memsim.models.networks.memory import LIMIT, unit_length

OF_COSINES, MOST = 2.0, 5.0
"""The logarithm of the strength β of cosines at the start, and at most."""
AGES = 0.1
"""The standard deviation of the vectors of ages at the start."""


class MemN2NState(NamedTuple):
    """What a memory network carries from one step to the next."""

    rows: Tensor
    """(B, t, E, d) what was stored, E embeddings of each of t steps."""
    context: Tensor
    """(B, d) what the last step ended with, tanh(u)."""
    ages: Tensor
    """(B, t) the age of each row; (B, 0) where ages are the number of rows since, as long as every step stores one."""


class MemN2N(Core):
    """A memory of all steps, which is read ``hops`` times within a step, each time asked by what was just read.

    ::

        a row is appended: key m = A [x; context] and value c = C [x; context]      u = B [x; context]
        hops times: p = softmax_i(β u·(m_i + T_A(age i)))      o = Σ_i p_i (c_i + T_C(age i))      u <- H u + o
        y = V u      context <- tanh(u)

    There is no controller: context is all that is carried besides the rows, of which none is changed. The age of a row
    is the number of steps since; T_A and T_C are learned vectors for each age, small at the start, as they stay for
    ages that do not occur in training. A memory of ``slots`` rows drops the oldest, so that higher ages occur only
    where steps store nothing; they have the vectors of the highest. β is learned, d^-1/2 at the start, and H starts as
    the identity. What is stored is bounded by ±20.

    ``tying="layer"`` has one A, C and H for all hops, as a recurrence has. ``tying="adjacent"`` has embeddings of their
    own: the values of one hop are the keys of the next, the first keys are also B, and there is no H. With ``mixed``
    the output is V of a mean of u after every hop, with weights softmax(W u) by the u before the first, so that
    the number of hops may depend on the question.

    With ``carried=False`` no context is stored, nor is one in what is asked: a row is its step alone. With
    ``aged=False`` rows have no age. Without both this is a store of keys and values, in which nothing tells rows apart
    but what they hold.

    With ``chained`` what is asked next is what was read, and nothing else: u <- H o, and y = V o. Keys and u are then
    taken at unit length, so that β is a strength of cosines, which starts at e²; H starts random. The sum H u + o
    begins by asking once more for the row that was just found, and from there chains of rows were not learned in 4,000
    iterations of the task of links, in which 500 are enough so.

    Training may get stuck, depending on the seed. The authors began without the softmax, p = β u·(m + T), which is
    ``linear=True``: train so first, and then with these weights as ``start`` and ``linear=False``.

    Lesions: without ``content`` rows are found by age alone, without ``age`` they have none; without ``reading``
    nothing is read, without ``writing`` no row is appended, and ``memory`` is both; without ``hop_2`` a step
    reads once, and so on. The weighting ``read`` has the hops as its heads.

    References
    ----------
    Sukhbaatar, Szlam, Weston and Fergus (2015), NIPS. That contexts are stored is ours.
    """

    parts: tuple[str, ...] = ("age", "content", "reading", "writing", "memory")
    roles: ClassVar = {"memory": "rows", "controller": "context"}
    limits: ClassVar = {"hops": (1, MOST_HOPS), "tying": ("layer", "adjacent")}
    gradient_clip: ClassVar = 40.0

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        hops: int = 3,
        slots: int = 64,
        width: int = 48,
        tying: str = "layer",
        mixed: bool = False,
        linear: bool = False,
        carried: bool = True,
        aged: bool = True,
        chained: bool = False,
    ) -> None:
        super().__init__()
        if mixed and hops == 1:
            raise InputError("MemN2N: mixed=True has no effect with hops=1; give more hops, or leave mixed out")
        self.hops, self.slots, self.width, self.linear, self.carried = hops, slots, width, linear, carried
        self.aged, self.chained = aged, chained
        embeddings = hops + 1 if tying == "adjacent" else 2
        own = (part for part in type(self).parts if aged or part != "age")
        self.parts = (*own, *hop_parts(hops))
        # Of each hop, which embedding is the key and which the value.
        self.pairs = [(hop, hop + 1) if tying == "adjacent" else (0, 1) for hop in range(hops)]
        seen = input_size + width * carried
        self.store = nn.Linear(seen, embeddings * width, bias=False)
        if aged:
            self.ages = nn.Parameter(AGES * torch.randn(slots, embeddings, width))
        else:
            self.register_buffer("ages", torch.zeros(slots, embeddings, width), persistent=False)
        self.log_strength = nn.Parameter(torch.tensor(OF_COSINES if chained else -0.5 * math.log(width)))
        self.ask = nn.Linear(seen, width, bias=False) if tying == "layer" else None
        asks_again = hops > 1 or carried or not chained
        self.keep = nn.Linear(width, width, bias=False) if tying == "layer" and asks_again else None
        self.mix = nn.Linear(width, hops) if mixed else None
        self.project = nn.Linear(width, output_size)
        if self.keep is not None and not chained:
            nn.init.eye_(self.keep.weight)

    def start(self, batch: int) -> MemN2NState:
        """The state before the first step: no rows, and a context of zeros."""
        zeros = self.project.weight.new_zeros
        ages = zeros((batch, 0), dtype=torch.int64)
        return MemN2NState(zeros((batch, 0, *self.ages.shape[1:])), zeros((batch, self.width)), ages)

    def step(
        self, inputs: Tensor, state: MemN2NState, without: Collection[str] = frozenset()
    ) -> tuple[Tensor, MemN2NState, Weightings]:
        """One step: store, then read. Weightings are ``write``, and ``read`` (B, hops, t) where it is a softmax."""
        seen = torch.cat((inputs, state.context), dim=1) if self.carried else inputs
        stored = self.store(seen).clamp(-LIMIT, LIMIT).view(-1, *self.ages.shape[1:])
        writes = "memory" not in without and "writing" not in without
        rows = appended(state.rows, stored, self.slots) if writes else state.rows
        asked = stored[:, 0] if self.ask is None else self.ask(seen).clamp(-LIMIT, LIMIT)

        since = self.since(state, writes=writes)
        ages = self.ages[: rows.shape[1]].flip(0).expand_as(rows)
        if since.shape[1]:
            ages = self.ages[since.clamp(max=self.slots - 1)]
        keys = ages if "content" in without else rows if "age" in without else rows + ages
        values = rows if "age" in without else rows + ages
        answer, u, weightings = self.answered(asked[:, None], keys, values, without)
        named = {"write": newest(rows) * writes}
        named |= {} if self.linear else {"read": torch.cat(weightings, dim=1)}
        return self.project(answer[:, 0]), MemN2NState(rows, u[:, 0].tanh(), since), named

    def answered(
        self, asked: Tensor, keys: Tensor, values: Tensor, without: Collection[str], later: Tensor | None = None
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """What the hops of T steps find, the last u, (B, T, d) each, and the weighting (B, T, t) of each hop.

        Parameters
        ----------
        asked : (B, T, d) the first u.
        keys, values : (B, t, E, d) the rows, with or without their ages.
        later : (T, t) which rows a step may not read yet.
        """
        reads = "memory" not in without and "reading" not in without
        nothing = asked.new_zeros((*asked.shape[:2], keys.shape[1]))
        strength, u, each, weightings = self.strength(), asked, list[Tensor](), list[Tensor]()
        for hop, (key, value) in enumerate(self.pairs):
            if hop >= hops_left(self.hops, without):
                each.append(each[-1])
                weightings.append(nothing)
                continue
            weighting, read = nothing, torch.zeros_like(u)
            if reads:
                given = self.compared(keys[:, :, key]), values[:, :, value], self.compared(u)
                weighting, read = looked_up(*given, strength, later, linear=self.linear)
            u, found = self.after(u, read)
            each.append(found)
            weightings.append(weighting)
        answer = each[-1]
        if self.mix is not None:
            answer = (self.mix(asked).softmax(dim=2)[..., None] * torch.stack(each, dim=2)).sum(dim=2)
        return answer, u, weightings

    def since(self, state: MemN2NState, *, writes: bool) -> Tensor:
        """:attr:`MemN2NState.ages` after a step that stores a row, or stores none."""
        if not self.aged or (writes and not state.ages.shape[1]):
            return state.ages
        counted = torch.arange(state.rows.shape[1], device=state.ages.device).flip(0).expand(len(state.ages), -1)
        older = (state.ages if state.ages.shape[1] else counted) + 1
        return appended(older, torch.zeros_like(older[:, 0]), self.slots) if writes else older

    def strength(self) -> Tensor:
        """β, which is bounded where it is that of cosines."""
        return (self.log_strength.clamp(max=MOST) if self.chained else self.log_strength).exp()

    def compared(self, vectors: Tensor) -> Tensor:
        """Keys, or what is asked, as their products are taken."""
        return unit_length(vectors) if self.chained else vectors

    def after(self, asked: Tensor, read: Tensor) -> tuple[Tensor, Tensor]:
        """What is asked after a hop, and what the hop found."""
        if self.chained:
            return (read if self.keep is None else self.keep(read)), read
        u = (asked if self.keep is None else self.keep(asked)) + read
        return u, u

    def unroll(self, inputs: Tensor, state: MemN2NState | None = None) -> tuple[Tensor, MemN2NState]:
        """As :meth:`memsim.models.networks.cores.core.Core.unroll`.

        Where a row is its step alone, all steps are taken at once, each with the rows up to its own.
        """
        state = self.start(inputs.shape[1]) if state is None else state
        earlier = state.rows.shape[1]
        if self.carried or self.aged or earlier + len(inputs) > self.slots:
            return super().unroll(inputs, state)
        seen = inputs.transpose(0, 1)
        stored = self.store(seen).clamp(-LIMIT, LIMIT).view(*seen.shape[:2], *self.ages.shape[1:])
        rows = torch.cat((state.rows, stored), dim=1)
        asked = stored[:, :, 0] if self.ask is None else self.ask(seen).clamp(-LIMIT, LIMIT)
        steps = earlier + torch.arange(len(inputs), device=rows.device)[:, None]
        later = torch.arange(rows.shape[1], device=rows.device) > steps
        answer, u, _ = self.answered(asked, rows, rows, (), later)
        return self.project(answer).transpose(0, 1), MemN2NState(rows, u[:, -1].tanh(), state.ages)


def looked_up(
    keys: Tensor, values: Tensor, asked: Tensor, strength: Tensor, later: Tensor | None = None, *, linear: bool = False
) -> tuple[Tensor, Tensor]:
    """The weighting p (B, T, t) of ``keys`` (B, t, d) by ``asked`` (B, T, d), and the mean o (B, T, d) of ``values``.

    Rows that are ``later`` (T, t) have the weight 0.
    """
    scores = strength * asked @ keys.transpose(1, 2)
    if later is not None:
        scores = scores.masked_fill(later, 0.0 if linear else -torch.inf)
    weighting = scores if linear else scores.softmax(dim=2)
    return weighting, weighting @ values
