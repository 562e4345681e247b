"""Several reads in one step: a DNC computed anew in numpy, gradients, lesions, and chains of links within a step."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from memsim.core.errors import InputError
from memsim.models import DNC as DNCModel
from memsim.models.networks.core_checks import check_core
from memsim.models.networks.cores.declared_sizes import checked_sizes
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.cores.driving import take_step
from memsim.models.networks.cores.hopfield import HopfieldStore
from memsim.models.networks.cores.mann import MANN
from memsim.models.networks.cores.memn2n import MemN2N
from memsim.models.networks.cores.ntm import NTM
from memsim.training.showing.strips import panels
from tests.models.dnc_by_hand import ByHand

INPUTS, OUTPUTS = 3, 2
SIZES: dict[str, Any] = {"slots": 4, "width": 3, "heads": 2, "hidden": 5, "hops": 3}


def made(sizes: dict[str, Any], cls: Any = DNC, seed: int = 0) -> Any:
    torch.manual_seed(seed)
    core = cls(INPUTS, OUTPUTS, **sizes).double()
    with torch.no_grad():
        for weight in core.parameters():  # larger weights, so that reads are sharp and hops differ
            weight.mul_(2)
    return core


@pytest.mark.parametrize("hops", [1, 2, 3])
def test_a_dnc_is_what_numpy_computes(hops: int) -> None:
    core = made({**SIZES, "hops": hops})
    inputs = np.random.default_rng(1).normal(size=(7, INPUTS))
    by_hand = ByHand(core)
    outputs, _ = core(torch.from_numpy(inputs)[:, None])
    assert outputs[:, 0].detach().numpy() == pytest.approx(np.stack([by_hand.step(x) for x in inputs]), abs=1e-9)


@pytest.mark.parametrize("more", [{}, {"masked": True, "sharpened": True, "deallocate": True, "layers": 2}])
def test_contract_and_gradients(more: dict[str, Any]) -> None:
    sizes = {**SIZES, **more}
    assert check_core(DNC, sizes=sizes)
    core = made(sizes)
    inputs = torch.randn((3, 2, INPUTS), dtype=torch.float64, requires_grad=True)
    names, weights = zip(*core.named_parameters(), strict=True)

    def run(given: Tensor, *values: Tensor) -> Tensor:
        called: Tensor = torch.func.functional_call(core, dict(zip(names, values, strict=True)), (given,))[0]
        return called

    assert torch.autograd.gradcheck(run, (inputs, *weights), fast_mode=True)


def test_one_hop_is_the_core_of_before() -> None:
    """The weights have the same names and, from a seed, the same values; compiled loops still take them."""
    torch.manual_seed(3)
    one, again = DNC(INPUTS, OUTPUTS, hops=1), torch.rand(1)
    torch.manual_seed(3)
    assert torch.equal(torch.stack([DNC(INPUTS, OUTPUTS).project.weight.sum()]), one.project.weight.sum()[None])
    assert torch.equal(torch.rand(1), again), "hops=1 draws no further numbers"
    assert not any("rereading" in name for name in one.state_dict()) and one.has_compiled_loops
    assert not made(SIZES).has_compiled_loops
    assert checked_sizes(DNC, DNCModel().record["config"])["hops"] == 1


def test_two_links_are_followed_in_one_step() -> None:
    """Rain, coat, car, window: from the first cell, two further reads along the links reach the third."""
    core = made({"slots": 5, "width": 4, "hidden": 5, "hops": 3})
    state = core.start(1)
    links = torch.zeros((1, 5, 5), dtype=torch.float64)
    for cell in range(3):
        links[0, cell + 1, cell] = 1
    rows = torch.eye(5, 4, dtype=torch.float64)[None]
    first = torch.eye(5, dtype=torch.float64)[None, :1]
    memory = state.memory._replace(memory=rows, links=links, reads=first)
    with torch.no_grad():
        core.rereading.ask.weight.zero_()
        core.rereading.ask.bias.copy_(torch.tensor([0.0] * 5 + [-20.0, -20.0, 20.0]))
        core.project.weight.zero_()
        core.project.bias.zero_()
        # Nothing is written; the first read is forward as well.
        core.project.bias[-4:] = torch.tensor([-20.0, -20.0, -20.0, 20.0])
    _, after, weightings = take_step(core, torch.zeros((1, INPUTS), dtype=torch.float64), state._replace(memory=memory))
    assert weightings["read"][0].argmax(dim=1).tolist() == [1, 2, 3]
    assert after.read_vectors[0].tolist() == pytest.approx([0, 0, 0, 1], abs=1e-6)
    assert after.memory.reads[0, 0].argmax() == 3


@pytest.mark.parametrize("cls", [DNC, NTM, MANN, MemN2N, HopfieldStore])
def test_a_lesion_ends_reading_early(cls: type) -> None:
    core = made({"hops": 3}, cls)
    inputs = torch.randn((6, 2, INPUTS), dtype=torch.float64)

    def run(*without: str) -> Any:
        state = core.start(2)
        seen: Any = {}
        for each in inputs:
            output, state, seen = take_step(core, each, state, without)
        return output, seen

    intact, (second, reads), (third, _) = run(), run("hop_2"), run("hop_3")
    assert {"hop_2", "hop_3"} <= set(core.parts) and "hop_4" not in core.parts
    assert not torch.allclose(intact[0], second) and not torch.allclose(second, third)
    assert torch.equal(run("hop_2", "hop_3")[0], second)
    assert reads["read"].shape == intact[1]["read"].shape
    heads = getattr(core, "heads", 1)
    assert reads["read"][:, :heads].any() and not reads["read"][:, heads:].any()
    if cls is DNC:
        assert reads["hop_shares"][:, 0].tolist() == [[1, 0, 0]] * 2


def test_one_read_of_three_is_one_hop_where_its_share_is_whole() -> None:
    """Without ``hop_2`` the core is that of one hop with the same weights."""
    core, one = made(SIZES), made({**SIZES, "hops": 1})
    one.load_state_dict({name: each for name, each in core.state_dict().items() if "rereading" not in name})
    inputs = torch.randn((5, 2, INPUTS), dtype=torch.float64)
    states = [core.start(2), one.start(2)]
    for each in inputs:
        cut, states[0], _ = take_step(core, each, states[0], {"hop_2"})
        whole, states[1], _ = take_step(one, each, states[1])
        assert torch.allclose(cut, whole, atol=1e-14)


def test_the_figure_names_hops() -> None:
    from memsim.models.networks.recall_network import Seen

    core = made(SIZES)
    state, seen = core.start(1), []
    for each in torch.randn((4, 1, INPUTS), dtype=torch.float64):
        with torch.no_grad():
            _, state, weightings = take_step(core, each, state)
        seen.append(Seen(weightings, state))
    strips, _ = panels(seen, core, 2)
    titles = [strip[0] for strip in strips]
    assert {"Read, hop 1, head 1", "Read, hop 3, head 2", "Write", "Hop shares"} <= set(titles)


def test_hops_out_of_range() -> None:
    with pytest.raises(InputError, match=r"DNC: hops=17 is outside its range \[1, 16\]"):
        checked_sizes(DNC, {"hops": 17})
