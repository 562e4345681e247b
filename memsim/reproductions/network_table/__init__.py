"""The table of all cores under equal conditions: its plan, its trainings, what networks do, statistics and figure.

May import what ``memsim.reproductions`` may.
"""
