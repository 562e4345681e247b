"""A recurrent network in an experiment on memory, in torch: vectors of items in, and out a choice among the studied
items, or how old a probe seems.

The same steps train the network, with gradients, and run it as a model of memory, without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from memsim.models.networks.cores.core import State, Weightings
from memsim.models.networks.cores.declarations import declared
from memsim.models.networks.cores.declared_sizes import checked_sizes
from memsim.models.networks.cores.driving import state_sizes, take_step, unrolled
from memsim.models.networks.cores.state_leaves import mapped
from memsim.models.networks.tasks import TASKS, Task
from memsim.models.networks.wear.wearing import Wearing

STUDY, DISTRACT, RECALL, PROBE = range(4)
"""Flags of an input, besides the item's vector: the purpose of the step. Only networks that judge probes have the last.
"""
LOOKS = 2
"""Steps for which a probe, or the item that is a cue, is shown. Memory is read at the end of a step, so what the first
step reads can be compared with the probe in the second."""
LESIONED = ("test", "study", "both")
"""When a lesion holds."""


class Seen(NamedTuple):
    """What is to be seen of a step: where memory was addressed, and the state after it."""

    weightings: Weightings
    state: State


@dataclass
class Ended:
    """Lists whose recall has ended before that of others, with the state that they had then."""

    going: Tensor
    """(B,) whether the recall of a list goes on."""
    parts: list[tuple[Tensor, Episode]] = field(default_factory=list)
    """The numbers of lists that ended at the same response, and their episode."""


@dataclass
class Episode:
    """The state of a batch of lists during study and test."""

    state: State
    items: Tensor
    """(B, L, D) vectors of the studied items."""
    logits: Tensor
    """(B, L + 1) of each item as the next response and, last, of stopping; nothing before the cue."""
    seen: list[Seen] | None = None
    """What is to be seen of every step so far; ``None`` where it is not kept."""
    left: Tensor | None = None
    """(B, L) items that may still be given; ``None`` where items may be given twice."""
    lures: Tensor | None = None
    """(P, D) vectors of all items of the pool; ``None`` where items that were not studied cannot intrude."""
    studied: Tensor | None = None
    """(B, L) numbers of the studied items in the pool, where there are lures."""
    lured: Tensor | None = None
    """(B, P) support of all items of the pool as the next response, where there are lures."""
    pool: Tensor | None = None
    """(P, D) vectors of all items of the pool, where probes or cues name them."""
    without: frozenset[str] = frozenset()
    """The parts of the core that a lesion switches off."""
    lesioned: str = "test"
    """When they are: one of :data:`LESIONED`."""
    wearing: Wearing | None = None
    """What wears the state between steps; ``None`` where nothing does."""
    later: Tensor | None = None
    """(B, K, D) vectors of items of another list that are studied after the rest; ``None`` where there are none."""
    cue: int | None = None
    """The number of the task, which networks with several tasks are shown at every step."""
    ended: Ended | None = None
    """The lists whose recall has ended, where probes follow it; ``None`` where their states are not wanted."""


def candidates(logits: Tensor, lured: Tensor | None) -> Tensor:
    """(..., B, L + 1 + P) the logits of the items, of stopping and, where there are lures, of each of these."""
    return logits if lured is None else torch.cat((logits, lured), dim=-1)


class RecallNetwork(nn.Module):
    """A core that studies item vectors of length D and then names items one by one, or stops.

    Each step takes a vector and three flags: study (the item), distract (nothing), recall (the response just given;
    nothing at first). At test the output is a vector and a stop unit. The next response is a softmax over the studied
    items by the cosine of output and item, times a learned strength, and over stopping. Without ``repeats``, items
    that were recalled are no candidates.

    Networks of other tasks differ in two ways. One that judges probes has a fourth flag, probe, and one more output:
    the logit that the probe is old. One that studies pairs takes two vectors side by side, one of them empty where
    there is a cue. Probes and cues leave the state as it is, so none of them depends on another.

    Parameters
    ----------
    core : a class of cores; its input and output sizes follow from the task.
    sizes : of the core, by name, where they are not its defaults.
    """

    def __init__(
        self,
        vector_size: int,
        core: type[Any],
        sizes: Mapping[str, Any] | None = None,
        *,
        repeats: bool = True,
        task: Task = TASKS["recall"],
        n_cues: int = 0,
    ) -> None:
        super().__init__()
        self.repeats = repeats
        self.vector_size = vector_size
        self.sides = 2 if task.pairs else 1
        self.n_flags = 4 if task.probes else 3
        outputs = vector_size + (2 if task.probes else 1)
        self.n_cues = n_cues
        self.input_size = self.sides * vector_size + self.n_flags + n_cues
        self.network: Any = core(self.input_size, outputs, **checked_sizes(core, sizes or {}))
        if lay_out := declared(self.network, "lay_out"):
            lay_out(self.sides * vector_size)
        self.strength = nn.Parameter(torch.tensor(2.0))

    @cached_property
    def _state_sizes(self) -> tuple[int, int]:
        return state_sizes(self.network, self.input_size)

    def state_size(self, steps: int) -> int:
        """How many numbers the state of one list holds after this many steps."""
        at_start, more = self._state_sizes
        return at_start + steps * more

    def start(self, batch: int) -> State:
        """The state of the core before the first step."""
        return self.network.start(batch)

    def begin(self, items: Tensor) -> Episode:
        """An episode with the lists ``items`` (B, L, D)."""
        batch, length, _ = items.shape
        state = self.start(batch)
        left = None if self.repeats else torch.ones((batch, length), dtype=torch.bool, device=items.device)
        return Episode(state, items, items.new_zeros((batch, length + 1)), left=left)

    def study(self, episode: Episode, position: int) -> Episode:
        """All lists study their item at this position."""
        self._step(episode, episode.items[:, position], STUDY, _study_time(episode, position))
        return episode

    def study_pair(self, episode: Episode, first: int, second: int) -> Episode:
        """All lists study the items at these positions side by side."""
        pair = torch.cat((episode.items[:, first], episode.items[:, second]), dim=1)
        self._step(episode, pair, STUDY, _study_time(episode, first))
        return episode

    def distract(self, episode: Episode, steps: int, seconds: float | None = None) -> Episode:
        """Take this many steps without an item; they take a second each if ``seconds`` of all are not given."""
        for _ in range(steps):
            each = 1.0 if seconds is None else seconds / steps
            self._step(episode, torch.zeros_like(episode.items[:, 0]), DISTRACT, each)
        for _, part in episode.ended.parts if episode.ended is not None else ():
            self.distract(part, steps, seconds)
        return episode

    def present(self, episode: Episode, shown: Sequence[int | None]) -> Episode:
        """The items at these positions, one after another; ``None`` is a step without an item.

        The steps are those of :meth:`study` and :meth:`distract`, which a core may take together faster.
        """
        if not shown:
            return episode
        if episode.wearing is not None:
            for each in shown:
                episode = self.distract(episode, 1) if each is None else self.study(episode, each)
            return episode
        nothing = torch.zeros_like(episode.items[:, 0])
        steps = [(nothing, DISTRACT) if each is None else (episode.items[:, each], STUDY) for each in shown]
        inputs = torch.stack([self._inputs(episode, vectors, flag) for vectors, flag in steps])
        _, episode.state = unrolled(self.network, inputs, episode.state)
        return episode

    def cue(self, episode: Episode) -> Episode:
        """The test begins."""
        self._begin_test(episode)
        return self._ask(episode, torch.zeros_like(episode.items[:, 0]))

    def recalled(self, episode: Episode, position: Tensor) -> Episode:
        """Feed back the response: a 0-based position (B,), or L for none."""
        if episode.left is not None:
            columns = torch.arange(episode.left.shape[1], device=position.device)
            episode.left = episode.left & (columns != position[:, None])
        return self._ask(episode, _items_at(episode, self.fed_back(episode, position)[:, None])[:, 0])

    def fed_back(self, episode: Episode, position: Tensor) -> Tensor:
        """What is shown of responses at these 0-based positions, or L for none: the items themselves."""
        return position

    def along(self, episode: Episode, responses: Tensor) -> Tensor:
        """(n, B, L + 1 + P) the logits of :func:`candidates` at the cue and after each but the last of n responses.

        ``responses`` (B, n) are 0-based positions, or L for none. The steps are those of :meth:`cue` and
        :meth:`recalled`, which a core may take together faster, unless the state wears in between.
        """
        if episode.wearing is not None:
            offered = []
            for number in range(responses.shape[1]):
                episode = self.recalled(episode, responses[:, number - 1]) if number else self.cue(episode)
                offered.append(candidates(episode.logits, episode.lured))
            return torch.stack(offered)
        given = responses[:, :-1]
        # At the cue nothing is fed back, as after no response.
        positions = functional.pad(self.fed_back(episode, given), (1, 0), value=episode.items.shape[1])
        shown = _items_at(episode, positions).unbind(1)
        inputs = torch.stack([self._inputs(episode, vectors, RECALL) for vectors in shown])
        outputs, episode.state = unrolled(self.network, inputs, episode.state)
        left = episode.left
        if left is not None:
            columns = torch.arange(left.shape[1], device=given.device)
            named = functional.pad(given.T[:, :, None] == columns, (0, 0, 0, 0, 1, 0))
            left = left & (named.cumsum(0) == 0)
        return candidates(*self._support(episode, outputs, left))

    def recalled_or_ended(self, episode: Episode, position: Tensor, ends: Tensor) -> Episode:
        """As :meth:`recalled`; lists whose recall ``ends`` (B,) here keep the state that they have for later probes.

        What the other lists still recall has no part in it.
        """
        if episode.ended is not None and (rows := (ends & episode.ended.going).nonzero()[:, 0]).numel():
            episode.ended.parts.append((rows, _of_lists(episode, rows)))
            episode.ended.going = episode.ended.going & ~ends
        return self.recalled(episode, position)

    def judge(self, episode: Episode, probes: Tensor) -> Tensor:
        """(B, P) the logits that ``probes`` (B, P, D) are old; the episode stays as it is."""
        if episode.ended is not None and episode.ended.parts:
            logits = self.judge(replace(episode, ended=None), probes)
            for rows, part in episode.ended.parts:
                logits[rows] = self.judge(replace(part, cue=episode.cue), probes[rows])
            return logits
        self._begin_test(episode)
        asked = _repeated(episode, probes.shape[1])
        for _ in range(LOOKS):
            output = self._step(asked, probes.flatten(0, 1), PROBE)
        return output[:, -1].view(probes.shape[:2])

    def cue_items(self, episode: Episode, cues: Tensor, positions: Tensor) -> Episode:
        """Episodes (B * P) of the responses to ``cues`` (B, P, 2, D), with zeros on the side that is asked for.

        ``positions`` (B, P) are those of the cues in the list, L for a cue that was not studied; the cue itself is no
        candidate. The episode stays as it is.
        """
        self._begin_test(episode)
        asked = _repeated(episode, cues.shape[1])
        for _ in range(LOOKS):
            output = self._step(asked, cues.flatten(2).flatten(0, 1), RECALL)
        columns = torch.arange(episode.items.shape[1], device=positions.device)
        others = columns != positions.flatten()[:, None]
        asked.left = others if asked.left is None else asked.left & others
        return self._offer(asked, output)

    def _ask(self, episode: Episode, given: Tensor) -> Episode:
        return self._offer(episode, self._step(episode, given, RECALL))

    def _offer(self, episode: Episode, output: Tensor) -> Episode:
        """The choice of the next response by this output."""
        episode.logits, episode.lured = self._support(episode, output, episode.left)
        return episode

    def _support(self, episode: Episode, output: Tensor, left: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The logits and the support of lures, by outputs (..., B, V) and what is left (..., B, L)."""
        vector, stop = output[..., : self.vector_size], output[..., self.vector_size : self.vector_size + 1]
        similarity = functional.cosine_similarity(vector[..., None, :], episode.items, dim=-1)
        strength = functional.softplus(self.strength) * 5
        support, lured = strength * similarity, None
        if episode.lures is not None:
            lured = strength * functional.normalize(vector, dim=-1) @ functional.normalize(episode.lures).T
        if left is not None:
            support = support.masked_fill(~left, -torch.inf)
        return torch.cat((support, stop), dim=-1), lured

    def _begin_test(self, episode: Episode) -> None:
        """Before the first step of the test there is the rest, the study of later items, and what is flushed."""
        wearing = episode.wearing
        if wearing is None or wearing.tested:
            return
        episode.state = wearing.after_rest(episode.state)
        if episode.later is not None:
            # What is to be seen are the steps of the trial itself.
            seen, episode.seen = episode.seen, None
            last = episode.items.shape[1] - 1
            for number, vectors in enumerate(episode.later.unbind(dim=1)):
                self._step(episode, vectors, STUDY, wearing.study_time(min(number, last)))
            episode.seen = seen
        episode.state = wearing.at_test(episode.state)

    def _inputs(self, episode: Episode, vectors: Tensor, flag: int) -> Tensor:
        """(B, input_size) vectors, those of missing sides as zeros, flags, and the cue of the task."""
        if vectors.shape[1] < self.sides * self.vector_size:
            vectors = functional.pad(vectors, (0, self.vector_size))
        flags = vectors.new_zeros((len(vectors), self.n_flags + self.n_cues))
        flags[:, flag] = 1
        if episode.cue is not None:
            flags[:, self.n_flags + episode.cue] = 1
        return torch.cat((vectors, flags), dim=1)

    def _step(self, episode: Episode, vectors: Tensor, flag: int, seconds: float | None = None) -> Tensor:
        """A step; it takes as long as a step of the test if ``seconds`` are not given."""
        holds = episode.lesioned in ("both", "test" if flag in (RECALL, PROBE) else "study")
        without = episode.without if holds else frozenset[str]()
        inputs = self._inputs(episode, vectors, flag)
        before, wearing = episode.state, episode.wearing
        output, episode.state, weightings = take_step(self.network, inputs, before, without)
        if wearing is not None:
            seconds = wearing.response_time if seconds is None else seconds
            episode.state = wearing.after_step(before, episode.state, seconds)
        if episode.seen is not None:
            episode.seen.append(Seen(weightings, episode.state))
        return output


def _items_at(episode: Episode, positions: Tensor) -> Tensor:
    """(B, n, D) the vectors of the items at 0-based ``positions`` (B, n); zeros for L, which is none."""
    padded = functional.pad(episode.items, (0, 0, 0, 1))
    return padded[torch.arange(len(padded), device=positions.device)[:, None], positions]


def _repeated(episode: Episode, times: int) -> Episode:
    """An episode in which each list of this one occurs so many times in a row; steps in it leave this one as it is."""
    rows = None if times == 1 else torch.arange(len(episode.items), device=episode.items.device)
    return _of_lists(episode, None if rows is None else rows.repeat_interleave(times))


def _of_lists(episode: Episode, rows: Tensor | None) -> Episode:
    """The episode of the lists with these numbers, or of all; steps in it leave this one as it is."""

    def each(value: Any) -> Any:
        return mapped(lambda tensor: tensor if rows is None else tensor[rows], value)

    state, items, left, studied = map(each, (episode.state, episode.items, episode.left, episode.studied))
    wearing = None if episode.wearing is None else episode.wearing.fork()
    return replace(episode, state=state, items=items, left=left, studied=studied, wearing=wearing, ended=None)


def _study_time(episode: Episode, position: int) -> float:
    return 1.0 if episode.wearing is None else episode.wearing.study_time(position)
