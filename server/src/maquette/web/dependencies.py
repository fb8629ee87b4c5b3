"""What a handler may ask for by type: the actor, a session for its one transaction, the database, the settings."""

from typing import Annotated

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from maquette.db import Database
from maquette.kit.actor import Actor
from maquette.kit.config import Settings

# Asynchronous though they wait for nothing: the framework sends synchronous ones through its thread pool, one by one.


async def _database(request: Request) -> Database:
    return request.app.state.database


async def _settings(request: Request) -> Settings:
    return request.app.state.settings


async def _actor(request: Request) -> Actor:
    return request.state.actor


async def _session(request: Request) -> Session:
    """For reading in GET and HEAD, for writing otherwise; connects when it is first used. The route commits and
    closes it."""
    database: Database = request.app.state.database
    return database.read_session() if request.method in {"GET", "HEAD"} else database.write_session()


DatabaseDep = Annotated[Database, Depends(_database)]
SettingsDep = Annotated[Settings, Depends(_settings)]
ActorDep = Annotated[Actor, Depends(_actor)]
SessionDep = Annotated[Session, Depends(_session)]
PageOffset = Annotated[int, Query(ge=0, le=2**31)]
PageLimit = Annotated[int, Query(ge=1, le=1000)]
