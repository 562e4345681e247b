"""The entry on forgetting: options, measures against hand counts, and verdicts that follow from numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from memsim.core.errors import DivergenceError, InputError
from memsim.core.free_recall import FreeRecall
from memsim.core.recalls import Recalls
from memsim.data import load_dataset
from memsim.models import DNC
from memsim.models.networks.wear.wearing import levers_of
from memsim.reproductions.essay.forgetting.claims import claims_of, flat_line
from memsim.reproductions.essay.forgetting.claims_on_sleep import claims_on_sleep
from memsim.reproductions.essay.forgetting.consolidation import RESTS, strengths
from memsim.reproductions.essay.forgetting.entry import FORGETTING, findings_of
from memsim.reproductions.essay.forgetting.figures import curves_figure, edges_figure
from memsim.reproductions.essay.forgetting.measures import (
    PEOPLE,
    curve_of_people,
    lists_of,
    numbers_of,
    of_recalls,
    temporal_factor,
)
from memsim.reproductions.essay.forgetting.options import (
    ALONE,
    CONDITIONS,
    EVERY_CONDITION,
    NIGHTS,
    SEARCHED,
    SHIPPED,
    ForgettingOptions,
)
from memsim.reproductions.essay.forgetting.search import SEARCHES, first_population, levers, worn
from memsim.reproductions.essay.forgetting.tables import behaviours, curves, levers_found, people_scores
from memsim.reproductions.essay.forgetting.trainings import trained, training_of, worn_model
from memsim.reproductions.hypotheses import NOT_TESTED, REFUTED, SUPPORTED, UNDECIDED
from memsim.training.trainer import Trainer


def measured(primacy: float, recency: float, distance: float) -> dict[str, Any]:
    return {
        "curve": [0.5] * 20, "primacy": primacy, "recency": recency, "recalled": 10.0, "intrusions": 0.0,
        "temporal_factor": 0.5, "shuffled_factor": 0.5, "rmsd": distance, "rmsd_serial_position_curve": distance,
    }  # fmt: skip


def scores(choice: float) -> dict[str, Any]:
    return {name: {"choice": choice, "total": choice - 1} for name in PEOPLE}


def found(as_predicted: bool, seeds: int = 5) -> dict[tuple[str, int], dict[str, Any]]:
    """What trainings would give, if all predictions came true or none."""
    table: dict[tuple[str, int], dict[str, Any]] = {}
    for seed in range(seeds):
        little = 0.001 * seed
        for name in CONDITIONS:
            of_slots = "slots" in name
            edge = measured(
                0.3 + little if of_slots == as_predicted else little, 0.4 + little if as_predicted else little,
                0.05 if as_predicted and name == "all" else 0.3,
            )  # fmt: skip
            flushed = measured(edge["primacy"], 0.02, 0.3)
            table[name, seed] = {
                "diverged": "", "seconds": 1.0, "loss": 1.0, "trained": edge, "delayed": edge,
                "flushed": flushed if as_predicted else edge, "nats": scores(-10.0), "lesions": {},
            }  # fmt: skip
        none = table["none", seed]
        none["lesions"] = {
            name: measured(little, 0.2, 0.3) if as_predicted else table[name, seed]["trained"] for name in CONDITIONS
        }
        gain = 0.1 + little if as_predicted else little - 0.1
        rest = {"recalled": 5.0, "weak": 0.4, "strong": 0.5, "factor": 0.6, "shuffled": 0.5}
        each = {
            f"{kind}_{name}": value
            for kind in (*RESTS, "unlinked", *(f"later_{name}" for name in RESTS))
            for name, value in rest.items()
        }
        kept = {"later_wake_recalled": 2.0, **{f"later_{kind}_recalled": 2 + 10 * gain for kind in ("sleep", "gentle")}}
        none["consolidation"] = {
            **each, **kept, "sleep_strong": 0.5 + gain, "sleep_weak": 0.4 - gain, "sleep_factor": 0.6 + gain,
        }  # fmt: skip
    return table


def replay(as_predicted: bool, seeds: int = 5) -> pd.DataFrame:
    """What replay training would give."""
    kept = {"alone": 0.2, "stored": 0.9, "dreamed": 0.9} if as_predicted else dict.fromkeys(NIGHTS, 0.5)
    rows = [
        {"seed": seed, "night": 2 + seed / 10, "other_day": seed / 100,
         **{f"{name}_first": share * (2 + seed / 10) - seed / 100 for name, share in kept.items()},
         **{f"{name}_second": 2 + seed / 10 for name in NIGHTS}}
        for seed in range(seeds)
    ]  # fmt: skip
    return pd.DataFrame(rows)


REFERENCES = {name: {"behaviour": measured(0, 0, 0.2), "nats": scores(-15.0)} for name in ("CMR", "uniform choice")}


def searched(choice: float) -> dict[str, list[dict[str, Any]]]:
    return {"levers": found_by(choice), "choice alone": found_by(-14.9)}


def found_by(choice: float) -> list[dict[str, Any]]:
    place = np.array([low for low, _ in SEARCHED.values()])
    return [
        {
            "levers": levers(place),
            "behaviour": measured(0, 0, 0.2),
            "nats": scores(choice + 0.1 * seed),
            "evaluations": 9,
        }
        for seed in range(5)
    ]


@pytest.mark.parametrize(("as_predicted", "choice", "verdict"), [(True, -14.0, SUPPORTED), (False, -16.0, REFUTED)])
def test_verdicts_follow_from_numbers(as_predicted: bool, choice: float, verdict: str) -> None:
    table = found(as_predicted)
    claims = [*claims_of(table, searched(choice), REFERENCES), *claims_on_sleep(table, replay(as_predicted))]
    assert [claim.name for claim in claims] == [
        "V1",
        "V2",
        "V3",
        "V4",
        "V5",
        "V6",
        "V7",
        "W1",
        "W2",
        "W3",
        "W4",
        "W4 gentle",
    ]
    # If slots give no primacy and decay does, V2 is refuted as well.
    wanted = dict.fromkeys([claim.name for claim in claims], verdict)
    if not as_predicted:
        wanted["V5"] = NOT_TESTED  # there is no recency that a delay could take
    assert {claim.name: claim.verdict for claim in claims} == wanted
    assert all(claim.refuted_by and claim.manipulation and "[" in claim.numbers for claim in claims)


def test_nobody_is_scored_twice() -> None:
    """Half of the people of PEERS 1 that ship are also in the sample that comes with psifr, with the same lists."""
    first, second = (numbers_of(lists_of(name, 10_000)) for name in PEOPLE)
    every = numbers_of(load_dataset(PEOPLE[1]))
    assert len(set(every.tolist())) == 60 and len(set(second.tolist())) == 30
    assert set(first.tolist()).isdisjoint(second.tolist())
    assert set(every.tolist()) == set(second.tolist()) | (set(every.tolist()) & set(first.tolist()))
    assert len(lists_of(PEOPLE[1], 50)) == 50


def test_one_seed_that_differs_refutes_what_must_hold_in_all_and_not_what_must_in_most() -> None:
    table = found(True)
    table["decay and noise", 2]["trained"] = measured(0.2, 0.05, 0.3)
    verdicts = {claim.name: claim.verdict for claim in claims_of(table, searched(-14.0), REFERENCES)}
    assert (verdicts["V1"], verdicts["V2"]) == (REFUTED, SUPPORTED)


def test_one_seed_decides_nothing() -> None:
    places = {kind: each[:1] for kind, each in searched(-14.0).items()}
    claims = [*claims_of(found(True, 1), places, REFERENCES), *claims_on_sleep(found(True, 1), replay(True, 1))]
    assert {claim.verdict for claim in claims} == {UNDECIDED}


def test_differences_that_are_not_shown_are_not_refuted() -> None:
    """Of the curves of training and of a lesion, where seeds vary more than they differ."""
    table = found(False)
    for seed in range(5):
        table["decay", seed]["trained"] = measured(0.2 * (-1) ** seed, 0.0, 0.3)
    verdicts = {claim.name: claim.verdict for claim in claims_of(table, {}, REFERENCES)}
    assert verdicts["V7"] == UNDECIDED


def test_training_and_lesion_are_compared_within_seeds() -> None:
    """Also where one of them diverged, each with another seed."""
    table = found(False)
    for seed in range(5):
        table["decay", seed]["trained"] = measured(seed + 1.0, 0.0, 0.3)
        table["none", seed]["lesions"]["decay"] = measured(float(seed), 0.0, 0.3)
    table["decay", 0]["diverged"] = table["none", 4]["diverged"] = "the loss is no longer finite"
    (claim,) = (each for each in claims_of(table, {}, REFERENCES) if each.name == "V7")
    assert "decay: primacy +1.00 [+1.00, +1.00]" in claim.numbers and claim.verdict == SUPPORTED


@pytest.mark.parametrize(("distances", "verdict"), [
    ([0.07, 0.08, 0.08, 0.09, 0.08], SUPPORTED), ([0.2, 0.0, 0.1, 0.05, 0.1], UNDECIDED),
    ([0.2, 0.05, 0.15, 0.1, 0.2], UNDECIDED), ([0.2, 0.21, 0.19, 0.2, 0.2], REFUTED),
])  # fmt: skip
def test_the_nearest_condition_is_judged_by_its_interval(distances: list[float], verdict: str) -> None:
    table = found(False)
    for seed, distance in enumerate(distances):
        table["all", seed]["trained"] = measured(0.0, 0.0, distance)
    verdicts = {claim.name: claim.verdict for claim in claims_of(table, {}, REFERENCES)}
    assert verdicts["V4"] == verdict


def test_levers_that_predict_no_better_than_the_choice_alone_are_no_support() -> None:
    places = {"levers": found_by(-14.0), "choice alone": found_by(-13.0)}
    verdicts = {claim.name: claim.verdict for claim in claims_of(found(True), places, REFERENCES)}
    assert verdicts["V6"] == REFUTED


def test_what_was_not_run_or_diverged_is_not_decided() -> None:
    table = {key: one for key, one in found(True).items() if key[0] == "none"}
    table["decay and noise", 0] = {"diverged": "the loss is no longer finite", "lesions": {}}
    for one in table.values():
        one["lesions"] = {}
    claims = [*claims_of(table, {}, REFERENCES), *claims_on_sleep(found(True), pd.DataFrame())]
    verdicts = {claim.name: claim.verdict for claim in claims}
    assert all(verdicts[name] == NOT_TESTED for name in ("V1", "V2", "V3", "V5", "V6", "V7", "W3"))
    assert np.isnan(findings_of(behaviours(table), "decay and noise")[0].obtained)


def test_a_training_that_diverges_is_kept_as_such_and_no_other_error(monkeypatch: pytest.MonkeyPatch) -> None:
    training = training_of("decay", 0, ForgettingOptions(iterations=2))
    arguments: dict[str, Any] = {"from_scratch": False, "closed": 0, "lesions": [], "lists": 4, "people_lists": 1}
    for error in (DivergenceError, InputError):

        def fails(self: Trainer, until: int, error: type[Exception] = error) -> bool:
            raise error("the loss is no longer finite")

        monkeypatch.setattr(Trainer, "run", fails)
        if error is DivergenceError:
            assert trained("decay", training, **arguments, samples=1, start="") == {
                "diverged": "the loss is no longer finite"
            }
            continue
        with pytest.raises(InputError):
            trained("decay", training, **arguments, samples=1, start="")


def test_tables_and_figures() -> None:
    table, places = found(True, seeds=2), searched(-14.0)
    behaviour = behaviours(table)
    assert len(behaviour) == 2 * len(CONDITIONS) * 4
    assert set(people_scores(table, places, REFERENCES)["model"]) == {
        *CONDITIONS,
        *REFERENCES,
        "shipped, search of levers",
        "shipped, search of choice alone",
    }
    panels = curves_figure(curves(table)).axes
    assert [" ".join(axis.get_title().split()) for axis in panels] == list(CONDITIONS)
    assert edges_figure(behaviour, levers_found(places)).axes[0].get_xlabel().startswith("Recency")


def test_temporal_factor_by_hand() -> None:
    """From 2, of 1, 3 and 4: to 3 ties with 1 and is nearer than 4; from 3 of 1 and 4, to 1, which is farther."""
    trials = FreeRecall(list_length=4).trials(2, 0)
    recalls = Recalls(trials, np.array([[2, 3, 1, 0], [2, 3, 0, 0]]), np.array([True, True]))
    assert temporal_factor(recalls) == pytest.approx(((1 + 0.5) / 2 + 0.0 + (1 + 0.5) / 2) / 3)


def test_an_item_that_is_repeated_is_recalled_once() -> None:
    positions = np.array([[1, 2, 1, 2, 1, -1], [3, 0, 0, 0, 0, 0]])
    found = of_recalls(Recalls(FreeRecall(list_length=20).trials(2, 0), positions, np.array([True, True])), 0)
    assert found["recalled"] == 1.5 and found["intrusions"] == 0.5


def test_people_and_the_flat_line() -> None:
    assert len(curve_of_people()) == 20 and curve_of_people()[-1] == pytest.approx(0.95, abs=0.01)
    assert flat_line() == pytest.approx(0.234, abs=0.005)


def test_strength_is_the_usage_of_the_rows_that_an_item_was_written_to() -> None:
    model = DNC(usage_decay=0.2)
    recalls = Recalls(FreeRecall(list_length=6).trials(8, 0), np.zeros((8, 1), int), np.ones(8, bool))
    found = strengths(model, recalls).mean(axis=0)
    assert (found > 0).all() and found[-1] > found[1]


def test_every_lever_that_the_core_declares_is_searched_and_is_a_condition() -> None:
    declared = levers_of(DNC(weights=SHIPPED).network().network)
    assert set(SEARCHED) == {"choice_strength", *declared, "slots"}
    alone = {name for levers in EVERY_CONDITION.values() for name in levers if len(levers) == 1}
    assert alone == {*declared, "slots"} and not set(ALONE) & set(CONDITIONS)
    ranges = {each.name: (each.low, each.high) for each in DNC.parameters()}
    assert all(ranges[name][0] <= low < high <= ranges[name][1] for name, (low, high) in SEARCHED.items())


def test_a_search_begins_with_the_network_as_it_is_and_places_at_which_levers_are_off() -> None:
    for kind, space in SEARCHES.items():
        places = first_population(kind, 1)
        assert np.array_equal(places, first_population(kind, 1))
        low, high = np.array(list(space.values())).T
        assert ((low <= places) & (places <= high)).all() and len(places) == max(8, 3 * len(space))
        assert worn(places[0], kind).replace(slots=None) == DNC(weights=SHIPPED)
    off = first_population("levers", 1)[1:, 1:-1] == 0
    assert 0.3 < off.mean() < 0.7 and (off.mean(axis=0) < 1).all()


def test_options() -> None:
    options = ForgettingOptions(conditions="none; decay", iterations=7)
    assert options.names == ["none", "decay"]
    training = training_of("decay", 3, options)
    assert (training.row_decay, training.seed, training.iterations, training.first_length) == (0.1, 3, 7, 20)
    assert training_of("5 slots", 3, options).sizes == {"slots": 5}
    assert worn_model(DNC(), "5 slots").slots == 5
    assert options.replace(conditions="none; carry_over").names == ["none", "carry_over"]
    assert ForgettingOptions().names == list(CONDITIONS)
    assert ForgettingOptions(each_lever=True).names == [*CONDITIONS, *ALONE]
    assert training_of("write_noise", 3, options).write_noise == worn_model(DNC(), "write_noise").write_noise > 0
    for wrong in ("decay", "none;dekay"):
        with pytest.raises(InputError, match=r"must name 'none'|did you mean"):
            ForgettingOptions(conditions=wrong)
    assert FORGETTING.options == ForgettingOptions()
