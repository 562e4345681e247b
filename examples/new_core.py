"""A core of your own: a leaky memory of 8 cells, which is written and read by content, in 20 lines.

``memsim check new_core.py:Leaky``, then ``memsim train new_core.py:Leaky --objective recall --out mine.safetensors``,
and ``memsim run --models new_core.py:Leaky:mine.safetensors`` (or ``fit``, ``compare``, ``show``).
"""

import torch
from torch import nn


class Leaky(nn.Module):
    """Softmaxes say where to write the controller's output, and where to read."""

    def __init__(self, input_size: int, output_size: int, *, hidden: int = 64, cells: int = 8):
        super().__init__()
        self.controller = nn.GRUCell(input_size + hidden, hidden)
        self.address = nn.Linear(hidden, 2 * cells)
        self.output = nn.Linear(2 * hidden, output_size)
        self.cells, self.hidden = cells, hidden

    def start(self, batch):
        zeros = self.output.weight.new_zeros
        return {"h": zeros(batch, self.hidden), "memory": zeros(batch, self.cells, self.hidden)}

    def step(self, inputs, state):
        h = self.controller(torch.cat((inputs, state["memory"].mean(1)), 1), state["h"])
        write, read = self.address(h).view(-1, 2, self.cells).softmax(2).unbind(1)
        memory = state["memory"] + write[:, :, None] * (h[:, None] - state["memory"])
        recalled = (read[:, :, None] * memory).sum(1)
        seen = {"write": write[:, None], "read": read[:, None]}
        return self.output(torch.cat((h, recalled), 1)), {"h": h, "memory": memory}, seen
