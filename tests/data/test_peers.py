"""PEERS: the tables that ship, files of sessions in its format, and files that are missing, corrupt or out of reach."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim import Judgments, Recalls, load_dataset
from memsim.core.errors import DataError, DataWarning, InputError
from memsim.data import fetch_peers, load_peers
from memsim.data.formats.peers_events import read_session
from memsim.data.formats.peers_tables import shipped_table
from memsim.data.peers import DESIGNS, FILES, REGISTRY, SUMS, read_peers
from memsim.paradigms import FinalRecognition

WORDS = shipped_table("peers_words.csv")["word"].tolist()
NAMES = [
    "mstime", "trial_type", "stim_file", "subject", "experiment", "session", "trial", "task", "item_name", "item_num",
    "recog_resp", "recog_conf", "resp",
]  # fmt: skip


def session_file(
    root: Path,
    session: int = 0,
    *,
    n_lists: int = 16,
    n_probes: int = 320,
    changes: Sequence[tuple[int, str, Any]] = (),
    math: bool = False,
    clock: str = "mstime",
) -> Path:
    """A file of a session: words by number, of which each list gives back positions 16, 1, an intrusion and 16 again.

    Probes go through the words in order, three old ones and then a new one; the answer is right with confidence 5.
    """
    rows: list[dict[str, Any]] = [{"trial_type": "SESS_START", "recog_conf": 4}]
    now = 1000

    def add(kind: str, wait: int, **cells: Any) -> None:
        nonlocal now
        now += wait
        rows.append({"mstime": now, "trial_type": kind, **cells})

    def word(number: int) -> dict[str, Any]:
        return {"item_name": WORDS[number - 1], "item_num": number}

    for number in range(1, n_lists + 1):
        first = 16 * (number - 1) + 1
        if math and number == 2:
            add("START", 10)
            add("STOP", 7000)
        for at in range(16):
            add("WORD", 4000, trial=number, task=-1 if number % 2 else at // 8, **word(first + at))
            if math and number == 2:
                add("START", 3000)
                add("STOP", 7000)
        if math and number == 3:
            add("START", 3000)
            add("STOP", 15000)
        add("REC_START", 2000, trial=number)
        add("REC_WORD", 1500, trial=number, **word(first + 15))
        add("REC_WORD_VV", 100, trial=number, item_name="<>", item_num=-1)
        add("REC_WORD", 500, trial=number, **word(first))
        add("REC_WORD", 500, trial=number, **word(1000))
        add("REC_WORD", 500, trial=number, **word(first + 15))
        if number == 1:
            add("REC_WORD", 500, trial=number, item_name="[???]", item_num=-1)
    add("FFR_REC_WORD", 5000, **word(17))
    add("FFR_REC_WORD", 1000, item_name="NOWORD", item_num=-1)
    for at in range(n_probes):
        if at % 20 == 0:
            add("REC_START", 3000, trial=at // 20 + 1)
        old = at % 4 != 3
        cells = {"trial": at // 20 + 1, **word(3 * (at // 4) + at % 4 + 1 if old else 600 + at)}
        add("RECOG_TARGET" if old else "RECOG_LURE", 30, recog_resp=int(old), recog_conf=5, **cells)
        add("RECOG_RESP", 1234, recog_resp=int(old), **cells)
        add("RECOG_CONF", 900, recog_conf=5, **cells)
    for row, column, value in changes:
        rows[row][column] = value
    frame = pd.DataFrame(rows).reindex(columns=NAMES).astype(object)
    if clock == "onset":
        frame["mstime"] /= 1000
        frame = frame.rename(columns={"mstime": "onset"})
    path = root / f"sub-LTP999/ses-{session}/beh/sub-LTP999_ses-{session}_task-ltpFR_beh.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, sep="\t", index=False, na_rep="n/a")
    return path


def first_probe(path: Path) -> int:
    """The row of the first probe among the rows of a file, from 0."""
    kinds = pd.read_csv(path, sep="\t")["trial_type"]
    return int(kinds.str.startswith("RECOG").idxmax())


@pytest.mark.parametrize("clock", ["mstime", "onset"])
def test_recognition_of_a_session(tmp_path: Path, clock: str) -> None:
    session_file(tmp_path, clock=clock)
    judgments = load_peers(root=tmp_path)
    assert isinstance(judgments, Judgments) and len(judgments) == 1
    task = judgments.trials.paradigm
    assert isinstance(task, FinalRecognition) and task.list_length == 256 and task.n_ratings == 10
    assert judgments.trials.items[0].tolist() == list(range(256))
    assert np.unique(judgments.ratings).tolist() == [1, 10]
    kinds = judgments.trials.probe_kinds
    assert (kinds == "target").sum() == 240 and (judgments.called_old == (kinds == "target")).all()
    assert judgments.times is not None and judgments.times[0, :3] == pytest.approx([1.23, 1.23, 1.23])
    probes = judgments.trials.probes
    assert probes is not None
    assert probes.labels["block"][0, [0, 19, 20, 319]].tolist() == [1, 1, 2, 16]
    assert probes.labels["list"][0, :5].tolist() == [1, 1, 1, 0, 1]
    # Word 1 was recalled second, word 16 first, and a repetition does not count.
    by_position = dict(zip(probes.items[0, :, 0].tolist(), probes.labels["initial_output"][0].tolist(), strict=True))
    assert (by_position[0], by_position[1], by_position[15]) == (2, 0, 1)
    assert judgments.trials.conditions["final_free_recall"].tolist() == ["yes"]
    assert judgments.trials.source is not None and judgments.trials.source[0, [0, 16, 31]].tolist() == [0, 1, 2]


@pytest.mark.filterwarnings("ignore:PEERS .* 3 probes without an answer")
def test_answers_that_cannot_be_rated_are_left_out_and_counted(tmp_path: Path) -> None:
    at = first_probe(session_file(tmp_path))
    changes = [(at, "recog_resp", None), (at + 1, "recog_resp", None), (at + 3, "recog_conf", 0)]
    session_file(tmp_path, changes=[*changes, (at + 6, "recog_conf", 7), (at + 9, "recog_resp", 1)])
    judgments = load_peers(root=tmp_path)
    assert isinstance(judgments, Judgments)
    assert judgments.ratings[0, :4].tolist() == [0, 0, 0, 10]
    assert judgments.times is not None and np.isnan(judgments.times[0, :3]).all()
    left_out = judgments.origin.details["answers_left_out"]  # type: ignore[union-attr]
    assert left_out == {"no response": 1, "confidence outside 1-5": 2}


def test_answers_of_their_own_rows(tmp_path: Path) -> None:
    """The row of a probe may be without response and confidence, which then stand in rows after it."""
    at = first_probe(session_file(tmp_path))
    session_file(tmp_path, changes=[(at, "recog_resp", None), (at, "recog_conf", None), (at + 2, "recog_conf", 2)])
    judgments = load_peers(root=tmp_path)
    assert isinstance(judgments, Judgments) and judgments.ratings[0, 0] == 7


def test_lists_with_intrusions(tmp_path: Path) -> None:
    session_file(tmp_path)
    recalls = load_peers("lists", tmp_path)
    assert isinstance(recalls, Recalls) and len(recalls) == 16
    assert recalls.positions[:2].tolist() == [[16, 1, -1, 16, -1], [16, 1, -1, 16, 0]]
    assert recalls.intruders is not None and recalls.intruders[:2, 2:].tolist() == [[999, -1, -1], [999, -1, -1]]
    assert recalls.times is not None and recalls.times[1, :4] == pytest.approx([1.5, 2.1, 2.6, 3.1])
    assert recalls.trials.conditions["list_type"].tolist()[:2] == ["none", "shift"]
    assert recalls.origin.details["peers_vocalizations_left_out"] == 16  # type: ignore[union-attr]


def test_final_free_recall(tmp_path: Path) -> None:
    session_file(tmp_path)
    recalls = load_peers("final_recall", tmp_path)
    assert isinstance(recalls, Recalls) and recalls.positions.tolist() == [[17, -1]]


def test_distraction_from_the_times_of_arithmetic(tmp_path: Path) -> None:
    tables = read_peers([session_file(tmp_path, 8, n_lists=12, n_probes=240, math=True)])
    assert tables.lists["distraction"].tolist()[:4] == ["immediate", "continual_8", "delayed_16", "immediate"]
    assert set(tables.lists["experiment"]) == {2}
    assert len(load_peers(root=tmp_path, experiment=2)) == 1
    with pytest.raises(InputError, match="none of the 1 sessions is of experiment 1"):
        load_peers(root=tmp_path)


@pytest.mark.parametrize(("session", "math", "experiment"), [(6, False, 1), (7, True, 2), (11, False, 2), (15, True, 2),
                                                             (15, False, 3)])  # fmt: skip
def test_experiment_by_session_and_arithmetic(tmp_path: Path, session: int, math: bool, experiment: int) -> None:
    tables = read_peers([session_file(tmp_path, session, math=math)])
    assert set(tables.sessions["experiment"]) == {experiment}
    assert ("unknown" in set(tables.lists["distraction"])) == (session == 11)


def test_lists_and_probes_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    path = session_file(tmp_path)
    at = first_probe(path)
    session_file(tmp_path, changes=[(1, "item_num", -1), (at + 9, "item_num", 2)])
    session = read_session(path)
    assert len(session.lists) == 15
    # Of the 16 words of the lost list, all are probed; the fourth probe, a lure, repeats one of them.
    assert session.left_out == {"vocalizations": 16, "lists": 1, "probes": 17}
    with pytest.raises(InputError, match="there is no session of 16 lists of 16 words among 1 sessions"):
        load_peers(root=tmp_path)


def test_people_and_sessions_are_chosen(tmp_path: Path) -> None:
    for session in (0, 1, 10):
        session_file(tmp_path, session)
    chosen = load_peers(root=tmp_path, subjects=["LTP999"], sessions=[1])
    assert chosen.trials.session is not None and chosen.trials.session.tolist() == [1]
    assert len(load_peers(root=tmp_path)) == 2
    with pytest.raises(InputError, match="there is no file of 'LTP1'; people are called as in 'LTP999'"):
        load_peers(root=tmp_path, subjects=["LTP1"])
    with pytest.raises(InputError, match=r"none of the sessions \[3\]"):
        load_peers(root=tmp_path, sessions=[3])
    with pytest.raises(InputError, match="subjects='LTP999' is one value; give a list"):
        load_peers(root=tmp_path, subjects="LTP999")


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = session_file(tmp_path)
    text = path.read_text()
    path.write_text(text.replace("recog_resp", "other"))
    with pytest.raises(DataError, match="beh.tsv has no column recog_resp; is it a file of events of PEERS"):
        load_peers(root=tmp_path)
    path.write_text(text.replace("\t1000", "\tabc", 1))
    with pytest.raises(DataError, match="item_num .abc.* is not a number"):
        load_peers(root=tmp_path)
    path.write_text(text[: len(text) // 2] + "\t\t\n")
    with pytest.raises(DataError, match="beh.tsv"):
        load_peers(root=tmp_path)
    with pytest.raises(InputError, match="there is no sub-"):
        load_peers(root=tmp_path / "sub-LTP999")
    with pytest.raises(InputError, match="is no folder"):
        load_peers(root=tmp_path / "nothing")
    with pytest.raises(InputError, match="must be one of 'recognition', 'lists'"):
        load_peers("judgments", tmp_path)
    with pytest.raises(InputError, match="experiment=4 with n_lists=0"):
        load_peers(root=tmp_path, experiment=4)


class Server:
    """In place of pooch: it writes a session, and counts; from a certain file on it does not answer."""

    def __init__(self, source: Path, until: int = 99) -> None:
        self.content, self.until, self.asked = source.read_bytes(), until, list[str]()
        self.error: BaseException = OSError("network is unreachable")

    def __call__(self, url: str, known_hash: str | None, fname: str, path: Path) -> str:
        if len(self.asked) >= self.until:
            raise self.error
        self.asked.append(url)
        if known_hash is not None and known_hash != f"sha256:{hashlib.sha256(self.content).hexdigest()}":
            raise ValueError("the hash does not match")
        (path / fname).write_bytes(self.content)
        return str(path / fname)


def test_fetching_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, folder = session_file(tmp_path / "source"), tmp_path / "peers"
    server = Server(source, until=3)
    monkeypatch.setattr("pooch.retrieve", server)
    with pytest.raises(DataError, match=r"network is unreachable.* 3 of 5 sessions are in .*the same call goes on"):
        fetch_peers(folder, subjects=["LTP065"], sessions=range(5))
    server.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt) as raised:
        fetch_peers(folder, subjects=["LTP065"], sessions=range(5))
    assert raised.value.__notes__ == [f"3 of 5 sessions are in {folder}, and the same call goes on from there"]
    server.until = 99
    shown: list[str] = []
    paths = fetch_peers(folder, subjects=["LTP065"], sessions=range(5), progress=shown.append)
    assert len(server.asked) == 5 and len(shown) == 2 and len(paths) == 5 and all(path.is_file() for path in paths)
    assert server.asked[0].endswith("cf61/sub-LTP065/ses-0/beh/sub-LTP065_ses-0_task-ltpFR_beh.tsv")
    fetch_peers(folder, subjects=["LTP065"], sessions=range(5))
    assert len(server.asked) == 5, "nothing is fetched again"
    paths[2].write_text("another file")
    with pytest.raises(DataError, match="ses-2_task-ltpFR_beh.tsv is corrupt: its sha256"):
        fetch_peers(folder, subjects=["LTP065"], sessions=[2])
    paths[2].unlink()
    server.content = b"changed"
    with pytest.raises(DataError, match="the hash does not match"):
        fetch_peers(folder, subjects=["LTP065"], sessions=[2])
    assert len((folder / SUMS).read_text().splitlines()) == 5


def test_the_call_without_a_folder_fetches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pooch.retrieve", Server(session_file(tmp_path / "source")))
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "cache")
    assert len(load_peers(subjects=["LTP065"], sessions=[0, 1])) == 2


def test_the_registry_names_files_of_sessions() -> None:
    names = shipped_table(REGISTRY)["file"]
    assert names.is_unique and len(names) == 868
    assert all(Path(name).match(FILES) for name in names)
    assert set(DESIGNS.values()) == {240, 280, 320}


def test_shipped_recognition() -> None:
    """Counts and rates of an independent computation from the source, of experiment 1 (one short session less)."""
    judgments = load_dataset("peers_recognition")
    kinds, answered = judgments.trials.probe_kinds, judgments.answered
    assert len(judgments) == 395 and len(judgments.trials.subjects) == 59 and answered.size == 395 * 320
    details = judgments.origin.details
    assert details["answers_left_out"] == {"no response": 135, "confidence outside 1-5": 524}
    assert details["sessions_of_other_lengths"] == 1
    hits, false_alarms = (judgments.called_old[(kinds == kind) & answered].mean() for kind in ("target", "lure"))
    assert hits == pytest.approx(0.88572, abs=0.001) and false_alarms == pytest.approx(0.20761, abs=0.003)
    labels = judgments.trials.probes.labels
    assert ((labels["list"] > 0) == (kinds == "target")).all()
    assert ((labels["initial_output"] > 0) <= (kinds == "target")).all()
    assert 0.2 < np.nanmedian(judgments.times) < 2


def test_shipped_lists_and_final_recall() -> None:
    recalls = load_dataset("peers_experiment1")
    assert len(recalls) == 6345 and len(recalls.trials.subjects) == 60
    assert sum(len(load_dataset("peers_experiment1", kind)) for kind in ("none", "size", "animacy", "shift")) == 6345
    assert len(load_dataset("peers_experiment1:none")) == 1588
    assert recalls.intruders is not None and ((recalls.intruders >= 0) <= (recalls.positions == -1)).all()
    final = load_dataset("peers_final_recall")
    assert len(final) == 227 and final.list_length == 256


def test_shipped_lists_equal_those_of_psifr() -> None:
    """Lists without a task of the same 30 people in another table, of which four were annotated again later."""
    ours, theirs = load_dataset("peers_experiment1:none"), load_dataset("peers_notask")
    equal = []
    for subject in np.unique(ours.trials.subject):
        known = theirs[theirs.trials.subject == int(subject[3:])]
        mine = ours[ours.trials.subject == subject]
        for row in range(len(known)):
            words = [list(each.trials.pool.labels[each.trials.items[row]]) for each in (mine, known)]
            assert words[0] == words[1]
            responses = [[int(p) for p in each.positions[row] if p] for each in (mine, known)]
            equal.append(responses[0] == responses[1])
    assert len(equal) == 840 and sum(equal) == 836


def test_a_missing_session_warns(tmp_path: Path) -> None:
    session_file(tmp_path, 0)
    session_file(tmp_path, 1, n_lists=12)
    with pytest.warns(DataWarning, match="session of another length"):
        load_peers(root=tmp_path)
