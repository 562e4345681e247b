"""What readers leave out or doubt is counted in the details of the origin and shown by one warning."""

import shutil
import warnings
from pathlib import Path

import pytest

from memsim import load_recalls
from memsim.commands.main import main
from memsim.core.errors import DataError, DataWarning, InputError
from memsim.data.formats.bids_events import read_bids_events
from memsim.data.formats.left_out import DOUBTFUL, LEFT_OUT, warn_left_out
from tests.conftest import observed, shared_file

LINES = """onset\ttrial_type\titem_name\tlist
1\tWORD\t{0}1\t1
2\tWORD\t{0}2\t1
5\tREC_START\tn/a\t1
6\tREC_WORD\t{0}2\t1
"""


def write(root: Path, name: str, lines: str = LINES, word: str = "w") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(lines.format(word))
    return path


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Subject A: a session with recordings and one without; subject B: a session without."""
    root = tmp_path / "bids"
    write(root, "dataset_description.json", "{{}}")
    for name in ("ieeg/sub-A_ses-0_task-FR_events.tsv", "beh/sub-A_ses-0_task-FR_beh.tsv"):
        write(root / "sub-A" / "ses-0", name)
    write(root, "sub-A/ses-1/beh/sub-A_ses-1_task-FR_beh.tsv", word="x")
    write(root, "sub-B/ses-0/beh/sub-B_ses-0_task-FR_beh.tsv", word="y")
    return root


def test_sessions_in_beh_files_are_read_once(dataset: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = load_recalls(dataset)
    assert read.trials.subject.tolist() == ["A", "A", "B"] and read.positions.tolist() == [[2]] * 3
    assert observed(read).details["files"] == 3 and observed(read).details["files_that_repeat"] == 1


def test_beh_is_read_where_events_hold_no_words(dataset: Path) -> None:
    pulses = "onset\ttrial_type\titem_name\tlist\n1\tPULSE\tn/a\tn/a\n"
    write(dataset, "sub-B/ses-0/eeg/sub-B_ses-0_task-FR_events.tsv", pulses)
    with pytest.warns(DataWarning, match="1 file without studied items"):
        assert len(load_recalls(dataset)) == 3


def test_all_that_is_left_out_is_shown_at_once(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(dataset, "sub-A/ses-0/ieeg/._sub-A_ses-0_task-FR_events.tsv", "junk")
    write(dataset, "derivatives/sub-A_task-FR_events.tsv")
    write(dataset, "sub-A/ses-0/beh/sub-A_ses-0_task-FR_beh.tsv", word="z")
    write(dataset, "sub-C/ses-0/beh/sub-C_ses-0_task-FR_beh.tsv", "onset\ttrial_type\n1\tWORD\textra\n")
    write(dataset, "sub-D/ses-0/beh/sub-D_ses-0_task-rest_events.tsv", "onset\ttrial_type\n1\tREST\n")
    write(dataset, "participants.tsv", "participant_id\nsub-A\nsub-E\n")
    with pytest.warns(DataWarning) as caught:
        read = load_recalls(dataset)
    assert len(caught) == 1 and len(read) == 3
    message = str(caught[0].message)
    for part in (
        "1 file of another task", "1 file that cannot be read", "1 hidden file",
        "1 file in a folder beside the raw data",
        "1 file that differs from the one read for its session", "3 subjects without a list (C, D, E)",
    ):  # fmt: skip
        assert part in message
    with pytest.raises(DataError, match="sub-C_ses-0_task-FR_beh.tsv"):
        load_recalls(dataset, strict=True)
    out = str(dataset.parent / "out")
    assert main(["run", "--data", str(dataset), "--models", "tcm", "--trials", "10", "--out", out]) == 0
    assert capsys.readouterr().err.count("memsim: warning: ") == 1


def test_a_link_to_what_was_not_fetched_is_counted(dataset: Path) -> None:
    (dataset / "sub-B/ses-0/beh/sub-B_ses-0_task-FR_events.tsv").symlink_to("../../.git/annex/nowhere")
    with pytest.warns(DataWarning, match="1 file that cannot be read"):
        assert len(load_recalls(dataset)) == 3
    shutil.rmtree(dataset / "sub-A")
    (dataset / "sub-B/ses-0/beh/sub-B_ses-0_task-FR_beh.tsv").unlink()
    with pytest.raises(InputError, match="is a link to .* which is not there; fetch that file"):
        load_recalls(dataset)


def test_two_files_of_one_session_that_differ_are_refused(dataset: Path) -> None:
    write(dataset, "sub-A/ses-0/eeg/sub-A_ses-0_task-FR_acq-two_events.tsv", word="q")
    with pytest.raises(InputError, match="are of one subject, session and run"):
        load_recalls(dataset)
    write(dataset, "sub-A/ses-0/eeg/sub-A_ses-0_task-FR_acq-two_events.tsv")
    assert observed(load_recalls(dataset)).details["files_that_repeat"] == 2


def test_columns_are_judged_by_what_they_hold(tmp_path: Path) -> None:
    """As in PEERS: `trial` numbers the lists of words; `list` is filled in for arithmetic problems only."""
    path = write(
        tmp_path, "sub-A_task-x_events.tsv",
        "onset\ttrial_type\ttrial\titem_name\tlist\n1\tWORD\t1\tCAT\tn/a\n2\tWORD\t1\tDOG\tn/a\n2.5\tPROB\tn/a\tn/a\t1\n"
        "3\tREC_START\t1\tn/a\tn/a\n4\tREC_WORD\t1\tDOG\tn/a\n",
    )  # fmt: skip
    with pytest.warns(DataWarning, match=r"1 event of another type \(PROB\)"):
        read = load_recalls(path)
    assert read.positions.tolist() == [[2]] and read.times is not None and read.times.tolist() == [[1]]
    assert observed(read).details["columns_by_content"] == {"list": "trial"}
    with pytest.raises(InputError, match="no list is left to read"):
        read_bids_events(path, columns={"list": "list"})


def test_numbers_of_lists_are_whole(tmp_path: Path) -> None:
    for number in ("1.5", "1e30", "inf", "x"):
        path = write(tmp_path, "sub-A_task-x_events.tsv", f"onset\ttrial_type\titem\tlist\n1\tWORD\ta\t{number}\n")
        with pytest.raises(InputError, match=f"sub-A_task-x_events.tsv, line 2: list '{number}' is not a"):
            load_recalls(path)


def test_each_count_has_words_for_one_and_for_several() -> None:
    for title, table in (("left out", LEFT_OUT), ("kept with doubt", DOUBTFUL)):
        for name, (one, many) in table.items():
            with pytest.warns(DataWarning, match=f"^F: {title}: 1 ") as caught:
                warn_left_out("F", {name: 1})
            assert one in str(caught[0].message)
            with pytest.warns(DataWarning, match=f"^F: {title}: 1,234 ") as caught:
                warn_left_out("F", {name: {"a": 1000, "b": 234}})
            assert f"{many} (a, b)" in str(caught[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_left_out("F", {"vocalizations_skipped": 0, "other": 3})


def test_the_shared_data_set_loses_nobody() -> None:
    root = shared_file("cases/04_bids_sessions_in_beh_only/dataset_description.json").parent
    read = load_recalls(root)
    assert len(read) == 3 and read.trials.subject.tolist() == ["A", "A", "B"]
    assert read.positions.tolist() == [[2, 0], [1, 2], [1, 0]]
