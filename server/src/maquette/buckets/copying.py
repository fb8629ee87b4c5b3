"""The work of a task that copies or moves one large object, and of one that deletes a folder.

A copy goes on where the store's own state says; a move deletes its source only once the copy is recorded as done, and
only if it is still what was copied.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from maquette.buckets.schemas import object_item
from maquette.buckets.service import OpenedBucket
from maquette.buckets.space import check_space
from maquette.kit.errors import MaquetteError
from maquette.storage import ObjectMissing
from maquette.tasks import Cancelled, RunningTask
from maquette.tasks.progress import PROGRESS

STEP_S = 2.0
PAGE = 1000


class Copying:
    """One copy. The checkpoint is the store's state while it is under way, and what came of it afterwards."""

    def __init__(self, task: RunningTask, source: OpenedBucket, target: OpenedBucket) -> None:
        self._task = task
        self._source = source
        self._target = target
        self._key: str = task.payload["key"]
        self._size = 0
        self._state: Mapping[str, Any] = task.checkpoint.get("copy", {})
        self._saved = 0.0

    def run(self) -> dict[str, Any]:
        """Copy what is left. Returns what the object became."""
        if "done" not in self._task.checkpoint:
            done = {"etag": self._source.store.head(self._key).etag, "done": self._copied()}
            with self._task.step(progress=1.0, checkpoint=done):
                pass
        return self._task.checkpoint["done"]

    def delete_source(self) -> None:
        delete_unchanged(self._source, self._key, self._task.checkpoint["etag"])

    def _copied(self) -> dict[str, Any]:
        store, key = self._target.store, self._task.payload["target"]
        self._size = self._source.store.head(self._key).size
        try:
            self._report(0, self._state)
            info = store.copy_from(self._source.store, self._key, key, self._report, self._state)
        except (Cancelled, MaquetteError):
            with suppress(MaquetteError):  # what cannot be let go of now is swept later, and is not the news
                store.discard_copy(self._state)
            raise
        return object_item(info).model_dump()

    def _report(self, done: int, state: Mapping[str, Any]) -> None:
        self._state = state
        if time.monotonic() - self._saved < STEP_S:
            return
        check_space(self._target.folder, 0, self._target.settings.free_space_reserve)
        progress = max(self._task.progress, done / max(1, self._size))
        with self._task.step(progress=progress, checkpoint={"copy": dict(state)}):
            self._saved = time.monotonic()


def delete_folder(task: RunningTask, bucket: OpenedBucket) -> dict[str, Any]:
    """Delete what lies below a prefix, page after page: what is written behind us meanwhile is new, and stays."""
    state: dict[str, Any] = {"after": "", "deleted": 0, **task.checkpoint}
    while state["after"] is not None:
        with task.step(checkpoint=dict(state), message=PROGRESS.say("objects-deleted", count=state["deleted"])):
            pass
        page = bucket.store.list(task.payload["prefix"], after=state["after"], limit=PAGE)
        bucket.store.delete_many([info.key for info in page.objects])
        state = {"after": page.next_after, "deleted": state["deleted"] + len(page.objects)}
    return {"deleted": state["deleted"]}


def delete_unchanged(bucket: OpenedBucket, key: str, etag: str) -> None:
    """Delete an object that was dealt with, and none that has taken its place or is there after a crash."""
    with suppress(ObjectMissing):
        if bucket.store.head(key).etag == etag:
            bucket.store.delete(key)
