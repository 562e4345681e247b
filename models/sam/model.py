"""Search of associative memory (SAM; Raaijmakers & Shiffrin, 1980, 1981)."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np

from memsim.core.arrays import FloatArray, IntArray
from memsim.core.event_probabilities import Events
from memsim.core.events import Distract, Study
from memsim.core.evidence import Evidence
from memsim.core.loop import study
from memsim.core.oldness import OldnessScale
from memsim.core.outcomes import scored_outcomes
from memsim.core.parameters import Preset, choice, flag, parameter
from memsim.core.probes import ProbeBatch
from memsim.core.recalls import Recalls
from memsim.core.trials import Trials
from memsim.models.sam.state import SAMState
from memsim.models.sam.strengths import strength_from_items

if TYPE_CHECKING:
    from memsim.models.sam.kernels import Search, SearchRule
    from memsim.models.sam.study import StudyRule

PUBLISHED = "Raaijmakers & Shiffrin (1981), part-list cuing simulations; as the default of a public implementation"
LIST = "Raaijmakers & Shiffrin (1981)"
REFIT = "fitted here to the serial position curves of Murdock (1962) 20-1, 30-1 and 40-1"
REFIT_LENGTHS = (20, 30, 40)
STRENGTHS = ("context_strength", "forward_strength", "self_strength", "residual_strength")
VARIANT = "a variant, not used by default"


RECOGNITION = (
    "unverified; set here: a quarter of new items are called old after a list of 16 at a word a second and, with "
    "strengths that were chosen for recall, nearly all old ones"
)


@final
@dataclass(frozen=True)
class SAM(OldnessScale):
    """Words gain strength while they are in a short-term store, and are then found by search with cues.

    S(C, i) is the strength from context to the image of word i, S(q, i) that from word q.

    1. Study. A store holds up to r words; a new word displaces one of a full store. The oldest member is displaced
       with probability δ(1-δ)^0 / [1-(1-δ)^r], the next with δ(1-δ)^1 / [...] and so on (Phillips, Shiffrin & Atkinson,
       1967): each with 1/r as δ goes to 0 (Raaijmakers & Shiffrin), the oldest if δ = 1. For every second in the
       store, S(C, i) grows by a, S(i, i) by c, and for two words in it together the strength from the earlier to the
       later by b, and backward by b' (b by default). After the list, words that were never together have strength d.
    2. Store. An immediate test begins with reading out the store; distraction empties it. With
       ``store_readout="strict"`` all its words come first, in ``store_order``. With ``"soft"`` as many words as it
       holds come first, each chosen in proportion to the probability that it is in the store. Each word read
       increments S(C, i) and S(i, i).
    3. Search. Cues are context alone, or context and the last word found. Image i is sampled with probability
       S(C, i)^W_C S(q, i)^W_I / Σ_m S(C, m)^W_C S(q, m)^W_I over all images, and a sampled word not yet recalled is
       recovered with 1 - exp(-W_C S(C, i) - W_I S(q, i)).
    4. Success: S(C, i) grows by e, S(q, i) by f (without effect here, as q is not a cue again), S(i, q) by f', S(i, i)
       by g; i becomes the cue. Failure: after L_max failures in a row with a word as cue, the search returns to context
       alone; after K_max failures in all, recall ends.
    5. ``failure_memory``: the effect of a failure to recover an image on later attempts. ``"none"``: no effect.
       ``"episode"``: the image cannot be recovered as long as the cues stay the same. ``"component"``: whether each cue
       helps recovery is settled once, so only a new cue can help (nearest to the verbal rule of 1981).
    6. Pairs. No store is kept, or one of a single pair: two items studied together for t seconds gain a t from context,
       c t to themselves, b t from first to second and b' t back.
    7. Recognition (Gillund & Shiffrin, 1984). Context and the probe activate all images: the evidence is
       F = Σ_k S(C, k)^W_C S(q, k)^W_I, with both items of a pair among the cues if pairs are judged. A new item has
       strength d to all images. Each strength is multiplied by 1 - v, 1 or 1 + v, each with probability 1/3, drawn
       anew at each probe. The distribution of F is that of :class:`memsim.models.sam.familiarity.Sums`. The store plays
       no part, and judgments leave memory as it is. With ``differentiation`` h, the strength d to an image studied for
       s seconds is d / s^h (Shiffrin, Ratcliff & Clark, 1990; the form is unverified).
    8. Cued recall. Cues are context and the item q, in up to K samples, each with an independent attempt at recovery;
       its own image fails. A success increments strengths as in 4.
    9. Context fluctuation (Mensink & Raaijmakers, 1988): t seconds after item i was last presented, S(C, i) counts
       as S(C, i) (s + (1 - s) exp(-λ t)); with λ = 0 context does not fluctuate.
    10. Repeated items keep one image. An item that is still in the store becomes its newest. A soft read-out does not
        take them, as whether an item is in the store then depends on the others.
    11. ``lapse``: the probability that a response is instead a uniform choice among the words left and stopping; the
        search continues from a word chosen so.

    Failed attempts are not observed. The model holds the probability of each number of failures so far and updates it
    with each response, so the likelihood is exact for one study history; histories are random and are averaged
    (``likelihood = "sampled"``). A strict store must be read out completely, including the last word, before other
    words: 18 to 23% of the lists of Murdock (1962) at a word a second are impossible, and many others so improbable
    that few samples of the store give them. To score people, use ``store_readout="soft"`` and a ``lapse`` of .01 or
    more, and report both; take enough samples (:func:`memsim.score` gives the error), a thousand or more with
    ``"component"``. A batch holds list_length² strengths for each trial. The final search for each recalled word
    (rechecking) is not implemented.

    Where the paper leaves a rule open, its forms are values of a parameter, whose source says so.
    """

    cues: ClassVar = ("free", "item")
    reads_study_time: ClassVar = True
    probes: ClassVar = ("item", "pair")
    citation: ClassVar = (
        "Raaijmakers, J. G. W., & Shiffrin, R. M. (1981). Search of associative memory. Psychological Review, 88, "
        "93-134."
    )
    likelihood: ClassVar = "sampled"
    mixes_lapses: ClassVar = True
    fitted: ClassVar = {
        **dict.fromkeys(("context_strength", "forward_strength", "backward_strength", "self_strength"), (0.0, 3.0)),
        "residual_strength": (0.0, 1.0), "context_increment": (0.0, 3.0), "displacement_bias": None,
        "sampling_failures_max": (5, 100), "lapse": (0.001, 0.5),
    }  # fmt: skip
    fitted_judgments: ClassVar = {
        **dict.fromkeys(("forward_strength", "backward_strength", "self_strength"), (0.0, 3.0)),
        "residual_strength": (0.0, 1.0), "criterion_noise": (0.001, 5.0), "lapse": (0.001, 0.5),
    }  # fmt: skip
    presets: ClassVar = {
        "murdock1962": Preset(dict(zip(STRENGTHS, (0.066, 0.022, 0.050, 0.007), strict=True)), REFIT, REFIT_LENGTHS),
        "murdock1962-soft": Preset(
            {
                **dict(zip(STRENGTHS, (0.066, 0.022, 0.050, 0.007), strict=True)),
                "backward_strength": 0.022,
                "store_readout": "soft",
                "lapse": 0.02,
            },
            REFIT + "; with a soft read-out and a lapse, to score and fit people's lists",
            REFIT_LENGTHS,
        ),
        "murdock1962-component": Preset(
            {**dict(zip(STRENGTHS, (0.090, 0.019, 0.037, 0.009), strict=True)), "failure_memory": "component"},
            REFIT,
            REFIT_LENGTHS,
        ),
        "murdock1962-long": Preset(
            {**dict(zip(STRENGTHS, (0.094, 0.017, 0.045, 0.008), strict=True)), "cue_failures_max": 8},
            REFIT,
            REFIT_LENGTHS,
        ),
        "raaijmakers1980": Preset(
            dict(zip(STRENGTHS, (0.055, 0.02, 0.055, 0.02), strict=True)),
            "unverified: near Raaijmakers & Shiffrin (1980), from memory",
        ),
    }

    store_size: int = parameter(
        4, 1, 20, unit="items", symbol="r", doc="capacity of the short-term store", source=PUBLISHED
    )
    displacement_bias: float = parameter(
        0.0, 0, 1, symbol="δ", doc="preference for displacing old members: 0 any, 1 the oldest", source=LIST
    )
    context_strength: float = parameter(0.1, 0, 10, unit="1/s", symbol="a", doc="context to item", source=PUBLISHED)
    forward_strength: float = parameter(
        0.1, 0, 10, unit="1/s", symbol="b", doc="earlier to later item", source=PUBLISHED
    )
    backward_strength: float | None = parameter(
        None,
        0,
        10,
        unit="1/s",
        symbol="b'",
        doc="later to earlier item; as forward if none",
        source=VARIANT + " (half of b in fSAM)",
        prior=(0.1, 1.0),
    )
    self_strength: float = parameter(0.1, 0, 10, unit="1/s", symbol="c", doc="item to itself", source=PUBLISHED)
    residual_strength: float = parameter(
        0.02, 0, 10, symbol="d", doc="items never in the store together", source=PUBLISHED
    )
    context_increment: float = parameter(0.7, 0, 10, symbol="e", doc="context to item, on its recall", source=PUBLISHED)
    item_increment: float = parameter(0.7, 0, 10, symbol="f", doc="cue to item, on its recall", source=PUBLISHED)
    self_increment: float = parameter(0.7, 0, 10, symbol="g", doc="item to itself, on its recall", source=PUBLISHED)
    backward_increment: float = parameter(
        0.0,
        0,
        10,
        symbol="f'",
        doc="item to its cue, on its recall",
        source=VARIANT + " (eSAM, Sirotin, Kimball & Kahana, 2005)",
    )
    sampling_failures_max: int = parameter(30, 1, 150, symbol="K_max", doc="failures that end recall", source=PUBLISHED)
    cue_failures_max: int = parameter(
        3, 1, 150, symbol="L_max", doc="failures in a row that end use of a word", source=PUBLISHED
    )
    context_weight: float = parameter(1.0, 0, 10, symbol="W_C", doc="weight of context among cues", source=LIST)
    item_weight: float = parameter(1.0, 0, 10, symbol="W_I", doc="weight of a word among cues", source=LIST)
    rehearsal: str = choice(
        "undivided", ("undivided", "divided"), "strength for each second in the store, or shared by its members",
        "unverified; undivided gives people's level of recall",
    )  # fmt: skip
    store_readout: str = choice("strict", ("strict", "soft"), "how the store is read out", LIST + ": strict")
    store_order: str = choice(
        "random", ("random", "forward", "backward"), "order of a strict read-out", "unverified; left open in 1981"
    )
    store_increment: bool = flag(True, "whether a word read from the store gains strength", "eSAM; unverified")
    first_cue: str = choice(
        "context", ("context", "last_read"), "first cue of the search after the store", "unverified"
    )
    failure_memory: str = choice(
        "none", ("none", "episode", "component"), "effect of a failed recovery on later attempts",
        "none, as public implementations; 1981 describes one",
    )  # fmt: skip

    _: KW_ONLY
    criterion: float = parameter(0.13, 0, None, symbol="C", doc="boundary between new and old", source=RECOGNITION)
    criterion_spacing: float = parameter(
        0.02, 0, None, symbol="Δ", doc="distance between the criteria of successive ratings", source=RECOGNITION
    )
    criterion_noise: float = parameter(
        0.01, 0, None, symbol="σ_c", doc="standard deviation of criteria from probe to probe", source=RECOGNITION
    )
    strength_variability: float = parameter(
        0.5, 0, 1, symbol="v", doc="variability of strengths at each probe",
        source="unverified: Gillund & Shiffrin (1984), from memory",
    )  # fmt: skip
    cued_samples_max: int = parameter(
        30, 1, 1000, symbol="K", doc="samples with an item as cue, in cued recall", source="unverified; as K_max"
    )
    differentiation: float = parameter(
        0.0,
        0,
        10,
        symbol="h",
        doc="decline of residual strength to images studied longer",
        source="0: none, as in 1984",
    )
    active_share: float = parameter(
        0.1, 0, 1, symbol="s", doc="share of context that is active", source="unverified; no effect while λ is 0"
    )
    fluctuation_rate: float = parameter(
        0.0, 0, 100, unit="1/s", symbol="λ", doc="rate at which context fluctuates", source="0: none, as in 1981"
    )

    @property
    def judges_repeated_items(self) -> bool:  # type: ignore[override]
        """All but a soft read-out of the store takes them."""
        return self.store_readout != "soft"

    def begin(self, trials: Trials, rng: np.random.Generator) -> SAMState:
        n, length = trials.items.shape
        repeats = bool(trials.repeated_items.any())
        size = min(self.store_size, length)
        belief = np.zeros((n, 2 if self.backward_increment else 1, self.sampling_failures_max))
        belief[:, 0, 0] = 1
        return SAMState(
            context=np.zeros((n, length)),
            links=np.zeros((n, length, length)),
            store=np.zeros((n, size), dtype=np.int32),
            occupancy=np.zeros((length, size)),
            chance=self._chance(trials, rng),
            seconds=trials.paradigm.presentation_times,
            recalled=np.broadcast_to(trials.first_presentation != np.arange(length), (n, length)).copy(),
            cue=np.full(n, -1, dtype=np.int32),
            previous=np.full(n, -1, dtype=np.int32),
            belief=belief,
            done=np.zeros(n, dtype=bool),
            by_context=np.zeros((n, length)),
            read=np.zeros((n, length)),
            reads_left=np.zeros(n, dtype=np.int32),
            studied_at=np.zeros((n, length)),
            studied=np.zeros(length, dtype=bool),
            first=trials.first_presentation if repeats else None,
            stored=np.zeros(n, dtype=np.int32) if repeats else None,
        )

    def _chance(self, trials: Trials, rng: np.random.Generator) -> FloatArray:
        return rng.random((2, *trials.items.shape))

    def study(self, state: SAMState, position: int) -> SAMState:
        from memsim.models.sam.study import study_item, study_repeated

        rule = self._study_rule(state.store.shape[1], state.seconds[position])
        self._presented(state, (position,))
        if state.first is not None:
            units, draws = state.first[:, position], state.chance[0, :, position]
            study_repeated(units, state.stored, rule, draws, state.store, state.context, state.links)
            return state
        if state.n_stored == rule.size:
            displaced, gone = self._displacement(rule.size), rule.knock_out
            state.occupancy[:, :-1] = state.occupancy[:, :-1] * (1 - gone[:-1]) + state.occupancy[:, 1:] * (
                gone[1:] - displaced[1:]
            )
            state.occupancy[:, -1] = 0
        state.n_stored = study_item(
            position, state.n_stored, rule, state.chance[0, :, position], state.store, state.context, state.links
        )
        state.occupancy[position, state.n_stored - 1] = 1
        return state

    def study_pair(self, state: SAMState, first: int, second: int) -> SAMState:
        t, rows = state.seconds[first], np.arange(len(state.context))
        back = self.forward_strength if self.backward_strength is None else self.backward_strength
        one, other = (position if state.first is None else state.first[:, position] for position in (first, second))
        for item in (one, other):
            state.context[rows, item] += self.context_strength * t
            state.links[rows, item, item] += self.self_strength * t
        state.links[rows, one, other] += self.forward_strength * t
        state.links[rows, other, one] += back * t
        self._empty_store(state)
        if state.store.shape[1] > 1:
            state.store[:, 0], state.store[:, 1], state.n_stored = one, other, 2
            state.occupancy[first, 0] = state.occupancy[second, 1] = 1
            if state.stored is not None:
                state.stored[:] = 2
        self._presented(state, (first, second))
        return state

    def _presented(self, state: SAMState, positions: tuple[int, ...]) -> None:
        state.clock += state.seconds[positions[0]]
        rows = np.arange(len(state.context))
        for position in positions:
            state.studied[position] = True
            state.studied_at[rows, position if state.first is None else state.first[:, position]] = state.clock

    def _study_rule(self, size: int, seconds: float) -> StudyRule:
        from memsim.models.sam.study import StudyRule

        members = np.maximum(np.arange(size + 1), 1) if self.rehearsal == "divided" else np.ones(size + 1)
        back = self.forward_strength if self.backward_strength is None else self.backward_strength
        rates = (self.context_strength, self.forward_strength, back, self.self_strength)
        return StudyRule(size, np.cumsum(self._displacement(size)), seconds / members, rates, self.residual_strength)

    def _displacement(self, size: int) -> FloatArray:
        """(size,) probability that each member of a full store is displaced, the oldest first."""
        bias = self.displacement_bias
        if bias == 0:
            return np.full(size, 1 / size)
        weight = bias * (1 - bias) ** np.arange(size)
        return weight / weight.sum()

    def distract(self, state: SAMState, seconds: float) -> SAMState:
        state.clock += seconds
        if seconds > 0:
            self._empty_store(state)
            state.reads_left[:] = 0
        return state

    def _empty_store(self, state: SAMState) -> None:
        state.n_stored = 0
        state.occupancy[:] = 0
        if state.stored is not None:
            state.stored[:] = 0

    def cue(self, state: SAMState, cue: str) -> SAMState:
        from memsim.models.sam.kernels import settle

        super().cue(state, cue)
        state.context[:] = self._context_now(state)
        state.studied_at[:] = state.clock
        self._leave_residue(state)
        if self.store_readout == "soft":
            state.read[:] = state.occupancy.sum(axis=1)
        elif state.stored is None:
            np.put_along_axis(state.read, state.store[:, : state.n_stored].astype(np.intp), 1, axis=1)
        else:
            rows, places = np.nonzero(np.arange(state.store.shape[1]) < state.stored[:, None])
            state.read[rows, state.store[rows, places]] = 1
        state.reads_left[:] = state.n_stored if state.stored is None else state.stored
        settle(self._rule(), state.chance[1], state.context, state.by_context)
        return state

    def outcome_probabilities(self, state: SAMState) -> FloatArray:
        from memsim.models.sam.kernels import outcome_probabilities

        n, length = state.context.shape
        if state.partner_of is not None:
            return self._partner_probabilities(state, state.partner_of)
        outcome = np.empty((n, length + 1))
        outcome_probabilities(self._rule(), self._search(state), outcome)
        return outcome

    def recalled(self, state: SAMState, position: IntArray) -> SAMState:
        from memsim.models.sam.kernels import condition

        if state.partner_of is not None:
            return self._partner_recalled(state, state.partner_of, position)
        condition(self._rule(), self._search(state), position)
        return state

    def familiarity(self, state: SAMState, probe: ProbeBatch) -> Evidence:
        from memsim.models.sam.probing import familiarity

        return familiarity(self, state, probe)

    def fast_evidence(self, trials: Trials, rng: np.random.Generator) -> Evidence | None:
        from memsim.models.sam.probing import familiarity_of_all

        return familiarity_of_all(self, trials, rng)

    def fast_judgments(self, trials: Trials, rng: np.random.Generator, criteria: FloatArray) -> FloatArray | None:
        """With the guesses of ``lapse``, which SAM mixes in by itself."""
        own = super().fast_judgments(trials, rng, criteria)
        return None if own is None else own + self.lapse * (1 / own.shape[2] - own)

    def rating_probabilities(self, state: SAMState, probe: ProbeBatch, criteria: FloatArray) -> FloatArray:
        """As of :class:`memsim.OldnessScale`, with the guesses of ``lapse``."""
        own = super().rating_probabilities(state, probe, criteria)
        return own + self.lapse * (1 / own.shape[1] - own)

    def cue_item(self, state: SAMState, probe: ProbeBatch) -> SAMState:
        if state.partner_of is None:
            self._leave_residue(state)
        state.partner_of = np.minimum(probe.units.max(axis=1), state.context.shape[1])  # the other side is empty
        return state

    def _partner_probabilities(self, state: SAMState, cue: IntArray) -> FloatArray:
        from memsim.models.sam.familiarity import partner_probabilities

        by_context, by_item = self._context_now(state), strength_from_items(state.links, cue, self._residual(state))
        sample = np.where(state.studied, by_context**self.context_weight * by_item**self.item_weight, 0)
        recover = -np.expm1(-self.context_weight * by_context - self.item_weight * by_item)
        outcome = partner_probabilities(sample, recover, cue, self.cued_samples_max)
        if self.lapse:
            guess = np.concatenate((~state.recalled, np.ones((len(cue), 1))), axis=1)
            outcome += self.lapse * (guess / guess.sum(axis=1, keepdims=True) - outcome)
        return outcome

    def _partner_recalled(self, state: SAMState, cue: IntArray, position: IntArray) -> SAMState:
        row = np.flatnonzero(position < state.context.shape[1])
        item, by = position[row], cue[row]
        state.context[row, item] = self._context_now(state)[row, item] + self.context_increment
        state.studied_at[row, item] = state.clock
        state.links[row, item, item] += self.self_increment
        state.recalled[row, item] = True
        row, item, by = (each[by < state.context.shape[1]] for each in (row, item, by))
        state.links[row, by, item] += self.item_increment
        state.links[row, item, by] += self.backward_increment
        return state

    def _context_now(self, state: SAMState) -> FloatArray:
        from memsim.models.sam.probing import context_now

        return context_now(self, state)

    def _residual(self, state: SAMState) -> FloatArray:
        from memsim.models.sam.probing import residual_of

        return residual_of(self, state)

    def _leave_residue(self, state: SAMState) -> None:
        from memsim.models.sam.study import leave_residue

        if not self.differentiation:
            leave_residue(self.residual_strength, state.links)
            return
        never = (state.links == 0) & ~np.eye(state.links.shape[1], dtype=bool)
        state.links[:] = np.where(never, self._residual(state)[:, None], state.links)

    def fast_events(self, recalls: Recalls, rng: np.random.Generator) -> Events | None:
        """As the steps, in one compiled loop."""
        from memsim.models.sam.kernels import events_of_lists

        trials = recalls.trials
        by_steps = trials.repeated_items.any() or self.differentiation or self.fluctuation_rate
        by_steps = by_steps or trials.paradigm.varies_study_time
        if not trials.paradigm.silence_ends or by_steps:
            return None
        if not all(isinstance(event, Study | Distract) for event in trials.paradigm.presentation()):
            return None
        studied = study(self, trials[:0], rng)
        schedule = [event.position if isinstance(event, Study) else -1 for event in trials.paradigm.presentation()
                    if not isinstance(event, Distract) or event.seconds > 0]  # fmt: skip
        seconds = trials.paradigm.presentation_time
        found = events_of_lists(
            self._rule(), self._study_rule(studied.store.shape[1], seconds), np.array(schedule),
            studied.occupancy.sum(axis=1), self._chance(trials, rng), scored_outcomes(recalls, self.repeats).columns,
        )  # fmt: skip
        return Events(*found)

    def _search(self, state: SAMState) -> Search:
        from memsim.models.sam.kernels import Search

        return Search(*(getattr(state, name) for name in Search._fields))

    def _rule(self) -> SearchRule:
        from memsim.models.sam.kernels import SearchRule

        return SearchRule(
            failures_max=self.sampling_failures_max,
            cue_failures_max=self.cue_failures_max,
            context_weight=self.context_weight,
            item_weight=self.item_weight,
            context_increment=self.context_increment,
            item_increment=self.item_increment,
            self_increment=self.self_increment,
            backward_increment=self.backward_increment,
            lapse=self.lapse,
            episode=self.failure_memory == "episode",
            component=self.failure_memory == "component",
            soft=self.store_readout == "soft",
            read_order={"random": 0, "forward": 1, "backward": -1}[self.store_order],
            read_increment=self.store_increment,
            read_cues=self.first_cue == "last_read",
        )
