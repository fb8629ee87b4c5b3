"""The `maquette` command. Each subcommand takes `--home` and works beside a running server."""

from maquette.cli.main import main

__all__ = ["main"]
