"""The levers of wear as declared parameters, of networks and of training; torch is not imported here."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import NamedTuple

from memsim.core.parameters import Parameterized, parameter

NONE = "none: nothing wears"


class Wear(NamedTuple):
    """How fast what a network carries from step to step wears; see :class:`Levers` for each."""

    row_decay: float = 0.0
    row_noise: float = 0.0
    write_noise: float = 0.0
    write_blur: float = 0.0
    usage_decay: float = 0.0
    link_decay: float = 0.0
    state_decay: float = 0.0
    state_noise: float = 0.0
    flush: float = 0.0
    flush_noise: float = 0.0
    carry_over: float = 0.0

    @property
    def is_random(self) -> bool:
        """Whether noise is drawn."""
        return any((self.row_noise, self.write_noise, self.state_noise, self.flush * self.flush_noise))

    @property
    def is_active(self) -> bool:
        """Whether anything wears."""
        return any(self._replace(flush_noise=0.0))


@dataclass(frozen=True)
class Levers(Parameterized):
    """How the state of a network wears between steps.

    Rates are per second, and hold for as long as each step takes. With Δ the seconds of a step, ε standard normal
    numbers, and rms the root mean square over all rows of a trial, which has no gradient::

        M <- (1 - row_decay)^Δ (√q M + √(1 - q) rms(M) ε),   q = exp(-row_noise² Δ)

    and likewise the controller, with ``state_decay`` and ``state_noise``. Noise is relative, or training would answer
    it with larger numbers; it takes the place of contents, which keep their length. Over a short time its standard
    deviation is row_noise √Δ of rms, and however a time is divided into steps, in the end as much is kept.

    What is written wears as it is written: ``write_noise`` adds w_i · rms(M) ε to row i, with w_i how far it was
    written; and a share ``write_blur`` of what the step changed goes to other rows by their usage u,
    M <- M_before + (1 - b) D + b (u_i / Σ u) Σ_j D_j, with D the change.

    At the cue, a share ``flush`` of the controller and of what was read last gives way to noise of standard deviation
    ``flush_noise``. ``carry_over`` is the share of the memory after study of a list before that is left when a list
    begins (contents, usage and links; the controller begins anew; neither the recall of that list nor the lists
    before it are in it). Which list it was is random: other items of the pool, or in training another list of the
    batch. So trials do not depend on one another, and data may be taken in parts.

    Contents are found by the cosine, which decay alone leaves as it is; it acts with noise, and beside the controller.
    """

    _: KW_ONLY
    row_decay: float = parameter(
        0.0, 0, 1, unit="1/s", symbol="1-γ_M", doc="share of the contents of memory lost in a second", source=NONE
    )
    row_noise: float = parameter(
        0.0, 0, 10, symbol="σ_M", doc="noise in the contents of memory in a second, relative to their size", source=NONE
    )
    write_noise: float = parameter(
        0.0, 0, 10, symbol="σ_w", doc="noise in rows that are written, relative to the size of contents", source=NONE
    )
    write_blur: float = parameter(
        0.0, 0, 1, symbol="b", doc="share of what is written that goes to rows in use instead", source=NONE
    )
    usage_decay: float = parameter(
        0.0, 0, 1, unit="1/s", symbol="1-γ_u", doc="share of the usage of rows lost in a second", source=NONE
    )
    link_decay: float = parameter(
        0.0, 0, 1, unit="1/s", symbol="1-γ_L", doc="share of links between rows lost in a second", source=NONE
    )
    state_decay: float = parameter(
        0.0, 0, 1, unit="1/s", symbol="1-γ_c", doc="share of the state of the controller lost in a second", source=NONE
    )
    state_noise: float = parameter(
        0.0, 0, 10, symbol="σ_c", doc="noise in the controller in a second, relative to its size", source=NONE
    )
    flush: float = parameter(
        0.0, 0, 1, symbol="f", doc="share of the controller that is lost when the test begins", source=NONE
    )
    flush_noise: float = parameter(
        0.3, 0, 10, symbol="σ_f", doc="standard deviation of the noise in its place",
        source="chosen here: the size of what it replaces",
    )  # fmt: skip
    carry_over: float = parameter(
        0.0, 0, 1, symbol="k", doc="share of the memory of the list before that is left when a list begins", source=NONE
    )

    @property
    def given_wear(self) -> Wear:
        """The levers as they are given."""
        return Wear(*(getattr(self, name) for name in Wear._fields))


NAMES = Wear._fields
"""The names of all levers."""
