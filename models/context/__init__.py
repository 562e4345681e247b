"""Retrieved-context models: items are bound to a drifting context, which cues recall (TCM, CMR, TCM-A).

May import core, paradigms and other models.
"""
