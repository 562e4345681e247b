"""Roberts (1972): words recalled by list length and presentation time, by SAM."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import Panel, target_figure
from memsim.models import SAM
from memsim.paradigms import FreeRecall
from memsim.reproductions.entry import Outcome, Reproduction
from memsim.reproductions.kinds import HumanData, Kind, Prediction
from memsim.reproductions.recall.beside_people import LISTS, MURDOCK_CONDITIONS, beside, predicted, statistic
from memsim.reproductions.recall.murdock_lists import MURDOCK
from memsim.reproductions.simulated_lists import recalls_of

LENGTHS, SECONDS = (10, 20, 30, 40), (0.5, 1.0, 2.0, 4.0)
"""Words in the list, and seconds a word. The grid is ours: the design of the experiment was not at hand."""
MODELS = {"SAM": SAM.preset("murdock1962"), "SAM, near 1980": SAM.preset("raaijmakers1980")}
EFFECTS = Prediction(
    "Roberts (1972), as SAM takes it: more words are recalled of longer and of slower lists, and a smaller share of "
    "longer ones",
    "1 where it holds in every row or column of the grid",
)
GAINS = {
    "words gained by 10 words more, 10-2 to 20-2": ("10-2", "20-2"),
    "words gained by twice the time, 20-1 to 20-2": ("20-1", "20-2"),
    "words gained by 20 words more, 20-1 to 40-1": ("20-1", "40-1"),
}
PEOPLE = HumanData(
    "Murdock (1962), doi:10.1037/h0045106",
    "difference of two conditions, 15 people in each; the tolerance is half of its 95% interval",
)
KNOWN: dict[str, str] = {}
"""By the name of a finding, why it is known not to come out."""


def grid_of(model: SAM, seed: int) -> pd.DataFrame:
    """Mean words recalled, by list length (rows) and seconds a word (columns)."""
    return pd.DataFrame(
        {
            seconds: {
                length: float(
                    recalls_of(model, FreeRecall(list_length=length, presentation_time=seconds), seed, LISTS)
                    .is_correct.sum(axis=1)
                    .mean()
                )
                for length in LENGTHS
            }
            for seconds in SECONDS
        }
    )  # fmt: skip


def _roberts(seed: int) -> Outcome:
    grids = {name: grid_of(model, seed) for name, model in MODELS.items()}
    shown: dict[str, bool] = {}
    for name, words in grids.items():
        share = words.div(words.index, axis=0)
        shown |= {
            f"{name}: more words of longer lists": bool((words.diff().dropna() > 0).all(axis=None)),
            f"{name}: more words of slower lists": bool((words.T.diff().dropna() > 0).all(axis=None)),
            f"{name}: a smaller share of longer lists": bool((share.diff().dropna() < 0).all(axis=None)),
        }
    findings = predicted(shown, EFFECTS, KNOWN)
    for name, words in grids.items():
        for gain, (less, more) in GAINS.items():
            quantity = f"{name}: {gain}"
            low, high = (_cell(words, each) for each in (less, more))
            findings.append(beside(quantity, gain_of_people(less, more), high - low, PEOPLE, KNOWN.get(quantity, "")))
    table = pd.concat(grids, names=["model", "length"]).rename_axis("seconds", axis=1).stack().rename("words")
    return Outcome(
        findings,
        partial(target_figure, _panels(grids), f"SAM: words recalled by list length and rate; {LISTS:,} lists each"),
        {"lists": LISTS, "lengths": LENGTHS, "seconds": SECONDS,
         "models": {name: model.values() for name, model in MODELS.items()}},
        {"words": table.reset_index()},
        statement=_statement(grids),
    )  # fmt: skip


def gain_of_people(less: str, more: str) -> pd.Series:
    """``mean, low, high`` of the difference of words recalled between two conditions of different people."""
    one, other = (statistic(condition, "recalled") for condition in (less, more))
    mean, half = other["mean"] - one["mean"], 1.96 * float(np.hypot(one["sem"], other["sem"]))
    return pd.Series({"mean": mean, "low": mean - half, "high": mean + half})


def _cell(words: pd.DataFrame, condition: str) -> float:
    length, seconds = condition.split("-")
    return float(words.loc[int(length), float(seconds)])


def _panels(grids: dict[str, pd.DataFrame]) -> list[Panel]:
    panels = []
    for seconds in SECONDS:
        conditions = [f"{length}-{seconds:g}" for length in LENGTHS if f"{length}-{seconds:g}" in MURDOCK_CONDITIONS]
        people = pd.Series(
            {int(each.split("-")[0]): float(statistic(each, "recalled")["mean"]) for each in conditions}, dtype=float
        )
        panels.append(
            Panel(f"{seconds:g} s a word", "Words in the list", "Words recalled", people,
                  {name: words[seconds] for name, words in grids.items()}, "Murdock (1962)", True)
        )  # fmt: skip
    return panels


def _statement(grids: dict[str, pd.DataFrame]) -> str:
    words = grids["SAM"]
    same_time = [(length, seconds) for length in LENGTHS for seconds in SECONDS if length * seconds == 40]
    said = ", ".join(f"{length} words at {each:g} s {words.loc[length, each]:.2f}" for length, each in same_time)
    return (
        "Hypothesis: SAM's strengths grow with the seconds that words spend in the store, and longer lists have more "
        f"words to find. From 10 words at .5 s to 40 at 4 s, SAM recalls {words.min(axis=None):.2f} to "
        f"{words.max(axis=None):.2f}. Lists that take 40 s in all: {said}. The numbers of Roberts (1972) were not at "
        "hand: the grid is ours, and people are those of Murdock (1962), in the cells that both have."
    )


ROBERTS1972 = Reproduction(
    "roberts1972", "Words recalled by list length and presentation time, by SAM",
    f"Roberts (1972); Raaijmakers & Shiffrin (1980); people: {MURDOCK}", _roberts,
    kinds=(Kind.PEOPLE, Kind.PREDICTION),
    waits_for=(
        "the design and the mean words recalled that Roberts (1972) prints",
        "the parameters with which Raaijmakers & Shiffrin (1980) fitted them",
    ),
)  # fmt: skip
