"""The log-likelihood of people's lists under the models of a setting, beside uniform choice."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from memsim.core.errors import MemsimError
from memsim.core.judgments import Judgments, Responses
from memsim.core.likelihood import likelihood_parts, sum_of
from memsim.core.model import MemoryModel
from memsim.core.position_model import Model
from memsim.explorer.menu import Menu
from memsim.explorer.setting import Setting

SAMPLES = 10
"""Study histories over which a sampled likelihood is averaged here, fewer than elsewhere."""
NO_LISTS = (
    "The curves of these people ship with memsim, and their lists do not, so that there is no likelihood of them; "
    "choose other people, or fetch the lists once with memsim.load_dataset."
)


class Scored(NamedTuple):
    """How well a model predicts the lists of people."""

    label: str
    per_list: float
    """Mean log-likelihood of a list, in nats; -inf where a list is impossible."""
    uniform: float
    """The same with a uniform choice among the answers that remain, and the stopping of the model."""
    possible: int
    """Lists that have a probability above zero."""
    n_lists: int
    note: str = ""
    """What is to be known of the number, or why there is none."""

    @property
    def above(self) -> float:
        """Nats per list above uniform choice."""
        return self.per_list - self.uniform


def scored(label: str, model: Model, responses: Responses) -> Scored:
    """Score one model; a model without a likelihood of these responses has a note instead of numbers.

    The baseline guesses among the answers that remain, each with the same probability (of judgments, among all
    ratings), and stops as the model does, so that the difference is what the model knows about which answer is given.
    """
    n_lists = len(responses)
    if not isinstance(model, MemoryModel):
        return Scored(label, np.nan, np.nan, 0, n_lists, "It predicts which items are recalled, and not their order.")
    try:
        own = likelihood_parts(model, responses, samples=SAMPLES)
        guessing = likelihood_parts(model.replace(list_lapse=1.0), responses, samples=1)
    except MemsimError as error:
        return Scored(label, np.nan, np.nan, 0, n_lists, str(error))
    total = sum_of(own)
    with np.errstate(invalid="ignore"):
        uniform = sum_of(own._replace(choice=guessing.choice))
    possible = int(np.isfinite(total).sum())
    notes = []
    if possible < n_lists:
        notes.append(
            f"{n_lists - possible:,} of {n_lists:,} lists are impossible; a lapse above 0 makes them possible."
        )
    if model.likelihood == "sampled":
        notes.append(f"It is averaged over {SAMPLES} study histories, and too low on average.")
    return Scored(label, float(total.mean()), float(uniform.mean()), possible, n_lists, " ".join(notes))


def table(rows: list[Scored], names: dict[str, str], people: str, responses: Responses) -> dict[str, Any]:
    """The rows as a table of text for a page, with a sentence that says the same."""
    unit = "trial" if isinstance(responses, Judgments) else "list"
    columns = ["Model", f"Nats per {unit}", "Uniform choice", "Above it", "Note"]
    body = [
        [names.get(row.label, row.label), _number(row.per_list), _number(row.uniform), _number(row.above, sign=True),
         row.note] for row in rows
    ]  # fmt: skip
    known = [row for row in rows if np.isfinite(row.above)]
    said = f"Log-likelihood of {len(responses):,} {unit}s of {people}."
    if known:
        best = max(known, key=lambda row: row.per_list)
        said += f" {best.label} predicts them best, with {_number(best.per_list)} nats per {unit}."
    return {"columns": columns, "rows": body, "words": said}


def _number(value: float, sign: bool = False) -> str:
    if np.isnan(value):
        return "–"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:{'+' if sign else ''}.3f}".replace("-", "−")


def of_setting(setting: Setting, menu: Menu, known: dict[Any, Scored]) -> dict[str, Any] | None:
    """The table of a setting; ``None`` without people. ``known`` keeps what was computed, and is added to."""
    if not setting.people:
        return None
    people = menu.people(setting.people)
    if people.recalls is None:
        return {"columns": [], "rows": [], "words": NO_LISTS}
    rows = []
    for label, model in setting.models:
        key = (label, model, setting.people)
        if key not in known:
            known[key] = scored(label, model, people.recalls)
        rows.append(known[key])
    return table(rows, {}, people.reference, people.recalls)
