"""The fused steps of the DNC against the plain ones, which are the reference: values, gradients, and reused memory."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from memsim.models.networks import fused as dnc_fused
from memsim.models.networks.cores.core import Core
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.cores.drifting_context import TINY, evolved
from memsim.models.networks.cores.lstm import LSTM
from memsim.models.networks.fused import fused_cell, fused_drift, fused_memory_step, fused_read
from memsim.models.networks.memory import (
    LIMIT,
    MemoryState,
    addressed,
    interface_size,
    memory_step,
    oneplus,
    read_interface,
    unit_length,
)


def random_state(batch: int, slots: int, width: int, heads: int, generator: torch.Generator) -> MemoryState:
    """A state in which no two slots are alike, so that the order of the least used has no ties."""
    like = MemoryState.zero(batch, slots, width, heads, torch.zeros((), dtype=torch.float64))
    memory, usage, precedence, links, write, reads = (
        torch.rand(tensor.shape, generator=generator, dtype=torch.float64) for tensor in like
    )
    links = links * (1 - torch.eye(slots, dtype=torch.float64))
    state = (memory - 0.5, usage, precedence / slots, links / slots, write / slots, reads / slots)
    return MemoryState(*(tensor.requires_grad_() for tensor in state))


def gradients(network: Core) -> list[Tensor]:
    return [torch.zeros(()) if weight.grad is None else weight.grad.clone() for weight in network.parameters()]


def run(emitted: list[Tensor], state: MemoryState, fused: bool, generator: torch.Generator) -> list[Tensor]:
    """What some steps give, and the gradients of a random sum of all of it by interfaces and first state."""
    width, heads = state.memory.shape[2], state.reads.shape[1]
    after, total = state, torch.zeros((), dtype=torch.float64)
    for each in emitted:
        if fused:
            read, after = fused_memory_step(each, after, LIMIT)
        else:
            read, after, _ = memory_step(after, read_interface(each.clamp(-LIMIT, LIMIT), width, heads))
        total = total + (read * torch.randn(read.shape, generator=generator, dtype=torch.float64)).sum()
    for tensor in after:
        total = total + (tensor * torch.randn(tensor.shape, generator=generator, dtype=torch.float64)).sum()
    return [read, *after, *torch.autograd.grad(total, [*emitted, *state])]


@settings(max_examples=40, deadline=None)
@given(
    slots=st.integers(1, 10), width=st.integers(1, 5), heads=st.integers(1, 4), batch=st.integers(1, 3),
    steps=st.integers(1, 4), scale=st.sampled_from([0.3, 2.0, 15.0]), seed=st.integers(0, 10_000),
)  # fmt: skip
def test_memory_step_is_the_plain_one_with_its_gradients(
    slots: int, width: int, heads: int, batch: int, steps: int, scale: float, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    size = interface_size(width, heads)
    emitted = [
        (scale * torch.randn(batch, size, generator=generator, dtype=torch.float64)).requires_grad_()
        for _ in range(steps)
    ]
    state = random_state(batch, slots, width, heads, generator)
    plain, fused = (
        run(emitted, state, each, torch.Generator().manual_seed(seed)) for each in (False, True)
    )  # the same sums
    for one, two in zip(plain, fused, strict=True):
        assert torch.allclose(one, two, rtol=1e-8, atol=1e-10)


def test_gradients_by_finite_differences() -> None:
    generator = torch.Generator().manual_seed(1)
    emitted = torch.randn(2, interface_size(3, 2), generator=generator, dtype=torch.float64).requires_grad_()
    state = random_state(2, 5, 3, 2, generator)

    def step(emitted: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        read, after = fused_memory_step(emitted, MemoryState(*state))
        return read, *after

    assert torch.autograd.gradcheck(step, (emitted, *state))


@settings(max_examples=30, deadline=None)
@given(
    slots=st.integers(1, 10), width=st.integers(1, 5), heads=st.integers(1, 4), batch=st.integers(1, 3),
    scale=st.sampled_from([0.3, 2.0, 15.0]), seed=st.integers(0, 10_000),
)  # fmt: skip
def test_further_reads_are_the_plain_ones_with_their_gradients(
    slots: int, width: int, heads: int, batch: int, scale: float, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    first = random_state(batch, slots, width, heads, generator)
    asked = [
        [scale * torch.randn(batch, heads, size, generator=generator, dtype=torch.float64) for size in (width, 4)]
        for _ in range(2)
    ]
    given_all = [*(each.requires_grad_() for pair in asked for each in pair), first.memory, first.links, first.reads]
    slope, by_reads = torch.randn(2, heads, width, dtype=torch.float64), torch.randn(heads, slots, dtype=torch.float64)
    found = []
    for fused in (False, True):
        state, total = first, torch.zeros((), dtype=torch.float64)
        for (keys, ways), each in zip(asked, slope, strict=True):
            if fused:
                read, reads = fused_read(keys, ways, state)
            else:
                modes, strengths = ways[..., 1:].softmax(dim=2), oneplus(ways[..., 0])
                reads = addressed(state.memory, state.links, state.reads, keys, strengths, modes).reads
                read = reads @ state.memory
            state, total = state._replace(reads=reads), total + (read * each).sum() + (reads * by_reads).sum()
        found.append([read, state.reads, *torch.autograd.grad(total, given_all)])
    for one, two in zip(*found, strict=True):
        assert torch.allclose(one, two, rtol=1e-8, atol=1e-10)


def test_gradients_of_further_reads_by_finite_differences() -> None:
    generator = torch.Generator().manual_seed(2)
    state = random_state(2, 5, 3, 2, generator)
    keys, ways = (torch.randn(2, 2, size, generator=generator, dtype=torch.float64).requires_grad_() for size in (3, 4))

    def read(keys: Tensor, ways: Tensor, memory: Tensor, links: Tensor, reads: Tensor) -> tuple[Tensor, Tensor]:
        return fused_read(keys, ways, state._replace(memory=memory, links=links, reads=reads))

    assert torch.autograd.gradcheck(read, (keys, ways, state.memory, state.links, state.reads))


@pytest.mark.parametrize("scaled", [False, True])
def test_a_drifting_context_is_the_plain_one_with_its_gradients(scaled: bool) -> None:
    generator = torch.Generator().manual_seed(3)
    context, fixed, brought, slope = torch.randn(4, 6, 5, generator=generator, dtype=torch.float64)
    fixed[:2], brought[1] = 0, 0
    brought[2] *= 1e-3
    shares = torch.tensor([1.0, 1.0, 0.5, 0.0, 1.0, 1.0], dtype=torch.float64)
    context, brought = unit_length(context).requires_grad_(), brought.requires_grad_()
    plain = evolved(context, fixed + shares[:, None] * (unit_length(brought) if scaled else brought), 0.6)
    fused = fused_drift(context, fixed, brought, shares, 0.6, TINY, scaled=scaled)
    assert torch.equal(fused[1], context[1]), "nothing comes in"
    for one, two in zip(
        *([each, *torch.autograd.grad((each * slope).sum(), [context, brought])] for each in (plain, fused)),
        strict=True,
    ):
        assert torch.allclose(one, two, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("items", [None, 3])
def test_a_network_with_context_gives_the_same_either_way_in_distraction_too(items: int | None) -> None:
    torch.manual_seed(1)
    network = DNC(6, 7, slots=5, width=4, hidden=6, hops=2, context=5).double()
    if items is not None:
        network.lay_out(items)
    inputs = torch.randn(9, 2, 6, dtype=torch.float64)
    inputs[:, :, 3:] = torch.nn.functional.one_hot(torch.tensor([0, 0, 0, 1, 1, 0, 2, 2, 2]), 3)[:, None]
    found = []
    for fused in (False, True):
        network.fused = fused
        network.zero_grad()
        output, state = network(inputs)
        output.square().mean().backward()
        found.append([output.detach(), state.drift.context, state.drift.strange, *gradients(network)])
    for one, two in zip(*found, strict=True):
        assert torch.allclose(one, two, atol=1e-10)


def test_cell_is_that_of_torch() -> None:
    generator = torch.Generator().manual_seed(1)
    cell = torch.nn.LSTMCell(4, 5, dtype=torch.float64)
    inputs, output, carried = (
        torch.randn(3, size, generator=generator, dtype=torch.float64).requires_grad_() for size in (4, 5, 5)
    )
    weights = [inputs, output, carried, *cell.parameters()]
    sums = []
    for step in (cell, lambda *given: fused_cell(cell, *given)):
        shown, kept = step(inputs, (output, carried))
        sums.append([shown, kept, *torch.autograd.grad((shown.sin() + kept.cos()).sum(), weights)])
    for one, two in zip(*sums, strict=True):
        assert torch.allclose(one, two, atol=1e-12)


@pytest.mark.parametrize(
    "make",
    [
        partial(DNC, 6, 7, slots=5, width=4, heads=2, hidden=9),
        partial(DNC, 6, 7, slots=3, width=4, heads=1, hidden=9, layers=2, layer_norm=True),
        partial(LSTM, 6, 7, hidden=8),
        partial(DNC, 6, 7, slots=4, width=3, hidden=5, masked=True, deallocate=True, sharpened=True),
        partial(DNC, 6, 7, slots=5, width=4, heads=2, hidden=6, hops=3),
        partial(DNC, 6, 7, slots=5, width=4, heads=2, hidden=6, context=5, context_drift=0.7),
        partial(DNC, 6, 7, slots=5, width=4, heads=2, hidden=6, hops=2, context=5),
        partial(DNC, 6, 7, slots=4, width=3, hidden=5, hops=2, context=5, masked=True, sharpened=True),
    ],
)
def test_network_gives_the_same_either_way(make: Callable[[], Core]) -> None:
    torch.manual_seed(0)
    network = make().double()
    inputs = torch.randn(9, 3, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found = []
    for fused in (False, True):
        network.fused = fused
        network.zero_grad()
        output = network(inputs)[0]
        output.square().mean().backward()
        found.append([output.detach(), *gradients(network)])
    for one, two in zip(*found, strict=True):
        assert torch.allclose(one, two, atol=1e-10)
    network.fused = False
    assert bool(network.step(inputs[0], network.start(3))[2]) == isinstance(network, DNC)


def test_memory_that_is_used_again_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dnc_fused, "LARGE", 1)
    monkeypatch.setattr(dnc_fused, "free_arrays", defaultdict(list))
    torch.manual_seed(0)
    network = DNC(2, 2, slots=6, width=3, heads=2, hidden=4).double()
    network.fused = True
    inputs = torch.randn(4, 2, 2, dtype=torch.float64)

    def grads() -> list[Tensor]:
        network.zero_grad()
        network(inputs)[0].square().mean().backward()
        return gradients(network)

    first, kept = grads(), network(inputs)
    states = [tensor.clone() for tensor in kept[1].memory]
    for _ in range(3):
        assert all(torch.equal(one, two) for one, two in zip(first, grads(), strict=True))
    assert all(torch.equal(one, two) for one, two in zip(states, kept[1].memory, strict=True))
    lent = sum(len(arrays) for arrays in dnc_fused.free_arrays.values())
    assert lent > 0, "memory comes back"
    grads()
    assert sum(len(arrays) for arrays in dnc_fused.free_arrays.values()) == lent, "and is used again"


def test_extreme_interfaces_stay_finite() -> None:
    generator = torch.Generator().manual_seed(3)
    for scale in (0.0, 1e-30, 1e4, 1e30):
        emitted = [
            (scale * torch.randn(2, interface_size(3, 2), generator=generator)).requires_grad_() for _ in range(6)
        ]
        state = MemoryState.zero(2, 70, 3, 2, emitted[0])
        for each in emitted:
            read, state = fused_memory_step(each, state, LIMIT)
        gradients = torch.autograd.grad(read.sum() + sum(tensor.sum() for tensor in state), emitted)
        assert all(tensor.isfinite().all() for tensor in (read, *state, *gradients))


def test_the_same_bits_wherever_arrays_lie_in_memory() -> None:
    """Compiled sums must not depend on addresses, or training would not be reproducible.

    Steps of many sizes in random order shuffle the places that memory comes from.
    """
    generator = torch.Generator().manual_seed(1)
    cases = []
    for batch, slots, width, heads in product((1, 3), (5, 9, 16, 20, 33), (4, 10, 16), (1, 2)):
        emitted = torch.randn(batch, interface_size(width, heads), generator=generator)
        state = [tensor.detach().float() for tensor in random_state(batch, slots, width, heads, generator)]
        cases.append((emitted, state))
    seen: list[set[bytes]] = [set() for _ in cases]
    for case in np.random.default_rng(0).integers(0, len(cases), 4000):
        emitted, state = cases[case]
        inputs = [tensor.clone().requires_grad_() for tensor in (emitted, *state)]
        read, after = fused_memory_step(inputs[0], MemoryState(*inputs[1:]), LIMIT)
        total = read.square().sum() + sum(tensor.square().sum() for tensor in after)
        found = (read, *after, *torch.autograd.grad(total, inputs))
        seen[case].add(b"".join(tensor.detach().numpy().tobytes() for tensor in found))
    assert {len(each) for each in seen} == {1}
