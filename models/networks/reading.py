"""How a read head of the DNC moves from one step to the next; apart from ``memory``, which imports torch."""

READ_MODES = ("backward", "content", "forward")
"""In the order of the paper: along the links to what was written before, by content, to what was written after."""
