"""The units of a core with one recurrent layer, step by step: what they see and do, and what their own past does.

Rules without backpropagation are local to units, so they need more of a core than its step.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from memsim.core.errors import InputError
from memsim.models.networks.cores.lstm import LSTM, LSTMState
from memsim.models.networks.cores.recurrent import Elman

Traces: TypeAlias = tuple[Tensor, ...]
"""The derivatives of what each unit carries by its own weights: (B, blocks, hidden, seen), that of its output first."""


class Units:
    """One layer of units: drive a = W x + U h + b, in one or more blocks of a number for each unit, and y = V h + c.

    What a unit sees is z = (x, h, 1), the input, the outputs of all units in the step before, and a constant.
    """

    blocks: ClassVar[int] = 1
    """How many numbers drive a unit: one, or those of its gates."""
    cell: nn.RNNCellBase
    project: nn.Linear

    def __init__(self, core: Any) -> None:
        self.core, self.project = core, core.project

    @property
    def hidden(self) -> int:
        """How many units there are."""
        return self.cell.hidden_size

    def output(self, state: Any) -> Tensor:
        """(B, hidden) h."""
        raise NotImplementedError

    def driven(self, drive: Tensor, state: Any) -> Any:
        """The next state, with ``drive`` (B, blocks * hidden)."""
        raise NotImplementedError

    def drive(self, inputs: Tensor, state: Any) -> Tensor:
        """(B, blocks * hidden) a."""
        cell = self.cell
        return linear(inputs, cell.weight_ih, cell.bias_ih) + linear(self.output(state), cell.weight_hh, cell.bias_hh)

    def seen(self, inputs: Tensor, state: Any) -> Tensor:
        """(B, seen) z."""
        return torch.cat((inputs, self.output(state), inputs.new_ones((len(inputs), 1))), dim=1)

    def no_traces(self, batch: int) -> Traces:
        """Traces before the first step: zeros."""
        raise NotImplementedError

    def traced(self, traces: Traces, inputs: Tensor, drive: Tensor, state: Any) -> Traces:
        """The traces after a step, along what a unit does to itself, by what it keeps and by its own weight U_jj.

        What units do to one another is left out, so that these traces are carried forward by each unit alone.
        """
        raise NotImplementedError

    def zeros(self, batch: int) -> Tensor:
        """Traces of one number that a unit carries."""
        seen = self.cell.input_size + self.hidden + 1
        return self.project.weight.new_zeros((batch, self.blocks, self.hidden, seen))

    @property
    def own_weights(self) -> Tensor:
        """(blocks, hidden) U_jj."""
        return self.cell.weight_hh.view(self.blocks, self.hidden, self.hidden).diagonal(dim1=1, dim2=2)

    def set_gradients(self, by_seen: Tensor, by_hidden: Tensor, by_one: Tensor) -> None:
        """Set ``grad`` of the weights: ``by_seen`` (blocks * hidden, seen), and those of V and c."""
        given = (*self.split(by_seen), by_hidden, by_one)
        for weight, gradient in zip((*self.weights, self.project.weight, self.project.bias), given, strict=True):
            weight.grad = gradient.clone()

    @property
    def weights(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """W, U, and the two biases, whose sum is b."""
        cell = self.cell
        return cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh

    def split(self, by_seen: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(blocks * hidden, seen) as what belongs to each of :attr:`weights`."""
        by_inputs, by_units, by_one = by_seen.tensor_split((self.cell.input_size, -1), dim=1)
        return by_inputs, by_units, by_one[:, 0], by_one[:, 0].clone()


class ElmanUnits(Units):
    """h <- (1 - 1 / τ) h + tanh(a) / τ."""

    cell: nn.RNNCell

    def __init__(self, core: Elman) -> None:
        super().__init__(core)
        self.cell = cast(nn.RNNCell, core.cell)
        self.share = 1 / core.time_constant

    def output(self, state: Tensor) -> Tensor:
        """The state itself."""
        return state

    def driven(self, drive: Tensor, state: Tensor) -> Tensor:
        """See above."""
        new = drive.tanh()
        return new if self.share == 1 else state + (new - state) * self.share

    def no_traces(self, batch: int) -> Traces:
        """Of h."""
        return (self.zeros(batch),)

    def slope(self, drive: Tensor) -> Tensor:
        """(B, hidden) the derivative of h by a."""
        return self.share * (1 - drive.tanh() ** 2)

    def traced(self, traces: Traces, inputs: Tensor, drive: Tensor, state: Tensor) -> Traces:
        """Now e <- (1 - 1 / τ + s U_jj) e + s z, with s the slope of h by a."""
        slope = self.slope(drive)
        return self.decayed(traces, 1 - self.share + slope * self.own_weights[0], slope, self.seen(inputs, state))

    def decayed(self, traces: Traces, keep: Tensor | float, slope: Tensor, seen: Tensor) -> Traces:
        """Now e <- ``keep`` e + ``slope`` z."""
        kept = traces[0] * (keep[:, None, :, None] if isinstance(keep, Tensor) else keep)
        return (kept + slope[:, None, :, None] * seen[:, None, None],)


class LSTMUnits(Units):
    """c <- f c + i g and h <- o tanh(c), with the drives of i, f, g and o in this order."""

    blocks = 4
    cell: nn.LSTMCell

    def __init__(self, core: LSTM) -> None:
        super().__init__(core)
        self.cell = cast(nn.LSTMCell, core.cells[0])

    def output(self, state: LSTMState) -> Tensor:
        """Of the one layer."""
        return state.controller[0][0]

    def driven(self, drive: Tensor, state: LSTMState) -> LSTMState:
        """See above."""
        take, keep, new, show = self.gates(drive)
        cell = keep * state.controller[0][1] + take * new
        return LSTMState(((show * cell.tanh(), cell),))

    def gates(self, drive: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """i, f, g and o, (B, hidden) each."""
        take, keep, new, show = drive.chunk(4, dim=1)
        return take.sigmoid(), keep.sigmoid(), new.tanh(), show.sigmoid()

    def no_traces(self, batch: int) -> Traces:
        """Of h and of c."""
        zeros = self.zeros(batch)
        return zeros, zeros

    def traced(self, traces: Traces, inputs: Tensor, drive: Tensor, state: LSTMState) -> Traces:
        """Along c, which a unit keeps, and along h, which comes back to its own gates::

            e_c <- f e_c + Σ_k d_k U_jj,k e_h + d_k z
            e_h <- o (1 - tanh(c)²) e_c + d_o (U_jj,o e_h + z)

        d_k is the derivative of the next c by drive k, d_o that of h by the drive of o at this c. The term with z is
        for the weights of that drive alone.
        """
        of_output, of_cell = traces
        take, keep, new, show = self.gates(drive)
        before = state.controller[0][1]
        cell = keep * before + take * new
        bent, seen, own = cell.tanh(), self.seen(inputs, state)[:, None], self.own_weights
        slopes = torch.stack(
            (new * take * (1 - take), before * keep * (1 - keep), take * (1 - new**2), torch.zeros_like(cell)), dim=1
        )
        through = (slopes * own).sum(dim=1)[:, None, :, None]
        of_cell = keep[:, None, :, None] * of_cell + through * of_output + slopes[..., None] * seen[:, None]
        opens = bent * show * (1 - show)
        after = (show * (1 - bent**2))[:, None, :, None] * of_cell + (opens * own[3])[:, None, :, None] * of_output
        after[:, 3] += opens[..., None] * seen
        return after, of_cell


def units_of(core: Any, rule: str) -> Units:
    """The units of a core, for a rule of learning that needs them.

    Raises
    ------
    InputError : a core for which they are not known.
    """
    if type(core) is Elman:
        return ElmanUnits(core)
    if type(core) is LSTM and len(core.cells) == 1 and isinstance(core.norms[0], nn.Identity):
        return LSTMUnits(core)
    raise InputError(
        f"learning_rule={rule!r} is local to the units of one recurrent layer, and is for Elman and for LSTM with "
        f"layers=1 and layer_norm=False, not for {type(core).__name__} as it is; train one of these, or take "
        "learning_rule='evolution', which any core learns by"
    )
