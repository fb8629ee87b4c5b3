"""What a handler may ask for by type: the process's stores, the bucket its path names, and the key, checked."""

from typing import Annotated
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Request

from maquette.buckets.service import OpenedBucket, Stores, find_bucket
from maquette.kit.errors import Invalid
from maquette.storage import safe_key
from maquette.storage.keys import safe_bucket
from maquette.web import ActorDep, DatabaseDep, SettingsDep


async def _stores(request: Request) -> Stores:
    return request.app.state.stores


StoresDep = Annotated[Stores, Depends(_stores)]


def _opened(
    bucket: str, actor: ActorDep, database: DatabaseDep, settings: SettingsDep, stores: StoresDep
) -> OpenedBucket:
    safe_bucket(bucket)
    with database.read() as session:
        row = find_bucket(session, actor, bucket)
    return OpenedBucket(row, stores.of(row), stores.folder_of(row), actor, database, settings)


async def _key(request: Request, key: str) -> str:
    raw: bytes = request.scope.get("raw_path") or b""
    try:
        # The server decodes leniently: what is no UTF-8 would come out as another, valid name.
        unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise Invalid("The object key in the address is not percent-encoded UTF-8.") from None
    return safe_key(key)


BucketDep = Annotated[OpenedBucket, Depends(_opened)]
KeyDep = Annotated[str, Depends(_key)]
