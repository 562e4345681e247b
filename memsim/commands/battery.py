"""``memsim battery``: run the models, tasks, grids of parameters and analyses of a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from memsim.commands.options import add_escape, add_force, whole


def add_battery(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    battery = commands.add_parser("battery", help="run a file that names models, tasks, grids and analyses")
    battery.set_defaults(command=_battery)
    battery.add_argument("path", type=Path, metavar="BATTERY.toml", help="the file; the README describes it")
    battery.add_argument("--out", type=Path, help="folder of the results (default: that of the file)")
    battery.add_argument(
        "--workers",
        type=whole("workers"),
        metavar="N",
        help="cells at a time (default: MEMSIM_WORKERS, or all processors)",
    )
    battery.add_argument("--backend", default="local", help="where cells run: local, or dask (default: local)")
    battery.add_argument("--scheduler", default="", metavar="ADDRESS", help="address of the Dask scheduler")
    battery.add_argument(
        "--cache", type=Path, help="folder of finished cells (default: cells, in the folder of the results)"
    )
    add_force(battery)
    add_escape(battery)


def _battery(parsed: argparse.Namespace) -> int:
    from memsim.experiments.batteries import battery

    where = {} if parsed.cache is None else {"cache": parsed.cache}
    results = battery(
        parsed.path, parsed.out, escape=parsed.escape_formulas, force=parsed.force, workers=parsed.workers,
        backend=parsed.backend, scheduler=parsed.scheduler, progress=True, **where,
    )  # fmt: skip
    manifest = results.manifest
    for sentence in (*manifest.left_out_in_words(models=False), *manifest.differences_in_words()):
        print(sentence)
    names = ", ".join(path.name for path in results.files)
    print(f"Written to {results.files[0].parent}/: {names}")
    return 1 if results.not_drawn else 0
