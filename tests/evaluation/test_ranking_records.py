"""Records of benchmarks: whatever is changed, missing or damaged in one is found, and only what was asked for runs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import memsim
from memsim.commands.main import main
from memsim.core.errors import InputError
from memsim.evaluation.ranking.entries import entries
from memsim.evaluation.ranking.pinned_set import INSTALLED
from memsim.evaluation.ranking.record_file import FORMAT, TABLES, read_record, record_text
from memsim.evaluation.ranking.same_results import differences, of_models
from memsim.models import TCM


def row(label: str, reason: str = "") -> dict[str, Any]:
    numbers = dict.fromkeys(TABLES["scores"].numbers, None if reason else 0.5)
    return {"task": "peers_notask", "condition": "immediate", "label": label, "reason": reason, **numbers}


def finding(label: str, value: float | None) -> dict[str, Any]:
    place = {"task": "peers_notask", "label": label, "finding": "immediate: temporal factor"}
    return {**place, "counts": True, "passes": value is not None, "value": value, "low": 0.5, "high": 0.8}


@pytest.fixture
def record() -> dict[str, Any]:
    fit = {"estimates": {"drift": 0.5}, "value": 12.5, "evaluations": 30}
    content = {
        "format": FORMAT,
        "set": asdict(INSTALLED),
        "versions": {"memsim": "1", "numpy": "2"},
        "source_sha256": "a",
        "people": {
            "peers_notask": {
                "training": "x", "scored": "y", "scored_people": ["1", "2"], "n_training": {"immediate": 3},
                "n_scored": {"immediate": 2},
            }
        },
        "models": {"TCM": {"class": "TCM", "sha256": "q"}, "CMR": {"class": "CMR", "sha256": "r"}},
        "fits": {"peers_notask": {"TCM": fit, "CMR": deepcopy(fit)}},
        "scores": [row("TCM"), row("CMR"), row("uniform"), row("tables of other people")],
        "findings": [finding("TCM", 0.6), finding("CMR", None)],
    }  # fmt: skip
    found: dict[str, Any] = json.loads(json.dumps(content))
    return found


def written(path: Path, record: Any) -> Path:
    path.write_text(record_text(record))
    return path


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where anything stands in a value, from outside to inside."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*at, key)
        yield from places(value[key], (*at, key))


def inside(record: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        record = record[key]
    return record


def other(value: Any) -> Any:
    """A value of the same kind that is not the same."""
    if isinstance(value, dict | list):
        return type(value)()
    if isinstance(value, bool):
        return not value
    return value + "x" if isinstance(value, str) else 1.0 if value is None else value + 1


def found_in(old: Any, new: Any, path: Path) -> bool:
    try:
        read = read_record(written(path, old))
    except InputError:
        return True
    return bool(differences(read, new)) and bool(differences(new, read))


def test_whatever_is_changed_or_missing_is_found_on_both_sides(record: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    assert differences(read_record(written(path, record)), record) == []
    beside = ("versions", "source_sha256")  # these are named where anything else differs
    for place in places(record):
        if place[0] in beside:
            continue
        for change in ("lost", "other", "wrong"):
            changed = deepcopy(record)
            outer = inside(changed, place[:-1])
            if change == "lost":
                del outer[place[-1]]
            else:
                outer[place[-1]] = other(outer[place[-1]]) if change == "other" else [[outer[place[-1]]]]
            if changed != record:
                assert found_in(changed, record, path), (place, change)


def test_versions_are_named_where_anything_else_differs(record: dict[str, Any]) -> None:
    changed = deepcopy(record) | {"source_sha256": "b", "versions": {"memsim": "2"}}
    assert differences(changed, record) == []
    changed["scores"][0]["gain_total"] = 9.0
    assert differences(changed, record) == [
        "peers_notask immediate TCM: gain_total was 9.0 and is 0.5.",
        "Versions differ: memsim 2 and 1, numpy None and 2.",
        "The source of memsim differs.",
    ]


def test_a_finding_that_changed_is_said(record: dict[str, Any]) -> None:
    changed = deepcopy(record)
    changed["findings"][0] |= {"value": 0.9, "passes": False}
    changed["findings"][1]["finding"] = "immediate: primacy"
    changed["findings"].append(changed["findings"][0])
    place = "peers_notask TCM immediate: temporal factor"
    assert differences(record, changed)[:5] == [
        "A record has a finding twice: of the same task, label, finding.",
        f"{place}: passes was True and is False.",
        f"{place}: value was 0.6 and is 0.9.",
        "peers_notask CMR immediate: temporal factor: only one of the records has a finding.",
        "peers_notask CMR immediate: primacy: only one of the records has a finding.",
    ]
    assert of_models(changed, ["CMR"], "the record")["findings"] == [changed["findings"][1]]


def test_numbers_within_the_tolerance_are_the_same_and_what_is_not_finite_is_itself(record: dict[str, Any]) -> None:
    changed = deepcopy(record)
    changed["scores"][0]["gain_total"] *= 1 + 1e-8
    assert differences(changed, record) == []
    for value in (-math.inf, math.nan):
        for each in (changed, record):
            each["scores"][1]["gain_total_low"] = each["fits"]["peers_notask"]["CMR"]["value"] = value
        assert differences(changed, record) == []
        changed["scores"][1]["gain_total_low"] = 0.0
        assert differences(changed, record) == [f"peers_notask immediate CMR: gain_total_low was 0.0 and is {value}."]


def test_a_record_that_is_not_finite_is_read_by_every_reader(record: dict[str, Any], tmp_path: Path) -> None:
    record["scores"][0]["gain_total_low"] = -math.inf
    path = written(tmp_path / "benchmark.json", record)
    assert read_record(path) == record
    with pytest.raises(ZeroDivisionError):  # what a strict reader would stop at
        json.loads('{"a": -Infinity}', parse_constant=lambda token: 1 / 0)
    json.loads(path.read_text(), parse_constant=lambda token: 1 / 0)


def test_every_byte_of_the_file_counts(record: dict[str, Any], tmp_path: Path) -> None:
    content = record_text(record).encode()
    for at in range(0, len(content), 97):
        (tmp_path / "benchmark.json").write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(InputError, match=r"benchmark\.json is not "):
            read_record(tmp_path / "benchmark.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not the record of a benchmark"),
        ("[" * 100_000, "is not the record of a benchmark.*recursion"),
        ("[1]", "is not a record in the format"),
        ("{}", "is not a record in the format 'memsim benchmark 3'; give the benchmark.json"),
        ('{"format": ["memsim benchmark 1"]}', "is not a record in the format"),
        (
            '{"format": "memsim benchmark 1", "models": "TCM"}',
            "'memsim benchmark 1' of an earlier memsim, which has no checksum",
        ),
        ('{"format": "memsim benchmark 2"}', "of an earlier memsim, which has no findings, .* rank its models again"),
        (f'{{"format": "{FORMAT}"}}', "does not have the checksum"),
    ],
)
def test_files_that_are_no_records_are_refused_before_any_work(
    content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "benchmark.json"
    path.write_text(content)
    with pytest.raises(InputError, match=said):
        read_record(path)
    assert main(["benchmark", "--record", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "benchmark.json is " in capsys.readouterr().err


def test_a_record_says_what_it_lacks(record: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "benchmark.json"
    changes: list[tuple[str, Any, str]] = [
        ("models", None, "it has no models;"),
        ("models", "TCM", "models is 'TCM', and must be an object;"),
        ("models", {}, "its models are empty;"),
        ("set", "installed", "set is 'installed', and must be an object;"),
        ("scores", [{"task": "a"}], r"it has no scores\[0\]\['condition'\];"),
        ("findings", [{**finding("TCM", 0.6), "passes": 1}], r"\['passes'\] is 1, and must be true or false;"),
        ("source_sha256", True, "source_sha256 is True, and must be text;"),
        ("more", 1, "it has more, which no record has;"),
    ]
    for name, value, said in changes:
        changed = {**record, name: value}
        if value is None:
            del changed[name]
        with pytest.raises(InputError, match=said):
            read_record(written(path, changed))
    record["fits"]["peers_notask"]["TCM"]["value"] = 10**400
    with pytest.raises(InputError, match=r"fits\['peers_notask'\]\['TCM'\]\['value'\] is 10*\.\.\. .*must be a number"):
        read_record(written(path, record))


def test_only_the_models_that_were_asked_for_are_compared(
    record: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    written(Path("benchmark.json"), record)
    ran: list[Any] = []

    def benchmark(models: Any = None, *, set: Any = "installed", **running: Any) -> Any:
        ran.append(list(models))
        return SimpleNamespace(record=of_models(record, list(entries(models)), "the record"))

    monkeypatch.setattr("memsim.evaluation.ranking.whole.benchmark", benchmark)
    monkeypatch.setattr("memsim.commands.benchmark._write", lambda *given: True)
    command = ["benchmark", "--record", "benchmark.json"]
    assert main([*command, "tcm"]) == 0 and ran.pop() == ["tcm"]
    assert "The scores (3), findings (1) and fits are those of benchmark.json." in capsys.readouterr().out
    assert main(command) == 0 and ran.pop() == ["TCM", "CMR"]
    assert "The scores (4), findings (2) and fits" in capsys.readouterr().out
    assert main([*command, "TCM", "SAM"]) == 2 and not ran
    assert "benchmark.json has no model 'SAM'" in capsys.readouterr().err
    Path("evil.py").write_text("open('PWNED', 'w').write('code ran')\n")
    for name in ("evil.py", "evil.py:Evil", "evil:Evil", "DNC:evil.safetensors"):
        record["models"][name] = record["models"]["TCM"]
        written(Path("benchmark.json"), record)
        assert main(command) == 2 and not ran and not Path("PWNED").exists()
        assert f"has the model {name!r}, which is not registered" in capsys.readouterr().err
        del record["models"][name]


def test_all_models_that_ship_can_be_run_again_from_a_record(record: dict[str, Any]) -> None:
    from memsim.commands.benchmark import _part_of_record

    record["models"] = dict.fromkeys(entries(None), record["models"]["TCM"])
    assert _part_of_record(record, [], Path("benchmark.json"))[1] == list(record["models"])


def test_no_model_has_the_name_of_a_bound() -> None:
    with pytest.raises(InputError, match="'uniform' is the name of a bound"):
        memsim.benchmark({"uniform": TCM()})
