"""The README's Python runs as it stands, and its claims about the template hold."""

import re
from pathlib import Path

import pytest

from memsim import Judgments, analysis
from memsim.analysis.registered import ANALYSES
from memsim.core.errors import DataWarning
from memsim.data.loading import load_responses
from memsim.data.registered import DATASETS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_python_in_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MEMSIM_DATA", raising=False)
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    for block in blocks:
        assert len([line for line in block.splitlines() if line]) <= 8
        exec(compile(block, "README.md", "exec"), {})
    for figure in ("figure.png", "lag-crp.pdf"):
        assert (tmp_path / figure).stat().st_size > 10_000


def test_the_table_of_judgments_in_the_readme_is_read(tmp_path: Path) -> None:
    table = re.findall(r"```csv\n(.*?)```", README, flags=re.DOTALL)[0]
    assert len(table.splitlines()) == 6
    (path := tmp_path / "mine.csv").write_text(table, encoding="utf-8")
    with pytest.warns(DataWarning, match="1 probe without an answer"):
        judgments = load_responses(path)
    assert isinstance(judgments, Judgments) and judgments.n_ratings == 6
    assert judgments.ratings.tolist() == [[6, 2, 0]]
    assert judgments.trials.probe_kinds.tolist() == [["target", "lure", "target"]]


def test_every_data_set_is_in_the_readme() -> None:
    rows = README.partition("| data set | how it comes |")[2].partition("\n\n")[0]
    named = re.findall(r"`(\w+)`", rows)
    for name in DATASETS.names():
        assert name in named or any(name.endswith(each) for each in named if each.startswith("_")), name


def test_commands_in_the_readme_parse() -> None:
    from memsim.commands.main import parse

    commands = re.findall(r"^memsim (.*?)(?: +#.*)?$", README, flags=re.MULTILINE)
    commands = [command for command in commands if not command.startswith("runs models")]
    assert len(commands) >= 7
    for command in commands:
        parse(command.split())


def test_every_analysis_has_its_section_on_how_to_read_it() -> None:
    page = (ROOT / "analysis" / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^### (\w+)\n\S", page, flags=re.MULTILINE)) == sorted(ANALYSES.names())
    statistics = re.findall(r"`(\w+)`", page.partition("## Statistics")[2])
    assert len(statistics) > 8
    for name in statistics:
        assert hasattr(analysis, name), f"the page speaks of {name}"
