"""Nothing that is given is dropped: options of several values add up, and those of one value are given once."""

import argparse
from typing import Any

import pytest

from memsim.commands import options
from memsim.commands.main import main, parse
from memsim.core.errors import InputError


def test_values_add_up() -> None:
    assert parse(["show", "DNC", "--set", "a=1", "--set", "b=2", "c=3"]).set == ["a=1", "b=2", "c=3"]
    parsed = parse(["fit", "TCM", "--people", "x", "--free", "a", "--ties", "b=a", "--free", "c=0:1"])
    assert (parsed.free, parsed.ties) == (["a", "c=0:1"], ["b=a"])
    assert parse(["compare", "TCM", "SAM", "--people", "x"]).models == ["TCM", "SAM"]
    assert parse(["train", "DNC", "--columns", "a=b", "--columns", "c=d"]).reading_columns == ["a=b", "c=d"]
    assert parse(["train", "DNC", "--size", "a=1", "b=2", "--size", "c=3"]).size == ["a=1", "b=2", "c=3"]
    assert parse(["check", "DNC", "--size", "a=1", "b=2"]).size == ["a=1", "b=2"]
    assert parse(["show", "DNC", "--set", "a=1"]).set == ["a=1"], "a second call begins anew"


@pytest.mark.parametrize(
    ("given", "name", "names", "option", "pairs"),
    [
        (["train", "--size", "a=1", "mine.py:Core", "--seed", "1"], "settings", "mine.py:Core", "size", ["a=1"]),
        (["check", "--size", "a=1", "b=2", "DNC"], "model", "DNC", "size", ["a=1", "b=2"]),
        (["reproduce", "--set", "a=1", "x", "--set", "b=2", "y"], "names", ["x", "y"], "set", ["a=1", "b=2"]),
        (["recover", "A", "--set", "a=1", "B", "C"], "models", ["A", "B", "C"], "set", ["a=1"]),
        (["check", "DNC", "--set", "a"], "model", "DNC", "set", ["a"]),
        (["fit", "--ties", "a=b+1", "TCM", "--people", "p"], "model", "TCM", "ties", ["a=b+1"]),
        (["train", "--columns", "list=trial", "DNC"], "settings", "DNC", "reading_columns", ["list=trial"]),
    ],
)  # fmt: skip
def test_what_stands_behind_pairs_is_a_name(
    given: list[str], name: str, names: object, option: str, pairs: list[str]
) -> None:
    parsed = parse(given)
    assert (getattr(parsed, name), getattr(parsed, option)) == (names, pairs)


def test_the_same_parser_begins_anew() -> None:
    parser = options.Parser()
    parser.add_argument("--set", nargs="+", default=["x"])
    for _ in range(2):
        assert parser.parse_args(["--set", "a", "--set", "b"]).set == ["a", "b"]
    assert parser.parse_args([]).set == ["x"]


def test_options_of_all_commands_keep_all(monkeypatch: pytest.MonkeyPatch) -> None:
    parsers: list[argparse.ArgumentParser] = []
    made = options.Parser.__init__

    def kept_too(self: options.Parser, *arguments: Any, **given: Any) -> None:
        made(self, *arguments, **given)
        parsers.append(self)

    monkeypatch.setattr(options.Parser, "__init__", kept_too)
    parse(["train", "DNC"])
    kept = {"_Given", "_StoreTrueAction", "_HelpAction", "_VersionAction"}
    actions = [action for parser in parsers for action in parser._actions if action.option_strings]
    assert len(parsers) > 15 and len(actions) > 150
    assert {type(action).__name__ for action in actions} == kept


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "DNC", "--seed", "1", "--seed", "2"], "argument --seed: is given twice; give it once"),
        (["train", "DNC", "--hidden", "1", "--hidden=2"], "argument --hidden: is given twice"),
        (["show", "DNC", "--set", "stop_bias=1", "--set", "stop_bias=2"], "stop_bias is given twice"),
        (["fit", "TCM", "--people", "peers_notask", "--free", "stop_base", "stop_base=0:1"], "is given twice; give"),
    ],
)  # fmt: skip
def test_what_is_given_twice(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_a_size_is_given_once() -> None:
    with pytest.raises(InputError, match="hidden is given twice"):
        options.pairs(["hidden=1", "hidden=2"], "--size")
