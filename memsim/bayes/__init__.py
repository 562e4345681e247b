"""Bayesian fits: priors, hierarchical densities with gradients, sampling, and what posteriors say.

Imports fitting and the floors below it. ArviZ and the sampler are optional: ``pip install 'memsim[bayes]'``.
"""
