"""Cross-validation: the likelihood that candidates give to lists from which they have not learned."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd

from memsim.core.arrays import IntArray
from memsim.core.errors import DataWarning, InputError
from memsim.core.joint_recalls import AnyRecalls, JointRecalls, parts_of, warn_of_shared_labels
from memsim.core.judgments import Judgments, require_responses
from memsim.core.names import shown
from memsim.core.seeding import stream
from memsim.evaluation.candidates import Candidate, Fitted
from memsim.evaluation.likelihood_kinds import require_one_kind
from memsim.evaluation.seen_people import require_unseen
from memsim.fitting.spec import FitSpec
from memsim.models.lookup import Given, labelled
from memsim.running.execution import Cell, run_cells
from memsim.running.options import Running, with_running


@with_running
def cross_validate(
    candidates: Given,
    recalls: AnyRecalls,
    *,
    over: Literal["lists", "subjects"] = "lists",
    folds: int = 5,
    seed: int = 0,
    events: Literal["all", "common"] = "all",
    allow_seen: bool = False,
    **running: Unpack[Running],
) -> pd.DataFrame:
    """The log-likelihood that each candidate gives to each list while that list is held out.

    Lists are assigned to folds at random. Each candidate learns from all folds but one and predicts the lists of that
    one. So a flexible model gains nothing from fitting noise, and networks can be compared with models that have few
    parameters.

    Parameters
    ----------
    recalls : of one data set, or several (:class:`memsim.core.joint_recalls.JointRecalls`), where a subject has one
        label in all of them; then there is a column ``data_set``.
    candidates : by name; a model is fitted by maximum likelihood, to people with a lapse (:func:`memsim.fit`,
        :class:`memsim.evaluation.candidates.Fitted`).
    over : ``"lists"``: every subject with as many lists as folds is in every fold, and the lists of others are held
        out in some; ``"subjects"``: whole subjects are held out.
    folds : their number.
    events : ``"all"`` that a candidate can produce, or ``"common"``, those that all models can: intrusions and repeats
        are left out, and responses count given that they are neither.
    allow_seen : score a network also on people on whom its weights were trained, by their record; a warning says so.
    running : ``workers, backend, scheduler, cache, progress`` of :func:`memsim.running.execution.run_cells`.

    Returns
    -------
    DataFrame : ``model, subject, list, fold, log_likelihood, choice, termination, intrusion, repeat, n_events``, a row
        for each candidate and list; the four parts (:class:`memsim.core.event_probabilities.Parts`) sum to the
        log-likelihood. All candidates must score the same responses. Where models are fitted to each subject, a subject
        with a single list is left out, with a warning.

    Raises
    ------
    InputError : candidates that differ in what they score; a parameter or a shared stopping rule of lists that are
        held out, such as of a level, that no list of the other folds decides; a network whose weights were trained on
        some of these people, without ``allow_seen``; fewer lists or subjects than folds; a list that holds an item
        twice, which a candidate does not take; or likelihoods of judgments of two kinds, as for :func:`memsim.compare`.
    LikelihoodError : a candidate without a likelihood.

    Warns
    -----
    DataWarning : a network was trained on some of these people, or it is not known whether it was.
    """
    if not isinstance(recalls, JointRecalls):
        require_responses(recalls)
    warn_of_shared_labels(recalls)
    entries = {
        name: each if isinstance(each, Candidate) else Fitted(FitSpec.of(each, recalls=recalls))
        for name, each in labelled(candidates, "cross_validate").items()
    }
    of_models = {name: entry.spec.model for name, entry in entries.items() if isinstance(entry, Fitted)}
    judged = any(isinstance(each, Judgments) for each in parts_of(recalls).values())
    require_one_kind("cross_validate", of_models, judged)
    for entry in entries.values():
        entry.require_taken(recalls)
    for sentence in sentences_on_seen("cross_validate", entries, recalls, allow_seen):
        warnings.warn(f"cross_validate: {sentence}", DataWarning, stacklevel=2)
    return lists_held_out(entries, recalls, over, folds, seed, events, **running)


def lists_held_out(
    entries: Mapping[str, Candidate],
    recalls: AnyRecalls,
    over: str,
    folds: int,
    seed: int,
    events: str = "all",
    **running: Unpack[Running],
) -> pd.DataFrame:
    """:func:`cross_validate` of candidates that were checked."""
    if events not in ("all", "common"):
        raise InputError(f"cross_validate: events={events!r} is neither 'all' nor 'common'")
    if any(isinstance(each, Fitted) and each.spec.per == "subject" for each in entries.values()):
        recalls = with_several_lists(recalls)
    fold = checked_folds(entries, recalls, over, folds, seed)
    cells = [
        Cell(
            fold_cell,
            {
                "candidate": entry,
                "train": recalls[fold != k],
                "test": recalls[fold == k],
                "seed": seed,
                "common": events == "common",
            },
            f"{name}, fold {k + 1}",
        )
        for name, entry in entries.items()
        for k in range(folds)
    ]
    found = iter(run_cells(cells, title="held out", **running))
    tables = []
    for name in entries:
        for k in range(folds):
            rows = np.flatnonzero(fold == k)
            labels = {name: each[rows] for name, each in labels_of(recalls).items()}
            tables.append(pd.DataFrame({"model": name, "row": rows, **labels, "fold": k + 1, **next(found)}))
    table = pd.concat(tables, ignore_index=True)
    counts = table.pivot(index="row", columns="model", values="n_events")
    differing = counts.nunique(axis=1) > 1
    if differing.any():
        row, events = int(counts.index[differing][0]), counts[differing].iloc[0].to_dict()
        raise InputError(
            f"cross_validate: the candidates do not score the same responses: events of list {row} are {events}; "
            "score those that all of them can produce, with events='common' (--events common)"
        )
    table["model"] = pd.Categorical(table["model"], list(entries))
    return table.sort_values(["model", "row"]).drop(columns="row").astype({"model": str}).reset_index(drop=True)


def labels_of(recalls: AnyRecalls) -> dict[str, Any]:
    """(n_trials,) labels of lists: subject and list, and the data set where there are several."""
    labels: dict[str, Any] = {"subject": recalls.trials.subject, "list": recalls.trials.list}
    if isinstance(recalls, JointRecalls):
        labels["data_set"] = np.repeat(list(recalls.parts), [len(part) for part in recalls.parts.values()])
        pairs = zip(labels["data_set"], labels["list"], strict=True)
        labels["list"] = np.array([f"{data_set}:{label}" for data_set, label in pairs])
    return labels


def sentences_on_seen(
    who: str, candidates: Mapping[str, Candidate], recalls: AnyRecalls, allow_seen: bool
) -> list[str]:
    """:func:`memsim.evaluation.seen_people.require_unseen` for the weights that candidates begin with."""
    records = {name: each.weights_records for name, each in candidates.items()}
    return require_unseen(who, records, recalls, allow_seen)


def fold_cell(candidate: Candidate, train: AnyRecalls, test: AnyRecalls, seed: int, common: bool) -> dict[str, Any]:
    """The scores of the lists of ``test`` after learning from ``train``, as a cell."""
    found = candidate.scores(train, test, seed, common)
    parts = {name: each.tolist() for name, each in found.parts._asdict().items()}
    return {"log_likelihood": found.log_likelihood.tolist(), **parts, "n_events": found.n_events.tolist()}


def fold_of_lists(recalls: AnyRecalls, over: str, folds: int, seed: int) -> IntArray:
    """(n_trials,) the fold, from 0, in which each list is held out.

    Folds hold equal numbers of the lists of each subject (or of subjects), up to a difference of one. Subjects who have
    fewer lists than there are folds fill the folds one after another.

    Raises
    ------
    InputError : an unknown option, or more folds than there are lists or subjects.
    """
    if over not in ("lists", "subjects"):
        raise InputError(f"cross_validate: over={over!r} is neither 'lists' nor 'subjects'")
    codes, n_subjects = recalls.trials.subject_codes, len(recalls.trials.subjects)
    most = n_subjects if over == "subjects" else len(recalls)
    if most < 2:
        whose = f", subject {recalls.trials.subjects[0]}" if len(recalls) else ""
        remedy = "hold out lists" if over == "subjects" and len(recalls) > 1 else "give more"
        raise InputError(
            f"cross_validate: there is {most} {over[:-1]}{whose}: none is left to fit when it is held out; {remedy}"
        )
    if isinstance(folds, bool) or not isinstance(folds, int) or not 2 <= folds <= most:
        raise InputError(
            f"cross_validate: folds={shown(folds)} must be a whole number from 2 to {most}, the number of {over}"
        )
    rng = stream(seed, "folds")
    if over == "subjects":
        return (rng.permutation(n_subjects) % folds)[codes].astype(np.int32)
    fold = np.empty(len(recalls), dtype=np.int32)
    dealt = 0
    for subject in range(n_subjects):
        rows = np.flatnonzero(codes == subject)
        if len(rows) >= folds:
            first = rng.integers(folds)  # so that surplus lists do not all fall into the same fold
            fold[rows] = (rng.permutation(len(rows)) + first) % folds
        else:
            fold[rows] = (rng.permutation(len(rows)) + dealt) % folds
            dealt += len(rows)
    return fold


def checked_folds(entries: Mapping[str, Candidate], recalls: AnyRecalls, over: str, folds: int, seed: int) -> IntArray:
    """:func:`fold_of_lists`, in which every candidate learns from the other folds what it needs to predict each."""
    fold = fold_of_lists(recalls, over, folds, seed)
    for name, entry in entries.items():
        for k in range(folds):
            try:
                entry.require_learnable(recalls[fold != k], recalls[fold == k])
            except InputError as error:
                raise InputError(f"cross_validate: {name}, fold {k + 1}: {error}") from None
    return fold


def with_several_lists(recalls: AnyRecalls) -> AnyRecalls:
    """The recalls of subjects who have several lists, so that one can be held out; a warning names the others.

    Raises
    ------
    InputError : every subject has one list.
    """
    trials = recalls.trials
    single = np.bincount(trials.subject_codes, minlength=len(trials.subjects)) == 1
    if not single.any():
        return recalls
    names = [str(subject) for subject in trials.subjects[single]]
    named = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    who = f"subject {named} has 1 list" if len(names) == 1 else f"subjects {named} have 1 list each"
    remedy = "fit the group, with --per group, or hold out subjects with --per group --over subjects"
    if single.all():
        raise InputError(f"cross_validate: {who}, so that none is left to fit when it is held out; {remedy}")
    warnings.warn(
        f"cross_validate: {who}, so that none is left to fit when it is held out, and no list is used; {remedy}",
        DataWarning,
        stacklevel=3,
    )
    return recalls[~single[trials.subject_codes]]
