"""``memsim check``: whether a model keeps its contract."""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING

from memsim.models.lookup import find_model

if TYPE_CHECKING:
    pass


def add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    check = commands.add_parser("check", help="check that a model keeps the contract of MemoryModel")
    check.add_argument(
        "model", metavar="PATH_OR_NAME", help="file.py, file.py:ClassName, a registered name, or name:preset"
    )
    check.add_argument("--seed", type=int, default=0)
    check.set_defaults(command=_check)


def _check(parsed: argparse.Namespace) -> int:
    from memsim.core.contract import run_checks

    label, cls = find_model(parsed.model)
    checks = run_checks(cls, seed=parsed.seed)
    for check in checks:
        print(f"{'FAIL' if check.problem else 'ok  '}  {check.name}")
        if check.problem:
            print(textwrap.indent(check.problem, " " * 8))
    failed = sum(bool(check.problem) for check in checks)
    early = "; the others need it, so they were not run" if checks[-1].problem and len(checks) < 3 else ""
    print(f"{label}: {len(checks) - failed} of {len(checks)} checks passed{early}")
    return 1 if failed else 0
