"""Retrieved-context models: items are bound to a drifting context, which cues recall (TCM, CMR, TCM-A).

Imports core, paradigms and other models.
"""
