"""Model selection: held-out likelihood, information criteria, Bayesian selection, and tables and figures of them.

It imports core, paradigms, statistics and the styles of figures.
"""
