"""Tasks of sequences: each read back step by step, its optimum by another computation, and its scores by hand."""

import itertools
import math
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln
from torch import Tensor

from memsim.core.errors import InputError
from memsim.training.objectives.registered import OBJECTIVES
from memsim.training.sequence_tasks.associations import AssociativeRecall
from memsim.training.sequence_tasks.copying import Copy
from memsim.training.sequence_tasks.inductions import Induction
from memsim.training.sequence_tasks.links import MOST_LINKS, Links
from memsim.training.sequence_tasks.n_grams import NGrams
from memsim.training.sequence_tasks.one_shot import NOISE, OneShot
from memsim.training.sequence_tasks.priorities import PrioritySort
from memsim.training.sequence_tasks.repeat_copying import RepeatCopy
from memsim.training.sequence_tasks.sequences import BitTask, ClassTask, Sequences, SequenceTask
from memsim.training.sequence_tasks.two_hops import PEOPLE, PLACES, THINGS, TwoHops

TASKS: list[tuple[SequenceTask, int]] = [
    (Copy(4), 5), (RepeatCopy(3, 2), 4), (AssociativeRecall(8), 6), (AssociativeRecall(6, 3), 4), (NGrams(3), 20),
    (PrioritySort(4), 8), (OneShot(12, 3), 15), (TwoHops(), 9), (Induction(10), 7),
    (Links(), 4), (Links(14, 3, 3), 5),
]  # fmt: skip


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("task", "length"), TASKS, ids=lambda each: str(each))
def test_every_task_has_the_shape_chance_and_optimum(task: SequenceTask, length: int) -> None:
    sequences = task.sequences(400, length, seeded())
    steps, batch = sequences.inputs.shape[:2]
    assert sequences.inputs.shape == (steps, 400, task.n_inputs) and steps <= task.steps(length)
    assert sequences.targets.shape == (steps, 400, task.n_outputs) and sequences.counted.shape == (steps, batch)
    assert sequences.counted.any(dim=0).all(), "every sequence has an output that counts"
    again = task.sequences(400, length, seeded())
    assert torch.equal(sequences.inputs, again.inputs) and torch.equal(sequences.targets, again.targets)
    assert not torch.equal(sequences.inputs, task.sequences(400, length, seeded(1)).inputs)
    worst, best = (task.scores(each, sequences) for each in (task.chance(sequences), task.optimum(sequences)))
    assert all(math.isfinite(score) for score in (*worst.values(), *best.values()))
    if isinstance(task, BitTask):
        bits = float(sequences.counted.sum()) * task.n_outputs / batch
        assert worst["bits per sequence"] == pytest.approx(bits, rel=1e-5)
        assert best["bits per sequence"] < bits and best["wrong bits"] < worst["wrong bits"]
        assert float(task.loss(task.chance(sequences), sequences)) == pytest.approx(math.log(2), rel=1e-5)
    else:
        n_classes = task.chains * (length - 1) if isinstance(task, Links) else task.n_outputs
        assert worst["right"] == pytest.approx(1 / n_classes) and best["right"] > 0.8
        of_batch = 400 * n_classes if isinstance(task, Links) else n_classes  # less a few that are the right one
        assert float(task.loss(task.chance(sequences), sequences)) == pytest.approx(math.log(of_batch), abs=1e-3)
    if type(task) not in (NGrams, OneShot):
        assert float(task.loss(task.optimum(sequences), sequences)) < 1e-6
    with pytest.raises(InputError, match="the least of the task|is shorter than order"):
        task.require_length(0)


def test_all_tasks_are_registered() -> None:
    kinds: list[type[Any]] = [OBJECTIVES.get(name) for name in OBJECTIVES.names()]
    assert {type(task) for task, _ in TASKS} == {each for each in kinds if issubclass(each, SequenceTask)}


def test_copy() -> None:
    task = Copy(4).sequences(3, 2, seeded())
    assert task.inputs[:2, :, :4].sum() > 0 and task.inputs[:2, :, 4].sum() == 0
    assert (task.inputs[2] == torch.tensor([0.0, 0, 0, 0, 1])).all() and task.inputs[3:].sum() == 0
    assert (
        torch.equal(task.targets[3:], task.inputs[:2, :, :4])
        and task.counted[:, 0].tolist() == [False] * 3 + [True] * 2
    )


def test_repeat_copy() -> None:
    copies = RepeatCopy(4, 5)
    task = copies.of_copies(3, 2, 2, seeded())
    assert task.inputs.shape == (8, 3, 6) and task.targets.shape == (8, 3, 5)
    items = task.inputs[:2, :, :4]
    assert (task.inputs[2, :, 4] == 1).all() and task.inputs[3:].sum() == 0, "nothing is shown while copies are put out"
    numbers = np.array([float(copies.of_copies(1, 1, n, seeded()).inputs[1, 0, 5]) for n in range(1, 6)])
    assert numbers.mean() == pytest.approx(0, abs=1e-6) and numbers.std() == pytest.approx(1)
    assert torch.equal(task.targets[3:7, :, :4], torch.cat((items, items)))
    assert task.targets[:, :, 4].sum() == 3 and (task.targets[7, :, 4] == 1).all(), "the end mark"
    assert task.counted[:, 0].tolist() == [False] * 3 + [True] * 5
    assert RepeatCopy(4, 1).scaled(1) == 0


@given(st.integers(2, 6), st.sampled_from([(8, 1), (6, 3), (3, 2)]), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_associative_recall_answers_what_came_next(length: int, sizes: tuple[int, int], seed: int) -> None:
    bits, each = sizes
    task = AssociativeRecall(bits, each).sequences(5, length, seeded(seed))
    for row in range(5):
        seen, items = task.inputs[:, row], []
        for item in range(length):
            block = seen[item * (each + 1) : (item + 1) * (each + 1)]
            assert block[0].tolist() == [0.0] * bits + [1.0, 0.0] and block[1:, bits:].sum() == 0
            items.append(block[1:, :bits].flatten().tolist())
        if bits * each <= 12:
            assert len({tuple(item) for item in items}) == length, "no item twice"
        question = seen[length * (each + 1) :]
        assert question[:, bits + 1].tolist() == [1.0] + [0.0] * each + [1.0] + [0.0] * each
        asked = items[:-1].index(question[1 : 1 + each, :bits].flatten().tolist())
        assert task.targets[task.counted[:, row], row].flatten().tolist() == items[asked + 1]


def predicted(bits: list[int], order: int) -> list[float]:
    """The probability of a 1 at each bit from ``order`` - 1 on, by counting."""
    found = []
    for place in range(order - 1, len(bits)):
        context = bits[place - order + 1 : place]
        after = [bits[i] for i in range(order - 1, place) if bits[i - order + 1 : i] == context]
        found.append((sum(after) + 0.5) / (len(after) + 1))
    return found


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_the_optimal_predictor_of_n_grams_counts(order: int) -> None:
    task = NGrams(order)
    sequences = task.sequences(6, 25, seeded(order))
    chances = task.optimum(sequences).sigmoid()[..., 0]
    for row in range(6):
        bits = [*sequences.inputs[:, row, 0].int().tolist(), int(sequences.targets[-1, row, 0])]
        counted = sequences.counted[:, row]
        # The first bit is not predicted, whatever the order.
        assert chances[counted, row].tolist() == pytest.approx(
            predicted(bits, order)[1 if order == 1 else 0 :], abs=1e-6
        )


def expected_bits(order: int, length: int) -> float:
    """The mean cost of the optimal predictor, by the probability of every sequence."""
    total = 0.0
    for bits in itertools.product((0, 1), repeat=length):
        counts: dict[tuple[int, ...], list[int]] = {}
        for place in range(order - 1, length):
            counts.setdefault(bits[place - order + 1 : place], [0, 0])[bits[place]] += 1
        nats = -sum(betaln(zeros + 0.5, ones + 0.5) - betaln(0.5, 0.5) for zeros, ones in counts.values())
        total += math.exp(-nats) * nats / 2 ** (order - 1)
    return total / math.log(2)


def mean_of_optimum(order: int, length: int, n_sequences: int) -> float:
    task = NGrams(order)
    sequences = task.sequences(n_sequences, length, seeded(3))
    return task.scores(task.optimum(sequences), sequences)["bits per sequence"]


def test_n_grams_are_drawn_from_the_distribution_that_is_predicted() -> None:
    assert mean_of_optimum(2, 10, 100_000) == pytest.approx(expected_bits(2, 10), abs=0.03)
    assert mean_of_optimum(3, 10, 100_000) == pytest.approx(expected_bits(3, 10), abs=0.03)


@pytest.mark.parametrize(
    ("order", "length", "bits", "within"), [(3, 50, 29.16, 0.2), (2, 30, 18.21, 0.2), (6, 200, 127.98, 0.8)]
)
def test_the_optimum_of_n_grams(order: int, length: int, bits: float, within: float) -> None:
    """Reference computation of memsim's authors, with 20,000 sequences."""
    assert mean_of_optimum(order, length, 20_000) == pytest.approx(bits, abs=within)


def test_priority_sort() -> None:
    task = PrioritySort(5).sequences(4, 8, seeded())
    assert task.targets.shape == (15, 4, 5) and task.counted[:, 0].tolist() == [False] * 9 + [True] * 6
    assert (task.inputs[8, :, 6] == 1).all() and task.inputs[:8, :, 6].sum() == 0
    for row in range(4):
        listed = sorted(task.inputs[:8, row].tolist(), key=lambda vector: -vector[5])
        assert task.targets[9:, row].tolist() == [vector[:5] for vector in listed[:6]]
    assert PrioritySort(5).sequences(1, 20, seeded()).counted.sum() == 16, "as published"
    assert task.inputs[:8, :, 5].abs().max() <= 1


def posterior(instances: Tensor, labels: list[int], present: Tensor, classes: int) -> Tensor:
    """The probability of each label of ``present``, over all vectors of signs that each class may be."""
    signs = torch.tensor(list(itertools.product((-1.0, 1.0), repeat=instances.shape[1])), dtype=torch.float64)

    def likelihood(seen: Tensor) -> Tensor:
        return (-((seen[None] - signs) ** 2).sum(dim=1) / (2 * NOISE**2)).exp()

    found = []
    for label in range(classes):
        weight = torch.ones(len(signs), dtype=torch.float64)
        for instance, known in zip(instances, labels, strict=True):
            weight = weight * likelihood(instance) if known == label else weight
        found.append((weight / weight.sum() * likelihood(present)).sum())
    each = torch.stack(found)
    return each / each.sum()


def test_the_optimum_of_one_shot_classification_is_bayes() -> None:
    task = OneShot(3, 4)
    sequences = task.sequences(5, 7, seeded(2))
    chances = task.optimum(sequences).softmax(dim=2)
    for row in range(5):
        instances = sequences.inputs[:, row, :3].double()
        labels = sequences.targets[:, row].argmax(dim=1).tolist()
        for step in range(7):
            expected = posterior(instances[:step], labels[:step], instances[step], 4)
            assert torch.allclose(chances[step, row], expected, atol=1e-9)


def test_one_shot_classification() -> None:
    task = OneShot(20, 5)
    sequences = task.sequences(600, 30, seeded(2))
    assert torch.equal(sequences.inputs[1:, :, 20:], sequences.targets[:-1]) and sequences.inputs[0, :, 20:].sum() == 0
    scores = task.scores(task.optimum(sequences), sequences)
    # Of five labels, the first can only be guessed, the second is one of four, ...
    guessed = sum(1 / n for n in range(1, 6)) / 5
    assert scores["first instance"] == pytest.approx(guessed, abs=0.03) and scores["second instance"] > 0.99
    assert sequences.numbers is not None and sequences.numbers[0].tolist() == [1] * 600


def test_two_hops_by_a_reader_of_the_story() -> None:
    sequences = TwoHops().sequences(200, 11, seeded(4))
    for row in range(200):
        at: dict[int, int] = {}
        has: dict[int, int] = {}
        for fact in sequences.inputs[:-1, row]:
            person, thing, place = fact[:PEOPLE], fact[PEOPLE : PEOPLE + THINGS], fact[PEOPLE + THINGS : -1]
            assert person.sum() == 1 and thing.sum() + place.sum() == 1 and fact[-1] == 0
            if place.any():
                at[int(person.argmax())] = int(place.argmax())
            else:
                has[int(thing.argmax())] = int(person.argmax())
        question = sequences.inputs[-1, row]
        assert question.sum() == 2 and question[-1] == 1
        asked = int(question[PEOPLE : PEOPLE + THINGS].argmax())
        assert int(sequences.targets[-1, row].argmax()) == at[has[asked]]
    assert sequences.targets[-1].sum(dim=0).min() > 200 / PLACES / 3, "all places are answers"


def test_two_hops_need_both_facts() -> None:
    """The place that was named last, or a place of the last person, is right no more often than is known."""
    sequences = TwoHops().sequences(4000, 10, seeded(5))
    places = sequences.inputs[:-1, :, PEOPLE + THINGS : -1]
    weight = torch.arange(1.0, 11)[:, None, None] * places
    last = weight.amax(dim=2).argmax(dim=0)
    named = places[last, torch.arange(4000)]
    assert float((named * sequences.targets[-1]).sum(dim=1).mean()) < 0.5


@given(st.integers(2, 9), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_induction_asks_what_followed(length: int, seed: int) -> None:
    sequences = Induction(9).sequences(5, length, seeded(seed))
    for row in range(5):
        shown = sequences.inputs[:, row].argmax(dim=1).tolist()
        listed, again = shown[:length], shown[length:]
        assert sorted(listed) == sorted(again) and len(set(listed)) == length
        assert not sequences.counted[:length, row].any() and sequences.counted[:, row].sum() == length - 1
        for step, symbol in enumerate(again, start=length):
            before = listed.index(symbol)
            assert bool(sequences.counted[step, row]) == (before < length - 1)
            if before < length - 1:
                assert int(sequences.targets[step, row].argmax()) == listed[before + 1]


def test_a_list_needs_as_many_symbols() -> None:
    with pytest.raises(InputError, match="a list of 10 different symbols has more than the vector_size=9"):
        Induction(9).require_length(10)


@settings(max_examples=20, deadline=None)
@given(st.integers(4, 7), st.integers(1, 4), st.integers(1, 4), st.integers(0, 10_000))
def test_links_by_a_reader_who_follows_them(length: int, chains: int, answer_steps: int, seed: int) -> None:
    task = Links(12, chains, answer_steps)
    sequences = task.sequences(12, length, seeded(seed))
    n_pairs = chains * (length - 1)
    assert len(sequences.inputs) == n_pairs + answer_steps == task.steps(length)
    for row in range(12):
        inputs = sequences.inputs[:, row]
        pairs = [(tuple(step[:12].tolist()), tuple(step[12:24].tolist())) for step in inputs[:n_pairs]]
        follows = dict(pairs)
        assert len(follows) == n_pairs == len(set(follows.values())) and not inputs[:n_pairs, 24:].any()
        word, links = tuple(inputs[n_pairs, :12].tolist()), int(inputs[n_pairs, 24:].argmax()) + 1
        assert not inputs[n_pairs, 12:24].any() and inputs[n_pairs, 24:].sum() == 1
        assert not inputs[n_pairs + 1 :].any() and word not in follows.values()
        answer = n_pairs + min(links, answer_steps) - 1
        assert sequences.counted[:, row].nonzero().tolist() == [[answer]]
        assert sequences.numbers is not None and sequences.numbers[answer, row] == links
        for _ in range(links):
            word = follows[word]
        assert tuple(sequences.targets[answer, row].tolist()) == word
        assert int(sequences.targets[:, row].any(dim=1).sum()) == 1


def test_guesses_of_the_last_word_of_a_chain_are_right_for_half_of_three_links() -> None:
    """Ends are the second words of pairs that are the first of none."""
    task = Links()
    sequences = task.sequences(4000, 4, seeded())
    firsts, seconds = (side.transpose(0, 1) for side in sequences.inputs[:6, :, :32].split(16, dim=2))
    is_first = (seconds @ firsts.transpose(1, 2) > 15.5).any(dim=2)
    guesses = -is_first.float().expand(7, -1, -1)
    scores = ClassTask.scores(task, guesses, task.choices(sequences.targets, sequences)[1])
    assert scores["three links"] == pytest.approx(1 / 2) and scores["one link"] == scores["two links"] == 0
    asked = sequences.numbers[-1].bincount() / 4000  # type: ignore[index]
    assert asked[1:].tolist() == pytest.approx([1 / MOST_LINKS] * MOST_LINKS, abs=0.03)


def test_a_list_of_chains_needs_as_many_words() -> None:
    with pytest.raises(InputError, match="Links: 2 chains of 5 words are too many for vectors of vector_size=8 signs"):
        Links(8).require_length(5)
    Links(8).require_length(4)
    with pytest.raises(InputError, match="Links: a length of 3 is below 4"):
        Links().require_length(3)


class Bits(BitTask):
    """Any bits."""


class Classes(ClassTask):
    """Any classes."""

    split: ClassVar = {2: "second"}


def test_scores_of_bits_by_hand() -> None:
    targets = torch.tensor([[[0.0, 0], [1, 1]], [[1, 0], [1, 1]], [[1, 1], [0, 1]]])
    counted = torch.tensor([[False, False], [True, True], [True, True]])
    logits = torch.tensor([[[5.0, 5], [5, 5]], [[5, -5], [5, 5]], [[5, -5], [-5, 5]]])
    wrong, right = math.log(1 + math.exp(5)), math.log(1 + math.exp(-5))
    scores = Bits().scores(logits, Sequences(torch.zeros(3, 2, 1), targets, counted))
    assert scores["wrong bits"] == 1 / 8 and scores["flawless"] == 0.5
    assert scores["bits per sequence"] == pytest.approx((wrong + 7 * right) / math.log(2) / 2, rel=1e-6)
    loss = Bits().loss(logits, Sequences(torch.zeros(3, 2, 1), targets, counted))
    assert float(loss) == pytest.approx((wrong + 7 * right) / 8, rel=1e-6)


def test_scores_of_classes_by_hand() -> None:
    targets = torch.tensor([[[1.0, 0, 0]], [[0, 1, 0]], [[0, 0, 1]]])
    counted = torch.tensor([[False], [True], [True]])
    logits = torch.tensor([[[0.0, 9, 0]], [[0, 2, 2]], [[0, 0, 3]]])
    sequences = Sequences(torch.zeros(3, 1, 1), targets, counted, torch.tensor([[1], [1], [2]]))
    assert Classes().scores(logits, sequences) == {"right": 0.75, "second": 1.0}
    one, two = math.log(1 + 2 * math.exp(2)) - 2, math.log(2 + math.exp(3)) - 3
    assert float(Classes().loss(logits, sequences)) == pytest.approx((one + two) / 2, rel=1e-6)
