"""The catalogue of published results: every entry comes out as it announces."""

import json
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from memsim import Recalls
from memsim.analysis import lag_crp, target_figure
from memsim.analysis.figures.targets import Panel
from memsim.commands.main import main
from memsim.core.errors import InputError
from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.entry import COLUMNS, Finding, Outcome, Reproduction, findings_table
from memsim.reproductions.kinds import (
    HumanData,
    Kind,
    OtherProgram,
    OwnComputation,
    Prediction,
    Printed,
    TargetOrigin,
    in_words,
)
from memsim.reproductions.registered import REPRODUCTIONS

LONG = (
    "murdock1962-sam", "criteria", "greydanus2017", "chaining-or-position", "shiffrinsteyvers1997", "tulving-wiseman",
    "ab-ac", "murdock1962-means", "kahana1996", "roberts1972", "farrell2013",
)  # fmt: skip
LONGEST = (
    "gunnpolyn2025", "peers-distraction", "recall-and-recognition", "recognition-findings", "network-tasks",
    "network-table", "greydanus2017-trainings", "context-recall", "learning-rules", "transfer", "reward", "forgetting",
    "essay", "howardkahana1999", "polyn2009",
)  # fmt: skip
"""A minute of a processor or many; their parts are tested by themselves."""


@pytest.mark.parametrize(
    ("name", "seed"),
    [(name, seed) for name in REPRODUCTIONS.names() if name not in LONG + LONGEST for seed in (0, 1, 2, 3)]
    + [pytest.param(name, 2, marks=pytest.mark.slow) for name in LONG],
)
def test_every_entry_comes_out_as_announced(name: str, seed: int) -> None:
    report = reproduce(name, seed)
    of_entry = {kind.value for kind in report.entry.kinds}
    assert set(report.outcome.kinds) == of_entry, "the entry names the kinds of its targets, and no others"
    unexpected = [finding for finding in report.outcome.findings if not finding.expected]
    assert report.entry.name == name and not unexpected and not report.files
    assert report.outcome.draw().axes


def finding(target: float, obtained: float, known: str = "") -> Finding:
    return Finding("a number", target, obtained, 0.1, OwnComputation("by hand"), known)


@pytest.mark.parametrize(
    ("found", "verdict", "expected"),
    [
        (finding(1, 1.1), "reproduced", True),
        (finding(1, 1.11), "differs", False),
        (finding(1, 1.11, "because"), "differs", True),
        (finding(1, 1, "because"), "reproduced", False),
        (finding(1, np.nan), "not run", False),
        (finding(1, np.nan, "no data"), "not run", True),
    ],
)
def test_verdicts(found: Finding, verdict: str, expected: bool) -> None:
    assert (found.verdict, found.expected) == (verdict, expected)


def test_every_finding_has_a_kind_and_print_has_its_place() -> None:
    with pytest.raises(TypeError, match="origin"):
        Finding("a number", 1.0, 1.0, 0.1)
    printed = Printed("Murdock (1962)", "table 1, p. 483")
    assert (printed.kind, str(printed)) == (Kind.PRINTED, "Murdock (1962), table 1, p. 483")
    for place in ("", "somewhere", "table", "the appendix"):
        with pytest.raises(InputError, match="names no page, table or figure"):
            Printed("Murdock (1962)", place)
    with pytest.raises(InputError, match="has no year"):
        Printed("Murdock", "table 1")
    empty: list[Any] = [
        lambda: HumanData("", "means"), lambda: HumanData("people", " "), lambda: OtherProgram("program", ""),
        lambda: OwnComputation(""), lambda: Prediction("theory", ""),
    ]  # fmt: skip
    for made in empty:
        with pytest.raises(InputError, match="is empty; say where the target is from"):
            made()


def test_the_table_follows_from_the_fields_of_a_finding() -> None:
    origins: list[TargetOrigin] = [
        Printed("Murdock (1962)", "table 1"), HumanData("Murdock (1962)", "means"), OtherProgram("cymr", "0.14.3"),
        OwnComputation("by hand"), Prediction("a theory", "1 where it holds"),
    ]  # fmt: skip
    findings = [Finding(f"number {i}", 1.0, 1.5, 0.1, each, "why") for i, each in enumerate(origins)]
    table = findings_table(findings)
    assert table["kind"].tolist() == [kind.value for kind in Kind]
    assert {each.name for each in fields(Finding)} - {"origin"} < set(table) and set(table) == set(COLUMNS)
    assert table["citation"].tolist() == [str(each) for each in origins] and (table["difference"] == 0.5).all()
    assert list(findings_table([])) == list(COLUMNS)
    kinds = Outcome(findings + findings[:1], Figure, {}).kinds
    assert in_words(kinds) == ("2 printed, 1 human data, 1 another program, 1 own computation, 1 prediction")


def test_an_entry_names_the_kinds_of_its_targets_and_what_it_waits_for() -> None:
    with pytest.raises(InputError, match="toy has targets of the kind own computation, and names printed"):
        reproduce(replace(toy([finding(1, 1)]), kinds=(Kind.PRINTED,)))
    waiting = replace(toy([finding(1, 1)]), waits_for=("table 1 of somebody (1999)",))
    report = reproduce(waiting)
    assert "Waits for table 1 of somebody (1999)." in str(report)
    assert report.manifest["waits_for"] == ["table 1 of somebody (1999)"]
    assert report.manifest["targets"] == {"own computation": 1}
    assert waiting.of_kinds == "targets: own computation; waits for table 1 of somebody (1999)"
    assert all(entry.kinds for entry in REPRODUCTIONS.usable().values())


def toy(findings: list[Finding]) -> Reproduction:
    curve = pd.Series([0.1, 0.2], index=[1, 2])
    panels = [Panel("toy", "x", "y", curve, {"model": curve})]
    return Reproduction(
        "toy", "A toy", "nobody", lambda seed: Outcome(findings, partial(target_figure, panels), {}), kinds=(Kind.OWN,)
    )


def test_command_writes_everything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reproduce"]) == 0
    printed = capsys.readouterr().out
    assert "golden-cases: Small cases with known answers" in printed
    assert "targets: another program, own computation" in printed
    assert main(["reproduce", "Golden_Cases", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "of 124 numbers were reproduced." in printed
    assert "Targets: 19 another program, 105 own computation." in printed
    folder = tmp_path / "golden-cases"
    names = {"golden-cases.png", "golden-cases.pdf", "targets.csv", "manifest.json"}
    assert {path.name for path in folder.iterdir() if path.is_file()} == names
    table = pd.read_csv(folder / "targets.csv")
    assert (table["verdict"] == "reproduced").all() and table["citation"].notna().all()
    assert table["kind"].value_counts().to_dict() == {"own computation": 105, "another program": 19}
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (
        manifest["seed"] == 0
        and "memsim" in manifest["versions"]
        and set(manifest["sha256"]) == names - {"manifest.json"}
    )
    monkeypatch.setattr(REPRODUCTIONS, "get", lambda name: toy([finding(1, 2), finding(1, 1), finding(1, 3, "why")]))
    assert main(["reproduce", "golden-cases", "--out", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "a number: why" in printed
    assert (
        "1 of 3 numbers were reproduced; 1 differs for a known reason; 1 has another verdict than the catalogue"
        in printed
    )


def test_bad_requests(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "golden"]) == 2
    assert "there is no reproduction 'golden'; did you mean 'golden-cases'?" in capsys.readouterr().err
    for given, message in (
        (["--seed", "3"], "--seed 3 applies to entries that are run, and none is named"),
        (["--out", "there"], "--out there applies to entries that are run"),
        (["--set", "a=1", "b=2"], "--set a=1 b=2 applies to entries that are run"),
        (["--set", "a=1", "criteria"], "criteria has no option 'a'"),
        (["learning-rules", "--set", "seconds=1", "rates=2"], "RuleOptions: rates='2' must be numbers"),
        (["learning-rules", "--set", "seconds=1", "--set", "rates=3"], "RuleOptions: rates='3' must be numbers"),
        (["all", "criteria"], "name either all or some entries"),
        (["golden-cases", "criterion"], "there is no reproduction 'criterion'"),
    ):
        assert main(["reproduce", *given]) == 2
        output = capsys.readouterr()
        assert message in output.err and not output.out
    with pytest.raises(InputError, match="seed=-1"):
        reproduce(toy([]), -1)


def test_transitions_from_a_later_output() -> None:
    recalls = Recalls.from_matrix([[5, 6, 1, 2, 4, 0], [1, 2, 3, 4, 6, 5]], 6)
    late = lag_crp(recalls, first_output=4).set_index("lag")
    assert late["actual"].to_dict() == {lag: int(lag == 2) * 2 + int(lag == -1) for lag in range(-5, 6)}
    assert late.loc[[1, 2, 3, -1], "possible"].to_list() == [2, 2, 0, 1]
    with pytest.raises(InputError, match="first_output=0"):
        lag_crp(recalls, first_output=0)
