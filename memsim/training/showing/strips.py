"""What is drawn of the steps of a core: where it writes and reads, or what its controller holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from memsim.analysis.figures.memory import Strip
from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError

if TYPE_CHECKING:
    from memsim.models.networks.cores.core import Weightings
    from memsim.models.networks.recall_network import Seen


def panels(seen: Sequence[Seen], core: Any, test: int | None) -> tuple[list[Strip], dict[str, FloatArray]]:
    """What is drawn of the steps of a core: strips, and links where it has some.

    ``test`` is the step at which the test begins, if study comes before it.

    Raises
    ------
    InputError : the core gives no weightings, and its state holds no vectors.
    """
    from memsim.models.networks.cores.declarations import declared
    from memsim.models.networks.cores.driving import parts_of, roles_of
    from memsim.models.networks.cores.hops import hops_of
    from memsim.models.networks.cores.state_leaves import place

    weightings = [step.weightings for step in seen]
    # A memory that grows has no cells where nothing is written.
    if not any(weighting.shape[2] for step in weightings for weighting in step.values()):
        return controller_strips(seen, roles_of(core).get("controller", "")), {}
    order = cell_order(weightings)
    links = {}
    if "links" in roles_of(core):
        drawn = {"Links at the end": seen[-1]}
        for title, step in (drawn if not test else {"Links after study": seen[test - 1], **drawn}).items():
            matrix: FloatArray = place(step.state, roles_of(core)["links"])[0].numpy()
            links[title] = matrix[np.ix_(order, order)]
    hops = hops_of(parts_of(core))
    reads = {hops * declared(core, "heads"): hops} if hops > 1 else {}
    return weighting_strips(weightings, order, declared(core, "rows"), reads), links


def weighting_strips(
    weightings: Sequence[Weightings],
    order: IntArray,
    rows: Mapping[str, Sequence[str]],
    reads: Mapping[int, int] | None = None,
) -> list[Strip]:
    """Every weighting of every head over the steps of the first trial of a batch.

    Where as many heads read several times in a step as ``reads`` says, by the number of all reads in a step the number
    of hops, labels name the hop, too.

    Cells of the memory stand in this ``order``; weightings over something else, and those with names for their
    ``rows``, stand as they are.
    """
    strips = []
    for name, first in weightings[0].items():
        hops = (reads or {}).get(first.shape[1], 1)
        heads = first.shape[1] // hops
        for head in range(first.shape[1]):
            values = stacked(weightings, name, head)
            label = f", hop {head // heads + 1}" if hops > 1 else ""
            label += f", head {head % heads + 1}" if heads > 1 else ""
            sorted_values = values[order] if len(values) == len(order) and name not in rows else values
            strips.append(
                Strip(
                    name.replace("_", " ").capitalize() + label,
                    sorted_values,
                    rows.get(name, ()),
                    "" if name in rows else "cell",
                )
            )
    return strips


def controller_strips(seen: Sequence[Seen], path: str) -> list[Strip]:
    """Every vector of the controller's state, at this place in the state, over the steps of the first trial."""
    from memsim.models.networks.cores.state_leaves import leaves, place

    states = [leaves(place(step.state, path)) for step in seen]
    strips = [
        Strip(f"Controller {name}".rstrip(), np.stack([state[name][0].numpy() for state in states], axis=1), row="unit")
        for name, leaf in states[0].items()
        if leaf.ndim == 2
    ]
    if not strips:
        raise InputError("the core gives no weightings, and its state holds no vectors (B, n), so nothing can be drawn")
    return strips


def stacked(weightings: Sequence[Weightings], name: str, head: int = 0) -> FloatArray:
    """(cells, n_steps) of one weighting of one head in the first trial; cells that come later start at 0."""
    each = [step[name][0, head].numpy() for step in weightings]
    most = max(map(len, each))
    return np.stack([np.pad(values, (0, most - len(values))) for values in each], axis=1)


def cell_order(weightings: Sequence[Weightings]) -> IntArray:
    """Cells in the order in which they were written most, so that a list shows as a diagonal; then those never written.

    Without a weighting ``write``, cells stay in their own order.
    """
    if "write" not in weightings[0]:
        most = max(weighting.shape[2] for step in weightings for weighting in step.values())
        return np.arange(most, dtype=np.int32)
    written = stacked(weightings, "write")
    most_at = np.where(written.any(axis=1), written.argmax(axis=1), written.shape[1])
    return np.argsort(most_at, kind="stable").astype(np.int32)
