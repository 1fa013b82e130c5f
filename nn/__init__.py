"""Neural networks composed from the primitives of `autograd`."""
