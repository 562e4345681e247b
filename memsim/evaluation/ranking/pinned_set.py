"""What the benchmark consists of: data sets, tasks, sizes, seeds and the budget of a fit, by set and version.

Whatever changes a score changes ``VERSION``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from memsim.core.errors import InputError
from memsim.core.names import closest, require_name

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
    sha256 : of who recalled what in the training lists and in the scored lists; empty for data that are fetched, which
        the record of a benchmark holds.
    """

    name: str
    test: Test
    people: tuple[tuple[str, str], ...]
    training: Part
    scored: Part
    samples: int
    sha256: tuple[str, ...] = ()


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
    scoring_samples: int = 50
    simulated: int = 600


_SHA256 = {
    "peers_notask": (
        "0655f4d270e55f91fa8a46fd3c42bb88a2c315b17d4a99e85e94d5046619f305",
        "2ea29b56ceb7a5229dccff3ec118fa3efee45e126dfd0fcad5d9f8e3df8e3446",
    ),
    "peers_experiment1": (
        "7d7a0e6f3fb363a70facc2af12db6fda61cd854664102a3037d329763f723adf",
        "05b6a9ef4e784adff708524e906ee57a9d81fd366827b5260b99402b8ed3604b",
    ),
    "morton2013": (
        "08feb811124eb9e9c406ec1a707f479ac800f7ffb714e79490b6564aef38a384",
        "82801b524ebf88ee913b182ac1012b7cc90bba9b298d30589d2700403e3666d7",
    ),
    "peers_experiment2": (
        "fd0f321dd8586d5bf46d9df0cddde46bc9e884c62108fbe410fef4828909560d",
        "6b18c1021f992f7f472f83b377cc78fdaee80ced9ea71dc3dbe8dd28bca51258",
    ),
    "peers_recognition": (
        "0fb5c7ab93b8f629e8a6505458033688ebd559475cda26496dcd9dd31f4fc310",
        "9c07c5fa91dad5e4d1fb3d9cec488692dd3f6d3d6b31d37b93dc362ae0f5eb3b",
    ),
    "pal1": (
        "6d6a369018cedff8b3e60a6f7681d26e548d458b58a631e87e78e7adaba4cae4",
        "bdad73725c31dc66b6c333887900c5c0b3c5b0929c4e27080d63c9ebd78c3ce4",
    ),
}


def _task(name: str, test: Test, people: dict[str, str], training: Part, scored: Part, samples: int = 40) -> RankedTask:
    return RankedTask(name, test, tuple(people.items()), training, scored, samples, _SHA256.get(name, ()))


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
        "peers_recognition", "recognition", {"ratings": "peers_recognition:experiment1"}, Part(8, 1), Part(30, 1), 6,
    ),
    _task("pal1", "cued recall", {"pairs": "pal1:pairs"}, Part(17, 6), Part(18, 16), 10),
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
    require_name(name, "a set of the benchmark", INSTALLED.name)
    if name not in SETS:
        raise InputError(f"benchmark: there is no set {name!r}{closest(name, SETS)} There are: {', '.join(SETS)}.")
    return SETS[name]
