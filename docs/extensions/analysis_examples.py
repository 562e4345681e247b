"""The example of each analysis: what it is run on, so that there is something to see."""

from __future__ import annotations

from collections.abc import Mapping

from .examples import Example

START = "from memsim import load_dataset, simulate\nfrom memsim.analysis import analyze, plot\n"


def _beside_people(model: str, people: str, answers: str = "recalls") -> str:
    """A model that runs through the lists of people; ``people`` is how the code names the data set."""
    return f"""{START}from memsim.models import {model}

people = load_dataset({people})
{answers} = {{"people": people, "{model}": simulate({model}(), people.trials, seed=0)}}
"""


RECALL = _beside_people("CMR", '"peers_notask"')
CATEGORIES = _beside_people("CMR", '"morton2013"')
TIMES = _beside_people("TCMA", '"peers_experiment2", "immediate"')
RASTER = """from memsim import load_dataset
from memsim.analysis import analyze, plot

recalls = load_dataset("peers_notask")[:60]
"""
REPEATED = """from dataclasses import dataclass

import numpy as np

from memsim import ItemPool, MemoryModel, Trials, parameter, simulate
from memsim.analysis import analyze, plot
from memsim.paradigms import FreeRecall


@dataclass(frozen=True)
class Repeated(MemoryModel):
    \"\"\"Each presentation adds to the strength of an item; recall chooses in proportion to strength, or stops.\"\"\"

    takes_repeated_items = True
    kept: float = parameter(0.95, 0, 1, doc="share of strength that is kept over one further presentation")
    stopping: float = parameter(1.0, 0, 10, doc="strength of stopping")

    def begin(self, trials, rng):
        return np.zeros((len(trials), trials.list_length + 1)), trials.first_presentation

    def study(self, state, position):
        state[0][:, :-1] *= self.kept
        state[0][np.arange(len(state[1])), state[1][:, position]] += 1
        return state

    def outcome_probabilities(self, state):
        strength = state[0].copy()
        strength[:, -1] = self.stopping
        return strength / strength.sum(axis=1, keepdims=True)

    def recalled(self, state, position):
        state[0][np.arange(len(position)), position] = 0
        return state


# Of ten words in a list of fourteen, four come twice; the order is random.
items = np.random.default_rng(0).permuted(np.array([[0, 0, 1, 1, 2, 2, 3, 3, *range(4, 10)]] * 2000), axis=1)
subject = np.repeat(np.arange(1, 21), 100)
lists = Trials(items, ItemPool.numbered(10), FreeRecall(list_length=14), subject)
recalls = {"example": simulate(Repeated(), lists, seed=0)}
"""
SERIAL = """from memsim import simulate
from memsim.analysis import analyze, plot
from memsim.models import Chaining, Primacy, StartEnd
from memsim.paradigms import SerialRecall

lists = SerialRecall(list_length=6).trials(2000, seed=0, subjects=20)
models = {"StartEnd": StartEnd(), "Primacy": Primacy(), "Chaining": Chaining()}
recalls = {name: simulate(model, lists, seed=0) for name, model in models.items()}
"""
RECOGNITION = _beside_people("UnequalVariance", '"peers_recognition"', "judgments")
AFTER_RECALL = _beside_people("TCM", '"peers_recognition"', "judgments")
BOTH_TESTS = """from memsim import simulate
from memsim.analysis import analyze, plot
from memsim.models import CMR, SAM, TCM
from memsim.paradigms import RecallThenRecognition

lists = RecallThenRecognition(list_length=16).trials(400, seed=0, subjects=20)
models = {"TCM": TCM(), "CMR": CMR(), "SAM": SAM()}
judgments = {name: simulate(model, lists, seed=0) for name, model in models.items()}
"""
CONTINUOUS = """from memsim import simulate
from memsim.analysis import analyze, plot
from memsim.models import REM, SummedSimilarity
from memsim.paradigms import ContinuousRecognition

sequences = ContinuousRecognition(list_length=100, presentations=3).trials(400, seed=0, subjects=20)
models = {"REM": REM(), "SummedSimilarity": SummedSimilarity()}
judgments = {name: simulate(model, sequences, seed=0) for name, model in models.items()}
"""
LENGTHS = """from memsim import simulate
from memsim.analysis import analyze, plot
from memsim.models import REM
from memsim.paradigms import Recognition

judgments = {
    f"REM, {length} items": simulate(REM(), Recognition(list_length=length).trials(400, seed=0, subjects=20), seed=0)
    for length in (8, 16, 32)
}
"""
FREQUENCY = """from memsim import simulate
from memsim.analysis import analyze, plot
from memsim.core.frequency_criteria import judging_frequency
from memsim.models import MINERVA2
from memsim.paradigms import FrequencyJudgment

lists = FrequencyJudgment(list_length=84, lists=1, frequencies="0 1 2 4").trials(400, seed=0, subjects=20)
judgments = {"MINERVA2": simulate(judging_frequency(MINERVA2(), lists.paradigm), lists, seed=0)}
"""
CLASSES = """from dataclasses import replace

import numpy as np

from memsim import ItemPool, simulate
from memsim.analysis import analyze, plot
from memsim.models import BCDMEM, REM
from memsim.paradigms import Recognition

words = ItemPool([f"word {i}" for i in range(400)], categories=["low", "high"] * 200)
lists = Recognition(list_length=40).trials(400, seed=0, pool=words, subjects=20)
frequency = np.array(words.categories)[lists.probes.items[:, :, 0]]
lists = replace(lists, probes=replace(lists.probes, labels={"frequency": frequency}))
judgments = {"REM": simulate(REM(), lists, seed=0), "BCDMEM": simulate(BCDMEM(), lists, seed=0)}
"""
STRENGTH = """import numpy as np

from memsim import ItemPool, Probes, Trials, simulate
from memsim.analysis import analyze, plot
from memsim.models import REM
from memsim.paradigms import Recognition

# Lists of twelve presentations: twelve words once, four words three times, or three words of either kind.
designs = [np.arange(12), np.repeat(np.arange(4), 3), np.repeat(np.arange(6), [3, 3, 3, 1, 1, 1])]
probes = [[0, 1, 2, 3, 12, 13, 14, 15], [0, 1, 2, 3, 12, 13, 14, 15], [0, 1, 3, 4, 12, 13, 14, 15]]
items = np.random.default_rng(0).permuted(np.array(designs * 400), axis=1)
task = Recognition(list_length=12, n_targets=4, n_lures=4)
subject = np.repeat(np.arange(1, 21), 60)
lists = Trials(items, ItemPool.numbered(16), task, subject, probes=Probes(np.array(probes * 400)))
judgments = {"REM": simulate(REM(), lists, seed=0)}
"""
CUED = _beside_people("Matrix", '"pal1"')

SETTINGS: Mapping[str, tuple[str, ...]] = {
    RECALL: (
        "serial_position_curve", "probability_of_nth_recall", "lag_crp", "lag_crp_compound", "lag_rank", "error_rates",
        "prior_list_intrusions", "stopping_probability", "stopping_by_response", "primacy_index", "recency_index",
        "edge_indices",
    ),
    CATEGORIES: ("distance_crp", "distance_rank", "category_crp", "category_clustering"),
    TIMES: ("response_latency", "latency_by_lag", "stopping_by_time"),
    RASTER: ("recall_raster",),
    REPEATED: ("repetition_effect", "spacing_effect"),
    SERIAL: (
        "serial_accuracy", "error_types", "transposition_gradient", "fill_in", "repetition_distance", "relative_order",
    ),
    RECOGNITION: (
        "called_old", "detection_measures", "roc", "zroc", "zroc_slope", "recollection",
        "false_alarms_by_test_position", "hits_by_test_position",
    ),
    AFTER_RECALL: (
        "hits_by_serial_position", "hits_by_list", "hits_by_study_test_lag", "recognition_contiguity",
    ),
    BOTH_TESTS: ("recall_recognition_contingency",),
    CONTINUOUS: ("hits_by_lag", "hits_by_presentations"),
    LENGTHS: ("hits_by_list_length",),
    FREQUENCY: ("judged_frequency",),
    CLASSES: ("mirror_effect",),
    STRENGTH: ("ratio_of_ratios",),
    CUED: (
        "cued_recall_by_position", "cued_recall_by_lag", "cued_recall_by_direction", "cued_recall_responses",
        "cued_intrusions_by_lag", "cued_intrusions_by_list", "associative_symmetry",
    ),
}  # fmt: skip
"""What each analysis is shown on."""
OPTIONS: Mapping[str, str] = {"category_crp": ', by="list_type"', "category_clustering": ', by="list_type"'}
"""Options beside the name."""


def example_of(name: str, title: str) -> Example:
    """The example of an analysis.

    Raises
    ------
    LookupError : there is none; give it a line in ``SETTINGS``.
    """
    for setting, names in SETTINGS.items():
        if name in names:
            data = "judgments" if "judgments = {" in setting else "recalls"
            last = f'figure = plot(analyze({data}, "{name}"{OPTIONS.get(name, "")}))'
            return Example(name, last, f"{title}: what the example draws", setting)
    raise LookupError(f"the analysis {name!r} has no example; add it to SETTINGS in {__name__}")
