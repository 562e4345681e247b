"""What is registered, in words: the text behind ``memsim models``, ``paradigms``, ``datasets`` and ``analyses``."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from memsim.analysis.declaration import Analysis
from memsim.analysis.registered import ANALYSES
from memsim.core.code.registry import Registry
from memsim.core.errors import InputError, ModelError
from memsim.core.parameters import Parameter, Parameterized, Preset
from memsim.data.registered import DATASETS
from memsim.models.lookup import find_model
from memsim.models.networks.network_steps import NetworkModel
from memsim.models.registered import MODELS
from memsim.paradigms.registered import PARADIGMS

REGISTRIES: Mapping[str, Registry[Any]] = {
    "models": MODELS, "paradigms": PARADIGMS, "datasets": DATASETS, "analyses": ANALYSES,
}  # fmt: skip


def print_entries(kind: str, name: str | None) -> int:
    """Print all entries of a kind, or one in full; the exit status is 2 if a plug-in cannot be loaded."""
    registry = REGISTRIES[kind]
    if name is not None and kind == "models":
        print(_describe(*find_model(name), full=True))
        return 0
    if name is not None:
        print(_describe(registry.canonical(name), registry.get(name), full=True))
        return 0
    status = 0
    for i, name in enumerate(registry.names()):
        try:
            text = _describe(name, registry.get(name))
        except ModelError as error:
            print(f"memsim: {error}", file=sys.stderr)
            status = 2
        except (Exception, SystemExit) as error:
            registry.left_out(name, error)
            status = 2
        else:
            print("\n" * (i > 0 and kind != "analyses") + text)
    return status


def _describe(name: str, entry: Any, full: bool = False) -> str:
    """A registered entry as text, in full or in a few lines."""
    training = f"  {entry.training_summary}" if isinstance(entry, NetworkModel) else ""
    given: Any = entry
    if isinstance(entry, Parameterized):
        entry = type(entry)
    if isinstance(entry, type) and issubclass(entry, Parameterized):
        doc = textwrap.dedent(f"    {entry.__doc__ or ''}").strip()
        lines = [f"{name}: {doc if full else doc.splitlines()[0] if doc else ''}"]
        likelihood = getattr(given, "likelihood", None)
        if isinstance(likelihood, property):  # it depends on the parameters
            likelihood = _with_defaults(entry)
        if likelihood is not None:
            lines.append(f"  likelihood of responses: {likelihood}")
        lines += [training] if training else []
        return "\n".join([*lines, *_parameter_lines(entry.parameters()), *_preset_lines(entry.presets, full)])
    if isinstance(entry, Analysis):
        if not full:
            return f"{name}: {entry.summary.replace('``', '')}"
        described = ", ".join(f"{name}={option.default!r}" for name, option in entry.options.items()) or "none"
        return f"{name}, options: {described}\n\n{inspect.getdoc(entry.run)}"
    lines = [f"{name}: {entry.title}", f"  {entry.citation} doi:{entry.doi}"]
    conditions = ", ".join(f"{label}{' (default)' * (label == entry.default)}" for label in entry.conditions)
    lines += [f"  conditions: {conditions}", f"  {entry.notes}"]
    if full:
        for label in entry.conditions:
            lines.append(f"  {label}: {entry.paradigm(label)!r}")
    return "\n".join(lines)


def _with_defaults(model: type[Any]) -> str:
    """The likelihood of a model in which it depends on the parameters."""
    try:
        likelihood: str = model().likelihood
    except InputError:  # a network without weights of its own
        return "exact or sampled, by its parameters"
    return likelihood


def _parameter_lines(parameters: Iterable[Parameter]) -> list[str]:
    rows = [
        (p.name, p.symbol, f"{p.default}{' ' + p.unit if p.unit and p.default is not None else ''}", p.range, p.doc)
        for p in parameters
    ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    lines = []
    for row, declared in zip(rows, parameters, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True))
        lines.append(f"  {cells}  {row[4]}".rstrip())
        if declared.source:
            indent = " " * (widths[0] + 4)
            lines.append(
                textwrap.fill(f"source: {declared.source}", 100, initial_indent=indent, subsequent_indent=indent)
            )
    return lines


def _preset_lines(presets: Mapping[str, Preset], full: bool) -> list[str]:
    if not full:
        return [f"  presets: {', '.join(presets)}"] if presets else []
    lines = []
    for name, preset in presets.items():
        values = ", ".join(f"{parameter}={value}" for parameter, value in preset.values.items())
        text = f"preset {name}: {values}. Source: {preset.source}"
        lines.append(textwrap.fill(text, 100, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False))
    return lines
