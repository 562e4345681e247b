"""Every core stays finite for ten thousand steps of extreme inputs, and so do its gradients."""

import pytest
import torch

from memsim.models.networks.cores.driving import unrolled
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.cores.state_leaves import leaves, mapped

STEPS, CHUNK = 10_000, 20
SCALES = (0.0, 1e-30, 1e-3, 1.0, 1e3, 1e6, 1e12)


@pytest.mark.slow
@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("name", CORES.names())
def test_ten_thousand_steps_at_extreme_inputs_stay_finite(name: str, fused: bool) -> None:
    torch.manual_seed(0)
    core = CORES.get(name)(5, 4)
    if fused and not hasattr(core, "control"):
        pytest.skip("has no compiled loops")
    core.fused = fused
    generator = torch.Generator().manual_seed(1)
    state = core.start(2)
    for chunk in range(STEPS // CHUNK):
        scale = SCALES[chunk % len(SCALES)]
        inputs = scale * torch.randn((CHUNK, 2, 5), generator=generator)
        with torch.set_grad_enabled(chunk % 49 < len(SCALES)):
            outputs, state = unrolled(core, inputs, state)
        assert outputs.isfinite().all(), f"outputs at scale {scale:g}, chunk {chunk}"
        assert all(leaf.isfinite().all() for leaf in leaves(state).values() if leaf.is_floating_point())
        if outputs.requires_grad:
            core.zero_grad()
            outputs.sum().backward()
            found = [weight.grad for weight in core.parameters() if weight.grad is not None]
            assert all(gradient.isfinite().all() for gradient in found), f"gradients at scale {scale:g}, chunk {chunk}"
        state = mapped(torch.Tensor.detach, state)
