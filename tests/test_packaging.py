"""The sdist and the wheel hold all of memsim."""

import configparser
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
from importlib.metadata import version
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


def test_every_command_of_make_has_a_plain_form() -> None:
    """The table in CONTRIBUTING.md says what the Makefile does, for those without make."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert targets is not None
    for target in sorted({*targets[1].split()} - {"clean"}):
        recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", text, re.MULTILINE)
        row = re.search(rf"^\| `make {target}` \| (.*) \|$", table, re.MULTILINE)
        assert recipe is not None and row is not None, target
        for line in recipe[1].splitlines():
            if found := re.search(r"\$\(BIN\)/(?:python (.*)|(.*))", line):
                assert f"`python {found[1] or f'-m {found[2]}'}`" in row[1], line


def requirements() -> list[str]:
    """What memsim needs, with the ranges of ``setup.cfg``."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    return config["options"]["install_requires"].split()


@pytest.mark.slow
def test_public_interface_with_the_lowest_permitted_versions(tmp_path: Path) -> None:
    lowest = [line.replace(">=", "==") for line in requirements()]
    assert all("==" in line for line in lowest), "every dependency has a lowest version"
    run_public_interface(lowest, tmp_path)


@pytest.mark.slow
def test_public_interface_with_the_newest_permitted_versions(tmp_path: Path) -> None:
    """PyTorch is of the version that is here: on Linux, the newest by itself would bring several GB of CUDA."""
    torch = f"torch=={version('torch').partition('+')[0]}"
    run_public_interface([torch, *(line for line in requirements() if not line.startswith("torch"))], tmp_path)


def run_public_interface(packages: list[str], folder: Path) -> None:
    """Run ``public_interface.py`` in a fresh environment with these packages, whatever ``constraints.txt`` says."""
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    environment = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    installed = subprocess.run(install, capture_output=True, text=True, env=environment)
    if (
        installed.returncode
        and "No matching distribution" not in installed.stderr
        and "conflict" not in installed.stderr
    ):
        pytest.skip(f"these versions cannot be installed here: {installed.stderr[-300:]}")
    assert installed.returncode == 0, installed.stderr
    script = [str(python), str(ROOT / "tests" / "public_interface.py"), str(folder)]
    environment |= {"PYTHONPATH": str(ROOT), "MEMSIM_WORKERS": "1"}
    done = subprocess.run(script, capture_output=True, text=True, env=environment)
    assert done.stdout.endswith("done\n"), done.stdout + done.stderr
