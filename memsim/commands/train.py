"""``memsim train``: train a network and write its weights."""

from __future__ import annotations

import argparse
from pathlib import Path

from memsim.commands.options import add_reading, pairs, reading, whole
from memsim.core.errors import InputError

SIZES = ("slots", "width", "heads", "hidden", "layers", "layer_norm", "masked", "deallocate", "sharpened")
"""Sizes and options of the DNC, and partly of other cores, that have an option of their own; torch is not imported to
list those of each core."""


def add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser], asked: bool) -> None:
    """Add the command to the parser; its settings only where it is ``asked`` for."""
    command = commands.add_parser("train", help="train a network: a DNC, an LSTM as its control, or a core of yours")
    command.set_defaults(command=_train)
    command.add_argument(
        "settings",
        help="the model to train, such as DNC, DNC:people, GRU:serial, mine.py:MyCore or mine.py:MyCore:serial",
    )
    command.add_argument("--out", type=Path, help="file of weights (default: NETWORK-OBJECTIVE.safetensors)")
    command.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")
    command.add_argument(
        "--threads", type=whole("threads"), default=1, help="of the CPU (default: 1, fastest for small networks)"
    )
    if not asked:
        return
    from memsim.training.settings import Training

    command.epilog = f"trainings: {', '.join(Training.presets)}"
    add_reading(command, but=["list_length"])
    settings = command.add_argument_group("settings, kept in the record of the weights")
    for declared in Training.parameters():
        if declared.name == "network":
            continue
        unit = f" {declared.unit}" if declared.unit else ""
        options = f"; {declared.range}" if declared.options or declared.flag else ""
        shown = str(declared.default).lower() if declared.flag else declared.default
        default = "" if declared.text else f" (default: {shown}{unit})"
        help_text = f"{declared.doc}{options}{default}".replace("%", "%%")
        settings.add_argument(f"--{declared.name.replace('_', '-')}", metavar="VALUE", help=help_text)
    sizes = command.add_argument_group("sizes and options of the core; an error lists those that a core has")
    sizes.add_argument(
        "--size", action="append", default=[], metavar="NAME=VALUE", help="one of any core, by its name; repeatable"
    )
    for name in SIZES:
        sizes.add_argument(f"--{name.replace('_', '-')}", metavar="VALUE", help=f"--size {name}=VALUE in short")


def _sizes(parsed: argparse.Namespace) -> dict[str, str]:
    """The sizes that were given, as texts."""
    texts = {name: text for name in SIZES if (text := getattr(parsed, name)) is not None}
    for name, text in pairs(parsed.size, "--size").items():
        if name in texts:
            raise InputError(f"--size {name}={text}: {name} is given twice")
        texts[name] = text
    return texts


def _train(parsed: argparse.Namespace) -> int:
    from memsim.models.networks.cores.declared_sizes import parsed_sizes
    from memsim.training.run import train
    from memsim.training.settings import Training
    from memsim.training.trainer import log_beside

    changes = {
        p.name: p.parse(text) for p in Training.parameters() if (text := getattr(parsed, p.name, None)) is not None
    }
    preset = Training.preset(parsed.settings)
    changes |= parsed_sizes(preset.core(), _sizes(parsed))
    options = reading(parsed)
    imitates = changes.get("objective", preset.objective) == "imitation"
    if imitates and "list_length" in changes:
        options["list_length"] = changes.pop("list_length")  # of the lists in a file of people
    trained = train(
        parsed.settings,
        reading=options,
        out=parsed.out,
        device=parsed.device,
        threads=parsed.threads,
        progress=True,
        **changes,
    )
    record, last = trained.record, trained.log[-1] if trained.log else {}
    if trained.continued_from:
        print(f"Continued from the checkpoint of iteration {trained.continued_from:,}")
    numbers = ", ".join(f"{name} {value:.4g}" for name, value in last.items() if name != "iteration")
    iterations = int(last.get("iteration", record["iterations"]))
    print(f"Trained {iterations:,} iterations in {record['seconds']:.0f} s: {numbers}")
    if trained.stopped_early:
        print(f"The loss of people held out was lowest at iteration {record['iterations']:,}; its weights are kept")
    for measure, each in record.get("scores", {}).items():
        print(f"{measure}: " + ", ".join(f"{who} {score:.4g}" for who, score in each.items()))
    print(f"Written: {trained.path}, {log_beside(trained.path)}")
    return 0
