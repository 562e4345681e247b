"""The code of what was typed into a session: what counts, what does not, and where it cannot be told."""

import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from memsim.core.code.user_code import code_of
from memsim.core.errors import MemsimWarning

BASE = "class Base:\n    low = 0\n    def go(self):\n        return helper(self.low) + LEVEL\n"
MODEL = (
    "from dataclasses import dataclass\nimport numpy as np\nfrom memsim import MemoryModel, parameter\nMOST = 1\n"
    "@dataclass(frozen=True)\nclass Mine(MemoryModel):\n    rate: float = parameter(0.5, 0, MOST, doc='share')\n"
    "    def begin(self, trials, rng):\n        return np.zeros(3)\n    def study(self, state, position):\n"
    "        return state\n    def outcome_probabilities(self, state):\n        return state\n"
    "    def recalled(self, state, position):\n        return state\n"
)


class Session(ModuleType):
    """A module without a file, into which cells are typed."""

    def type(self, *cells: str) -> None:
        """Run cells."""
        for cell in cells:
            exec(compile(cell, "<cell>", "exec"), vars(self))

    def code(self, name: str) -> str:
        """The checksum of what has a name."""
        return str(code_of(getattr(self, name))["itself"])


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session("typed_session")
    sys.modules[made.__name__] = made
    made.type("LEVEL = 1\ndef helper(x):\n    return x\n", BASE)
    yield made
    del sys.modules[made.__name__]


@pytest.mark.parametrize(
    ("cell", "counts"),
    [
        ("LEVEL = 2", True), ("def helper(x):\n    return x + 1\n", True),
        ("def helper(x, y=1):\n    return x\n", True),
        (BASE.replace("low = 0", "low = 3"), True), ("Base.low = 2", True), ("Base.go = lambda self: 1", True),
        (BASE, False), (f"# a comment\n{BASE}", False), ("LEVEL = 1", False), ("low = go = 5", False),
        ("def helper(x):\n    return x\n", False), ("unused = 3", False), ("import pandas", False),
    ],
)  # fmt: skip
def test_what_code_uses_counts_and_no_more(session: Session, cell: str, counts: bool) -> None:
    before = session.code("Base")
    session.type(cell)
    assert (session.code("Base") != before) is counts
    assert session.code("Base") == session.code("Base")


INNER = "def inner(x, y=0):\n    return x\n"
CHANGED = "def inner(x, y=0):\n    return x + 1\n"


@pytest.mark.parametrize(
    "used",
    [
        "functools.lru_cache(inner)", "functools.partial(inner, 1)", "functools.wraps(inner)(lambda *a: inner(*a))",
        "{'a': inner}", "[(inner,)]", "{inner}", "types.SimpleNamespace(f=inner)", "Has(inner)", "Has(inner).go",
        "lambda x: inner(x)", "[lambda x: x, lambda x: inner(x)]", "numba.njit(inner)", "property(inner)",
        "functools.singledispatch(inner)",
    ],
)  # fmt: skip
def test_code_counts_wherever_it_is_held(session: Session, used: str) -> None:
    start = "import functools, types, numba\nclass Has:\n    def __init__(self, f):\n        self.f = f\n"
    start += "    def go(self):\n        return self.f\n"
    session.type(start, "class Uses:\n    def go(self):\n        return used\n")
    codes = []
    for cell in (INNER, CHANGED, INNER):
        session.type(cell, f"used = {used}")
        codes.append(session.code("Uses"))
    assert codes[0] == codes[2] != codes[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("v = np.zeros(3)", "v = np.ones(3)"),
        ("v = {'a', 'b'}", "v = {'a', 'c'}"),
        ("v = torch.zeros(2)", "v = torch.ones(2)"),
        ("v = np.linalg.norm", "v = np.linalg.det"),
        ("v = statistics.mean", "v = statistics.median"),
        ("import json as v", "import math as v"),
        ("v = torch.nn.Linear(1, 1)\nv.weight.data[:] = 1", "v = torch.nn.Linear(1, 1)\nv.weight.data[:] = 2"),
        ("v = Point(1)", "v = Point(2)"),
        ("v = [lambda x: x]", "v = [lambda x: -x]"),
        ("v = [lambda x: x, lambda x: -x]", "v = [lambda x: -x, lambda x: x]"),
        ("v = [made(1), made(2)]", "v = [made(2), made(1)]"),
        ("v = np.array(3)", "v = np.array(4)"),
        ("v = pd.DataFrame({'a': [1]})", "v = pd.DataFrame({'a': [2]})"),
        ("v = True", "v = 1"),
        ("v = made(1)", "v = made(2)"),
        ("v = np.array(['a'], dtype=object)", "v = np.array(['b'], dtype=object)"),
    ],
)  # fmt: skip
def test_values_count_by_what_they_are(session: Session, one: str, other: str) -> None:
    session.type(
        "import numpy as np, torch, statistics, pandas as pd\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Point:\n    x: int\ndef made(k):\n    class Inner:\n        rate = k\n    return Inner\n"
        "class Uses:\n    def go(self):\n        return v\n"
    )
    codes = []
    for cell in (one, other, one):
        session.type(cell)
        if "Linear" in cell:
            session.type("v.bias.data[:] = 0")
        codes.append(session.code("Uses"))
    assert codes[0] == codes[2] != codes[1]


def test_recalls_count_by_their_responses_alone(session: Session) -> None:
    session.type(
        "import memsim\nfrom memsim.models import TCM\nfrom memsim.paradigms import FreeRecall\n"
        "r = memsim.simulate(TCM(), FreeRecall(list_length=4).trials(5, seed=1), seed=1)\n"
        "class Uses:\n    def go(self):\n        return r\n"
    )
    before = session.code("Uses")
    session.type("r.is_correct; r._repr_html_()")
    assert session.code("Uses") == before
    session.type("r = r[:4]")
    assert session.code("Uses") != before


def test_declared_parameters_count(session: Session) -> None:
    session.type(MODEL)
    before = session.code("Mine")
    session.type("Mine(); Mine(rate=0.2).replace(rate=0.1)")
    assert session.code("Mine") == before, "making instances changes nothing"
    session.type("MOST = 2")
    assert session.code("Mine") == before, "the class was made with 1"
    session.type(MODEL.replace("MOST = 1", "MOST = 2"))
    assert session.code("Mine") != before
    session.type(MODEL)
    assert session.code("Mine") == before


PROCESS = """
import sys, types
typed = sys.modules["typed"] = types.ModuleType("typed")
exec(sys.argv[1], vars(typed))
from memsim.core.code.user_code import code_of
print(code_of(typed.Uses)["itself"], list(code_of(typed.Uses)["installed"]))
"""


def test_every_process_gives_the_same() -> None:
    cell = MODEL + "W = set('abcdef')\nclass Uses(Mine):\n    def go(self):\n        return W, 'x' in {'x', 'y', 'z'}\n"
    command = [sys.executable, "-c", PROCESS, cell]
    said = {subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(3)}
    assert len(said) == 1 and "numpy" in said.pop()


def test_what_cannot_be_told_is_known_for_the_session_alone(session: Session) -> None:
    session.type(
        "import threading\nlock = threading.Lock()\nclass Locks:\n    def go(self):\n        return lock, LEVEL\n"
    )
    with pytest.warns(MemsimWarning, match=r"^Locks uses lock, whose content cannot be told \(lock: cannot pickle"):
        first = session.code("Locks")
    assert session.code("Locks") == first, "no second warning, and the same identity"
    session.type("LEVEL = 2")
    assert session.code("Locks") != first, "what else it uses counts"
    session.type("LEVEL = 1")
    assert session.code("Locks") == first
    session.type("lock = threading.Lock()")
    with pytest.warns(MemsimWarning, match="Locks uses lock"):
        assert session.code("Locks") != first


def test_a_worker_takes_the_code_that_was_sent_along(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = code_of(session.Base), code_of(session.helper)
    worker = ModuleType(session.__name__)
    worker.__file__ = __file__
    monkeypatch.setitem(sys.modules, session.__name__, worker)
    assert (code_of(session.Base), code_of(session.helper)) == sent


def test_ring_of_functions(session: Session) -> None:
    session.type("def even(n):\n    return n == 0 or odd(n - 1)\ndef odd(n):\n    return n > 0 and even(n - 1)\n")
    before = session.code("even")
    session.type("def odd(n):\n    return n != 0 and even(n - 1)\n")
    assert session.code("even") != before
