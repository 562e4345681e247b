"""Declared parameters: checks, copies, and values from text."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from memsim import choice, parameter
from memsim.core.errors import InputError, ModelError
from memsim.core.parameters import Parameterized
from memsim.models import TCM
from memsim.paradigms import FreeRecall


@dataclass(frozen=True)
class Gadget(Parameterized):
    rate: float = parameter(0.5, 0, 1, unit="1/s", symbol="ρ", doc="a rate")
    count: int = parameter(3, 1, None)
    limit: int | None = parameter(None, 1, None, integer=True)
    mode: str = choice("fast", ("fast", "slow"))


def test_values_are_plain_and_comparable() -> None:
    gadget = Gadget(rate=np.float32(0.25), count=np.int64(4))
    assert gadget == Gadget(0.25, 4) and type(gadget.rate) is float and type(gadget.count) is int
    assert gadget.replace(mode="slow").values() == {"rate": 0.25, "count": 4, "limit": None, "mode": "slow"}


def test_replace_keeps_fields_that_are_not_parameters() -> None:
    @dataclass(frozen=True)
    class Weighted(Gadget):
        weights: str = "random"

    assert Weighted(weights="trained").replace(rate=0.1) == Weighted(rate=0.1, weights="trained")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rate": 1.5}, ["Gadget", "rate=1.5", "1/s", "[0, 1]"]),
        ({"rate": math.nan}, ["rate=nan", "finite"]),
        ({"rate": True}, ["rate=True"]),
        ({"rate": "high"}, ["rate='high'"]),
        ({"count": 2.5}, ["count=2.5", "whole"]),
        ({"count": 0}, ["count=0", "[1, inf]"]),
        ({"count": math.inf}, ["count=inf"]),
        ({"limit": 0}, ["limit=0"]),
        ({"mode": "quick"}, ["mode='quick'", "'fast'", "'slow'"]),
    ],
)
def test_bad_values_are_named_with_their_rule(values: dict[str, object], words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        Gadget(**values)
    assert all(word in str(caught.value) for word in words)


def test_unknown_parameter_gets_a_suggestion() -> None:
    with pytest.raises(InputError, match="did you mean 'context_drift'"):
        TCM().replace(context_drif=0.5)


def test_forgotten_decorator_is_explained() -> None:
    class Plain(Parameterized):
        rate: float = parameter(0.5)

    with pytest.raises(ModelError, match=r"rate.*@dataclass\(frozen=True\)"):
        Plain()


def test_parsing_from_text() -> None:
    declared = {p.name: p for p in FreeRecall.parameters()}
    assert declared["list_length"].parse("12") == 12
    assert declared["output_limit"].parse("none") is None
    with pytest.raises(InputError, match="list_length='1.5' is not a whole number"):
        declared["list_length"].parse("1.5")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: parameter("a", 0, 1), "default='a' must be a number"),
        (lambda: parameter(0.5, "0", 1), "low='0' must be a number"),
        (lambda: parameter(0.5, 1, 0), "low=1 lies above high=0"),
        (lambda: choice("a", 3), "give the options as a tuple"),
        (lambda: choice("a", ("b", "c")), "the default among them"),
    ],
)  # fmt: skip
def test_a_declaration_that_no_value_meets_is_refused(wrong: Callable[[], object], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        wrong()
