"""Cores with memories, but the DNC: golden cases, steps computed anew in numpy, gradients, invariants, lesions."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from memsim.core.errors import InputError
from memsim.models.networks.core_checks import check_core
from memsim.models.networks.cores.core import Core
from memsim.models.networks.cores.declared_sizes import sizes_of
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.cores.driving import take_step
from memsim.models.networks.cores.hopfield import HopfieldStore, settled
from memsim.models.networks.cores.mann import MANN, least_used, rewritten, used
from memsim.models.networks.cores.memn2n import MemN2N, looked_up
from memsim.models.networks.cores.ntm import NTM, Heads, addressed, overwritten, shifted
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.memory import content_weighting

Array = NDArray[np.float64]
INPUTS, OUTPUTS = 3, 2
SMALL: list[tuple[type[Core], dict[str, Any]]] = [
    (NTM, {"slots": 5, "width": 3, "hidden": 4, "heads": 2, "hops": 2, "reach": 2}),
    (MANN, {"slots": 4, "width": 3, "hidden": 4, "heads": 2, "hops": 2}),
    (MANN, {"slots": 4, "width": 3, "hidden": 4, "strength": False, "written": "key"}),
    (MemN2N, {"width": 4, "slots": 3}),
    (MemN2N, {"width": 4, "tying": "adjacent", "mixed": True, "hops": 2}),
    (MemN2N, {"width": 4, "hops": 2, "carried": False, "aged": False, "mixed": True}),
    (MemN2N, {"width": 4, "hops": 3, "carried": False, "aged": False, "mixed": True, "chained": True}),
    (MemN2N, {"width": 4, "hops": 1, "chained": True}),
    (HopfieldStore, {"width": 3, "hidden": 4, "heads": 2, "updates": 3, "slots": 3}),
    (HopfieldStore, {"width": 3, "hidden": 4, "heads": 2, "hops": 3}),
]


def doubles(values: Any) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def made(cls: type[Core], sizes: dict[str, Any], seed: int = 0) -> Core:
    torch.manual_seed(seed)
    return cls(INPUTS, OUTPUTS, **sizes).double()


def batch_of_one(values: Any) -> Tensor:
    return doubles(values)[None]


def test_ntm_by_hand() -> None:
    memory = batch_of_one([[1, 0], [0, 1], [1, 1], [1, -1]])
    heads = Heads(*(batch_of_one([value]) for value in ([1, 0], 2, 0.5, [0.1, 0.2, 0.7], 2)))
    weighting, content = addressed(memory, heads, batch_of_one([[0, 0, 1, 0]]))
    assert content[0, 0].numpy() == pytest.approx([0.444707, 0.060185, 0.247554, 0.247554], abs=1e-6)
    moved = shifted(0.5 * content + 0.5 * batch_of_one([[0, 0, 1, 0]]), heads.shifts)
    assert moved[0, 0].numpy() == pytest.approx([0.134124, 0.224044, 0.158198, 0.483635], abs=1e-6)
    assert weighting[0, 0].numpy() == pytest.approx([0.054994, 0.153450, 0.076507, 0.715049], abs=1e-6)
    after = overwritten(memory, weighting[:, 0], batch_of_one([0.5, 1]), batch_of_one([0.2, -0.4]))
    assert after[0, 0].numpy() == pytest.approx([0.983502, -0.021998], abs=1e-6)
    assert after[0, 3].numpy() == pytest.approx([0.785485, -0.570970], abs=1e-6)
    assert (weighting @ after)[0, 0].numpy() == pytest.approx([0.695208, -0.220685], abs=1e-6)


def test_mann_by_hand() -> None:
    memory, key = batch_of_one([[1, 0], [0, 1], [1, 1]]), batch_of_one([[0.5, -0.5]])
    usage, reads = batch_of_one([0.2, 0.5, 0.1]), batch_of_one([[0.7, 0.2, 0.1]])
    unused = least_used(usage, 1)
    write = 0.6 * reads + 0.4 * unused
    assert write[0, 0].numpy() == pytest.approx([0.42, 0.12, 0.46])
    memory = rewritten(memory, write, unused, key)
    assert memory[0].numpy() == pytest.approx(np.array([[1.21, -0.21], [0.06, 0.94], [0.23, -0.23]]))
    reads = content_weighting(memory, key, doubles([[1.0]]))
    assert reads[0, 0].numpy() == pytest.approx([0.411840, 0.093916, 0.494244], abs=1e-5)
    assert used(usage, reads, write, 0.95)[0].numpy() == pytest.approx([1.021840, 0.688916, 1.049244], abs=1e-5)


def test_heads_of_a_mann_take_different_cells() -> None:
    unused = least_used(doubles([[0.3, 0.0, 0.0, 0.2]]), 3)
    assert unused[0].argmax(dim=1).tolist() == [1, 2, 3] and unused.sum() == 3
    assert least_used(doubles([[0.3, 0.0]]), 3)[0].argmax(dim=1).tolist() == [1, 0, 1]


def test_memn2n_by_hand() -> None:
    keys, values = batch_of_one([[1, 0], [0, 1], [1, 1]]), batch_of_one([[0, 2], [1, -1], [0.5, 0.5]])
    asked, strength = batch_of_one([[1, 0]]), doubles(1)
    weighting, read = looked_up(keys, values, asked, strength)
    assert weighting[0, 0].numpy() == pytest.approx([0.422319, 0.155362, 0.422319], abs=1e-6)
    asked = asked + read
    assert asked[0, 0].numpy() == pytest.approx([1.366522, 0.900435], abs=1e-6)
    weighting, read = looked_up(keys, values, asked, strength)
    assert weighting[0, 0].numpy() == pytest.approx([0.244611, 0.153482, 0.601907], abs=1e-6)
    assert (asked + read)[0, 0].numpy() == pytest.approx([1.820957, 1.537128], abs=1e-6)
    linear, read = looked_up(keys, values, doubles([[[2.0, 1.0]]]), doubles(0.5), linear=True)
    assert linear[0, 0].tolist() == [1.0, 0.5, 1.5] and read[0, 0].tolist() == [1.25, 2.25]


@pytest.mark.parametrize(
    ("updates", "state"), [(1, (0.687018, 0.625955)), (2, (0.656366, 0.687256)), (3, (0.636512, 0.726970))]
)
def test_hopfield_store_by_hand(updates: int, state: tuple[float, float]) -> None:
    keys = batch_of_one([[1, 0], [0.6, 0.8], [0, -1]])
    weighting = settled(keys, batch_of_one([[0.8, 0.6]]), 8.0, updates)
    assert (weighting @ keys)[0, 0].numpy() == pytest.approx(state, abs=1e-6)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softmax(x: Array) -> Array:
    return np.exp(x) / np.exp(x).sum()


def softplus(x: Any) -> Any:
    return np.log1p(np.exp(x))


def unit(x: Array) -> Array:
    return x / np.sqrt(x @ x + 1e-6)


class ByHand:
    """Steps of one list, in numpy, cell by cell."""

    def __init__(self, core: Core) -> None:
        self.core: Any = core
        named = (*core.named_parameters(), *core.named_buffers())
        self.weights = {name: weight.detach().numpy() for name, weight in named}
        self.h = self.c = np.zeros(getattr(core, "hidden", 0))

    def control(self, x: Array) -> Array:
        gates = self.weights["cells.0.weight_ih"] @ x + self.weights["cells.0.bias_ih"]
        i, f, g, o = np.split(gates + self.weights["cells.0.weight_hh"] @ self.h + self.weights["cells.0.bias_hh"], 4)
        self.c = sigmoid(f) * self.c + sigmoid(i) * np.tanh(g)
        self.h = sigmoid(o) * np.tanh(self.c)
        return self.linear("project", self.h)

    def linear(self, name: str, x: Array) -> Array:
        return self.weights[f"{name}.weight"] @ x + self.weights.get(f"{name}.bias", 0.0)

    def run(self, inputs: Array) -> Array:
        return np.stack([self.step(x) for x in inputs])

    def step(self, x: Array) -> Array:
        raise NotImplementedError


class NTMByHand(ByHand):
    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.N, self.W, self.R = self.core.slots, self.core.width, self.core.heads
        self.M = np.full((self.N, self.W), 1e-6)
        self.w = np.zeros((self.R + 1, self.N))
        self.w[:, 0] = 1
        self.r = np.zeros((self.R, self.W))

    def head(self, emitted: Array, number: int, key: Array | None = None) -> None:
        k, (beta, g, gamma), s = np.split(emitted, [self.W, self.W + 3])
        k = np.tanh(k) if key is None else key
        content = softmax(np.array([softplus(beta) * (unit(k) @ unit(row)) for row in self.M]))
        gated = sigmoid(g) * content + (1 - sigmoid(g)) * self.w[number]
        moved, s = np.zeros(self.N), softmax(s)
        for i in range(self.N):
            for each, shift in enumerate(range(-self.core.reach, self.core.reach + 1)):
                moved[i] += s[each] * gated[(i - shift) % self.N]
        powers = (moved + 1e-8) ** (1 + softplus(gamma))
        self.w[number] = powers / powers.sum()

    def step(self, x: Array) -> Array:
        emitted = self.control(np.concatenate((x, self.r.ravel())))
        output, emitted = emitted[:OUTPUTS], emitted[OUTPUTS:]
        heads = emitted[: -2 * self.W].reshape(self.R + 1, -1)
        erase, vector = sigmoid(emitted[-2 * self.W : -self.W]), np.tanh(emitted[-self.W :])
        self.head(heads[-1], self.R)
        for i in range(self.N):
            self.M[i] = self.M[i] * (1 - self.w[-1, i] * erase) + self.w[-1, i] * vector
        keys: Any = [None] * self.R
        for hop in range(self.core.hops):
            if hop:
                keys = np.tanh(self.linear("next_keys", np.concatenate((self.h, self.r.ravel())))).reshape(self.R, -1)
            for number in range(self.R):
                self.head(heads[number], number, keys[number])
            self.r = self.w[:-1] @ self.M
        return output + self.linear("read_out", self.r.ravel())


class MANNByHand(ByHand):
    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.N, self.W, self.R = self.core.slots, self.core.width, self.core.heads
        self.M, self.r = np.full((self.N, self.W), 1e-6), np.zeros((self.R, self.W))
        self.usage, self.w = np.zeros(self.N), np.zeros((self.R, self.N))
        self.w[:, 0] = 1

    def step(self, x: Array) -> Array:
        emitted = self.control(np.concatenate((x, self.r.ravel())))
        output, heads = emitted[:OUTPUTS], emitted[OUTPUTS:].reshape(self.R, -1)
        keys, gates, rest = np.tanh(heads[:, : self.W]), sigmoid(heads[:, self.W]), heads[:, self.W + 1 :]
        own, strong = rest.shape[1] >= self.W, rest.shape[1] % self.W == 1
        vectors = np.tanh(rest[:, : self.W]) if own else keys
        strengths = 1 + softplus(rest[:, -1]) if strong else np.ones(self.R)
        cells = np.argsort(self.usage, kind="stable")[: self.R]
        write = gates[:, None] * self.w + (1 - gates[:, None]) * np.eye(self.N)[cells]
        self.M[cells] = 0
        for i in range(self.N):
            for number in range(self.R):
                self.M[i] += write[number, i] * vectors[number]
        for hop in range(self.core.hops):
            if hop:
                keys = np.tanh(self.linear("next_keys", np.concatenate((self.h, self.r.ravel())))).reshape(self.R, -1)
            for number in range(self.R):
                cosines = np.array([unit(keys[number]) @ unit(row) for row in self.M])
                self.w[number] = softmax(strengths[number] * cosines)
            self.r = self.w @ self.M
        self.usage = self.core.decay * self.usage + self.w.sum(axis=0) + write.sum(axis=0)
        return output + self.linear("read_out", self.r.ravel())


class MemN2NByHand(ByHand):
    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.rows: list[Array] = []
        self.context = np.zeros(self.core.width)

    def step(self, x: Array) -> Array:
        seen, ages = np.concatenate((x, self.context)) if self.core.carried else x, self.weights["ages"]
        self.rows = [*self.rows, self.linear("store", seen).reshape(ages.shape[1:])][-self.core.slots :]
        adjacent = "ask.weight" not in self.weights
        first = u = self.rows[-1][0] if adjacent else self.linear("ask", seen)
        aged = [row + ages[len(self.rows) - 1 - i] for i, row in enumerate(self.rows)]
        each = []
        for hop in range(self.core.hops):
            key, value = (hop, hop + 1) if adjacent else (0, 1)
            as_asked = unit if self.core.chained else np.asarray
            products = np.array([as_asked(u) @ as_asked(row[key]) for row in aged])
            p = softmax(np.exp(self.weights["log_strength"]) * products)
            read = sum(p[i] * row[value] for i, row in enumerate(aged))
            if self.core.chained:
                u = self.linear("keep", read)
                each.append(read)
            else:
                u = (u if adjacent else self.linear("keep", u)) + read
                each.append(u)
        self.context = np.tanh(u)
        if "mix.weight" in self.weights:
            return self.linear("project", softmax(self.linear("mix", first)) @ np.stack(each))
        return self.linear("project", each[-1])


class HopfieldByHand(ByHand):
    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.keys: list[Array] = []
        self.values: list[Array] = []
        self.r = np.zeros((self.core.heads, self.core.width))

    def step(self, x: Array) -> Array:
        emitted = self.control(np.concatenate((x, self.r.ravel())))
        output, (value, key, *asked) = emitted[:OUTPUTS], emitted[OUTPUTS:].reshape(-1, self.core.width)
        self.keys = [*self.keys, unit(key)][-self.core.slots :]
        self.values = [*self.values, value][-self.core.slots :]
        beta = np.exp(self.weights["log_strength"])
        starts = np.stack(asked)
        for hop in range(self.core.hops):
            if hop:
                starts = self.linear("next_keys", np.concatenate((self.h, self.r.ravel()))).reshape(starts.shape)
            for number, start in enumerate(starts):
                xi = unit(start)
                for _ in range(self.core.updates - 1):
                    xi = softmax(beta * np.array([xi @ row for row in self.keys])) @ np.stack(self.keys)
                self.r[number] = softmax(beta * np.array([xi @ row for row in self.keys])) @ np.stack(self.values)
        return output + self.linear("read_out", self.r.ravel())


BY_HAND: dict[type[Core], type[ByHand]] = {
    NTM: NTMByHand, MANN: MANNByHand, MemN2N: MemN2NByHand, HopfieldStore: HopfieldByHand
}  # fmt: skip


@pytest.mark.parametrize(("cls", "sizes"), SMALL)
def test_steps_are_those_computed_by_hand(cls: type[Core], sizes: dict[str, Any]) -> None:
    core = made(cls, sizes)
    inputs = np.random.default_rng(1).normal(size=(7, INPUTS))
    outputs, _ = core(doubles(inputs)[:, None])
    assert outputs[:, 0].detach().numpy() == pytest.approx(BY_HAND[cls](core).run(inputs), abs=1e-9)


@pytest.mark.parametrize(("cls", "sizes"), SMALL)
def test_contract_and_gradients(cls: type[Core], sizes: dict[str, Any]) -> None:
    assert check_core(cls, sizes=sizes)
    core = made(cls, sizes)
    inputs = torch.randn((3, 2, INPUTS), dtype=torch.float64, requires_grad=True)
    names, weights = zip(*core.named_parameters(), strict=True)

    def run(given: Tensor, *values: Tensor) -> Tensor:
        called: Tensor = torch.func.functional_call(core, dict(zip(names, values, strict=True)), (given,))[0]
        return called

    assert torch.autograd.gradcheck(run, (inputs, *weights), fast_mode=True)


@pytest.mark.parametrize(("cls", "sizes"), SMALL)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([0.0, 1.0, 30.0, 1e6]), batch=st.integers(1, 3))
def test_weightings_at_any_input(cls: type[Core], sizes: dict[str, Any], seed: int, scale: float, batch: int) -> None:
    core = made(cls, sizes, seed).float()
    with torch.no_grad():
        for weight in core.parameters():
            weight.mul_(1 + min(scale, 30.0) / 3)
    state = core.start(batch)
    for inputs in scale * torch.randn(12, batch, INPUTS):
        output, state, weightings = take_step(core, inputs, state)
        assert output.isfinite().all() and {"write", "read"} <= set(weightings)
        for name, weighting in weightings.items():
            assert weighting.min() >= 0 and weighting.max() <= 1
            sums = weighting.sum(dim=2)
            assert name == "usage" or sums.max() <= 1 + 1e-5
            assert name in ("usage", "write") or torch.allclose(sums, torch.ones_like(sums), atol=1e-5)


@pytest.mark.parametrize("cls", [NTM, MANN, MemN2N, HopfieldStore])
def test_gradients_stay_finite_at_extreme_inputs(cls: type[Core]) -> None:
    torch.manual_seed(0)
    core = cls(INPUTS, OUTPUTS)
    inputs = (1e4 * torch.randn(60, 2, INPUTS)).requires_grad_()
    outputs, _ = core(inputs)
    outputs.square().mean().backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in core.parameters())


@pytest.mark.parametrize("cls", [NTM, MANN, MemN2N, HopfieldStore])
def test_lesions_do_what_their_names_say(cls: type[Core]) -> None:
    core: Any = made(cls, {})
    inputs = torch.randn((6, 2, INPUTS), dtype=torch.float64)

    def run(*without: str) -> tuple[Tensor, Any, Any]:
        state = core.start(2)
        for each in inputs:
            output, state, weightings = take_step(core, each, state, without)
        return output, state, weightings

    intact, blind, mute, none = run(), run("reading"), run("writing"), run("memory")
    assert not blind[2]["read"].any() and not none[2]["read"].any()
    assert torch.equal(run("reading", "writing")[0], none[0])
    empty = core.start(2)
    for _, state, weightings in (mute, none):
        assert not weightings["write"].any()
        if cls in (NTM, MANN):
            assert torch.equal(state.memory, empty.memory)
        else:
            rows = state.rows if cls is MemN2N else state.memory.keys
            assert rows.shape[1] == 0
    assert all(not torch.allclose(intact[0], run(part)[0]) for part in core.parts)


def test_location_and_content_of_an_ntm() -> None:
    core = made(NTM, {"slots": 6, "hidden": 8})
    inputs = torch.randn((3, 2, INPUTS), dtype=torch.float64)
    still = moved = by_content = core.start(2)
    for each in inputs:
        _, still, _ = take_step(core, each, still, {"content", "location"})
        _, moved, _ = take_step(core, each, moved, {"content"})
        _, by_content, seen = take_step(core, each, by_content, {"location"})
        assert torch.equal(seen["read"].argsort(dim=2), seen["read_content"].argsort(dim=2)), "sharpened, no more"
    assert still.reads[..., 0].min() > 1 - 1e-6
    assert moved.reads.argmax(dim=2).unique().numel() <= 3 and moved.reads[..., 0].max() < 0.9


def test_where_a_mann_writes() -> None:
    core = made(MANN, {"slots": 6})
    inputs = torch.randn((5, 2, INPUTS), dtype=torch.float64)
    state = core.start(2)
    for number, each in enumerate(inputs):
        _, state, seen = take_step(core, each, state, {"recent"})
        assert torch.equal(seen["write"], seen["least_used"])
        assert number > 0 or seen["write"][..., 0].all()
        before = state.reads
        assert torch.equal(take_step(core, each, state, {"least_used"})[2]["write"], before)


def test_age_and_content_of_a_memory_network() -> None:
    core = made(MemN2N, {"hops": 2})
    inputs = torch.randn((1, 2, INPUTS), dtype=torch.float64).expand(4, 2, INPUTS)
    state = core.start(2)
    with torch.no_grad():
        core.get_parameter("store.weight")[:, INPUTS:] = 0
    for each in inputs:
        _, state, seen = take_step(core, each, state, {"age"})
        assert torch.allclose(seen["read"], torch.full_like(seen["read"], 1 / seen["read"].shape[2])), "equal rows"
    aged = take_step(core, inputs[0], state)[2]["read"]
    assert not torch.allclose(aged, torch.full_like(aged, 1 / 5))


def test_rows_age_with_every_step_whether_it_stores_one_or_not() -> None:
    """After lesioned steps a row has the age of so many rows on, and ages go on from there; the highest has no next."""
    core = made(MemN2N, {"hops": 1, "slots": 6, "carried": False})
    inputs = torch.randn((9, 2, INPUTS), dtype=torch.float64)

    def scores(without: set[str], steps: int) -> Tensor:
        state = core.start(2)
        for number, each in enumerate(inputs[:steps]):
            _, state, seen = take_step(core, each, state, without if number in (2, 3) else set())
        return seen["read"].log()

    def of_two_rows(steps: int, without: set[str]) -> Tensor:
        found = scores(without, steps)
        return found[..., 1] - found[..., 0]

    assert torch.allclose(of_two_rows(5, {"writing"}), of_two_rows(5, set()))
    frozen = core.start(2)
    for number, each in enumerate((*inputs[:2], *[inputs[2]] * 9)):
        before = frozen
        _, frozen, seen = take_step(core, each, frozen, {"writing"} if number > 1 else set())
    assert frozen.rows.shape[1] == 2 and frozen.ages.tolist() == [[10, 9]] * 2
    assert torch.equal(seen["read"], take_step(core, inputs[2], before, {"writing"})[2]["read"]), "both have the last"
    intact = core.start(2)
    for each in inputs[:4]:
        _, intact, _ = take_step(core, each, intact)
    assert not intact.ages.numel(), "ages are counted where every step stores a row"


def unread(core: Any) -> None:
    """Cut the ways by which what was read could change what comes later, but for where the heads stand."""
    with torch.no_grad():
        for cell in getattr(core, "cells", ())[:1]:
            cell.weight_ih[:, INPUTS:] = 0
        for block in getattr(core, "blocks", ()):
            block.output.weight.zero_()
            block.output.bias.zero_()
        if isinstance(core, DNC):  # free gates are the last but 2 + 3 R numbers of its interface
            frees = core.output_size + core.interface_size - 2 - 4 * core.heads
            core.project.weight[frees : frees + core.heads] = 0
            core.project.bias[frees : frees + core.heads] = -40


WRITING = [name for name in CORES.names() if "reading" in CORES.get(name).parts or name == "DeltaRule"]


@pytest.mark.parametrize("heads", [1, 2])
@pytest.mark.parametrize("name", WRITING)
def test_without_reading_cores_write_where_they_would(name: str, heads: int) -> None:
    """The DNC, too, where it frees no slots that were read, of which its docstring speaks."""
    cls = CORES.get(name)
    torch.manual_seed(0)
    sizes = {"heads": heads} if "heads" in {each.name for each in sizes_of(cls)} else {}
    core = cls(INPUTS, OUTPUTS, **sizes).double()
    unread(core)
    intact = blind = core.start(2)
    for each in torch.randn((12, 2, INPUTS), dtype=torch.float64):
        _, intact, seen = take_step(core, each, intact)
        _, blind, seen_blind = take_step(core, each, blind, {"reading"})
        for weighting in (each for each in seen if each.startswith(("write", "least_used", "allocation", "usage"))):
            assert torch.allclose(seen[weighting], seen_blind[weighting], atol=1e-12), weighting
        assert not any(seen_blind[each].any() for each in ("read", "read_layer_1") if each in seen_blind)


def test_a_full_store_drops_its_oldest_row() -> None:
    core = made(HopfieldStore, {"slots": 3})
    inputs = torch.randn((5, 2, INPUTS), dtype=torch.float64)
    state, kept = core.start(2), []
    for each in inputs:
        _, state, seen = take_step(core, each, state)
        kept.append(state.memory.keys[:, -1])
        assert seen["write"][..., -1].all() and seen["write"].sum() == 2
    assert torch.equal(state.memory.keys, torch.stack(kept[-3:], dim=1))


def test_a_linear_start_gives_weights_for_the_softmax() -> None:
    linear, usual = made(MemN2N, {"linear": True}), made(MemN2N, {}, seed=1)
    usual.load_state_dict(linear.state_dict())
    assert check_core(MemN2N, sizes={"linear": True})
    inputs = torch.randn((4, 2, INPUTS), dtype=torch.float64)
    assert not torch.allclose(linear(inputs)[0], usual(inputs)[0])
    assert set(take_step(linear, inputs[0], linear.start(2))[2]) == {"write"}


def test_a_reach_beyond_the_memory() -> None:
    with pytest.raises(InputError, match="reach=4 is beyond the slots=3"):
        NTM(INPUTS, OUTPUTS, slots=3, reach=4)
