"""Whole sequences in compiled loops against the plain modules, which are the reference, and the arithmetic of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from memsim.core.code.compiled import njit
from memsim.models.networks.compiled import arithmetic, products
from memsim.models.networks.compiled.interface import FEW, ascending
from memsim.models.networks.compiled.unrolled import compiled_unroll
from memsim.models.networks.cores.core import Core
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.cores.lstm import LSTM
from memsim.models.networks.cores.state_leaves import leaves
from memsim.models.networks.memory import LIMIT, MemoryState


@njit(cache=True, error_model="numpy")
def add_product(left: Any, right: Any, result: Any) -> None:
    products.add_product(left, right, result)


@njit(cache=True, error_model="numpy", fastmath=arithmetic.FAST)
def functions(x: Any, found: Any) -> None:
    one, two, three = found[0], found[1], found[2]
    for k in range(len(x)):
        one[k] = arithmetic.exponential(x[k])
    for k in range(len(x)):
        two[k] = arithmetic.sigmoid(x[k])
    for k in range(len(x)):
        three[k] = arithmetic.tangent(x[k])


def random(shape: tuple[int, ...], seed: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def results(network: Core, inputs: Tensor, cut: int, fused: bool) -> list[Tensor]:
    """Outputs of two chunks, the last state, and the gradients of a function of all of them.

    What is in which slot is left out: slots that are alike change places where rounding decides which is used first.
    """
    network.fused = fused
    network.zero_grad()
    inputs = inputs.clone().requires_grad_()
    first, state = network.unroll(inputs[:cut])
    second, state = network.unroll(inputs[cut:], state)
    by_slot = [leaf for name, leaf in leaves(state).items() if name.startswith("memory.")]
    found = [first, second, *(leaf for name, leaf in leaves(state).items() if not name.startswith("memory."))]
    torch.stack([(0.3 * each + 1).sin().sum() for each in (*found, *by_slot)]).sum().backward()
    assert inputs.grad is not None
    gradients = [weight.grad for weight in network.parameters() if weight.grad is not None]
    assert len(gradients) == len(list(network.parameters()))
    return [*(each.detach() for each in found), inputs.grad, *gradients]


@settings(max_examples=25, deadline=None)
@given(
    slots=st.integers(1, 9), width=st.integers(1, 6), heads=st.integers(1, 5), hidden=st.integers(1, 9),
    batch=st.integers(1, 6), steps=st.integers(2, 5), scale=st.sampled_from([0.5, 5.0]), seed=st.integers(0, 1000),
)  # fmt: skip
def test_sequences_of_a_dnc_are_its_steps_with_their_gradients(
    slots: int, width: int, heads: int, hidden: int, batch: int, steps: int, scale: float, seed: int
) -> None:
    torch.manual_seed(seed)
    network = DNC(3, 2, slots=slots, width=width, heads=heads, hidden=hidden).double()
    inputs = scale * random((steps, batch, 3), seed)
    plain, compiled = (results(network, inputs, 1 + seed % (steps - 1), fused) for fused in (False, True))
    for one, two in zip(plain, compiled, strict=True):
        assert torch.allclose(one, two, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    "make",
    [partial(DNC, 6, 7, slots=16, width=16, hidden=96), partial(LSTM, 6, 7, hidden=96), partial(LSTM, 6, 7, hidden=5)],
)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_sequences_are_their_steps_in_both_precisions(make: Callable[[], Core], dtype: torch.dtype) -> None:
    torch.manual_seed(1)
    network = make().to(dtype)
    inputs = random((12, 7, 6), 2, dtype)
    plain, compiled = (results(network, inputs, 5, fused) for fused in (False, True))
    for one, two in zip(plain, compiled, strict=True):
        close = 1e-10 if dtype == torch.float64 else 1e-4
        assert two.dtype == dtype and float((one - two).abs().max()) <= close * max(1, float(one.abs().max()))


def test_gradients_by_finite_differences() -> None:
    torch.manual_seed(3)
    core = DNC(3, 2, slots=3, width=2, heads=2, hidden=3).double()
    weights = [each.detach().requires_grad_() for each in core.sequence_weights()]
    state = core.start(2)
    given = [random((3, 2, 3), 1), *(torch.rand_like(each) for each in (*state.controller[0], *core.empty_memory(2)))]
    given = [each.requires_grad_() for each in given]

    def run(inputs: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        h, c, *rest = tensors
        memory, weights = MemoryState(*rest[:6]), rest[6:]
        outputs, carried, after, read = compiled_unroll(inputs, LIMIT, weights, (h, c), memory, state.read_vectors)
        return outputs, *carried, *after, read

    assert torch.autograd.gradcheck(run, (*given, *weights))


@pytest.mark.parametrize(
    "make", [partial(DNC, 3, 2, slots=9, width=5, heads=2, hidden=10), partial(LSTM, 3, 2, hidden=10)]
)
def test_sequences_are_the_same_to_the_last_bit(make: Callable[[], Core]) -> None:
    torch.manual_seed(1)
    network, inputs = make(), random((8, 5, 3), 2, torch.float32)
    kept, first = [], results(network, inputs, 3, fused=True)
    for size in range(20):
        kept.append(np.empty(1000 + 17 * size))  # so that arrays lie elsewhere in memory
        found = results(network, inputs, 3, fused=True)
        assert all(torch.equal(one, two) for one, two in zip(first, found, strict=True))


def test_what_is_no_number_stays_none() -> None:
    network = DNC(3, 2, slots=4, width=4, hidden=4)
    network.fused = True
    with torch.no_grad():
        network.cells[0].get_parameter("weight_ih")[0] = torch.nan
        assert network.unroll(torch.ones(3, 2, 3))[0][1:].isnan().any()


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(1, 12), across=st.integers(0, 9), columns=st.integers(1, 160), seed=st.integers(0, 1000),
    kind=st.sampled_from((np.float64, np.float32)), beyond=st.integers(0, 3),
)  # fmt: skip
def test_products_of_matrices(rows: int, across: int, columns: int, seed: int, kind: Any, beyond: int) -> None:
    """Of any sizes, of parts of larger arrays, in tiles of all widths; nothing beyond the result is touched."""
    rng = np.random.default_rng(seed)
    left, right = rng.normal(size=(4 * rows, across + beyond)), rng.normal(size=(across, columns + beyond))
    whole = rng.normal(size=(4 * rows + beyond, columns + beyond)).astype(kind)
    wanted = whole.copy()
    wanted[: 4 * rows, :columns] += left.astype(kind)[:, :across] @ right.astype(kind)[:, :columns]
    add_product(left.astype(kind)[:, :across], right.astype(kind)[:, :columns], whole[: 4 * rows, :columns])
    assert np.allclose(whole, wanted, atol=1e-12 if kind is np.float64 else 1e-5)


@settings(max_examples=40, deadline=None)
@given(slots=st.integers(1, FEW + 3), different=st.integers(1, 30), seed=st.integers(0, 1000))
def test_slots_by_usage(slots: int, different: int, seed: int) -> None:
    """In the order of a stable sort, however many are equal; what is no number still gives numbers of slots."""
    usage = np.random.default_rng(seed).integers(0, different, slots) / different
    order = np.full(slots, -1)
    ascending(usage, order)
    assert order.tolist() == np.argsort(usage, kind="stable").tolist()
    usage[:] = np.nan
    ascending(usage, order)
    assert ((order >= 0) & (order < slots)).all()


def test_functions_in_both_precisions() -> None:
    x = np.concatenate((np.linspace(-86, 87, 100_001), [0, 1e-30, -1e-30]))
    with np.errstate(over="ignore"):
        wanted = np.exp(x), 1 / (1 + np.exp(-x)), np.tanh(x)
    for dtype, error in ((np.float64, 1e-14), (np.float32, 4e-7)):
        single = x.astype(dtype)
        found = np.empty((3, len(x)), dtype)
        functions(single, found)
        exact = np.exp(single.astype(np.float64))
        assert np.abs(found[0] / exact - 1).max() < error
        assert np.abs(found[1] - wanted[1]).max() < 10 * error and np.abs(found[2] - wanted[2]).max() < 10 * error
    odd = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30] * 4, np.float32)
    found = np.empty((3, len(odd)), np.float32)
    functions(odd, found)
    assert np.isnan(found[:, ::5]).all() and np.isfinite(found[:, np.arange(len(odd)) % 5 > 0]).all()
    assert np.allclose(found[2, 1:5], [1, -1, 1, -1])
