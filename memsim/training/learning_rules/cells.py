"""The recurrent cells of torch in plain operations, which many networks at once permit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import linear


def rnn_cell(cell: nn.RNNCell, inputs: Tensor, hidden: Tensor) -> Tensor:
    """The result of ``cell(inputs, hidden)``."""
    drive = _by_inputs(cell, inputs) + _by_units(cell, hidden)
    return drive.tanh() if cell.nonlinearity == "tanh" else drive.relu()


def lstm_cell(cell: nn.LSTMCell, inputs: Tensor, carried: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """The result of ``cell(inputs, carried)``."""
    hidden, before = carried
    take, keep, new, show = (_by_inputs(cell, inputs) + _by_units(cell, hidden)).chunk(4, dim=1)
    after = keep.sigmoid() * before + take.sigmoid() * new.tanh()
    return show.sigmoid() * after.tanh(), after


def gru_cell(cell: nn.GRUCell, inputs: Tensor, hidden: Tensor) -> Tensor:
    """The result of ``cell(inputs, hidden)``."""
    from_inputs, from_units = _by_inputs(cell, inputs).chunk(3, dim=1), _by_units(cell, hidden).chunk(3, dim=1)
    reset, keep = ((one + other).sigmoid() for one, other in zip(from_inputs[:2], from_units[:2], strict=True))
    new = (from_inputs[2] + reset * from_units[2]).tanh()
    return new + keep * (hidden - new)


def _by_inputs(cell: nn.RNNCellBase, inputs: Tensor) -> Tensor:
    return linear(inputs, cell.weight_ih, cell.bias_ih)


def _by_units(cell: nn.RNNCellBase, hidden: Tensor) -> Tensor:
    return linear(hidden, cell.weight_hh, cell.bias_hh)


_PLAIN: Mapping[type[nn.Module], Callable[..., Any]] = {
    nn.RNNCell: rnn_cell, nn.LSTMCell: lstm_cell, nn.GRUCell: gru_cell,
}  # fmt: skip


@contextmanager
def plain_cells(network: nn.Module) -> Iterator[None]:
    """Within this, the cells of torch in ``network`` compute by plain operations."""
    cells = [module for module in network.modules() if type(module) in _PLAIN]
    try:
        for cell in cells:
            cell.forward = partial(_PLAIN[type(cell)], cell)
        yield
    finally:
        for cell in cells:
            del cell.forward
