"""Cores that take whole sequences at once do what their steps do, to the state and the gradients."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim.models.networks.cores.core import Core
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.cores.state_leaves import leaves

SIZES: dict[str, list[dict[str, Any]]] = {
    "FastWeights": [{"hidden": 4}, {"hidden": 9, "inner": 2, "decay": 0.6, "rate": 0.3}, {"hidden": 9, "decay": 0.0}],
    "DeltaRule": [{"hidden": 6, "width": 3}, {"hidden": 6, "width": 3, "heads": 1, "layers": 1, "rule": "sum"}],
    "LRU": [{"hidden": 5, "units": 3}, {"hidden": 5, "units": 2, "layers": 1}],
    "Transformer": [{"hidden": 6, "width": 3, "heads": 2}],
    "MemN2N": [{"width": 4, "hops": 2, "carried": False, "aged": False}, {"width": 4}],
}


@pytest.mark.parametrize(("network", "sizes"), [(name, sizes) for name, all_ in SIZES.items() for sizes in all_])
@settings(max_examples=10, deadline=None)
@given(earlier=st.integers(0, 4), length=st.integers(1, 13), batch=st.integers(1, 3), seed=st.integers(0, 999))
def test_whole_sequences_are_their_steps(
    network: str, sizes: dict[str, Any], earlier: int, length: int, batch: int, seed: int
) -> None:
    torch.manual_seed(seed)
    core = CORES.get(network)(3, 2, **sizes).double()
    inputs = torch.randn((earlier + length, batch, 3), dtype=torch.float64)
    weights = list(core.parameters())
    found = []
    for unroll in (Core.unroll, type(core).unroll):
        state = Core.unroll(core, inputs[:earlier])[1] if earlier else None
        outputs, state = unroll(core, inputs[earlier:], state)
        loss = outputs.square().sum() + sum(
            each.square().sum() for each in leaves(state).values() if each.requires_grad
        )
        found.append([outputs, *leaves(state).values(), *torch.autograd.grad(loss, weights, allow_unused=True)])
    assert len(found[0]) == len(found[1])
    for step_by_step, at_once in zip(*found, strict=True):
        assert (step_by_step is None) == (at_once is None)
        assert at_once is None or torch.allclose(step_by_step, at_once, rtol=1e-8, atol=1e-9)


def test_all_cores_with_a_way_of_their_own_are_here() -> None:
    """Those in compiled loops are compared with their steps in ``test_compiled_sequences``."""
    own = {name for name in CORES.names() if CORES.get(name).unroll is not Core.unroll}
    assert own - set(SIZES) == {"DNC", "LSTM"}
