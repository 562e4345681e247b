"""A bench on which a model is checked in one task: what all kinds of tests have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, TypeVar

import numpy as np

from memsim.core.abilities import lacks
from memsim.core.errors import NoEffectError
from memsim.core.items import ItemPool
from memsim.core.position_model import Model, PositionModel, recall_probability
from memsim.core.probes import ABSENT
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm, Trials

SIMULATED, LAPSING = 10_000, 4_000
"""Lists from which frequencies are counted; and those of a model that lapses, which changes them by far more."""
LAPSING_SAMPLES = 25
"""Encodings in each estimate of a sampled likelihood of a model that lapses."""

EVERY = 3
"""Every so many trials, from this one on, one lacks the last probe that others have."""


@cache
def random_pool(n_features: int) -> ItemPool:
    """Items with features and similarities, for models that read them."""
    features = stream(0, "pool").normal(size=(40, n_features))
    return ItemPool(np.arange(40), features, (1 + np.atleast_2d(np.corrcoef(features))) / 2)


M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Bench(ABC, Generic[M]):
    """The checks of one model in one task. Each returns the problem that it found, or ``""``."""

    model: M
    paradigm: Paradigm
    pool: ItemPool | None
    sources: int
    seed: int

    @abstractmethod
    def predict(self, model: M, trials: Trials) -> None:
        """Run ``model``."""

    @property
    def longest(self) -> int:
        """Items in the longest list of the checks."""
        return min(12, getattr(self.model, "longest_list", None) or 12)

    def steps(self) -> str:
        for list_length in (1, 2, self.longest):
            self.predict(self.model, self.trials(list_length, 100))
        return ""

    def further(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """The checks of a model that runs, by name."""
        yield "runs at the bounds of each parameter", self.bounds
        yield "a delay and distraction between items run", self.distraction

    def trials(self, list_length: int, n_trials: int, **settings: Any) -> Trials:
        odd = list_length % 2 if self.paradigm.studies_pairs else 0
        task = self.paradigm.replace(list_length=list_length + odd, **settings)
        trials = task.trials(
            n_trials, self.seed, pool=self.pool or random_pool(getattr(self.model, "n_features", None) or 8)
        )
        if trials.probes is not None and task.n_probes > 1:
            probed = trials.probes.items.copy()
            probed[EVERY - 1 :: EVERY, -1] = ABSENT
            trials = replace(trials, probes=replace(trials.probes, items=probed))
        if not self.sources:
            return trials
        rng = stream(self.seed, "sources")
        return replace(trials, source=rng.integers(self.sources, size=trials.items.shape, dtype=np.int32))

    def bounds(self) -> str:
        problems = []
        trials = self.trials(6, 20)
        for declared in self.model.parameters():
            for value in declared.options or ((True, False) if declared.flag else (declared.low, declared.high)):
                if value is None:
                    continue
                try:
                    changed: Any = self.model.replace(**{declared.name: value})
                    if not lacks(changed, trials):  # a setting may take the account of a task away
                        self.predict(changed, trials)
                except NoEffectError:
                    continue  # the parameter is for other values of the others
                except (Exception, SystemExit) as error:
                    problems.append(f"{declared.name}={value!r}: {error}")
        return "; ".join(problems)

    def distraction(self) -> str:
        settings = {"initial_distraction": 4.0, "inter_item_distraction": 8.0, "retention_interval": 16.0}
        self.predict(self.model, self.trials(6, 20, **settings))
        return ""


class PositionBench(Bench[PositionModel]):
    """The checks of a model that predicts positions without an order of recall."""

    def predict(self, model: PositionModel, trials: Trials) -> None:
        recall_probability(model, trials.paradigm)
