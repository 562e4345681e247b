"""Models of association: convolution, matrices and networks of weights, which store pairs of items.

May import core, paradigms and other models.
"""
