"""Check that a core keeps the contract of :class:`memsim.models.networks.cores.core.Core`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from memsim.core.errors import InputError, ModelError
from memsim.models.networks.core_bench import LONG, CoreBench
from memsim.models.networks.cores.declared_sizes import checked_sizes


class CoreCheck(NamedTuple):
    """One check: its name, and the problem that it found, with what to do about it; empty if it found none.

    ``not_run`` says why the check was not made, and is empty if it was.
    """

    name: str
    problem: str = ""
    not_run: str = ""


def check_core(core: type[Any], *, sizes: Mapping[str, Any] | None = None, seed: int = 0) -> list[CoreCheck]:
    """Check that a core can be trained, lesioned, drawn and kept.

    Parameters
    ----------
    core : the class; it is built with inputs of 5 numbers and outputs of 4.
    sizes : of the core, by name; its defaults if not given.
    seed : of weights and inputs.

    Returns
    -------
    list of CoreCheck : the checks, all passed.

    Raises
    ------
    ModelError : one or more checks failed; the message names each, with its problem.
    """
    checks = run_core_checks(core, sizes=sizes, seed=seed)
    failed = [f"- {each.name}: {each.problem or each.not_run}" for each in checks if each.problem or each.not_run]
    if failed:
        n_passed = len(checks) - len(failed)
        raise ModelError(f"{core.__name__}: {n_passed} of {len(checks)} checks passed\n" + "\n".join(failed))
    return checks


def require_shapes(core: type[Any], sizes: Mapping[str, Any]) -> None:
    """Raise :class:`ModelError` for a core that fails one of the first two checks, without which none can be trained.

    Those of memsim, which its tests check, are not built for it.
    """
    if core.__module__.startswith("memsim.models."):
        return
    for check in _first_checks(core, sizes, seed=0)[0]:
        if check.problem:
            raise ModelError(f"{core.__name__} cannot be trained: {check.problem}")


def run_core_checks(core: type[Any], *, sizes: Mapping[str, Any] | None = None, seed: int = 0) -> list[CoreCheck]:
    """The checks of :func:`check_core`, passed, failed or not run.

    Where one of the first two fails, there are no others; where what a step gives is not finite, the others would say
    no more than that, and are not run.
    """
    checks, built = _first_checks(core, sizes or {}, seed)
    if checks[-1].problem:
        return checks
    checks.append(
        _run(f"outputs are finite, and states and weightings hold numbers, for {LONG} steps", built[0].finite)
    )
    reason = "not checked, since the steps do not give finite numbers" if checks[-1].problem else ""
    for name, find_problem in built[0].further():
        checks.append(CoreCheck(name, not_run=reason) if reason else _run(name, find_problem))
    return checks


def _first_checks(core: type[Any], sizes: Mapping[str, Any], seed: int) -> tuple[list[CoreCheck], list[CoreBench]]:
    """The checks that all others need, and the bench, where the core can be built."""
    built: list[CoreBench] = []

    def construct() -> str:
        built.append(CoreBench(core, checked_sizes(core, sizes), seed))
        return built[0].declarations()

    checks = [_run("is built by its sizes, and declares what it has", construct)]
    if not checks[0].problem:
        checks.append(_run("outputs, states and weightings have their shapes", built[0].shapes))
    return checks, built


def _run(name: str, find_problem: Callable[[], str]) -> CoreCheck:
    try:
        return CoreCheck(name, find_problem())
    except (InputError, ModelError) as error:
        return CoreCheck(name, str(error))
    except Exception as error:  # whatever the code of a core raises is a problem of that core
        last = error.__traceback__
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        at = f" (line {last.tb_lineno} of {last.tb_frame.f_code.co_filename})" if last is not None else ""
        return CoreCheck(name, f"{type(error).__name__}: {error}{at}")
