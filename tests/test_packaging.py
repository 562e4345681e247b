"""The sdist and the wheel hold all of memsim."""

import configparser
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IMPORT_ALL = """
import importlib, pkgutil, memsim
found = [m.name for m in pkgutil.walk_packages(memsim.__path__, "memsim.")]
for name in found:
    importlib.import_module(name)
assert memsim.models.TCM().context_drift > 0
assert len(memsim.load_curves("murdock1962", "20-1")) > 50
print(memsim.__file__, len(found))
"""


@pytest.mark.slow
def test_wheel_from_sdist_imports_in_a_fresh_environment(tmp_path: Path) -> None:
    def run(*command: str | Path) -> str:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # Without --sdist or --wheel, build makes the wheel from the sdist.
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path / "dist", ROOT)
    (sdist,), (wheel,) = ((tmp_path / "dist").glob(pattern) for pattern in ("*.tar.gz", "*.whl"))
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "models/context/tcm.py",
        "data/tables/murdock1962_curves.csv",
        "memsim/py.typed",
        "setup.cfg",
        "README.md",
    } <= names

    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", wheel)
    # Its dependencies are borrowed from this environment, whose own memsim stays out of sight: a path
    # added by a .pth file is searched for packages, but its own .pth files are not read.
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where, count = run(python, "-c", IMPORT_ALL).split()
    assert Path(where).is_relative_to(tmp_path / "env")
    sources = [
        p for house in ("memsim", "models", "paradigms", "analysis", "data") for p in (ROOT / house).rglob("*.py")
    ]
    not_walked = 1  # memsim/__init__.py itself
    assert int(count) == len(sources) - not_walked


@pytest.mark.slow
def test_public_interface_with_the_lowest_permitted_versions(tmp_path: Path) -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    lowest = [line.replace(">=", "==") for line in config["options"]["install_requires"].split()]
    assert all("==" in line for line in lowest), "every dependency has a lowest version"
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    environment = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *lowest]
    installed = subprocess.run(install, capture_output=True, text=True, env=environment)
    if (
        installed.returncode
        and "No matching distribution" not in installed.stderr
        and "conflict" not in installed.stderr
    ):
        pytest.skip(f"the lowest versions cannot be installed here: {installed.stderr[-300:]}")
    assert installed.returncode == 0, installed.stderr
    script = [str(python), str(ROOT / "tests" / "lowest_versions.py"), str(tmp_path)]
    environment |= {"PYTHONPATH": str(ROOT), "MEMSIM_WORKERS": "1"}
    done = subprocess.run(script, capture_output=True, text=True, env=environment)
    assert done.stdout.endswith("done\n"), done.stdout + done.stderr
