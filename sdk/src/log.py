"""`import log; logger = log.getLogger(__name__)`: the logger that model services import, on standard output."""

from __future__ import annotations

import logging
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def getLogger(name: str | None = None) -> logging.Logger:  # noqa: N802  the name is the contract
    """Return a logger at level INFO whose lines reach the service's log."""
    root = logging.getLogger()
    if not root.handlers:
        logging.basicConfig(level=logging.INFO, stream=sys.stdout, format=FORMAT)
    return logging.getLogger(name)
