"""A DNC of one layer for one list, computed in numpy cell by cell, with hops and a drifting context."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def softmax(x: Array) -> Array:
    return np.exp(x) / np.exp(x).sum()


def oneplus(x: Any) -> Any:
    return 1 + np.log1p(np.exp(x))


def unit(x: Array) -> Array:
    return x / np.sqrt(x @ x + 1e-6)


class ByHand:
    """The state of a core, and its steps; inputs are items alone, so that every step is one of recall."""

    def __init__(self, core: Any) -> None:
        named = (*core.named_parameters(), *core.named_buffers())
        self.v = {name: weight.detach().numpy() for name, weight in named}
        self.N, self.C, self.W, self.R, self.hops = core.slots, core.context, core.row, core.heads, core.hops
        self.outputs = core.output_size
        if self.C:
            self.rate, self.old_to_new = core.drifting.rate, core.drifting.old_to_new
            self.context = self.v["drifting.first"][0]
        self.M, self.L, self.u, self.p = np.zeros((self.N, self.W)), np.zeros((self.N, self.N)), np.zeros(self.N), 0.0
        self.w, self.reads = np.zeros(self.N), np.zeros((self.R, self.N))
        self.h, self.c, self.r = np.zeros(core.hidden), np.zeros(core.hidden), np.zeros((self.R, self.W))

    def linear(self, name: str, x: Array) -> Array:
        return self.v[f"{name}.weight"] @ x + self.v.get(f"{name}.bias", 0.0)

    def content(self, key: Array, strength: float) -> Array:
        return softmax(np.array([strength * (unit(key) @ unit(row)) for row in self.M]))

    def read(self, keys: Array, strengths: Array, modes: Array) -> None:
        for number in range(self.R):
            before = self.reads[number].copy()
            backward = np.array([sum(self.L[j, i] * before[j] for j in range(self.N)) for i in range(self.N)])
            forward = np.array([sum(self.L[i, j] * before[j] for j in range(self.N)) for i in range(self.N)])
            ways = (backward, self.content(keys[number], strengths[number]), forward)
            self.reads[number] = sum(mode * way for mode, way in zip(modes[number], ways, strict=True))
        self.r = self.reads @ self.M

    def let_in(self, incoming: Array) -> None:
        incoming = unit(incoming)
        along = self.rate * (self.context @ incoming)
        self.context = (np.sqrt(along**2 + 1 - self.rate**2) - along) * self.context + self.rate * incoming

    def keyed(self, keys: Array) -> Array:
        return np.hstack((keys[:, : -self.C], keys[:, -self.C :] * self.context)) if self.C else keys

    def step(self, x: Array) -> Array:
        N, W, R, v = self.N, self.W, self.R, self.v
        if self.C:
            self.let_in(self.old_to_new * unit(v["drifting.P"] @ x) + unit(self.r[:, -self.C :].mean(axis=0)))
        seen = np.concatenate((x, self.context, self.r.ravel())) if self.C else np.concatenate((x, self.r.ravel()))
        gates = v["cells.0.weight_ih"] @ seen + v["cells.0.bias_ih"]
        i, f, g, o = np.split(gates + v["cells.0.weight_hh"] @ self.h + v["cells.0.bias_hh"], 4)
        self.c = sigmoid(f) * self.c + sigmoid(i) * np.tanh(g)
        self.h = sigmoid(o) * np.tanh(self.c)
        emitted = self.linear("project", self.h)
        output, emitted = emitted[: self.outputs], emitted[self.outputs :]
        cuts = np.cumsum([R * W, W, W, W - self.C, R, 1, R, 1, 1])
        keys, key, erase, vector, strengths, strength, free, allocate, gate, modes = np.split(emitted, cuts)

        if self.C:
            vector = np.concatenate((vector, self.context))

        kept = np.prod(1 - sigmoid(free)[:, None] * self.reads, axis=0)
        usage = 1e-6 + (1 - 1e-6) * (self.u + self.w - self.u * self.w) * kept
        self.u, allocation, left = (self.u + self.w - self.u * self.w) * kept, np.zeros(N), 1.0
        for cell in np.argsort(usage, kind="stable"):
            allocation[cell], left = (1 - usage[cell]) * left, left * usage[cell]
        by_content = self.content(key, oneplus(strength[0]))
        a = sigmoid(allocate[0])
        self.w = sigmoid(gate[0]) * (a * allocation + (1 - a) * by_content)
        self.M = self.M * (1 - np.outer(self.w, sigmoid(erase))) + np.outer(self.w, vector)
        for to in range(N):
            for of in range(N):
                linked = (1 - self.w[to] - self.w[of]) * self.L[to, of] + self.w[to] * np.ravel(self.p * np.ones(N))[of]
                self.L[to, of] = 0 if to == of else linked
        self.p = (1 - self.w.sum()) * self.p + self.w

        modes = np.stack([softmax(each) for each in modes.reshape(R, 3)])
        self.read(self.keyed(keys.reshape(R, W)), oneplus(strengths), modes)
        found = [self.r]
        for _ in range(self.hops - 1):
            asked = self.linear("rereading.ask", np.concatenate((self.h, self.r.ravel()))).reshape(R, W + 4)
            if self.C:
                self.let_in(self.r[:, -self.C :].mean(axis=0))
            self.read(
                self.keyed(asked[:, :W]), oneplus(asked[:, W]), np.stack([softmax(each) for each in asked[:, W + 1 :]])
            )
            found.append(self.r)
        shares = softmax(self.linear("rereading.mix", self.h)) if self.hops > 1 else np.ones(1)
        given = sum(share * each for share, each in zip(shares, found, strict=True))
        return output + self.linear("read_out", np.ravel(given))
