"""Compiled sequences whose inputs come one at a time, against steps of the plain modules, which are the reference."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from memsim.core.arrays import BoolArray
from memsim.models.networks.compiled.stepping import Stepping
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.cores.lstm import LSTM, Controlled
from memsim.training.reward.agent import flushed, kept_where

STEPS, BATCH, INPUTS = 6, 5, 3


def by_steps(core: Controlled, inputs: Tensor, writes: BoolArray, emptied: int) -> Tensor:
    core.fused = False
    state, outputs = core.start(BATCH), []
    for step, vectors in enumerate(inputs):
        if step == emptied:
            state = flushed(core, state)
        output, after, _ = core.step(vectors, state)
        state = kept_where(core, state, after, torch.from_numpy(writes[step]))
        outputs.append(output)
    return torch.stack(outputs)


def stepped(core: Controlled, inputs: Tensor, writes: BoolArray, emptied: int) -> tuple[Tensor, Tensor]:
    """The outputs of steps, and those with gradients; each input is touched only when the output before it is known."""
    core.fused = True
    run, given = Stepping(core, BATCH, STEPS), []
    for step, vectors in enumerate(inputs):
        if step == emptied:
            run.flush()
        given.append(run.step(vectors).clone())
        run.keep(writes[step])
    return torch.stack(given), run.outputs()


def made(lone: bool, seed: int, slots: int = 4, heads: int = 2) -> tuple[Controlled, Tensor, BoolArray]:
    torch.manual_seed(seed)
    core = LSTM(INPUTS, 2, hidden=5) if lone else DNC(INPUTS, 2, slots=slots, width=3, heads=heads, hidden=5)
    rng = np.random.default_rng(seed)
    writes = rng.random((STEPS, BATCH)) < rng.choice([0.0, 0.5, 1.0], size=(STEPS, 1))
    return core.double(), torch.randn(STEPS, BATCH, INPUTS, dtype=torch.float64), writes


@settings(max_examples=25, deadline=None)
@given(
    lone=st.booleans(), seed=st.integers(0, 1000), emptied=st.integers(-1, STEPS - 1), slots=st.integers(1, 6),
    heads=st.integers(1, 3),
)  # fmt: skip
def test_steps_and_their_gradients_are_those_of_the_plain_modules(
    lone: bool, seed: int, emptied: int, slots: int, heads: int
) -> None:
    """Where some sequences take back what a step did to the memory, and where the controller is emptied before one."""
    core, inputs, writes = made(lone, seed, slots, heads)
    emptied = -1 if lone else emptied
    found = []
    for drive in (by_steps, stepped):
        core.zero_grad()
        own = inputs.clone().requires_grad_()
        outputs = drive(core, own, writes, emptied)
        if isinstance(outputs, tuple):
            assert torch.equal(*(each.detach() for each in outputs)) and not outputs[0].requires_grad
            outputs = outputs[1]
        (outputs * torch.linspace(-1, 2, outputs.numel(), dtype=torch.float64).view_as(outputs)).sin().sum().backward()
        weights = list(core.parameters())
        found.append([outputs.detach(), own.grad, *(weight.grad for weight in weights)])
    for one, two in zip(*found, strict=True):
        assert one is not None and two is not None and torch.allclose(one, two, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("lone", [False, True])
def test_without_gradients_only_the_last_states_are_kept(lone: bool) -> None:
    core, inputs, writes = made(lone, 3)
    emptied = -1 if lone else 2
    expected, _ = stepped(core, inputs, writes, emptied)
    with torch.no_grad():
        given, outputs = stepped(core, inputs, writes, emptied)
        assert len(Stepping(core, BATCH, 1000).arrays[0]) == 3
    assert torch.equal(given, expected) and torch.equal(outputs, expected) and not outputs.requires_grad


def test_what_is_taken_back_shows_in_what_follows() -> None:
    """A step that all sequences take back has passed the controller, and nothing of it is in memory."""
    core, inputs, _ = made(False, 7)
    all_kept = np.ones((STEPS, BATCH), dtype=bool)
    some = all_kept.copy()
    some[1, 2] = False
    (one, _), (two, _) = (stepped(core, inputs, writes, -1) for writes in (all_kept, some))
    differs = (one != two).any(dim=2)
    assert differs[2:, 2].all() and not differs[:2].any() and not differs[:, [0, 1, 3, 4]].any()
