"""Maquette: a self-hosted AI development platform in one program.

The folders are the layers of `docs/develop/house.md`: an import goes down, never up and never sideways.
"""

__version__ = "0.1.0"
