"""Arrays as records that the store of cells holds."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from memsim.core.arrays import FloatArray


def array_to_json(array: FloatArray) -> dict[str, Any]:
    """An array of numbers as its shape and its compressed bytes."""
    packed = zlib.compress(np.ascontiguousarray(array, dtype="<f8").tobytes(), 1)
    return {"shape": list(array.shape), "bytes": base64.b64encode(packed).decode()}


def array_from_json(record: Mapping[str, Any]) -> FloatArray:
    """The array of such a record."""
    numbers = np.frombuffer(zlib.decompress(base64.b64decode(record["bytes"])), dtype="<f8")
    return numbers.reshape(record["shape"]).astype(float)
