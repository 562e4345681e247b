"""``memsim compare``: which model predicts people best in lists to which it was not fitted."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memsim.commands.options import (
    Commands,
    add_command,
    add_escape,
    add_reading,
    add_running,
    add_scoring,
    add_searching,
    given,
    named_model,
    reading,
    results_of,
    running,
    whole,
)
from memsim.core.errors import InputError
from memsim.core.files.file_names import file_names

if TYPE_CHECKING:
    from memsim.core.joint_recalls import AnyRecalls
    from memsim.running.result_files import ResultFolder

COLUMNS = (
    "model", "per_list", "choice_per_list", "per_event", "from_baseline", "from_baseline_sem", "n_parameters", "bic",
    "won", "protected_exceedance",
)  # fmt: skip
"""Columns of the table that are printed; comparison.csv holds all."""


def add_compare(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "compare",
        "memsim.evaluation.comparison:compare",
        "compare how well models predict lists of people to which they were not fitted",
    )
    command.set_defaults(command=run_compare)
    command.add_argument("models", nargs="*", default=[], metavar="MODEL", help="names, name:preset, or Python files")
    command.add_argument(
        "--people",
        "--data",
        nargs="+",
        required=True,
        metavar="NAME[:CONDITION]",
        help="people: data sets, or files of recalls; one comparison for each",
    )
    command.add_argument(
        "--together",
        action="store_true",
        help="one comparison for all of them, which one set of parameters must predict, each in its own task",
    )
    command.add_argument(
        "--networks",
        nargs="+",
        default=[],
        metavar="NAME",
        help="networks that are trained within each fold to imitate people, by the names of cores or as "
        "file.py:Class; this takes long",
    )
    command.add_argument(
        "--iterations", type=whole("iterations"), metavar="N", help="iterations of training of --networks"
    )
    command.add_argument("--over", choices=("lists", "subjects"), help="what is held out")
    command.add_argument("--folds", type=whole("folds"), metavar="N", help="number of folds")
    command.add_argument("--per", choices=("group", "subject"), help="one fit to all lists, or one to each subject")
    command.add_argument(
        "--events",
        choices=("all", "common"),
        help="what is scored: all that a model can produce, or what all can, without intrusions and repeats",
    )
    command.add_argument(
        "--allow-seen",
        action="store_true",
        help="score networks also on people on whom they were trained, by the record of their weights",
    )
    add_scoring(command)
    add_searching(command)
    add_running(command, "memsim-comparison")
    add_escape(command)
    add_reading(command)


def run_compare(parsed: argparse.Namespace) -> int:
    """Compare on each data set, print the findings, and write tables and figure; finished cells are kept."""
    from memsim.core.joint_recalls import JointRecalls
    from memsim.data.loading import load_responses
    from memsim.running.result_files import names_of

    if "iterations" in parsed and not parsed.networks:
        raise InputError(f"--iterations {parsed.iterations} is for --networks; leave it out, or name networks")
    each = {label: load_responses(label, **reading(parsed)) for label in parsed.people}
    if len(set(parsed.people)) < len(parsed.people):
        raise InputError(f"--people {' '.join(parsed.people)}: each must have a name of its own")
    if len(set(parsed.models)) < len(parsed.models):
        raise InputError(f"{' '.join(parsed.models)}: each model can be named once")
    if "together" in parsed and len(each) == 1:
        raise InputError(f"--together is for several data sets, but --people names one, {parsed.people[0]}")
    people: Mapping[str, AnyRecalls] = {" and ".join(each): JointRecalls(each)} if "together" in parsed else each
    stems = {label: Path(label).stem for label in people}
    unique = len(set(stems.values())) == len(stems)
    names = file_names(stems[label] if unique else label for label in people)
    folders = {
        label: results_of(
            parsed,
            parsed.out if len(people) == 1 else parsed.out / names[stems[label] if unique else label],
            people=label,
        )
        for label in people
    }
    for folder in folders.values():
        folder.require(names_of(["comparison", "held_out", "fits"], ["comparison"]))
    drawn = [_compare(parsed, label, recalls, folders[label]) for label, recalls in people.items()]
    return 0 if all(drawn) else 1


def _compare(parsed: argparse.Namespace, label: str, recalls: AnyRecalls, results: ResultFolder) -> bool:
    """Compare on one data set; whether all could be drawn."""
    from memsim.evaluation.comparison import compare
    from memsim.running.result_files import save_both, write_csv

    models = {name: named_model(name, []) for name in parsed.models} | _imitators(parsed)
    found = compare(**{**given(parsed, compare), "models": models, "people": recalls}, **running(parsed))

    def write(scratch: Path) -> None:
        tables = {"comparison": found.table, "held_out": found.lists, "fits": found.fit_table}
        for name, table in tables.items():
            if table is not None:
                write_csv(table, scratch / f"{name}.csv", escape=parsed.escape_formulas)

    def draw(scratch: Path) -> None:
        folds = found.lists["fold"].nunique()
        save_both(
            found.figure(f"{label}, {folds} folds over {getattr(parsed, 'over', 'lists')}"), scratch / "comparison"
        )

    manifest = {
        "fits": {name: fitted.spec.to_json() for name, fitted in found.fits.items()},
        "people": recalls.origin.to_json(),
    }
    written = results.write(write, manifest, {"comparison": draw})
    held = found.lists[["subject", "list"]].drop_duplicates()
    print(f"{label}: {len(held):,} lists of {held['subject'].nunique()} subjects, each predicted when held out")
    shown = [column for column in COLUMNS if column in found.table]
    print(found.table[shown].to_string(index=False, float_format="{:.3f}".format, na_rep="-"))
    for sentence in found.words:
        print(textwrap.fill(sentence, 100))
    print(f"Written to {results.path}/: {', '.join(path.name for path in written.files)}")
    return not written.failed


def _imitators(parsed: argparse.Namespace) -> dict[str, Any]:
    """The networks that are trained within each fold; torch is imported only if there are any."""
    if not parsed.networks:
        return {}
    from memsim.evaluation.candidates import Imitating
    from memsim.models.networks.cores.named_cores import canonical
    from memsim.training.settings import Training

    named = map(canonical, parsed.networks)
    changes = {"iterations": parsed.iterations} if "iterations" in parsed else {}
    return {
        f"{network.rpartition(':')[2]} (imitation)": Imitating(
            Training.preset(f"{network}:people").replace(people="", **changes), parsed.out / "networks"
        )
        for network in named
    }
