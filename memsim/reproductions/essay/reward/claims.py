"""What the numbers say of memory as a reinforcement-learning problem: each hypothesis, its test, and its verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd

from memsim.core.arrays import FloatArray
from memsim.reproductions.essay.reward.options import DISCOUNTS, FEW, ORDER, SLOT_NUMBERS, SLOTS, STEPS, STORAGE, VALUE
from memsim.reproductions.essay.reward.scores import AFTER, BEFORE, LESIONED, series
from memsim.reproductions.essay.reward.when_to_store import claims_on_storing, statement_on_storing
from memsim.reproductions.hypotheses import NOT_TESTED, SUPPORTED, Claim, Measure, counted, measured
from memsim.reproductions.intervals import over_known, over_trainings

SELECTIVE = 0.4
"""Selectivity that counts as an effect of value."""
PEOPLE_SELECTIVE = (0.4, 0.7)
"""The selectivity of people as it is remembered of the literature since Castel et al. (2002): unverified."""
ALL = 0.95
"""Chance of storing that counts as storing everything."""
CHANGE = 0.05
"""The change by reward that counts as brought by it."""
EMPTIED, KEPT = "emptied", "kept"


def claims_of(scores: pd.DataFrame, values: pd.DataFrame) -> list[Claim]:
    """The claims of the parts that were run.

    Parameters
    ----------
    scores : ``part, condition, seed, at`` and a column for each measure.
    values : ``part, condition, seed, value, store, recall``, after reward.
    """
    return [
        *_on_value(scores), *_on_slots(scores, values, VALUE, SLOTS, "the agent's own memory"),
        *_on_slots(scores, values, STORAGE, STORAGE, "slots that the environment holds"),
        *claims_on_storing(scores), *_on_order(scores), *_on_steps(scores),
    ]  # fmt: skip


def _claim(texts: tuple[str, str, str, str, str, str], found: FloatArray, low: float, high: float) -> list[Claim]:
    """A claim by name, hypothesis, manipulation, prediction, what refutes it, and measure; none without seeds."""
    known, (name, hypothesis, about, prediction, refuted_by, measure) = found[np.isfinite(found)], texts
    if not len(known):
        return []
    each = Measure(measure, over_trainings(known), low, high)
    return [measured(name, hypothesis, about, prediction, refuted_by, [each])]


def _brought(texts: tuple[str, str, str, str, str, str], after: FloatArray, before: FloatArray) -> list[Claim]:
    """A claim that reward brings something: it is there after reward, and by :data:`CHANGE` more than before."""
    known, (name, hypothesis, about, prediction, refuted_by, measure) = np.isfinite(after), texts
    if not known.any() or len(before) != len(after):
        return []
    measures = [
        Measure(f"{measure} after reward", over_trainings(after[known]), 0, np.inf),
        Measure("change", over_known(after - before), CHANGE, np.inf),
    ]
    return [measured(name, hypothesis, about, prediction, refuted_by, measures)]


def _on_value(scores: pd.DataFrame) -> list[Claim]:
    study, before = (series(scores, VALUE, "values at study", "selectivity", at) for at in (AFTER, BEFORE))
    about = f"values of 1 to 12 are shown at study; memory of {FEW} slots"
    hypothesis = "an agent that is paid for recall stores by value"
    found = _claim(
        ("R1a Effect of value", hypothesis, about, f"selectivity above {SELECTIVE:g} with values at study",
         "an interval below that", "Selectivity"), study, SELECTIVE, np.inf,
    )  # fmt: skip
    if len(study) == len(before):
        found += _claim(
            ("R1b Effect of reward", hypothesis, about, "more selectivity after reward than before it",
             "no difference, or a negative one", "Difference of selectivity"), study - before, 0, np.inf,
        )  # fmt: skip
    return found


def _on_slots(scores: pd.DataFrame, values: pd.DataFrame, few: str, more: str, what: str) -> list[Claim]:
    names = {slots: f"{slots} slots" for slots in SLOT_NUMBERS}
    at = {slots: (few, "values at study" if few == VALUE and slots == FEW else name) if slots == FEW else (more, name)
          for slots, name in names.items()}  # fmt: skip
    if few == VALUE and not len(series(scores, *at[FEW], "stored")):
        at[FEW] = (SLOTS, names[FEW])
    where = "" if few == VALUE else ", storage by itself"
    low, middle, most = SLOT_NUMBERS
    about = f"{low}, {middle} or {most} slots for 12 items, {what}, at no price of storing"
    slope = np.array([
        rows[rows["value"] > 8]["store"].mean() - rows[rows["value"] <= 4]["store"].mean()
        for _, rows in _rows(values, *at[low]).groupby("seed")
    ])  # fmt: skip
    found = _claim(
        (f"R2a Storing by value{where}", "storing is selective where memory is short", about,
         f"with {low} slots the four highest values are stored more often than the four lowest",
         "no difference, or a negative one", "Difference of chances"), slope, 0, np.inf,
    )  # fmt: skip
    stored = {slots: series(scores, *at[slots], "stored") for slots in SLOT_NUMBERS}
    # Slots that the environment holds refuse what does not fit, so that fewer are stored whatever the agent chooses.
    if few != STORAGE and len(stored[low]) == len(stored[middle]):
        found += _claim(
            (f"R2b Room{where}", "an agent with fewer slots stores fewer items", about,
             f"fewer items are stored with {low} slots than with {middle}", "no difference, or more items",
             f"Items stored with {middle} slots less those with {low}"), stored[middle] - stored[low], 0, np.inf,
        )  # fmt: skip
    return found + _claim(
        (f"R2c Room for all{where}", "without a limit nothing is gained by choosing", about,
         f"with {most} slots all are stored, with a chance of at least {ALL:g}", "an interval below that",
         "Chance of storing"), stored[most] / 12, ALL, np.inf,
    )  # fmt: skip


def _rows(values: pd.DataFrame, part: str, condition: str) -> pd.DataFrame:
    return values[(values["part"] == part) & (values["condition"] == condition)]


def order_conditions() -> list[tuple[str, str]]:
    """The names of the conditions of the part on order, with what each was expected to bring."""
    return [(f"{state}, discount {discount:g}", _EXPECTED.get((state, discount), ""))
            for state in (KEPT, EMPTIED) for discount in DISCOUNTS]  # fmt: skip


_EXPECTED = {(KEPT, 0.5): "recency", (EMPTIED, 1.0): "forward recall from the start"}


def _on_order(scores: pd.DataFrame) -> list[Claim]:
    found = []
    for name, expected in order_conditions():
        about = f"all of 10 items are worth the same, memory of 5 slots; controller and discount: {name}"
        for edge in ("primacy", "recency"):
            after, before = (series(scores, ORDER, name, edge, at) for at in (AFTER, BEFORE))
            found += _brought(
                (f"R3 {edge.capitalize()} ({name})", f"reward for recall brings {edge}", about,
                 f"{edge} after reward, in recall by position, and by more than {CHANGE:g} more than before it"
                 + (" (the condition in which it was expected)" if expected == edge else ""),
                 "none, or a smaller change", edge), after, before,
            )  # fmt: skip
        if expected.startswith("forward"):
            forward, backward, early = (
                [series(scores, ORDER, name, measure, at) for at in (AFTER, BEFORE)]
                for measure in ("crp_forward", "crp_backward", "first_primacy")
            )
            below = "none, or a smaller change"
            found += _brought(
                (f"R3 Forward ({name})", "reward without haste brings recall in the order of study", about,
                 f"transitions of +1 above those of -1, and by more than {CHANGE:g} more than before reward", below,
                 "difference of lag-CRP"),
                forward[0] - backward[0], forward[1] - backward[1],
            )  # fmt: skip
            found += _brought(
                (f"R3 Start ({name})", "reward without haste brings recall from the start of the list", about,
                 "first responses from the first three positions above those of the middle, and by more than "
                 f"{CHANGE:g} more than before reward", below, "difference in the probability of first recall"), *early,
            )  # fmt: skip
        nearer = [series(scores, ORDER, name, "rmsd", at) for at in (BEFORE, AFTER)]
        found += _claim(
            (f"R3 People ({name})", "reward brings curves nearer to people's", about,
             "a smaller distance from the curves of Murdock (1962), 10-2, after reward", "no change, or a larger one",
             "Distance before less after"), nearer[0] - nearer[1], 0, np.inf,
        )  # fmt: skip
    return found


def _on_steps(scores: pd.DataFrame) -> list[Claim]:
    about = "a two-step task with old and new cues; a DNC, the same with its memory off at test, and an LSTM"
    shares = {
        (core, measure): series(scores, STEPS, core, measure)
        for core in ("DNC", "LSTM") for measure in ("conflict", "new")
    }  # fmt: skip
    off = {measure: series(scores, STEPS, "DNC", measure, LESIONED) for measure in ("conflict", "new")}
    dnc, lstm = shares["DNC", "conflict"], shares["LSTM", "conflict"]
    hypothesis, none = "single episodes are valued by memory", "no difference, or a negative one"
    found = _claim(
        ("E1 Episodic value", hypothesis, about, "more than half of choices right where the episode alone is right",
         "an interval below that", "Share right in conflict, less .5"), dnc - 0.5, 0, np.inf,
    )  # fmt: skip
    if len(dnc) == len(lstm):
        found += _claim(
            ("E2 Episodic value without a memory", hypothesis, about,
             "more right in conflict with a memory than without", none, "DNC less LSTM"), dnc - lstm, 0, np.inf,
        )  # fmt: skip
    if len(dnc) == len(off["conflict"]):
        found += _claim(
            ("E3 Episodic value after a lesion", hypothesis, about, "fewer right in conflict with the memory off",
             "no loss", "Loss in conflict"), dnc - off["conflict"], 0, np.inf,
        )  # fmt: skip
        found += _claim(
            ("E4 Incremental value after a lesion", "running averages do not rest on the memory", about,
             "choices with new cues stay within .05 with the memory off", "a larger loss", "Loss with new cues"),
            shares["DNC", "new"] - off["new"], -0.05, 0.05,
        )  # fmt: skip
        if len(found) > 1 and found[-2].verdict != SUPPORTED:
            # Where a lesion changes nothing, it says nothing of what does not rest on the memory.
            found[-1] = found[-1]._replace(
                verdict=NOT_TESTED, numbers=f"{found[-1].numbers}; not shown is that the memory is used at all (E3)"
            )
    return found


def statement(claims: list[Claim], scores: pd.DataFrame) -> str:
    """The verdict on memory as a reinforcement-learning problem."""
    bounds = "Brackets hold 95% t intervals over seeds, without correction for the number of claims."
    return " ".join([bounds, _verdict(claims), *statement_on_storing(scores), *_beside_people(scores)])


def _verdict(claims: list[Claim]) -> str:
    def of(*beginnings: str) -> list[Claim]:
        return [each for each in claims if each.name.startswith(beginnings)]

    questions = {
        "what is stored follows value and room": of("R1", "R2"),
        "when items are stored is when it pays best": of("R3 Storing"),
        "what is recalled, and in what order, is that of people": of("R3 Primacy", "R3 Recency", "R3 People"),
        "single episodes have a value of their own, by memory": of("E"),
    }
    words = []
    for question, asked in questions.items():
        words.append(f"{question}: {counted(asked) or NOT_TESTED}")
    both = [
        name for name, _ in order_conditions()
        if all(each.verdict == SUPPORTED for each in of(f"R3 Primacy ({name})", f"R3 Recency ({name})"))
        and len(of(f"R3 Primacy ({name})", f"R3 Recency ({name})")) == 2
    ]  # fmt: skip
    order = ""
    if of("R3 Primacy"):
        order = (
            f" Reward brings primacy and recency together in {len(both)} of {len(order_conditions())} conditions"
            + (f" ({'; '.join(both)})." if both else ".")
        )  # fmt: skip
    return f"Verdict on memory as a reinforcement-learning problem, by question: {'; '.join(words)}.{order}"


def _beside_people(scores: pd.DataFrame) -> list[str]:
    found = series(scores, VALUE, "values at study", "selectivity")
    if not np.isfinite(found).any():
        return []
    low, high = PEOPLE_SELECTIVE
    return [
        f"People's selectivity is said to be about {low:g} to {high:g} (after Castel et al., 2002; unverified, no data "
        f"ship); the agents' is {over_trainings(found[np.isfinite(found)])}."
    ]
