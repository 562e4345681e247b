"""How a fuzzed call may end: with a result, or with one of memsim's own errors. Anything else fails the test."""

import contextlib
import resource
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import settings

from memsim.core.errors import MemsimError

ROOM = 3 * 2**30
"""How many bytes of address space a call may take beyond what the process has: small inputs never need more."""


def fuzz(test: Callable[..., Any]) -> Callable[..., Any]:
    """Run a test with as many examples as the option ``--fuzz`` of pytest says, and the same ones in every run."""
    return settings(settings.get_profile("fuzz"))(test)


def fuzz_few(test: Callable[..., Any]) -> Callable[..., Any]:
    """:func:`fuzz` with a quarter of the examples, for calls that take about a second."""
    profile = settings.get_profile("fuzz")
    return settings(profile, max_examples=max(profile.max_examples // 4, 1))(test)


@contextlib.contextmanager
def ends_well() -> Iterator[None]:
    """Let memsim's own errors and all warnings pass within the block, and no more memory than :data:`ROOM`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + ROOM, hard))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except MemsimError as error:
        # The last resort of the readers keeps a traceback from the user; here it would hide a fault.
        assert not str(error).endswith("; is it one?"), f"no reader refused this: {error}"
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
