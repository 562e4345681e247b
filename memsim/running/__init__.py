"""Many independent pieces of work: run on this machine or on a cluster, and kept when they are finished.

May import core and the four packages (paradigms, models, analysis, data).
"""
