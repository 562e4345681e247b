"""Text files of tables: every file is read, or refused by a message that names the file, the line and the fix."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memsim import Recalls
from memsim.commands.main import main
from memsim.core.errors import DataError, InputError, MemsimError
from memsim.data import load_recalls
from memsim.data.formats.text_tables import read_text_table

HEADER = "subject,list,position,trial_type,item"
GOOD = f"{HEADER}\n1,1,1,study,cat\n1,1,2,study,dog\n1,1,1,recall,dog\n"

BAD = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "nothing but blanks"),
    "header": (HEADER.encode(), "no study rows"),
    "latin1": (GOOD.replace("cat", "café").encode("latin-1"), "line 2 is not text in UTF-8 .*save the file in UTF-8"),
    "utf16": (GOOD.encode("utf-16"), "is text in UTF-16; save it in UTF-8"),
    "zero": (GOOD.replace("dog", "d\0g").encode(), "line 3 holds a zero byte"),
    "zip": (b"PK\x03\x04" + b"\0" * 30, "is an Excel workbook or another ZIP archive, not text"),
    "long": (GOOD.replace("study,dog", "study,dog,seen,twice").encode(), "line 3 has 7 cells, .*names 5 columns"),
    "short": (GOOD.replace("recall,dog", "recall").encode(), "line 4 has 4 cells, .*names 5 columns"),
    "trailing": (GOOD.replace("cat", "cat,").encode(), "line 2 has 6 cells"),
    "quote": (GOOD.replace("cat", '"cat').encode(), "line 2 has an odd number of quotes"),
    "twice": (f"{HEADER},item\n1,1,1,study,a,x\n".encode(), "names the column 'item' twice"),
    "words": (GOOD.replace("2,study", "two,study").encode(), "position 'two' in line 3 is not a number"),
    "other": (b"a,b\n1,2\n", r"lacks the column\(s\) subject, list"),
    "json": (b'{"pres": [["a"]], "rec": [[]]}', r"lacks the column\(s\) subject, list"),
    "one line": (b"x" * 100_000, r"lacks the column\(s\) subject, list"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_table_is_refused_in_one_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, message = BAD[name]
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises((DataError, InputError), match=message) as raised:
        load_recalls(path)
    assert str(path) in str(raised.value) and "\n" not in str(raised.value) and len(str(raised.value)) < 500
    assert main(["run", "--people", str(path), "--models", "tcm", "--n-trials", "10"]) == 2
    assert re.search(message, capsys.readouterr().err)


def test_folders_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for path in (tmp_path / "folder.csv", tmp_path / "none.csv"):
        with pytest.raises(MemsimError):
            load_recalls(path)
    with pytest.raises(DataError, match="is a folder, not a file"):
        read_text_table(tmp_path / "folder.csv", missing=())


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace("\n", "\n\n"),
        GOOD.replace("\n", "\n  \n"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        re.sub(r"\b([a-z_]+)\b", r'"\1"', GOOD),
        GOOD.replace("cat", "c" * 200_000),
        GOOD.rstrip(),
    ],
)
def test_what_does_not_matter(text: str, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert load_recalls(path).positions.tolist() == [[2]]


def test_labels_are_numbers_only_if_they_are_written_so(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    for labels, read in (
        ("1 2", [1, 2]),
        ("01 2", ["01", "2"]),
        ("1.5 2", [1.5, 2]),
        ("9" * 20 + " 2", ["9" * 20, "2"]),
    ):
        one, two = labels.split()
        rows = f"{one},1,1,study,a\n{two},1,1,study,a\n"
        path.write_text(f"{HEADER}\n{rows}")
        assert load_recalls(path).trials.subject.tolist() == read


def test_lines_keep_their_numbers_in_large_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memsim.data.formats.text_tables._CHUNK", 64)
    path = tmp_path / "data.csv"
    rows = [f'{i},1,1,study,"w,{i}"' for i in range(200)]
    path.write_text("\n".join([HEADER, "", *rows]))
    table = read_text_table(path, missing=[""], numbers=["subject"])
    assert table.index.tolist() == list(range(3, 203)) and table["subject"].tolist() == list(range(200))
    assert table["item"].tolist() == [f"w,{i}" for i in range(200)]
    rows[150] += ",more"
    path.write_text("\n".join([HEADER, "", *rows]))
    with pytest.raises(DataError, match="line 153 has 6 cells"):
        read_text_table(path, missing=[""])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_a_table_ends_in_recalls_or_in_an_error_of_memsim(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    path = tmp_path / "data.csv"
    path.write_bytes(bytes(content))
    try:
        assert isinstance(load_recalls(path), Recalls)
    except MemsimError as error:
        assert str(path) in str(error)


def test_a_table_of_pandas_comes_back(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": ["x", "y,z", 'say "so"', None], "n": [1.5, np.nan, 3, 4]})
    frame.to_csv(tmp_path / "table.csv", index=False)
    read = read_text_table(tmp_path / "table.csv", missing=[""], numbers=["n"])
    assert (
        read["a"].astype(object).where(read["a"].notna(), None).tolist()
        == frame["a"].astype(object).where(frame["a"].notna(), None).tolist()
    )
    assert np.array_equal(read["n"], frame["n"], equal_nan=True)
