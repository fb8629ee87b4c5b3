"""One store of each kind; the S3 one talks to a real server."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maquette.storage import LocalStore, MemoryStore, ObjectStore
from maquette.storage.s3 import S3Store


@pytest.fixture(scope="session")
def make_s3(s3_server: Any) -> Callable[[], S3Store]:
    numbers = itertools.count(1)
    return lambda: s3_server.store(s3_server.bucket(f"contract-{next(numbers)}"))


@pytest.fixture(params=["local", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ObjectStore]:
    """An empty bucket of each kind."""
    made: ObjectStore
    if request.param == "local":
        made = LocalStore(tmp_path)
    elif request.param == "memory":
        made = MemoryStore()
    else:
        made = request.getfixturevalue("make_s3")()
    yield made
    made.close()
