"""What can be wrong with a Dask cluster: each is an error in one line that says what to do."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from memsim.core.errors import InputError
from memsim.running import dask_cluster
from memsim.running.execution import Cell, run_cells

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore")


def one() -> int:
    return 1


def run_on(address: str) -> Any:
    return run_cells([Cell(one, {})], backend="dask", scheduler=address)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A scheduler without workers, in a process that need not have memsim."""
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--host"]
    process = subprocess.Popen([*command, "127.0.0.1"], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    found = (re.search(r"tcp://127.0.0.1:\d+", line) for line in process.stderr)
    yield next(match[0] for match in found if match)
    process.kill()
    process.stderr.close()
    process.wait()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "http://127.0.0.1:80", "tcp://no.such.invalid:1"])
def test_a_wrong_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "CONNECT", 1)
    monkeypatch.setattr(dask_cluster, "PATIENCE", 5)
    with pytest.raises(InputError, match=r"^(no Dask scheduler answers at|http.* does not answer as a Dask).*give"):
        run_on(address)


def test_a_service_that_is_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "CONNECT", 1)
    monkeypatch.setattr(dask_cluster, "PATIENCE", 3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(InputError, match="Dask scheduler"):
            run_on(f"tcp://127.0.0.1:{silent.getsockname()[1]}")


def test_a_cluster_without_workers(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "CONNECT", 1)
    with pytest.raises(InputError, match=f"has no workers; start some with: dask worker {scheduler}"):
        run_on(scheduler)


def test_another_version(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import distributed

    versions = distributed.Client.get_versions

    def other(client: Any, *arguments: Any) -> Any:
        found: Any = versions(client, *arguments)
        found["scheduler"]["packages"]["distributed"] = "2020.1"
        return found

    monkeypatch.setattr(distributed.Client, "get_versions", other)
    with pytest.raises(InputError, match="has distributed 2020.1, and this process has .*install the same version"):
        run_on(scheduler)


def worker(address: str, *before: str) -> subprocess.Popen[bytes]:
    code = [*before, "from distributed.cli.dask_worker import main",
            f"main(['{address}', '--nthreads', '1', '--no-nanny', '--no-dashboard'])"]  # fmt: skip
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen([sys.executable, "-c", "\n".join(code)], stderr=subprocess.DEVNULL,
                            env={**os.environ, "PYTHONPATH": path})  # fmt: skip


def test_workers_without_memsim(scheduler: str) -> None:
    process = worker(scheduler, "import sys", "sys.modules['memsim'] = None")
    try:
        with pytest.raises(InputError, match="cannot import memsim .*install memsim on every worker"):
            run_on(scheduler)
    finally:
        process.kill()
        process.wait()


def test_workers_without_the_package_of_a_cell(scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package travels by its name; what is the user's own travels with the cell."""
    (tmp_path / "bundle_of_cells.py").write_text("def one():\n    return 1\n")
    (tmp_path / "bundle-1.dist-info").mkdir()
    (tmp_path / "bundle-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: bundle\nVersion: 1\n")
    (tmp_path / "bundle-1.dist-info" / "RECORD").write_text("bundle_of_cells.py,,\n")
    (tmp_path / "own_of_cells.py").write_text("def one():\n    return 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import importlib

    process = worker(scheduler)
    try:
        dask = {"backend": "dask", "scheduler": scheduler}
        cell: Any = Cell(importlib.import_module("own_of_cells").one, {})
        assert run_cells([cell], **dask) == [2]
        cell = Cell(importlib.import_module("bundle_of_cells").one, {})
        with pytest.raises(InputError, match="bundle_of_cells.*install the package on every worker"):
            run_cells([cell], **dask)
    finally:
        process.kill()
        process.wait()
