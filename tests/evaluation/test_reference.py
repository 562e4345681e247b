"""The empirical reference: against counts by loops, and as a distribution over sequences."""

from itertools import permutations
from math import log

import numpy as np
import pytest
from scipy import stats

from memsim import Recalls, log_likelihood, simulate
from memsim.core.errors import InputError
from memsim.evaluation.reference import Counts, Smoothing, blocks_of, counted_by, empirical_reference
from memsim.models import CMR, Uniform
from memsim.paradigms import FreeRecall, SerialRecall


def people(n_lists: int = 60, length: int = 5, seed: int = 0) -> Recalls:
    """Lists of three subjects, some cut short, some with intrusions and repeats."""
    rng = np.random.default_rng(seed)
    matrix = np.zeros((n_lists, length + 1), dtype=int)
    for row in matrix:
        n = rng.integers(0, length + 1)
        row[:n] = rng.permutation(length)[:n] + 1
        if n > 1 and rng.random() < 0.2:
            row[1] = rng.choice([-1, row[0]])
    recalls = Recalls.from_matrix(matrix, length, subject=np.arange(n_lists) % 3)
    return Recalls(recalls.trials, recalls.positions, rng.random(n_lists) < 0.7)


def by_loops(train: Recalls, one: Recalls, smoothing: Smoothing) -> float:
    """The log-likelihood of one list under the tables of ``train``, by plain loops."""
    length = one.list_length

    def walks(recalls: Recalls) -> list[tuple[object, list[int], bool]]:
        found = []
        for row in range(len(recalls)):
            given = [int(p) for p, right in zip(recalls.positions[row], recalls.is_correct[row], strict=True) if right]
            found.append((recalls.trials.subject[row], given, bool(recalls.stopped[row])))
        return found

    known = walks(train)
    ((who, given, stopped),) = walks(one)

    def ratio(person: object, table: str, *key: int) -> tuple[float, float]:
        """How often it was chosen, and how often by chance."""
        made = expected = 0.0
        for subject, sequence, _ in known:
            if person is not None and subject != person:
                continue
            for output, item in enumerate(sequence):
                left = [i for i in range(1, length + 1) if i not in sequence[:output]]
                for i in left:
                    lag = i - sequence[output - 1]
                    same = (
                        (table == "lag" and output and key == (lag,))
                        or (table == "at" and key == (output, i))
                        or (table == "item" and output and key == (i,))
                    )
                    if same:
                        made += i == item
                        expected += 1 / len(left)
        return made, expected

    def drawn(own: tuple[float, float], weight: float, coarse: float) -> float:
        return (own[0] + weight * coarse) / (own[1] + weight)

    total = 0.0
    for output, item in enumerate(given):
        weights = {}
        for i in range(1, length + 1):
            if i in given[:output]:
                continue
            coarse = drawn(ratio(None, "item", i), 1, 1) if output else 1.0
            group = drawn(ratio(None, "at", output, i), smoothing.at_output, coarse)
            position = drawn(ratio(who, "at", output, i), smoothing.at_subject, group)
            weights[i] = position
            if output:
                lag = i - given[output - 1]
                preference = drawn(ratio(who, "lag", lag), smoothing.lag, drawn(ratio(None, "lag", lag), 1, 1))
                weights[i] = position**smoothing.of_position * preference**smoothing.of_lag
        total += log(weights[item] / sum(weights.values()))

    def stops(person: object, n: int) -> tuple[int, int]:
        of = [(len(sequence), ended) for subject, sequence, ended in known if person is None or subject == person]
        return sum(ended and at == n for at, ended in of), sum(at > n or (at == n and ended) for at, ended in of)

    every = [stops(None, n) for n in range(length)]
    mean = (sum(ended for ended, _ in every) + 0.5) / (sum(risk for _, risk in every) + 1)
    for n in range(min(len(given) + stopped, length)):
        chance = drawn(stops(who, n), smoothing.stop, drawn(every[n], 1, mean))
        total += log(chance if n == len(given) else 1 - chance)
    return total


def test_reference_by_loops_also_of_lists_left_out() -> None:
    train, test = people(), people(8, seed=1)
    code = {subject: i for i, subject in enumerate(train.trials.subjects.tolist())}
    (choices,), (asked,) = (list(blocks_of(each, code)) for each in (train, test))
    counts = Counts.none(4, 5)
    counts.add(choices)
    smoothing = Smoothing(4, 2, 8, 3, 1.2, 0.7)
    expected = [by_loops(train, test[i], smoothing) for i in range(len(test))]
    assert smoothing.of_lists(counts, asked).sum(axis=0) == pytest.approx(expected)
    own = counted_by(choices, np.arange(len(train)), len(train))
    lag, position = (
        smoothing.lag_preference(counts, choices, own), smoothing.position_preference(counts, choices, own),
    )  # fmt: skip
    chosen = smoothing.choice(choices, lag, position)[0]
    each = smoothing.stopping(counts, choices, own) + np.bincount(choices.list, chosen, len(train))
    for i in range(6):
        others = train[np.arange(len(train)) != i]
        assert each[i] == pytest.approx(by_loops(others, train[i], smoothing))


@pytest.mark.parametrize("subject", [1, "unknown"])
def test_reference_is_a_distribution_over_sequences(subject: object) -> None:
    sequences = [row for n in range(4) for row in permutations((1, 2, 3), n)]
    matrix = [[*row, *[0] * (3 - len(row))] for row in sequences]
    train = people(30, 3)
    if subject == "unknown":
        train = Recalls.from_matrix(train.positions, 3, subject=train.trials.subject.astype(str))
    every = Recalls.from_matrix(matrix, 3, subject=[subject] * len(matrix))
    assert np.exp(empirical_reference(train, every)).sum() == pytest.approx(1)


def test_reference_lies_between_chance_and_the_truth() -> None:
    trials = FreeRecall(list_length=8).trials(600, subjects=3, seed=0)
    recalls = simulate(CMR(), trials, 1)
    half = np.arange(600) % 2 == 0
    reference = empirical_reference(recalls[half], recalls[~half])
    truth, chance = (log_likelihood(model, recalls[~half]) for model in (CMR(), Uniform()))
    gap, gain = truth - reference, reference - chance
    assert gap.mean() > 2 * stats.sem(gap) and gain.mean() > 5 * stats.sem(gain)
    assert gap.mean() < 0.3 * (truth - chance).mean()


def test_reference_scores_what_models_score() -> None:
    train = people()
    plain = Recalls.from_matrix([[2, 1, 0, 0]], 5)
    marred = Recalls.from_matrix([[-1, 2, 2, 1]], 5)
    assert empirical_reference(train, plain) == pytest.approx(empirical_reference(train, marred))
    cut = Recalls(plain.trials, plain.positions, [False])
    assert empirical_reference(train, cut) > empirical_reference(train, plain)
    nothing = Recalls(plain.trials, [[0, 0, 0, 0]], [False])
    assert empirical_reference(train, nothing).tolist() == [0]
    assert np.isfinite(empirical_reference(plain, train)).all()
    assert len(empirical_reference(train, train[:0])) == 0


def test_reference_refuses() -> None:
    train = people()
    with pytest.raises(InputError, match="60 lists of 5 items to learn from, and lists of 4"):
        empirical_reference(train, people(length=4))
    with pytest.raises(InputError, match="0 lists of 5 items"):
        empirical_reference(train[:0], train)
    with pytest.raises(InputError, match="train is of SerialRecall"):
        serial = SerialRecall(list_length=5)
        empirical_reference(Recalls.from_matrix(np.zeros((2, 5), int), 5, paradigm=serial), train)
    with pytest.raises(InputError, match="expected memsim.Recalls"):
        empirical_reference(1, train)
