"""What the numbers say of each hypothesis on forgetting: all follows from tables of seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t

from memsim.core.arrays import FloatArray
from memsim.reproductions.essay.forgetting.measures import PEOPLE, curve_of_people
from memsim.reproductions.essay.forgetting.options import CHOICE_ALONE, DECAY, LEAK, LEVERS, NOISE, NONE, SLOTS
from memsim.reproductions.hypotheses import MOST, NOT_TESTED, REFUTED, SUPPORTED, UNDECIDED, Claim, verdict_by_seeds
from memsim.reproductions.intervals import over_trainings

LEVEL = 0.05
"""Of a test, or of several together."""
NEAR = 0.1
"""A serial position curve that is no farther from people's, root mean squared, is near them."""
ALIKE = 0.05
"""Primacy and recency that differ by no more count as the same."""
Found = Mapping[tuple[str, int], Mapping[str, Any]]
"""What was measured, by condition and seed."""
Searched = Mapping[str, Sequence[Mapping[str, Any]]]
"""What searches found, by what they varied, in the order of their seeds."""


def claims_of(found: Found, searched: Searched, references: Mapping[str, Mapping[str, Any]]) -> list[Claim]:
    """The verdicts V1 to V7."""
    return [
        _v1(found), _v2(found), _v3(found), _v4(found), _v5(found), _v6(found, searched, references), _v7(found),
    ]  # fmt: skip


def seeds_of(found: Found, condition: str) -> list[Mapping[str, Any]]:
    """What was measured in the trainings of a condition that did not diverge, in the order of their seeds."""
    return [one for (name, _), one in sorted(found.items()) if name == condition and not one["diverged"]]


def values(found: Found, condition: str, of: str, measure: str) -> FloatArray:
    """A measure of each seed: ``of`` the network as trained, delayed or flushed; or of the lesion of an unworn one."""
    return by_seed(found, condition, of, measure).to_numpy(float)


def by_seed(found: Found, condition: str, of: str, measure: str) -> pd.Series[Any]:
    """:func:`values` by the number of the seed."""
    given: dict[int, Any] = {}
    for (name, seed), one in sorted(found.items()):
        if name == (NONE if of == "lesion" else condition) and not one["diverged"]:
            given[seed] = one["lesions"].get(condition) if of == "lesion" else one[of]
    return pd.Series({seed: each[measure] for seed, each in given.items() if each is not None}, dtype=float)


def _shares(each: Any, holds: Callable[[Any], Any]) -> str:
    return f"in {int(np.sum(holds(each)))} of {len(each)} seeds"


def decided(holds: Any, least: float = MOST) -> str:
    """Whether a prediction holds in enough seeds, in each of which it holds or fails."""
    held = np.asarray(holds, dtype=bool)
    return verdict_by_seeds(held, ~held, least)


def shown(each: FloatArray) -> str:
    """Mean and interval of a difference, in words."""
    return over_trainings(each).signed if len(each) else "nothing"


def _v1(found: Found) -> Claim:
    trained, lesion = (by_seed(found, NOISE, of, "recency") for of in ("trained", "lesion"))
    # A seed that diverged in one of the two is judged by the other.
    holds = pd.concat([trained > 0.1, lesion > 0.1]).groupby(level=0).all()
    return Claim(
        "V1", "Forgetting by decay gives recency.", f"{NOISE} of memory and controller, in training and at test only",
        "the last four exceed the middle third by more than .10 in every seed, in both",
        f"in training {shown(trained.to_numpy())} ({_shares(trained, lambda each: each > 0.1)}), at test only "
        f"{shown(lesion.to_numpy())} "
        f"({_shares(lesion, lambda each: each > 0.1)})",
        "a seed with no more than .10", decided(holds, 1.0) if len(trained) and len(lesion) else NOT_TESTED,
    )  # fmt: skip


def _v2(found: Found) -> Claim:
    each = values(found, NOISE, "trained", "primacy")
    alone = values(found, DECAY, "trained", "primacy")
    return Claim(
        "V2", "Forgetting by decay gives no primacy.", f"{NOISE}, in training",
        f"the first three exceed the middle third by less than .03 in {MOST:.0%} of seeds",
        f"{shown(each)} ({_shares(each, lambda each: each < 0.03)}); with {DECAY} alone {shown(alone)}",
        "primacy of .03 or more", decided(each < 0.03),
    )  # fmt: skip


def _v3(found: Found) -> Claim:
    each = values(found, SLOTS, "trained", "primacy")
    leak, base = values(found, LEAK, "trained", "primacy"), values(found, NONE, "trained", "primacy")
    return Claim(
        "V3", "Too little room gives primacy: what comes first is kept.", f"{SLOTS} for 20 items, in training",
        f"the first three exceed the middle third by more than .10 in {MOST:.0%} of seeds",
        f"{shown(each)} ({_shares(each, lambda each: each > 0.1)}); with a leaking controller {shown(leak)}; without "
        f"wear {shown(base)}",
        "primacy of .10 or less", decided(each > 0.1),
    )  # fmt: skip


def nearest(found: Found) -> tuple[str, float]:
    """The condition of training whose serial position curve is nearest to people, in the mean over seeds."""
    distances = {
        name: float(values(found, name, "trained", "rmsd_serial_position_curve").mean())
        for name in dict.fromkeys(name for name, _ in found)
        if seeds_of(found, name)
    }
    if not distances:
        return "", float("nan")
    best = min(distances, key=distances.__getitem__)
    return best, distances[best]


def flat_line() -> float:
    """The distance from people of a line at their mean."""
    return float(curve_of_people().std())


def _v4(found: Found) -> Claim:
    """Supported where the interval of the nearest is below the mark, refuted where those of all are above it."""
    name = nearest(found)[0]
    distances = [
        over_trainings(values(found, each, "trained", "rmsd_serial_position_curve"))
        for each in dict.fromkeys(name for name, _ in found)
        if seeds_of(found, each)
    ]
    verdict = UNDECIDED if distances else NOT_TESTED
    if distances and min(distances).high < NEAR:
        verdict = SUPPORTED
    elif distances and all(each.low > NEAR for each in distances):
        verdict = REFUTED
    each = {of: values(found, name, "trained", of) for of in ("primacy", "recency", "rmsd_serial_position_curve")}
    without = values(found, NONE, "trained", "rmsd_serial_position_curve")
    return Claim(
        "V4", "Forgetting is the key reason why the networks' curves are not as steep as people's (the essay).",
        "all conditions of training", "the nearest curve is within .10 (root mean squared) of Murdock's (1962) 20-1",
        f"nearest is {name or 'nothing'} with {over_or_nothing(each['rmsd_serial_position_curve'])}, without wear "
        f"{over_or_nothing(without)}, a flat line at people's mean {flat_line():.3f}; its primacy is "
        f"{shown(each['primacy'])} (people +.10), its recency {shown(each['recency'])} (people +.57)",
        "no condition within .10, by the intervals of all", verdict,
    )  # fmt: skip


def over_or_nothing(each: FloatArray) -> str:
    """Mean and interval, to three digits."""
    if not len(each):
        return "nothing"
    found = over_trainings(each)
    return f"{found.mean:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _v5(found: Found) -> Claim:
    before, after = (values(found, NOISE, of, "recency") for of in ("trained", "flushed"))
    first, later = (values(found, NOISE, of, "primacy") for of in ("trained", "flushed"))
    delayed = values(found, NOISE, "delayed", "recency")
    holds = (after < before / 2) & (first - later < 0.05) & (before > 0.1)
    return Claim(
        "V5", "Delay dissociates: recency stands in the controller, primacy in the memory.",
        f"the controller is flushed at the cue, in networks trained with {NOISE}",
        "recency above .10 falls by more than half, primacy by less than .05",
        f"recency {shown(before)}, flushed {shown(after)}, after 16 s of distraction {shown(delayed)}; primacy "
        f"{shown(first)}, flushed {shown(later)}; it holds {_shares(holds, lambda each: each)}",
        "a smaller fall of recency, or one of primacy, too; without recency to begin with it is not tested",
        NOT_TESTED if len(before) and not (before > 0.1).any() else decided(holds),
    )  # fmt: skip


def _v6(found: Found, searched: Searched, references: Mapping[str, Mapping[str, Any]]) -> Claim:
    uniform = references["uniform choice"]["nats"]
    scores = {
        kind: {name: np.array([one["nats"][name]["choice"] for one in each], dtype=float) for name in PEOPLE}
        for kind, each in searched.items()
    }
    gains = {name: each - uniform[name]["choice"] for name, each in scores.get(LEVERS, {}).items()}
    wears = {name: each - scores[CHOICE_ALONE][name] for name, each in scores.get(LEVERS, {}).items()}
    others = "; ".join(
        f"{label} " + ", ".join(f"{each['nats'][name]['choice'] - uniform[name]['choice']:+.2f}" for name in PEOPLE)
        for label, each in references.items()
        if label != "uniform choice"
    )
    best = {name: _best_condition(found, uniform, name) for name in PEOPLE}
    holds = np.all([each > 0 for each in (*gains.values(), *wears.values())], axis=0)
    return Claim(
        "V6", "A network that forgets predicts what people recall though it has seen none.",
        "the levers of the shipped network are searched for Murdock's (1962) curves, and lists of two other "
        "experiments are scored, in which nobody is in both",
        "it predicts which item is recalled better than uniform choice, and than a search of the strength of choice "
        "alone, in both data sets and every search",
        f"nats per list above uniform choice, in {' and '.join(PEOPLE)}: "
        + " and ".join(shown(gain) for gain in gains.values())
        + f"; above choice alone {' and '.join(shown(gain) for gain in wears.values())}"
        + f"; for comparison {others}; of the networks trained under wear {' and '.join(best.values())}",
        "a data set in which it does not", decided(holds, 1.0) if searched else NOT_TESTED,
    )  # fmt: skip


def _best_condition(found: Found, uniform: Mapping[str, Any], data: str) -> str:
    gains = {
        name: np.array([one["nats"][data]["choice"] - uniform[data]["choice"] for one in seeds_of(found, name)])
        for name in dict.fromkeys(name for name, _ in found)
    }
    gains = {name: each for name, each in gains.items() if len(each)}
    if not gains:
        return "nothing"
    best = max(gains, key=lambda name: float(gains[name].mean()))
    return f"{shown(gains[best])} ({best})"


def _chance_of(differences: FloatArray) -> float:
    """The two-sided p of a t test that a mean over seeds is 0; 1 of one seed."""
    n, mean = len(differences), float(differences.mean())
    error = float(differences.std(ddof=1)) / np.sqrt(n) if n > 1 else np.inf
    if not np.isfinite(error):
        return 1.0
    return float(2 * t.sf(abs(mean) / error, n - 1)) if error else float(mean == 0)


def _v7(found: Found) -> Claim:
    """Supported by a test, corrected for the number of tests; refuted where all intervals are within the same."""
    told, chances, ends = [], list[float](), list[float]()
    for name in dict.fromkeys(name for name, _ in found):
        for measure in ("primacy", "recency"):
            one, other = (by_seed(found, name, of, measure) for of in ("trained", "lesion"))
            # By seed, of which some may have diverged in one of the two.
            apart = (one - other).dropna().to_numpy(float)
            if name != NONE and len(apart):
                interval = over_trainings(apart)
                told.append(f"{name}: {measure} {interval.signed}")
                chances.append(_chance_of(apart))
                ends += [abs(interval.low), abs(interval.high)]
    verdict = UNDECIDED if told else NOT_TESTED
    # One of many intervals excludes 0 by chance alone, so that the level is divided by their number (Bonferroni).
    if told and min(chances) * len(chances) < LEVEL:
        verdict = SUPPORTED
    elif told and all(end <= ALIKE for end in ends):
        verdict = REFUTED
    return Claim(
        "V7", "A strategy that training adapts to forgetting gives other curves than forgetting alone.",
        "the same levers in training and at test, and at test only",
        f"primacy or recency differs in a condition, by a t test over seeds at {LEVEL} divided by the number of tests",
        f"trained less lesion: {'; '.join(told) or 'nothing'}",
        f"intervals of all differences within {ALIKE:g}", verdict,
    )  # fmt: skip
