"""The Sphinx extension of this site: it writes generated pages before the build, and helps autodoc."""

from __future__ import annotations

import importlib
import inspect
import re
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.console import colorize

from . import analysis_pages, model_pages, reference_pages
from .docstrings import as_rst
from .equations import add_equations
from .examples import draw_all

PAGES_OF_FILES = (
    (r"\(analysis/README\.md\)", "(generated/analyses/index.md)"), (r"\(docs/(?!static/)", "("), ("```csv", "```text"),
)  # fmt: skip
"""What files of the repository say (regular expressions), and what stands for it on the site. Pictures stay where they
are."""
LOG = logging.getLogger(__name__)


def write_pages(app: Sphinx) -> None:
    """Run the examples of generated pages, and write these pages into ``generated``; pages of before go."""
    folder = Path(app.srcdir) / "generated"
    examples = [each for name in model_pages.MODELS.names() for each in model_pages.examples_of(name)]
    examples += analysis_pages.examples()
    numbered = {each.name: at for at, each in enumerate(examples, 1)}

    def say(name: str) -> None:
        LOG.info("%s %s of %s: %s", colorize("bold", "running example"), numbered[name], len(examples), name)

    said = draw_all(examples, folder / "figures", say)
    wanted = {
        folder / room / path: text
        for room, pages in (
            ("models", model_pages.pages(said)),
            ("analyses", analysis_pages.pages(said)),
            ("reference", reference_pages.pages()),
        )
        for path, text in pages.items()
    }
    for path in [*folder.rglob("*.rst"), *folder.rglob("*.md")]:
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def adapt_included(app: Sphinx, path: Path, docname: str, content: list[str]) -> None:
    """Lead links of the README to the pages of the site, and name languages as Pygments does."""
    for of_repository, of_site in PAGES_OF_FILES:
        content[0] = re.sub(of_repository, of_site, content[0])


def prepare_docstring(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Give numpydoc, which follows, docstrings in its form."""
    lines[:] = as_rst(lines)


def resolve_inner_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contnode: nodes.Element
) -> nodes.Element | None:
    """Resolve a reference to memsim by the object that it names, which may be exported under another name.

    What exists and has no page stands as code, as do names of other packages; what does not exist is left to Sphinx,
    which warns.
    """
    target = node.get("reftarget", "")
    if node.get("refdomain") != "py":
        return None
    if not target.startswith("memsim"):
        return contnode
    found = _named(target)
    if found is None:
        return None
    domain = env.get_domain("py")
    if inspect.isclass(found) or inspect.isroutine(found):
        for public in domain.objects:
            if public != target and _named(public) is found:
                return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", public, node, contnode)
    return contnode


@cache
def _named(dotted: str) -> Any:
    """The object of a dotted name; ``None`` if there is none."""
    parts = dotted.split(".")
    for split in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:split]))
        except ImportError:
            continue
        for part in parts[split:]:
            if inspect.isclass(found) and part in _fields(found):
                return found  # a field without a default is no attribute of the class, whose docstring describes it
            found = getattr(found, part, None)
        return found
    return None


def _fields(cls: type) -> set[str]:
    return {name for base in cls.__mro__ for name in vars(base).get("__annotations__", {})}


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect all that to Sphinx."""
    add_equations(app)
    app.connect("builder-inited", write_pages)
    app.connect("include-read", adapt_included)
    app.connect("autodoc-process-docstring", prepare_docstring, priority=400)
    app.connect("missing-reference", resolve_inner_name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
