"""The explorer in headless Chromium: ``python -m benchmarks.explorer [MODEL ...]``.

Times of first paint and of the first curve after navigation, and of a redraw: from the moment at which a slider moves
to the frame after the curve has its new place, with 1,000 lists of each model, and people. Absolute times depend on the
machine and on what else it does, so that its load is printed, and the processor time of the computation alone. Needs
``memsim[explore]``, playwright, and Chromium.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from subprocess import PIPE, Popen
from time import process_time
from typing import Any

import numpy as np

REPEATS = 20
MODELS = ("TCM", "CMR", "SAM", "Strength", "CRU")
CURVE = '[data-curve="serial_position_curve"] [data-label="{label}"] .mean'
DONE = '.status:has-text("Up to date")'
REDRAW = """async ([label, shares]) => {
    const groups = [...document.querySelectorAll('details.group')];
    const named = groups.find((each) => each.querySelector('summary').textContent === label);
    const slider = named.querySelector('input[type="range"]');
    const curve = document.querySelector(`[data-curve="serial_position_curve"] [data-label="${label}"] .mean`);
    const times = [];
    for (const share of shares) {
        const before = curve.getAttribute('d');
        const start = performance.now();
        slider.value = Number(slider.min) + share * (Number(slider.max) - Number(slider.min));
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((done) => {
            const seen = new MutationObserver(() => {
                if (curve.getAttribute('d') === before) return;
                seen.disconnect();
                requestAnimationFrame(() => setTimeout(done));
            });
            seen.observe(curve, { attributes: true });
        });
        times.push(performance.now() - start);
        await new Promise((done) => setTimeout(done, 1200));
    }
    return times;
}"""


def in_browser(labels: Sequence[str]) -> None:
    """Print first paint and redraws of a page with people and one model at a time."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    command = [sys.executable, "-m", "memsim", "explore", "--no-browser", "--port", "0"]
    with Popen(command, stdout=PIPE, text=True) as served, sync_playwright() as driver:
        assert served.stdout is not None
        address = served.stdout.readline().split()[4]
        browser = driver.chromium.launch(executable_path=chromium)
        try:
            page: Any = browser.new_page(viewport={"width": 1300, "height": 900})
            page.set_default_timeout(300_000)
            for visit in ("first", "second"):
                page.goto(address)
                page.wait_for_selector(CURVE.format(label="TCM") + "[d*=L]", state="attached")
                paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
                curve = page.evaluate("performance.now()")
                print(f"{visit} visit: first paint {paint:.0f} ms, first curves {curve:.0f} ms")
                page.wait_for_selector(DONE)
            for label in labels:
                page.goto(f"{address}?people=peers_notask&model={label}&lists=1000&seed=0")
                page.wait_for_selector(DONE)
                shares = np.linspace(0.3, 0.7, REPEATS + 1).tolist()
                times = np.array(page.evaluate(REDRAW, [label, shares])[1:])
                low, middle, high = np.percentile(times, (0, 50, 90))
                print(f"  {label:10} redraw: least {low:4.0f} ms, median {middle:4.0f} ms, nine in ten {high:4.0f} ms")
        finally:
            browser.close()
            served.terminate()


def computed(labels: Sequence[str]) -> None:
    """Print the processor time of a redraw without the browser."""
    from memsim.explorer.fields import form
    from memsim.explorer.opening import opened
    from memsim.explorer.session import Session
    from memsim.explorer.setting import edited

    for label in labels:
        menu, setting = opened(label)
        session = Session(menu, setting, lambda message: None)
        fields = form(setting, menu)[2]["fields"]
        field = next(each for each in fields if each["kind"] == "range")
        settings = [
            edited(setting, menu, f"model:{label}", field["name"], float(value))
            for value in np.linspace(0.3, 0.7, REPEATS + 1) * (field["to"] - field["from"]) + field["from"]
            if not field["integer"]
        ]
        times = []
        for each in settings:
            start = process_time()
            session._curves(each, {})
            times.append(1000 * (process_time() - start))
        print(
            f"  {label:10} {field['name']}: " + (f"median {np.median(times[1:]):.0f} ms" if times else "whole numbers")
        )


def main() -> None:
    """Print all times."""
    labels = sys.argv[1:] or MODELS
    print(f"Load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    in_browser(labels)
    print("Processor time of the curves of one redraw, 1,000 lists, with people")
    computed(labels)
    print(f"Load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
