"""Farrell, Hurlstone & Lewandowsky (2013): people fill in after a skipped item; do models of serial recall?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import criteria_figure
from memsim.core.model import MemoryModel
from memsim.data import load_summary
from memsim.data.registered import DATASETS
from memsim.models import CMR, CRU, TCM, Chaining, Perturbation, Primacy, StartEnd
from memsim.paradigms import SerialRecall
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import HumanData, Kind, Prediction
from memsim.reproductions.recall.beside_people import predicted
from memsim.reproductions.serial.serial_signatures import Signatures, signatures
from memsim.reproductions.simulated_lists import recalls_of

LISTS = 10_000
TASK = SerialRecall()
PEOPLE = "farrell_lewandowsky2003"
SHOWN = ("dissimilar", "similar")
"""The conditions in the figure."""
MEDIAN, LEAST, MOST = 2.92, 0.75, 9.0
"""Ratio of fill-ins to infills after the first error of a list: median and range of 21 data sets."""
NEAR_LEAST, NEAR_MOST = 0.51, 0.82
"""Share of transpositions by one place: the range of the same data sets."""
DATA_SETS = HumanData(
    "21 data sets that Farrell, Hurlstone & Lewandowsky (2013) analysed",
    "computed by memsim's authors: the middle of their range, of which the tolerance reaches the ends",
)
FILLS_IN = Prediction(
    "Farrell, Hurlstone & Lewandowsky (2013): fill-ins are more frequent than infills; chaining predicts the reverse",
    "1 where the 95% interval of the ratio lies above 1, in people where the ratio does; for chaining, below 1",
)
MODELS: dict[str, MemoryModel[Any]] = {
    "Start-End": StartEnd(), "primacy": Primacy(), "perturbation": Perturbation(), "chaining": Chaining(),
    "chaining, open loop": Chaining(loop="open"), "TCM": TCM(), "CMR": CMR(), "CRU": CRU(),
}  # fmt: skip
_RATIO, _NEAR = "fill-ins over infills, as a power of 2", "transpositions by one place, share"
_LOCAL = "at its defaults nearly all errors are exchanges of neighbours; those of people reach further"
_CHAIN = "a chain goes on from the item just given, past the skipped one: the infill that people hardly make"
_FILLS = "an item that was passed over is the strongest of those left, so that it hardly ever infills"
KNOWN = {
    f"primacy: {_RATIO}": _FILLS,
    f"perturbation: {_RATIO}": "neighbours change places in pairs, so that an early item brings its neighbour next",
    **dict.fromkeys([f"chaining: {_RATIO}", f"chaining, open loop: {_RATIO}"], _CHAIN),
    **dict.fromkeys([f"{name}: {_NEAR}" for name in ("Start-End", "primacy", "perturbation")], _LOCAL),
    f"TCM: {_NEAR}": "fitted to free recall, in which transitions reach further than in serial recall",
}
"""By the name of a finding, why it is known not to come out."""


def _fill_in(seed: int) -> Outcome:
    found = {name: signatures(recalls_of(model, TASK, seed, LISTS)) for name, model in MODELS.items()}
    people = {
        condition: load_summary(PEOPLE, condition).set_index("statistic")["mean"]
        for condition in DATASETS.get(PEOPLE).conditions
    }
    shown = {f"people: fill-ins exceed infills, {name}": each["fill_in_ratio"] > 1 for name, each in people.items()}
    for name, each in found.items():
        if name.startswith("chaining"):
            shown[f"{name}: infills exceed fill-ins"] = each.fill_in_high < 1
        else:
            shown[f"{name}: fill-ins exceed infills"] = each.fill_in_low > 1
    findings = predicted(shown, FILLS_IN, KNOWN)
    for name, each in found.items():
        findings += _beside_data_sets(name, each)
    rows = [
        *({"label": f"people, {name}", "fill_in_ratio": each["fill_in_ratio"], "near": each["near"],
           "accuracy": each["accuracy"]} for name, each in people.items()),
        *({"label": name, **{field: getattr(each, field) for field in
           ("fill_in_ratio", "fill_in_low", "fill_in_high", "near", "accuracy")}} for name, each in found.items()),
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    return Outcome(
        findings,
        partial(criteria_figure, marked(people, found), "Serial recall: within the range of 21 data sets of people"),
        {"lists": LISTS, "task": TASK.values(), "models": {name: model.values() for name, model in MODELS.items()}},
        {"fill_in": table},
        statement=_statement(people, found),
    )


def _beside_data_sets(name: str, each: Signatures) -> list[Finding]:
    """The logarithm of the ratio, and the share of near transpositions, beside those of 21 data sets."""
    log_ratio = float(np.log2(each.fill_in_ratio)) if 0 < each.fill_in_ratio < np.inf else np.nan
    rows = (
        (f"{name}: {_RATIO}", log_ratio, float(np.log2(LEAST)), float(np.log2(MOST))),
        (f"{name}: {_NEAR}", each.near, NEAR_LEAST, NEAR_MOST),
    )
    return [
        Finding(quantity, (low + high) / 2, obtained, (high - low) / 2, DATA_SETS, KNOWN.get(quantity, ""))
        for quantity, obtained, low, high in rows
    ]


def marked(people: Mapping[str, pd.Series], found: Mapping[str, Signatures]) -> pd.DataFrame:
    """The numbers as :func:`memsim.analysis.figures.targets.criteria_figure` takes them; people are two conditions.

    The measures are columns, since there are two, and people and models are rows.
    """
    rows = []
    of_people = {f"people, {name} items": (people[name]["fill_in_ratio"], people[name]["near"]) for name in SHOWN}
    of_models = {name: (each.fill_in_ratio, each.near) for name, each in found.items()}
    for name, (ratio, near) in (of_people | of_models).items():
        for measure, value, low, high in (
            ("fill-ins over infills", ratio, LEAST, MOST),
            ("share of transpositions by one place", near, NEAR_LEAST, NEAR_MOST),
        ):
            label = f"{measure}, {low:.2f} to {high:.2f}"
            rows.append({"label": label, "criterion": name, "value": value, "passes": bool(low <= value <= high)})
    return pd.DataFrame(rows)


def _statement(people: dict[str, pd.Series], found: dict[str, Signatures]) -> str:
    ratios = [float(each["fill_in_ratio"]) for each in people.values()]
    said = "; ".join(f"{name} {each.fill_in_ratio:.2f}" for name, each in found.items())
    fewer = [name for name, each in found.items() if each.fill_in_high < 1]
    return (
        "Hypothesis: after an item is skipped, people next recall the skipped item (fill-in) more often than the item "
        "after the one they recalled (infill). Ratio of people in the six conditions of Farrell & Lewandowsky (2003): "
        f"{min(ratios):.2f} to {max(ratios):.2f}; median of 21 data sets {MEDIAN} ({LEAST} to {MOST}). Ratio of models "
        f"at their defaults: {said}. Models that infill: {', '.join(fewer) or 'none'}. The finding depends on the "
        "task: with open sets of items others report about as many of both."
    )


FARRELL2013 = Reproduction(
    "farrell2013", "Fill-in and infill after a skipped item, by models of serial recall",
    "Farrell, Hurlstone & Lewandowsky (2013); Surprenant et al. (2005); people: Farrell & Lewandowsky (2003), "
    "doi:10.1037/0278-7393.29.5.838",
    _fill_in,
    kinds=(Kind.PEOPLE, Kind.PREDICTION),
    waits_for=("the ratios that Farrell, Hurlstone & Lewandowsky (2013) print for each data set",),
)  # fmt: skip
