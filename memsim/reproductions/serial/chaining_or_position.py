"""Do models of serial recall chain, or code positions? Signatures of models, of the DNC and of people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from memsim.analysis.figures.targets import Panel, target_figure
from memsim.analysis.serial.accuracy import serial_accuracy
from memsim.analysis.serial.errors import transposition_gradient
from memsim.analysis.subjects import mean_over_subjects
from memsim.core.recalls import Recalls
from memsim.data import load_curves, load_summary
from memsim.models import CMR, DNC, LSTM, TCM, Chaining, Perturbation, Primacy, StartEnd
from memsim.models.networks.reading import READ_MODES
from memsim.paradigms import SerialRecall
from memsim.reproductions.entry import Finding, Outcome, Reproduction
from memsim.reproductions.kinds import Kind, OwnComputation, Prediction
from memsim.reproductions.serial.serial_signatures import Signatures, Steps, signatures, steps
from memsim.reproductions.simulated_lists import curves_by_name, recalls_of

LISTS = 10_000
TASK = SerialRecall()
GROUPED = SerialRecall(group_size=3)
REFERENCE = OwnComputation("the same model in an independent program of theirs")
THEORY = Prediction("Henson (1998); Page & Norris (1998)", "1 where the model shows it, at cuts of memsim's authors")
NOISY = 0.42
"""Choice strength at which the DNC is about as accurate as people; as trained, it makes hardly any errors."""
PEOPLE = "farrell_lewandowsky2003"
SHOWN = ("chaining", "Start-End", "primacy", "DNC:serial", "LSTM:serial")
"""The models in the figure."""


def _chaining_or_position(seed: int) -> Outcome:
    """Every model with an account of forward serial recall, and lesions of the DNC."""
    models: dict[str, Any] = {
        "chaining": Chaining(),
        "chaining, open loop": Chaining(loop="open"),
        "Start-End": StartEnd(),
        "primacy": Primacy(),
        "perturbation": Perturbation(),
        "TCM": TCM(),
        "CMR": CMR(),
        "DNC:serial": DNC.preset("serial").replace(choice_strength=NOISY),
        "LSTM:serial": LSTM.preset("serial"),
    }
    recalls = {name: recalls_of(model, TASK, seed, LISTS) for name, model in models.items()}
    found = {name: signatures(each, recalls_of(models[name], GROUPED, seed, LISTS)) for name, each in recalls.items()}
    intact = DNC.preset("serial")
    others = {mode: ",".join(each for each in READ_MODES if each != mode) for mode in READ_MODES}
    lesions = {"all": intact, **{f"{mode} only": intact.replace(without=others[mode]) for mode in READ_MODES}}
    damaged = {name: recalls_of(model, TASK, seed, LISTS) for name, model in lesions.items()}
    summary = load_summary(PEOPLE).set_index("statistic")["mean"]
    people = {name: summary[name] for name in ("accuracy", "recency", "near", "fill_in_ratio")}
    rows = [{"model": "people", **people}, *({"model": name, **each._asdict()} for name, each in found.items())]
    table = pd.DataFrame(rows)
    lesion_table = pd.DataFrame(
        [{"reading": name, **signatures(each)._asdict(), **steps(each)._asdict()} for name, each in damaged.items()]
    ).drop(columns="same_place")
    return Outcome(
        [*_reference(found, recalls), *_predictions(found)],
        partial(
            target_figure,
            _panels({name: recalls[name] for name in SHOWN}),
            f"Chaining or position: serial recall of 6 items, {LISTS:,} lists each",
        ),
        {"lists": LISTS, **{name: model.values() for name, model in models.items()}},
        {"signatures": table, "lesions": lesion_table},
        further={
            "lesions": partial(
                target_figure, _panels(damaged), "A DNC trained on serial recall, with some ways of reading at test"
            )
        },
        shown=table.to_string(index=False, float_format="{:.2f}".format, na_rep="-"),
        statement=_statement(found, people["fill_in_ratio"], damaged),
    )


def _panels(recalls: Mapping[str, Recalls]) -> list[Panel]:
    """Accuracy and transpositions of these recalls, with those of people as the targets."""
    people = curves_by_name(load_curves(PEOPLE))
    return [
        Panel("accuracy", "Serial position", "Recalled in place", people["serial_accuracy"],
              {name: _accuracy(each) for name, each in recalls.items()}, "people", True),
        Panel("transpositions", "Displacement", "Response probability", people["transposition_gradient"].drop(0),
              {name: _gradient(each) for name, each in recalls.items()}, "people", True),
    ]  # fmt: skip


def _accuracy(recalls: Recalls) -> pd.Series:
    return mean_over_subjects(serial_accuracy(recalls), "position").set_index("position")["mean"]


def _gradient(recalls: Recalls) -> pd.Series:
    table = transposition_gradient(recalls).groupby("displacement")[["actual", "possible"]].sum()
    return (table["actual"] / table["possible"]).drop(0)


def _reference(found: Mapping[str, Signatures], recalls: Mapping[str, Recalls]) -> list[Finding]:
    """Curves and ratios of the same models by an independent computation."""
    curves = {
        "chaining": (0.95, 0.87, 0.76, 0.64, 0.54, 0.48),
        "Start-End": (0.99, 0.95, 0.84, 0.73, 0.67, 0.77),
        "primacy": (0.92, 0.81, 0.77, 0.71, 0.66, 0.81),
    }
    findings = [
        Finding(f"{name}: accuracy at position {i}", value, float(_accuracy(recalls[name])[i]), 0.02, REFERENCE)
        for name, curve in curves.items()
        for i, value in enumerate(curve, 1)
    ]
    ratio = found["Start-End"].fill_in_ratio
    findings.append(Finding("Start-End: ratio of fill-ins to infills", 3.0, ratio, 0.6, REFERENCE))
    findings.append(
        Finding("chaining: ratio of fill-ins to infills", 0.04, found["chaining"].fill_in_ratio, 0.06, REFERENCE)
    )
    return findings


def _predictions(found: Mapping[str, Signatures]) -> list[Finding]:
    """The predictions of theory for each kind of model: 1 where a model shows what is predicted, else 0."""
    rows = [
        ("chaining infills", found["chaining"].fill_in_ratio < 1),
        ("the Start-End Model fills in", found["Start-End"].fill_in_ratio > 2),
        ("the primacy model fills in", found["primacy"].fill_in_ratio > 2),
        ("chaining has no recency", found["chaining"].recency < 0),
        ("the Start-End Model has recency", found["Start-End"].recency > 0),
        ("the primacy model has recency", found["primacy"].recency > 0),
        ("transpositions keep the place in a group in the Start-End Model", found["Start-End"].same_place > 2),
        ("transpositions do not keep the place in a group in chaining", found["chaining"].same_place < 2),
    ]
    return [Finding(name, 1.0, float(shown), 0.0, THEORY) for name, shown in rows]


def _statement(found: Mapping[str, Signatures], people: float, damaged: Mapping[str, Recalls]) -> str:
    """What the ratios of fill-ins to infills and the lesions say of chaining, with their uncertainty."""
    accuracy = {name: float(_accuracy(each).mean()) for name, each in damaged.items()}
    started = {name: steps(each) for name, each in damaged.items()}
    alone = ", ".join(f"{mode} {accuracy[f'{mode} only']:.2f}" for mode in READ_MODES)
    forward, content = started["forward only"], started["content only"]
    return (
        "Hypothesis: a model that chains infills after a skipped item (ratio of fill-ins to infills below 1), and "
        f"a model that codes positions fills in (ratio above 1). The DNC {_kind(found['DNC:serial'])}; the LSTM "
        f"{_kind(found['LSTM:serial'])}; chaining {_kind(found['chaining'])}; the ratio of people is {people:.2f}. "
        "Hypothesis: the DNC finds the first item by content and follows its links from there. As trained it "
        f"recalls {accuracy['all']:.3f} of items in place, with one way of reading alone: {alone}. By content alone it "
        f"starts with the first item in {content.starts_first:.2f} of lists and proceeds to the next item in "
        f"{content.proceeds:.2f} of transitions; forward along the links alone it starts with the second item in "
        f"{forward.starts_second:.2f} of lists and proceeds in {forward.proceeds:.2f} of transitions (the standard "
        f"errors of these shares are about {0.5 / LISTS**0.5:.3f} at most): {_reading(content, forward)}"
    )


def _kind(each: Signatures) -> str:
    """Whether a model fills in or infills, by the 95% interval of its ratio."""
    if each.fill_in_low > 1:
        verdict = "fills in"
    elif each.fill_in_high < 1:
        verdict = "infills"
    else:
        verdict = "does neither detectably more often"
    return f"{verdict} ({each.fill_in_ratio:.2f}, 95% interval {each.fill_in_low:.2f} to {each.fill_in_high:.2f})"


def _reading(content: Steps, forward: Steps) -> str:
    """What the lesions say of how the DNC recalls in order."""
    if content.starts_first > 0.9 and forward.proceeds > 2 * content.proceeds:
        return (
            "the lesions support it. The links lead on from the item that was read, not from the response, so the DNC "
            "chains, but an error of response does not break its chain."
        )
    return "the lesions do not support it."


CHAINING_OR_POSITION = Reproduction(
    "chaining-or-position", "Do models of serial recall chain, or code positions?",
    "Henson, Norris, Page & Baddeley (1996); Henson (1998); Page & Norris (1998); Farrell & Lewandowsky (2003)",
    _chaining_or_position, kinds=(Kind.OWN, Kind.PREDICTION),
)  # fmt: skip
