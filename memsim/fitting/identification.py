"""Whether answers can decide the parameters that are free: the rank of the derivatives of their probabilities."""

from __future__ import annotations

import numpy as np

from memsim.core.arrays import FloatArray
from memsim.core.errors import InputError
from memsim.core.joint_recalls import AnyRecalls, parts_of
from memsim.core.judgments import Judgments
from memsim.core.model import MemoryModel
from memsim.core.seeding import stream
from memsim.fitting.space import Cells, Space

PLACES, AROUND = 3, 0.02
"""Places near the model's own values where the rank is found, and how near."""
RANK = 1e-7
"""The smallest singular value that counts, where each parameter has the length 1."""
CRITERIA = "the criteria"


def require_identified(space: Space, recalls: AnyRecalls, free_criteria: bool) -> None:
    """Raise :class:`InputError` unless these answers decide all that is free, for models with a table of ratings.

    ``free_criteria`` : whether all criteria between ratings are free as well.
    """
    model, parts = space.model, parts_of(recalls)
    judged = {name: part for name, part in parts.items() if isinstance(part, Judgments)}
    if free_criteria and not judged:
        raise InputError("fit: criteria='free' is for judgments; these are recalls")
    has_table = isinstance(model, MemoryModel) and type(model).rating_table is not MemoryModel.rating_table
    if not has_table or len(judged) < len(parts) or not space.axes:
        return
    rng = stream(0, "identification")
    cells = {name: space.cells(part, name) for name, part in judged.items()}
    undecided = None
    for _ in range(PLACES):
        places = np.clip(space.default + AROUND * rng.standard_normal(len(space.axes)), 0.001, 0.999)
        try:
            undecided = _undecided(space, places, judged, cells, free_criteria, rng)
        except InputError:  # a tie leaves its range there
            continue
        if not undecided:
            return
    if undecided:
        n_ratings = max(part.n_ratings for part in judged.values())
        raise InputError(
            f"fit: answers with {n_ratings} ratings to these probes do not decide {', '.join(undecided)} of "
            f"{type(model).__name__} together: other values give the same probabilities; hold or tie one of them, or "
            "use more ratings"
        )


def _undecided(
    space: Space,
    places: FloatArray,
    judged: dict[str, Judgments],
    cells: dict[str, Cells],
    free_criteria: bool,
    rng: np.random.Generator,
) -> list[str]:
    """What can change together at these places without a change of the probabilities of answers."""
    blocks, of_criteria = [], []
    for name, part in judged.items():
        models, slopes = space.models(places, cells[name]), space.slopes(places, cells[name])
        rows, by_cuts = [], []
        moved = 0.1 * rng.standard_normal(part.n_ratings - 1) if free_criteria else 0.0  # each data set has its own
        for cell, model in enumerate(models):
            assert isinstance(model, MemoryModel)
            own = part if len(models) == 1 else part[cells[name].owner == cell]
            cuts = np.sort(np.asarray(model.criteria(part.n_ratings), dtype=float) + moved)
            table = model.rating_table(own, cuts)
            assert table is not None
            there = np.unique(table.kind[own.answered])
            found = np.zeros((len(there), part.n_ratings, len(space.axes)))
            for parameter, slope in slopes.items():
                by = table.slopes.get(parameter)
                if parameter == "lapse":
                    by = 1 / part.n_ratings - table.probabilities
                if by is not None and not (free_criteria and parameter in model.criteria_parameters):
                    found += by[there][:, :, None] * slope[cell]
            rows.append(found.reshape(-1, len(space.axes)))
            if free_criteria and table.evidence is not None:
                by_cuts.append(_by_criteria(model, own, cuts)[there].reshape(-1, part.n_ratings - 1))
        blocks.append(np.concatenate(rows))
        of_criteria.append(np.concatenate(by_cuts) if by_cuts else np.zeros((len(blocks[-1]), 0)))
    jacobian, at = np.concatenate(blocks), 0
    names = [axis.name for axis in space.axes]
    for own_criteria in of_criteria:
        columns = np.zeros((len(jacobian), own_criteria.shape[1]))
        columns[at : at + len(own_criteria)] = own_criteria
        at += len(own_criteria)
        jacobian = np.concatenate((jacobian, columns), axis=1)
    names += [CRITERIA] * (jacobian.shape[1] - len(names))
    kept = np.array([name != "list_lapse" for name in names])  # it acts on whole lists, and not on single answers
    jacobian, names = jacobian[:, kept], [name for name, keep in zip(names, kept, strict=True) if keep]
    length = np.linalg.norm(jacobian, axis=0)
    if (length < RANK).any():
        return sorted({name for name, each in zip(names, length, strict=True) if each < RANK})
    _, values, directions = np.linalg.svd(jacobian / length, full_matrices=True)
    values = np.append(values, np.zeros(len(names) - len(values)))
    lost = np.abs(directions[values < RANK]).max(axis=0, initial=0) > 1e-3
    return list(dict.fromkeys(name for name, each in zip(names, lost, strict=True) if each))


def _by_criteria(model: MemoryModel[object], judgments: Judgments, cuts: FloatArray) -> FloatArray:
    """(n_kinds, n_ratings, n_criteria) derivatives of the probabilities of ratings by each criterion."""
    found, step = [], 1e-5
    for number in range(len(cuts)):
        away = step * (np.arange(len(cuts)) == number)
        ends = [model.rating_table(judgments, cuts + sign * away) for sign in (1, -1)]
        high, low = (table.probabilities for table in ends if table is not None)
        found.append((high - low) / (2 * step))
    return np.stack(found, axis=2)
