"""Products of matrices within compiled loops, near the peak of the processor, by vectors that stay in registers.

BLAS would do as well, but a call of it takes as long as a small product, and it may start threads. The compiler does
not find these loops by itself: written as loops over columns, they load and store each sum once for every few terms.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import llvmlite.binding
import numpy as np
from numba import types
from numba.core import cgutils as untyped_tools
from numba.extending import intrinsic

from memsim.core.code.compiled import njit

tools: Any = untyped_tools
LEAST, NARROW = 16, 64
WIDE, ROWS = (192, 8) if llvmlite.binding.get_host_cpu_features().get("avx512f") else (NARROW, 4)
"""Bytes of a row of the result, and rows, that are kept in registers and fill most of them. Other sizes are for the
rest of the columns, and four rows for the rest of those."""
MANY = 32
"""Rows from which on it pays to copy the columns of a tile, so that they lie one after the other in the cache."""


def _tile(size: int, together: int) -> Callable[..., Any]:
    """An intrinsic that adds ``left`` (n, k) times ``right`` (k, any) to ``result`` (n, m), a tile at a time.

    The tile has as many rows ``together`` from ``row`` on, and as many columns from ``column`` on as ``size`` bytes
    hold; they take those of ``right`` from ``origin`` on. The last dimension of all three is contiguous.
    """

    @intrinsic
    def tile(typing_context: Any, left: Any, right: Any, result: Any, row: Any, column: Any, origin: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            from llvmlite import ir

            kinds, (_, _, _, first, start, origin) = signature.args, arguments
            left, right, result = (
                context.make_array(kind)(context, builder, value)
                for kind, value in zip(kinds[:3], arguments[:3], strict=True)
            )
            real, index = context.get_data_type(kinds[0].dtype), context.get_value_type(types.intp)
            itemsize = kinds[0].dtype.bitwidth // 8
            # The compiler handles vectors badly whose size is no power of two.
            part = min(size, NARROW) // itemsize
            parts = range(0, size // itemsize, part)
            vector, lanes = ir.VectorType(real, part), ir.VectorType(ir.IntType(32), part)
            empty = ir.Constant(vector, ir.Undefined)

            def row_of(array: Any, number: Any) -> Any:
                stride = tools.unpack_tuple(builder, array.strides)[0]
                return tools.pointer_add(builder, array.data, builder.mul(number, stride), real.as_pointer())

            def columns(array: Any, number: Any, at: Any) -> list[Any]:
                begin = builder.gep(row_of(array, number), [at])
                return [builder.bitcast(builder.gep(begin, [index(k)]), vector.as_pointer()) for k in parts]

            def load(pointer: Any) -> Any:
                loaded = builder.load(pointer)
                loaded.align = itemsize
                return loaded

            def everywhere(number: Any) -> Any:
                one = builder.insert_element(empty, number, index(0))
                return builder.shuffle_vector(one, empty, ir.Constant(lanes, [0] * part))

            rows = [builder.add(first, index(k)) for k in range(together)]
            factors, places = [row_of(left, k) for k in rows], [columns(result, k, start) for k in rows]
            sums = [[tools.alloca_once_value(builder, load(place)) for place in each] for each in places]
            with tools.for_range(builder, tools.unpack_tuple(builder, left.shape)[1]) as loop:
                terms = [load(place) for place in columns(right, loop.index, origin)]
                for factor, row_sums in zip(factors, sums, strict=True):
                    many = everywhere(builder.load(builder.gep(factor, [loop.index])))
                    for total, term in zip(row_sums, terms, strict=True):
                        product = builder.fmul(many, term, flags=("contract",))
                        builder.store(builder.fadd(builder.load(total), product, flags=("contract",)), total)
            for total, place in zip(chain(*sums), chain(*places), strict=True):
                builder.store(builder.load(total), place).align = itemsize
            return context.get_dummy_value()

        return types.void(left, right, result, types.intp, types.intp, types.intp), generate

    return tile


_wide, _narrow, _least = (_tile(size, ROWS) for size in (WIDE, NARROW, LEAST))
_wide_4, _narrow_4, _least_4 = (_tile(size, 4) for size in (WIDE, NARROW, LEAST))


@njit(cache=True, error_model="numpy", _nrt=True)
def add_product(left: Any, right: Any, result: Any) -> None:
    """Add ``left`` (n, k) times ``right`` (k, m) to ``result`` (n, m), whose last dimensions are contiguous.

    n is a multiple of 4. A sum has its terms in the order of k, wherever the arrays lie in memory. Loops without counts
    of references may call it, though it takes memory.
    """
    rows, columns = result.shape
    wide, narrow, least = WIDE // result.itemsize, NARROW // result.itemsize, LEAST // result.itemsize
    whole = rows - rows % ROWS
    at = 0
    if rows >= MANY and columns >= wide:
        copied = np.empty((len(right), wide), right.dtype)
        while at + wide <= columns:
            for k in range(len(right)):
                given, row_copied = right[k, at : at + wide], copied[k]
                for column in range(wide):
                    row_copied[column] = given[column]
            for row in range(0, whole, ROWS):
                _wide(left, copied, result, row, at, 0)
            if whole < rows:
                _wide_4(left, copied, result, whole, at, 0)
            at += wide
    while at + wide <= columns:
        for row in range(0, rows, 4):
            _wide_4(left, right, result, row, at, at)
        at += wide
    while at + narrow <= columns:
        for row in range(0, whole, ROWS):
            _narrow(left, right, result, row, at, at)
        if whole < rows:
            _narrow_4(left, right, result, whole, at, at)
        at += narrow
    while at + least <= columns:
        for row in range(0, whole, ROWS):
            _least(left, right, result, row, at, at)
        if whole < rows:
            _least_4(left, right, result, whole, at, at)
        at += least
    for row in range(rows):
        for column in range(at, columns):
            total = result[row, column]
            for k in range(len(right)):
                total += left[row, k] * right[k, column]
            result[row, column] = total
