"""``memsim check``: check that a model keeps the contract of MemoryModel."""

from __future__ import annotations

import argparse
import textwrap

from memsim.commands.options import whole


def add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    check = commands.add_parser("check", help="check that a model keeps the contract of MemoryModel")
    check.add_argument("model", metavar="MODEL", help="file.py, file.py:ClassName, a registered name, or name:preset")
    check.add_argument("--seed", type=whole("seed"), default=0, help="seed of lists and simulations (default: 0)")
    check.set_defaults(command=_check)


def _check(parsed: argparse.Namespace) -> int:
    from memsim.contract.checking import run_checks, verdict
    from memsim.models.lookup import find_model

    label, cls = find_model(parsed.model)
    if isinstance(cls, type):
        cls()  # code that ends the program or fails is reported as such
    checks = run_checks(cls, seed=parsed.seed)
    for check in checks:
        print(f"{'FAIL' if check.problem else 'ok  '}  {check.name}")
        if check.problem:
            print(textwrap.indent(check.problem, " " * 8))
    print(f"{label}: {verdict(checks)}")
    return 1 if any(check.problem for check in checks) else 0
