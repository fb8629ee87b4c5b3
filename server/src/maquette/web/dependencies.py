"""What a handler may ask for by type: the actor, a session for its one transaction, the database, the settings."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.kit.actor import Actor
from maquette.kit.config import Settings


def _database(request: Request) -> Database:
    return request.app.state.database


def _settings(request: Request) -> Settings:
    return request.app.state.settings


def _actor(request: Request) -> Actor:
    return request.state.actor


def _session(request: Request) -> Iterator[Session]:
    """Open for reading in GET and HEAD, for writing otherwise. The route commits; leaving without that rolls back."""
    database: Database = request.app.state.database
    session = database.read_session() if request.method in {"GET", "HEAD"} else database.write_session()
    with session:
        yield session


DatabaseDep = Annotated[Database, Depends(_database)]
SettingsDep = Annotated[Settings, Depends(_settings)]
ActorDep = Annotated[Actor, Depends(_actor)]
SessionDep = Annotated[Session, Depends(_session)]
PageOffset = Annotated[int, Query(ge=0, le=2**31)]
PageLimit = Annotated[int, Query(ge=1, le=1000)]
