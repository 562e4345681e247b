"""What wears the state of a core between steps, by the roles that the core declares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from memsim.core.errors import NoEffectError
from memsim.models.networks.cores.core import State
from memsim.models.networks.cores.driving import roles_of
from memsim.models.networks.cores.state_leaves import changed_at, leaves, place
from memsim.models.networks.wear.levers import Wear
from memsim.models.networks.wear.rests import Rest
from memsim.models.networks.wear.sleep import rows_of, slept

NEEDS: Mapping[str, tuple[str, ...]] = {
    "row_decay": ("memory",),
    "row_noise": ("memory",),
    "write_noise": ("memory", "written"),
    "write_blur": ("memory", "usage"),
    "usage_decay": ("usage",),
    "link_decay": ("links",),
    "state_decay": ("controller",),
    "state_noise": ("controller",),
    "flush": ("controller",),
    "carry_over": ("memory",),
}
"""The roles that a lever acts on."""
CARRIED = ("memory", "usage", "links", "precedence")
"""The roles of what may be left of the list before."""
TINY = 1e-12


def levers_of(core: Any) -> tuple[str, ...]:
    """The levers that act on a core, by the roles that it declares."""
    roles = roles_of(core)
    found = [lever for lever, needed in NEEDS.items() if all(role in roles for role in needed)]
    if "carry_over" in found and _grows(core, roles["memory"]):
        found.remove("carry_over")
    return tuple(found)


def require_roles(core: Any, wear: Wear, rest: Rest, who: str) -> None:
    """Raise :class:`NoEffectError` where a core lacks what a lever acts on.

    ``who`` names the core in the message.
    """
    roles = roles_of(core)
    for lever, needed in NEEDS.items():
        lacking = [role for role in needed if role not in roles]
        if getattr(wear, lever) and lacking:
            raise NoEffectError(
                f"{lever}={getattr(wear, lever)!r} acts on the {lacking[0]} of a network, and the core {who} declares "
                f"no such role; it has the levers: {', '.join(levers_of(core)) or 'none'}"
            )
    if wear.carry_over and _grows(core, roles["memory"]):
        raise NoEffectError(
            f"carry_over={wear.carry_over!r}: the memory of {who} begins without rows and keeps each step as one, so "
            "that nothing of the list before has a place in it; leave carry_over out"
        )
    if rest.sleeps and "memory" not in roles:
        raise NoEffectError(f"sleep_cycles={rest.sleep_cycles!r}: the core {who} declares no memory to replay")
    if rest.sleeps:
        rows_of(core.start(1), roles)  # which raises where these are no rows


def _grows(core: Any, path: str) -> bool:
    return any(0 in leaf.shape for leaf in leaves(place(core.start(1), path)).values())


def _numbers(state: State, path: str) -> Iterator[Tensor]:
    """The leaves at a path that wear, in their order."""
    return (leaf for leaf in leaves(place(state, path)).values() if leaf.is_floating_point())


class Wearing:
    """Wears the state of a core in a batch of trials.

    Parameters
    ----------
    core : whose roles say what wears.
    seed : of the noise, and of sleep.
    times : seconds for which the item at each position is studied; if not given, a second each.
    response_time : seconds that a step of the test takes.
    """

    def __init__(
        self,
        core: Any,
        wear: Wear,
        rest: Rest = Rest(),  # noqa: B008  # it is immutable
        *,
        seed: int = 0,
        times: Sequence[float] = (),
        response_time: float = 1.0,
    ) -> None:
        self.wear, self.rest, self.times, self.response_time = wear, rest, times, response_time
        self.roles = roles_of(core)
        self.generator = torch.Generator().manual_seed(seed)
        self.tested = False
        """Whether the test has begun."""

    def study_time(self, position: int) -> float:
        """Seconds for which the item at a position is studied."""
        return float(self.times[position]) if len(self.times) else 1.0

    def fork(self) -> Wearing:
        """One that draws the same noise from here on, and leaves this one as it is."""
        other = object.__new__(type(self))
        vars(other).update(vars(self), generator=torch.Generator())
        other.generator.set_state(self.generator.get_state())
        return other

    def after_step(self, before: State, after: State, seconds: float) -> State:
        """The state ``after`` a step of so many seconds, which began with the state ``before``."""
        wear = self.wear
        if wear.write_blur:
            after = self._blurred(before, after)
        if wear.write_noise:
            written = self._written(after)
            after = self._changed(after, "memory", lambda each: each + written * self._noise(each, wear.write_noise))
        return self.after_time(after, seconds)

    def after_time(self, state: State, seconds: float) -> State:
        """The state after so many seconds in which nothing else happens."""
        wear = self.wear
        if not seconds:
            return state
        for role, decay, noise in (
            ("memory", wear.row_decay, wear.row_noise),
            ("controller", wear.state_decay, wear.state_noise),
            ("usage", wear.usage_decay, 0.0),
            ("links", wear.link_decay, 0.0),
            ("precedence", wear.link_decay, 0.0),
        ):
            if (decay or noise) and role in self.roles:
                state = self._changed(state, role, lambda each, d=decay, n=noise: self._worn(each, d, n, seconds))
        return state

    def after_rest(self, state: State) -> State:
        """The state after the rest, awake or asleep."""
        rest = self.rest
        for _ in range(rest.sleep_cycles):
            state = self.after_time(state, rest.rest / rest.sleep_cycles)
            state = slept(state, self.roles, rest, self.generator)
        if not rest.sleeps:
            state = self.after_time(state, rest.rest)
        return state

    def at_test(self, state: State) -> State:
        """The state as the test begins, with what is flushed."""
        self.tested = True
        if self.wear.flush:
            for role in ("controller", "read"):
                if role in self.roles:
                    state = self._changed(state, role, self._flushed)
        return state

    def left_of(self, state: State, start: State) -> State:
        """``start`` with what is left of the memory in ``state``."""
        for role in CARRIED:
            if role in self.roles:
                before = _numbers(state, self.roles[role])

                def left(each: Tensor, before: Any = before) -> Tensor:
                    return each + self.wear.carry_over * (next(before) - each)

                start = self._changed(start, role, left)
        return start

    def _changed(self, state: State, role: str, function: Any) -> State:
        # Whole numbers and truth values are counts and marks; what wears is contents.
        return changed_at(state, self.roles[role], lambda each: function(each) if each.is_floating_point() else each)

    def _worn(self, each: Tensor, decay: float, noise: float, seconds: float) -> Tensor:
        kept = (1 - decay) ** seconds
        if not noise or not each.numel():
            return each * kept
        clear = math.exp(-(noise**2) * seconds)
        return each * (kept * math.sqrt(clear)) + self._noise(each, kept * math.sqrt(1 - clear))

    def _noise(self, like: Tensor, size: float) -> Tensor:
        """Noise of this size, relative to the root mean square of each trial."""
        if not like.numel():
            return like
        rms = like.detach().flatten(1).square().mean(1).sqrt().view(-1, *[1] * (like.ndim - 1))
        return size * rms * self._normal(like)

    def _normal(self, like: Tensor) -> Tensor:
        return torch.randn(like.shape, generator=self.generator, dtype=like.dtype).to(like.device)

    def _flushed(self, each: Tensor) -> Tensor:
        flush, noise = self.wear.flush, self.wear.flush * self.wear.flush_noise
        kept = (1 - flush) * each
        return kept + noise * self._normal(each) if noise else kept

    def _written(self, state: State) -> Tensor:
        """(B, N, 1) how far each row was written in the step, by the head that wrote to it most."""
        written: Tensor = place(state, self.roles["written"])
        return (written if written.ndim == 2 else written.amax(1))[..., None]

    def _blurred(self, before: State, after: State) -> State:
        blur = self.wear.write_blur
        usage: Tensor = place(before, self.roles["usage"])
        share = (usage / (usage.sum(1, keepdim=True) + TINY))[..., None]
        used = usage.sum(1)[:, None, None] > TINY
        old = _numbers(before, self.roles["memory"])

        def blurred(each: Tensor) -> Tensor:
            was = next(old)
            change = each - was
            leaked = blur * share * change.sum(1, keepdim=True)
            return torch.where(used, was + (1 - blur) * change + leaked, each)

        return self._changed(after, "memory", blurred)
