"""Runs mypy over memsim as it installs: a checkout has four of its rooms beside the package, where mypy seeks none.

``python tests/check_types.py [file ...]`` copies what changed to ``build/types`` and checks it there.
"""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LAYOUT = ROOT / "build" / "types"


def main(arguments: list[str]) -> int:
    """Check the files named, by their places in the checkout, or all that ``pyproject.toml`` names."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    rooms = dict(line.split(" = ") for line in config["options"]["package_dir"].splitlines() if line)
    places = {folder: name.replace(".", "/") for name, folder in rooms.items()}
    places |= {folder: folder for folder in ("tests", "benchmarks", "examples")}
    kept = set[Path]()
    for folder, place in places.items():
        for path in (ROOT / folder).rglob("*.py*"):
            if path.suffix in (".py", ".pyi"):
                kept.add(copied(path, LAYOUT / place / path.relative_to(ROOT / folder)))
    kept.add(copied(ROOT / "memsim" / "py.typed", LAYOUT / "memsim" / "py.typed"))
    kept.add(copied(ROOT / "pyproject.toml", LAYOUT / "pyproject.toml"))
    for path in LAYOUT.rglob("*.py*"):
        if path not in kept and ".mypy_cache" not in path.parts:
            path.unlink()
    asked = [Path(os.path.abspath(name)).relative_to(ROOT) for name in arguments]
    files = [str(Path(places[each.parts[0]], *each.parts[1:])) for each in asked]
    return subprocess.run([sys.executable, "-m", "mypy", *files], cwd=LAYOUT).returncode


def copied(path: Path, to: Path) -> Path:
    """``to``, a copy of ``path`` that keeps its time, so that mypy checks again only what changed."""
    if not to.is_file() or to.stat().st_mtime_ns != path.stat().st_mtime_ns or to.stat().st_size != path.stat().st_size:
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, to)
    return to


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
