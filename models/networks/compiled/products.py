"""Products of matrices within compiled loops, near the peak of the processor, by vectors that stay in registers.

BLAS would do as well, but a call of it takes as long as a small product, and it may start threads. The compiler does
not find these loops by itself: written as loops over columns, they load and store each sum once for every few terms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding
from numba import types
from numba.core import cgutils as untyped_tools
from numba.extending import intrinsic

from memsim.core.code.compiled import njit

tools: Any = untyped_tools
ROWS = 4
"""Rows of the result that are computed together."""
LEAST, NARROW = 16, 64
WIDE = 256 if llvmlite.binding.get_host_cpu_features().get("avx512f") else NARROW
"""Bytes of a row of the result that are kept in registers: four rows fill half of them. Other sizes are for the rest of
the columns."""


def _tile(size: int) -> Callable[..., Any]:
    """An intrinsic that adds ``left`` (n, k) times ``right`` (k, m) to four rows of ``result`` (n, m) from ``row`` on,
    and to as many columns from ``column`` on as ``size`` bytes hold. The last dimension of all three is contiguous.
    """

    @intrinsic
    def tile(typing_context: Any, left: Any, right: Any, result: Any, row: Any, column: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            from llvmlite import ir

            kinds, (_, _, _, first, start) = signature.args, arguments
            left, right, result = (
                context.make_array(kind)(context, builder, value)
                for kind, value in zip(kinds[:3], arguments[:3], strict=True)
            )
            real, index = context.get_data_type(kinds[0].dtype), context.get_value_type(types.intp)
            itemsize = kinds[0].dtype.bitwidth // 8
            count = size // itemsize
            vector, lanes = ir.VectorType(real, count), ir.VectorType(ir.IntType(32), count)

            def row_of(array: Any, number: Any) -> Any:
                stride = tools.unpack_tuple(builder, array.strides)[0]
                return tools.pointer_add(builder, array.data, builder.mul(number, stride), real.as_pointer())

            def columns(array: Any, number: Any) -> Any:
                return builder.bitcast(builder.gep(row_of(array, number), [start]), vector.as_pointer())

            def load(pointer: Any) -> Any:
                loaded = builder.load(pointer)
                loaded.align = itemsize
                return loaded

            rows = [builder.add(first, index(k)) for k in range(ROWS)]
            factors, places = [row_of(left, k) for k in rows], [columns(result, k) for k in rows]
            sums = [tools.alloca_once_value(builder, load(place)) for place in places]
            empty = ir.Constant(vector, ir.Undefined)
            with tools.for_range(builder, tools.unpack_tuple(builder, left.shape)[1]) as loop:
                terms = load(columns(right, loop.index))
                for factor, total in zip(factors, sums, strict=True):
                    one = builder.insert_element(empty, builder.load(builder.gep(factor, [loop.index])), index(0))
                    many = builder.shuffle_vector(one, empty, ir.Constant(lanes, [0] * count))
                    term = builder.fmul(many, terms, flags=("contract",))
                    builder.store(builder.fadd(builder.load(total), term, flags=("contract",)), total)
            for total, place in zip(sums, places, strict=True):
                builder.store(builder.load(total), place).align = itemsize
            return context.get_dummy_value()

        return types.void(left, right, result, types.intp, types.intp), generate

    return tile


_wide, _narrow, _least = _tile(WIDE), _tile(NARROW), _tile(LEAST)


@njit(cache=True, error_model="numpy")
def add_product(left: Any, right: Any, result: Any) -> None:
    """Add ``left`` (n, k) times ``right`` (k, m) to ``result`` (n, m), whose last dimensions are contiguous.

    n is a multiple of 4. A sum has its terms in the order of k, wherever the arrays lie in memory.
    """
    columns = result.shape[1]
    wide, narrow, least = WIDE // result.itemsize, NARROW // result.itemsize, LEAST // result.itemsize
    at = 0
    while at + wide <= columns:
        for row in range(0, len(left), ROWS):
            _wide(left, right, result, row, at)
        at += wide
    while at + narrow <= columns:
        for row in range(0, len(left), ROWS):
            _narrow(left, right, result, row, at)
        at += narrow
    while at + least <= columns:
        for row in range(0, len(left), ROWS):
            _least(left, right, result, row, at)
        at += least
    for row in range(len(left)):
        for column in range(at, columns):
            total = result[row, column]
            for k in range(len(right)):
                total += left[row, k] * right[k, column]
            result[row, column] = total
