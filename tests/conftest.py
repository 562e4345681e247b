"""Fixtures of several tests: data sets of psifr, files of Murdock (1962), and the folder of unlicensed data."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from psifr import fr

from memsim import Recalls
from memsim.core.origin import Observed


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", type=int, default=40, metavar="N", help="examples of each test in tests/fuzz")


def pytest_configure(config: pytest.Config) -> None:
    # A slow machine is no fault of the code. The examples are the same each time; --hypothesis-seed asks for others.
    settings.register_profile(
        "memsim", deadline=None, derandomize=config.getoption("--hypothesis-seed") is None,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    settings.load_profile("memsim")
    settings.register_profile(
        "fuzz", max_examples=config.getoption("--fuzz"), derandomize=True, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


SHARED = Path(__file__).parents[2] / "shared"
"""Data beside the repository that have no licence, and targets that were computed from them independently."""


def shared_file(path: str) -> Path:
    """The file at ``path`` in the folder ``shared`` beside the repository; skips the test where it is missing."""
    file = SHARED / path
    if not file.is_file():
        pytest.skip(f"needs {file}")
    return file


def observed(recalls: Recalls) -> Observed:
    """The origin of recalls that must be those of people."""
    assert isinstance(recalls.origin, Observed)
    return recalls.origin


os.environ["MEMSIM_WORKERS"] = "1"  # one test at a time, or one per process of pytest-xdist


@pytest.fixture(scope="session", params=["Morton2013", "peers_notask"])
def psifr_table(request: pytest.FixtureRequest) -> pd.DataFrame:
    return fr.sample_data(request.param)


@pytest.fixture(scope="session")
def murdock_matrix() -> pd.DataFrame:
    """Murdock (1962), list by list, recoded."""
    return pd.read_csv(shared_file("data/human/murdock1962.csv"))


@pytest.fixture
def murdock_files(murdock_matrix: pd.DataFrame, tmp_path: Path) -> Path:
    """A folder with the original files of three conditions, byte for byte; their sha256 is checked on reading."""
    # The recoding of these three can be undone: only 88 became -1, and the last line of 10-2 is not a list.
    for condition, end in (("10-2", "0 "), ("20-1", ""), ("20-2", "")):
        rows = murdock_matrix[murdock_matrix["condition"] == condition].filter(regex=r"^r\d+$").to_numpy()
        lines = [" ".join(str(88 if code == -1 else code) for code in row if code) for row in rows]
        (tmp_path / f"fr{condition}.txt").write_text("".join(f"{line} \r\n" for line in lines) + end, newline="")
    return tmp_path


@pytest.fixture
def messy_recalls() -> Recalls:
    """Random responses with repeats, intrusions and empty lists: 60 lists of 7, 4 subjects."""
    rng = np.random.default_rng(7)
    matrix = rng.integers(-1, 8, size=(60, 9))
    matrix[matrix == 0] = 3
    matrix[np.arange(9) >= rng.integers(0, 10, size=(60, 1))] = 0
    return Recalls.from_matrix(matrix, list_length=7, subject=np.repeat([3, 1, 2, 5], 15))


@pytest.fixture
def forgotten() -> Iterator[None]:
    """What a test imports from its own folder, and finds as a plug-in, is gone after it."""
    search, names = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = search
    for name in set(sys.modules) - names:
        if name.partition(".")[0] in ("helper", "bundle") or name.startswith("memsim_plugin_"):
            del sys.modules[name]
