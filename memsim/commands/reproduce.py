"""``memsim reproduce``: published results, run again."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from memsim.reproductions.registered import REPRODUCTIONS

if TYPE_CHECKING:
    pass


def add_reproduce(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    again = commands.add_parser("reproduce", help="run published results again, and compare; without a name, list them")
    again.add_argument("names", nargs="*", metavar="NAME", help="entries of the catalogue, or all")
    again.add_argument("--seed", type=int, default=0, help="seed of lists and simulations (default: 0)")
    again.add_argument(
        "--out", type=Path, default=Path("memsim-reproductions"),
        help="folder, with one folder for each entry (default: memsim-reproductions)",
    )  # fmt: skip
    again.set_defaults(command=_reproduce)


def _reproduce(parsed: argparse.Namespace) -> int:
    if not parsed.names:
        for name in REPRODUCTIONS.names():
            entry = REPRODUCTIONS.get(name)
            print(f"{name}: {entry.title}\n  {entry.source}")
        return 0
    from memsim.reproductions.entry import reproduce
    from memsim.reproductions.report_files import write_report

    names = REPRODUCTIONS.names() if parsed.names == ["all"] else parsed.names
    status = 0
    for name in map(REPRODUCTIONS.canonical, names):
        report = reproduce(REPRODUCTIONS.get(name), parsed.seed)
        files = write_report(report, parsed.out / name)
        print(f"{name}: {report.entry.title}")
        table = report.table[["quantity", "target", "obtained", "tolerance", "verdict"]]
        shown = report.outcome.shown or table.to_string(index=False, float_format="{:.4g}".format)
        print(textwrap.indent(shown, "  "))
        for reason, rows in report.table[report.table["known"] != ""].groupby("known", sort=False):
            quantities = "; ".join(rows["quantity"])
            print(textwrap.fill(f"{quantities}: {reason}", 100, initial_indent="  ", subsequent_indent="    "))
        if report.outcome.statement:
            print(textwrap.fill(report.outcome.statement, 100, initial_indent="  ", subsequent_indent="  "))
        print(f"  {report.verdict}.\n  Written to {parsed.out / name}/: {', '.join(path.name for path in files)}")
        status |= not report.as_announced
    return status
