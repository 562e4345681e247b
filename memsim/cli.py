"""The command line of memsim, one function for each command."""

from __future__ import annotations

import argparse
import inspect
import io
import signal
import sys
import textwrap
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memsim import __version__
from memsim.analysis.analyses import Analysis
from memsim.errors import InputError, MemsimError, ModelError
from memsim.fit_command import add_fitting
from memsim.parameters import Parameter, Parameterized, Preset, build
from memsim.plugin import find_model
from memsim.registry import ANALYSES, DATASETS, MODELS, PARADIGMS, REPRODUCTIONS, Registry
from memsim.train_command import add_train

if TYPE_CHECKING:
    from memsim.comparison import Comparison, People
    from memsim.paradigm import Paradigm
    from memsim.positions import Model

SHOWN = [
    "recalled", "accuracy", "primacy", "recency", "first_recall_at_end", "lag_asymmetry", "transposition", "omission",
    "intrusion", "fill_in_ratio", "rmsd_serial_position", "rmsd_serial_accuracy",
]  # fmt: skip
"""Columns of the summary that the terminal shows; summary.csv holds all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0; 1 for a failed check or reproduction; 2 for bad input; 130."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):  # a terminal that lacks the Greek letters gets escapes
            output.reconfigure(errors="backslashreplace")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminated)
    try:
        parsed = _parse(list(sys.argv[1:] if arguments is None else arguments))
        return parsed.command(parsed)
    except MemsimError as error:
        print(f"memsim: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("memsim: interrupted; no half-written result is left behind", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as in `memsim models | head -1`
        sys.stderr.close()
        return 0


def _terminated(*_: object) -> None:
    """End as Ctrl-C does, so that a batch system's kill leaves nothing half-written either."""
    raise KeyboardInterrupt


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="memsim", description="Run models of human memory through people's experiments, and compare."
    )
    parser.add_argument("--version", action="version", version=f"memsim {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run models through a task and compare them with people")
    run.set_defaults(command=_run)
    run.add_argument(
        "battery", nargs="?", type=Path, metavar="BATTERY.toml",
        help="a file that names models, tasks, grids and analyses, to be run in place of what the options say",
    )  # fmt: skip
    run.add_argument(
        "--models", nargs="+", metavar="MODEL",
        help="names, name:preset, or Python files with a model of your own; all registered models if not given",
    )  # fmt: skip
    run.add_argument("--paradigm", default="free_recall", help="the task (default: free_recall)")
    run.add_argument("--trials", type=int, default=5000, metavar="N", help="lists for each model (default: 5000)")
    run.add_argument("--seed", type=int, default=0, help="seed of lists and simulations (default: 0)")
    run.add_argument(
        "--data", metavar="NAME[:CONDITION]",
        help="people to compare with: a data set, a file of your own (psifr's table as .csv, BIDS events, .mat, an egg "
        "as .json), or none; "
        "if not given, people who did the same task",
    )  # fmt: skip
    run.add_argument("--out", type=Path, help="folder (default: memsim-results, or what the battery says)")
    scale = run.add_argument_group("where a battery runs")
    scale.add_argument("--workers", type=int, metavar="N", help="pieces of work at a time (default: all processors)")
    scale.add_argument("--backend", default="local", help="local, or dask (default: local)")
    scale.add_argument("--scheduler", default="", metavar="ADDRESS", help="of the Dask cluster")
    scale.add_argument("--cache", type=Path, help="folder of finished pieces (default: cells, in that of the results)")
    settings = run.add_argument_group("settings of the task")
    for declared in PARADIGMS.get(_peek(arguments, "--paradigm", "free_recall")).parameters():
        settings.add_argument(
            f"--{declared.name.replace('_', '-')}",
            metavar=(declared.unit or "value").upper(),
            help=f"{declared.doc} (default: that of the data, or {declared.default})",
        )

    again = commands.add_parser("reproduce", help="run published results again, and compare; without a name, list them")
    again.add_argument("names", nargs="*", metavar="NAME", help="entries of the catalogue, or all")
    again.add_argument("--seed", type=int, default=0, help="seed of lists and simulations (default: 0)")
    again.add_argument(
        "--out", type=Path, default=Path("memsim-reproductions"),
        help="folder, with one folder for each entry (default: memsim-reproductions)",
    )  # fmt: skip
    again.set_defaults(command=_reproduce)

    add_fitting(commands)

    add_train(commands, asked="train" in arguments)

    picture = commands.add_parser("show", help="draw where a network addresses its memory, step by step, in one trial")
    picture.add_argument("model", help="DNC, or another network with external memory")
    picture.add_argument("--weights", help="a file of weights (default: those that ship)")
    picture.add_argument("--trial", type=int, default=0, metavar="N", help="which list, counted from 0 (default: 0)")
    picture.add_argument("--seed", type=int, default=0, help="seed of lists and simulation (default: 0)")
    picture.add_argument("--list-length", type=int, default=12, metavar="ITEMS", help="items in a list (default: 12)")
    picture.add_argument(
        "--data", metavar="NAME[:CONDITION]", help="give the network a list and the responses of these people instead"
    )
    picture.add_argument("--out", type=Path, help="file of the figure (default: MODEL-trial-N.png)")
    picture.set_defaults(command=_show)

    for kind, registry, help_text in (
        ("models", MODELS, "list the models, or show one with its parameters"),
        ("paradigms", PARADIGMS, "list the tasks, or show one with its settings"),
        ("datasets", DATASETS, "list the human data sets, or show one with its conditions"),
        ("analyses", ANALYSES, "list the analyses, or show one with its options"),
    ):
        listing = commands.add_parser(kind, help=help_text)
        listing.add_argument("name", nargs="?", help="show this one in full")
        listing.set_defaults(command=_list, registry=registry)

    check = commands.add_parser("check", help="check that a model keeps the contract of MemoryModel")
    check.add_argument(
        "model", metavar="PATH_OR_NAME", help="file.py, file.py:ClassName, a registered name, or name:preset"
    )
    check.add_argument("--seed", type=int, default=0)
    check.set_defaults(command=_check)
    return parser.parse_args(arguments)


def _peek(arguments: list[str], option: str, default: str) -> str:
    """The value of ``option`` before the parser that needs it is complete."""
    peek = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    peek.add_argument(option, default=default)
    return getattr(peek.parse_known_args(arguments)[0], option.lstrip("-"))


def _run(parsed: argparse.Namespace) -> int:
    if parsed.battery is not None:
        return _run_battery(parsed)
    parsed.out = parsed.out or Path("memsim-results")
    from tqdm import tqdm

    from memsim.comparison import compare
    from memsim.results import write_comparison

    paradigm, people = _task(parsed)
    models = _models(parsed.models, paradigm.cue)
    with tqdm(total=2 * len(models) + 1, unit="step", leave=False, disable=None) as bar:

        def progress(step: str) -> None:
            bar.set_postfix_str(step)
            bar.update()

        comparison = compare(models, paradigm, people, n_trials=parsed.trials, seed=parsed.seed, progress=progress)
        bar.set_postfix_str("writing")
        files = write_comparison(comparison, parsed.out)
        progress("written")
    _print_comparison(comparison)
    if people is None and parsed.data is None:
        print("No people: no curves that ship with memsim are from this task.")
    print(f"\nWritten to {parsed.out}/: {', '.join(path.name for path in files)}")
    return 0


def _run_battery(parsed: argparse.Namespace) -> int:
    """Run a battery file; what else was asked for belongs into the file."""
    import json

    from memsim.battery import run_battery

    if parsed.models or parsed.data or parsed.trials != 5000 or parsed.seed:
        raise InputError(f"models, data, trials and seeds of a battery stand in its file, {parsed.battery}")
    files = run_battery(
        parsed.battery, parsed.out, backend=parsed.backend, scheduler=parsed.scheduler, workers=parsed.workers,
        cache=parsed.cache,
    )  # fmt: skip
    manifest = json.loads(files[-1].read_text(encoding="utf-8"))
    for told in manifest.get("left_out", []):
        print(f"Left out: {told}")
    print(f"Written to {files[0].parent}/: {', '.join(path.name for path in files)}")
    return 0


def _models(specs: list[str] | None, cue: str) -> dict[str, Model]:
    """The models to run, by label: those named, or all that are registered, load, and have an account of the task."""
    models: dict[str, Model] = {}
    for spec in specs or MODELS.names():
        try:
            label, cls = find_model(spec)
        except ModelError as error:
            if specs:
                raise
            print(f"memsim: left out: {error}", file=sys.stderr)
            continue
        if specs is None and (cls.baseline or cue not in cls.cues):
            continue
        if label in models and spec.endswith(".py"):
            label = f"{label} ({Path(spec).name})"
        if label in models:
            raise InputError(f"--models names {label} twice")
        models[label] = cls() if isinstance(cls, type) else cls
    return models


def _task(parsed: argparse.Namespace) -> tuple[Paradigm, People | None]:
    """The task, and the people to compare with: those named, or those who did it."""
    from memsim.comparison import People

    declared = PARADIGMS.get(parsed.paradigm).parameters()
    given = {
        setting.name: setting.parse(text) for setting in declared if (text := getattr(parsed, setting.name)) is not None
    }
    wanted: Paradigm = PARADIGMS.build(parsed.paradigm, given)
    if parsed.data is None:
        people = People.matching(wanted)
    else:
        people = None if parsed.data.lower() == "none" else People.load(parsed.data)
    if people is None:
        return wanted, None
    if type(people.paradigm) is not type(wanted):
        raise InputError(f"{people.label} is from {type(people.paradigm).__name__}, not {type(wanted).__name__}")
    return people.paradigm.replace(**given), people


def _print_comparison(comparison: Comparison) -> None:
    shown = [column for column in SHOWN if column in comparison.summary]
    table = comparison.summary.set_index("source")[shown]
    print(comparison.manifest["title"])
    print(table.to_string(float_format="{:.3f}".format, na_rep="-", index_names=False))
    models = comparison.manifest["models"]
    cut = {name: n for name, n in comparison.manifest["lists_cut_short"].items() if n}
    if cut:
        counts = ", ".join(f"{name} {n:,}" for name, n in cut.items())
        print(f"Lists cut short by the output limit: {counts}.")
    free = comparison.manifest["without_output_limit"]
    if free:
        print(f"The output limit does not apply to {', '.join(free)}, without an order of recall.")
    forms = [f"{name} {form}" for name, form in ((name, told["form"]) for name, told in models.items()) if form]
    if forms:
        print(textwrap.fill(f"Forms of models: {'; '.join(forms)}.", 100, break_on_hyphens=False))
    told = comparison.manifest["people"]
    if told is not None:
        print(textwrap.fill(f"People: {told.get('citation', told['source'])} From {told['form']}.", 100))
        if told["task_differs_in"]:
            theirs = ", ".join(f"{name}={value}" for name, value in told["task_differs_in"].items())
            print(f"The models' task differs from the people's, who had {theirs}.")


def _reproduce(parsed: argparse.Namespace) -> int:
    if not parsed.names:
        for name in REPRODUCTIONS.names():
            entry = REPRODUCTIONS.get(name)
            print(f"{name}: {entry.title}\n  {entry.source}")
        return 0
    from memsim.reproduction import reproduce
    from memsim.results import write_report

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


def _show(parsed: argparse.Namespace) -> int:
    from memsim.analysis import save_figure
    from memsim.show import show

    label, cls = find_model(parsed.model)
    given = {} if parsed.weights is None else {"weights": parsed.weights}
    model: Any = build(cls, given) if isinstance(cls, type) else cls.replace(**given)
    task = "free_recall" if "free" in model.cues else "serial_recall"
    source: Any = PARADIGMS.build(task, {"list_length": parsed.list_length})
    if parsed.data is not None:
        from memsim.data import load_recalls

        source = load_recalls(parsed.data)
    out = parsed.out or Path(f"{label.replace(':', '-')}-trial-{parsed.trial}.png")
    if out.suffix not in (".png", ".pdf", ".svg"):
        raise InputError(f"--out {out} must end in .png, .pdf or .svg")
    save_figure(show(model, source, parsed.trial, parsed.seed), out)
    print(f"Written: {out}")
    return 0


def _list(parsed: argparse.Namespace) -> int:
    registry: Registry[Any] = parsed.registry
    if parsed.name is not None and registry is MODELS:
        print(_describe(*find_model(parsed.name), full=True))
        return 0
    if parsed.name is not None:
        print(_describe(registry.canonical(parsed.name), registry.get(parsed.name), full=True))
        return 0
    status = 0
    for i, name in enumerate(registry.names()):
        try:
            print("\n" * (i > 0 and registry is not ANALYSES) + _describe(name, registry.get(name)))
        except ModelError as error:
            print(f"memsim: {error}", file=sys.stderr)
            status = 2
    return status


def _describe(name: str, entry: Any, full: bool = False) -> str:
    """One registered thing as text."""
    if isinstance(entry, Parameterized):
        entry = type(entry)
    if isinstance(entry, type) and issubclass(entry, Parameterized):
        doc = textwrap.dedent(f"    {entry.__doc__ or ''}").strip()
        lines = [f"{name}: {doc if full else doc.splitlines()[0] if doc else ''}"]
        likelihood = getattr(entry, "likelihood", None)
        if likelihood is not None:
            lines.append(f"  likelihood of a recall sequence: {likelihood}")
        return "\n".join([*lines, *_parameter_lines(entry.parameters()), *_preset_lines(entry.presets, full)])
    if isinstance(entry, Analysis):
        if not full:
            return f"{name}: {entry.summary.replace('``', '')}"
        options = list(inspect.signature(entry.run).parameters.values())[1:]
        told = ", ".join(f"{option.name}={option.default!r}" for option in options) or "none"
        return f"{name}, options: {told}\n\n{inspect.getdoc(entry.run)}"
    lines = [f"{name}: {entry.title}", f"  {entry.citation} doi:{entry.doi}"]
    conditions = ", ".join(f"{label}{' (default)' * (label == entry.default)}" for label in entry.conditions)
    lines += [f"  conditions: {conditions}", f"  {entry.notes}"]
    if full:
        for label in entry.conditions:
            lines.append(f"  {label}: {entry.paradigm(label)!r}")
    return "\n".join(lines)


def _parameter_lines(parameters: Iterable[Parameter]) -> list[str]:
    rows = [
        (p.name, p.symbol, f"{p.default}{' ' + p.unit if p.unit and p.default is not None else ''}", p.range, p.doc)
        for p in parameters
    ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    lines = []
    for row, declared in zip(rows, parameters, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True))
        lines.append(f"  {cells}  {row[4]}".rstrip())
        if declared.source:
            indent = " " * (widths[0] + 4)
            lines.append(
                textwrap.fill(f"source: {declared.source}", 100, initial_indent=indent, subsequent_indent=indent)
            )
    return lines


def _preset_lines(presets: Mapping[str, Preset], full: bool) -> list[str]:
    if not full:
        return [f"  presets: {', '.join(presets)}"] if presets else []
    lines = []
    for name, preset in presets.items():
        values = ", ".join(f"{parameter}={value}" for parameter, value in preset.values.items())
        text = f"preset {name}: {values}. Source: {preset.source}"
        lines.append(textwrap.fill(text, 100, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False))
    return lines


def _check(parsed: argparse.Namespace) -> int:
    from memsim.check import run_checks

    label, cls = find_model(parsed.model)
    checks = run_checks(cls, seed=parsed.seed)
    for check in checks:
        print(f"{'FAIL' if check.problem else 'ok  '}  {check.name}")
        if check.problem:
            print(textwrap.indent(check.problem, " " * 8))
    failed = sum(bool(check.problem) for check in checks)
    early = "; the others need it, so they were not run" if checks[-1].problem and len(checks) < 3 else ""
    print(f"{label}: {len(checks) - failed} of {len(checks)} checks passed{early}")
    return 1 if failed else 0
