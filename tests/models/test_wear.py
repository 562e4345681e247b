"""Wear between the steps of a network: equations by hand, roles, likelihoods, and what is kept between evaluations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from memsim import log_likelihood, simulate
from memsim.core.errors import InputError, NoEffectError
from memsim.core.gradient import log_likelihood_gradient
from memsim.core.items import ItemPool
from memsim.core.likelihood import log_likelihood_steps, score
from memsim.core.seeding import stream
from memsim.models import DNC, LSTM
from memsim.models.networks.cores.dnc import DNC as Core
from memsim.models.networks.cores.hopfield import HopfieldStore
from memsim.models.networks.cores.lstm import LSTM as Controller
from memsim.models.networks.cores.ntm import NTM
from memsim.models.networks.cores.state_leaves import changed_at, leaves
from memsim.models.networks.wear.levers import Wear
from memsim.models.networks.wear.rests import Rest
from memsim.models.networks.wear.sleep import FOLLOWED, Traces, prune, replay, slept
from memsim.models.networks.wear.trials import others
from memsim.models.networks.wear.wearing import Wearing, require_roles
from memsim.paradigms import FreeRecall, Recognition

NOISELESS = {
    "row_decay": 0.1, "write_blur": 0.2, "usage_decay": 0.1, "link_decay": 0.1, "state_decay": 0.1, "flush": 0.3,
    "flush_noise": 0.0,
}  # fmt: skip
EVERY = {
    **NOISELESS, "carry_over": 0.3, "row_noise": 0.2, "write_noise": 0.2, "state_noise": 0.2, "flush_noise": 0.3,
    "rest": 10.0, "sleep_cycles": 2, "sleep_prune": 0.2,
}  # fmt: skip
SLEEP = Rest(0.0, 1, 0.2, 2.0, 2, 0.0, 0.3, 0.05, 0.1, 0.5)


def state_of(core: Any, steps: int = 4, batch: int = 3) -> Any:
    torch.manual_seed(0)
    state = core.start(batch)
    for _ in range(steps):
        _, state, _ = core.step(torch.randn(batch, 5), state)
    return state


@pytest.fixture(scope="module")
def core() -> Core:
    torch.manual_seed(1)
    return Core(5, 4, slots=6, width=4, hidden=8).double().requires_grad_(False)


@pytest.fixture(scope="module")
def state(core: Core) -> Any:
    torch.set_default_dtype(torch.float64)
    try:
        return state_of(core)
    finally:
        torch.set_default_dtype(torch.float32)


def test_decay_of_each_role_is_its_power_of_the_seconds(core: Core, state: Any) -> None:
    worn = Wearing(core, Wear(row_decay=0.1, usage_decay=0.2, link_decay=0.3, state_decay=0.4)).after_time(state, 2.5)
    kept = {"memory.memory": 0.9, "memory.usage": 0.8, "memory.links": 0.7, "memory.precedence": 0.7}
    kept |= {"controller.0.0": 0.6, "controller.0.1": 0.6}
    for name, before in leaves(state).items():
        assert torch.allclose(leaves(worn)[name], before * kept.get(name, 1.0) ** 2.5, atol=1e-12), name


def test_time_in_parts_wears_as_time_at_once(core: Core, state: Any) -> None:
    """Exactly for decay, and for noise in what is kept and in the size of contents, on average over draws."""
    for wear in (Wear(row_decay=0.2), Wear(row_decay=0.1, row_noise=0.7)):
        found = []
        for parts in (1, 4):
            draws = torch.zeros(2)
            for seed in range(300):
                wearing, worn = Wearing(core, wear, seed=seed), state
                for _ in range(parts):
                    worn = wearing.after_time(worn, 4.0 / parts)
                contents, before = worn.memory.memory, state.memory.memory
                draws += torch.stack(((contents * before).sum() / before.square().sum(), contents.square().sum()))
            found.append(draws / 300)
        assert torch.allclose(found[0], found[1], rtol=0.08 if wear.is_random else 1e-6)
        if wear.is_random:
            assert float(found[0][0]) == pytest.approx(0.9**4 * np.exp(-(0.7**2) * 4 / 2), rel=0.1)


def test_noise_is_relative_to_the_contents_and_has_no_gradient(core: Core, state: Any) -> None:
    wear = Wear(row_noise=0.5)
    once = Wearing(core, wear, seed=3).after_time(state, 1.0).memory.memory
    larger = changed_at(state, "memory.memory", lambda each: 10 * each)
    assert torch.allclose(Wearing(core, wear, seed=3).after_time(larger, 1.0).memory.memory, 10 * once)
    contents = state.memory.memory.clone().requires_grad_()
    worn = Wearing(core, wear, seed=3).after_time(changed_at(state, "memory.memory", lambda _: contents), 1.0)
    (slope,) = torch.autograd.grad(worn.memory.memory.sum(), contents)
    assert torch.allclose(slope, torch.full_like(slope, np.exp(-0.125)))


def test_what_is_written_is_blurred_over_rows_in_use_and_noisy_where_it_was_written(core: Core) -> None:
    before, after = core.start(1), core.start(1)
    before = before._replace(memory=before.memory._replace(usage=torch.tensor([[0.0, 0.75, 0.25, 0, 0, 0]])))
    contents = torch.zeros(1, 6, 4)
    contents[0, 0] = 1.0
    write = torch.zeros(1, 6)
    write[0, 0] = 1.0
    after = after._replace(memory=after.memory._replace(memory=contents, write=write))
    blurred = Wearing(core, Wear(write_blur=0.4)).after_step(before, after, 0.0).memory.memory[0, :, 0]
    assert blurred.tolist() == pytest.approx([0.6, 0.3, 0.1, 0, 0, 0])
    noisy = Wearing(core, Wear(write_noise=0.4)).after_step(before, after, 0.0).memory.memory[0]
    assert (noisy[0] != 1).all() and not noisy[1:].any()


def test_flush_at_the_cue_leaves_the_memory(core: Core, state: Any) -> None:
    flushed = Wearing(core, Wear(flush=1.0), SLEEP).at_test(state)
    half = Wearing(core, Wear(flush=0.5)).at_test(state)
    assert not flushed.read_vectors.any() and not flushed.controller[0][1].any()
    assert torch.equal(half.controller[0][0], state.controller[0][0] / 2)
    assert all(torch.equal(one, other) for one, other in zip(flushed.memory, state.memory, strict=True))


@pytest.mark.parametrize(
    ("made", "wear", "rest", "message"),
    [
        (Controller, Wear(row_decay=0.1), Rest(), "state_decay, state_noise, flush"),
        (NTM, Wear(write_blur=0.1), Rest(), "the usage of a network"),
        (HopfieldStore, Wear(carry_over=0.1), Rest(), "without rows"),
        (Controller, Wear(), SLEEP, "no memory to replay"),
    ],
)
def test_a_lever_needs_its_role(made: Any, wear: Wear, rest: Rest, message: str) -> None:
    with pytest.raises(InputError, match=message):
        require_roles(made(5, 4), wear, rest, made.__name__)


@pytest.mark.parametrize("made", [NTM, HopfieldStore])
def test_other_cores_wear_and_sleep(made: Any) -> None:
    core = made(5, 4).requires_grad_(False)
    state = state_of(core)
    wear = Wear(row_decay=0.1, row_noise=0.2, state_noise=0.1, flush=0.5, flush_noise=0.3)
    require_roles(core, wear, SLEEP, made.__name__)
    asleep = Wearing(core, wear, SLEEP, seed=1)
    worn = asleep.at_test(asleep.after_rest(Wearing(core, wear, seed=1).after_step(state, state, 1.0)))
    changed = [name for name, leaf in leaves(worn).items() if not torch.equal(leaf, leaves(state)[name])]
    assert any("memory" in name for name in changed) and any("controller" in name for name in changed)
    assert all(leaf.isfinite().all() for leaf in leaves(worn).values())


def test_models_declare_levers_and_zeros_change_nothing() -> None:
    names = {each.name for each in DNC.parameters()}
    assert set(EVERY) <= names and {"slots", "worn", "response_time"} <= names
    trials = FreeRecall(list_length=5).trials(20, 0)
    recalls = simulate(DNC(), trials, 1)
    same = simulate(DNC(rest=50.0, sleep_steps=5, flush_noise=1.0, slots=16), trials, 1)
    assert np.array_equal(recalls.positions, same.positions)
    for worn in ({"row_decay": 0.2}, {"slots": 2}, EVERY):
        assert not np.array_equal(simulate(DNC(**worn), trials, 1).positions, recalls.positions)


@pytest.mark.parametrize(
    ("model", "options", "error"),
    [
        (DNC, {"worn": "trained", "flush": 0.2}, NoEffectError),
        (LSTM, {"slots": 3}, InputError),
        (LSTM, {"row_decay": 0.1}, InputError),
        (DNC, {"row_decay": 1.5}, InputError),
        (DNC, {"weights": "dnc-cued", "carry_over": 0.2}, InputError),
        (DNC, {"weights": "dnc-cued", "later_items": 2}, NoEffectError),
    ],
)
def test_levers_without_effect_are_errors(model: Any, options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=r"LSTM|DNC"):
        model(**options)


def test_kinds_of_likelihood() -> None:
    assert [DNC(**each).likelihood for each in ({}, NOISELESS, {"row_noise": 0.1}, {"flush": 0.5})] == [
        "exact", "exact", "sampled", "sampled",
    ]  # fmt: skip
    recalls = simulate(DNC(**NOISELESS), FreeRecall(list_length=4).trials(6, 0), 1)
    assert (score(DNC(**NOISELESS), recalls)["standard_error"] == 0).all()
    noisy = DNC(row_noise=0.3, state_noise=0.3)
    first, again, other = (score(noisy, recalls, samples=5, seed=seed)["log_likelihood"] for seed in (0, 0, 1))
    assert (first == again).all() and (first != other).all()
    assert (score(noisy, recalls, samples=5)["standard_error"] > 0).all()
    one = DNC(row_noise=0.3).begin(recalls.trials, stream(0))[0].wearing
    assert one is not None and one.study_time(0) == recalls.trials.paradigm.presentation_time


def test_outputs_are_kept_for_the_levers_they_were_computed_with() -> None:
    recalls = simulate(DNC(), FreeRecall(list_length=4).trials(6, 0), 1)
    for levers in ({}, {"row_decay": 0.3}, {"slots": 2}, {}):
        model = DNC(**levers)
        found = log_likelihood_gradient(model, recalls, ["choice_strength"])
        assert found.log_likelihood == pytest.approx(log_likelihood_steps(model, recalls, samples=1, seed=0), abs=1e-10)
    judged = DNC.preset("recognition")
    trials = Recognition(list_length=4, n_lures=4).trials(5, 0)
    intact, worn = (simulate(model, trials, 0) for model in (judged, judged.replace(row_decay=0.9, state_decay=0.9)))
    again = simulate(judged, trials, 0)
    assert np.array_equal(intact.ratings, again.ratings) and not np.array_equal(intact.ratings, worn.ratings)


def test_derivatives_by_levers_are_differences_beside_those_that_are_known() -> None:
    recalls = simulate(DNC(), FreeRecall(list_length=4).trials(6, 0), 1)
    model = DNC(row_decay=0.05)
    names = ["row_decay", "choice_strength"]
    gradient = log_likelihood_gradient(DNC(), recalls, names).gradient
    assert gradient["choice_strength"] != 0 and abs(gradient["row_decay"]) > 1e-3
    step = 1e-5  # the order in which rows are allocated jumps in longer ones
    by_hand = [log_likelihood(model.replace(row_decay=0.05 + each), recalls).sum() for each in (-step, step)]
    slope = log_likelihood_gradient(model, recalls, names).gradient["row_decay"]
    assert slope == pytest.approx((by_hand[1] - by_hand[0]) / (2 * step), rel=1e-3)
    assert "row_decay" not in log_likelihood_gradient(DNC(), recalls).gradient


def test_delay_wears_by_its_seconds_and_study_by_the_time_of_items() -> None:
    """A whole is worn by the seconds of the task: longer study and delay leave less."""
    model = DNC(response_set="pool", row_noise=0.2, state_noise=0.2)
    recalled = [
        (simulate(model, FreeRecall(list_length=6, **task).trials(200, 0), 1).positions > 0).sum()
        for task in ({"presentation_time": 0.0}, {}, {"presentation_time": 4.0})
    ]
    assert recalled[0] > recalled[1] > recalled[2]


def test_of_the_list_before_the_memory_is_left_and_not_the_controller() -> None:
    model = DNC(carry_over=0.5)
    trials = FreeRecall(list_length=3).trials(4, 0)
    state, fresh = (each.begin(trials, stream(0))[0].state for each in (model, DNC()))
    rng = stream(0)
    rng.integers(2**63, size=1)
    before = replace(trials, items=others(trials.items, len(trials.pool), trials.list_length, rng))
    assert not (before.items[:, :, None] == trials.items[:, None]).any()
    studied = DNC().begin(before, stream(0))
    for position in range(3):
        studied = DNC().study(studied, position)
    assert torch.allclose(state.memory.memory, 0.5 * studied[0].state.memory.memory)
    assert torch.allclose(state.memory.links, 0.5 * studied[0].state.memory.links)
    assert torch.equal(state.controller[0][0], fresh.controller[0][0])
    assert model.likelihood == "sampled"
    assert np.sort(others(np.array([[2, 0, 1]], np.int32), 3, 3, rng)).tolist() == [[0, 1, 2]], "no others in the pool"


def test_later_items_are_studied_after_the_rest_and_before_the_test() -> None:
    worn = {"usage_decay": 0.1, "rest": 7.0, "flush": 0.4, "flush_noise": 0.0}
    trials = FreeRecall(list_length=3).trials(4, 0)
    with_later, without = (DNC(**worn, later_items=count) for count in (5, 0))
    state, by_hand = (model.begin(trials, stream(0)) for model in (with_later, without))
    later, (episode,), network = state[0].later, by_hand, without.network()
    assert later is not None and later.shape == (4, 5, episode.items.shape[2]) and episode.later is None
    assert not (later[:, :, None] == episode.items[:, None]).all(dim=3).any(), "items of another list"
    for position in range(3):
        state, by_hand = (model.study(each, position) for model, each in ((with_later, state), (without, by_hand)))
    state = with_later.cue(state, trials.paradigm.cue)
    assert episode.wearing is not None
    with torch.inference_mode():
        episode.state = episode.wearing.after_time(episode.state, 7.0)
        episode.wearing.rest, episode.wearing.times = Rest(), [1.0] * 5
        own, episode.items = episode.items, later
        for position in range(5):
            network.study(episode, position)
        episode.items = own
    (episode,) = without.cue(by_hand, trials.paradigm.cue)
    assert torch.equal(state[0].logits, episode.logits) and torch.equal(
        state[0].state.memory.links, episode.state.memory.links
    )
    assert with_later.likelihood == "sampled" and without.likelihood == "exact"
    recalls = simulate(without, trials, 0)
    seen, plain = (model.watch(recalls) for model in (with_later, without))
    assert len(seen) == len(plain), "what is seen are the steps of the trial"


def test_later_items_need_a_pool() -> None:
    trials = FreeRecall(list_length=3).trials(2, 0, pool=ItemPool.numbered(5))
    simulate(DNC(later_items=2), trials, 0)
    with pytest.raises(
        InputError, match="later_items=3 needs 3 items that are not in the list of 3, and the pool has 5"
    ):
        simulate(DNC(later_items=3), trials, 0)


def test_sleep_of_one_row_without_weakening_is_a_fixed_point() -> None:
    rows, usage = torch.zeros(1, 3, 2), torch.tensor([[0.0, 1.0, 0.0]])
    rows[0, 1] = torch.tensor([3.0, 4.0])
    traces = Traces(rows.clone(), usage.clone(), None)
    replay(traces, SLEEP._replace(sleep_weaken=0.0, sleep_free=0.0), torch.Generator().manual_seed(0))
    assert torch.allclose(traces.rows, rows, atol=1e-6) and torch.equal(traces.usage, usage)


def test_sleep_strengthens_what_it_replays_along_links_and_weakens_and_frees_the_rest() -> None:
    rows, usage = torch.eye(4)[None].clone(), torch.tensor([[0.9, 0.5, 0.5, 0.1]])
    links = torch.zeros(1, 4, 4)
    links[0, 1, 0] = 0.5
    links[0, 2, 1] = FOLLOWED / 2
    traces = Traces(rows, usage, links)
    rest = SLEEP._replace(sleep_choice=50.0, sleep_replay=0.0, sleep_weaken=0.2, sleep_free=0.09, sleep_strengthen=0.1)
    replay(traces, rest, torch.Generator().manual_seed(0))
    assert traces.usage[0].tolist() == pytest.approx([0.93, 0.65, 0.4, 0.0])
    assert traces.rows[0].diagonal().tolist() == pytest.approx([1.1, 1.1, 0.8, 0.0])
    assert float(traces.links[0, 1, 0]) == pytest.approx(0.65)  # type: ignore[index]
    assert float(traces.links[0, 2, 1]) == pytest.approx(FOLLOWED / 2 * 0.8)  # type: ignore[index]


def test_pruning_weakens_no_strong_row_and_sleep_depends_on_its_seed(core: Core, state: Any) -> None:
    rest = SLEEP._replace(sleep_prune=1.0)
    lost = 0
    for seed in range(20):
        rows = torch.randn(5, 4, 3, generator=torch.Generator().manual_seed(seed))
        traces = Traces(rows, torch.tensor([[0.9, 0.8, 0.3, 0.2]] * 5), None)
        prune(traces, rest, torch.Generator().manual_seed(seed))
        assert (traces.usage[:, :2] > 0.7).all()
        lost += int((traces.usage[:, 2:] == 0).sum())
    assert 20 < lost < 80, "about half of the rows that are found are weak"
    one, same, other = (
        slept(state, core.roles, SLEEP, torch.Generator().manual_seed(seed)).memory.memory for seed in (0, 0, 5)
    )
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_a_size_of_the_core_is_not_a_lever_and_the_error_says_where_it_is_set() -> None:
    with pytest.raises(InputError, match="'hops': it is a size of the core.*train DNC --size hops="):
        DNC(row_decay=0.1, hops=3)
    with pytest.raises(InputError, match="did you mean 'row_decay'"):
        DNC(row_decy=0.1)
