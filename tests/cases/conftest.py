"""A folder of inputs for each test, and memsim called as a user calls it."""

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from memsim.commands.main import main

INPUTS = Path(__file__).parent / "inputs"


class Ended(NamedTuple):
    """How a call of the command line ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one line in which memsim refused the call."""
        lines = [line for line in self.err.splitlines() if not line.startswith("memsim: warning:")]
        assert self.status == 2 and len(lines) == 1 and lines[0].startswith("memsim: "), self
        return lines[0]


Memsim = Callable[..., Ended]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with copies of all inputs; the test runs in it."""
    shutil.copytree(INPUTS, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def memsim(capsys: pytest.CaptureFixture[str]) -> Memsim:
    """Call the command line with arguments; words in one text are split at blanks."""

    def call(*arguments: str) -> Ended:
        words = [word for each in arguments for word in each.split(" ")]
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            try:
                status = main(words)
            except SystemExit as ended:
                status = int(ended.code or 0)
        out, err = capsys.readouterr()
        return Ended(status, out, err)

    return call
