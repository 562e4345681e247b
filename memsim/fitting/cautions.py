"""What to beware of in a fit, in warnings: ratings that were never given, and estimates that nothing identifies."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

from memsim.core.errors import DataWarning
from memsim.core.joint_recalls import AnyRecalls
from memsim.core.model import MemoryModel
from memsim.fitting.result import UnitFit
from memsim.fitting.separation import is_separated
from memsim.fitting.spec import FitSpec


def warn_of_units(spec: FitSpec, parts: Mapping[str, AnyRecalls], units: Sequence[UnitFit]) -> None:
    """Warn of ratings that were merged with others, and of parameters that are not identified.

    ``parts`` are the answers of each unit, by its label.
    """
    if merged := [unit.unit for unit in units if unit.counts.get("ratings_merged")]:
        warnings.warn(
            f"fit: some ratings were never given{whose('by', spec, merged)}; each is merged with its neighbour, and "
            "has no criterion of its own",
            DataWarning,
            stacklevel=3,
        )
    if lost := [unit for unit in units if unit.not_identified]:
        names = list(dict.fromkeys(name for unit in lost for name in unit.not_identified))
        warnings.warn(
            f"fit: {', '.join(names)} {'is' if len(names) == 1 else 'are'} not identified"
            f"{whose('for', spec, [unit.unit for unit in lost])}: other values are as likely{_why(spec, parts, lost)}",
            DataWarning,
            stacklevel=3,
        )


def whose(preposition: str, spec: FitSpec, units: Sequence[str]) -> str:
    """Of or by whom, within a sentence, where people are fitted one by one; nothing where all are one group."""
    if spec.per == "group":
        return ""
    return f" {preposition} subject {', '.join(units[:5])}{' and others' if len(units) > 5 else ''}"


def _why(spec: FitSpec, parts: Mapping[str, AnyRecalls], units: Sequence[UnitFit]) -> str:
    by_criteria = isinstance(spec.model, MemoryModel) and spec.model.criteria_parameters
    if not by_criteria or not all(is_separated(parts[unit.unit]) for unit in units):
        return ""
    return ", since no new probe is rated above an old one (or none below), so that evidence may lie any distance apart"
