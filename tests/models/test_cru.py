"""CRU against published fits, an oracle written from its equations, CMR, and differences."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memsim import Recalls, event_log_probabilities, load_dataset, log_likelihood, simulate
from memsim.contract.frequencies import every_recall
from memsim.core.gradient import log_likelihood_gradient, log_likelihood_gradients
from memsim.core.likelihood import log_likelihood_steps
from memsim.core.loop import event_probabilities, study
from memsim.core.outcomes import scored_outcomes
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm
from memsim.models import CMR, CRU
from memsim.models.context.cru_variants import VARIANTS
from memsim.paradigms import FreeRecall, SerialRecall
from memsim.reproductions.serial.gunn_polyn_fits import SINGLE_PRECISION, published_model, published_nll
from tests.conftest import shared_file
from tests.models.drawn_parameters import values_of

GENERAL = CRU(
    encoding_drift=0.7, encoding_drift_decrease=0.95, start_drift=0.3, recall_drift=0.8, distraction_drift=0.4,
    item_to_context_learning=0.3, shared_support=0.2, item_support=1.5, primacy_scale=2, primacy_decay=0.8,
    choice_exponent=2.5, stop_base=0.02, stop_growth=0.4,
)  # fmt: skip
CONVENTIONS = [
    {"drift_rule": drift, "floor": floor, "stop_rule": stop}
    for drift, floor, stop in product(("vector", "elementwise"), ("none", "left", "all"), ("exponential", "context"))
]
TASKS = (
    FreeRecall(list_length=7),
    FreeRecall(list_length=6, inter_item_distraction=2, retention_interval=5),
    SerialRecall(list_length=6),
)


def published() -> pd.DataFrame:
    return pd.read_csv(shared_file("data/human/gunn_polyn2025_fits.csv"))


@pytest.fixture(scope="module")
def people() -> dict[int, Recalls]:
    """The lists of each subject, without the responses that the fits left out beforehand."""
    recalls = load_dataset("peers_notask")
    return {int(subject): recalls[recalls.trials.subject == subject] for subject in recalls.trials.subjects}


@pytest.mark.parametrize("variant", VARIANTS)
def test_likelihoods_of_published_fits_person_by_person(variant: str, people: dict[int, Recalls]) -> None:
    """Also where the likelihood of the same parameters was computed anew with numbers of double precision."""
    fits = published().query("model == @variant")
    assert len(fits) == 126
    n_compared = 0
    for row in fits.to_dict("records"):
        recalls, model = people[row["subject"]], published_model(row)
        columns = scored_outcomes(recalls, repeats=False).columns
        assert (columns >= 0).sum() - (columns == 16).sum() == row["n_recall_events"] and len(recalls) == row["n_lists"]
        found = published_nll(model, recalls)
        assert np.isfinite(found)
        if np.isnan(row["nll_published"]):
            continue
        n_compared += 1
        assert found == pytest.approx(row["nll_recomputed"], rel=0, abs=6e-7)
        if (variant, row["subject"]) != SINGLE_PRECISION:
            assert found == pytest.approx(row["nll_published"], rel=3e-6)
        if not np.isnan(row["nll_recomputed_recallable_max"]):
            left = published_nll(model.replace(floor="left"), recalls)
            assert left == pytest.approx(row["nll_recomputed_recallable_max"], rel=0, abs=6e-7)
    assert n_compared == 106


def test_events_of_published_fits(people: dict[int, Recalls]) -> None:
    events = pd.read_csv(shared_file("data/human/gunn_polyn2025_events.csv"))
    fits = published().set_index(["model", "subject"])
    for (variant, subject), rows in events.groupby(["model", "subject"]):
        row = {"model": variant, "subject": subject, **fits.loc[(variant, subject)]}
        found = event_log_probabilities(published_model(row), people[int(subject)][:3])
        columns = scored_outcomes(people[int(subject)][:3], repeats=False).columns
        assert np.allclose(found[columns >= 0], rows["log_p"], rtol=0, atol=1e-8)
        assert np.where(columns == 16, 0, columns + 1)[columns >= 0].tolist() == rows["choice"].tolist()


def explicit_event_probabilities(model: CRU, order: list[int], length: int) -> list[float]:
    """The model from its equations, one list at a time; published probabilities where they do not sum to one."""
    epsilon, n_units = model.epsilon, length + 1

    def let_in(context: np.ndarray, arriving: np.ndarray, rate: float) -> np.ndarray:
        arriving = arriving / np.sqrt(arriving @ arriving + epsilon)
        d: Any = context * arriving if model.drift_rule == "elementwise" else context @ arriving
        context = (np.sqrt(1 + rate**2 * (d**2 - 1)) - rate * d) * context + rate * arriving
        return np.asarray(context / np.sqrt(context @ context + epsilon))

    own, start = np.eye(length, n_units), np.eye(n_units)[length]
    brought = (1 - model.item_to_context_learning) * own
    bound = np.zeros((length + 1, n_units))
    bound[:, :length] = model.shared_support
    bound[:length][own == 1] = model.item_support
    context, gain = start, 0.0
    for i in range(length):
        context = let_in(context, brought[i], model.encoding_drift * model.encoding_drift_decrease**i)
        gain = 1 + model.primacy_scale * np.exp(-model.primacy_decay * i)
        brought[i] += model.item_to_context_learning * context
        bound[i] += gain * context
    bound[length] += gain * context
    context = let_in(context, start, model.start_drift)
    left, found = np.append(np.ones(length, dtype=bool), model.stop_rule == "context"), list[float]()
    for j, item in enumerate([*order, length]):
        n_left = left[:length].sum()
        if n_left == 0:
            return [*found, 1.0]
        support = bound @ context
        counted = left | (model.floor == "all") & (np.arange(length + 1) < length)
        weight = ((support / support[counted].max()) ** model.choice_exponent + epsilon) * left
        rising = model.stop_base * np.exp(model.stop_growth * j)
        stop = weight[length] / weight.sum() if model.stop_rule == "context" else rising
        stop = min(stop, 1 - max(epsilon * n_left, 1e-9))
        found.append(stop if item == length else (1 - stop) * weight[item] / weight[:length].sum())
        if item < length:
            left[item] = False
            context = let_in(context, brought[item], model.recall_drift)
    return found


@pytest.mark.parametrize("options", CONVENTIONS, ids=lambda options: " ".join(options.values()))
def test_equal_to_explicit_equations(options: dict[str, str]) -> None:
    model = GENERAL.replace(**options)
    recalls = simulate(model, FreeRecall(list_length=7).trials(40, seed=2), seed=4)
    events = np.exp(event_log_probabilities(model, recalls))
    for row, found in zip(recalls.positions, events, strict=True):
        expected = explicit_event_probabilities(model, [position - 1 for position in row if position], 7)
        assert np.allclose(found[: len(expected)], expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("task", TASKS, ids=repr)
def test_cmr_is_a_setting(task: Paradigm) -> None:
    """CMR is computed by another program of memsim, from products of contexts and not from contexts."""
    same = {
        "encoding_drift": 0.6, "start_drift": 0.2, "recall_drift": 0.8, "distraction_drift": 0.4,
        "primacy_scale": 2.0, "primacy_decay": 0.9, "choice_exponent": 3.0, "stop_base": 0.02, "stop_growth": 0.3,
    }  # fmt: skip
    cru = CRU(item_to_context_learning=0.35, shared_support=0.1, item_support=1.4, **same)
    cmr = CMR(
        item_to_context_own=0.65, item_to_context_learning=0.35, context_to_item_shared=0.1, context_to_item_own=1.3,
        **same,
    )  # fmt: skip
    recalls = simulate(cmr, task.trials(100, seed=1), seed=2)
    assert np.allclose(log_likelihood(cru, recalls), log_likelihood(cmr, recalls), rtol=0, atol=1e-10)


@pytest.mark.parametrize("task", TASKS, ids=repr)
@pytest.mark.parametrize("options", CONVENTIONS, ids=lambda options: " ".join(options.values()))
def test_compiled_loop_and_its_adjoint(options: dict[str, str], task: Paradigm) -> None:
    """The loop gives the probabilities of the steps, and the adjoint their derivatives, for weights by chance."""
    model = GENERAL.replace(**options)
    recalls = simulate(model, task.trials(30, seed=1), seed=3)
    fast = model.fast_gradient(recalls, stream(0, "unused"))
    assert fast is not None
    events, pullback = fast
    steps = event_probabilities(model, recalls, stream(0, "unused"))
    for found, expected in zip(events[:2], steps[:2], strict=True):
        assert found is not None and np.allclose(found, expected, rtol=1e-12, atol=1e-15)
    rng = np.random.default_rng(5)
    weights = type(events)(*rng.normal(size=(2, *events.outcome.shape)))

    def weighted(model: CRU) -> float:
        found = model.fast_events(recalls, stream(0, "unused"))
        assert found is not None
        return float((found.outcome * weights.outcome + found.silence * weights.silence).sum())

    for name, slope in pullback(weights).items():
        value, step = getattr(model, name), 1e-5
        ends = [weighted(model.replace(**{name: value + sign * step})) for sign in (1, -1)]
        assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-6), name


def test_many_models_at_once() -> None:
    models = [GENERAL, GENERAL.replace(encoding_drift=0.5, stop_growth=0.3), CRU(start_drift=0.4)]
    recalls = simulate(GENERAL, FreeRecall(list_length=6).trials(30, seed=1), seed=3)
    owner = np.repeat(np.arange(3, dtype=np.int32), 10)[np.random.default_rng(1).permutation(30)]
    names = ["encoding_drift", "choice_exponent", "stop_base", "lapse"]
    together = log_likelihood_gradients(models, recalls, owner, names)
    for index, model in enumerate(models):
        one = log_likelihood_gradient(model, recalls[owner == index], names)
        assert np.allclose(together.log_likelihood[owner == index], one.log_likelihood, rtol=1e-12)
        assert [together.gradient[name][index] for name in names] == pytest.approx([*one.gradient.values()], rel=1e-9)


@settings(max_examples=25)
@given(data=st.data())
def test_recalls_sum_to_one_all_over_parameter_space(data: st.DataObject) -> None:
    values: dict[str, Any] = {p.name: data.draw(values_of(p), label=p.name) for p in CRU.parameters()}
    for task in (FreeRecall(list_length=4, output_limit=4), FreeRecall(list_length=3, retention_interval=5)):
        recalls = every_recall(CRU(**values), task.trials(1))
        likelihood = log_likelihood(CRU(**values), recalls)
        assert np.exp(likelihood).sum() == pytest.approx(1, abs=1e-9)
        with np.errstate(over="ignore"):
            steps = log_likelihood_steps(CRU(**values), recalls, 1, 0)
        assert np.allclose(np.exp(likelihood), np.exp(steps), rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("stop_rule", ["exponential", "context"])
def test_items_without_support_are_equally_likely(stop_rule: str) -> None:
    """Where context at test is only that of the start, and that of every item only its own, nothing supports any."""
    model = CRU(encoding_drift=1, start_drift=1, recall_drift=0.5, stop_base=0.1, stop_growth=0, stop_rule=stop_rule)
    state = study(model, FreeRecall(list_length=4).trials(2), stream(0, "unused"))
    expected = [0.2] * 5 if stop_rule == "context" else [0.225] * 4 + [0.1]
    assert np.allclose(model.outcome_probabilities(state), expected)


def test_forward_recall_begins_at_the_start_of_the_list() -> None:
    recalls = simulate(CRU(), SerialRecall().trials(2_000, seed=1), seed=2)
    in_place = (recalls.positions == np.arange(1, 7)).mean(axis=0)
    assert in_place[0] > 0.8 and (np.diff(in_place[:5]) < 0).all()
    weak = CRU(start_drift=0)
    assert np.array_equal(log_likelihood(weak, recalls), log_likelihood(CRU(), recalls))
