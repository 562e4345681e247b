"""Trained networks as models: any core with weights, the differentiable neural computer (DNC; Graves et al., 2016),
and the LSTM as its control.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, final

from memsim.core.parameters import Preset
from memsim.models.networks.cores.named_cores import names_file, require_kind
from memsim.models.networks.cores.registered import CITATIONS, CORES
from memsim.models.networks.network_steps import NetworkModel

IN_ORDER = "trained here on random lists, to recall items in the order of study"
OLD_OR_NEW = "trained here on random lists, to judge whether a probe was studied"
PARTNERS = "trained here on random pairs, to recall the partner of a cue"
BOTH_TESTS = "trained here on random lists, to judge probes and to recall the list"


@dataclass(frozen=True)
class Network(NetworkModel):
    """Any core with weights that ``memsim train`` wrote: ``GRU:mine.safetensors``, ``mine.py:MyCore:mine.safetensors``.

    Items are vectors: the pool's features, or random signs for a pool without features.

    1. Study. Each item's vector is one step of input; a second of distraction is one empty step.
    2. Test. Each step gives a vector o and a stop unit z. The next response is item i with probability proportional
       to exp(κ s cos(o, v_i)), with s learned in training, or no response with exp(z + b).
    3. The vector of the response is the next input.

    What it was trained for, and whether it may repeat an item, its record says. Of a network with several tasks, the
    paradigm turns the cue of one on; ``doing`` names it where two tasks have the same paradigm. The code of a core that
    a user wrote is run only where ``core`` names its file and class, and the file is the one that was trained.
    ``without`` switches off parts that the core declares.
    """


@final
@dataclass(frozen=True)
class DNC(Network):
    """A differentiable neural computer that was trained to recall lists in any order; it has seen no human data.

    An LSTM controller writes to and reads from N slots of external memory (Graves et al., 2016; the equations are in
    ``memsim.models.networks.memory``). Items are vectors: the pool's features, or random signs for a pool without
    features.

    1. Study. Each item's vector is one step of input; a second of distraction is one empty step.
    2. Test. Each step gives a vector o and a stop unit z. The next response is item i with probability proportional
       to exp(κ s cos(o, v_i)), with s learned in training, or no response with exp(z + b). It may repeat an item.
    3. The vector of the response is the next input.

    Training used random lists. Each recall counted as right if it was a studied item not yet recalled, and stopping
    was right after the last. The order of its recalls and its errors are therefore its own. First the choice was among
    the studied items (the weights ``dnc-closed``), for which little memory is needed: 12 random items hit .65 of 12.
    Then 50 items that were not studied were candidates as well. The record of the weights holds every setting of
    training.

    Presets are other networks of this kind. ``people`` was trained to maximise the likelihood of people's recall
    sequences: it imitates them, so what it shows of human memory was in its training data, and an item that was
    recalled is not a candidate again. ``serial`` was trained to recall items in the order of study; no response is an
    omission, and recall goes on. A file of weights takes the place of a preset: ``DNC:mine.safetensors``.

    ``recognition`` was trained to judge whether a probe was studied; no probe changes what is remembered. Its memory
    has 16 slots: after lists of 12 it calls .999 of old and .02 of new items old, after 20 .79 and .13. ``cued`` was
    trained to recall the partner of an item. ``recall+recognition`` began as ``recognition``, and was trained to do
    both tests of lists of up to 12 items, in either order. Of 12 items it calls .99 of old and .01 of new ones old
    before recall; after recall .67 and .27 at once (d' 1.0), .59 and .04 after 30 s (d' 2.0). It recalls .66 of them.

    ``without`` lesions the memory at test, at study, or at both (``lesioned``): chaining needs reading forward along
    the links, so that ``without="backward,content"`` shows what it does alone; a code of position that is part of the
    contents needs reading by content. With ``response_set="pool"``, responses from 1,000 items, the default network
    recalls .86 of 12 items, .05 with ``without="reading"``, and the LSTM alone, trained in the same way, .08; among the
    studied items they recall .998, .70 and .87. It recalls in the order of study, though no order was asked for.
    ``memsim show`` draws where it reads.
    """

    citation: ClassVar = CITATIONS["DNC"]
    presets: ClassVar = {
        "people": Preset({"weights": "dnc-people"}, "trained here to imitate the recalls of Healey & Kahana (2014)"),
        "serial": Preset({"weights": "dnc-serial"}, IN_ORDER),
        "recognition": Preset({"weights": "dnc-recognition"}, OLD_OR_NEW),
        "cued": Preset({"weights": "dnc-cued"}, PARTNERS),
        "recall+recognition": Preset({"weights": "dnc-recall+recognition"}, BOTH_TESTS),
    }
    kind: ClassVar = "DNC"

    weights: str = "dnc-recall"


@final
@dataclass(frozen=True)
class LSTM(Network):
    """The control of the DNC: its controller alone, an LSTM without external memory, trained in the same way.

    See :class:`DNC` for how items come in, how responses come out, and the presets. ``recognition`` learned lists of up
    to 8 items, and judges 81% of probes rightly after lists of 4, 62% after 12. No LSTM that imitates
    people ships; ``memsim train LSTM:people`` trains one.
    """

    citation: ClassVar = CITATIONS["LSTM"]
    presets: ClassVar = {
        "serial": Preset({"weights": "lstm-serial"}, IN_ORDER),
        "recognition": Preset({"weights": "lstm-recognition"}, OLD_OR_NEW),
    }
    kind: ClassVar = "LSTM"

    weights: str = "lstm-recall"


NAMED: Mapping[str, type[Network]] = {"DNC": DNC, "LSTM": LSTM}
"""The cores that have a class of models of their own."""


def network_with(weights: str, core: str) -> Network:
    """The model that runs ``weights`` of ``core``: a registered name, or file and class.

    Raises
    ------
    InputError : the weights are of another core.
    """
    if names_file(core):
        return Network(weights=weights, core=core)
    name = CORES.canonical(core)
    model = NAMED.get(name, Network)(weights=weights)
    require_kind(model.record, weights, name)
    return model
