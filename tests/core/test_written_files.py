"""Which files may be replaced, and labels as names of files."""

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim.core.errors import InputError
from memsim.core.files.file_names import MOST_BYTES, file_names
from memsim.core.files.partial_files import require_writable
from memsim.core.files.written_files import RECORDS, files_in, require_replaceable, withdraw, write_file


def write(path: Path, text: str) -> None:
    write_file(path, lambda partial: partial.write_text(text))


def test_own_files_are_replaced_and_others_are_not(tmp_path: Path) -> None:
    own, other = tmp_path / "a" / "own.csv", tmp_path / "a" / "other.csv"
    write(own, "1")
    write(own, "2")
    assert own.read_text() == "2" and sorted(path.name for path in own.parent.iterdir()) == [RECORDS, "own.csv"]
    other.write_text("mine")
    with pytest.raises(InputError, match=r"other.csv is there, and memsim did not write it.*choose another --out"):
        write(other, "3")
    own.write_text("edited")
    with pytest.raises(InputError, match="has changed since memsim wrote it"):
        write(own, "3")
    own.unlink()
    write(own, "3")  # where nothing is, nothing is lost
    own.unlink()
    own.write_text("another's, of the same name")
    with pytest.raises(InputError, match="has changed"):
        write(own, "4")
    withdraw(own)
    withdraw(other)
    assert own.read_text() == "another's, of the same name" and other.read_text() == "mine"


def test_links_and_folders_are_not_replaced(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("data")
    (tmp_path / "symbolic.csv").symlink_to(data)
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere")
    os.link(data, tmp_path / "hard.csv")
    (tmp_path / "folder.csv").mkdir()
    for name in ("symbolic.csv", "dangling.csv", "hard.csv", "folder.csv"):
        with pytest.raises(InputError, match=f"{name} is there"):
            write(tmp_path / name, "3")
    assert data.read_text() == "data" and not (tmp_path / "nowhere").exists()


def test_what_is_read_is_not_replaced_even_if_memsim_wrote_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.csv"
    write(own, "1")
    os.link(own, tmp_path / "hard.csv")
    (tmp_path / "symbolic.csv").symlink_to(own)
    monkeypatch.chdir(tmp_path)
    for read in (own, tmp_path / "hard.csv", tmp_path / "symbolic.csv", Path("x/../own.csv"), Path("own.csv")):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(InputError, match="is read in the same call"):
            require_replaceable(own, [read])
    require_replaceable(own, [tmp_path / "nowhere.csv"])


def test_an_interruption_leaves_files_that_are_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between any two steps of a write, memsim may write again."""
    path = tmp_path / "own.csv"
    write(path, "1")
    replaced = os.replace
    for step in range(3):
        calls = 0

        def until(source: Path, target: Path, last: int = step) -> None:
            nonlocal calls
            calls += 1
            if calls > last:
                raise KeyboardInterrupt
            replaced(source, target)

        monkeypatch.setattr(os, "replace", until)
        with pytest.raises(KeyboardInterrupt):
            write(path, f"interrupted {step}")
        monkeypatch.undo()
        require_replaceable(path)
        write(path, f"{step}")
        assert path.read_text() == f"{step}"


def test_a_folder_that_cannot_be_written_is_found_before_the_work(tmp_path: Path) -> None:
    require_writable(tmp_path / "new" / "folder")
    assert not list(tmp_path.iterdir()), "nothing stays"
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/memsim")):
        with pytest.raises(InputError, match="results cannot be written to"):
            require_writable(folder)


def test_files_in_texts(tmp_path: Path) -> None:
    model, weights = tmp_path / "model.py", tmp_path / "w.safetensors"
    for path in (model, weights):
        path.write_text("")
    texts = [f"{model}:Mine", f"DNC:{weights}", f"weights={weights}", str(model), "TCM", "x" * 10_000, "", "\0"]
    assert set(files_in(texts)) == {model, weights}


def test_names_of_files() -> None:
    labels = ["p1.5", "p1.6", "p1.7", "site/A", "site-A", "SITE/a", "..", ".", "", "CON", "nul.txt", "a\0b", "é",
              unicodedata.normalize("NFD", "é"), "ﬁ", "fi", "x" * 500, "x" * 501, "-", "a\nb", "ß", "ss"]  # fmt: skip
    names = file_names(labels)
    assert list(names) == labels
    assert [names[label] for label in ("p1.5", "p1.6", "p1.7", "site-A")] == ["p1.5", "p1.6", "p1.7", "site-A"]
    assert names["CON"] == "_CON" and names["nul.txt"] == "_nul.txt"


@given(st.lists(st.text(max_size=300), max_size=20))
def test_names_of_files_are_safe_and_unique(labels: list[str]) -> None:
    names = file_names(labels)
    assert set(names) == set(labels)
    folded = [unicodedata.normalize("NFKC", name).casefold() for name in names.values()]
    assert len(set(folded)) == len(folded)
    for name in names.values():
        assert name and not name.startswith((".", "-")) and len(name.encode()) <= MOST_BYTES + 10
        assert all(character.isalnum() or character in "._-" or character.isprintable() for character in name)
        assert "/" not in name and "\\" not in name and name.split(".")[0].upper() not in ("CON", "NUL", "COM1")


def test_what_killed_processes_left_is_removed(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom memsim.core.files.written_files import write_file\n"
        "def write(partial):\n    partial.write_text('half')\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_file(Path(sys.argv[1]), write)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "own.csv")], check=False)
    assert [path.name.startswith(".partial-") for path in tmp_path.iterdir()] == [True]
    write(tmp_path / "own.csv", "1")
    assert sorted(path.name for path in tmp_path.iterdir()) == [RECORDS, "own.csv"]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_records_that_are_no_folder_are_found_before_the_work(kind: str, tmp_path: Path) -> None:
    data = tmp_path / "data" / "fit.csv"
    data.parent.mkdir()
    data.write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / RECORDS).symlink_to(data.parent if kind == "link" else data)
    with pytest.raises(InputError, match="is not the folder in which memsim records what it wrote"):
        require_replaceable(out / "fit.csv")
    with pytest.raises(InputError):
        write(out / "fit.csv", "new")
    assert data.read_text() == "mine"
