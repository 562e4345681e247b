"""The single checks of a core: each gives the problem that it found, or an empty text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from memsim.core.names import in_short
from memsim.models.networks.cores.declarations import DECLARATIONS, declared
from memsim.models.networks.cores.declared_sizes import checked_sizes
from memsim.models.networks.cores.driving import parts_of, roles_of, take_step, unrolled
from memsim.models.networks.cores.state_leaves import leaves, mapped, place
from memsim.models.networks.wear.soundness import problem_of_wear
from memsim.models.networks.weights import SUFFIX, Weights, apart, load_weights, save_weights

INPUTS, OUTPUTS, BATCH, STEPS, LONG = 5, 4, 3, 6, 30
"""Sizes of inputs and outputs, lists at a time, steps, and the steps over which gradients must stay finite."""
CLOSE = 1e-9
"""The difference of double precision that rounding may make."""


class CoreBench:
    """A core, and random inputs for it.

    Parameters
    ----------
    cls : the class of cores.
    sizes : all of its sizes, by name.
    seed : of weights and inputs.
    """

    def __init__(self, cls: type[Any], sizes: Mapping[str, Any], seed: int) -> None:
        self.cls, self.sizes, self.seed = cls, sizes, seed
        self.core = self.make()
        generator = torch.Generator().manual_seed(seed)
        self.inputs = torch.randn((LONG, BATCH, INPUTS), generator=generator, dtype=torch.float64)

    def make(self) -> nn.Module:
        """A core with the weights of the seed, in double precision."""
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            core: nn.Module = self.cls(INPUTS, OUTPUTS, **self.sizes)
        return core.double().eval()

    def further(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Name and function of every check that needs the shapes to be right."""
        yield "a batch of lists gives what its lists give one by one", self.batch
        yield "the same seed gives the same", self.same_seed
        yield "two starts share nothing, and a step leaves the state given as it is", self.starts
        yield "a sequence in two chunks gives what the whole gives, and unroll what the steps give", self.chunks
        yield "it runs in single precision, and gives the same where it is fused for training", self.single_precision
        yield f"gradients are finite through {LONG} steps, and every weight has one", self.gradients
        yield "weightings lie in [0, 1], and their sums are at most 1", self.weightings
        yield "every part that it declares changes the output when it is switched off", self.lesions
        yield "its state wears, and is replayed in sleep, by the roles that it declares", self.wear
        yield "its state and its weights survive saving and loading", self.saving

    def run(
        self, inputs: Tensor, state: Any = None, without: Collection[str] = frozenset(), core: Any = None
    ) -> tuple[Tensor, Any]:
        """Outputs (T, B, outputs) of steps, and the last state."""
        core = self.core if core is None else core
        state = core.start(inputs.shape[1]) if state is None else state
        outputs = []
        for each in inputs:
            output, state, _ = take_step(core, each, state, without)
            outputs.append(output)
        return torch.stack(outputs), state

    def declarations(self) -> str:
        """It declares things in their form, its roles lead to something in the state, and files can hold its weights.

        A memory can be switched off.
        """
        for name in DECLARATIONS:
            declared(self.core, name)
        state, parts = self.start(), parts_of(self.core)
        for path in roles_of(self.core).values():
            place(state, path)
        if "memory" in roles_of(self.core) and "memory" not in parts:
            return (
                "its roles name a memory, but its parts do not: declare the part 'memory', without which it neither "
                "writes nor reads, and take step(inputs, state, without)"
            )
        if broken := [name for name, each in self.core.state_dict().items() if not _finite(each)]:
            return (
                f"{', '.join(broken)} holds numbers that are not finite, with which no file of weights is loaded; "
                "register a buffer of them by register_buffer(..., persistent=False)"
            )
        return ""

    def start(self, batch: int = BATCH) -> Any:
        """The state before the first step."""
        start: Any = self.core.start
        return start(batch)

    def shapes(self) -> str:
        """Batches come first everywhere, and a step leaves types as they are."""
        state = self.start()
        found = leaves(mapped(torch.clone, state))
        if not found:
            return "start(batch) gives no tensors; a state is a nest of tuples, NamedTuples, lists or dicts of tensors"
        for name, leaf in found.items():
            if not leaf.ndim or len(leaf) != BATCH:
                return f"the leaf {name!r} of start({BATCH}) has the shape {tuple(leaf.shape)}; the batch must be first"
            if leaf.is_floating_point() and leaf.dtype != torch.float64:
                return (
                    f"the leaf {name!r} of start is {leaf.dtype} where the weights are float64; make it by "
                    "weight.new_zeros(...), which takes over type and device"
                )
        output, after, weightings = take_step(self.core, self.inputs[0], state)
        if output.shape != (BATCH, OUTPUTS):
            return f"the output has the shape {tuple(output.shape)}, not (batch, output_size) = {(BATCH, OUTPUTS)}"
        if leaves(mapped(torch.clone, after)).keys() != found.keys():
            return f"a step changes the leaves of the state from {', '.join(found)} to {', '.join(leaves(after))}"
        for name, leaf in leaves(after).items():
            if not leaf.ndim or len(leaf) != BATCH:
                return f"the leaf {name!r} has the shape {tuple(leaf.shape)} after a step; the batch must be first"
        for name, weighting in weightings.items():
            if weighting.ndim != 3 or len(weighting) != BATCH:
                return f"the weighting {name!r} has the shape {tuple(weighting.shape)}, not (batch, heads, cells)"
        return ""

    def finite(self) -> str:
        """Nothing that a step gives is NaN, nor is an output infinite; all other checks compare what steps give."""
        return self.broken(self.inputs, self.core)

    def broken(self, inputs: Tensor, core: Any) -> str:
        """At which step of ``inputs`` first something is not a number, and what; empty if nothing is."""
        state = core.start(inputs.shape[1])
        for number, each in enumerate(inputs, start=1):
            with torch.no_grad():
                output, state, weightings = take_step(core, each, state)
            found = [] if _finite(output) else [f"the output ({_what(output)})"]
            for what, tensors in (("the leaf {!r} of the state", leaves(state)), ("the weighting {!r}", weightings)):
                found += [what.format(name) for name, tensor in tensors.items() if _has_nan(tensor)]
            if found:
                return (
                    f"at step {number} these are not finite: {', '.join(found)}. Look in step for sqrt, log, norm() or "
                    "a division at 0, for a softmax over nothing but -inf, and for exp of large numbers"
                )
        return ""

    def batch(self) -> str:
        """No list depends on another."""
        whole = self.run(self.inputs[:STEPS])[0]
        for index in range(BATCH):
            alone = self.run(self.inputs[:STEPS, index : index + 1])[0][:, 0]
            if not torch.allclose(alone, whole[:, index], atol=CLOSE):
                return (
                    f"list {index} differs by {_difference(alone, whole[:, index])} from what it gives alone: "
                    "something is computed over the batch, such as a mean or a softmax over dimension 0"
                )
        return ""

    def same_seed(self) -> str:
        """Neither the constructor nor a step draws numbers of its own."""
        first, again = (self.run(self.inputs[:STEPS], core=core)[0] for core in (self.core, self.make()))
        if not torch.equal(first, again):
            return "two cores of one seed differ: draw random numbers with torch alone, and only in the constructor"
        return ""

    def starts(self) -> str:
        """Nothing of a trial is left for the next."""
        before = self.start()
        kept = mapped(torch.clone, before)
        first = self.run(self.inputs[:STEPS], before)[0]
        if any(not torch.equal(one, two) for one, two in _pairs(before, kept)):
            return "a step writes to the state that it was given; make new tensors (x = x + y, not x += y)"
        if any(not torch.equal(one, two) for one, two in _pairs(self.start(), kept)):
            return "start(batch) gives something else after some steps; keep what changes in the state, not in self"
        if not torch.equal(first, self.run(self.inputs[:STEPS])[0]):
            return "a second sequence gives something else; keep what changes in the state, not in self"
        return ""

    def chunks(self) -> str:
        """All that is carried stands in the state, and a fast ``unroll`` gives the same."""
        inputs = self.inputs[:STEPS]
        whole = self.run(inputs)[0]
        first, state = self.run(inputs[:2])
        self.run(inputs)
        second = self.run(inputs[2:], state)[0]
        if not torch.allclose(torch.cat((first, second)), whole, atol=CLOSE):
            return f"the chunks differ by {_difference(torch.cat((first, second)), whole)}: keep all in the state"
        for state, steps, wanted in ((None, inputs, whole), (self.run(inputs[:2])[1], inputs[2:], whole[2:])):
            given = unrolled(self.core, steps, state)[0]
            if given.shape != wanted.shape or not torch.allclose(given, wanted, atol=CLOSE):
                return f"unroll gives something else than the steps (difference {_difference(given, wanted)})"
        later = self.run(inputs[2:], unrolled(self.core, inputs[:2])[1])[0]
        if not torch.allclose(later, whole[2:], atol=CLOSE):
            return f"the state that unroll gives goes on otherwise (difference {_difference(later, whole[2:])})"
        return ""

    def single_precision(self) -> str:
        """Training runs in single precision, the likelihood in double."""
        double = self.run(self.inputs[:STEPS])[0]
        single = self.run(self.inputs[:STEPS].float(), core=self.make().float())[0]
        if single.dtype != torch.float32:
            return f"outputs are {single.dtype} where weights and inputs are float32; make tensors by new_zeros"
        if not _finite(single):
            return f"in single precision, {self.broken(self.inputs[:STEPS].float(), self.make().float())}"
        if not torch.allclose(single.double(), double, atol=1e-3, rtol=1e-3):
            return f"outputs differ by {_difference(single.double(), double)} between single and double precision"
        return self.fused(single)

    def fused(self, plain: Tensor) -> str:
        """Training sets ``fused``, and the likelihood does not; neither a step nor a sequence depends on it."""
        core: Any = self.make().float()
        if declared(core, "fused") is None:
            return ""
        core.fused = True
        inputs = self.inputs[:STEPS].float()
        for how, given in (("steps give", self.run(inputs, core=core)[0]), ("unroll gives", unrolled(core, inputs)[0])):
            if given.shape != plain.shape or not torch.allclose(given, plain, atol=1e-4, rtol=1e-4):
                return (
                    f"with fused, {how} something else than plain steps (difference {_difference(given, plain)}): "
                    "the faster code must do what step does"
                )
        return ""

    def gradients(self) -> str:
        """Training reaches every weight."""
        core = self.make().train()
        output, _ = self.run(self.inputs, core=core)
        if not output.isfinite().all():
            return f"outputs are no longer finite within {LONG} steps"
        output.square().mean().backward()  # type: ignore[no-untyped-call]
        learned = {name: weight for name, weight in core.named_parameters() if weight.requires_grad}
        if not learned:
            return "it has no weights that are trained"
        if without := [name for name, weight in learned.items() if weight.grad is None or not weight.grad.any()]:
            return (
                f"no gradient reaches {', '.join(without)}: use them in step, or leave them out; look for detach(), "
                "argmax or weights that start at 0 behind a product"
            )
        if broken := [name for name, weight in learned.items() if not _finite(weight.grad)]:
            return (
                f"the gradient of {', '.join(broken)} is not finite after {LONG} steps: look for sqrt, log, "
                "norm() or a division at 0, and add a small number"
            )
        return ""

    def weightings(self) -> str:
        """They can be drawn on one scale, with the names of their cells."""
        state, rows = self.start(), declared(self.core, "rows")
        for number, each in enumerate(self.inputs, start=1):
            _, state, weightings = take_step(self.core, each, state)
            for name, names in rows.items():
                cells = weightings[name].shape[2] if name in weightings else 0
                if cells != len(names):
                    return f"rows names {len(names)} cells of {name!r}, which has {cells} at step {number}"
            for name, weighting in weightings.items():
                weighting = weighting.detach()
                low, high = float(weighting.min()), float(weighting.max())
                if low < -CLOSE or high > 1 + CLOSE or low != low:
                    return f"the weighting {name!r} goes from {low:.3g} to {high:.3g} at step {number}"
                total = float(weighting.sum(dim=2).max())
                if name != "usage" and total > 1 + 1e-6:
                    return (
                        f"the weighting {name!r} sums to {total:.3g} over cells at step {number}; how far cells are in "
                        "use is called 'usage', and has no such rule"
                    )
        return ""

    def lesions(self) -> str:
        """A part that is switched off was in use, and stays off where nothing is named."""
        intact = self.run(self.inputs)[0]
        for part in parts_of(self.core):
            damaged = self.run(self.inputs, without=frozenset({part}))[0]
            if torch.allclose(damaged, intact, atol=CLOSE, rtol=CLOSE):
                return f"nothing changes without {part!r}; switch it off in step where {part!r} is in without"
            if not damaged.isfinite().all():
                return f"outputs are not finite without {part!r}"
        if not torch.equal(self.run(self.inputs)[0], intact):
            return "a lesion outlasts its steps; keep nothing of without in self"
        return ""

    def wear(self) -> str:
        """Every lever that its roles promise acts, and leaves a state from which it goes on."""
        _, before = self.run(self.inputs[: STEPS - 1])
        _, after = self.run(self.inputs[STEPS - 1 : STEPS], before)
        return problem_of_wear(self.core, before, after)

    def saving(self) -> str:
        """What is written to disk is all there is."""
        inputs = self.inputs[:STEPS]
        wanted = self.run(inputs)[0]
        written = self.written()
        sizes = checked_sizes(self.cls, written.record["config"])
        if changed := [name for name, value in self.sizes.items() if sizes[name] != value]:
            return f"its record does not keep {', '.join(changed)} as given"
        with torch.random.fork_rng():
            torch.manual_seed(self.seed + 1)
            other = self.cls(INPUTS, OUTPUTS, **sizes).double().eval()
        other.load_state_dict(written.tensors)
        _, state = self.run(inputs[:2])
        kept = load(save(apart(leaves(state))))
        names = iter(leaves(state))
        state = mapped(lambda _: kept[next(names)], state)
        if not torch.allclose(self.run(inputs[2:], state, core=other)[0], wanted[2:], atol=CLOSE):
            return (
                "a core with the same weights and state gives something else: register all tensors that count as "
                "nn.Parameter or by register_buffer"
            )
        return ""

    def written(self) -> Weights:
        """The weights and the record of the core as a file of weights gives them back."""
        record = {
            "network": f"core.py:{self.cls.__name__}", "objective": "recall", "vector_size": 1, "config": self.sizes
        }  # fmt: skip
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"core{SUFFIX}"
            save_weights(path, self.core.state_dict(), record)
            return load_weights(str(path))


def _pairs(one: Any, two: Any) -> Iterator[tuple[Tensor, Tensor]]:
    yield from zip(leaves(one).values(), leaves(two).values(), strict=True)


def _difference(one: Tensor, two: Tensor) -> str:
    return f"{float((one - two).detach().abs().max()):.2g}" if one.shape == two.shape else "of shape"


def _has_nan(tensor: Tensor) -> bool:
    return tensor.is_floating_point() and bool(tensor.isnan().any())


def _what(output: Tensor) -> str:
    """Which numbers of an output (B, outputs) are not finite, counted from 0."""
    lists, numbers = torch.nonzero(~output.isfinite(), as_tuple=True)
    first = float(output[lists[0], numbers[0]])
    few = in_short([str(each) for each in sorted(set(numbers.tolist()))], 4, ", ")
    return f"{first} for list {int(lists[0])}; numbers {few} of {output.shape[1]}, counted from 0"


def _finite(tensor: Tensor | None) -> bool:
    return tensor is not None and (not tensor.is_floating_point() or bool(tensor.isfinite().all()))
