"""``memsim recover``: whether fits find the parameters, or the model, that made the data."""

from __future__ import annotations

import argparse
from pathlib import Path

from memsim.commands.options import (
    Commands,
    add_command,
    add_escape,
    add_running,
    add_searching,
    add_space,
    given,
    named_model,
    results_of,
    running,
    space_of,
    whole,
)
from memsim.core.errors import InputError


def add_recover(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "recover",
        "memsim.evaluation.recovery:recover",
        "simulate with known parameters or models, and see what fits find",
    )
    command.set_defaults(command=run_recover)
    command.add_argument(
        "models", nargs="+", metavar="MODEL", help="one, to recover its parameters; or several, to recover the model"
    )
    add_space(command)
    command.add_argument("--paradigm", default="free_recall", help="the task (default: free_recall)")
    command.add_argument(
        "--list-length", type=whole("list_length"), metavar="ITEMS", help="items in a list (default: that of the task)"
    )
    command.add_argument("--n-trials", type=whole("n_trials"), metavar="N", help="lists of each simulated subject")
    command.add_argument(
        "--simulations", type=whole("simulations"), metavar="N", help="for one model: simulated subjects (default: 50)"
    )
    command.add_argument(
        "--replications",
        type=whole("replications"),
        metavar="N",
        help="for several models: groups that each simulates (default: 10)",
    )
    command.add_argument(
        "--subjects", type=whole("subjects"), metavar="N", help="for several models: in a group (default: 15)"
    )
    command.add_argument(
        "--criterion", choices=("bic", "aic"), help="for several models: what chooses among them (default: bic)"
    )
    add_searching(command)
    add_running(command, "memsim-recovery")
    add_escape(command)


def run_recover(parsed: argparse.Namespace) -> int:
    """Recover the parameters of a model, or one of several models, and write tables and figure."""
    from memsim.evaluation.recovery import recover
    from memsim.paradigms.registered import PARADIGMS
    from memsim.running.result_files import names_of, save_both, write_csv

    values = getattr(parsed, "set", [])
    if len(parsed.models) > 1 and values:
        raise InputError(f"--set {' '.join(values)} is for one model; name presets, as in SAM:murdock1962-soft")
    if len(set(parsed.models)) < len(parsed.models):
        raise InputError(f"{' '.join(parsed.models)}: each model can be named once")
    models = {name: named_model(name, values) for name in parsed.models}
    task = {"list_length": parsed.list_length} if "list_length" in parsed else {}
    options = {
        **given(parsed, recover), **space_of(parsed), "paradigm": PARADIGMS.build(parsed.paradigm, task),
        "models": models if len(models) > 1 else models[parsed.models[0]],
    }  # fmt: skip
    results = results_of(parsed)
    results.require(names_of(["recovery", "summary"], ["recovery"]))
    found = recover(**options, **running(parsed))
    summary = found.summary

    def write(scratch: Path) -> None:
        for name, table in {"recovery": found.table, "summary": summary}.items():
            write_csv(table, scratch / f"{name}.csv", escape=parsed.escape_formulas)

    figures = {"recovery": lambda scratch: save_both(found.figure(), scratch / "recovery")}
    written = results.write(write, {"title": found.title}, figures)
    print(found.title)
    print(summary.to_string(index=False, float_format="{:.3f}".format))
    print(f"Written to {parsed.out}/: {', '.join(path.name for path in written.files)}")
    return 1 if written.failed else 0
