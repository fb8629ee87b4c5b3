"""`python -m maquette.cli`, for processes that start their own kind."""

from maquette.cli.main import main

main()
