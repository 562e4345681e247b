"""Training of networks: settings, objectives, the loop, and a look into a trained one. Imports running and what
stands below it, and nothing of fitting.
"""
