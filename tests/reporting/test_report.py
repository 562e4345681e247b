"""The report: one file, readable on a phone and by a screen reader, in a real browser where there is one."""

import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from memsim import Recalls, load_dataset, run
from memsim.core.errors import BeyondWarning
from memsim.experiments.comparison import Comparison
from memsim.models import SIMPLE, TCM, Chaining, StartEnd, Strength
from memsim.paradigms import FreeRecall, SerialRecall
from memsim.reporting.findings import attainable, differences, findings
from memsim.reporting.pictures import in_text, number
from memsim.reporting.report import report_html

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VOID = {"meta", "img", "br", "link", "input", "hr"}


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """Two models and SIMPLE, which has no order of recall, beside people whose recalls are at hand."""
    people = load_dataset("peers_notask")
    models = {"TCM": TCM(), "Strength <b>": Strength(), "SIMPLE": SIMPLE()}
    with pytest.warns(BeyondWarning, match="of SIMPLE"):
        return run(models, people.trials.paradigm, people[:600], n_trials=400)


@pytest.fixture(scope="module")
def page(comparison: Comparison) -> str:
    return report_html(comparison)


class Outline(HTMLParser):
    """Tags as they open and close, with what they say."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.append((tag, dict(attrs)))
        if re.fullmatch(r"h\d", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes something else"


def test_it_is_well_formed_and_needs_no_other_file(page: str) -> None:
    outline = Outline(page)
    assert not outline.open, "every tag is closed"
    sources = [attributes["src"] or "" for _, attributes in outline.attributes if "src" in attributes]
    assert sources and all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    assert not outline.tags["script"] and not outline.tags["link"]
    assert "Strength &lt;b&gt;" in page and "Strength <b>" not in page


def test_a_screen_reader_finds_its_way(page: str) -> None:
    outline = Outline(page)
    assert outline.tags["h1"] == 1 and outline.tags["main"] == 1
    assert all(later - earlier <= 1 for earlier, later in zip(outline.headings, outline.headings[1:], strict=False))
    pictures = [attributes for tag, attributes in outline.attributes if tag == "img"]
    assert all(len(picture.get("alt") or "") > 40 for picture in pictures)
    assert outline.tags["caption"] == outline.tags["table"] >= len(pictures)
    assert all(attributes.get("scope") for tag, attributes in outline.attributes if tag == "th")
    assert ("html", {"lang": "en"}) in outline.attributes
    anchors = {attributes["href"] for tag, attributes in outline.attributes if tag == "a"}
    identifiers = {f"#{attributes['id']}" for tag, attributes in outline.attributes if tag == "section"}
    assert anchors == identifiers


def test_it_says_what_was_run_and_whom_to_cite(comparison: Comparison, page: str) -> None:
    for expected in (
        "Immediate free recall of 16 items", "400 lists each", "with the seed 0. SIMPLE predicted",
        "Howard, M. W., &amp; Kahana, M. J. (2002)", "Brown, G. D. A.", "memsim developers", "context drift",
        f"numpy {comparison.manifest.versions['numpy']}",
        "The numbers behind it", "Healey, M. K., &amp; Kahana, M. J. (2014)",
    ):  # fmt: skip
        assert expected in page, expected


def test_findings_follow_from_the_tests(comparison: Comparison) -> None:
    table = differences(comparison)
    assert table is not None and set(table["a"]) == {"TCM", "Strength <b>", "SIMPLE"}
    primacy = table.query("a == 'TCM' and value == 'primacy'").iloc[0]
    assert primacy["difference"] < 0 and primacy["p_corrected"] < 1e-6
    assert primacy["words"].startswith("Primacy was lower in TCM")
    said = dict(zip(table["a"].unique(), findings(comparison, table), strict=True))
    assert re.search(r"below people in [^;]*primacy", said["TCM"])
    assert "without a test" in said["SIMPLE"], "a prediction without subjects has no test"
    shares = attainable(comparison)
    assert shares is not None and set(shares["curve"]) == {
        "serial_position_curve",
        "probability_of_nth_recall",
        "lag_crp",
    }
    assert (shares["ceiling"] < shares["distance"]).all() and (shares["share"] < 1).all()
    lag = shares.query("curve == 'lag_crp'").set_index("label")["share"]
    assert lag["TCM"] > lag["Strength <b>"], "the strength model has no contiguity"


def test_without_people_there_are_no_tests() -> None:
    alone = run({"TCM": TCM()}, FreeRecall(list_length=7), n_trials=60)
    assert differences(alone) is None and attainable(alone) is None and findings(alone, None) == []
    page = report_html(alone)
    assert "They are not compared with people" in page and 'id="statistics"' not in page
    assert not Outline(page).open


def test_serial_recall_has_its_own_figures() -> None:
    models = {"Chaining": Chaining(), "StartEnd": StartEnd()}
    page = report_html(run(models, SerialRecall(list_length=6), "farrell_lewandowsky2003:dissimilar", n_trials=100))
    assert "Transposition gradient" in page and "Fill-in" in page and "Henson, R. N. A. (1998)" in page


def test_people_who_are_few(tmp_path: Path) -> None:
    """One person gives curves, and sentences that say that there is no test."""
    one = Recalls.from_matrix([[5, 4, 1], [5, 1, 0]], 5)
    page = report_html(run({"TCM": TCM()}, FreeRecall(list_length=5), one, n_trials=50))
    assert "there is no test of" in page


def test_numbers_as_cells() -> None:
    assert [number(value) for value in (3.0, 0.12345, 1e-9, float("nan"), None, "lag_crp", True)] == [
        "3", "0.123", "1.00e-09", "–", "–", "lag crp", "yes",
    ]  # fmt: skip


def test_curves_in_words(comparison: Comparison) -> None:
    curve = comparison.curves.query("curve == 'serial_position_curve' and label == 'people'")
    said = in_text(curve, "x")
    means = curve.set_index("x")["mean"]
    assert f"from {means[1]:.3f} at 1 to {means[16]:.3f} at 16" in said and f"at {means.idxmin():.0f}." in said


def measured(page: str, folder: Path, width: int) -> dict[str, str]:
    """What a browser says of the page at a width, by a script that is put in for this."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"needs a browser: none of {', '.join(BROWSERS)} is installed")
    script = """<script>window.onerror = m => document.body.dataset.error = m;
    addEventListener('load', () => { const b = document.body.dataset, images = [...document.images];
    b.width = innerWidth; b.scroll = document.documentElement.scrollWidth;
    b.images = images.length; b.drawn = images.filter(i => i.complete && i.naturalWidth > 100).length;
    b.fits = images.filter(i => i.closest('.wide') || i.getBoundingClientRect().right <= innerWidth).length;
    document.querySelectorAll('details').forEach(d => d.open = true);
    b.opened = document.documentElement.scrollWidth;
    b.size = getComputedStyle(document.querySelector('p')).fontSize; });</script></body>"""
    file = folder / f"page-{width}.html"
    frame = folder / f"frame-{width}.html"
    file.write_text(page.replace("</body>", script), encoding="utf-8")
    # A window cannot be as narrow as a phone; a frame within it can.
    frame.write_text(
        f'<iframe id="f" src="{file.name}" width="{width}" height="800" style="border:0"></iframe><script>'
        "onload = () => setTimeout(() => { const d = document.getElementById('f').contentDocument.body.dataset;"
        "for (const k in d) document.body.dataset[k] = d[k]; }, 300)</script>",
        encoding="utf-8",
    )
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"]
    command += ["--virtual-time-budget=20000", f"--user-data-dir={folder / 'profile'}", "--dump-dom", frame.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    body = re.search(r"<body([^>]*)>", done.stdout)
    assert body is not None
    return dict(re.findall(r'data-(\w+)="([^"]*)"', body.group(1)))


@pytest.mark.parametrize("width", [360, 1200])
def test_a_browser_shows_it_whole(page: str, tmp_path: Path, width: int) -> None:
    """On a phone and on a desk: every figure is drawn, and nothing but tables needs scrolling sideways."""
    found = measured(page, tmp_path, width)
    assert found["width"] == str(width) and "error" not in found
    assert int(found["scroll"]) <= width and int(found["opened"]) <= width
    assert found["images"] == found["drawn"] == found["fits"] and int(found["images"]) >= 6
    assert float(found["size"].removesuffix("px")) >= 16
