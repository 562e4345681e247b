"""Does a model of serial recall chain, or code positions? Signatures that tell, of models, the DNC and people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from memsim.analysis.figures.targets import Panel, target_figure
from memsim.analysis.serial.accuracy import in_place, serial_accuracy
from memsim.analysis.serial.errors import fill_in, transposition_gradient
from memsim.analysis.subjects import mean_over_subjects
from memsim.core.loop import simulate
from memsim.core.recalls import Recalls
from memsim.data import load_curves, load_summary
from memsim.models import CMR, DNC, LSTM, TCM, Chaining, Perturbation, Primacy, StartEnd
from memsim.models.networks.reading import READ_MODES
from memsim.paradigms import SerialRecall
from memsim.reproductions.entry import Finding, Outcome, Reproduction

LISTS = 10_000
TASK = SerialRecall()
GROUPED = SerialRecall(group_size=3)
NOISY = 0.42
"""Choice strength at which the DNC, which makes hardly any errors as trained, is about as accurate as people."""
PEOPLE = "farrell_lewandowsky2003"
REFERENCE = "reference computation of memsim's authors"


class Signatures(NamedTuple):
    """What tells chaining from position, of one model or of people."""

    accuracy: float
    recency: float
    """Accuracy at the last position less that at the one before."""
    near: float
    """Share of transpositions by one place."""
    fill_in_ratio: float
    """After a skipped item: it comes next, over the one after comes next. Chaining infills, below 1."""
    after_error: float
    """Accuracy right after an error over that after a right response. In a chain an error breaks the next link."""
    same_place: float
    """In lists in groups of three, transpositions by three places, which keep the place in the group, over those of
    lists without groups. Only a code of the place in the group has a reason for more."""


def signatures(recalls: Recalls, grouped: Recalls | None = None) -> Signatures:
    """All that the recalls say; in ``grouped`` lists the last one."""
    accuracy = mean_over_subjects(serial_accuracy(recalls), "position")["mean"].to_numpy()
    moved = _moved(recalls)
    filled = fill_in(recalls)
    infilled = filled["possible"].sum() - filled["actual"].sum()
    right = in_place(recalls)
    before, now = right[:, :-1], right[:, 1:]
    after = [now[before == was].mean() if (before == was).any() else np.nan for was in (False, True)]
    return Signatures(
        accuracy=float(accuracy.mean()),
        recency=float(accuracy[-1] - accuracy[-2]),
        near=float(moved[[-1, 1]].sum() / moved.drop(0).sum()),
        fill_in_ratio=float(filled["actual"].sum() / infilled) if infilled else np.inf,
        after_error=float(after[0] / after[1]),
        same_place=np.nan if grouped is None else _share(_moved(grouped)) / _share(moved),
    )


def _moved(recalls: Recalls) -> pd.Series:
    return transposition_gradient(recalls).groupby("displacement")["actual"].sum()


def _share(moved: pd.Series) -> float:
    return float((moved[[-3, 3]].sum() + 1) / (moved.sum() + 1))


def _compared(seed: int) -> Outcome:
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
    recalls = {name: _recalls(model, TASK, seed) for name, model in models.items()}
    found = {name: signatures(each, _recalls(models[name], GROUPED, seed)) for name, each in recalls.items()}
    intact = DNC.preset("serial")
    lesions = {"all": intact, **{f"{mode} only": intact.replace(read_mode=mode) for mode in READ_MODES}}
    damaged = {name: _recalls(model, TASK, seed) for name, model in lesions.items()}
    people = load_summary(PEOPLE).set_index("statistic")["mean"]
    table = pd.DataFrame([{"model": name, **each._asdict()} for name, each in found.items()])
    theirs = {"model": "people", "accuracy": people["accuracy"], "recency": people["recency"], "near": people["near"],
              "fill_in_ratio": people["fill_in_ratio"]}  # fmt: skip
    table = pd.concat([pd.DataFrame([theirs]), table], ignore_index=True)
    findings = [*_reference(found, recalls), *_signs(found)]
    curves = {name: _accuracy(each) for name, each in recalls.items()}
    gradients = {name: _gradient(each) for name, each in recalls.items()}
    ours, shown = load_curves(PEOPLE), ("chaining", "Start-End", "primacy", "DNC:serial", "LSTM:serial")
    target = {curve: ours[ours["curve"] == curve].set_index("x")["mean"] for curve in ours["curve"].unique()}
    near = target["transposition_gradient"].drop(0)
    panels = [
        Panel("accuracy", "Serial position", "Recalled in place", target["serial_accuracy"],
              {name: curves[name] for name in shown}, "people"),
        Panel("transpositions", "Displacement", "Response probability", near,
              {name: gradients[name] for name in shown}, "people"),
    ]  # fmt: skip
    lesion_panels = [
        Panel("accuracy", "Serial position", "Recalled in place", target["serial_accuracy"],
              {name: _accuracy(each) for name, each in damaged.items()}, "people"),
        Panel("transpositions", "Displacement", "Response probability", near,
              {name: _gradient(each) for name, each in damaged.items()}, "people"),
    ]  # fmt: skip
    lesion_table = pd.DataFrame(
        [{"reading": name, **signatures(each)._asdict(), **steps(each)._asdict()} for name, each in damaged.items()]
    ).drop(columns="same_place")
    settings = {"lists": LISTS, **{name: model.values() for name, model in models.items()}}
    return Outcome(
        findings,
        partial(target_figure, panels, f"Chaining or position: serial recall of 6 items, {LISTS:,} lists each"),
        settings,
        {"signatures": table, "lesions": lesion_table},
        further={
            "lesions": partial(
                target_figure, lesion_panels, "A DNC trained on serial recall, its ways of reading at test"
            )
        },
        shown=table.to_string(index=False, float_format="{:.2f}".format, na_rep="-"),
        statement=_verdict(found, people["fill_in_ratio"], damaged),
    )


def _recalls(model: Any, task: SerialRecall, seed: int) -> Recalls:
    return simulate(model, task.trials(LISTS, seed), seed)


def _accuracy(recalls: Recalls) -> pd.Series:
    return mean_over_subjects(serial_accuracy(recalls), "position").set_index("position")["mean"]


def _gradient(recalls: Recalls) -> pd.Series:
    table = transposition_gradient(recalls).groupby("displacement")[["actual", "possible"]].sum()
    return (table["actual"] / table["possible"]).drop(0)


class Steps(NamedTuple):
    """How a list was gone through."""

    starts_first: float
    """Share of lists that begin with the first item."""
    starts_second: float
    """Share of lists that begin with the second."""
    goes_on: float
    """Share of pairs of adjacent responses, both of the list, of which the second is the item after the first."""


def steps(recalls: Recalls) -> Steps:
    """Where recall starts, and whether it goes on from item to item."""
    position = recalls.positions
    pair = (position[:, :-1] > 0) & (position[:, 1:] > 0)
    first = position[:, 0]
    return Steps(float((first == 1).mean()), float((first == 2).mean()), float((np.diff(position)[pair] == 1).mean()))


def _reference(found: Mapping[str, Signatures], recalls: Mapping[str, Recalls]) -> list[Finding]:
    """Curves and ratios of the same models elsewhere."""
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
    findings.append(Finding("Start-End: fill-in over infill", 3.0, ratio, 0.6, REFERENCE))
    findings.append(Finding("chaining: fill-in over infill", 0.04, found["chaining"].fill_in_ratio, 0.06, REFERENCE))
    return findings


def _signs(found: Mapping[str, Signatures]) -> list[Finding]:
    """What theory says of each kind of model: 1 if it is so."""
    rows = [
        ("chaining infills", found["chaining"].fill_in_ratio < 1),
        ("the Start-End Model fills in", found["Start-End"].fill_in_ratio > 2),
        ("the primacy model fills in", found["primacy"].fill_in_ratio > 2),
        ("chaining has no recency", found["chaining"].recency < 0),
        ("the Start-End Model has recency", found["Start-End"].recency > 0),
        ("the primacy model has recency", found["primacy"].recency > 0),
        ("groups keep places in the Start-End Model", found["Start-End"].same_place > 2),
        ("and not in chaining", found["chaining"].same_place < 2),
    ]
    return [Finding(name, 1.0, float(so), 0.0, "Henson (1998); Page & Norris (1998)") for name, so in rows]


def _verdict(found: Mapping[str, Signatures], people: float, damaged: Mapping[str, Recalls]) -> str:
    dnc, lstm = found["DNC:serial"], found["LSTM:serial"]

    def kind(each: Signatures) -> str:
        return "fills in, as a code of position does" if each.fill_in_ratio > 1 else "infills, as a chain does"

    accuracy = {name: float(_accuracy(each).mean()) for name, each in damaged.items()}
    gone = {name: steps(each) for name, each in damaged.items()}
    alone = ", ".join(f"{mode} {accuracy[f'{mode} only']:.2f}" for mode in READ_MODES)
    forward, content = gone["forward only"], gone["content only"]
    return (
        f"After a skipped item the DNC {kind(dnc)} ({dnc.fill_in_ratio:.1f} to 1), the LSTM {kind(lstm)} "
        f"({lstm.fill_in_ratio:.1f} to 1), people {people:.1f} to 1, chaining {found['chaining'].fill_in_ratio:.2f}. "
        f"As trained the DNC is right in {accuracy['all']:.3f} of outputs, with one way of reading alone in: {alone}. "
        f"By content alone it starts with the first item in {content.starts_first:.2f} of lists and goes on to the "
        f"next item in {content.goes_on:.2f} of transitions; forward along the links alone it starts with the second "
        f"in {forward.starts_second:.2f} and goes on in {forward.goes_on:.2f}: {_how(content, forward)}"
    )


def _how(content: Steps, forward: Steps) -> str:
    """What the lesions say of how the DNC does it."""
    if content.starts_first > 0.9 and forward.goes_on > 2 * content.goes_on:
        return (
            "content finds the start, and the links lead on from there, from what was read and not from what was "
            "answered. It is a chain inside, but one that errors of response do not break."
        )
    return "neither finding the start by content nor going on by links is all of it."


CHAINING_OR_POSITION = Reproduction(
    "chaining-or-position", "Does a model of serial recall chain, or code positions?",
    "Henson, Norris, Page & Baddeley (1996); Henson (1998); Page & Norris (1998); Farrell & Lewandowsky (2003)",
    _compared,
)  # fmt: skip
