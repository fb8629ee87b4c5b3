"""What the API says of tasks: kinds and progress by code, so that a console can say them in any language."""

from typing import Any

import pytest
from tests.datasets.conftest import Pictures

from maquette.activity.kinds import KINDS
from maquette.tasks import RunningTask
from maquette.tasks.progress import PROGRESS
from maquette.worker import task_handlers


def test_every_kind_that_the_worker_does_is_known(platform: Any) -> None:
    handlers = task_handlers(platform.settings, platform.database, platform.app.state.stores)
    assert sorted(handlers) == list(KINDS)


def test_the_description_names_kinds_and_codes(platform: Any) -> None:
    task = platform.app.openapi()["components"]["schemas"]["PlatformTask"]["properties"]
    assert task["kind"]["enum"] == list(KINDS)
    assert task["message_code"]["anyOf"][0]["enum"] == PROGRESS.codes


def test_a_dataset_s_tasks_say_what_they_do_in_known_words(
    platform: Any, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    step = RunningTask.step

    def listening(self: RunningTask, *, message: str | None = None, **rest: Any) -> Any:
        said.extend([message] if message else [])
        return step(self, message=message, **rest)

    monkeypatch.setattr(RunningTask, "step", listening)
    dataset = Pictures(platform, api)
    dataset.put("a.jpg", "b.jpg")
    dataset.create()
    dataset.ask("POST", "versions", {"version_name": "V001", "export_images": True}, expect=201)
    platform.run_tasks()
    dataset.ask("DELETE", "", expect=200)
    platform.run_tasks()
    tasks = api.get("/v1", "platform-tasks?state=all").json()["tasks"]
    told = [(task["kind"], task["title"], task["state"]) for task in tasks][::-1]
    assert told == [
        ("dataset.sync", "flowers", "succeeded"),
        ("dataset.publish", "flowers V001", "succeeded"),
        ("dataset.clean", "flowers", "succeeded"),
    ]
    assert tasks[2]["message_code"] == "files-seen"
    assert tasks[2]["message_values"] == {"files": 2, "added": 2, "changed": 0, "missing": 0, "skipped": 0}
    found = {text: PROGRESS.read(text) for text in said}
    assert [text for text, told in found.items() if told is None] == []
    assert {told[0] for told in found.values() if told} == {
        "files-seen",
        "samples-read",
        "files-exported",
        "storing-manifest",
        "samples-written",
        "rows-removed",
    }
