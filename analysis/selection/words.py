"""A comparison of models in a table and in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.selection.bayesian import Selection
from memsim.analysis.selection.criteria import ALL, Winners
from memsim.analysis.statistics.words import apa_number, apa_p
from memsim.core.errors import InputError


def comparison_table(
    held: pd.DataFrame | None = None,
    criteria: pd.DataFrame | None = None,
    selection: Selection | None = None,
    won: Winners | None = None,
) -> pd.DataFrame:
    """All that is known of each model in a row, the best first: by held-out likelihood, else by BIC, else by frequency.

    Parameters
    ----------
    held : from :func:`held_out`.
    criteria : from :func:`information_criteria`; the sums over units are taken.
    selection : from :func:`bayesian_model_selection`.
    won : from :func:`winners`.

    Returns
    -------
    DataFrame : ``model``, and the columns of each table that is there; those of criteria begin with ``fit_`` where both
        have them (``fit_log_likelihood, fit_n_events``). NaN where a table does not have the model, such as AIC of
        a network. ``omnibus_risk`` is of the whole selection, and the same in all its rows.

    Raises
    ------
    InputError : no table at all.
    """
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
        raise InputError("comparison_table: no table; give what held_out or information_criteria found, or both")
    models = list(dict.fromkeys(model for table in tables for model in table["model"]))
    joined = pd.concat([table.set_index("model") for table in tables], axis=1).reindex(models)
    return joined.rename_axis("model").reset_index()


def selection_in_words(
    held: pd.DataFrame | None = None,
    criteria: pd.DataFrame | None = None,
    selection: Selection | None = None,
    won: Winners | None = None,
) -> list[str]:
    """A comparison of models in plain sentences; for the parameters see :func:`comparison_table`."""
    if held is None and criteria is None and selection is None and won is None:
        raise InputError("selection_in_words: nothing to tell; give what held_out or information_criteria found")
    told = [] if held is None else _held_out_in_words(held)
    if won is not None:
        n, ties = len(won.per_subject), int(won.per_subject["tied"].sum())
        counts = won.counts.sort_values("won", ascending=False, kind="stable")
        parts = ", ".join(f"{row.model} {row.won}" for row in counts.itertuples())
        told.append(f"Best for each of {_counted(n, 'subject')}: {parts}" + (f"; {ties} tied." if ties else "."))
    if selection is not None:
        first = selection.table.loc[selection.table["protected_exceedance"].idxmax()]
        told.append(
            f"By random-effects Bayesian model selection {first['model']} is the most frequent model: expected "
            f"frequency {apa_number(first['frequency'], 2, True)}, exceedance probability "
            f"{_probability(first['exceedance'])}, protected {_probability(first['protected_exceedance'])}. The "
            f"probability that all models are equally frequent is {_probability(selection.omnibus_risk)}."
        )
    if criteria is not None:
        summed = criteria[criteria["unit"] == ALL]
        n = len(criteria["unit"].unique()) - 1
        for name, label in (("aic", "AIC"), ("bic", "BIC")):
            ranked = summed.sort_values(name, kind="stable")
            first = ranked.iloc[0]
            summing = f", summed over {n:,} units," if n > 1 else ""
            said = f"{label}{summing} is lowest for {first['model']} ({first[name]:.1f}"
            said += f", weight {_probability(first[f'weight_{name}'])})"
            if len(ranked) > 1:
                second = ranked.iloc[1]
                said += f"; next is {second['model']}, higher by {second[f'delta_{name}']:.1f}"
            told.append(said + ".")
    return told


def _held_out_in_words(held: pd.DataFrame) -> list[str]:
    best = held[held["model"] == held["best"]].iloc[0]
    n_lists, n_subjects = _counted(best["n_lists"], "list"), _counted(best["n_subjects"], "subject")
    told = [
        f"{best['model']} predicts held-out lists best: log-likelihood {apa_number(best['per_list'])} per list, "
        f"{apa_number(best['per_event'], 3)} per event ({n_lists} of {n_subjects})."
    ]
    if best["over"] == "lists":
        told.append("There is one subject, so that intervals and tests are over lists and hold for this subject only.")
    rows = held.to_dict("records")
    for role in ("best", "baseline") if "baseline" in held else ("best",):
        told += [_difference_in_words(row, role) for row in rows if row["model"] != row[role]]
    told += [
        f"{row['model']} holds {row['impossible']:,} of {n_lists} impossible (log-likelihood -inf): it predicts none "
        "of them, and has no finite mean."
        for row in rows
        if row["impossible"]
    ]
    return told


def _difference_in_words(row: dict[Any, Any], role: str) -> str:
    """The difference of a model from the best, or from the baseline, with its test."""
    model, other, name = row["model"], row[role], f"from_{role}"
    if row["reference"]:
        model = f"{model} (a reference, no model)"
    difference = row[name]
    if not np.isfinite(difference):
        return f"{model} has no finite difference from {other}."
    sign = "better" if difference > 0 else "worse"
    over = row["over"] if row[f"n_{row['over']}"] != 1 else row["over"].removesuffix("s")
    better = f"better in {row[f'{name}_better']} of {row['n_' + row['over']]:,} {over}"
    if np.isnan(row[f"{name}_t"]):
        return f"{model} is {sign} than {other} by {abs(difference):.2f} per list, {better}; there is no test."
    said = f"is {sign} than" if row[f"{name}_p"] < 1 - row["confidence"] else "does not differ reliably from"
    interval = f"[{apa_number(row[f'{name}_low'])}, {apa_number(row[f'{name}_high'])}]"
    test = f"t({row['n_' + row['over']] - 1}) = {apa_number(row[f'{name}_t'])}, {apa_p(row[f'{name}_p'])}"
    sure = f"{100 * row['confidence']:g}% CI {interval}"
    return f"{model} {said} {other}: {apa_number(difference)} per list, {sure}, {test}; {better}."


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _probability(p: float) -> str:
    """Three digits, but never 0 or 1 for what is neither."""
    return "< .001" if 0 < p < 0.0005 else "> .999" if 0.9995 <= p < 1 else apa_number(p, 3, True)
