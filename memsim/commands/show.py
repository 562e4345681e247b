"""``memsim show``: one trial of a network with external memory, as a picture."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memsim.core.errors import InputError
from memsim.core.parameters import build
from memsim.models.lookup import find_model
from memsim.paradigms.registered import PARADIGMS

if TYPE_CHECKING:
    pass


def add_show(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    picture = commands.add_parser("show", help="draw where a network addresses its memory, step by step, in one trial")
    picture.add_argument("model", help="DNC, or another network with external memory")
    picture.add_argument("--weights", help="a file of weights (default: those that ship)")
    picture.add_argument("--trial", type=int, default=0, metavar="N", help="which list, counted from 0 (default: 0)")
    picture.add_argument("--seed", type=int, default=0, help="seed of lists and simulation (default: 0)")
    picture.add_argument("--list-length", type=int, default=12, metavar="ITEMS", help="items in a list (default: 12)")
    picture.add_argument(
        "--data", metavar="NAME[:CONDITION]", help="give the network a list and the responses of these people instead"
    )
    picture.add_argument("--out", type=Path, help="file of the figure (default: MODEL-trial-N.png)")
    picture.set_defaults(command=_show)


def _show(parsed: argparse.Namespace) -> int:
    from memsim.analysis import save_figure
    from memsim.training.inspection import show

    label, cls = find_model(parsed.model)
    given = {} if parsed.weights is None else {"weights": parsed.weights}
    model: Any = build(cls, given) if isinstance(cls, type) else cls.replace(**given)
    task = "free_recall" if "free" in model.cues else "serial_recall"
    source: Any = PARADIGMS.build(task, {"list_length": parsed.list_length})
    if parsed.data is not None:
        from memsim.data import load_recalls

        source = load_recalls(parsed.data)
    out = parsed.out or Path(f"{label.replace(':', '-')}-trial-{parsed.trial}.png")
    if out.suffix not in (".png", ".pdf", ".svg"):
        raise InputError(f"--out {out} must end in .png, .pdf or .svg")
    save_figure(show(model, source, parsed.trial, parsed.seed), out)
    print(f"Written: {out}")
    return 0
