"""The operations: nothing but declarations, one line an op where one line is enough.

Importing this declares them all.
"""
# ruff: noqa: F401

from autograd.ops import (
    absent,
    arranging,
    calling,
    choosing,
    complex_parts,
    contractions,
    convolutions,
    counting,
    decompositions,
    diagonals,
    differences,
    elementwise,
    foldings,
    fourier,
    gamma,
    indexing,
    joining,
    linalg,
    matrices,
    nondifferentiable,
    norms,
    ordering,
    padding,
    products,
    quantiles,
    ranges,
    reductions,
    running,
    shaping,
    special,
    statistics,
    ufunc_methods,
    ufuncs,
)
