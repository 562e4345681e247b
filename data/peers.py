"""PEERS by one call: its sessions are fetched one by one, or read from a folder that has the data set of OpenNeuro."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from memsim.core.errors import DataError, InputError
from memsim.core.files.given_paths import given_path
from memsim.core.free_recall import FreeRecall
from memsim.core.interruption import noted
from memsim.core.judgments import Responses
from memsim.core.names import require_one_of, shown
from memsim.data.datasets.peers_experiment1 import CITATION, recognition_task
from memsim.data.fetch import cache_folder
from memsim.data.formats.bids_files import entity
from memsim.data.formats.left_out import warn_left_out
from memsim.data.formats.peers_events import read_session
from memsim.data.formats.peers_tables import (
    LENGTH,
    SOURCE,
    final_judgments,
    final_recalls,
    list_recalls,
    shipped_table,
)

REGISTRY = "peers_registry.csv.gz"
FILES = "sub-*/ses-*/beh/*_task-ltpFR_beh.tsv"
ADDRESS = SOURCE.replace("github.com", "raw.githubusercontent.com").replace("/tree/", "/")
SUMS = "sha256.txt"
"""The file in the folder of the sessions that keeps the sums of files for which the registry has none."""
SESSIONS_OF_EXPERIMENT1, FIRST_OF_EXPERIMENT3 = range(7), 14
"""Sessions 0 to 6 are of experiment 1; those of experiment 3 have no arithmetic, and begin with 14."""
DESIGNS = {(1, 16): 320, (2, 12): 240, (2, 14): 280, (3, 16): 320}
"""Probes of the final recognition, by experiment and number of lists."""


class PeersTables(NamedTuple):
    """The tables of sessions (see :mod:`memsim.data.formats.peers_tables`), and what was left out of the files."""

    lists: pd.DataFrame
    sessions: pd.DataFrame
    left_out: dict[str, int]


def load_peers(
    what: str = "recognition",
    root: str | Path | None = None,
    *,
    subjects: Iterable[str] | None = None,
    sessions: Iterable[int] | None = None,
    experiment: int = 1,
    n_lists: int | None = None,
) -> Responses:
    """Judgments or recalls of PEERS, experiments 1 to 3, of the people and sessions that are named.

    Parameters
    ----------
    what : ``"recognition"``: judgments of the final recognition; ``"lists"``: free recall of the lists, with intruding
        words; ``"final_recall"``: free recall of all words at the end of a session.
    root : a folder with the data set ds004395 of OpenNeuro, in which nothing is fetched. Without one, sessions of 60 of
        the people are fetched into the cache (:func:`fetch_peers`); those that are there are not fetched again.
    subjects, sessions : labels such as ``"LTP065"``, and numbers of sessions from 0; all if not given.
    experiment : 1, 2 or 3, by the number of the session and by its arithmetic.
    n_lists : lists of a session; 16, in experiment 2 by default 12 (a first session has 14). Other sessions are left
        out of the final tests.

    Returns
    -------
    Judgments or Recalls : the details of the origin count what was left out, which is also shown by one warning.

    Raises
    ------
    InputError : no such files, people or sessions, or another experiment.
    DataError : a file that could not be fetched, or is not one of PEERS.

    References
    ----------
    Kahana et al. (2024), doi 10.1037/xlm0001319; OpenNeuro ds004395 v2.0.0.
    """
    require_one_of(what, ("recognition", "lists", "final_recall"), "what")
    n_lists = n_lists or {1: 16, 2: 12, 3: 16}.get(experiment, 0)
    if (experiment, n_lists) not in DESIGNS:
        raise InputError(
            f"experiment={shown(experiment)} with n_lists={shown(n_lists)}: sessions of experiments 1 and 3 have 16 "
            "lists, those of experiment 2 have 12 or 14"
        )
    if root is None:
        paths = fetch_peers(subjects=subjects, sessions=sessions)
    else:
        paths = _chosen(_files_in(Path(root)), subjects, sessions)
    tables = read_peers(paths)
    lists, tests = (each[each["experiment"] == experiment] for each in (tables.lists, tables.sessions))
    if lists.empty:
        raise InputError(f"none of the {len(paths)} sessions is of experiment {experiment}")
    details: dict[str, Any] = {"source": SOURCE, "experiment": experiment, "files": len(paths)}
    details |= {f"peers_{name}_left_out": count for name, count in tables.left_out.items()}
    found: Responses
    if what == "lists":
        found = list_recalls(lists, FreeRecall(list_length=LENGTH, presentation_time=3), **details)
    elif what == "final_recall":
        task = FreeRecall(list_length=n_lists * LENGTH, presentation_time=3)
        found = final_recalls(lists, tests, task, **details)
    else:
        found = final_judgments(lists, tests, recognition_task(n_lists, DESIGNS[experiment, n_lists]), **details)
    warn_left_out(f"PEERS ({CITATION.split(',')[0]} et al., 2024)", found.origin.details)  # type: ignore[union-attr]
    return found


def read_peers(paths: Iterable[str | Path]) -> PeersTables:
    """The tables of these files of sessions, with the columns ``experiment`` and ``distraction`` besides."""
    lists, tests, left_out = [], [], dict[str, int]()
    for path in map(Path, paths):
        session = read_session(path)
        number = int(session.tests[0]["session"])
        experiment = 1 if number in SESSIONS_OF_EXPERIMENT1 else 2
        if number >= FIRST_OF_EXPERIMENT3 and not session.arithmetic:
            experiment = 3
        known = session.arithmetic or experiment != 2
        lists += [{**row, "experiment": experiment, **({} if known else {"distraction": "unknown"})}
                  for row in session.lists]  # fmt: skip
        tests += [{**row, "experiment": experiment} for row in session.tests]
        for name, count in session.left_out.items():
            left_out[name] = left_out.get(name, 0) + count
    if not lists:
        raise InputError("there is no list of 16 words in these files; are they sessions of PEERS?")
    return PeersTables(pd.DataFrame(lists), pd.DataFrame(tests), left_out)


def fetch_peers(
    folder: str | Path | None = None,
    *,
    subjects: Iterable[str] | None = None,
    sessions: Iterable[int] | None = None,
    progress: Callable[[str], None] = lambda file: None,
) -> list[Path]:
    """Fetch sessions of PEERS, one file after the other, into ``folder`` (by default the cache).

    The shipped registry names 868 sessions of 60 people, without sums; ``examples/peers_registry.py`` makes that of all
    237 people from a folder with the data set.

    Files that are there are checked and not fetched again, so that an interrupted call goes on where it stopped. The
    address of a file holds the commit of the data set. Where the shipped registry has no sha256 of a file, the sum of
    the first download is kept in ``sha256.txt`` of the folder, and later calls compare with it.

    Raises
    ------
    InputError : the registry has no such person or session.
    DataError : a download failed, or a file has another sum.
    """
    if folder is not None:
        folder = given_path(folder, "fetch_peers")
    import pooch

    folder = cache_folder() / "ds004395" if folder is None else Path(folder)
    table = shipped_table(REGISTRY)
    sums = dict(zip(table["file"], table["sha256"].fillna(""), strict=True))
    names = [str(name) for name in _chosen(map(Path, sums), subjects, sessions)]
    learned = _read_sums(folder)
    done = 0

    def kept() -> str:
        return f"{done} of {len(names)} sessions are in {folder}, and the same call goes on from there"

    with noted(kept):
        for done, name in enumerate(names):  # noqa: B007 (kept reads it)
            path, expected = folder / name, sums[name] or learned.get(name, "")
            if path.is_file() and _matches(path, expected):
                continue
            progress(name)
            known = f"sha256:{expected}" if expected else None
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                pooch.retrieve(f"{ADDRESS}/{name}", known, path.name, path.parent)
            except (OSError, ValueError) as error:
                raise DataError(
                    f"{name} could not be fetched ({type(error).__name__}: {textwrap.shorten(str(error), 100)}) from "
                    f"{ADDRESS}; {kept()}. Without a network, give root= a folder with ds004395 of OpenNeuro"
                ) from error
            if not expected:
                with (folder / SUMS).open("a", encoding="ascii") as file:
                    file.write(f"{_sum(path)}  {name}\n")
    return [folder / name for name in names]


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _matches(path: Path, expected: str) -> bool:
    if expected and (found := _sum(path)) != expected:
        raise DataError(f"{path} is corrupt: its sha256 is {found}, expected {expected}; delete it and load again")
    return True


def _read_sums(folder: Path) -> dict[str, str]:
    if not (folder / SUMS).is_file():
        return {}
    lines = (line.split(maxsplit=1) for line in (folder / SUMS).read_text(encoding="ascii").splitlines())
    return {parts[1]: parts[0] for parts in lines if len(parts) == 2}


def _files_in(root: Path) -> list[Path]:
    if not root.is_dir():
        raise InputError(f"root={str(root)!r} is no folder; name the folder with ds004395 of OpenNeuro")
    if not (found := sorted(root.glob(FILES))):
        raise InputError(f"there is no {FILES} in {root}; name the folder with ds004395 of OpenNeuro")
    return found


def _chosen(paths: Iterable[Path], subjects: Iterable[str] | None, sessions: Iterable[int] | None) -> list[Path]:
    """The files of these people and sessions, in order."""
    wanted = None if subjects is None else {str(each).removeprefix("sub-") for each in _several(subjects, "subjects")}
    numbers = None if sessions is None else {int(each) for each in _several(sessions, "sessions")}
    known = sorted(
        ((entity(path, "sub") or "", int(entity(path, "ses") or 0), path) for path in paths), key=lambda x: x[:2]
    )
    if wanted is not None and (lacks := wanted - {subject for subject, _, _ in known}):
        raise InputError(f"subjects: there is no file of {min(lacks)!r}; people are called as in {known[0][0]!r}")
    chosen = [
        path for subject, number, path in known
        if (wanted is None or subject in wanted) and (numbers is None or number in numbers)
    ]  # fmt: skip
    if not chosen:
        raise InputError(f"sessions: these people have none of the sessions {sorted(numbers or ())}; they start at 0")
    return chosen


def _several(values: Iterable[Any], what: str) -> Iterator[Any]:
    if isinstance(values, str | int):
        raise InputError(f"{what}={values!r} is one value; give a list of them")
    return iter(values)
