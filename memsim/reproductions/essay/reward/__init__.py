"""Memory as a reinforcement-learning problem: agents on tasks for reward, what they store and recall, and verdicts.

May import what ``memsim.reproductions`` may.
"""
