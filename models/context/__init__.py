"""Retrieved-context models: context drifts, items are bound to it, and it cues recall (TCM, CMR, TCM-A).

Imports core, paradigms and other models.
"""
