"""Context-based recall: several memories in one step, a drifting context in rows, and what they do to recall.

May import what ``memsim.reproductions`` may.
"""
