"""Drifting context: its associations with items during study, and its products with them during recall.

Context c has unit length. An input x of unit length enters it at a rate B: c <- ρ c + B x, with
ρ = sqrt(1 + B² ((c·x)² - 1)) - B (c·x), which keeps the length at one (Howard & Kahana, 2002).

During recall nothing is learned, so the context vector is not needed: each item's support (the product of context
with the context that the item was bound to) and its overlap (the product of context with the context that the item
brings back) change linearly with it. One recall costs O(list_length) per trial. A test with probes follows the vector.

Arrays have a leading axis of n_alike: 1 where study is the same in every trial, as for items without meaning and
source, and n_trials elsewhere. Where lists hold an item twice, its unit is the position of its first presentation, and
the rows of its other positions stay unused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from memsim.core.arrays import BoolArray, FloatArray, IntArray
from memsim.models.context.probing import Probing


def kept_context(overlap: Any, rate: Any) -> Any:
    """ρ: the share of context that stays when an input with this overlap enters at ``rate``."""
    along = rate * overlap
    return np.sqrt(along * along + (1 - rate * rate)) - along


def unit(vectors: FloatArray) -> FloatArray:
    """``vectors`` (..., n_units) scaled to length one; a vector of zeros stays as it is."""
    length = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    return vectors / (length + (length == 0))[..., None]


def is_any(vectors: FloatArray) -> BoolArray:
    """(n_alike, 1) whether each vector (n_alike, n_units) is not one of zeros."""
    return np.asarray(vectors.any(axis=1, keepdims=True))


def with_input(context: FloatArray, incoming: FloatArray, rate: Any) -> FloatArray:
    """``context`` after an input of unit length at ``rate``, a number or (n_alike, 1)."""
    overlap = np.einsum("ij,ij->i", context, incoming)[:, None]
    return np.asarray(kept_context(overlap, rate) * context + rate * incoming)


@dataclass
class Region:
    """A region of context, of unit length, and its associations with items during study."""

    context: FloatArray
    """(n_alike, n_units) current context."""
    bound: FloatArray
    """(n_alike, list_length, n_units) the context that each item was bound to, W_cf, which supports its recall."""
    brought: FloatArray
    """(n_alike, list_length, n_units) the context that each item brings back, W_fc; not normalised."""

    @classmethod
    def starting(cls, n_alike: int, list_length: int, n_units: int, start: int) -> Region:
        """A region in the unit ``start``, with nothing bound."""
        context = np.zeros((n_alike, n_units))
        context[:, start] = 1
        shape = (n_alike, list_length, n_units)
        return cls(context, np.zeros(shape), np.zeros(shape))

    def let_in(self, incoming: FloatArray, rate: Any) -> None:
        """Update context with ``incoming`` (n_alike or 1, n_units), as in :func:`with_input`."""
        self.context = with_input(self.context, incoming, rate)

    def support(self, context: FloatArray) -> FloatArray:
        """(n_trials, list_length) products of ``context`` (n_trials, n_units) with that to which items were bound."""
        if len(self.bound) == 1:
            return np.asarray(context @ self.bound[0].T)
        return np.asarray((self.bound @ context[:, :, None])[:, :, 0])


@dataclass
class ContextState:
    """Context in two regions, and the search that begins with the cue.

    Temporal context has a unit for each item, one for the start of the list, those that :meth:`drift_away` adds and, in
    tests with probes, one for each new item among them. Source context has a unit for each source and, last, one for
    its start.
    """

    n_trials: int
    temporal: Region
    source: Region | None = None
    n_unrelated: int = 0
    """Unrelated units of temporal context that have entered so far."""
    sources: IntArray | None = None
    """(n_trials, list_length) the source in which each item is studied, where there is source context."""
    semantic: FloatArray | None = None
    """(n_trials, list_length, list_length) support of item j by the unit of item i, where items have meaning."""
    search: Search | None = None
    """``None`` before the cue."""
    first: IntArray | None = None
    """(n_trials, list_length) first position of each position's item; ``None`` where no list holds an item twice."""
    probing: Probing | None = None
    """``None`` in tests without probes."""

    @property
    def searching(self) -> Search:
        """The search, which must have begun."""
        assert self.search is not None, "the test begins with a cue"
        return self.search

    @property
    def start_unit(self) -> int:
        """The unit of temporal context for the start of the list."""
        return int(self.temporal.bound.shape[1])

    @property
    def units_of_no_item(self) -> slice:
        """The units of temporal context for the start of the list and for unrelated input."""
        return slice(self.start_unit, self.probing.first_new if self.probing is not None else None)

    @property
    def different(self) -> BoolArray:
        """(n_trials, list_length) whether the position is the first of its item; one row of all where all are."""
        if self.first is None:
            return np.ones((1, self.start_unit), dtype=bool)
        first: BoolArray = np.equal(self.first, np.arange(self.start_unit))
        return first

    def place(self, position: int) -> tuple[Any, Any]:
        """The index of a studied item in the associations of a region."""
        if self.first is None:
            return slice(None), position
        return np.arange(self.n_trials), self.first[:, position]

    def studied(self, positions: Sequence[int]) -> None:
        """Take note that these positions were studied."""
        if self.probing is not None:
            self.probing.studied[list(positions)] = True

    def brought_by(self, units: IntArray) -> FloatArray:
        """(n_trials, n_units) the temporal context that items bring back, at unit length; zeros where there is none.

        ``units`` (n_trials,) are those of :class:`memsim.core.probes.ProbeBatch`, -1 for no item.
        """
        listed = units < self.start_unit
        rows = 0 if len(self.temporal.brought) == 1 else np.arange(self.n_trials)
        brought = self.temporal.brought[rows, np.where(listed, units, 0)]
        new = np.flatnonzero(~listed)
        if len(new) and self.probing is not None:
            brought[new] = np.broadcast_to(self.probing.new_shared, brought.shape)[new]
            brought[new, self.probing.first_new + units[new] - self.start_unit] += self.probing.new_own
        brought[units < 0] = 0
        return unit(brought)

    def come_back(self, units: IntArray, rate: float, source_rate: float = 0.0) -> None:
        """The contexts of items enter context at these rates; ``units`` as in :meth:`brought_by`."""
        incoming = self.brought_by(units)
        self.temporal.let_in(incoming, rate * is_any(incoming))
        if self.source is not None:
            listed = (units >= 0) & (units < self.start_unit)
            incoming = unit(self.source.brought[np.arange(self.n_trials), np.where(listed, units, 0)])
            self.source.let_in(incoming, source_rate * (listed[:, None] & is_any(incoming)))

    def drift_away(self, kept: Any) -> None:
        """Keep the share ``kept``, a number or (n_alike, 1), of temporal context, and add an unrelated unit."""
        self.n_unrelated += 1
        self.temporal.context = kept * self.temporal.context
        self.temporal.context[:, self.start_unit + self.n_unrelated] = np.sqrt(1 - np.ravel(kept) ** 2)

    def start_again(self, rate: float) -> None:
        """The context of the start of the list enters at this rate."""
        self.temporal.let_in(np.eye(1, self.temporal.context.shape[1], self.start_unit), rate)

    def begin_search(self) -> None:
        """Compute the products of context with the items; from now on they change in place of the vectors."""
        length = self.start_unit
        regions = [self.temporal] if self.source is None else [self.temporal, self.source]
        n_alike = max(len(region.context) for region in regions)
        if self.semantic is not None:
            n_alike = self.n_trials
        products = np.empty((n_alike, len(regions), 2, length))
        gain = np.zeros((n_alike, length + 1, len(regions), 2, length))
        for index, region in enumerate(regions):
            brought, context = unit(region.brought), region.context[:, :, None]
            products[:, index, 0] = (region.bound @ context)[:, :, 0]
            products[:, index, 1] = (brought @ context)[:, :, 0]
            gain[:, :length, index, 0] = brought @ region.bound.swapaxes(1, 2)
            gain[:, :length, index, 1] = brought @ brought.swapaxes(1, 2)
            if region is self.temporal and self.semantic is not None:
                products[:, 0, 0] += (region.context[:, None, :length] @ self.semantic)[:, 0]
                gain[:, :length, 0, 0] += brought[:, :, :length] @ self.semantic
        self.search = Search(
            products=np.broadcast_to(products, (self.n_trials, *products.shape[1:])),
            gain=gain,
            remaining=np.array(np.broadcast_to(self.different, (self.n_trials, length))),
            n_recalled=np.zeros(self.n_trials, dtype=np.int32),
        )


@dataclass
class Search:
    """The state of recall: products of context with items."""

    products: FloatArray
    """(n_trials, n_regions, 2, list_length) each item's support by each region of context, and its overlap."""
    gain: FloatArray
    """(n_alike, list_length + 1, n_regions, 2, list_length) products with what item r brings back; last row 0."""
    remaining: BoolArray
    """(n_trials, list_length) items not yet recalled."""
    n_recalled: IntArray
    """(n_trials,) items recalled so far."""

    @property
    def support(self) -> FloatArray:
        """(n_trials, list_length) support of each item, by all regions of context."""
        by_region = self.products[:, :, 0]
        return by_region[:, 0] if by_region.shape[1] == 1 else by_region.sum(axis=1)

    def bring_back(self, position: IntArray, rates: FloatArray) -> None:
        """The context of the item at ``position`` (n_trials,) enters at the ``rates`` of the regions.

        Where ``position`` is list_length, context stays as it is.
        """
        trial = 0 if len(self.gain) == 1 else np.arange(len(position))
        row = np.flatnonzero(position < self.remaining.shape[1])
        kept = np.ones((len(position), len(rates), 1, 1))
        kept[row, :, 0, 0] = kept_context(self.products[row, :, 1, position[row]], rates)
        products = self.gain[trial, position]
        products *= rates[:, None, None]
        products += kept * self.products
        self.products = products
        self.remaining[row, position[row]] = False
        self.n_recalled[row] += 1
