"""``memsim show``: draw where a network addresses its memory in one trial, or in one sequence."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from memsim.commands.options import add_reading, files_read, named_model, reading, values_of, whole
from memsim.core.errors import InputError
from memsim.core.files.file_names import file_names
from memsim.core.files.partial_files import require_writable
from memsim.core.files.written_files import require_replaceable


def add_show(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("show", help="draw where a network addresses its memory, step by step, in one trial")
    command.add_argument(
        "model",
        help="DNC, DNC:serial, GRU:mine.safetensors, or mine.py:MyCore:mine.safetensors; weights of a task of "
        "sequences, as NTM:ntm-copy.safetensors, draw a sequence with what comes out beside what is asked for",
    )
    command.add_argument("--set", nargs="+", metavar="PARAMETER=VALUE", help="other values of the network's parameters")
    command.add_argument(
        "--trial",
        type=whole("trial"),
        default=0,
        metavar="N",
        help="which list or sequence, counted from 0 (default: 0)",
    )
    command.add_argument("--seed", type=whole("seed"), metavar="N", help="of the lists and the simulation (default: 0)")
    command.add_argument(
        "--list-length",
        type=whole("list_length"),
        metavar="ITEMS",
        help="items in a list (default: 12), or what the task of sequences counts (default: as in training)",
    )
    command.add_argument(
        "--people",
        "--data",
        metavar="NAME[:CONDITION]",
        help="give the network a list and the responses of these people instead",
    )
    command.add_argument("--out", type=Path, help="file of the figure (default: MODEL-trial-N.png)")
    add_reading(command, but=["list_length"])
    command.set_defaults(command=_show)


def _show(parsed: argparse.Namespace) -> int:
    from memsim.analysis import save_figure
    from memsim.data.loading import load_recalls
    from memsim.models.networks.network_steps import NetworkModel
    from memsim.training.inspection import show
    from memsim.training.showing.sequence_network import sequence_network

    model: Any = sequence_network(parsed.model)
    if model is None:
        model = named_model(parsed.model, parsed.set or ())
    else:
        model = model.replace(**values_of(type(model), parsed.set or ()))
    people: Any = parsed.people
    if people is not None and isinstance(model, NetworkModel):
        people = load_recalls(people, **reading(parsed, **_length(parsed)))
    if people is None and (given := reading(parsed)):
        raise InputError(f"--{next(iter(given))} says how a file of people is read; name one by --people")
    if parsed.out is not None and parsed.out.suffix not in (".png", ".pdf", ".svg"):
        raise InputError(f"--out {parsed.out} must end in .png, .pdf or .svg")
    out = parsed.out or Path(f"{_name_of(model)}-trial-{parsed.trial}.png")
    require_writable(out.parent)
    require_replaceable(out, files_read(parsed))
    length = parsed.list_length if people is None else None
    figure = show(model, people=people, list_length=length, trial=parsed.trial, seed=parsed.seed)
    save_figure(figure, out)
    print(f"Written: {out}")
    return 0


def _length(parsed: argparse.Namespace) -> dict[str, int]:
    """``--list-length`` as an option of the reader, for people in a file."""
    from memsim.data.loading import names_file

    if parsed.list_length is None:
        return {}
    if not names_file(parsed.people):
        raise InputError(f"--list-length {parsed.list_length} does not apply with --people, whose lists are given")
    return {"list_length": parsed.list_length}


def _name_of(model: Any) -> str:
    """A name of a file for a network: ``DNC-serial``; of weights in a file only their own name."""
    name, _, weights = (
        getattr(model, "label", type(model).__name__).removeprefix(getattr(model, "core", "")).partition(":")
    )
    name = name or model.core.rpartition(":")[2]
    label = f"{name}-{Path(weights).name.removesuffix('.safetensors')}" if weights else name
    return file_names([label])[label]
