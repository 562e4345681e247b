"""The long table: categories by list, the scored table of psifr, text of items, and what is refused."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psifr import fr

from memsim import ItemPool, Recalls, Trials
from memsim.analysis import category_clustering, category_crp
from memsim.core.errors import DataWarning, InputError
from memsim.core.recall_parts import joined
from memsim.core.tables.item_text import alike, plain_text
from memsim.paradigms import FreeRecall
from memsim.running.digests import digest

NAMES = ["subject", "list", "position", "trial_type", "item"]


def table(lists: list[tuple[list[object], list[object]]]) -> pd.DataFrame:
    """The long table of lists of studied and of recalled items, of one subject."""
    rows = [
        (1, number, position, kind, item)
        for number, sides in enumerate(lists, start=1)
        for kind, items in zip(("study", "recall"), sides, strict=True)
        for position, item in enumerate(items, start=1)
    ]
    return pd.DataFrame(rows, columns=NAMES)


# Categories

PIE = table([(["PIE", "CAKE", "LEG", "ARM"], ["CAKE", "PIE"]), (["PIE", "MANO", "PAN", "SOPA"], ["MANO", "PIE"])])
PIE["subject"], PIE["list"] = PIE["list"], 1
PIE["category"] = ["sweet", "sweet", "body", "body", "sweet", "sweet", "body", "body", "food", "food", "body", "body"]


def test_categories_belong_to_the_list_and_the_item() -> None:
    recalls = Recalls.from_frame(PIE, category="category")
    assert recalls.trials.pool.categories is None and recalls.trials.categories is not None
    for part in (recalls, recalls[::-1], joined([recalls[:1], recalls[1:]]), Recalls(recalls.trials, [[2, 1], [2, 1]])):
        found = category_crp(part)
        assert found["prob"].tolist() == [1, 1] and found["actual"].tolist() == [1, 1]
    theirs = fr.category_crp(fr.merge_free_recall(PIE, list_keys=["category"]), "category")
    assert theirs["prob"].tolist() == [1, 1]
    assert np.isfinite(category_clustering(recalls)["lbc"]).all()
    again = Recalls.from_frame(recalls.to_frame(), category="category")
    assert digest(again) == digest(recalls) != digest(Recalls.from_frame(PIE))
    with pytest.raises(InputError, match="recalls with categories of their lists and recalls without"):
        joined([recalls, replace(recalls, trials=replace(recalls.trials, categories=None))])
    with pytest.raises(InputError, match=r"categories has shape \(1,\), expected that of items, \(2, 4\)"):
        replace(recalls.trials, categories=["a"])


def test_the_category_of_a_recalled_row_does_not_count_against_its_item() -> None:
    miscoded = PIE.copy()
    miscoded.loc[4, "category"] = "drink"
    recalls = Recalls.from_frame(miscoded[miscoded["subject"] == 1], category="category")
    assert recalls.trials.pool.categories is not None
    assert recalls.trials.pool.categories.tolist() == ["sweet", "sweet", "body", "body"]


@given(st.data())
def test_sessions_and_categories_survive_the_table(data: st.DataObject) -> None:
    n, length = data.draw(st.integers(1, 4)), 3
    words = np.array(["a", "Ä", "b c", "d", "E"])
    items = [data.draw(st.permutations(range(5)))[:length] for _ in range(n)]
    kind = st.sampled_from(["x", "y", None])
    session = data.draw(st.lists(st.integers(1, 2), min_size=n, max_size=n))
    trials = Trials(
        items, ItemPool(words), FreeRecall(list_length=length), session=session,
        categories=np.array([[data.draw(kind) for _ in range(length)] for _ in range(n)], dtype=object),
    )  # fmt: skip
    given_ = [data.draw(st.lists(st.sampled_from([1, 2, 3, -1]), min_size=2, max_size=2)) for _ in range(n)]
    recalls = Recalls(trials, given_)
    frame = recalls.to_frame()
    again = Recalls.from_frame(frame.sample(frac=1, random_state=1).sort_values("list"), category="category")
    assert again.trials.session is not None and again.trials.item_categories is not None
    assert again.trials.session.tolist() == session
    assert again.trials.item_categories.tolist() == trials.item_categories.tolist()  # type: ignore[union-attr]
    assert again.positions.tolist() == recalls.positions.tolist()
    assert again.to_frame().drop(columns="category").equals(frame.drop(columns="category"))


# The scored table of psifr

SCORED = pd.DataFrame(
    {
        "subject": 1, "list": 1, "item": ["CAT", "DOG", "OWL", "OWL", "ELM"], "input": [1, 2, 3, 3, None],
        "output": [2, None, 1, 3, 4], "study": [True, True, True, False, False],
        "recall": [True, False, True, True, True], "repeat": [0, 0, 0, 1, 0],
    }
)  # fmt: skip


def test_the_scored_table_of_psifr() -> None:
    for frame in (SCORED, SCORED.astype({"study": str, "recall": int})):
        recalls = Recalls.from_frame(frame)
        assert recalls.positions.tolist() == [[3, 1, 3, -1]]
        assert recalls.trials.pool.labels.tolist() == ["CAT", "DOG", "OWL", "ELM"]
    with pytest.raises(InputError, match="study 'maybe' in row 1 is neither true nor false"):
        Recalls.from_frame(SCORED.astype({"study": object}).assign(study=[True, "maybe", True, False, False]))
    with pytest.raises(InputError, match="item in row 1 was neither studied nor recalled"):
        Recalls.from_frame(SCORED.assign(study=[True, False, True, False, False]))


def test_scored_and_long_tables_of_people_agree(psifr_table: pd.DataFrame) -> None:
    part = psifr_table[psifr_table["subject"].isin(psifr_table["subject"].unique()[:3])]
    scored = fr.merge_free_recall(part[NAMES])
    one, two = Recalls.from_frame(part[NAMES]), Recalls.from_frame(scored)
    one, two = (each[np.lexsort([each.trials.list, each.trials.subject])] for each in (one, two))
    assert np.array_equal(one.positions, two.positions) and np.array_equal(one.trials.list, two.trials.list)


# The text of items


def test_labels_are_compared_in_one_form() -> None:
    decomposed = "cafe\N{COMBINING ACUTE ACCENT}"
    frame = table([(["café", "ice cream", "DOG"], [decomposed, " ice  cream ", "dog"])])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recalls = Recalls.from_frame(frame)
    assert recalls.positions.tolist() == [[1, 2, 3]]
    assert recalls.trials.pool.labels.tolist() == ["café", "ice cream", "DOG"]
    numbers = Recalls.from_frame(table([([1, 2], [2])]))
    assert numbers.trials.pool.labels.tolist() == [1, 2]


def test_case_counts_only_where_two_studied_items_differ_by_it() -> None:
    two = table([(["Polish", "polish"], ["polish", "Polish", "POLISH"])])
    with pytest.warns(DataWarning, match="1 of 1 intrusions differ .*'POLISH' for 'Polish'"):
        assert Recalls.from_frame(two).positions.tolist() == [[2, 1, -1]]
    item, shown = alike(["cat", "CAT", "Dog", "dog", "Cat"], np.array([False, True, True, True, False]))
    assert item.tolist() == [0, 0, 1, 2, 0] and shown == ["CAT", "Dog", "dog"]


@pytest.mark.parametrize(
    ("studied", "given_"),
    [
        ("café", "cafe"), ("café", "cafÃ©"), ("café", "cafÃƒÂ©"), ("café", "caf√©"), ("café", "caf\ufffd"),
        ("Ángel", "Ã\x81ngel"), ("smørbrød", "smorbrod"), ("naïve", "NAÏve".replace("Ï", "I")), ("niño", "niÃ±o"),
    ],
)  # fmt: skip
def test_what_may_be_the_same_word_is_reported(studied: str, given_: str) -> None:
    for one, other in ((studied, given_), (given_, studied)):
        with pytest.warns(DataWarning, match="1 of 2 intrusions differ from a studied item only by accents") as caught:
            recalls = Recalls.from_frame(table([([one, "dog"], ["dog", other, "fig"])]))
        assert recalls.positions.tolist() == [[2, -1, -1]]
        assert f"{plain_text(other)!r} for {plain_text(one)!r} (1)" in str(caught[0].message)


def test_words_of_other_lists_are_intrusions_like_any_other() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recalls = Recalls.from_frame(table([(["resume", "dog"], []), (["cat", "fig"], ["resume"])]))
    assert recalls.positions.tolist() == [[0], [-1]]


@given(
    st.lists(st.text("aAéÉ e\N{COMBINING ACUTE ACCENT}", min_size=1, max_size=4), min_size=1, unique=True), st.data()
)
def test_alike_is_one_rule(labels: list[str], data: st.DataObject) -> None:
    studied = np.array([data.draw(st.booleans()) for _ in labels])
    item, shown = alike(labels, studied)
    assert len(set(shown)) == len(shown) and set(item.tolist()) == set(range(len(shown)))
    again, same = alike(shown, np.isin(np.arange(len(shown)), item[studied]))
    assert same == shown and again.tolist() == list(range(len(shown)))


# What is refused


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(position=[1, 2, "one"]), "the position 'one' in row 2 is not a number"),
        (lambda t: t.assign(position=[1, 2, 1j]), "'position' holds values of type complex128, not numbers"),
        (lambda t: t.assign(position=[True, True, True]), "'position' holds values of type bool, not numbers"),
        (lambda t: t.assign(subject=[1j, 1j, 1j]), "the column 'subject' holds complex numbers"),
        (lambda t: t.assign(item=[1j, 2j, 1j]), "items are complex numbers"),
        (
            lambda t: t.assign(item=[["a"], ["b"], ["a"]]),
            "the column 'item' holds values that are neither text nor num",
        ),
        (lambda t: pd.concat([t, t["item"]], axis=1), "the table has two columns 'item'; rename or remove one"),
        (lambda t: t.assign(time=[None, None, 1j]), "'time' holds values of type complex"),
        (lambda t: t.assign(position=[1.5, 2, 1]), "study positions are not 1 to 2, each once"),
        (lambda t: t.assign(position=[1, 2, np.inf]), "output position inf is not one of 1, 2, 3"),
        (lambda t: t.assign(subject=[1, 1, np.nan]), "the table has no subject in row 2"),
        (lambda t: t.rename(columns={name: f"{name} {'x' * 900}" for name in t}), r"lacks the column\(s\) subject"),
    ],
)
def test_malformed_tables(change: Any, message: str) -> None:
    good = table([(["a", "b"], ["b"])])
    assert Recalls.from_frame(good).positions.tolist() == [[2]]
    with pytest.raises(InputError, match=message) as raised:
        Recalls.from_frame(change(good))
    assert len(str(raised.value)) < 600


def test_lists_of_one_length_are_chosen() -> None:
    frame = table([(["a", "b"], ["b"]), (["a", "b", "c"], ["c"]), (["c", "d"], ["x"])])
    lengths = r"different lengths \(2 of 2, 1 of 3 items\), and .*give list_length= one of them"
    with pytest.raises(InputError, match=lengths):
        Recalls.from_frame(frame)
    recalls = Recalls.from_frame(frame, list_length=2)
    assert recalls.positions.tolist() == [[2], [-1]] and recalls.trials.list.tolist() == [1, 3]
    assert recalls.origin.details == {"lists_of_other_lengths": 1}  # type: ignore[union-attr]
    with pytest.raises(InputError, match="there is no list of 7 items; the lengths are 2, 3"):
        Recalls.from_frame(frame, list_length=7)


def test_categorical_columns_are_read_as_their_values() -> None:
    frame = table([(["a", "b"], ["b", "z"]), (["c", "d"], ["c"])])
    plain = Recalls.from_frame(frame)
    read = Recalls.from_frame(frame.astype("category"))
    assert digest(read) == digest(plain)
    assert Recalls.from_frame(frame[frame["list"] == 2].astype({"item": "category"})).trials.pool.labels.tolist() == [
        "c",
        "d",
    ]


@pytest.mark.parametrize("name", ["Session", " TIME", "Recall Period"])
def test_a_column_whose_name_differs_by_case_is_reported(name: str) -> None:
    rows = [(1, 1, 1, "study", "CAT", 1), (1, 1, 1, "recall", "CAT", 1)]
    frame = pd.DataFrame(rows, columns=["subject", "list", "position", "trial_type", "item", name])
    with pytest.warns(DataWarning, match=f"column {name!r} is not read"):
        assert len(Recalls.from_frame(frame)) == 1
