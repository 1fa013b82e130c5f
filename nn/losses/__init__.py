"""Loss functions: how far a prediction is from its target, as one number to minimise; one family a file.

Functions bear PyTorch's functional names (`mse_loss(input, target)`), modules its class names (`MSELoss()`). All
take `reduction`: "mean" (default), "sum", or "none" for the single losses. Inputs are Tensors; arrays and lists are
taken too, and give NumPy numbers where no Tensor takes part.
"""
