"""Files that hold something else than they should: each ends in recalls, or in one of memsim's own errors."""

import json
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from memsim import load_recalls
from memsim.commands.main import main
from memsim.core.errors import DataError, DataWarning, InputError, MemsimError
from memsim.data.formats import mat_values
from memsim.data.formats.files import require_file
from memsim.data.formats.penn_mat import read_penn_mat
from memsim.data.formats.recall_matrices import read_recall_matrix
from tests.conftest import observed, shared_file


def npy_header(text: str) -> bytes:
    line = text.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(line)) + line


def mat(path: Path, **fields: Any) -> Path:
    savemat(path, {"data": fields})
    return path


ROWS = np.array([[3, 1, -2, -1]])
NUMBERS = {"pres_itemnos": [[11, 12, 13]], "rec_itemnos": [[13, 11, 13, -1]]}


def test_a_code_means_what_its_item_says_or_what_the_user_says(tmp_path: Path) -> None:
    path = mat(tmp_path / "data.mat", recalls=ROWS, **NUMBERS)
    for options in ({}, {"codes": {-2: "repetition"}}, {"leave_out": ["recalls"]}):
        assert read_penn_mat(path, **options).positions.tolist() == [[3, 1, 3, -1]]
    assert observed(read_penn_mat(path)).details["codes_read_by_item"] == {"-2": 1}
    with pytest.warns(DataWarning, match=r"1 repetition of an unknown item, read as an intrusion \(-2\)"):
        alone = read_recall_matrix(ROWS, list_length=3, codes={"-2": "repetition"})
    assert alone.positions.tolist() == [[3, 1, -1, -1]]
    with pytest.raises(InputError, match="a repetition has no item number"):
        read_recall_matrix(ROWS, list_length=3, codes={"-2": "repetition"}, strict=True)
    with pytest.warns(DataWarning, match=r"1 response with a code other than -1, read as an intrusion .* \(-2\)"):
        read_recall_matrix(ROWS, list_length=3)


def test_codes_of_murdock_and_of_padding() -> None:
    given = [[2, 88, 1, -99], [1, -99, -99, -99]]
    codes = {88: "intrusion", -99: "no_response"}
    assert read_recall_matrix(given, list_length=3, codes=codes).positions.tolist() == [[2, -1, 1, 0], [1, 0, 0, 0]]
    with pytest.raises(InputError, match="row 0, output 2 is 88, but the list has 3 items; .* codes={88: 'intrusion'}"):
        read_recall_matrix(given, list_length=3)
    with pytest.raises(InputError, match="codes: 2 is a serial position in lists of 3 items"):
        read_recall_matrix(given, list_length=3, codes={2: "intrusion"})


def test_one_contradiction_is_counted_and_strict_refuses_it(tmp_path: Path) -> None:
    fields = {"recalls": [[3, 1], [2, -1]], "pres_itemnos": [[11, 12, 13], [14, 15, 16]]}
    path = mat(tmp_path / "data.mat", **fields, rec_itemnos=[[13, 11], [15, 16]])
    with pytest.warns(DataWarning, match="1 response whose item contradicts its serial position"):
        read = load_recalls(path)
    assert read.positions.tolist() == [[3, 1], [2, -1]] and observed(read).details["contradictory_responses"] == 1
    assert load_recalls(path, leave_out=["recalls"]).positions.tolist() == [[3, 1], [2, 3]]
    with pytest.raises(InputError, match=r"data.mat: rec_itemnos: row 1, output 2 is item 16, but the recalls have -1"):
        load_recalls(path, strict=True)
    path = mat(path, **fields, rec_itemnos=[[11, 13], [15, 16]])
    with pytest.raises(InputError, match=r"\(3 of 4 contradict\); leave one of the two out"):
        load_recalls(path)


def test_times_without_a_response_are_counted() -> None:
    with pytest.warns(DataWarning, match="1 time where there is no response, not taken"):
        read = read_recall_matrix([[1, 2], [1, 0]], list_length=2, times=[[1, 2], [1, 9]])
    assert read.times is not None and np.isnan(read.times[1, 1])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"recalls": [[1]], "listLength": 1e9}, "list_length=1000000000 must be at most 10,000"),
        ({"recalls": [[1]], "listLength": 2.5}, "listLength: row 0, column 0 is 2.5, not a whole number"),
        ({"recalls": [[1]], "listLength": -3}, "listLength is -3"),
        ({"recalls": [[1.0, 0]], "pres_itemnos": [[2.5, 3]]}, "pres_itemnos: row 0, column 0 is 2.5"),
        ({"recalls": [[1 + 1j, 2]], "listLength": 2}, "recalls holds complex numbers"),
        ({"recalls": {"x": 1}}, "recalls holds one struct"),
        ({"recalls": np.zeros((2, 2, 2))}, "recalls has 3 dimensions"),
        ({"recalls": np.array([["a", "b"]], dtype=object), "listLength": 2}, "recalls holds 'a' where a number"),
        (
            {"recalls": [[1], [2]], "listLength": 2, "subject": [1, 2, 3]},
            "subject has the shape 1 x 3; expected a label",
        ),
        ({"recalls": [[1], [2]], "listLength": 2, "subject": [np.nan, 1]}, "subject of row 0 is missing"),
        ({"recalls": [[1], [2]], "pres_itemnos": [[1, 2]]}, "pres_itemnos has 1 rows, another matrix 2"),
    ],
)
def test_mat_files_with_other_values(tmp_path: Path, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=rf"data.mat: .*{message}"):
        load_recalls(mat(tmp_path / "data.mat", **fields))


def test_a_single_subject_holds_for_all_lists(tmp_path: Path) -> None:
    read = load_recalls(mat(tmp_path / "data.mat", recalls=[[1], [2]], listLength=2, subject="LTP1"))
    assert read.trials.subject.tolist() == ["LTP1", "LTP1"]


def test_a_mat_file_that_crashes_the_reader_is_an_error() -> None:
    with pytest.raises(
        DataError, match=r"segv1.mat (is corrupt: reading it crashed|is not a MATLAB file|cannot be read)"
    ):
        load_recalls(shared_file("cases/handling/06_mat_segfault/segv1.mat"))


def test_limits_of_a_mat_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.mat"
    savemat(path, {"data": {"recalls": np.zeros((8000, 8000), dtype=np.uint8)}}, do_compression=True)
    assert path.stat().st_size < 100_000
    with pytest.raises(DataError, match=r"more than 50,000,000 numbers"):
        load_recalls(path)
    monkeypatch.setattr(mat_values, "SECONDS", 0.001)
    with pytest.raises(DataError, match=r"was not read within 0.001 s"):
        load_recalls(path)


def test_the_reader_of_mat_files_needs_no_home_and_no_guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mat(tmp_path / "data.mat", recalls=[[1]], listLength=2)
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "numpy.py").write_text("raise SystemExit('the wrong numpy')")
    assert load_recalls("data.mat").positions.tolist() == [[1]]


def test_headers_of_arrays_are_compared_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    for shape in ("(100000000000000, 2)", "(10, 10)"):
        path.write_bytes(npy_header(f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}") + bytes(64))
        with pytest.raises(
            DataError, match="numbers of 8 bytes, but 64 bytes follow; the file is cut short or damaged"
        ):
            load_recalls(path, list_length=3)
    for array, kind in (
        (np.array([[1j]]), "complex128"),
        (np.array([["a"]]), "<U1"),
        (np.zeros(2, "M8[D]"), "datetime64"),
    ):
        np.save(path, array)
        with pytest.raises(DataError, match=f"it holds {kind}"):
            load_recalls(path, list_length=3)
    np.save(path, np.array([[True, False]]))
    with pytest.raises(InputError, match="values of type bool; expected numbers"):
        load_recalls(path, list_length=3)


@pytest.mark.parametrize(
    ("length", "lists", "limit"), [(10**9, 1, "at most 10,000"), (10_000, 5001, "at most 50,000,000 items")]
)
def test_list_length_has_a_limit(length: int, lists: int, limit: str) -> None:
    with pytest.raises(InputError, match=limit):
        read_recall_matrix(np.ones((lists, 1)), list_length=length)


def test_json_that_is_no_egg(tmp_path: Path) -> None:
    path = tmp_path / "egg.json"
    for text, message in [
        ("[" * 100_000, "nested too deeply"),
        ('{"pres": [], "rec": [], "pres": []}', "names 'pres' twice"),
        ('{"pres": [[["caf\xe9"]]]}'.encode("latin-1"), "line 1 is not text in UTF-8"),
        ("", "is empty"),
    ]:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(DataError, match=f"egg.json.*{message}"):
            load_recalls(path)
    path.write_text(json.dumps({"pres": [[["a", "b"], ["c"]]], "rec": [[["b"], ["c"]]]}))
    with pytest.warns(DataWarning, match="1 list of another length"):
        assert load_recalls(path, list_length=2).positions.tolist() == [[2]]


def test_what_is_no_ordinary_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "broken.csv").symlink_to("nowhere")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    for name, message in [("broken.csv", "is a link to nowhere"), ("loop.csv", "cannot be reached"),
                          ("folder.csv", "is a folder"), ("x" * 300 + ".csv", "cannot be reached")]:  # fmt: skip
        with pytest.raises(MemsimError, match=message):
            load_recalls(tmp_path / name)
    with pytest.raises(InputError, match="is not the name of a file"):
        require_file(Path("a\0b"))
    assert main(["run", "--data", str(tmp_path / "folder.csv")]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
@pytest.mark.parametrize("suffix", [".csv", ".mat", ".json", ".npy", ".txt"])
def test_pipes_do_not_block(tmp_path: Path, suffix: str) -> None:
    os.mkfifo(tmp_path / f"pipe{suffix}")
    with pytest.raises(DataError, match="is a pipe or a device"):
        load_recalls(tmp_path / f"pipe{suffix}", list_length=2)


SEEDS = {
    ".json": b'{"pres": [[["a", "b"], ["c", "d"]]], "rec": [[["b"], ["x", "d"]]]}',
    ".txt": b"1 2 0\n3 -1 2\n",
    ".tsv": b"onset\ttrial_type\titem_name\tlist\n1\tWORD\ta\t1\n2\tWORD\tb\t1\n3\tREC_WORD\ta\t1\n",
    ".csv": b"subject,list,position,trial_type,item\n1,1,1,study,a\n1,1,2,study,b\n1,1,1,recall,b\n",
    ".npy": npy_header("{'descr': '<i8', 'fortran_order': False, 'shape': (2, 2), }")
    + np.array([1, 2, 2, 0]).tobytes(),
}


@pytest.mark.filterwarnings("ignore")
@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_damaged_files_end_in_recalls_or_in_an_error_of_memsim(tmp_path: Path, data: st.DataObject) -> None:
    suffix = data.draw(st.sampled_from(sorted(SEEDS)))
    content = bytearray(SEEDS[suffix])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        piece = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"\n", b"\t", b",", b"nan", b"1e9", b"-99", b'"', b"[["])
        )
        content[at : at + data.draw(st.integers(0, 8))] = piece
    path = tmp_path / f"damaged{suffix}"
    path.write_bytes(bytes(content))
    options = {"list_length": data.draw(st.sampled_from([2, 3, 10**9]))} if data.draw(st.booleans()) else {}
    try:
        load_recalls(path, **options)
    except MemsimError as error:
        assert path.name in str(error) and "\n" not in str(error).replace(str(path), "")
