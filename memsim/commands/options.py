"""Options that several commands share, and what they mean."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memsim.core.errors import InputError
from memsim.models.lookup import build_model, find_model

if TYPE_CHECKING:
    from memsim.core.position_model import Model


def add_space(command: argparse.ArgumentParser) -> None:
    """Which parameters are free, tied or set."""
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


def add_searching(command: argparse.ArgumentParser, starts: int, samples: int) -> None:
    """How the search runs."""
    command.add_argument("--starts", type=int, default=starts, metavar="N", help="searches (default: %(default)s)")
    command.add_argument("--generations", type=int, default=25, metavar="N", help="of each (default: %(default)s)")
    command.add_argument(
        "--samples", type=int, default=samples, metavar="N",
        help="study histories of a sampled likelihood (default: %(default)s)",
    )  # fmt: skip


def add_running(command: argparse.ArgumentParser, folder: str) -> None:
    """Where and how the work runs, and where results go."""
    command.add_argument("--seed", type=int, default=0, help="of searches and simulations (default: 0)")
    command.add_argument("--workers", type=int, metavar="N", help="pieces of work at a time (default: all processors)")
    command.add_argument("--backend", default="local", help="where they run: local, or dask (default: local)")
    command.add_argument("--scheduler", default="", metavar="ADDRESS", help="of the Dask cluster")
    command.add_argument("--out", type=Path, default=Path(folder), help=f"folder (default: {folder})")


def searching(parsed: argparse.Namespace) -> dict[str, Any]:
    """The options of :func:`add_searching` as arguments."""
    return {name: getattr(parsed, name) for name in ("starts", "generations", "samples", "seed")}


def running(parsed: argparse.Namespace) -> dict[str, Any]:
    """The options of :func:`add_running` as arguments."""
    return {"workers": parsed.workers, "backend": parsed.backend, "scheduler": parsed.scheduler,
            "cache": parsed.out / "cells", "progress": True}  # fmt: skip


def named_model(spec: str, given: Sequence[str] | None) -> Model:
    """The model that ``spec`` names, with the values that are set."""
    _, found = find_model(spec)
    cls = found if isinstance(found, type) else type(found)
    declared = {parameter.name: parameter for parameter in cls.parameters()}
    values = {
        name: declared[name].parse(text) if name in declared else text
        for name, text in pairs(given or [], "--set").items()
    }
    return build_model(spec, values)


def free_of(given: Sequence[str] | None) -> dict[str, tuple[float, float] | None] | None:
    """``NAME`` or ``NAME=LOW:HIGH``, each a free parameter, with its bounds if given."""
    if given is None:
        return None
    free: dict[str, tuple[float, float] | None] = {}
    for each in given:
        name, _, bounds = each.partition("=")
        ends = bounds.split(":") if bounds else []
        if bounds and len(ends) != 2:
            raise InputError(f"--free {each}: bounds are two numbers, as in {name}=0.1:0.9")
        free[name] = (number(ends[0], name), number(ends[1], name)) if ends else None
    return free


def ties_of(given: Sequence[str] | None) -> Mapping[str, str] | None:
    """``NAME=EXPRESSION``, each a tied parameter."""
    return None if given is None else pairs(given, "--tie")


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """``NAME=VALUE`` texts as a mapping; ``option`` names them in errors."""
    pairs = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not value:
            raise InputError(f"{option} {each!r}: write NAME=VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


def number(text: str, name: str) -> float:
    """``text`` as a number, or an error that names the parameter."""
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{name}={text!r} is not a number") from None
