"""``memsim calibrate``: whether posteriors are as sure as they should be, by simulation."""

from __future__ import annotations

import argparse
from pathlib import Path

from memsim.commands.options import (
    Commands,
    add_command,
    add_escape,
    add_running,
    given,
    named_model,
    results_of,
    running,
    space_of,
    whole,
)


def add_calibrate(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "calibrate",
        "memsim.bayes.calibration:calibrate",
        "simulate with parameters drawn from the prior, and rank them among draws of their posteriors",
    )
    command.set_defaults(command=run_calibrate)
    command.add_argument("model", help="a name, name:preset, or a Python file with your own model")
    command.add_argument("--free", nargs="+", metavar="PARAMETER[=LOW:HIGH]", help="the free parameters, with bounds")
    command.add_argument("--set", nargs="+", metavar="PARAMETER=VALUE", help="values of parameters that are not free")
    command.add_argument("--paradigm", default="free_recall", help="the task (default: free_recall)")
    command.add_argument(
        "--list-length", type=whole("list_length"), metavar="ITEMS", help="items in a list (default: that of the task)"
    )
    command.add_argument(
        "--by", choices=("likelihood", "simulation"), help="as in memsim posterior (default: by an exact likelihood)"
    )
    command.add_argument("--simulations", type=whole("simulations"), metavar="N", help="simulated subjects")
    command.add_argument("--n-trials", type=whole("n_trials"), metavar="N", help="lists of each simulated subject")
    command.add_argument(
        "--people",
        type=whole("subjects"),
        metavar="N",
        help="in each data set; of several, the population is ranked",
    )
    command.add_argument("--tune", type=whole("tune"), metavar="N", help="by the likelihood, draws before ranked ones")
    command.add_argument(
        "--training",
        type=whole("simulations"),
        metavar="N",
        help="by simulation, simulated subjects from whom networks learn",
    )
    command.add_argument("--seed", type=whole("seed"), help="seed of simulations and chains")
    add_running(command, "memsim-calibration")
    add_escape(command)


def run_calibrate(parsed: argparse.Namespace) -> int:
    """Calibrate, and write ranks, their tests and their histograms."""
    from memsim.bayes.calibration import calibrate
    from memsim.paradigms.registered import PARADIGMS
    from memsim.running.result_files import names_of, save_both, write_csv

    task = {"list_length": parsed.list_length} if "list_length" in parsed else {}
    options = {
        **given(parsed, calibrate), **space_of(parsed), "paradigm": PARADIGMS.build(parsed.paradigm, task),
        "model": named_model(parsed.model, getattr(parsed, "set", [])),
    }  # fmt: skip
    results = results_of(parsed)
    results.require(names_of(["ranks", "summary"], ["ranks"]))
    found = calibrate(**options, **running(parsed))
    summary = found.summary

    def write(scratch: Path) -> None:
        for name, table in {"ranks": found.table, "summary": summary}.items():
            write_csv(table, scratch / f"{name}.csv", escape=parsed.escape_formulas)

    figures = {"ranks": lambda scratch: save_both(found.figure(), scratch / "ranks")}
    written = results.write(write, {"spec": found.spec.to_json()}, figures)
    print(summary.to_string(index=False, float_format="{:.3f}".format))
    print(f"Written to {parsed.out}/: {', '.join(path.name for path in written.files)}")
    return 1 if written.failed else 0
