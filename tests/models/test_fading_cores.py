"""Cores whose memory fades whatever its content: fast weights, and the diagonal state space model."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf
from torch import Tensor, nn

from memsim.models.networks.core_checks import check_core
from memsim.models.networks.cores.driving import take_step, unrolled
from memsim.models.networks.cores.fast_weights import FastWeights, stored
from memsim.models.networks.cores.state_space import FASTEST, LRU, SLOWEST, Complex, advanced, scaled


def made(cls: type[nn.Module], **sizes: Any) -> Any:
    torch.manual_seed(0)
    return cls(5, 4, **sizes).double()


def sequence(steps: int, batch: int, seed: int = 1) -> Tensor:
    return torch.randn((steps, batch, 5), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def weights_of(core: nn.Module) -> dict[str, Any]:
    return {name: weight.detach().numpy() for name, weight in core.named_parameters()}


def normed(x: Any, weights: dict[str, Any], name: str) -> Any:
    deviation = x - x.mean()
    return deviation / np.sqrt((deviation**2).mean() + 1e-5) * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def test_fast_weights_by_hand() -> None:
    fast = torch.zeros((1, 2, 2), dtype=torch.float64)
    for hidden in ((1.0, 0.0), (0.6, 0.8)):
        fast = stored(fast, torch.tensor([hidden], dtype=torch.float64), 0.9, 0.5)
    assert fast[0].numpy() == pytest.approx(np.array([[0.63, 0.24], [0.24, 0.32]]), abs=1e-12)


@pytest.mark.parametrize("inner", [1, 3])
def test_fast_weights_are_attention_to_the_past(inner: int) -> None:
    """A h, computed without A: past h weighed by likeness and age (Ba et al., 2016)."""
    core, inputs = made(FastWeights, hidden=6, inner=inner, decay=0.8, rate=0.3), sequence(6, 2)
    outputs, state = unrolled(core, inputs)
    weights = weights_of(core)
    past = [np.zeros(6)]
    for step, output in zip(inputs[:, 1].numpy(), outputs[:, 1].detach().numpy(), strict=True):
        slow = weights["recur.weight"] @ past[-1] + weights["see.weight"] @ step + weights["see.bias"]
        hidden = np.maximum(slow, 0)
        for _ in range(inner):
            recalled = sum(0.3 * 0.8**age * (then @ hidden) * then for age, then in enumerate(reversed(past)))
            hidden = np.maximum(normed(slow + recalled, weights, "norm"), 0)
        past.append(hidden)
        assert output == pytest.approx(weights["project.weight"] @ hidden + weights["project.bias"], abs=1e-10)
    assert state.hidden[1].detach().numpy() == pytest.approx(past[-1], abs=1e-12)


@settings(max_examples=30)
@given(steps=st.integers(1, 12), decay=st.floats(0, 1), rate=st.floats(0, 10), seed=st.integers(0, 99))
def test_fast_matrix_is_symmetric_and_grows_no_further_than_it_decays(
    steps: int, decay: float, rate: float, seed: int
) -> None:
    core = made(FastWeights, hidden=5, decay=decay, rate=rate)
    with torch.no_grad():
        _, state = unrolled(core, 10 * sequence(steps, 2, seed))
    fast = state.fast
    assert state.hidden.isfinite().all() and torch.allclose(fast, fast.transpose(1, 2))
    assert torch.linalg.eigvalsh(fast).min() >= -1e-9 * (1 + fast.abs().max())
    # LayerNorm gives each h at most the length √5, so the trace stays below that of the geometric series.
    assert fast.diagonal(dim1=1, dim2=2).sum(1).max() <= 5 * rate * sum(decay**age for age in range(steps)) + 1e-9


def test_fast_weights_start_as_in_the_paper() -> None:
    assert torch.equal(FastWeights(5, 4, hidden=3).recur.weight, 0.05 * torch.eye(3))


def test_lesions_of_fast_weights() -> None:
    core, inputs = made(FastWeights, hidden=6), sequence(4, 2)
    _, state = unrolled(core, inputs[:3])
    intact = take_step(core, inputs[3], state)[1]
    for part in ("writing", "memory"):
        assert torch.allclose(take_step(core, inputs[3], state, {part})[1].fast, 0.95 * state.fast)
    unread = take_step(core, inputs[3], state, {"reading"})[1]
    assert torch.equal(unread.fast, intact.fast) and not torch.allclose(unread.hidden, intact.hidden)
    slow = core.see(inputs[3]) + core.recur(state.hidden)
    assert torch.allclose(unread.hidden, core.norm(slow).relu())


def test_gradients_of_small_cores() -> None:
    for core in (made(FastWeights, hidden=4, inner=2), made(LRU, hidden=3, units=2)):
        inputs = sequence(3, 2).requires_grad_()
        weights = [weight for weight in core.parameters() if weight.numel() < 25]
        assert torch.autograd.gradcheck(lambda given, *_, core=core: unrolled(core, given)[0], (inputs, *weights))


@pytest.mark.parametrize(
    ("cls", "sizes"), [(FastWeights, {"inner": 3, "decay": 0.5}), (LRU, {"layers": 3, "units": 5})]
)
def test_sizes_keep_the_contract(cls: type[nn.Module], sizes: dict[str, Any]) -> None:
    assert check_core(cls, sizes=sizes)


def test_a_complex_unit_by_hand() -> None:
    """λ = .8 e^(iπ/2) = .8i, so that √(1 - |λ|²) = .6: from h = 1 + 2i and b = 3 - i."""
    numbers = [torch.tensor(value, dtype=torch.float64) for value in (1, 2, 0, 0.8, 3, -1)]
    eigenvalue = Complex(*numbers[2:4])
    after = advanced(Complex(*numbers[:2]), eigenvalue, scaled(eigenvalue, Complex(*numbers[4:])))
    assert [float(part) for part in after] == pytest.approx([-1.6 + 1.8, 0.8 - 0.6])


def test_a_state_space_model_is_its_equations() -> None:
    core, inputs = made(LRU, hidden=4, units=3, layers=2), sequence(6, 2)
    outputs, state = unrolled(core, inputs)
    weights = weights_of(core)
    h = np.zeros((2, 3), dtype=complex)
    for step, output in zip(inputs[:, 1].numpy(), outputs[:, 1].detach().numpy(), strict=True):
        z = weights["embed.weight"] @ step + weights["embed.bias"]
        for layer, block in enumerate(("blocks.0", "blocks.1")):
            eigenvalue = np.exp(-np.exp(weights[f"{block}.log_decay"]) + 1j * weights[f"{block}.angle"])
            into = weights[f"{block}.into.weight"][:3] + 1j * weights[f"{block}.into.weight"][3:]
            out_of = weights[f"{block}.out_of.weight"][:, :3] - 1j * weights[f"{block}.out_of.weight"][:, 3:]
            u = normed(z, weights, f"{block}.norm")
            h[layer] = eigenvalue * h[layer] + np.sqrt(1 - abs(eigenvalue) ** 2) * (into @ u)
            y = (out_of @ h[layer]).real + weights[f"{block}.straight"] * u
            gelu = y * 0.5 * (1 + erf(y / np.sqrt(2)))
            value, gate = np.split(weights[f"{block}.gate.weight"] @ gelu + weights[f"{block}.gate.bias"], 2)
            z = z + value / (1 + np.exp(-gate))
        given_by_hand = weights["project.weight"] @ normed(z, weights, "norm") + weights["project.bias"]
        assert output == pytest.approx(given_by_hand, abs=1e-10)
    for layer, (real, imaginary) in enumerate(state.controller):
        assert real[1].detach().numpy() + 1j * imaginary[1].detach().numpy() == pytest.approx(h[layer], abs=1e-12)


def test_eigenvalues_start_in_their_ring_and_never_leave_the_circle() -> None:
    core = made(LRU, units=500, layers=1)
    real, imaginary = core.blocks[0].eigenvalues()
    radius = (real.square() + imaginary.square()).sqrt().detach()
    assert FASTEST - 1e-6 <= radius.min() < 0.905 and 0.995 < radius.max() <= SLOWEST + 1e-6
    assert radius.square().mean() == pytest.approx((FASTEST**2 + SLOWEST**2) / 2, abs=0.01)
    with torch.no_grad():
        core.blocks[0].log_decay.uniform_(-60, 60)
        real, imaginary = core.blocks[0].eigenvalues()
        output, _ = unrolled(core, sequence(40, 2))
    assert (real.square() + imaginary.square()).max() <= 1 + 1e-12 and output.isfinite().all()


@settings(max_examples=30)
@given(steps=st.integers(1, 20), seed=st.integers(0, 99))
def test_what_came_first_fades_at_the_rate_of_each_unit(steps: int, seed: int) -> None:
    core = made(LRU, units=4, layers=1)
    generator = torch.Generator().manual_seed(seed)
    one, two = torch.randn((2, 2, 1, 4), generator=generator, dtype=torch.float64)
    inputs = sequence(steps, 1, seed)
    with torch.no_grad():
        first = unrolled(core, inputs, core.start(1)._replace(controller=(Complex(*one),)))[1].controller[0]
        second = unrolled(core, inputs, core.start(1)._replace(controller=(Complex(*two),)))[1].controller[0]
        real, imaginary = core.blocks[0].eigenvalues()
    apart = torch.hypot(first[0] - second[0], first[1] - second[1])
    before = torch.hypot(one[0] - two[0], one[1] - two[1])
    assert torch.allclose(apart, before * torch.hypot(real, imaginary) ** steps)
