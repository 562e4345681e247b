"""Networks of memory take one thread of torch, unless a user said otherwise."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from memsim.models.networks import threads
from memsim.models.networks.threads import one_thread


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch) -> Any:
    state = {"threads": 4}
    monkeypatch.setattr(torch, "get_num_threads", lambda: state["threads"])
    monkeypatch.setattr(torch, "set_num_threads", lambda number: state.update(threads=number))
    monkeypatch.setattr(threads, "_usual", lambda: {4})
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    return state


def test_one_thread_by_default_and_as_before_afterwards(set_to: Any) -> None:
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 4


def test_what_a_user_said_holds(set_to: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(3)
    with one_thread():
        assert torch.get_num_threads() == 3
    torch.set_num_threads(4)
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    with one_thread():
        assert torch.get_num_threads() == 4
