"""Check that a model keeps the contract of its class, in all tests that it has an account of."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from memsim.contract.bench import Bench, PositionBench
from memsim.contract.judgment_bench import JudgmentBench
from memsim.contract.order_bench import OrderBench
from memsim.core.abilities import lacks
from memsim.core.errors import MemsimError, ModelError
from memsim.core.free_recall import FreeRecall
from memsim.core.frozen import says_what_it_has
from memsim.core.items import ItemPool
from memsim.core.model import MemoryModel
from memsim.core.position_model import Model, PositionModel
from memsim.core.seeding import stream
from memsim.core.trials import Paradigm
from memsim.models.lookup import find_model
from memsim.paradigms.lookup import given_paradigm
from memsim.paradigms.registered import PARADIGMS

KINDS: Mapping[str, tuple[str, ...]] = {
    "recall": ("free_recall", "serial_recall"),
    "cued recall": ("cued_recall",),
    "judgments of each item": ("recognition",),
    "judgments of each pair": ("associative_recognition",),
}
"""The kinds of tasks in which a model is checked, and which task stands for each: the first that the model can do."""


@says_what_it_has
@dataclass(frozen=True)
class Check:
    """One check: its name, the problem that it found (empty if it found none), and why it was not made, if so."""

    name: str
    problem: str = ""
    not_run: str = ""


def check(
    model: Model | type[Model] | str,
    *,
    paradigm: Paradigm | str | None = None,
    pool: ItemPool | None = None,
    sources: int = 0,
    seed: int = 0,
) -> list[Check]:
    """Check that a model keeps the contract of :class:`memsim.MemoryModel` or :class:`memsim.PositionModel`.

    Parameters
    ----------
    model : an instance, or a class, which is then built with its defaults; or what names one: a registered name,
        ``name:preset``, ``file.py``, or ``file.py:ClassName``.
    paradigm : the task, or its name, in which the model is checked; the checks change its list length. If not given,
        one task of each kind that the model has an account of: recall, cued recall, judgments of items, judgments of
        pairs.
    pool : at least 12 items from which lists are drawn; by default items with random features and similarities.
    sources : number of sources (see :class:`memsim.Trials`) in which items are studied at random; 0 for none.
    seed : of lists, simulations and sampled likelihoods.

    Returns
    -------
    list of Check : the checks, all passed.

    Raises
    ------
    ModelError : one or more checks failed; the message names each, with its problem.
    UnknownNameError, InputError : there is no model, or no task, of this name.
    """
    checks = run_checks(model, paradigm=paradigm, pool=pool, sources=sources, seed=seed)
    failed = [f"- {each.name}: {each.problem}" for each in checks if each.problem]
    if failed:
        name = model if isinstance(model, str) else (model if isinstance(model, type) else type(model)).__name__
        raise ModelError(f"{name}: {verdict(checks)}\n" + "\n".join(failed))
    return checks


def run_checks(
    model: Model | type[Model] | str,
    *,
    paradigm: Paradigm | str | None = None,
    pool: ItemPool | None = None,
    sources: int = 0,
    seed: int = 0,
) -> list[Check]:
    """The checks of :func:`check`, passed or failed; after a failure of the first or the second, no others are run."""
    stream(seed)  # a seed that is none is no fault of the model
    found = find_model(model)[1] if isinstance(model, str) else model
    task = None if paradigm is None else _built(paradigm)
    built: list[Model] = []

    def construct() -> str:
        built.append(found() if isinstance(found, type) else found)
        if not isinstance(built[0], MemoryModel | PositionModel):
            return "it is not a memsim.MemoryModel"
        return _misspelled(type(built[0]))

    checks = [_run("is a model, and its defaults lie within bounds", construct)]
    if checks[0].problem:
        return checks
    for kind, each in (tasks_of(built[0]) if task is None else {"": task}).items():
        bench: Bench[Any] = _bench_of(built[0], each)(built[0], each, pool, sources, seed)
        of_kind = f"{kind}: " if kind else ""
        checks.append(_run(f"{of_kind}runs, and gives probabilities", bench.steps))
        if checks[-1].problem and not kind:
            return checks
        if not checks[-1].problem:
            checks += [_run(of_kind + name, find_problem) for name, find_problem in bench.further()]
    return checks


def tasks_of(model: Model) -> dict[str, Paradigm]:
    """A task of each kind that a model has an account of, by its kind; the first kind has no name.

    Free recall if it has an account of none.
    """
    able = {name: task() for name, task in PARADIGMS.usable().items() if not lacks(model, task())}
    tasks = {kind: [able[name] for name in names if name in able] for kind, names in KINDS.items()}
    found = {kind: of_kind[0] for kind, of_kind in tasks.items() if of_kind}
    if not found:
        return {"": next(iter(able.values()), FreeRecall())}
    first, *others = found
    return {"": found[first], **{kind: found[kind] for kind in others}}


def _built(paradigm: Paradigm | type[Paradigm] | str) -> Paradigm:
    return paradigm() if isinstance(paradigm, type) else given_paradigm(paradigm)


def _bench_of(model: Model, task: Paradigm) -> type[Bench[Any]]:
    if isinstance(model, PositionModel):
        return PositionBench
    return JudgmentBench if task.judged else OrderBench


def verdict(checks: Sequence[Check]) -> str:
    """How many checks passed, and whether a failure of an early check left others out."""
    n_passed = sum(not each.problem and not each.not_run for each in checks)
    left_out = "; the other checks need it and were not run" if checks[-1].problem and len(checks) <= 2 else ""
    return f"{n_passed} of {len(checks)} checks passed{left_out}"


def _misspelled(cls: type) -> str:
    steps = ("begin", "study", "distract", "cue", "outcome_probabilities", "recalled")
    for name in vars(cls):
        near = difflib.get_close_matches(name, steps, n=1, cutoff=0.75) if callable(vars(cls)[name]) else []
        if name not in steps and near and not hasattr(MemoryModel, name):
            return f"it defines {name}(), which nothing calls; is {near[0]}() meant?"
    return ""


def _run(name: str, find_problem: Callable[[], str]) -> Check:
    try:
        return Check(name, find_problem())
    except MemsimError as error:
        return Check(name, str(error))
    except (Exception, SystemExit) as error:  # a plug-in may raise anything; the message says where
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})" if trace else ""
        return Check(name, f"{type(error).__name__}: {error}{where}")
