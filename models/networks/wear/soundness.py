"""Whether a core wears and sleeps as its roles promise: what the checks of cores ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from memsim.core.errors import NoEffectError
from memsim.core.names import closest
from memsim.models.networks.cores.core import State
from memsim.models.networks.cores.driving import roles_of
from memsim.models.networks.cores.state_leaves import leaves, place
from memsim.models.networks.wear.levers import Wear
from memsim.models.networks.wear.rests import Resting
from memsim.models.networks.wear.sleep import rows_of
from memsim.models.networks.wear.wearing import NEEDS, Wearing, levers_of

FORMS: Mapping[str, Callable[[int, int], tuple[tuple[int, ...], ...]]] = {
    "usage": lambda batch, rows: ((batch, rows),),
    "precedence": lambda batch, rows: ((batch, rows),),
    "links": lambda batch, rows: ((batch, rows, rows),),
    "written": lambda batch, rows: ((batch, rows), (batch, -1, rows)),
}
"""The shapes of roles beside a memory of so many rows; -1 is any number of heads."""
ROLES = ("memory", "controller", "read", *FORMS)
HALF = 0.5
SLEEP = Resting(rest=2.0, sleep_cycles=2, sleep_strengthen=0.1, sleep_prune=0.2).given_rest


def problem_of_wear(core: Any, before: State, after: State) -> str:
    """What is wrong with the roles of a core, by which its state wears and is replayed; ``""`` if nothing is.

    Parameters
    ----------
    before, after : the states before and after a step.
    """
    return _problem_of_forms(core, after) or next(filter(None, _problems_of_levers(core, before, after)), "")


def _problem_of_forms(core: Any, state: State) -> str:
    roles = roles_of(core)
    for role in roles:
        if role not in ROLES:
            return f"there is no role {role!r}{closest(role, ROLES)} There are: {', '.join(ROLES)}."
    rows = (
        [leaf for leaf in leaves(place(state, roles["memory"])).values() if leaf.ndim > 1] if "memory" in roles else []
    )
    for role, shapes in FORMS.items():
        if role not in roles or not rows:
            continue
        found, wanted = place(state, roles[role]), shapes(*rows[0].shape[:2])
        if not isinstance(found, Tensor) or not any(_fits(found, shape) for shape in wanted):
            has = tuple(found.shape) if isinstance(found, Tensor) else f"the leaves {', '.join(leaves(found))}"
            told = " or ".join(str(shape).replace("-1", "heads") for shape in wanted)
            return (
                f"its role {role!r} leads to {roles[role]!r}, which is {has}, not {told}, by the rows of its memory; "
                "name another place in the state, or leave the role out"
            )
    return ""


def _fits(found: Tensor, shape: tuple[int, ...]) -> bool:
    return found.ndim == len(shape) and all(want in (-1, size) for size, want in zip(found.shape, shape, strict=True))


def _problems_of_levers(core: Any, before: State, after: State) -> Iterator[str]:
    """What each lever does wrong, and sleep, one after another."""
    batch = len(next(iter(leaves(after).values())))
    start: State = core.start(batch)
    for lever in levers_of(core):
        wearing = Wearing(core, Wear(**{lever: HALF}))
        with torch.no_grad():
            if lever == "carry_over":
                intact, worn = start, wearing.left_of(after, start)
            elif lever == "flush":
                intact, worn = after, wearing.at_test(after)
            else:
                intact, worn = after, wearing.after_step(before, after, 1.0)
        yield _problem_of_change(lever, intact, worn)
        if all(torch.equal(leaf, leaves(worn)[name]) for name, leaf in leaves(intact).items()):
            places = " and ".join(f"{role!r} leads to {roles_of(core)[role]!r}" for role in NEEDS[lever])
            yield f"the lever {lever} changes nothing, though its role {places}: is this what the network carries?"
    try:
        if "memory" in roles_of(core):
            rows_of(after, roles_of(core))
            yield _problem_of_change("sleep", after, Wearing(core, Wear(), SLEEP).after_rest(after))
    except NoEffectError:
        return  # its memory has no rows to replay, which a model that sleeps is told


def _problem_of_change(what: str, intact: State, worn: State) -> str:
    found = leaves(worn)
    for name, leaf in leaves(intact).items():
        if found[name].shape != leaf.shape or found[name].dtype != leaf.dtype:
            return (
                f"{what} makes of {name!r}, {tuple(leaf.shape)} {leaf.dtype}, {tuple(found[name].shape)} "
                f"{found[name].dtype}; a role leads to a place of another form than its name says"
            )
        if not found[name].isfinite().all() and leaf.isfinite().all():
            return f"{what} makes numbers of {name!r} that are not finite"
    return ""
