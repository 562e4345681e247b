"""The benchmark: who is scored, by what budget, between which bounds; and that a record gives the same digits again."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import memsim
from memsim.commands.main import main
from memsim.core.errors import DataError, InputError
from memsim.core.same_people import number_in_peers
from memsim.data import load_dataset
from memsim.evaluation.ranking.bounds import OF_PERSON, UNIFORM
from memsim.evaluation.ranking.budget import fitted_within
from memsim.evaluation.ranking.calibration import CALIBRATION, range_of, ranges
from memsim.evaluation.ranking.entries import entries, seen_in_training, unscored
from memsim.evaluation.ranking.findings import FINDINGS
from memsim.evaluation.ranking.option_tables import Answers, Feature, predicted
from memsim.evaluation.ranking.pinned_set import FETCHED, INSTALLED, SCORED_IN_PEERS, BenchmarkSet, Part, RankedTask
from memsim.evaluation.ranking.record_file import read_record
from memsim.evaluation.ranking.same_results import differences
from memsim.evaluation.ranking.shares import scores_of
from memsim.evaluation.ranking.split import Split, split_of
from memsim.evaluation.ranking.whole import Ranking
from memsim.fitting.spec import FitSpec
from memsim.models import TCM, Strength, Uniform
from memsim.models.lookup import build_model
from memsim.models.networks.weights import read_header

ROOT = Path(__file__).parents[2]
RECALLED = RankedTask(
    "continual", "free recall", (("continual", "peers_experiment2:continual_16"),), Part(6, 4), Part(6, 5), 5
)
CUED = RankedTask("pal1", "cued recall", (("pairs", "pal1:pairs"),), Part(4, 4), Part(5, 6), 2)
TINY = BenchmarkSet("tiny", (RECALLED, CUED), evaluations=4, scoring_samples=2, simulated=30)
LEAST = replace(TINY, tasks=(CUED,))
MODELS: dict[str, Any] = {"TCM": TCM(), "Uniform": Uniform(), "EqualVariance": "EqualVariance", "SIMPLE": "SIMPLE"}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cells")


@pytest.fixture(scope="module")
def ranking(cache: Path) -> Ranking:
    models = MODELS | {"mine": str(ROOT / "examples" / "new_model.py")}
    return memsim.benchmark(models, set=TINY, workers=1, cache=cache)


def share(ranking: Ranking, label: str, task: str = "continual") -> float:
    scores = ranking.scores
    return float(scores[(scores["label"] == label) & (scores["task"] == task)]["share_total"].iloc[0])


def test_the_bounds_have_shares_of_zero_and_one_and_what_equals_uniform_has_zero(ranking: Ranking) -> None:
    assert share(ranking, UNIFORM) == 0 and share(ranking, "Uniform") == pytest.approx(0, abs=1e-12)
    ceiling = ranking.scores[ranking.scores["task"] == "continual"]["ceiling"].iloc[0]
    assert share(ranking, ceiling) == pytest.approx(1)
    assert share(ranking, OF_PERSON, "pal1") == pytest.approx(1)


def test_a_model_in_a_file_is_ranked_beside_those_that_ship(ranking: Ranking) -> None:
    assert np.isfinite(share(ranking, "mine")) and np.isfinite(share(ranking, "TCM"))
    assert set(ranking.costs["label"]) == {"TCM", "Uniform", "mine"}
    assert (ranking.costs["evaluations"] <= TINY.evaluations * ranking.costs["n_parameters"]).all()


def test_a_model_without_account_or_likelihood_has_a_reason_and_never_a_zero(ranking: Ranking) -> None:
    assert np.isnan(share(ranking, "EqualVariance")) and np.isnan(share(ranking, "SIMPLE"))
    reasons = ranking.scores.set_index(["label", "task"])["reason"]
    assert "no account of" in reasons["EqualVariance", "pal1"] and "no likelihood" in reasons["SIMPLE", "continual"]
    assert set(ranking.findings["label"]) >= {"SIMPLE", "TCM"}
    table = ranking.table.set_index("label")
    assert np.isnan(table.loc["SIMPLE", "continual"]) and table.index[-1] == UNIFORM
    assert any("SIMPLE" in sentence and "no likelihood" in sentence for sentence in ranking.words)


def test_parts_add_up(ranking: Ranking) -> None:
    scores = ranking.scores[ranking.scores["reason"] == ""]
    np.testing.assert_allclose(scores["gain_choice"] + scores["gain_termination"], scores["gain_total"])
    assert (scores["gain_total_low"] <= scores["gain_total"]).all()
    assert (scores["gain_total"] <= scores["gain_total_high"]).all()


def test_a_record_gives_the_same_digits_again_and_says_what_differs(tmp_path: Path) -> None:
    again = memsim.benchmark({"TCM": TCM()}, set=LEAST, workers=1)  # nothing is kept: it is fitted anew
    ranking = memsim.benchmark({"TCM": TCM()}, set=LEAST, workers=1)
    path = tmp_path / "benchmark.json"
    again.save_record(path)
    old = read_record(path)
    assert old == again.record and differences(old, ranking.record) == []
    changed = json.loads(path.read_text())
    changed["scores"][-1]["gain_total"] = 9.0
    changed["people"]["pal1"]["scored"] = ""
    changed["findings"][0]["value"] = 9.0
    said = differences(changed, ranking.record)
    shown = ranking.findings
    assert [row["value"] for row in old["findings"]] == pytest.approx(shown["value"].tolist(), nan_ok=True)
    assert [row["passes"] for row in old["findings"]] == shown["passes"].tolist() and len(shown)
    assert any("pal1 TCM" in each and "value was 9.0" in each for each in said)
    assert any("gain_total was 9.0" in each for each in said) and "pal1: other lists were fitted or scored." in said


def test_the_figure_names_models_that_have_a_score(ranking: Ranking) -> None:
    panels = [axis for axis in ranking.figure().axes if axis.get_title(loc="left")]
    assert [axis.get_title(loc="left") for axis in panels] == ["continual", "pal1"]
    assert {text.get_text() for text in panels[0].get_yticklabels()} == {"TCM", "Uniform", "mine"}


def test_no_model_with_anything_to_rank_is_an_error() -> None:
    with pytest.raises(InputError, match="no model has anything to be ranked by: EqualVariance in continual"):
        memsim.benchmark("EqualVariance", set=TINY, workers=1)
    with pytest.raises(InputError, match="there is no set 'instaled'"):
        memsim.benchmark("TCM", set="instaled")
    with pytest.raises(InputError, match="benchmark: 2 models are called TCM; give labels"):
        entries(["tcm", TCM()])


def test_nobody_is_fitted_and_scored_in_any_data_set_of_peers() -> None:
    fitted, scored = set(), set()
    for task in INSTALLED.tasks:
        split = split_of(task, INSTALLED.seed)  # raises where checksums differ
        own = {label for each in split.training.values() for label in each.trials.subject.astype(str).tolist()}
        others = set(split.people_scored.tolist())
        assert own and others and not own & others
        if task.name.startswith("peers_"):
            fitted |= set(map(number_in_peers, own))
            scored |= set(map(number_in_peers, others))
    assert scored <= SCORED_IN_PEERS and not fitted & SCORED_IN_PEERS


def test_other_data_than_those_of_the_set_are_refused() -> None:
    task = next(each for each in INSTALLED.tasks if each.name == "pal1")
    with pytest.raises(DataError, match="not those of the set"):
        split_of(replace(task, sha256=("0" * 64, "0" * 64)), INSTALLED.seed)


def test_sets_name_data_sets_that_there_are() -> None:
    for task in (*INSTALLED.tasks, *FETCHED.tasks):
        for _, name in task.people:
            data_set, _, condition = name.partition(":")
            assert condition in memsim.data.registered.DATASETS.get(data_set).conditions


def trained_on_some(name: str, condition: str, *, trained: bool) -> Split:
    """A split that scores two people on whom ``DNC:people`` was trained, or was not."""
    record = read_header("dnc-people").record["people"]
    numbers = {number_in_peers(label) for label in record["trained_on"]}
    everyone = load_dataset(name, condition)
    labels = [each for each in everyone.trials.subjects if (number_in_peers(each) in numbers) == trained][:2]
    rows = np.flatnonzero(np.isin(everyone.trials.subject.astype(str), [str(each) for each in labels]))[:3]
    return Split({}, {"immediate": everyone[rows]}, {"immediate": everyone}, {"immediate": rows})


@pytest.mark.parametrize("people", ["peers_notask:all", "peers_experiment2:immediate"])
def test_a_network_is_not_scored_on_people_on_whom_it_was_trained_under_any_label(people: str) -> None:
    name, _, condition = people.partition(":")
    network = build_model("DNC:people")
    seen = trained_on_some(name, condition, trained=True)
    assert "trained on" in seen_in_training(network, seen) and "people who are scored" in unscored(
        network, RECALLED, seen
    )
    assert not seen_in_training(network, trained_on_some(name, condition, trained=False))
    assert not seen_in_training(build_model("DNC"), seen)


def test_the_budget_ends_a_search_and_its_best_place_is_kept() -> None:
    recalls = load_dataset("peers_notask")[:6]
    spec = FitSpec.of(Strength(), recalls=recalls)
    few, more = (fitted_within(spec, recalls, n) for n in (3, 30))
    assert few.evaluations == 3 * len(spec.space.axes) and few.smooth
    assert more.value <= few.value <= spec.objective(recalls)(spec.space.default)
    assert spec.objective(recalls)(more.places) == pytest.approx(more.value)


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=8))
def test_people_of_all_data_sets_pass_and_no_effect_passes_only_if_people_are_on_both_sides(
    values: list[float],
) -> None:
    finding = FINDINGS[0]
    low, high = range_of(finding, values)
    assert all(low <= value <= high for value in values)
    if min(values) > finding.null + 1e-9 or max(values) < finding.null - 1e-9:
        assert not low <= finding.null <= high


def test_findings_of_immediate_recall_and_of_recognition_rest_on_five_data_sets(ranking: Ranking) -> None:
    limits = ranking.ranges.set_index("finding")
    assert (
        limits.loc[[name for name in limits.index if name.startswith(("immediate", "ratings"))], "n_data_sets"] >= 5
    ).all()
    assert not limits.loc["immediate: lag-CRP at +1 over -1", "counts"]  # people of Morton et al. (2013) show none
    assert limits.loc["immediate: primacy, first 3 minus middle", "counts"]
    assert ranges(ranking.people).equals(ranking.ranges)
    assert len(CALIBRATION) > 20


def answers(chosen: np.ndarray, n_options: int, people: np.ndarray) -> Answers:
    option = np.broadcast_to(np.arange(n_options), (len(chosen), n_options))
    feature = Feature(option.astype(np.int64), n_options, of_person=True)
    return Answers(np.arange(len(chosen)), people.astype(str), chosen, np.ones(option.shape, bool), (feature,))


def test_tables_find_what_each_person_prefers_and_nothing_where_all_is_chance() -> None:
    rng = np.random.default_rng(0)
    people = np.repeat(["a", "b"], 300)
    biased = np.where(people == "a", rng.random(600) < 0.9, rng.random(600) < 0.1).astype(np.int64)
    found = predicted(answers(biased, 2, people), answers(biased[:2] * 0, 2, np.array(["a", "b"])))
    for row, person in enumerate("ab"):
        assert np.exp(found[row, 1]) == pytest.approx(biased[people == person].mean(), abs=0.02)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1)
    chance = predicted(answers(rng.integers(4, size=600), 4, people), answers(np.zeros(1, int), 4, np.array(["new"])))
    np.testing.assert_allclose(np.exp(chance[0]), 0.25, atol=0.05)


def test_a_share_of_a_part_in_which_tables_predict_nothing_is_not_a_number() -> None:
    split = split_of(RECALLED, TINY.seed)
    n = len(split.scored["continual"])
    some, none = [1.0 + 0.1 * (i % 3) for i in range(n)], [0.0] * n
    bounds = {UNIFORM: {"continual": [none, none]}, **{
        name: {"continual": [some, none]} for name in ("tables of other people", OF_PERSON)
    }}  # fmt: skip
    model = {"half": {"continual": {"choice": [each / 2 for each in some], "termination": none}}}
    row = scores_of(model, bounds, split, "continual", 0).set_index("label").loc["half"]
    assert row["share_choice"] == pytest.approx(0.5) and np.isnan(row["share_termination"])
    assert row["share_choice_low"] == pytest.approx(0.5) and row["share_choice_high"] == pytest.approx(0.5)


def test_the_command_prints_ranges_and_refuses_what_does_not_apply(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "--ranges"]) == 0
    assert "immediate: temporal factor" in capsys.readouterr().out
    assert main(["benchmark", "TCM", "--ranges"]) == 2
    assert "--ranges runs no model" in capsys.readouterr().err
    assert main(["benchmark", "--record", "nothing.json"]) == 2
    assert "nothing.json is not the record" in capsys.readouterr().err
