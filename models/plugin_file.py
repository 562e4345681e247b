"""A Python file of the user's as a module, whose identity is its full path and its content."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from memsim.core.code.user_code import PLUGIN, AsItIsLoader, AsTheyAreFinder, has_changed, is_users, reached, remember
from memsim.core.errors import InputError, ModelError

_brought: set[str] = set()
"""Names of the user's modules that files brought in, and that were not imported before."""
_entries: list[str] = []
"""What files added to ``sys.path``."""


def module_in(path: Path) -> ModuleType:
    """The module that a file defines; the same one as long as neither the file nor a module that it imports changes.

    Each file imports the user's modules for itself, unless they were imported before and not by such a file. So two
    files may each have a ``helper.py`` of their own beside them.

    Raises
    ------
    InputError : there is no such file, it cannot be read, or it imports, within a function, another module of the same
        name as a file that was read before.
    ModelError : the file cannot be run.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    full = path.resolve()
    try:
        content = full.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    identity = hashlib.sha256(f"{full}\0".encode() + content).hexdigest()
    name = f"{PLUGIN}{re.sub(r'[^0-9A-Za-z_]', '_', path.stem)}_{identity[:16]}"
    known = sys.modules.get(name)
    if known is not None and not has_changed(known):
        return known
    loader = AsItIsLoader(name, str(full))
    spec = importlib.util.spec_from_file_location(name, full, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    with _by_itself(name) as before:
        sys.modules[name] = module  # where dataclasses look up their module
        try:
            loader.exec_module(module)
        except BaseException as error:
            if type(error) in (KeyboardInterrupt, MemoryError):
                raise
            raise ModelError(f"{path} cannot be run: {type(error).__name__}: {error}") from error
        later = remember(module).later
        for each in later:  # now, as it is now
            with contextlib.suppress(Exception):
                importlib.import_module(each)
        _require_apart(module, path)
        _brought.update(each for each in set(sys.modules) - before if is_users(sys.modules[each]))
    return module


@contextlib.contextmanager
def _by_itself(name: str) -> Iterator[set[str]]:
    """Set aside what other files brought in; give the names of the modules that were imported before.

    If the file cannot be run, everything is as before.
    """
    aside = {each: sys.modules.pop(each) for each in _brought if each in sys.modules and not each.startswith(PLUGIN)}
    known = sys.modules.pop(name, None)
    search = list(sys.path)
    sys.path[:] = [entry for entry in sys.path if entry not in _entries]
    start = list(sys.path)
    before = set(sys.modules)
    sys.meta_path.insert(0, AsTheyAreFinder)
    importlib.invalidate_caches()
    try:
        yield before
    except BaseException:
        for each in set(sys.modules) - before:
            if is_users(sys.modules[each]):
                del sys.modules[each]
        sys.modules.update(aside if known is None else {**aside, name: known})
        raise
    else:
        sys.modules.update({each: part for each, part in aside.items() if each not in sys.modules})
    finally:
        sys.meta_path.remove(AsTheyAreFinder)
        added = [entry for entry in sys.path if entry not in start]
        _entries.extend(entry for entry in added if entry not in _entries)
        sys.path[:] = [*added, *(entry for entry in search if entry not in added)]


def _require_apart(module: ModuleType, path: Path) -> None:
    """Refuse two files whose functions import different modules under one name, which Python cannot keep apart."""
    own = reached(module)
    for each, other in list(sys.modules.items()):
        if not each.startswith(PLUGIN) or getattr(other, "__file__", None) == module.__file__:
            continue
        for name, (file, _) in reached(other).later.items():
            mine = own.later.get(name, ("", ""))[0] or str(getattr(own.loaded.get(name), "__file__", ""))
            if mine and mine != file:
                raise InputError(
                    f"{path} imports {name} from {mine}, and a function of {other.__file__} imports {name} from "
                    f"{file}; import them at the top of both files, or give one another name"
                )
