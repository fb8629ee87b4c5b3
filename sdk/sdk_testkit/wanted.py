"""Packages that the SDK itself does not need: without them a test is left out, unless everything is required here."""

import importlib
import os

import pytest


def wanted(name):
    """The module of that name, or the test is skipped."""
    if os.environ.get("MAQUETTE_REQUIRE") == "all":
        return importlib.import_module(name)
    return pytest.importorskip(name)
