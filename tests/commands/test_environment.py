"""Commands where the machine is in the way: disks, permissions, closed outputs, interruptions, other encodings."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from memsim.commands.main import main
from memsim.core.interruption import said

ROOT = str(Path(__file__).parents[2])
needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


def memsim(*arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": ROOT, **settings.pop("env", {})}
    return subprocess.run([sys.executable, "-m", "memsim", *arguments], stderr=subprocess.PIPE, encoding="utf-8",
                          env=environment, **settings)  # fmt: skip


@needs_full
@pytest.mark.parametrize("command", [["models"], ["run", "--help"], ["--version"]])
def test_output_that_cannot_be_written(command: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = memsim(*command, stdout=full)
    assert done.returncode == 2 and "No space left" in done.stderr
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


def test_a_closed_output() -> None:
    done = memsim("models", stdout=None, preexec_fn=lambda: os.close(1))
    assert done.returncode == 2 and done.stderr.startswith("memsim: standard output is closed")


def test_a_reader_that_leaves() -> None:
    read, write = os.pipe()
    os.close(read)
    done = memsim("models", stdout=write)
    os.close(write)
    assert done.returncode == 0 and done.stderr == ""


def test_letters_that_the_terminal_lacks() -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    done = memsim("models", "tcm", stdout=subprocess.PIPE, env=ascii_only)
    assert done.returncode == 0 and "\\u03b3" in done.stdout
    done = memsim("models", b"\xff.py".decode(errors="surrogateescape"), stdout=subprocess.PIPE)
    assert done.returncode == 2 and "is not text in UTF-8" in done.stderr


FOLDERS = [
    ["run", "--models", "tcm"], ["fit", "tcm", "--people", "peers_notask"], ["recover", "tcm"],
    ["compare", "tcm", "--people", "peers_notask"], ["reproduce", "greydanus2017"],
]  # fmt: skip


@pytest.mark.parametrize("command", FOLDERS, ids=lambda command: command[0])
def test_a_folder_that_cannot_be_written_is_found_before_the_work(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for work in ("memsim.experiments.comparison.run", "memsim.running.execution.run_cells"):
        monkeypatch.setattr(work, None)
    assert main([*command, "--out", str(tmp_path / "file" / "out")]) == 2
    assert "results cannot be written to" in capsys.readouterr().err


def test_training_finds_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("memsim.training.run.Trainer", None)
    assert main(["train", "lstm", "--out", str(tmp_path / "file" / "x.safetensors")]) == 2


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_an_interruption_during_imports(tmp_path: Path) -> None:
    """A module that is imported interrupts, as Ctrl-C in the first second does, and turns that into another error."""
    for number, code in enumerate(("pass", "raise ImportError('half imported') from None")):
        package = tmp_path / str(number)
        package.mkdir()
        (package / "pandas.py").write_text(
            f"import os, signal\ntry:\n    os.kill(os.getpid(), {int(signal.SIGINT)})\n    signal.pause()\n"
            f"except KeyboardInterrupt:\n    {code}\nraise ImportError('gone on')\n"
        )
        path = os.pathsep.join((str(package), ROOT))
        done = memsim("run", "--models", "tcm", stdout=subprocess.PIPE, env={"PYTHONPATH": path}, cwd=tmp_path)
        assert done.returncode == 130 and done.stderr == f"memsim: {said()}\n"
    code = "import memsim.commands.start as s, sys\nsys.modules['memsim.commands.main'] = None\nsys.exit(s.main())"
    (tmp_path / "0" / "argparse.py").write_text("raise KeyboardInterrupt")
    done = memsim("models", stdout=subprocess.PIPE, env={"PYTHONPATH": os.pathsep.join((str(tmp_path / "0"), ROOT))})
    assert done.returncode == 130 and "Traceback" not in done.stderr


INTERRUPTING = """
import os, signal
from dataclasses import dataclass
from pathlib import Path
from memsim.models import Strength

@dataclass(frozen=True)
class Interrupting(Strength):
    def begin(self, trials, rng):
        if not Path("came").exists():
            Path("came").touch()
            os.kill(os.getpid(), signal.SIGINT)
            signal.pause()
        return super().begin(trials, rng)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_an_interrupted_command_says_what_is_kept_and_goes_on(tmp_path: Path) -> None:
    """Ctrl-C in the second of two cells."""
    (tmp_path / "mine.py").write_text(INTERRUPTING)
    (tmp_path / "b.toml").write_text(
        '[battery]\nn_trials = 20\nanalyses = ["lag_crp"]\n[[models]]\nname = "TCM"\n[[models]]\nname = "mine.py"\n'
        "[[paradigms]]\n"
    )
    command = ["battery", "b.toml", "--out", "out", "--workers", "1"]
    done = memsim(*command, stdout=subprocess.PIPE, cwd=tmp_path)
    kept = f"1 of 2 cells is finished and kept in {tmp_path / 'out' / 'cells'}, and the same command goes on from it"
    assert done.stderr == f"memsim: {said([kept])}\n" and done.returncode == 130
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["cells"]
    [cell] = (tmp_path / "out" / "cells").rglob("*.json")
    before = cell.stat().st_mtime_ns
    done = memsim(*command, stdout=subprocess.PIPE, cwd=tmp_path)
    assert done.returncode == 0 and (tmp_path / "out" / "manifest.json").is_file(), done.stderr
    assert cell.stat().st_mtime_ns == before, "it was not run again"


def test_compiled_code_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from memsim.core.code import compiled

    def no_place(function: Any, **options: Any) -> Any:
        if options.get("cache") and not compiled.numba.config.CACHE_DIR:
            raise RuntimeError("cannot cache function: no locator available")
        return lambda *arguments: ("kept" if options.get("cache") else "not kept", function(*arguments))

    monkeypatch.setattr(compiled.numba, "njit", lambda **options: lambda function: no_place(function, **options))
    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", "")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert compiled.njit(cache=True)(abs)(-1) == ("kept", 1)
    [folder] = tmp_path.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o777)
    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", "")
    assert compiled.njit(cache=True)(abs)(-1) == ("not kept", 1), "others could write code there"


ORPHANS = """
import os, signal, sys
from memsim.running.execution import Cell, run_cells

def slow(number, pipe):
    with open(pipe, "w") as file:
        file.write(f"{os.getpid()}\\n")
    signal.pause()

if __name__ == "__main__":
    run_cells([Cell(slow, {"number": n, "pipe": sys.argv[1]}) for n in range(2)], workers=2)
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
def test_no_worker_outlives_its_parent(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "script.py").write_text(ORPHANS)
    process = subprocess.Popen([sys.executable, str(tmp_path / "script.py"), str(pipe)],
                               env={**os.environ, "PYTHONPATH": ROOT}, stderr=subprocess.DEVNULL)  # fmt: skip
    found: list[int] = []
    while len(found) < 2:
        found += map(int, pipe.read_text().split())
    workers = [os.pidfd_open(number) for number in found]
    process.kill()
    process.wait()
    for worker in workers:
        ended, _, _ = select.select([worker], [], [], 30)
        os.close(worker)
        assert ended, "the worker lives on"


def test_a_backend_of_figures_that_the_shell_names_wrongly(tmp_path: Path) -> None:
    run = ["run", "--models", "strength", "--people", "none", "--n-trials", "20", "--out", str(tmp_path / "out")]
    done = memsim(*run, stdout=subprocess.PIPE, env={"MPLBACKEND": "garbage"})
    assert done.returncode == 0 and (tmp_path / "out" / "comparison.png").is_file(), done.stderr
