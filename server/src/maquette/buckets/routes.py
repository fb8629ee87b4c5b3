"""Buckets over HTTP: list, make or attach, remove or detach."""

from typing import Annotated

from fastapi import Depends, Response

from maquette.buckets import administration
from maquette.buckets.administration import BucketSpec
from maquette.buckets.dependencies import StoresDep
from maquette.buckets.schemas import BucketItem, BucketList, CreateBucket
from maquette.buckets.service import list_buckets
from maquette.buckets.tables import FOLDER, S3, Bucket
from maquette.kit.actor import Actor
from maquette.web import ActorDep, DatabaseDep, Router, SessionDep, SettingsDep

router = Router("/v1/{project_id}/buckets", "files")


def _prepared(
    body: CreateBucket, actor: ActorDep, database: DatabaseDep, settings: SettingsDep, stores: StoresDep
) -> Bucket | None:
    """What touches disks and networks, before the route's transaction begins."""
    return administration.prepare_bucket(database, settings, stores, actor, BucketSpec(**body.model_dump()))


@router.get("", action="obs:bucket:ListAllMyBuckets", operation_id="ListBuckets")
def get_buckets(actor: ActorDep, session: SessionDep) -> BucketList:
    """Those of the workspaces the actor may enter, by name."""
    found = [_describe(row, actor) for row in list_buckets(session, actor)]
    return BucketList(buckets=found, total_count=len(found))


@router.post("", action="obs:bucket:CreateBucket", status_code=201)
def create_bucket(
    body: CreateBucket, prepared: Annotated[Bucket | None, Depends(_prepared)], actor: ActorDep, session: SessionDep
) -> BucketItem:
    return _describe(administration.add_bucket(session, actor, body.name, prepared), actor)


@router.delete("/{bucket}", action="obs:bucket:DeleteBucket", status_code=204)
def delete_bucket(
    bucket: str, actor: ActorDep, database: DatabaseDep, settings: SettingsDep, stores: StoresDep
) -> Response:
    administration.remove_bucket(database, settings, stores, actor, bucket)
    return Response(status_code=204)


def _describe(row: Bucket, actor: Actor) -> BucketItem:
    location = ""
    if row.kind == S3:
        location = f"{row.endpoint}/{row.remote_bucket}"
    elif row.kind == FOLDER and actor.administrator:
        location = row.path
    return BucketItem.model_validate(
        {
            "name": row.name,
            "kind": row.kind,
            "workspace_id": row.workspace_id,
            "created_at": row.created_at,
            "location": location,
            "direct_upload": row.direct_upload,
        }
    )
