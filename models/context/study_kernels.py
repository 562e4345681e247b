"""Study of lists by models of the CMR family as a compiled loop, and its adjoint (numba).

A recalled item changes the products of context with the items (:mod:`memsim.models.context.drift`), so study need only
give products, never vectors. All follow from the coordinates C[i, j] of the context bound to item i on the unit of
item j, and from the products K[i, j] of two such contexts. Both change linearly as context drifts, so that the study
of a list takes O(list_length²). With x the unit vector of the studied item, A the sum of the units of all items, and c
the context that an item is bound to:

- An item lets in (a_in A + d_in x) at unit length; it is bound to b = a_cf A + d_cf x + l c, and brings back
  f = a_fc A + d_fc x + l_fc c, at unit length.
- b·f and f·f, for all pairs, are sums of C, K and of the sums of the coordinates; meaning adds sums of similarities.

Source context is a second region, in which the unit of an item is that of its source. Distraction and changes of
source keep a share of context; the rest is orthogonal to all else, so that only its size matters.

The adjoint runs the same loop backwards: from the derivatives of any number by the products, it gives those by the
parameters. Where a slope is infinite (drift of exactly 1), it is that at a distance of about 1e-12.
"""

from __future__ import annotations

import math

import numpy as np

from memsim.core.code.compiled import njit

FAST = {"contract", "arcp", "reassoc", "nsz", "nnan"}
LEAST_ROOT = 1e-6
"""Square roots that slopes are divided by are at least this."""

STUDY_NUMBERS = (
    "encoding_drift", "start_drift", "incoming_shared", "incoming_own", "brought_shared", "brought_own",
    "brought_learning", "bound_shared", "bound_own", "semantic_support", "bound_learning", "primacy_scale",
    "primacy_decay", "distraction_drift", "shift_drift", "source_drift", "source_learning",
)  # fmt: skip
"""The numbers of a model, in the order of the columns of ``numbers``. The first ten describe a region of context."""
N_REGION = 10
BOUND_LEARNING, PRIMACY_SCALE, PRIMACY_DECAY, DISTRACTION, SHIFT, SOURCE_DRIFT, SOURCE_LEARNING = range(N_REGION, 17)


@njit(cache=True, error_model="numpy")
def _kept(rate, overlap):  # type: ignore[no-untyped-def]
    """The share of context that stays, and its slopes by rate and overlap."""
    along = rate * overlap
    root = math.sqrt(along * along + (1 - rate * rate))
    turn = along / root - 1 if root > 0 else 0.0
    return root - along, overlap * turn - rate / max(root, LEAST_ROOT), rate * turn


@njit(cache=True, error_model="numpy")
def _prepare(  # type: ignore[no-untyped-def]
    numbers, seconds, sources, items, similarity, learning, kept, same, similar
):
    """Fill what study takes from a model's numbers and a list: for each region learning, share kept, and same units.

    ``similar`` (length + 1, width) gets the similarity of different items, and last its sums.
    """
    length = len(seconds) - 1
    rate, pause, stays = numbers[DISTRACTION], 0.0, 1.0
    for i in range(length + 1):
        if seconds[i] != pause:
            pause, stays = seconds[i], (1 - rate * rate) ** (seconds[i] / 2)
        kept[0, i] = stays
    for i in range(length):
        same[0, i, i] = 1.0
        learning[0, i] = numbers[BOUND_LEARNING] + numbers[PRIMACY_SCALE] * math.exp(-numbers[PRIMACY_DECAY] * i)
    if len(learning) > 1:
        stays = math.sqrt(1 - numbers[SHIFT] * numbers[SHIFT])
        kept[1, length] = 1.0
        for i in range(length):
            if i and sources[i] != sources[i - 1]:
                kept[0, i] *= stays
            kept[1, i] = 1.0
            learning[1, i] = numbers[SOURCE_LEARNING] * learning[0, i]
            for j in range(length):
                same[1, i, j] = 1.0 if sources[i] == sources[j] else 0.0
    if len(similar):
        similar[length] = 0.0
        for i in range(length):
            for j in range(length):
                similar[i, j] = similarity[items[i], items[j]] if i != j else 0.0
                similar[length, j] += similar[i, j]


@njit(cache=True, error_model="numpy")
def _region(numbers, index):  # type: ignore[no-untyped-def]
    """The numbers of a region: of temporal context, or (1) of source context, which is bound and brought as it is."""
    n = numbers
    if index == 0:
        return n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9]
    return n[SOURCE_DRIFT], 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0


@njit(cache=True, error_model="numpy")
def _incoming(shared, own, length):  # type: ignore[no-untyped-def]
    """What an item lets in, at unit length: its shared part, its own part, its norm before, and its norm."""
    norm = math.sqrt(shared * shared * length + 2 * shared * own + own * own)
    if norm > 0:
        return shared / norm, own / norm, norm, 1.0
    return 0.0, 0.0, 1.0, 0.0


@njit(cache=True, error_model="numpy")
def _bind(i, row, rows, scalars, bound, pairs):  # type: ignore[no-untyped-def]
    """Bind item ``i`` to the context of a row."""
    rows[row, 1, i] = scalars[row, 2]
    bound[0, i], bound[1, i] = scalars[row, 0], scalars[row, 1]
    for j in range(len(rows) // 2 - 1):
        pairs[0, j, i] = rows[row, 0, j]
    for j in range(i + 1):
        pairs[1, i, j] = pairs[1, j, i] = rows[row, 1, j]


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _bind_adjoint(i, vectors, squares, d_scalars):  # type: ignore[no-untyped-def]
    """Add to the derivatives by current context those by the context that item ``i`` is bound to."""
    length, width = squares.shape[1:]
    d_scalars[0] += vectors[3, i]
    d_scalars[1] += vectors[4, i]
    d_scalars[2] += vectors[1, i] + squares[2, i, i]
    vectors[1, i] = 0.0
    for j in range(length):
        vectors[0, j] += squares[0, i, j] + squares[1, j, i]
    for j in range(i):
        vectors[1, j] += squares[2, i, j] + squares[2, j, i]
    if len(squares) > 3:
        for j in range(width):
            vectors[2, j] += squares[3, i, j]


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _study_region(  # type: ignore[no-untyped-def]
    region, learning, kept, same, similar, pre, rows, scalars, bound, pairs, start, gain, index
):
    """Study of one list in one region: fill ``start`` (n_regions, 2 * width) and ``gain`` at region ``index``.

    What happened is written down for the adjoint. Rows 2 i and 2 i + 1 are context before and after item i, the last
    two context before and after the cue: in ``rows`` (2 * length + 2, 2 or 3, width) its coordinates on the items'
    units, its products with the contexts bound so far, and its similarity to items; in ``scalars`` (.., 3) the sum of
    its coordinates on all units of items, its coordinate on the start, and its squared length. ``bound`` (3, width) is,
    for the context bound to each item, the first two of these, and the inverse length of what the item brings back;
    ``pairs`` (2, length, width) is C transposed, and K.
    """
    length, width = same.shape
    drift, cue, a_in, d_in, a_fc, d_fc, l_fc, a_cf, d_cf, meaning = region
    shared, own, _, size = _incoming(a_in, d_in, length)
    coordinates, products = pairs[0], pairs[1]
    total, from_start, square = 0.0, 1.0, 1.0
    for i in range(length + 1):
        before = rows[2 * i]
        if i == 0:
            before[:] = 0.0
        else:
            for k in range(len(before)):
                for j in range(width):
                    before[k, j] = kept[i] * rows[2 * i - 1, k, j]
        total, from_start = kept[i] * total, kept[i] * from_start
        square = kept[i] * kept[i] * square + (1 - kept[i] * kept[i])
        scalars[2 * i, 0], scalars[2 * i, 1], scalars[2 * i, 2] = total, from_start, square
        if i == length:
            break
        if pre:
            _bind(i, 2 * i, rows, scalars, bound, pairs)
        after = rows[2 * i + 1]
        overlap = shared * total + own * before[0, i]
        stays, _, _ = _kept(drift, overlap)
        along, across = drift * shared, drift * own
        for j in range(width):
            after[0, j] = stays * before[0, j] + along + across * same[i, j]
        for j in range(width):
            after[1, j] = stays * before[1, j] + along * bound[0, j] + across * coordinates[i, j]
        if len(after) > 2:
            for j in range(width):
                after[2, j] = stays * before[2, j] + along * similar[length, j] + across * similar[i, j]
        square = stays * stays * square + 2 * stays * drift * overlap + drift * drift * size
        total = stays * total + along * length + across
        from_start *= stays
        scalars[2 * i + 1, 0], scalars[2 * i + 1, 1], scalars[2 * i + 1, 2] = total, from_start, square
        if not pre:
            _bind(i, 2 * i + 1, rows, scalars, bound, pairs)
    before, after = rows[2 * length], rows[2 * length + 1]
    stays, _, _ = _kept(cue, from_start)
    for k in range(len(before)):
        for j in range(width):
            after[k, j] = stays * before[k, j]
    for j in range(width):
        after[1, j] += cue * bound[1, j]
    total *= stays
    scalars[2 * length + 1, 0] = total
    for i in range(length):
        row = 2 * i if pre else 2 * i + 1
        to_all = a_fc * length + d_fc + l_fc * bound[0, i]
        to_own = a_fc + d_fc + l_fc * rows[row, 0, i]
        to_context = a_fc * bound[0, i] + d_fc * coordinates[i, i] + l_fc * products[i, i]
        norm = math.sqrt(max(a_fc * to_all + d_fc * to_own + l_fc * to_context, 0.0))
        bound[2, i] = 1 / norm if norm > 0 else 1.0
    for j in range(width):
        cued = a_cf * total + d_cf * after[0, j] + learning[j] * after[1, j]
        start[index, j] = cued
        start[index, width + j] = (a_fc * total + d_fc * after[0, j] + l_fc * after[1, j]) * bound[2, j]
    if len(after) > 2:
        for j in range(width):
            start[index, j] += meaning * after[2, j]
    for i in range(length):
        row = rows[2 * i if pre else 2 * i + 1]
        scale, to_all = bound[2, i], a_fc * length + d_fc + l_fc * bound[0, i]
        for j in range(width):
            to_unit = a_fc + d_fc * same[i, j] + l_fc * row[0, j]
            to_context = a_fc * bound[0, j] + d_fc * coordinates[i, j] + l_fc * products[i, j]
            gain[i, index, j] = scale * (a_cf * to_all + d_cf * to_unit + learning[j] * to_context)
            gain[i, index, width + j] = scale * bound[2, j] * (a_fc * to_all + d_fc * to_unit + l_fc * to_context)
        if len(row) > 2:
            for j in range(width):
                to_meaning = a_fc * similar[length, j] + d_fc * similar[i, j] + l_fc * row[2, j]
                gain[i, index, j] += scale * meaning * to_meaning


@njit(cache=True, error_model="numpy", fastmath=FAST, forceinline=True)
def _study_region_adjoint(  # type: ignore[no-untyped-def]
    region, learning, kept, same, similar, pre, rows, scalars, bound, pairs, start, gain, index,
    d_start, d_gain, d_learning, d_kept, vectors, squares, d_scalars,
):  # fmt: skip
    """The derivatives by the numbers of the region that follow from ``d_start`` and ``d_gain``; others are added.

    ``vectors`` (6, width), ``squares`` (3 or 4, length, width) and ``d_scalars`` (3,) may hold anything.
    """
    length, width = same.shape
    drift, cue, a_in, d_in, a_fc, d_fc, l_fc, a_cf, d_cf, meaning = region
    shared, own, norm, size = _incoming(a_in, d_in, length)
    has_meaning = rows.shape[1] > 2
    coordinates, products = pairs[0], pairs[1]
    d_here, d_products, d_similar, d_totals, d_starts, d_scale = (
        vectors[0], vectors[1], vectors[2], vectors[3], vectors[4], vectors[5]
    )  # fmt: skip
    d_unit, d_context, d_pair = squares[0], squares[1], squares[2]
    d_totals[:] = 0.0
    # The products at the cue.
    end = rows[2 * length + 1]
    total = scalars[2 * length + 1, 0]
    d_total, g_a_cf, g_d_cf, g_a_fc, g_d_fc, g_l_fc, g_meaning = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for j in range(width):
        support, overlap = d_start[index, j], d_start[index, width + j] * bound[2, j]
        d_scale[j] = -d_start[index, width + j] * start[index, width + j]
        d_here[j] = d_cf * support + d_fc * overlap
        d_products[j] = learning[j] * support + l_fc * overlap
        d_learning[j] += support * end[1, j]
        d_total += a_cf * support + a_fc * overlap
        g_a_cf += total * support
        g_a_fc += total * overlap
        g_d_cf += end[0, j] * support
        g_d_fc += end[0, j] * overlap
        g_l_fc += end[1, j] * overlap
    if has_meaning:
        for j in range(width):
            d_similar[j] = meaning * d_start[index, j]
            g_meaning += end[2, j] * d_start[index, j]
    # Lengths of what items bring back: d_scale becomes the derivative by the squared length, halved.
    for i in range(length):
        own_part = 0.0
        for j in range(width):
            overlap = d_gain[i, index, width + j] * gain[i, index, width + j]
            own_part += d_gain[i, index, j] * gain[i, index, j] + overlap
            d_scale[j] -= overlap
        d_scale[i] -= own_part
    for i in range(length):
        d_scale[i] *= 0.5 * bound[2, i] * bound[2, i]
        to_all = a_fc * length + d_fc + l_fc * bound[0, i]
        to_own = a_fc + d_fc + l_fc * rows[2 * i if pre else 2 * i + 1, 0, i]
        to_context = a_fc * bound[0, i] + d_fc * coordinates[i, i] + l_fc * products[i, i]
        if a_fc * to_all + d_fc * to_own + l_fc * to_context <= 0:
            d_scale[i] = 0.0
    # The products of items.
    for i in range(length):
        row = rows[2 * i if pre else 2 * i + 1]
        scale, to_all = bound[2, i], a_fc * length + d_fc + l_fc * bound[0, i]
        supports, overlaps, units = 0.0, 0.0, 0.0
        for j in range(width):
            d_unit[i, j] = scale * bound[2, j] * d_gain[i, index, width + j]
        d_unit[i, i] += d_scale[i]
        for j in range(width):
            support, overlap = scale * d_gain[i, index, j], d_unit[i, j]
            to_unit = a_fc + d_fc * same[i, j] + l_fc * row[0, j]
            to_context = a_fc * bound[0, j] + d_fc * coordinates[i, j] + l_fc * products[i, j]
            by_unit = d_cf * support + d_fc * overlap
            by_context = learning[j] * support + l_fc * overlap
            d_learning[j] += support * to_context
            g_d_cf += support * to_unit
            g_d_fc += overlap * to_unit + by_unit * same[i, j] + by_context * coordinates[i, j]
            g_l_fc += overlap * to_context + by_unit * row[0, j] + by_context * products[i, j]
            g_a_fc += by_context * bound[0, j]
            d_totals[j] += a_fc * by_context
            supports += support
            overlaps += overlap
            units += by_unit
            d_unit[i, j] = l_fc * by_unit
            d_context[i, j] = d_fc * by_context
            d_pair[i, j] = l_fc * by_context
        by_all = a_cf * supports + a_fc * overlaps
        g_a_cf += supports * to_all
        g_a_fc += overlaps * to_all + units + by_all * length
        g_d_fc += by_all
        g_l_fc += by_all * bound[0, i]
        d_totals[i] += l_fc * by_all
        if has_meaning:
            for j in range(width):
                support = scale * d_gain[i, index, j]
                to_meaning = a_fc * similar[length, j] + d_fc * similar[i, j] + l_fc * row[2, j]
                g_meaning += support * to_meaning
                g_a_fc += meaning * support * similar[length, j]
                g_d_fc += meaning * support * similar[i, j]
                g_l_fc += meaning * support * row[2, j]
                squares[3, i, j] = l_fc * meaning * support
    # The cue.
    before = rows[2 * length]
    stays, by_rate, by_overlap = _kept(cue, scalars[2 * length, 1])
    d_stays, d_cue = d_total * scalars[2 * length, 0], 0.0
    for j in range(width):
        d_stays += d_here[j] * before[0, j] + d_products[j] * before[1, j]
        d_cue += d_products[j] * bound[1, j]
        d_starts[j] = cue * d_products[j]
        d_here[j] *= stays
        d_products[j] *= stays
    if has_meaning:
        for j in range(width):
            d_stays += d_similar[j] * before[2, j]
            d_similar[j] *= stays
    d_scalars[0], d_scalars[1], d_scalars[2] = stays * d_total, d_stays * by_overlap, 0.0
    d_cue += d_stays * by_rate
    # Study, from its end.
    g_drift, g_shared, g_own = 0.0, 0.0, 0.0
    for i in range(length, -1, -1):
        if i < length:
            if not pre:
                _bind_adjoint(i, vectors, squares, d_scalars)
            d_total, d_start_unit, d_square = d_scalars[0], d_scalars[1], d_scalars[2]
            before = rows[2 * i]
            total, from_start, square = scalars[2 * i, 0], scalars[2 * i, 1], scalars[2 * i, 2]
            overlap = shared * total + own * before[0, i]
            stays, by_rate, by_overlap = _kept(drift, overlap)
            d_stays = d_total * total + d_start_unit * from_start + d_square * 2 * (stays * square + drift * overlap)
            by_shared, by_own = d_total * length, d_total
            for j in range(width):
                d_stays += d_here[j] * before[0, j] + d_products[j] * before[1, j]
                by_shared += d_here[j] + d_products[j] * bound[0, j]
                by_own += d_here[j] * same[i, j] + d_products[j] * coordinates[i, j]
                d_totals[j] += drift * shared * d_products[j]
                d_context[i, j] += drift * own * d_products[j]
                d_here[j] *= stays
                d_products[j] *= stays
            if has_meaning:
                for j in range(width):
                    d_stays += d_similar[j] * before[2, j]
                    by_shared += d_similar[j] * similar[length, j]
                    by_own += d_similar[j] * similar[i, j]
                    d_similar[j] *= stays
            g_drift += shared * by_shared + own * by_own + 2 * d_square * (stays * overlap + drift * size)
            g_drift += d_stays * by_rate
            d_overlap = d_stays * by_overlap + 2 * d_square * stays * drift
            g_shared += drift * by_shared + d_overlap * total
            g_own += drift * by_own + d_overlap * before[0, i]
            d_total = stays * d_total + shared * d_overlap
            d_here[i] += own * d_overlap
            d_start_unit *= stays
            d_square *= stays * stays
            d_scalars[0], d_scalars[1], d_scalars[2] = d_total, d_start_unit, d_square
            if pre:
                _bind_adjoint(i, vectors, squares, d_scalars)
        if kept[i] != 1 and i == 0:
            d_kept[i] += d_scalars[1]
        elif kept[i] != 1:
            earlier, was = rows[2 * i - 1], scalars[2 * i - 1]
            slope = d_scalars[0] * was[0] + d_scalars[1] * was[1] + d_scalars[2] * 2 * kept[i] * (was[2] - 1)
            for j in range(width):
                slope += d_here[j] * earlier[0, j] + d_products[j] * earlier[1, j]
                d_here[j] *= kept[i]
                d_products[j] *= kept[i]
            if has_meaning:
                for j in range(width):
                    slope += d_similar[j] * earlier[2, j]
                    d_similar[j] *= kept[i]
            d_kept[i] += slope
            d_scalars[0] *= kept[i]
            d_scalars[1] *= kept[i]
            d_scalars[2] *= kept[i] * kept[i]
    g_a_in, g_d_in = 0.0, 0.0
    if size > 0:
        radial = (g_shared * shared + g_own * own) / norm
        g_a_in = g_shared / norm - radial * (shared * length + own)
        g_d_in = g_own / norm - radial * (shared + own)
    return g_drift, d_cue, g_a_in, g_d_in, g_a_fc, g_d_fc, g_l_fc, g_a_cf, g_d_cf, g_meaning


@njit(cache=True, error_model="numpy")
def study_cases(  # type: ignore[no-untyped-def]
    numbers, owner, seconds, sources, items, similarity, pre, record, start, gain
):
    """Study of the lists of ``owner`` (n_cases,), the rows of ``numbers`` (n_models, 17) of their models.

    Parameters
    ----------
    seconds : (length + 1,) distraction before each item and, last, before the cue.
    sources, items : (n_cases, length), or (1, 0) without source context, without meaning.
    similarity : (n_items, n_items) the similarity of all items of the pool.
    pre : whether items are bound to context before its update.
    record : arrays of :func:`empty_record`, which the adjoint reads; written over where they are for a single case.
    start, gain : get the products (n_cases, n_regions, 2 * width) and their gains (n_cases, length, n_regions,
        2 * width), as in :mod:`memsim.models.context.drift`.
    """
    rows, scalars, bound, pairs = record
    n_regions, width, length = start.shape[1], start.shape[2] // 2, len(seconds) - 1
    learning, kept, same, similar = _workspace(n_regions, length, width, items.shape[1] > 0)
    for case in range(len(owner)):
        one = numbers[owner[case]]
        own_sources, own_items = sources[min(case, len(sources) - 1)], items[min(case, len(items) - 1)]
        _prepare(one, seconds, own_sources, own_items, similarity, learning, kept, same, similar)
        at = case if len(rows) > 1 else 0
        for index in range(n_regions):
            _study_region(
                _region(one, index), learning[index], kept[index], same[index], similar, pre and index == 0,
                rows[at, index], scalars[at, index], bound[at, index], pairs[at, index],
                start[case], gain[case], index,
            )  # fmt: skip


@njit(cache=True, error_model="numpy")
def study_cases_adjoint(  # type: ignore[no-untyped-def]
    numbers, owner, seconds, sources, items, similarity, pre, record, start, gain, d_start, d_gain, d_numbers
):
    """Add to ``d_numbers`` the derivatives that follow from those by ``start`` and ``gain`` of :func:`study_cases`."""
    rows, scalars, bound, pairs = record
    n_regions, width, length = start.shape[1], start.shape[2] // 2, len(seconds) - 1
    learning, kept, same, similar = _workspace(n_regions, length, width, items.shape[1] > 0)
    d_learning, d_kept = np.empty_like(learning), np.empty_like(kept)
    vectors, squares, d_scalars = np.zeros((6, width)), np.zeros((rows.shape[3] + 1, length, width)), np.zeros(3)
    for case in range(len(owner)):
        one, slopes = numbers[owner[case]], d_numbers[owner[case]]
        own_sources, own_items = sources[min(case, len(sources) - 1)], items[min(case, len(items) - 1)]
        _prepare(one, seconds, own_sources, own_items, similarity, learning, kept, same, similar)
        d_learning[:], d_kept[:] = 0.0, 0.0
        for index in range(n_regions):
            region = _study_region_adjoint(
                _region(one, index), learning[index], kept[index], same[index], similar, pre and index == 0,
                rows[case, index], scalars[case, index], bound[case, index], pairs[case, index],
                start[case], gain[case], index, d_start[case], d_gain[case], d_learning[index], d_kept[index],
                vectors, squares, d_scalars,
            )  # fmt: skip
            if index == 0:
                for k, slope in enumerate(region):
                    slopes[k] += slope
            else:
                slopes[SOURCE_DRIFT] += region[0]
        _prepare_adjoint(one, seconds, own_sources, learning, d_learning, d_kept, slopes)


@njit(cache=True, error_model="numpy")
def _prepare_adjoint(one, seconds, sources, learning, d_learning, d_kept, slopes):  # type: ignore[no-untyped-def]
    """Add to ``slopes`` the derivatives that follow from those by learning and by the share of context kept."""
    length = len(seconds) - 1
    rate, shift = one[DISTRACTION], one[SHIFT]
    base, shifted = max(1 - rate * rate, LEAST_ROOT**2), max(math.sqrt(1 - shift * shift), LEAST_ROOT)
    for i in range(length + 1):
        kept_at_shift = 1.0
        if len(learning) > 1 and 0 < i < length and sources[i] != sources[i - 1]:
            kept_at_shift = math.sqrt(1 - shift * shift)
            slopes[SHIFT] -= d_kept[0, i] * (1 - rate * rate) ** (seconds[i] / 2) * shift / shifted
        if seconds[i] > 0:
            slopes[DISTRACTION] -= d_kept[0, i] * kept_at_shift * seconds[i] * rate * base ** (seconds[i] / 2 - 1)
    for i in range(length):
        slope = d_learning[0, i]
        if len(learning) > 1:
            slopes[SOURCE_LEARNING] += d_learning[1, i] * learning[0, i]
            slope += d_learning[1, i] * one[SOURCE_LEARNING]
        decay = math.exp(-one[PRIMACY_DECAY] * i)
        slopes[BOUND_LEARNING] += slope
        slopes[PRIMACY_SCALE] += slope * decay
        slopes[PRIMACY_DECAY] -= slope * one[PRIMACY_SCALE] * decay * i


@njit(cache=True)
def _workspace(n_regions, length, width, meaning):  # type: ignore[no-untyped-def]
    """Arrays that :func:`_prepare` fills, list by list."""
    learning, kept = np.zeros((n_regions, width)), np.ones((n_regions, length + 1))
    same, similar = np.zeros((n_regions, length, width)), np.zeros((length + 1 if meaning else 0, width))
    return learning, kept, same, similar


def empty_record(n_cases: int, n_regions: int, length: int, width: int, meaning: bool) -> tuple[np.ndarray, ...]:
    """Arrays in which :func:`study_cases` writes what happened; see ``_study_region``."""
    n_rows = 2 * length + 2
    return (
        np.zeros((n_cases, n_regions, n_rows, 3 if meaning else 2, width)),
        np.zeros((n_cases, n_regions, n_rows, 3)),
        np.zeros((n_cases, n_regions, 3, width)),
        np.zeros((n_cases, n_regions, 2, length, width)),
    )
