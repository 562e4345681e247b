"""``memsim coverage``: how often the intervals of fits hold the mean of the people who made the data."""

from __future__ import annotations

import argparse
from pathlib import Path

from memsim.commands.options import (
    Commands,
    add_command,
    add_escape,
    add_running,
    add_searching,
    given,
    named_model,
    number,
    pairs,
    results_of,
    running,
    whole,
)


def add_coverage(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "coverage",
        "memsim.evaluation.interval_coverage:coverage",
        "simulate experiments of people who differ, and count how often the intervals of fits hold the true mean",
    )
    command.set_defaults(command=run_coverage)
    command.add_argument("model", metavar="MODEL", help="its values are the means of the people")
    command.add_argument(
        "--spread",
        nargs="+",
        required=True,
        metavar="PARAMETER=SD",
        help="the free parameters, with their standard deviation between people; 0 where people are alike",
    )
    command.add_argument("--set", nargs="+", metavar="PARAMETER=VALUE", help="means, or values that are not free")
    command.add_argument("--paradigm", default="free_recall", help="the task (default: free_recall)")
    command.add_argument(
        "--list-length", type=whole("list_length"), metavar="ITEMS", help="items in a list (default: that of the task)"
    )
    command.add_argument("--people", type=whole("subjects"), metavar="N", help="people in an experiment")
    command.add_argument("--n-trials", type=whole("n_trials"), metavar="N", help="lists of each of them")
    command.add_argument("--simulations", type=whole("simulations"), metavar="N", help="number of experiments")
    command.add_argument(
        "--intervals", nargs="+", metavar="KIND", help="of profile, robust, bootstrap (of the group) and subjects"
    )
    add_searching(command, sampled=False)
    add_running(command, "memsim-coverage")
    add_escape(command)


def run_coverage(parsed: argparse.Namespace) -> int:
    """Simulate and fit experiments, and write the intervals and how often they hold."""
    from memsim.evaluation.interval_coverage import coverage
    from memsim.paradigms.registered import PARADIGMS
    from memsim.running.result_files import names_of, write_csv

    task = {"list_length": parsed.list_length} if "list_length" in parsed else {}
    spread = {name: number(value, name) for name, value in pairs(parsed.spread, "--spread").items()}
    options = {
        **given(parsed, coverage), "spread": spread, "paradigm": PARADIGMS.build(parsed.paradigm, task),
        "model": named_model(parsed.model, getattr(parsed, "set", [])),
    }  # fmt: skip
    results = results_of(parsed)
    results.require(names_of(["intervals", "coverage"], []))
    found = coverage(**options, **running(parsed))
    summary = found.summary

    def write(scratch: Path) -> None:
        for name, table in {"intervals": found.table, "coverage": summary}.items():
            write_csv(table, scratch / f"{name}.csv", escape=parsed.escape_formulas)

    written = results.write(write, {"title": found.title, "redrawn": found.redrawn})
    print(found.title)
    print(summary.to_string(index=False, float_format="{:.3f}".format))
    print(f"Values that fell outside the range of their parameter and were drawn again: {found.redrawn}")
    print(f"Written to {parsed.out}/: {', '.join(path.name for path in written.files)}")
    return 1 if written.failed else 0
