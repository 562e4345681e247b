"""The DNC's memory: hand-computed cases, properties of its addressing, gradients, and independence of the batch."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from memsim.core.errors import InputError
from memsim.models.networks.cores.core import Core
from memsim.models.networks.cores.declared_sizes import checked_sizes
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.cores.lstm import LSTM
from memsim.models.networks.memory import (
    Interface,
    MemoryState,
    allocation_weighting,
    content_weighting,
    interface_size,
    memory_step,
    oneplus,
    products,
    read_interface,
    retention,
    sharpened,
)

REPAIRED = {"masked": True, "sharpened": True}


def doubles(*values: Any) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def interface(batch: int = 1, width: int = 3, heads: int = 1, **changes: Tensor) -> Interface:
    """An interface that writes nothing and reads by content, except for ``changes``."""
    one, none = torch.ones(batch, dtype=torch.float64), torch.zeros(batch, dtype=torch.float64)
    vectors = torch.zeros(batch, width, dtype=torch.float64)
    modes = torch.zeros(batch, heads, 3, dtype=torch.float64)
    modes[..., 1] = 1
    interface = Interface(
        read_keys=torch.zeros(batch, heads, width, dtype=torch.float64),
        read_strengths=torch.ones(batch, heads, dtype=torch.float64),
        write_key=vectors, write_strength=one, erase=vectors, vector=vectors,
        free_gates=torch.zeros(batch, heads, dtype=torch.float64), allocation_gate=none, write_gate=none,
        read_modes=modes,
    )  # fmt: skip
    return interface._replace(**changes)


def empty(slots: int, width: int = 3, heads: int = 1, batch: int = 1) -> MemoryState:
    return MemoryState.zero(batch, slots, width, heads, doubles(0.0))


def written_in_turn(slots: int, order: list[int]) -> MemoryState:
    """The state after one-hot writes: the links and precedence that the recurrence gives, step by step."""
    state = empty(slots)
    for slot in order:
        target = torch.eye(slots, dtype=torch.float64)[slot][None]
        # Freest by far, so that allocation goes there.
        state = state._replace(usage=1 - target, write=torch.zeros_like(target))
        state = memory_step(state, interface(allocation_gate=doubles(1.0), write_gate=doubles(1.0)))[1]
    return state


def test_allocation_of_three_slots_by_hand() -> None:
    """Usage .9, .1, .5: the second slot gets .9, the third .1 of .5, the first .05 of .1."""
    assert torch.allclose(allocation_weighting(doubles([0.9, 0.1, 0.5])), doubles([0.005, 0.9, 0.05]), atol=2e-6)


def test_links_after_writes_in_turn() -> None:
    state = written_in_turn(3, [0, 1, 2])
    expected = torch.zeros(3, 3, dtype=torch.float64)
    expected[1, 0] = expected[2, 1] = 1
    assert torch.allclose(state.links[0], expected, atol=1e-5)
    assert torch.allclose(state.precedence, doubles([0, 0, 1]), atol=1e-5)
    for slot, modes, reached in ((0, [0, 0, 1], 1), (2, [1, 0, 0], 1), (1, [0, 0, 1], 2)):
        at = state._replace(reads=torch.eye(3, dtype=torch.float64)[slot][None, None])
        seen = memory_step(at, interface(read_modes=doubles([modes])))[2]
        assert seen.reads[0, 0].argmax() == reached and seen.reads[0, 0, reached] == pytest.approx(1, abs=1e-4)


def test_content_weighting_is_a_softmax_of_cosines() -> None:
    generator = torch.Generator().manual_seed(1)
    memory, keys = (torch.randn(2, n, 5, generator=generator, dtype=torch.float64) for n in (6, 3))
    strengths = 1 + torch.rand(2, 3, generator=generator, dtype=torch.float64)
    cosine = torch.nn.functional.cosine_similarity(keys[:, :, None], memory[:, None], dim=-1)
    expected = (cosine * strengths[..., None]).softmax(-1)
    assert torch.allclose(content_weighting(memory, keys, strengths), expected, atol=1e-5)
    unmasked = content_weighting(memory, keys, strengths, torch.ones(2, 3, 5, dtype=torch.float64))
    assert torch.allclose(unmasked, expected, atol=1e-5)


def test_masks_hide_features() -> None:
    memory = doubles([1.0, 0.0, 5.0], [0.0, 1.0, 5.0])[None]
    key, mask, strong = doubles([1.0, 0.0, -5.0])[None], doubles([1.0, 1.0, 0.0])[None], doubles([50.0])
    assert content_weighting(memory, key, strong)[0, 0, 0] < 0.99
    assert content_weighting(memory, key, strong, mask)[0, 0, 0] == pytest.approx(1)


def test_a_strong_key_reads_its_row() -> None:
    state = empty(4)._replace(memory=doubles([1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0], [-1.0, 0, 0])[None])
    key = doubles(0.0, 3.0, 0.0)[None, None]
    read, _, seen = memory_step(state, interface(read_keys=key, read_strengths=doubles([60.0])))
    assert torch.allclose(read[0, 0], doubles(0, 1, 0), atol=1e-6) and seen.read_content[0, 0, 1] > 0.999


def test_usage_is_full_after_a_write_and_empty_after_a_freeing_read() -> None:
    one_hot = torch.eye(3, dtype=torch.float64)[1]
    state = empty(3)._replace(write=one_hot[None], reads=torch.zeros(1, 1, 3, dtype=torch.float64))
    after = memory_step(state, interface())[1]
    assert torch.allclose(after.usage, one_hot[None])
    freed = memory_step(after._replace(reads=one_hot[None, None]), interface(free_gates=doubles([1.0])))[1]
    assert torch.allclose(freed.usage, torch.zeros(1, 3, dtype=torch.float64))
    assert torch.allclose(retention(one_hot[None, None], doubles([1.0])), 1 - one_hot[None])


def test_no_write_leaves_memory_links_and_precedence() -> None:
    state = written_in_turn(4, [2, 0, 3])
    after = memory_step(state, interface())[1]
    assert torch.allclose(after.memory, state.memory) and torch.allclose(after.precedence, state.precedence)
    assert torch.allclose(after.links, state.links) and after.write.abs().max() == 0


def test_a_freed_slot_is_wiped_only_with_deallocation() -> None:
    state = empty(2)._replace(memory=torch.ones(1, 2, 3, dtype=torch.float64), reads=doubles([1.0, 0.0])[None])
    freeing = interface(free_gates=doubles([1.0]))
    assert torch.allclose(memory_step(state, freeing)[1].memory, state.memory)
    wiped = memory_step(state, freeing, deallocate=True)[1].memory[0]
    assert torch.allclose(wiped, doubles([0, 0, 0], [1, 1, 1]))


def test_sharpening_makes_a_weighting_steeper() -> None:
    weighting = doubles([0.2, 0.5, 0.3])[None]
    assert torch.allclose(sharpened(weighting, doubles([1.0])), weighting, atol=1e-5)
    assert sharpened(weighting, doubles([20.0]))[0, 0, 1] > 0.999


def emitted_for(slots: int, width: int, heads: int, seed: int, scale: float, steps: int, **repairs: bool) -> Any:
    generator = torch.Generator().manual_seed(seed)
    size = interface_size(width, heads, **repairs)
    return scale * torch.randn(steps, 2, size, generator=generator, dtype=torch.float64)


@settings(max_examples=60, deadline=None)
@given(
    slots=st.integers(1, 9), width=st.integers(1, 5), heads=st.integers(1, 3), seed=st.integers(0, 10_000),
    scale=st.sampled_from([0.3, 3.0, 20.0]), repaired=st.booleans(),
)  # fmt: skip
def test_addressing_stays_in_bounds(
    slots: int, width: int, heads: int, seed: int, scale: float, repaired: bool
) -> None:
    repairs = REPAIRED if repaired else {}
    state = empty(slots, width, heads, batch=2)
    for emitted in emitted_for(slots, width, heads, seed, scale, 12, **repairs):
        interface = read_interface(emitted, width, heads, **repairs)
        read, state, seen = memory_step(state, interface, deallocate=repaired)
        tiny = 1e-6
        assert read.isfinite().all() and state.usage.min() >= -tiny and state.usage.max() <= 1 + tiny
        for weighting in (seen.write, seen.allocation, seen.write_content, *seen.reads.unbind(1)):
            assert weighting.min() >= -tiny and weighting.sum(-1).max() <= 1 + 1e-5
        assert torch.allclose(seen.read_content.sum(-1), torch.ones(2, heads, dtype=torch.float64))
        # Where nothing is in use, allocation sums to one, and the write weighting to the write gate.
        gate, allocated = interface.write_gate, interface.allocation_gate
        total = gate * (allocated * seen.allocation.sum(-1) + 1 - allocated)
        assert torch.allclose(seen.write.sum(-1), total)
        links = state.links
        assert links.min() >= -tiny and links.diagonal(dim1=1, dim2=2).abs().max() == 0
        assert links.sum(1).max() <= 1 + tiny and links.sum(2).max() <= 1 + tiny
        assert state.precedence.sum(-1).max() <= 1 + tiny


def test_the_least_used_slot_gets_most() -> None:
    usage = torch.rand(50, 7, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    assert torch.equal(allocation_weighting(usage).argmax(-1), usage.argmin(-1))


@pytest.mark.parametrize("repairs", [{}, REPAIRED], ids=["paper", "repaired"])
@pytest.mark.parametrize("heads", [1, 2])
def test_gradients_by_finite_differences(repairs: dict[str, bool], heads: int) -> None:
    slots, width = 4, 3
    emitted = emitted_for(slots, width, heads, 3, 1.0, 3, **repairs).requires_grad_()

    def run(emitted: Tensor) -> Tensor:
        state, reads = empty(slots, width, heads, batch=2), []
        for each in emitted:
            interface = read_interface(each, width, heads, **repairs)
            read, state, _ = memory_step(state, interface, deallocate=bool(repairs))
            reads.append(read)
        return torch.stack(reads)

    assert torch.autograd.gradcheck(run, (emitted,), atol=1e-6)


def test_one_row_of_memory_gives_finite_gradients() -> None:
    memory = torch.zeros(1, 4, 3, dtype=torch.float64)
    memory[0, 2] = 1
    memory.requires_grad_()
    content_weighting(memory, torch.zeros(1, 1, 3, dtype=torch.float64), doubles([[5.0]])).square().sum().backward()
    assert memory.grad is not None and memory.grad.isfinite().all()


def test_interface_is_cut_as_the_paper_counts_it() -> None:
    assert interface_size(10, 4) == 4 * 10 + 3 * 10 + 5 * 4 + 3
    assert oneplus(doubles(-50.0))[0] == pytest.approx(1) and oneplus(doubles(0.0))[0] == pytest.approx(1.693147)
    emitted = emitted_for(3, 5, 2, 1, 30.0, 1)[0]
    interface = read_interface(emitted, 5, 2)
    assert interface.read_modes.sum(-1).sub(1).abs().max() < 1e-12
    assert interface.read_strengths.min() >= 1 and interface.erase.min() >= 0 and interface.erase.max() <= 1
    assert torch.equal(interface.read_keys[:, 1], emitted[:, 5:10]) and torch.equal(
        interface.write_key, emitted[:, 10:15]
    )


MADE: list[Callable[[], Core]] = [
    partial(DNC, 6, 7, slots=5, width=4, heads=2, hidden=9),
    partial(DNC, 6, 7, slots=1, width=1, heads=1, hidden=3, layers=2, layer_norm=True),
    partial(DNC, 6, 7, slots=4, width=3, heads=1, hidden=5, masked=True, deallocate=True, sharpened=True),
    partial(LSTM, 6, 7, hidden=8, layers=2),
]


def network(make: Callable[[], Core]) -> Core:
    torch.manual_seed(0)
    return make().double()


@pytest.mark.parametrize("make", MADE)
def test_a_batch_is_its_trials_one_by_one_and_a_sequence_its_chunks(make: Callable[[], Core]) -> None:
    net = network(make)
    inputs = torch.randn(8, 3, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    whole, _ = net(inputs)
    for trial in range(3):
        assert torch.allclose(net(inputs[:, trial : trial + 1])[0][:, 0], whole[:, trial], atol=1e-12)
    first, state = net(inputs[:5])
    second, _ = net(inputs[5:], state)
    assert torch.allclose(torch.cat((first, second)), whole, atol=1e-12)
    assert torch.allclose(net(inputs)[0], whole), "a list starts afresh"


def test_the_controller_reads_memory() -> None:
    net = network(MADE[0])
    state = net.start(1)
    other = state._replace(read_vectors=state.read_vectors + 1)
    inputs = torch.zeros(1, 6, dtype=torch.float64)
    one, two = (net.step(inputs, each)[1].controller[0][0] for each in (state, other))
    assert not torch.allclose(one, two)


def test_every_weight_gets_a_gradient() -> None:
    for make in MADE:
        net = network(make)
        inputs = torch.randn(6, 4, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
        net(inputs)[0].square().mean().backward()
        missing = [name for name, weight in net.named_parameters() if weight.grad is None or weight.grad.isnan().any()]
        assert not missing


@pytest.mark.parametrize(
    ("fused", "steps"), [(False, 50), (True, 500), pytest.param(True, 10_000, marks=pytest.mark.slow)]
)
def test_training_on_extreme_inputs_stays_finite(fused: bool, steps: int) -> None:
    net = MADE[0]()
    net.fused = fused
    optimizer = torch.optim.SGD(net.parameters(), lr=10.0)
    generator = torch.Generator().manual_seed(5)
    for step in range(steps):
        inputs = 10.0 ** (step % 7 - 2) * torch.randn(3, 2, 6, generator=generator)
        optimizer.zero_grad()
        loss = net(inputs)[0].square().mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 10.0)
        optimizer.step()
        assert loss.isfinite() and all(weight.isfinite().all() for weight in net.parameters())


def test_bad_sizes() -> None:
    with pytest.raises(InputError, match=r"DNC: hidden=0 is outside its range \[1, 4096\]"):
        checked_sizes(DNC, {"hidden": 0})


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=8), st.integers(1, 3))
def test_products_are_those_of_torch_with_their_gradient(numbers: list[float], rows: int) -> None:
    given = torch.tensor([numbers] * rows, dtype=torch.float64, requires_grad=True)
    weights = torch.arange(1.0, given.numel() + 1, dtype=torch.float64).view(given.shape)
    slopes = [
        torch.autograd.grad((weights * each).sum(), given)[0] for each in (given.cumprod(dim=-1), products(given))
    ]
    assert torch.equal(given.cumprod(dim=-1), products(given))
    torch.testing.assert_close(*slopes, rtol=1e-12, atol=1e-14)
    assert torch.autograd.gradcheck(products, given + 0.1)
