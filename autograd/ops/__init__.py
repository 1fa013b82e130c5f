"""The operations: nothing but declarations, one line an op where one line is enough."""
