"""``memsim fit``: the parameters under which a model agrees best with people."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from memsim.core.errors import InputError

if TYPE_CHECKING:
    pass


from memsim.commands.options import (
    add_running,
    add_searching,
    add_space,
    free_of,
    named_model,
    number,
    pairs,
    running,
    searching,
    ties_of,
)


def add_fit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    fitting = commands.add_parser("fit", help="find the parameters under which a model agrees best with people")
    fitting.set_defaults(command=run_fit)
    fitting.add_argument("model", help="a name, name:preset, or a Python file with a model of your own")
    fitting.add_argument("--data", required=True, metavar="NAME[:CONDITION]", help="people: a data set, or a file")
    add_space(fitting)
    fitting.add_argument(
        "--per", choices=("group", "subject"), default="group", help="one fit, or one for each subject"
    )
    fitting.add_argument(
        "--by", choices=("likelihood", "summary"), default="likelihood",
        help="what is fitted: the likelihood of every list, or the distance of curves",
    )  # fmt: skip
    fitting.add_argument("--weights", nargs="+", metavar="CURVE=WEIGHT", help="of the curves, for --by summary")
    fitting.add_argument("--intervals", choices=("profile", "bootstrap"), help="95%% intervals of the estimates")
    add_searching(fitting, starts=3, samples=200)
    add_running(fitting, "memsim-fit")


def run_fit(parsed: argparse.Namespace) -> int:
    """Fit, print the estimates, and write fit, table and figure; finished searches are kept in the folder."""
    from memsim.data.loading import load_recalls
    from memsim.fitting.estimation import fit
    from memsim.fitting.figures import fit_figure, profile_figure
    from memsim.fitting.space import Space
    from memsim.running.result_files import save_both, write_results

    model = named_model(parsed.model, parsed.set)
    free, ties = free_of(parsed.free), ties_of(parsed.tie)
    for name in pairs(parsed.set or [], "--set"):
        if name in (space := Space.of(model, free, ties)).ties:
            raise InputError(f"--set {name}: it is tied, {name} = {space.ties[name]}; give --tie another expression")
    recalls = load_recalls(parsed.data)
    weights = (
        None if parsed.weights is None else {k: number(v, k) for k, v in pairs(parsed.weights, "--weights").items()}
    )
    fitted = fit(
        model, recalls, free, parsed.per, ties=ties, by=parsed.by, weights=weights,
        intervals=parsed.intervals, **searching(parsed), **running(parsed),
    )  # fmt: skip
    table = fitted.to_frame()

    def write(scratch: Path) -> None:
        fitted.save(scratch / "fit.json")
        table.to_csv(scratch / "fit.csv", index=False)
        save_both(fit_figure(fitted, recalls, parsed.data), scratch / "fit")
        for unit in fitted.units:
            if unit.profiles:
                name = "profile" if len(fitted.units) == 1 else f"profile-{unit.unit}"
                save_both(profile_figure(fitted, unit.unit), scratch / name)

    files = write_results(parsed.out, write, {"settings": fitted.settings, **fitted.provenance})
    shown = table.drop(columns=["model", "kind", "evaluations"]).set_index("unit")
    print(f"{parsed.model} fitted to {parsed.data}")
    print(shown.T.to_string(float_format="{:.4f}".format, na_rep="-") if len(shown) < 4 else
          shown.to_string(float_format="{:.4f}".format, na_rep="-"))  # fmt: skip
    if fitted.kind == "sampled":
        print(f"The likelihood is sampled, over {parsed.samples} study histories with seed {parsed.seed}.")
    if not fitted.converged:
        apart = table.loc[~table["converged"], "unit"].tolist()
        said = (
            "takes two starts"
            if parsed.starts == 1
            else f"starts differ in {', '.join(apart)}: more of them are needed"
        )
        print(f"Not known to have converged: {said}.")
    bounds = {unit.unit: unit.at_bound for unit in fitted.units if unit.at_bound}
    if bounds:
        told = "; ".join(f"{unit}: {', '.join(names)}" for unit, names in bounds.items())
        print(textwrap.fill(f"At the edge of its range, so not to be read as an estimate: {told}.", 100))
    for unit in fitted.units:
        for name, side in fitted.open_ends(unit).items():
            verdict = "is not identified" if " and " in side else f"is open {side}"
            print(f"{unit.unit}: {name} {verdict}: its profile reaches the edge of its range.")
    if len(fitted.units) > 1 and fitted.kind != "summary":
        print(f"In all: log-likelihood {fitted.log_likelihood:,.2f}, AIC {fitted.aic:,.1f}, BIC {fitted.bic:,.1f}.")
    print(f"Written to {parsed.out}/: {', '.join(path.name for path in files)}")
    return 0
