"""``memsim train``: train a network and write its weights."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from memsim.commands.options import add_force, add_reading, pairs, reading, whole
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
        nargs="?",
        default="",
        help="the model to train, such as DNC, DNC:people, GRU:serial, mine.py:MyCore or mine.py:MyCore:serial",
    )
    command.add_argument("--recipe", default="", metavar="NAME", help="instead, make weights that ship anew")
    command.add_argument("--out", type=Path, help="file of weights (default: NETWORK-OBJECTIVE.safetensors)")
    add_force(command)
    command.add_argument("--device", default="cpu", help="cpu, cuda, mps, or auto (default: cpu)")
    command.add_argument(
        "--threads", type=whole("threads"), default=1, help="of the CPU (default: 1, fastest for small networks)"
    )
    command.add_argument(
        "--deterministic", action="store_true", help="only operations that give the same again, on a GPU too"
    )
    command.add_argument(
        "--compile", dest="compiled", action="store_true", help="compile the steps of the core, which is for GPUs"
    )
    command.add_argument(
        "--no-recording", action="store_true",
        help="on CUDA, compute one operation after another, instead of recording those of an iteration",
    )  # fmt: skip
    command.add_argument("--tensorboard", type=Path, metavar="FOLDER", help="a log for TensorBoard")
    command.add_argument(
        "--seeds", type=whole("seeds"), metavar="N", help="train N times, with --seed and those that follow it"
    )
    command.add_argument(
        "--workers", type=whole("workers"), metavar="N",
        help="with --seeds, seeds at a time (default: MEMSIM_WORKERS, or all processors)",
    )  # fmt: skip
    if not asked:
        return
    from memsim.training.recipe_file import recipes
    from memsim.training.settings import Training

    cores = [name for name in Training.presets if ":" not in name]
    purposes = dict.fromkeys(name.partition(":")[2] for name in Training.presets if ":" in name)
    command.epilog = (
        f"trainings: {', '.join(cores)}; of a core with what to train for, too, as in GRU:copy or mine.py:MyCore:copy: "
        f"{', '.join(purposes)}. Recipes: {', '.join(recipes())}"
    )
    add_reading(command, but=["list_length"])
    settings = command.add_argument_group("settings, kept in the record of the weights")
    for declared in Training.parameters():
        if declared.name == "network":
            continue
        unit = f" {declared.unit}" if declared.unit else ""
        options = f"; {declared.range}" if declared.options or declared.flag else ""
        shown = str(declared.default).lower() if declared.flag else declared.default
        default = "" if declared.text or declared.optional else f" (default: {shown}{unit})"
        help_text = f"{declared.doc}{options}{default}".replace("%", "%%")
        settings.add_argument(f"--{declared.name.replace('_', '-')}", metavar="VALUE", help=help_text)
    sizes = command.add_argument_group("sizes and options of the core; an error lists those that a core has")
    sizes.add_argument("--size", nargs="+", default=[], metavar="NAME=VALUE", help="those of any core, by their names")
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
    from memsim.training.applying import Needs, require_applicable
    from memsim.training.recipe_file import recipe_named
    from memsim.training.settings import Training

    rules = {"workers": (Needs("seeds"),), "threads": (Needs("seeds", (None,)),)}
    require_applicable("train", vars(parsed), {"workers": None, "threads": 1, "seeds": None}, rules)
    if bool(parsed.settings) == bool(parsed.recipe):
        raise InputError("train: name a training, such as DNC, or a --recipe; memsim train --help lists both")
    changes: dict[str, Any] = {
        p.name: p.parse(text) for p in Training.parameters() if (text := getattr(parsed, p.name, None)) is not None
    }
    chosen = recipe_named(parsed.recipe) if parsed.recipe else Training.preset(parsed.settings)
    changes |= parsed_sizes(chosen.core(), _sizes(parsed))
    options = reading(parsed)
    imitates = changes.get("objective", chosen.objective) == "imitation"
    if imitates and "list_length" in changes:
        options["list_length"] = changes.pop("list_length")  # of the lists in a file of people
    asked = {
        "settings": parsed.settings,
        "recipe": parsed.recipe,
        "reading": options,
        "out": parsed.out,
        "force": parsed.force,
        "device": parsed.device,
        "deterministic": parsed.deterministic,
        "compiled": parsed.compiled,
        "recorded": False if parsed.no_recording else None,
        "tensorboard": parsed.tensorboard,
        "progress": True,
    }
    return _seeds(parsed, asked, changes) if parsed.seeds else _one(parsed, asked, changes)


def _one(parsed: argparse.Namespace, asked: dict[str, Any], changes: dict[str, Any]) -> int:
    from memsim.training.logs import log_beside
    from memsim.training.recipe_file import difference_to_shipped
    from memsim.training.run import train

    trained = train(threads=parsed.threads, **asked, **changes)
    record, last = trained.record, trained.log[-1] if trained.log else {}
    if trained.continued_from:
        print(f"Continued from the checkpoint of iteration {trained.continued_from:,}")
    numbers = ", ".join(f"{name} {value:.4g}" for name, value in last.items() if name != "iteration")
    iterations = int(last.get("iteration", record["iterations"]))
    print(f"Trained {iterations:,} iterations in {record['seconds']:.0f} s: {numbers}")
    made = record["training"]
    if made["objective"] != "imitation" and last.get("longest", made["list_length"]) < made["list_length"]:
        print(
            f"Lists grew to {last['longest']:.0f} items, not to list_length={made['list_length']}: for each item more, "
            f"the loss has to fall below promotion={made['promotion']:g}"
        )
    if record["stopped"]:
        print(f"Ended early by {record['stopped']}={record['training'][record['stopped']]}")
    if record["held_out_loss"] is not None:
        print(f"Lists held out did best at iteration {record['iterations']:,}; its weights are kept")
    final = ", ".join(f"{name} {value:.4g}" for name, value in record["final"].items() if value is not None)
    print(f"These weights: {final}")
    for measure, each in record.get("scores", {}).items():
        print(f"{measure}: " + ", ".join(f"{who} {score:.4g}" for who, score in each.items()))
    if parsed.recipe and not changes:
        difference = difference_to_shipped(trained.path, parsed.recipe)
        if difference is not None:
            print(f"Largest difference from the weights that ship: {difference:.3g}")
    print(f"Written: {trained.path}, {log_beside(trained.path)}")
    return 0


def _seeds(parsed: argparse.Namespace, asked: dict[str, Any], changes: dict[str, Any]) -> int:
    from memsim.training.seeds import train_seeds

    trained = train_seeds(seeds=parsed.seeds, workers=parsed.workers, changes=changes, **asked)
    print(trained.table.to_string(index=False, float_format="{:.4g}".format))
    print("Means over seeds, with 95% t intervals:")
    print(trained.summary.to_string(index=False, float_format="{:.4g}".format, na_rep="-"))
    print(f"Written: {', '.join(map(str, trained.paths))}; the tables beside them")
    return 0
