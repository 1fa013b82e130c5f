"""Activation functions, one family a file: the maths as functions (`relu(x)`), and thin modules to put between layers.

All act on each element of a Tensor of any shape, but softmax and log_softmax, which normalise along one axis.
Arrays, lists and numbers are taken, too, and give arrays. Values, and slopes at kinks as well, are PyTorch's.
"""
