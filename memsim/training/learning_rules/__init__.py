"""How the weights of a network come to change: backpropagation, and rules that do without it.

May import what ``memsim.training`` may, but not its trainer.
"""
