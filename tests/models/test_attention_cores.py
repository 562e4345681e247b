"""Cores that attend: the causal Transformer over a cache, and linear attention with the delta rule."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from memsim.core.errors import InputError
from memsim.models.networks.core_checks import check_core
from memsim.models.networks.cores.blocks import head_parts
from memsim.models.networks.cores.declared_sizes import checked_sizes
from memsim.models.networks.cores.delta_rule import DeltaRule, added, corrected, read, unit_length
from memsim.models.networks.cores.driving import parts_of, take_step, unrolled
from memsim.models.networks.cores.transformer import Transformer, slopes_of

Array = np.ndarray[Any, np.dtype[np.float64]]
SMALL = {"hidden": 6, "layers": 2, "heads": 3, "width": 4}


def made(cls: type[nn.Module], seed: int = 0, **sizes: Any) -> Any:
    torch.manual_seed(seed)
    core = cls(5, 4, **sizes).double()
    with torch.no_grad():
        for weight in core.parameters():
            weight.add_(0.2 * torch.randn_like(weight))
    return core


def sequence(steps: int, batch: int, seed: int = 1) -> Tensor:
    return torch.randn((steps, batch, 5), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def weights_of(core: nn.Module) -> dict[str, Array]:
    return {name: weight.detach().numpy() for name, weight in core.named_parameters()}


def normed(x: Array, weights: dict[str, Array], name: str) -> Array:
    deviation = x - x.mean(-1, keepdims=True)
    scaled = deviation / np.sqrt((deviation**2).mean(-1, keepdims=True) + 1e-5)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def linear(x: Array, weights: dict[str, Array], name: str) -> Array:
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def within(z: Array, weights: dict[str, Array], block: str) -> Array:
    inner = linear(normed(z, weights, f"{block}.within.0"), weights, f"{block}.within.1")
    phi = np.vectorize(lambda value: 0.5 * (1 + math.erf(value / math.sqrt(2))))(inner)
    return z + linear(inner * phi, weights, f"{block}.within.3")


def full_causal_pass(core: Transformer, inputs: Array) -> tuple[Array, list[Array]]:
    """Outputs (T, outputs) of one sequence (T, inputs), and the attention (heads, T, T) of each layer."""
    weights, n_steps = weights_of(core), len(inputs)
    z = linear(inputs, weights, "embed")
    attentions = []
    for block in (f"blocks.{number}" for number in range(len(core.blocks))):
        each = linear(normed(z, weights, f"{block}.norm"), weights, f"{block}.queries_keys_values")
        queries, keys, values = each.reshape(n_steps, 3, core.heads, core.width).transpose(1, 2, 0, 3)
        heads, attention = [], np.zeros((core.heads, n_steps, n_steps))
        for head, slope in enumerate(slopes_of(core.heads, torch.zeros((), dtype=torch.float64)).tolist()):
            for now in range(n_steps):
                support = [queries[head, now] @ keys[head, then] / math.sqrt(core.width) - slope * (now - then)
                           for then in range(now + 1)]  # fmt: skip
                attention[head, now, : now + 1] = np.exp(support) / np.exp(support).sum()
            heads.append(attention[head] @ values[head])
        z = within(z + linear(np.concatenate(heads, axis=1), weights, f"{block}.output"), weights, block)
        attentions.append(attention)
    return linear(normed(z, weights, "norm"), weights, "project"), attentions


def test_the_cache_gives_what_a_full_causal_pass_gives() -> None:
    core, inputs = made(Transformer, **SMALL), sequence(7, 2)
    state = core.start(2)
    outputs, seen = [], []
    for step in inputs:
        output, state, weightings = take_step(core, step, state)
        outputs.append(output)
        seen.append(weightings)
    for trial in range(2):
        expected, attentions = full_causal_pass(core, inputs[:, trial].numpy())
        assert torch.stack(outputs)[:, trial].detach().numpy() == pytest.approx(expected, abs=1e-10)
        assert unrolled(core, inputs)[0][:, trial].detach().numpy() == pytest.approx(expected, abs=1e-10)
        for layer, attention in enumerate(attentions, start=1):
            for now, weightings in enumerate(seen):
                drawn = weightings[f"read_layer_{layer}"][trial].detach().numpy()
                assert drawn == pytest.approx(attention[:, now, : now + 1], abs=1e-12)


def test_slopes() -> None:
    slopes = {heads: slopes_of(heads, torch.zeros(())).tolist() for heads in (1, 2, 4)}
    assert slopes == {1: [2**-8], 2: [1, 0], 4: [1, 0.25, 0.0625, 0]}


def test_steps_all_at_once_continue_from_a_cache() -> None:
    core, inputs = made(Transformer, **SMALL), sequence(9, 3)
    whole, last = unrolled(core, inputs)
    first, state = unrolled(core, inputs[:4])
    second, state = unrolled(core, inputs[4:], state)
    assert torch.allclose(torch.cat((first, second)), whole, atol=1e-12)
    assert torch.equal(state.ages, last.ages) and torch.allclose(state.layers[1].keys, last.layers[1].keys)
    assert state.ages[0].tolist() == [8, 7, 6, 5, 4, 3, 2, 1, 0]


@settings(max_examples=30)
@given(steps=st.integers(1, 6), changed=st.integers(0, 5), seed=st.integers(0, 99))
def test_no_step_sees_what_comes_later(steps: int, changed: int, seed: int) -> None:
    core, inputs = made(Transformer, **SMALL), sequence(steps, 1, seed)
    other = inputs.clone()
    other[changed:] += 1
    before, after = unrolled(core, inputs)[0], unrolled(core, other)[0]
    assert torch.allclose(before[:changed], after[:changed], atol=1e-12)
    assert changed >= steps or not torch.allclose(before[changed], after[changed])


def test_cells_age_while_nothing_is_written() -> None:
    core, inputs = made(Transformer, **SMALL), sequence(6, 2)
    _, studied = unrolled(core, inputs[:3])
    _, state, weightings = take_step(core, inputs[3], studied, {"writing"})
    _, state, _ = take_step(core, inputs[4], state, {"writing"})
    assert state.ages[0].tolist() == [4, 3, 2] and weightings["read_layer_1"].shape == (2, 3, 3)
    assert torch.equal(state.layers[0].keys, studied.layers[0].keys)
    assert take_step(core, inputs[5], state)[1].ages[0].tolist() == [5, 4, 3, 0]


@pytest.mark.parametrize("part", ["memory", "writing"])
def test_a_memory_in_which_nothing_was_written_gives_nothing(part: str) -> None:
    core, inputs = made(Transformer, **SMALL), sequence(2, 2)
    state = core.start(2)
    for step in inputs:
        output, state, weightings = take_step(core, step, state, {part})
        alone = take_step(core, step, core.start(2), {"reading"})[0]
        assert torch.allclose(output, alone, atol=1e-12)
        assert state.ages.shape == (2, 0) and not weightings["read_layer_2"].any()


@pytest.mark.parametrize("cls", [Transformer, DeltaRule])
def test_heads_are_parts(cls: type[nn.Module]) -> None:
    core = made(cls, **SMALL)
    assert head_parts(2, 2) == ("layer1_head1", "layer1_head2", "layer2_head1", "layer2_head2")
    assert parts_of(core) == (*head_parts(2, 3), "reading", "writing", "memory")
    inputs = sequence(4, 2)
    _, state = unrolled(core, inputs[:3])
    _, _, intact = take_step(core, inputs[3], state)
    output, _, weightings = take_step(core, inputs[3], state, {"layer2_head3"})
    read_2 = weightings["read_layer_2"]
    assert not read_2[:, 2].any() and torch.allclose(read_2[:, :2], intact["read_layer_2"][:, :2])
    with torch.no_grad():  # the same by weights: the head's share of the output is taken away
        core.blocks[1].output.weight[:, -core.width :] = 0
    assert torch.allclose(take_step(core, inputs[3], state)[0], output, atol=1e-12)
    none, unread = (take_step(core, inputs[3], state, parts)[0] for parts in (set(head_parts(2, 3)), {"reading"}))
    assert torch.equal(none, unread)


@pytest.mark.parametrize(
    ("cls", "sizes"),
    [(Transformer, {}), (Transformer, {"layers": 1, "heads": 1}), (DeltaRule, {}), (DeltaRule, {"rule": "sum"})],
)
def test_sizes_keep_the_contract_and_gradients_are_right(cls: type[nn.Module], sizes: dict[str, Any]) -> None:
    assert check_core(cls, sizes=sizes)
    core = made(cls, hidden=3, width=2, **{"layers": 2, "heads": 2, **sizes})
    inputs = sequence(3, 2).requires_grad_()
    weights = [weight for weight in core.parameters() if weight.numel() < 20]
    assert torch.autograd.gradcheck(lambda given, *_: unrolled(core, given)[0], (inputs, *weights))


def column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_the_delta_rule_by_hand() -> None:
    memory = torch.zeros(2, 2, dtype=torch.float64)
    for key, value, strength in (((1, 0), (2, 3), 0.5), ((1, 0), (2, 3), 0.5), ((0.6, 0.8), (1, 0), 1)):
        memory = corrected(memory, column(*key), column(*value), column(strength)[0])
    assert memory.numpy() == pytest.approx(np.array([[1.56, 0.08], [1.44, -1.08]]), abs=1e-12)
    assert read(memory, column(0.6, 0.8)).tolist() == pytest.approx([1, 0])


NUMBERS = st.lists(st.floats(-2, 2), min_size=3, max_size=3)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6))
def test_what_was_written_last_is_read_whatever_came_before(pairs: list[tuple[list[float], list[float]]]) -> None:
    memory = torch.zeros(3, 3, dtype=torch.float64)
    for key, value in pairs:
        written = unit_length(column(*key))
        memory = corrected(memory, written, column(*value), column(1.0)[0])
        missing = float(1 - written.square().sum())  # keys near zero are shorter than 1, and correct in part
        assert missing > 1e-3 or read(memory, written).tolist() == pytest.approx(value, abs=0.05)


@given(st.permutations(range(5)))
def test_the_sum_forgets_order_and_the_delta_rule_does_not(order: list[int]) -> None:
    generator = torch.Generator().manual_seed(3)
    keys, values = torch.randn((2, 5, 3), generator=generator, dtype=torch.float64)
    in_order, shuffled = torch.zeros((2, 3, 3), dtype=torch.float64)
    for index, other in enumerate(order):
        in_order, shuffled = added(in_order, keys[index], values[index]), added(shuffled, keys[other], values[other])
    assert torch.allclose(in_order, shuffled)
    assert torch.allclose(in_order, values.T @ keys)


@pytest.mark.parametrize("rule", ["delta", "sum"])
def test_linear_attention_is_its_equations(rule: str) -> None:
    core, inputs = made(DeltaRule, rule=rule, **SMALL), sequence(5, 2)
    outputs, state = unrolled(core, inputs)
    weights = weights_of(core)
    memory, previous = np.zeros((2, 3, 4, 4)), np.zeros(5)
    for step, given_output in zip(inputs[:, 1].numpy(), outputs[:, 1].detach().numpy(), strict=True):
        z = linear(np.concatenate((step, previous)), weights, "embed")
        for layer, block in enumerate(("blocks.0", "blocks.1")):
            seen = normed(z, weights, f"{block}.norm")
            each = linear(seen, weights, f"{block}.queries_keys_values").reshape(3, 3, 4)
            strength = 1 / (1 + np.exp(-linear(seen, weights, f"{block}.strength"))) if rule == "delta" else np.ones(3)
            answers = []
            for head in range(3):
                query, key, value = each[:, head]
                query, key = (x / (1 + np.exp(-x)) for x in (query, key))
                query, key = (x / np.sqrt((x**2).sum() + 1e-4) for x in (query, key))
                old = memory[layer, head] @ key if rule == "delta" else 0.0
                memory[layer, head] += strength[head] * np.outer(value - old, key)
                answers.append(memory[layer, head] @ query)
            z = within(z + linear(np.concatenate(answers), weights, f"{block}.output"), weights, block)
        assert given_output == pytest.approx(linear(normed(z, weights, "norm"), weights, "project"), abs=1e-10)
        previous = step
    for layer in range(2):
        assert state.memory[layer][1].detach().numpy() == pytest.approx(memory[layer], abs=1e-10)


def test_without_writing_the_matrix_stays() -> None:
    core, inputs = made(DeltaRule, **SMALL), sequence(4, 2)
    _, state = unrolled(core, inputs[:3])
    for part in ("writing", "memory"):
        _, after, weightings = take_step(core, inputs[3], state, {part})
        assert all(torch.equal(one, two) for one, two in zip(after.memory, state.memory, strict=True))
        assert not weightings["write_layer_1"].any()
        assert bool(weightings["read_layer_1"].any()) == (part == "writing")


def test_addresses_are_shares() -> None:
    core, inputs = made(DeltaRule, **SMALL), sequence(1, 3)
    _, _, weightings = take_step(core, inputs[0], core.start(3))
    assert (weightings["read_layer_1"].sum(2) - 1).abs().max() < 1e-2
    strength = weightings["write_layer_1"].sum(2)
    assert ((strength > 0) & (strength < 1)).all()
    silent = take_step(core, 1e-8 * inputs[0], core.start(3))[0]
    assert silent.isfinite().all()


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(InputError, match="rule='product' must be one of 'delta', 'sum'"):
        checked_sizes(DeltaRule, {"rule": "product"})
