"""Names and numbers in the text of one option."""

import pytest

from memsim.core.errors import InputError
from memsim.core.listed_options import known_names, numbers_in


def test_names_and_numbers() -> None:
    assert known_names(" b; a ;b", "X: y", ["a", "b"], "letter", ";") == ["b", "a"]
    assert known_names("all", "X: y", ["a", "b"], "letter") == ["a", "b"]
    assert numbers_in("0.01, 0.010,3", "X: y") == [0.01, 3]


@pytest.mark.parametrize("given", ["a", "1,x", "nan", "1,inf"])
def test_what_is_no_number(given: str) -> None:
    with pytest.raises(InputError, match="must be numbers, as in"):
        numbers_in(given, "X: y")


def test_nothing_and_unknown_names() -> None:
    for read in (lambda: numbers_in(" , ", "X: y"), lambda: known_names("", "X: y", ["a"], "letter")):
        with pytest.raises(InputError, match="names nothing"):
            read()
    with pytest.raises(InputError, match="X: y: there is no letter 'all'.*There are: a"):
        known_names("all,a", "X: y", ["a"], "letter")
