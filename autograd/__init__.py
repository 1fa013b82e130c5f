"""readgrad: a reverse-mode autograd engine that you can read, see and check."""
