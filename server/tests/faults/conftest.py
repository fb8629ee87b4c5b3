"""A running server for each test, with the administrator signed in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.serving import Server, serving


@pytest.fixture
def server(template: Path) -> Iterator[Server]:
    with serving(template) as made:
        yield made
