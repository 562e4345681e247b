"""The docstrings of memsim: what they refer to exists under the name by which they call it."""

import ast
import importlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.test_layout import SOURCES

REFERENCE = re.compile(r":(?:func|class|meth|attr|data|mod|exc|obj):`~?([^`]+)`")
"""A reference of Sphinx to something in Python, such as ``:func:`memsim.simulate```."""


def docstrings(node: ast.AST, owner: str = "") -> Iterator[tuple[str, str]]:
    """Every docstring below ``node``, those of attributes too, with the class in which it stands."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant) and isinstance(child.value.value, str):
            yield owner, child.value.value
        inside = f"{owner}.{child.name}".lstrip(".") if isinstance(child, ast.ClassDef) else owner
        yield from docstrings(child, inside)


def has(value: Any, path: str) -> bool:
    """Whether the dotted ``path`` leads from ``value`` to an attribute, or to a field that has no default."""
    name, _, rest = path.partition(".")
    if not rest and any(name in vars(cls).get("__annotations__", {}) for cls in getattr(value, "__mro__", ())):
        return True
    if not hasattr(value, name):
        return False
    return not rest or has(getattr(value, name), rest)


def resolves(name: str, module: str, owner: str) -> bool:
    """Whether ``name`` is known in the class ``owner``, in its module, or as a full name from ``memsim`` on.

    These are the places in which Sphinx looks.
    """
    if name.startswith("memsim."):
        parts = name.split(".")
        packages = [(".".join(parts[:end]), ".".join(parts[end:])) for end in range(1, len(parts))]
        found = [(importlib.import_module(package), path) for package, path in packages if package in SOURCES]
        return name in SOURCES or any(has(package, path) for package, path in found)
    places = [f"{owner}.{name}", name] if owner else [name]
    return any(has(importlib.import_module(module), place) for place in places)


@pytest.mark.parametrize("module", SOURCES)
def test_references_in_docstrings_resolve(module: str) -> None:
    tree = ast.parse(SOURCES[module].read_text(encoding="utf-8"))
    missing = {
        name
        for owner, text in docstrings(tree)
        for name in REFERENCE.findall(text)
        if not resolves(name, module, owner)
    }
    assert not missing, f"{module} refers to {', '.join(sorted(missing))}; give the full name, from memsim on"


def test_a_reference_to_nothing_is_found() -> None:
    text = '"""See :func:`nothing`."""\nclass A:\n    """See :meth:`f`."""\n    x = 1\n    """After :attr:`x`."""'
    found = [(owner, name) for owner, doc in docstrings(ast.parse(text)) for name in REFERENCE.findall(doc)]
    assert found == [("", "nothing"), ("A", "f"), ("A", "x")]
    assert not resolves("nothing", "memsim.core.recalls", "Recalls")
    assert not resolves("memsim.nothing", "memsim.core.recalls", "")
    assert resolves("from_frame", "memsim.core.recalls", "Recalls")
    assert resolves("memsim.Recalls.positions", "memsim.core.recalls", ""), "a field without a default"
