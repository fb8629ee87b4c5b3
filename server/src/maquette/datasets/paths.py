"""Where a dataset's data lies: the rules for its input and work path, and the folders below the work path.

Paths are kept as the contract writes them, `/bucket/folder/`, with the closing slash. Bytes are not touched here.
"""

from sqlalchemy.orm import Session

from maquette.buckets.service import find_bucket
from maquette.datasets.errors import wrong_path
from maquette.datasets.tables import Dataset
from maquette.kit.actor import Actor
from maquette.kit.errors import MaquetteError
from maquette.storage import parse_obs_url
from maquette.workspaces import DEFAULT


def checked_folder(session: Session, actor: Actor, workspace_id: str, path: str, *, field: str) -> str:
    """The folder as `/bucket/folder/`. Its bucket must be visible, and be so to all who may see the dataset."""
    try:
        bucket, key = parse_obs_url(path)
    except MaquetteError as error:
        raise wrong_path(field, path, error.message.rstrip(".")) from None
    if not path.endswith("/"):
        raise wrong_path(field, path, "it names a folder, so it must end with a slash")
    row = find_bucket(session, actor, bucket)
    if row.workspace_id not in {workspace_id, DEFAULT}:
        raise wrong_path(field, path, f"the bucket '{bucket}' belongs to another workspace than the dataset")
    return f"/{bucket}/{key}"


def check_work_path(data_url: str, work_path: str) -> None:
    """The guide's table 2-3: the output is neither the input nor below it, or results would become samples."""
    if work_path == data_url:
        raise wrong_path("work_path", work_path, "it is the input path; choose another, best an empty one")
    if work_path.startswith(data_url):
        raise wrong_path("work_path", work_path, f"it lies inside the input path {data_url}; choose one outside")


def input_folder(dataset: Dataset) -> tuple[str, str]:
    """Bucket and key prefix of the samples' folder; the prefix is empty or ends with a slash."""
    return parse_obs_url(dataset.data_url)


def inner_paths(dataset: Dataset) -> dict[str, str]:
    """The dataset's own folder below the work path and the folders in it. A renamed dataset keeps its folder."""
    home = dataset.settings.get("inner_work_path") or f"{dataset.work_path}{dataset.name}-{dataset.id}/"
    return {
        "inner_work_path": home,
        "inner_annotation_path": f"{home}annotation/",
        "inner_data_path": f"{home}data/",
        "inner_log_path": f"{home}logs/",
        "inner_temp_path": f"{home}temp/",
        "inner_task_path": f"{home}task/",
    }
