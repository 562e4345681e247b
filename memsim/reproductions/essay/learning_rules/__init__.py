"""Learning to recall lists without backpropagation: the rules, their trainings, statistics, verdicts and figure.

May import what ``memsim.reproductions`` may.
"""
