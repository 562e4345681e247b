"""What the benchmark consists of: data sets, tasks, sizes, seeds and the budget of a fit, by set and version.

Whatever changes a score changes ``VERSION``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from memsim.core.errors import InputError
from memsim.core.names import closest

VERSION = 1
"""Scores of one version are comparable."""
SEED = 1962
"""Of who is in which part, which lists are taken, searches, encodings and simulated lists."""
SCORED_IN_PEERS = frozenset({
    64, 66, 68, 69, 75, 80, 85, 91, 100, 113, 116, 125, 126, 141, 142, 146, 149, 156, 158, 159, 164, 165, 170, 173, 174,
    189, 194, 197, 200, 204, 210, 215, 216, 222, 225, 226, 227, 228, 235, 244, 246, 248, 250, 251, 255, 257, 262, 264,
    265, 269, 275, 277, 293, 294, 334,
})  # fmt: skip
"""Numbers of the people of PEERS who are scored, in whichever of its data sets they are; models are fitted to others.

``peers_notask`` and the other tables of PEERS are of the same people (64 is LTP064). The network ``DNC:people``, which
ships, was trained on 101 of them; scored are all others, so that it can be ranked. Of 25 of these, who are in
``peers_notask``, the lists decided when that training stopped.
"""
Test = Literal["free recall", "serial recall", "recognition", "cued recall"]


@dataclass(frozen=True)
class Part:
    """Which of the lists of a task are fitted, or scored."""

    people: int
    """The most people."""
    lists: int
    """The most lists of each person, in each condition; of recognition, whole sessions."""


@dataclass(frozen=True)
class RankedTask:
    """Data sets of the same people, which one set of parameters of a model has to predict.

    Parameters
    ----------
    name : of the task.
    test : what people did.
    people : label of a condition, and the data set ``name:condition``, each.
    training : the lists to which models are fitted.
    scored : the lists that are predicted, of other people.
    samples : encodings over which a sampled likelihood is averaged in the fit.
    """

    name: str
    test: Test
    people: tuple[tuple[str, str], ...]
    training: Part
    scored: Part
    samples: int


@dataclass(frozen=True)
class BenchmarkSet:
    """Tasks and the one budget by which models are fitted to each.

    Parameters
    ----------
    name, version, seed : of the set.
    tasks : the tasks.
    evaluations : of the likelihood, for each free parameter of a fit; a value with its gradient counts as one.
    scoring_samples : encodings over which a sampled likelihood of scored lists is averaged.
    simulated : lists, at least, that a fitted model recalls in each condition, for the qualitative findings.
    """

    name: str
    tasks: tuple[RankedTask, ...]
    version: int = VERSION
    seed: int = SEED
    evaluations: int = 30
    scoring_samples: int = 100
    simulated: int = 600


def _task(name: str, test: Test, people: dict[str, str], training: Part, scored: Part, samples: int = 40) -> RankedTask:
    return RankedTask(name, test, tuple(people.items()), training, scored, samples)


INSTALLED = BenchmarkSet("installed", (
    _task("peers_notask", "free recall", {"immediate": "peers_notask:all"}, Part(40, 5), Part(25, 12)),
    _task("peers_experiment1", "free recall", {"immediate": "peers_experiment1:all"}, Part(25, 8), Part(30, 10)),
    _task("morton2013", "free recall", {"immediate": "morton2013:all"}, Part(20, 10), Part(20, 15)),
    _task(
        "peers_experiment2", "free recall",
        {
            "immediate": "peers_experiment2:immediate",
            "delayed": "peers_experiment2:delayed_16",
            "continual": "peers_experiment2:continual_16",
        },
        Part(24, 3), Part(15, 10),
    ),
    _task(
        "peers_recognition", "recognition", {"ratings": "peers_recognition:experiment1"}, Part(8, 1), Part(30, 1), 10,
    ),
    _task("pal1", "cued recall", {"pairs": "pal1:pairs"}, Part(17, 10), Part(18, 16), 10),
))  # fmt: skip
"""Data that install with memsim."""
FETCHED = BenchmarkSet("fetched", (
    _task(
        "farrell_lewandowsky2003", "serial recall", {"dissimilar": "farrell_lewandowsky2003:dissimilar"}, Part(10, 20),
        Part(10, 30),
    ),
    _task("murdock1962", "free recall", {"immediate": "murdock1962:20-1"}, Part(8, 25), Part(8, 40)),
    _task("kantner2012_e1", "recognition", {"ratings": "kantner2012_e1:all"}, Part(10, 1), Part(11, 1), 10),
    _task("criss2011", "cued recall", {"pairs": "criss2011:experiment2"}, Part(20, 4), Part(20, 4), 10),
))  # fmt: skip
"""Data that are fetched once, since no licence for them is stated."""
SETS = {each.name: each for each in (INSTALLED, FETCHED)}


def set_named(name: str) -> BenchmarkSet:
    """The set of this name.

    Raises
    ------
    InputError : there is no such set.
    """
    if name not in SETS:
        raise InputError(f"benchmark: there is no set {name!r}{closest(name, SETS)} There are: {', '.join(SETS)}.")
    return SETS[name]
