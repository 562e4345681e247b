"""A DNC with a drifting context: computed anew in numpy, TCM's contexts in its rows, what comes back, and lesions."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from memsim.core.errors import InputError
from memsim.models.context.drift import kept_context
from memsim.models.networks.core_checks import check_core
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.cores.drifting_context import DISTRACT, DriftingContext, evolved
from memsim.models.networks.cores.driving import take_step
from memsim.models.networks.recall_network import RecallNetwork
from tests.models.dnc_by_hand import ByHand, unit

INPUTS, OUTPUTS = 3, 2
SIZES: dict[str, Any] = {"slots": 4, "width": 3, "heads": 2, "hidden": 5, "context": 4, "old_to_new_context": 0.7}


def made(sizes: dict[str, Any], seed: int = 0) -> Any:
    torch.manual_seed(seed)
    core = DNC(INPUTS, OUTPUTS, **sizes).double()
    with torch.no_grad():
        for weight in core.parameters():
            weight.mul_(2)
    return core


@pytest.mark.parametrize("hops", [1, 3])
def test_a_dnc_with_context_is_what_numpy_computes(hops: int) -> None:
    core = made({**SIZES, "hops": hops})
    inputs = np.random.default_rng(1).normal(size=(7, INPUTS))
    by_hand = ByHand(core)
    outputs, state = core(torch.from_numpy(inputs)[:, None])
    assert outputs[:, 0].detach().numpy() == pytest.approx(np.stack([by_hand.step(x) for x in inputs]), abs=1e-6)
    assert state.drift.context[0].detach().numpy() == pytest.approx(by_hand.context, abs=1e-6)


@pytest.mark.parametrize("hops", [1, 2])
def test_contract_and_gradients(hops: int) -> None:
    sizes = {**SIZES, "hops": hops}
    assert check_core(DNC, sizes=sizes)
    core = made(sizes)
    inputs = torch.randn((3, 2, INPUTS), dtype=torch.float64, requires_grad=True)
    names, weights = zip(*core.named_parameters(), strict=True)

    def run(given: Tensor, *values: Tensor) -> Tensor:
        called: Tensor = torch.func.functional_call(core, dict(zip(names, values, strict=True)), (given,))[0]
        return called

    assert torch.autograd.gradcheck(run, (inputs, *weights), fast_mode=True)


def sharp(network: RecallNetwork) -> Any:
    """The core of a network, which writes each item whole to a free row and reads the row it stands on."""
    core: Any = network.network
    with torch.no_grad():
        core.project.weight.zero_()
        core.project.bias.zero_()
        core.project.bias[-6:] = torch.tensor([-20.0, 20.0, 20.0, -20.0, 20.0, -20.0])
    return core


def test_rows_hold_the_contexts_of_tcm_and_what_is_read_brings_them_back() -> None:
    torch.manual_seed(1)
    network = RecallNetwork(8, DNC, {"slots": 6, "width": 3, "hidden": 4, "context": 8, "context_drift": 0.6}).double()
    core = sharp(network)
    items = torch.eye(8, dtype=torch.float64)[None, :3]
    episode = network.begin(items)
    context, rows = core.drifting.first[0].numpy(), []

    def let_in(context: Any, incoming: Any, rate: float = 0.6) -> Any:
        return kept_context(context @ incoming, rate) * context + rate * incoming

    own = [unit(core.drifting.P[:, :8].numpy() @ item) for item in items[0].numpy()]
    with torch.no_grad():
        for position in range(3):
            episode = network.study(episode, position)
            context = let_in(context, own[position])
            rows.append((int(episode.state.memory.write[0].argmax()), context))
        contexts = episode.state.memory.memory[0, :, 3:].numpy()
        assert len(dict(rows)) == 3, "each item has a row of its own"
        for row, expected in rows:
            assert contexts[row] == pytest.approx(expected, abs=1e-3)
        episode = network.cue(episode)
        assert episode.state.drift.context[0].numpy() == pytest.approx(context, abs=1e-4), "a cue is no item"
        read = episode.state.read_vectors[0, 3:].numpy()
        episode = network.recalled(episode, torch.tensor([1]))
        context = let_in(context, unit(own[1] + unit(read)))
        assert episode.state.drift.context[0].numpy() == pytest.approx(context, abs=1e-4)
        episode = network.recalled(episode, torch.tensor([3]))
        assert episode.state.drift.context[0].numpy() == pytest.approx(context, abs=1e-4), "nor is no response"


def test_distraction_lets_in_another_vector_each_step_and_length_stays_one() -> None:
    torch.manual_seed(0)
    drifting = DriftingContext(7, 256, 0.6, 1.0, 0.4).double()
    drifting.lay_out(4)
    step = torch.zeros((2, 7), dtype=torch.float64)
    step[:, 4 + DISTRACT] = 1
    drift, nothing = drifting.start(2), torch.zeros((2, 256), dtype=torch.float64)
    contexts = [drift.context]
    for _ in range(12):
        drift = drifting.step(step, drift, nothing)
        contexts.append(drift.context)
    assert torch.allclose(torch.stack(contexts).norm(dim=2), torch.ones(13, 2, dtype=torch.float64), atol=1e-4)
    with_first = [float(each[0] @ contexts[0][0]) for each in contexts]
    # What comes in is nearly orthogonal in so many numbers, so that the first context fades as in TCM.
    assert with_first == pytest.approx([(1 - 0.4**2) ** (seconds / 2) for seconds in range(13)], abs=0.15)
    assert not torch.allclose(drifting.step(step, drift, nothing).strange, drift.strange)
    still = drifting.step(torch.zeros_like(step), drift, nothing)
    assert torch.equal(still.context, drift.context) and torch.equal(still.strange, drift.strange)


def test_at_rate_one_what_comes_in_is_context() -> None:
    context, incoming = (torch.eye(4, dtype=torch.float64)[[each]] for each in (0, 2))
    assert torch.allclose(evolved(context, 3 * incoming, 1.0), incoming, atol=1e-4)
    assert torch.equal(evolved(context, 0 * incoming, 0.5), context)


def test_lesions_of_context() -> None:
    core = made({**SIZES, "hops": 2})
    inputs = torch.randn((6, 2, INPUTS), dtype=torch.float64)

    def run(*without: str) -> Any:
        state = core.start(2)
        for each in inputs:
            output, state, _ = take_step(core, each, state, without)
        return output, state.drift.context

    intact = run()
    for part in ("context", "old_context", "new_context"):
        assert part in core.parts and not torch.allclose(run(part)[0], intact[0])
    assert torch.equal(run("old_context", "new_context")[1], core.start(2).drift.context)
    assert not set(DNC(INPUTS, OUTPUTS).parts) & {"context", "old_context", "new_context"}


def test_a_rate_without_context_is_refused() -> None:
    with pytest.raises(InputError, match="have no effect with context=0; give context a size"):
        DNC(INPUTS, OUTPUTS, context_drift=0.2)
    assert not DNC(INPUTS, OUTPUTS, context=4).has_compiled_loops
