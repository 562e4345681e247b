"""``memsim posterior``: what people's recalls say about a model's parameters, by hierarchical Bayes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memsim.commands.options import (
    Commands,
    add_command,
    add_escape,
    add_reading,
    add_running,
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

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TABLES = ("population", "people", "information", "predictions")


def add_posterior(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = add_command(
        commands,
        "posterior",
        "memsim.bayes.inference:posterior",
        "sample the posterior of a model's parameters, for people of one population or one by one",
    )
    command.set_defaults(command=run_posterior)
    command.add_argument("model", help="a name, name:preset, or a Python file with your own model")
    command.add_argument(
        "--people", "--data", required=True, metavar="NAME[:CONDITION]", help="people: a data set, or a file of recalls"
    )
    add_space(command)
    command.add_argument(
        "--priors",
        nargs="+",
        metavar="PARAMETER=MEDIAN:SPREAD[:BETWEEN]",
        help="priors in place of those declared: median, spread, and scale of the spread over people",
    )
    command.add_argument(
        "--by", choices=("likelihood", "simulation"),
        help="by the likelihood, or by simulation: each subject alone, by networks that learn from simulated subjects; "
        "pip install 'memsim[sbi]' (default: by the likelihood where the model has an exact one)",
    )  # fmt: skip
    command.add_argument("--separate", action="store_true", help="each subject alone, no population")
    command.add_argument("--uncorrelated", action="store_true", help="parameters do not correlate over people")
    command.add_argument(
        "--stopping", choices=("own", "shared"), help="the model's stopping rule, or one that models share"
    )
    command.add_argument("--draws", type=whole("draws"), metavar="N", help="draws of each chain")
    command.add_argument("--tune", type=whole("tune"), metavar="N", help="draws before them, that adapt the sampler")
    command.add_argument(
        "--chains", type=whole("chains"), metavar="N", help="independent chains; by simulation, networks"
    )
    command.add_argument(
        "--simulations", type=whole("simulations"), metavar="N", help="by simulation, the simulated subjects"
    )
    command.add_argument("--target-accept", type=float, metavar="SHARE", help="mean acceptance; higher is more careful")
    command.add_argument("--seed", type=whole("seed"), help="seed of chains and predictions")
    add_running(command, "memsim-posterior")
    add_escape(command)
    add_reading(command)


def run_posterior(parsed: argparse.Namespace) -> int:
    """Sample, say how far the draws can be believed, and write draws, tables and figures."""
    from memsim.bayes import figures
    from memsim.bayes.diagnostics import convergence_of, people_table, population_table
    from memsim.bayes.inference import posterior
    from memsim.bayes.information import information_sentences, information_table
    from memsim.bayes.predictive import prediction_table, with_predictions
    from memsim.bayes.spec import PosteriorSpec
    from memsim.data.loading import load_recalls
    from memsim.running.result_files import names_of, save_both, write_csv

    options: dict[str, Any] = given(parsed, PosteriorSpec) | space_of(parsed)
    for option, name in (("separate", "pooled"), ("uncorrelated", "correlated")):
        if option in parsed:
            options[name] = False
    if "priors" in parsed:
        options["priors"] = _priors(parsed.priors)
    spec = PosteriorSpec.of(named_model(parsed.model, getattr(parsed, "set", [])), **options)
    drawn: dict[str, Callable[..., Figure]] = {"forest": figures.forest_figure}
    if spec.pooled:
        drawn |= {"trace": figures.trace_figure, "pairs": figures.pair_figure}
    record, results = spec.to_json(), results_of(parsed)
    recalls = load_recalls(parsed.people, **reading(parsed))
    kept = [name for name in TABLES if name != "information" or spec.by == "likelihood"]
    names = names_of(kept, [*drawn, "posterior-predictive", "prior-predictive"])
    results.require(["posterior.nc", *names])
    found = with_predictions(posterior(spec, recalls, **running(parsed)), recalls, **running(parsed))
    convergence = convergence_of(found)
    said = convergence.sentences()
    tables = {
        "population": population_table(found), "people": people_table(found),
        "predictions": prediction_table(found, recalls),
    }  # fmt: skip
    if "information" in kept:
        tables["information"] = information_table(found)
        said += information_sentences(tables["information"])

    def write(scratch: Path) -> None:
        found.write(scratch / "posterior.nc")
        for name, table in tables.items():
            write_csv(table, scratch / f"{name}.csv", escape=parsed.escape_formulas)

    def drawing(make: Callable[..., Figure], name: str, *arguments: Any) -> Callable[[Path], None]:
        return lambda scratch: save_both(make(found, *arguments), scratch / name)

    pictures = {name: drawing(make, name) for name, make in drawn.items()}
    for of in ("posterior", "prior"):
        name = f"{of}-predictive"
        pictures[name] = drawing(figures.prediction_figure, name, recalls, of, parsed.people)
    manifest = {
        "people": parsed.people, "spec": record, "convergence": convergence._asdict(), "said": said,
        "recalls": found.recalls_origin.to_json(), "recalls_digest": found.recalls_digest, "versions": found.versions,
    }  # fmt: skip
    written = results.write(write, manifest, pictures)
    print(f"{parsed.model}, {'a population' if spec.pooled else 'each'} of {len(recalls.trials.subjects)} subjects")
    print(tables["population"].to_string(index=False, float_format="{:.4g}".format, na_rep="-"))
    if "information" in kept:
        print(tables["information"].to_string(index=False, float_format="{:.2f}".format, na_rep="-"))
    print("\n".join(said))
    print(f"Written to {parsed.out}/: {', '.join(path.name for path in written.files)}")
    return 1 if written.failed else 0


def _priors(texts: list[str]) -> dict[str, list[float]]:
    """Numbers by name, from ``NAME=MEDIAN:SPREAD[:BETWEEN]``."""
    found = {}
    for name, text in pairs(texts, "--priors").items():
        parts = text.split(":")
        if len(parts) not in (2, 3):
            raise InputError(f"--priors {name}={text}: write MEDIAN:SPREAD, as in {name}=0.5:1")
        found[name] = [number(part, name) for part in parts]
    return found
