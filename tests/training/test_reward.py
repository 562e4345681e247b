"""Training by reward: small tasks are learned, what is not stored leaves no trace, and agents are saved and loaded."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from memsim.core.errors import InputError
from memsim.gym import TwoStep, ValueDirectedRecall
from memsim.models.networks.cores.dnc import DNC
from memsim.models.networks.cores.driving import take_step
from memsim.models.networks.cores.hopfield import HopfieldStore
from memsim.models.networks.cores.lstm import LSTM
from memsim.models.networks.cores.recurrent import GRU
from memsim.models.networks.cores.state_leaves import leaves
from memsim.models.networks.weights import load_weights, save_weights
from memsim.training.reward.actor_critic import ActorCritic
from memsim.training.reward.agent import RewardAgent, flushed, kept_where
from memsim.training.reward.agent_files import load_agent, save_agent
from memsim.training.reward.roll_out import returns, roll_out
from memsim.training.reward.settings import RewardTraining

SMALL: dict[str, Any] = {"network": "GRU", "sizes": {"hidden": 16}, "learning_rate": 0.01, "head_rate": 0.03}
STORE: dict[str, Any] = {"network": "GRU", "sizes": {"hidden": 16}, "task": "value_directed_storage", "entropy": 0.2,
                         "learning_rate": 0.002, "head_rate": 0.01, "batch": 48, "linear_items": True}  # fmt: skip
"""Enough entropy that a choice is not made for good before it is known what can be reported."""
LIST: dict[str, Any] = {"list_length": 3, "pool": 5, "vector_size": 4}


def test_a_bandit_is_learned() -> None:
    """One of two arms pays throughout an episode: chance is .5, and who stays with what paid comes to .875."""
    always = {"trials": 4, "common": 1.0, "good": 1.0, "change": 0.0, "old": 0.0, "vector_size": 2}
    trainer = ActorCritic(RewardTraining(**SMALL, task="two_step", settings=always, iterations=100, discount=0.5))
    before = trainer.played(500).scores.mean() / 4
    trainer.run()
    after = trainer.played(500).scores.mean() / 4
    assert before < 0.6 and after > 0.83


def test_waiting_for_the_better_of_two_items_is_learned() -> None:
    """One slot, and values 1 and 2: storing what comes first earns 1.5, waiting for the better one 2."""
    settings = {"list_length": 2, "pool": 3, "slots": 1, "vector_size": 4, "penalty": 0.0}
    trainer = ActorCritic(RewardTraining(**STORE, settings=settings, iterations=400))
    trainer.run()
    rolled = trainer.played(500)
    first = rolled.state["values"][:, 0]
    assert rolled.scores.mean() > 1.75
    assert rolled.chances[0][first == 2].mean() > rolled.chances[0][first == 1].mean() + 0.4


def test_reward_decides_what_is_learned() -> None:
    """With a price above its value nothing is stored, by the same training that stores without one."""
    stored = []
    for price in (0.0, 4.0):
        settings = {"list_length": 2, "pool": 2, "slots": 2, "vector_size": 4, "penalty": 0.0, "store_price": price}
        trainer = ActorCritic(RewardTraining(**STORE, settings=settings, iterations=100))
        trainer.run()
        stored.append(trainer.played(300).state["stored"].mean())
    assert stored[0] > 0.75 and stored[1] < 0.25


def test_what_has_no_chance_is_never_done() -> None:
    """Not even where a waiting time is drawn as 0, as one of ten million single-precision ones is."""

    class AtOnce(np.random.Generator):
        def standard_exponential(self, size: Any = None, dtype: Any = np.float32, **_: Any) -> Any:  # type: ignore[override]
            return np.zeros(size, dtype=dtype)

    trainer = ActorCritic(RewardTraining(network="GRU", sizes={"hidden": 8}, task="value_directed_storage", batch=4))
    rolled = roll_out(trainer.agent, trainer.task, 4, AtOnce(np.random.PCG64(0)))
    assert rolled.log_chances.isfinite().all()


def test_returns_by_hand() -> None:
    rewards = np.array([[0.0, 1.0], [2.0, 0.0], [4.0, 8.0]])
    assert returns(rewards, 0.5).tolist() == [[2.0, 3.0], [4.0, 4.0], [4.0, 8.0]]
    assert returns(rewards, 1.0)[0].tolist() == [6.0, 9.0] and (returns(rewards, 0.0) == rewards).all()


def test_loss_by_hand() -> None:
    """Steps after the end of an episode count for nothing."""
    trainer = ActorCritic(RewardTraining(**SMALL, settings=LIST, entropy=0.2, critic=0.3, discount=0.5))
    rolled = roll_out(trainer.agent, trainer.task, 20, np.random.default_rng(0))
    running = rolled.running
    assert 0 < running.sum() < running.size
    wanted = returns(rolled.rewards / 3, 0.5)
    advantage = (wanted - rolled.expected.detach().numpy())[running]
    logs, entropies = (each.detach().numpy()[running] for each in (rolled.log_chances, rolled.entropies))
    by_hand = 0.3 * (advantage**2).mean() - (logs * advantage / advantage.std()).mean() - 0.2 * entropies.mean()
    assert float(trainer.loss_of(rolled).detach()) == pytest.approx(by_hand, rel=1e-4)


def test_only_what_is_stored_is_written() -> None:
    """An item that passed leaves memory to the last bit as it was, and has passed the controller."""
    core = DNC(7, 5, slots=4, width=3, hidden=6)
    before = core.step(torch.randn(2, 7), core.start(2))[1]
    after = core.step(torch.randn(2, 7), before)[1]
    kept = kept_where(core, before, after, torch.tensor([True, False]))
    then, now, mixed = (leaves(state) for state in (before, after, kept))
    for path in now:
        assert torch.equal(mixed[path][0], now[path][0])
        expected = now if path.startswith("controller") else then
        assert torch.equal(mixed[path][1], expected[path][1]) and not torch.equal(now[path], then[path])
    lone = LSTM(7, 5, hidden=6)
    blank = lone.start(2)
    seen = lone.step(torch.randn(2, 7), blank)[1]
    mixed = leaves(kept_where(lone, blank, seen, torch.tensor([True, False])))
    assert all(leaf[1].eq(0).all() and leaf[0].ne(0).any() for leaf in mixed.values()), "all of it is memory"


def test_an_emptied_controller_leaves_memory() -> None:
    core = DNC(7, 5, slots=4, width=3, hidden=6)
    state = core.step(torch.randn(2, 7), core.start(2))[1]
    then, now = leaves(state), leaves(flushed(core, state))
    for path in now:
        assert (now[path] == 0).all() if path.startswith("controller") else torch.equal(now[path], then[path])


def chances_by_steps(trainer: ActorCritic, batch: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Log chances, entropies and expected rewards, with gradients through every single step."""
    agent, task = trainer.agent, trainer.task
    happening, state, found = task.start(batch, rng), agent.core.start(batch), list[tuple[Tensor, Tensor, Tensor]]()
    while not happening["done"].all():
        if trainer.training.flush and len(found) == task.test_from:
            state = flushed(agent.core, state)
        observed, allowed = torch.from_numpy(task.observe(happening)), torch.from_numpy(task.allowed(happening))
        output, after, _ = take_step(agent.core, agent.inputs(observed), state)
        logs = agent.logits(output, observed).masked_fill(~allowed, -torch.inf).log_softmax(dim=1)
        waits = torch.from_numpy(rng.standard_exponential(tuple(logs.shape), dtype=np.float32))
        actions = (logs.detach().exp() / waits).argmax(dim=1)
        writes = task.writes(happening, actions.numpy())
        state = after if writes is None else kept_where(agent.core, state, after, torch.from_numpy(writes))
        task.step(happening, actions.numpy(), rng)
        entropy = -(logs.exp() * logs.masked_fill(~allowed, 0)).sum(dim=1)
        found.append((logs.gather(1, actions[:, None])[:, 0], entropy, agent.expected(output, observed)))
    log_chances, entropies, expected = (torch.stack(each) for each in zip(*found, strict=True))
    return log_chances, entropies, expected


LONGER = {**LIST, "most_reports": 6}
WAYS: dict[str, dict[str, Any]] = {
    "storing by choice": {"settings": LONGER},
    "all is stored": {"settings": {**LONGER, "storing": False, "interval": 2}},
    "slots of the task": {"task": "value_directed_storage", "settings": {**LONGER, "slots": 2}, "linear_items": True},
    "two steps": {"task": "two_step", "settings": {"trials": 3, "vector_size": 4}},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("network", "flush"), [("DNC", True), ("DNC", False), ("LSTM", False), ("GRU", False),
                                                ("NTM", True), ("Transformer", False)])  # fmt: skip
def test_episodes_are_their_single_steps_with_their_gradients(network: str, flush: bool, way: str) -> None:
    """The same seed gives the same episodes, whose loss has the same gradients, whichever way the core is driven."""
    if (way == "two steps" and flush) or (way == "storing by choice" and network == "Transformer"):
        pytest.skip("there is nothing between study and test, or no step that can be taken back")
    sizes = {"slots": 3, "width": 4, "hidden": 6} if network == "DNC" else {"hidden": 8}
    trainer = ActorCritic(RewardTraining(network=network, sizes=sizes, flush=flush, entropy=0.2, **WAYS[way]))
    agent, found = trainer.agent, []
    for head in (agent.choose, agent.critic):
        torch.nn.init.normal_(head.weight, std=0.3)
    rolled = roll_out(agent, trainer.task, 24, np.random.default_rng(5), flush=flush)
    if network != "Transformer":  # which hardly stops at first
        assert rolled.running.all() == (way == "two steps"), "lists end when the agent stops"
    log_chances, entropies, expected = chances_by_steps(trainer, 24, np.random.default_rng(5))
    reference = rolled._replace(log_chances=log_chances, entropies=entropies, expected=expected)
    for each in (rolled, reference):
        trainer.optimizer.zero_grad()
        trainer.loss_of(each).backward()
        gradients = {name: weight.grad for name, weight in agent.named_parameters() if weight.grad is not None}
        found.append({**gradients, "log_chances": each.log_chances.detach(), "expected": each.expected.detach()})
    one, two = found
    assert one.keys() == two.keys() and len(one) > 5
    for name in one:
        assert torch.allclose(one[name], two[name], rtol=1e-3, atol=1e-5 * float(two[name].abs().max()) + 1e-6), name
    with torch.no_grad():
        again = roll_out(agent, trainer.task, 24, np.random.default_rng(5), flush=flush)
    assert (again.rewards == rolled.rewards).all() and not again.log_chances.requires_grad


def test_storing_is_a_choice_for_each_episode() -> None:
    """With storing by choice the chances of it are kept, and every report counts as the task says."""
    task = ValueDirectedRecall(**LIST)
    agent = RewardAgent(task, GRU, {"hidden": 8})
    rolled = roll_out(agent, task, 30, np.random.default_rng(1))
    assert np.isfinite(rolled.chances[:3]).all() and np.isnan(rolled.chances[3:]).all()
    assert rolled.state["stored"].mean() == pytest.approx(rolled.chances[:3].mean(), abs=0.2)
    values = (rolled.state["values"] * rolled.state["earned"]).sum(axis=1)
    wrong = (rolled.state["reports"] >= 0).sum(axis=1) - rolled.state["earned"].sum(axis=1)
    assert np.allclose(rolled.scores, values - task.penalty * wrong)
    assert np.allclose(torch.exp(rolled.log_chances[-1][~torch.from_numpy(rolled.running[-1])]).detach(), 1)


def test_the_weights_of_recall_begin_an_agent(tmp_path: Path) -> None:
    """With them an agent recalls lists at once, for which it was never rewarded; slots may differ, other sizes not."""
    settings = {"worth": "equal", "storing": False, "list_length": 6}
    trainer = ActorCritic(RewardTraining(settings=settings, start="dnc-recall", sizes={"slots": 8}))
    assert trainer.played(50).state["earned"].mean() > 0.8
    for sizes, words in (({"hidden": 32}, "hidden was 96, and is 32"), ({}, "")):
        training = RewardTraining(network="DNC" if words else "LSTM", sizes=sizes, start="dnc-recall")
        with pytest.raises(InputError, match=words or "do not fit the agent"):
            ActorCritic(training)


def test_warm_up_is_recall_without_reward() -> None:
    settings = {"worth": "equal", "storing": False, "list_length": 2, "pool": 4, "vector_size": 8}
    small = {**SMALL, "sizes": {"hidden": 32}, "settings": settings, "warm_up_rate": 0.01}
    cold, warm = (ActorCritic(RewardTraining(**small, warm_up=n)) for n in (0, 150))
    recalled = [each.played(300).state["earned"].mean() for each in (cold, warm)]
    assert recalled[1] > recalled[0] + 0.15


def test_agents_are_saved_and_loaded(tmp_path: Path) -> None:
    trainer = ActorCritic(RewardTraining(**SMALL, settings=LIST, iterations=3, batch=4, seed=5))
    trainer.run()
    record = save_agent(trainer, tmp_path / "agent.safetensors")
    loaded = load_agent(tmp_path / "agent.safetensors")
    assert record["objective"] == "reward" and loaded.training == trainer.training and loaded.iteration == 3
    assert (loaded.played(40).scores == trainer.played(40).scores).all()
    tensors, record, _ = load_weights("lstm-recall")
    save_weights(tmp_path / "other.safetensors", tensors, record)
    with pytest.raises(InputError, match="no agent"):
        load_agent(tmp_path / "other.safetensors")
    with pytest.raises(InputError, match="must end in"):
        save_agent(trainer, tmp_path / "agent")


def test_the_code_of_an_agents_core_is_that_of_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = (Path(__file__).parents[2] / "examples" / "new_core.py").read_text(encoding="utf-8")
    Path("mine.py").write_text(code, encoding="utf-8")
    trainer = ActorCritic(RewardTraining(network="mine.py:Leaky", settings=LIST, iterations=1, batch=4))
    save_agent(trainer, "agent.safetensors")
    assert (load_agent("agent.safetensors", "mine.py:Leaky").played(9).scores == trainer.played(9).scores).all()
    with pytest.raises(InputError, match="whose code is run only where you name the file"):
        load_agent("agent.safetensors")
    Path("mine.py").write_text(code + "\n# edited\n", encoding="utf-8")
    with pytest.raises(InputError, match="were trained with another version of mine.py:Leaky"):
        load_agent("agent.safetensors", "mine.py:Leaky")


def test_the_same_seed_trains_the_same_agent() -> None:
    one, two, other = (
        ActorCritic(RewardTraining(**SMALL, settings=LIST, iterations=3, batch=4, seed=s)) for s in (1, 1, 2)
    )
    for each in (one, two, other):
        each.run()
    weights = [torch.cat([w.flatten() for w in each.agent.parameters()]) for each in (one, two, other)]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"task": "two_step", "start": "dnc-recall"}, "are of recall"),
        ({"task": "two_step", "flush": True}, "flush=True has no effect in two_step"),
        ({"task": "two_step", "linear_items": True}, "which has no items"),
        ({"discount": 1.5}, "discount=1.5"),
        ({"settings": {"poll": 3}}, "has no parameter 'poll'"),
        ({"sizes": {"hiden": 3}}, "has no size 'hiden'"),
    ],
)
def test_errors_name_value_and_rule(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        RewardTraining(**changes)


def test_cores_that_cannot_gate_or_be_emptied_say_so() -> None:
    growing = RewardAgent(ValueDirectedRecall(**LIST), HopfieldStore, {"hidden": 8})
    with pytest.raises(InputError, match="grows with each step"):
        roll_out(growing, ValueDirectedRecall(**LIST), 2, np.random.default_rng(0))
    roll_out(growing, ValueDirectedRecall(**LIST, storing=False), 2, np.random.default_rng(0), flush=True)
    alone = RewardAgent(ValueDirectedRecall(**LIST), LSTM, {"hidden": 8})
    with pytest.raises(InputError, match="no memory beside its controller"):
        roll_out(alone, ValueDirectedRecall(**LIST), 2, np.random.default_rng(0), flush=True)
    compiled = ActorCritic(RewardTraining(network="LSTM", flush=True, settings=LIST, iterations=1, batch=2))
    with pytest.raises(InputError, match="LSTM has no memory beside its controller"):
        compiled.run()
    assert RewardAgent(TwoStep(), GRU, {"hidden": 8}).recall is None
