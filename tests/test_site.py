"""The site: every registered model and analysis has its page, links within it lead somewhere, and its code compiles."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from memsim.analysis.registered import ANALYSES
from memsim.models.registered import MODELS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "generated" not in path.parts)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)[^)]*\)")
CELL = re.compile(r"```\{code-cell\}\n(.*?)```", re.DOTALL)
HAS_SPHINX = all(importlib.util.find_spec(name) for name in ("sphinx", "myst_nb", "numpydoc", "pydata_sphinx_theme"))


@pytest.fixture(autouse=True)
def _extensions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))


def cells(page: Path) -> list[str]:
    return [re.sub(r"^%%writefile .*\n", "", cell) for cell in CELL.findall(page.read_text(encoding="utf-8"))]


def test_every_model_has_its_page() -> None:
    from extensions.model_pages import FAMILIES, index, models_by_family, page_of

    shipped = [name for name in MODELS.names() if MODELS.get(name).__module__.startswith("memsim.")]
    assert sorted(name for names in models_by_family().values() for name in names) == sorted(shipped)
    assert {path.parent.name for path in (ROOT / "models").glob("*/__init__.py")} == set(FAMILIES)
    for name in shipped:
        assert f":doc:`{name}`" in index()
        page = page_of(name, {})
        assert "How it works" in page and (MODELS.get(name).citation or "sources of the parameters") in page
        for declared in MODELS.get(name).parameters():
            assert f"``{declared.name}``" in page and declared.source.split("``")[0][:20] in page


def test_every_model_is_shown_beside_people_who_are_at_hand() -> None:
    from extensions.model_pages import examples_of

    for name in MODELS.names():
        assert examples_of(name), f"{name} has no curves beside people's"
        for example in examples_of(name):
            compile(example.code, example.name, "exec")


def test_every_analysis_has_its_page_and_example() -> None:
    from extensions.analysis_pages import chapters, examples, page_of

    reading = {name: how for chapter in chapters() for name, how in chapter.sections.items()}
    assert sorted(reading) == sorted(ANALYSES.names()) == sorted(example.name for example in examples())
    for example in examples():
        compile(example.code, example.name, "exec")
        assert reading[example.name] in page_of(example.name, reading[example.name], [])


def test_everything_exported_is_in_the_reference() -> None:
    from extensions.reference_pages import PACKAGES, package_page, pages

    import memsim

    for public, package in PACKAGES.items():
        for name in getattr(package, "__all__", ()):
            if not name.startswith("__") and not isinstance(getattr(package, name), type(memsim)):
                assert f".{name}>`" in package_page(public), f"{public}.{name}"
    assert {"data_sets.rst", "reproductions.rst", "memsim.fit.rst"} <= pages().keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_lead_somewhere_and_code_compiles(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        path = (page.parent / target).resolve()
        assert path.is_file() or "generated" in path.parts, f"{page.name} links to {target}, which does not exist"
    for at, cell in enumerate(cells(page)):
        compile(cell, f"{page.name}, cell {at}", "exec")


def test_links_and_pictures_of_the_readme_lead_somewhere_on_the_site() -> None:
    pytest.importorskip("sphinx")
    from extensions.site import adapt_included

    content = [(ROOT / "README.md").read_text(encoding="utf-8")]
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", content[0])
    adapt_included(None, Path("README.md"), "overview", content)
    assert re.findall(r"!\[[^]]*\]\(([^)]+)\)", content[0]) == pictures and len(pictures) > 1
    pages = [target for target in LINK.findall(content[0]) if target not in pictures]
    assert len(pages) > 4
    for target in pages:
        assert target.startswith("generated/") or (DOCS / target).is_file(), target


def test_every_page_is_in_a_table_of_contents() -> None:
    listed = {DOCS / "index.md"}
    for page in PAGES:
        for toctree in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL):
            entries = [line for line in toctree.splitlines() if line and not line.startswith(":")]
            listed |= {(page.parent / entry).with_suffix(".md") for entry in entries}
    assert set(PAGES) <= listed


@pytest.mark.parametrize("page", sorted((DOCS / "tutorials").glob("*_*.md")), ids=lambda page: page.stem)
def test_tutorials_are_short_and_end_in_a_figure_for_a_journal(page: Path) -> None:
    code = [line for cell in cells(page) for line in cell.splitlines() if line.strip()]
    assert len(code) < 60
    assert any("save_figure(" in line for line in code)


def test_commands_on_the_site_parse() -> None:
    from memsim.commands.main import parse

    commands = [
        line
        for page in PAGES
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for line in re.findall(r"^memsim (.*?)(?: +#.*)?$", block, flags=re.MULTILINE)
    ]
    assert len(commands) > 10
    for command in commands:
        parse(command.split())


def test_symbols_are_typeset() -> None:
    pytest.importorskip("sphinx")
    from extensions.equations import typeset

    def shown(text: str) -> str:
        marks = {"subscript": "_{%s}", "superscript": "^{%s}", "emphasis": "*%s*"}
        return "".join(marks.get(node.tagname, "%s") % _inner(node, marks) for node in typeset(text))

    def _inner(node, marks):  # type: ignore[no-untyped-def]
        if not node.children:
            return node.astext()
        return "".join(marks.get(each.tagname, "%s") % _inner(each, marks) for each in node.children)

    assert shown("ρ_D = sqrt(1 - B_D²)^(s / 2)") == "ρ_{*D*} = √(1 - *B*_{*D*}²)^{*s* / 2}"
    assert shown("W_fc,S[i] and context_drift of a word") == "*W*_{fc,*S*}[*i*] and context_drift of a word"


def test_fields_of_docstrings_are_put_as_numpydoc_reads_them() -> None:
    from extensions.docstrings import as_rst

    given = ["Parameters", "----------", "low, high : bounds of |x|;", "    ``None`` leaves *that* side open."]
    expected = [
        "Parameters",
        "----------",
        "low, high",
        r"    bounds of \|x\|;",
        "    ``None`` leaves *that* side open.",
    ]
    assert as_rst(given) == expected
    assert as_rst([">>> 2 * x_", "4 * 1"]) == [">>> 2 * x_", "4 * 1"]


@pytest.mark.slow
@pytest.mark.skipif(not HAS_SPHINX, reason="needs pip install '.[docs]'")
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        str(DOCS),
        str(tmp_path / "site"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site" / "generated" / "models" / "TCM.html").is_file()
    outside = re.compile(r'<(?:script|link|img)[^>]+(?:src|href)="https?://')
    for page in (tmp_path / "site").rglob("*.html"):
        assert not outside.search(page.read_text(encoding="utf-8")), f"{page.name} needs the network"
