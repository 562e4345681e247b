"""Imitation of people's recalls."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from memsim.core.errors import InputError
from memsim.core.outcomes import scored_outcomes
from memsim.core.recalls import Recalls
from memsim.core.seeding import stream
from memsim.models.networks.network_steps import presentation_steps
from memsim.models.networks.people_seen import people_of
from memsim.models.networks.vectors import item_vectors
from memsim.training.objectives.lists import AnyOrder
from memsim.training.objectives.losses import sequence_loss, studied
from memsim.training.settings import Training


class Imitation(AnyOrder):
    """What people recalled, and when they stopped; some subjects are held out. Repeats are left out."""

    repeats = False

    def __init__(self, training: Training, generator: torch.Generator, device: str, people: Recalls) -> None:
        super().__init__(training, generator, device)
        people.trials.require_different_items("imitation")
        self.people = people
        subjects = people.trials.subjects
        n_held = min(max(1, round(training.held_out * len(subjects))), len(subjects) - 1)
        if n_held < 1:
            raise InputError("imitation needs at least two subjects, one of them to hold out")
        held = stream(training.seed, "held out").choice(len(subjects), n_held, replace=False)
        self.held = np.isin(people.trials.subject_codes, held)
        vectors = item_vectors(people.trials.pool, training.vector_size)[people.trials.items]
        self.vectors = torch.from_numpy(vectors).to(torch.get_default_dtype())
        self.columns = torch.from_numpy(scored_outcomes(people, self.repeats).columns.astype(np.int64))
        self.trained_on = torch.from_numpy(np.flatnonzero(~self.held))

    @property
    def most_steps(self) -> int:
        """Those of the task that people did, the cue, and each of their responses."""
        return presentation_steps(self.people.trials.paradigm) + 1 + self.columns.shape[1]

    def draw(self, longest: int) -> dict[str, Any]:
        """Lists of people, which are as long as they are, and what was recalled."""
        drawn = torch.randint(len(self.trained_on), (self.training.batch,), generator=self.generator)
        rows = self.trained_on[drawn]
        return self._given(rows, self._vectors(rows))

    def loss_of(self, drawn: Any) -> Tensor:
        """See :func:`sequence_loss`."""
        paradigm = self.people.trials.paradigm
        wearing = self.wearing(drawn, paradigm.presentation_times.tolist())
        episode = studied(self.network, drawn["items"], paradigm, wearing=wearing)
        return sequence_loss(self.network, episode, drawn["columns"])

    def held_out_loss(self) -> float:
        """Mean loss (nats per event) of the subjects held out."""
        with torch.no_grad():
            rows = torch.from_numpy(np.flatnonzero(self.held))
            return float(self.loss_of(self._given(rows, self.vectors[rows])))

    def about(self) -> dict[str, Any]:
        """The people, the subjects held out, and those trained on."""
        return {**super().about(), "people": people_of(self.people, self.held)}

    def _vectors(self, rows: Tensor) -> Tensor:
        """Item vectors of the lists in ``rows``; new ones where items have no features, or lists would be memorised."""
        known = self.vectors[rows]
        return known if self.people.trials.pool.features is not None else self.signs(known.shape)

    def _given(self, rows: Tensor, vectors: Tensor) -> dict[str, Any]:
        """The lists of these rows, and their events, up to the last of any list."""
        columns = self.columns[rows]
        most = int((columns >= 0).any(dim=0).sum())
        return {"items": vectors.to(self.device), "columns": columns[:, :most].to(self.device), **self.noise()}
