"""The revisions bring a database of each kind to exactly the tables that the code has."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from maquette.db import Base, Database
from maquette.migrations import HEAD, current_revision, upgrade
from maquette.migrations.tables import load_tables


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'maquette.db'}"
    return request.getfixturevalue("postgresql").fresh()


def differences(url: str) -> list[Any]:
    load_tables()
    database = Database(url)
    with database.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    database.dispose()
    return found


def test_the_revisions_make_the_tables(url: str) -> None:
    assert current_revision(url) is None
    upgrade(url)
    assert current_revision(url) == HEAD
    assert differences(url) == []


def test_upgrading_again_changes_nothing(url: str) -> None:
    upgrade(url)
    upgrade(url)
    assert current_revision(url) == HEAD


def test_head_is_the_last_revision() -> None:
    folder = Path(__file__).parents[2] / "src/maquette/migrations/versions"
    assert max(path.name for path in folder.glob("*.py")).split("_")[0] == HEAD
