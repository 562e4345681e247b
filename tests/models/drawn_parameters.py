"""Values of parameters drawn from all that their declarations allow."""

from typing import Any

from hypothesis import strategies as st

from memsim.core.parameters import Parameter


def values_of(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Every value that ``parameter`` takes; a range without an end has every finite number."""
    if parameter.options:
        return st.sampled_from(parameter.options)
    if parameter.flag:
        return st.booleans()
    low, high = parameter.low, parameter.high
    if parameter.integer:
        return st.integers(None if low is None else int(low), None if high is None else int(high))
    numbers: st.SearchStrategy[Any] = st.floats(low, high, allow_nan=False, allow_infinity=False)
    return numbers | st.none() if parameter.optional else numbers
