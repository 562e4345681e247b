"""Who is fitted and who is scored, and which of their lists: a pure function of a task and a seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from memsim.core.errors import DataError
from memsim.core.joint_recalls import AnyRecalls, JointRecalls
from memsim.core.judgments import Judgments, Responses
from memsim.core.same_people import PEERS, number_in_peers
from memsim.core.seeding import stream
from memsim.data.loading import load_dataset
from memsim.evaluation.ranking.pinned_set import SCORED_IN_PEERS, Part, RankedTask
from memsim.running.digests import digest


@dataclass(frozen=True)
class Split:
    """The lists of a task, by condition."""

    training: dict[str, Responses]
    """Those to which models are fitted."""
    scored: dict[str, Responses]
    """Those that are predicted, of other people."""
    everyone: dict[str, Responses]
    """All lists of the data sets."""
    rows: dict[str, np.ndarray]
    """Where the scored lists are among all lists of their data set."""

    @property
    def to_fit(self) -> AnyRecalls:
        """The training lists as one fit takes them."""
        return together(self.training)

    @property
    def to_score(self) -> AnyRecalls:
        """The scored lists as one prediction takes them, condition after condition."""
        return together(self.scored)

    @property
    def people_scored(self) -> np.ndarray:
        """Labels of the people who are scored."""
        return np.unique(np.concatenate([each.trials.subject.astype(str) for each in self.scored.values()]))

    def checksums(self) -> dict[str, str]:
        """sha256 of who recalled what in the training lists and in the scored lists."""
        return {name: checksum(getattr(self, name)) for name in ("training", "scored")}


def together(parts: Mapping[str, Responses]) -> AnyRecalls:
    """One data set as it is, or several as one."""
    return next(iter(parts.values())) if len(parts) == 1 else JointRecalls(parts)


def checksum(parts: Mapping[str, Responses]) -> str:
    """The sha256 of labels of subjects and lists, and of what was answered, by condition."""
    return digest([
        [name, each.trials.subject.astype(str), each.trials.list.astype(str), _answers(each)]
        for name, each in parts.items()
    ])  # fmt: skip


def _answers(responses: Responses) -> Any:
    return responses.ratings if isinstance(responses, Judgments) else responses.positions


@lru_cache(maxsize=8)  # each model of a benchmark asks for the same few
def split_of(task: RankedTask, seed: int) -> Split:
    """The parts of a task.

    People are drawn in random order, the first half to be scored; of PEERS, whose data sets share people, those of
    :data:`memsim.evaluation.ranking.pinned_set.SCORED_IN_PEERS` are scored. Of each part as many people are drawn as
    the task says, and as many lists of each.

    Raises
    ------
    DataError : a data set has too few people, cannot be read, or is not the one whose checksums the task has.
    """
    everyone: dict[str, Responses] = {label: load_dataset(name) for label, name in task.people}
    labels = np.unique(np.concatenate([each.trials.subject.astype(str) for each in everyone.values()]))
    data_set = task.people[0][1].partition(":")[0]
    order = stream(seed, "benchmark", data_set).permutation(labels)
    of_peers = data_set.startswith(PEERS)
    scored = [label for label in order if number_in_peers(label) in SCORED_IN_PEERS] if of_peers else \
        order[: len(order) // 2].tolist()  # fmt: skip
    others = [label for label in order if label not in set(scored)]
    if not scored or not others:
        raise DataError(
            f"benchmark: {task.name} has {len(labels)} people, of whom none is left to be "
            f"{'scored' if not scored else 'fitted'}"
        )
    rows = {label: _drawn(each, scored, task.scored, seed, label) for label, each in everyone.items()}
    fitted = {label: _drawn(each, others, task.training, seed, label) for label, each in everyone.items()}
    found = Split(
        {label: each[fitted[label]] for label, each in everyone.items()},
        {label: each[rows[label]] for label, each in everyone.items()},
        everyone,
        rows,
    )
    if task.sha256 and task.sha256 != tuple(found.checksums().values()):
        raise DataError(
            f"benchmark: the lists of {task.name} are not those of the set, whose checksums are pinned, so that scores "
            "would not be comparable; install the version of the data that memsim names (memsim datasets)"
        )
    return found


def _drawn(responses: Responses, people: list[str], part: Part, seed: int, condition: str) -> np.ndarray:
    """Rows of the lists of the first ``part.people`` of these people, ``part.lists`` of each at random."""
    subject = responses.trials.subject.astype(str)
    found = []
    for person in [label for label in people if label in set(subject)][: part.people]:
        rows = np.flatnonzero(subject == person)
        found.append(stream(seed, "benchmark", "lists", condition, person).permutation(rows)[: part.lists])
    return np.sort(np.concatenate(found))
