from . import analysis, data, models, paradigms
from .bayes.calibration import calibrate
from .bayes.inference import posterior
from .bayes.result import Posterior
from .contract.checking import check
from .core import errors
from .core.evidence import Evidence, Normal
from .core.gradient import log_likelihood_gradient
from .core.items import ItemPool
from .core.judgments import Judgments
from .core.likelihood import event_log_probabilities, log_likelihood, score
from .core.model import MemoryModel
from .core.oldness import OldnessScale
from .core.origin import Observed, Simulated
from .core.parameters import Parameter, Preset, choice, flag, parameter
from .core.position_model import PositionModel, position_log_likelihood, recall_probability
from .core.prediction import predict
from .core.probes import Probes
from .core.recalls import Recalls
from .core.recognition_model import RecognitionModel
from .core.simulation import simulate
from .core.trials import Paradigm, Trials
from .data import load_curves, load_dataset, load_recalls
from .evaluation.comparison import HeldOutComparison, compare
from .evaluation.interval_coverage import coverage
from .evaluation.ranking.whole import benchmark
from .evaluation.recovery import recover
from .experiments.batteries import battery
from .experiments.comparison import Comparison, run
from .explorer.opening import explore
from .fitting.estimation import fit
from .fitting.nested_fits import likelihood_ratio
from .fitting.population_means import population
from .fitting.result import Fit
from .fitting.spec import FitSpec
from .models.registering import register
from .reproductions.catalogue import reproduce
from .training.inspection import show
from .training.run import train
from .training.seeds import train_seeds

__all__ = [
    "Comparison",
    "Evidence",
    "Fit",
    "FitSpec",
    "HeldOutComparison",
    "ItemPool",
    "Judgments",
    "MemoryModel",
    "Normal",
    "Observed",
    "OldnessScale",
    "Paradigm",
    "Parameter",
    "PositionModel",
    "Posterior",
    "Preset",
    "Probes",
    "Recalls",
    "RecognitionModel",
    "Simulated",
    "Trials",
    "analysis",
    "battery",
    "benchmark",
    "calibrate",
    "check",
    "choice",
    "compare",
    "coverage",
    "data",
    "errors",
    "event_log_probabilities",
    "explore",
    "fit",
    "flag",
    "likelihood_ratio",
    "load_curves",
    "load_dataset",
    "load_recalls",
    "log_likelihood",
    "log_likelihood_gradient",
    "models",
    "paradigms",
    "parameter",
    "population",
    "position_log_likelihood",
    "posterior",
    "predict",
    "recall_probability",
    "recover",
    "register",
    "reproduce",
    "run",
    "score",
    "show",
    "simulate",
    "train",
    "train_seeds",
]
