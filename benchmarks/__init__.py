"""Timings of memsim as ratios to other software, on the same data in one run."""
