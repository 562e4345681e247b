"""``memsim benchmark``: every model fitted to some people by one budget, and ranked by what it predicts of others."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memsim.commands.options import (
    Commands,
    add_command,
    add_escape,
    add_running,
    given,
    results_of,
    running,
)
from memsim.core.errors import InputError

if TYPE_CHECKING:
    from memsim.evaluation.ranking.whole import Ranking
    from memsim.running.result_files import ResultFolder

TABLES = ("benchmark", "scores", "findings", "people", "ranges", "costs")
RECORD = "benchmark.json"


def add_benchmark(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "benchmark",
        "memsim.evaluation.ranking.whole:benchmark",
        "rank models by what they predict of people to whom they were not fitted, in one fixed set of data and tasks",
    )
    command.set_defaults(command=run_benchmark)
    command.add_argument(
        "models",
        nargs="*",
        default=[],
        metavar="MODEL",
        help="names, name:preset, Python files, or core:weights.safetensors (default: all models that ship)",
    )
    command.add_argument(
        "--set",
        choices=("installed", "fetched"),
        help="data that install with memsim, or data that are fetched once",
    )
    command.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="run again what this benchmark.json records, or of that the models named here, and say whether fits, "
        "scores and findings are the same",
    )
    command.add_argument(
        "--ranges",
        action="store_true",
        help="print what people show of each finding, and the ranges that follow, and run nothing else",
    )
    add_running(command, "memsim-benchmark")
    add_escape(command)


def run_benchmark(parsed: argparse.Namespace) -> int:
    """Rank the models, print the table, and write tables, figure and record; finished cells are kept."""
    from memsim.evaluation.ranking.record_file import read_record
    from memsim.evaluation.ranking.same_results import differences
    from memsim.evaluation.ranking.whole import benchmark
    from memsim.running.result_files import names_of

    if "ranges" in parsed:
        return _print_ranges(parsed)
    record = read_record(parsed.record) if "record" in parsed else None
    models, options = list(parsed.models), given(parsed, benchmark)
    if record is not None:
        record, models = _part_of_record(record, models, parsed.record)
        if options.setdefault("set", record["set"]["name"]) != record["set"]["name"]:
            raise InputError(
                f"--set {options['set']} does not fit --record {parsed.record}, which is of the set "
                f"{record['set']['name']}; leave --set out"
            )
    results = results_of(parsed)
    results.require([*names_of(TABLES, ["benchmark"]), RECORD])
    options["models"] = models or None
    ranking = benchmark(**options, **running(parsed))
    drawn = _write(parsed, ranking, results)
    if record is None:
        return 0 if drawn else 1
    found = differences(record, ranking.record)
    for sentence in found:
        print(textwrap.fill(sentence, 100))
    if not found:
        counts = f"The scores ({len(record['scores'])}), findings ({len(record['findings'])}) and fits"
        print(f"{counts} are those of {parsed.record}.")
    return 0 if drawn and not found else 1


def _part_of_record(record: dict[str, Any], models: list[str], path: Path) -> tuple[dict[str, Any], list[str]]:
    """The part of a record that is of these models, or all of it; and the models to run.

    No file or module that a record names is run: models that are not registered have to be named beside it.
    """
    from memsim.evaluation.ranking.entries import entries
    from memsim.evaluation.ranking.same_results import of_models
    from memsim.models.registered import MODELS

    if models:
        return of_models(record, list(entries(models)), str(path)), models
    labels = list(record["models"])
    known = MODELS.names()
    if others := [label for label in labels if label.partition(":")[0] not in known or label.endswith(".safetensors")]:
        raise InputError(
            f"{path} has the model {others[0]!r}, which is not registered, and memsim runs no file that a record "
            "names; name the models to run again, as in memsim benchmark --record FILE mine.py TCM"
        )
    return record, labels


def _write(parsed: argparse.Namespace, ranking: Ranking, results: ResultFolder) -> bool:
    """Print the ranking and write its files; whether the figure could be drawn."""
    from memsim.evaluation.ranking.record_file import record_text
    from memsim.evaluation.ranking.tables import printed
    from memsim.running.result_files import save_both, write_csv

    tables = dict(
        zip(
            TABLES,
            (ranking.table, ranking.scores, ranking.findings, ranking.people, ranking.ranges, ranking.costs),
            strict=True,
        )
    )

    def write(scratch: Path) -> None:
        for name, table in tables.items():
            write_csv(table, scratch / f"{name}.csv", escape=parsed.escape_formulas)
        (scratch / RECORD).write_text(record_text(ranking.record), encoding="utf-8")

    figures = {"benchmark": lambda scratch: save_both(ranking.figure(), scratch / "benchmark")}
    written = results.write(write, {}, figures)
    print(printed(ranking.table))
    for sentence in ranking.words:
        print(textwrap.fill(sentence, 100))
    print(f"Written to {parsed.out}/: {', '.join(path.name for path in written.files)}")
    return not written.failed


def _print_ranges(parsed: argparse.Namespace) -> int:
    """Print what people show, by finding and data set, and the ranges in which a finding passes."""
    from memsim.evaluation.ranking.calibration import calibration_cell, people_table, ranges

    for name in ("models", "set", "record"):
        if value := getattr(parsed, name, None):
            raise InputError(f"--ranges runs no model, so that {name} {value} does not apply; leave one of them out")
    people = people_table(calibration_cell()["people"])
    for table in (people, ranges(people)):
        print(table.to_string(index=False, float_format="{:.3f}".format))
    return 0
