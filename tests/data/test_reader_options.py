"""Options of readers: which there are, which formats take them, and that they reach every command."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.io import savemat

from memsim import load_recalls
from memsim.commands.main import main, parse
from memsim.commands.options import reading
from memsim.core.errors import DataWarning, InputError, UnknownNameError
from memsim.data import ReaderOptions
from memsim.data.reader_options import FORMATS, checked_codes, parse_option
from memsim.experiments.battery_file import read_battery
from memsim.paradigms import SerialRecall
from tests.conftest import observed, shared_file

LENGTHS = {1: 3, 2: 3, 3: 2}
WORDS = [f"{10 * number + k}\tWORD\tW{number}{k}\t{number}\n" for number in LENGTHS for k in range(LENGTHS[number])]
TWO_LENGTHS = f"onset\ttrial_type\titem_name\tlist\n{''.join(WORDS)}40\tREC_WORD\tW10\t1\n"
SERIAL = pd.DataFrame(
    [
        {"subject": who, "list": 1, "position": k + 1, "trial_type": kind, "item": item}
        for who in (1, 2)
        for kind, items in (("study", "abc"), ("recall", "acb"))
        for k, item in enumerate(items)
    ]
)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "sub-A_ses-0_task-x_events.tsv"
    path.write_text(TWO_LENGTHS)
    return path


@pytest.fixture
def serial(tmp_path: Path) -> Path:
    SERIAL.to_csv(tmp_path / "serial.csv", index=False)
    return tmp_path / "serial.csv"


def test_every_option_has_formats_and_help() -> None:
    for declared in ReaderOptions.declared():
        assert declared.formats and set(declared.formats) <= set(FORMATS) and declared.help


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"list_lenght": 3}, "no option 'list_lenght' for reading recalls; did you mean 'list_length'"),
        ({"list_length": 0}, "list_length=0 must be a whole number of at least 1"),
        ({"list_length": "3"}, "list_length='3' must be a whole number"),
        ({"columns": "list=trial"}, "columns='list=trial' must be a table"),
        ({"conditions": [1]}, r"conditions=\[1\] must be text, or a list of texts"),
        ({"strict": "yes"}, "strict='yes' must be true or false"),
        ({"format": "bid"}, "format='bid' must be one of 'table', 'bids', 'mat', 'egg', 'matrix'; did you mean 'bids'"),
        ({"codes": {"x": "intrusion"}}, "codes: 'x' is not a whole number"),
        ({"codes": {1.5: "intrusion"}}, "codes: 1.5 is not a whole number"),
        ({"codes": {-2: "repeat"}}, "must be one of intrusion, repetition, no_response, unknown"),
        ({"codes": {0: "intrusion"}}, "0 always means that there is no response"),
    ],
)
def test_values_are_checked(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ReaderOptions.of(given)


def test_codes_may_be_text() -> None:
    assert checked_codes({"-2": "repetition", 88: "intrusion"}) == {-2: "repetition", 88: "intrusion"}


def test_an_option_that_does_not_apply_names_the_formats_that_take_it(events: Path, serial: Path) -> None:
    with pytest.raises(InputError, match="variable='x' does not apply to .*BIDS events; it is for a MATLAB file"):
        load_recalls(events, variable="x", list_length=3)
    with pytest.raises(InputError, match="task='x' does not apply to .*the long table of psifr; it is for BIDS events"):
        load_recalls(serial, task="x")
    with pytest.raises(InputError, match="list_length=3 says how a file is read, and 'peers_notask' is none"):
        load_recalls("peers_notask", list_length=3)
    with pytest.raises(UnknownNameError, match="seriel_recall"):
        load_recalls(serial, paradigm="seriel_recall")


def test_a_file_is_read_as_another_task(serial: Path) -> None:
    for task in ("serial_recall", SerialRecall, SerialRecall(list_length=3)):
        read = load_recalls(serial, paradigm=task)
        assert isinstance(read.trials.paradigm, SerialRecall) and read.positions.tolist() == [[1, 3, 2]] * 2
    assert "SerialRecall" in observed(read).details["reading"]["paradigm"]


def test_other_names_of_columns_and_one_length_of_a_long_table(tmp_path: Path) -> None:
    row = {"subject": 1, "list": 2, "trial_type": "study"}
    longer = pd.DataFrame([{**row, "position": 1, "item": "d"}, {**row, "position": 2, "item": "e"}])
    path = tmp_path / "mine.csv"
    pd.concat([SERIAL, longer]).rename(columns={"list": "trial", "item": "word"}).to_csv(path, index=False)
    names = {"list": "trial", "item": "word"}
    with pytest.raises(InputError, match="different lengths"):
        load_recalls(path, format="table", columns=names)
    with pytest.warns(DataWarning, match="left out: 1 list of another length"):
        read = load_recalls(path, format="table", columns=names, list_length=3)
    assert read.positions.tolist() == [[1, 3, 2]] * 2 and observed(read).details["lists_of_other_lengths"] == 1
    with pytest.raises(InputError, match="list='block' is no column; there are subject, trial"):
        load_recalls(path, format="table", columns={"list": "block"})
    with pytest.raises(InputError, match=r"no list of 5 items; the lengths are \[2, 3\]"):
        load_recalls(path, format="table", columns=names, list_length=5)


def test_texts_of_the_command_line_become_values() -> None:
    declared = {each.name: each for each in ReaderOptions.declared()}
    assert parse_option(declared["codes"], ["-2=repetition", "88=intrusion"]) == {"-2": "repetition", "88": "intrusion"}
    assert parse_option(declared["trial_types"], ["study=A,B"]) == {"study": ["A", "B"]}
    assert parse_option(declared["trial_types"], ["study=A, B,"]) == {"study": ["A", "B"]}
    with pytest.raises(InputError, match="trial_types study=',' names nothing"):
        parse_option(declared["trial_types"], ["study=,"])
    assert parse_option(declared["session"], ["1", "two"]) == [1, "two"]
    for texts, message in ((["list"], "write ROLE=COLUMN"), (["a=b", "a=c"], "a is given twice")):
        with pytest.raises(InputError, match=message):
            parse_option(declared["columns"], texts)


@pytest.mark.parametrize("command", ["run --data F", "fit TCM --data F", "compare TCM --data F", "show DNC --data F",
                                     "train DNC:people --people F"])  # fmt: skip
def test_every_command_takes_the_options(command: str) -> None:
    parsed = parse([*command.split(), "--columns", "list=trial", "--task", "x", "--codes", "-2=repetition", "--strict"])
    expected = {"columns": {"list": "trial"}, "task": "x", "codes": {"-2": "repetition"}, "strict": True}
    assert reading(parsed) == expected


def test_run_reads_lists_of_one_length(events: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--models", "tcm", "--trials", "20", "--out", str(tmp_path / "out")]
    assert main(["run", "--data", str(events), *out]) == 2
    assert "give list_length= one of them" in capsys.readouterr().err
    assert main(["run", "--data", str(events), "--list-length", "3", *out]) == 0
    shown = capsys.readouterr()
    assert shown.err.count("warning: ") == 1 and "left out: 1 list of another length" in shown.err


def test_run_and_fit_read_serial_recall(serial: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ["run", "--paradigm", "serial_recall", "--data", str(serial), "--models", "startend", "--trials", "20"]
    assert main([*run, "--out", str(tmp_path / "run")]) == 0
    curves = pd.read_csv(tmp_path / "run" / "curves.csv").query("curve == 'serial_accuracy' and label == 'serial'")
    assert curves["mean"].tolist() == [1, 0, 0]
    fit = [
        "fit",
        "startend",
        "--data",
        str(serial),
        "--starts",
        "1",
        "--generations",
        "1",
        "--out",
        str(tmp_path / "fit"),
    ]
    assert main(fit) == 2, "it is read as free recall"
    assert main([*fit, "--paradigm", "serial_recall"]) == 0
    assert "fitted to" in capsys.readouterr().out


def test_a_battery_file_says_how_files_are_read(events: Path, tmp_path: Path) -> None:
    text = """
[battery]
analyses = ["serial_position_curve"]
[[models]]
name = "tcm"
[[paradigms]]
people = "sub-A_ses-0_task-x_events.tsv"
reading = { list_length = %s }
"""
    path = tmp_path / "b.toml"
    path.write_text(text % 3)
    with pytest.warns(DataWarning, match="1 list of another length"):
        battery, _ = read_battery(path)
    assert battery.tasks[0].paradigm.list_length == 3
    for value, message in (("0", "reading.list_length: list_length=0 must be"), ("9", "there is no list of 9 items")):
        path.write_text(text % value)
        with pytest.raises(InputError, match=message):
            read_battery(path)
    path.write_text(text.replace("list_length = %s", "lists = 3"))
    with pytest.raises(InputError, match="there is no such key"):
        read_battery(path)


def test_files_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of another suffix is not taken for the name of a data set; text is judged by its first line."""
    monkeypatch.chdir(tmp_path)
    for name in ("data.h5", "data.xlsx", "data"):
        Path(name).write_bytes(b"\x89HDF")
        with pytest.raises(InputError, match=f"^{name} is there, but files are read by suffix: .csv, .tsv, .mat"):
            load_recalls(name)
    Path("folder").mkdir()
    with pytest.raises(InputError, match=r"folder is a folder without dataset_description.json"):
        load_recalls("folder")
    with pytest.raises(InputError, match=r"there is no file nothing.h5"):
        load_recalls("nothing.h5")
    for name, text in (("data.dat", "1 3 2 1\n1 2 -1 0\n"), ("data.csv", "1,3,2,1\n1,2,-1,0\n")):
        Path(name).write_text(text)
        with pytest.raises(InputError, match=f"{name} holds a recall matrix, .* give list_length="):
            load_recalls(name)
        assert load_recalls(name, list_length=3, columns={"subject": "0"}).positions.tolist() == [[3, 2, 1], [2, -1, 0]]
    np.save("data.npy", [[2, 1], [0, 0]])
    assert load_recalls("data.npy", list_length=2).positions.tolist() == [[2, 1], [0, 0]]
    Path("noname").write_text("2 1\n")
    assert load_recalls(Path("noname"), list_length=2, format="matrix").positions.tolist() == [[2, 1]]
    savemat("data.mat", {"recalls_matrix": [[3, 2, 1], [2, 0, 0]], "subjects": [[1], [1]]})
    assert load_recalls("data.mat", list_length=3).positions.tolist() == [[3, 2, 1], [2, 0, 0]]


def test_python_starts_the_options_without_numpy() -> None:
    script = "import sys, memsim.commands.options; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_shared_files_that_are_there() -> None:
    read = load_recalls(shared_file("cases/21_files_that_are_there/data.dat"), list_length=3, columns={"subject": "0"})
    assert read.positions.tolist() == [[3, 2, 1], [2, -1, 0]]
    read = load_recalls(shared_file("cases/21_files_that_are_there/top_level.mat"), list_length=3)
    assert read.positions.tolist() == [[3, 2, 1], [2, 0, 0]]
    read = load_recalls(shared_file("cases/22_psifr_scored_table/data.csv"))
    assert read.positions.tolist() == [[3, 1, 3, -1]]
