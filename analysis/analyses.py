"""The analyses by name: what each gives, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from memsim.errors import InputError
from memsim.recalls import Recalls, require_recalls
from memsim.registry import ANALYSES

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Analysis:
    """An analysis, with what a figure of it needs to know.

    Parameters
    ----------
    function : ``module:name`` of what takes :class:`memsim.Recalls` and gives a tidy frame per subject.
    x : the column along the horizontal axis; empty where there is one value for each subject.
    value : the column that is averaged over subjects.
    x_label, y_label : of the axes.
    style : ``curve`` and ``lags`` are lines, ``lags`` broken at 0 and shown to 5 either way; ``categories`` are points
        at named places; ``index`` is a point for each source; ``heat`` is a matrix of ``series`` by ``x``;
        ``raster`` shows every response.
    series : a column whose values, where the frame has it, get a line each (a row each, in ``heat``).
    panels : a column whose values get a panel each, with an axis of its own.
    whole : the analysis needs all lists of a participant, also those of other conditions, and is told by ``rows``
        which count.
    limits : of the vertical axis; NaN where the data decide.
    """

    function: str
    x: str
    x_label: str
    y_label: str
    style: Literal["curve", "lags", "categories", "index", "heat", "raster"] = "curve"
    value: str = "prob"
    series: str = ""
    panels: str = ""
    whole: bool = False
    limits: tuple[float, float] = (0.0, float("nan"))

    @property
    def run(self) -> Callable[..., pd.DataFrame]:
        """The function, imported."""
        module, _, name = self.function.partition(":")
        return getattr(import_module(module), name)

    @property
    def summary(self) -> str:
        """The first paragraph of the function's docstring, in one line."""
        return " ".join((self.run.__doc__ or "").partition("\n\n")[0].split())


def analyze(
    recalls: Recalls | Mapping[str, Recalls], name: str, by: str | Sequence[str] = (), **options: Any
) -> pd.DataFrame:
    """Run an analysis by its name, on one source or several, for each condition.

    Parameters
    ----------
    recalls : of people or of a model; or several of them, by the names they are to have in tables and figures.
    name : of the analysis, in any case; ``memsim analyses`` lists them.
    by : conditions of the trials (see :attr:`memsim.Trials.conditions`); the analysis is run within each
        combination that occurs.
    options : those of the analysis.

    Returns
    -------
    DataFrame : that of the analysis, after the columns of ``by``, and first of all ``source`` where ``recalls`` has
        several. Its ``attrs`` say which analysis it is, and which sources are people, for :func:`memsim.analysis.plot`.

    Raises
    ------
    UnknownNameError, InputError : no such analysis, no such condition, no such option; or what the analysis raises.

    Examples
    --------
    >>> from memsim import load_dataset
    >>> analyze(load_dataset("morton2013"), "lag_crp").query("subject == 1 and lag == 1")["prob"].round(3).tolist()
    [0.114]
    """
    import pandas as pd

    name = ANALYSES.canonical(name)
    analysis = ANALYSES.get(name)
    by = [by] if isinstance(by, str) else list(by)
    sources = recalls if isinstance(recalls, Mapping) else {"": recalls}
    if not sources:
        raise InputError("analyze: no recalls are given")
    parts = []
    for source, of_source in sources.items():
        require_recalls(of_source)
        for labels, rows in _by_condition(of_source, by):
            part = of_source if analysis.whole or rows is None else of_source[rows]
            given = options if rows is None else {k: _at(v, rows, len(of_source)) for k, v in options.items()}
            if analysis.whole and rows is not None:
                given = {**given, "rows": np.isin(np.arange(len(of_source)), rows)}
            try:
                frame = analysis.run(part, **given)
            except TypeError as error:
                if "unexpected keyword" not in str(error):
                    raise
                raise InputError(f"analyze: {name}: {error}") from error
            if analysis.whole and rows is not None:
                frame = frame[frame["subject"].isin(np.unique(of_source.trials.subject[rows]))]
            named = {"source": source} if isinstance(recalls, Mapping) else {}
            taken = [column for column in by if column in ("source", *frame.columns)]
            if taken:
                raise InputError(
                    f"analyze: the condition {taken[0]!r} has the name of a column of {name}; give it another name"
                )
            for at, (column, label) in enumerate({**named, **dict(zip(by, labels, strict=True))}.items()):
                frame.insert(at, column, label)
            parts.append(frame)
    table = pd.concat(parts, ignore_index=True)
    people = [source for source, of_source in sources.items() if "model" not in of_source.provenance]
    table.attrs = {"analysis": name, "by": by, "people": people}
    return table


def _by_condition(recalls: Recalls, by: Sequence[str]) -> list[tuple[tuple[Any, ...], Any]]:
    """The rows of each combination of conditions that occurs, in the order in which they come first; None for all."""
    conditions = recalls.trials.conditions
    for name in by:
        if name not in conditions:
            has = ", ".join(conditions) or "none"
            raise InputError(
                f"analyze: by={name!r} is not a condition of these trials, which have {has}; "
                "Recalls.from_frame(..., conditions=[...]) reads them from columns"
            )
    if not by:
        return [((), None)]
    rows: dict[tuple[Any, ...], list[int]] = {}
    for row, labels in enumerate(zip(*(conditions[name].tolist() for name in by), strict=True)):
        # A missing label is not equal to itself, and would make every list a condition of its own.
        rows.setdefault(tuple(label if label == label else "missing" for label in labels), []).append(row)
    return [(labels, np.array(at)) for labels, at in rows.items()]


def _at(option: Any, rows: Any, n_trials: int) -> Any:
    """An option at ``rows``, if it has a row for each trial."""
    by_trial = not isinstance(option, str) and np.ndim(option) > 1 and len(option) == n_trials
    return np.asarray(option)[rows] if by_trial else option


_HERE = "memsim.analysis"
_OPEN = (float("nan"), float("nan"))

SERIAL_POSITION_CURVE = Analysis(
    f"{_HERE}.serial_position:serial_position_curve", "position", "Serial position", "Probability of recall",
    limits=(0.0, 1.0),
)  # fmt: skip
PROBABILITY_OF_NTH_RECALL = Analysis(
    f"{_HERE}.initiation:probability_of_nth_recall", "position", "Serial position", "Probability of nth recall",
    series="output",
)  # fmt: skip
LAG_CRP = Analysis(
    f"{_HERE}.transitions:lag_crp", "lag", "Lag", "Conditional response\nprobability", "lags", series="output"
)
LAG_CRP_COMPOUND = Analysis(
    f"{_HERE}.transitions:lag_crp_compound", "lag", "Lag", "Lag before", "heat", series="previous"
)
LAG_RANK = Analysis(f"{_HERE}.transitions:lag_rank", "", "", "Lag rank (temporal factor)", "index", "rank", "output",
                    limits=_OPEN)  # fmt: skip
DISTANCE_CRP = Analysis(
    f"{_HERE}.semantic:distance_crp", "center", "Distance between items", "Conditional response\nprobability"
)
DISTANCE_RANK = Analysis(f"{_HERE}.semantic:distance_rank", "", "", "Distance rank (semantic factor)", "index", "rank",
                         "output", limits=_OPEN)  # fmt: skip
CATEGORY_CRP = Analysis(f"{_HERE}.categories:category_crp", "", "", "Probability of staying in the category", "index",
                        limits=_OPEN)  # fmt: skip
CATEGORY_CLUSTERING = Analysis(
    f"{_HERE}.categories:category_clustering", "", "", "Adjusted ratio of clustering", "index", "arc", limits=_OPEN
)
ERROR_RATES = Analysis(f"{_HERE}.intrusions:error_rates", "kind", "", "Errors per list", "categories", "per_list",
                       whole=True)  # fmt: skip
PRIOR_LIST_INTRUSIONS = Analysis(
    f"{_HERE}.intrusions:prior_list_intrusions", "list_lag", "Lists ago", "Share of intrusions", whole=True
)
RESPONSE_LATENCY = Analysis(
    f"{_HERE}.latency:response_latency", "output", "Output position", "Inter-response time (s)", "curve", "latency",
    "recalled",
)  # fmt: skip
LATENCY_BY_LAG = Analysis(f"{_HERE}.latency:latency_by_lag", "lag", "Lag", "Inter-response time (s)", "lags", "latency")
STOPPING_PROBABILITY = Analysis(
    f"{_HERE}.stopping:stopping_probability", "recalled", "Responses given", "Probability of stopping",
    limits=(0.0, 1.0),
)  # fmt: skip
STOPPING_BY_TIME = Analysis(
    f"{_HERE}.stopping:stopping_by_time", "center", "Time of response (s)", "Probability that it is the last"
)
STOPPING_BY_RESPONSE = Analysis(
    f"{_HERE}.stopping:stopping_by_response", "response", "", "Probability that it is the last", "categories"
)
RECALL_RASTER = Analysis(
    f"{_HERE}.raster:recall_raster", "output", "Output position", "List", "raster", "position", limits=_OPEN
)
PRIMACY_INDEX = Analysis(f"{_HERE}.indices:primacy_index", "", "", "Primacy: edge less middle", "index", "difference",
                         limits=_OPEN)  # fmt: skip
RECENCY_INDEX = Analysis(f"{_HERE}.indices:recency_index", "", "", "Recency: edge less middle", "index", "difference",
                         limits=_OPEN)  # fmt: skip
EDGE_INDICES = Analysis(
    f"{_HERE}.indices:edge_indices", "end", "", "", "categories", "value", panels="definition", limits=_OPEN
)
REPETITION_EFFECT = Analysis(
    f"{_HERE}.spacing:repetition_effect", "presentations", "Presentations", "Probability of recall", limits=(0.0, 1.0)
)
SPACING_EFFECT = Analysis(
    f"{_HERE}.spacing:spacing_effect", "spacing", "Spacing (items between)", "Probability of recall", limits=(0.0, 1.0)
)
SERIAL_ACCURACY = Analysis(
    f"{_HERE}.serial_accuracy:serial_accuracy", "position", "Serial position", "Probability of recall in place",
    limits=(0.0, 1.0),
)  # fmt: skip
ERROR_TYPES = Analysis(
    f"{_HERE}.serial_errors:error_types", "output", "Output position", "Share of responses", panels="type"
)
TRANSPOSITION_GRADIENT = Analysis(
    f"{_HERE}.serial_errors:transposition_gradient", "displacement", "Displacement", "Response probability", "lags"
)
FILL_IN = Analysis(f"{_HERE}.serial_errors:fill_in", "", "", "Share of fill-ins", "index",
                   limits=(0.0, 1.0))  # fmt: skip
REPETITION_DISTANCE = Analysis(
    f"{_HERE}.serial_errors:repetition_distance", "distance", "Outputs between", "Share of repeats"
)
RELATIVE_ORDER = Analysis(f"{_HERE}.serial_errors:relative_order", "", "", "Adjacent responses in order", "index",
                          limits=_OPEN)  # fmt: skip
