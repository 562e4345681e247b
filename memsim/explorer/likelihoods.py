"""The log-likelihood of people's lists under the models of a setting, beside uniform choice."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from memsim.core.judgments import Judgments, Responses
from memsim.core.likelihood import likelihood_parts, sum_of
from memsim.core.model import MemoryModel
from memsim.core.position_model import Model
from memsim.explorer.menu import Menu
from memsim.explorer.setting import Setting

FIRST_PART, BUDGET = 400, 0.05
"""Lists that are scored at first, and seconds that a part should take."""
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


def joined(parts: list[Scored]) -> Scored:
    """The score of all lists, from scores of parts of them."""
    n_lists = sum(part.n_lists for part in parts)
    means = [sum(getattr(part, name) * part.n_lists for part in parts) / n_lists for name in ("per_list", "uniform")]
    possible = sum(part.possible for part in parts)
    return parts[0]._replace(per_list=means[0], uniform=means[1], possible=possible, n_lists=n_lists)


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
    except Exception as error:  # the code of a model may raise anything, and the others still have scores
        return Scored(label, np.nan, np.nan, 0, n_lists, str(error))
    total = sum_of(own)
    with np.errstate(invalid="ignore"):
        uniform = sum_of(own._replace(choice=guessing.choice))
    possible = int(np.isfinite(total).sum())
    sampled = f"It is averaged over {SAMPLES} study histories, and too low on average."
    note = sampled if model.likelihood == "sampled" else ""
    return Scored(label, float(total.mean()), float(uniform.mean()), possible, n_lists, note)


def in_parts(label: str, model: Model, responses: Responses, known: dict[Any, Scored]) -> Iterator[None]:
    """Score one model part by part, so that whoever asks can leave off in between; ``known`` keeps each part.

    A part is as many lists as are scored in some :data:`memsim.explorer.likelihoods.BUDGET` seconds.
    """
    first, size = 0, FIRST_PART
    while first < len(responses):
        key, start = (label, model, id(responses), first), perf_counter()
        if key not in known:
            known[key] = scored(label, model, responses[first : first + size])
            size = int(min(max(size * BUDGET / (perf_counter() - start), 50), 2 * size))
        first += known[key].n_lists
        yield


def of_parts(label: str, model: Model, responses: Responses, known: dict[Any, Scored]) -> Scored:
    """The score of all lists, of which :func:`memsim.explorer.likelihoods.in_parts` has scored each part."""
    parts, first = list[Scored](), 0
    while first < len(responses):
        parts.append(known[label, model, id(responses), first])
        first += parts[-1].n_lists
    return joined(parts)


def table(rows: list[Scored], names: dict[str, str], people: str, responses: Responses) -> dict[str, Any]:
    """The rows as a table of text for a page, with a sentence that says the same."""
    unit = "trial" if isinstance(responses, Judgments) else "list"
    columns = ["Model", f"Nats per {unit}", "Uniform choice", "Above it", "Note"]
    rows = [row._replace(note=f"{impossible(row)} {row.note}".strip()) for row in rows]
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


def impossible(row: Scored) -> str:
    """A sentence on the lists that the model gives no chance; empty if there are none."""
    if row.possible == row.n_lists or np.isnan(row.per_list):
        return ""
    count = f"{row.n_lists - row.possible:,} of {row.n_lists:,}"
    return f"{count} lists are impossible; a lapse above 0 makes them possible."


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
        for _ in in_parts(label, model, people.recalls, known):
            pass  # what was not scored yet
        rows.append(of_parts(label, model, people.recalls, known))
    return table(rows, {}, people.reference, people.recalls)
