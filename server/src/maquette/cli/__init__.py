"""The `maquette` command. What works on a home takes `--home`, and all but `serve` works beside a running server."""

from maquette.cli.main import main

__all__ = ["main"]
