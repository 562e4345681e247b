"""Code that was typed into a cell of a notebook or at a prompt: what it does, and what it uses of the same session.

It is known by what Python compiled, and not by its text, which may be lost or changed: so comments and line breaks do
not count, and another version of Python gives another checksum.
"""

from __future__ import annotations

import dataclasses
import dis
import hashlib
import pickle
import sys
import uuid
import warnings
import weakref
from collections.abc import Callable, Iterator
from functools import cached_property, partialmethod
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from memsim.core.errors import MemsimWarning

CARRIED = "__memsim_code__"
"""The attribute in which a class or function takes its code along to a worker, where the session is not at hand."""
_NOT_CONTENT = frozenset((
    "__dict__", "__weakref__", "__doc__", "__module__", "__qualname__", "__firstlineno__",
    "__static_attributes__", "__dataclass_params__", "__dataclass_fields__", "__abstractmethods__", "_abc_impl",
    "__parameters__", "__orig_bases__", "__annotations__", "__annotate__", "__annotate_func__",
    "__annotations_cache__", "__match_args__", "__setattr__", "__delattr__", "__repr__", CARRIED,
))  # fmt: skip
"""Attributes of classes that Python and memsim set."""
_unknown: dict[int, tuple[Any, str]] = {}
"""Objects whose content cannot be told, and what stands for each in this process."""


def is_typed_in(module: ModuleType | None) -> bool:
    """Whether what a module holds comes from no file: it is the session of a notebook or a prompt, or is not known."""
    return getattr(module, "__file__", None) is None


def typed_in_code(value: type | Callable[..., Any]) -> tuple[str, list[ModuleType | str]]:
    """The checksum of a class or function and of all that it uses by name, and the modules that it uses.

    Where it uses an object whose content cannot be told, such as an open connection, the checksum is one that no other
    process gives, so that nothing that was computed elsewhere is taken for a result of it; a warning says so.
    """
    content = Content(value)
    content.code(value)
    text = "\0".join(sorted(content.parts))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest(), list(content.modules.values())


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """Compiled code, and the code of all classes and functions within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)


class Content:
    """What the code of a class or function is, in ``parts``, and the ``modules`` that it uses, by name."""

    def __init__(self, value: type | Callable[..., Any]) -> None:
        self.user, self.module = value.__qualname__, value.__module__
        self.session = vars(sys.modules[self.module]) if self.module in sys.modules else {}
        self.parts: list[str] = []
        self.modules: dict[str, ModuleType | str] = {}
        self.seen: dict[int, Any] = {}
        self.own: dict[int, str] = {}

    def code(self, value: Any) -> None:
        """Add a class or function of the session, once."""
        if id(value) in self.seen:
            return
        self.seen[id(value)] = value
        own = self._class(value) if isinstance(value, type) else self._function(value)
        self.own[id(value)] = hashlib.sha256(repr(own).encode(errors="surrogatepass")).hexdigest()
        self.parts.append(f"{value.__qualname__} {self.own[id(value)]}")

    def name_of(self, value: type | FunctionType) -> str:
        """What stands for a class or function; one of the session is added, of others the module is."""
        if value.__module__ == self.module:
            self.code(value)
            return f"{value.__qualname__} {self.own.get(id(value), 'within itself')}"  # names of lambdas are the same
        if value.__module__:
            self.modules[value.__module__] = sys.modules.get(value.__module__, value.__module__)
        enclosed = self._enclosed(value) if isinstance(value, FunctionType) else ""
        return f"{value.__module__}.{value.__qualname__} {enclosed}"

    def checksum(self, value: Any, name: str) -> str:
        """What stands for a value that code uses by this name."""
        written = _Hashing()
        try:
            _Pickler(written, self).dump(value)
            return written.total.hexdigest()
        except MemsimWarning:
            raise
        except Exception as error:
            return self._without_content(value, name, error)

    def _class(self, cls: type) -> list[str]:
        own = [self.name_of(base) for base in (*cls.__bases__, type(cls))]
        for name, member in vars(cls).items():
            if name not in _NOT_CONTENT:
                own.append(f"{name} {self.checksum(member, f'{cls.__qualname__}.{name}')}")
        for each in vars(cls).get("__dataclass_fields__", {}).values():
            held = each.default, each.default_factory, dict(each.metadata), each.kw_only, each.init, each.compare
            own.append(f"field {each.name} {self.checksum(held, f'{cls.__qualname__}.{each.name}')}")
        return own

    def _function(self, function: FunctionType) -> list[str]:
        code = function.__code__
        own = [_compiled(code), self.checksum((function.__defaults__, function.__kwdefaults__), function.__qualname__)]
        own += self._enclosed(function)
        for part in codes_in(code):
            for each in dis.get_instructions(part):
                if each.opname == "IMPORT_NAME":
                    self.modules[each.argval] = sys.modules.get(each.argval, each.argval)
                elif each.opname in ("LOAD_GLOBAL", "LOAD_NAME") and each.argval in self.session:
                    self.parts.append(f"{each.argval} is {self.checksum(self.session[each.argval], each.argval)}")
        return own

    def _enclosed(self, function: FunctionType) -> list[str]:
        """What a function holds in its closure, as one does that wraps another."""
        self.seen[id(function)] = function
        held = [cell for cell in map(_held, function.__closure__ or ()) if cell is not None]
        known = [each for (each,) in held if id(each) not in self.seen]
        return [self.checksum(each, function.__qualname__) for each in known]

    def _without_content(self, value: Any, name: str, error: Exception) -> str:
        """An identity of this object in this process; a warning when it is met first."""
        known = _unknown.get(id(value))
        if known is None:
            known = _unknown[id(value)] = value, f"unknown {uuid.uuid4().hex}"
            reason = f"{type(value).__name__}: {' '.join(str(error).split())[:120]}"
            warnings.warn(
                f"{self.user} uses {name}, whose content cannot be told ({reason}), so its results are kept for this "
                "session alone; let the code make it where it is used, or put it into a file",
                MemsimWarning,
                stacklevel=2,
            )
        return known[1]


class _Hashing:
    """A file that keeps the checksum of what is written alone."""

    def __init__(self) -> None:
        self.total = hashlib.sha256()

    def write(self, data: Any) -> int:
        self.total.update(data)
        return len(memoryview(data))


class _Pickler(pickle.Pickler):
    """Writes a value; code, modules, sets and arrays stand there by what they are, whatever their order or memory."""

    def __init__(self, written: _Hashing, content: Content) -> None:
        super().__init__(written, protocol=5)
        self.content = content

    def persistent_id(self, value: Any) -> str | None:
        """What stands for a value that is not pickled as it is."""
        content = self.content
        if isinstance(value, ModuleType):
            content.modules[value.__name__] = value
            return f"module {value.__name__}"
        if isinstance(value, type | FunctionType):
            return content.name_of(value)
        if isinstance(value, property | classmethod | staticmethod | cached_property | partialmethod):
            parts = [
                getattr(value, name, None) for name in ("fget", "fset", "fdel", "__func__", "func", "args", "keywords")
            ]
            return f"{type(value).__name__} {[content.checksum(part, content.user) for part in parts]}"
        if isinstance(value, set | frozenset):
            return f"{type(value).__name__} {sorted(content.checksum(each, 'a set') for each in value)}"
        if isinstance(value, weakref.WeakKeyDictionary | weakref.WeakValueDictionary):
            return "cache"
        numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        if numpy is not None and type(value) is numpy.ndarray and value.dtype != object:
            data = numpy.ascontiguousarray(value).reshape(-1).view(numpy.uint8)
            return f"array {value.dtype} {value.shape} {hashlib.sha256(data).hexdigest()}"
        if torch is not None and isinstance(value, torch.Tensor):
            return f"tensor {content.checksum(value.detach().cpu().numpy(), 'a tensor')}"
        own = getattr(value, "__dict__", None)
        if not isinstance(own, dict):
            return None
        if dataclasses.is_dataclass(value):
            held = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
            return f"{content.name_of(type(value))} {content.checksum(held, type(value).__qualname__)}"
        # As of lru_cache, or of numba.
        wrapped = own.get("__wrapped__") or own.get("py_func")
        if callable(value) and isinstance(wrapped, type | FunctionType):
            return f"{type(value).__qualname__} of {content.name_of(wrapped)}"
        return None


def _held(cell: CellType) -> tuple[Any] | None:
    """The value in a cell of a closure; None where it is not filled yet."""
    try:
        return (cell.cell_contents,)
    except ValueError:
        return None


def _compiled(code: CodeType) -> str:
    """What a function does, by what Python made of its source."""
    constants = [_compiled(each) if isinstance(each, CodeType) else _constant(each) for each in code.co_consts]
    shape = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    return hashlib.sha256(repr((code.co_code, constants, shape, names)).encode(errors="surrogatepass")).hexdigest()


def _constant(value: Any) -> str:
    if isinstance(value, frozenset):
        return f"frozenset {sorted(map(_constant, value))}"
    if isinstance(value, tuple):
        return f"tuple {[_constant(each) for each in value]}"
    return f"{type(value).__name__} {value!r}"
