"""Equations: symbols of docstrings with subscripts and superscripts, and LaTeX as MathML.

Both need neither a script nor a font from elsewhere, so that the built site works offline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxRole

GROUP = r"\{[^{}]*\}|\([^()]*\)|-?[^\W_²³]+(?:[_,][^\W_²³]+)*"
SYMBOL = re.compile(
    r"(?<![\w'’])(?P<letter>[^\W\d_](?=[_^²³])|[b-z](?![^\W²³]|['’]\w)|[B-HJ-Z](?![\w'’.])|a(?= [=<>]))"
    rf"|(?<=[\w)\]'])(?P<mark>[_^])(?P<group>{GROUP})"
)
"""A variable of one letter, or an index or exponent of what stands before it."""
NAME = re.compile(r"\w{2,}_\w+|\w+_\w{2,}_\w+")
"""Names of parameters and options, whose underscores are no indices."""


SIGNS = (("<-", "←"), ("sqrt(", "√("), (" >= ", " ≥ "), (" <= ", " ≤ "))
"""What docstrings write for want of a key."""


def typeset(text: str) -> list[nodes.Node]:
    """The text with variables in italics, and indices and exponents where they belong."""
    found: list[nodes.Node] = []
    at = 0
    for typed, sign in SIGNS:
        text = text.replace(typed, sign)
    names = [match.span() for match in NAME.finditer(text) if "^" not in match[0]]
    for match in SYMBOL.finditer(text):
        inside_a_name = any(start <= match.start() < end for start, end in names)
        if match.start() < at or inside_a_name:
            continue
        if match.start() > at:
            found.append(nodes.Text(text[at : match.start()]))
        if match["letter"]:
            letter = match["letter"]
            found.append(nodes.emphasis("", letter) if letter.isascii() else nodes.Text(letter))
        else:
            group = match["group"]
            inner = group[1:-1] if group[0] in "{(" else group
            raised = nodes.superscript if match["mark"] == "^" else nodes.subscript
            found.append(raised("", "", *typeset(inner)))
        at = match.end()
    return [*found, nodes.Text(text[at:])] if at < len(text) else found


class EquationsTransform(SphinxTransform):
    """Typeset the text within containers of the class ``equations``, literals and links aside."""

    default_priority = 850

    def apply(self, **_: Any) -> None:
        """Replace each text by its typeset form."""
        for container in self.document.findall(nodes.container):
            if "equations" in container["classes"]:
                for text in list(_prose(container)):
                    text.parent.replace(text, typeset(str(text)))


def _prose(container: nodes.Element) -> Iterator[nodes.Text]:
    for text in container.findall(nodes.Text):
        above = text.parent
        while above is not container and not isinstance(above, nodes.literal | nodes.literal_block | nodes.reference):
            above = above.parent
        if above is container and not isinstance(text.parent, nodes.emphasis):
            yield text


class SymbolRole(SphinxRole):
    """``:symbol:`β_D```, a symbol as in equations."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The typeset symbol."""
        return [nodes.inline("", "", *typeset(self.text), classes=["symbol"])], []


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="math-block">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode


def add_equations(app: Sphinx) -> None:
    """Register the transform, the role and the renderer of LaTeX."""
    app.add_transform(EquationsTransform)
    app.add_role("symbol", SymbolRole())
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
