"""How the weights of a network come to change: backpropagation, and rules that do without it.

``learning_rule`` of :class:`memsim.training.settings.Training` names one. What differs is what an error has to be
carried over:

- ``backpropagation``: back through all steps, by the weights themselves.
- ``feedback-alignment``: back through all steps, by weights that are fixed and random.
- ``e-prop``: not at all through steps; each weight carries forward what it did to its unit. Errors reach units by the
  weights to the outputs, or by fixed random ones.
- ``rflo``: the same, where a unit keeps only what does not leak.
- ``node-perturbation``: nowhere; noise in units is kept if the loss fell.
- ``evolution``: nowhere; networks with random changes are compared.
- ``read-out``: only outputs learn, from their own errors; what is stored, the network stores without training.

May import what ``memsim.training`` may, but not its trainer.
"""
