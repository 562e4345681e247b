"""Trials: study lists, and the paradigm that presents them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np

from memsim.core.arrays import (
    NOT_GIVEN,
    BoolArray,
    FloatArray,
    IntArray,
    LabelArray,
    checked_rows,
    frozen,
    has_repeats,
    index_matrix,
    label_vector,
    missing,
    not_whole,
)
from memsim.core.errors import InputError
from memsim.core.events import BY_ITEM, Distract, Event, Probe, Recall, Study, StudyPair
from memsim.core.frozen import says_what_it_has
from memsim.core.html_summary import ROWS, Table, html_of
from memsim.core.items import ItemPool, pool_of
from memsim.core.limits import LIST_LENGTH, LIST_PAIRS, SECONDS, require_counts, require_seed
from memsim.core.names import by_label, in_short, shown
from memsim.core.parameters import Parameterized, parameter
from memsim.core.probes import ABSENT, ProbeBatch, Probes, last_presentations, units_of_probes
from memsim.core.seeding import stream


@dataclass(frozen=True)
class Paradigm(Parameterized, ABC):
    """A task: how a list is presented, and what a response means.

    A further task derives from this class, defines ``cue`` and ``silence_ends``, and overrides :meth:`presentation` or
    :meth:`events` if its events come in another order.
    """

    cue: ClassVar[str]
    """The cue with which recall begins; the model receives it: ``"free"``, ``"forward"``, ... ``"item"`` where each
    response has an item as its own cue; ``""`` if nothing is recalled."""
    silence_ends: ClassVar[bool]
    """Whether recall ends when there is no response (free recall); if not, no response is an omission."""
    judged: ClassVar[str] = ""
    """What is judged in this task, ``"item"`` or ``"pair"``; ``""`` if nothing is."""
    rates: ClassVar[Literal["oldness", "frequency"]] = "oldness"
    """What a rating says: how surely the probe is old, or how often it was presented."""
    told_by_record: ClassVar[bool] = True
    """Whether :meth:`of_record` can make the task of a record; if not, readers of files take the task itself."""

    list_length: int = parameter(20, 1, LIST_LENGTH, unit="items", symbol="L", doc="items in a list")
    presentation_time: float = parameter(1.0, 0, SECONDS, unit="s", doc="time for each item")
    inter_item_distraction: float = parameter(
        0.0, 0, SECONDS, unit="s", symbol="IPI", doc="filled distraction between one item and the next"
    )
    retention_interval: float = parameter(
        0.0, 0, SECONDS, unit="s", symbol="RI", doc="filled distraction between the last item and the test"
    )
    initial_distraction: float = parameter(0.0, 0, SECONDS, unit="s", doc="filled distraction before the first item")

    @property
    @abstractmethod
    def response_limit(self) -> int | None:
        """The largest number of responses in the record of a trial; ``None`` if there is no limit."""

    @property
    def due(self) -> IntArray | None:
        """(n_outputs,) 0-based serial position that is correct at each output; ``None`` if any order is correct."""
        return None

    @property
    def forced(self) -> bool:
        """Whether every response must be an item not yet recalled, so that there are no omissions and no repeats."""
        return False

    @property
    def cued_by_item(self) -> bool:
        """Whether each response has an item as its own cue. An item may then be given again, to another cue."""
        return self.cue == BY_ITEM

    @property
    def presentation_times(self) -> FloatArray:
        """(list_length,) seconds for which each serial position is presented."""
        return np.full(self.list_length, self.presentation_time)

    @property
    def varies_study_time(self) -> bool:
        """Whether items are presented for other times than ``presentation_time``, as where some are to be strong."""
        return bool((self.presentation_times != self.presentation_time).any())

    @property
    def asks_about_lists(self) -> bool:
        """Whether probes ask about one list among several."""
        return False

    @property
    def max_responses(self) -> int:
        """The response limit; without one, twice the list length, since a model might never stop."""
        return 2 * self.list_length if self.response_limit is None else self.response_limit

    @property
    def has_distraction(self) -> bool:
        """Whether there is distraction anywhere before the test."""
        return any(isinstance(event, Distract) for event in self.presentation())

    @cached_property
    def studies_pairs(self) -> bool:
        """Whether items are studied in pairs."""
        return any(isinstance(event, StudyPair) for event in self.presentation())

    @property
    def n_probes(self) -> int:
        """The number of probes in a trial: items that are judged, or that each cue a response."""
        return 0

    @property
    def n_ratings(self) -> int:
        """The number of ratings for a judgment, from 1, sure new, to the last, sure old; 0 if nothing is judged."""
        return 0

    @property
    def list_of_position(self) -> IntArray:
        """(list_length,) number of the list, from 0, in which each position is studied, where a trial has several."""
        return np.zeros(self.list_length, dtype=np.int32)

    def events(self) -> Iterator[Event]:
        """All events of a trial, in order."""
        yield from self.presentation()
        if self.cue:
            yield Recall(self.cue)
        if self.judged:
            yield from map(Probe, range(self.n_probes))

    def presentation(self) -> Iterator[Study | StudyPair | Distract]:
        """The events of a trial before the test, in order."""
        if self.initial_distraction:
            yield Distract(self.initial_distraction)
        for position in range(self.list_length):
            if position and self.inter_item_distraction:
                yield Distract(self.inter_item_distraction)
            yield Study(position)
        if self.retention_interval:
            yield Distract(self.retention_interval)

    def trials(self, n_trials: int, seed: int = 0, *, pool: ItemPool | None = None, subjects: int = 1) -> Trials:
        """Random study lists, no item twice in a list.

        Parameters
        ----------
        n_trials : number of lists, divided among the participants in consecutive blocks.
        seed : the same seed draws the same lists.
        pool : the items from which lists are drawn; by default 1,000 numbered items (more for longer lists).
        subjects : number of simulated participants, numbered from 1.

        Raises
        ------
        InputError : a number that is not a whole number above 0, or a pool smaller than a list.
        """
        self.require_size(n_trials, subjects)
        pool = pool_of(pool, self.list_length)
        items = pool.draw_lists(n_trials, self.list_length, stream(seed, "lists"))
        return Trials(items, pool, self, in_blocks(n_trials, subjects), seed=seed)

    def require_size(self, n_trials: int, subjects: int) -> None:
        """Raise :class:`InputError` unless so many lists can be drawn."""
        require_counts(f"{type(self).__name__}.trials", n_trials=n_trials, subjects=subjects)
        if n_trials * self.list_length * max(self.list_length, self.n_probes) > LIST_PAIRS:
            raise InputError(
                f"{type(self).__name__}.trials: {n_trials:,} lists of {self.list_length:,} items are too many for the "
                f"memory of a model (lists times list length squared above {LIST_PAIRS:,}); draw fewer, or shorter ones"
            )

    @classmethod
    def of_record(cls, list_length: int, n_probes: int, n_targets: int, n_ratings: int) -> Self:
        """The task of a record that holds no more of it than these numbers.

        Parameters
        ----------
        list_length : items in each list.
        n_probes : the largest number of probes in a trial.
        n_targets : the largest number of probes in a trial whose items had all been studied.
        n_ratings : ratings of the scale, 0 if nothing is judged.

        Raises
        ------
        InputError : this task does not follow from them; give the task itself.
        """
        task = cls(list_length=list_length)
        if task.n_probes != n_probes or task.n_ratings != n_ratings:
            raise InputError(
                f"a record of {n_probes} probes and {n_ratings} ratings does not say which {cls.__name__} it is of; "
                f"give the task itself, as paradigm={cls.__name__}(...)"
            )
        return task


def in_blocks(n_trials: int, subjects: int) -> LabelArray:
    """(n_trials,) numbers of participants, from 1, among whom the lists are divided in consecutive blocks."""
    return np.arange(n_trials) * min(subjects, n_trials) // n_trials + 1


@says_what_it_has
@dataclass(frozen=True, eq=False, repr=False)
class Trials:
    """Study lists of one length, with the paradigm that presents them. Frozen.

    Parameters
    ----------
    items : (n_trials, list_length) pool indices (0-based) in the order of study; an item may occur more than once.
    pool : the items to which the indices refer.
    paradigm : the task with its timing; its ``list_length`` must be that of ``items``.
    subject : (n_trials,) label of the participant; all lists are of participant 1 if not given.
    list : (n_trials,) label of the list within its participant; numbered from 1 if not given.
    seed : the seed that drew the lists, if they were drawn at random.
    source : (n_trials, list_length) code, from 0, of the source in which each item was studied (encoding task or
        modality), for models that represent sources; ``None`` if the experiment has none.
    conditions : (n_trials,) labels by the name of what was varied between lists, for analyses by condition.
    session : (n_trials,) label of the session (the visit of a participant) in which the list was studied; ``None`` if
        sessions are not known. Labels of lists stay unique within a participant, through all sessions.
    categories : (n_trials, list_length) category of each item in its list, where an item can belong to different
        categories in different lists; ``None`` if the categories of the pool hold in all lists.
    probes : the items about which the test asks, in a task that has probes.

    Raises
    ------
    InputError : an index outside the pool, ragged lists, or labels, sources, conditions or probes that do not fit.
    """

    items: IntArray
    pool: ItemPool
    paradigm: Paradigm
    subject: LabelArray = NOT_GIVEN
    list: LabelArray = NOT_GIVEN
    seed: int | None = None
    source: IntArray | None = None
    conditions: Mapping[str, LabelArray] = field(default_factory=dict)
    session: LabelArray | None = None
    categories: LabelArray | None = None
    probes: Probes | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.pool, ItemPool) or not isinstance(self.paradigm, Paradigm):
            raise InputError(
                "Trials: expected (items, pool, paradigm) with memsim.ItemPool and a paradigm, got "
                f"{type(self.pool).__name__} and {type(self.paradigm).__name__}"
            )
        items = index_matrix(self.items, "Trials: items")
        n_trials, list_length = items.shape
        if list_length != self.paradigm.list_length:
            raise InputError(
                f"Trials: lists hold {list_length} items but {self.paradigm!r} presents {self.paradigm.list_length}"
            )
        outside = (items < 0) | (items >= len(self.pool))
        if outside.any():
            row, column = np.argwhere(outside)[0]
            raise InputError(
                f"Trials: items[{row}, {column}] is {items[row, column]}, "
                f"outside the pool of {len(self.pool)} items (indices start at 0)"
            )
        object.__setattr__(self, "items", items)
        subject = np.ones(n_trials, dtype=np.int64) if self.subject is None else self.subject
        object.__setattr__(self, "subject", _group_labels(subject, "subject", n_trials))
        if self.session is not None:
            object.__setattr__(self, "session", _group_labels(self.session, "session", n_trials))
        if self.categories is not None:
            shape = np.shape(np.asarray(self.categories, dtype=object))
            if shape != items.shape:
                raise InputError(f"Trials: categories has shape {shape}, expected that of items, {items.shape}")
            labels = label_vector(np.asarray(self.categories).ravel(), "Trials: categories", items.size)
            object.__setattr__(self, "categories", frozen(labels.reshape(items.shape)))
        number = self._number_lists() if self.list is None else self.list
        number = _group_labels(number, "list", n_trials)
        if number.dtype.kind == "f" and not_whole(number).any():
            row = int(np.argmax(not_whole(number)))
            raise InputError(f"Trials: the list of trial {row} is {number[row]}; lists have whole numbers, or text")
        object.__setattr__(self, "list", number)
        if self.source is not None:
            object.__setattr__(self, "source", self._checked_source())
        conditions = {
            name: label_vector(labels, f"Trials: condition {name!r}", n_trials)
            for name, labels in by_label(self.conditions, "Trials: conditions").items()
        }
        if "session" in conditions:
            raise InputError("Trials: the condition 'session' has a field of its own; give it as session=")
        object.__setattr__(self, "conditions", conditions)
        if self.seed is not None:
            require_seed(self.seed)
        self._check_probes()

    def _check_probes(self) -> None:
        wanted, task = self.paradigm.n_probes, type(self.paradigm).__name__
        if self.probes is None:
            if wanted:
                raise InputError(f"Trials: {task} has {wanted} probes in each trial; give them as probes=Probes(items)")
            return
        if not isinstance(self.probes, Probes):
            raise InputError(f"Trials: probes={shown(self.probes)} is no memsim.Probes; give Probes(items)")
        if self.probes.items.shape[:2] != (len(self), wanted):
            raise InputError(
                f"Trials: {len(self.probes)} rows of {self.probes.n_probes} probes for {len(self)} trials of {task}, "
                f"which has {wanted} in each"
            )
        if (self.probes.items >= len(self.pool)).any():
            row, probe, _ = np.argwhere(self.probes.items >= len(self.pool))[0]
            raise InputError(
                f"Trials: the probe {probe + 1} of trial {row} is {self.probes.items[row, probe].max()}, outside the "
                f"pool of {len(self.pool)} items (indices start at 0)"
            )
        if self.paradigm.judged and self.probes.items.shape[2] != 1 + (self.paradigm.judged == "pair"):
            raise InputError(f"Trials: {task} asks about each {self.paradigm.judged}; the probes have another form")

    def _checked_source(self) -> IntArray:
        source = index_matrix(self.source, "Trials: source")
        if source.shape != self.items.shape:
            raise InputError(f"Trials: source has shape {source.shape}, expected that of items, {self.items.shape}")
        if (source < 0).any():
            row, column = np.argwhere(source < 0)[0]
            raise InputError(f"Trials: source[{row}, {column}] is {source[row, column]}; codes start at 0")
        return source

    def _number_lists(self) -> LabelArray:
        codes = self.subject_codes
        order = np.argsort(codes, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(codes))))[:-1]
        number = np.empty(len(codes), dtype=np.int64)
        number[order] = np.arange(len(codes)) - starts[codes[order]] + 1
        return number

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        n = len(self.subjects)
        task = type(self.paradigm).__name__
        return f"Trials({task}: {len(self)} lists of {self.list_length}, {n} subject{'s' * (n != 1)})"

    def _repr_html_(self) -> str:
        names = self.pool.labels[self.items[:ROWS]].tolist()
        rows = [
            (subject, number, " ".join(map(str, items)))
            for subject, number, items in zip(self.subject.tolist(), self.list.tolist(), names, strict=False)
        ]
        return html_of(repr(self), self.facts(), Table(("subject", "list", "items"), rows, len(self)))

    def facts(self) -> dict[str, Any]:
        """What to know of these trials at a glance, by name: the task, the items and what was varied."""
        levels = {name: list(dict.fromkeys(map(str, labels.tolist()))) for name, labels in self.conditions.items()}
        conditions = {f"condition: {name}": in_short(each, ROWS, ", ") for name, each in levels.items()}
        return {"task": repr(self.paradigm), "pool": repr(self.pool), **conditions, "seed of lists": self.seed}

    def __getitem__(self, rows: Any) -> Trials:
        """The trials at ``rows``: a slice, a mask or an array of row numbers (a single one keeps its axis)."""
        rows = checked_rows(rows, len(self), "Trials")
        source = None if self.source is None else self.source[rows]
        conditions = {name: labels[rows] for name, labels in self.conditions.items()}
        return replace(
            self,
            items=self.items[rows],
            subject=self.subject[rows],
            list=self.list[rows],
            source=source,
            conditions=conditions,
            session=None if self.session is None else self.session[rows],
            categories=None if self.categories is None else self.categories[rows],
            probes=None if self.probes is None else self.probes[rows],
        )

    @property
    def groupings(self) -> dict[str, LabelArray]:
        """(n_trials,) labels by which lists can be grouped: the conditions, and ``session`` if sessions are known."""
        return {**self.conditions, **({} if self.session is None else {"session": self.session})}

    @property
    def item_categories(self) -> LabelArray | None:
        """(n_trials, list_length) category of each studied item: that of its list, else that of the pool."""
        if self.categories is not None or self.pool.categories is None:
            return self.categories
        return self.pool.categories[self.items]

    @property
    def list_length(self) -> int:
        """Items in each list."""
        return int(self.items.shape[1])

    @cached_property
    def _subject_levels(self) -> tuple[LabelArray, LabelArray]:
        labels, codes = np.unique(self.subject, return_inverse=True)
        return frozen(labels), frozen(codes)

    @property
    def subjects(self) -> LabelArray:
        """(n_subjects,) the participants, sorted."""
        return self._subject_levels[0]

    @property
    def subject_codes(self) -> LabelArray:
        """(n_trials,) index of each trial's participant in :attr:`subjects`."""
        return self._subject_levels[1]

    @property
    def cues_given(self) -> BoolArray | None:
        """(n_trials, n_probes) whether there is a cue for each response, where each has its own; ``None`` elsewhere."""
        return self._probes.given if self.paradigm.cued_by_item else None

    @cached_property
    def asks_about_lists(self) -> bool:
        """Whether a probe asks about one list among several."""
        about = None if self.probes is None else self.probes.about
        return about is not None and bool((about != ABSENT).any())

    def similar(self, n_trials: int, seed: int = 0, *, pool: ItemPool | None = None, subjects: int = 1) -> Trials:
        """Lists of this task for a simulation; the parameters are those of :meth:`Paradigm.trials`.

        They are random lists without a repeated item; or, where a list here holds an item twice, these lists in turn.
        """
        if not self.repeated_items.any():
            return self.paradigm.trials(n_trials, seed, pool=pool, subjects=subjects)
        subject = in_blocks(n_trials, subjects)
        return replace(
            self[np.arange(n_trials) % len(self)], subject=subject, list=NOT_GIVEN, session=None, conditions={}
        )

    @cached_property
    def repeated_items(self) -> LabelArray:
        """(n_trials,) whether the list holds an item more than once."""
        return frozen(has_repeats(self.items))

    def first_repeat(self, who: str) -> str:
        """Which list is the first that holds an item twice, as the reason why ``who`` does not take it."""
        row = int(np.argmax(self.repeated_items))
        where = f"subject {self.subject[row]}, list {self.list[row]}"
        return f"{who}: list {row} holds an item twice; this takes lists of different items ({where})"

    def require_different_items(self, who: str) -> None:
        """Raise :class:`InputError` if a list holds an item twice; ``who`` names in the message what cannot take it."""
        if self.repeated_items.any():
            raise InputError(self.first_repeat(who))

    @cached_property
    def first_presentation(self) -> IntArray:
        """(n_trials, list_length) 0-based position at which the item of each position was first presented."""
        first = np.tile(np.arange(self.list_length, dtype=np.int32), (len(self), 1))
        rows = np.flatnonzero(self.repeated_items)
        for position in reversed(range(self.list_length)):
            same = self.items[rows] == self.items[rows, position, None]
            first[rows] = np.where(same, position, first[rows])
        return frozen(first)

    def probe(self, index: int) -> ProbeBatch:
        """The probe with this number (0-based) in every trial."""
        probes = self._probes
        about = np.full(len(self), ABSENT, np.int32) if probes.about is None else probes.about[:, index]
        return ProbeBatch(
            probes.items[:, index], self.units_of_probes[:, index], self.last_presentations[:, index], about
        )

    @property
    def n_units(self) -> int:
        """An upper bound of the units of a trial: a number above all units of its list and its probes."""
        return 1 + int(max(self.list_length - 1, self.units_of_probes.max(initial=-1) if self.probes else 0))

    @cached_property
    def units_of_probes(self) -> IntArray:
        """(n_trials, n_probes, n_sides) unit of each probed item; see :class:`memsim.core.probes.ProbeBatch`."""
        return units_of_probes(self.items, self.first_presentation, self._probes)

    @cached_property
    def last_presentations(self) -> IntArray:
        """(n_trials, n_probes, n_sides) 0-based serial position of the last presentation before the probe; -1: none."""
        n_before, studied = np.zeros(self.paradigm.n_probes, dtype=np.int32), 0
        for event in self.paradigm.events():
            if isinstance(event, Probe):
                n_before[event.number] = studied
            elif isinstance(event, Study | StudyPair):
                studied += len(event)
            elif isinstance(event, Recall) and event.cue == BY_ITEM:
                n_before[:] = studied
        return last_presentations(self.items, n_before, self._probes)

    @cached_property
    def probe_kinds(self) -> LabelArray:
        """(n_trials, n_probes) ``target`` or ``lure``; of pairs ``intact``, ``rearranged``, ``half`` or ``new``.

        A pair is intact if its items were studied as a pair, in either order; half of it is old if only one of its
        items was studied. A target of a probe about one list is in that list. Empty where there is no probe.
        """
        probes = self._probes
        old = self.last_presentations >= 0
        if probes.items.shape[2] == 1:
            is_target = old[:, :, 0]
            if probes.about is not None:
                in_list = self.paradigm.list_of_position == probes.about[:, :, None]
                same = self.items[:, None, :] == probes.items
                is_target = np.where(probes.about == ABSENT, is_target, (same & in_list).any(axis=2))
            kinds = np.where(is_target, "target", "lure")
        else:
            first, second = np.sort(self.items.reshape(len(self), self.list_length // 2, 2), axis=2).transpose(2, 0, 1)
            low, high = np.sort(probes.items, axis=2).transpose(2, 0, 1)
            together = (first[:, None] == low[:, :, None]) & (second[:, None] == high[:, :, None])
            n_old = old.sum(axis=2)
            kinds = np.select([together.any(axis=2), n_old == 2, n_old == 1], ["intact", "rearranged", "half"], "new")
        return frozen(np.where(probes.given, kinds, ""))

    @property
    def _probes(self) -> Probes:
        if self.probes is None:
            raise InputError(f"{type(self.paradigm).__name__} has no probes")
        return self.probes


def require_paradigm(value: Any) -> None:
    """Raise :class:`InputError` unless ``value`` is a task, or a class of tasks."""
    if not (issubclass(value, Paradigm) if isinstance(value, type) else isinstance(value, Paradigm)):
        raise InputError(
            f"paradigm={shown(value)} is no paradigm; give one, or its class, such as memsim.paradigms.SerialRecall"
        )


def _group_labels(values: Any, what: str, n_trials: int) -> LabelArray:
    """(n_trials,) labels of ``what``: all present, and of one type."""
    labels = label_vector(values, f"Trials: {what}", n_trials)
    lacks = missing(labels)
    if lacks.any():
        raise InputError(f"Trials: trial {int(np.argmax(lacks))} has no {what}")
    if labels.dtype == object and len({type(label) for label in labels.tolist()}) > 1:
        raise InputError(f"Trials: {what} labels are of several types; make all of them text, or all numbers")
    return labels
