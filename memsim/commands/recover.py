"""``memsim recover``: whether fits find what made the data."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memsim.core.errors import InputError
from memsim.paradigms.registered import PARADIGMS

if TYPE_CHECKING:
    pass


from memsim.commands.options import (
    add_running,
    add_searching,
    add_space,
    free_of,
    named_model,
    running,
    searching,
    ties_of,
)


def add_recover(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    recover = commands.add_parser("recover", help="simulate with known parameters or models, and see what fits find")
    recover.set_defaults(command=run_recover)
    recover.add_argument("what", choices=("parameters", "models"), help="which is to be recovered")
    recover.add_argument("models", nargs="+", metavar="MODEL", help="one for its parameters, several for models")
    add_space(recover)
    recover.add_argument("--paradigm", default="free_recall", help="the task (default: free_recall)")
    recover.add_argument("--list-length", type=int, default=20, metavar="ITEMS", help="items in a list (default: 20)")
    recover.add_argument(
        "--lists", type=int, metavar="N", help="of each simulated subject (default: 100; 80 for models)"
    )
    recover.add_argument("--simulations", type=int, default=50, metavar="N", help="simulated subjects (default: 50)")
    recover.add_argument("--subjects", type=int, default=15, metavar="N", help="in a group, for models (default: 15)")
    recover.add_argument("--replications", type=int, default=10, metavar="N", help="groups of each model (default: 10)")
    add_searching(recover, starts=1, samples=20)
    add_running(recover, "memsim-recovery")


def run_recover(parsed: argparse.Namespace) -> int:
    """Recover parameters of a model, or models, and write table and figure."""
    from memsim.evaluation.recovery import confusion, recover_models, recover_parameters, recovery_summary
    from memsim.fitting.figures import confusion_figure, recovery_figure
    from memsim.running.result_files import save_both, write_results

    paradigm = PARADIGMS.build(parsed.paradigm, {"list_length": parsed.list_length})
    lists = parsed.lists if parsed.lists is not None else 100 if parsed.what == "parameters" else 80
    shared = {**searching(parsed), **running(parsed)}
    if parsed.what == "parameters":
        if len(parsed.models) > 1:
            raise InputError("recover parameters takes one model")
        model: Any = named_model(parsed.models[0], parsed.set)
        table = recover_parameters(
            model, paradigm, free_of(parsed.free), ties=ties_of(parsed.tie), simulations=parsed.simulations,
            lists=lists, **shared,
        )  # fmt: skip
        summary = recovery_summary(table)
        title = f"{parsed.models[0]}: {parsed.simulations} simulated subjects, {lists} lists each"
        figure = recovery_figure(table, summary, title)
    else:
        if parsed.free or parsed.tie or parsed.set:
            raise InputError("--free, --tie and --set are for recover parameters; models are fitted as they declare")
        models: dict[str, Any] = {name: named_model(name, None) for name in parsed.models}
        table = recover_models(
            models, paradigm, replications=parsed.replications, subjects=parsed.subjects, lists=lists, **shared
        )
        shares = confusion(table)
        summary = shares.rename_axis(columns=None).reset_index()
        title = f"{parsed.replications} groups of {parsed.subjects} with {lists} lists each, by BIC"
        figure = confusion_figure(shares, title)

    def write(scratch: Path) -> None:
        table.to_csv(scratch / "recovery.csv", index=False)
        summary.to_csv(scratch / "summary.csv", index=False)
        save_both(figure, scratch / "recovery")

    told = {name: value for name, value in vars(parsed).items() if name not in ("command", "out")}
    files = write_results(parsed.out, write, {"settings": told})
    print(title)
    print(summary.to_string(index=False, float_format="{:.3f}".format))
    print(f"Written to {parsed.out}/: {', '.join(path.name for path in files)}")
    return 0
