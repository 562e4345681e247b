"""Training of networks: settings, objectives, the loop, and figures of a trained network. Imports the rooms below it:
running, models, analysis, data, paradigms and core.
"""
