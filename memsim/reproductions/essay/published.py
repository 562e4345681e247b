"""Numbers of the essay of Greydanus (2017): its published weights, run again over 5,000 lists of 12."""

from __future__ import annotations

from memsim.reproductions.kinds import OtherProgram

ESSAY = OtherProgram("the essay's network (greydanus/dnc on GitHub)", "its published weights, run over 5,000 lists")
CODE = OtherProgram("the essay's code (greydanus/dnc on GitHub)", "commit not recorded")
FIRST = (0.138, 0.111, 0.117, 0.112, 0.097, 0.087, 0.067, 0.057, 0.049, 0.057, 0.055, 0.052)
"""Share of lists in which each position is the nearest to the first output."""
EXACT = (0.77, 0.77, 0.74, 0.70, 0.67, 0.59, 0.36, 0.34, 0.33, 0.32, 0.31, 0.32)
"""Share of lists in which an output equals the item at each position."""
EXACT_SHORT = 0.94
"""The same in lists of 5, over all positions."""
NO_ITEM = 0.39
"""Share of outputs that equal no item."""
