"""JSON of results: what every reader takes, and what comes back as it was."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import Fit, fit, load_dataset
from memsim.analysis.plain_frames import identified
from memsim.core.errors import InputError
from memsim.core.files.strict_json import NOT_FINITE, from_json_text, to_json_text
from memsim.models import TCM
from memsim.running.result_files import MANIFEST, ResultFolder
from memsim.running.sealed import sealed, unsealed

NAMES = st.sampled_from([NOT_FINITE, "object", "other"]) | st.text(max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["NaN", "Infinity", "text"]),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(NAMES, part, max_size=3),
    max_leaves=8,
)


def strictly_read(text: str | bytes) -> Any:
    """As a reader that takes RFC 8259 and nothing else."""

    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is no JSON")

    return json.loads(text, parse_constant=refuse)


@given(VALUES)
def test_whatever_it_is_it_is_strict_and_comes_back(value: Any) -> None:
    text = to_json_text(value)
    strictly_read(text)
    assert repr(from_json_text(text)) == repr(value)
    content = sealed({"it": value}).encode()
    strictly_read(content)
    assert repr(unsealed(content)) == repr({"it": value})


def test_what_is_finite_is_written_as_ever_and_earlier_files_are_read() -> None:
    assert to_json_text({"a": [1, 0.5, None]}, indent=1) == json.dumps({"a": [1, 0.5, None]}, indent=1)
    assert to_json_text([-math.inf]) == '[{"not_finite": "-Infinity"}]'
    assert repr(from_json_text('{"a": [NaN, -Infinity]}')) == "{'a': [nan, -inf]}"
    with pytest.raises(ValueError, match="is no number that is not finite"):
        from_json_text('{"not_finite": [1]}')


def test_a_fit_with_numbers_that_are_not_finite_is_readable_and_the_same_again(tmp_path: Path) -> None:
    fitted = fit(TCM(), load_dataset("peers_notask")[:10], ["context_drift"], starts=1, generations=1)
    unit = replace(fitted.units[0], starts=[1.0, math.inf], profiles={"context_drift": [(0.5, -math.inf)]})
    changed = replace(fitted, units=(unit,))
    changed.save(tmp_path / "fit.json")
    strictly_read((tmp_path / "fit.json").read_bytes())
    assert Fit.load(tmp_path / "fit.json") == changed


def test_manifests_are_readable_and_the_same_call_replaces_its_results(tmp_path: Path) -> None:
    results = ResultFolder(tmp_path, "test", {"bound": math.inf, "start": math.nan})
    results.write(lambda scratch: None, {"spread": [math.nan, -math.inf]})
    strictly_read((tmp_path / MANIFEST).read_bytes())
    assert repr(from_json_text((tmp_path / MANIFEST).read_bytes())["spread"]) == "[nan, -inf]"
    ResultFolder(tmp_path, "test", {"bound": math.inf, "start": math.nan}).require(["one.csv"])


@pytest.mark.parametrize("text", ["[" * 100_000, "{}", '["a"]', "3", "[0.1"])
def test_the_lists_in_a_table_are_numbers_or_refused(text: str) -> None:
    frame = pd.DataFrame({"statistic": ["temporal_factor"], "mean": [0.6], "values": [text]})
    with pytest.raises(InputError, match=r"values=.* must be a list of numbers, such as \[0.1, 0.2\]"):
        identified(frame)
