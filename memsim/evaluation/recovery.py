"""Recovery: whether fits find the parameters, or the model, that made the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Unpack

from memsim.core.errors import InputError
from memsim.core.loop import require_model
from memsim.core.trials import Paradigm
from memsim.evaluation.model_recovery import ModelRecovery, recover_models
from memsim.evaluation.parameter_recovery import LISTS, ParameterRecovery, recover_parameters
from memsim.fitting.spec import GENERATIONS, SAMPLES, STARTS
from memsim.models.lookup import Given, given_model, labelled
from memsim.paradigms.lookup import given_paradigm
from memsim.running.options import Running, with_running


@with_running
def recover(
    models: Given,
    paradigm: Paradigm | str | None = None,
    free: Sequence[str] | Mapping[str, tuple[float, float] | None] | None = None,
    *,
    ties: Mapping[str, str] | None = None,
    simulations: int | None = None,
    replications: int | None = None,
    subjects: int | None = None,
    n_trials: int = LISTS,
    criterion: Literal["bic", "aic"] | None = None,
    samples: int = SAMPLES,
    starts: int = STARTS,
    generations: int | None = GENERATIONS,
    seed: int = 0,
    **running: Unpack[Running],
) -> ParameterRecovery | ModelRecovery:
    """Simulate data with known parameters or models, fit them, and see what the fits find.

    Parameters
    ----------
    models : one model, to recover its parameters; or several, by label or in a list, to recover the model.
    paradigm : the task, or its name; free recall if not given.
    free, ties : for one model, as in :func:`memsim.fit`. True values are drawn evenly between the bounds in ``free``;
        for a parameter without bounds there, around the model's own value, .15 to either side on the scale of the
        search.
    simulations : for one model: the number of simulated subjects (default: 50), each fitted alone.
    replications, subjects : for several models: the number of groups that each model simulates (default: 10), and of
        subjects in a group (default: 15). The parameters of the subjects are drawn as for one model, from a range a
        third as wide; one set of parameters is fitted to the group.
    n_trials : lists of each simulated subject.
    criterion : for several models: what chooses among them, ``"bic"`` (default) or ``"aic"``.
    samples, starts, generations, seed : of the fits; see :func:`memsim.fit`.
    running : ``workers, backend, scheduler, cache, progress`` of :func:`memsim.running.execution.run_cells`.

    Raises
    ------
    InputError : an option that does not apply to one model, or to several; a count that is not a whole number above 0.
    LikelihoodError : a model without a likelihood.
    """
    shared: dict[str, Any] = {
        "n_trials": n_trials, "samples": samples, "starts": starts, "generations": generations, "seed": seed, **running,
    }  # fmt: skip
    for_one: dict[str, Any] = {"free": free, "ties": ties, "simulations": simulations}
    for_several: dict[str, Any] = {"replications": replications, "subjects": subjects, "criterion": criterion}
    several = isinstance(models, Mapping | Sequence) and not isinstance(models, str)
    task = given_paradigm(paradigm)
    for name, value in (for_one if several else for_several).items():
        if value is not None:
            number = "one model" if several else "several models"
            raise InputError(f"recover: {name}={value!r} applies to {number} only; leave it out")
    given = {name: value for name, value in (for_several if several else for_one).items() if value is not None}
    named: dict[str, Any] = {label: given_model(model) for label, model in labelled(models, "recover").items()}
    for model in named.values():
        require_model(model)
    if several:
        return recover_models(named, task, **given, **shared)
    (model,) = named.values()
    return recover_parameters(model, task, **given, **shared)
