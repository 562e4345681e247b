"""Sizes at which different cores have equally many parameters, or carry equally much from step to step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch

from memsim.core.errors import InputError
from memsim.models.networks.cores.declared_sizes import checked_sizes, sizes_of
from memsim.models.networks.cores.driving import take_step
from memsim.models.networks.cores.named_cores import find_core
from memsim.models.networks.cores.state_leaves import size_of

INPUTS, OUTPUTS = 19, 17
"""Of a core that recalls items of 16 features: three flags come in besides, and a stop unit goes out."""
WITHIN = 0.02
"""The largest relative difference at which numbers count as equal."""
MOST = 1 << 16
"""The largest size that is tried where the core declares no end of its range."""


class Matched(NamedTuple):
    """A core at the sizes that were found."""

    core: str
    sizes: Mapping[str, Any]
    """All sizes and options of the core, by name."""
    parameters: int
    """How many numbers are trained."""
    state_at_start: int
    """How many numbers the state of one trial holds before the first step."""
    state_at_end: int
    """How many it holds after the last step of the trial; states that keep every step grow."""


def match_parameters(
    core: str,
    target: int,
    *,
    size: str = "",
    within: float = WITHIN,
    steps: int = 0,
    input_size: int = INPUTS,
    output_size: int = OUTPUTS,
    **sizes: Any,
) -> Matched:
    """Find the size at which a core has as many parameters as another, by bisection.

    The number of parameters must not fall as the size rises. Of the two sizes around the target the nearer one is
    taken.

    Parameters
    ----------
    core : a registered name, or ``file.py:Class``.
    target : the number of parameters, such as 21,000.
    size : the name of the size that is varied, a whole number; if not given ``hidden``, or else ``width``.
    within : the largest difference from the target, as a share of it.
    steps : of the trial at whose end the state is counted.
    input_size, output_size : of the core, as its task needs them.
    sizes : other sizes of the core, by name.

    Returns
    -------
    Matched : the sizes, and what was counted.

    Raises
    ------
    InputError : no size is near enough, or the core has no size of this name.

    Examples
    --------
    >>> match_parameters("LSTM", 21_000).sizes["hidden"]
    61
    """
    ends = Ends(core, input_size, output_size, steps)
    return _matched(ends, "match_parameters", "parameters", ends.parameters, target, size, within, sizes)


def match_state(
    core: str,
    target: int,
    *,
    steps: int,
    size: str = "",
    within: float = WITHIN,
    input_size: int = INPUTS,
    output_size: int = OUTPUTS,
    **sizes: Any,
) -> Matched:
    """Find the size at which the state of a core holds as many numbers, at the end of a trial, as that of another.

    Parameters
    ----------
    target : numbers in the state of one trial after its last step.
    steps : of the trial.
    core, size, within, input_size, output_size, sizes : see :func:`match_parameters`.

    Raises
    ------
    InputError : as for :func:`match_parameters`.

    Examples
    --------
    >>> match_state("GRU", 688, steps=33).sizes["hidden"]
    688
    """
    ends = Ends(core, input_size, output_size, steps)
    return _matched(ends, "match_state", "numbers of state", ends.state_at_end, target, size, within, sizes)


class Ends(NamedTuple):
    """A core between inputs and outputs of these sizes, in a trial of this many steps."""

    core: str
    input_size: int
    output_size: int
    steps: int

    def parameters(self, sizes: Mapping[str, Any]) -> int:
        """How many numbers are trained; they are counted without memory for them, where the core allows it."""
        try:
            with torch.device("meta"):
                made = self._made(sizes)
        except Exception:  # as numbers that a constructor looks at, and such tensors do not have
            made = self._made(sizes)
        return sum(each.numel() for each in made.parameters() if each.requires_grad)

    def state_at_end(self, sizes: Mapping[str, Any]) -> int:
        """How many numbers the state of a trial holds after its last step."""
        return self.states(sizes)[1]

    def states(self, sizes: Mapping[str, Any]) -> tuple[int, int]:
        """How many numbers the state of a trial holds before its first and after its last step."""
        made = self._made(sizes)
        state = made.start(1)
        at_start = size_of(state)
        weight = next(made.parameters(), torch.empty(()))
        inputs = weight.new_zeros((1, self.input_size))
        with torch.no_grad():
            for _ in range(self.steps):
                _, state, _ = take_step(made, inputs, state)
        return at_start, size_of(state)

    def counted(self, sizes: Mapping[str, Any]) -> Matched:
        """The core at these sizes, and at its defaults for others.

        Raises
        ------
        InputError : a size that the core does not have.
        """
        whole = checked_sizes(find_core(self.core).cls, sizes)
        return Matched(self.core, whole, self.parameters(whole), *self.states(whole))

    def _made(self, sizes: Mapping[str, Any]) -> Any:
        with torch.random.fork_rng():
            return find_core(self.core).cls(self.input_size, self.output_size, **sizes)


def _matched(
    ends: Ends,
    who: str,
    counted: str,
    count: Callable[[Mapping[str, Any]], int],
    target: int,
    size: str,
    within: float,
    sizes: Mapping[str, Any],
) -> Matched:
    name = size or _varied(ends.core, who)
    if isinstance(target, bool) or not isinstance(target, int) or target < 1:
        raise InputError(f"{who}: target={target!r} must be a whole number above 0, as in 21_000")

    def at(value: int) -> dict[str, Any]:
        return checked_sizes(find_core(ends.core).cls, {**sizes, name: value})

    lowest, highest = _range(ends.core, name, who)
    below = above = lowest
    while above < highest and count(at(above)) < target:
        below, above = above, min(2 * above, highest)
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if count(at(middle)) < target else (below, middle)
    tried = {value: count(at(value)) for value in (below, above)}
    best = min(tried, key=lambda value: abs(tried[value] - target))
    if abs(tried[best] - target) > within * target:
        found = " and ".join(f"{name}={value} gives {number:,}" for value, number in tried.items())
        raise InputError(
            f"{who}: no {name} of {ends.core} gives {target:,} {counted} within {within:.0%}: {found}; give another "
            "target, or other values of its other sizes"
        )
    return ends.counted(at(best))


def _range(core: str, name: str, who: str) -> tuple[int, int]:
    """The least and the largest value of a size, both above 0, that the core declares."""
    cls = find_core(core).cls
    declared = {each.name: each for each in sizes_of(cls)}
    if name not in declared:
        checked_sizes(cls, {name: None})  # which raises, and says what sizes there are
    size = declared[name]
    if not size.integer:
        raise InputError(f"{who}: {name} of {core} is no whole number, so it cannot be varied; name another size")
    return max(1, int(size.low or 1)), MOST if size.high is None else int(size.high)


def _varied(core: str, who: str) -> str:
    """The size that is varied where none is named."""
    have = [each.name for each in sizes_of(find_core(core).cls)]
    found = next((name for name in ("hidden", "width") if name in have), "")
    if not found:
        raise InputError(
            f"{who}: {core} has neither a size hidden nor width; name the size to vary, as in size="
            f"{have[0] if have else 'cells'!r}"
        )
    return found
