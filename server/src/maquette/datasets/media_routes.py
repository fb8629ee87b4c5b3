"""What a browser loads of a sample: the image, and thumbnails of it. Ours; the console's cookie is enough."""

from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.responses import Response

from maquette.buckets import StoresDep
from maquette.datasets.media import Media
from maquette.web import ActorDep, DatabaseDep, Router, SettingsDep

router = Router("/v1/{project_id}/datasets/{dataset_id}/samples/{sample_id}", "data")


def _media(database: DatabaseDep, stores: StoresDep, settings: SettingsDep, actor: ActorDep) -> Media:
    return Media(database, stores, settings, actor)


MediaDep = Annotated[Media, Depends(_media)]
Edge = Annotated[int, Query(ge=1, le=4096)]
Mark = Annotated[str, Query(max_length=64, description="changes with the bytes: with it the answer may be kept")]


@router.get("/media", action="modelarts:dataset:getSample", response_class=Response)
def show_sample_media(dataset_id: str, sample_id: str, request: Request, media: MediaDep, v: Mark = "") -> Response:
    """The image as it lies in the bucket; ranges and conditions as for any file."""
    return media.image(dataset_id, sample_id, request.headers, v)


@router.get("/thumbnail", action="modelarts:dataset:getSample", response_class=Response)
def show_sample_thumbnail(
    dataset_id: str, sample_id: str, request: Request, media: MediaDep, edge: Edge = 200, v: Mark = ""
) -> Response:
    """A WebP of the next edge out of 64, 100, 200, 400, 800, 1600 pixels. 415 when the file does not decode."""
    return media.thumbnail(dataset_id, sample_id, request.headers, edge, v)
