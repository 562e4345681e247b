"""``memsim run``: models and people through one task."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memsim.commands.options import add_escape, add_force, add_reading, reading, results_of, whole
from memsim.core.errors import InputError

if TYPE_CHECKING:
    from memsim.core.position_model import Model
    from memsim.core.trials import Paradigm
    from memsim.experiments.comparison import Comparison
    from memsim.experiments.people import People

OWN = ("paradigm", "list_length", "output_limit", "ratings")
"""Options of readers that are settings of the task here."""


def add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser], arguments: list[str]) -> None:
    """Add the command to the parser; the settings of the task that ``arguments`` name are among its options."""
    run = commands.add_parser("run", help="run models through a task and compare them with people")
    run.set_defaults(command=_run)
    run.add_argument(
        "--models", nargs="+", metavar="MODEL",
        help="names, name:preset, or Python files with your own model (default: all registered models of the task)",
    )  # fmt: skip
    run.add_argument("--paradigm", default="free_recall", help="the task (default: free_recall)")
    run.add_argument(
        "--n-trials",
        "--trials",
        type=whole("n_trials"),
        default=5000,
        metavar="N",
        help="lists for each model (default: 5000)",
    )
    run.add_argument("--seed", type=whole("seed"), default=0, help="seed of lists and simulations (default: 0)")
    run.add_argument(
        "--people", "--data", metavar="NAME[:CONDITION]",
        help="people to compare with: a data set, a file of recalls (psifr's table as .csv, BIDS events, .mat, an egg "
        "as .json), or none (default: people who did the same task)",
    )  # fmt: skip
    run.add_argument(
        "--out", type=Path, default=Path("memsim-results"), help="folder of the results (default: memsim-results)"
    )
    add_force(run)
    run.add_argument(
        "--responses",
        action="store_true",
        help="write the responses to every list, too: recalls.csv or judgments.csv, tens of megabytes",
    )
    add_escape(run)
    add_reading(run, but=OWN)
    if "run" not in arguments:
        return
    from memsim.paradigms.registered import PARADIGMS

    settings = run.add_argument_group("settings of the task")
    for declared in PARADIGMS.get(_peek(arguments, "--paradigm", "free_recall")).parameters():
        settings.add_argument(
            f"--{declared.name.replace('_', '-')}",
            metavar=(declared.unit or "value").upper(),
            help=f"{declared.doc} (default: that of the data, or {declared.default})",
        )


def _peek(arguments: list[str], option: str, default: str) -> str:
    """The value of ``option``, which decides on the options of the parser."""
    peek = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    peek.add_argument(option, default=default)
    return getattr(peek.parse_known_args(arguments)[0], option.lstrip("-"))


def _run(parsed: argparse.Namespace) -> int:
    from memsim.experiments.comparison import run
    from memsim.models.registered import left_out_of
    from memsim.reporting.comparison_files import FILES, write_comparison
    from memsim.running.progress import step_by_step

    paradigm, people = _task(parsed)
    models, results = _models(parsed.models, paradigm), results_of(parsed)
    results.require(FILES)
    with step_by_step(len(models) + (people is not None) + 1) as progress:
        comparison = run(
            models, paradigm, people, n_trials=parsed.n_trials, seed=parsed.seed, progress=progress, keep_going=True
        )
        progress("writing", 0)
        written = write_comparison(comparison, results, escape=parsed.escape_formulas, responses=parsed.responses)
        progress("written")
    _print_comparison(comparison, paradigm)
    for missing, names in ({} if parsed.models else left_out_of(paradigm)).items():
        print(f"Left out, without an account of {missing}: {', '.join(names)}.")
    if people is None and parsed.people is None:
        print("The models are not compared with people: memsim ships no curves of people from this task.")
    print(f"\nWritten to {parsed.out}/: {', '.join(path.name for path in written.files)}")
    return 1 if written.failed or comparison.manifest.not_run else 0


def _models(specs: list[str] | None, paradigm: Paradigm) -> dict[str, Model]:
    """The models to run, by label: those in ``specs``, or all registered models with an account of the task."""
    from memsim.models.lookup import find_model
    from memsim.models.registered import models_of

    if specs is None:
        if not (registered := models_of(paradigm)):
            raise InputError(
                f"no registered model has an account of this task, {type(paradigm).__name__}; name --models of "
                "your own, or another --paradigm"
            )
        return registered
    models: dict[str, Model] = {}
    found = [(spec, *find_model(spec)) for spec in specs]
    labels = Counter(label for _, label, _ in found)
    for spec, label, cls in found:
        if labels[label] > 1 and re.search(r"\.py(:|$)", spec):
            label = f"{label} ({spec})"
        if label in models:
            raise InputError(f"--models names {label} twice; name each model once")
        models[label] = cls() if isinstance(cls, type) else cls
    return models


def _task(parsed: argparse.Namespace) -> tuple[Paradigm, People | None]:
    """The task, and the people to compare with: those of ``--people``, or people who did the same task."""
    from memsim.experiments.people import People
    from memsim.paradigms.registered import PARADIGMS

    declared = PARADIGMS.get(parsed.paradigm).parameters()
    given = {
        setting.name: setting.parse(text) for setting in declared if (text := getattr(parsed, setting.name)) is not None
    }
    wanted: Paradigm = PARADIGMS.build(parsed.paradigm, given)
    if parsed.people is None:
        people = People.matching(wanted) or (None if given else People.of_task(type(wanted)))
    else:
        people = None if parsed.people.lower() == "none" else _people(parsed, given, wanted)
    if people is None:
        return wanted, None
    if type(people.paradigm) is not type(wanted):
        name, task = type(people.paradigm).__name__, type(wanted).__name__
        raise InputError(
            f"--people {parsed.people} is from {name}, not {task}; give --paradigm {name}, or other people"
        )
    return people.paradigm.replace(**given), people


def _people(parsed: argparse.Namespace, given: Mapping[str, Any], wanted: Paradigm) -> People:
    """The people of ``--people``; those in a file did the task of the models, in lists of the length that is given.

    What the file does not say of the task, the options do.
    """
    from memsim.data.loading import names_file
    from memsim.experiments.people import People

    task = parsed.paradigm if wanted.told_by_record else wanted
    own = {"paradigm": task, **{name: given.get(name) for name in ("list_length", "ratings")}}
    own = own if names_file(parsed.people) else {}
    return People.load(parsed.people, **reading(parsed, **own))


def _print_comparison(comparison: Comparison, task: Paradigm) -> None:
    from memsim.core.judgments import n_new
    from memsim.experiments.extreme_answers import extremes_in_words
    from memsim.experiments.tables import MAIN_STATISTICS

    shown = [column for column in MAIN_STATISTICS if column in comparison.summary]
    table = comparison.summary.set_index("label")[shown].dropna(axis=1, how="all")
    print(comparison.battery.title)
    print(table.to_string(float_format="{:.3f}".format, na_rep="-", index_names=False))
    manifest = comparison.manifest
    for sentence in manifest.left_out_in_words(models=False):
        print(textwrap.fill(sentence, 100))
    if manifest.lists_cut_short:
        counts = ", ".join(f"{name} {n:,}" for name, n in manifest.lists_cut_short.items())
        print(f"The output limit cut short this many lists: {counts}.")
    if manifest.without_output_limit:
        names = ", ".join(manifest.without_output_limit)
        print(f"The output limit does not apply to {names}, for which there is no order of recall.")
    forms = [f"{label} {model.form()}" for label, model in comparison.models.items() if model.form()]
    if forms:
        print(textwrap.fill(f"The models have these forms: {'; '.join(forms)}.", 100, break_on_hyphens=False))
    if said := manifest.criteria_in_words():
        print(textwrap.fill(said, 100))
    for sentence in extremes_in_words(comparison.summary):
        print(textwrap.fill(sentence, 100))
    if task.judged and task.rates == "oldness" and task.n_ratings % 2:
        print(
            f"Of {task.n_ratings} ratings, {n_new(task.n_ratings) + 1} and above are old: the middle one counts as "
            "old, for people and models."
        )
    people = comparison.people
    if people is not None:
        print(
            textwrap.fill(
                f"People: {(people.citation or people.reference).rstrip('.')}. Form of the data: {people.form}.", 100
            )
        )
        for sentence in manifest.differences_in_words():
            print(textwrap.fill(sentence, 100, break_on_hyphens=False))
        if people.recalls is not None:
            from memsim.evaluation.seen_people import seen_in_words

            for sentence in seen_in_words(comparison.models, people.recalls):
                print(textwrap.fill(sentence, 100, break_on_hyphens=False))
