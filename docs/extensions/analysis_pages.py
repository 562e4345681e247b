"""A page for each registered analysis: how to read it, from ``analysis/README.md``, an example, and its definition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from memsim.analysis.registered import ANALYSES

from .analysis_examples import example_of
from .examples import Example

ROOT = Path(__file__).parents[2]
READING = ROOT / "analysis" / "README.md"


@dataclass(frozen=True)
class Chapter:
    """A chapter of how to read the analyses.

    Parameters
    ----------
    title : its heading; empty for what stands before the first one.
    text : what stands before its first section.
    sections : how to read each analysis, by its name.
    """

    title: str
    text: str
    sections: Mapping[str, str]


def chapters() -> list[Chapter]:
    """The chapters of ``analysis/README.md``, which is the one place that says how to read an analysis."""
    found = []
    for chapter in re.split(r"^## ", READING.read_text("utf-8"), flags=re.MULTILINE):
        title, _, rest = chapter.partition("\n")
        text, *sections = re.split(r"^### ", rest, flags=re.MULTILINE)
        named = {name.strip(): how.strip() for name, _, how in (each.partition("\n") for each in sections)}
        found.append(Chapter("" if title.startswith("# ") else title.strip(), text.strip(), named))
    return found


def examples() -> list[Example]:
    """The example of each analysis; those that share a setting follow one another."""
    found = [example_of(name, ANALYSES.get(name).title) for name in ANALYSES.names()]
    return sorted(found, key=lambda example: example.setting)


def page_of(name: str, reading: str, said: list[str]) -> str:
    """The page of an analysis as Markdown.

    ``reading`` is its section on how to read it, and ``said`` what memsim warned of in its example.
    """
    analysis = ANALYSES.get(name)
    example = example_of(name, analysis.title)
    warned = ["memsim says of this run:", "", *(f"- {each}" for each in said), ""] if said else []
    taken = {"recalls": "{class}`memsim.Recalls`", "judgments": "{class}`memsim.Judgments`"}[analysis.of]
    return "\n".join(
        [
            f"# {analysis.title}",
            "",
            f'`{name}` takes {taken}: `analyze(..., "{name}")` in Python, `memsim analyses {name}` for its options.',
            "",
            "## How to read it",
            "",
            reading,
            "",
            "## Example",
            "",
            "```python",
            example.code,
            "```",
            "",
            f"```{{image}} /generated/figures/{example.name}.png",
            f":alt: {example.alt}",
            ":class: curves",
            "```",
            "",
            *warned,
            "## Definition",
            "",
            "```{eval-rst}",
            f".. autofunction:: memsim.analysis.{name}",
            "```",
            "",
        ]
    )


def _summary(name: str) -> str:
    return ANALYSES.get(name).summary.replace("``", "`").replace("|", r"\|")


def index() -> str:
    """The page that lists the analyses by question."""
    lines = ["# Analyses", ""]
    for chapter in chapters():
        lines += [f"## {chapter.title}", ""] if chapter.title else []
        lines += [chapter.text, ""]
        if chapter.sections:
            lines += ["| analysis | what it gives |", "|---|---|"]
            lines += [f"| [{ANALYSES.get(name).title}]({name}.md) | {_summary(name)} |" for name in chapter.sections]
            lines += ["", "```{toctree}", ":hidden:", "", *chapter.sections, "```", ""]
    return "\n".join(lines)


def pages(said: Mapping[str, list[str]]) -> dict[str, str]:
    """All pages of analyses by their paths."""
    reading = {name: how for chapter in chapters() for name, how in chapter.sections.items()}
    of_each = {f"{name}.md": page_of(name, reading[name], said.get(name, [])) for name in ANALYSES.names()}
    return {"index.md": index(), **of_each}
