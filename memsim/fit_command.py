"""The commands that fit models to people: ``memsim fit``, ``memsim compare`` and ``memsim recover``."""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memsim.errors import InputError
from memsim.parameters import build
from memsim.plugin import find_model
from memsim.registry import PARADIGMS

if TYPE_CHECKING:
    from memsim.cross_validation import Candidate
    from memsim.positions import Model
    from memsim.recalls import Recalls


def add_fitting(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    fitting = commands.add_parser("fit", help="find the parameters under which a model agrees best with people")
    fitting.set_defaults(command=run_fit)
    fitting.add_argument("model", help="a name, name:preset, or a Python file with a model of your own")
    fitting.add_argument("--data", required=True, metavar="NAME[:CONDITION]", help="people: a data set, or a file")
    _add_space(fitting)
    fitting.add_argument(
        "--per", choices=("group", "subject"), default="group", help="one fit, or one for each subject"
    )
    fitting.add_argument(
        "--by", choices=("likelihood", "summary"), default="likelihood",
        help="what is fitted: the likelihood of every list, or the distance of curves",
    )  # fmt: skip
    fitting.add_argument("--weights", nargs="+", metavar="CURVE=WEIGHT", help="of the curves, for --by summary")
    fitting.add_argument("--intervals", choices=("profile", "bootstrap"), help="95%% intervals of the estimates")
    _add_searching(fitting, starts=3, samples=200)
    _add_running(fitting, "memsim-fit")

    comparing = commands.add_parser("compare", help="which model predicts people best in lists it was not fitted to")
    comparing.set_defaults(command=run_compare)
    comparing.add_argument("models", nargs="*", metavar="MODEL", help="names, name:preset, or Python files")
    comparing.add_argument(
        "--data", nargs="+", required=True, metavar="NAME[:CONDITION]", help="people: data sets, or files, one by one"
    )
    comparing.add_argument(
        "--networks", nargs="+", choices=("dnc", "lstm"), default=[],
        help="networks trained within each fold to imitate people; takes long",
    )  # fmt: skip
    comparing.add_argument("--iterations", type=int, metavar="N", help="of training (default: 6000)")
    comparing.add_argument("--over", choices=("lists", "subjects"), default="lists", help="what is held out")
    comparing.add_argument("--folds", type=int, default=5, metavar="N", help="(default: 5)")
    _add_searching(comparing, starts=2, samples=20)
    _add_running(comparing, "memsim-comparison")

    recover = commands.add_parser("recover", help="simulate with known parameters or models, and see what fits find")
    recover.set_defaults(command=run_recover)
    recover.add_argument("what", choices=("parameters", "models"), help="which is to be recovered")
    recover.add_argument("models", nargs="+", metavar="MODEL", help="one for its parameters, several for models")
    _add_space(recover)
    recover.add_argument("--paradigm", default="free_recall", help="the task (default: free_recall)")
    recover.add_argument("--list-length", type=int, default=20, metavar="ITEMS", help="items in a list (default: 20)")
    recover.add_argument(
        "--lists", type=int, metavar="N", help="of each simulated subject (default: 100; 80 for models)"
    )
    recover.add_argument("--simulations", type=int, default=50, metavar="N", help="simulated subjects (default: 50)")
    recover.add_argument("--subjects", type=int, default=15, metavar="N", help="in a group, for models (default: 15)")
    recover.add_argument("--replications", type=int, default=10, metavar="N", help="groups of each model (default: 10)")
    _add_searching(recover, starts=1, samples=20)
    _add_running(recover, "memsim-recovery")


def _add_space(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--free",
        nargs="+",
        metavar="PARAMETER[=LOW:HIGH]",
        help="what is fitted (default: what the model names, or all)",
    )
    command.add_argument(
        "--tie", nargs="+", metavar="PARAMETER=EXPRESSION", help="a parameter that follows from others"
    )
    command.add_argument("--set", nargs="+", metavar="PARAMETER=VALUE", help="values of parameters that are not free")


def _add_searching(command: argparse.ArgumentParser, starts: int, samples: int) -> None:
    command.add_argument("--starts", type=int, default=starts, metavar="N", help="searches (default: %(default)s)")
    command.add_argument("--generations", type=int, default=25, metavar="N", help="of each (default: %(default)s)")
    command.add_argument(
        "--samples", type=int, default=samples, metavar="N",
        help="study histories of a sampled likelihood (default: %(default)s)",
    )  # fmt: skip


def _add_running(command: argparse.ArgumentParser, folder: str) -> None:
    command.add_argument("--seed", type=int, default=0, help="of searches and simulations (default: 0)")
    command.add_argument("--workers", type=int, metavar="N", help="pieces of work at a time (default: all processors)")
    command.add_argument("--backend", default="local", help="where they run: local, or dask (default: local)")
    command.add_argument("--scheduler", default="", metavar="ADDRESS", help="of the Dask cluster")
    command.add_argument("--out", type=Path, default=Path(folder), help=f"folder (default: {folder})")


def run_fit(parsed: argparse.Namespace) -> int:
    """Fit, print the estimates, and write fit, table and figure; finished searches are kept in the folder."""
    from memsim.data.dataset import load_recalls
    from memsim.fit_figures import fit_figure, profile_figure
    from memsim.fit_space import Space
    from memsim.fitting import fit
    from memsim.results import save_both, write_results

    model = _model(parsed.model, parsed.set)
    free, ties = _free(parsed.free), _ties(parsed.tie)
    for name in _pairs(parsed.set or [], "--set"):
        if name in (space := Space.of(model, free, ties)).ties:
            raise InputError(f"--set {name}: it is tied, {name} = {space.ties[name]}; give --tie another expression")
    recalls = load_recalls(parsed.data)
    weights = (
        None if parsed.weights is None else {k: _number(v, k) for k, v in _pairs(parsed.weights, "--weights").items()}
    )
    fitted = fit(
        model, recalls, free, parsed.per, ties=ties, by=parsed.by, weights=weights,
        intervals=parsed.intervals, **_searching(parsed), **_running(parsed),
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


def run_compare(parsed: argparse.Namespace) -> int:
    """Fit each model, hold lists out, and write table, held-out likelihoods and figure; finished pieces are kept."""
    from memsim.data.dataset import load_recalls

    people = {label: load_recalls(label) for label in parsed.data}
    folders = {label: re.sub(r"\W+", "-", Path(label).stem) for label in people}
    if len(set(folders.values())) < len(parsed.data):
        raise InputError(f"--data {' '.join(parsed.data)}: each must have a name of its own")
    for label, recalls in people.items():
        _compare(parsed, label, recalls, parsed.out if len(people) == 1 else parsed.out / folders[label])
    return 0


def _compare(parsed: argparse.Namespace, label: str, recalls: Recalls, out: Path) -> None:
    from memsim.fit_comparison import compare_fits
    from memsim.fitting import fit
    from memsim.results import save_both, write_results

    running = _running(parsed)
    fits = {name: fit(_model(name, None), recalls, **_searching(parsed), **running) for name in parsed.models}
    found = compare_fits(
        fits, recalls, _imitators(parsed), over=parsed.over, folds=parsed.folds, starts=parsed.starts,
        seed=parsed.seed, **running,
    )  # fmt: skip

    def write(scratch: Path) -> None:
        found.table.to_csv(scratch / "comparison.csv", index=False)
        found.lists.to_csv(scratch / "held_out.csv", index=False)
        if found.fits is not None:
            found.fits.to_csv(scratch / "fits.csv", index=False)
        save_both(found.figure(f"{label}, {parsed.folds} folds over {parsed.over}"), scratch / "comparison")

    told = {name: value for name, value in vars(parsed).items() if name not in ("command", "out", "data")}
    files = write_results(out, write, {"settings": {**told, "data": label}, "people": dict(recalls.provenance)})
    shown = [c for c in ("model", "per_list", "per_event", "from_baseline", "from_baseline_sem", "n_parameters", "bic",
                         "won", "protected_exceedance") if c in found.table]  # fmt: skip
    print(f"{label}: {len(recalls):,} lists of {len(recalls.trials.subjects)} subjects, each predicted when held out")
    print(found.table[shown].to_string(index=False, float_format="{:.3f}".format, na_rep="-"))
    for sentence in found.words:
        print(textwrap.fill(sentence, 100))
    print(f"Written to {out}/: {', '.join(path.name for path in files)}")


def _imitators(parsed: argparse.Namespace) -> dict[str, Candidate]:
    """Networks to be trained within each fold; torch is imported where there are any."""
    if not parsed.networks:
        return {}
    from memsim.cross_validation import Imitating
    from memsim.training import Training

    given = {} if parsed.iterations is None else {"iterations": parsed.iterations}
    return {
        f"{network.upper()} (imitation)": Imitating(
            Training.preset(f"{network}-people").replace(data="", **given), parsed.out / "networks"
        )
        for network in parsed.networks
    }


def run_recover(parsed: argparse.Namespace) -> int:
    """Recover parameters of a model, or models, and write table and figure."""
    from memsim.fit_figures import confusion_figure, recovery_figure
    from memsim.recovery import confusion, recover_models, recover_parameters, recovery_summary
    from memsim.results import save_both, write_results

    paradigm = PARADIGMS.build(parsed.paradigm, {"list_length": parsed.list_length})
    lists = parsed.lists if parsed.lists is not None else 100 if parsed.what == "parameters" else 80
    shared = {**_searching(parsed), **_running(parsed)}
    if parsed.what == "parameters":
        if len(parsed.models) > 1:
            raise InputError("recover parameters takes one model")
        model: Any = _model(parsed.models[0], parsed.set)
        table = recover_parameters(
            model, paradigm, _free(parsed.free), ties=_ties(parsed.tie), simulations=parsed.simulations,
            lists=lists, **shared,
        )  # fmt: skip
        summary = recovery_summary(table)
        title = f"{parsed.models[0]}: {parsed.simulations} simulated subjects, {lists} lists each"
        figure = recovery_figure(table, summary, title)
    else:
        if parsed.free or parsed.tie or parsed.set:
            raise InputError("--free, --tie and --set are for recover parameters; models are fitted as they declare")
        models: dict[str, Any] = {name: _model(name, None) for name in parsed.models}
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


def _searching(parsed: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(parsed, name) for name in ("starts", "generations", "samples", "seed")}


def _running(parsed: argparse.Namespace) -> dict[str, Any]:
    return {"workers": parsed.workers, "backend": parsed.backend, "scheduler": parsed.scheduler,
            "cache": parsed.out / "cells", "progress": True}  # fmt: skip


def _model(spec: str, given: Sequence[str] | None) -> Model:
    """The model that ``spec`` names, with the values that are set."""
    _, found = find_model(spec)
    cls = found if isinstance(found, type) else type(found)
    declared = {parameter.name: parameter for parameter in cls.parameters()}
    values = {
        name: declared[name].parse(text) if name in declared else text
        for name, text in _pairs(given or [], "--set").items()
    }
    return build(found, values) if isinstance(found, type) else found.replace(**values)


def _free(given: Sequence[str] | None) -> dict[str, tuple[float, float] | None] | None:
    if given is None:
        return None
    free: dict[str, tuple[float, float] | None] = {}
    for each in given:
        name, _, bounds = each.partition("=")
        ends = bounds.split(":") if bounds else []
        if bounds and len(ends) != 2:
            raise InputError(f"--free {each}: bounds are two numbers, as in {name}=0.1:0.9")
        free[name] = (_number(ends[0], name), _number(ends[1], name)) if ends else None
    return free


def _ties(given: Sequence[str] | None) -> Mapping[str, str] | None:
    return None if given is None else _pairs(given, "--tie")


def _pairs(given: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not value:
            raise InputError(f"{option} {each!r}: write NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{name}={text!r} is not a number") from None
