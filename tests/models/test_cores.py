"""The interface of cores: golden cases, sizes, states, lesions, and the checks with what they say of faulty cores."""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from memsim import log_likelihood, simulate
from memsim.core.errors import InputError, MemsimError, ModelError
from memsim.models import DNC, LSTM
from memsim.models.networks.core_checks import check_core, run_core_checks
from memsim.models.networks.cores import dnc, lstm
from memsim.models.networks.cores.core import Core
from memsim.models.networks.cores.declared_sizes import checked_sizes, sizes_of
from memsim.models.networks.cores.driving import take_step, unrolled
from memsim.models.networks.cores.named_cores import find_core
from memsim.models.networks.cores.recurrent import GRU, Elman, Recurrent
from memsim.models.networks.cores.registered import CITATIONS, CORES
from memsim.models.networks.cores.state_leaves import leaves, mapped, place, size_of
from memsim.paradigms import FreeRecall, SerialRecall


def doubles(*values: float) -> Tensor:
    return torch.tensor([values], dtype=torch.float64)


def test_gru_by_hand() -> None:
    core = GRU(1, 1, hidden=1).double()
    weights = {
        "cell.weight_ih": [[0.3], [-0.4], [0.7]], "cell.weight_hh": [[0.1], [0.2], [0.6]],
        "cell.bias_ih": [0.05, -0.1, 0.0], "cell.bias_hh": [0.0, 0.0, 0.1],
        "project.weight": [[2.0]], "project.bias": [0.5],
    }  # fmt: skip
    core.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    output, state, weightings = core.step(doubles(0.5), doubles(0.2))
    assert state.item() == pytest.approx(0.335431, abs=1e-6) and not weightings
    assert output.item() == pytest.approx(2 * 0.335431 + 0.5, abs=2e-6)


def test_elman_is_its_equation_and_starts_near_the_identity() -> None:
    core = Elman(3, 2, hidden=4).double()
    weights = {name: weight.detach().numpy() for name, weight in core.named_parameters()}
    assert weights["cell.weight_hh"] == pytest.approx(0.95 * np.eye(4))
    x, h = np.array([0.3, -0.2, 0.9]), np.array([0.1, 0.4, -0.6, 0.2])
    bias = weights["cell.bias_ih"] + weights["cell.bias_hh"]
    after = np.tanh(weights["cell.weight_ih"] @ x + weights["cell.weight_hh"] @ h + bias)
    output, state, _ = core.step(doubles(*x), doubles(*h))
    assert state[0].detach().numpy() == pytest.approx(after)
    assert output[0].detach().numpy() == pytest.approx(weights["project.weight"] @ after + weights["project.bias"])


def test_gradients_of_small_cores() -> None:
    for cls in (GRU, Elman):
        torch.manual_seed(0)
        core = cls(2, 2, hidden=3).double()
        inputs = torch.randn((3, 2, 2), dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(lambda given, core=core: core(given)[0], inputs)


class Carrying(Recurrent):
    kind = nn.LSTMCell
    carried = 2


class Bare(nn.Module):
    """No more than the two methods."""

    def __init__(self, input_size: int, output_size: int, hidden: int = 7):
        super().__init__()
        self.into, self.out = nn.Linear(input_size + hidden, hidden), nn.Linear(hidden, output_size)

    def start(self, batch: int) -> Tensor:
        return self.out.weight.new_zeros(batch, self.out.in_features)

    def step(self, inputs: Tensor, state: Tensor) -> tuple[Tensor, Tensor, None]:
        state = self.into(torch.cat((inputs, state), 1)).tanh()
        return self.out(state), state, None


@pytest.mark.parametrize("core", [*map(CORES.get, CORES.names()), Carrying, Bare])
def test_cores_keep_the_contract(core: type) -> None:
    assert all(not check.problem for check in check_core(core))


def test_every_core_has_a_citation_and_repairs_keep_the_contract() -> None:
    assert set(CITATIONS) == set(CORES.names())
    repaired = {"masked": True, "deallocate": True, "sharpened": True, "heads": 2, "layers": 2, "layer_norm": True}
    assert check_core(CORES.get("DNC"), sizes=repaired)


def faulty(**changed: Callable[..., Any]) -> type:
    return type("Faulty", (Bare,), changed)


def over_the_batch(self: Any, inputs: Tensor, state: Tensor) -> Any:
    return Bare.step(self, inputs - inputs.mean(0), state)


def in_place(self: Any, inputs: Tensor, state: Tensor) -> Any:
    state += 1e-3
    return Bare.step(self, inputs, state)


def in_self(self: Any, inputs: Tensor, state: Tensor) -> Any:
    self.kept = getattr(self, "kept", 0.0) + 0.01
    return Bare.step(self, inputs + self.kept, state)


def flat(self: Any, inputs: Tensor, state: Tensor) -> Any:
    output, state, _ = Bare.step(self, inputs, state)
    return output, state, {"read": output.softmax(1)}


def large(self: Any, inputs: Tensor, state: Tensor) -> Any:
    output, state, _ = Bare.step(self, inputs, state)
    return output, state, {"read": 2 * output.softmax(1)[:, None]}


def cut(self: Any, inputs: Tensor, state: Tensor) -> Any:
    return Bare.step(self, inputs, state.detach())[0].detach() + self.out.bias, state, None


def root(self: Any, inputs: Tensor, state: Tensor) -> Any:
    output, state, _ = Bare.step(self, inputs, state)
    return output + (0 * state).sum(1, keepdim=True).sqrt(), state, None


def other_roll(self: Any, inputs: Tensor, state: Any = None) -> Any:
    return torch.zeros(len(inputs), inputs.shape[1], 4, dtype=torch.float64), state


def only_fused(self: Any, inputs: Tensor, state: Tensor) -> Any:
    return Bare.step(self, inputs * (2 if self.fused else 1), state)


def noisy(self: Any, inputs: Tensor, state: Tensor) -> Any:
    return Bare.step(self, inputs + torch.rand(()).item(), state)


def set_rows(self: Any, input_size: int, output_size: int) -> None:
    GRU.__init__(self, input_size, output_size)
    self.rows = 4


@pytest.mark.parametrize(
    ("core", "message"),
    [
        (faulty(step=over_the_batch), "something is computed over the batch"),
        (faulty(step=in_place), "writes to the state that it was given; make new tensors"),
        (faulty(step=in_self), "keep what changes in the state, not in self"),
        (faulty(step=flat), r"'read' has the shape \(3, 4\), not \(batch, heads, cells\)"),
        (faulty(step=large), "'read' (sums to|goes from)"),
        (faulty(step=cut), "no gradient reaches into.weight, into.bias, out.weight: use them in step"),
        (faulty(step=root), "not finite after 30 steps: look for sqrt"),
        (faulty(unroll=other_roll), "unroll gives something else than the steps"),
        (faulty(step=only_fused, fused=False), "with fused, steps give something else than plain steps"),
        (faulty(step=noisy), "draw random numbers with torch alone"),
        (faulty(start=lambda self, batch: torch.zeros(7, batch).double()), "the batch must be first"),
        (faulty(start=lambda self, batch: torch.zeros(batch, 7)), "make it by weight.new_zeros"),
        (faulty(step=lambda self, inputs, state: inputs), "must return an output, the next state and the weightings"),
        (type("Faulty", (Bare,), {"roles": {"memory": ""}}), "declare the part 'memory'"),
        (type("Faulty", (Bare,), {"roles": {"memory": "m"}}), "the state has nothing at 'm'"),
        (type("Faulty", (Bare,), {"limits": {"units": (1, 2)}}), "limits for units, which its constructor lacks"),
        (type("Faulty", (Bare,), {"limits": {"hidden": (1, 2, 4)}}), r"hidden=7 has the limits \(1, 2, 4\); give the"),
        (
            type("Faulty", (Bare,), {"limits": {"hidden": "few"}}),
            "limits={'hidden': 'few'} is no declaration of a core",
        ),
        (
            type("Faulty", (Bare,), {"parts": "memory"}),
            "parts='memory' is no declaration of a core: parts are names of",
        ),
        (type("Faulty", (Bare,), {"unroll": 3}), "unroll=3 is no declaration of a core: unroll are a method unroll"),
        (type("Faulty", (GRU,), {"__init__": set_rows}), "rows=4 is no declaration of a core: .* or rename it"),
        (
            type("Faulty", (Bare,), {"rows": {"read": ("one", "two")}}),
            "rows names 2 cells of 'read', which has 0 at step 1",
        ),
        (
            type("Faulty", (GRU,), {"parts": ("gate",)}),
            "nothing changes without 'gate'; switch it off in step where 'gate' is in without",
        ),
    ],
)
def test_what_is_said_of_faulty_cores(core: type, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        check_core(core)


class Louder(lstm.LSTM):
    def control(self, seen: Tensor, carried: lstm.Layers, fused: bool) -> tuple[Tensor, lstm.Layers]:
        output, layers = super().control(seen, carried, fused)
        return 3 * output, layers


class Deaf(dnc.DNC):
    def step(self, inputs: Tensor, state: Any, without: Collection[str] = frozenset()) -> Any:
        return super().step(0 * inputs, state, without)


@pytest.mark.parametrize("core", [Louder, Deaf])
def test_compiled_loops_never_take_the_place_of_the_steps_of_a_subclass(core: type[Core]) -> None:
    network, inputs = core(5, 4), torch.randn(3, 2, 5)
    plain = network.unroll(inputs)[0]
    network.fused = True
    assert not network.has_compiled_loops and torch.allclose(network.unroll(inputs)[0], plain, atol=1e-5)
    assert core.__mro__[1](5, 4).has_compiled_loops


def test_an_error_within_a_core_names_its_line() -> None:
    checks = run_core_checks(faulty(step=lambda self, inputs, state: 1 / 0))
    assert len(checks) == 2 and "ZeroDivisionError" in checks[-1].problem and "test_cores.py" in checks[-1].problem


class Sized(Bare):
    limits = {"kind": ("plain", "gated"), "gain": (0.0, 2.0)}  # noqa: RUF012

    def __init__(
        self, input_size: int, output_size: int, *, hidden: int = 7, gain: float = 1.0, bias: bool = True,
        kind: str = "plain", name: str = "",
    ):  # fmt: skip
        super().__init__(input_size, output_size, hidden)


def test_sizes_are_those_of_the_signature() -> None:
    ranges = {each.name: each.range for each in sizes_of(Sized)}
    assert ranges == {
        "hidden": "[1, 4096]", "gain": "[0, 2]", "bias": "true | false", "kind": "plain | gated", "name": "text",
    }  # fmt: skip
    given = checked_sizes(Sized, {"gain": 1, "kind": "gated"})
    assert given == {"hidden": 7, "gain": 1.0, "bias": True, "kind": "gated", "name": ""}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hiden": 3}, "Sized has no size 'hiden'; did you mean 'hidden'? Its sizes are: hidden=7, gain=1.0"),
        ({"hidden": 0}, "Sized: hidden=0 is outside its range [1, 4096]"),
        ({"hidden": 2.5}, "hidden=2.5 must be a whole number"),
        ({"gain": 3.0}, "gain=3.0 is outside its range [0, 2]"),
        ({"bias": 1}, "bias=1 must be True or False"),
        ({"kind": "other"}, "kind='other' must be one of 'plain', 'gated'"),
    ],
)
def test_sizes_that_a_core_does_not_take(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        checked_sizes(Sized, given)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("constructor", "message"),
    [
        (lambda self, input_size, output_size, hidden: None, "the size hidden needs a default"),
        (lambda self, input_size, output_size, **sizes: None, "hides its sizes; name each with a default"),
        (lambda self, *, hidden=3: None, "must take input_size and output_size first"),
    ],
)
def test_constructors_that_declare_no_sizes(constructor: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        sizes_of(faulty(__init__=constructor))


class Pair(NamedTuple):
    one: Tensor
    two: dict[str, Tensor]


def test_states_are_nests() -> None:
    state = (Pair(torch.ones(2, 3), {"deep": torch.zeros(2)}), torch.full((2, 1), 5.0))
    assert list(leaves(state)) == ["0.one", "0.two.deep", "1"] and size_of(state) == 10
    doubled = mapped(lambda leaf: 2 * leaf, state)
    assert isinstance(doubled[0], Pair) and doubled[1].tolist() == [[10.0], [10.0]] and state[1][0, 0] == 5
    assert place(state, "0.two.deep") is state[0].two["deep"] and place(state, "") is state
    assert list(leaves(torch.ones(1))) == [""]
    with pytest.raises(ModelError, match="nothing at '0.three'; its leaves are 0.one, 0.two.deep, 1"):
        place(state, "0.three")


def test_without_is_passed_only_where_something_is_switched_off() -> None:
    torch.manual_seed(0)
    core = Bare(2, 2)
    inputs = torch.randn(4, 3, 2)
    assert take_step(core, inputs[0], core.start(3))[2] == {}
    assert unrolled(core, inputs)[0].shape == (4, 3, 2)
    with pytest.raises(TypeError):
        take_step(core, inputs[0], core.start(3), {"memory"})


@pytest.mark.parametrize("when", ["test", "study", "both"])
def test_a_lesion_holds_when_it_is_told_to(when: str) -> None:
    intact = DNC.preset("serial")
    recalls = simulate(intact, SerialRecall(list_length=4).trials(5), seed=1)
    whole = intact.watch(recalls)
    damaged = intact.replace(without="memory", lesioned=when).watch(recalls)
    read = [float(step.weightings["read"].sum()) for step in damaged]
    wrote = [float(step.weightings["write"].sum()) for step in damaged]
    at_study = when in ("study", "both")
    assert (sum(read[:4]) == 0) == (sum(wrote[:4]) == 0) == at_study
    assert (sum(read[4:]) == 0) == (sum(wrote[4:]) == 0) == (when in ("test", "both"))
    if not at_study:
        assert torch.equal(whole[3].state.memory.memory, damaged[3].state.memory.memory)
    assert (log_likelihood(intact, recalls) != log_likelihood(intact.replace(without="memory"), recalls)).all()


@pytest.mark.parametrize("given", [{"lesioned": "study"}, {"without": ","}, {"without": " ", "lesioned": "both"}])
def test_lesions_of_nothing_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"names no part of the core, so that .* have no effect; name parts, as in"):
        DNC(**given)


def test_two_ways_of_reading_keep_their_proportion() -> None:
    recalls = simulate(DNC(), FreeRecall(list_length=4).trials(3), seed=1)
    whole = DNC().watch(recalls)[4].weightings["read_modes"]
    left = DNC(without="content").watch(recalls)[4].weightings["read_modes"]
    assert torch.allclose(left[..., 0] / left[..., 2], whole[..., 0] / whole[..., 2])
    assert torch.allclose(left.sum(-1), torch.ones(()).double()) and not left[..., 1].any()


@pytest.mark.parametrize(
    ("model", "without", "message"),
    [
        (DNC(), "contents", "'contents' is no part of the core DNC; did you mean 'content'? Its parts are: backward, "
         "content, forward, reading, writing, memory."),
        (LSTM(), "memory", "'memory' is no part of the core LSTM. Its parts are: none."),
    ],
)  # fmt: skip
def test_parts_that_a_core_does_not_declare(model: Any, without: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        model.replace(without=without)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "message"),
    [("GRUU", "there is no core 'GRUU'; did you mean 'GRU'?"), ("nowhere.py:Core", "there is no file nowhere.py")],
)
def test_cores_that_are_not_there(spec: str, message: str) -> None:
    with pytest.raises(MemsimError) as caught:
        find_core(spec)
    assert message in str(caught.value)
