"""Compiled loops give the same bits, whether a process compiled them or loaded them."""

from __future__ import annotations

import importlib
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from numba.core.dispatcher import Dispatcher

PRINTED = """
import numpy as np
from memsim import simulate
from memsim.core.likelihood import log_likelihood
from memsim.models import CMR, CRU, TCM
from memsim.paradigms import FreeRecall

recalls = simulate(CMR(), FreeRecall(list_length=8).trials(20, 0), 0)
for model in (TCM(), CMR(), CRU()):
    print(np.asarray(log_likelihood(model, recalls)).tobytes().hex())
"""


def compiled_functions() -> Iterator[Dispatcher]:
    packages = [importlib.import_module(name) for name in ("memsim", "memsim.models", "memsim.analysis")]
    for package in packages:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "kernel" in module.name:
                for value in vars(importlib.import_module(module.name)).values():
                    if isinstance(value, Dispatcher):
                        yield value


def callees(function: Dispatcher) -> Iterator[Dispatcher]:
    for name in function.py_func.__code__.co_names:
        value = function.py_func.__globals__.get(name)
        if isinstance(value, Dispatcher):
            yield value


def test_reordered_sums_have_one_copy() -> None:
    functions = set(compiled_functions())
    called = {callee for function in functions for callee in callees(function)}
    assert len(functions) > 30
    assert called
    two_copies = [
        f"{function.py_func.__module__}.{function.py_func.__name__}"
        for function in called
        if function.targetoptions.get("fastmath") and not function.targetoptions.get("forceinline")
    ]
    assert two_copies == []


@pytest.mark.slow
def test_what_was_compiled_and_what_was_loaded_agree(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}

    def printed() -> str:
        command = [sys.executable, "-c", PRINTED]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    compiled = printed()
    assert list(tmp_path.rglob("*.nbi"))
    assert printed() == compiled
