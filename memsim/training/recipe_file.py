"""Recipes: for every weight that ships, and every core, the settings that make it, from a pinned seed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from memsim.core.errors import InputError
from memsim.core.names import closest
from memsim.models.networks.weights import find_weights, load_weights
from memsim.training.settings import Training


@lru_cache(maxsize=1)
def recipes() -> Mapping[str, Mapping[str, Any]]:
    """By the name of the weights: ``preset``, one of those of :class:`Training`, and other values of settings."""
    text = (files("memsim.data") / "weights" / "recipes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def recipe_named(name: str) -> Training:
    """The settings of a recipe.

    Raises
    ------
    InputError : there is no such recipe.
    """
    known = recipes()
    if name not in known:
        raise InputError(f"there is no recipe {name!r}{closest(name, known)} There are: {', '.join(known)}.")
    values = dict(known[name])
    return Training.preset(values.pop("preset")).replace(**values)


def difference_to_shipped(path: Path, name: str) -> float | None:
    """The largest difference of a number between weights and those that ship under ``name``; ``None`` if none do.

    It is infinite where the shapes differ.
    """
    try:
        shipped = load_weights(str(find_weights(name))).tensors
    except InputError:
        return None
    made = load_weights(str(path)).tensors
    if {key: each.shape for key, each in made.items()} != {key: each.shape for key, each in shipped.items()}:
        return float("inf")
    return max(float((made[key].double() - shipped[key].double()).abs().max()) for key in made)
