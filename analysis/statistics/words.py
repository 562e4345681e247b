"""Tests in sentences, with numbers in the style of the American Psychological Association."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from memsim.analysis.numeric_columns import with_numbers
from memsim.core.errors import InputError

NAMES = {"holm": " (Holm)", "bonferroni": " (Bonferroni)", "fdr_bh": " (Benjamini-Hochberg)", "none": ""}
"""How a corrected p is marked."""
NUMBERS = (
    "mean_a", "mean_b", "difference", "low", "high", "margin_low", "margin_high", "statistic", "t_low", "t_high", "df",
    "p", "p_low", "p_high", "p_corrected", "p_difference", "effect", "effect_low", "effect_high", "n_a", "n_b",
    "dropped", "confidence",
)  # fmt: skip
"""Columns of these tables that hold numbers."""


def in_words(table: pd.DataFrame, what: str | None = None) -> list[str]:
    """A table of :func:`memsim.analysis.contrast` or :func:`memsim.analysis.equivalence` in sentences, one per row.

    Parameters
    ----------
    table : the table.
    what : the name of the value, such as ``"Recency"``; the name of its column if not given.

    Returns
    -------
    list of str : the means, the difference with its interval, the test and the effect size; where there is no test, the
        reason; and the number of subjects left out. Numbers have no zero before the point if the means, the difference
        and its interval lie in [-1, 1], as those of probabilities do.

    Raises
    ------
    InputError : the table is not from one of these functions.
    """
    if not isinstance(table, pd.DataFrame) or not {"a", "b", "df", "n_a", "value", "correction"} <= set(table):
        raise InputError("in_words: this is not a table of contrast or equivalence; give what one of them returned")
    table = with_numbers(table, NUMBERS, "in_words", infinite=True)
    sentences = []
    for row in table.to_dict("records"):
        name = what or str(row["value"])
        if np.isnan(row["df"]):
            sentence = _no_test(row, name)
        else:
            sentence = _equivalence(row, name) if "verdict" in row else _contrast(row, name)
        sentences.append(sentence + _left_out(row["dropped"]))
    return sentences


def apa_number(x: float, digits: int = 2, bounded: bool = False) -> str:
    """``x`` rounded; without the zero before the point if ``bounded``, as for numbers that cannot exceed 1."""
    if np.isnan(x):
        return "undefined"
    text = f"{x:.{digits}f}"
    if not float(text):
        text = text.lstrip("-")
    return text.replace("0.", ".", 1) if bounded and text.lstrip("-").startswith("0.") else text


def apa_p(p: float) -> str:
    """``p`` as ``p = .012``, and ``p < .001`` below that."""
    return "p < .001" if p < 0.001 else f"p = {apa_number(p, 3, bounded=True)}"


def listed(names: Sequence[object]) -> str:
    """``A``, ``A and B``, or ``A, B and C``."""
    *before, last = map(str, names)
    return f"{', '.join(before)} and {last}" if before else last


def _no_test(row: Mapping[Any, Any], what: str) -> str:
    few = [f"{row['n_' + side]} in {row[side]}" for side in ("a", "b") if row["n_" + side] < 2]
    reason = f"a test needs two subjects, and there is {listed(few)}" if few else "the values do not vary"
    return f"{what}: there is no test of {row['a']} against {row['b']}, since {reason}."


def _left_out(dropped: int) -> str:
    if not dropped:
        return ""
    return f" {dropped} {'subjects were' if dropped > 1 else 'subject was'} left out for a missing value."


def _parts(row: Mapping[Any, Any], percent: float) -> tuple[str, str, str]:
    """Both means, and the difference with its interval, with a third digit if the interval is narrow."""
    numbers = [row[name] for name in ("mean_a", "mean_b", "difference", "low", "high")]
    bounded = max(map(abs, numbers)) <= 1
    digits = 2 if row["high"] - row["low"] >= 0.02 else 3
    mean_a, mean_b, difference, low, high = (apa_number(number, digits, bounded) for number in numbers)
    return mean_a, mean_b, f"difference {difference}, {percent:g}% CI [{low}, {high}]"


def _df(df: float) -> str:
    return f"{df:.1f}".removesuffix(".0")


def _contrast(row: Mapping[Any, Any], what: str) -> str:
    mean_a, mean_b, difference = _parts(row, 100 * row["confidence"])
    a, b = row["a"], row["b"]
    if row["p_corrected"] < 1 - row["confidence"]:
        claim = f"{what} was {'higher' if row['difference'] > 0 else 'lower'} in {a} ({mean_a}) than in {b} ({mean_b})"
    else:
        claim = f"{what} did not differ detectably between {a} ({mean_a}) and {b} ({mean_b})"
    effect = f"{row['effect_kind']} = {apa_number(row['effect'])}"
    if not np.isnan(row["effect_low"]):
        effect += f" [{apa_number(row['effect_low'])}, {apa_number(row['effect_high'])}]"
    test = f"t({_df(row['df'])}) = {apa_number(row['statistic'])}"
    return f"{claim}: {difference}, {test}, {apa_p(row['p_corrected'])}{NAMES[row['correction']]}, {effect}."


def _equivalence(row: Mapping[Any, Any], what: str) -> str:
    mean_a, mean_b, difference = _parts(row, 100 * (2 * row["confidence"] - 1))
    bounded = max(-row["margin_low"], row["margin_high"]) <= 1
    low, high = (apa_number(row[name], 3, bounded).rstrip("0").rstrip(".") for name in ("margin_low", "margin_high"))
    pair = f"{row['a']} ({mean_a}) and {row['b']} ({mean_b})"
    claim = {
        "equivalent": f"{what} was equivalent in {pair}, within [{low}, {high}]",
        "different": f"{what} differed between {pair}, and was not shown to be equivalent within [{low}, {high}]",
        "undecided": f"{what} was shown neither to differ between {pair} nor to be equivalent within [{low}, {high}]",
    }[row["verdict"]]
    # The test with the larger p decides.
    t = row["t_low"] if row["p_low"] >= row["p_high"] else row["t_high"]
    test = f"TOST t({_df(row['df'])}) = {apa_number(t)}, {apa_p(row['p_corrected'])}"
    return (
        f"{claim}: {difference}, {test}{NAMES[row['correction']]}; difference from zero {apa_p(row['p_difference'])}."
    )
