"""``memsim fit``: find the parameters under which a model agrees best with people."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from memsim.commands.options import (
    Commands,
    add_command,
    add_escape,
    add_reading,
    add_running,
    add_scoring,
    add_searching,
    add_space,
    given,
    named_model,
    number,
    pairs,
    reading,
    results_of,
    running,
    space_of,
    whole,
)
from memsim.core.errors import InputError
from memsim.core.files.file_names import file_names

if TYPE_CHECKING:
    from memsim.fitting.result import Fit

OF_RECALL = ("choice", "termination", "intrusion", "repeat", "intrusions_left_out", "repeats_left_out")
"""Columns of a fit that say nothing where probes are judged and nothing is recalled."""


def add_fit(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "fit",
        "memsim.fitting.estimation:fit",
        "find the parameters under which a model agrees best with people",
    )
    command.set_defaults(command=run_fit)
    command.add_argument("model", help="a name, name:preset, or a Python file with your own model")
    command.add_argument(
        "--people",
        "--data",
        nargs="+",
        required=True,
        metavar="NAME[:CONDITION]",
        help="people: a data set, or a file of recalls; or several, which are fitted together",
    )
    add_space(command)
    command.add_argument(
        "--covariates",
        nargs="+",
        metavar="FILE",
        help="tables (.csv) of covariates of subjects, lists or items, with a column subject (and list), or item",
    )
    add_scoring(command)
    command.add_argument("--per", choices=("group", "subject"), help="one fit to all lists, or one to each subject")
    command.add_argument(
        "--by",
        choices=("likelihood", "summary"),
        help="what is optimised: the likelihood of every list, or the distance of curves",
    )
    command.add_argument(
        "--weights", nargs="+", metavar="CURVE=WEIGHT", help="weights of the curves, with --by summary"
    )
    command.add_argument(
        "--n-trials", type=whole("n_trials"), metavar="N", help="lists that are simulated, with --by summary"
    )
    command.add_argument(
        "--intervals", choices=("profile", "robust", "bootstrap"), help="95%% intervals of the estimates"
    )
    add_searching(command)
    add_running(command, "memsim-fit")
    add_escape(command)
    add_reading(command)


def run_fit(parsed: argparse.Namespace) -> int:
    """Fit, print the estimates, and write fit, table and figures; finished searches are kept in the folder."""
    from memsim.core.recall_parts import units_of
    from memsim.evaluation.base_rates import judged_alone
    from memsim.evaluation.seen_people import seen_in_words
    from memsim.fitting.estimation import fit_spec, load_people
    from memsim.fitting.figures import fit_figure
    from memsim.fitting.labels import read_covariates, with_covariates
    from memsim.fitting.spec import FitSpec
    from memsim.running.result_files import names_of, save_both, write_csv

    values = getattr(parsed, "set", [])
    options = given(parsed, FitSpec) | given(parsed, FitSpec.of) | space_of(parsed)
    if "weights" in options:
        options["weights"] = {name: number(text, name) for name, text in pairs(options["weights"], "--weights").items()}
    model = named_model(parsed.model, values)
    recalls = load_people(parsed.people if len(parsed.people) > 1 else parsed.people[0], **reading(parsed))
    for file in getattr(parsed, "covariates", []):
        recalls = with_covariates(recalls, read_covariates(Path(file)))
    spec = FitSpec.of(**{**options, "model": model, "recalls": recalls})
    for name in pairs(values, "--set"):
        if name in spec.ties:
            raise InputError(f"--set {name}: it is tied, {name} = {spec.ties[name]}; give --ties another expression")
    record = spec.to_json()  # raises before the work if the fit could not be saved
    people = ", ".join(parsed.people)
    intervals, results = getattr(parsed, "intervals", None), results_of(parsed)
    profiles = _profile_names(units_of(recalls, spec.per) if intervals == "profile" else ())
    names = names_of(["fit"], ["fit", *profiles.values()])
    results.require(["fit.json", *names])
    fitted = fit_spec(spec, recalls, intervals, **running(parsed))
    table = fitted.to_frame()

    def write(scratch: Path) -> None:
        fitted.write(scratch / "fit.json")
        write_csv(table, scratch / "fit.csv", escape=parsed.escape_formulas)

    figures: dict[str, Callable[[Path], None]] = {
        "fit": lambda scratch: save_both(fit_figure(fitted, recalls, people), scratch / "fit")
    }
    for unit, name in profiles.items():
        figures[name] = partial(_draw_profile, fitted, unit, name)
    manifest = {
        "people": parsed.people, "spec": record,
        "intervals": fitted.intervals, "recalls": fitted.recalls_origin.to_json(),
        "recalls_digest": fitted.recalls_digest, "versions": fitted.versions, "profiles": profiles,
    }  # fmt: skip
    written = results.write(write, manifest, figures)
    print(f"{parsed.model} fitted to {people}")
    judged = judged_alone(recalls)
    shown = table.drop(columns=["model", "kind", "evaluations", *(OF_RECALL if judged else ())]).set_index("unit")
    shown = shown.T if len(shown) < 4 else shown
    print(shown.to_string(float_format=_number, na_rep="-"))
    _print_notes(fitted, judged)
    for sentence in seen_in_words({parsed.model: spec.model}, recalls):
        print(textwrap.fill(sentence, 100))
    print(f"Written to {parsed.out}/: {', '.join(path.name for path in written.files)}")
    return 1 if written.failed else 0


def _number(value: float) -> str:
    """A number of the table; a criterion beyond all evidence has none."""
    from memsim.fitting.free_criteria import EDGE

    return f"{value:.4f}" if abs(value) != EDGE else "below all" if value < 0 else "above all"


def _profile_names(units: Iterable[str]) -> dict[str, str]:
    """The name of the figure of profiles of each unit, without suffix."""
    names = file_names(units)
    return {unit: "profile" if len(names) == 1 else f"profile-{name}" for unit, name in names.items()}


def _draw_profile(fitted: Fit, unit: str, name: str, scratch: Path) -> None:
    from memsim.fitting.figures import profile_figure
    from memsim.running.result_files import save_both

    save_both(profile_figure(fitted, unit), scratch / name)


def _print_notes(fitted: Fit, judged: bool) -> None:
    """Print how far the estimates can be trusted, and sums over subjects; ``judged``: fitted to judgments alone."""
    from memsim.core.encodings import is_integrated

    spec = fitted.spec
    if spec.lapse != "none" and fitted.kind != "summary":
        print("A lapse is the probability of a guess, so that no list is impossible; --lapse none leaves it out.")
    if spec.stopping == "shared":
        print("The stopping rule is that of the lists: n_hazards probabilities, which count among the parameters.")
    if spec.criteria == "free":
        print("The criteria were fitted one by one: n_criteria numbers, which count among the parameters.")
        if any(unit.counts.get("ratings_merged") for unit in fitted.units):
            print("A criterion below all or above all evidence bounds ratings that were never given.")
    if fitted.kind == "sampled" and not (judged and is_integrated(spec.model)):
        print(f"The likelihood is sampled, over {spec.samples} study histories with seed {spec.seed}.")
    if not fitted.converged:
        table = fitted.to_frame()
        units = ", ".join(table.loc[~table["converged"], "unit"])
        reason = (
            "that takes two starts"
            if spec.starts == 1
            else f"the best starts{'' if spec.per == 'group' else f' of {units}'} differ; give more --starts"
        )
        print(f"The fit is not known to have converged: {reason}.")
    bounds = [f"{unit.unit}: {', '.join(unit.at_bound)}" for unit in fitted.units if unit.at_bound]
    if bounds:
        print(textwrap.fill(f"At a bound of its range, and so not an estimate: {'; '.join(bounds)}.", 100))
    lost = [f"{unit.unit}: {', '.join(unit.not_identified)}" for unit in fitted.units if unit.not_identified]
    if lost:
        print(textwrap.fill(f"Not identified by these answers, and so not an estimate: {'; '.join(lost)}.", 100))
    for unit in fitted.units:
        for name, side in fitted.open_ends(unit).items():
            verdict = "is not identified" if " and " in side else f"is open {side}"
            print(f"{unit.unit}: {name} {verdict}: its profile reaches the bound of its range.")
    if len(fitted.units) > 1 and fitted.kind != "summary":
        print(f"In all: log-likelihood {fitted.log_likelihood:,.2f}, AIC {fitted.aic:,.1f}, BIC {fitted.bic:,.1f}.")
