"""Shiffrin & Steyvers (1997): REM's worked example, and its rates by list length, strength and word frequency."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import Panel, target_figure
from memsim.analysis.recognition.formulas import d_prime
from memsim.core.arrays import BoolArray
from memsim.core.simulation import simulate
from memsim.core.trials import Trials
from memsim.models import REM
from memsim.models.recognition.rem import Images
from memsim.paradigms import FrequencyJudgment, Recognition
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, OtherProgram, OwnComputation
from memsim.reproductions.recognition.tasks import frequency_pool

LISTS = 2_000
IN_PORTS = OtherProgram(
    "public implementations of REM, which give the worked example of Shiffrin & Steyvers (1997) to 2 digits",
    "versions not recorded",
)
MONTE_CARLO = OwnComputation("Monte Carlo by an independent program")
EXAMPLE = {"(6, 1, 1, 3)": 5.38, "(2, 3, 4, 3)": 0.92}


class Rates(NamedTuple):
    """Hits, false alarms and d'."""

    hits: float
    false_alarms: float

    @property
    def d(self) -> float:
        """The d' of these rates."""
        return float(d_prime(np.array(self.hits), np.array(self.false_alarms)))


LENGTHS = {4: Rates(0.8757, 0.0931), 10: Rates(0.8235, 0.1136), 20: Rates(0.7834, 0.1249), 40: Rates(0.7384, 0.1400),
           80: Rates(0.6932, 0.1563)}  # fmt: skip
ATTEMPTS = {5: Rates(0.6399, 0.2140), 20: Rates(0.9086, 0.0573)}
FREQUENCY = {"high": Rates(0.7574, 0.1368), "low": Rates(0.8127, 0.0954)}
STRENGTH = {
    "pure weak": Rates(0.6759, 0.1889), "pure strong": Rates(0.8628, 0.0819),
    "mixed weak": Rates(0.6222, 0.1253), "mixed strong": Rates(0.8804, 0.1253),
}  # fmt: skip
"""Rates of 20 words that are studied with 6 attempts (weak) or 15 (strong) for each feature, or half and half."""
RATIO = 0.86


def worked_example() -> dict[str, float]:
    """The odds of two probes of four features, of two images."""
    model = REM()
    probes, images = [[6, 1, 1, 3], [2, 3, 4, 3]], [[0, 1, 0, 3], [2, 2, 1, 0]]
    values: Any = np.array([probes], np.int16)
    traces: Any = np.array([images], np.int16)
    none = np.full(1, -1, np.int32)
    state = Images(values, traces, traces, np.array([2], np.int32), np.full((1, 2), -1, np.int32),
                   np.zeros((1, 2), np.int32), none, model.match_factors(6))  # fmt: skip
    odds = [model.log_odds(state, np.array([unit], np.int32), state.counts)[0][0] for unit in range(2)]
    return dict(zip(EXAMPLE, np.exp(odds).tolist(), strict=True))


def _called(model: REM, trials: Trials, seed: int, old: BoolArray, new: BoolArray) -> Rates:
    called = simulate(model, trials, seed).called_old
    return Rates(float(called[old].mean()), float(called[new].mean()))


def by_length(n: int, attempts: float, seed: int) -> Rates:
    """Rates of lists of n words."""
    tested = min(n, 10)
    trials = Recognition(list_length=n, n_targets=tested, n_lures=10).trials(LISTS, seed)
    kinds = trials.probe_kinds
    return _called(REM(storage_attempts=attempts), trials, seed, kinds == "target", kinds == "lure")


def by_frequency(seed: int) -> dict[str, Rates]:
    """Rates of words of high and low frequency, in lists of 20 of both."""
    pool = frequency_pool()
    trials = Recognition(list_length=20).trials(LISTS, seed, pool=pool)
    assert trials.probes is not None and pool.categories is not None
    kinds, category = trials.probe_kinds, pool.categories[trials.probes.items[:, :, 0]]
    called = simulate(REM(), trials, seed).called_old
    return {
        name: Rates(*(float(called[(kinds == kind) & (category == name)].mean()) for kind in ("target", "lure")))
        for name in FREQUENCY
    }


def by_strength(seed: int) -> dict[str, Rates]:
    """Rates of weak and strong words in pure and mixed lists: two presentations, or five, of three attempts each."""
    found = {}
    for name, frequencies, length in (("weak", (0, 2), 40), ("strong", (0, 5), 100), ("mixed", (0, 2, 5), 70)):
        task = FrequencyJudgment(list_length=length, frequencies=frequencies, lists=1, highest_judgment=1)
        trials = task.trials(LISTS, seed)
        assert trials.probes is not None
        count = (trials.items[:, None, :] == trials.probes.items[:, :, :1]).sum(axis=2)
        called = simulate(REM(storage_attempts=3), trials, seed).called_old
        rates = {f: float(called[count == f].mean()) for f in frequencies}
        for f, strength in ((2, "weak"), (5, "strong")):
            if f in rates:
                found[f"mixed {strength}" if name == "mixed" else f"pure {strength}"] = Rates(rates[f], rates[0])
    return found


def ratio_of_ratios(rates: dict[str, Rates]) -> float:
    """The d' of strong to weak words, in mixed against pure lists."""
    d = {name: each.d for name, each in rates.items()}
    return d["mixed strong"] / d["mixed weak"] / (d["pure strong"] / d["pure weak"])


def _rem(seed: int) -> Outcome:
    lengths = {n: by_length(n, 10, seed) for n in LENGTHS}
    attempts = {t: by_length(20, t, seed) for t in ATTEMPTS}
    frequency, strength = by_frequency(seed), by_strength(seed)
    findings = [
        Finding(f"odds of the probe {probe}", EXAMPLE[probe], odds, 0.005, IN_PORTS)
        for probe, odds in worked_example().items()
    ]
    parts: tuple[tuple[str, Mapping[Any, Rates], Mapping[Any, Rates]], ...] = (
        ("n =", lengths, LENGTHS), ("t =", attempts, ATTEMPTS), ("word frequency", frequency, FREQUENCY),
        ("", strength, STRENGTH),
    )  # fmt: skip
    for what, obtained, target in parts:
        for level, rates in obtained.items():
            for kind in ("hits", "false_alarms"):
                quantity = f"{what} {level}: {kind.replace('_', ' ')}".strip()
                # Standard errors of a rate are below .005, since words of a list share its images.
                findings.append(
                    Finding(quantity, getattr(target[level], kind), getattr(rates, kind), 0.02, MONTE_CARLO)
                )
    findings.append(Finding("ratio of ratios", RATIO, ratio_of_ratios(strength), 0.06, MONTE_CARLO))
    every = {f"n = {n}": each for n, each in lengths.items()} | {f"t = {t}": each for t, each in attempts.items()}
    every |= {f"{name} frequency": each for name, each in frequency.items()} | strength
    table = pd.DataFrame([{"list": name, **each._asdict(), "d": each.d} for name, each in every.items()])
    return Outcome(
        findings,
        partial(
            target_figure,
            _panels(lengths, attempts, frequency, strength),
            "REM (Shiffrin & Steyvers, 1997): rates of calling old",
        ),
        {"model": REM().values(), "lists": LISTS},
        {"rates": table},
        statement=_statement(lengths, strength, frequency),
    )


def _panels(
    lengths: dict[int, Rates], attempts: dict[int, Rates], frequency: dict[str, Rates], strength: dict[str, Rates]
) -> list[Panel]:
    panels = []
    effects: tuple[tuple[str, str, Mapping[Any, Rates], Mapping[Any, Rates]], ...] = (
        ("List length", "Words in the list", lengths, LENGTHS),
        ("Study time", "Attempts to store a feature", attempts, ATTEMPTS),
        ("Word frequency", "Frequency of the word", frequency, FREQUENCY),
        ("List strength", "List, and word", {name.replace(" ", "\n"): strength[name] for name in STRENGTH},
         {name.replace(" ", "\n"): rates for name, rates in STRENGTH.items()}),
    )  # fmt: skip
    for title, label, obtained, target in effects:
        for kind in ("hits", "false_alarms"):
            curves = [pd.Series({x: getattr(each, kind) for x, each in rates.items()}) for rates in (target, obtained)]
            panels.append(Panel(title, label, kind.replace("_", " ").capitalize(), curves[0], {"REM": curves[1]}))
    return panels


def _statement(lengths: dict[int, Rates], strength: dict[str, Rates], frequency: dict[str, Rates]) -> str:
    low, high = frequency["low"], frequency["high"]
    mirror = low.hits > high.hits and low.false_alarms < high.false_alarms
    return (
        "Hypothesis: one rule, the odds that a probe is old, gives the effects of list length, strength and word "
        f"frequency without a list-strength effect. d' falls from {lengths[4].d:.2f} to {lengths[80].d:.2f} as lists "
        f"grow from 4 to 80 words; the ratio of ratios is {ratio_of_ratios(strength):.2f}, below 1 in the reference; "
        f"rare words have {'the mirror pattern' if mirror else 'no mirror pattern'} "
        f"(hits {low.hits:.3f} against {high.hits:.3f}, "
        f"false alarms {low.false_alarms:.3f} against {high.false_alarms:.3f}). All targets but the two of the worked "
        "example are Monte Carlo computations of memsim's authors, and not numbers of the publication; g_H and g_L "
        "are not verified."
    )


SHIFFRIN_STEYVERS = Reproduction(
    "shiffrinsteyvers1997", "REM: its worked example, and effects of list length, strength and word frequency",
    "Shiffrin & Steyvers (1997)", _rem,
    kinds=(Kind.PROGRAM, Kind.OWN), waits_for=("the rates that Shiffrin & Steyvers (1997) print",),
)  # fmt: skip
