"""The log of a training: a table in CSV beside the weights and, where asked for, a log for TensorBoard."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from memsim.core.errors import InputError
from memsim.core.files.written_files import write_file
from memsim.models.networks.weights import SUFFIX

Line = Mapping[str, float]
"""Numbers by name, of which one is the iteration."""


def log_beside(path: Path) -> Path:
    """The file of the log beside that of the weights."""
    return path.with_name(path.name.removesuffix(SUFFIX) + ".csv")


def write_log(path: Path, lines: Sequence[Line]) -> None:
    """Write the log beside the weights at ``path``."""

    def write(partial: Path) -> None:
        with partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(lines[0]) if lines else ["iteration"])
            writer.writeheader()
            writer.writerows(lines)

    write_file(log_beside(path), write)


@contextmanager
def tensorboard_log(folder: Path | None, done: int) -> Iterator[Callable[[Line], None]]:
    """What writes a line of the log for TensorBoard; nothing where there is no ``folder``.

    Lines after the iteration ``done``, which an interrupted training left there, are hidden.

    Raises
    ------
    InputError : the package tensorboard is not installed, or the folder cannot be written.
    """
    if folder is None:
        yield lambda line: None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise InputError(
            f"tensorboard={str(folder)!r} needs the package tensorboard ({error}): pip install 'memsim[tensorboard]'"
        ) from error
    try:
        writer = SummaryWriter(str(folder), purge_step=done + 1)
    except OSError as error:
        raise InputError(f"the log for TensorBoard cannot be written to {folder}: {error}") from error

    def write(line: Line) -> None:
        for name, value in line.items():
            if name != "iteration":
                writer.add_scalar(name, value, int(line["iteration"]))
        writer.flush()

    try:
        yield write
    finally:
        writer.close()
