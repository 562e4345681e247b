"""The code of what was typed into a session, for whose cells lines of linecache stand in."""

import functools
import linecache
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from memsim.core.code.typed_in import source_of
from memsim.core.code.user_code import code_of
from memsim.core.errors import MemsimWarning

BASE = "class Base:\n    low = 0\n    def go(self):\n        return helper(self.low) + LEVEL\n"


class Session(ModuleType):
    """A module without a file, whose cells are kept as a kernel keeps them."""

    In: list[str]

    def type(self, cell: str, *, kept: bool = True) -> None:
        """Run a cell; where it is not kept, its source is lost."""
        name = f"<cell {len(self.In)} of {id(self)}>"
        if kept:
            self.In.append(cell)
            linecache.cache[name] = len(cell), None, cell.splitlines(keepends=True), name
        exec(compile(cell, name, "exec"), vars(self))


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session("typed_session")
    made.In = []
    sys.modules[made.__name__] = made
    made.type("LEVEL = 1\ndef helper(x):\n    return x\n")
    made.type(BASE)
    yield made
    del sys.modules[made.__name__]


def its_code(session: Session, name: str = "Base") -> str:
    """The checksum of what is typed in under a name."""
    return str(code_of(getattr(session, name))["itself"])


@pytest.mark.parametrize(
    ("cell", "counts"),
    [
        ("LEVEL = 2", True), ("def helper(x):\n    return x + 1\n", True),
        (BASE.replace("low = 0", "low = 3"), True), (BASE, False), ("LEVEL = 1", False), ("low = go = 5", False),
        ("def helper(x):\n    return x\n", False), ("unused = 3", False), ("import functools as helper_", False),
    ],
)  # fmt: skip
def test_what_code_uses_counts_and_no_more(session: Session, cell: str, counts: bool) -> None:
    before = its_code(session)
    session.type(cell)
    assert (its_code(session) != before) is counts
    assert its_code(session) == its_code(session)


@pytest.mark.parametrize(
    "wrap", ["functools.lru_cache({})", "functools.partial({}, 1)", "functools.wraps({0})(lambda *a: {0}(*a))"]
)
def test_what_is_wrapped_counts(session: Session, wrap: str) -> None:
    session.type("import functools\ndef inner(x, y=0):\n    return x\n")
    session.type(f"wrapped = {wrap.format('inner')}\nclass Uses:\n    def go(self):\n        return wrapped(1)\n")
    before = its_code(session, "Uses")
    session.type("def inner(x, y=0):\n    return x + 1\n")
    session.type(f"wrapped = {wrap.format('inner')}\n")
    assert its_code(session, "Uses") != before


def test_an_object_counts_by_its_content_and_its_class(session: Session) -> None:
    session.type(
        "class Rule:\n    def __init__(self, n):\n        self.n = n\n    def apply(self):\n        return self.n\n"
    )
    session.type("rule = Rule(1)\nclass Uses:\n    def go(self):\n        return rule.apply()\n")
    codes = [its_code(session, "Uses")]
    for cell in ("rule = Rule(2)", "class Rule:\n    def apply(self):\n        return -self.n\nrule.__class__ = Rule"):
        session.type(cell)
        codes.append(its_code(session, "Uses"))
    assert len(set(codes)) == 3


def test_sources_of_classes(session: Session) -> None:
    assert source_of(session.Base) == BASE
    session.type("@id\nclass Lost: pass\n\nclass Holds:\n    class Base:\n        def go(self): return 0\n")
    assert source_of(session.Holds.Base) == "    class Base:\n        def go(self): return 0\n"
    session.type("class Plain(Base):\n    high = 2\n")
    session.type("class Plain(Base):\n    high = 3\n")
    assert source_of(session.Plain) == "class Plain(Base):\n    high = 3\n", "without functions, the last cell counts"
    session.type("class Property:\n    @property\n    def go(self):\n        return 1\n")
    session.In.clear()
    assert "def go" in source_of(session.Property)


def test_without_source_code_is_known_for_the_session_alone(session: Session) -> None:
    session.type("class Lost:\n    def go(self):\n        return 1\nclass Too(Lost): pass\n", kept=False)
    with pytest.warns(
        MemsimWarning, match=r"^the source of Lost, or of what it uses, cannot be found .* put it in a file"
    ):
        first = its_code(session, "Lost")
    assert its_code(session, "Lost") == first, "no second warning, and the same identity"
    with pytest.warns(MemsimWarning, match="the source of Too"):
        assert its_code(session, "Too") != first
    session.type("import threading\nlock = threading.Lock()\nclass Locks:\n    def go(self):\n        return lock\n")
    with pytest.warns(MemsimWarning, match=r"the source of Locks, or of what it uses, .*pickle '_thread.lock'"):
        its_code(session, "Locks")


def test_a_worker_takes_the_code_that_was_sent_along(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = code_of(session.Base), code_of(session.helper)
    worker = ModuleType(session.__name__)
    worker.__file__ = __file__
    monkeypatch.setitem(sys.modules, session.__name__, worker)
    assert (code_of(session.Base), code_of(session.helper)) == sent


def test_ring_of_functions(session: Session) -> None:
    session.type("def even(n):\n    return n == 0 or odd(n - 1)\ndef odd(n):\n    return n > 0 and even(n - 1)\n")
    before = its_code(session, "even")
    session.type("def odd(n):\n    return n != 0 and even(n - 1)\n")
    assert its_code(session, "even") != before


def test_enclosed_values_count(session: Session) -> None:
    session.type("def made(n):\n    class Inner:\n        def go(self):\n            return n\n    return Inner\n")
    one: Callable[..., Any] = functools.partial(session.made)
    codes = {code_of(one(n))["itself"] for n in (1, 2, 1)}
    assert len(codes) == 2
