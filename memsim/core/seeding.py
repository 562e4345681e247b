"""Random streams: from one seed, an independent stream for each purpose."""

from __future__ import annotations

import zlib

import numpy as np

from memsim.core.limits import require_seed


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """The random generator for one purpose.

    Generators for different purposes are independent under the same seed, so that lists drawn with seed 0 and
    responses sampled with seed 0 do not use the same random numbers.

    Parameters
    ----------
    seed : a whole number from 0 to 2**63 - 1.
    purpose : texts and numbers that name what the random numbers are for.

    Raises
    ------
    InputError : another seed.
    """
    require_seed(seed)
    key = tuple(zlib.crc32(part.encode()) if isinstance(part, str) else part for part in purpose)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(int(seed), spawn_key=key)))
