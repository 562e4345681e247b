"""Where a task lies beyond the lists to which a preset's values were fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memsim.core.parameters import Parameterized, Preset, build

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm


def beyond_fit(model: Parameterized, paradigm: Paradigm) -> list[str]:
    """In what a task lies beyond the lists to which the preset of a model was fitted, as a phrase; or nothing.

    Lengths between those of the fit are not beyond it. Nothing is said of values that are those of no preset, since
    somebody chose them; of presets whose lists are not known; of pairs; or of tasks in which no list is recalled.
    """
    if not paradigm.cue or paradigm.studies_pairs:
        return []
    of_lists = {name: preset for name, preset in type(model).presets.items() if preset.list_lengths}
    used = [name for name, preset in of_lists.items() if model == build(type(model), dict(preset.values))]
    length = paradigm.list_length
    if not used or any(_holds(of_lists[name], length) for name in used):
        return []
    others = [repr(name) for name, preset in of_lists.items() if _holds(preset, length)]
    instead = f"to these: {' and '.join(others)}" if others else "no preset to these: fit the model to such lists"
    return [
        f"lists of {length} items (preset {used[0]!r} was fitted to lists of {_lengths(of_lists[used[0]])}; {instead})"
    ]


def _holds(preset: Preset, length: int) -> bool:
    return min(preset.list_lengths) <= length <= max(preset.list_lengths)


def _lengths(preset: Preset) -> str:
    few = [str(length) for length in preset.list_lengths]
    return few[0] if len(few) == 1 else f"{', '.join(few[:-1])} and {few[-1]}"
