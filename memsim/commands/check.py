"""``memsim check``: check that a model keeps the contract of MemoryModel, or a core of networks that of Core."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Sequence
from typing import Any

from memsim.commands.options import named_model, pairs, whole
from memsim.core.errors import InputError
from memsim.models.networks.cores.named_cores import NamedCore


def add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    check = commands.add_parser("check", help="check that a model, or a core of networks, keeps its contract")
    check.add_argument("model", metavar="MODEL", help="file.py, file.py:ClassName, a registered name, or name:preset")
    check.add_argument(
        "--size", nargs="+", default=[], metavar="NAME=VALUE", help="sizes of a core of networks, as of DNC"
    )
    check.add_argument("--set", nargs="+", metavar="PARAMETER=VALUE", help="other values of the model's parameters")
    check.add_argument("--seed", type=whole("seed"), default=0, help="seed of lists and simulations (default: 0)")
    check.set_defaults(command=_check)


def _check(parsed: argparse.Namespace) -> int:
    from memsim.contract.checking import run_checks, verdict
    from memsim.models.lookup import find_core_or_model

    label, found = find_core_or_model(parsed.model, sized=bool(parsed.size))
    checks: Sequence[Any]
    if isinstance(found, NamedCore):
        if parsed.set:
            raise InputError(f"--set {parsed.set[0]} is for a model; {label} is a core, whose sizes --size gives")
        checks = _of_core(found, parsed)
    else:
        if parsed.size:
            raise InputError(f"--size {parsed.size[0]} is for a core of networks; {label} is a model")
        if parsed.set:
            found = named_model(parsed.model, parsed.set)
        elif isinstance(found, type):
            found()  # code that ends the program or fails is reported as such
        checks = run_checks(found, seed=parsed.seed)
    for check in checks:
        print(f"{'FAIL' if check.problem else '-   ' if check.not_run else 'ok  '}  {check.name}")
        if said := check.problem or check.not_run:
            print(textwrap.indent(said, " " * 8))
    print(f"{label}: {verdict(checks)}")
    return 1 if any(check.problem for check in checks) else 0


def _of_core(found: NamedCore, parsed: argparse.Namespace) -> Sequence[Any]:
    from memsim.models.networks.core_checks import run_core_checks
    from memsim.models.networks.cores.declared_sizes import parsed_sizes

    sizes = parsed_sizes(found.cls, pairs(parsed.size, "--size"))
    return run_core_checks(found.cls, sizes=sizes, seed=parsed.seed)
