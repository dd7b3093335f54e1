"""What the Makefile calls. Developers and `make` only: no part of the installed package."""
