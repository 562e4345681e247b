"""The command line of memsim."""

from __future__ import annotations

import argparse
import contextlib
import io
import signal
import sys
import threading
import warnings
from collections.abc import Sequence
from typing import TextIO

from memsim.commands.battery import add_battery
from memsim.commands.check import add_check
from memsim.commands.compare import add_compare
from memsim.commands.fit import add_fit
from memsim.commands.listing import add_listing
from memsim.commands.options import Commands, Parser
from memsim.commands.recover import add_recover
from memsim.commands.reproduce import add_reproduce
from memsim.commands.run import add_run
from memsim.commands.show import add_show
from memsim.commands.train import add_train
from memsim.core.errors import InputError, MemsimError, MemsimWarning
from memsim.core.names import printable
from memsim.core.version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int : the exit status: 0; 1 for a failed check or reproduction, or a model or figure that failed while the other
        results stand; 2 for bad input; 130 for an interruption.
    """
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):  # a terminal without Greek letters shows escapes
            output.reconfigure(errors="backslashreplace")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminated)
    try:
        with contextlib.redirect_stdout(_Printable(sys.stdout)), warnings.catch_warnings():
            warnings.filterwarnings("once", category=MemsimWarning)
            warnings.showwarning = _shown
            parsed = parse(list(sys.argv[1:] if arguments is None else arguments))
            return parsed.command(parsed)
    except MemsimError as error:
        print(printable(f"memsim: {error}"), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("memsim: interrupted; no incomplete result was written", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read the output has closed it, as in `memsim models | head -1`
        sys.stderr.close()
        return 0


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


def _shown(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a warning of memsim as one line, and any other as Python does."""
    own = issubclass(category, MemsimWarning)
    text = f"memsim: warning: {message}\n" if own else warnings.formatwarning(message, category, filename, lineno)
    sys.stderr.write(printable(text))


def _terminated(*_: object) -> None:
    """End as Ctrl-C does, so that the kill of a batch system leaves no incomplete result either."""
    raise KeyboardInterrupt


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
    add_compare(commands)
    add_recover(commands)
    add_train(commands, asked="train" in arguments)
    add_show(commands)
    add_listing(commands)
    add_check(commands)
    return parser.parse_args(arguments)
