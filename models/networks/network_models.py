"""The networks: the differentiable neural computer (DNC; Graves et al., 2016), and the LSTM as its control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from memsim.core.parameters import Preset, choice
from memsim.core.trials import Trials
from memsim.models.networks.network_steps import TRAINED, Episodes, NetworkModel
from memsim.models.networks.reading import READ_MODES

IN_ORDER = "trained here on random lists, to recall items in the order of study"
OLD_OR_NEW = "trained here on random lists, to judge whether a probe was studied"


@final
@dataclass(frozen=True)
class DNC(NetworkModel):
    """A differentiable neural computer that was trained to recall lists in any order; it has seen no human data.

    An LSTM controller writes to and reads from N slots of external memory (Graves et al., 2016; the equations are in
    ``memsim.models.networks.memory``). Items are vectors: the pool's features, or random signs for a pool without
    features.

    1. Study. Each item's vector is one step of input; a second of distraction is one empty step.
    2. Test. Each step gives a vector o and a stop unit z. The next response is item i with probability proportional
       to exp(κ s cos(o, v_i)), with s learned in training, or no response with exp(z + b). It may repeat an item.
    3. The vector of the response is the next input.

    Training used random lists. Each recall counted as right if it was a studied item not yet recalled, and stopping
    was right after the last. The order of its recalls and its errors are therefore its own. The record of the weights
    holds every setting of training.

    Presets are other networks of this kind. ``people`` was trained to maximise the likelihood of people's recall
    sequences: it imitates them, so what it shows of human memory was in its training data, and an item that was
    recalled is not a candidate again. ``serial`` was trained to recall items in the order of study; no response is an
    omission, and recall goes on. A file of weights takes the place of a preset: ``DNC:mine.safetensors``.

    ``recognition`` was trained to judge whether a probe was studied; no probe changes what is remembered. Its training
    was stopped at iteration 3,000 of 4,000. Of new items it judges 99% rightly after lists of 12, 81% after 20: it has
    16 slots. ``memsim train DNC:cued`` trains one that recalls the partner of an item; none ships.

    ``read_mode`` lesions the memory: chaining needs reading forward along the links, a code of position that is part
    of the contents needs reading by content. The default network leans on its LSTM: with ``read_mode="none"`` it
    recalls .70 of 12 items instead of .93, and the LSTM alone, trained in the same way, .92. Its read heads look at
    many slots at once. ``memsim show`` draws both.
    """

    citation: ClassVar = (
        "Graves, A., Wayne, G., Reynolds, M., et al. (2016). Hybrid computing using a neural network with dynamic "
        "external memory. Nature, 538, 471-476."
    )
    presets: ClassVar = {
        "people": Preset({"weights": "dnc-people"}, "trained here to imitate the recalls of Healey & Kahana (2014)"),
        "serial": Preset({"weights": "dnc-serial"}, IN_ORDER),
        "recognition": Preset({"weights": "dnc-recognition"}, OLD_OR_NEW),
    }
    kind: ClassVar = "dnc"

    weights: str = "dnc-recall"
    read_mode: str = choice(
        "all",
        ("all", *READ_MODES, "none"),
        "how memory is read at test: as trained, or by one way alone or none, which is a lesion",
        TRAINED,
    )

    def begin(self, trials: Trials, rng: np.random.Generator) -> Episodes:
        state = super().begin(trials, rng)
        for episode in state:
            episode.read_mode = None if self.read_mode == "all" else self.read_mode
        return state


@final
@dataclass(frozen=True)
class LSTM(NetworkModel):
    """The control of the DNC: its controller alone, an LSTM without external memory, trained in the same way.

    See :class:`DNC` for how items come in, how responses come out, and the presets. ``recognition`` learned lists of up
    to 8 items, and judges 81% of probes rightly after lists of 4, 62% after 12. No LSTM that imitates
    people ships; ``memsim train LSTM:people`` trains one.
    """

    citation: ClassVar = (
        "Hochreiter, S., & Schmidhuber, J. (1997). Long short-term memory. Neural Computation, 9, 1735-1780."
    )
    presets: ClassVar = {
        "serial": Preset({"weights": "lstm-serial"}, IN_ORDER),
        "recognition": Preset({"weights": "lstm-recognition"}, OLD_OR_NEW),
    }
    kind: ClassVar = "lstm"

    weights: str = "lstm-recall"
