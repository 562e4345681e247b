"""The words, or other items, of which lists consist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray, IntArray, LabelArray, label_vector, missing, number_matrix
from memsim.core.errors import InputError
from memsim.core.frozen import says_what_it_has
from memsim.core.limits import require_counts
from memsim.core.names import shown


@says_what_it_has
@dataclass(frozen=True, eq=False)
class ItemPool:
    """Words, or other items, from which study lists are drawn.

    Parameters
    ----------
    labels : (n_items,) unique labels.
    features : (n_items, n_features), optional. A vector for each item, for models that represent items by vectors.
    similarity : (n_items, n_items), optional. Semantic similarity; symmetric.
    categories : (n_items,), optional. The category of each item, for categorized lists. Where it depends on the list,
        see :attr:`memsim.Trials.categories`.

    Raises
    ------
    InputError : duplicate labels, or arrays whose shape or values do not fit.
    """

    labels: LabelArray
    features: FloatArray | None = None
    similarity: FloatArray | None = None
    categories: LabelArray | None = None

    def __post_init__(self) -> None:
        labels = label_vector(self.labels, "ItemPool: labels", np.size(np.asarray(self.labels, dtype=object)))
        lacks = missing(labels)
        if lacks.any():
            raise InputError(f"ItemPool: item {int(np.argmax(lacks))} has no label")
        label, count = next(iter(Counter(labels.tolist()).most_common(1)), ("", 0))
        if count > 1:
            raise InputError(f"ItemPool: the label {label!r} occurs more than once; labels must be unique")
        object.__setattr__(self, "labels", labels)
        n = len(labels)
        for name, columns in (("features", None), ("similarity", n)):
            values = getattr(self, name)
            if values is None:
                continue
            values = number_matrix(values, f"ItemPool: {name}")
            if len(values) != n or (columns is not None and values.shape[1] != columns):
                wanted = f"({n}, {'n_features' if columns is None else n})"
                raise InputError(f"ItemPool: {name} has shape {values.shape}, expected {wanted}")
            if not np.isfinite(values).all():
                raise InputError(f"ItemPool: {name} holds NaN or infinity")
            object.__setattr__(self, name, values)
        if self.similarity is not None and not np.allclose(self.similarity, self.similarity.T):
            raise InputError("ItemPool: similarity is not symmetric")
        if self.categories is not None:
            object.__setattr__(self, "categories", label_vector(self.categories, "ItemPool: categories", n))

    @classmethod
    def numbered(cls, n_items: int) -> ItemPool:
        """A pool of items with the labels ``item 1`` to ``item n``, at most 1,000,000.

        Raises
        ------
        InputError : ``n_items`` is no whole number from 1, or too large.
        """
        require_counts("ItemPool.numbered", n_items=n_items)
        return cls(np.array([f"item {i}" for i in range(1, n_items + 1)]))

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        extra = [name for name in ("features", "similarity", "categories") if getattr(self, name) is not None]
        return f"ItemPool({len(self)} items{''.join(', ' + name for name in extra)})"

    def same_items(self, other: ItemPool) -> bool:
        """Whether ``other`` holds the same items in the same order, with the same features and categories."""
        names = ("labels", "features", "similarity", "categories")
        return self is other or all(_same(getattr(self, name), getattr(other, name)) for name in names)

    @cached_property
    def _index(self) -> dict[Any, int]:
        return {label: i for i, label in enumerate(self.labels.tolist())}

    def indices(self, labels: Sequence[Any]) -> IntArray:
        """Pool indices (0-based) of ``labels``; raises :class:`InputError` for one that is not in the pool."""
        if isinstance(labels, str) or not isinstance(labels, Iterable):
            raise InputError(f"ItemPool.indices: {shown(labels)} must be labels, in a list or an array")
        missing = [label for label in labels if label not in self._index]
        if missing:
            raise InputError(f"ItemPool: {missing[0]!r} is not in the pool of {len(self)} items")
        return np.array([self._index[label] for label in labels], dtype=np.int32)

    def draw_lists(self, n_lists: int, list_length: int, rng: np.random.Generator) -> IntArray:
        """Random lists without a repeated item: (n_lists, list_length) pool indices.

        Each list is an independent draw without replacement. Floyd's algorithm draws all lists at once, and needs
        memory for the lists only, whatever the size of the pool.
        """
        if list_length > len(self):
            raise InputError(
                f"a list of {list_length} different items cannot be drawn from a pool of {len(self)}; "
                "pass a larger pool"
            )
        lists = np.empty((n_lists, list_length), dtype=np.int32)
        first = len(self) - list_length
        for filled in range(list_length):
            newest = first + filled
            drawn = rng.integers(0, newest + 1, size=n_lists, dtype=np.int32)
            taken = (lists[:, :filled] == drawn[:, None]).any(axis=1)
            lists[:, filled] = np.where(taken, newest, drawn)
        return rng.permuted(lists, axis=1)


def require_pool(value: Any) -> None:
    """Raise :class:`InputError` unless ``value`` is an :class:`ItemPool`."""
    if not isinstance(value, ItemPool):
        raise InputError(f"pool={shown(value)} is no memsim.ItemPool; give ItemPool(labels)")


def pool_of(given: ItemPool | None, n_items: int) -> ItemPool:
    """The pool from which lists of ``n_items`` are drawn: the one given, or numbered items, 1,000 or more."""
    if given is None:
        return ItemPool.numbered(max(1000, n_items))
    require_pool(given)
    return given


def _same(one: LabelArray | None, other: LabelArray | None) -> bool:
    """Whether two arrays hold the same values, missing ones included."""
    if one is None or other is None or one.shape != other.shape:
        return one is other
    return bool(((one == other) | ((one != one) & (other != other))).all())
