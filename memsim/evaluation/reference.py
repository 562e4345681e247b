"""The empirical reference: a prediction of recalls from other lists of people, without a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from memsim.core.arrays import BoolArray, FloatArray
from memsim.core.errors import InputError
from memsim.core.outcomes import scored_outcomes
from memsim.core.recalls import Recalls, require_recalls

_Whole = npt.NDArray[np.int64]


SMOOTHING = (1.0, 4.0, 16.0, 64.0, 256.0, 1e9)
"""The weights among which leave-one-out chooses: how many responses a coarser table counts for; 1e9 uses it alone."""
BLOCK, CHOOSING = 8192, 4000
"""The number of lists processed at a time, and the largest number used to choose the smoothing."""


def empirical_reference(train: Recalls, test: Recalls) -> FloatArray:
    """Log-likelihoods of lists, predicted from tables of other lists: a reference for the likelihoods of models.

    No subject recalls a list twice, so the ceiling of a likelihood of sequences cannot be measured as that of a curve
    can (:func:`memsim.analysis.noise_ceiling`). But the likelihood that any predictor reaches on held-out lists is, on
    average, a lower bound of that ceiling. A model below the reference misses regularities in the data. A model above
    it captures more than these tables, and may still be far from the ceiling.

    The next response is item i, among those not yet recalled, with probability proportional to
    T(lag)^a S(output, i)^b. T and S are ratios: how often a lag, or an item at an output position, was chosen, over how
    often chance among the remaining items would choose it. The first response follows S alone. The tables of a
    subject are smoothed towards those of the group, and S of the group towards its mean over outputs. The smoothing
    weights, a and b are those that best predict each list of ``train`` from the others. The probability of stopping
    depends on the number of items recalled, and is smoothed likewise.

    Parameters
    ----------
    train : lists to learn from; none of them may be in ``test``.
    test : lists to predict, of the same length. A subject who is not in ``train`` is predicted from the group.

    Returns
    -------
    array : (n_lists,) log-likelihoods of the events that :func:`memsim.core.outcomes.scored_outcomes` scores for a
        model without repeats and intrusions: responses, and stopping where recall ended by itself. Stopping is certain
        once all items are recalled.

    Raises
    ------
    InputError : a task in which silence does not end recall, lists of different lengths, lists that hold an item twice,
        or no list to learn from.
    """
    choice, termination = empirical_reference_parts(train, test)
    return choice + termination


def empirical_reference_parts(train: Recalls, test: Recalls) -> tuple[FloatArray, FloatArray]:
    """The two parts of :func:`empirical_reference`, (n_lists,) each: which item was recalled, and when recall ended."""
    for name, recalls in (("train", train), ("test", test)):
        require_recalls(recalls)
        if not recalls.trials.paradigm.silence_ends:
            raise InputError(
                f"empirical_reference: {name} is of {type(recalls.trials.paradigm).__name__}, where recall goes on "
                "after an omission; this is for free recall"
            )
        recalls.trials.require_different_items("empirical_reference")
    if train.list_length != test.list_length or not len(train):
        raise InputError(
            f"empirical_reference: {len(train)} lists of {train.list_length} items to learn from, and lists of "
            f"{test.list_length} to predict; give lists of one length, and one or more to learn from"
        )
    code = {subject: i for i, subject in enumerate(train.trials.subjects.tolist())}
    counts = Counts.none(len(code) + 1, train.list_length)
    for choices in blocks_of(train, code):
        counts.add(choices)
    chosen = train[np.unique(np.linspace(0, len(train) - 1, min(len(train), CHOOSING)).astype(int))]
    smoothing = Smoothing()
    for _ in range(2):
        smoothing = smoothing.improved(counts, next(blocks_of(chosen, code)))
    parts = [np.zeros((2, 0)), *(smoothing.of_lists(counts, each) for each in blocks_of(test, code))]
    choice, termination = np.concatenate(parts, axis=1)
    return choice, termination


class Choices(NamedTuple):
    """Responses one by one, with the items that were left to choose from, and where recall stopped."""

    subject: _Whole
    """(n_lists,) code of the subject; the last code stands for unknown subjects."""
    n_given: _Whole
    stopped: BoolArray
    list: _Whole
    """(n_choices,) row of the list."""
    output: _Whole
    item: _Whole
    lag: _Whole
    """(n_choices, list_length) column of each item in a table of lags; meaningless for first responses."""
    left: BoolArray
    """(n_choices, list_length)"""
    share: FloatArray
    """(n_choices, list_length) probability of each item if all that are left are equally likely."""


def blocks_of(recalls: Recalls, code: dict[Any, int]) -> Iterator[Choices]:
    """The responses of a block of lists at a time; ``code`` numbers the subjects, and others come last."""
    length = recalls.list_length
    for start in range(0, len(recalls), BLOCK):
        part = recalls[start : start + BLOCK]
        columns = scored_outcomes(part, repeats=False).columns
        given = (columns >= 0) & (columns < length)
        row, output = np.nonzero(given)
        item = columns[row, output].astype(np.int64)
        when = np.full((len(part), length), length)
        when[row, item] = output
        left = when[row] >= output[:, None]
        before = np.where(output > 0, columns[row, output - 1], 0)
        lag = np.arange(length) - before[:, None] + length - 1
        subject = np.array([code.get(name, len(code)) for name in part.trials.subject.tolist()], dtype=np.int64)
        share = left / left.sum(axis=1, keepdims=True)
        stopped = (columns == length).any(axis=1)
        yield Choices(subject, given.sum(axis=1), stopped, row, output, item, lag, left, share)


class Counts(NamedTuple):
    """Counts by subject (second axis): observed and expected by chance, or stops and opportunities (first axis)."""

    lag: FloatArray
    """(2, n_subjects, 2 * list_length - 1)"""
    at: FloatArray
    """(2, n_subjects, list_length, list_length) by output and item."""
    stop: FloatArray
    """(2, n_subjects, list_length) by the number recalled."""

    @classmethod
    def none(cls, n_subjects: int, length: int) -> Counts:
        """Counts of zero."""
        sizes = (2 * length - 1,), (length, length), (length,)
        return cls(*(np.zeros((2, n_subjects, *size)) for size in sizes))

    def add(self, choices: Choices) -> None:
        """Add the counts of further choices, by their subjects."""
        for total, part in zip(self, counted_by(choices, choices.subject, self.stop.shape[1]), strict=True):
            total += part


def counted_by(choices: Choices, group: _Whole, n_groups: int) -> Counts:
    """Counts of each group of lists; ``group`` is (n_lists,)."""
    length = choices.left.shape[1]
    chosen = np.arange(length) == choices.item[:, None]
    row, later = group[choices.list], choices.output > 0
    lag = row[:, None] * (2 * length - 1) + choices.lag
    at = (row * length + choices.output)[:, None] * length + np.arange(length)
    reached = np.arange(length) < (choices.n_given + choices.stopped)[:, None]
    ended = choices.stopped[:, None] & (np.arange(length) == choices.n_given[:, None])
    stop = group[:, None] * length + np.arange(length)

    def added(cell: _Whole, one: Any, other: Any, *size: int) -> FloatArray:
        counts = [np.bincount(cell.ravel(), np.ravel(each), n_groups * int(np.prod(size))) for each in (one, other)]
        return np.reshape(counts, (2, n_groups, *size))

    return Counts(
        added(lag[later], chosen[later], choices.share[later], 2 * length - 1),
        added(at, chosen, choices.share, length, length),
        added(stop, ended, reached, length),
    )


class Smoothing(NamedTuple):
    """What leave-one-out chooses: weights of the coarser tables, and the exponents of lag and position."""

    lag: float = 16.0
    at_subject: float = 16.0
    at_output: float = 16.0
    stop: float = 16.0
    of_lag: float = 1.0
    of_position: float = 1.0

    def of_lists(self, counts: Counts, choices: Choices) -> FloatArray:
        """(2, n_lists) log-likelihoods of choices and of stopping, in lists that are not among the counts."""
        preference = self.lag_preference(counts, choices, None), self.position_preference(counts, choices, None)
        chosen = self.choice(choices, *preference)[0]
        by_list = np.bincount(choices.list, chosen, len(choices.n_given))
        return np.array([by_list, self.stopping(counts, choices, None)])

    def improved(self, counts: Counts, choices: Choices) -> Smoothing:
        """The weights that best predict each of these lists from all others; the lists are among the counts."""
        own = counted_by(choices, np.arange(len(choices.n_given)), len(choices.n_given))
        best = self
        lag, position = self.lag_preference(counts, choices, own), self.position_preference(counts, choices, own)
        for name in ("lag", "at_subject", "at_output", "stop"):
            found = []
            for value in SMOOTHING:
                tried = best._replace(**{name: value})
                if name == "stop":
                    found.append((tried.stopping(counts, choices, own).sum(), value))
                    continue
                new_lag = tried.lag_preference(counts, choices, own) if name == "lag" else lag
                new_position = position if name == "lag" else tried.position_preference(counts, choices, own)
                found.append((tried.choice(choices, new_lag, new_position)[0].sum(), value))
            best = best._replace(**{name: max(found)[1]})
            if name == "lag":
                lag = best.lag_preference(counts, choices, own)
            elif name != "stop":
                position = best.position_preference(counts, choices, own)
        return best.weighed(choices, lag, position)

    def weighed(self, choices: Choices, lag: FloatArray, position: FloatArray) -> Smoothing:
        """The same weights, with the exponents of highest likelihood; a weak prior keeps them near 1."""
        weights, best = np.array([self.of_lag, self.of_position]), self
        for _ in range(20):
            _, slope, curvature = best.choice(choices, lag, position)
            step = np.linalg.solve(curvature + 0.1 * np.eye(2), slope - 0.1 * (weights - 1))
            weights = weights + step
            best = self._replace(of_lag=float(weights[0]), of_position=float(weights[1]))
            if np.abs(step).max() < 1e-4:
                break
        return best

    def choice(
        self, choices: Choices, lag: FloatArray, position: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """(n_choices,) log-probabilities, and gradient and curvature of their sum in the two exponents."""
        later = (choices.output > 0)[:, None]
        weight = np.where(
            choices.left, np.where(later, self.of_lag * lag + self.of_position * position, position), -np.inf
        )
        weight -= weight.max(axis=1, keepdims=True)
        chance = np.exp(weight)
        total = chance.sum(axis=1, keepdims=True)
        chance /= total
        at = np.arange(len(weight)), choices.item
        log_probability = weight[at] - np.log(total[:, 0])
        parts = np.where(later, lag, 0.0), np.where(later, position, 0.0)
        expected = [(chance * part).sum(axis=1) for part in parts]
        slope = np.array([(part[at] - mean).sum() for part, mean in zip(parts, expected, strict=True)])
        curvature = np.array([
            [((chance * one * other).sum(axis=1) - mean * mean_other).sum()
             for other, mean_other in zip(parts, expected, strict=True)]
            for one, mean in zip(parts, expected, strict=True)
        ])  # fmt: skip
        return log_probability, slope, curvature

    def lag_preference(self, counts: Counts, choices: Choices, own: Counts | None) -> FloatArray:
        """(n_choices, list_length) logarithm of T."""
        less = 0.0 if own is None else own.lag
        made, expected = counts.lag.sum(axis=1, keepdims=True) - less
        group = (made + 1) / (expected + 1)
        made, expected = counts.lag[:, choices.subject] - less
        return np.log((made + self.lag * group) / (expected + self.lag))[choices.list[:, None], choices.lag]

    def position_preference(self, counts: Counts, choices: Choices, own: Counts | None) -> FloatArray:
        """(n_choices, list_length) logarithm of S."""
        later = counts.at[:, :, 1:].sum(axis=(1, 2))[:, None] - (0.0 if own is None else own.at[:, :, 1:].sum(axis=2))
        over_outputs = np.broadcast_to((later[0] + 1) / (later[1] + 1), (len(choices.n_given), later.shape[2]))
        coarse = np.where(choices.output[:, None] > 0, over_outputs[choices.list], 1.0)
        less: Any = 0.0 if own is None else own.at[:, choices.list, choices.output]
        made, expected = counts.at.sum(axis=1)[:, choices.output] - less
        group = (made + self.at_output * coarse) / (expected + self.at_output)
        made, expected = counts.at[:, choices.subject[choices.list], choices.output] - less
        return np.log((made + self.at_subject * group) / (expected + self.at_subject))

    def stopping(self, counts: Counts, choices: Choices, own: Counts | None) -> FloatArray:
        """(n_lists,) log-probability of continuing as long as recall did, and of stopping where it stopped."""
        less = 0.0 if own is None else own.stop
        stops, risk = counts.stop.sum(axis=1, keepdims=True) - less
        mean = (stops.sum(axis=1, keepdims=True) + 0.5) / (risk.sum(axis=1, keepdims=True) + 1)
        group = (stops + mean) / (risk + 1)
        stops, risk = counts.stop[:, choices.subject] - less
        chance = (stops + self.stop * group) / (risk + self.stop)
        number = np.arange(chance.shape[1])
        going = np.where(number < choices.n_given[:, None], np.log1p(-chance), 0.0)
        ending = np.where(choices.stopped[:, None] & (number == choices.n_given[:, None]), np.log(chance), 0.0)
        return (going + ending).sum(axis=1)
