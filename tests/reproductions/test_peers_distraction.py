"""The entry on PEERS, experiment 2, with few people and one quick fit: every part of it."""

from __future__ import annotations

import numpy as np
import pytest

from memsim import FitSpec, Recalls, load_dataset
from memsim.core.joint_recalls import JointRecalls
from memsim.models import TCM
from memsim.reproductions.catalogue import reproduce
from memsim.reproductions.recall import peers_distraction as entry


def few_people(condition: str) -> Recalls:
    recalls = load_dataset("peers_experiment2", condition)
    return recalls[np.isin(recalls.trials.subject, recalls.trials.subjects[:4])]


def test_the_entry_with_few_people(monkeypatch: pytest.MonkeyPatch) -> None:
    people = JointRecalls({name: few_people(name) for name in entry.TASKS})
    quick = FitSpec.of(TCM(), ["context_drift", "distraction_drift"], recalls=people, starts=1, generations=2)
    monkeypatch.setattr(entry, "people_of", lambda: people)
    monkeypatch.setattr(entry, "specs", lambda _: {"TCM": quick})
    monkeypatch.setattr(entry, "FOLDS", 2)
    report = reproduce("peers-distraction", 0)
    findings = {each.quantity: each.obtained for each in report.outcome.findings}
    assert len(findings) == 4 and set(findings.values()) <= {0.0, 1.0}
    table = report.outcome.tables["recency"].set_index("label")
    assert table.shape == (2, 5) and table.loc["TCM", "immediate"] > table.loc["TCM", "delayed_16"]
    held = report.outcome.tables["held_out"]
    assert held["data_set"].nunique() == 5 and set(held["model"]) == {"TCM", "uniform choice"}
    assert "Of 4 people: recency, immediate above delayed_16 by" in report.outcome.statement
    assert len(report.outcome.draw().axes) == 5 and len(report.outcome.further["first_recall"]().axes) == 5
    assert "Held out, nats per list:" in str(report)


def test_people_have_the_published_pattern() -> None:
    """Recency is gone after 16 s of distraction, and comes back with distraction around every word."""
    recency = entry.recency(entry.people_of().parts).groupby("condition")["difference"].mean()
    assert recency["immediate"] == pytest.approx(0.178, abs=5e-4)
    assert recency["continual_16"] == pytest.approx(0.184, abs=5e-4)
    assert recency["delayed_16"] == pytest.approx(0.034, abs=5e-4)
