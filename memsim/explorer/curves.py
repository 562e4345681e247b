"""The curves of a setting: those of models, simulated with the same random numbers each time, and those of people."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from time import perf_counter
from typing import Any, NamedTuple

import pandas as pd

from memsim.analysis.curves import points_of_curve
from memsim.analysis.declaration import Analysis
from memsim.analysis.points import held_by_enough, points_of_frame
from memsim.analysis.registered import curves_of
from memsim.core.errors import InputError
from memsim.core.position_model import Model, PositionModel
from memsim.core.prediction import predict
from memsim.core.trials import Trials
from memsim.experiments.people import People
from memsim.experiments.plan import Battery, model_in_task
from memsim.explorer.menu import Menu
from memsim.explorer.setting import Setting


class Points(NamedTuple):
    """The points of one curve of one model or of people, as they are drawn; ``None`` is a gap."""

    places: tuple[Any, ...]
    """The place of each point along the horizontal axis: a number, or the name of a level."""
    across: tuple[float | None, ...]
    """Where the point stands along that axis instead, in a ROC; empty elsewhere."""
    mean: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    y_label: str


ByCurve = dict[str, Points]
"""The points of each curve, by the name of its analysis."""
KEPT = 100
"""Results that are kept, so that what was seen before is there at once."""
BUDGET = 0.08
"""Seconds of simulation after which something should be on the page; slower models show fewer lists first."""
FEWEST_SHOWN = 40
"""Lists of a first, rough curve."""


class Curves:
    """Computes the points of curves, and keeps what it has computed."""

    def __init__(self, menu: Menu) -> None:
        self.menu = menu
        self._models: OrderedDict[Any, ByCurve] = OrderedDict()
        self._people: dict[str, ByCurve] = {}
        self._trials: OrderedDict[Any, Trials] = OrderedDict()
        self._pace: dict[tuple[str, type, int], float] = {}
        """Seconds for each list that a model of this class took."""

    def analyses(self, setting: Setting) -> dict[str, Analysis]:
        """The standard curves of the task, by name."""
        people = self._whom(setting)
        recalls = None if people is None else people.recalls
        return curves_of(setting.task, repeated_items=recalls is not None and bool(recalls.trials.repeated_items.any()))

    def of_people(self, setting: Setting) -> ByCurve:
        """The curves of the people, of whom only means may be known; none without people."""
        people = self._whom(setting)
        if people is None:
            return {}
        if people.label not in self._people:
            known = {name: points_of_curve(people.curves, each) for name, each in self.analyses(setting).items()}
            self._people[people.label] = {
                name: drawn(points, self.analyses(setting)[name]) for name, points in known.items() if len(points)
            }
        return self._people[people.label]

    def of_model(self, setting: Setting, label: str, n_trials: int | None = None) -> ByCurve:
        """The curves of one model: those of :func:`memsim.run` with the same lists and seed.

        ``n_trials`` : fewer lists than the setting asks for, for a first look.

        Raises
        ------
        MemsimError : as :func:`memsim.run` raises.
        """
        if n_trials is not None:
            setting = replace(setting, n_trials=n_trials, trial=1)
        model = setting.by_label[label]
        key = (model, setting.task, setting.people, setting.n_trials, setting.seed)
        if key in self._models:
            self._models.move_to_end(key)
            return self._models[key]
        found = self._models[key] = self._simulated(setting, label, model)
        if len(self._models) > KEPT:
            self._models.popitem(last=False)
        return found

    def _simulated(self, setting: Setting, label: str, model: Model) -> ByCurve:
        battery = Battery.of_one_task(
            {label: model}, setting.task, self._whom(setting), n_trials=setting.n_trials, seed=setting.seed
        )
        model = model_in_task(battery.models[0], battery.tasks[0], None).model
        trials = self._drawn(setting, battery)
        start = perf_counter()
        predicted = predict(model, trials, setting.seed)
        self._pace[_pace_key(model, setting)] = (perf_counter() - start) / setting.n_trials
        found = {}
        for name, analysis in self.analyses(setting).items():
            try:
                frame = analysis.frame(predicted)
            except InputError:  # the model has no account of this curve, such as one that predicts positions alone
                continue
            order = {place: at for at, place in enumerate(frame[analysis.x].unique())}
            points = points_of_frame(frame, analysis.x, analysis.value, across=analysis.across)
            points = points.sort_values(analysis.x, key=lambda places, order=order: places.map(order))
            found[name] = drawn(points, analysis)
        return found

    def lists_of(self, setting: Setting) -> Trials:
        """The lists that each model studies."""
        battery = Battery.of_one_task(
            dict(setting.models), setting.task, self._whom(setting), n_trials=setting.n_trials, seed=setting.seed
        )
        return self._drawn(setting, battery)

    def _drawn(self, setting: Setting, battery: Battery) -> Trials:
        key = (setting.task, setting.people, setting.n_trials, setting.seed)
        if key not in self._trials:
            lists = battery.tasks[0].lists
            draw = setting.task.trials if lists is None else lists.similar
            self._trials[key] = draw(setting.n_trials, setting.seed, subjects=battery.n_subjects)
            if len(self._trials) > KEPT // 10:
                self._trials.popitem(last=False)
        return self._trials[key]

    def first_look(self, setting: Setting, label: str) -> int:
        """How many lists to simulate first, so that a curve of this model is there at once; all where it is fast."""
        model = setting.by_label[label]
        key = (model, setting.task, setting.people, setting.n_trials, setting.seed)
        if key in self._models or isinstance(model, PositionModel):
            return setting.n_trials
        pace = self._pace.get(_pace_key(model, setting))
        within = FEWEST_SHOWN if pace is None else int(BUDGET / pace)
        if within >= setting.n_trials / 2:  # what is left would hardly be quicker
            return setting.n_trials
        return min(max(within, FEWEST_SHOWN), setting.n_trials)

    def _whom(self, setting: Setting) -> People | None:
        return self.menu.people(setting.people) if setting.people else None


def _pace_key(model: Model, setting: Setting) -> tuple[str, type, int]:
    return f"{type(model).__name__} {getattr(model, 'label', '')}", type(setting.task), setting.task.list_length


def drawn(points: pd.DataFrame, analysis: Analysis) -> Points:
    """The points that figures of memsim show: lags near 0 with a gap there, and what enough people have."""
    from memsim.analysis.figures.style import near_lags

    shown = near_lags(points, analysis.x) if analysis.style == "lags" else points[held_by_enough(points, analysis)]
    across = analysis.across if analysis.style == "roc" and analysis.across in shown else ""
    mean, low, high = (_numbers(shown[name]) for name in ("mean", "low", "high"))
    places, y_label = tuple(shown[analysis.x].tolist()), " ".join(analysis.label(points).split())
    return Points(places, _numbers(shown[across]) if across else (), mean, low, high, y_label)


def _numbers(values: pd.Series) -> tuple[float | None, ...]:
    """The values, rounded to what a screen shows."""
    return tuple(None if value != value else round(value, 5) for value in values.astype(float).tolist())
