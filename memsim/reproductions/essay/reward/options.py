"""What is trained by reward for the entry, and how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from memsim.core.listed_options import known_names
from memsim.core.parameters import Parameterized, parameter, text
from memsim.models.networks.cores.named_cores import canonical
from memsim.reproductions.essay.reward.circumstances import CIRCUMSTANCES, FREE_REPORTS, SETTINGS, WHEN
from memsim.training.reward.settings import RewardTraining

VALUE, SLOTS, STORAGE, ORDER, STEPS = "value", "slots", "storage", "order", "two-step"
PARTS = (VALUE, SLOTS, STORAGE, WHEN, ORDER, STEPS)
FEW = 4
"""Slots in the part on value."""
SLOT_NUMBERS = (4, 8, 12)
"""Slots that are compared; with the last, all items of a list can be held."""
ORDER_LENGTH, ORDER_SLOTS = 10, 5
"""Lists of the part on order are as long as those of the people in Murdock's condition 10-2, with fewer slots."""
DISCOUNTS = (0.5, 1.0)
STEP_CORES = ("DNC", "LSTM")
"""With a memory, and with the same controller alone."""


class Condition(NamedTuple):
    """One condition: what is trained with every seed."""

    part: str
    name: str
    training: RewardTraining


@dataclass(frozen=True)
class RewardOptions(Parameterized):
    """What is run of the entry on reward.

    Raises
    ------
    InputError : a value out of its range, or an unknown part or core.
    """

    parts: str = text("all", f"of {', '.join(PARTS)}, separated by commas, or all")
    core: str = text("DNC", "the core of the parts on recall")
    start: str = text("dnc-recall", "weights of recall that its trainings begin with; none for a start from nothing")
    seeds: int = parameter(5, 1, 50, doc="trainings of each condition")
    iterations: int = parameter(500, 1, 1_000_000, doc="by reward, of each training of recall")
    warm_up: int = parameter(200, 0, 1_000_000, doc="of recall without reward, where the controller is emptied")
    storage_iterations: int = parameter(400, 1, 1_000_000, doc="by reward, of each training of value-directed storage")
    step_iterations: int = parameter(600, 1, 1_000_000, doc="by reward, of each training of the two-step task")
    batch: int = parameter(64, 1, 10_000, unit="episodes", doc="episodes in an iteration")
    n_trials: int = parameter(1000, 10, 100_000, unit="episodes", doc="episodes from which measures are")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.part_names  # noqa: B018  # raises
        canonical(self.core)

    @property
    def part_names(self) -> list[str]:
        """The parts to run."""
        return known_names(self.parts, "RewardOptions: parts", PARTS, "part")

    def conditions(self) -> list[Condition]:
        """All conditions of the parts, with seed 0; one that serves two parts stands once, in the first."""
        found = []
        if VALUE in self.part_names:
            found.append(Condition(VALUE, "values at study", self._recall(FEW)))
        if SLOTS in self.part_names:
            numbers = SLOT_NUMBERS[VALUE in self.part_names :]
            found += [Condition(SLOTS, f"{slots} slots", self._recall(slots)) for slots in numbers]
        if STORAGE in self.part_names:
            found += [
                Condition(STORAGE, f"{slots} slots", self._storing(slots=slots, **FREE_REPORTS))
                for slots in SLOT_NUMBERS
            ]
        if WHEN in self.part_names:
            found += [
                Condition(WHEN, name, self._storing(**SETTINGS, **CIRCUMSTANCES[name].settings))
                for name in CIRCUMSTANCES
            ]
        if ORDER in self.part_names:
            found += [
                Condition(
                    ORDER, f"{'emptied' if flush else 'kept'}, discount {discount:g}", self._order(flush, discount)
                )
                for flush in (False, True)
                for discount in DISCOUNTS
            ]
        if STEPS in self.part_names:
            found += [Condition(STEPS, core, self._steps(core)) for core in STEP_CORES]
        return found

    @property
    def _recalling(self) -> Mapping[str, Any]:
        start = "" if self.start == "none" else self.start
        return {"network": self.core, "start": start, "batch": self.batch, "iterations": self.iterations}

    def _sizes(self, slots: int) -> dict[str, Any]:
        """So many slots, of cores that have some."""
        from memsim.models.networks.cores.declared_sizes import sizes_of
        from memsim.models.networks.cores.named_cores import find_core

        has = any(size.name == "slots" for size in sizes_of(find_core(self.core).cls))
        return {"slots": slots} if has else {}

    def _recall(self, slots: int) -> RewardTraining:
        return RewardTraining(
            **self._recalling,
            task="value_directed_recall",
            sizes=self._sizes(slots),
            flush=True,
            warm_up=self.warm_up,
        )

    def _storing(self, **settings: Any) -> RewardTraining:
        return RewardTraining(
            network="GRU", sizes={"hidden": 48}, task="value_directed_storage", settings=settings, batch=self.batch,
            iterations=self.storage_iterations, learning_rate=0.002, linear_items=True, entropy=0.03,
        )  # fmt: skip

    def _order(self, flush: bool, discount: float) -> RewardTraining:
        settings = {"worth": "equal", "storing": False, "list_length": ORDER_LENGTH}
        return RewardTraining(
            **self._recalling, task="value_directed_recall", settings=settings, sizes=self._sizes(ORDER_SLOTS),
            flush=flush, discount=discount, warm_up=self.warm_up if flush else 0,
        )  # fmt: skip

    def _steps(self, core: str) -> RewardTraining:
        return RewardTraining(
            network=core, sizes={"hidden": 48, **({"slots": 24} if core == "DNC" else {})}, task="two_step",
            discount=0.5, batch=self.batch, iterations=self.step_iterations, learning_rate=0.003, entropy=0.02,
        )  # fmt: skip
