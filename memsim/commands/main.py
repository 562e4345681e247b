"""The command line of memsim."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Sequence
from importlib.metadata import distributions
from typing import TextIO

from memsim.commands.battery import add_battery
from memsim.commands.benchmark import add_benchmark
from memsim.commands.calibrate import add_calibrate
from memsim.commands.check import add_check
from memsim.commands.compare import add_compare
from memsim.commands.coverage import add_coverage
from memsim.commands.explore import add_explore
from memsim.commands.fit import add_fit
from memsim.commands.listing import add_listing
from memsim.commands.options import Commands, Parser
from memsim.commands.posterior import add_posterior
from memsim.commands.recover import add_recover
from memsim.commands.reproduce import add_reproduce
from memsim.commands.run import add_run
from memsim.commands.show import add_show
from memsim.commands.train import add_train
from memsim.core.errors import InputError, MemsimError, MemsimWarning, ModelError
from memsim.core.interruption import said
from memsim.core.names import printable
from memsim.core.version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int : the exit status: 0; 1 for a failed check or reproduction, or a model or figure that failed while the other
        results stand; 2 for bad input, or output that cannot be written; 130 for an interruption.
    """
    if sys.stderr is None:  # closed
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):  # a terminal without Greek letters shows escapes
            output.reconfigure(errors="backslashreplace")
    interruption, notes = _Interruption(), list[str]()
    try:
        if sys.stdout is None:
            raise InputError("standard output is closed; redirect it to a file, or to /dev/null")
        try:
            return _run(list(sys.argv[1:] if arguments is None else arguments))
        finally:
            sys.stdout.flush()
    except MemsimError as error:
        message, status = str(error), 2
    except BrokenPipeError:  # whoever read the output has closed it, as in `memsim models | head -1`
        message, status = "", 0
    except OSError as error:
        message, status = f"something cannot be read or written: {error}; check the disk and its permissions", 2
    except MemoryError as error:
        message, status = f"there is not enough memory ({error}); run fewer lists", 2
    except KeyboardInterrupt as error:
        interruption.came, notes = True, getattr(error, "__notes__", [])
        message, status = "", 130
    except BaseException:
        if not interruption.came:  # libraries turn an interruption of their import into errors of their own
            raise
        message, status = "", 130
    if interruption.came:
        message, status = said(notes), 130
    if message:
        with contextlib.suppress(OSError):
            print(printable(f"memsim: {message}"), file=sys.stderr)
    _drop_unwritable_output()
    return status


def _run(arguments: list[str]) -> int:
    for text in arguments:
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise InputError(f"{text!a} is not text in UTF-8; give the file or name another one")
    with contextlib.redirect_stdout(_Printable(sys.stdout)), warnings.catch_warnings():
        warnings.filterwarnings("always", category=MemsimWarning)
        warnings.showwarning = _Shown()
        parsed = parse(arguments)
        try:
            return parsed.command(parsed)
        except (MemsimError, OSError, MemoryError):
            raise
        except (Exception, SystemExit) as error:
            if (where := _outside(error)) is None:
                raise
            raise ModelError(
                f"the code of a model or plug-in failed at {where}: {type(error).__name__}: {error}; mend it "
                "there, or leave the model or plug-in out"
            ) from error


def _outside(error: BaseException) -> str | None:
    """Where the user's code, or that of an installed plug-in, last stood when it caused an error."""
    from memsim.core.code.installed import is_users_file, owner_of
    from memsim.core.code.own_sources import is_own_file

    offering = (each for each in distributions() if any(p.group.startswith("memsim.") for p in each.entry_points))
    plug_ins = {each.name for each in offering}
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        owner = owner_of(frame.filename)
        own = frame.filename.startswith("<") or is_own_file(frame.filename)
        if not own and (is_users_file(frame.filename) or (owner is not None and owner[0] in plug_ins)):
            return f"{frame.filename}:{frame.lineno}"
    return None


class _Interruption:
    """Whether Ctrl-C, or the kill of a batch system, came; either ends the command and leaves nothing incomplete."""

    def __init__(self) -> None:
        self.came = False
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self.end)
            now = signal.getsignal(signal.SIGINT)  # a shell may have asked to ignore it
            if now is signal.default_int_handler or isinstance(getattr(now, "__self__", None), _Interruption):
                signal.signal(signal.SIGINT, self.end)

    def end(self, *_: object) -> None:
        self.came = True
        raise KeyboardInterrupt


def _drop_unwritable_output() -> None:
    """Write what is left of the output, or to nowhere, so that Python has nothing to complain about as it ends."""
    for output in (sys.stdout, sys.stderr):
        try:
            output.flush()
        except (OSError, ValueError, AttributeError):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())


class _Printable(io.TextIOBase):
    """A stream whose text is printable: no label sends control sequences to a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        return self.stream.write(printable(text))

    def flush(self) -> None:
        self.stream.flush()

    def isatty(self) -> bool:
        return self.stream.isatty()

    def fileno(self) -> int:
        return self.stream.fileno()


class _Shown:
    """Shows each warning of memsim once, as one line, and any other as Python does."""

    def __init__(self) -> None:
        self.before: set[str] = set()

    def __call__(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        own = issubclass(category, MemsimWarning)
        text = f"memsim: warning: {message}\n" if own else warnings.formatwarning(message, category, filename, lineno)
        if not own or text not in self.before:
            self.before.add(text)
            sys.stderr.write(printable(text))


def parse(arguments: list[str]) -> argparse.Namespace:
    """Parse the arguments of the command line; ``command`` of the result is the function to call with it."""
    parser = Parser(
        prog="memsim", description="Run models of human memory through the experiments of people, and compare them."
    )
    parser.add_argument("--version", action="version", version=f"memsim {__version__}")
    commands: Commands[argparse.ArgumentParser] = parser.add_subparsers(required=True, metavar="COMMAND")  # type: ignore[assignment]
    if arguments[:1] == ["run"] and len(arguments) > 1 and arguments[1].endswith(".toml"):
        raise InputError(f"run takes options only; memsim battery {arguments[1]} runs a battery file")
    add_run(commands, arguments)
    add_reproduce(commands)
    add_battery(commands)
    add_fit(commands)
    add_posterior(commands)
    add_compare(commands)
    add_benchmark(commands)
    add_recover(commands)
    add_coverage(commands)
    add_calibrate(commands)
    add_train(commands, asked="train" in arguments)
    add_show(commands)
    add_explore(commands)
    add_listing(commands)
    add_check(commands)
    try:
        return parser.parse_args(arguments)
    except InputError as error:
        unknown = re.match(r"unrecognized arguments: --([a-z-]+)", str(error)) if arguments[:1] == ["run"] else None
        if unknown is not None and (tasks := _tasks_with(unknown[1].replace("-", "_"))):
            raise InputError(
                f"--{unknown[1]} is a setting of other tasks; give --paradigm {' or '.join(tasks)}"
            ) from None
        raise


def _tasks_with(setting: str) -> list[str]:
    """The names of the tasks that have this setting."""
    from memsim.paradigms.registered import PARADIGMS

    return [name for name, task in PARADIGMS.usable().items() if setting in {each.name for each in task.parameters()}]
