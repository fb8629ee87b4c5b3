"""Adding buckets from the command line."""

import os
from dataclasses import dataclass
from pathlib import Path

import typer

from maquette.buckets import Stores
from maquette.buckets.administration import BucketSpec, create_bucket
from maquette.cli.administration import opened
from maquette.kit.config import Settings
from maquette.kit.vault import Vault


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bucket's files lie: a folder, an S3 endpoint, or (neither) the home."""

    path: Path | None
    endpoint: str | None
    remote_bucket: str
    region: str


def add(settings: Settings, name: str, place: Place) -> None:
    spec = BucketSpec(
        name=name,
        path=str(place.path.expanduser().absolute()) if place.path else "",
        endpoint=place.endpoint or "",
        access_key=os.environ.get("AWS_ACCESS_KEY_ID", "") if place.endpoint else "",
        secret_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "") if place.endpoint else "",
        region=place.region if place.endpoint else "",
        remote_bucket=place.remote_bucket,
    )
    with opened(settings) as (database, actor):
        stores = Stores(settings, Vault(settings.home))
        bucket = create_bucket(database, settings, stores, actor, spec)
    typer.echo(f"The bucket '{bucket.name}' is there: obs://{bucket.name}/")
