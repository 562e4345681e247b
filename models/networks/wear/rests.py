"""The rest between study and test as declared parameters; torch is not imported here."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import NamedTuple

from memsim.core.limits import SECONDS
from memsim.core.parameters import Parameterized, parameter

OURS = "unverified; ours"
MOST_CYCLES, MOST_STEPS, MOST_LATER = 200, 20, 20


class Rest(NamedTuple):
    """What happens between study and test; see :class:`Resting` for each."""

    rest: float = 0.0
    sleep_cycles: int = 0
    sleep_replay: float = 0.0
    sleep_choice: float = 0.0
    sleep_steps: int = 0
    sleep_strengthen: float = 0.0
    sleep_gain: float = 0.0
    sleep_weaken: float = 0.0
    sleep_free: float = 0.0
    sleep_prune: float = 0.0
    later_items: int = 0

    @property
    def changes(self) -> bool:
        """Whether anything happens after study that changes the state, if nothing wears it."""
        return self.sleeps or self.later_items > 0

    @property
    def sleeps(self) -> bool:
        """Whether there is sleep."""
        return self.sleep_cycles > 0


@dataclass(frozen=True)
class Resting(Parameterized):
    """A rest between study and test, in which the network takes no steps; its state wears, and in sleep it replays.

    Each cycle of sleep takes an equal part of ``rest``. Rows are replayed by their strength s, which is their usage u
    (their length where the core has no usage)::

        draw row i with probability s_i^τ / Σ s^τ
        replay i:    m = Σ_j softmax_j(8 cos(M_i, M_j)) M_j
                     M_i <- M_i + replay (m - M_i), at its former length times (1 + strengthen)
                     u_i <- u_i + gain (1 - u_i)
        follow the links: ``sleep_steps`` times from i to the row j with the largest link L[j, i], if it exceeds .05;
                     replay j, and L[j, i] <- L[j, i] + gain (1 - L[j, i])
        all others:  M, u and L lose the share ``weaken``
        rows whose usage is below ``free`` are emptied: contents, usage and links become 0
        prune:       start from noise, settle by three steps of a Hopfield network; where the row that is reached is not
                     among the stronger half of those in use, it loses the share ``prune`` of contents and usage

    After the rest so many ``later_items`` may be studied before the test, each as long as the item at its place in the
    list: random items of the pool that are not in the list. Whether sleep protects the list from them, a rest without
    sleep tells, and one of no time.

    So what is strong gains, and its weak competitors lose. Replay by strength, with strengthening of some and weakening
    of others, follows Rasch & Born (2013); replay of what was learned in turn with exploration, Singh, Norman &
    Schapiro (2022). The equations and numbers are ours.
    """

    _: KW_ONLY
    rest: float = parameter(0.0, 0, SECONDS, unit="s", doc="rest between study and test, without steps", source="none")
    sleep_cycles: int = parameter(0, 0, MOST_CYCLES, doc="cycles of sleep in this rest; 0: awake", source="none")
    sleep_replay: float = parameter(0.2, 0, 1, symbol="η", doc="how far a row moves to what it recalls", source=OURS)
    sleep_choice: float = parameter(2.0, 0, 100, symbol="τ", doc="power of strength by which rows are replayed",
                                    source=OURS)  # fmt: skip
    sleep_steps: int = parameter(3, 0, MOST_STEPS, symbol="ℓ", doc="links that are followed in a cycle", source=OURS)
    sleep_strengthen: float = parameter(0.0, 0, 1, symbol="η_s", doc="growth of a row with each replay", source=OURS)
    sleep_gain: float = parameter(0.3, 0, 1, symbol="η_u", doc="gain of usage and links with each replay", source=OURS)
    sleep_weaken: float = parameter(
        0.05, 0, 1, symbol="λ", doc="share that rows and links lose in a cycle without replay", source=OURS
    )
    sleep_free: float = parameter(0.1, 0, 1, symbol="θ", doc="usage below which a row is emptied", source=OURS)
    sleep_prune: float = parameter(
        0.0, 0, 1, symbol="λ_r", doc="share that a weak row loses when it is found by exploration", source=OURS
    )

    later_items: int = parameter(
        0, 0, MOST_LATER, unit="items", doc="items of another list that are studied after the rest", source="none"
    )

    @property
    def given_rest(self) -> Rest:
        """The rest as it is given."""
        return Rest(*(getattr(self, name) for name in Rest._fields))
