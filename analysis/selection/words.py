"""A comparison of models in a table and in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.numeric_columns import with_numbers
from memsim.analysis.selection.bayesian import Selection
from memsim.analysis.selection.criteria import ALL, CRITERIA
from memsim.analysis.selection.evidence import Winners
from memsim.analysis.statistics.tables import require_columns
from memsim.analysis.statistics.words import apa_number, apa_p, listed
from memsim.core.errors import InputError

NUMBERS = ("log_likelihood", "impossible", "confidence", *CRITERIA)
NUMBERS_BEGIN = ("n_", "per_", "from_", "delta_", "weight_")
"""Names, and beginnings of names, of columns of results that hold numbers."""


def comparison_table(
    held: pd.DataFrame | None = None,
    criteria: pd.DataFrame | None = None,
    selection: Selection | None = None,
    won: Winners | None = None,
) -> pd.DataFrame:
    """All results of each model in one row, by held-out likelihood, else by BIC, else by frequency, the best first.

    Parameters
    ----------
    held : from :func:`memsim.analysis.held_out`.
    criteria : from :func:`memsim.analysis.information_criteria`; the sums over units are taken.
    selection : from :func:`memsim.analysis.bayesian_model_selection`.
    won : from :func:`memsim.analysis.winners`.

    Returns
    -------
    DataFrame : ``model``, and the columns of each table that is given; columns of ``criteria`` that ``held`` has too
        begin with ``fit_`` (``fit_log_likelihood, fit_n_events``). A model that a table does not contain is NaN, such
        as the AIC of a network. ``omnibus_risk`` is that of the whole selection, the same in all its rows.

    Raises
    ------
    InputError : no table is given.
    """
    held, criteria = _read(held, "comparison_table"), _read(criteria, "comparison_table")
    tables = []
    if held is not None:
        tables.append(held)
    if criteria is not None:
        summed = criteria[criteria["unit"] == ALL].drop(columns="unit").sort_values("bic", kind="stable")
        tables.append(summed.rename(columns={"log_likelihood": "fit_log_likelihood", "n_events": "fit_n_events"}))
    if selection is not None:
        ranked = selection.table.sort_values("frequency", ascending=False, kind="stable")
        tables.append(ranked.assign(omnibus_risk=selection.omnibus_risk))
    if won is not None:
        tables.append(won.counts.sort_values("won", ascending=False, kind="stable"))
    if not tables:
        raise InputError("comparison_table: no table is given; give those of held_out or information_criteria, or both")
    models = list(dict.fromkeys(model for table in tables for model in table["model"]))
    joined = pd.concat([table.set_index("model") for table in tables], axis=1).reindex(models)
    return joined.rename_axis("model").reset_index()


def selection_in_words(
    held: pd.DataFrame | None = None,
    criteria: pd.DataFrame | None = None,
    selection: Selection | None = None,
    won: Winners | None = None,
) -> list[str]:
    """The results of a comparison of models in sentences.

    Parameters
    ----------
    held, criteria, selection, won : as in :func:`comparison_table`.

    Returns
    -------
    list of str : one sentence for each result.

    Raises
    ------
    InputError : no result is given.
    """
    if held is None and criteria is None and selection is None and won is None:
        raise InputError("selection_in_words: no result is given; give that of held_out or information_criteria")
    held, criteria = _read(held, "selection_in_words"), _read(criteria, "selection_in_words")
    sentences = [] if held is None else _held_out_in_words(held)
    if won is not None:
        n, ties = len(won.per_subject), int(won.per_subject["tied"].sum())
        counts = won.counts.sort_values("won", ascending=False, kind="stable")
        first, *others = counts.itertuples()
        parts = listed([f"{first.model} predicts {first.won} best", *(f"{row.model} {row.won}" for row in others)])
        tied = f"; the best models are tied in {ties}" if ties else ""
        sentences.append(f"Of {_counted(n, 'subject')}, {parts}{tied}.")
    if selection is not None:
        most = selection.table.loc[selection.table["protected_exceedance"].idxmax()]
        sentences.append(
            f"By random-effects Bayesian model selection, {most['model']} is the most frequent model: expected "
            f"frequency {apa_number(most['frequency'], 2, True)}, exceedance probability "
            f"{_probability(most['exceedance'])}, protected {_probability(most['protected_exceedance'])}. The "
            f"probability that all models are equally frequent is {_probability(selection.omnibus_risk)}."
        )
    if criteria is not None:
        summed = criteria[criteria["unit"] == ALL]
        n = len(criteria["unit"].unique()) - 1
        for name, label in (("aic", "AIC"), ("bic", "BIC")):
            ranked = summed.sort_values(name, kind="stable")
            lowest = ranked.iloc[0]
            summing = f", summed over {n:,} units," if n > 1 else ""
            sentence = f"{label}{summing} is lowest for {lowest['model']} ({lowest[name]:.1f}"
            sentence += f", weight {_probability(lowest[f'weight_{name}'])})"
            if len(ranked) > 1:
                second = ranked.iloc[1]
                sentence += f"; next is {second['model']}, higher by {second[f'delta_{name}']:.1f}"
            sentences.append(sentence + ".")
    return sentences


def _read(table: pd.DataFrame | None, who: str) -> pd.DataFrame | None:
    """A table of results with its numbers as such, also where it comes from a file of text."""
    if table is None:
        return None
    require_columns(table, ["model"], (), who)
    numeric = [name for name in table if name in NUMBERS or str(name).startswith(NUMBERS_BEGIN)]
    return with_numbers(table, numeric, who, infinite=True)


def _held_out_in_words(held: pd.DataFrame) -> list[str]:
    best = held[held["model"] == held["best"]].iloc[0]
    n_lists, n_subjects = _counted(best["n_lists"], "list"), _counted(best["n_subjects"], "subject")
    sentences = [
        f"{best['model']} predicts held-out lists best: log-likelihood {apa_number(best['per_list'])} per list, "
        f"{apa_number(best['per_event'], 3)} per event ({n_lists} of {n_subjects})."
    ]
    if best["over"] == "lists":
        sentences.append(
            "There is one subject, so that intervals and tests are over lists and hold for this subject only."
        )
    rows = held.to_dict("records")
    for role in ("best", "baseline") if "baseline" in held else ("best",):
        sentences += [_difference_in_words(row, role) for row in rows if row["model"] != row[role]]
    sentences += [
        f"Under {row['model']}, {row['impossible']:,} of {n_lists} are impossible (log-likelihood -inf), so its mean "
        "is not finite."
        for row in rows
        if row["impossible"]
    ]
    return sentences


def _difference_in_words(row: dict[Any, Any], role: str) -> str:
    """The difference of a model from the best, or from the baseline, with its test."""
    model, other, name = row["model"], row[role], f"from_{role}"
    if row["reference"]:
        model = f"{model} (a reference, not a model)"
    difference = row[name]
    if not np.isfinite(difference):
        return f"{model} has no finite difference from {other}."
    sign = "better" if difference > 0 else "worse"
    over = row["over"] if row[f"n_{row['over']}"] != 1 else row["over"].removesuffix("s")
    better = f"better in {row[f'{name}_better']} of {row['n_' + row['over']]:,} {over}"
    if np.isnan(row[f"{name}_t"]):
        return f"{model} is {sign} than {other} by {abs(difference):.2f} per list, {better}; there is no test."
    claim = f"is {sign} than" if row[f"{name}_p"] < 1 - row["confidence"] else "does not differ detectably from"
    interval = f"[{apa_number(row[f'{name}_low'])}, {apa_number(row[f'{name}_high'])}]"
    test = f"t({row['n_' + row['over']] - 1}) = {apa_number(row[f'{name}_t'])}, {apa_p(row[f'{name}_p'])}"
    interval_text = f"{100 * row['confidence']:g}% CI {interval}"
    return f"{model} {claim} {other}: {apa_number(difference)} per list, {interval_text}, {test}; {better}."


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _probability(p: float) -> str:
    """Three digits; a probability that is neither 0 nor 1 is never shown as such."""
    return "< .001" if 0 < p < 0.0005 else "> .999" if 0.9995 <= p < 1 else apa_number(p, 3, True)
