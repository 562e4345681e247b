"""Code that was typed into a cell of a notebook or at a prompt: its source, and what it uses of the same session."""

from __future__ import annotations

import ast
import dis
import hashlib
import inspect
import linecache
import pickle
import sys
import textwrap
import uuid
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

from memsim.core.errors import MemsimWarning

CARRIED = "__memsim_code__"
"""The attribute in which a class or function takes its code along to a worker, where its source is not at hand."""


def is_typed_in(module: ModuleType | None) -> bool:
    """Whether what a module holds comes from no file: it is the session of a notebook or a prompt, or is not known."""
    return getattr(module, "__file__", None) is None


def typed_in_code(value: type | Callable[..., Any]) -> str:
    """The checksum of the source of a class or function, and of all that was typed in that it uses by name.

    Where the source cannot be found, this is an identity that no other process gives, so that nothing that was
    computed elsewhere is taken for a result of it; a warning says so.
    """
    try:
        used = sorted(_used(value, set()))
        return hashlib.sha256("\0".join(used).encode(errors="surrogatepass")).hexdigest()
    except (OSError, TypeError, SyntaxError, AttributeError, pickle.PicklingError) as error:
        known: dict[str, Any] | None = vars(value).get(CARRIED)
        if known is not None and known["itself"].startswith(_UNKNOWN):
            return str(known["itself"])
        warnings.warn(
            f"the source of {value.__qualname__}, or of what it uses, cannot be found ({error}), so results of it are "
            "kept for this session alone; put it in a file, or in a cell of a notebook",
            MemsimWarning,
            stacklevel=2,
        )
        return f"{_UNKNOWN}{uuid.uuid4().hex}"


_UNKNOWN = "without source: "


def source_of(value: type | Callable[..., Any]) -> str:
    """The lines that define a class or function, also where it was typed into a cell.

    Raises
    ------
    OSError : they cannot be found.
    """
    try:
        linecache.checkcache(inspect.getsourcefile(value) or "")
        return inspect.getsource(value)
    except (OSError, TypeError) as error:
        if not isinstance(value, type):
            raise OSError(f"the source of {value.__qualname__} is not at hand") from error
    # A cell's class has no file of its own. Its functions have one, which is the cell.
    for function in _functions(value):
        lines = linecache.getlines(function.__code__.co_filename)
        if found := _class_in(lines, value.__qualname__, function.__code__.co_firstlineno):
            return found
    # Without functions, it is looked for in the cells, the last first.
    for cell in reversed(getattr(sys.modules.get(value.__module__), "In", [])):
        if found := _class_in(str(cell).splitlines(keepends=True), value.__qualname__):
            return found
    raise OSError(f"the source of {value.__qualname__} is not at hand")


def _class_in(lines: list[str], name: str, line: int | None = None) -> str:
    """The lines of the class of this name, which holds this line; empty where there is none."""
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        return ""
    last = name.rpartition(".")[2]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == last:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            end = node.end_lineno or first
            if line is None or first <= line <= end:
                return "".join(lines[first - 1 : end])
    return ""


def _functions(value: Any) -> Iterator[FunctionType]:
    """The functions of a class, those within properties and the like too; of a function, itself."""
    members = list(vars(value).values()) if isinstance(value, type) else [value]
    for member in members:
        for part in (member, *(getattr(member, name, None) for name in ("__func__", "fget", "func", "py_func"))):
            found = inspect.unwrap(part) if callable(part) else part
            if isinstance(found, FunctionType) and found.__module__ == value.__module__:
                yield found


def _used(value: Any, seen: set[int]) -> Iterator[str]:
    """The source of a class or function, and the content of what it uses of the session that it was typed into."""
    if id(value) in seen:
        return
    seen.add(id(value))
    source = source_of(value)
    yield source
    session = vars(sys.modules[value.__module__]) if value.__module__ in sys.modules else {}
    names = _names_in(source)
    held = {name: session[name] for name in names if name in session}
    enclosed = [cell.cell_contents for each in _functions(value) for cell in each.__closure__ or ()]
    for name, each in [*held.items(), *(("", each) for each in enclosed)]:
        yield from _content(name, each, value.__module__, seen)


def _content(name: str, value: Any, module: str, seen: set[int]) -> Iterator[str]:
    """What stands for a value that code uses by this name; of memsim and of other modules, that they are used."""
    if isinstance(value, ModuleType):
        return
    if isinstance(value, type | FunctionType):
        if value.__module__ == module:
            yield from _used(value, seen)
        return
    if isinstance(value, partial):
        for part in (value.func, value.args, value.keywords):
            yield from _content(name, part, module, seen)
        return
    # As of lru_cache, or of numba.
    wrapped = getattr(value, "__wrapped__", None) or getattr(value, "py_func", None)
    if callable(value) and isinstance(wrapped, type | FunctionType):
        yield f"{name} {type(value).__qualname__}"
        yield from _content(name, wrapped, module, seen)
        return
    if type(value).__module__ == module:
        yield from _used(type(value), seen)
    yield f"{name} {hashlib.sha256(pickle.dumps(value, protocol=4)).hexdigest()}"


def _names_in(source: str) -> set[str]:
    """The names that a source reads of what stands outside it."""
    code = compile(textwrap.dedent(source), "<source>", "exec", dont_inherit=True)
    read = {"LOAD_GLOBAL", "LOAD_NAME"}
    return {each.argval for part in codes_in(code) for each in dis.get_instructions(part) if each.opname in read}


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """Compiled code, and the code of all classes and functions within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)
