"""Options that several commands share. Their defaults are those of the Python function that a command calls."""

from __future__ import annotations

import argparse
import importlib
import inspect
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from memsim.core.errors import InputError
from memsim.core.files.written_files import files_in
from memsim.core.limits import LEAST, MOST, out_of_range
from memsim.core.names import shown
from memsim.data.reader_options import FORMATS, ReaderOptions, parse_option

if TYPE_CHECKING:
    from memsim.core.parameters import Parameterized
    from memsim.core.position_model import Model
    from memsim.running.result_files import ResultFolder

Commands = argparse._SubParsersAction
HOW = ("command", "out", "force", "workers", "backend", "scheduler", "escape_formulas")
"""What is given on the command line and does not change the results."""
READING = "reading_"
"""Prefix of what the options of readers are called among the parsed arguments."""


class _Given(argparse.Action):
    """Keeps what was given for an option: of one that takes several values all, of any other the one value."""

    def __init__(self, **declared: Any) -> None:
        super().__init__(**declared)
        self.last: argparse.Namespace | None = None

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        """Add the values to those that were given before.

        Raises
        ------
        ArgumentError : the option takes one value, and has one.
        """
        if self.last is namespace:
            if self.nargs not in ("+", "*"):
                raise argparse.ArgumentError(self, "is given twice; give it once")
            values = [*getattr(namespace, self.dest), *values]
        self.last = namespace
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are those of memsim, in one line; nothing that was given is dropped."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name in (None, "store"):
            self.register("action", name, _Given)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse, but what follows ``--set NAME=VALUE`` and has no value of its own is no part of the option."""
        return super().parse_known_args(self._apart(sys.argv[1:] if args is None else list(args)), namespace)

    def _apart(self, args: Sequence[str]) -> list[str]:
        """The arguments, with what stands behind pairs before the first of them; argparse would give it to them."""
        names: list[str] = []
        found: list[str] = []
        first = None
        takes = behind = False
        for text in args:
            if text.startswith("-"):
                takes, behind = self._takes_pairs(text), False
                if takes and first is None:
                    first = len(found)
            elif behind and "=" not in text:
                names.append(text)
                continue
            else:
                behind = takes
            found.append(text)
        return found if first is None else [*found[:first], *names, *found[first:]]

    def _takes_pairs(self, text: str) -> bool:
        action = self._option_string_actions.get(text)
        return action is not None and action.nargs == "+" and bool(re.match(r"[A-Z]+=", str(action.metavar)))

    def error(self, message: str) -> NoReturn:
        """Raise :class:`InputError`."""
        raise InputError(f"{message}; {self.prog} --help lists the options")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Write the help; argparse itself would hide an output that cannot be written."""
        (file or sys.stderr).write(message)

    def format_help(self) -> str:
        """The help, in which each whole number has its range."""
        for action in self._actions:
            limits = getattr(action.type, "limits", "")
            if action.help and limits not in action.help:
                action.help += limits
        return super().format_help()


def whole(name: str) -> Callable[[str], int]:
    """What turns the text of an option into the whole number of this name, within its limits."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{name}={shown(text)} is not a whole number") from None
        if problem := out_of_range(name, value, LEAST.get(name, 1)):
            raise argparse.ArgumentTypeError(problem)
        return value

    parse.limits = f"; {LEAST.get(name, 1):,} to {MOST[name]:,}"  # type: ignore[attr-defined]
    return parse


def add_command(
    commands: Commands[argparse.ArgumentParser], name: str, function: str, description: str
) -> argparse.ArgumentParser:
    """Add a command that calls a Python function.

    An option that is not given does not appear among the parsed arguments, so the function's own default holds. The
    help shows these defaults; only then is the function imported.

    Parameters
    ----------
    function : ``module:name``. Each option with the name of one of its parameters has the default of that parameter.
    """
    return commands.add_parser(
        name,
        help=description,
        description=f"{description[0].upper()}{description[1:]}.",
        argument_default=argparse.SUPPRESS,
        formatter_class=_formatter(function),
    )


def _formatter(function: str) -> type[argparse.HelpFormatter]:
    class Formatter(argparse.HelpFormatter):
        def _get_help_string(self, action: argparse.Action) -> str | None:
            module, _, name = function.partition(":")
            parameters = inspect.signature(getattr(importlib.import_module(module), name)).parameters
            declared = parameters.get(action.dest)
            if declared is None or declared.default in (None, inspect.Parameter.empty):
                return action.help
            return f"{action.help} (default: {declared.default})".replace("%", "%%")

    return Formatter


def given(parsed: argparse.Namespace, function: Callable[..., Any]) -> dict[str, Any]:
    """The arguments of ``function`` that were given as options."""
    names = inspect.signature(function).parameters
    return {name: value for name, value in vars(parsed).items() if name in names}


def add_space(command: argparse.ArgumentParser) -> None:
    """Add the options that say which parameters are free, tied or set."""
    command.add_argument(
        "--free",
        nargs="+",
        metavar="PARAMETER[=LOW:HIGH]",
        help="the free parameters, with bounds (default: those that the model names, or all); in a fit also "
        "'stop_base=by list_type', a value for each level of a condition, or 'encoding_drift=~ 1 + age', a formula of "
        "covariates",
    )
    command.add_argument(
        "--ties", nargs="+", metavar="PARAMETER=EXPRESSION", help="parameters that follow from other parameters"
    )
    command.add_argument("--set", nargs="+", metavar="PARAMETER=VALUE", help="values of parameters that are not free")


def add_scoring(command: argparse.ArgumentParser) -> None:
    """Add the options of lapses, of the stopping rule and of criteria."""
    command.add_argument(
        "--lapse",
        choices=("response", "list", "none"),
        help="which lapses are free (default: of a response, if --free is not given)",
    )
    command.add_argument(
        "--stopping",
        choices=("own", "shared"),
        help="the stopping rule of the model, or one that all models can share, of the lists themselves",
    )
    command.add_argument(
        "--criteria",
        choices=("spaced", "free"),
        help="of judgments: the criteria of the model, equally spaced, or each fitted by itself to the answers",
    )


def add_searching(command: argparse.ArgumentParser, sampled: bool = True) -> None:
    """Add the options of the search; ``sampled``: of fits by a sampled likelihood as well."""
    command.add_argument("--starts", type=whole("starts"), metavar="N", help="independent searches")
    command.add_argument(
        "--generations",
        type=whole("generations"),
        metavar="N",
        help="generations of each search (default: 1 where there is a gradient, else 25)",
    )
    if sampled:
        command.add_argument(
            "--samples", type=whole("samples"), metavar="N", help="study histories of a sampled likelihood"
        )
    command.add_argument("--seed", type=whole("seed"), help="seed of searches and simulations")


def add_running(command: argparse.ArgumentParser, folder: str) -> None:
    """Add the options of how the work runs, and of the folder of the results."""
    command.add_argument(
        "--workers",
        type=whole("workers"),
        metavar="N",
        help="cells at a time (default: MEMSIM_WORKERS, or all processors)",
    )
    command.add_argument("--backend", help="where cells run: local, or dask (default: local)")
    command.add_argument("--scheduler", metavar="ADDRESS", help="address of the Dask scheduler")
    command.add_argument("--out", type=Path, default=Path(folder), help=f"folder of the results (default: {folder})")
    add_force(command)


def add_reading(command: argparse.ArgumentParser, but: Sequence[str] = ()) -> None:
    """Add the options of :class:`memsim.data.ReaderOptions`, but for those that the command has in its own words."""
    command._negative_number_matcher = re.compile(r"^-\d+(\.\d*)?(=\w+)?$")  # so that -2=repetition is a value
    group = command.add_argument_group("how a file of people is read, where the file does not say it")
    for declared in ReaderOptions.declared():
        if declared.name in but:
            continue
        several: dict[str, Any] = {"nargs": "+"} if declared.kind in ("texts", "pairs", "codes", "labels") else {}
        takers = "" if set(declared.formats) == set(FORMATS) else f" ({', '.join(declared.formats)})"
        shown = f"{declared.help}{takers}".replace("%", "%%")
        shape: dict[str, Any] = (
            {"action": "store_true"} if declared.kind == "flag" else {"metavar": declared.metavar, **several}
        )
        option = "of-model" if declared.name == "model" else declared.name.replace("_", "-")
        default = argparse.SUPPRESS
        group.add_argument(f"--{option}", dest=f"{READING}{declared.name}", default=default, help=shown, **shape)


def reading(parsed: argparse.Namespace, **own: Any) -> dict[str, Any]:
    """The options of :func:`add_reading` for :func:`memsim.load_recalls`; ``own`` are those of the command itself."""
    found = {name: value for name, value in own.items() if value is not None}
    for declared in ReaderOptions.declared():
        if (given := getattr(parsed, f"{READING}{declared.name}", None)) is not None:
            texts = [given] if isinstance(given, str) else given
            found[declared.name] = given if declared.kind == "flag" else parse_option(declared, texts)
    return found


def files_read(parsed: argparse.Namespace) -> list[Path]:
    """The files among all that was given on the command line: data, models in Python files, weights."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, str | Path):
            yield str(value)
        elif isinstance(value, list | tuple):
            for part in value:
                yield from texts(part)

    return files_in(text for name, value in vars(parsed).items() if name != "out" for text in texts(value))


def add_escape(command: argparse.ArgumentParser) -> None:
    """Add the option of tables that are opened in a spreadsheet."""
    command.add_argument(
        "--escape-formulas",
        action="store_true",
        default=False,
        help="put an apostrophe before texts in tables that a spreadsheet would take for formulas (= + - @)",
    )


def running(parsed: argparse.Namespace) -> dict[str, Any]:
    """The options of :func:`add_running` as arguments; finished cells are kept in the folder of the results."""
    options = {name: vars(parsed)[name] for name in ("workers", "backend", "scheduler") if name in parsed}
    return {**options, "cache": parsed.out / "cells", "progress": True}


def add_force(command: argparse.ArgumentParser) -> None:
    """Add the option that replaces other results."""
    command.add_argument(
        "--force",
        action="store_true",
        default=False,
        help="replace results that are there, of another command or of other settings or files",
    )


def results_of(parsed: argparse.Namespace, path: Path | None = None, **own: Any) -> ResultFolder:
    """The folder of the results, ``--out`` if no ``path`` is given, and what was given on the command line.

    ``own`` are settings in place of those of the same name.
    """
    from memsim.running.result_files import ResultFolder

    given = {
        name: value
        for name, value in {**vars(parsed), **own}.items()
        if name not in HOW and value is not None and value is not False and value not in ([], "")
    }
    command = parsed.command.__module__.rpartition(".")[2]
    return ResultFolder(path or parsed.out, command, given, files_read(parsed), parsed.force)


def named_model(spec: str, values: Sequence[str]) -> Model:
    """The model that ``spec`` names, with ``NAME=VALUE`` of some of its parameters."""
    from memsim.models.lookup import build_model, find_model

    _, found = find_model(spec)
    return build_model(spec, values_of(found if isinstance(found, type) else type(found), values))


def values_of(cls: type[Parameterized], values: Sequence[str]) -> dict[str, Any]:
    """``NAME=VALUE`` of some of the parameters of a class, as it takes them."""
    declared = {parameter.name: parameter for parameter in cls.parameters()}
    return {
        name: declared[name].parse(text) if name in declared else text for name, text in pairs(values, "--set").items()
    }


def space_of(parsed: argparse.Namespace) -> dict[str, Any]:
    """``free`` and ``ties``, where they were given."""
    options: dict[str, Any] = {}
    if "free" in parsed:
        options["free"] = _free(parsed.free)
    if "ties" in parsed:
        options["ties"] = pairs(parsed.ties, "--ties")
    return options


def _free(texts: Sequence[str]) -> Mapping[str, tuple[float, float] | str | None]:
    """Bounds by name, from ``NAME`` or ``NAME=LOW:HIGH``, or how a parameter varies, from ``NAME=by CONDITION``."""
    free: dict[str, tuple[float, float] | str | None] = {}
    for text in texts:
        name, _, bounds = text.partition("=")
        if name in free:
            raise InputError(f"--free {text}: {name} is given twice; give it once")
        if "~" in bounds or " " in bounds.strip():
            free[name] = bounds
            continue
        ends = bounds.split(":") if bounds else []
        if bounds and len(ends) != 2:
            raise InputError(f"--free {text}: bounds are two numbers, as in {name}=0.1:0.9")
        free[name] = (number(ends[0], name), number(ends[1], name)) if ends else None
    return free


def pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """Values by name, from ``NAME=VALUE``; ``option`` is named in errors."""
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not value:
            raise InputError(f"{option} {text!r}: write NAME=VALUE")
        if name.strip() in found:
            raise InputError(f"{option} {text}: {name.strip()} is given twice; give it once")
        found[name.strip()] = value.strip()
    return found


def number(text: str, name: str) -> float:
    """``text`` as a number; an error names the parameter."""
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{name}={shown(text)} is not a number") from None
    if not math.isfinite(value):
        raise InputError(f"{name}={shown(text)} must be a finite number")
    return value
