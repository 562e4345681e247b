"""Training of networks: settings, objectives, the loop, and figures of a trained network. May import
the rooms below it: running, models, analysis, data, paradigms and core.
"""
