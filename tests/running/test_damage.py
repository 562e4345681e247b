"""What was stored and is damaged: a bit that changed anywhere is found, and nothing damaged is used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from memsim import Fit, fit
from memsim.core.errors import DataError, MemsimError, MemsimWarning
from memsim.core.files.partial_files import begun_name, sweep
from memsim.data.loading import load_recalls
from memsim.fitting.search import search
from memsim.models import DNC, Uniform
from memsim.models.networks.weights import find_weights, load_weights, save_weights
from memsim.running.execution import Cell, run_cells
from memsim.running.sealed import sealed, unsealed
from memsim.training.run import train


def numbers(count: int) -> dict[str, Any]:
    return {"prob": [0.125 * i for i in range(count)], "nothing": None, "not a number": float("nan")}


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_every_bit_of_a_record_counts() -> None:
    content = sealed({"number": 0.5, "text": "é\n"}).encode()
    assert unsealed(content) == {"number": 0.5, "text": "é\n"}
    for bit in range(8 * len(content)):
        with pytest.raises(ValueError):
            unsealed(flipped(content, bit))
    for other in (content + b" ", content[:-1], b" " + content, b"", b"[]", b"{}"):
        with pytest.raises(ValueError):
            unsealed(other)


def test_a_damaged_cell_is_run_again(tmp_path: Path) -> None:
    cells = [Cell(numbers, {"count": 4})]
    expected = json.dumps(run_cells(cells, workers=1, cache=tmp_path))
    [path] = tmp_path.rglob("*.json")
    content = path.read_bytes()
    for byte in range(0, len(content), 7):
        path.write_bytes(flipped(content, 8 * byte + byte % 8))
        with pytest.warns(MemsimWarning, match="is not a finished cell.*it is run again"):
            assert json.dumps(run_cells(cells, workers=1, cache=tmp_path)) == expected
    assert json.dumps(run_cells(cells, workers=1, cache=tmp_path)) == expected, "it was repaired, without a warning"


def test_a_cell_that_cannot_be_read_is_run_again(tmp_path: Path) -> None:
    cells = [Cell(numbers, {"count": 4})]
    run_cells(cells, workers=1, cache=tmp_path)
    [path] = tmp_path.rglob("*.json")
    path.unlink()
    path.symlink_to(path)  # even the superuser cannot read it
    with pytest.warns(MemsimWarning, match="it cannot be read.*it is run again"):
        run_cells(cells, workers=1, cache=tmp_path)
    assert not path.is_symlink()


def test_a_damaged_state_of_a_search_starts_again(tmp_path: Path) -> None:
    def bowl(place: Any) -> float:
        return float(((place - 0.3) ** 2).sum())

    record = tmp_path / "searches" / "state.json"
    whole = search(bowl, 2, smooth=True, generations=5, local=1, record=record)
    content = record.read_bytes()
    assert search(bowl, 2, smooth=True, generations=5, local=1, record=record).best[1] == whole.best[1]
    for bit in np.linspace(0, 8 * len(content) - 1, 40).astype(int):
        record.write_bytes(flipped(content, int(bit)))
        with pytest.warns(MemsimWarning, match="the search starts again"):
            again = search(bowl, 2, smooth=True, generations=5, local=1, record=record)
        assert again.best[1] == whole.best[1] and again.evaluations == whole.evaluations
    assert [path.name for path in record.parent.iterdir()] == [record.name]


def test_a_damaged_fit_is_refused(tmp_path: Path) -> None:
    recalls = load_recalls("peers_notask")[:20]
    found = fit(Uniform(), recalls, ["stop_base"], starts=1, generations=1)
    path = tmp_path / "fit.json"
    found.save(path)
    content = path.read_bytes()
    assert Fit.load(path).units == found.units
    for bit in np.linspace(0, 8 * len(content) - 1, 60).astype(int):
        path.write_bytes(flipped(content, int(bit)))
        with pytest.raises(DataError, match="is no fit that memsim wrote"):
            Fit.load(path)


def test_every_part_of_a_file_of_weights_counts(tmp_path: Path) -> None:
    weights = load_weights("lstm-recall")
    path = tmp_path / "mine.safetensors"
    save_weights(path, weights.tensors, weights.record)
    again = load_weights(str(path))
    assert again.record == weights.record
    assert all((again.tensors[name] == tensor).all() for name, tensor in weights.tensors.items())
    content = path.read_bytes()
    header = 8 + int.from_bytes(content[:8], "little")
    for byte in [*range(8), *range(8, header, 37), *np.linspace(header, len(content) - 1, 20).astype(int)]:
        path.write_bytes(flipped(content, 8 * int(byte) + int(byte) % 8))
        with pytest.raises(MemsimError):
            load_weights(str(path))


def test_weights_that_ship_are_checked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in sorted(find_weights("dnc-recall").parent.glob("*.safetensors")):
        assert load_weights(path.stem).tensors
    content = find_weights("dnc-recall").read_bytes()
    (tmp_path / "weights").mkdir()
    shutil.copyfile(find_weights("dnc-recall").parent / "sha256.txt", tmp_path / "weights" / "sha256.txt")
    (tmp_path / "weights" / "dnc-recall.safetensors").write_bytes(flipped(content, 8 * len(content) - 9))
    monkeypatch.setattr("memsim.models.networks.weights.files", lambda _: tmp_path)
    with pytest.raises(DataError, match=r"dnc-recall.safetensors is damaged"):
        DNC()


def test_weights_of_an_earlier_memsim_cause_a_warning(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    weights = load_weights("lstm-recall")
    save_file(
        weights.tensors, tmp_path / "old.safetensors", metadata={"memsim": json.dumps({**weights.record, "note": ""})}
    )
    with pytest.warns(MemsimWarning, match="holds no checksum"):
        load_weights(str(tmp_path / "old.safetensors"))


def test_a_damaged_checkpoint_starts_again(tmp_path: Path) -> None:
    out = tmp_path / "mine.safetensors"
    checkpoint, shipped = tmp_path / "mine.checkpoint.safetensors", load_weights("lstm-recall")
    save_weights(checkpoint, shipped.tensors, shipped.record)
    checkpoint.write_bytes(flipped(checkpoint.read_bytes(), 9))
    with pytest.warns(MemsimWarning, match="training starts from the beginning"):
        trained = train("LSTM", out=out, iterations=1, batch=2)
    assert trained.continued_from == 0 and load_weights(str(out)).tensors


def test_what_dead_processes_left_is_removed(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    own = begun_name()
    left = own.replace(f"~{os.getpid()}~", f"~{dead.pid}~")
    for name in (own, left, left.replace(".partial", ".running"), ".partial-of-another-kind", "plain"):
        (tmp_path / name).mkdir()
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {own, ".partial-of-another-kind", "plain"}
