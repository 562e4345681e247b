"""Sessions: a field of trials that slices, joins, tables and digests keep."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsim import Recalls, Trials
from memsim.analysis import analyze
from memsim.core.errors import InputError
from memsim.core.recall_parts import joined
from memsim.core.tables.long_table import lists_through_sessions
from memsim.paradigms import FreeRecall
from memsim.running.digests import digest


def with_sessions(session: object = ("a", "a", "b")) -> Trials:
    trials = FreeRecall(list_length=2).trials(3)
    return replace(trials, session=session)


def test_sessions_stay_with_their_trials() -> None:
    trials = with_sessions()
    recalls = Recalls(trials, [[1], [2], [0]])
    assert trials.session is not None and not trials.session.flags.writeable
    assert trials[[2, 0]].session is not None and trials[[2, 0]].session.tolist() == ["b", "a"]
    both = joined([recalls[:1], recalls[1:]])
    assert both.trials.session is not None and both.trials.session.tolist() == ["a", "a", "b"]
    with pytest.raises(InputError, match="recalls with sessions and recalls without sessions cannot be joined"):
        joined([recalls, replace(recalls, trials=replace(trials, session=None))])


def test_digests_know_sessions_and_are_those_of_before_where_there_are_none() -> None:
    trials = with_sessions()
    assert digest(trials) != digest(replace(trials, session=None)) != digest(with_sessions(["a", "b", "b"]))
    plain = Trials([[0, 1]], FreeRecall(list_length=2).trials(1).pool, FreeRecall(list_length=2))
    assert digest(plain) == "60545a185c517779d9646d713cc4a087c89d7bd2046958e9b5625e793116e785"


@pytest.mark.parametrize(
    ("session", "message"),
    [
        (["a", "b"], r"session has shape \(2,\), expected \(3,\)"),
        (["a", None, "b"], "trial 1 has no session"),
        (np.array(["a", 1, "b"], dtype=object), "session labels are of several types"),
    ],
)
def test_bad_sessions(session: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        with_sessions(session)
    with pytest.raises(InputError, match="the condition 'session' has a field of its own"):
        replace(with_sessions(), conditions={"session": np.array([1, 1, 2])})


def test_analyses_run_within_sessions() -> None:
    recalls = Recalls(with_sessions(), [[1], [2], [0]])
    table = analyze(recalls, "serial_position_curve", by="session")
    assert table["session"].tolist() == ["a", "a", "b", "b"] and table["prob"].tolist() == [0.5, 0.5, 0, 0]


RESTARTING = pd.DataFrame(
    {
        "subject": 1, "session": [1, 1, 2, 2, 1, 2], "list": 1, "position": [1, 2, 1, 2, 1, 1],
        "trial_type": ["study"] * 4 + ["recall"] * 2, "item": ["w11", "w12", "w21", "w22", "w12", "w21"],
    }
)  # fmt: skip


def test_lists_that_start_again_in_each_session_are_read() -> None:
    recalls = Recalls.from_frame(RESTARTING)
    assert recalls.positions.tolist() == [[2], [1]]
    assert recalls.trials.list.tolist() == [1, 2]
    assert recalls.trials.conditions["list_in_session"].tolist() == [1, 1]
    assert recalls.trials.session is not None and recalls.trials.session.tolist() == [1, 2]
    named = Recalls.from_frame(RESTARTING.assign(list="first"), conditions=["session"])
    assert named.trials.list.tolist() == [1, 2]
    assert named.trials.conditions["list_in_session"].tolist() == ["first"] * 2


def test_a_column_of_sessions_is_empty_or_whole() -> None:
    one = RESTARTING[RESTARTING["session"] == 1]
    assert Recalls.from_frame(one.assign(session=None)).trials.session is None
    with pytest.raises(InputError, match="the table has no session in row 4; fill the column in, or remove it"):
        Recalls.from_frame(RESTARTING.assign(session=[1, 1, 2, 2, None, 2]))
    with pytest.raises(InputError, match="subject 1, session 3, list 1 has responses but no study rows"):
        Recalls.from_frame(RESTARTING.assign(session=[1, 1, 2, 2, 3, 2]))


def test_numbers_go_on_through_sessions() -> None:
    text = np.array(["ses10", "ses2"])
    assert lists_through_sessions(np.array([1, 1]), text, np.array([1, 1])).tolist() == [2, 1]
    zero = lists_through_sessions(np.ones(4), np.array([1, 1, 2, 2]), np.array([0, 1, 0, 1]))
    assert zero.tolist() == [0, 1, 2, 3], "lists that are numbered from 0 do not collide"
    unique = np.array([3, 1, 2])
    assert lists_through_sessions(np.ones(3), np.array([1, 1, 2]), unique) is unique


@given(st.data())
def test_sessions_survive_the_long_table(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 6))
    labels = st.sampled_from([1, 2, 10]) if data.draw(st.booleans()) else st.sampled_from(["1", "x", "day 10"])
    session = data.draw(st.lists(labels, min_size=n, max_size=n))
    trials = replace(FreeRecall(list_length=3).trials(n, subjects=2), session=session)
    recalls = Recalls(trials, [data.draw(st.permutations([1, 2, 3])) for _ in range(n)])
    frame = recalls.to_frame()
    again = Recalls.from_frame(frame)
    assert again.trials.session is not None and again.trials.session.tolist() == session
    assert again.trials.list.tolist() == trials.list.tolist() and not again.trials.conditions
    pd.testing.assert_frame_equal(again.to_frame(), frame)
