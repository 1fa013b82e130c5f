"""The operations: nothing but declarations, one line an op where one line is enough."""

from autograd.graph import LIBRARY_PACKAGES

LIBRARY_PACKAGES.add(__name__)
