"""A model that is written in a cell is one like any other: fitted in processes, compared, recovered, kept."""

import re
from pathlib import Path

import pytest

import memsim
from tests.notebooks.running import WIDGET, kinds, run_cells, text_of

pytestmark = pytest.mark.filterwarnings("default")
"""Libraries of notebooks warn of one another."""

MODEL = Path(memsim.__file__).parents[1] / "examples" / "new_model.py"


def cells_of_model() -> list[str]:
    """A helper, and a model that uses it."""
    code = MODEL.read_text().replace("class Strength", "class Mine")
    used = code.replace("*= self.retention\n", "*= helper(self.retention)\n")
    return ["SHIFT = 0.0\ndef helper(x):\n    return x + SHIFT", used]


def test_a_model_in_a_cell(tmp_path: Path) -> None:
    used = ("models import TCM", "paradigms import FreeRecall", "running.digests import digest")
    start = "\n".join(["import memsim", *(f"from memsim.{each}" for each in used)])
    fit = 'memsim.fit(Mine(), recalls, ["retention"], starts=2, workers=2, cache="cells", progress=True)'
    options = 'FreeRecall(list_length=4), ["retention"], simulations=2, n_trials=10, starts=1, workers=2'
    shown = run_cells(
        [
            start,
            *cells_of_model(),
            "recalls = memsim.simulate(TCM(), FreeRecall(list_length=5).trials(30, seed=1))\nrecalls",
            f"fitted = {fit}\nfitted",
            'memsim.register(Mine)\nfitted.save("fit.json")\nprint(memsim.Fit.load("fit.json").units == fitted.units)',
            f"memsim.recover(Mine(), {options})",
            'ran = memsim.run(["Mine"], FreeRecall(list_length=4), n_trials=50)\nran',
            "ran.figure()",
            "known = digest(Mine())\nSHIFT = 0.01\nprint(digest(Mine()) != known)",
            fit,
        ],
        tmp_path,
    )
    *_, recalls, fitted, loaded, recovered, ran, figure, changed, again = shown
    assert all({"text/plain", "text/html"} <= kinds(each) for each in (recalls, fitted, recovered, ran, again))
    assert WIDGET in kinds(fitted) and "image/png" in kinds(figure)
    assert text_of(loaded).strip() == text_of(changed).strip() == "True"
    assert not any("stderr" in kinds(each) for each in shown)
    # The helper was changed, so nothing that was kept is a result of the model that uses it.
    assert len(list((tmp_path / "cells").rglob("*.json"))) == 4


def test_classes_without_source_and_without_content(tmp_path: Path) -> None:
    *_, shown, again = run_cells(
        [
            "import threading\nimport memsim\nfrom memsim.running.digests import digest",
            *cells_of_model(),
            'exec("class Typed(Mine):\\n    def cue(self, state, cue):\\n        return super().cue(state, cue)")',
            "known = digest(Typed())\nimport pandas\nprint(digest(Typed()) == known)",
            "lock = threading.Lock()\nclass Locked(Mine):\n    def guard(self):\n        return lock",
            "locked = digest(Locked())",
            "print(digest(Locked()) == locked)",
        ],
        tmp_path,
    )
    said = " ".join(text_of(shown).split())
    assert re.search("MemsimWarning: Locked uses lock, whose content cannot be told .* for this session alone", said)
    assert text_of(again) == "True\n"
