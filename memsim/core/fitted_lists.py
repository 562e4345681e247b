"""Where a task lies beyond the lists to which a preset's values were fitted, or on which a network was trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from memsim.core.parameters import Parameterized, Preset, build

if TYPE_CHECKING:
    from memsim.core.trials import Paradigm

PLACES = {
    "retention_interval": "before the test",
    "initial_distraction": "before the first item",
    "inter_item_distraction": "between items",
}
"""Where distraction is, by the setting of a paradigm that says for how many seconds."""


def beyond_fit(model: Parameterized, paradigm: Paradigm) -> list[str]:
    """In what a task lies beyond the lists to which the preset of a model was fitted, a phrase for each.

    Lengths between those of the fit are not beyond it, nor is distraction for as long as in the fit. Nothing is said of
    values that are those of no preset, since somebody chose them; of presets whose lists are not known; of pairs; or of
    tasks in which no list is recalled.
    """
    if not paradigm.cue or paradigm.studies_pairs:
        return []
    of_lists = {name: preset for name, preset in type(model).presets.items() if preset.list_lengths}
    used = [name for name, preset in of_lists.items() if model == build(type(model), dict(preset.values))]
    if not used:
        return []
    return [
        *_beyond_lengths(of_lists, used, paradigm.list_length),
        *min((_beyond_distraction_of(name, of_lists[name], paradigm) for name in used), key=len),
    ]


def beyond_distraction(paradigm: Paradigm, most: Mapping[str, float], known: str) -> list[str]:
    """The distraction of a task that is longer than ``most``, by setting, in the lists that are ``known``: a phrase
    for each place where it is, such as ``"16 s of distraction before the test (none in training)"``.
    """
    found = []
    for setting, place in PLACES.items():
        seconds, longest = getattr(paradigm, setting), most.get(setting, 0)
        if seconds > longest:
            least = f"at most {longest:g}" if longest else "none"
            found.append(f"{seconds:g} s of distraction {place} ({least} {known})")
    return found


def _beyond_lengths(of_lists: Mapping[str, Preset], used: list[str], length: int) -> list[str]:
    if any(_holds(of_lists[name], length) for name in used):
        return []
    others = [repr(name) for name, preset in of_lists.items() if _holds(preset, length)]
    instead = f"to these: {' and '.join(others)}" if others else "no preset to these: fit the model to such lists"
    return [
        f"lists of {length} items (preset {used[0]!r} was fitted to lists of {_lengths(of_lists[used[0]])}; {instead})"
    ]


def _beyond_distraction_of(name: str, preset: Preset, paradigm: Paradigm) -> list[str]:
    most = {setting: getattr(preset, setting) for setting in PLACES}
    return beyond_distraction(paradigm, most, f"in the fit of preset {name!r}")


def _holds(preset: Preset, length: int) -> bool:
    return min(preset.list_lengths) <= length <= max(preset.list_lengths)


def _lengths(preset: Preset) -> str:
    few = [str(length) for length in preset.list_lengths]
    return few[0] if len(few) == 1 else f"{', '.join(few[:-1])} and {few[-1]}"
