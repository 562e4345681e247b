"""The lines of TOML files: found in one pass, for any layout."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim.core.errors import InputError
from memsim.experiments import toml_lines
from memsim.experiments.battery_file import read_battery
from memsim.experiments.toml_lines import Place, line_of

VALUES = st.sampled_from(
    ["1", "-1.5e3", "nan", "true", '"a # [b]"', "'it''s'", '"\\" = ]"', '"""\nmany = 1\n[x]\n"""', "'''\n[[x]]\n'''",
     "1979-05-27 07:32:00", "[]", "{}", "[ # one\n 1,\n\n [2,\n 3], # two\n]", '{ a = [1, "}"], "b c" = { d = 1 } }',
     '"""a\\"""b"""', '[{ a = 1 },\n { a = 2 }]']
).filter(lambda value: value != "'it''s'")  # fmt: skip
KEYS = st.sampled_from(["a", "b.c", '"q.r"', "'s t'", "d . e", '"\\u00e9"', "f-1_2"])


def places_of(content: Any, place: Place = ()) -> list[Place]:
    """Every place in parsed TOML."""
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [place, *(each for key, part in inner for each in places_of(part, (*place, key)))]


@given(st.lists(st.tuples(KEYS, VALUES), max_size=6, unique_by=lambda pair: pair[0]), st.integers(0, 4))
def test_every_place_has_the_line_of_its_statement(pairs: list[tuple[str, str]], n_tables: int) -> None:
    text, expected = "# first\n\n", dict[Place, int]()
    for number in range(n_tables + 1):
        head = f"[[t.u]] # {number}\n" if number else ""
        text += head
        if head:
            expected["t", "u", number - 1] = text.count("\n")
        for key, value in pairs:
            line = text.count("\n") + 1
            text += f"{key} = {value} # after\n"
            inside: Any = tomllib.loads(f"{key} = {value}")
            prefix: Place = ("t", "u", number - 1) if number else ()
            expected |= {(*prefix, *place): line for place in places_of(inside) if place}
        text += "\n"
    content = tomllib.loads(text)
    assert set(expected) <= set(places_of(content)) | {()}
    assert {place: line_of(text, place) for place in expected} == expected


def test_a_word_is_found_within_its_element() -> None:
    text = 'a = [\n { x = 1,  y = "one" },\n { x = 2, y = "one" },\n]\n'
    assert line_of(text, ("a", 1, "y"), "one") == 3 and line_of(text, ("a", 0, "y"), "one") == 2
    assert line_of(text, ("a", 1), "nowhere") == 1


def test_a_long_file_is_scanned_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error for the last of 800 models takes one pass over the file."""
    models = "".join(f'[[models]]\nname = "TCM"\nparameters.context_drift = 0.{i + 100}\n' for i in range(799))
    path = tmp_path / "b.toml"
    path.write_text(f'[battery]\nanalyses = ["lag_crp"]\n[[paradigms]]\n{models}[[models]]\nname = "TMC"\n')
    passes = 0

    class Counted(toml_lines._Scan):
        def document(self) -> None:
            nonlocal passes
            passes += 1
            super().document()

    monkeypatch.setattr(toml_lines, "_Scan", Counted)
    with pytest.raises(InputError, match=r"line 2402, models\[800\].name: there is no model 'TMC'"):
        read_battery(path)
    assert passes == 1
