"""The declaration of an analysis: its function, its axes, and the style of its figure."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, TypeVar, cast

from memsim.core.errors import InputError, ModelError
from memsim.core.flags import check_of_flags
from memsim.core.judgments import Judgments, Responses, require_judgments, require_responses
from memsim.core.names import closest
from memsim.core.prediction import PositionPrediction, Prediction
from memsim.core.recalls import Recalls, require_recalls
from memsim.core.repeated_items import DECLARATION, refusal_of_repeats
from memsim.core.study_order import DECLARATION as BY_STUDY_ORDER
from memsim.core.study_order import refusal_of_order

if TYPE_CHECKING:
    import pandas as pd

UNBOUNDED = (float("nan"), float("nan"))
TAKES_CUED_RECALL = "takes_cued_recall"
"""The attribute of the function of an analysis of recalls that takes recall in which each response has its own cue."""
RATES = "rates"
"""The attribute of the function of an analysis of judgments that says which ratings it takes (``Paradigm.rates``)."""
MADE_BY = "made_by"
"""The attribute of a data frame that names the function of an analysis which made it."""
Rates = Literal["oldness", "frequency"]

Options = ParamSpec("Options")
Result = TypeVar("Result")
OfRecalls = Callable[Concatenate[Recalls, Options], Result]
OfJudgments = Callable[Concatenate[Judgments, Options], Result]


def of_recalls(
    *, takes_repeated_items: bool, takes_cued_recall: bool = False, by_study_order: bool = False
) -> Callable[[OfRecalls[Options, Result]], OfRecalls[Options, Result]]:
    """Declare a function as an analysis of recalls, its first argument; anything else is refused before any work.

    Parameters
    ----------
    takes_repeated_items : whether it handles lists that hold an item twice; if not, they are refused.
    takes_cued_recall : whether it handles recall in which each response has its own cue, so that the experimenter
        decides on the order of responses, and each item is asked for once or not at all; if not, it is refused.
    by_study_order : whether places in the list of study are its levels, so that recalls of people whose order of study
        is not known are refused.
    """

    def declared(function: OfRecalls[Options, Result]) -> OfRecalls[Options, Result]:
        check_flags = check_of_flags(function)

        @wraps(function)
        def checked(recalls: Recalls, *args: Options.args, **options: Options.kwargs) -> Result:
            require_recalls(recalls)
            _require_taken(checked, recalls)
            check_flags((recalls, *args), options)
            return _signed(function(recalls, *args, **options), function)

        declarations = {
            DECLARATION: takes_repeated_items, TAKES_CUED_RECALL: takes_cued_recall, BY_STUDY_ORDER: by_study_order,
        }  # fmt: skip
        for name, value in declarations.items():
            setattr(checked, name, value)
        return cast(OfRecalls[Options, Result], checked)

    return declared


def of_judgments(
    *, rates: Rates = "oldness", by_study_order: bool = False
) -> Callable[[OfJudgments[Options, Result]], OfJudgments[Options, Result]]:
    """Declare a function as an analysis of judgments, its first argument; anything else is refused before any work.

    Parameters
    ----------
    rates : what the ratings say that it takes: how surely a probe is old, or how often it was presented.
    by_study_order : as in :func:`of_recalls`.
    """

    def declared(function: OfJudgments[Options, Result]) -> OfJudgments[Options, Result]:
        check_flags = check_of_flags(function)

        @wraps(function)
        def checked(judgments: Judgments, *args: Options.args, **options: Options.kwargs) -> Result:
            require_judgments(judgments)
            _require_taken(checked, judgments)
            check_flags((judgments, *args), options)
            return _signed(function(judgments, *args, **options), function)

        for name, value in {DECLARATION: True, RATES: rates, BY_STUDY_ORDER: by_study_order}.items():
            setattr(checked, name, value)
        return cast(OfJudgments[Options, Result], checked)

    return declared


def _signed(result: Result, function: Callable[..., Any]) -> Result:
    """A data frame with the name of the function that made it, so that figures need not guess; else as it is."""
    if hasattr(result, "attrs"):
        result.attrs[MADE_BY] = function.__name__
    return result


def _require_taken(function: Callable[..., Any], responses: Responses) -> None:
    if reason := _refusal(function, responses):
        raise InputError(reason)


def _refusal(function: Callable[..., Any], responses: Responses) -> str:
    """Why the function of an analysis does not take these recalls or judgments, in one line; empty if it takes them."""
    task, name = responses.trials.paradigm, getattr(function, "__name__", "this analysis")
    if isinstance(responses, Recalls) and task.cued_by_item and not getattr(function, TAKES_CUED_RECALL, False):
        return (
            f"{name} is about the order of recall or all items of a list, and in {type(task).__name__} each response "
            "has a cue that the experimenter chose; cued_recall_by_position, cued_recall_by_lag and "
            "cued_recall_responses are for cued recall"
        )
    if isinstance(responses, Judgments) and (rates := getattr(function, RATES, task.rates)) != task.rates:
        fix = "judged_frequency is for judgments of frequency" if task.rates == "frequency" else (
            "hits_by_presentations has the rate of calling old by presentations"
        )  # fmt: skip
        return f"{name} is about ratings of {rates}, and {type(task).__name__} has ratings of {task.rates}; {fix}"
    return refusal_of_repeats(function, responses.trials) or refusal_of_order(function, responses)


@dataclass(frozen=True)
class Analysis:
    """An analysis, with everything that its tables and figures need.

    Parameters
    ----------
    function : ``module:name`` of a function that takes :class:`memsim.Recalls`, or judgments, and gives a tidy
        frame per subject. Its name is also the name of the analysis, in tables and for :func:`memsim.analysis.analyze`.
        Decorated with :func:`memsim.analysis.of_recalls` or ``of_judgments``, it says whether it takes lists that hold
        an item twice; without, it does not get them.
    title : the heading of its figure.
    x : the column along the horizontal axis; empty if there is one value for each subject.
    value : the column that is averaged over subjects.
    x_label, y_label : the labels of the axes.
    style : ``curve`` and ``lags`` are lines, ``lags`` with a gap at 0 and up to 5 in both directions; ``roc`` is a line
        of one mean against another, that of ``across``; ``categories`` are points at named places;
        ``index`` is a point for each model or people; ``heat`` is a matrix of ``series`` by ``x``; ``raster`` shows
        every response.
    series : a column whose values, if the frame has several, are drawn as a line each (in ``heat``, as a row each).
    across : a column whose mean over subjects is the place of a point along the horizontal axis, where every subject
        has another place; ``x`` then says which points belong together.
    first_label : the vertical label if the frame has only the first value of ``series``, which is the default.
    panels : a column whose values are drawn in a panel each, with separate axes.
    by_trial : the options that have a row for each trial, so that they are selected with the trials.
    whole : the analysis needs all lists of a subject, also those of other conditions; its argument ``rows`` says which
        of them count.
    of : what the analysis takes: recalls, or judgments. Where lists were recalled and then judged, both kinds apply.
    needs : the lists, probes or responses without which nothing is defined, in words.
    of_positions : the analysis is defined for a model that predicts positions without an order of recall.
    limits : the limits of the vertical axis; NaN leaves a limit to the data.
    """

    function: str
    title: str
    x: str = ""
    x_label: str = ""
    y_label: str = ""
    style: Literal["curve", "lags", "roc", "categories", "index", "heat", "raster"] = "curve"
    value: str = "prob"
    series: str = ""
    across: str = ""
    first_label: str = ""
    panels: str = ""
    by_trial: tuple[str, ...] = ()
    whole: bool = False
    needs: str = ""
    of_positions: bool = False
    of: Literal["recalls", "judgments"] = "recalls"
    limits: tuple[float, float] = (0.0, float("nan"))

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.partition(":")[2]

    @property
    def run(self) -> Callable[..., pd.DataFrame]:
        """The function, imported."""
        module, _, name = self.function.partition(":")
        try:
            return getattr(import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise ModelError(f"the analysis {self.function!r} cannot be loaded: {error}") from error

    @property
    def summary(self) -> str:
        """The first paragraph of the function's docstring, in one line."""
        return " ".join((self.run.__doc__ or "").partition("\n\n")[0].split())

    def label(self, frame: pd.DataFrame) -> str:
        """The vertical label of a figure of ``frame``."""
        first_alone = self.series not in frame or set(frame[self.series].dropna()) == {1}
        return self.first_label if self.first_label and first_alone else self.y_label

    def heading(self, label: str) -> str:
        """The title of a figure with this vertical label: where that says the first alone, the title does, too."""
        return self.first_label if self.first_label and label.split() == self.first_label.split() else self.title

    def frame(self, predicted: Prediction, **options: Any) -> pd.DataFrame:
        """The tidy frame for recalls or judgments, or a frame without subjects for a prediction of positions.

        Raises
        ------
        InputError : the analysis has no such option; it needs an order of recall and there is none; a list holds an
            item twice, which the analysis does not take; and as the function raises.
        """
        if isinstance(predicted, PositionPrediction):
            if reason := self.refusal(predicted):
                raise InputError(reason)
            import pandas as pd

            probability = predicted.probability
            return pd.DataFrame({self.x: range(1, len(probability) + 1), self.value: probability})
        require_responses(predicted)
        self.check_options(options)
        if reason := self.refusal(predicted):
            raise InputError(reason)
        return self.run(self.taken_from(predicted), **options)

    def taken_from(self, responses: Responses) -> Responses | None:
        """The recalls or judgments that the analysis takes, of these responses; ``None`` if it takes none of them."""
        if isinstance(responses, Judgments):
            return responses if self.of == "judgments" else responses.recalls
        return responses if self.of == "recalls" else None

    def refusal(self, predicted: Prediction) -> str:
        """Why the analysis takes neither this kind of prediction nor these lists; empty if it takes them."""
        if not isinstance(predicted, PositionPrediction):
            taken = self.taken_from(predicted)
            if taken is None:
                return (
                    f"{self.name} is an analysis of {self.of}, and {type(predicted.trials.paradigm).__name__} has none"
                )
            return _refusal(self.run, taken)
        if self.of_positions:
            return ""
        return f"{predicted.model} predicts which items are recalled, not their order, which {self.name} needs"

    @property
    def options(self) -> dict[str, inspect.Parameter]:
        """The options of the function, by name."""
        return dict(list(inspect.signature(self.run).parameters.items())[1:])

    def check_options(self, options: Iterable[str]) -> None:
        """Raise :class:`InputError` for an option that the analysis does not have, with the closest one."""
        for name in options:
            if name not in self.options:
                known = ", ".join(self.options) or "none"
                raise InputError(f"{self.name} has no option {name!r}{closest(name, self.options)} It has: {known}.")
