"""The essay's claims together: which entries are run, and what is made of their verdicts."""

from typing import Any

import pytest

from memsim.core.errors import InputError
from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.essay import five_claims
from memsim.reproductions.essay.five_claims import CLAIMS, EssayOptions
from memsim.reproductions.essay.verdicts_figure import verdicts_figure
from memsim.reproductions.hypotheses import REFUTED, SUPPORTED, VERDICTS, Claim, counted
from memsim.reproductions.kinds import Kind, OwnComputation
from memsim.reproductions.registered import REPRODUCTIONS


def claim(name: str, verdict: str) -> Claim:
    return Claim(name, "a hypothesis that is long enough for two lines of a figure " * 3, "m", "p", "1.2", "r", verdict)


def test_all_claims_are_entries() -> None:
    assert all(REPRODUCTIONS.get(name).options is not None for name in CLAIMS)
    assert EssayOptions().names == list(CLAIMS) and EssayOptions(entries="reward, forgetting").names[0] == "reward"
    with pytest.raises(InputError, match="there is no entry 'rewards'; did you mean 'reward'"):
        EssayOptions(entries="rewards")
    with pytest.raises(InputError, match="names nothing"):
        EssayOptions(entries=" , ")


def test_verdicts_of_all_entries_stand_in_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(name: str) -> Reproduction:
        def run(seed: int) -> Outcome:
            figure = partial_figure([claim(f"{name} 1", SUPPORTED)])
            findings = [Finding("number", 1.0, 1.0, 0.0, OwnComputation("ours"))]
            return Outcome(
                findings, figure, {"seed": seed}, claims=[claim(f"{name} 1", SUPPORTED), claim("2", REFUTED)]
            )

        return Reproduction(name, "", "", run, kinds=(Kind.OWN, Kind.PREDICTION))

    class Entries:
        get = staticmethod(made)

    monkeypatch.setattr(five_claims, "REPRODUCTIONS", Entries)
    report = reproduce(five_claims.ESSAY, 3)
    assert [each.name for each in report.outcome.claims][::2] == [f"{name} 1" for name in CLAIMS]
    assert report.table["quantity"].tolist() == [f"{name}: number" for name in CLAIMS]
    assert report.outcome.statement.count("1 supported, 1 refuted of 2 claims") == 5
    assert report.verdict == "5 of 5 numbers were reproduced; 5 supported, 5 refuted of 10 claims."
    assert {"claims"} == set(report.outcome.all_tables) and set(report.outcome.further) == set(CLAIMS)


def partial_figure(claims: list[Claim]) -> Any:
    return lambda: verdicts_figure({"What the essay says": claims})


def test_every_claim_has_its_mark() -> None:
    each = [claim(str(number), verdict) for number, verdict in enumerate(VERDICTS)]
    figure = verdicts_figure({"What the essay says": each, "and else": each[:1]})
    figure.canvas.draw()
    shown = [text.get_text() for text in figure.legends[0].get_texts()]
    assert shown == list(VERDICTS)
    width = figure.bbox.width
    assert all(text.get_window_extent().x1 <= width for text in figure.axes[0].texts), "no text leaves the figure"
    assert counted([]) == "" and counted(each).endswith("of 4 claims")
