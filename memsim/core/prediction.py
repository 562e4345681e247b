"""What a model predicts of trials: the one place that knows which kind of prediction a model makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from memsim.core.arrays import FloatArray
from memsim.core.frozen import says_what_it_has
from memsim.core.judgments import Judgments
from memsim.core.named_models import by_name
from memsim.core.position_model import Model, PositionModel, recall_probability
from memsim.core.recalls import Recalls
from memsim.core.repeated_items import require_taken
from memsim.core.simulation import simulate
from memsim.core.trials import Paradigm, Trials


@says_what_it_has
@dataclass(frozen=True, eq=False)
class PositionPrediction:
    """How probably a model recalls each serial position of a task, without an order of recall.

    Parameters
    ----------
    model : the name of the model's class.
    paradigm : the task.
    probability : (list_length,) probability that the item at each position is recalled.
    """

    model: str
    paradigm: Paradigm
    probability: FloatArray


Prediction: TypeAlias = Recalls | Judgments | PositionPrediction
"""What a model predicts of trials; recalls and judgments are also what people give."""


def predict(model: Model | str, trials: Trials, seed: int = 0) -> Prediction:
    """What ``model`` predicts of ``trials``: simulated recalls or judgments, or the probability of each position.

    Parameters
    ----------
    model : a :class:`memsim.MemoryModel`, which is simulated, or a :class:`memsim.PositionModel`; or its name.
    trials : the study lists.
    seed : of the simulation.

    Raises
    ------
    InputError, ModelError : as :func:`memsim.simulate` and :func:`memsim.recall_probability` raise.
    """
    who: Model = by_name(model) if isinstance(model, str) else model
    if isinstance(who, PositionModel):
        require_taken(who, trials)
        return PositionPrediction(type(who).__name__, trials.paradigm, recall_probability(who, trials.paradigm))
    found: Recalls | Judgments = simulate(who, trials, seed)
    return found
