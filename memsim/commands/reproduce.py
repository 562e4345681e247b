"""``memsim reproduce``: run published results again."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from memsim.commands.options import add_force, pairs, whole
from memsim.core.errors import InputError
from memsim.core.names import closest

OUT = Path("memsim-reproductions")


def add_reproduce(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    reproduce = commands.add_parser(
        "reproduce", help="run published results again, and compare the numbers; without a name, list them"
    )
    reproduce.add_argument("names", nargs="*", metavar="NAME", help="entries of the catalogue, or all")
    reproduce.add_argument("--seed", type=whole("seed"), help="seed of lists and simulations (default: 0)")
    reproduce.add_argument("--out", type=Path, help=f"folder, with a folder for each entry (default: {OUT})")
    reproduce.add_argument(
        "--set", nargs="+", default=[], metavar="NAME=VALUE",
        help="options of the entry, such as cores=DNC,LSTM of network-table; repeatable",
    )  # fmt: skip
    add_force(reproduce)
    reproduce.set_defaults(command=run_reproduce)


def run_reproduce(parsed: argparse.Namespace) -> int:
    """List the catalogue, or run the entries that are named and print what they found."""
    from memsim.reproductions.registered import REPRODUCTIONS

    if not parsed.names:
        for option in ("seed", "out", "set", "force"):
            value = getattr(parsed, option)
            if value is not None and value is not False and value != []:
                said = "" if value is True else f" {' '.join(value) if option == 'set' else value}"
                raise InputError(
                    f"--{option}{said} applies to entries that are run, and none is named; name entries, or all"
                )
        for name, entry in REPRODUCTIONS.usable().items():
            print(f"{name}: {entry.title}\n  {entry.citation}\n  {entry.of_kinds}")
        return 0
    if "all" in parsed.names and len(parsed.names) > 1:
        raise InputError(f"reproduce {' '.join(parsed.names)}: all runs every entry; name either all or some entries")
    names = (
        list(REPRODUCTIONS.usable()) if parsed.names == ["all"] else list(map(REPRODUCTIONS.canonical, parsed.names))
    )
    from memsim.reproductions.catalogue import reproduce, required_folder
    from memsim.reproductions.kinds import in_words

    as_announced, kinds = True, Counter[str]()
    seed, out = parsed.seed or 0, parsed.out or OUT
    # Of all entries first, so that a wrong one ends the command before any is run.
    options = [_options(name, parsed.set) for name in names]
    for name, own in zip(names, options, strict=True):
        required_folder(REPRODUCTIONS.get(name), seed, out, own, parsed.force)
    for name, own in zip(names, options, strict=True):
        report = reproduce(name, seed, out, force=parsed.force, **own)
        print(report)
        kinds.update(report.outcome.kinds)
        as_announced &= report.as_announced and not report.not_drawn
    if len(names) > 1:
        print(f"Targets of {len(names)} entries: {in_words(kinds)}.")
    return 0 if as_announced else 1


def _options(name: str, texts: Sequence[str]) -> dict[str, Any]:
    """The options of an entry from ``NAME=VALUE``."""
    from memsim.reproductions.registered import REPRODUCTIONS

    own = REPRODUCTIONS.get(name).options
    declared = {each.name: each for each in own.parameters()} if own is not None else {}
    given = pairs(texts, "--set")
    for option in given:
        if option not in declared:
            have = f"Its options are: {', '.join(declared)}." if declared else "It has none."
            raise InputError(f"{name} has no option {option!r}{closest(option, declared)} {have}")
    return {option: declared[option].parse(value) for option, value in given.items()}
