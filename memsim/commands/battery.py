"""``memsim battery``: models, tasks and grids of parameters from a file."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_battery(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    battery = commands.add_parser("battery", help="run a file that names models, tasks, grids and analyses")
    battery.set_defaults(command=_battery)
    battery.add_argument("path", type=Path, metavar="BATTERY.toml", help="the file; see the README")
    battery.add_argument("--out", type=Path, help="folder (default: what the file says)")
    battery.add_argument("--workers", type=int, metavar="N", help="pieces of work at a time (default: all processors)")
    battery.add_argument("--backend", default="local", help="where they run: local, or dask (default: local)")
    battery.add_argument("--scheduler", default="", metavar="ADDRESS", help="of the Dask cluster")
    battery.add_argument(
        "--cache", type=Path, help="folder of finished pieces (default: cells, in that of the results)"
    )


def _battery(parsed: argparse.Namespace) -> int:
    from memsim.experiments.batteries import battery

    where = {} if parsed.cache is None else {"cache": parsed.cache}
    results = battery(
        parsed.path, parsed.out, workers=parsed.workers, backend=parsed.backend, scheduler=parsed.scheduler,
        progress=True, **where,
    )  # fmt: skip
    reasons: dict[tuple[str, str], list[str]] = {}
    for left in results.manifest.left_out:
        reasons.setdefault((left.label, left.reason), []).append(left.analysis)
    for (label, reason), analyses in reasons.items():
        print(f"Left out for {label}: {', '.join(dict.fromkeys(analyses))} ({reason})")
    names = ", ".join(path.name for path in results.files)
    print(f"Written to {results.files[0].parent}/: {names}")
    return 0
