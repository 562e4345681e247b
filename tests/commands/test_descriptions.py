"""Descriptions of what is registered: every entry in words, without a trace of Python's objects."""

import re

import pytest

from memsim.commands.descriptions import REGISTRIES, print_entries
from memsim.commands.main import main


@pytest.mark.parametrize("kind", REGISTRIES)
def test_every_entry_is_described_in_words(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert print_entries(kind, None) == 0
    listed = capsys.readouterr().out
    for name in REGISTRIES[kind].names():
        assert re.search(rf"(?m)^{re.escape(name)}\b", listed)
        assert print_entries(kind, name) == 0
        listed += capsys.readouterr().out
    assert not re.search(r"<[\w.]+ .*>|object at 0x", listed)


@pytest.mark.parametrize(
    ("name", "likelihood"),
    [
        ("CMR", "exact"),
        ("MINERVA2", "sampled"),
        ("SummedSimilarity", "sampled"),
        ("DNC:people", "exact"),
        ("TCMA", "none"),
    ],
)
def test_a_model_says_whether_its_likelihood_is_exact(
    name: str, likelihood: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where it depends on the parameters; it is that of the default values."""
    assert main(["models", name]) == 0
    assert f"\n  likelihood of responses: {likelihood}\n" in capsys.readouterr().out
