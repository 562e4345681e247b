"""``memsim compare``: which model predicts people best in lists that it was not fitted to."""

from __future__ import annotations

import argparse
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from memsim.core.errors import InputError

if TYPE_CHECKING:
    from memsim.core.recalls import Recalls
    from memsim.evaluation.cross_validation import Candidate


from memsim.commands.options import add_running, add_searching, named_model, running, searching


def add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
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
    add_searching(comparing, starts=2, samples=20)
    add_running(comparing, "memsim-comparison")


def run_compare(parsed: argparse.Namespace) -> int:
    """Fit each model, hold lists out, and write table, held-out likelihoods and figure; finished pieces are kept."""
    from memsim.data.loading import load_recalls

    people = {label: load_recalls(label) for label in parsed.data}
    folders = {label: re.sub(r"\W+", "-", Path(label).stem) for label in people}
    if len(set(folders.values())) < len(parsed.data):
        raise InputError(f"--data {' '.join(parsed.data)}: each must have a name of its own")
    for label, recalls in people.items():
        _compare(parsed, label, recalls, parsed.out if len(people) == 1 else parsed.out / folders[label])
    return 0


def _compare(parsed: argparse.Namespace, label: str, recalls: Recalls, out: Path) -> None:
    from memsim.evaluation.comparison import compare_fits
    from memsim.fitting.estimation import fit
    from memsim.running.result_files import save_both, write_results

    how = running(parsed)
    fits = {name: fit(named_model(name, None), recalls, **searching(parsed), **how) for name in parsed.models}
    found = compare_fits(
        fits, recalls, _imitators(parsed), over=parsed.over, folds=parsed.folds, starts=parsed.starts,
        seed=parsed.seed, **how,
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
    from memsim.evaluation.cross_validation import Imitating
    from memsim.training.settings import Training

    given = {} if parsed.iterations is None else {"iterations": parsed.iterations}
    return {
        f"{network.upper()} (imitation)": Imitating(
            Training.preset(f"{network.upper()}:people").replace(people="", **given), parsed.out / "networks"
        )
        for network in parsed.networks
    }
