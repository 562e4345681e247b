"""The findings of recognition that each model fails at its defaults, and why."""

from __future__ import annotations

from memsim.reproductions.recognition.criteria import (
    LAG,
    LENGTH,
    LIST_STRENGTH,
    MIRROR,
    NEAR,
    SLOPE,
    SLOPE_LENGTH,
    SLOPE_STRENGTH,
    STRENGTH,
)

_NO_FORGETTING = "traces of a list are alike whatever their age: nothing is forgotten within a list"
_SUM = "evidence is a sum over traces, so that stronger ones raise the evidence of lures as well"
_NOISE = "the variance that an item adds grows with its strength, so that strong items harm weak ones"
_BEYOND = (
    "strong lists have 60 presentations, more than its 16 rows of memory and its training of up to {} items, so that "
    "they are judged worse than weak ones"
)
_SEQUENCE = "a sequence of 60 items is longer than its training, and what it keeps of it is not what came last"
SHORTCOMINGS: dict[str, dict[str, str]] = {
    "people": {},
    "BCDMEM": {
        LENGTH: "noise comes from other contexts of the word, and none from other items: this is the model's claim",
        STRENGTH: "repetitions add nothing: the context of the list is bound once",
        MIRROR: "repetitions add nothing: the context of the list is bound once",
        LAG: _NO_FORGETTING,
    },
    "CMR": {
        MIRROR: "evidence of lures does not depend on how strongly other items were learned",
        SLOPE: "at its defaults, which people's free recall gave, evidence of targets and lures varies alike",
    },
    "Matrix": {
        STRENGTH: "evidence and its noise, which comes from items of the same strength, grow alike",
        MIRROR: _SUM, LIST_STRENGTH: _NOISE, LAG: _NO_FORGETTING,
        SLOPE: "the noise of an item's own trace is small beside that of the other items",
        SLOPE_LENGTH: "the noise of an item's own trace counts less in longer lists",
    },
    "OsthDennis": {
        LENGTH: "other contexts and words add most of the noise, and items of the list little: the model's claim",
        LAG: _NO_FORGETTING,
        SLOPE_STRENGTH: "the match of context multiplies with strength, so that targets vary more",
    },
    "REM": {LAG: _NO_FORGETTING},
    "SAM": {
        MIRROR: _SUM,
        LAG: _NO_FORGETTING,
    },
    "TCM": {
        MIRROR: "evidence of lures does not depend on how strongly other items were learned",
        LIST_STRENGTH: "weak items gain from strong ones: a list-strength effect in the other direction",
    },
    "MINERVA2": {MIRROR: _SUM, LIST_STRENGTH: _NOISE, LAG: _NO_FORGETTING},
    "SummedSimilarity": {
        MIRROR: _SUM, LIST_STRENGTH: _NOISE, LAG: _NO_FORGETTING,
        SLOPE: "similarities of targets and lures to the same traces vary alike",
        SLOPE_LENGTH: "variance from other traces grows with their number",
        SLOPE_STRENGTH: "copies of a trace multiply its part of the variance, which lures share",
        NEAR: "evidence does not depend on the probes before, so that neighbours gain nothing",
    },
    "TODAM": {
        MIRROR: _SUM, LIST_STRENGTH: _NOISE,
        SLOPE_LENGTH: "in short lists lures hardly vary less than targets, and d' is so large that the slope is unsure",
    },
    "DNC:recognition": {
        **dict.fromkeys((STRENGTH, MIRROR, LIST_STRENGTH, SLOPE_STRENGTH), _BEYOND.format(20)), LAG: _SEQUENCE,
        SLOPE_LENGTH: "in lists of 10, which are as in training, it hardly errs, so that the slope is unsure",
    },
    "DNC:recall+recognition": {
        **dict.fromkeys((STRENGTH, MIRROR, LIST_STRENGTH, SLOPE_STRENGTH), _BEYOND.format(12)), LAG: _SEQUENCE,
    },
    "LSTM:recognition": {
        **dict.fromkeys(
            (STRENGTH, MIRROR),
            "20 and 60 presentations are far beyond its training of up to 8 items: it remembers the last",
        ),
        SLOPE: "what it puts out of targets and lures varies alike",
    },
    "DualProcess": {},
    "EqualVariance": {SLOPE: "targets and lures vary alike by definition: the slope is 1"},
    "TwoHighThreshold": {SLOPE: "at its defaults targets and lures are detected alike, so that the ROC is symmetric"},
    "TwoStrengths": {},
    "UnequalVariance": {},
}  # fmt: skip
"""Other registered models, such as plug-ins, are in the table and have no announced verdicts."""
