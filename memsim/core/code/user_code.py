"""The user's own code: which modules are neither memsim's, nor Python's, nor installed, and what they hold."""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from memsim.core.code.installed import (
    asking_what_is_installed,
    is_standard,
    is_standard_file,
    is_users_file,
    owner_of,
)
from memsim.core.code.typed_in import CARRIED, codes_in, is_typed_in, typed_in_code
from memsim.core.errors import InputError

PLUGIN = "memsim_plugin_"
"""The names of modules that are read from a user's file begin so; no other process can import them."""


@dataclass(frozen=True)
class Code:
    """What one file of code holds: its checksum, and the names of the modules that it imports, wherever it does."""

    sha256: str
    imports: frozenset[str]


@dataclass(frozen=True)
class Reached:
    """The code that a module runs on.

    Parameters
    ----------
    loaded : the user's modules that were imported, by name.
    later : file and checksum of the user's modules that are imported only when a function runs, by name.
    installed : the versions of the installed distributions, by name.
    """

    loaded: Mapping[str, ModuleType]
    later: Mapping[str, tuple[str, str]]
    installed: Mapping[str, str]


class AsItIsLoader(SourceFileLoader):
    """Loads a file as it is now: Python's own bytecode is stale after two edits within one second."""

    code: Code | None = None

    def path_stats(self, path: str) -> Any:
        """No statistics, so that no bytecode is read or written."""
        raise OSError(path)

    def source_to_code(self, data: Any, path: Any, **settings: Any) -> Any:  # type: ignore[override]
        """Compile the source, and remember what it is."""
        name = self.name
        self.code = _code(bytes(data), str(path), name if self.is_package(name) else name.rpartition(".")[0])
        return super().source_to_code(data, path, **settings)


class AsTheyAreFinder:
    """A finder that loads the user's modules with :class:`AsItIsLoader`, and leaves others alone."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """The specification of a module of the user's."""
        if asking_what_is_installed():  # the library that answers imports parts of itself
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader or not is_users_file(str(spec.origin)):
            return None
        spec.loader = AsItIsLoader(name, str(spec.origin))
        return spec


_read: dict[int, tuple[ModuleSpec | ModuleType, Code]] = {}
_reached: dict[str, Reached] = {}
"""What the files read as models run on, by the name of their module."""


def is_users(module: ModuleType) -> bool:
    """Whether a module is the user's: not of memsim, not of Python, and not of an installed distribution."""
    file = getattr(module, "__file__", None)
    if file is None:
        return module.__name__ == "__main__"
    return module.__name__.partition(".")[0] != "memsim" and is_users_file(file)


def code_of(value: type | Callable[..., Any] | ModuleType) -> dict[str, Any]:
    """The code on which a class, function or module runs, as JSON: empty where that is memsim's or Python's alone.

    These are the checksum of the file that defines it, and of every module of the user's that this file imports,
    directly or through others, by name; and the versions of the installed distributions that they import. Paths do not
    count, so that a copy of the code has the same content. What counts is the code that was loaded: an edited file
    counts when it is loaded again.

    Raises
    ------
    InputError : the source of a module has changed since it was imported.
    """
    if isinstance(value, ModuleType):
        return _code_of_module(value)
    module = sys.modules.get(value.__module__)
    if module is not None and not is_typed_in(module):
        sent = vars(value).get(CARRIED)  # in a worker, to which it was sent
        return _code_of_module(module) if sent is None else dict(sent)
    if module is not None and is_standard(module):
        return {}
    itself, used = typed_in_code(value)
    found = _as_json(itself, _walk(used))
    setattr(value, CARRIED, found)
    return found


def _code_of_module(module: ModuleType) -> dict[str, Any]:
    if module.__name__.partition(".")[0] == "memsim" or is_standard(module):
        return {}
    return _as_json(code_in(module).sha256, reached(module), module)


def _as_json(itself: str, found: Reached, module: ModuleType | None = None) -> dict[str, Any]:
    return {
        "itself": itself,
        "modules": {
            **{name: code_in(part).sha256 for name, part in found.loaded.items() if part is not module},
            **{name: sha256 for name, (_, sha256) in found.later.items()},
        },
        "installed": dict(found.installed),
    }


def reached(module: ModuleType) -> Reached:
    """The code that a module runs on; for a file that was read as a model, as it was when it was read."""
    return _reached.get(module.__name__) or _walk([module], module)


def files_of(module: ModuleType) -> dict[str, str]:
    """The checksums of the files that a module runs on, by the names of the modules; its own has the name ``""``.

    These are of itself, of the user's modules that it imports and, where it is installed, of those of its own
    distribution; there are none of memsim, and of Python.

    Raises
    ------
    InputError : the source of a module has changed since it was imported.
    """
    file = getattr(module, "__file__", None)
    if file is None or module.__name__.partition(".")[0] == "memsim" or is_standard(module):
        return {}
    found = _reached.get(module.__name__) or _walk([module], module, owner_of(file))
    used = {name: code_in(part).sha256 for name, part in found.loaded.items() if part is not module}
    return {"": code_in(module).sha256, **used, **{name: sha256 for name, (_, sha256) in found.later.items()}}


def remember(module: ModuleType) -> Reached:
    """Keep what a module runs on as it is now, since later modules may take the names of those that it imported."""
    found = _reached[module.__name__] = _walk([module], module)
    for part in found.loaded.values():
        code_in(part)
    return found


def has_changed(module: ModuleType) -> bool:
    """Whether a file that a module runs on holds something else than what was loaded."""
    found = reached(module)
    loaded = {str(part.__file__): code_in(part).sha256 for part in found.loaded.values()}
    return any(
        not Path(file).is_file() or hashlib.sha256(Path(file).read_bytes()).hexdigest() != sha256
        for file, sha256 in [*loaded.items(), *found.later.values()]
    )


def later_modules(pickled: bytes) -> dict[str, tuple[str, str]]:
    """File and checksum, by name, of the modules that functions import when they run, of the files that are pickled."""
    # What is pickled by value holds the name of its module as text.
    return {name: code for each, found in _reached.items() if each.encode() in pickled
            for name, code in found.later.items()}  # fmt: skip


def import_later(later: Mapping[str, tuple[str, str]]) -> None:
    """Import these modules in a worker, as they are in the process that began the run.

    Raises
    ------
    InputError : a module is missing here, or holds something else.
    """
    if all(_holds(sys.modules.get(name), sha256) for name, (_, sha256) in later.items()):
        return
    for name in later:  # all of them, since those that are the same may import those that are not
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, AsTheyAreFinder)
    try:
        for name, (file, sha256) in later.items():
            if name in sys.modules:
                module = sys.modules[name]
            else:
                module = _from_path(name, file) if Path(file).is_file() else importlib.import_module(name)
            if not _holds(module, sha256):
                raise InputError(f"this worker has another {name} than {file}; copy it to every worker")
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"this worker cannot import {name} ({file}): {type(error).__name__}: {error}; install it on "
                         "every worker, or import it at the top of the model's file") from error  # fmt: skip
    finally:
        sys.meta_path.remove(AsTheyAreFinder)


def _holds(module: ModuleType | None, sha256: str) -> bool:
    return module is not None and getattr(module, "__file__", None) is not None and code_in(module).sha256 == sha256


def _from_path(name: str, file: str) -> ModuleType:
    """The module ``name`` from this file, whatever ``sys.path`` says; packages come before their modules."""
    folder = [str(Path(file).parent)] if Path(file).name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(
        name, file, loader=AsItIsLoader(name, file), submodule_search_locations=folder
    )
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    parent, _, last = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], last, module)
    return module


def code_in(module: ModuleType) -> Code:
    """What the file of a module held when it was first asked for; read again where the module was loaded again."""
    spec, file = module.__spec__, str(module.__file__)
    loader = getattr(module, "__loader__", None)
    if isinstance(loader, AsItIsLoader) and loader.code is not None:
        return loader.code
    package = module.__name__ if hasattr(module, "__path__") else module.__name__.rpartition(".")[0]
    loaded: ModuleSpec | ModuleType = module if spec is None else spec  # a script has no specification
    kept = _read.get(id(loaded))
    if kept is None or kept[0] is not loaded:
        code = _code_of_file(file, package)
        _require_unchanged(module)
        kept = _read[id(loaded)] = (loaded, code)
    return kept[1]


def _walk(
    start: Iterable[ModuleType | str], whole: ModuleType | None = None, along: tuple[str, str] | None = None
) -> Reached:
    """What these modules run on, themselves included where they are the user's, or ``whole``, of any installation.

    Modules of the installed distribution ``along``, its name and version, are followed as the user's are.
    """
    loaded: dict[str, ModuleType] = {}
    later: dict[str, tuple[str, str]] = {}
    installed: dict[str, str] = {}
    waiting = list(start)
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            name, found = part, sys.modules.get(part)
        else:
            name, found = part.__name__, part
        if name in loaded or name in later or name.partition(".")[0] == "memsim":
            continue
        file = getattr(found, "__file__", None) if found is not None else _file_of(name)
        if file is None or is_standard_file(file):
            continue
        if owner := owner_of(file):
            installed[owner[0]] = owner[1]
            if found is not whole and owner != along:
                continue
        if found is None:
            code = _code_of_file(file, name if Path(file).name == "__init__.py" else name.rpartition(".")[0])
            later[name] = (file, code.sha256)
            waiting += code.imports
        else:
            loaded[name] = found
            waiting += [*code_in(found).imports, *_modules_in(found)]
    return Reached(loaded, dict(sorted(later.items())), dict(sorted(installed.items())))


def _modules_in(module: ModuleType) -> Iterator[ModuleType | str]:
    """The modules that stand in a module, or whose classes and functions do, however they were imported."""
    for value in list(vars(module).values()):
        if isinstance(value, ModuleType):
            yield value
        elif isinstance(value, type | FunctionType) and value.__module__ != module.__name__:
            yield value.__module__


def _code_of_file(file: str, package: str) -> Code:
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"the source code {file} cannot be read, so results could not be told from those of another "
                         f"version of it: {error}") from error  # fmt: skip
    return _code(content, file, package)


def _code(content: bytes, file: str, package: str) -> Code:
    imports = _imports(content, package) if file.endswith(".py") else frozenset()
    return Code(hashlib.sha256(content).hexdigest(), imports)


@cache
def _imports(source: bytes, package: str) -> frozenset[str]:
    """The names of modules that a source may import, with the packages around them."""
    found: set[str] = set()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return frozenset()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            base = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            start = ".".join(part for part in (base, node.module) if part)
            found |= {start, *(f"{start}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                found.add(node.args[0].value)
    return frozenset(
        ".".join(name.split(".")[:length]) for name in found if name for length in range(1, name.count(".") + 2)
    )


def _file_of(name: str) -> str | None:
    """The file of a module that is not imported; None if there is none, as for an attribute of a module."""
    parent = name.rpartition(".")[0]
    if parent and parent not in sys.modules:
        return None if (file := _file_of(parent)) is None else _beside(file, name.rpartition(".")[2])
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None
    return spec.origin if spec is not None and spec.has_location else None


def _beside(package: str, name: str) -> str | None:
    """The file of the module ``name`` of a package that is not imported."""
    folder = Path(package).parent
    return next((str(path) for path in (folder / name / "__init__.py", folder / f"{name}.py") if path.is_file()), None)


def _require_unchanged(module: ModuleType) -> None:
    """Raise :class:`InputError` where the functions of a module are not those of its file, which was edited since."""
    if (
        type(getattr(module, "__loader__", None)) is not SourceFileLoader
    ):  # others, as pytest's, change the code that they load
        return
    file = str(module.__file__)
    try:
        compiled = set(codes_in(compile(Path(file).read_bytes(), file, "exec", dont_inherit=True)))
    except (OSError, SyntaxError, ValueError):
        compiled = set()
    own = {value.__code__ for value in _functions(module) if value.__code__.co_filename == file}
    if own - compiled:
        raise InputError(f"{file} was changed after it was imported, so its results would be taken for those of "
                         "another version; start Python again, or reload it with importlib.reload")  # fmt: skip


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    for value in list(vars(module).values()):
        members = list(vars(value).values()) if isinstance(value, type) and value.__module__ == module.__name__ else []
        yield from (each for each in (value, *members) if isinstance(each, FunctionType))
