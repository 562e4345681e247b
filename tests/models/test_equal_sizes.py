"""Sizes at which cores are equal: counts against formulas, and the nearest size of all."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim.core.errors import InputError
from memsim.models.networks.cores.registered import CORES
from memsim.models.networks.equal_sizes import Ends, match_parameters, match_state

EXAMPLE = Path(__file__).parents[2] / "examples" / "new_core.py"


def of_lstm(hidden: int, inputs: int, outputs: int) -> int:
    """Four gates that see input and output, with two biases each in torch, and a projection with a bias."""
    return 4 * hidden * (inputs + hidden + 2) + outputs * (hidden + 1)


def of_gru(hidden: int, inputs: int, outputs: int) -> int:
    return 3 * hidden * (inputs + hidden + 2) + outputs * (hidden + 1)


@settings(max_examples=20, deadline=None)
@given(target=st.integers(1, 60_000), inputs=st.integers(1, 40), outputs=st.integers(1, 40))
def test_the_nearest_size_is_found(target: int, inputs: int, outputs: int) -> None:
    for core, formula in (("LSTM", of_lstm), ("GRU", of_gru)):
        found = match_parameters(core, target, within=1e9, input_size=inputs, output_size=outputs)
        hidden = found.sizes["hidden"]
        assert found.parameters == formula(hidden, inputs, outputs)
        nearest = min(abs(formula(other, inputs, outputs) - target) for other in range(1, 200))
        assert abs(found.parameters - target) == nearest


def test_the_dnc_of_reference() -> None:
    """16 slots of 16 numbers with links, usage, precedence and two weightings, what was read, and the controller."""
    found = Ends("DNC", 19, 17, 34).counted({"slots": 16, "width": 16, "hidden": 48})
    assert found.parameters == 20_953
    assert found.state_at_start == found.state_at_end == 2 * 16 * 16 + 4 * 16 + 16 + 2 * 48


@pytest.mark.parametrize("core", CORES.names())
def test_every_core_comes_to_equal_parameters(core: str) -> None:
    found = match_parameters(core, 21_000, steps=3)
    assert abs(found.parameters - 21_000) <= 0.02 * 21_000
    assert found.core == core and found.state_at_start <= found.state_at_end


def test_states_that_grow_count_at_the_end() -> None:
    """A layer of the Transformer keeps a key and a value of each head and step, and each step its age."""
    found = match_state("Transformer", 693, steps=33, size="width", heads=1)
    assert found.sizes["width"] == 5 and found.state_at_start == 0
    assert found.state_at_end == 33 * (2 * 2 * 5 + 1)
    assert match_state("LSTM", 688, steps=33).sizes["hidden"] == 344


def test_a_core_of_ones_own(tmp_path: Path) -> None:
    """Its state is that of 8 cells and the controller; one without usual sizes asks for the name of one."""
    found = match_parameters(f"{EXAMPLE}:Leaky", 21_000)
    assert abs(found.parameters - 21_000) <= 420 and found.state_at_start == 9 * found.sizes["hidden"]
    file = tmp_path / "own.py"
    file.write_text(
        "from torch import nn\n\nclass Own(nn.Module):\n"
        "    def __init__(self, input_size, output_size, *, units=4):\n"
        "        super().__init__()\n"
        "        self.units, self.into, self.out = units, nn.Linear(input_size, units), nn.Linear(units, output_size)\n"
        "    def start(self, batch):\n        return self.into.weight.new_zeros(batch, self.units)\n"
        "    def step(self, inputs, state):\n        return self.out(state), state + self.into(inputs), {}\n"
    )
    with pytest.raises(InputError, match="name the size to vary, as in size='units'"):
        match_parameters(f"{file}:Own", 370)
    assert match_parameters(f"{file}:Own", 370 + 17, size="units").sizes["units"] == 10


def test_ranges_of_sizes_are_those_that_a_core_declares(tmp_path: Path) -> None:
    file = tmp_path / "ranged.py"
    file.write_text(
        "from torch import nn\n\nclass Ranged(nn.Module):\n    limits = {'units': (5, None)}\n"
        "    def __init__(self, input_size, output_size, *, units=8):\n"
        "        super().__init__()\n        self.into = nn.Linear(input_size, units, bias=False)\n"
        "    def start(self, batch):\n        return self.into.weight.new_zeros(batch, self.into.out_features)\n"
        "    def step(self, inputs, state):\n        return self.into(inputs), state, {}\n"
    )
    for units in (5, 6, 70_000 // 7):
        assert match_parameters(f"{file}:Ranged", 19 * units, size="units").sizes["units"] == units
    with pytest.raises(InputError, match="gives 19 parameters within 2%: units=5 gives 95; give another target"):
        match_parameters(f"{file}:Ranged", 19, size="units")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"core": "LSTM", "target": 5}, "no hidden of LSTM gives 5 parameters within 2%: hidden=1 gives"),
        ({"core": "LSTM", "target": 0}, "target=0 must be a whole number above 0"),
        ({"core": "LSTM", "target": 5_000, "size": "slots"}, "LSTM has no size 'slots'"),
        ({"core": "Elman", "target": 10**8}, "no hidden of Elman gives 100,000,000 parameters within 2%: hidden=4095"),
        ({"core": "MemN2N", "target": 10**8, "size": "hops"}, "within 2%: hops=15 gives"),
        ({"core": "MANN", "target": 5_000, "size": "decay"}, "decay of MANN is no whole number, so it cannot be"),
        ({"core": f"{EXAMPLE.parent / 'new_core.py'}:Leaky", "target": 5, "size": "cells"}, "cells=1 gives"),
    ],
)  # fmt: skip
def test_errors_name_the_rule(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        match_parameters(**arguments)
