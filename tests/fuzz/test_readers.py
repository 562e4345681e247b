"""Damaged files of every format of recalls: each is read, or refused in memsim's words."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import savemat

from memsim import analysis
from memsim.core.recalls import Recalls
from memsim.data.loading import load_recalls
from tests.fuzz.damage import damaged_bytes, damaged_text
from tests.fuzz.endings import ends_well, fuzz, fuzz_few

TABLE = """subject,session,list,position,trial_type,item,time,category
1,1,1,1,study,CAT,,pet
1,1,1,2,study,OAK,,tree
1,1,1,3,study,DOG,,pet
1,1,1,1,recall,DOG,1.5,pet
1,1,1,2,recall,ELM,3,tree
1,2,1,1,study,ELM,,tree
1,2,1,2,study,OWL,,bird
1,2,1,3,study,FIR,,tree
1,2,1,1,recall,FIR,0.5,
2,1,1,1,study,CAT,,pet
2,1,1,2,study,ELM,,tree
2,1,1,3,study,OWL,,bird
"""
SCORED = """subject,list,item,input,output,study,recall,repeat,intrusion
1,1,CAT,1,2,True,True,0,False
1,1,DOG,2,,True,False,0,False
1,1,OWL,3,1,True,True,0,False
1,1,OWL,3,3,False,True,1,False
1,1,ELM,,4,False,True,0,True
"""
EVENTS = """onset\tduration\ttrial_type\titem_name\tlist\tserialpos\tresponse_time
1\t1\tWORD\tCAT\t1\t0\tn/a
2\t1\tWORD\tDOG\t1\t1\tn/a
5\t0\tREC_START\tn/a\t1\tn/a\tn/a
6\t0\tREC_WORD\tDOG\t1\tn/a\t1
7\t0\tREC_WORD\tOWL\t1\tn/a\t2
11\t1\tWORD\tELM\t2\t0\tn/a
12\t1\tWORD\tOWL\t2\t1\tn/a
16\t0\tREC_WORD\tOWL\t2\tn/a\t3
"""
EGG = json.dumps({"pres": [[["cat", "dog"], ["elm", "owl"]]], "rec": [[["dog"], ["owl", "cat"]]]})
MATRIX = "subject r1 r2 r3\n1 3 2 1\n1 2 -1 0\n2 0 0 0\n"


def matrices() -> bytes:
    """A ``.mat`` file as the Computational Memory Lab writes them: two lists of three items."""
    data = {
        "subject": np.array([[1], [1]]), "session": np.array([[1], [2]]), "listLength": 3,
        "recalls": np.array([[3, 1, 0], [2, -1, 0]]), "pres_itemnos": np.array([[11, 12, 13], [14, 15, 16]]),
        "rec_itemnos": np.array([[13, 11, 0], [15, 11, 0]]), "times": np.array([[500.0, 900, 0], [700, 800, 0]]),
    }  # fmt: skip
    file = io.BytesIO()
    savemat(file, {"data": data})
    return file.getvalue()


def array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([[3, 2, 1], [2, -1, 0]]))
    return file.getvalue()


def read(path: Path, content: bytes, **options: object) -> None:
    """Read ``content`` from the file and, where that succeeds, analyse it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    with ends_well():
        recalls = load_recalls(path, **options)
        assert isinstance(recalls, Recalls) and len(recalls.positions) == len(recalls.trials)
        analysis.serial_position_curve(recalls)
        recalls.to_frame()


@given(st.one_of(damaged_text(TABLE), damaged_text(SCORED)))
@fuzz
def test_tables(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    read(tmp_path_factory.getbasetemp() / "fuzz.csv", content)


@given(damaged_text(EVENTS))
@fuzz
def test_events(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    read(tmp_path_factory.getbasetemp() / "sub-1_ses-1_task-x_events.tsv", content)


@given(damaged_text(EGG))
@fuzz
def test_eggs(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    read(tmp_path_factory.getbasetemp() / "fuzz.json", content)


@given(damaged_text(MATRIX), st.sampled_from([".txt", ".dat"]))
@fuzz
def test_text_matrices(tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str) -> None:
    read(tmp_path_factory.getbasetemp() / f"fuzz{suffix}", content, list_length=3)


@given(damaged_bytes(array()))
@fuzz
def test_arrays(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    read(tmp_path_factory.getbasetemp() / "fuzz.npy", content, list_length=3)


@given(damaged_bytes(matrices()))
@fuzz_few
def test_mat_files(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    read(tmp_path_factory.getbasetemp() / "fuzz.mat", content)


@given(st.binary(max_size=300), st.sampled_from([".csv", ".tsv", ".json", ".txt", ".dat", ".npy", ".h5", ""]))
@fuzz
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str) -> None:
    read(tmp_path_factory.getbasetemp() / f"any{suffix}", content)
