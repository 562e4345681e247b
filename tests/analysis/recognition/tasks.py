"""Small tasks of pairs, with fixed probes, for tests of analyses."""

from collections.abc import Iterator
from dataclasses import dataclass

from memsim.core.events import Distract, Study, StudyPair
from memsim.core.parameters import parameter
from memsim.core.trials import Paradigm


@dataclass(frozen=True)
class Pairs(Paradigm):
    """Study of pairs."""

    cue = ""
    silence_ends = False

    def presentation(self) -> Iterator[Study | StudyPair | Distract]:
        for first in range(0, self.list_length, 2):
            yield StudyPair(first, first + 1)


@dataclass(frozen=True)
class CuedPairs(Pairs):
    """Cued recall of pairs, in ``lists`` lists of equal size."""

    cue = "item"

    n_cues: int = parameter(1, 1, 1000, doc="cues in a trial")
    lists: int = parameter(1, 1, 10, doc="lists in a trial")

    @property
    def n_probes(self) -> int:
        return self.n_cues

    @property
    def response_limit(self) -> int:
        return self.n_cues

    @property
    def list_of_position(self):  # type: ignore[no-untyped-def]
        import numpy as np

        return np.arange(self.list_length, dtype=np.int32) // (self.list_length // self.lists)


@dataclass(frozen=True)
class JudgedPairs(Pairs):
    """Associative recognition."""

    judged = "pair"

    n_probed: int = parameter(1, 1, 1000, doc="probes in a trial")
    ratings: int = parameter(2, 2, 100, doc="ratings of the scale")

    @property
    def n_probes(self) -> int:
        return self.n_probed

    @property
    def n_ratings(self) -> int:
        return self.ratings

    @property
    def response_limit(self) -> int:
        return 0
