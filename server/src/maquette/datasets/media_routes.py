"""What a browser loads of a sample: its file, thumbnails, a table's rows. Ours; the console's cookie is enough."""

from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.responses import Response

from maquette.buckets import StoresDep, open_url
from maquette.datasets.media import Media
from maquette.datasets.table_preview import TablePreview, TableSchema, TableSource, detect
from maquette.web import ActorDep, DatabaseDep, Router, SettingsDep

router = Router("/v1/{project_id}/datasets/{dataset_id}/samples/{sample_id}", "data")
schema_router = Router("/v1/{project_id}", "data")


def _media(database: DatabaseDep, stores: StoresDep, settings: SettingsDep, actor: ActorDep) -> Media:
    return Media(database, stores, settings, actor)


MediaDep = Annotated[Media, Depends(_media)]
Edge = Annotated[int, Query(ge=1, le=4096)]
Mark = Annotated[str, Query(max_length=64, description="changes with the bytes: with it the answer may be kept")]


@router.get("/media", action="modelarts:dataset:getSample", response_class=Response)
def show_sample_media(dataset_id: str, sample_id: str, request: Request, media: MediaDep, v: Mark = "") -> Response:
    """The sample's file as it lies in the bucket, with ranges and conditions, or its text."""
    return media.sample(dataset_id, sample_id, request.headers, v)


@router.get("/thumbnail", action="modelarts:dataset:getSample", response_class=Response)
def show_sample_thumbnail(
    dataset_id: str, sample_id: str, request: Request, media: MediaDep, edge: Edge = 200, v: Mark = ""
) -> Response:
    """A WebP of the next edge out of 64, 100, 200, 400, 800, 1600 pixels. 415 when the file does not decode."""
    return media.thumbnail(dataset_id, sample_id, request.headers, edge, v)


@router.get("/rows", action="modelarts:dataset:getSample")
def show_sample_rows(dataset_id: str, sample_id: str, media: MediaDep) -> TablePreview:
    """The first hundred rows of a table, as the dataset's schema reads them."""
    return media.rows(dataset_id, sample_id)


@schema_router.post("/table-schema", action="modelarts:dataset:create")
def detect_table_schema(body: TableSource, database: DatabaseDep, stores: StoresDep, actor: ActorDep) -> TableSchema:
    """The columns that the CSV files of a folder seem to have. Raises Invalid where two of them differ."""
    store, prefix = open_url(database, stores, actor, body.data_path)
    return detect(store, prefix, header=body.with_column_header)
