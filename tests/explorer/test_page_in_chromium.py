"""The page in a real browser: a slider moves a curve, keys move a slider, a link restores, and nothing is logged."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from memsim.explorer.server import script

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]
pytest.importorskip("tornado")
playwright = pytest.importorskip("playwright.sync_api")

ROOT = str(Path(__file__).parents[2])
QUERY = "?task=free_recall(list_length=8)&model=TCM&model=CMR&lists=100&seed=0"
DONE = '.status:has-text("Up to date")'
TCM_CURVE = '[data-curve="serial_position_curve"] [data-label="TCM"] .mean'
PATIENCE = 90_000


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "memsim", "explore", "TCM", "--people", "none", "--no-browser", "--port", "0"]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": ROOT})
    assert served.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/", served.stdout.readline())
    assert found is not None
    yield found[0]
    served.terminate()
    assert served.wait(timeout=60) == 130
    served.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    page, logged = browser.new_page(viewport={"width": 1300, "height": 900}), list[str]()
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda message: logged.append(message.text))
    page.on("pageerror", lambda error: logged.append(str(error)))
    page.goto(address + QUERY)
    page.wait_for_selector(DONE)
    yield page
    page.close()
    assert logged == []


def place(page: Any) -> str:
    return page.locator(TCM_CURVE).get_attribute("d")


def changed(page: Any, before: str) -> str:
    page.locator(f'{TCM_CURVE}:not([d="{before}"])').wait_for(state="attached")
    page.wait_for_selector(DONE)
    return place(page)


def test_a_slider_that_is_dragged_moves_its_curve_alone(page: Any) -> None:
    before = place(page)
    others = page.locator('[data-curve="serial_position_curve"] [data-label="CMR"] .mean').get_attribute("d")
    slider = page.get_by_role("slider", name=re.compile("^context_drift"))
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    assert changed(page, before) != before
    assert page.locator('[data-curve="serial_position_curve"] [data-label="CMR"] .mean').get_attribute("d") == others
    value = float(page.get_by_label("context_drift, exact value").input_value())
    assert 0.1 < value < 0.3 and f"context_drift={value:g}" in page.url
    assert f"TCM(context_drift={value:g})" in page.get_by_label("Python", exact=True).input_value()


def test_a_link_restores_the_setting_and_a_bad_one_says_so(page: Any, address: str) -> None:
    before = place(page)
    page.get_by_label("context_drift, exact value").fill("0.9")
    page.keyboard.press("Tab")
    after, link = changed(page, before), page.url
    page.goto(address)
    page.wait_for_selector(DONE)
    page.goto(link)
    page.wait_for_selector(DONE)
    assert page.get_by_label("context_drift, exact value").input_value() == "0.9" and place(page) == after
    page.goto(f"{address}?model=evil.py")
    page.wait_for_selector(DONE)
    assert "no model 'evil.py'" in page.get_by_role("alert").inner_text()


def test_keys_and_a_screen_reader(page: Any) -> None:
    before, slider = place(page), page.get_by_role("slider", name=re.compile("^context_drift"))
    slider.focus()
    page.keyboard.press("Home")
    assert changed(page, before) != before and slider.get_attribute("aria-valuetext") == "0"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "context_drift, exact value"
    unnamed = page.evaluate("""() => [...document.querySelectorAll('input, select, textarea, button, [role=img]')]
        .filter((each) => !(each.labels && each.labels.length) && !each.getAttribute('aria-label')
            && !each.getAttribute('aria-labelledby') && !each.textContent.trim()).map((each) => each.outerHTML)""")
    assert unnamed == []
    assert (
        page.evaluate("""() => { const all = [...document.querySelectorAll('[id]')].map((each) => each.id);
        return all.filter((id, at) => all.indexOf(id) !== at); }""")
        == []
    )
    missing = page.evaluate("""() => [...document.querySelectorAll('[aria-describedby], [aria-labelledby], label[for]')]
        .flatMap((each) => ['aria-describedby', 'aria-labelledby', 'for'].flatMap((name) =>
            (each.getAttribute(name) || '').split(' ').filter(Boolean)))
        .filter((id) => !document.getElementById(id))""")
    assert missing == []
    described = page.get_by_role("img", name="Serial position curve").get_attribute("aria-describedby")
    assert "TCM:" in page.evaluate(f"document.getElementById('{described}').textContent")


def test_the_state_goes_step_by_step(page: Any) -> None:
    steps = page.get_by_role("slider", name="Step")
    steps.focus()
    page.keyboard.press("Home")
    assert (
        steps.get_attribute("aria-valuetext").startswith("Step 1 of")
        and page.get_by_role("button", name="Back").is_disabled()
    )
    page.get_by_role("button", name="Next").click()
    assert steps.get_attribute("aria-valuetext").endswith("item 2 is studied.")
    page.get_by_role("button", name="Play").click()
    page.wait_for_selector('section .said:has-text("item 3 is studied")')
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Back").click()
    assert "is studied" in steps.get_attribute("aria-valuetext")


def strip_of(page: Any, title: str) -> Any:
    return page.locator(f'.strips figure:has(figcaption:text("{title}"))')


def test_strips_have_a_bar_of_their_colours_and_say_of_which_step_they_speak(page: Any) -> None:
    page.get_by_role("slider", name="Step").focus()
    page.keyboard.press("End")
    similar = strip_of(page, "Similarity of context")
    words = similar.locator("p").inner_text()
    named = re.findall(
        r"step (\d+) \((item \d+ is (?:studied|recalled)|recall is asked for|there is no response)\) ", words
    )
    assert len(named) == 3 and words.endswith("Colours: pale is 0, dark 1.")
    said = page.evaluate("""() => { const slider = document.querySelector('.player input'), heard = [];
        for (let step = 0; step <= slider.max; step += 1) {
          slider.value = step; slider.dispatchEvent(new Event('input'));
          heard.push(slider.getAttribute('aria-valuetext')); }
        return heard; }""")
    assert all(said[int(step) - 1].endswith(f": {what}.") for step, what in named)
    for strip in page.locator(".strips figure").all():
        described = strip.locator("canvas").get_attribute("aria-labelledby").split()
        text = " ".join(page.evaluate(f"document.getElementById('{each}').textContent") for each in described)
        found = re.search(r"Colours: (?:pale is 0, dark|blue is -[^ ]+, white 0, red) (\S+)\.", text)
        assert found and float(found[1]) > 0
        top, bottom = strip.locator("canvas").evaluate("""(canvas) => { const pen = canvas.getContext('2d'),
            ratio = canvas.width / 500, read = pen.getImageData(457 * ratio, 0, 1, 50 * ratio).data;
            return [9, 43].map((y) => [...read.slice(4 * y * ratio, 4 * y * ratio + 3)]); }""")
        assert sum(top) < 400 and sum(top) != sum(bottom), "dark at the top"


def test_strips_are_drawn_at_once(page: Any) -> None:
    took = page.evaluate("""() => { const slider = document.querySelector('.player input'); let most = 0;
        for (let step = 0; step <= slider.max; step += 1) { const start = performance.now();
          slider.value = step; slider.dispatchEvent(new Event('input'));
          most = Math.max(most, performance.now() - start); }
        return most; }""")
    assert took < 150


def test_a_title_and_its_axis_have_one_word_for_one_thing(page: Any) -> None:
    first = page.locator('[data-curve="probability_of_nth_recall"]')
    assert first.locator("figcaption").inner_text() == "Probability of first recall"
    assert "nth" not in first.text_content()


def test_models_tasks_and_curves_in_grey(page: Any) -> None:
    page.get_by_role("button", name="Keep these curves in grey").click()
    assert page.locator('[data-curve="lag_crp"] .ghosts path').count() == 2
    page.get_by_role("button", name="Drop the curves in grey").click()
    page.get_by_label("SIMPLE", exact=True).check()
    page.locator('[data-curve="serial_position_curve"] [data-label="SIMPLE"]').wait_for(state="attached")
    page.get_by_label("Task", exact=True).select_option("serial_recall")
    page.locator('[data-curve="serial_accuracy"] [data-label="TCM"]').wait_for(state="attached")
    assert page.locator('[data-label="SIMPLE"]').count() == 0
    page.get_by_label("Task", exact=True).select_option("recognition")
    page.locator('[data-curve="hits_by_serial_position"]').wait_for()
    page.wait_for_selector(DONE)


@pytest.mark.parametrize("width", [360, 1300])
def test_nothing_leaves_the_page(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_keys_of_a_control_in_a_notebook_are_not_jupyterlabs(browser: Any) -> None:
    # JupyterLab gives a key to its own command unless the very element with the focus has this attribute.
    page = browser.new_page()
    model = "{send: () => {}, on: () => {}, off: () => {}}"
    module = script("notebook.js").replace("export default", "window.shown =")
    page.add_script_tag(content=module, type="module")
    page.wait_for_function("window.shown !== undefined")
    page.evaluate(f"() => {{ shown.render({{model: {model}, el: document.body}}) }}")
    page.evaluate("document.body.append(Object.assign(document.createElement('input'), {type: 'range', id: 'slider'}))")
    assert page.locator("#slider").get_attribute("data-lm-suppress-shortcuts") is None
    page.locator("#slider").focus()
    assert page.locator("#slider").get_attribute("data-lm-suppress-shortcuts") == "true"
    page.close()
