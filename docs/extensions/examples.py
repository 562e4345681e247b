"""Examples of generated pages: each runs as it is printed, and leaves a figure."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tempfile
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import memsim

DPI = 144


@dataclass(frozen=True)
class Example:
    """Python that defines ``figure``, and the name of the file that it becomes.

    Parameters
    ----------
    name : the name of the figure, without suffix.
    last : what is run, and shown.
    alt : what the figure shows, for those who do not see it.
    setting : what is run and shown before; examples that share it run it once.
    """

    name: str
    last: str
    alt: str
    setting: str = ""

    @property
    def code(self) -> str:
        """All that is run, and shown."""
        return self.setting + self.last

    @property
    def digest(self) -> str:
        """The digest of what the figure follows from: the code, and the sources and data of memsim."""
        return hashlib.sha256((self.code + digest_of_memsim()).encode()).hexdigest()

    def draw(self, folder: Path) -> list[str]:
        """Run the code in an empty folder, write ``name.png``, and give what memsim warned of.

        A figure that follows from the same code and the same memsim is not drawn again.
        """
        import matplotlib.pyplot as plt

        plt.switch_backend("agg")
        record = folder / f"{self.name}.txt"
        if record.is_file() and (kept := record.read_text("utf-8").split("\n"))[0] == self.digest:
            return kept[1:]
        here = Path.cwd()
        with tempfile.TemporaryDirectory() as empty, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            os.chdir(empty)
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    names = dict(_after(self.setting))
                    exec(compile(self.last, f"<example {self.name}>", "exec"), names)
            finally:
                os.chdir(here)
        folder.mkdir(parents=True, exist_ok=True)
        names["figure"].savefig(folder / f"{self.name}.png", dpi=DPI)
        plt.close("all")
        said = [" ".join(str(each.message).split()) for each in caught if _of_memsim(each.category)]
        record.write_text("\n".join([self.digest, *dict.fromkeys(said)]), "utf-8")
        return list(dict.fromkeys(said))


@lru_cache(1)
def _after(setting: str) -> dict[str, Any]:
    """The names that the code of a setting defines."""
    names: dict[str, Any] = {}
    exec(compile(setting, "<setting>", "exec"), names)
    return names


def _of_memsim(category: type[Warning]) -> bool:
    return category.__module__.startswith("memsim")


@cache
def digest_of_memsim() -> str:
    """The digest of all files of memsim: sources, tables and weights."""
    found = hashlib.sha256()
    for package in (memsim, memsim.models, memsim.paradigms, memsim.analysis, memsim.data):
        for path in sorted(Path(package.__path__[0]).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(path.read_bytes())
    return found.hexdigest()


def draw_all(examples: Iterable[Example], folder: Path, say: Callable[[str], None]) -> dict[str, list[str]]:
    """Run all examples, and give what memsim warned of, by name.

    Raises
    ------
    RuntimeError : an example failed; the message names it.
    """
    said = {}
    for example in examples:
        say(example.name)
        try:
            said[example.name] = example.draw(folder)
        except Exception as error:
            raise RuntimeError(f"the example {example.name!r} failed: {type(error).__name__}: {error}") from error
    return said
