"""A trained network as a model of memory: the steps of a trial."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.errors import InputError
from memsim.core.event_probabilities import Events, Pullback
from memsim.core.events import Distract
from memsim.core.evidence import Evidence, Logistic
from memsim.core.limits import STATE_NUMBERS
from memsim.core.loop import present, step
from memsim.core.outcomes import NO_EVENT, scored_outcomes
from memsim.core.probes import ProbeBatch
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import require_taken
from memsim.core.seeding import stream
from memsim.core.tested_at_end import studied_state
from memsim.core.trials import Paradigm, Trials
from memsim.models.networks.choice_slopes import choice_probabilities, events_and_pullback
from memsim.models.networks.threads import one_thread
from memsim.models.networks.trained_network import CHOICE, TrainedNetwork
from memsim.models.networks.vectors import item_vectors

if TYPE_CHECKING:
    from torch import Tensor

    from memsim.models.networks.recall_network import Episode, Seen

MOST_STEPS = 100_000
"""Of distraction at a time; a second is a step."""
TOGETHER = 2048
"""Trials that the network takes at a time, which bounds the memory that a step needs."""
LARGE = 50_000
"""Studied items of a simulation from which on compiled loops are faster, also where they have to be loaded first."""

_JUDGED: WeakKeyDictionary[Trials, dict[tuple[Hashable, ...], FloatArray]] = WeakKeyDictionary()
"""(n_trials * n_probes) the logits of the probes of trials, by :attr:`NetworkModel.outputs_of`."""

Episodes: TypeAlias = "list[Episode]"
"""The state: trials in parts of :data:`TOGETHER`, or fewer where the state of a trial takes much memory."""


@dataclass(frozen=True)
class NetworkModel(TrainedNetwork):
    """A trained core in an experiment.

    A network that judges probes puts out a logit l; the evidence that a probe is old is logistic around it, with the
    scale 1, so that P(old) = 1 / (1 + exp(C - l)), and C = 0 is as trained. Nothing else is random. Neither probes nor
    cues change what is remembered.
    """

    def begin(self, trials: Trials, rng: np.random.Generator) -> Episodes:
        import torch

        from memsim.models.networks.recall_network import Ended

        network, switched_off = self.network(), self.switched_off
        vectors = torch.from_numpy(item_vectors(trials.pool, network.vector_size)[trials.items])
        with torch.inference_mode(), one_thread():
            state = [network.begin(part) for part in torch.split(vectors, self.together(trials.paradigm))]
        for episode in state:
            episode.without, episode.lesioned = switched_off, self.lesioned
            episode.cue = self.cue_of(trials.paradigm)
        if self.is_worn:
            from memsim.models.networks.wear.trials import begin_wearing

            begin_wearing(self, state, trials, rng)
        parts = np.split(trials.items, np.cumsum(_sizes(state))[:-1])
        pool = torch.from_numpy(item_vectors(trials.pool, network.vector_size))
        for episode, items in zip(state, parts, strict=True) if self.intrusions else ():
            episode.lures = pool
            episode.studied = torch.from_numpy(items.astype(np.int64))
        if trials.probes is None:
            return state
        is_first = trials.first_presentation == np.arange(trials.list_length)
        for episode, first in zip(state, torch.split(torch.from_numpy(is_first), _sizes(state)), strict=True):
            episode.pool = pool
            if trials.paradigm.silence_ends and not trials.paradigm.cued_by_item:
                episode.ended = Ended(torch.ones(len(episode.items), dtype=torch.bool))
            episode.left = first if trials.paradigm.cued_by_item else episode.left
        return state

    def together(self, paradigm: Paradigm) -> int:
        """Trials that the network takes at a time, by the memory that their states take at the end.

        Raises
        ------
        InputError : the state of a single trial is too large.
        """
        numbers = self.network().state_size(most_steps(paradigm) + self.later_items)
        if numbers > STATE_NUMBERS:
            raise InputError(
                f"{type(self).__name__}: the state of the core {self.record['network']} grows to {numbers:,} numbers "
                f"in a trial of this task, more than {STATE_NUMBERS:,}; shorten the lists or the distraction"
            )
        return min(TOGETHER, STATE_NUMBERS // max(numbers, 1))

    def study(self, state: Episodes, position: int) -> Episodes:
        return self._each(state, "study", [position] * len(state))

    def study_pair(self, state: Episodes, first: int, second: int) -> Episodes:
        if not self.task.pairs:
            return super().study_pair(state, first, second)  # which raises
        return self._each(state, "study_pair", [(first, second)] * len(state))

    def distract(self, state: Episodes, seconds: float) -> Episodes:
        if seconds > MOST_STEPS:
            raise InputError(
                f"{type(self).__name__}: {seconds:g} s of distraction are as many steps of the network, more than "
                f"{MOST_STEPS:,}; shorten the task"
            )
        return self._each(state, "distract", [(math.ceil(seconds), seconds)] * len(state))

    def cue(self, state: Episodes, cue: str) -> Episodes:
        super().cue(state, cue)
        return self._each(state, "cue")

    def cue_item(self, state: Episodes, probe: ProbeBatch) -> Episodes:
        if not self.task.pairs:
            return super().cue_item(state, probe)  # which raises
        import torch

        length = state[0].items.shape[1]
        # The cue is on one side; its unit is its position in the list, unless it is a lure.
        unit = probe.units.max(axis=1)
        positions = torch.from_numpy(np.where(unit < 0, length, np.minimum(unit, length)).astype(np.int64))
        network, cues = self.network(), self._vectors(state, probe.items)
        with torch.inference_mode(), one_thread():
            for episode, shown, position in zip(state, cues, torch.split(positions, _sizes(state)), strict=True):
                asked = network.cue_items(episode, shown[:, None], position[:, None])
                episode.logits, episode.lured = asked.logits, asked.lured
        return state

    def familiarity(self, state: Episodes, probe: ProbeBatch) -> Logistic:
        if not self.task.probes:
            super().familiarity(state, probe)  # which raises
        import torch

        # Where the list is recalled as well, the cue is another one for probes, which leave the state as it is.
        judging = self.judging_cue
        state = state if judging is None else [replace(episode, cue=judging) for episode in state]
        network, probes = self.network(), self._vectors(state, probe.items)
        with torch.inference_mode(), one_thread():
            logits = [network.judge(episode, shown)[:, 0] for episode, shown in zip(state, probes, strict=True)]
        return Logistic(torch.cat(logits).numpy())

    def fast_evidence(self, trials: Trials, rng: np.random.Generator) -> Evidence | None:
        """Of tests at the end. Without wear it depends on no parameters, so that trials keep what was computed."""
        if self.is_worn:
            return None
        kept = _JUDGED.setdefault(trials, {})
        key = self.outputs_of
        if key not in kept:
            state = studied_state(self, trials, rng) if self.task.probes else None
            if state is None:
                return None
            judged = [self.familiarity(state, trials.probe(index)) for index in range(trials.paradigm.n_probes)]
            kept[key] = np.stack([each.mean for each in judged], axis=1).ravel()
        return Logistic(kept[key])

    def idle_parameters(self, n_ratings: int) -> tuple[str, ...]:
        """Those of recall, besides those of the scale."""
        return (*(CHOICE if n_ratings else ()), *super().idle_parameters(n_ratings))

    def _vectors(self, state: Episodes, items: IntArray) -> list[Tensor]:
        """For each part of the trials, (n_trials, n_sides, D) vectors of items of the pool; zeros for an empty side."""
        import torch

        pool = state[0].pool
        assert pool is not None, "a test with probes has a pool"
        given = torch.from_numpy(items.astype(np.int64))
        vectors = pool[given.clamp(min=0)] * (given >= 0)[:, :, None]
        return list(torch.split(vectors, _sizes(state)))

    def outcome_probabilities(self, state: Episodes) -> FloatArray:
        return choice_probabilities(self.logits(state)[0])

    def logits(self, state: Episodes) -> tuple[FloatArray, FloatArray]:
        """(n_trials, n_outcomes) the logits of the outcomes, and their derivatives by ``choice_strength``."""
        logits, similar = self.scaled(np.concatenate([episode.logits.numpy() for episode in state]))
        if not self.intrusions:
            return logits, similar
        others = [self._others(episode) for episode in state]
        stranger, its_slope = (np.concatenate(each) for each in zip(*others, strict=True))
        return np.concatenate((logits, stranger), axis=1), np.concatenate((similar, its_slope), axis=1)

    def scaled(self, output: FloatArray) -> tuple[FloatArray, FloatArray]:
        """As :meth:`logits`, from the ``output`` of the network, (n_trials, list_length + 1), without intrusions."""
        is_candidate = ~np.isneginf(output)
        similar = np.where(is_candidate, output, 0)
        similar[:, -1] = 0
        logits = np.where(is_candidate, self.choice_strength * similar, -np.inf)
        logits[:, -1] = output[:, -1] + self.stop_bias
        return logits, similar

    def _others(self, episode: Episode) -> tuple[FloatArray, FloatArray]:
        """(n_trials, 1) the logit of an item that was not studied, of all of the pool together, and its derivative.

        Where the pool holds no other items, it is -inf, and the derivative 0.
        """
        assert episode.lured is not None and episode.studied is not None
        support = (self.choice_strength * episode.lured).scatter(1, episode.studied, -np.inf)
        mean = (support.softmax(1).nan_to_num(0.0) * episode.lured).sum(1, keepdim=True)
        return support.logsumexp(1, keepdim=True).numpy(), mean.numpy()

    def fast_simulation(self, trials: Trials, seed: int) -> Recalls | None:
        """Large simulations of recall by a DNC or an LSTM, in single precision and compiled loops.

        They draw the random numbers of the steps, so that responses are the same but where rounding decides. Other
        cores, lesions, intrusions, and small simulations, which take less time than compiling, are left to the steps.
        """
        paradigm = trials.paradigm
        hurt = self.without or self.is_worn
        if self.precision == "double" or trials.items.size < LARGE or hurt or self.intrusions:
            return None
        if paradigm.forced or paradigm.cued_by_item or paradigm.cue not in self.cues or self.task.pairs:
            return None
        if self.network().n_cues:
            return None
        core = self.network().network
        if getattr(core, "has_compiled_loops", False) is not True or presentation_steps(paradigm) > MOST_STEPS:
            return None
        from memsim.models.networks.compiled.simulation import simulated_recalls

        return simulated_recalls(self, trials, seed)

    def fast_gradient(self, recalls: Recalls, rng: np.random.Generator) -> tuple[Events, Pullback] | None:
        paradigm = recalls.trials.paradigm
        if paradigm.forced or paradigm.cued_by_item or self.is_worn:
            return None
        return events_and_pullback(self, recalls, rng)

    def recalled(self, state: Episodes, position: IntArray) -> Episodes:
        if self.task_at(state[0].cue).pairs:
            return state
        import torch

        length = state[0].items.shape[1]
        # An intrusion is fed back as nothing: which item it was is not known.
        given = torch.from_numpy(np.minimum(position, length).astype(np.int64))
        ends = torch.from_numpy(position == length)
        parts = list(zip(torch.split(given, _sizes(state)), torch.split(ends, _sizes(state)), strict=True))
        return self._each(state, "recalled_or_ended", parts)

    def watch(self, recalls: Any) -> list[Seen]:
        """What is to be seen of every step of trials with these responses: weightings, and the state after the step.

        The steps are those of study and distraction, the cue, and each response as it is fed back. Responses that the
        model cannot produce are left out by the rule of :func:`memsim.core.outcomes.scored_outcomes`. Where probes are
        judged, or items cue their partners, the steps after study are those of each probe or cue, ``LOOKS`` for each,
        from the state after study; they do not depend on the responses.

        Parameters
        ----------
        recalls : recalls or judgments.

        Raises
        ------
        InputError : too many lists, a task whose probes stand among the items of study, or one with recall and probes.
        """
        trials = recalls.trials
        most = self.together(trials.paradigm)
        if len(recalls) > most:
            raise InputError(f"at most {most:,} lists can be watched at a time; there are {len(recalls):,}")
        require_taken(self, trials)
        state = self.begin(trials, stream(0))
        seen: list[Seen] = []
        state[0].seen = seen
        if trials.probes is not None:
            ask: Any = self.cue_item if trials.paradigm.cued_by_item else self.familiarity
            studied = list(trials.paradigm.presentation())
            if list(trials.paradigm.events())[: len(studied)] != studied:
                raise InputError(
                    "watch: the probes of this task stand among the items of study; give one that tests after"
                )
            if trials.paradigm.cue and not trials.paradigm.cued_by_item:
                raise InputError(
                    "watch: lists of this task are recalled besides the probes; give a task that only recalls or only "
                    "probes (free_recall, recognition)"
                )
            for event in studied:
                state = step(self, state, event)
            for index in range(trials.paradigm.n_probes):
                ask(state, trials.probe(index))
            return seen
        state = present(self, state, trials.paradigm)
        columns = scored_outcomes(recalls, self.repeats, self.intrusions).columns
        for column in columns.T:
            responded = (column != NO_EVENT) & (column != recalls.list_length)
            if not responded.any():
                break
            state = self.recalled(state, np.where(responded, column, recalls.list_length))
        return seen

    def _each(self, state: Episodes, step: str, values: Sequence[Any] | None = None) -> Episodes:
        """Take a step of the network for each part of the trials."""
        import torch

        take = getattr(self.network(), step)
        with torch.inference_mode(), one_thread():
            for index, episode in enumerate(state):
                arguments: Any = () if values is None else values[index]
                state[index] = take(episode, *(arguments if isinstance(arguments, tuple) else (arguments,)))
        return state


def presentation_steps(paradigm: Paradigm) -> int:
    """The steps of the network until the test begins."""
    return sum(math.ceil(event.seconds) if isinstance(event, Distract) else 1 for event in paradigm.presentation())


def most_steps(paradigm: Paradigm) -> int:
    """The most steps that the network takes in a trial: those of study and distraction, the cue, and responses."""
    return presentation_steps(paradigm) + 1 + max(paradigm.max_responses, 1)


def _sizes(state: Episodes) -> list[int]:
    """The trials in each part."""
    return [len(episode.items) for episode in state]
